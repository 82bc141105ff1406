"""The list of all addresses of the book, for those who link to it: page, part, address.

``{addresses}`` makes it, with a disclosure for each page. The inventory that Sphinx writes beside
the pages, ``objects.inv``, holds the same for other books.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from bookbuild.anchors import Anchor, anchors_of
from bookbuild.tables import table_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.writers.html5 import HTML5Translator


class address_list(nodes.General, nodes.Element):  # noqa: N801 (docutils names nodes so)
    """The place of the list, until all pages are read."""


class address_page(nodes.General, nodes.Element):  # noqa: N801 (docutils names nodes so)
    """What a page holds, under its title: a disclosure in HTML."""


class AddressesDirective(SphinxDirective):
    """``{addresses}``, without a content."""

    def run(self) -> list[nodes.Node]:
        """Return the place of the list."""
        self.env.metadata[self.env.docname]["addresses"] = True
        return [address_list()]


def in_order(env: BuildEnvironment, docname: str) -> Iterator[str]:
    """Yield the pages as the book's tables of contents have them, from one page on."""
    yield docname
    for each in env.toctree_includes.get(docname, []):
        yield from in_order(env, each)


def anchor_row(
    app: Sphinx, docname: str, page: str, anchor: Anchor
) -> nodes.row:
    """Return the row of an anchor: its link, what it is, and its address as text."""
    base = app.builder.get_relative_uri(docname, page)
    link = nodes.reference(
        "", anchor.title, internal=True, refuri=f"{base}#{anchor.label}"
    )
    where = app.builder.get_target_uri(page) + f"#{anchor.label}"
    cells = [link], [nodes.Text(anchor.kind)], [nodes.literal(text=where)]
    return table_row(*cells)


def page_list(app: Sphinx, docname: str, page: str) -> address_page:
    """Return the table of what a page holds, under its title."""
    rows = [
        anchor_row(app, docname, page, each)
        for each in anchors_of(app.env, page)
    ]
    columns = [nodes.colspec(colwidth=width) for width in (45, 10, 45)]
    group = nodes.tgroup("", *columns, nodes.tbody("", *rows), cols=3)
    table = nodes.table("", group, classes=["addresses"])
    return address_page("", table, title=app.env.titles[page].astext())


def fill_lists(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the list into its place on a page that is about to be written."""
    for place in list(doctree.findall(address_list)):
        pages = dict.fromkeys(in_order(app.env, app.config.root_doc))
        place.replace_self([page_list(app, docname, page) for page in pages])


def visit_page(self: HTML5Translator, node: address_page) -> None:
    """Open the disclosure."""
    title = self.encode(node["title"])
    self.body.append(
        f'<details class="address-page"><summary>{title}</summary>\n'
    )


def depart_page(self: HTML5Translator, _node: address_page) -> None:
    """Close it."""
    self.body.append("</details>\n")


def shown_of(anchors: Iterable[Anchor]) -> Iterator[Anchor]:
    """Yield anchors without what no list shows of them: how much there is to read."""
    for each in anchors:
        yield each._replace(words=0)


def pages_with_lists(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Return the pages to write again where any page has other anchors than before."""
    listed = [
        (page, env.titles[page].astext(), *shown_of(anchors_of(env, page)))
        for page in in_order(env, app.config.root_doc)
    ]
    before = getattr(env, "book_anchors", None)
    env.book_anchors = listed  # type: ignore[attr-defined]
    return [
        name
        for name, each in env.metadata.items()
        if "addresses" in each and listed != before
    ]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive and its nodes."""
    app.add_node(address_list)
    app.add_node(address_page, html=(visit_page, depart_page))
    app.add_directive("addresses", AddressesDirective)
    app.connect("env-updated", pages_with_lists)
    app.connect("doctree-resolved", fill_lists)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
