"""Many numbers for each point, shown as two: the flattest view, and how much it keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class View(NamedTuple):
    """Points as they are seen from the side from which they lie widest apart."""

    points: NDArray[np.floating[Any]]
    """Shape (n, directions), the mean point at 0."""
    shares: NDArray[np.floating[Any]]
    """The share of all variance along each direction, shape (directions,), falling."""


def principal_components(
    points: NDArray[np.floating[Any]], directions: int = 2
) -> View:
    """Return points along the directions in which they differ most.

    Parameters
    ----------
    points : ndarray of floats, shape (n, values)
        Two or more that are not all the same.
    directions : int
        How many, at right angles to each other; at most n and the number of values.

    Returns
    -------
    View
        Each direction is turned so that the point farthest out along it is positive.

    Raises
    ------
    ValueError
        Where there are too few points, values or differences for the directions.

    References
    ----------
    K. Pearson: On lines and planes of closest fit to systems of points in space (1901).
    """
    _require_spread(points, directions)
    centred = points - points.mean(axis=0)
    sides, lengths, _ = np.linalg.svd(centred, full_matrices=False)
    along = sides[:, :directions] * lengths[:directions]
    farthest = np.abs(along).argmax(axis=0)
    signs = np.sign(np.diagonal(along[farthest]))
    shares = lengths[:directions] ** 2 / (lengths**2).sum()
    return View(along * signs, shares)


def neighbours_agree(
    points: NDArray[np.floating[Any]], labels: NDArray[np.integer[Any]]
) -> float:
    """Return the share of points whose nearest other point has the same label.

    Parameters
    ----------
    points : ndarray of floats, shape (n, values)
        Two or more.
    labels : ndarray of integers, shape (n,)
        What each point shows.

    Raises
    ------
    ValueError
        Where the shapes do not fit, or there are fewer than two points.
    """
    _require_labels(points, labels)
    squares = (points**2).sum(axis=1)
    distances = squares[:, np.newaxis] + squares - 2 * points @ points.T
    np.fill_diagonal(distances, np.inf)
    return float(np.mean(labels[distances.argmin(axis=1)] == labels))


def _require_spread(points: NDArray[np.floating[Any]], directions: int) -> None:
    if points.ndim != 2 or not 1 <= directions <= min(points.shape):
        raise ValueError(
            f"points have shape {points.shape}: for {directions} directions they must be "
            "(n, values), with n and values at least as many, and those 1 or more"
        )
    if (points == points[0]).all():
        raise ValueError("all points are the same: there is nothing to see")


def _require_labels(
    points: NDArray[np.floating[Any]], labels: NDArray[np.integer[Any]]
) -> None:
    if points.ndim != 2 or labels.shape != points.shape[:1] or len(labels) < 2:
        raise ValueError(
            f"points have shape {points.shape} and labels {labels.shape}: they must be "
            "(n, values) and (n,), with n at least 2"
        )
