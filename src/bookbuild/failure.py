"""What a failed build says of the cell that failed: page, cell, error."""

from __future__ import annotations

import multiprocessing
import re
import traceback
from typing import TYPE_CHECKING, Any

from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
# As nbclient and myst-nb word them, in a traceback that a parallel worker sent as text.
CELL = re.compile(
    r"CellExecutionError: An error occurred while executing the following cell:\n"
    r"-{5,}\n(?P<source>.*?)\n-{5,}\n(?P<output>.*?)\n\n\nThe above exception",
    re.DOTALL,
)
TIMEOUT = re.compile(
    r"CellTimeoutError: (?P<output>.*?)\n\n\n?The above exception", re.DOTALL
)
PAGE = re.compile(r"execute\.base\.ExecutionError: (?P<page>.+)")


def full_traceback(exception: BaseException) -> str:
    """Return an exception's traceback as plain text, a parallel worker's included."""
    text = getattr(exception, "traceback", None) or "".join(
        traceback.format_exception(exception)
    )
    return COLOURS.sub("", text)


def explain(exception: BaseException) -> str | None:
    """Return which cell of which page failed and how, or None where it was something else."""
    text = full_traceback(exception)
    page = PAGE.search(text)
    if page is None:
        return None
    cell = CELL.search(text)
    if cell is None:
        timeout = TIMEOUT.search(text)
        return f"{page['page']}: a cell ran out of time.\n{timeout['output'] if timeout else ''}"
    error = cell["output"].strip().splitlines()[-1]
    source = "\n".join(f"    {line}" for line in cell["source"].splitlines())
    return f"{page['page']}: this cell failed:\n\n{source}\n\n{error}"


def print_failure(_app: Sphinx, exception: Exception | None) -> None:
    """Say which cell failed before Sphinx reports in its own words."""
    text = explain(exception) if exception else None
    if text:
        logger.error("%s", text)


def stop_workers(_app: Sphinx, exception: Exception | None) -> None:
    """End the workers that still read other pages.

    One that has finished waits to hand over its page. Nobody takes it any
    more, and the build would wait for that worker for ever.
    """
    if exception:
        for worker in multiprocessing.active_children():
            worker.terminate()


def setup(app: Sphinx) -> dict[str, Any]:
    """Register what happens after a failure."""
    app.connect("build-finished", print_failure)
    app.connect("build-finished", stop_workers)
    return {"parallel_read_safe": True}
