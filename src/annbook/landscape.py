"""The mountain of the cost: a slice or a plane through the space of all parameters.

A model's parameters, laid in one row, are a place in a space of as many dimensions. Nobody can
see 7,850 of them, but the cost can be computed along one or two directions that matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.floating[Any]]


class Directions(NamedTuple):
    """The directions in which a path leads furthest."""

    axes: NDArray[np.float64]
    """Shape (count, parameters): each of length 1, at right angles to the others."""
    shares: NDArray[np.float64]
    """How much of the path's spread lies along each, from 0 to 1; shape (count,)."""


def flatten(parts: Iterable[ArrayLike]) -> Floats:
    """Return all numbers of a model's parts in one row: its place on the mountain."""
    return np.concatenate([np.ravel(part) for part in parts])


def unflatten(place: Floats, parts: Iterable[ArrayLike]) -> list[Floats]:
    """Return a row of numbers as parts in the shapes and the precision of those given.

    Raises
    ------
    ValueError
        Where the numbers are not as many as the parts hold.
    """
    patterns = [np.asarray(part) for part in parts]
    ends = np.cumsum([pattern.size for pattern in patterns])
    if np.shape(place) != (ends[-1],):
        raise ValueError(
            f"a place must have shape ({ends[-1]},), not {np.shape(place)}"
        )
    return [
        piece.reshape(pattern.shape).astype(pattern.dtype)
        for piece, pattern in zip(
            np.split(place, ends[:-1]), patterns, strict=True
        )
    ]


def directions(path: ArrayLike, count: int = 2) -> Directions:
    """Return the directions in which the places of a path differ most.

    Parameters
    ----------
    path : array_like, shape (places, parameters)
        In the order in which they were visited.
    count : int
        How many directions; at most as many as there are places or parameters.

    Returns
    -------
    Directions
        The first ``count`` principal components of the places, the largest first. Of its two
        senses each has the one that leads from the start of the path to its end.

    Raises
    ------
    ValueError
        Where the path is not a table, or has fewer places or parameters than directions.
    """
    places = np.asarray(path, np.float64)
    _require_directions(places, count)
    centred = places - places.mean(axis=0)
    _, sizes, axes = np.linalg.svd(centred, full_matrices=False)
    backwards = axes @ (places[-1] - places[0]) < 0
    axes[backwards] *= -1
    spread = sizes**2 / (sizes**2).sum()
    return Directions(axes[:count], spread[:count])


def _require_directions(places: Floats, count: int) -> None:
    if places.ndim != 2 or not 1 <= count <= min(places.shape, default=0):
        raise ValueError(
            f"a path of shape {places.shape} does not have {count} directions"
        )
    if not np.ptp(places, axis=0).any():
        raise ValueError("a path that stays at one place has no direction")


def distances(
    path: ArrayLike, origin: ArrayLike, axes: ArrayLike
) -> NDArray[np.float64]:
    """Return how far each place lies from the origin along each axis.

    Parameters
    ----------
    path : array_like, shape (places, parameters)
        Where a place lies off the plane of the axes, its shadow on the plane counts.
    origin : array_like, shape (parameters,)
        The place that gets the distances 0.
    axes : array_like, shape (count, parameters)
        Each of length 1, at right angles to the others.

    Returns
    -------
    ndarray, shape (places, count)
    """
    moved: NDArray[np.float64] = np.subtract(path, origin, dtype=np.float64)
    found: NDArray[np.float64] = moved @ np.transpose(axes)
    return found


def surface(
    cost: Callable[[Floats], Any],
    origin: ArrayLike,
    axes: ArrayLike,
    *ticks: ArrayLike,
) -> NDArray[np.float64]:
    """Return the cost wherever the ticks of the axes meet.

    Parameters
    ----------
    cost : callable
        From a place, shape (parameters,), to its cost, a number.
    origin : array_like, shape (parameters,)
        Where all distances are 0.
    axes : array_like, shape (count, parameters)
        The directions to go in; one gives a slice, two a plane.
    *ticks : array_like
        For each axis the distances at which the cost is wanted.

    Returns
    -------
    ndarray
        A dimension for each axis, as long as its ticks.
    """
    steps = np.stack(np.meshgrid(*ticks, indexing="ij"), axis=-1)
    places = origin + steps @ np.asarray(axes)
    costs: NDArray[np.float64] = np.apply_along_axis(cost, -1, places)
    return costs


def walk(
    heights: Sequence[float] | NDArray[np.float64],
    along: Sequence[float] | NDArray[np.float64],
    start: float,
    rate: float,
    steps: int,
) -> NDArray[np.float64]:
    """Return the places of gradient descent on a measured line, the start first.

    Parameters
    ----------
    heights : sequence of float, shape (n,)
        The cost at each distance; n is 3 or more.
    along : sequence of float, shape (n,)
        The distances, ascending in equal steps.
    start : float
        Where the walk begins.
    rate : float
        The learning rate: each step is as long as the rate times the slope.
    steps : int
        How many, 0 or more.

    Returns
    -------
    ndarray, shape (steps + 1,)
        The slope at a measured distance comes from its neighbours, and between two of them it
        changes evenly: on a parabola it is exact. Beyond the ends it stays as it is there.
    """
    gap = np.ptp(along) / (len(along) - 1)
    slopes = np.gradient(heights, gap, edge_order=2)
    places = [float(start)]
    for _ in range(steps):
        here = places[-1]
        places.append(here - rate * np.interp(here, along, slopes))
    return np.array(places)


def around(
    path: NDArray[np.floating[Any]], count: int = 25
) -> list[NDArray[np.float64]]:
    """Return the ticks of a grid of squares that holds a path, with room on each side of it.

    Parameters
    ----------
    path : ndarray, shape (places, axes)
        As from `distances`.
    count : int
        Ticks along the axis on which the path is longest; on the others they lie as close.

    Returns
    -------
    list of ndarray
        For each axis its ticks. The room is a third of the path's greatest length or more.

    Raises
    ------
    ValueError
        Where the path stays at one place, or there are fewer than two ticks.
    """
    low, high = path.min(axis=0), path.max(axis=0)
    room = (high - low).max() / 3
    if room == 0 or count < 2:
        raise ValueError(
            f"a path {3 * room} long cannot have a grid with {count} ticks around it"
        )
    gap = 5 * room / (count - 1)
    middles, lengths = (low + high) / 2, high - low + 2 * room
    # Rounding must not add a tick.
    cells = np.ceil(lengths / gap - 1e-9)
    return [
        middle + gap * (np.arange(number + 1) - number / 2)
        for middle, number in zip(middles, cells, strict=True)
    ]
