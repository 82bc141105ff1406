"""The model that learns by heart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.neighbors import KNeighborsClassifier

from annbook.nearest import nearest_labels

seeds = st.integers(0, 2**32 - 1)


@given(seeds)
def test_it_is_perfect_on_what_it_remembers(seed: int) -> None:
    generator = np.random.default_rng(seed)
    known, labels = generator.random((20, 6)), generator.integers(0, 10, 20)
    assert (nearest_labels(known, labels, known) == labels).all()


@given(seeds)
def test_it_agrees_with_scikit_learn(seed: int) -> None:
    generator = np.random.default_rng(seed)
    known, labels = generator.random((30, 5)), generator.integers(0, 10, 30)
    images = generator.random((12, 5))
    oracle = (
        KNeighborsClassifier(n_neighbors=1).fit(known, labels).predict(images)
    )
    assert (nearest_labels(known, labels, images) == oracle).all()


@pytest.mark.parametrize(
    ("known", "labels", "images"),
    [
        pytest.param((0, 4), (0,), (1, 4), id="nothing-is-known"),
        pytest.param((3, 4), (2,), (1, 4), id="a-label-is-missing"),
        pytest.param((3, 4), (3,), (1, 5), id="images-of-another-size"),
    ],
)
def test_shapes_that_do_not_fit_are_named(
    known: tuple[int, int], labels: tuple[int], images: tuple[int, int]
) -> None:
    with pytest.raises(ValueError, match="must be") as caught:
        nearest_labels(np.ones(known), np.ones(labels, int), np.ones(images))
    for shape in (known, labels, images):
        assert str(shape) in str(caught.value)
