"""Edit the book at random, again and again, and see that exactly the right pages run.

Run it as ``nox -s exact``, or ``nox -s exact -- --edits 80 --seed 3``. It works on a copy of the
checkout, in the sample edition, and first runs every page in plain Jupyter, each import and each
opened file of ``annbook`` noted as it happens: this says, without any of the engine's rules, which
pages a file can change. Then it edits functions of ``annbook``, cells and sentences, takes edits
back, builds after each, and compares the pages that ran with those that had to. A function that is
edited says so when it is first called, so that an output which is stale can be told. At the end the
whole copy is built cold, elsewhere, and the outputs of all pages are compared.

The report goes to the page ``reference/benchmarks``. The exit code is 1 where a page was stale, or
ran needlessly.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from myst_nb.core.read import read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig

from benchmarks import record
from bookbuild import files
from bookbuild.kernel import kernel_environment
from bookbuild.outputs import read_checked

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "book" / "reference" / "exact.json"
LEFT = shutil.ignore_patterns("_build", ".*", "__pycache__", "dist")
EXTENSIONS = [
    "attrs_block",
    "attrs_inline",
    "colon_fence",
    "deflist",
    "dollarmath",
]
KINDS = {"function": 7, "cell": 1, "prose": 1, "back": 1}
"""How often each kind of edit is made, of ten."""

TRACER = """\
import os, sys
out, root = os.environ["TRACE"], os.environ["TRACED"]
def note(event, arguments):
    if event == "import" and arguments[0].split(".")[0] == "annbook":
        said = arguments[0]
    elif event == "open" and str(arguments[0]).startswith(root):
        said = str(arguments[0])
    else:
        return
    descriptor = os.open(out, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, (said + chr(10)).encode())
    os.close(descriptor)
sys.addaudithook(note)
"""
"""Put before all else into each process that a page starts, as its ``sitecustomize``."""

CLOCKS = """\
import time
for name in ("perf_counter", "process_time"):
    clock = getattr(time, name)
    setattr(time, name, lambda clock=clock: 3 * clock())
"""
"""Clocks that run fast, as a ``sitecustomize``: what was measured then shows, however rounded."""

SAYING = """\
if not globals().get("edit_{0}") and not [
    frame for frame, _ in __import__("traceback").walk_stack(None)
    if frame.f_code.co_name in ("fetch", "keep")
    and frame.f_code.co_filename.endswith(("store.py", "folders.py"))
]:
    globals()["edit_{0}"] = True
    print("edit {0}")
"""
"""Put into a function. It is silent while something is computed that is kept for all pages: which
page comes first and computes it is chance, so what is said then may stand on another page.
"""


@dataclass
class Edit:
    """An edit that was made, and what came of it."""

    kind: str
    what: str
    expected: list[str]
    ran: list[str] = field(default_factory=list)


class Book:
    """A copy of the checkout, built again and again."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(ROOT, root, ignore=LEFT)
        self.package = root / "src" / "annbook"

    def environment(self, **more: str) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("ANNBOOK_")
        }
        return (
            kept
            | {
                "ANNBOOK_EDITION": "sample",
                "PYTHONPATH": str(self.root / "src"),
            }
            | more
        )

    def build(self, **more: str) -> tuple[int, list[str], str]:
        """Build; return the exit code, the pages that ran, and all that was said."""
        usual = (
            "-c",
            ".",
            "-b",
            "html",
            "-d",
            "_build/doctrees",
            "--no-color",
            "-W",
            "-n",
            "-j",
            "2",
        )
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "bookbuild",
                *usual,
                "book",
                "_build/html",
            ],
            cwd=self.root,
            env=self.environment(**more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        ran = re.findall(r"^  \[\d+/\d+\] (\S+): ", done.stdout, re.M)
        return done.returncode, sorted(ran), done.stdout

    def outputs(self) -> dict[str, list[Any]]:
        """Return the outputs of each page's cells as they now stand in the book."""
        folder = self.root / "_build" / "outputs"
        keys = read_checked(folder / "history.json")["keys"]
        return {
            page: [
                cell["outputs"]
                for cell in read_checked(folder / page / f"{last[-1]}.json")[
                    "cells"
                ]
            ]
            for page, last in keys.items()
        }


def notebook_of(path: Path) -> nbformat.NotebookNode | None:
    """Return a page as a notebook, or None where it has no cells."""
    text = path.read_text(encoding="utf-8")
    if "file_format: mystnb" not in text:
        return None
    config = MdParserConfig(enable_extensions=set(EXTENSIONS))
    return read_myst_markdown_notebook(text, config=config, path=path)


def trace(book: Book, scratch: Path) -> dict[str, set[str]]:
    """Return the files of the package that each page loads or opens, run by plain Jupyter."""
    (scratch / "sitecustomize.py").write_text(TRACER, encoding="utf-8")
    calm = kernel_environment(scratch / "ipython")
    found = {}
    for path in sorted((book.root / "book").rglob("*.md")):
        if notebook := notebook_of(path):
            page = (
                path.relative_to(book.root / "book").with_suffix("").as_posix()
            )
            for cell in notebook.cells:
                # Other metadata is the page's, and some of it no JSON.
                cell.metadata = {"tags": cell.metadata.get("tags", [])}
            draft, log = scratch / "page.ipynb", scratch / "trace.txt"
            nbformat.write(nbformat.from_dict(notebook), draft)
            log.unlink(missing_ok=True)
            places = {
                "PYTHONPATH": os.pathsep.join(
                    [str(scratch), str(book.root / "src")]
                ),
                "TRACE": str(log),
                "TRACED": str(book.package) + os.sep,
                "ANNBOOK_MODELS": str(scratch / "models"),
                "ANNBOOK_LOGS": str(scratch / "logs"),
            }
            subprocess.run(
                [
                    sys.executable,
                    "-m",
                    "jupyter",
                    "execute",
                    "--timeout=600",
                    str(draft),
                ],
                env=book.environment(**places, **calm),
                cwd=path.parent,
                check=True,
                capture_output=True,
            )
            found[page] = files_of(
                log.read_text(encoding="utf-8"), book.package
            )
            print(f"  {page}: {len(found[page])} files", flush=True)
    return found


def files_of(log: str, package: Path) -> set[str]:
    """Return the package's files that a trace speaks of, as paths in the package."""
    found = set()
    for said in set(log.splitlines()):
        if said.startswith("annbook"):
            place = package.joinpath(*said.split(".")[1:])
            paths = [place.with_suffix(".py"), place / "__init__.py"]
        else:
            paths = [Path(said)]
        found |= {
            path.relative_to(package).as_posix()
            for path in paths
            if path.is_file() and path.suffix != ".pyc"
        }
    return found


def functions(path: Path) -> list[ast.FunctionDef]:
    """Return the functions of a module, those of classes too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
    ]


def say_once(path: Path, function: ast.FunctionDef, number: int) -> None:
    """Have a function say the edit's number when a process first calls it."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    first = (
        function.body[1]
        if ast.get_docstring(function) and function.body[1:]
        else function.body[0]
    )
    start = getattr(first, "decorator_list", None) or [first]
    at = start[0].lineno - 1
    indent = " " * first.col_offset
    said = "".join(
        indent + line
        for line in SAYING.format(number).splitlines(keepends=True)
    )
    if first is function.body[0] and ast.get_docstring(function):
        lines.insert(first.end_lineno or at, said)
    else:
        lines.insert(at, said)
    path.write_text("".join(lines), encoding="utf-8")


class Editor:
    """Makes random edits of a book, and knows which pages each must run."""

    def __init__(
        self, book: Book, traces: dict[str, set[str]], seed: int
    ) -> None:
        self._book, self._traces = book, traces
        self._random = random.Random(seed)
        self._undo: tuple[Path, str] | None = None
        used = set().union(*traces.values())
        self._functions = [
            (path, function.name)
            for path in sorted(book.package.rglob("*.py"))
            if path.relative_to(book.package).as_posix() in used
            for function in functions(path)
        ]

    def make(self, number: int) -> Edit:
        """Make an edit, and return it with the pages that it must run."""
        kinds = {**KINDS, "back": KINDS["back"] if self._undo else 0}
        (kind,) = self._random.choices([*kinds], [*kinds.values()])
        return getattr(self, f"_{kind}")(number)

    def take_back(self) -> None:
        """Undo the last edit."""
        path, text = self._undo or (None, "")
        assert path is not None
        path.write_text(text, encoding="utf-8")
        self._undo = None

    def _keep(self, path: Path) -> None:
        self._undo = path, path.read_text(encoding="utf-8")

    def _function(self, number: int) -> Edit:
        path, name = self._random.choice(self._functions)
        self._keep(path)
        function = self._random.choice(
            [each for each in functions(path) if each.name == name]
        )
        say_once(path, function, number)
        file = path.relative_to(self._book.package).as_posix()
        pages = sorted(
            page for page, files in self._traces.items() if file in files
        )
        return Edit("function", f"{file}: {name}", pages)

    def _cell(self, number: int) -> Edit:
        page, path, text = self._page()
        self._keep(path)
        where = [
            each.end()
            for each in re.finditer(
                r"^```\{code-cell\}.*\n(:.*\n|---\n(.*\n)*?---\n)*", text, re.M
            )
        ]
        at = self._random.choice(where)
        path.write_text(
            f"{text[:at]}print('edit {number}')\n{text[at:]}", encoding="utf-8"
        )
        return Edit("cell", page, [page])

    def _prose(self, number: int) -> Edit:
        page, path, text = self._page()
        self._keep(path)
        path.write_text(
            f"{text}\nA sentence more, {number}.\n", encoding="utf-8"
        )
        return Edit("prose", page, [])

    def _back(self, _number: int) -> Edit:
        self.take_back()
        return Edit("back", "the last edit", [])

    def _page(self) -> tuple[str, Path, str]:
        page = self._random.choice(sorted(self._traces))
        path = self._book.root / "book" / f"{page}.md"
        return page, path, path.read_text(encoding="utf-8")


def differing(one: list[Any], other: list[Any]) -> set[int]:
    """Return which cells put out something else, or nothing comparable."""
    same = len(one) == len(other)
    return {
        at
        for at in range(max(len(one), len(other)))
        if not same or one[at] != other[at]
    }


def shown(outputs: list[Any], cell: int) -> str:
    """Return what a cell put out, as text short enough for a terminal."""
    return json.dumps(outputs[cell : cell + 1])[:2000]


def compare_cold(book: Book, scratch: Path) -> tuple[list[str], int]:
    """Build all anew; return the pages with other outputs, and how many cells measure times.

    A cell whose outputs differ between two cold builds of the same code measures something of the
    machine: it cannot be compared. The clocks of the second build run fast, or two times could
    be rounded to the same.
    """
    shutil.copytree(book.root, scratch / "cold", ignore=LEFT)
    cold = Book.__new__(Book)
    cold.root, cold.package = (
        scratch / "cold",
        scratch / "cold" / "src" / "annbook",
    )
    fast = scratch / "clocks"
    fast.mkdir()
    (fast / "sitecustomize.py").write_text(CLOCKS, encoding="utf-8")
    source = str(cold.root / "src")
    ways = {
        "once": source,
        "again, for what is measured": os.pathsep.join([source, str(fast)]),
    }
    builds = []
    for way, path in ways.items():
        print(f"the whole copy, cold, {way}", flush=True)
        # All of it: what was trained knows how long that took.
        shutil.rmtree(cold.root / "_build", ignore_errors=True)
        code, _, said = cold.build(PYTHONPATH=path)
        assert code == 0, said
        builds.append(cold.outputs())
    ours, (theirs, again) = book.outputs(), builds
    stale, measured = [], 0
    for page in theirs:
        varying = differing(theirs[page], again[page])
        measured += len(varying)
        other = differing(ours[page], theirs[page]) - varying
        for cell in sorted(other):
            print(
                f"  {page}, cell {cell + 1}:\n    edited {shown(ours[page], cell)}\n"
                f"    cold   {shown(theirs[page], cell)}",
                flush=True,
            )
        stale += [page] if other else []
    return stale, measured


def run(edits: int, seed: int) -> dict[str, Any]:
    """Make the edits, and return the report."""
    made: list[Edit] = []
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        book = Book(scratch / "book copy")
        print("the copy, cold", flush=True)
        code, _, said = book.build()
        assert code == 0, said
        print("each page in plain Jupyter", flush=True)
        editor = Editor(book, trace(book, scratch), seed)
        refused = 0
        while len(made) < edits:
            edit = editor.make(len(made))
            code, edit.ran, said = book.build()
            if code:
                # Some page cannot bear that a function speaks; it has no outputs to compare.
                refused += 1
                editor.take_back()
                book.build()
                continue
            made.append(edit)
            verdict = (
                "as expected"
                if edit.ran == edit.expected
                else f"RAN {edit.ran}, EXPECTED {edit.expected}"
            )
            print(
                f"  [{len(made)}/{edits}] {edit.kind}, {edit.what}: "
                f"{len(edit.ran)} pages, {verdict}",
                flush=True,
            )
        stale, measured = compare_cold(book, scratch)
    return {
        "seed": seed,
        "edits": len(made),
        "kinds": {
            kind: sum(edit.kind == kind for edit in made) for kind in KINDS
        },
        "refused": refused,
        "pages_run": sum(len(edit.ran) for edit in made),
        "stale": [
            [edit.what, page]
            for edit in made
            for page in {*edit.expected} - {*edit.ran}
        ],
        "needless": [
            [edit.what, page]
            for edit in made
            for page in {*edit.ran} - {*edit.expected}
        ],
        "other_outputs_than_cold": stale,
        "measured_cells": measured,
    }


def main() -> int:
    """Run, and print and keep the report."""
    options = argparse.ArgumentParser(
        description=(__doc__ or "").splitlines()[0]
    )
    options.add_argument("--edits", type=int, default=50)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    report = record.stamp() | run(asked.edits, asked.seed)
    files.write_text(REPORT, json.dumps(report, indent=1) + "\n")
    for name, value in report.items():
        print(f"{name:24} {value}")
    return bool(
        report["stale"]
        or report["needless"]
        or report["other_outputs_than_cold"]
    )


if __name__ == "__main__":
    sys.exit(main())
