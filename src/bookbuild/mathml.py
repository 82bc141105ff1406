"""Formulas as MathML, made at build time: no script to fetch, none to run.

Every current browser lays MathML out and every screen reader reads it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.errors import ExtensionError
from sphinx.util.math import get_node_equation_number

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator


# The converter writes the characters it means as entities, and lets through
# what it does not know: a misspelt command, a stray brace, an alignment.
UNKNOWN = re.compile(r"[\\{}]|&(?!#)")


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


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer under the name ``mathml``."""
    app.add_html_math_renderer(
        "mathml", (visit_inline, None), (visit_block, None)
    )
    return {"parallel_read_safe": True, "parallel_write_safe": True}
