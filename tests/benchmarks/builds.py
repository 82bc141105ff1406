"""Builds of this book, cold and after edits, beside plain myst-nb on the same pages.

Plain myst-nb has the same pages, directives and number of workers, but runs the cells itself, with
its own cache. All happens in copies of the checkout.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from sphinx.util.console import strip_colors

from benchmarks.measure import Cost, cost_of, side
from bookbuild.benchmarks import Row, Side, Target
from bookbuild.outputs import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOT = Path(__file__).parents[2]
ROUNDS = 3
MOST_OF_SUM, MOST_UNCHANGED, MOST_PROSE = 0.6, 1.5, 2.0
PAGE = "theory/predictor"
"""The page that is edited."""
MODULE, BEFORE = "predictor", "return truth - prediction"
"""The module that is edited, and a line of a function in it."""

OURS, PLAIN = "this book", "plain myst-nb"
UNCHANGED, PROSE, CELL, FUNCTION = (
    "nothing changed",
    "a sentence edited",
    "a cell edited",
    "a function edited",
)
COLD = "cold build"

OPTIONS = ("-c", ".", "-b", "html", "-d", "_build/doctrees", "-n", "-j", "2")
RAN = re.compile(r"^Cells run +\d+ \(on (\d+) pages", re.MULTILINE)
PLAINLY_RAN = re.compile(r"Executed notebook in [\d.]+ seconds")

PLAIN_SETTINGS = """
book_outputs = ""
nb_execution_mode = "cache"
nb_execution_cache_path = str(ROOT / "_build" / "cache")
nb_execution_raise_on_error = True
"""
OPEN_CACHE = (
    "import sys, jupyter_cache;"
    " jupyter_cache.get_cache(sys.argv[1]).list_cache_records()"
)
CELLS = re.compile(r"^```\{code-cell\}.*?^```$", re.MULTILINE | re.DOTALL)


class Built(NamedTuple):
    """One build."""

    cost: Cost
    ran: int
    """How many pages ran."""


class Book(Protocol):
    """A book that is built by this book's engine or by plain myst-nb, and can be edited."""

    root: Path
    is_ours: bool

    def edit(self, kind: str, turn: int) -> None:
        """Edit it as the kind says, each turn in another way."""


def surroundings(root: Path) -> dict[str, str]:
    """Return the variables of a build that finds nothing kept outside its folder."""
    left = ("ANNBOOK_MODELS", "ANNBOOK_LOGS", "PYTHONPATH")
    found = {k: v for k, v in os.environ.items() if k not in left}
    paths = [str(root / "src"), str(ROOT / "src")]
    return found | {"PYTHONPATH": os.pathsep.join(paths)}


def build(book: Book) -> Built:
    """Build a book, and return what that took.

    Raises
    ------
    SystemExit
        Where the build fails, with what it said.
    """
    module, strict = ("bookbuild", ["-W"]) if book.is_ours else ("sphinx", [])
    command = [sys.executable, "-m", module, *OPTIONS, *strict]
    variables = surroundings(book.root)
    cache = book.root / "_build" / "cache"
    if not book.is_ours and not cache.is_dir():
        # Two workers that open a new cache at once spoil it.
        opening = [sys.executable, "-c", OPEN_CACHE, str(cache)]
        subprocess.run(opening, env=variables, check=True)
    said: list[str] = []

    def run() -> None:
        ended = subprocess.run(
            [*command, "book", "_build/html"],
            cwd=book.root,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        said.append(ended.stdout)
        if ended.returncode:
            raise SystemExit(f"a build failed:\n{ended.stdout[-4000:]}")

    cost = cost_of(run)
    return Built(cost, pages_run(said[0]))


def pages_run(output: str) -> int:
    """Return how many pages a build says to have run, this book's or plain myst-nb's."""
    said = strip_colors(output)
    return sum(map(int, RAN.findall(said))) + len(PLAINLY_RAN.findall(said))


class Pair(NamedTuple):
    """The builds of one kind, one for each round."""

    ours: list[Built]
    plain: list[Built]

    def row(
        self, what: str, target: Target | None = None, reason: str = ""
    ) -> Row:
        """Return what they took, as a row."""
        sides = [
            side(name, [each.cost for each in builds])
            for name, builds in zip((OURS, PLAIN), self, strict=True)
        ]
        return Row(what, "s", *sides, "faster", target, reason)


def compare(
    ours: Book,
    plain: Book,
    kinds: tuple[str, ...],
    rounds: int,
    after: Callable[[str, int], object] = lambda _kind, _turn: None,
) -> dict[str, Pair]:
    """Return the builds of every kind, after a cold one of each book.

    Parameters
    ----------
    ours, plain : Book
        They take turns, and every second round begins with the other.
    kinds : tuple of str
        Of edits, in the order in which each round makes them.
    rounds : int
        The cold build has only one: it takes longest.
    after : callable
        Called with the kind and the turn once both are built.
    """
    books = {"ours": ours, "plain": plain}
    found = {kind: Pair([], []) for kind in (COLD, *kinds)}
    for turn in range(rounds):
        for kind in found if turn == 0 else kinds:
            for name in list(books)[:: -1 if turn % 2 else 1]:
                if kind != COLD:
                    books[name].edit(kind, turn)
                getattr(found[kind], name).append(build(books[name]))
            after(kind, turn)
    return found


class Copy:
    """A copy of this checkout."""

    def __init__(self, root: Path, *, is_ours: bool) -> None:
        self.root, self.is_ours = root, is_ours
        unwanted = shutil.ignore_patterns(
            "_build", "__pycache__", "dist", "tests", ".*"
        )
        shutil.copytree(ROOT, root, ignore=unwanted)
        if not is_ours:
            with (root / "conf.py").open("a", encoding="utf-8") as settings:
                settings.write(PLAIN_SETTINGS)

    def edit(self, kind: str, turn: int) -> None:
        """Edit one page, or one function that it uses."""
        page = self.root / "book" / f"{PAGE}.md"
        module = self.root / "src" / "annbook" / f"{MODULE}.py"
        changes: Mapping[str, tuple[Path, Callable[[str], str]]] = {
            PROSE: (page, lambda text: f"{text}\nRound {turn}.\n"),
            CELL: (page, lambda text: with_line(text, f"_turn = {turn}")),
            FUNCTION: (
                module,
                lambda text: text.replace(BEFORE, f"{BEFORE} + 0", 1),
            ),
        }
        if kind in changes:
            path, change = changes[kind]
            text = path.read_text(encoding="utf-8")
            edited = change(text)
            if edited == text:
                raise SystemExit(f"{path} has not what is to be edited")
            path.write_text(edited, encoding="utf-8")


def with_line(page: str, line: str) -> str:
    """Return a page with one more line at the end of its last cell."""
    end = max((match.end() for match in CELLS.finditer(page)), default=0) - len(
        "```"
    )
    return f"{page[:end]}{line}\n{page[end:]}" if end > 0 else page


def cold_row(ours: Built, summed: float) -> Row:
    """Return the row of a cold build beside the seconds of its pages."""
    rest = ours.cost.wall - summed / 2
    reason = (
        f"shared evenly by two workers the pages take half of their sum; {rest:.0f} s more went "
        "into loading Sphinx, reading and writing the pages, exporting the models, and what "
        "one worker had to wait for the other"
    )
    return Row(
        "cold build with two workers, beside its pages' seconds",
        "s",
        side(OURS, [ours.cost]),
        side("its pages, summed", [Cost(summed, 0.0)])._replace(cpu=[]),
        "share",
        Target("ratio", "most", MOST_OF_SUM),
        reason,
    )


def rows_of(found: Mapping[str, Pair], summed: float) -> list[Row]:
    """Return all rows of this book's builds."""
    slow = "it loads Sphinx' command, and reads every file of the checkout and of the site"
    reading = "Sphinx loads its extensions and its environment, and writes its indices anew"
    targets = {
        UNCHANGED: (Target("ours", "most", MOST_UNCHANGED), slow),
        PROSE: (Target("ours", "most", MOST_PROSE), reading),
    }
    rows = [cold_row(found[COLD].ours[0], summed)]
    rows += [
        pair.row(kind, *targets.get(kind, ())) for kind, pair in found.items()
    ]
    return [*rows, ran_row("pages that ran after that", found[FUNCTION])]


def ran_row(what: str, pair: Pair) -> Row:
    """Return how many pages ran, as a row."""
    sides = [
        Side(name, [float(each.ran) for each in builds])
        for name, builds in zip((OURS, PLAIN), pair, strict=True)
    ]
    return Row(what, "pages", *sides)


def measure(rounds: int = ROUNDS) -> list[Row]:
    """Return the rows of this book's builds."""
    kinds = (UNCHANGED, PROSE, CELL, FUNCTION)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        ours = Copy(Path(folder, "ours"), is_ours=True)
        plain = Copy(Path(folder, "plain"), is_ours=False)
        summed = []

        def after(kind: str, _turn: int) -> None:
            if kind == COLD:
                store = Store(ours.root / "_build" / "outputs")
                summed.append(sum(store.seconds.values()))

        found = compare(ours, plain, kinds, rounds, after)
    return rows_of(found, summed[0])
