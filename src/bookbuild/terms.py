"""Links from a term's first use on each lesson to its entry in the glossary.

The glossary page is the only list of terms: what it defines is linked.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx import addnodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

ENTRY = re.compile(r"^(?P<term>\S.*)\n {4}\S", re.MULTILINE)
# Where a link would be wrong, or in the way.
CLOSED = (
    nodes.title,
    nodes.reference,
    nodes.literal,
    nodes.literal_block,
    nodes.math,
    nodes.raw,
    nodes.caption,
    nodes.citation,
    addnodes.pending_xref,
    addnodes.glossary,
)
CLOSED_CLASSES = {"lesson-card", "question", "claim", "sample-edition"}


def read_terms(text: str) -> list[str]:
    """Return the terms that a glossary page defines, the longest first.

    Parameters
    ----------
    text : str
        The page: each term on a line of its own, its definition below, indented.
    """
    terms = [match["term"].strip() for match in ENTRY.finditer(text)]
    # So that "cross-entropy" is not taken for a use of "entropy".
    return sorted(terms, key=len, reverse=True)


def find_use(term: str, text: str) -> re.Match[str] | None:
    """Return where a term, or its plural in s, is first used as a whole word, or None."""
    return re.search(
        rf"(?<![\w-]){re.escape(term)}s?(?![\w-])", text, re.IGNORECASE
    )


def open_texts(doctree: nodes.document) -> Iterator[nodes.Text]:
    """Yield the texts of a page in which a link may stand."""
    for paragraph in list(doctree.findall(nodes.paragraph)):
        for text in list(paragraph.findall(nodes.Text)):
            if not is_closed(text):
                yield text


def is_closed(node: nodes.Node) -> bool:
    """Return whether a node lies in something that must not hold a link."""
    parent = node.parent
    while parent is not None:
        if isinstance(parent, CLOSED) or CLOSED_CLASSES & set(
            parent.get("classes", [])
        ):
            return True
        parent = parent.parent
    return False


def term_link(docname: str, term: str, shown: str) -> nodes.Node:
    """Return a link to a glossary entry."""
    return addnodes.pending_xref(
        "",
        nodes.inline(text=shown, classes=["term-link"]),
        refdomain="std",
        reftype="term",
        reftarget=term,
        refdoc=docname,
        refexplicit=True,
        refwarn=True,
    )


def link_text(
    text: nodes.Text, terms: list[str], docname: str
) -> list[nodes.Node]:
    """Return the text with the first use of each term made a link; take those from ``terms``."""
    for term in list(terms):
        use = find_use(term, text)
        if use:
            terms.remove(term)
            before, after = (
                nodes.Text(text[: use.start()]),
                nodes.Text(text[use.end() :]),
            )
            link = term_link(docname, term, use[0])
            return [
                *link_text(before, terms, docname),
                link,
                *link_text(after, terms, docname),
            ]
    return [text] if text else []


def link_terms(app: Sphinx, doctree: nodes.document) -> None:
    """Link the first use of every term on a page."""
    glossary, docname = app.config.book_glossary, app.env.docname
    # The landing page and the reference pages are looked at, not read from the top.
    reference = glossary.rpartition("/")[0] + "/"
    is_lesson = docname != app.config.root_doc and not docname.startswith(
        reference
    )
    if not (glossary and is_lesson):
        return
    path = Path(app.env.doc2path(glossary))
    app.env.note_dependency(str(path))
    terms = read_terms(path.read_text(encoding="utf-8"))
    for text in open_texts(doctree):
        linked = link_text(text, terms, docname)
        if linked != [text]:
            text.parent.replace(text, linked)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register ``book_glossary``, the name of the glossary page, and the links."""
    app.add_config_value("book_glossary", "", "env", str)
    app.connect("doctree-read", link_terms)
    return {"parallel_read_safe": True}
