"""One artificial neuron: weighted inputs, their sum, an activation function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from collections.abc import Callable

FloatArray = NDArray[np.floating[Any]]


def as_floats(values: ArrayLike) -> FloatArray:
    """Return the values as an array of floats.

    Parameters
    ----------
    values : array_like
        Numbers in any shape. Floats keep their precision, and an array of them
        is not copied; integers and booleans become float64.

    Returns
    -------
    ndarray
        Same shape.
    """
    array = np.asarray(values)
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def step(x: ArrayLike, threshold: float = 0.0) -> FloatArray:
    """Return 1 where the threshold is exceeded, otherwise 0.

    Parameters
    ----------
    x : array_like
        Sums of weighted inputs, any shape.
    threshold : float
        A value equal to the threshold does not exceed it.

    Returns
    -------
    ndarray
        Zeros and ones in the shape and precision of `x`.
    """
    x = as_floats(x)
    return (x > threshold).astype(x.dtype)


def sigmoid(x: ArrayLike) -> FloatArray:
    """Return the logistic sigmoid, 1 / (1 + exp(-x)).

    Parameters
    ----------
    x : array_like
        Sums of weighted inputs, any shape and any size.

    Returns
    -------
    ndarray
        Values from 0 to 1 in the shape and precision of `x`.
    """
    x = as_floats(x)
    # Far left of zero exp(-x) overflows, and 1 / infinity is rightly 0.
    with np.errstate(over="ignore", under="ignore"):
        return 1 / (1 + np.exp(-x))


def sigmoid_slope(output: ArrayLike) -> FloatArray:
    """Return the sigmoid's slope at the point where the sigmoid gave this output: o (1 - o).

    Parameters
    ----------
    output : array_like
        Outputs of the sigmoid, any shape, values from 0 to 1.

    Returns
    -------
    ndarray
        Values from 0 to 1/4 in the shape and precision of `output`.
    """
    output = as_floats(output)
    return output * (1 - output)


def sigmoid_derivative(x: ArrayLike) -> FloatArray:
    """Return the derivative of the sigmoid at x: sigmoid(x) (1 - sigmoid(x)).

    Parameters
    ----------
    x : array_like
        Sums of weighted inputs, any shape and any size.

    Returns
    -------
    ndarray
        Values from 0 to 1/4 in the shape and precision of `x`.
    """
    return sigmoid_slope(sigmoid(x))


def logit(p: ArrayLike) -> FloatArray:
    """Return the number whose sigmoid is p: ln(p / (1 - p)).

    Parameters
    ----------
    p : array_like
        Values between 0 and 1, both excluded, any shape.

    Returns
    -------
    ndarray
        Same shape and precision as `p`.

    Raises
    ------
    ValueError
        Where a value is 0 or less, 1 or more, or not a number.
    """
    p = as_floats(p)
    outside = ~((p > 0) & (p < 1))
    if outside.any():
        raise ValueError(
            f"logit needs values between 0 and 1, both excluded, not {p[outside][0]}"
        )
    return np.log(p / (1 - p))


def weighted_sum(
    weights: ArrayLike, inputs: ArrayLike, bias: ArrayLike = 0.0
) -> FloatArray:
    """Return w1 x1 + w2 x2 + ... + bias, the sum that goes into the activation function.

    Parameters
    ----------
    weights : array_like, shape (n,) or (to, n)
        One weight for each input; for several neurons, one row for each neuron.
    inputs : array_like, shape (n,)
        One record.
    bias : array_like, shape () or (to,)
        One number for all neurons, or one for each.

    Returns
    -------
    ndarray, shape () or (to,)
        One sum for each neuron.

    Raises
    ------
    ValueError
        Where the shapes do not fit.
    """
    weights, inputs = as_floats(weights), as_floats(inputs)
    _require_fit(weights.shape, inputs.shape, np.shape(bias))
    return np.add(weights @ inputs, bias)


def _require_fit(
    weights: tuple[int, ...], inputs: tuple[int, ...], bias: tuple[int, ...]
) -> None:
    """Raise ValueError unless there is a weight for each input and a bias for each neuron."""
    if len(weights) not in (1, 2) or weights[-1:] != inputs:
        raise ValueError(
            f"shapes do not fit: weights {weights}, inputs {inputs}"
        )
    if bias not in ((), weights[:-1]):
        raise ValueError(f"shapes do not fit: weights {weights}, bias {bias}")


def neuron(
    weights: ArrayLike,
    inputs: ArrayLike,
    bias: ArrayLike = 0.0,
    activation: Callable[[FloatArray], FloatArray] = sigmoid,
) -> FloatArray:
    """Return the output of one artificial neuron: the activation of its weighted sum.

    Parameters
    ----------
    weights : array_like, shape (n,)
        One weight for each input (the dendrites).
    inputs : array_like, shape (n,)
        One record.
    bias : array_like, shape ()
        Added to the sum; minus the bias is the neuron's threshold.
    activation : callable
        From sum to output (the axon), such as `sigmoid` or `step`.

    Returns
    -------
    ndarray, shape ()
        The output. With a matrix of weights, shape (to, n), one output for each row.

    Raises
    ------
    ValueError
        Where the shapes do not fit.
    """
    return activation(weighted_sum(weights, inputs, bias))
