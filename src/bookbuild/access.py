"""What Sphinx writes and assistive technology has no use for, written otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator


def visit_citation(self: HTML5Translator, node: nodes.citation) -> None:
    """Open an entry of a bibliography, and the list of them before its first.

    The role that docutils gives an entry is deprecated, and no item of a list.
    """
    if not isinstance(node.previous_sibling(), nodes.citation):
        self.body.append('<div role="list" class="citation-list">\n')
    self.body.append(
        self.starttag(node, "div", CLASS="citation", role="listitem")
    )


def depart_citation(self: HTML5Translator, node: nodes.citation) -> None:
    """Close the entry, and the list after its last."""
    self.body.append("</div>\n")
    following = node.next_node(descend=False, siblings=True)
    if not isinstance(following, nodes.citation):
        self.body.append("</div>\n")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register how the entries are written."""
    app.add_node(
        nodes.citation, override=True, html=(visit_citation, depart_citation)
    )
    return {"parallel_read_safe": True, "parallel_write_safe": True}
