"""What a convolutional network does to an image, for one filter: slide, multiply, add, pool."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from annbook.neuron import as_floats

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from annbook.neuron import FloatArray


def convolve(image: ArrayLike, kernel: ArrayLike) -> FloatArray:
    """Return the weighted sum of every patch of an image as large as the kernel.

    Parameters
    ----------
    image : array_like, shape (rows, columns)
        One channel.
    kernel : array_like, shape (high, wide)
        The weights, the same for every patch. It is laid on as it is: what
        networks call a convolution does not turn it round.

    Returns
    -------
    ndarray, shape (rows - high + 1, columns - wide + 1)
        One sum for each place where the kernel fits into the image.

    Raises
    ------
    ValueError
        Where one of the two is no matrix, or the kernel does not fit into the image.
    """
    image, kernel = as_floats(image), as_floats(kernel)
    fits = image.ndim == kernel.ndim == 2 and kernel.size > 0
    if not fits or np.any(np.less(image.shape, kernel.shape)):
        raise ValueError(
            f"a kernel {kernel.shape} does not fit into an image {image.shape}"
        )
    patches = sliding_window_view(image, kernel.shape)
    sums: FloatArray = (patches * kernel).sum(axis=(2, 3))
    return sums


def max_pool(image: ArrayLike, size: int = 2) -> FloatArray:
    """Return the largest value of every square of ``size`` by ``size`` pixels, side by side.

    Parameters
    ----------
    image : array_like, shape (rows, columns)
        Rows and columns that fill no whole square are left out, at the bottom and the right.
    size : int
        The side of the squares, 1 or more.

    Returns
    -------
    ndarray, shape (rows // size, columns // size)

    Raises
    ------
    ValueError
        Where the image is no matrix, or smaller than one square.
    """
    image = as_floats(image)
    if image.ndim != 2 or not 1 <= size <= min(image.shape, default=0):
        raise ValueError(
            f"squares of side {size} do not fit into an image {image.shape}"
        )
    rows, columns = (length // size for length in image.shape)
    squares = image[: rows * size, : columns * size]
    squares = squares.reshape(rows, size, columns, size)
    largest: FloatArray = squares.max(axis=(1, 3))
    return largest


def shift(images: ArrayLike, down: int, right: int) -> FloatArray:
    """Return images moved by whole pixels; what leaves is lost, what comes in is empty.

    Parameters
    ----------
    images : array_like, shape (..., rows, columns)
        Zeros are paper.
    down, right : int
        By how many pixels; negative moves up, or to the left.

    Returns
    -------
    ndarray
        The shape of ``images``.
    """
    images = as_floats(images)
    moved = np.zeros_like(images)
    rows, columns = images.shape[-2:]
    to_rows, from_rows = _overlap(rows, down)
    to_columns, from_columns = _overlap(columns, right)
    moved[..., to_rows, to_columns] = images[..., from_rows, from_columns]
    return moved


def jitter(images: ArrayLike, generator: np.random.Generator) -> FloatArray:
    """Return images, each moved at random by at most one pixel, up or down and sideways.

    Parameters
    ----------
    images : array_like, shape (n, rows, columns)
        Zeros are paper.
    generator : numpy.random.Generator
        Chooses one of the nine moves for each image.
    """
    images = as_floats(images)
    moved = np.empty_like(images)
    moves = generator.integers(-1, 2, size=(len(images), 2))
    for down, right in itertools.product((-1, 0, 1), repeat=2):
        chosen = (moves == (down, right)).all(axis=1)
        moved[chosen] = shift(images[chosen], down, right)
    return moved


def _overlap(length: int, by: int) -> tuple[slice, slice]:
    """Return where pixels go and where they come from, along one side."""
    kept = max(length - abs(by), 0)
    ahead, behind = max(by, 0), max(-by, 0)
    return slice(ahead, ahead + kept), slice(behind, behind + kept)
