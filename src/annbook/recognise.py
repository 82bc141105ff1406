"""The program that reads handwritten digits, from picture files or before a camera.

Run it as ``python -m annbook.recognise IMAGE...``, or with ``--camera``.
"""

from __future__ import annotations

import argparse
import functools
import io
import os
import sys
from typing import TYPE_CHECKING, Any

from annbook import camera, models, pictures, preparation
from annbook.errors import BookError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

FIRST_USE = {
    "softmax": "about ten seconds",
    "hidden": "about ten seconds",
    "convolution": "about two minutes",
}
"""How long the training of each model takes, on an ordinary computer."""

_WIDTH = 40
"""Characters of the longest bar."""


def chart(probabilities: NDArray[Any]) -> str:
    """Return ten lines, a bar of text for each digit.

    Parameters
    ----------
    probabilities : ndarray, shape (10,)
        From 0 to 1.
    """
    lines = [
        f"  {digit}  {100 * share:5.1f} %  {'#' * round(_WIDTH * share)}".rstrip()
        for digit, share in enumerate(probabilities.tolist())
    ]
    return "\n".join(lines)


def load_picture(path: str) -> NDArray[np.float32]:
    """Return what a model sees of a picture file, shape (28, 28).

    Raises
    ------
    BookError
        Where the file is no picture that can be read, or shows no ink.
    """
    pixels = preparation.prepare(pictures.read(path))
    if pixels is None:
        raise BookError(
            "shows no ink",
            where=path,
            remedy="Photograph one digit, with paper all around it",
        )
    return pixels


@functools.cache
def load_model(name: str) -> models.Trained:
    """Return a trained model; where it has to be trained first, say so on standard error.

    Raises
    ------
    BookError
        Where the data is missing or damaged, or the model cannot be kept.
    """
    if not models.is_kept(name):
        print(
            f"Training the model {name!r} on this machine, once: {FIRST_USE[name]}.",
            file=sys.stderr,
        )
    return models.load(name)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read each picture, or what the camera sees; return 0 where nothing failed, else 1."""
    # TensorFlow's log would bury the answer.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A file's name may hold what a terminal cannot show.
            stream.reconfigure(errors="backslashreplace")
    options = _parse(arguments)

    def ask(pixels: NDArray[np.float32]) -> NDArray[Any]:
        """Ask the model, which is loaded when there is something to be read."""
        return models.probabilities(load_model(options.model), pixels)

    try:
        if options.camera is None:
            return _read_files(options.images, ask)
        return _read_camera(options.camera, ask)
    except BookError as error:
        print(error, file=sys.stderr)
        return 1


def _read_files(paths: Sequence[str], ask: camera.Ask) -> int:
    """Print what each picture shows; return 1 where any shows nothing, which is said, else 0."""
    code = 0
    for path in paths:
        try:
            pixels = load_picture(path)
        except BookError as error:
            print(error, file=sys.stderr)
            code = 1
        else:
            (answer,) = ask(pixels.reshape(1, -1))
            print(f"{path}: {answer.argmax()}\n{chart(answer)}", flush=True)
    return code


def _read_camera(source: int | str, ask: camera.Ask) -> int:
    """Show what the camera sees and which digit it is, until the window is closed."""
    screen = camera.Screen()
    try:
        camera.watch(camera.frames(source), ask, screen)
    finally:
        screen.close()
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m annbook.recognise",
        description="Read handwritten digits from pictures: one digit in each, dark on light "
        "or light on dark, with paper on all sides of it.",
    )
    parser.add_argument(
        "images", nargs="*", metavar="IMAGE", help="a PNG or JPEG file"
    )
    parser.add_argument(
        "--model",
        choices=list(FIRST_USE),
        default="hidden",
        help="which of the book's models to ask (default: %(default)s)",
    )
    parser.add_argument(
        "--camera",
        nargs="?",
        const=0,
        type=_source,
        metavar="N",
        help="read what camera N sees (default: 0), or a video file; needs OpenCV",
    )
    options = parser.parse_args(arguments)
    if (options.camera is None) == (not options.images):
        parser.error("give picture files, or --camera, and not both")
    return options


def _source(text: str) -> int | str:
    return int(text) if text.isdecimal() else text


if __name__ == "__main__":
    sys.exit(main())
