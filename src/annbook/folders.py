"""A folder that is there whole or not at all, and is filled once for all who ask."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from annbook.errors import BookError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MANIFEST = "annbook.json"
"""The file that says which key a folder was filled for, and what its files hold."""


def keep(folder: Path, key: str, fill: Callable[[Path], object]) -> None:
    """Fill a folder, unless it is there already, whole and for the same key.

    The new folder is filled elsewhere and then takes the old one's place, so that whoever
    looks into it sees the old files or the new ones and never some of both. Of several
    processes that ask at once one fills it, and the others wait.

    Parameters
    ----------
    folder : Path
        Where it shall be.
    key : str
        Names everything that its files depend on, as from `annbook.store.key`.
    fill : callable
        Writes the files into the empty folder that it is given.

    Raises
    ------
    BookError
        Where the folder cannot be written, or holds files that were not written by `keep`:
        those are never removed. Names that begin with a dot do not count.
    """
    if is_whole(folder, key):
        return
    lock = FileLock(folder.with_name(f".{folder.name}.lock"))
    with _writable(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    try:
        # Another process may have filled it while this one waited.
        if not is_whole(folder, key):
            _require_own(folder)
            _replace(folder, key, fill)
    finally:
        lock.release()


def is_whole(folder: Path, key: str) -> bool:
    """Return whether a folder was filled for this key, and every file is as it was then."""
    wanted_key, digests = _manifest(folder)
    return wanted_key == key and all(
        _digest(folder / name) == digest for name, digest in digests.items()
    )


def _replace(folder: Path, key: str, fill: Callable[[Path], object]) -> None:
    """Fill a new folder beside the old one, and let them change places."""
    prefix = f".{folder.name}.draft-"
    with _writable(folder):
        # What a process left behind that was stopped while it held the lock.
        for leftover in folder.parent.glob(f"{prefix}*"):
            shutil.rmtree(leftover)
        draft = Path(tempfile.mkdtemp(prefix=prefix, dir=folder.parent))
    try:
        new = draft / "new"
        new.mkdir()
        fill(new)
        with _writable(folder):
            _write_manifest(new, key)
            if folder.exists():
                folder.rename(draft / "old")
            new.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write_manifest(folder: Path, key: str) -> None:
    digests = {name: _digest(folder / name) for name in _names(folder)}
    text = json.dumps({"key": key, "files": digests}, indent=1)
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def _manifest(folder: Path) -> tuple[str, dict[str, str]]:
    """Return the key and the digests that a folder was filled with; no key where none is told."""
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return str(told["key"]), dict(told["files"])
    except (OSError, ValueError, TypeError, KeyError):
        return "", {}


def _names(folder: Path) -> Iterator[str]:
    """Yield the files in a folder and below, but those whose name begins with a dot."""
    for path in folder.rglob("*"):
        if path.is_file() and not path.name.startswith("."):
            yield path.relative_to(folder).as_posix()


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file, or nothing where it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _require_own(folder: Path) -> None:
    """Raise ``BookError`` where replacing the folder would remove somebody's files."""
    remedy = "Move what is there, or name another folder"
    if folder.exists() and not folder.is_dir():
        raise BookError("is not a folder", where=folder, remedy=remedy)
    own = {MANIFEST, *_manifest(folder)[1]}
    foreign = next((name for name in _names(folder) if name not in own), None)
    if foreign is not None:
        what = f"holds {foreign}, which this book has not written"
        raise BookError(what, where=folder, remedy=remedy)


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise BookError(
            f"cannot be written ({reason})",
            where=folder,
            remedy="Make room or give the right to write there, and close the programs that "
            "have files of it open",
        ) from None
