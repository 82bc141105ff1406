"""Slices and planes of the cost: a bowl whose height is known, and scikit-learn's PCA."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from annbook import landscape, softmax

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]

seeds = st.integers(0, 2**32 - 1)


def random_path(seed: int, places: int = 12, parameters: int = 7) -> Floats:
    """Return a walk that leads somewhere, its directions all of different size."""
    generator = np.random.default_rng(seed)
    steps = generator.normal(0.5, 1, (places, parameters))
    return np.asarray((steps * 2.0 ** -np.arange(parameters)).cumsum(axis=0))


def orthonormal(seed: int, count: int, parameters: int) -> Floats:
    generator = np.random.default_rng(seed)
    return np.linalg.qr(generator.normal(size=(parameters, count)))[0].T


# Places.


def test_a_model_laid_flat_is_its_weights_row_by_row_and_then_its_bias() -> (
    None
):
    parts = [np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([5.0, 6.0])]
    assert landscape.flatten(parts).tolist() == [1, 2, 3, 4, 5, 6]


@given(
    st.lists(
        st.lists(st.integers(1, 4), min_size=1, max_size=3),
        min_size=1,
        max_size=4,
    ),
    seeds,
)
def test_parts_come_back_as_they_were(
    shapes: list[list[int]], seed: int
) -> None:
    generator = np.random.default_rng(seed)
    parts = [generator.normal(size=shape).astype("f") for shape in shapes]
    again = landscape.unflatten(landscape.flatten(parts), parts)
    for part, other in zip(parts, again, strict=True):
        np.testing.assert_array_equal(part, other, strict=True)


def test_a_place_of_higher_precision_comes_back_in_the_model_s() -> None:
    model = softmax.new_model(3, 2)
    weights, bias = landscape.unflatten(np.arange(8) / 7, model)
    assert weights.dtype == bias.dtype == np.float32
    assert (weights.shape, bias.tolist()) == ((3, 2), [np.float32(6 / 7), 1])


@pytest.mark.parametrize("shape", [(7,), (9,), (1, 8), ()])
def test_a_place_that_does_not_fit_is_named(shape: tuple[int, ...]) -> None:
    complaint = f"a place must have shape (8,), not {shape}"
    with pytest.raises(ValueError, match=re.escape(complaint)):
        landscape.unflatten(np.zeros(shape), softmax.new_model(3, 2))


def test_the_numbers_of_all_parts_are_counted() -> None:
    complaint = "a place must have shape (6,), not (5,)"
    with pytest.raises(ValueError, match=re.escape(complaint)):
        landscape.unflatten(np.zeros(5), [np.zeros(2)] * 3)


# Directions.


@given(seeds, st.integers(1, 5))
def test_the_directions_are_the_principal_components_of_the_places(
    seed: int, count: int
) -> None:
    path = random_path(seed)
    found, expected = landscape.directions(path, count), PCA(count).fit(path)
    assert found.axes.shape == (count, path.shape[1])
    # A component has two senses: scikit-learn's choice is another.
    alike = np.abs((found.axes * expected.components_).sum(axis=1))
    np.testing.assert_allclose(alike, 1, rtol=0, atol=1e-9)
    np.testing.assert_allclose(
        found.shares, expected.explained_variance_ratio_, rtol=0, atol=1e-12
    )


@given(seeds)
def test_directions_lead_from_the_start_to_the_end(seed: int) -> None:
    path = random_path(seed)
    axes = landscape.directions(path, 5).axes
    assert (axes @ (path[-1] - path[0]) >= 0).all()
    backwards = landscape.directions(path[::-1], 5).axes
    np.testing.assert_allclose(backwards, -axes, rtol=0, atol=1e-7)


def test_a_straight_way_has_one_direction_that_holds_everything() -> None:
    way = np.array([0.0, 1, 3, 4])[:, None] * [3, 0, -4] + [7, 7, 7]
    axes, shares = landscape.directions(way, 1)
    np.testing.assert_allclose(axes, [[0.6, 0, -0.8]], atol=1e-12)
    assert shares == pytest.approx([1])


@pytest.mark.parametrize(
    ("path", "count", "complaint"),
    [
        (np.zeros(5), 1, "of shape (5,) does not have 1"),
        (np.eye(3), 0, "of shape (3, 3) does not have 0"),
        (np.eye(3), 4, "of shape (3, 3) does not have 4"),
        (np.zeros((0, 3)), 1, "of shape (0, 3) does not have 1"),
        (np.ones((3, 3)), 2, "stays at one place"),
    ],
)
def test_a_path_without_directions_is_named(
    path: Floats, count: int, complaint: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        landscape.directions(path, count)


# Distances.


@given(seeds)
def test_a_place_in_the_plane_is_found_again_by_its_distances(
    seed: int,
) -> None:
    generator = np.random.default_rng(seed)
    axes, origin = orthonormal(seed, 2, 6), generator.normal(size=6)
    wanted = generator.normal(size=(4, 2))
    found = landscape.distances(origin + wanted @ axes, origin, axes)
    np.testing.assert_allclose(found, wanted, atol=1e-12)


def test_a_place_off_the_plane_counts_by_its_shadow() -> None:
    found = landscape.distances([[5, 4, 99]], [1, 1, 1], np.eye(2, 3))
    assert found.tolist() == [[4, 3]]


# The cost.


def bowl(bottom: Floats) -> Callable[[Floats], float]:
    return lambda place: float(((place - bottom) ** 2).sum())


@given(seeds)
def test_the_surface_of_a_bowl_is_pythagoras(seed: int) -> None:
    generator = np.random.default_rng(seed)
    axes = orthonormal(seed, 2, 6)
    origin, bottom = generator.normal(size=(2, 6))
    first, second = np.array([-1.0, 0, 2]), np.array([0.0, 1, 3, 4])
    found = landscape.surface(bowl(bottom), origin, axes, first, second)
    shadow = axes @ (bottom - origin)
    depth = ((bottom - origin) ** 2).sum() - (shadow**2).sum()
    expected = (
        (first[:, None] - shadow[0]) ** 2 + (second - shadow[1]) ** 2 + depth
    )
    assert found.shape == (3, 4)
    np.testing.assert_allclose(found, expected, atol=1e-10)


def test_a_slice_of_a_bowl_is_a_parabola() -> None:
    cost = bowl(np.array([3.0, 1.0]))
    found = landscape.surface(cost, [0, 0], [[1, 0]], [0, 1, 3, 5])
    assert found.tolist() == [10, 5, 1, 5]


def test_the_cost_of_a_real_model_is_the_one_at_that_place() -> None:
    generator = np.random.default_rng(2)
    images = generator.random((20, 5)).astype("f")
    labels = generator.integers(0, 3, 20)
    model = softmax.new_model(5, 3)

    def cost(place: Floats) -> Any:
        moved = softmax.Model(*landscape.unflatten(place, model))
        return softmax.mean_cost(moved, images, labels)

    start = landscape.flatten(model)
    before = float(softmax.descend(model, images, labels, 0.5))
    step = landscape.flatten(model) - start
    slope = landscape.surface(cost, start, [step], [0, 1])
    after = float(softmax.mean_cost(model, images, labels))
    assert slope.tolist() == pytest.approx([before, after], rel=1e-6)
    assert all(isinstance(part, tf.Variable) for part in model)


# The grid.


def test_a_grid_of_squares_has_its_path_in_the_middle_and_room_around() -> None:
    path = np.array([[0.0, 1.0], [6.0, 3.0], [3.0, 4.0]])
    first, second = landscape.around(path, 6)
    np.testing.assert_allclose(first, [-2, 0, 2, 4, 6, 8])
    np.testing.assert_allclose(second, [-1.5, 0.5, 2.5, 4.5, 6.5])


@given(seeds, st.integers(2, 40))
def test_a_grid_holds_its_path(seed: int, count: int) -> None:
    path = random_path(seed, parameters=2)
    for row, ticks in zip(path.T, landscape.around(path, count), strict=True):
        assert ticks[0] <= row.min()
        assert row.max() <= ticks[-1] + 1e-9
    longest = np.ptp(path, axis=0).argmax()
    assert len(landscape.around(path, count)[longest]) == count


@pytest.mark.parametrize(("path", "count"), [([[1, 2]] * 3, 9), (np.eye(2), 1)])
def test_a_grid_around_nothing_is_named(path: Any, count: int) -> None:
    with pytest.raises(ValueError, match=f"with {count} ticks"):
        landscape.around(np.array(path), count)


# Walks.


def parabola(bottom: float, bend: float) -> tuple[Floats, Floats]:
    """Return the heights of a parabola, and where they were measured."""
    along = np.linspace(-4, 20, 49)
    return bend / 2 * (along - bottom) ** 2 + 3, along


@given(
    st.floats(-3, 19),
    st.floats(0.1, 4),
    st.floats(-4, 20),
    st.floats(0.01, 0.99),
    st.integers(0, 8),
)
def test_a_walk_on_a_parabola_is_the_one_that_is_known(
    bottom: float, bend: float, start: float, share: float, steps: int
) -> None:
    heights, along = parabola(bottom, bend)
    places = landscape.walk(heights, along, start, share / bend, steps)
    ways = (start - bottom) * (1 - share) ** np.arange(steps + 1)
    np.testing.assert_allclose(places, bottom + ways, atol=1e-9)


@pytest.mark.parametrize(
    ("rate", "wanted"),
    [
        (1.0, [9, 8, 8, 8]),
        (1.5, [9, 7.5, 8.25, 7.875]),
        (2.0, [9, 7, 9, 7]),
        (2.5, [9, 6.5, 10.25, 4.625]),
    ],
)
def test_a_walk_arrives_overshoots_swings_or_diverges_by_its_rate(
    rate: float, wanted: list[float]
) -> None:
    heights, along = parabola(8, 1)
    places = landscape.walk(heights, along, 9, rate, steps=3)
    np.testing.assert_allclose(places, wanted, atol=1e-9)


def test_beyond_the_measured_ground_the_slope_stays_as_it_is_at_the_end() -> (
    None
):
    heights, along = parabola(8, 1)
    places = landscape.walk(heights, along, 40, 0.5, steps=2)
    assert places == pytest.approx([40, 34, 28])
    places = landscape.walk(heights, along, -10, 0.5, steps=1)
    assert places == pytest.approx([-10, -4])
