"""Intervals, precision, recall and calibration, held to brute force and to scikit-learn."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import precision_recall_fscore_support

from annbook import softmax
from annbook import statistics as s

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

counts = st.integers(1, 12_000).flatmap(
    lambda trials: st.tuples(st.integers(0, trials), st.just(trials))
)
seeds = st.integers(0, 2**32 - 1)


# The interval.


@given(counts, st.floats(0.01, 0.999))
def test_the_ends_are_the_roots_of_wilson_s_equation(
    count: tuple[int, int], confidence: float
) -> None:
    right, trials = count
    share = right / trials
    # z from the error function, and (share - p)² = z² p (1 - p) / trials, solved by NumPy.
    low, high = 0.0, 10.0
    for _ in range(80):
        z = (low + high) / 2
        low, high = (
            (z, high) if math.erf(z / math.sqrt(2)) < confidence else (low, z)
        )
    extra = z**2 / trials
    roots = np.roots([1 + extra, -(2 * share + extra), share**2])
    found = s.wilson_interval(right, trials, confidence)
    np.testing.assert_allclose(found, sorted(np.real(roots)), atol=1e-6)


@pytest.mark.parametrize(
    ("right", "trials", "expected"),
    [
        # Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
        (81, 263, (0.2553, 0.3662)),
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0.0, 0.1611)),
        (1, 29, (0.0061, 0.1718)),
    ],
)
def test_the_interval_is_that_of_a_published_table(
    right: int, trials: int, expected: tuple[float, float]
) -> None:
    found = s.wilson_interval(right, trials)
    assert [round(end, 4) for end in found] == list(expected)


@pytest.mark.parametrize("p", [0.5, 0.9, 0.97])
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_it_holds_the_truth_about_as_often_as_it_says(
    p: float, confidence: float
) -> None:
    # Exactly: every possible count, by its probability.
    trials = 400
    held = sum(
        math.comb(trials, k) * p**k * (1 - p) ** (trials - k)
        for k in range(trials + 1)
        if s.wilson_interval(k, trials, confidence).low
        <= p
        <= s.wilson_interval(k, trials, confidence).high
    )
    assert held == pytest.approx(confidence, abs=0.02)


@given(counts)
def test_it_holds_the_share_itself_stays_in_0_to_1_and_is_symmetric(
    count: tuple[int, int],
) -> None:
    right, trials = count
    low, high = s.wilson_interval(right, trials)
    assert 0 <= low <= right / trials <= high <= 1
    turned = s.wilson_interval(trials - right, trials)
    assert turned == pytest.approx((1 - high, 1 - low), abs=1e-12)


def test_none_right_begins_at_exactly_0_and_all_right_end_at_exactly_1() -> (
    None
):
    for trials in range(1, 500):
        assert s.wilson_interval(0, trials).low == 0
        assert s.wilson_interval(trials, trials).high == 1


@given(st.integers(1, 500), st.floats(0.5, 0.99))
def test_it_is_narrower_for_more_trials_and_wider_for_more_confidence(
    right: int, confidence: float
) -> None:
    def width(*arguments: Any) -> float:
        low, high = s.wilson_interval(*arguments)
        return high - low

    few = width(right, 2 * right, confidence)
    assert width(4 * right, 8 * right, confidence) < few
    assert width(right, 2 * right, (1 + confidence) / 2) > few


# Precision and recall.


@given(seeds, st.integers(2, 6), st.integers(1, 60))
def test_precision_and_recall_are_those_of_scikit_learn(
    seed: int, classes: int, records: int
) -> None:
    generator = np.random.default_rng(seed)
    truth, guess = generator.integers(0, classes, (2, records))
    table = softmax.confusion(truth, guess, classes)
    expected = precision_recall_fscore_support(
        truth, guess, labels=range(classes), zero_division=np.nan
    )
    np.testing.assert_allclose(s.precision(table), expected[0])
    np.testing.assert_allclose(s.recall(table), expected[1])


def test_precision_reads_down_a_column_and_recall_along_a_row() -> None:
    table = [[6, 2], [3, 9]]
    assert s.precision(table).tolist() == [6 / 9, 9 / 11]
    assert s.recall(table).tolist() == [6 / 8, 9 / 12]


# Calibration.


def answers(seed: int, records: int) -> tuple[NDArray[Any], NDArray[Any]]:
    generator = np.random.default_rng(seed)
    return generator.random(records), generator.random(records) < 0.6


@given(seeds, st.integers(1, 80), st.integers(1, 12))
def test_groups_are_those_of_scikit_learn(
    seed: int, records: int, bins: int
) -> None:
    sure, right = answers(seed, records)
    found = s.calibration(sure, right, bins)
    true, said = calibration_curve(right, sure, n_bins=bins)
    held = found.records > 0
    np.testing.assert_allclose(found.accuracy[held], true)
    np.testing.assert_allclose(found.confidence[held], said)
    assert found.records.sum() == records
    assert np.isnan(found.accuracy[~held]).all()
    assert np.isnan(found.confidence[~held]).all()


@pytest.mark.parametrize(
    ("sure", "group"), [(0, 0), (0.25, 0), (0.26, 1), (0.5, 1), (1, 3)]
)
def test_a_border_belongs_to_the_lower_group(sure: float, group: int) -> None:
    assert s.calibration([sure], [True], 4).records.argmax() == group


@given(seeds, st.integers(1, 80), st.integers(1, 12))
def test_the_expected_error_is_the_mean_gap_of_all_records(
    seed: int, records: int, bins: int
) -> None:
    sure, right = answers(seed, records)
    group = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = [
        abs((right - sure)[group == each].sum()) / records
        for each in range(bins)
    ]
    found = s.expected_calibration_error(s.calibration(sure, right, bins))
    assert found == pytest.approx(sum(gaps), abs=1e-12)


@pytest.mark.parametrize(
    ("sure", "right", "error"),
    [
        ([0.5, 0.5], [True, False], 0),
        ([0.9, 0.9], [True, True], 0.1),
        ([0.9, 0.2], [False, True], 0.85),
    ],
    ids=["calibrated", "underconfident", "wrong both ways"],
)
def test_the_expected_error_of_a_few_answers(
    sure: list[float], right: list[bool], error: float
) -> None:
    groups = s.calibration(sure, right)
    assert s.expected_calibration_error(groups) == pytest.approx(error)


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda: s.wilson_interval(3, 2), "3 right of 2 trials"),
        (lambda: s.wilson_interval(-1, 2), "-1 right of 2 trials"),
        (lambda: s.wilson_interval(0, 0), "0 right of 0 trials"),
        (lambda: s.wilson_interval(1, 2, 0), "the confidence is 0:"),
        (lambda: s.wilson_interval(1, 2, 1), "the confidence is 1:"),
        (lambda: s.precision(np.ones((2, 3))), "not of shape (2, 3)"),
        (lambda: s.recall(np.ones(4)), "not of shape (4,)"),
        (lambda: s.recall([[1, -1], [0, 1]]), "numbers from 0"),
        (lambda: s.calibration([0.5], [True] * 2), "has shape (1,) and right (2,)"),
        (lambda: s.calibration([], []), "with at least one record"),
        (lambda: s.calibration([[0.5]], [[True]]), "has shape (1, 1)"),
        (lambda: s.calibration([1.1], [True]), "from 1.1 to 1.1"),
        (lambda: s.calibration([-0.1, 1], [True] * 2), "from -0.1 to 1.0"),
        (lambda: s.calibration([np.nan], [True]), "from nan to nan"),
        (lambda: s.calibration([0.5], [True], 0), "1 group or more, not 0"),
    ],
)  # fmt: skip
def test_a_likely_mistake_is_named(
    call: Callable[[], object], complaint: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        call()
