"""The list of all addresses of the book, for those who link to it: page, part, address.

``{addresses}`` makes it, with a table for each page. The inventory that Sphinx writes beside the
pages, ``objects.inv``, holds the same for other books.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from bookbuild.anchors import Anchor, anchors_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment


class address_list(nodes.General, nodes.Element):  # noqa: N801 (docutils names nodes so)
    """The place of the list, until all pages are read."""


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


def anchor_row(app: Sphinx, docname: str, page: str, anchor: Anchor) -> nodes.row:
    """Return the row of an anchor: its link, what it is, and its address as text."""
    base = app.builder.get_relative_uri(docname, page)
    link = nodes.reference(
        "", anchor.title, internal=True, refuri=f"{base}#{anchor.label}"
    )
    where = app.builder.get_target_uri(page) + f"#{anchor.label}"
    cells = [link], [nodes.Text(anchor.kind)], [nodes.literal(text=where)]
    entries = [nodes.entry("", nodes.paragraph("", "", *c)) for c in cells]
    return nodes.row("", *entries)


def page_list(app: Sphinx, docname: str, page: str) -> list[nodes.Node]:
    """Return a page's title and the table of what it holds."""
    rows = [
        anchor_row(app, docname, page, each)
        for each in anchors_of(app.env, page)
    ]
    columns = [nodes.colspec(colwidth=width) for width in (45, 10, 45)]
    group = nodes.tgroup("", *columns, nodes.tbody("", *rows), cols=3)
    name = nodes.strong(text=app.env.titles[page].astext())
    return [
        nodes.paragraph("", "", name),
        nodes.table("", group, classes=["addresses"]),
    ]


def fill_lists(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the list into its place on a page that is about to be written."""
    for place in list(doctree.findall(address_list)):
        pages = dict.fromkeys(in_order(app.env, app.config.root_doc))
        found = [page_list(app, docname, page) for page in pages]
        place.replace_self([node for each in found for node in each])


def pages_with_lists(_app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Return the pages to write again, since any other page may have a new anchor."""
    return [
        name for name, each in env.metadata.items() if "addresses" in each
    ]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive and its place."""
    app.add_node(address_list)
    app.add_directive("addresses", AddressesDirective)
    app.connect("env-updated", pages_with_lists)
    app.connect("doctree-resolved", fill_lists)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
