"""The sentences of a paragraph, each with its formulas, links and emphasis."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docutils import nodes

if TYPE_CHECKING:
    from collections.abc import Sequence

END = re.compile(r"[.?!][”’\"')]*(\s+)(?![a-z])")
"""Where a sentence may end: a word in small letters only ever goes on."""

POINTING = re.compile(
    r"(?:He|She|It|They|Her|Its|Their|This|That|These|Those|Such|Each|Both)\b"
)
"""What begins a sentence that is not understood by itself."""

PAIRS = (("(", ")"), ("“", "”"))


def is_whole(text: str) -> bool:
    """Return whether every bracket and quotation in a text is closed again."""
    return all(text.count(a) == text.count(b) for a, b in PAIRS)


def sentences(paragraph: nodes.TextElement) -> list[list[nodes.Node]]:
    """Return copies of a paragraph's nodes, sentence by sentence.

    A sentence ends only in the paragraph's own text, not inside emphasis, and not inside brackets
    or quotation marks.
    """
    found: list[list[nodes.Node]] = [[]]
    for child in paragraph.children:
        if not isinstance(child, nodes.Text):
            found[-1].append(child.deepcopy())
            continue
        text, start = str(child), 0
        for match in END.finditer(text):
            piece = text[start : match.start(1)]
            if is_whole(text_of(found[-1]) + piece):
                found[-1].append(nodes.Text(piece))
                found.append([])
                start = match.end()
        found[-1].append(nodes.Text(text[start:]))
    return [sentence for sentence in found if text_of(sentence).strip()]


def text_of(sentence: Sequence[nodes.Node]) -> str:
    """Return what a sentence says."""
    return "".join(node.astext() for node in sentence)


def is_key(sentence: Sequence[nodes.Node]) -> bool:
    """Return whether a sentence holds what its author has set in bold."""
    return any(isinstance(node, nodes.strong) for node in sentence)


def leans(sentence: Sequence[nodes.Node]) -> bool:
    """Return whether a sentence begins with a word for what the one before it names."""
    return bool(POINTING.match(text_of(sentence)))


def supported(
    found: Sequence[Sequence[nodes.Node]], chosen: set[int], first: int = 0
) -> set[int]:
    """Return the chosen sentences with those, from the first on, that they lean on."""
    whole = set(chosen)
    for index in reversed(range(first + 1, len(found))):
        if index in whole and leans(found[index]):
            whole.add(index - 1)
    return whole


def joined(
    found: Sequence[Sequence[nodes.Node]], chosen: Sequence[int]
) -> list[nodes.Element]:
    """Return the chosen sentences as paragraphs; those that follow one another share one."""
    paragraphs: list[nodes.Element] = []
    for before, index in zip([None, *chosen], chosen, strict=False):
        if before is not None and before + 1 == index:
            paragraphs[-1] += [nodes.Text(" "), *found[index]]
        else:
            paragraphs.append(nodes.paragraph("", "", *found[index]))
    return paragraphs
