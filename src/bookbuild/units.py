"""Keeps a number and its unit on one line: a browser may break a line at any space."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx

UNIT = r"(?:%|h|min|s|ms|kB|MB)(?!\w)"
AFTER_DIGIT = re.compile(rf"(?<=\d) (?={UNIT})")
AT_START = re.compile(rf"\A (?={UNIT})")
UNBROKEN = "\N{NO-BREAK SPACE}"

EXACT = (nodes.literal, nodes.FixedTextElement, nodes.math, nodes.raw)
"""What a reader copies as it stands."""


class KeepUnits(SphinxPostTransform):
    """Puts a space that does not break between each number of the prose and its unit."""

    # When numbers from cells have been filled in, and before formulas take their punctuation.
    default_priority = 890

    def run(self, **_kwargs: Any) -> None:
        """Go through all texts but code."""
        for text in list(self.document.findall(nodes.Text)):
            if is_exact(text):
                continue
            kept = AFTER_DIGIT.sub(UNBROKEN, text)
            if before(text)[-1:].isdigit():
                kept = AT_START.sub(UNBROKEN, kept)
            if kept != text:
                text.parent.replace(text, nodes.Text(kept))


def is_exact(node: nodes.Node) -> bool:
    """Return whether a node stands in code."""
    around = node.parent
    while around is not None:
        if isinstance(around, EXACT):
            return True
        around = around.parent
    return False


def before(text: nodes.Text) -> str:
    """Return what stands just before a text in the same sentence."""
    siblings = text.parent.children
    place = next(at for at, each in enumerate(siblings) if each is text)
    return siblings[place - 1].astext() if place else ""


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transform."""
    app.add_post_transform(KeepUnits)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
