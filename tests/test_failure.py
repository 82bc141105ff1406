"""What a failed build ends with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from sphinx.errors import ExtensionError, SphinxParallelError

from bookbuild import failure

PAGE = """\
---
file_format: mystnb
---

# Divide

```{code-cell}
:tags: [hide-input]

x = 1
x / 0
```

```{code-cell}
x = 1
x / 0
```
"""
CODE = "x = 1\nx / 0"
RULE = "-" * 75
IN_CELL = [
    RULE,
    "ZeroDivisionError                         Traceback (most recent call last)",
    "Cell In[2], line 2",
    "      1 x = 1",
    "----> 2 x / 0",
    "",
    "ZeroDivisionError: division by zero",
]
IN_MODULE = [
    RULE,
    "BookError                                 Traceback (most recent call last)",
    "Cell In[7], line 1",
    "----> 1 x = 1",
    "",
    "File /book/src/annbook/mnist.py:12, in load(edition)",
    "     11 def load(edition):",
    "---> 12     return _load(edition)",
    "",
    "File /book/src/annbook/mnist.py:20, in _load(edition)",
    "     18 def _load(edition):",
    "     19     # Why.",
    "---> 20     raise BookError(1)",
    "     21     return None",
    "",
    "BookError: the folder is empty.",
    "Put the files there.",
]
NO_PYTHON = [
    "  Cell In[1], line 1",
    "    x = (",
    "         ^",
    "SyntaxError: incomplete input",
]


def describe(reason: str, traceback: list[str], first: int = 10) -> str:
    return failure.describe(
        "theory/page",
        Path("book", "theory", "page.md"),
        2,
        (CODE, first),
        (reason, traceback),
    )


def test_a_failed_cell_is_told_with_page_line_cell_error_and_command() -> None:
    path = Path("book", "theory", "page.md")
    assert describe("failed", IN_CELL).splitlines() == [
        f"{path}:11: cell 2 failed:",
        "",
        "      10 | x = 1",
        "  >   11 | x / 0",
        "",
        "ZeroDivisionError: division by zero",
        "To run this page alone: nox -s page -- theory/page",
    ]


def test_an_error_from_a_module_is_told_with_the_place_that_raised_it() -> None:
    text = describe("failed", IN_MODULE).splitlines()
    assert text[0].endswith("page.md:10: cell 2 failed:")
    assert text[5:8] == [
        "in /book/src/annbook/mnist.py:20 (_load)",
        "BookError: the folder is empty.",
        "Put the files there.",
    ]
    assert len(text) == 9


def test_a_cell_that_is_no_python_is_told_with_its_line() -> None:
    text = describe("failed", NO_PYTHON)
    assert "SyntaxError: incomplete input" in text
    assert "page.md:10: " in text
    assert text.count("x = (") == 0


def test_a_cell_without_an_exception_is_told_with_its_reason() -> None:
    text = describe("was not done after 300 seconds", []).splitlines()
    assert text[0].endswith(
        "page.md:10: cell 2 was not done after 300 seconds:"
    )
    assert text[-1].startswith("To run this page alone")
    assert ">" not in "\n".join(text)


def test_of_a_long_message_the_last_lines_are_told() -> None:
    long = [*IN_CELL[:-1], *(f"line {number}" for number in range(30))]
    said = describe("failed", long).splitlines()[5:-1]
    assert said == [f"line {number}" for number in range(24, 30)]


@pytest.mark.parametrize(
    ("start", "line"), [(7, 10), (8, 10), (14, 15), (10, 15)]
)
def test_the_line_of_a_cells_code_is_found_behind_its_options(
    start: int, line: int
) -> None:
    assert failure.line_in_page(PAGE, CODE, start) == line


def test_code_that_is_not_in_the_page_starts_where_the_cell_does() -> None:
    assert failure.line_in_page(PAGE, "y = 1", 7) == 8


def app(verbosity: int = 0) -> SimpleNamespace:
    config = SimpleNamespace(verbosity=verbosity)
    return SimpleNamespace(config=config, outdir=Path("site"))


@pytest.mark.parametrize("verbosity", [0, -1])
def test_a_failed_page_is_the_last_that_a_build_says(
    monkeypatch: pytest.MonkeyPatch, verbosity: int
) -> None:
    said: list[object] = []
    monkeypatch.setattr(
        failure.logger, "error", lambda *args: said.append(args)
    )
    with pytest.raises(SystemExit) as caught:
        failure.end(app(verbosity), failure.PageError("this cell"))
    assert caught.value.code == 1
    assert said == [("%s", "this cell")]


FULL = OSError(28, "No space left on device")
DENIED = PermissionError(13, "Permission denied", "/book/_build/x")
SAID = {
    "a page": (failure.PageError("this cell"), "this cell"),
    "a page, by a handler": (
        ExtensionError("handler", failure.PageError("this cell")),
        "this cell",
    ),
    "a page, by a worker": (
        SphinxParallelError("bookbuild.failure.PageError: this: cell", "..."),
        "this: cell",
    ),
    "a full disk": (FULL, "site cannot be read or written (No space left"),
    "a full disk, by a worker": (
        SphinxParallelError(f"OSError: {FULL}", "..."),
        "site cannot be read or written (No space left",
    ),
    "no right": (DENIED, "/book/_build/x cannot be read or written (Perm"),
    "no right, by a worker": (
        SphinxParallelError(f"PermissionError: {DENIED}", "..."),
        "/book/_build/x cannot be read or written (Perm",
    ),
}


@pytest.mark.parametrize(("exception", "line"), SAID.values(), ids=SAID)
def test_one_line_is_said_of(exception: Exception, line: str) -> None:
    said = failure.in_one_line(exception, Path("site"))
    assert said is not None
    assert said.startswith(line)
    assert "\n" not in said


@pytest.mark.parametrize(
    "exception",
    [
        ValueError("a mistake of ours"),
        BrokenPipeError(32, "Broken pipe"),
        ExtensionError("handler", KeyError("x")),
        SphinxParallelError("KeyError: 'x'", "..."),
    ],
)
def test_of_mistakes_sphinx_says_all_there_is(exception: Exception) -> None:
    assert failure.in_one_line(exception, Path("site")) is None


@pytest.mark.parametrize(
    ("verbosity", "exception"),
    [(0, None), (0, ExtensionError("another")), (1, failure.PageError("cell"))],
)
def test_sphinx_says_the_rest(
    monkeypatch: pytest.MonkeyPatch, verbosity: int, exception: Exception | None
) -> None:
    monkeypatch.setattr(failure.logger, "error", pytest.fail)
    failure.end(app(verbosity), exception)


def test_a_worker_that_nobody_waits_for_is_ended() -> None:
    # Left alone, it blocks on its full pipe, and the interpreter waits for it when it exits.
    script = (
        "import multiprocessing as mp\n"
        "from bookbuild import failure\n"
        "context = mp.get_context('spawn')\n"
        "receive, send = context.Pipe()\n"
        "if __name__ == '__main__':\n"
        "    context.Process(target=send.send, args=('x' * 10_000_000,)).start()\n"
        "    failure.stop_workers(None, ValueError())\n"
    )
    environment = os.environ | {
        "PYTHONPATH": str(Path(__file__).parents[1] / "src")
    }
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=environment, timeout=60, check=False)
    assert done.returncode == 0
