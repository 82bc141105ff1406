"""Digits as readers draw them: anywhere on a large canvas, at any size, with one thick pen.

There is no collection of such drawings here, so they are made of MNIST's test digits. Each
is thinned to a line in the middle of its strokes, and the line is traced anew with a round
pen, at a size and a place that chance decides. What the hand did stays; what MNIST's makers
did to size, place and thickness is undone.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import ArrayLike, NDArray

    Lines = NDArray[np.bool_]

CANVAS = 280
"""Pixels along each side of the canvas."""

PEN = 16
"""Pixels that the round pen is wide."""

LENGTHS = (80, 220)
"""Pixels of the longer side of a drawing, from the smallest to the largest."""

_AT_A_TIME = 100


def draw_digits(
    images: NDArray[Any], generator: np.random.Generator
) -> Iterator[NDArray[np.float64]]:
    """Yield each image as somebody might draw it on a canvas of 280 x 280 pixels.

    Parameters
    ----------
    images : ndarray of float, shape (n, rows, columns)
        From 0 (paper) to 1 (ink). One without ink gives an empty canvas.
    generator : numpy.random.Generator
        Decides size and place: the longer side of the drawing has 80 to 220 pixels, the
        pen's width included, and it lies anywhere on the canvas as a whole.

    Yields
    ------
    ndarray, shape (280, 280)
        From 0 (paper) to 1 (ink).
    """
    for start in range(0, len(images), _AT_A_TIME):
        for line in thin(enlarge(images[start : start + _AT_A_TIME]) > 0.5):
            yield trace(line, generator.uniform(*LENGTHS), generator.random(2))


def enlarge(images: NDArray[Any]) -> NDArray[np.float64]:
    """Return images of twice the height and width, with values in between.

    Parameters
    ----------
    images : ndarray of float, shape (n, rows, columns)

    Returns
    -------
    ndarray, shape (n, 2 rows, 2 columns)
        Between the middles of two old pixels the values change evenly.
    """
    down, across = map(_between, images.shape[1:])
    larger: NDArray[np.float64] = down @ images @ across.T
    return larger


def _between(length: int) -> NDArray[np.float64]:
    """Return how much each old pixel of a side counts in each of the twice as many new ones."""
    middles = (np.arange(2 * length) + 0.5) / 2 - 0.5
    away = np.abs(middles[:, np.newaxis] - np.arange(length))
    shares: NDArray[np.float64] = np.maximum(0, 1 - away)
    return shares


def thin(shapes: Lines) -> Lines:
    """Return shapes thinned to lines one pixel wide that hang together as they did.

    Parameters
    ----------
    shapes : ndarray of bool, shape (n, rows, columns)
        True inside.

    Returns
    -------
    ndarray of bool, shape (n, rows, columns)

    References
    ----------
    T. Zhang, C. Suen: A fast parallel algorithm for thinning digital patterns (1984).
    """
    lines, before = shapes.copy(), -1
    while before != lines.sum():
        before = lines.sum()
        for turn in (0, 2):
            lines &= ~_removable(lines, turn)
    return lines


def _removable(lines: Lines, turn: int) -> Lines:
    """Return which pixels can go: those on an edge, at the south and east or north and west."""
    rows, columns = lines.shape[1:]
    padded = np.pad(lines, ((0, 0), (1, 1), (1, 1)))
    # From the north clockwise, so that the four sides are every second one.
    places = [(0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0), (0, 0)]
    ring = [padded[:, y : y + rows, x : x + columns] for y, x in places]
    neighbours = sum(each.astype(np.int8) for each in ring)
    entries = sum(
        (~one & other).astype(np.int8)
        for one, other in itertools.pairwise([*ring, ring[0]])
    )
    north, east, south, west = np.roll(np.array(ring[::2]), turn, axis=0)
    free = ~(north & east & south) & ~(east & south & west)
    removable: Lines = (
        (neighbours >= 2) & (neighbours <= 6) & (entries == 1) & free
    )
    return removable


def trace(
    line: NDArray[np.bool_], length: float, position: ArrayLike
) -> NDArray[np.float64]:
    """Return a canvas on which a line is traced with the pen.

    Parameters
    ----------
    line : ndarray of bool, shape (rows, columns)
        True on the line, a pixel wide. The pen touches down on each of these pixels.
    length : float
        Of the drawing's longer side, in pixels of the canvas.
    position : array_like, shape (2,)
        Down and across, from 0 (as far up or left as it can be) to 1.
    """
    points = np.argwhere(line).astype(np.float64)
    if not points.size:
        return _touch(points)
    points = points - points.min(axis=0)
    points = points * (length - PEN) / max(points.max(), 1)
    room = CANVAS - PEN - points.max(axis=0)
    return _touch(points + np.asarray(position) * room)


def strokes(paths: Sequence[str]) -> NDArray[np.float64]:
    """Return a canvas with straight strokes of the pen.

    Parameters
    ----------
    paths : sequence of str
        Each a stroke, from point to point without lifting the pen: ``"60,50 60,230"``. Its
        middle goes through these points, so many pixels across and down, from 8 to 272.

    Raises
    ------
    ValueError
        Where a path is not written so, or the pen would leave the canvas.
    """
    points = np.concatenate([_along(_points(path)) for path in paths])
    corners = points[:, ::-1] - PEN / 2
    if corners.min() < 0 or corners.max() > CANVAS - PEN:
        raise ValueError(
            f"points must be from {PEN // 2} to {CANVAS - PEN // 2}, not {paths}"
        )
    return _touch(corners)


def _points(path: str) -> NDArray[np.float64]:
    points = np.array([point.split(",") for point in path.split()], np.float64)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"a path is written as '60,50 60,230', not {path!r}")
    return points


def _along(path: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points on a path, a pixel or less apart."""
    lengths = np.abs(np.diff(path, axis=0)).max(axis=1, initial=0)
    steps = np.concatenate([[0], np.ceil(lengths)]).cumsum()
    every = np.arange(steps[-1] + 1)
    return np.stack([np.interp(every, steps, side) for side in path.T], axis=1)


def _touch(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a canvas that the pen has touched: the corners are those of the square around it."""
    canvas = np.zeros((CANVAS, CANVAS))
    middles = np.arange(PEN) + 0.5 - PEN / 2
    nib = np.clip(
        PEN / 2 + 0.5 - np.hypot(middles[:, np.newaxis], middles), 0, 1
    )
    for down, across in np.rint(corners).astype(int):
        touched = canvas[down : down + PEN, across : across + PEN]
        np.maximum(touched, nib, out=touched)
    return canvas


def photograph(
    ink: NDArray[np.float64], generator: np.random.Generator
) -> NDArray[np.uint8]:
    """Return what a camera might make of ink on white paper, in a light from one side.

    Parameters
    ----------
    ink : ndarray, shape (rows, columns)
        From 0 (paper) to 1 (ink).
    generator : numpy.random.Generator
        Gives each pixel some noise.

    Returns
    -------
    ndarray of uint8, shape (rows, columns)
        From 0 (black) to 255 (white).
    """
    rows, columns = ink.shape
    light = (
        np.linspace(0.85, 0.45, columns)
        - np.linspace(0, 0.1, rows)[:, np.newaxis]
    )
    seen = light * (1 - 0.7 * ink) + generator.normal(0, 0.01, ink.shape)
    return np.rint(255 * np.clip(seen, 0, 1)).astype(np.uint8)
