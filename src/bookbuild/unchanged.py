"""A build of a book in which nothing has changed ends at once.

Sphinx would look at every page, and write its indices and its search anew. A build that ended
without a warning leaves a key of all that it was made from, and one of all that it wrote: where
both still hold, there is nothing to do.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.util import logging
from sphinx.util._serialise import stable_hash

from bookbuild import fingerprint, memory
from bookbuild.outputs import read_checked, write_checked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)


def note_path(app: Sphinx) -> Path:
    """Return the file in which a build notes what it was made from and what it wrote."""
    return Path(app.doctreedir, "unchanged.json")


def files_in(*folders: str | Path) -> Iterator[Path]:
    """Yield the files of folders, but not what an interpreter keeps there."""
    for folder in folders:
        for path in Path(folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path


def key_of(paths: Iterable[Path]) -> str:
    """Return a key of the names and contents of files; one that is missing counts as such."""
    parts: list[str | bytes] = []
    for path in sorted(paths):
        parts.append(path.as_posix())
        parts.append(path.read_bytes() if path.is_file() else "missing")
    return fingerprint.digest(*parts)


def before(app: Sphinx) -> dict[str, str]:
    """Return the keys of what a build is made from."""
    # Themes change settings while they build: so they are looked at before.
    settings = {each.name: each.value for each in app.config}
    build = [settings, sorted(app.tags), app.builder.name, str(app.outdir)]
    folders = files_in(app.srcdir, app.config.book_source)
    return {
        "settings": stable_hash(build),
        "packages": fingerprint.installed(),
        "sources": key_of([Path(app.confdir, "conf.py"), *folders]),
    }


def after(app: Sphinx) -> dict[str, str]:
    """Return the keys of what stands written, and of files elsewhere that pages show."""
    shown = {
        Path(app.srcdir, each)
        for files in app.env.dependencies.values()
        for each in files
    }
    return {"shown": key_of(shown), "written": key_of(files_in(app.outdir))}


class Watch:
    """What a build knows of the one before it."""

    def __init__(self) -> None:
        self._before: dict[str, str] = {}

    def look(self, app: Sphinx) -> None:
        """End an update at once where all is as the last build left it."""
        if not app.config.book_outputs:
            return
        self._before = before(app)
        if read_checked(note_path(app)) == self._before | after(app):

            def update() -> None:
                logger.info("nothing has changed since the last build")
                app.emit("book-unchanged")
                memory.forget_after_failure(app, None)
                # Extensions would finish a build that has not been.
                sys.exit(0)

            app.builder.build_update = update  # type: ignore[misc]
        else:
            # Until this build has come to its end nobody knows what stands written.
            note_path(app).unlink(missing_ok=True)

    def note(self, app: Sphinx, exception: Exception | None) -> None:
        """Leave the keys of a build that came to its end without a warning."""
        if self._before and not exception and not app._warncount:
            write_checked(note_path(app), self._before | after(app))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the look before a build and the note after it."""
    watch = Watch()
    # Once all settings are made.
    app.connect("builder-inited", watch.look, priority=900)
    # Once all is written, and packed.
    app.connect("build-finished", watch.note, priority=980)
    return {"parallel_read_safe": True}
