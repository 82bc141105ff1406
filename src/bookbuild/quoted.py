"""What links say of other pages: where that changes, the pages with the links are written again.

A link shows the title, the number or the reference of what it leads to. Sphinx writes a page when
the page itself was edited. So a section that got another title on one page would keep its old one
on all others, and a link whose label is gone would go unnoticed until the next cold build.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from docutils import nodes
from sphinx import addnodes

from bookbuild.fingerprint import digest

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

LATE = 900
"""After all that add links to a page, and after the figures have got their numbers."""


class Link(NamedTuple):
    """A link to something in the book, as a page asks for it."""

    domain: str
    """Whose it is to find the target, such as ``std`` or ``cite``."""
    kind: str
    target: str
    explicit: bool
    """Whether the page itself says what the link shows."""
    module: str
    owner: str
    """Where a name of Python's is looked for first."""


def read_link(node: addnodes.pending_xref) -> Link:
    """Return the link that Sphinx would resolve."""
    return Link(
        node.get("refdomain", ""),
        node["reftype"],
        node["reftarget"],
        bool(node.get("refexplicit")),
        node.get("py:module") or "",
        node.get("py:class") or "",
    )


def note_links(app: Sphinx, doctree: nodes.document) -> None:
    """Keep the links of a page that was read."""
    asked = doctree.findall(addnodes.pending_xref)
    # Markdown's own links between pages belong to no domain, and this book has none.
    found = {read_link(node) for node in asked if node.get("refdomain")}
    app.env.metadata[app.env.docname]["links"] = sorted(found)


def follow(app: Sphinx, page: str, link: Link) -> str:
    """Return what a link shows and where it leads; nothing where it leads nowhere."""
    node = addnodes.pending_xref(
        "",
        refdomain=link.domain,
        reftype=link.kind,
        reftarget=link.target,
        refexplicit=link.explicit,
        refdoc=page,
    )
    node["py:module"], node["py:class"] = link.module, link.owner
    domain = app.env.get_domain(link.domain)
    found = domain.resolve_xref(
        app.env,
        page,
        app.builder,
        link.kind,
        link.target,
        node,
        nodes.inline(),
    )
    return "" if found is None else found.pformat()


def pages_with_other_links(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Return the pages to write again: those whose links show or reach something else now."""
    shown = {
        page: digest(*(follow(app, page, link) for link in links))
        for page, known in env.metadata.items()
        # Pages that are made and not read, such as the one for lost readers, have none.
        if (links := known.get("links")) is not None
    }
    before: dict[str, Any] = getattr(env, "book_links", {})
    env.book_links = shown  # type: ignore[attr-defined]
    return [page for page in shown if shown[page] != before.get(page)]


def setup(app: Sphinx) -> dict[str, Any]:
    """Note the links of every page, and follow them when all pages are read."""
    app.connect("doctree-read", note_links, priority=LATE)
    app.connect("env-get-updated", pages_with_other_links, priority=LATE)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
