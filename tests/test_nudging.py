"""The gradient by nudging."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annbook import network, nudging

seeds = st.integers(0, 2**32 - 1)


def flat(layers: list[network.Layer]) -> np.ndarray:
    return np.concatenate([part.ravel() for layer in layers for part in layer])


@given(
    seeds,
    st.lists(st.integers(1, 4), min_size=2, max_size=4),
    st.integers(1, 3),
)
@settings(max_examples=40, deadline=None)
def test_nudging_agrees_with_backpropagation(
    seed: int, sizes: list[int], records: int
) -> None:
    generator = np.random.default_rng(seed)
    layers = network.initialise(sizes, generator)
    inputs, targets = (
        generator.random((records, sizes[0])),
        generator.random((records, sizes[-1])),
    )
    exact = flat(network.gradient(layers, inputs, targets))
    nudged = flat(nudging.nudged_gradient(layers, inputs, targets))
    assert np.linalg.norm(nudged - exact) <= 1e-6 * np.linalg.norm(exact)


def test_the_network_is_left_as_it_was() -> None:
    layers = network.initialise((2, 3, 1), np.random.default_rng(1))
    before = flat(layers).copy()
    nudging.nudged_gradient(layers, [0.2, 0.9], [1.0])
    assert (flat(layers) == before).all()


def test_a_saturated_node_has_no_slope() -> None:
    layers = [network.Layer(np.array([[0.0]]), np.array([800.0]))]
    (slopes,) = nudging.nudged_gradient(layers, [1.0], [0.0])
    assert slopes.weights.item() == 0
    assert slopes.bias.item() == 0


def test_shapes_that_do_not_fit_are_named() -> None:
    layers = network.initialise((2, 1), np.random.default_rng(0))
    with pytest.raises(ValueError, match="shapes do not fit"):
        nudging.nudged_gradient(layers, [1.0, 2.0, 3.0], [1.0])
