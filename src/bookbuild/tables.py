"""Tables that the build computes, and wide tables of any origin, on a narrow screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sphinx.application import Sphinx

WIDE = 5
"""A table of so many columns does not fit a phone."""


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
    group += nodes.tbody("", *(table_row(*row) for row in rows))
    table = nodes.table("", group, classes=[name])
    if len(head) > 2:
        fold(table, head)
    return table


def fold(table: nodes.table, head: Sequence[str]) -> None:
    """Make a table such a one that folds on a narrow screen."""
    table["classes"].insert(0, "folding")
    for body in table.findall(nodes.tbody):
        for row in body.findall(nodes.row):
            name_columns(row, head)


def name_columns(row: nodes.row, head: Sequence[str]) -> None:
    """Put a column's name before what each cell holds; a cell without content is marked."""
    entries = list(row.findall(nodes.entry))
    if len(entries) == 1:
        entries[0]["morecols"] = len(head) - 1
    for title, entry in zip(head[1:], entries[1:], strict=False):
        if entry.astext():
            column = nodes.inline("", f"{title}: ", classes=["column-name"])
            # A cell may hold no paragraph at all, but code or a picture.
            next(iter(entry.findall(nodes.paragraph)), entry).insert(0, column)
        else:
            entry["classes"].append("empty")


class FoldWideTables(SphinxPostTransform):
    """Lets wide tables fold that the prose or a cell has written."""

    # When outputs of cells have come in.
    default_priority = 880

    def run(self, **_kwargs: Any) -> None:
        """Go through all tables that do not fold yet and have one row of names."""
        for table in self.document.findall(nodes.table):
            heads = [
                [entry.astext() for entry in row.findall(nodes.entry)]
                for part in table.findall(nodes.thead)
                for row in part.findall(nodes.row)
            ]
            if (
                len(heads) == 1
                and len(heads[0]) >= WIDE
                and "folding" not in table["classes"]
            ):
                fold(table, heads[0])


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transform."""
    app.add_post_transform(FoldWideTables)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
