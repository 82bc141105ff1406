"""Keeps a number and its unit on one line: a browser may break a line at any space."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sphinx.application import Sphinx

UNIT = r"(?:%|h|min|s|ms|kB|MB)(?!\w)"
AFTER_DIGIT = re.compile(rf"(?<=\d) (?={UNIT})")
AT_START = re.compile(rf" (?={UNIT})")
UNBROKEN = "\N{NO-BREAK SPACE}"

EXACT = (nodes.literal, nodes.FixedTextElement, nodes.math, nodes.raw)
"""What a reader copies as it stands."""


class KeepUnits(SphinxPostTransform):
    """Puts a space that does not break between each number of the prose and its unit."""

    # When numbers from cells have been filled in, and before formulas take their punctuation.
    default_priority = 890

    def run(self, **_kwargs: Any) -> None:
        """Go through all texts but code."""
        for element in list(self.document.findall(nodes.Element)):
            if not is_exact(element):
                keep_units(element)


def keep_units(element: nodes.Element) -> None:
    """Mend the spaces in an element's own texts."""
    for place, text in enumerate(element.children):
        if not isinstance(text, nodes.Text):
            continue
        kept = AFTER_DIGIT.sub(UNBROKEN, text)
        if AT_START.match(text) and ends_with_digit(element.children[:place]):
            kept = UNBROKEN + kept[1:]
        if kept != text:
            element[place] = nodes.Text(kept)


def is_exact(node: nodes.Node | None) -> bool:
    """Return whether a node is code, or stands in some."""
    while node is not None and not isinstance(node, EXACT):
        node = node.parent
    return node is not None


def ends_with_digit(some: Sequence[nodes.Node]) -> bool:
    """Return whether the last of some nodes does."""
    return bool(some) and some[-1].astext()[-1:].isdigit()


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transform."""
    app.add_post_transform(KeepUnits)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
