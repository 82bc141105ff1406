"""What a build says of itself at its end, and the count of its figures."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.util import logging

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)

OWN = 2
"""How many of the closing lines tell of one run of a build, and not of the book that it made."""


def code_cells(doctree: nodes.Element) -> Iterator[nodes.Element]:
    """Yield the page's executed cells, apart from those hidden from the reader."""
    for node in doctree.findall(nodes.container):
        if node.get("nb_element") == "cell_code":
            yield node


def announces_figure(cell: nodes.Element) -> bool:
    """Return whether the cell's metadata gives its output a caption as a figure."""
    metadata: dict[str, Any] = cell.get("cell_metadata") or {}
    return "figure" in metadata.get("mystnb", {})


def output_folder(app: Sphinx) -> Path:
    """Return where myst-nb leaves the executed pages and their glued values."""
    return Path(app.env.mystnb_config.output_folder)  # type: ignore[attr-defined]


def count_page(app: Sphinx, doctree: nodes.document) -> None:
    """Note the page's cells and figures; warn of a figure that was announced and not drawn.

    A wrong backend drops every figure and fails nothing: so they are counted.
    """
    docname = app.env.docname
    executed = output_folder(app) / f"{docname}.ipynb"
    if "exec_data" not in NbMetadataCollector.get_doc_data(app.env)[docname]:
        return
    drawn = 0
    for cell in code_cells(doctree):
        images = sum(1 for _ in cell.findall(nodes.image))
        drawn += images
        if announces_figure(cell) and not images:
            logger.warning(
                "this cell announces a figure and draws none", location=cell
            )
    # The doctree lacks the hidden cells, the executed notebook has them all.
    notebook = json.loads(executed.read_text(encoding="utf-8"))
    cells = sum(cell["cell_type"] == "code" for cell in notebook["cells"])
    counts = {"cells": cells, "figures": drawn}
    NbMetadataCollector.set_doc_data(app.env, docname, "counts", counts)


def glued_value(app: Sphinx, docname: str, key: str) -> str:
    """Return the plain text of a value that a page glued, or ``"not measured"``."""
    if key not in NbMetadataCollector.get_doc_data(app.env)[docname].get(
        "glue", []
    ):
        return "not measured"
    path = output_folder(app) / f"{docname}.glue.json"
    glued = json.loads(path.read_text(encoding="utf-8"))
    return str(glued[key]["data"]["text/plain"])


def summary(app: Sphinx, seconds: float, ran: list[str]) -> list[str]:
    """Return the lines that a finished build ends with.

    Parameters
    ----------
    app : Sphinx
        The build.
    seconds : float
        How long it took.
    ran : list of str
        The pages whose cells ran.
    """
    counts = {
        name: page["counts"]
        for name, page in NbMetadataCollector.get_doc_data(app.env).items()
        if "counts" in page
    }
    cells = sum(counts[name]["cells"] for name in ran if name in counts)
    figures = sum(page["figures"] for page in counts.values())
    accuracy = glued_value(app, "workshop/evaluation", "test_accuracy_percent")
    if accuracy != "not measured":
        accuracy = f"{float(accuracy):.2f} %"
    return [
        f"Cells run      {cells} (on {len(ran)} pages; the others came from the cache)",
        f"Seconds        {seconds:.1f}",
        f"Pages          {len(app.env.found_docs)}",
        f"Figures        {figures}",
        f"Edition        {app.config.book_edition_line}",
        f"Test accuracy  {accuracy}",
        f"Open           {Path(app.outdir, f'{app.config.root_doc}.html').as_uri()}",
    ]


class Report:
    """The closing lines of one build."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._ran: list[str] = []

    def note(self, _app: Sphinx, pages: list[str]) -> None:
        """Take down which pages' cells ran."""
        self._ran = pages

    def print(self, app: Sphinx, exception: Exception | None = None) -> None:
        """Print the summary of a build of the site that came to its end."""
        if exception is None and app.builder.name == "html":
            seconds = time.monotonic() - self._start
            lines = summary(app, seconds, self._ran)
            for line in lines:
                logger.info(line)
            app.emit("book-built", lines[OWN:])


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the counts and the closing lines."""
    app.add_config_value("book_edition_line", "", "", str)
    app.add_event("book-built")
    report = Report()
    app.connect("doctree-read", count_page)
    app.connect("book-pages-ran", report.note)
    # Once all is written, and packed.
    app.connect("build-finished", report.print, priority=980)
    return {"parallel_read_safe": True}
