"""The chain of the workshop's steps at the head of its pages, each page's own step marked.

The setting ``book_chain`` gives each step and the page that it leads to. A page whose front
matter says ``step: Training`` belongs to that step; ``step: all`` shows the chain unmarked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.util import logging

from bookbuild.lesson import page_link

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)

ALL = "all"
"""The step of a page that belongs to none of them, or to each."""


class chain(nodes.General, nodes.Element):  # noqa: N801 (docutils names nodes so)
    """The strip."""


class chain_step(nodes.General, nodes.TextElement):  # noqa: N801
    """One step of it; ``current`` says whether the page belongs to it."""


def strip(docname: str, current: str, steps: Mapping[str, str]) -> chain:
    """Return the strip of a page that belongs to the current step."""
    node = chain()
    for step, target in steps.items():
        item = chain_step(current=step == current)
        item += page_link(docname, target, step)
        node += item
    return node


def add_strip(app: Sphinx, doctree: nodes.document) -> None:
    """Put the strip under the title of a page that names its step."""
    docname, steps = app.env.docname, app.config.book_chain
    current = app.env.metadata[docname].get("step")
    if current is None:
        return
    if current not in (ALL, *steps):
        known = ", ".join([*steps, ALL])
        logger.warning(
            "there is no step %r in the chain: %s",
            current,
            known,
            location=docname,
        )
        return
    title = next(doctree.findall(nodes.title))
    title.parent.insert(
        title.parent.index(title) + 1, strip(docname, current, steps)
    )


def visit_chain(self: HTML5Translator, _node: chain) -> None:
    """Open the strip."""
    self.body.append(
        '<nav class="chain" aria-label="Steps of the workshop">\n<ol>\n'
    )


def depart_chain(self: HTML5Translator, _node: chain) -> None:
    """Close the strip."""
    self.body.append("</ol>\n</nav>\n")


def visit_step(self: HTML5Translator, node: chain_step) -> None:
    """Open a step."""
    self.body.append('<li aria-current="step">' if node["current"] else "<li>")


def depart_step(self: HTML5Translator, _node: chain_step) -> None:
    """Close a step."""
    self.body.append("</li>\n")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register ``book_chain`` and the strip."""
    app.add_config_value("book_chain", {}, "env", dict)
    app.add_node(chain, html=(visit_chain, depart_chain))
    app.add_node(chain_step, html=(visit_step, depart_step))
    app.connect("doctree-read", add_strip)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
