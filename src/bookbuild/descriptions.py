"""One sentence or two about each page, for its head, for search results and for ``llms.txt``.

They are computed: a lesson is described by the question and the outcomes of its card, any other
page by its first words. Front matter that gives a ``description`` is taken as it is.
"""

from __future__ import annotations

import html
import re
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx import addnodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

SHORTEST, LONGEST = 50, 160
SENTENCE = re.compile(r"(?<=[.?!])\s+")
# What Sphinx makes of no page of ours; a search engine need not list it.
MADE_PAGES = {
    "_modules/index": "The modules whose code runs on the pages of {project}.",
    "404": "This address leads to no page of {project}. Search it, or find the page in its parts.",
    "genindex": "Every term and every function of {project} in alphabetical order.",
    "py-modindex": "The modules of the code that {project} teaches, each with what it is for.",
    "search": "Search {project} for a term, a symbol, a function or any other words.",
}
SOURCE_PAGE = "The source code of {name}, as it runs on the pages of {project}."


def shorten(text: str) -> str:
    """Return a text of at most 160 characters, ended after a sentence where that is long enough."""
    text = " ".join(text.split())
    if len(text) <= LONGEST:
        return text
    kept = ""
    for sentence in SENTENCE.split(text):
        longer = f"{kept} {sentence}".strip()
        if len(longer) > LONGEST:
            break
        kept = longer
    if len(kept) >= SHORTEST:
        return kept
    return text[:LONGEST].rpartition(" ")[0].rstrip(" ,;:–") + "…"


def describe_lesson(question: str, outcomes: list[str]) -> str:
    """Return a lesson's question, with as many of its outcomes as there is room for."""
    kept, text = question, question
    for count in range(1, len(outcomes) + 1):
        text = f"{question} Learn to {'; '.join(outcomes[:count])}."
        if len(text) > LONGEST:
            break
        kept = text
    return shorten(kept if len(kept) >= SHORTEST else text)


def plain_start(paragraph: nodes.paragraph) -> str:
    """Return a paragraph's text up to the first thing that has no plain words yet."""
    texts = takewhile(lambda part: part is not None, map(words, paragraph))
    text = "".join(part for part in texts if part)
    if len(text) < len(paragraph.astext()):
        # A sentence that is cut off says less than none.
        return "".join(re.findall(r".*[.?!](?=\s|$)", text, re.DOTALL))
    return text


def words(node: nodes.Node) -> str | None:
    """Return a node's text, or None for a formula in LaTeX, or a link or value yet to be found."""
    for part in node.findall(nodes.Element):
        formula = isinstance(part, nodes.math) and "\\" in part.astext()
        unnamed = (
            isinstance(part, addnodes.pending_xref) and not part["refexplicit"]
        )
        if formula or unnamed or not part.children:
            return None
    return node.astext()


def opening(doctree: nodes.document) -> Iterator[str]:
    """Yield the texts of the paragraphs that stand directly in the page's sections."""
    for paragraph in doctree.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.section):
            yield plain_start(paragraph)


def describe(doctree: nodes.document) -> str:
    """Return the description of a page that has been read."""
    for card in doctree.findall(nodes.container):
        if "lesson-card" in card["classes"]:
            question = next(card.findall(nodes.paragraph)).astext()
            outcomes = [item.astext() for item in card.findall(nodes.list_item)]
            return describe_lesson(question, outcomes)
    text = ""
    for more in opening(doctree):
        text = f"{text} {more}".strip()
        if len(text) >= SHORTEST:
            break
    return shorten(text)


def describe_made(pagename: str, project: str) -> str:
    """Return the description of a page that Sphinx makes by itself."""
    name = pagename.removeprefix("_modules/").replace("/", ".")
    pattern = MADE_PAGES.get(pagename, SOURCE_PAGE)
    return shorten(pattern.format(name=name, project=project))


def note_description(app: Sphinx, doctree: nodes.document) -> None:
    """Keep the page's description with its front matter."""
    metadata = app.env.metadata[app.env.docname]
    metadata.setdefault("description", describe(doctree))


def add_description(
    app: Sphinx,
    pagename: str,
    _template: str,
    context: dict[str, Any],
    _doctree: nodes.document | None,
) -> None:
    """Put the description into the page's head, and let no search engine list a made page."""
    is_ours = pagename in app.env.found_docs
    text = (
        app.env.metadata[pagename]["description"]
        if is_ours
        else describe_made(pagename, app.config.project)
    )
    tags = f'<meta name="description" content="{html.escape(text)}" />\n'
    if not is_ours:
        tags += '<meta name="robots" content="noindex" />\n'
    # Sphinx gives its made pages no tags at all.
    context["metatags"] = context.get("metatags", "") + tags


def setup(app: Sphinx) -> dict[str, Any]:
    """Register both steps."""
    app.connect("doctree-read", note_description)
    app.connect("html-page-context", add_description)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
