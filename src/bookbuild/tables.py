"""Rows of the tables that the build computes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes

if TYPE_CHECKING:
    from collections.abc import Sequence


def table_row(*cells: Sequence[nodes.Node]) -> nodes.row:
    """Return a row of a table; a cell is what its one paragraph holds."""
    entries = [nodes.entry("", nodes.paragraph("", "", *c)) for c in cells]
    return nodes.row("", *entries)
