"""The model that learns by heart: the nearest neighbour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def nearest_labels(
    known: NDArray[np.floating[Any]],
    labels: NDArray[np.integer[Any]],
    images: NDArray[np.floating[Any]],
) -> NDArray[np.integer[Any]]:
    """Return for each image the label of the known image that is most like it.

    Parameters
    ----------
    known : ndarray of floats, shape (n, inputs)
        The images that the model remembers.
    labels : ndarray of integers, shape (n,)
        Their labels.
    images : ndarray of floats, shape (m, inputs)
        The images to name.

    Returns
    -------
    ndarray of integers, shape (m,)
        Nearest is the smallest sum of squared differences of pixels; of
        several that are equally near, the first.

    Raises
    ------
    ValueError
        Where the shapes do not fit, or nothing is known.
    """
    _require_fit(known, labels, images)
    # |a - b|² = |a|² - 2 a·b + |b|², where |a|² is the same for every known b.
    distances = (known**2).sum(axis=1) - 2 * images @ known.T
    nearest: NDArray[np.integer[Any]] = labels[distances.argmin(axis=1)]
    return nearest


def _require_fit(
    known: NDArray[Any], labels: NDArray[Any], images: NDArray[Any]
) -> None:
    fits = (
        labels.shape == known.shape[:1] and images.shape[1:] == known.shape[1:]
    )
    if not (len(known) and fits):
        raise ValueError(
            f"known images have shape {known.shape}, their labels {labels.shape} and the images "
            f"{images.shape}: they must be (n, inputs), (n,) and (m, inputs), with n at least 1"
        )
