"""The blocks of a page: what each is, how much room it takes on a slide, and in what pieces.

Rooms are estimates, in lines of text: enough to deal blocks out to slides at build time. In the
browser a script sets each slide's text as large as it fits.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from docutils import nodes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HEIGHT = 15.0
"""Lines of text that fit on a slide under its heading."""

WIDTH = 88
"""Characters that fit in a line."""

DIVISIBLE = {"bullet_list", "enumerated_list", "table"}
"""What goes on on the next slide where it is too long for one."""

HIGHEST = 12.0
"""Lines of text that such a thing may be high."""

HIGHEST_CODE = 17.0
"""The same for a function of the package, which is better seen whole."""


class fold(nodes.General, nodes.Element):  # noqa: N801 (docutils names nodes so)
    """Code that opens when asked for; ``summary`` is what stands there until then."""


def kind(block: nodes.Element) -> str:
    """Return what a block of a page is, as the rule of `bookbuild.slicing` tells them apart."""
    classes: list[str] = block.get("classes", [])
    for name in ("question", "source"):
        if name in classes:
            return name
    if "sd-container-fluid" in classes:
        return "grid"
    if "cell" in classes:
        return "figure" if draws(block) else "cell"
    return str(block.tagname)


def draws(cell: nodes.Element) -> bool:
    """Return whether a cell's output is a picture."""
    return any(True for _ in cell.findall(nodes.image))


def height(node: nodes.Node) -> float:
    """Return how many lines of text a block is high, roughly."""
    if isinstance(node, nodes.literal_block):
        return 0.8 * len(node.astext().splitlines()) + 0.7
    if isinstance(node, nodes.math_block):
        return 1.3 * (node.astext().count(r"\\") + 2)
    if isinstance(node, nodes.row):
        cells = node.findall(nodes.entry)
        return 1.2 * max(lines_in(cell, WIDTH / len(node)) for cell in cells)
    if isinstance(node, fold):
        return 1.0
    if isinstance(node, nodes.image):
        return 9.0
    if isinstance(node, nodes.TextElement):
        return math.ceil(len(node.astext()) / WIDTH) + 0.4
    if isinstance(node, nodes.Element):
        if kind(node) in {"widget", "grid"}:
            return HEIGHT
        if kind(node) == "dropdown_main":
            return 1.5
    return sum(map(height, node.children))


def lines_in(cell: nodes.Element, width: float) -> int:
    """Return how many lines a table's cell takes: as many as its breaks, or its text, asks for."""
    breaks = sum("<br" in raw.astext() for raw in cell.findall(nodes.raw))
    return max(1 + breaks, math.ceil(len(cell.astext()) / width))


def total(blocks: Sequence[nodes.Node]) -> float:
    """Return how many lines of text several blocks are high, roughly."""
    return sum(map(height, blocks))


def pieces(block: nodes.Element) -> Iterator[nodes.Element]:
    """Yield a thing, or the pieces of a list, a table or a function that a slide cannot hold."""
    if kind(block) == "source" and height(block) > HIGHEST_CODE:
        yield from pieces_of_code(block)
    elif kind(block) in DIVISIBLE and height(block) > HIGHEST:
        yield from pieces_of_rows(block)
    else:
        yield block


def pieces_of_rows(block: nodes.Element) -> Iterator[nodes.Element]:
    """Yield a list or table in pieces, a table's each with its head."""
    rows = rows_of(block).children
    start = 0
    while start < len(rows):
        end = start + 1
        while end < len(rows) and total(rows[start : end + 1]) <= HIGHEST:
            end += 1
        piece = block.deepcopy()
        rows_of(piece)[:] = [row.deepcopy() for row in rows[start:end]]
        if kind(block) == "enumerated_list":
            piece["start"] = block.get("start", 1) + start
        yield piece
        start = end


def rows_of(block: nodes.Element) -> nodes.Element:
    """Return what holds a table's rows, or a list's items."""
    return next(iter(block.findall(nodes.tbody)), block)


def pieces_of_code(block: nodes.Element) -> Iterator[nodes.Element]:
    """Yield a function in two pieces."""
    (code,) = block.findall(nodes.literal_block)
    lines = code.astext().splitlines()
    cut = best_cut(lines)
    for part in (lines[:cut], lines[cut:]):
        text = "\n".join(part)
        piece = block.deepcopy()
        (old,) = piece.findall(nodes.literal_block)
        old.parent.replace(
            old, nodes.literal_block(text, text, **old.attributes)
        )
        yield piece


def best_cut(lines: Sequence[str]) -> int:
    """Return the number of the line before which code is best divided.

    It is in the middle third, outside all brackets if it can be, and indented as little as any.
    """
    depths = [0]
    for line in lines:
        change = sum(line.count(c) for c in "([{")
        depths.append(depths[-1] + change - sum(line.count(c) for c in ")]}"))
    middle, third = len(lines) // 2, len(lines) // 6
    near = range(middle - third, middle + third + 1)
    indents = [len(line) - len(line.lstrip()) for line in lines]
    return min(near, key=lambda i: (depths[i], indents[i], abs(i - middle)))
