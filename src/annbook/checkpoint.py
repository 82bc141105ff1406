"""What a training must remember to go on where it stopped, in a file that is whole or not there."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from annbook.errors import BookError

if TYPE_CHECKING:
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
    """How long each of them took, shape (epochs,)."""


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
    with tempfile.TemporaryDirectory(dir=file.parent) as draft:
        new = Path(draft, file.name)
        parts: dict[str, Any] = {**state._asdict(), "settings": settings}
        np.savez(new, **parts)
        new.replace(file)


def load(file: Path, settings: str | None = None) -> State | None:
    """Return the state that a file holds, or None where there is no file.

    Parameters
    ----------
    file : Path
        Written by `save`.
    settings : str, optional
        Those that it must have been saved with.

    Raises
    ------
    BookError
        Where the file is damaged, or comes from a training with other settings.
    """
    if not file.exists():
        return None
    try:
        # NumPy leaves a file open that it opened itself and found damaged.
        with file.open("rb") as stream, np.load(stream) as archive:
            parts = {name: archive[name] for name in archive.files}
        found, state = str(parts.pop("settings")), State(**parts)
    except (ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        raise BookError(
            "is no checkpoint, or a damaged one",
            where=file,
            remedy="Delete it: the training then starts anew",
        ) from None
    if settings not in (None, found):
        raise BookError(
            f"was made with the settings {found}, not {settings}",
            where=file,
            remedy="Take the settings it was made with, or another folder",
        )
    return state
