"""The outputs of pages that have run, kept under the keys of what they depend on.

A folder for each page holds one file for each key: the last `KEPT` that were used, so that an
edit taken back finds what it needs. A file starts with the key of its own content: a damaged
one is as good as none.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bookbuild.failure import BuildError
from bookbuild.files import write_text
from bookbuild.fingerprint import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KEPT = 12
"""How many keys a page keeps."""

FORM = "1"
"""To be raised where what is kept changes its form: what another version kept counts as none."""


class OutputsError(BuildError):
    """Outputs that cannot be kept."""


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """Say in one line what is to be done where a place cannot be written.

    Raises
    ------
    OutputsError
        For an error of the system.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OutputsError(
            f"{place} cannot be written ({reason}). Make room, or give the right to write there."
        ) from None


def read_checked(path: Path) -> Any:
    """Return what `write_checked` wrote, or None where the file is missing or damaged."""
    try:
        key, _, text = path.read_text(encoding="utf-8").partition("\n")
    except (OSError, UnicodeError):
        return None
    return json.loads(text) if key == digest(FORM, text) else None


def write_checked(path: Path, content: Any) -> None:
    """Write a file of JSON with the key of its content.

    Raises
    ------
    OutputsError
        Where it cannot be written.
    """
    text = json.dumps(content)
    with writing(path):
        write_text(path, f"{digest(FORM, text)}\n{text}")


class Memo:
    """What was found out once, in a file: each finding goes by the key of what it was found in."""

    def __init__(self, path: Path, size: int = 1000) -> None:
        self._path, self._size = path, size
        self._known: dict[str, Any] = read_checked(path) or {}
        self._fresh = False

    def recall(self, key: str, find: Callable[[], Any]) -> Any:
        """Return the finding of a key; it is found now where it is not known."""
        if key not in self._known:
            self._known[key] = find()
            self._fresh = True
        return self._known[key]

    def save(self) -> None:
        """Write down what is new; of too many findings the oldest are dropped."""
        if self._fresh:
            latest = [*self._known.items()][-self._size :]
            write_checked(self._path, dict(latest))
            self._fresh = False


class Store:
    """The folder of all outputs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._history = folder / "history.json"
        known = read_checked(self._history) or {}
        self.seconds: dict[str, float] = known.get("seconds", {})
        """How long each page took when it last ran."""
        self._keys: dict[str, list[str]] = known.get("keys", {})

    def path(self, page: str, key: str) -> Path:
        """Return where the outputs of a page are, if they are kept."""
        return self.folder / page / f"{key}.json"

    def holds(self, page: str, key: str) -> bool:
        """Return whether a page's outputs are there and whole."""
        return read_checked(self.path(page, key)) is not None

    def keep(self, page: str, key: str, outputs: dict[str, Any]) -> None:
        """Keep the outputs of a page that has run, and how long it took."""
        write_checked(self.path(page, key), outputs)
        self.seconds[page] = outputs["seconds"]

    def note_use(self, used: dict[str, str]) -> None:
        """Note which keys pages use now, and drop those that were used longest ago.

        Parameters
        ----------
        used : dict of str to str
            Each page's key.
        """
        for page, key in used.items():
            folder = self.folder / page
            paths = {path.stem: path for path in folder.glob("*.json")}
            last = [*self._keys.get(page, []), key]
            # What nobody remembers was used longest ago.
            order = [*sorted(paths.keys() - {*last}), *last]
            kept = [*dict.fromkeys(reversed(order))][:KEPT]
            old = [paths[stem] for stem in paths.keys() - {*kept}]
            # What an interrupted build has begun and left.
            for path in [*old, *folder.glob("*.tmp")]:
                with writing(path):
                    path.unlink(missing_ok=True)
            self._keys[page] = kept[::-1]
        self.remember()

    def remember(self) -> None:
        """Write down what is known of the pages."""
        known = {"seconds": self.seconds, "keys": self._keys}
        if read_checked(self._history) != known:
            write_checked(self._history, known)
