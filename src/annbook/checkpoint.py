"""What a training must remember to go on where it stopped, in a file that is whole or not there."""

from __future__ import annotations

import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from annbook.errors import BookError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


class State(NamedTuple):
    """How far a training of softmax regression has come."""

    weights: NDArray[np.float32]
    """W, shape (inputs, classes)."""
    bias: NDArray[np.float32]
    """b, shape (classes,)."""
    costs: NDArray[np.float64]
    """The mean cost of each epoch that is done, shape (epochs,)."""
    seconds: NDArray[np.float64]
    """How long the processor worked on each of them, for this worker; shape (epochs,)."""


def untrained(inputs: int, classes: int) -> State:
    """Return the state before the first epoch: every weight and bias is zero."""
    return State(
        np.zeros((inputs, classes), np.float32),
        np.zeros(classes, np.float32),
        np.empty(0),
        np.empty(0),
    )


def save(file: Path, state: State, settings: str) -> None:
    """Write a state and the settings that led to it, whole or not at all.

    Parameters
    ----------
    file : Path
        It is replaced at one stroke: whoever reads it finds the old state or the new one.
    state : State
        What to keep.
    settings : str
        What the numbers depend on, as `load` is to find it again.
    """
    write(file, {**state._asdict(), "settings": settings})


def write(file: Path, parts: Mapping[str, Any]) -> None:
    """Write named arrays to a file, whole or not at all."""
    with TemporaryDirectory(dir=file.parent) as draft:
        new = Path(draft, file.name)
        np.savez(new, **parts)
        new.replace(file)


def read(file: Path) -> tuple[State, str]:
    """Return the state that a file holds, and the settings that led to it.

    Raises
    ------
    BookError
        Where the file is missing or damaged.
    """
    try:
        # NumPy leaves a file open that it opened itself and found damaged.
        with file.open("rb") as stream, np.load(stream) as archive:
            parts = {name: archive[name] for name in archive.files}
        settings = str(parts.pop("settings"))
        return State(**parts), settings
    except (
        OSError, ValueError, KeyError, TypeError, RuntimeError, EOFError, zipfile.BadZipFile,
    ):  # fmt: skip
        raise BookError(
            "is no checkpoint, or a damaged one",
            where=file,
            remedy="Delete it: the training then starts anew",
        ) from None


def load(file: Path, settings: str) -> State | None:
    """Return the state to go on from, or None where there is no file.

    Parameters
    ----------
    file : Path
        Written by `save`.
    settings : str
        Those that it must have been saved with.

    Raises
    ------
    BookError
        Where the file is damaged, or comes from a training with other settings.
    """
    if not file.exists():
        return None
    state, found = read(file)
    if found != settings:
        raise BookError(
            f"was made with the settings {found}, not {settings}",
            where=file,
            remedy="Take the settings it was made with, or another folder",
        )
    return state
