"""Retrieval questions: every choice opens to what it gets right or wrong.

Each choice is a native disclosure (``<details>``): it works by keyboard, with
a screen reader and without scripts, and the style sheet opens it in print.

.. code-block:: markdown

    :::{question} The error is negative. The prediction was ...
    - [ ] too small

      No: then truth minus prediction would be positive.
    - [x] too large

      Yes: ...
    :::
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

MARK = re.compile(r"\[(?P<mark>[ x])\] ")


class choice(nodes.General, nodes.Element):  # noqa: N801 (docutils names nodes so)
    """One choice with its feedback: a disclosure in HTML."""


class choice_text(nodes.General, nodes.TextElement):  # noqa: N801
    """What the reader sees of a choice before opening it."""


class QuestionDirective(SphinxDirective):
    """``{question} Text`` with a list of choices, exactly one of them marked ``[x]``."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the question with its choices.

        Raises
        ------
        docutils.parsers.rst.DirectiveError
            Where a choice has no mark or no feedback, or not exactly one is right.
        """
        box = nodes.container(classes=["question"])
        text, messages = self.parse_inline(self.arguments[0])
        box += nodes.paragraph(
            "", "", *text, *messages, classes=["question-text"]
        )
        content = self.parse_content_to_nodes()
        if [type(node) for node in content] != [nodes.bullet_list]:
            raise self.error("a question holds one list, that of its choices")
        items = content[0].findall(nodes.list_item)
        choices = [
            self.read_choice(item)
            for item in items
            if item.parent is content[0]
        ]
        if sum("right" in each["classes"] for each in choices) != 1:
            raise self.error("a question has exactly one choice marked [x]")
        box += choices
        return [box]

    def read_choice(self, item: nodes.list_item) -> choice:
        """Return the choice that a list item holds."""
        label, *feedback = item.children or [nodes.paragraph()]
        first = label.children[0] if label.children else nodes.Text("")
        match = MARK.match(first.astext())
        if (
            match is None
            or not feedback
            or not isinstance(feedback[0], nodes.paragraph)
        ):
            raise self.error(
                "a choice is '- [ ] text' or '- [x] text', with feedback below it"
            )
        right = match["mark"] == "x"
        rest = nodes.Text(first.astext()[match.end() :])
        verdict = nodes.strong(text="Right. " if right else "Not quite. ")
        node = choice(classes=["choice", "right" if right else "wrong"])
        node += choice_text("", "", rest, *label.children[1:])
        feedback[0].insert(0, verdict)
        node += feedback
        return node


def visit_choice(self: HTML5Translator, node: choice) -> None:
    """Open the disclosure."""
    self.body.append(self.starttag(node, "details"))


def depart_choice(self: HTML5Translator, _node: choice) -> None:
    """Close the disclosure."""
    self.body.append("</details>\n")


def visit_choice_text(self: HTML5Translator, node: choice_text) -> None:
    """Open the line that the reader chooses."""
    self.body.append(self.starttag(node, "summary", ""))


def depart_choice_text(self: HTML5Translator, _node: choice_text) -> None:
    """Close that line."""
    self.body.append("</summary>\n")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive and its nodes."""
    app.add_node(choice, html=(visit_choice, depart_choice))
    app.add_node(choice_text, html=(visit_choice_text, depart_choice_text))
    app.add_directive("question", QuestionDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
