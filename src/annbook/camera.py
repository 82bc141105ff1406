"""Digits before a camera, read in every frame: the last program of the workshop.

The frames come from a camera or a video file, go through `annbook.preparation` and a model,
and are shown in a window. They are kept nowhere and sent nowhere.

Only this module needs OpenCV, which ``annbook[camera]`` installs.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING, Any, Protocol

from annbook import preparation
from annbook.errors import BookError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    Frame = NDArray[np.uint8]
    Ask = Callable[[NDArray[np.float32]], NDArray[Any]]

TITLE = "annbook: hold a digit before the camera, q ends"

_COLOUR = (0, 140, 255)
"""Orange, in OpenCV's order: blue, green, red."""

_ESCAPE = 27


class Window(Protocol):
    """Where frames are shown."""

    def show(self, picture: Frame) -> bool:
        """Show a picture; return whether to go on."""


def frames(source: int | str) -> Iterator[Frame]:
    """Yield the frames of a camera, or of a video file, for as long as there are any.

    Parameters
    ----------
    source : int or str
        The number of a camera, from 0, or the path of a video file.

    Yields
    ------
    ndarray of uint8, shape (rows, columns, 3)
        In OpenCV's order: blue, green, red.

    Raises
    ------
    BookError
        Where OpenCV is missing, or there is no such camera or file, or it gives no frame.
    """
    video = opencv().VideoCapture(source)
    try:
        found, frame = video.read()
        if not found:
            raise _no_frame(source)
        while found:
            yield frame
            found, frame = video.read()
    finally:
        video.release()


def crop_square(frame: Frame) -> Frame:
    """Return the middle of a frame, as wide as it is high."""
    rows, columns = frame.shape[:2]
    side = min(rows, columns)
    top, left = (rows - side) // 2, (columns - side) // 2
    return frame[top : top + side, left : left + side]


def watch(pictures: Iterable[Frame], ask: Ask, window: Window) -> int:
    """Read the digit in each frame and show it, until the window says stop.

    Parameters
    ----------
    pictures : iterable of ndarray of uint8, shape (rows, columns, 3)
        As from `frames`.
    ask : callable
        From pixels, shape (1, 784), to the probabilities of the digits, shape (1, 10).
    window : Window
        Where the middle of each frame is shown, with the digit and a cross to aim with.

    Returns
    -------
    int
        How many frames were shown.
    """
    count = 0
    for frame in pictures:
        square = crop_square(frame)
        pixels = preparation.prepare(square[..., ::-1])
        answer = None if pixels is None else ask(pixels.reshape(1, -1))[0]
        count += 1
        if not window.show(annotate(square, answer)):
            break
    return count


def annotate(square: Frame, answer: NDArray[Any] | None) -> Frame:
    """Return a copy of a picture with a cross in its middle and the digit that was read.

    Parameters
    ----------
    square : ndarray of uint8, shape (side, side, 3)
    answer : ndarray, shape (10,), or None
        The probability of each digit; None where there was no ink, and then no digit is
        written.
    """
    cv2, picture = opencv(), square.copy()
    side = len(picture)
    middle, arm, width = side // 2, side // 12, max(1, side // 200)
    for start, end in (
        ((middle - arm, middle), (middle + arm, middle)),
        ((middle, middle - arm), (middle, middle + arm)),
    ):
        cv2.line(picture, start, end, _COLOUR, width)
    if answer is not None:
        digit = int(answer.argmax())
        text = f"{digit}  {100 * answer[digit]:.0f} %"
        corner, font = (side // 20, side // 7), cv2.FONT_HERSHEY_SIMPLEX
        cv2.putText(
            picture,
            text,
            corner,
            font,
            side / 240,
            _COLOUR,
            2 * width,
            cv2.LINE_AA,
        )
    return picture


class Screen:
    """A window on the reader's screen, closed with q, Escape or its own button.

    Raises
    ------
    BookError
        Where there is no screen, or OpenCV was built without windows.
    """

    def __init__(self) -> None:
        self._cv2 = opencv()
        # OpenCV would end the whole program, in its own words.
        if not has_screen(sys.platform, dict(os.environ)):
            raise BookError(
                "there is no screen to show it on",
                where="--camera",
                remedy="Run it on a machine with a screen, or give it picture files",
            )
        try:
            self._cv2.namedWindow(TITLE)
        except self._cv2.error:
            raise BookError(
                "this OpenCV was built without windows",
                where="--camera",
                remedy="Replace it: python -m pip uninstall opencv-python-headless, "
                "then python -m pip install opencv-python",
            ) from None

    def show(self, picture: Frame) -> bool:
        """Show a picture; return whether the window is still open and no key has closed it."""
        self._cv2.imshow(TITLE, picture)
        key = self._cv2.waitKey(1) & 0xFF
        visible = self._cv2.getWindowProperty(TITLE, self._cv2.WND_PROP_VISIBLE)
        return key not in {ord("q"), _ESCAPE} and visible >= 1

    def close(self) -> None:
        """Close the window."""
        self._cv2.destroyAllWindows()


def has_screen(platform: str, env: dict[str, str]) -> bool:
    """Return whether a window can be opened: elsewhere than on Linux, it always can."""
    return platform != "linux" or bool(
        env.get("DISPLAY") or env.get("WAYLAND_DISPLAY")
    )


def opencv() -> Any:
    """Return OpenCV, the module ``cv2``.

    Raises
    ------
    BookError
        Where it is missing or does not load.
    """
    # What it cannot open is told in this book's words, and only in these.
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    try:
        cv2 = importlib.import_module("cv2")
    except ModuleNotFoundError:
        what = "OpenCV is missing"
    except ImportError as error:
        what = f"OpenCV does not load ({error})"
    else:
        cv2.utils.logging.setLogLevel(0)
        return cv2
    raise BookError(
        what,
        where="--camera",
        remedy="Install it: python -m pip install opencv-python",
    )


def _no_frame(source: int | str) -> BookError:
    if isinstance(source, int):
        return BookError(
            "gives no picture",
            where=f"camera {source}",
            remedy="Connect a camera, allow this program to use it, or try another number",
        )
    return BookError(
        "is no video that can be read", where=source, remedy="Give a video file"
    )
