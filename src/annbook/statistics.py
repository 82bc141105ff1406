"""What a count of right answers is worth: intervals, precision and recall, calibration."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


class Interval(NamedTuple):
    """Where a share may lie."""

    low: float
    high: float


class Calibration(NamedTuple):
    """What a model said and what came true, in groups of records of like confidence."""

    records: NDArray[np.int64]
    """How many records each group holds, shape (groups,)."""
    confidence: Floats
    """Their mean confidence; NaN where there is none."""
    accuracy: Floats
    """The share of them that was right; NaN where there is none."""


def wilson_interval(
    right: int, trials: int, confidence: float = 0.95
) -> Interval:
    """Return the shares that a count of right answers agrees with.

    Parameters
    ----------
    right : int
        How many were right.
    trials : int
        Of how many, each on its own; 1 or more.
    confidence : float
        In how many cases of 1 the interval is to hold the true share; between 0 and 1.

    Returns
    -------
    Interval
        Wilson's score interval, from 0 to 1: all shares p whose own expected deviation,
        z sqrt(p (1 - p) / trials), reaches as far as the share that was counted.

    Raises
    ------
    ValueError
        Where the counts or the confidence are out of range.

    References
    ----------
    E. B. Wilson: Probable inference, the law of succession, and statistical inference,
    Journal of the American Statistical Association 22 (1927), 209-212.
    """
    if not 0 <= right <= trials or trials < 1:
        raise ValueError(f"{right} right of {trials} trials cannot be")
    if not 0 < confidence < 1:
        raise ValueError(
            f"the confidence is {confidence}: it must lie between 0 and 1"
        )
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, extra = right / trials, z**2 / trials
    middle = share + extra / 2
    half = math.sqrt(extra * (share * (1 - share) + extra / 4))
    low, high = (middle - half) / (1 + extra), (middle + half) / (1 + extra)
    # Rounding must not lead past 1, nor stop short of it.
    return Interval(low, high if right < trials else 1.0)


def precision(counts: ArrayLike) -> Floats:
    """Return for each class the share of its predictions that is right.

    Parameters
    ----------
    counts : array_like, shape (classes, classes)
        A confusion matrix: true classes in rows, predicted ones in columns.

    Returns
    -------
    ndarray, shape (classes,)
        NaN for a class that was never predicted.

    Raises
    ------
    ValueError
        Where the counts are not square, or one is negative.
    """
    table = _as_counts(counts)
    return _divide(table.diagonal(), table.sum(axis=0))


def recall(counts: ArrayLike) -> Floats:
    """Return for each class the share of its records that is found.

    Parameters
    ----------
    counts : array_like, shape (classes, classes)
        As for `precision`.

    Returns
    -------
    ndarray, shape (classes,)
        NaN for a class that has no record.

    Raises
    ------
    ValueError
        Where the counts are not square, or one is negative.
    """
    table = _as_counts(counts)
    return _divide(table.diagonal(), table.sum(axis=1))


def _as_counts(counts: ArrayLike) -> Floats:
    table = np.asarray(counts, np.float64)
    if table.ndim != 2 or table.shape[0] != table.shape[1] or (table < 0).any():
        raise ValueError(
            f"counts must be a square of numbers from 0, not of shape {table.shape}"
        )
    return table


def _divide(part: NDArray[Any], whole: NDArray[Any]) -> Floats:
    """Return the shares, NaN of nothing."""
    nothing = np.full(len(part), np.nan)
    shares: Floats = np.divide(part, whole, out=nothing, where=whole > 0)
    return shares


def calibration(
    confidence: ArrayLike, right: ArrayLike, bins: int = 10
) -> Calibration:
    """Return how often a model was right, by how sure it was.

    Parameters
    ----------
    confidence : array_like, shape (records,)
        The probability that the model gave to its answer, from 0 to 1.
    right : array_like of bool, shape (records,)
        Whether the answer was right.
    bins : int
        Groups of equal width from 0 to 1. A confidence on the border of two belongs to the
        lower one.

    Raises
    ------
    ValueError
        Where the shapes differ, there is no record or no group, or a confidence lies
        outside.
    """
    sure, correct = _check_answers(confidence, right, bins)
    inner_borders = np.linspace(0, 1, bins + 1)[1:-1]
    group = np.searchsorted(inner_borders, sure)
    records = np.bincount(group, minlength=bins)
    said = np.bincount(group, weights=sure, minlength=bins)
    came_true = np.bincount(group, weights=correct, minlength=bins)
    return Calibration(
        records, _divide(said, records), _divide(came_true, records)
    )


def _check_answers(
    confidence: ArrayLike, right: ArrayLike, bins: int
) -> tuple[Floats, NDArray[Any]]:
    """Return the records as arrays, or raise ``ValueError``."""
    sure, correct = np.asarray(confidence, np.float64), np.asarray(right, bool)
    if sure.ndim != 1 or sure.shape != correct.shape or not sure.size:
        raise ValueError(
            f"confidence has shape {sure.shape} and right {correct.shape}: "
            "both must be (records,), with at least one record"
        )
    if not ((sure >= 0) & (sure <= 1)).all():
        raise ValueError(
            f"confidence runs from {sure.min()} to {sure.max()}: "
            "it must lie from 0 to 1"
        )
    if bins < 1:
        raise ValueError(f"there must be 1 group or more, not {bins}")
    return sure, correct


def expected_calibration_error(groups: Calibration) -> float:
    """Return by how much confidence and accuracy differ, in the mean over all records.

    Parameters
    ----------
    groups : Calibration
        As from `calibration`.

    Returns
    -------
    float
        From 0 (what the model says of itself is true in every group) to 1.

    References
    ----------
    C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger: On calibration of modern neural networks
    (2017), equation 3.
    """
    gaps = np.abs(groups.accuracy - groups.confidence)
    return float(np.nansum(groups.records * gaps) / groups.records.sum())
