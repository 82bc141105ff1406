"""The way through the book: its parts and pages with their minutes and questions.

Order and parts come from the first page's tables of contents, titles from the pages, minutes and
questions from their lesson cards. The sidebar, the links at a page's foot, and the table that
``{path}`` makes all show the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from docutils import nodes
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective, SphinxRole

from bookbuild.lesson import page_link
from bookbuild.tables import table_row

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment


class Page(NamedTuple):
    """A page; one that is no lesson has no question, and takes 0 minutes."""

    name: str
    title: str
    minutes: int
    question: str


class Part(NamedTuple):
    """A part of the book, in reading order."""

    title: str
    pages: tuple[Page, ...]

    @property
    def minutes(self) -> int:
        """How long its lessons take together."""
        return sum(page.minutes for page in self.pages)


def duration(minutes: int) -> str:
    """Return a time as a reader would say it: ``45 min``, ``2 h``, ``2 h 15 min``."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest)
    return " ".join(parts) or "0 min"


def read_page(env: BuildEnvironment, name: str) -> Page:
    """Return what navigation must know of a page."""
    matter = env.metadata[name]
    question = matter.get("question", "")
    minutes = int(matter["minutes"]) if question else 0
    return Page(name, env.titles[name].astext(), minutes, question)


def read_parts(env: BuildEnvironment) -> tuple[Part, ...]:
    """Return the parts of the book, as the first page's tables of contents give them."""
    root = env.get_doctree(env.config.root_doc)
    return tuple(
        Part(
            table["caption"],
            tuple(read_page(env, name) for name in table["includefiles"]),
        )
        for table in root.findall(addnodes.toctree)
        if table["caption"]
    )


def renew(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Keep the parts; where they changed, return all pages, since each one shows them."""
    parts = read_parts(env)
    before = getattr(env, "book_parts", None)
    env.book_parts = parts  # type: ignore[attr-defined]
    return [] if parts == before else sorted(app.env.found_docs)


def lend(
    app: Sphinx,
    name: str,
    _template: str,
    context: dict[str, Any],
    _doctree: Any,
) -> None:
    """Hand the parts to the templates, and the questions of the pages before and after."""
    parts: tuple[Part, ...] = app.env.book_parts  # type: ignore[attr-defined]
    pages = {page.name: page for part in parts for page in part.pages}
    _, before, after = app.builder.relations.get(name, (None, None, None))  # type: ignore[attr-defined]
    context["book_parts"] = parts
    context["duration"] = duration
    context["page_before"] = pages.get(before)
    context["page_after"] = pages.get(after)


class path_table(nodes.General, nodes.Element):  # noqa: N801 (docutils names nodes so)
    """Where the table of all lessons goes."""


class total_time(nodes.General, nodes.Inline, nodes.Element):  # noqa: N801
    """Where the time that all lessons take goes."""


class PathDirective(SphinxDirective):
    """``{path}``: every lesson by part, with its question and minutes."""

    def run(self) -> list[nodes.Node]:
        """Return the place; the table is made when all pages have been read."""
        return [path_table()]


class TotalTimeRole(SphinxRole):
    """``{total-time}`hours```: how many hours all lessons take together."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the place; the sum is made when all pages have been read."""
        return [total_time(unit=self.text)], []


def table(docname: str, parts: tuple[Part, ...]) -> nodes.table:
    """Return the table of all lessons: the page with its question, and its minutes."""
    group = nodes.tgroup(cols=2)
    group += [nodes.colspec(colwidth=85), nodes.colspec(colwidth=15)]
    heads: list[list[nodes.Node]] = [
        [nodes.Text("page and its question")],
        [nodes.Text("time")],
    ]
    group += nodes.thead("", table_row(*heads))
    body = nodes.tbody()
    for part in parts:
        lessons = [page for page in part.pages if page.question]
        if not lessons:
            continue
        head = table_row(
            [nodes.strong(text=part.title)],
            [nodes.strong(text=duration(part.minutes))],
        )
        head["classes"].append("part")
        body += head
        for page in lessons:
            link = page_link(docname, page.name, page.title)
            question = nodes.inline(
                text=page.question, classes=["path-question"]
            )
            time = nodes.Text(duration(page.minutes))
            body += table_row([link, nodes.Text(" "), question], [time])
    group += body
    return nodes.table("", group, classes=["path"])


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the table, and the time, into their places."""
    parts: tuple[Part, ...] = app.env.book_parts  # type: ignore[attr-defined]
    for time in list(doctree.findall(total_time)):
        minutes = sum(part.minutes for part in parts)
        time.replace_self(nodes.Text(f"{round(minutes / 60)} {time['unit']}"))
    places = list(doctree.findall(path_table))
    for place in places:
        place.replace_self(table(docname, parts))
    if places:
        app.env.resolve_references(doctree, docname, app.builder)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive, the role, and what the templates need."""
    app.add_node(path_table)
    app.add_node(total_time)
    app.add_directive("path", PathDirective)
    app.add_role("total-time", TotalTimeRole())
    app.connect("env-updated", renew)
    app.connect("doctree-resolved", fill)
    app.connect("html-page-context", lend)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
