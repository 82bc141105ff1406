"""The notebooks of the built book: clean, true to their pages, and running anywhere."""

from __future__ import annotations

import asyncio
import os
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import nbformat
import pytest
from bs4 import BeautifulSoup
from conftest import ROOT
from IPython.core.inputtransformer2 import TransformerManager
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from myst_nb.core.read import read_myst_markdown_notebook
from nbclient import NotebookClient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future
    from pathlib import Path

    from bs4 import Tag
    from nbformat import NotebookNode

BUILT = ROOT / "_build" / "html"
NOTEBOOKS = BUILT / "notebooks"
PAGES = sorted(
    path.relative_to(ROOT / "book").with_suffix("").as_posix()
    for path in (ROOT / "book").rglob("*.md")
    if "file_format: mystnb" in path.read_text(encoding="utf-8")
)
READER = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin)

OWN_HTML = {"details", "summary", "code", "br"}
"""What Markdown has no form of: what opens, code in its title, lines in a table's entry."""
FURNITURE = (
    ".eqno, .headerlink, .launch, .lesson-slides, div.cell_input, pre, svg"
)
"""What is not text of the page, or stands in the notebook in another form."""
FORMULA = " FORMULA "


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    if not NOTEBOOKS.exists():
        reason = "the book is not built: run nox -s book first"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


@cache
def notebook(name: str) -> NotebookNode:
    return nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)


@cache
def page(name: str) -> BeautifulSoup:
    html = (BUILT / f"{name}.html").read_text(encoding="utf-8")
    return BeautifulSoup(html, "html.parser")


def texts(name: str) -> list[str]:
    return [
        cell.source
        for cell in notebook(name).cells
        if cell.cell_type == "markdown"
    ]


def code(name: str) -> list[str]:
    return [
        cell.source for cell in notebook(name).cells if cell.cell_type == "code"
    ]


def prose(name: str) -> str:
    """Return the notebook's text without its code."""
    text = "\n\n".join(texts(name))
    text = re.sub(r"^(> )?```.*?```$", "", text, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`]*`", "", text)


every_page = pytest.mark.parametrize("name", PAGES)


def test_each_page_that_runs_cells_has_a_notebook_and_no_other() -> None:
    found = {
        path.relative_to(NOTEBOOKS).with_suffix("").as_posix()
        for path in NOTEBOOKS.rglob("*.ipynb")
    }
    assert found == {*PAGES}


@every_page
def test_a_notebook_is_valid_and_holds_nothing_of_a_run(name: str) -> None:
    nbformat.validate(notebook(name))
    assert notebook(name).metadata.kernelspec.name == "python3"
    for cell in notebook(name).cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@every_page
def test_a_notebook_holds_nothing_of_the_books_own_markup(name: str) -> None:
    text = prose(name)
    assert not re.search(r":::|^\(.*\)=$|\{\w+:\w+\}", text, re.MULTILINE)
    assert not re.search(r"\{[\w:-]+\}`", "".join(texts(name)))
    for cell in notebook(name).cells:
        assert "glue" not in cell.source
        assert "myst" not in cell.source
    # A formula may hold what looks like a tag.
    html = re.findall(r"</?([a-z]+)[^>]*>", re.sub(r"\$[^$]*\$", "", text))
    assert {*html} <= OWN_HTML


@every_page
def test_the_first_code_cell_installs_the_package(name: str) -> None:
    (wheel,) = NOTEBOOKS.glob("*.whl")
    up = "../" * name.count("/")
    assert f'Path("{up}{wheel.name}")' in code(name)[0]
    assert "%pip install" in code(name)[0]
    python = TransformerManager().transform_cell(code(name)[0])
    compile(python, name, "exec")


@every_page
def test_the_code_is_that_of_the_pages_visible_cells(name: str) -> None:
    source = (ROOT / "book" / f"{name}.md").read_text(encoding="utf-8")
    shown = [
        cell.source.strip()
        for cell in read_myst_markdown_notebook(source).cells
        if cell.cell_type == "code"
        and "remove-cell" not in cell.metadata.get("tags", [])
    ]
    assert code(name)[1:] == shown


@every_page
def test_each_figure_has_its_number_and_caption_below_its_cell(
    name: str,
) -> None:
    cells = notebook(name).cells
    below = [
        READER.render(after.source)
        for cell, after in pairwise(cells)
        if cell.cell_type == "code"
    ]
    captions = [
        words(BeautifulSoup(html, "html.parser").find("p"))
        for html in below
        if re.match(r"<p><strong>Fig\. \d+\.</strong>", html)
    ]
    figures = page(name).select("div.cell_output figcaption")
    assert len(captions) == len(figures)
    for caption, figure in zip(captions, figures, strict=True):
        for link in figure.select(".headerlink"):
            link.extract()
        assert caption == words(figure)


def words(tag: Tag | None) -> list[str]:
    return re.findall(r"\w+", tag.get_text(" ")) if tag else []


def page_words(name: str) -> list[str]:
    """Return the words of a page with a mark for each formula, without code and outputs."""
    html = (BUILT / f"{name}.html").read_text(encoding="utf-8")
    article = BeautifulSoup(html, "html.parser").select_one(
        "article.bd-article"
    )
    assert article
    for output in article.select("div.cell_output"):
        captions = output.select("figcaption")
        output.replace_with(*captions)
    for tag in article.select(FURNITURE):
        tag.decompose()
    for formula in article.select("math"):
        formula.replace_with(FORMULA)
    return words(article)


def notebook_words(name: str) -> list[str]:
    """Return the words of a notebook in the same way, as its reader sees them."""
    title, *rest = texts(name)
    title = title.partition("\n\n")[0]
    text = "\n\n".join([title, *rest])
    # The parser does not look for formulas in the line that opens a choice.
    html = re.sub(r"\$[^$\n]*\$", FORMULA, READER.render(text))
    soup = BeautifulSoup(html, "html.parser")
    for code in soup.select("pre"):
        code.decompose()
    for formula in soup.select(".math"):
        formula.replace_with(FORMULA)
    return words(soup)


@every_page
def test_the_text_is_that_of_the_page(name: str) -> None:
    assert notebook_words(name) == page_words(name)


# --- Run, away from this repository -------------------------------------------------------

LONG = {
    "beyond/comparison",
    "beyond/convolution",
    "beyond/hidden-layer",
    "beyond/many-machines",
    "reference/errata",
    "workshop/cross-entropy",
    "workshop/deployment",
    "workshop/evaluation",
    "workshop/model",
    "workshop/tensorboard",
    "workshop/training",
}
"""The notebooks that take longest, five sixths of the time: `nox -s notebooks` runs these, too."""
ALL = os.environ.get("ANNBOOK_NOTEBOOKS") == "all"
RUN = [name for name in PAGES if ALL or name not in LONG]
SIDE_BY_SIDE = 2
SECONDS = 300
"""What a cell may take at most, as in the build."""
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
}
"""Else those that run side by side would fight for the cores."""
WHERE = "import annbook\nannbook.__file__"


def environment(package: Path) -> dict[str, str]:
    """Return a reader's environment: the package, the data, and what the book has trained."""
    own = ("MPL", "IPYTHON", "TF_", "PYTHON", "OMP_")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(own)}
    return {**kept, **ONE_THREAD, "PYTHONPATH": str(package)}


def run(folder: Path, name: str) -> NotebookNode:
    """Return a notebook that a kernel has run in a folder of its own."""
    place = folder / name
    place.mkdir(parents=True)
    ready = notebook(name).copy()
    where = nbformat.v4.new_code_cell(WHERE, id="where")
    ready.cells = [*ready.cells, where]
    client = NotebookClient(
        ready,
        timeout=SECONDS,
        resources={"metadata": {"path": str(place)}},
        # The kernels' warnings of their own transport are nobody's.
        extra_arguments=["--log-level=ERROR"],
    )
    # Its own way to wait would leave an event loop open in each thread.
    asyncio.run(client.async_execute(env=environment(folder / "package")))
    return ready


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the package as its wheel carries it, and nothing of this checkout."""
    folder = tmp_path_factory.mktemp("outside")
    (wheel,) = NOTEBOOKS.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "package")
    return folder


@pytest.fixture(scope="module")
def runs(outside: Path) -> Iterator[dict[str, Future[NotebookNode]]]:
    """Return the notebooks as they get ready."""
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        yield {name: pool.submit(run, outside, name) for name in RUN}
        pool.shutdown(cancel_futures=True)


@pytest.mark.slow
@pytest.mark.parametrize("name", RUN)
def test_a_notebook_runs_away_from_this_repository(
    outside: Path, runs: dict[str, Future[NotebookNode]], name: str
) -> None:
    *cells, where = runs[name].result().cells
    said = [output for cell in cells for output in cell.get("outputs", [])]
    assert not [each for each in said if each.get("name") == "stderr"]
    drawn = [each for each in said if "image/svg+xml" in each.get("data", {})]
    assert len(drawn) == len(page(name).select("div.cell_output img"))
    assert str(outside) in where.outputs[0]["data"]["text/plain"]
