"""The line with one parameter, held to the slides, and to exact fractions for its laws."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annbook import predictor as p

KILOMETRES, MILES = 100, 62.137
TARGETS = [(3, 1.1), (1, 2.9)]
INSECTS = [(1, 3, "worm"), (3, 1, "caterpillar")]

# How long an example takes says nothing on a busy machine.
untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

# Fractions obey the laws without rounding, so none of them needs a tolerance. They are typed
# as Any because the functions are written for floats.
numbers: st.SearchStrategy[Any] = st.builds(
    Fraction, st.integers(-999, 999), st.integers(1, 99)
)
inputs: st.SearchStrategy[Any] = numbers.filter(bool)
rates: st.SearchStrategy[Any] = st.builds(
    Fraction, st.integers(1, 99), st.integers(1, 99)
)
cautious_rates: st.SearchStrategy[Any] = st.builds(
    Fraction, st.integers(1, 99), st.just(99)
)
examples: st.SearchStrategy[Any] = st.lists(
    st.tuples(inputs, numbers), max_size=4
)


# The slides' figures.


@pytest.mark.parametrize(
    ("guess", "miles", "missing"),
    [(0.5, 50, 12.137), (0.6, 60, 2.137), (0.7, 70, -7.863), (0.61, 61, 1.137)],
)
def test_each_guess_of_the_predictor_misses_as_on_the_slide(
    guess: float, miles: float, missing: float
) -> None:
    prediction = p.predict(guess, KILOMETRES)
    assert round(prediction, 3) == miles
    assert round(p.error(MILES, prediction), 3) == missing


@pytest.mark.parametrize(
    ("learning_rate", "steps"),
    [
        (1, [(0.75, 0.35, 0.1167, 0.3667), (0.3667, 2.5333, 2.5333, 2.9)]),
        # The slide prints 2.9 as the last slope here too, copied from the row above.
        (0.5, [(0.75, 0.35, 0.0583, 0.3083), (0.3083, 2.5917, 1.2958, 1.6042)]),
    ],
)
def test_the_classifier_learns_as_on_the_slides(
    learning_rate: float, steps: list[tuple[float, ...]]
) -> None:
    found = p.train_line(TARGETS, 0.25, learning_rate=learning_rate)
    assert [
        tuple(round(number, 4) for number in step[2:]) for step in found
    ] == steps
    assert [(step.x, step.target) for step in found] == TARGETS


def test_without_a_learning_rate_the_line_moves_all_the_way() -> None:
    assert p.train_line(TARGETS, 0.25) == p.train_line(
        TARGETS, 0.25, learning_rate=1, passes=1
    )
    assert p.slope_change(0.35, 3) == p.slope_change(0.35, 3, 1)


# The laws.


@untimed
@given(numbers, inputs, numbers)
def test_a_learning_rate_of_one_fits_the_last_example_exactly(
    slope: Any, x: Any, target: Any
) -> None:
    (step,) = p.train_line([(x, target)], slope, learning_rate=1)
    assert p.predict(step.slope, x) == target


@untimed
@given(numbers, inputs, numbers, rates)
def test_a_change_leaves_one_minus_the_learning_rate_of_the_error(
    slope: Any, x: Any, target: Any, rate: Any
) -> None:
    missing = p.error(target, p.predict(slope, x))
    changed = slope + p.slope_change(missing, x, rate)
    assert p.error(target, p.predict(changed, x)) == (1 - rate) * missing


@untimed
@given(numbers, inputs, rates)
def test_the_change_has_the_sign_of_the_error_times_x(
    missing: Any, x: Any, rate: Any
) -> None:
    change = p.slope_change(missing, x, rate)
    assert (change > 0, change < 0) == (missing * x > 0, missing * x < 0)


@untimed
@given(examples, numbers, rates, st.integers(0, 3))
def test_the_steps_are_those_of_a_weighted_mean_of_old_slope_and_wanted_slope(
    examples: list[tuple[Any, Any]], slope: Any, rate: Any, passes: int
) -> None:
    steps = p.train_line(examples, slope, learning_rate=rate, passes=passes)
    assert [(step.x, step.target) for step in steps] == examples * passes
    for step in steps:
        assert step.prediction == slope * step.x
        assert step.error == step.target - slope * step.x
        assert step.change == step.slope - slope
        slope = (1 - rate) * slope + rate * step.target / step.x
        assert step.slope == slope


@untimed
@given(examples, numbers, cautious_rates, st.integers(0, 5))
def test_a_learning_rate_up_to_one_never_leaves_the_slopes_that_are_wanted(
    examples: list[tuple[Any, Any]], slope: Any, rate: Any, passes: int
) -> None:
    bounds = [slope, *(target / x for x, target in examples)]
    for step in p.train_line(
        examples, slope, learning_rate=rate, passes=passes
    ):
        assert min(bounds) <= step.slope <= max(bounds)


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.5])
def test_many_passes_settle_between_what_the_examples_want(rate: float) -> None:
    steps = p.train_line(TARGETS, 0.25, learning_rate=rate, passes=2_000)
    # Where a pass over both examples, each a weighted mean, gives back the slope it began with.
    settled = ((1 - rate) * 1.1 / 3 + 2.9) / (2 - rate)
    assert steps[-1].slope == pytest.approx(settled, rel=1e-12)
    assert len(steps) == 4_000


@untimed
@given(
    st.floats(-1e3, 1e3),
    st.floats(0.1, 1e3) | st.floats(-1e3, -0.1),
    st.floats(-1e3, 1e3),
    st.floats(0.01, 1),
)
def test_the_laws_hold_for_floats_up_to_their_rounding(
    slope: float, x: float, target: float, rate: float
) -> None:
    (step,) = p.train_line([(x, target)], slope, learning_rate=rate)
    rounding = max(1e-14 * (abs(slope * x) + abs(target)), 1e-300)
    left = p.error(target, p.predict(step.slope, x))
    assert left == pytest.approx((1 - rate) * step.error, rel=0, abs=rounding)


# What makes no sense.


@pytest.mark.parametrize("x", [0, 0.0, -0.0])
def test_an_example_at_zero_is_refused(x: float) -> None:
    with pytest.raises(ValueError, match=r"^x is 0\b.*$"):
        p.slope_change(1, x)
    with pytest.raises(ValueError, match="x is 0"):
        p.train_line([(1, 1), (x, 1)], 1)


@pytest.mark.parametrize("rate", [0, -0.5, math.nan, math.inf, -math.inf])
def test_a_learning_rate_that_is_no_positive_number_is_refused(
    rate: float,
) -> None:
    line = rf"^.*learning rate.* {rate}\b.* positive number$"
    with pytest.raises(ValueError, match=line):
        p.slope_change(1, 1, rate)
    with pytest.raises(ValueError, match=line):
        p.train_line(TARGETS, 1, learning_rate=rate)


def test_a_negative_number_of_passes_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^passes\b.* -1\b.* negative$"):
        p.train_line(TARGETS, 1, passes=-1)


# The classifier.


@pytest.mark.parametrize(
    ("slope", "width", "length", "name"),
    [
        (0.25, 1, 3, "worm"),
        (0.25, 3, 1, "worm"),
        (1.6042, 1, 3, "worm"),
        (1.6042, 3, 1, "caterpillar"),
        (2, 1.5, 3, "caterpillar"),
        (2, 1.5, math.nextafter(3, 4), "worm"),
    ],
)
def test_above_the_line_is_a_worm_and_on_or_below_it_a_caterpillar(
    slope: float, width: float, length: float, name: str
) -> None:
    assert p.classify(slope, width, length) == name


@pytest.mark.parametrize(
    ("slope", "right"),
    [
        (0.25, False),
        (1 / 3, True),
        (0.3667, True),
        (1.6042, True),
        (2.9, True),
        (3, False),
    ],
)
def test_a_line_separates_the_two_insects_from_a_third_up_to_three(
    slope: float, right: bool
) -> None:
    assert p.separates(slope, INSECTS) is right
    assert p.separates(slope, iter(reversed(INSECTS))) is right


def test_every_line_separates_no_insects() -> None:
    assert p.separates(1, [])
