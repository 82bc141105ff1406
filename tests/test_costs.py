"""Costs that go wrong do so in the way that is told of them, and the cure cures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from scipy.special import logsumexp

from annbook import costs, softmax

if TYPE_CHECKING:
    from numpy.typing import NDArray

GENERATOR = np.random.default_rng(0)
IMAGES = GENERATOR.random((60, 784), dtype=np.float32)
LABELS = GENERATOR.integers(0, 10, 60).astype(np.uint8)
ALL = [costs.batch_sum_cost, costs.two_step_cost, softmax.mean_cost]


def some_model() -> softmax.Model:
    generator = np.random.default_rng(1)
    model = softmax.new_model()
    model.weights.assign(generator.normal(0, 0.05, (784, 10)))
    model.bias.assign(generator.normal(0, 0.05, 10))
    return model


def surest_of(digit: int) -> softmax.Model:
    """Return a model whose other probabilities are too small for a float."""
    model = softmax.new_model()
    model.bias.assign(200 * np.eye(10)[digit])
    return model


@pytest.mark.parametrize("records", [1, 7, 60])
def test_the_batch_s_sum_is_the_mean_times_the_records(records: int) -> None:
    batch = IMAGES[:records], LABELS[:records]
    summed = costs.batch_sum_cost(some_model(), *batch)
    mean = costs.two_step_cost(some_model(), *batch)
    assert summed.shape == mean.shape == ()
    assert float(summed) == pytest.approx(records * float(mean), rel=1e-5)


@pytest.mark.parametrize("records", [1, 7, 60])
def test_and_so_is_every_slope_of_its_gradient(records: int) -> None:
    batch = IMAGES[:records], LABELS[:records]
    summed = costs.gradient(costs.batch_sum_cost, some_model(), *batch)
    mean = costs.gradient(costs.two_step_cost, some_model(), *batch)
    for part in ("weights", "bias"):
        found, wanted = getattr(summed, part), getattr(mean, part)
        np.testing.assert_allclose(
            found, records * wanted, rtol=1e-3, atol=1e-4
        )


def test_two_steps_are_the_fused_cost_where_no_number_is_too_small() -> None:
    found = costs.two_step_cost(some_model(), IMAGES, LABELS)
    wanted = softmax.mean_cost(some_model(), IMAGES, LABELS)
    assert float(found) == pytest.approx(float(wanted), rel=1e-5)


def test_the_gradient_is_that_of_the_formula() -> None:
    model = some_model()
    off = softmax.predict(model, IMAGES).numpy() - np.eye(10)[LABELS]
    found = costs.gradient(softmax.mean_cost, model, IMAGES, LABELS)
    np.testing.assert_allclose(
        found.weights, IMAGES.T @ off / len(LABELS), atol=1e-6
    )
    np.testing.assert_allclose(found.bias, off.mean(axis=0), atol=1e-6)


@pytest.mark.parametrize("label", [3, 4], ids=["right", "wrong"])
def test_two_steps_break_where_a_probability_is_too_small_and_one_does_not(
    label: int,
) -> None:
    batch = IMAGES[:1], np.array([label])
    apart = costs.gradient(costs.two_step_cost, surest_of(3), *batch)
    together = costs.gradient(softmax.mean_cost, surest_of(3), *batch)
    assert np.isnan(costs.two_step_cost(surest_of(3), *batch))
    assert np.isnan(apart.bias).any()
    assert np.isfinite(softmax.mean_cost(surest_of(3), *batch))
    assert np.isfinite(together.bias).all()


@pytest.mark.parametrize("cost", ALL, ids=lambda cost: cost.__name__)
def test_a_walk_takes_the_steps_of_descent(cost: Any) -> None:
    met = costs.walk(cost, IMAGES, LABELS, learning_rate=0.01, batch_size=25)
    model = softmax.new_model()
    for first, found in zip((0, 25), met, strict=True):
        batch = IMAGES[first : first + 25], LABELS[first : first + 25]
        assert found == pytest.approx(float(cost(model, *batch)), rel=1e-6)
        scale = 25 if cost is costs.batch_sum_cost else 1
        softmax.descend(model, *batch, 0.01 * scale)


@pytest.mark.parametrize(
    ("batch_size", "steps"), [(61, 0), (60, 1), (31, 1), (30, 2), (29, 2)]
)
def test_a_walk_leaves_out_what_does_not_fill_a_batch(
    batch_size: int, steps: int
) -> None:
    met = costs.walk(
        softmax.mean_cost,
        IMAGES,
        LABELS,
        learning_rate=0.1,
        batch_size=batch_size,
    )
    assert met.shape == (steps,)


def test_a_walk_that_broke_never_comes_back() -> None:
    apart, together = (
        costs.walk(cost, IMAGES, LABELS, learning_rate=100, batch_size=6)
        for cost in (costs.two_step_cost, softmax.mean_cost)
    )
    broken = np.isnan(apart)
    assert broken.any()
    assert broken[broken.argmax() :].all()
    assert np.isfinite(together).all()


rows = npst.arrays(
    np.float32,
    npst.array_shapes(max_dims=2, max_side=12),
    elements=st.floats(-1e4, 1e4, width=32),
)


@settings(max_examples=60)
@given(rows)
def test_log_sum_exp_is_what_scipy_says(sums: NDArray[np.float32]) -> None:
    found = costs.log_sum_exp(sums).numpy()
    wanted = logsumexp(sums.astype(np.float64), axis=-1)
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5)


@settings(max_examples=60)
@given(rows, st.integers(0, 11))
def test_less_one_sum_it_is_the_fused_cost(
    sums: NDArray[np.float32], place: int
) -> None:
    digit = place % sums.shape[-1]
    fused = tf.nn.sparse_softmax_cross_entropy_with_logits
    wanted = fused(np.full(sums.shape[:-1], digit), sums)
    found = costs.log_sum_exp(sums) - sums[..., digit]
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=2e-3)
