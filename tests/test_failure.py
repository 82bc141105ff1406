"""What a failed build says of the cell that failed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from myst_nb.core.execute.base import ExecutionError
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from sphinx.errors import SphinxParallelError

from bookbuild import failure

CELL = "x = 1\nx / 0"
RED, PLAIN = "\x1b[31m", "\x1b[39m"
OUTPUT = f"{RED}A traceback{PLAIN}\n\n{RED}ZeroDivisionError{PLAIN}: division by zero"


def raised(cause: Exception) -> ExecutionError:
    """Return myst-nb's own error as it reaches the end of a build in one process."""
    try:
        raise ExecutionError("book/page.md") from cause
    except ExecutionError as error:
        return error


def cell_error() -> CellExecutionError:
    opening, rule = (
        "An error occurred while executing the following cell:",
        "-" * 18,
    )
    text = f"{opening}\n{rule}\n{CELL}\n{rule}\n\n{OUTPUT}\n"
    return CellExecutionError(text, "ZeroDivisionError", "division by zero")


def in_worker(error: ExecutionError) -> SphinxParallelError:
    """Return the same error as Sphinx hands it over from a worker: as text."""
    return SphinxParallelError(repr(error), failure.full_traceback(error))


@pytest.mark.parametrize(
    "wrap", [lambda error: error, in_worker], ids=["serial", "parallel"]
)
def test_a_failing_cell_is_told_with_page_code_and_error(wrap) -> None:
    text = failure.explain(wrap(raised(cell_error())))
    assert text == (
        "book/page.md: this cell failed:\n\n    x = 1\n    x / 0\n\n"
        "ZeroDivisionError: division by zero"
    )


def test_a_cell_that_never_ends_is_told_too() -> None:
    timeout = CellTimeoutError(
        "A cell timed out while it was being executed, after 300 seconds."
    )
    text = failure.explain(raised(timeout))
    assert text is not None
    assert text.startswith("book/page.md: a cell ran out of time.")
    assert "300 seconds" in text


def test_another_error_is_left_to_sphinx() -> None:
    assert failure.explain(ValueError("no page at all")) is None


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
