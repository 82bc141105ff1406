"""What a failed build ends with: page, cell, source line, the error, and how to repeat it."""

from __future__ import annotations

import errno
import logging
import multiprocessing
import os
import re
import sys
import threading
import time
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from sphinx.errors import ExtensionError, SphinxError, SphinxParallelError
from sphinx.util import logging as sphinx_logging

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from logging import LogRecord
    from pathlib import Path

    from sphinx.application import Sphinx

logger = sphinx_logging.getLogger(__name__)

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


def end_where_full(record: LogRecord) -> bool:
    """End the build at the first warning of a full disk: Sphinx gives one for each file."""
    for each in record.args if isinstance(record.args, tuple) else ():
        if isinstance(each, OSError) and each.errno in FULL:
            raise each
    return True


@cache
def end_orphans() -> None:
    """Have the workers that Sphinx forks end when the build is gone, however it went.

    A worker waits to hand over its page, for ever where the build was killed; and with the
    build's open files it holds its turn, for which the next build would wait as long.
    """
    build = [0]

    def note() -> None:
        build[0] = os.getpid()

    def watch() -> None:
        while os.getppid() == build[0]:
            time.sleep(0.5)
        os._exit(1)

    def begin() -> None:
        threading.Thread(target=watch, daemon=True).start()

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=note, after_in_child=begin)


def refused(error: OSError, fallback: object) -> str:
    """Return one line on a file that the system did not let the build read or write.

    Parameters
    ----------
    error : OSError
        What the system says.
    fallback : path
        What to name where it says no name, as on a full disk.
    """
    reason = error.strerror or type(error).__name__
    # Of a copy, the place that could not be written.
    place = error.filename2 or error.filename or fallback
    return (
        f"{place} cannot be read or written ({reason}). "
        "Make room, give the right to read and write there, or build again where it was removed."
    )


FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""The errors that come without the name of a file."""


def in_one_line(exception: Exception, folder: object) -> str | None:
    """Return what an exception says to the user, or None where that is up to Sphinx.

    Parameters
    ----------
    exception : Exception
        With which a build ends, maybe wrapped by Sphinx.
    folder : path
        Where the build writes.
    """
    if isinstance(exception, ExtensionError) and exception.orig_exc:
        return in_one_line(exception.orig_exc, folder)
    if isinstance(exception, BuildError):
        return str(exception)
    if isinstance(exception, OSError):
        told = exception.filename or exception.errno in FULL
        return refused(exception, folder) if told else None
    if isinstance(exception, SphinxParallelError):
        return _of_worker(exception, folder)
    return None


@contextmanager
def before_reading(folder: object) -> Iterator[None]:
    """End in one line for what goes wrong before pages are read: no event tells of that.

    Parameters
    ----------
    folder : path
        As for `in_one_line`.

    Raises
    ------
    SystemExit
        With that line.
    """
    try:
        yield
    except (BuildError, OSError) as error:
        line = in_one_line(error, folder)
        if line is None:
            raise
        sys.exit(f"ERROR: {line}")


def _of_worker(error: SphinxParallelError, folder: object) -> str | None:
    """Return what an exception in one of Sphinx' workers says: it comes as text alone."""
    kind, _, words = error.message.partition(": ")
    if issubclass(_kinds().get(kind, Exception), BuildError):
        return words
    system = re.match(r"\[Errno (\d+)\] (.+?)(?:: '(.+)')?$", words)
    if system is None:
        return None
    number, reason, name = system.groups()
    return in_one_line(OSError(int(number), reason, name), folder)


def _kinds() -> dict[str, type[Exception]]:
    """Return the exceptions that are all that is to be said, by the names that texts give them."""
    kinds: list[type[Exception]] = [BuildError]
    found = {}
    while kinds:
        kind = kinds.pop()
        found[f"{kind.__module__}.{kind.__qualname__}"] = kind
        kinds += kind.__subclasses__()
    return found


def end(app: Sphinx, exception: Exception | None) -> None:
    """End a build with what is to be said of it, and nothing after it.

    Sphinx would add a traceback of its own; ``--verbose`` shows it.
    """
    # It is negative where less is asked for.
    if exception is None or app.config.verbosity > 0:
        return
    line = in_one_line(exception, app.outdir)
    if line is not None:
        logger.error("%s", line)
        sys.exit(1)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register what happens after a failure."""
    end_orphans()
    for handler in logging.getLogger("sphinx").handlers:
        handler.addFilter(end_where_full)
    # Before all others: what they miss in a build that failed is not what it failed of.
    app.connect("build-finished", stop_workers, priority=1)
    app.connect("build-finished", end, priority=2)
    return {"parallel_read_safe": True}
