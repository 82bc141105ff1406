"""What Sphinx may remember of a build, and builds that would remember at the same time."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout
from sphinx.util import logging

from bookbuild.outputs import OutputsError, writing

if TYPE_CHECKING:
    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)


class Turn:
    """One build at a time keeps outputs in a folder: another waits until it is done."""

    def __init__(self) -> None:
        self._lock: FileLock | None = None

    def take(self, app: Sphinx, *_: object) -> None:
        """Take the turn, or wait for it; a build that was killed has given it back.

        Raises
        ------
        SystemExit
            Where the folder cannot be written: with one line that helps.
        """
        if app.config.book_outputs:
            try:
                self._take(Path(app.config.book_outputs))
            except OutputsError as error:
                sys.exit(str(error))

    def _take(self, folder: Path) -> None:
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(folder / ".lock")
            try:
                self._lock.acquire(timeout=0)
            except Timeout:
                logger.info("waiting for another build of this book to end")
                self._lock.acquire()

    def give_back(self, *_: object) -> None:
        """Let the next build begin."""
        if self._lock is not None:
            self._lock.release()


def set_memory_aside(app: Sphinx, *_: object) -> None:
    """Hide what Sphinx remembers of the pages until the build has come to its end.

    Sphinx keeps a page that warned as read: after an interruption the next
    build would pass it in silence.
    """
    memory = Path(app.doctreedir, "environment.pickle")
    if memory.exists():
        memory.replace(memory.with_suffix(".held"))


def forget_after_failure(app: Sphinx, exception: Exception | None) -> None:
    """Give the memory back after a clean build; drop it where the build warned or failed."""
    held = Path(app.doctreedir, "environment.held")
    if exception or app._warncount:
        held.unlink(missing_ok=True)
    elif held.exists():
        held.replace(held.with_suffix(".pickle"))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the turns, and what is remembered."""
    turn = Turn()
    # Before Sphinx reads what it remembers.
    app.connect("config-inited", turn.take, priority=900)
    app.connect("builder-inited", set_memory_aside)
    # Sphinx has written it anew just before.
    app.connect("env-check-consistency", set_memory_aside)
    # The last of all: what others find wrong at the end counts, too.
    app.connect("build-finished", forget_after_failure, priority=990)
    app.connect("build-finished", turn.give_back, priority=998)
    return {"parallel_read_safe": True}
