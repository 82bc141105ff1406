"""The flat view, held to scikit-learn's PCA; neighbours, held to its nearest neighbours."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

from annbook.projection import neighbours_agree, principal_components

Array = np.ndarray[Any, np.dtype[Any]]


@st.composite
def clouds(draw: st.DrawFn) -> Array:
    """Draw points whose directions are clearly of different length."""
    n, values = draw(st.integers(4, 30)), draw(st.integers(2, 8))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    points = generator.normal(size=(n, values)) * 2.0 ** np.arange(values)
    return np.asarray(points + draw(st.floats(-100, 100)))


@given(clouds())
def test_the_view_is_that_of_scikit_learn_but_for_the_sign(
    points: Array,
) -> None:
    view, oracle = principal_components(points), PCA(2, svd_solver="full")
    expected = oracle.fit_transform(points)
    np.testing.assert_allclose(abs(view.points), abs(expected), atol=1e-8)
    np.testing.assert_allclose(view.shares, oracle.explained_variance_ratio_)


@given(clouds())
def test_all_directions_together_keep_every_distance(points: Array) -> None:
    everything = principal_components(points, min(points.shape))
    assert everything.shares.sum() == pytest.approx(1)
    assert (np.diff(everything.shares) <= 1e-12).all()
    gaps = np.linalg.norm(points[0] - points, axis=1)
    seen = everything.points
    np.testing.assert_allclose(
        np.linalg.norm(seen[0] - seen, axis=1), gaps, atol=1e-8
    )


@given(clouds())
def test_the_farthest_point_of_each_direction_is_positive(
    points: Array,
) -> None:
    seen = principal_components(points).points
    assert (seen.max(axis=0) >= -seen.min(axis=0) - 1e-9).all()
    mirrored = principal_components(-points).points
    assert (mirrored.max(axis=0) >= -mirrored.min(axis=0) - 1e-9).all()


def test_points_on_a_line_need_one_direction() -> None:
    view = principal_components(np.array([[0.0, 0], [3, 4], [9, 12]]))
    np.testing.assert_allclose(view.points[:, 0], [-20 / 3, -5 / 3, 25 / 3])
    np.testing.assert_allclose(view.shares, [1, 0], atol=1e-12)


@given(clouds(), st.integers(0, 2**32 - 1))
def test_the_neighbours_are_those_of_scikit_learn(
    points: Array, seed: int
) -> None:
    labels = np.random.default_rng(seed).integers(0, 3, len(points))
    finder = NearestNeighbors(n_neighbors=1).fit(points)
    nearest = finder.kneighbors(return_distance=False)[:, 0]
    expected = np.mean(labels[nearest] == labels)
    assert neighbours_agree(points, labels) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("points", "labels", "share"),
    [
        ([[0.0], [1], [10], [11]], [5, 5, 7, 7], 1.0),
        ([[0.0], [1], [10], [11]], [5, 7, 5, 7], 0.0),
        ([[0.0], [1], [10]], [5, 5, 7], 2 / 3),
        ([[3.0], [3]], [1, 1], 1.0),
    ],
)
def test_a_point_is_not_its_own_neighbour(
    points: list[list[float]], labels: list[int], share: float
) -> None:
    found = neighbours_agree(np.array(points), np.array(labels))
    assert found == pytest.approx(share)


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda: principal_components(np.zeros(3)), "shape (3,)"),
        (lambda: principal_components(np.eye(3), 4), "for 4 directions"),
        (lambda: principal_components(np.eye(3), 0), "for 0 directions"),
        (
            lambda: principal_components(np.ones((3, 2))),
            "all points are the same",
        ),
        (
            lambda: neighbours_agree(np.eye(3), np.arange(2)),
            "(3, 3) and labels (2,)",
        ),
        (lambda: neighbours_agree(np.eye(1), np.arange(1)), "n at least 2"),
        (lambda: neighbours_agree(np.zeros(2), np.arange(2)), "shape (2,)"),
    ],
)
def test_a_likely_mistake_is_named(call: Any, complaint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        call()
