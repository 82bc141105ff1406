"""Guessers without skill, and the lie that choosing the best of them tells."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from annbook.chance import score_guessers

LABELS = np.random.default_rng(1).integers(0, 10, 100)


@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.integers(1, 12))
def test_a_score_is_the_share_of_the_guesses_that_are_right(
    seed: int, records: int, guessers: int
) -> None:
    labels = np.arange(records) % 10
    scores = score_guessers(labels, guessers, np.random.default_rng(seed))
    guesses = np.random.default_rng(seed).integers(0, 10, (guessers, records))
    by_hand = [
        sum(guess == label for guess, label in zip(row, labels, strict=True))
        for row in guesses
    ]
    assert scores.tolist() == [right / records for right in by_hand]


def test_scores_are_spread_as_chance_spreads_them() -> None:
    scores = score_guessers(LABELS, 20_000, np.random.default_rng(0))
    rights = np.rint(100 * scores).astype(int)
    found = np.bincount(rights, minlength=101) / len(rights)
    expected = binom.pmf(np.arange(101), 100, 0.1)
    assert np.abs(found - expected).max() < 0.01


def test_the_best_of_many_is_no_better_than_any_other_on_fresh_labels() -> None:
    generator = np.random.default_rng(0)
    lead, fresh = [], []
    for _ in range(40):
        chosen = score_guessers(LABELS, 100, generator)
        again = score_guessers(LABELS[::-1], 100, generator)
        lead.append(chosen.max())
        fresh.append(again[chosen.argmax()])
    assert np.mean(lead) > 0.15
    assert 0.085 < np.mean(fresh) < 0.115


@pytest.mark.parametrize(
    ("shape", "guessers"),
    [
        pytest.param((0,), 3, id="no-label"),
        pytest.param((4,), 0, id="no-guesser"),
        pytest.param((4, 10), 3, id="one-hot-labels"),
    ],
)
def test_too_few_of_either_are_named(
    shape: tuple[int, ...], guessers: int
) -> None:
    with pytest.raises(ValueError, match="one or more") as caught:
        score_guessers(np.ones(shape, int), guessers, np.random.default_rng(0))
    assert str(shape) in str(caught.value)
    assert f"{guessers} guessers" in str(caught.value)
