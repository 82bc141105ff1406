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
    from collections.abc import Iterator

    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)


def note_path(app: Sphinx) -> Path:
    """Return the file in which a build notes what it was made from and what it wrote."""
    return Path(app.doctreedir, "unchanged.json")


def sources(app: Sphinx) -> Iterator[Path]:
    """Yield the files that a book is made from; what an interpreter keeps there is none."""
    env = app.env
    yield Path(app.confdir, "conf.py")
    for folder in (app.srcdir, app.config.book_source):
        for path in Path(folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path
    for files in env.dependencies.values():
        yield from (Path(env.srcdir, each) for each in files)


def key_of(root: Path, paths: set[Path]) -> str:
    """Return a key of the names and contents of files; one that is missing counts as such."""
    parts: list[str | bytes] = []
    for path in sorted(paths):
        parts.append(path.as_posix().removeprefix(root.as_posix()))
        parts.append(path.read_bytes() if path.is_file() else "missing")
    return fingerprint.digest(*parts)


def state(app: Sphinx) -> dict[str, str]:
    """Return the keys of what a build is made from and of what stands written."""
    settings = {each.name: each.value for each in app.config}
    written = {path for path in Path(app.outdir).rglob("*") if path.is_file()}
    return {
        "settings": stable_hash(
            [settings, sorted(app.tags), app.builder.name, str(app.outdir)]
        ),
        "packages": fingerprint.installed(),
        "sources": key_of(Path(app.confdir), {*sources(app)}),
        "written": key_of(Path(app.outdir), written),
    }


def look(app: Sphinx) -> None:
    """End an update at once where all is as the last build left it."""
    path = note_path(app)
    if app.config.book_outputs and read_checked(path) == state(app):

        def update() -> None:
            logger.info("nothing has changed since the last build")
            app.emit("book-unchanged")
            memory.forget_after_failure(app, None)
            # Extensions would finish a build that has not been.
            sys.exit(0)

        app.builder.build_update = update  # type: ignore[method-assign]
    # Until this build has come to its end nobody knows what stands written.
    else:
        path.unlink(missing_ok=True)


def note(app: Sphinx, exception: Exception | None) -> None:
    """Leave the keys of a build that came to its end without a warning."""
    if app.config.book_outputs and not exception and not app._warncount:
        write_checked(note_path(app), state(app))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the look before a build and the note after it."""
    # Once all settings are made.
    app.connect("builder-inited", look, priority=900)
    # Once all is written.
    app.connect("build-finished", note, priority=900)
    return {"parallel_read_safe": True}
