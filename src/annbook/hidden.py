"""The network with a hidden layer that reads digits: 784-200-10, in NumPy alone.

It is `annbook.network` with the settings that the book has chosen on validation records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from annbook import mnist, network
from annbook.neuron import logit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

    from annbook.neuron import FloatArray

NODES = 200
"""Of the hidden layer."""

EPOCHS = 5

BATCH_SIZE = 20

LEARNING_RATES = (40.0, 2.0)
"""Of the hidden layer and of the output, in the first epoch; they fall from there."""


def new_network(
    generator: np.random.Generator, nodes: int = NODES, scale: float = 1.0
) -> list[network.Layer]:
    """Return an untrained network, float32: 784 inputs, hidden nodes, ten outputs.

    The weights are random, as large as the scale says; see `annbook.network.initialise`. The
    biases of the outputs are such that every digit starts out with the output 0.1, give or
    take what the weights add: one digit in ten is the right one.
    """
    sizes = (mnist.SIDE**2, nodes, mnist.CLASSES)
    inside, output = network.initialise(sizes, generator, scale, np.float32)
    one_in_ten = np.full_like(output.bias, logit(1 / mnist.CLASSES))
    return [inside, output._replace(bias=one_in_ten)]


def train(
    images: ArrayLike,
    labels: ArrayLike,
    *,
    seed: int = 0,
    epochs: int = EPOCHS,
    nodes: int = NODES,
    scale: float = 1.0,
    learning_rate: float | Sequence[float] = LEARNING_RATES,
    watch: Callable[[int, list[network.Layer]], object] | None = None,
) -> tuple[list[network.Layer], FloatArray]:
    """Return a network trained to read digits, and the mean cost of each epoch.

    Parameters
    ----------
    images : array_like, shape (records, 784)
        Pixels from 0 to 1, computed with as float32.
    labels : array_like of int, shape (records,)
        The digits.
    seed : int
        Fixes the first weights and the order of the records, hence every number that follows.
    epochs : int
        Passes over all records.
    nodes : int
        Of the hidden layer.
    scale : float
        Of the first weights. With 0 they are all 0, and all hidden nodes stay the same.
    learning_rate : float or pair of float
        Size of the steps in the first epoch, for both layers or for each.
    watch : callable, optional
        As in `annbook.network.train`.

    Returns
    -------
    layers : list of Layer
        Weights of shape (nodes, 784) and (10, nodes), float32.
    costs : ndarray, shape (epochs,)
        The mean cost over each epoch's records, as they were met.

    Raises
    ------
    ValueError
        Where a shape does not fit, a label is no digit, or a number makes no sense.
    BookError
        Where the cost or a weight is no longer finite.
    """
    generator = np.random.default_rng(seed)
    return network.train(
        new_network(generator, nodes, scale),
        np.asarray(images, np.float32),
        mnist.one_hot(np.asarray(labels)),
        epochs=epochs,
        batch_size=BATCH_SIZE,
        learning_rate=learning_rate,
        falling=True,
        generator=generator,
        watch=watch,
    )


def classify(
    layers: Sequence[network.Layer], images: ArrayLike
) -> NDArray[np.int64]:
    """Return each record's digit, the one with the largest output, shape (records,)."""
    outputs = network.predict(layers, np.asarray(images, np.float32))
    return np.asarray(outputs.argmax(axis=1), np.int64)
