"""Formulas as MathML, made at build time: no script to fetch, none to run.

Every current browser lays MathML out and every screen reader reads it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.math import get_node_equation_number

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator


# The converter writes the characters it means as entities, and lets through
# what it does not know: a misspelt command, a stray brace, an alignment.
UNKNOWN = re.compile(r"[\\{}]|&(?!#)")


OPENING = re.compile(r"[(\[“‘]+$")
CLOSING = re.compile(r"^[.,;:!?)\]”’%]+")


def to_mathml(latex: str, display: str) -> str:
    """Return a ``<math>`` element for a formula.

    Parameters
    ----------
    latex : str
        The formula in LaTeX.
    display : str
        ``"inline"`` or ``"block"``.

    Raises
    ------
    ExtensionError
        Where the formula is not LaTeX that can be converted.
    """
    try:
        mathml = str(convert(latex, display=display))
    except Exception as error:
        raise ExtensionError(
            f"This formula is no valid LaTeX: {latex!r} ({error!r})"
        ) from error
    if UNKNOWN.search(mathml):
        raise ExtensionError(
            f"This formula holds LaTeX that cannot be converted: {latex!r}"
        )
    return mathml


def visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    """Write an inline formula."""
    self.body.append(to_mathml(node.astext(), "inline"))
    raise nodes.SkipNode


def visit_block(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a displayed formula, with its number where it has a label."""
    self.body.append(self.starttag(node, "div", CLASS="math-block"))
    self.body.append(to_mathml(node.astext(), "block"))
    if node["number"]:
        number = get_node_equation_number(self, node)
        self.body.append(f'<span class="eqno">({number})</span>')
    self.body.append("</div>\n")
    raise nodes.SkipNode


class KeepPunctuation(SphinxPostTransform):
    """Keeps a comma or a bracket on the line of the formula that it belongs to.

    A browser may break a line on either side of a formula, as it does around a picture.
    """

    default_priority = 900

    def run(self, **_kwargs: Any) -> None:
        """Put such formulas and their punctuation into spans that do not break."""
        for formula in list(self.document.findall(nodes.math)):
            whole = nodes.inline("", "", classes=["unbroken"])
            before, after = neighbours(formula)
            opening, closing = OPENING.search(before), CLOSING.match(after)
            if not (opening or closing):
                continue
            parent, place = formula.parent, formula.parent.index(formula)
            if closing:
                parent[place + 1] = nodes.Text(after[closing.end() :])
            if opening:
                parent[place - 1] = nodes.Text(before[: opening.start()])
            parent[place] = whole
            if opening:
                whole += nodes.Text(opening[0])
            whole += formula
            if closing:
                whole += nodes.Text(closing[0])


def neighbours(node: nodes.Node) -> tuple[str, str]:
    """Return the texts just before and just after a node, each empty where none is."""
    place = node.parent.index(node)
    around = {place - 1: "", place + 1: ""}
    for where in around.keys() & {*range(len(node.parent))}:
        if isinstance(node.parent[where], nodes.Text):
            around[where] = node.parent[where].astext()
    return around[place - 1], around[place + 1]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer under the name ``mathml``."""
    app.add_html_math_renderer(
        "mathml", (visit_inline, None), (visit_block, None)
    )
    app.add_post_transform(KeepPunctuation)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
