"""What Sphinx may remember of a build, and builds that would remember at the same time."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout
from sphinx.util import logging

from bookbuild.failure import before_reading
from bookbuild.outputs import read_checked, write_checked, writing
from bookbuild.unchanged import key_of

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
            with before_reading(app.config.book_outputs):
                self._take(Path(app.config.book_outputs))

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


def left(app: Sphinx) -> Path:
    """Return the file that says what the last build left, where that ended well."""
    return Path(app.doctreedir, "left.json")


def images(app: Sphinx) -> Path:
    """Return the folder in which myst-nb leaves the pages' images."""
    return Path(app.outdir).parent / "jupyter_execute"


def key_of_remains(app: Sphinx) -> str:
    """Return a key of what a build leaves to the next: pages as read, images, and the site."""
    read = [*Path(app.doctreedir).rglob("*.doctree"), memory(app)]
    shown = [*images(app).rglob("*"), *Path(app.outdir).rglob("*")]
    # A file manager leaves its own, with a dot first.
    return key_of(
        path for path in [*read, *shown] if not path.name.startswith(".")
    )


def memory(app: Sphinx) -> Path:
    """Return the file in which Sphinx remembers the pages that it has read."""
    return Path(app.doctreedir, "environment.pickle")


def forget(app: Sphinx) -> None:
    """Remove what would be taken for whole: what Sphinx remembers, images, and its style sheets.

    Some extensions copy their own sheets with a warning and no effect where others are there.
    """
    memory(app).unlink(missing_ok=True)
    if images(app).exists():
        shutil.rmtree(images(app))
    for path in Path(app.outdir, "_static").glob("*.*"):
        if path.is_file():
            path.unlink()


def recall(app: Sphinx, *_: object) -> None:
    """Have Sphinx read all pages anew where the last build's remains are not as it left them.

    It keeps a page that warned as read, and would pass it in silence after a
    build that failed or was stopped. A file half written, or damaged since,
    it takes for whole: an image that is there is not written again.

    Raises
    ------
    SystemExit
        Where they cannot be removed: with one line that helps.
    """
    with before_reading(app.doctreedir):
        whole = read_checked(left(app)) == key_of_remains(app)
        # Until this build has come to its end nobody knows what stands written.
        left(app).unlink(missing_ok=True)
        if not whole:
            forget(app)


def remember(app: Sphinx, exception: Exception | None) -> None:
    """Note what a clean build leaves."""
    if not (exception or app._warncount):
        write_checked(left(app), key_of_remains(app))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the turns, and what is remembered."""
    turn = Turn()
    # Before Sphinx reads what it remembers.
    app.connect("config-inited", turn.take, priority=900)
    app.connect("config-inited", recall, priority=910)
    # The last of all: what others find wrong at the end counts, too.
    app.connect("build-finished", remember, priority=990)
    app.connect("build-finished", turn.give_back, priority=998)
    return {"parallel_read_safe": True}
