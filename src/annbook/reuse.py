"""Another program that uses a saved model: it knows the file, and nothing of its training.

Run it as ``python -m annbook.reuse IMAGES.npy ANSWERS.npz MODEL...``: it asks each saved
model about the images, and writes the answers, one array for each model in their order.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from annbook.errors import BookError

if TYPE_CHECKING:
    from numpy.typing import NDArray


def main(arguments: list[str]) -> int:
    """Ask saved models about images; return 0, or 1 after one line that says what is wrong."""
    if len(arguments) < 3:
        print("usage: python -m annbook.reuse IMAGES.npy ANSWERS.npz MODEL...")
        return 1
    # Its log would bury what is said here.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    from annbook import saving

    images, answers, *paths = arguments
    try:
        pixels = read_images(Path(images))
        found = [saving.load(Path(path)).ask(pixels) for path in paths]
        write_answers(Path(answers), found)
    except BookError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"asked {len(paths)} models about {len(pixels)} images")
    return 0


def read_images(path: Path) -> NDArray[np.float32]:
    """Return the array in a file of NumPy's, or raise BookError where there is none."""
    try:
        with path.open("rb") as file:
            return np.asarray(np.lib.format.read_array(file), np.float32)
    except (OSError, ValueError) as error:
        raise BookError(
            f"is no array of numbers that can be read ({error})",
            where=path,
            remedy="Write it with np.save",
        ) from None


def write_answers(path: Path, answers: list[NDArray[np.float32]]) -> None:
    """Write one array for each model, or raise BookError and leave no part of it."""
    try:
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            draft = Path(folder, "draft.npz")
            np.savez(draft, *answers)
            draft.replace(path)
    except OSError as error:
        raise BookError(
            f"cannot be written ({error.strerror})",
            where=path,
            remedy="Name a place that can be written",
        ) from None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
