"""The card at the head of a lesson: its question, what one will be able to do, and how long.

Minutes, needs and slide sections come from the page's front matter, where
tests and other pages find them too.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

from bookbuild.slides import slides_link

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def page_link(docname: str, target: str, text: str = "") -> nodes.Node:
    """Return a link to another page, with that page's title as its text if none is given."""
    return addnodes.pending_xref(
        "",
        nodes.inline(text=text),
        refdomain="std",
        reftype="doc",
        reftarget=f"/{target}",
        refdoc=docname,
        refexplicit=bool(text),
        refwarn=True,
    )


class LessonDirective(SphinxDirective):
    """``{lesson} Question?`` with the outcomes as its content."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the card."""
        metadata = self.env.metadata[self.env.docname]
        if "minutes" not in metadata:
            raise self.error(
                "a lesson's front matter says how many minutes it takes"
            )
        card = nodes.container(classes=["lesson-card"])
        # Other pages show it too.
        metadata["question"] = self.arguments[0]
        question, messages = self.parse_inline(self.arguments[0])
        card += nodes.paragraph(
            "", "", *question, *messages, classes=["lesson-question"]
        )
        card += nodes.paragraph(
            text="After this page you can:", classes=["lesson-outcomes"]
        )
        card += self.parse_content_to_nodes()
        card += self.facts(metadata)
        card += slides_link()
        return [card]

    def facts(self, metadata: dict[str, Any]) -> nodes.paragraph:
        """Return the line with the minutes and the pages to read first."""
        line = nodes.paragraph("", classes=["lesson-facts"])
        line += nodes.strong(text=f"{metadata['minutes']} minutes.")
        needs = json.loads(metadata.get("needs", "[]"))
        line += nodes.Text(
            " Read first: " if needs else " Needs nothing but this page."
        )
        for index, need in enumerate(needs):
            line += nodes.Text(", " if index else "")
            line += page_link(self.env.docname, need)
        if needs:
            line += nodes.Text(".")
        return line


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("lesson", LessonDirective)
    return {"parallel_read_safe": True}
