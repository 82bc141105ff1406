"""Made-up books of 20, 100 and 200 pages: how the cost of a build grows with the pages.

Each page imports one module of a small package and prints what its function gives. Both sides
build the same pages, with two workers: this book's engine, and myst-nb as it comes, with its cache.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import linear_regression, median
from typing import TYPE_CHECKING

from benchmarks import builds
from bookbuild.benchmarks import Row, Side

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.builds import Pair

SIZES = (20, 100, 200)
MODULES = 10
"""Of the package; an edit of one of them touches every tenth page."""
ROUNDS = 3
START = 1000
"""What the functions give at first."""

SETTINGS = """\
from pathlib import Path

ROOT = Path(__file__).parent
project = "Made up"
html_theme = "basic"
nb_execution_raise_on_error = True
"""
OURS = """\
import os

from bookbuild import kernel

extensions = ["myst_nb", "bookbuild"]
os.environ.update(kernel.kernel_environment(ROOT / "_build" / "ipython"))
book_outputs = str(ROOT / "_build" / "outputs")
book_package = "tools"
book_source = str(ROOT / "src")
book_policy = ""
nb_execution_mode = "off"
"""
PLAIN = """\
extensions = ["myst_nb"]
nb_execution_mode = "cache"
nb_execution_cache_path = str(ROOT / "_build" / "cache")
"""
PAGE = """\
---
file_format: mystnb
kernelspec: {{name: python3, display_name: Python 3}}
---

# Page {number}

What does the function of module {module} give?

```{{code-cell}}
from tools import part_{module}
```

```{{code-cell}}
print("Page {number}: it gives", part_{module}.value())
```

That is all.
"""
FUNCTION = """\
def value():
    return {value}
"""


class MadeUp:
    """A made-up book in a folder."""

    def __init__(self, root: Path, pages: int, *, is_ours: bool) -> None:
        self.root, self.pages, self.is_ours = root, pages, is_ours
        package, source = root / "src" / "tools", root / "book"
        package.mkdir(parents=True)
        source.mkdir()
        (package / "__init__.py").touch()
        for module in range(MODULES):
            self._write_function(module, START)
        names = [f"page-{number}" for number in range(pages)]
        for number, name in enumerate(names):
            text = PAGE.format(number=number, module=number % MODULES)
            (source / f"{name}.md").write_text(text, encoding="utf-8")
        index = "\n".join(["# All", "", "```{toctree}", *names, "```", ""])
        (source / "index.md").write_text(index, encoding="utf-8")
        settings = SETTINGS + (OURS if is_ours else PLAIN)
        (root / "conf.py").write_text(settings, encoding="utf-8")

    def _write_function(self, module: int, value: int) -> None:
        path = self.root / "src" / "tools" / f"part_{module}.py"
        path.write_text(FUNCTION.format(value=value), encoding="utf-8")

    def edit(self, kind: str, turn: int) -> None:
        """Add a sentence to the first page, or have the first function give another value."""
        if kind == builds.FUNCTION:
            self._write_function(0, value_in(turn))
        elif kind == builds.PROSE:
            path = self.root / "book" / "page-0.md"
            text = path.read_text(encoding="utf-8")
            path.write_text(f"{text}\nRound {turn}.\n", encoding="utf-8")

    def stale(self, turn: int) -> int:
        """Return how many pages do not show what the first function gives now."""
        html = self.root / "_build" / "html"
        texts = [
            (html / f"page-{page}.html").read_text(encoding="utf-8")
            for page in range(0, self.pages, MODULES)
        ]
        return sum(f"it gives {value_in(turn)}" not in text for text in texts)


def value_in(turn: int) -> int:
    """Return what the first function gives in a turn, after its edit."""
    return START + turn + 1


def compare(
    folder: Path, pages: int, rounds: int
) -> tuple[dict[str, Pair], Row]:
    """Return the builds of made-up books with so many pages, and how many of them went stale."""
    books = [
        MadeUp(folder / f"{name}-{pages}", pages, is_ours=name == "ours")
        for name in ("ours", "plain")
    ]
    stale: list[list[float]] = [[], []]

    def after(kind: str, turn: int) -> None:
        if kind == builds.FUNCTION:
            for counts, book in zip(stale, books, strict=True):
                counts.append(book.stale(turn))

    kinds = (builds.UNCHANGED, builds.PROSE, builds.FUNCTION)
    found = builds.compare(*books, kinds, rounds, after)
    sides = map(Side, (builds.OURS, builds.PLAIN), stale)
    return found, Row(f"{pages} pages: stale pages after that", "pages", *sides)


def slope(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Return by how much the values grow with the sizes: the line's with the least squares."""
    return linear_regression(sizes, values).slope


def growth(kind: str, found: Mapping[int, Mapping[str, Pair]]) -> Row:
    """Return what each further page adds to a kind of build, in this book and in plain myst-nb."""
    sides = []
    for number, name in enumerate((builds.OURS, builds.PLAIN)):
        times = [
            median(each.cost.wall for each in pairs[kind][number])
            for pairs in found.values()
        ]
        sides.append(Side(name, [slope([*found], times)]))
    return Row(f"{kind}: each further page adds", "ms", *sides)


def measure(rounds: int = ROUNDS) -> list[Row]:
    """Return the rows of every size, and then what each further page adds."""
    found: dict[int, dict[str, Pair]] = {}
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for pages in SIZES:
            found[pages], stale = compare(Path(folder), pages, rounds)
            rows += [
                pair.row(f"{pages} pages: {kind}")
                for kind, pair in found[pages].items()
            ]
            rows.append(stale)
    return [*rows, *(growth(kind, found) for kind in found[SIZES[0]])]
