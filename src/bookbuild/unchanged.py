"""A build of a book in which nothing has changed ends at once.

Sphinx would take seconds to load its extensions, to look at every page and to write its indices
anew. A build that ended well leaves a note: a key of all that it was made from, one of all that it
wrote, and its closing lines. Where both keys still hold, there is nothing to do (``__main__``).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bookbuild import fingerprint
from bookbuild.outputs import read_checked, write_checked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sphinx.application import Sphinx

VARIABLES = ("ANNBOOK_", "SOURCE_DATE_EPOCH", "SPHINX")
"""How the names of the variables begin that a build listens to."""

MADE = {"__pycache__", "_build", "dist", "lab"}
"""The folders that hold what was made from a checkout; so do those whose name has a dot first."""


def files_in(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder, but not what was made from them."""
    for each in folder.iterdir():
        if each.is_file():
            yield each
        elif each.name not in MADE and not each.name.startswith("."):
            yield from files_in(each)


def key_of(paths: Iterable[Path]) -> str:
    """Return a key of the names and contents of files; one that is missing counts as such."""
    parts: list[str | bytes] = []
    for path in sorted(paths):
        parts.append(path.as_posix())
        parts.append(path.read_bytes() if path.is_file() else "missing")
    return fingerprint.digest(*parts)


def commit(folder: Path) -> str:
    """Return the commit that is checked out, whose date pages may tell; nothing without git."""
    program = shutil.which("git")
    if program is None:
        return ""
    command = [program, "-C", str(folder), "rev-parse", "HEAD"]
    return subprocess.run(
        command, capture_output=True, encoding="utf-8", check=False
    ).stdout


def made_from(root: Path, arguments: Sequence[str]) -> str:
    """Return a key of what a build is made from.

    Parameters
    ----------
    root : Path
        The checkout. Its tests count too: more is looked at than need be, never less.
    arguments : sequence of str
        How the build was asked for.
    """
    heard = [
        f"{name}={value}"
        for name, value in sorted(os.environ.items())
        if name.startswith(VARIABLES)
    ]
    surroundings = [str(Path.cwd()), fingerprint.installed(), commit(root)]
    return fingerprint.digest(
        *arguments, "", *heard, "", *surroundings, key_of(files_in(root))
    )


def last(doctrees: Path) -> Path:
    """Return the file in which a build leaves what else it read, and its closing lines."""
    return doctrees / "last.json"


class Note:
    """What is known of the last build into a folder."""

    def __init__(self, doctrees: Path, site: Path) -> None:
        self._path, self._last, self._site = (
            doctrees / "unchanged.json",
            last(doctrees),
            site,
        )

    def recall(self, before: str) -> list[str]:
        """Return the last build's closing lines where all is as it left it, else none."""
        said = read_checked(self._last) or {"inputs": [], "lines": []}
        known = read_checked(self._path)
        return said["lines"] if known == self._keys(before, said) else []

    def forget(self) -> None:
        """Have the next build look at everything."""
        for path in (self._path, self._last):
            path.unlink(missing_ok=True)

    def leave(self, before: str) -> None:
        """Note what a build that ended well was made from, and what it wrote."""
        said = read_checked(self._last)
        # What was missing now may be there the next time, and change the book.
        if said and all(map(os.path.isfile, said["inputs"])):
            write_checked(self._path, self._keys(before, said))

    def _keys(self, before: str, said: dict[str, list[str]]) -> list[str]:
        inputs = key_of(map(Path, said["inputs"]))
        return [before, inputs, key_of(self._site.rglob("*"))]


def leave_lines(app: Sphinx, lines: list[str]) -> None:
    """Leave what else a build read, and its closing lines."""
    content = {"inputs": app.config.book_inputs, "lines": lines}
    write_checked(last(Path(app.doctreedir)), content)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register ``book_inputs``, the files outside the checkout that a build reads."""
    app.add_config_value("book_inputs", [], "", list)
    app.connect("book-built", leave_lines)
    return {"parallel_read_safe": True}
