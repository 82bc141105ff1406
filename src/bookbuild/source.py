"""Showing a function as it stands in the package, without its docstring.

``{source} annbook.predictor.error`` prints the code that the page's cells run;
the docstring stays in the API reference, where it can be as long as it must.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx

Definition = ast.FunctionDef | ast.ClassDef


def find_definition(tree: ast.Module, name: str) -> Definition | None:
    """Return the function or class of that name at the top of a module, or None."""
    for node in tree.body:
        if isinstance(node, Definition) and node.name == name:
            return node
    return None


def docstring_lines(node: Definition) -> range:
    """Return the numbers of the lines that a definition's docstring takes, from 1."""
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        return range(first.lineno, (first.end_lineno or first.lineno) + 1)
    return range(0)


def code_of(text: str, name: str) -> str | None:
    """Return a definition's code without its docstring, or None where there is none.

    Parameters
    ----------
    text : str
        A module.
    name : str
        A function or class at its top.
    """
    node = find_definition(ast.parse(text), name)
    if node is None:
        return None
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    hidden = docstring_lines(node)
    lines = text.splitlines()
    shown = [
        i
        for i in range(first, (node.end_lineno or first) + 1)
        if i not in hidden
    ]
    return "\n".join(lines[i - 1] for i in shown)


class SourceDirective(SphinxDirective):
    """``{source} package.module.name``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the code as a block, with the file it comes from as its caption."""
        module, _, name = self.arguments[0].rpartition(".")
        path = Path(self.config.book_source, *module.split(".")).with_suffix(
            ".py"
        )
        self.env.note_dependency(str(path))
        code = (
            code_of(path.read_text(encoding="utf-8"), name)
            if path.exists()
            else None
        )
        if code is None:
            raise self.error(f"there is no {name} in {module}")
        block = nodes.literal_block(
            code, code, language="python", classes=["book-source"]
        )
        caption = nodes.paragraph("", "", nodes.literal(text=self.arguments[0]))
        caption["classes"].append("source-name")
        return [nodes.container("", caption, block, classes=["source"])]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive, and ``book_source``, the folder of the packages."""
    app.add_config_value("book_source", "", "env", str)
    app.add_directive("source", SourceDirective)
    return {"parallel_read_safe": True}
