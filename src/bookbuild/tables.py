"""Rows of the tables that the build computes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def table_row(*cells: Sequence[nodes.Node]) -> nodes.row:
    """Return a row of a table; a cell is what its one paragraph holds."""
    entries = [nodes.entry("", nodes.paragraph("", "", *c)) for c in cells]
    return nodes.row("", *entries)


def folding_table(
    head: Sequence[str],
    rows: Iterable[Sequence[Sequence[nodes.Node]]],
    name: str,
    widths: Sequence[int] = (),
) -> nodes.table:
    """Return a table that on a narrow screen is a list, with a column's name before each cell.

    Parameters
    ----------
    head : sequence of str
        The columns' names. Two columns have room everywhere: such a table stays as it is.
    rows : iterable of rows
        Of each row its cells, and of each cell what it holds. A row of one cell takes the whole
        width. The first cell of a row is its title and needs no name.
    name : str
        The table's class.
    widths : sequence of int
        Of the columns, in proportion; without them they are alike.
    """
    columns = [nodes.colspec(colwidth=w) for w in widths or [1] * len(head)]
    group = nodes.tgroup("", *columns, cols=len(head))
    group += nodes.thead("", table_row(*([nodes.Text(h)] for h in head)))
    if len(head) > 2:
        group += nodes.tbody("", *(folding_row(head, row) for row in rows))
        return nodes.table("", group, classes=["folding", name])
    group += nodes.tbody("", *(table_row(*row) for row in rows))
    return nodes.table("", group, classes=[name])


def folding_row(
    head: Sequence[str], cells: Sequence[Sequence[nodes.Node]]
) -> nodes.row:
    """Return a row of such a table; a cell that holds nothing is marked as empty."""
    row = table_row(*cells)
    entries = list(row.findall(nodes.entry))
    if len(entries) == 1:
        entries[0]["morecols"] = len(head) - 1
    for title, entry in zip(head[1:], entries[1:], strict=False):
        if entry.astext():
            column = nodes.inline("", f"{title}: ", classes=["column-name"])
            (paragraph,) = entry.findall(nodes.paragraph)
            paragraph.insert(0, column)
        else:
            entry["classes"].append("empty")
    return row
