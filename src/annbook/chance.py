"""Guessers without any skill, and what choosing the best of them does to a score."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from annbook.mnist import CLASSES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def score_guessers(
    labels: NDArray[np.integer[Any]],
    guessers: int,
    generator: np.random.Generator,
) -> NDArray[np.float64]:
    """Return the share that each of many guessers gets right, by guessing alone.

    Parameters
    ----------
    labels : ndarray of integers, shape (n,)
        The right digits, 0 to 9.
    guessers : int
        How many there are.
    generator : numpy.random.Generator
        Where the guesses are drawn from. Asked again it gives new guesses, as the
        same guessers would make them for other records.

    Returns
    -------
    ndarray of float64, shape (guessers,)
        From 0 to 1. Every guesser's skill is 1/10, whatever its score.

    Raises
    ------
    ValueError
        Where there is no label or no guesser.
    """
    _require_some(labels, guessers)
    guesses = generator.integers(0, CLASSES, (guessers, len(labels)))
    scores: NDArray[np.float64] = (guesses == labels).mean(axis=1)
    return scores


def _require_some(labels: NDArray[Any], guessers: int) -> None:
    if labels.ndim != 1 or not labels.size or guessers < 1:
        raise ValueError(
            "there must be one row of one or more labels, and one or more guessers, "
            f"not labels of shape {labels.shape} and {guessers} guessers"
        )
