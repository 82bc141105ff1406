"""What the search finds by its name: the terms, symbols and functions of the book.

Sphinx' own index knows words, and words alone. This adds a table of places, each with its names,
a sentence about it and the pages that show it; ``book/_static/search/search.js`` puts them before
what Sphinx finds. ``book_notation`` names the page whose table lists the symbols.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx import addnodes
from sphinx.util.index_entries import split_index_msg

from bookbuild.files import write_text
from bookbuild.navigation import read_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sphinx.application import Sphinx

PLACES = Path("_static", "search", "places.js")
# An attribute is found through its class.
KINDS = {"module", "function", "class", "exception", "method", "data"}


@dataclass(frozen=True)
class Place:
    """One thing that readers look up by its name."""

    kind: str
    name: str
    text: str
    page: str
    anchor: str
    names: list[str] = field(default_factory=list)
    """Other spellings."""
    shown: list[str] = field(default_factory=list)
    """The lessons that show it, in the book's order: the first one of a term or a symbol."""


# --- Who uses what -----------------------------------------------------------------------


def note_uses(app: Sphinx, doctree: nodes.document) -> None:
    """Keep, with the page's front matter, what the page uses: terms, formulas, functions."""
    terms = [
        link["reftarget"]
        for link in doctree.findall(addnodes.pending_xref)
        if link["reftype"] == "term"
    ]
    latex = [formula.astext() for formula in formulas(doctree)]
    functions = [
        block.children[0].astext()
        for block in doctree.findall(nodes.container)
        if "source" in block["classes"]
    ]
    app.env.metadata[app.env.docname]["uses"] = {
        "terms": terms,
        "formulas": "\n".join(latex),
        "functions": functions,
    }


def formulas(doctree: nodes.document) -> Iterator[nodes.Element]:
    """Yield a page's formulas: those in a line, then those on their own."""
    yield from doctree.findall(nodes.math)
    yield from doctree.findall(nodes.math_block)


def reading_order(app: Sphinx) -> list[str]:
    """Return the book's pages in the order of its parts, then the others."""
    parts = read_parts(app.env)
    listed = [page.name for part in parts for page in part.pages]
    first = dict.fromkeys([app.config.root_doc, *listed])
    return [*first, *sorted(app.env.found_docs - first.keys())]


class Lessons:
    """Which lessons use what, in the book's order."""

    def __init__(self, app: Sphinx) -> None:
        # The reference pages list everything, and so show nothing.
        reference = app.config.book_glossary.rpartition("/")[0] + "/"
        self.uses = {
            page: app.env.metadata[page]["uses"]
            for page in reading_order(app)
            if not page.startswith(reference)
        }

    def with_function(self, name: str) -> list[str]:
        """Return the pages that show a function's code."""
        return [
            page
            for page, uses in self.uses.items()
            if name in uses["functions"]
        ]

    def with_term(self, term: str) -> list[str]:
        """Return the first page that uses a term."""
        pages = [
            page for page, uses in self.uses.items() if term in uses["terms"]
        ]
        return pages[:1]

    def with_symbol(self, latex: str) -> list[str]:
        """Return the first page that has a symbol in a formula."""
        # Where e has an exponent it is Euler's number.
        whole = re.compile(rf"(?<![A-Za-z\\]){re.escape(latex)}(?![A-Za-z^])")
        pages = [
            page
            for page, uses in self.uses.items()
            if whole.search(uses["formulas"])
        ]
        return pages[:1]


# --- Terms --------------------------------------------------------------------------------


def terms(
    page: str, doctree: nodes.document, lessons: Lessons
) -> Iterator[Place]:
    """Yield the terms that a glossary page defines, each with its definition."""
    for glossary in doctree.findall(addnodes.glossary):
        for item in glossary.findall(nodes.definition_list_item):
            text = say(next(item.findall(nodes.paragraph)))
            for term in item.findall(nodes.term):
                name = str(term[0].astext())
                yield Place(
                    "term",
                    name,
                    text,
                    page,
                    term["ids"][0],
                    [],
                    lessons.with_term(name),
                )


# --- Symbols ------------------------------------------------------------------------------


def spell(latex: str) -> list[str]:
    r"""Return how a reader may type a formula: as it is printed, and with its letters' names.

    >>> spell(r"\Delta w")
    ['Δw', 'Delta w']
    """
    mathml = str(convert(latex))
    printed = re.sub(
        r"&#x([0-9A-F]+);", lambda code: chr(int(code[1], 16)), mathml
    )
    printed = re.sub(r"<[^>]*>", "", printed)
    return list(dict.fromkeys([printed, latex.replace("\\", "")]))


def say(node: nodes.Node) -> str:
    """Return a node's text, its formulas as they are printed."""
    if isinstance(node, nodes.math):
        return spell(node.astext())[0]
    return "".join(map(say, node.children)) or node.astext()


def note_symbols(app: Sphinx, doctree: nodes.document) -> None:
    """Give each row of the symbols' table an anchor."""
    if app.env.docname != app.config.book_notation:
        return
    for number, row in enumerate(rows(doctree), 1):
        row["ids"].append(f"symbol-{number}")


def rows(doctree: nodes.document) -> Iterator[nodes.row]:
    """Yield the rows of a page's tables, without their heads."""
    for body in doctree.findall(nodes.tbody):
        yield from body.findall(nodes.row)


def symbols(
    page: str, doctree: nodes.document, lessons: Lessons
) -> Iterator[Place]:
    """Yield the symbols of the notation page: what each is, and who shows it first."""
    for row in rows(doctree):
        formulas, meaning, code, function = row.findall(nodes.entry)
        latex = [each.astext() for each in formulas.findall(nodes.math)]
        spelt = [spell(each) for each in latex]
        printed = ", ".join(each[0] for each in spelt)
        inside = re.findall(r"^(\w)\(", printed)
        first = chain(*map(lessons.with_symbol, latex))
        shown = chain(first, lessons.with_function(function.astext()))
        yield Place(
            "symbol",
            printed,
            say(meaning),
            page,
            row["ids"][0],
            [*chain(*spelt), *inside, say(meaning), code.astext()],
            list(dict.fromkeys(shown)),
        )


# --- Functions ----------------------------------------------------------------------------


def first_words(node: nodes.Element) -> str:
    """Return the first paragraph about an object of the reference."""
    if isinstance(node, addnodes.desc_signature):
        content = node.parent.children[-1]
        paragraph = next(content.findall(nodes.paragraph), None)
        return paragraph.astext() if paragraph else ""
    # The anchor of a module stands at its first words.
    return node.astext()


def functions(
    app: Sphinx, page: str, doctree: nodes.document, lessons: Lessons
) -> Iterator[Place]:
    """Yield what a page of the reference describes: functions, classes, modules."""
    marked: dict[str, nodes.Element] = {}
    for node in doctree.findall(nodes.Element):
        marked.update(dict.fromkeys(node.get("ids", []), node))
    for name, _, kind, home, anchor, _ in sorted(
        app.env.domains.python_domain.get_objects()
    ):
        if home == page and kind in KINDS:
            text = first_words(marked[anchor])
            shown = lessons.with_function(name)
            yield Place(kind, name, text, page, anchor, [], shown)


# --- The table ----------------------------------------------------------------------------


def places(app: Sphinx) -> Iterator[Place]:
    """Yield every place of the book."""
    env, lessons = app.env, Lessons(app)
    glossary, notation = app.config.book_glossary, app.config.book_notation
    if glossary in env.found_docs:
        yield from terms(glossary, env.get_doctree(glossary), lessons)
    if notation in env.found_docs:
        yield from symbols(notation, env.get_doctree(notation), lessons)
    homes = {each[3] for each in env.domains.python_domain.get_objects()}
    for page in sorted(homes):
        yield from functions(app, page, env.get_doctree(page), lessons)


def table(app: Sphinx, found: Iterable[Place]) -> str:
    """Return the script that hands the table to the search page."""
    pages = {
        name: {
            "title": app.env.titles[name].astext(),
            "text": app.env.metadata[name]["description"],
            "address": app.builder.get_target_uri(name),
        }
        for name in reading_order(app)
    }
    data = {"pages": pages, "places": [asdict(place) for place in found]}
    packed = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"globalThis.bookPlaces = {packed};\n"


def write_table(app: Sphinx, exception: Exception | None) -> None:
    """Put the table beside the pages."""
    if exception or app.builder.name != "html":
        return
    write_text(Path(app.outdir, PLACES), table(app, places(app)))


def index_entries(
    entries: Iterable[tuple[str, str, str, str, str | None]],
) -> list[tuple[str, str, str]]:
    """Return a page's entries of the general index as Sphinx' search has them."""
    return sorted(
        {
            (part, target or "", main)
            for kind, value, target, main, _ in entries
            for part in split_index_msg(kind, value)
        }
    )


def mend_index(app: Sphinx) -> list[tuple[str, dict[str, Any], str]]:
    """Have Sphinx' search find in a book that was edited what it finds in one built at once.

    Sphinx forgets the entries of pages that are not written now (its issue 12599), and keeps
    words that are on no page any more.
    """
    indexer = app.builder.indexer  # type: ignore[attr-defined]
    if indexer is not None:
        entries = app.env.domains.index_domain.entries
        indexer._index_entries.clear()
        for name in sorted(app.env.found_docs):
            indexer._index_entries[name] = index_entries(entries.get(name, []))
        for words in (indexer._mapping, indexer._title_mapping):
            for word in [word for word, pages in words.items() if not pages]:
                del words[word]
    return []


def skip_formulas(_app: Sphinx, doctree: nodes.document) -> None:
    """Keep the words of LaTeX, such as "frac", out of Sphinx' index."""
    for formula in formulas(doctree):
        formula["classes"].append("no-search")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register ``book_notation`` and the table."""
    app.add_config_value("book_notation", "", "env", str)
    app.connect("doctree-read", note_symbols)
    # Once the terms are linked.
    app.connect("doctree-read", note_uses, priority=600)
    app.connect("doctree-read", skip_formulas)
    app.connect("html-collect-pages", mend_index)
    app.connect("build-finished", write_table)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
