"""An edition without the exercises' solutions: ``-D book_solutions=0``.

The solutions' cells run all the same, so that the build still proves them; then the solutions
leave the page before anything is made of it: no page, slide, notebook, search index or list of
links has them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms import SphinxTransform

if TYPE_CHECKING:
    from sphinx.addnodes import pending_xref
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

NOTICE = "This edition of the book leaves out the solutions."


def solutions_of(document: nodes.document) -> list[nodes.Element]:
    """Return the solutions of a page's exercises."""
    found = document.findall(nodes.Element)
    return [each for each in found if each.tagname == "solution_node"]


class LeaveOutSolutions(SphinxTransform):
    """Take the solutions out of a page that was read, and say so where the first one was."""

    # After sphinx-exercise has put each solution together (10), before labels are collected (850).
    default_priority = 400

    def apply(self, **_: Any) -> None:
        """Do it, where the build is to have none."""
        if self.config.book_solutions:
            return
        solutions = solutions_of(self.document)
        for solution in solutions:
            self.forget(solution)
        for index, solution in enumerate(solutions):
            note = nodes.note("", nodes.paragraph(text=NOTICE))
            solution.parent.replace(solution, [] if index else note)

    def forget(self, solution: nodes.Element) -> None:
        """Drop the names by which a solution, or anything in it, could be linked to."""
        inside = {
            i for each in solution.findall(nodes.Element) for i in each["ids"]
        }
        names = self.document.nameids
        for name in [name for name, i in names.items() if i in inside]:
            del names[name], self.document.nametypes[name]


def unlink(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, text: nodes.Element
) -> nodes.Element | None:
    """Return only the text of a link that leads to a solution which was left out."""
    known = getattr(env, "sphinx_exercise_registry", {})
    label = known.get(node.get("reftarget"), {})
    left_out = not app.config.book_solutions and "solution" in label.get(
        "type", ""
    )
    return text if left_out else None


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the setting ``book_solutions``; a change of it reads all pages again."""
    app.add_config_value("book_solutions", True, "env", bool)
    app.add_transform(LeaveOutSolutions)
    app.connect("missing-reference", unlink)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
