"""Every page that runs cells as a notebook that runs anywhere.

Its text comes from the page as Sphinx has resolved it, its code from the page's visible cells.
Outputs are left out: JupyterLab shows no drawing of a notebook that it does not trust, and times
that a build has measured would make each build's notebooks differ. The page has the outputs.
"""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import nbformat
from docutils import nodes
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from PIL import Image

from bookbuild.files import write_text
from bookbuild.markdown import Writer, linked
from bookbuild.published import page_address
from bookbuild.report import code_cells
from bookbuild.wheel import FOLDER, install_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nbformat import NotebookNode
    from sphinx.application import Sphinx

METADATA = {
    "kernelspec": {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}
FOLDED = {"jp-MarkdownHeadingCollapsed": True}
"""Of a heading whose section JupyterLab shows folded: a solution waits to be asked for."""
EMBEDDED = re.compile(r'xlink:href="data:image/png;base64,\s*([^"]+)"')
LEAST_WIDTH = 140
"""Pixels that a picture needs to be seen."""


class Page:
    """A resolved page on its way to a notebook."""

    def __init__(self, app: Sphinx, docname: str) -> None:
        self.app = app
        self.docname = docname
        self.writer = Writer(self.link, self.attach, self.address())
        self.pictures: dict[str, bytes] = {}

    def notebook(self, doctree: nodes.document) -> NotebookNode:
        """Return the notebook; the same page always gives the same."""
        section = next(doctree.findall(nodes.section))
        found = [
            self.head(section),
            new_code_cell(install_code(self.app, self.docname)),
            *self.cells(section, level=2),
        ]
        cells = merged(found)
        for number, cell in enumerate(cells):
            cell.id = f"cell-{number}"
            held = {
                name: {"image/png": base64.b64encode(png).decode()}
                for name, png in self.pictures.items()
                if f"(attachment:{name})" in cell.source
            }
            if held:
                cell.attachments = held
        return new_notebook(cells=cells, metadata=METADATA)

    def head(self, section: nodes.Element) -> NotebookNode:
        """Return the title, where the lesson comes from, and what may be done with it."""
        config = self.app.config
        book = linked(config.project, config.book_address)
        page = linked("the book’s page", self.address())
        return new_markdown_cell(
            f"{self.heading(section, 1)}\n\n"
            f"From the book *{book}*. © {config.copyright}.\n\n"
            f"Run the cells from the top. What they show is on {page}, too."
        )

    def cells(
        self, parent: nodes.Element, level: int
    ) -> Iterator[NotebookNode]:
        """Yield what a part of the page holds, cell by cell.

        Parameters
        ----------
        parent : Element
            The part.
        level : int
            Of the headings in it.
        """
        for node in elements(parent):
            kind = node.tagname
            if kind == "section":
                yield new_markdown_cell(self.heading(node, level))
                yield from self.cells(node, level + 1)
            elif kind == "exercise_enumerable_node":
                number = self.number("exercise", node)
                yield new_markdown_cell(self.heading(node, level, number))
                yield from self.cells(elements(node)[1], level + 1)
            elif kind == "solution_node":
                heading = self.heading(node, level + 1)
                yield new_markdown_cell(heading, metadata=FOLDED)
                yield from self.cells(elements(node)[1], level + 2)
            elif node.get("nb_element") == "cell_code":
                yield from self.code(node)
            elif any(code_cells(node)):
                yield from self.cells(node, level)
            elif kind != "title":
                yield new_markdown_cell(self.writer.block(node))

    def heading(self, node: nodes.Element, level: int, number: str = "") -> str:
        """Return the heading of what has a title."""
        words = f"{number} {self.writer.inlines(node.children[0])}".split()
        return f"{'#' * level} {' '.join(words)}"

    def code(self, cell: nodes.Element) -> Iterator[NotebookNode]:
        """Yield a cell's code, and the captions of what it draws."""
        source = next(cell.findall(nodes.literal_block))
        yield new_code_cell(source.astext())
        for caption in cell.findall(nodes.caption):
            number = self.number("figure", caption.parent)
            text = self.writer.block(caption)
            yield new_markdown_cell(f"**{number}.** {text}" if number else text)

    def number(self, kind: str, node: nodes.Element) -> str:
        """Return a figure's or an exercise's number, or nothing where it has none."""
        numbered = self.app.env.toc_fignumbers.get(self.docname, {})
        for name in node["ids"]:
            if name in numbered.get(kind, {}):
                number = ".".join(map(str, numbered[kind][name]))
                return str(self.app.config.numfig_format[kind] % number)
        return ""

    def address(self, target: str = "") -> str:
        """Return where the page, or what it links to, is published; nothing before it is."""
        if not self.app.config.book_address:
            return ""
        return urljoin(page_address(self.app, self.docname), target)

    def link(self, reference: nodes.Element) -> str:
        """Return the address of another page or site, or nothing.

        What lies on this page is in the notebook; and a link for each of the glossary's terms
        would hide the text from those who edit it.
        """
        target = reference.get("refuri", "")
        if urlsplit(target).scheme:
            return str(target)
        is_term = any(
            "term-link" in each["classes"]
            for each in reference.findall(nodes.inline)
        )
        return "" if is_term or not target else self.address(target)

    def attach(self, image: nodes.Element) -> str:
        """Return the name of a picture that goes with the notebook, or nothing."""
        png = raster(Path(self.app.srcdir, image["uri"]))
        if png is None:
            return ""
        name = f"picture-{len(self.pictures) + 1}.png"
        self.pictures[name] = png
        return f"attachment:{name}"


def elements(parent: nodes.Element) -> list[nodes.Element]:
    """Return what an element holds besides text."""
    return [each for each in parent.children if isinstance(each, nodes.Element)]


def merged(cells: Iterable[NotebookNode]) -> list[NotebookNode]:
    """Return the cells with texts that follow each other made one; a heading begins anew."""
    done: list[NotebookNode] = []
    for cell in cells:
        kinds = {cell.cell_type, done[-1].cell_type if done else ""}
        joins = kinds == {"markdown"} and not (
            # What stands in the heading's own cell is not folded with its section.
            cell.source.startswith("#") or done[-1].metadata
        )
        if joins:
            texts = filter(None, [done[-1].source, cell.source])
            done[-1].source = "\n\n".join(texts)
        elif cell.source:
            done.append(cell)
    return done


def raster(path: Path) -> bytes | None:
    """Return a picture as PNG, which all notebooks' readers show, or None.

    Of a drawing this is the image in it, where it holds exactly one.
    """
    content = path.read_bytes()
    if path.suffix == ".svg":
        embedded = EMBEDDED.findall(content.decode())
        if len(embedded) != 1:
            return None
        content = base64.b64decode(embedded[0])
    image, png = Image.open(io.BytesIO(content)), io.BytesIO()
    times = -(-LEAST_WIDTH // image.width)
    size = (image.width * times, image.height * times)
    image.resize(size, Image.Resampling.NEAREST).save(png, "PNG")
    return png.getvalue()


def has_notebook(app: Sphinx, doctree: nodes.document) -> bool:
    """Return whether a page is made into a notebook: it runs cells, and this is the site."""
    return app.builder.name == "html" and any(code_cells(doctree))


def write(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Write a page's notebook into the site."""
    if not has_notebook(app, doctree):
        return
    notebook = Page(app, docname).notebook(doctree)
    path = Path(app.outdir, FOLDER, f"{docname}.ipynb")
    write_text(path, nbformat.writes(notebook) + "\n")


def setup(app: Sphinx) -> dict[str, Any]:
    """Write the notebooks where the pages are resolved."""
    app.connect("doctree-resolved", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
