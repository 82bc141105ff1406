"""One artificial neuron, held to the slides, to exact arithmetic and to the sigmoid's laws."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annbook import neuron as n

if TYPE_CHECKING:
    from collections.abc import Callable

SHAPES = [(), (1,), (0,), (3,), (2, 3), (2, 0), (2, 2, 2)]
ELEMENTWISE = [
    n.step,
    n.sigmoid,
    n.sigmoid_slope,
    n.sigmoid_derivative,
    n.logit,
]
finite = st.floats(allow_nan=False, allow_infinity=False)


def exact_sigmoid(x: float) -> float:
    """Return 1 / (1 + e^-x) worked out with 50 decimal digits."""
    with localcontext() as context:
        context.prec = 50
        return float(1 / (1 + (-Decimal(x)).exp()))


@pytest.mark.parametrize("function", ELEMENTWISE)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_shape_and_precision_are_kept(
    function: Callable[..., Any],
    shape: tuple[int, ...],
    dtype: type[np.floating[Any]],
) -> None:
    result = function(np.full(shape, 0.25, dtype))
    assert np.shape(result) == shape
    assert result.dtype == dtype


@pytest.mark.parametrize(
    "function", [n.as_floats, n.step, n.sigmoid, n.sigmoid_derivative]
)
@pytest.mark.parametrize(
    "x", [2, [1, -2], [[True, False]], [], np.array([1], np.uint8)]
)
def test_lists_integers_and_booleans_become_float64(
    function: Callable[..., Any], x: Any
) -> None:
    result = function(x)
    assert result.dtype == np.float64
    assert np.shape(result) == np.shape(x)


def test_an_array_of_floats_is_not_copied() -> None:
    x = np.zeros(3, np.float32)
    assert n.as_floats(x) is x


@pytest.mark.parametrize(
    ("x", "threshold", "fires"),
    [
        (0.1, 0.0, 1),
        (0.0, 0.0, 0),
        (-0.1, 0.0, 0),
        (0.5, 0.5, 0),
        (0.51, 0.5, 1),
        (-0.5, -0.6, 1),
        (math.inf, 0.0, 1),
        (-math.inf, 0.0, 0),
    ],
)
def test_step_fires_only_above_the_threshold(
    x: float, threshold: float, fires: int
) -> None:
    assert n.step(x, threshold) == fires


def test_step_needs_no_threshold_to_be_named() -> None:
    assert n.step([-1, 0, 1]).tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("x", "o"), [(1.16, 0.761), (0.42, 0.603), (0.62, 0.650), (0, 0.5)]
)
def test_sigmoid_gives_the_slides_outputs(x: float, o: float) -> None:
    assert round(float(n.sigmoid(x)), 3) == o


@given(st.floats(-700, 700))
def test_sigmoid_agrees_with_fifty_digits(x: float) -> None:
    assert float(n.sigmoid(x)) == pytest.approx(
        exact_sigmoid(x), rel=1e-15, abs=0
    )


@pytest.mark.parametrize("function", [n.sigmoid, n.sigmoid_derivative])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@given(x=finite)
def test_no_number_is_too_large_for_the_sigmoid(
    function: Callable[..., Any], dtype: type[np.floating[Any]], x: float
) -> None:
    limit = float(np.finfo(dtype).max)
    both = np.array([x, -x]).clip(-limit, limit).astype(dtype)
    with np.errstate(all="raise"):
        result = function(both)
    assert np.all((result >= 0) & (result <= 1))


@pytest.mark.parametrize(
    ("x", "o", "slope"),
    [(1e308, 1, 0), (-1e308, 0, 0), (math.inf, 1, 0), (-math.inf, 0, 0)],
)
def test_sigmoid_arrives_at_its_limits(
    x: float, o: float, slope: float
) -> None:
    assert n.sigmoid(x) == o
    assert n.sigmoid_derivative(x) == slope


@given(st.floats(-30, 30))
def test_sigmoid_is_symmetric_about_one_half(x: float) -> None:
    assert float(n.sigmoid(x) + n.sigmoid(-x)) == pytest.approx(1, rel=1e-15)


@given(st.floats(-10, 10))
def test_derivative_agrees_with_nudging_x(x: float) -> None:
    h = 1e-5
    nudged = float((n.sigmoid(x + h) - n.sigmoid(x - h)) / (2 * h))
    assert float(n.sigmoid_derivative(x)) == pytest.approx(
        nudged, rel=1e-6, abs=1e-10
    )


@pytest.mark.parametrize(
    ("output", "slope"),
    [(0, 0), (0.5, 0.25), (1, 0), (0.25, 0.1875), (0.75, 0.1875)],
)
def test_slope_is_written_in_terms_of_the_output(
    output: float, slope: float
) -> None:
    assert n.sigmoid_slope(output) == slope


@given(st.floats(-700, 700))
def test_slope_of_the_output_is_the_derivative_at_the_input(x: float) -> None:
    assert n.sigmoid_slope(n.sigmoid(x)) == n.sigmoid_derivative(x)


@given(st.floats(1e-300, 1 - 1e-15))
def test_sigmoid_undoes_the_logit(p: float) -> None:
    assert float(n.sigmoid(n.logit(p))) == pytest.approx(p, rel=1e-12)


@given(st.floats(-15, 15))
def test_logit_undoes_the_sigmoid(x: float) -> None:
    # The sigmoid's rounding, 1e-16, is magnified by the logit's slope, 1 / (o (1 - o)).
    magnified = 1e-16 / float(n.sigmoid_derivative(x))
    assert float(n.logit(n.sigmoid(x))) == pytest.approx(x, abs=4 * magnified)


@pytest.mark.parametrize(
    ("p", "x"), [(0.5, 0), (0.99, math.log(99)), (0.01, -math.log(99))]
)
def test_logit_is_the_logarithm_of_the_odds(p: float, x: float) -> None:
    assert float(n.logit(p)) == pytest.approx(x, rel=1e-14)


@pytest.mark.parametrize("p", [5e-324, 1e-308, math.nextafter(1, 0)])
def test_logit_reaches_to_the_last_numbers_between_0_and_1(p: float) -> None:
    with np.errstate(all="raise"):
        assert math.isfinite(n.logit(p))


@pytest.mark.parametrize(
    ("p", "named"),
    [
        (0, "not 0.0"),
        (1, "not 1.0"),
        (-0.5, "not -0.5"),
        ([0.5, 1.5], "not 1.5"),
        ([[0.5], [math.nan]], "not nan"),
        (math.inf, "not inf"),
    ],
)
def test_logit_names_the_value_that_has_none(p: Any, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        n.logit(p)


SLIDE_WEIGHTS = [[0.9, 0.3, 0.4], [0.2, 0.8, 0.2], [0.1, 0.5, 0.6]]


@pytest.mark.parametrize(
    ("weights", "inputs", "bias", "total"),
    [
        (SLIDE_WEIGHTS[0], [0.9, 0.1, 0.8], 0, 1.16),
        (SLIDE_WEIGHTS[1], [0.9, 0.1, 0.8], 0, 0.42),
        (SLIDE_WEIGHTS[2], [0.9, 0.1, 0.8], 0, 0.62),
        (SLIDE_WEIGHTS[0], [0.9, 0.2, 0.1], 0, 0.91),
        (SLIDE_WEIGHTS, [0.9, 0.1, 0.8], 0, [1.16, 0.42, 0.62]),
        (SLIDE_WEIGHTS, [0.9, 0.1, 0.8], 1, [2.16, 1.42, 1.62]),
        (SLIDE_WEIGHTS, [0.9, 0.1, 0.8], [1, 2, 3], [2.16, 2.42, 3.62]),
        ([2, -3], [5, 1], -4, 3),
        ([], [], 0.5, 0.5),
    ],
)
def test_weighted_sum_multiplies_adds_and_adds_the_bias(
    weights: Any, inputs: Any, bias: Any, total: Any
) -> None:
    result = n.weighted_sum(weights, inputs, bias)
    assert np.shape(result) == np.shape(total)
    np.testing.assert_allclose(result, total, rtol=1e-12)


@pytest.mark.parametrize(
    ("weights", "inputs", "bias", "named"),
    [
        ([1, 2], [1, 2, 3], 0, r"weights \(2,\), inputs \(3,\)"),
        ([[1, 2]], [1, 2, 3], 0, r"weights \(1, 2\), inputs \(3,\)"),
        (1, [1], 0, r"weights \(\), inputs \(1,\)"),
        (1, 1, 0, r"weights \(\), inputs \(\)"),
        ([1, 2], [[1, 2]], 0, r"weights \(2,\), inputs \(1, 2\)"),
        ([[[1]]], [1], 0, r"weights \(1, 1, 1\), inputs \(1,\)"),
        ([1, 2], [1, 2], [1, 2], r"weights \(2,\), bias \(2,\)"),
        ([[1, 2], [3, 4]], [1, 2], [1], r"weights \(2, 2\), bias \(1,\)"),
    ],
)
def test_weighted_sum_names_both_shapes_that_do_not_fit(
    weights: Any, inputs: Any, bias: Any, named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        n.weighted_sum(weights, inputs, bias)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("function", [n.weighted_sum, n.neuron])
def test_a_neuron_keeps_its_precision(
    function: Callable[..., Any], dtype: type[np.floating[Any]]
) -> None:
    ones = np.ones(3, dtype)
    assert function(ones, ones).dtype == dtype
    assert function(ones, ones, ones[0]).dtype == dtype


@pytest.mark.parametrize(
    ("activation", "output"),
    [(n.sigmoid, exact_sigmoid(1.16)), (n.step, 1), (np.negative, -1.16)],
)
def test_a_neuron_activates_its_weighted_sum(
    activation: Any, output: float
) -> None:
    result = n.neuron(SLIDE_WEIGHTS[0], [0.9, 0.1, 0.8], activation=activation)
    assert float(result) == pytest.approx(output, rel=1e-12)


@pytest.mark.parametrize(
    ("inputs", "fires"), [([0, 0], 0), ([0, 1], 0), ([1, 0], 0), ([1, 1], 1)]
)
def test_a_neuron_with_a_threshold_computes_and(
    inputs: list[int], fires: int
) -> None:
    assert n.neuron([1, 1], inputs, -1.5, n.step) == fires


def test_a_neuron_is_a_sigmoid_where_nothing_else_is_asked_for() -> None:
    assert n.neuron([2], [0.5], -1) == 0.5


def test_a_layer_of_neurons_gives_the_slides_outputs() -> None:
    result = n.neuron(SLIDE_WEIGHTS, [0.9, 0.1, 0.8])
    assert result.round(3).tolist() == [0.761, 0.603, 0.65]
