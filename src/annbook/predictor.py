"""The two machines with one parameter: the predictor and the classifier's line.

Both are a straight line through the origin, y = A x, and both learn by
changing A in proportion to their error.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def predict(slope: float, x: float) -> float:
    """Return y = A x.

    Parameters
    ----------
    slope : float
        The parameter A (the predictor's c: miles for each kilometre).
    x : float
        The input: kilometres, or an insect's width.
    """
    return slope * x


def error(truth: float, prediction: float) -> float:
    """Return E = truth - prediction: positive where the prediction is too small."""
    return truth - prediction


def slope_change(error: float, x: float, learning_rate: float = 1.0) -> float:
    """Return dA = L (E / x), by which the slope changes after one example.

    Parameters
    ----------
    error : float
        E, the truth minus the prediction at ``x``.
    x : float
        The example's input.
    learning_rate : float
        The rule's L. At 1 the line moves all the way to the example, at 0.5 half the way.

    Raises
    ------
    ValueError
        Where ``x`` is 0: every line through the origin gives 0 there, so the
        example says nothing about the slope. Where ``learning_rate`` is not a
        positive number.
    """
    if x == 0:
        raise ValueError("x is 0: every line gives 0 there, whatever its slope")
    if not 0 < learning_rate < math.inf:
        raise ValueError(f"learning rate {learning_rate} is no positive number")
    return learning_rate * (error / x)


class Step(NamedTuple):
    """What happened to the line at one example."""

    x: float
    target: float
    prediction: float
    error: float
    change: float
    slope: float
    """The slope after the change."""


def train_line(
    examples: Sequence[tuple[float, float]],
    slope: float,
    *,
    learning_rate: float = 1.0,
    passes: int = 1,
) -> list[Step]:
    """Return every step of a line that learns from the examples in turn.

    Parameters
    ----------
    examples : sequence of (x, target)
        Inputs and what the line should give there.
    slope : float
        A before the first example.
    learning_rate : float
        L; see `slope_change`.
    passes : int
        How many times to go through all examples; 0 gives no step.

    Raises
    ------
    ValueError
        As `slope_change`, and where ``passes`` is negative.
    """
    if passes < 0:
        raise ValueError(f"passes is {passes}: it cannot be negative")
    steps = []
    for x, target in list(examples) * passes:
        prediction = predict(slope, x)
        missing = error(target, prediction)
        change = slope_change(missing, x, learning_rate)
        slope += change
        steps.append(Step(x, target, prediction, missing, change, slope))
    return steps


def classify(slope: float, width: float, length: float) -> str:
    """Return ``"worm"`` for an insect above the line, ``"caterpillar"`` for one on or below it."""
    return "worm" if length > predict(slope, width) else "caterpillar"


def separates(
    slope: float, insects: Iterable[tuple[float, float, str]]
) -> bool:
    """Return whether the line has every (width, length, name) on its right side."""
    return all(
        classify(slope, width, length) == name
        for width, length, name in insects
    )
