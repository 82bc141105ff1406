"""Results that take long to compute: computed once, and kept for everybody who asks.

A result is kept in a file named after everything it depends on, so that a change of any of
it leads to another file. Two processes that ask at once compute it once: the second waits.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import tempfile
import zipfile
from contextlib import contextmanager
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from filelock import FileLock

from annbook import mnist
from annbook.errors import BookError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from numpy.typing import NDArray

PACKAGES = ("numpy", "keras", "tensorflow-cpu", "tensorflow")
"""What computes the results, where it is installed."""

_REMEDY = "Make room or give the right to write there, or name another folder in ANNBOOK_MODELS"


class Kept(NamedTuple):
    """What is kept: arrays, and facts about them that JSON can hold."""

    arrays: list[NDArray[Any]]
    facts: dict[str, Any]


def folder(env: Mapping[str, str]) -> Path:
    """Return where results are kept: ``ANNBOOK_MODELS``, else a folder in the cache."""
    named = env.get("ANNBOOK_MODELS")
    if named:
        return Path(named).absolute()
    return mnist.cache_folder(env) / "models"


def fetch(name: str, key: str, compute: Callable[[], Kept]) -> Kept:
    """Return a result from the store, computed now if it is not there.

    Parameters
    ----------
    name : str
        What it is, for the file's name.
    key : str
        What it depends on, as from `key`.
    compute : callable
        Gives the result. It is called once, however many processes ask at the same time.

    Raises
    ------
    BookError
        Where the store's folder cannot be written.
    """
    file = path(name, key)
    kept = read(file)
    if kept is not None:
        return kept
    with _lock(file):
        # Another process may have computed it while this one waited.
        kept = read(file)
        if kept is None:
            kept = compute()
            write(file, kept)
    return kept


def path(name: str, key: str) -> Path:
    """Return the file that a result belongs into, whether it is there or not."""
    return folder(os.environ) / f"{name}-{key}.npz"


def key(modules: Iterable[str], *facts: str) -> str:
    """Return a name for everything that a result of these modules' code depends on.

    Parameters
    ----------
    modules : iterable of str
        Such as ``"annbook.softmax"``. Their source counts, and that of every module of this
        package that they import.
    *facts : str
        Whatever else matters, such as the edition of the data.

    Returns
    -------
    str
        16 hexadecimal digits. The versions of `PACKAGES` count as well.
    """
    digest = hashlib.sha256()
    for name, text in sorted(sources(modules).items()):
        digest.update(f"{name}\0{text}\0".encode())
    for fact in (*facts, *map(_version, PACKAGES)):
        digest.update(f"{fact}\0".encode())
    return digest.hexdigest()[:16]


def sources(modules: Iterable[str]) -> dict[str, str]:
    """Return the source of modules of this package and of those that they import, by name."""
    found: dict[str, str] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        file = resources.files("annbook").joinpath(*name.split(".")[1:])
        text = _read_source(Path(str(file)).with_suffix(".py"))
        if text is not None and name not in found:
            found[name] = text
            waiting += _imports(text)
    return found


def _read_source(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


@cache
def _imports(text: str) -> list[str]:
    """Return the names in this package that a module's source may import."""
    names = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.append(node.module)
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return [name for name in names if name.startswith("annbook.")]


def _version(package: str) -> str:
    try:
        return f"{package} {metadata.version(package)}"
    except metadata.PackageNotFoundError:
        return f"no {package}"


def read(file: Path) -> Kept | None:
    """Return what a file of the store holds, or None where it is missing or damaged."""
    try:
        # NumPy leaves a file open that it opened itself and found damaged.
        with (
            file.open("rb") as stream,
            np.load(stream, allow_pickle=False) as archive,
        ):
            facts = json.loads(str(archive["facts"]))
            arrays = [archive[str(i)] for i in range(len(archive.files) - 1)]
    except (
        OSError, ValueError, KeyError, TypeError, RuntimeError, EOFError, zipfile.BadZipFile,
    ):  # fmt: skip
        return None
    return Kept(arrays, facts)


def write(file: Path, kept: Kept) -> None:
    """Write a file of the store, whole or not at all.

    Raises
    ------
    BookError
        Where it cannot be written.
    """
    parts: dict[str, Any] = {str(i): a for i, a in enumerate(kept.arrays)}
    parts["facts"] = np.array(json.dumps(kept.facts))
    with _writable(file):
        # Whoever cleared the folder away in the meantime does not undo the work.
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=file.parent) as draft:
            new = Path(draft, file.name)
            np.savez(new, **parts)
            new.replace(file)


@contextmanager
def _lock(file: Path) -> Iterator[None]:
    """Hold the right to compute the result that belongs into a file."""
    lock = FileLock(file.with_suffix(".lock"))
    with _writable(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _writable(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise BookError(
            f"cannot be written ({reason})", where=file, remedy=_REMEDY
        ) from None
