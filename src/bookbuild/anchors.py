"""What each page holds, in its order: what can be linked to, and how long each section is.

Kept in the page's metadata under ``anchors``, where a plan of lessons and the list of addresses
find it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from docutils import nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment


class Anchor(NamedTuple):
    """Something on a page that has an address of its own."""

    kind: str
    """``page``, ``section``, ``figure``, ``question`` or ``exercise``."""
    label: str
    title: str
    words: int
    """How much there is to read, apart from what is computed and from solutions."""


def is_unread(node: nodes.Node) -> bool:
    """Return whether a node's words do not count: outputs differ, solutions may be left out."""
    return isinstance(node, nodes.Element) and (
        "cell_output" in node.get("classes", [])
        or type(node).__name__.startswith("solution")
    )


def count_words(node: nodes.Node) -> int:
    """Return how many words of prose and code a node holds."""
    if isinstance(node, nodes.Text):
        return len(node.split())
    if is_unread(node):
        return 0
    return sum(map(count_words, node.children))


def kind_of(node: nodes.Element) -> str | None:
    """Return what sort of thing a node is, or None where it is none."""
    if isinstance(node, nodes.section):
        return "section" if isinstance(node.parent, nodes.section) else "page"
    if isinstance(node, nodes.figure):
        return "figure"
    if "question" in node.get("classes", []):
        return "question"
    is_exercise = type(node).__name__.startswith("exercise")
    return "exercise" if is_exercise else None


def title_of(node: nodes.Element) -> str:
    """Return what a thing is called: its title or caption, or a question's text."""
    texts = list(node.findall(nodes.TextElement))
    named = [
        each
        for each in texts
        if type(each).__name__ == "exercise_subtitle"
        or "question-text" in each["classes"]
    ]
    titles = [e for e in texts if isinstance(e, nodes.title | nodes.caption)]
    found = named if kind_of(node) in ("question", "exercise") else titles
    return found[0].astext() if found else ""


def label_of(node: nodes.Element) -> str:
    """Return the label that leads to a thing, the first where it has several."""
    # What docutils makes of a heading's own words comes after the labels.
    first = next(iter(node["ids"]), "")
    return first if first in node.get("names", []) else ""


def read_anchors(doctree: nodes.document) -> Iterator[Anchor]:
    """Yield what can be linked to on a page, in its order."""
    for node in doctree.findall(nodes.Element):
        kind = kind_of(node)
        if kind and label_of(node):
            yield Anchor(
                kind, label_of(node), title_of(node), count_words(node)
            )


def note_anchors(app: Sphinx, doctree: nodes.document) -> None:
    """Keep what a page that was read holds."""
    metadata: dict[str, Any] = app.env.metadata[app.env.docname]
    metadata["anchors"] = list(read_anchors(doctree))


def anchors_of(env: BuildEnvironment, docname: str) -> list[Anchor]:
    """Return what a page holds; nothing where there is no such page."""
    found: list[Anchor] = env.metadata.get(docname, {}).get("anchors", [])
    return found


def setup(app: Sphinx) -> dict[str, Any]:
    """Note what every page holds."""
    app.connect("doctree-read", note_anchors)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
