"""The links on a page that lead to its notebook: to keep it, and to run it elsewhere.

Colab and Binder open notebooks from a repository on GitHub. The branch ``notebooks`` there carries
the site's folder of that name; until ``book_repository`` is set, nothing links to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes

from bookbuild.notebooks import has_notebook
from bookbuild.wheel import FOLDER

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

BRANCH = "notebooks"
GITHUB = "https://github.com/"
COLAB = "https://colab.research.google.com/github/{name}/blob/{branch}/{path}"
BINDER = "https://mybinder.org/v2/gh/{name}/{branch}?urlpath=lab/tree/{path}"


class launch(nodes.General, nodes.Element):  # noqa: N801 (docutils names nodes so)
    """The line of links: ``links`` are pairs of text and address, the first is a download."""


def links(docname: str, repository: str) -> list[tuple[str, str]]:
    """Return what the links of a page say, and where they lead.

    Parameters
    ----------
    docname : str
        The page.
    repository : str
        The address of the book's sources, or nothing.
    """
    path = f"{docname}.ipynb"
    up = "../" * docname.count("/")
    found = [("Download as a notebook", f"{up}{FOLDER}/{path}")]
    if repository.startswith(GITHUB):
        name = repository.removeprefix(GITHUB)
        for text, form in {
            "Open in Colab": COLAB,
            "Open in Binder": BINDER,
        }.items():
            found.append(
                (text, form.format(name=name, branch=BRANCH, path=path))
            )
    return found


def add_links(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the links at the foot of the lesson's card, or below the title where it has none."""
    if not has_notebook(app, doctree):
        return
    node = launch(links=links(docname, app.config.book_repository))
    for card in doctree.findall(nodes.container):
        if "lesson-card" in card["classes"]:
            card += node
            return
    title = next(doctree.findall(nodes.title))
    title.parent.insert(title.parent.index(title) + 1, node)


def visit_launch(self: HTML5Translator, node: launch) -> None:
    """Write the links."""
    (text, download), *others = node["links"]
    items = [
        f'<a href="{self.attval(download)}" download>{self.encode(text)}</a>'
    ]
    for text, address in others:
        items.append(
            f'<a class="external" href="{self.attval(address)}">'
            f"{self.encode(text)}</a>"
        )
    listed = "".join(f"<li>{item}</li>" for item in items)
    self.body.append(f'<ul class="launch">{listed}</ul>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the links."""
    app.add_node(launch, html=(visit_launch, None))
    # Later than the notebook is written: it needs no link to itself.
    app.connect("doctree-resolved", add_links, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
