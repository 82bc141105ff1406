"""What a failed build ends with: page, cell, source line, the error, and how to repeat it."""

from __future__ import annotations

import multiprocessing
import re
import sys
from typing import TYPE_CHECKING, Any

from sphinx.errors import SphinxError
from sphinx.util import logging

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)

# As IPython marks the line that it was at: in a cell, in a file, and where it cannot be read.
IN_CELL = re.compile(r"Cell In\[\d+\], line (\d+)")
IN_FILE = re.compile(r"File (?P<path>[^\n]+?):(?P<line>\d+), in (?P<name>\w+)")

LAST = 6
"""How many lines of the exception are told."""


class BuildError(SphinxError):
    """An end of a build whose text is all that is to be said."""

    category = "The book cannot be built"


class PageError(BuildError):
    """A page whose cells did not come to their end."""


def line_in_cell(traceback: Sequence[str]) -> int | None:
    """Return the line, from 1, at which a cell was when it failed, or None."""
    found = IN_CELL.search("\n".join(traceback))
    return int(found[1]) if found else None


def line_in_page(text: str, cell: str, start: int) -> int:
    """Return the line of a page, from 1, on which a cell's code begins.

    Parameters
    ----------
    text, cell : str
        The page, and the cell's code.
    start : int
        A line, from 0, not after it: the cell's options may come between.
    """
    lines, code = text.splitlines(), cell.splitlines()
    for line in range(start, len(lines)):
        if lines[line : line + len(code)] == code:
            return line + 1
    return start + 1


def last_lines(traceback: Sequence[str]) -> list[str]:
    """Return what an exception says: the place outside the cell that raised it, and its words."""
    places = IN_FILE.findall("\n".join(traceback))
    # The words come after the last line of code that is shown.
    code = [
        number
        for number, line in enumerate(traceback)
        if re.match(r"(-+> ?|\s+)\d+ |\s*\^+\s*$|-{10,}", line)
        or "Cell In[" in line
        or IN_FILE.match(line)
    ]
    words = [line for line in traceback[max(code, default=-1) + 1 :] if line]
    where = [f"in {path}:{line} ({name})" for path, line, name in places[-1:]]
    return [*where, *words[-LAST:]]


def describe(
    page: str,
    path: Path,
    number: int,
    place: tuple[str, int],
    what: tuple[str, Sequence[str]],
) -> str:
    """Return all that is to be said of a cell that did not come to its end.

    Parameters
    ----------
    page : str
        Its name, such as ``theory/predictor``.
    path : Path
        Its file, as the user would write it.
    number : int
        Which of the page's code cells it is, from 1.
    place : str and int
        The cell's code, and the line of the page on which it begins.
    what : str and list of str
        What happened in a few words, and the traceback.
    """
    (code, first), (reason, traceback) = place, what
    at = line_in_cell(traceback)
    lines = []
    for line, content in enumerate(code.splitlines(), 1):
        mark = ">" if line == at else " "
        lines.append(f"  {mark} {first + line - 1:4} | {content}".rstrip())
    return "\n".join(
        [
            f"{path}:{first + (at or 1) - 1}: cell {number} {reason}:",
            "",
            *lines,
            "",
            *last_lines(traceback),
            f"To run this page alone: nox -s page -- {page}",
        ]
    )


def stop_workers(_app: Sphinx, exception: Exception | None) -> None:
    """End the workers that still read other pages.

    One that has finished waits to hand over its page. Nobody takes it any
    more, and the build would wait for that worker for ever.
    """
    if exception:
        for worker in multiprocessing.active_children():
            worker.terminate()


def end(app: Sphinx, exception: Exception | None) -> None:
    """End a build with what is to be said of it, and nothing after it.

    Sphinx would add a traceback of its own; ``--verbose`` shows it.
    """
    if isinstance(exception, BuildError) and not app.config.verbosity:
        logger.error("%s", exception)
        sys.exit(1)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register what happens after a failure."""
    app.connect("build-finished", stop_workers)
    # After all that must be put in order.
    app.connect("build-finished", end, priority=999)
    return {"parallel_read_safe": True}
