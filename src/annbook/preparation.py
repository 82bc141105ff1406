"""A reader's own picture, made into what the models were trained on.

There are two ways in. A drawing on an empty canvas is ink already: `place` brings it to the
size and the place that MNIST's digits have. A photo is paper as well as ink: `prepare` first
takes the paper away, and then places what is left.

Coordinates count from the top left corner. Pixel i spans i to i + 1, so that its middle is
at i + 0.5. Every step is written out here, and none is left to how some library resamples:
what runs in the reader's browser takes the same ones.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from annbook.mnist import SIDE

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]
    Point = tuple[float, float]

LONGER_SIDE = 20
"""Pixels of the longer side of a digit in MNIST."""

CENTRE = (14.5, 14.5)
"""Where MNIST has a digit's centre of mass: in the middle of pixel 14, not at half of 28."""

FAINTEST = 1 / 255
"""Less ink than one grey level is no ink."""

WORKING_SIDE = 400
"""Pixels of the longer side, at most, of the picture in which ink is looked for."""

LEAST_CONTRAST = 0.1
"""How far from its paper ink must be, where the paper leaves room for a distance of 1."""

_LUMA = np.array([0.299, 0.587, 0.114])
"""How bright red, green and blue look, as ITU-R BT.601 has it."""

_BORDER = 0.1
"""The part of a picture's shorter side, along each edge, that is taken for paper at first."""

_LEAST_ROOM = 0.1
"""Paper that is nearly black leaves no room for darker ink: then noise is not blown up."""

_LEAST_NEAR = 0.02
"""However little noise there is, brightness this near to the paper's is paper."""

_CLEAR = 4
"""Times the noise: what differs by less may be noise."""

_FEWEST = 3
"""Pixels of ink in and around a pixel that is no speck."""

_BINS = 256


# From ink to the model's input.


def place(ink: ArrayLike) -> NDArray[np.float32] | None:
    """Return ink as MNIST has it: 20 pixels long, and balanced on the middle of pixel 14.

    Parameters
    ----------
    ink : array_like, shape (rows, columns)
        From 0 (paper) to 1 (ink), of any size.

    Returns
    -------
    ndarray of float32, shape (28, 28), or None
        From 0 to 1, which is the darkest pixel. None where there is no ink.
        What would lie beyond an edge is cut off.

    Raises
    ------
    ValueError
        Where ink is not a rectangle of numbers from 0 to 1.

    References
    ----------
    Y. LeCun, C. Cortes, C. Burges: The MNIST database of handwritten digits (1998),
    which gives the 20 pixels and the centre of mass.
    """
    digit = crop(ink)
    if digit is None:
        return None
    scale = LONGER_SIDE / max(digit.shape)
    placed = resample(digit, scale, centre_of_mass(digit), CENTRE)
    return np.asarray(placed / placed.max(), np.float32)


def crop(ink: ArrayLike) -> Array | None:
    """Return the smallest box that holds all ink, or None where there is none.

    Parameters
    ----------
    ink : array_like, shape (rows, columns)
        From 0 (paper) to 1 (ink).

    Raises
    ------
    ValueError
        Where ink is not a rectangle of numbers from 0 to 1.
    """
    ink = np.asarray(ink, np.float64)
    box = bounding_box(ink)
    return None if box is None else ink[box]


def bounding_box(ink: Array) -> tuple[slice, slice] | None:
    """Return where the smallest box lies that holds all ink: its rows and its columns.

    Parameters
    ----------
    ink : ndarray of float, shape (rows, columns)
        From 0 (paper) to 1 (ink). Less than one grey level does not count.

    Returns
    -------
    (slice, slice), or None
        None where there is no ink.

    Raises
    ------
    ValueError
        Where ink is not a rectangle of numbers from 0 to 1.
    """
    if ink.ndim != 2:
        raise ValueError(
            f"ink must have rows and columns, not shape {ink.shape}"
        )
    _require_shares("ink", ink)
    rows = np.flatnonzero((ink >= FAINTEST).any(axis=1))
    columns = np.flatnonzero((ink >= FAINTEST).any(axis=0))
    if not rows.size:
        return None
    down, across = (slice(int(i[0]), int(i[-1]) + 1) for i in (rows, columns))
    return down, across


def centre_of_mass(ink: Array) -> Point:
    """Return the point, down and across, on which the ink would balance.

    Parameters
    ----------
    ink : ndarray of float, shape (rows, columns)
        From 0 (paper) to 1 (ink), not all of it 0.
    """
    rows, columns = ink.shape
    down = ink.sum(axis=1) @ (np.arange(rows) + 0.5) / ink.sum()
    across = ink.sum(axis=0) @ (np.arange(columns) + 0.5) / ink.sum()
    return float(down), float(across)


def resample(ink: Array, scale: float, source: Point, target: Point) -> Array:
    """Return ink on 28 x 28 pixels, each of them the mean of what it covers.

    Parameters
    ----------
    ink : ndarray of float, shape (rows, columns)
        From 0 (paper) to 1 (ink). Outside of it there is none.
    scale : float
        The length of an old pixel in new ones.
    source, target : (float, float)
        The point of the old picture, down and across, that comes to lie on that of the new.

    Returns
    -------
    ndarray, shape (28, 28)
    """
    rows, columns = ink.shape
    down = overlaps(rows, scale, source[0], target[0])
    across = overlaps(columns, scale, source[1], target[1])
    new: Array = down @ ink @ across.T
    return new


def overlaps(length: int, scale: float, source: float, target: float) -> Array:
    """Return which share of each new pixel each old one fills, along one side.

    Parameters
    ----------
    length : int
        How many old pixels there are.
    scale, source, target : float
        As in `resample`, along this side.

    Returns
    -------
    ndarray, shape (28, length)
        A row for each new pixel. It sums to 1, or to less where the new pixel reaches
        out of the old picture.
    """
    edges = source + (np.arange(SIDE + 1) - target) / scale
    starts, ends = edges[:-1, np.newaxis], edges[1:, np.newaxis]
    old = np.arange(length)
    shared = np.minimum(ends, old + 1) - np.maximum(starts, old)
    shares: Array = np.maximum(shared, 0) * scale
    return shares


# From a picture to ink.


def prepare(picture: NDArray[Any]) -> NDArray[np.float32] | None:
    """Return a picture of a digit, on paper of any one colour, as MNIST has it.

    Parameters
    ----------
    picture : ndarray, shape (rows, columns) or (rows, columns, 1 to 4)
        As for `grey`. Dark ink on light paper, or light on dark; the paper goes up to the
        picture's edges, and is to be seen on all sides of the digit.

    Returns
    -------
    ndarray of float32, shape (28, 28), or None
        As from `place`. None where there is no ink to be seen.

    Raises
    ------
    ValueError
        Where the picture is none.
    """
    return place(find_ink(shrink(grey(picture))))


def grey(picture: NDArray[Any]) -> Array:
    """Return how bright a picture is, from 0 (black) to 1 (white), shape (rows, columns).

    Parameters
    ----------
    picture : ndarray, shape (rows, columns) or (rows, columns, 1 to 4)
        Grey, grey and opacity, RGB, or RGB and opacity. Of type bool, uint8 or uint16, or
        floats from 0 to 1. Where it is transparent it is paper.

    Raises
    ------
    ValueError
        For another shape or type, or floats that are not from 0 to 1.
    """
    layers = picture[..., np.newaxis] if picture.ndim == 2 else picture
    if layers.ndim != 3 or layers.shape[2] > 4 or not layers.size:
        raise ValueError(
            "picture must have shape (rows, columns) or (rows, columns, 1 to 4), "
            f"not {picture.shape}"
        )
    levels = _from_0_to_1(layers)
    opaque = layers.shape[2] in {1, 3}
    colours = levels if opaque else levels[..., :-1]
    bright: Array = colours @ (_LUMA if colours.shape[2] == 3 else np.ones(1))
    return bright if opaque else _lay_on_paper(bright, levels[..., -1])


def _from_0_to_1(values: NDArray[Any]) -> Array:
    """Return a picture's values as floats, or raise ValueError."""
    kind = values.dtype
    if kind.kind == "u" and kind.itemsize <= 2:
        levels: Array = values / np.float64(np.iinfo(kind).max)
        return levels
    if kind.kind not in "bf":
        raise ValueError(
            f"picture must be of type bool, uint8, uint16 or float, not {kind}"
        )
    floats = values.astype(np.float64)
    _require_shares("picture", floats)
    return floats


def _lay_on_paper(bright: Array, opacity: Array) -> Array:
    """Return a partly transparent picture on paper that its ink stands out from."""
    edge = border(bright.shape) & (opacity > 0.5)
    if 2 * edge.sum() >= border(bright.shape).sum():
        paper = float(np.median(bright[edge]))
    else:
        # The paper is the transparent part, and what is not transparent is the ink.
        paper = float((bright * opacity).sum() <= 0.5 * opacity.sum())
    return opacity * bright + (1 - opacity) * paper


def border(shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return which pixels of a picture of this shape lie along its edges."""
    width = max(1, int(_BORDER * min(shape)))
    along = np.ones(shape, bool)
    along[width:-width, width:-width] = False
    return along


def shrink(bright: Array) -> Array:
    """Return a picture of 400 pixels a side at most, each the mean of a square of old ones.

    Parameters
    ----------
    bright : ndarray of float, shape (rows, columns)
        The squares are as many pixels wide as is needed, and begin at the top left; the
        last ones may be narrower.
    """
    width = math.ceil(max(bright.shape) / WORKING_SIDE)
    for axis in (0, 1):
        starts = np.arange(0, bright.shape[axis], width)
        sums = np.add.reduceat(bright, starts, axis)
        counts = np.diff(starts, append=bright.shape[axis])
        bright = sums / (counts[:, np.newaxis] if axis == 0 else counts)
    return bright


def find_ink(bright: Array) -> Array:
    """Return how much ink each pixel holds: 0 on the paper, 1 where there is most of it.

    Parameters
    ----------
    bright : ndarray of float, shape (rows, columns)
        From 0 (black) to 1 (white). The light may change slowly across the picture; the
        edge of a shadow would be taken for ink.

    Returns
    -------
    ndarray, shape (rows, columns)
        All 0 where nothing stands out clearly from the paper and its noise.
    """
    distance = distance_from_paper(bright)
    # Beyond the paper, on the side away from the ink, there is nothing but noise.
    noise = _spread(distance[distance <= 0])
    distance = np.clip(distance, 0, 1)
    limit = threshold(distance)
    above = distance[distance > limit]
    full = float(above.mean()) if above.size else 0.0
    if full < max(LEAST_CONTRAST, _CLEAR * noise):
        return np.zeros_like(bright)
    least = min(limit, _CLEAR * noise)
    ink = np.clip((distance - least) / (full - least), 0, 1)
    return np.where(count_around(ink > 0) >= _FEWEST, ink, 0)


def distance_from_paper(bright: Array) -> Array:
    """Return how far each pixel is from its paper, as a share of the room that there is.

    Parameters
    ----------
    bright : ndarray of float, shape (rows, columns)
        From 0 (black) to 1 (white).

    Returns
    -------
    ndarray, shape (rows, columns)
        Positive on the side of the paper that the ink is on, darker or lighter: the side
        on which pixels lie farthest from it. Black on any paper, or white, is at 1.
    """
    paper = paper_level(bright)
    darker = paper - bright
    if (darker**3).sum() >= 0:
        return darker / np.maximum(paper, _LEAST_ROOM)
    return -darker / np.maximum(1 - paper, _LEAST_ROOM)


def paper_level(bright: Array) -> Array:
    """Return how bright the paper is at each pixel: a smooth surface under the ink.

    The surface a + b y + c x + d y^2 + e y x + f x^2 is fitted to the picture's border by
    least squares; then, three times, to all pixels that lay near the last one.

    Parameters
    ----------
    bright : ndarray of float, shape (rows, columns)
        From 0 (black) to 1 (white).

    Returns
    -------
    ndarray, shape (rows, columns)
    """
    y, x = (
        side.ravel()
        for side in np.meshgrid(*map(_middles, bright.shape), indexing="ij")
    )
    terms = np.stack([np.ones_like(x), y, x, y * y, y * x, x * x], axis=1)
    level, near = bright.ravel(), border(bright.shape).ravel()
    for _ in range(4):
        some = terms[near]
        # The small addition leaves one answer where a picture has too few pixels for six terms.
        square = some.T @ some + 1e-6 * np.eye(6)
        surface = terms @ np.linalg.solve(square, some.T @ bright.ravel()[near])
        distance = surface - level
        near = np.abs(distance) <= max(2 * _spread(distance), _LEAST_NEAR)
    paper: Array = surface.reshape(bright.shape)
    return paper


def threshold(values: Array) -> float:
    """Return what parts values from 0 to 1 best into two groups, after Otsu.

    Parameters
    ----------
    values : ndarray of float
        From 0 to 1. They are counted in 256 bins of equal width.

    Returns
    -------
    float
        The upper end of a bin. With it the variance between the groups is largest; of
        several that do equally well, the first.

    References
    ----------
    N. Otsu: A threshold selection method from gray-level histograms (1979).
    """
    counts, ends = np.histogram(values, _BINS, (0, 1))
    below = counts.cumsum()
    above = values.size - below
    middles = (ends[:-1] + ends[1:]) / 2
    sums = (counts * middles).cumsum()
    # The two means differ by this, times below and above.
    apart = sums[-1] * below - sums * values.size
    both = below * above
    between = np.divide(apart**2, both, out=np.zeros(_BINS), where=both > 0)
    return float(ends[1:][between.argmax()])


def count_around(marked: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return how many of the nine pixels in and around each pixel are marked."""
    rows, columns = marked.shape
    padded = np.pad(marked.astype(np.intp), 1)
    counts = np.zeros(marked.shape, np.intp)
    for down, right in np.ndindex(3, 3):
        counts += padded[down : down + rows, right : right + columns]
    return counts


def _middles(length: int) -> Array:
    """Return the middles of a side's pixels, where the side goes from -1 to 1."""
    return (2 * np.arange(length) + 1) / length - 1


def _spread(distances: Array) -> float:
    """Return the standard deviation of noise about 0, of which half may be seen.

    It comes from the median, which a part that is no noise hardly moves.
    """
    return (
        1.4826 * float(np.median(np.abs(distances))) if distances.size else 0.0
    )


def _require_shares(name: str, values: Array) -> None:
    """Raise ValueError where there is no value, or one that is not from 0 to 1."""
    # A comparison with NaN is never true.
    if not (values.size and np.all((values >= 0) & (values <= 1))):
        raise ValueError(f"{name} must be numbers from 0 to 1, not {values}")
