"""What several test files share: small books of their own, built for real."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from bs4 import BeautifulSoup
from hypothesis import settings
from sphinx.application import Sphinx
from sphinx.util.console import strip_colors
from sphinx.util.docutils import docutils_namespace, patch_docutils

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nbformat import NotebookNode

ROOT = Path(__file__).parents[1]

# On a busy machine a single example may take long: that is no fault of the code.
settings.register_profile("book", deadline=None)
settings.load_profile("book")

LONGEST = (
    "test_faults.py",
    "test_access.py",
    "test_build.py",
    "test_book.py",
    "test_hidden.py",
    "test_workers.py",
    "test_recogniser.py",
    "test_slides.py",
    "test_exact.py",
    "test_edits.py",
)
"""The files that take longest, more than half of the time together."""


NOTEBOOK = """\
---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
---

"""
"""The front matter without which no cell of a page runs."""

GLOSSARY = """\
# Glossary

```{glossary}
slope
    What a line learns.
```
"""
"""The one page that the settings name."""

SETTINGS = (
    "conf.py",
    "pyproject.toml",
    "constraints.txt",
    "README.md",
    "LICENSE",
    "LICENSE-TEXT.md",
    "licences.toml",
)
"""What a build reads beside its pages: the site's settings, and what the package's wheel needs."""


@dataclass(frozen=True)
class Build:
    """How a build ended."""

    code: int
    output: str
    warnings: str

    def line(self, name: str) -> str:
        """Return what the closing line of that name says."""
        (said,) = [
            line
            for line in self.output.splitlines()
            if line.startswith(f"{name}  ")
        ]
        return said.removeprefix(name).strip()


class Checkout:
    """A copy of this checkout, all but the book's pages: those are the test's own."""

    before: tuple[str, ...] = ()
    """A command that the build's own is handed to, where it shall not run as usual."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in ("src", "book", "licences"):
            ignored = (
                shutil.ignore_patterns("*.md", "__pycache__")
                if name == "book"
                else None
            )
            shutil.copytree(ROOT / name, root / name, ignore=ignored)
        for name in SETTINGS:
            shutil.copy(ROOT / name, root)

    def write(self, name: str, text: str) -> None:
        """Write a file, such as ``book/index.md``."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def write_pages(self, pages: Mapping[str, str]) -> None:
        """Write pages, a glossary, and an index that lists them all."""
        pages = {**pages, "reference/glossary": GLOSSARY}
        index = "\n".join(["# A book", "", "```{toctree}", *pages, "```"])
        for name, text in {**pages, "index": index}.items():
            self.write(f"book/{name}.md", text)

    def build(self, *options: str, **variables: str) -> Build:
        """Build the book as ``nox -s book`` does, in an environment with these variables."""
        process = self.start(*options, **variables)
        output, warnings = process.communicate()
        return Build(process.returncode, output, warnings)

    def start(self, *options: str, **variables: str) -> subprocess.Popen[str]:
        """Start to build the book."""
        chosen = ("ANNBOOK_", "MPL", "IPYTHON", "TF_", "PYTHON")
        environment = {
            k: v for k, v in os.environ.items() if not k.startswith(chosen)
        }
        environment |= {
            "ANNBOOK_EDITION": "sample",
            "PYTHONPATH": str(self.root / "src"),
        }
        usual = ["-c", ".", "-b", "html", "-d", "_build/doctrees", "--no-color"]
        strict = ["-W", "-n", "-j", "2"]
        command = [sys.executable, "-m", "bookbuild", *usual, *strict, *options]
        return subprocess.Popen(
            [*self.before, *command, "book", "_build/html"],
            cwd=self.root,
            env=environment | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def page(self, name: str) -> BeautifulSoup:
        """Return a built page."""
        path = self.root / "_build" / "html" / f"{name}.html"
        return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@dataclass(frozen=True)
class Rendered:
    """Pages that were built without running a cell, and what was said of them."""

    folder: Path
    warnings: str

    def page(self, name: str) -> BeautifulSoup:
        """Return a built page."""
        html = (self.folder / f"{name}.html").read_text(encoding="utf-8")
        return BeautifulSoup(html, "html.parser")

    def notebook(self, name: str) -> NotebookNode:
        """Return a page's notebook."""
        return nbformat.read(self.folder / "notebooks" / f"{name}.ipynb", 4)


@pytest.fixture
def render(tmp_path: Path) -> Callable[..., Rendered]:
    """Return a function that builds ``index`` (and other files) with bookbuild alone."""

    def build(
        index: str, files: Mapping[str, str] | None = None, **settings: object
    ) -> Rendered:
        source, folder = tmp_path / "source", tmp_path / "html"
        source.mkdir()
        for name, text in {"index.md": index, **(files or {})}.items():
            (source / name).parent.mkdir(exist_ok=True)
            (source / name).write_text(text, encoding="utf-8")
        chosen = {
            "extensions": ["myst_nb", "bookbuild"],
            "html_theme": "basic",
            "html_math_renderer": "mathml",
            "myst_enable_extensions": ["colon_fence", "dollarmath"],
            "nb_execution_mode": "off",
            "book_policy": "",  # the theme's own pages hold scripts
            "numfig": True,
            "nitpicky": True,
        }
        warnings = io.StringIO()
        with patch_docutils(source), docutils_namespace():
            Sphinx(
                source,
                None,
                folder,
                tmp_path / "doctrees",
                "html",
                confoverrides=chosen | settings,
                status=None,
                warning=warnings,
            ).build()
        return Rendered(folder, strip_colors(warnings.getvalue()))

    return build


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the fast tests first: a mistake shows soonest there.

    Where several processes share the files, the longest files come before: whoever took such a
    file last would work on while the others have nothing left to do.
    """
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)
    if "PYTEST_XDIST_WORKER" in os.environ:
        order = {name: place for place, name in enumerate(LONGEST)}
        items.sort(key=lambda item: order.get(item.path.name, len(order)))
