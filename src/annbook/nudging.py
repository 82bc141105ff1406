"""The gradient by nudging: slow, plain, and a proof for every faster way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from annbook import network
from annbook.neuron import as_floats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from annbook.neuron import FloatArray


def nudge_each(
    layers: Sequence[network.Layer],
    values: FloatArray,
    inputs: ArrayLike,
    targets: ArrayLike,
    nudge: float = 1e-5,
) -> FloatArray:
    """Return how the cost changes with each of the values, measured by nudging them.

    Parameters
    ----------
    layers : sequence of Layer
        The network, in float64. It is left as it was.
    values : ndarray
        One of its arrays of weights or of biases, itself and not a copy.
    inputs, targets : array_like
        As for `annbook.network.gradient`.
    nudge : float
        By how much each value is moved up, and then down.

    Returns
    -------
    ndarray
        The shape of ``values``: the slope of `annbook.network.cost`.
    """
    slopes = np.empty_like(values)
    for place in np.ndindex(values.shape):
        value = values[place]
        values[place] = value + nudge
        above = network.cost(targets, network.predict(layers, inputs))
        values[place] = value - nudge
        below = network.cost(targets, network.predict(layers, inputs))
        values[place] = value
        slopes[place] = (above - below) / (2 * nudge)
    return slopes


def nudged_gradient(
    layers: Sequence[network.Layer],
    inputs: ArrayLike,
    targets: ArrayLike,
    nudge: float = 1e-5,
) -> list[network.Layer]:
    """Return the gradient of the cost by nudging every weight and bias up and down.

    Parameters
    ----------
    layers : sequence of Layer
        The network; it is not changed.
    inputs, targets : array_like
        As for `annbook.network.gradient`.
    nudge : float
        By how much each value is moved. The error of the method falls with its
        square, until rounding takes over: 1e-5 is near the best for float64.

    Returns
    -------
    list of Layer
        As `annbook.network.gradient`, to about nine digits.

    Raises
    ------
    ValueError
        Where the shapes do not fit.
    """
    copies = [
        network.Layer(*(as_floats(part).copy() for part in layer))
        for layer in layers
    ]
    return [
        network.Layer(
            *(
                nudge_each(copies, part, inputs, targets, nudge)
                for part in layer
            )
        )
        for layer in copies
    ]
