"""The book's convolutional network, in Keras."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import tensorflow as tf

from annbook import filters

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

layers = tf.keras.layers

EPOCHS = 5
BATCH_SIZE = 100
LEARNING_RATE = 0.003
"""Of the first step; it falls to 0 along half a wave of the cosine."""


class Training(NamedTuple):
    """What `train` gives back."""

    model: Any
    """A Keras model, from images (n, 28, 28, 1) to probabilities (n, 10)."""
    costs: NDArray[np.float64]
    """The mean cost over each epoch's records, as they were met; shape (epochs,)."""


def new_model(seed: int = 0, kernel_size: int = 5) -> Any:
    """Return a network that has learnt nothing.

    Two layers of filters, each followed by pooling, then a hidden layer and a softmax.

    Parameters
    ----------
    seed : int
        Fixes the initial weights, and which nodes a training drops.
    kernel_size : int
        The side of each filter.

    Returns
    -------
    keras.Sequential
        From images (n, 28, 28, 1), with pixels from 0 to 1, to probabilities (n, 10).
    """
    first, second, third, last, drop = _seeds(seed)
    return tf.keras.Sequential(
        [
            layers.Input((28, 28, 1)),
            _filters(16, kernel_size, first),
            layers.MaxPooling2D(),
            _filters(32, kernel_size, second),
            layers.MaxPooling2D(),
            layers.Flatten(),
            _nodes(64, "relu", third),
            layers.Dropout(0.4, seed=drop),
            _nodes(10, "softmax", last),
        ]
    )


def _filters(count: int, size: int, start: Any) -> Any:
    """Return a layer of filters whose negative sums are set to 0."""
    return layers.Conv2D(
        count, size, activation="relu", kernel_initializer=start
    )


def _nodes(count: int, activation: str, start: Any) -> Any:
    """Return a fully connected layer."""
    return layers.Dense(count, activation, kernel_initializer=start)


def _seeds(seed: int) -> list[Any]:
    """Return an initialiser for each of four layers, and the seed of the dropout."""
    numbers = np.random.default_rng(seed).integers(2**31, size=5).tolist()
    start = tf.keras.initializers.GlorotUniform
    return [*(start(number) for number in numbers[:4]), numbers[4]]


def as_images(pixels: ArrayLike) -> NDArray[np.float32]:
    """Return rows of 784 pixels as images with one channel, shape (n, 28, 28, 1)."""
    return np.asarray(pixels, np.float32).reshape(-1, 28, 28, 1)


def train(
    pixels: ArrayLike,
    labels: ArrayLike,
    *,
    epochs: int = EPOCHS,
    seed: int = 0,
    kernel_size: int = 5,
    watch: Callable[[int, Any], object] | None = None,
) -> Training:
    """Return a network trained with Adam, and its costs.

    In every epoch each image is moved by at most one pixel, at random.

    Parameters
    ----------
    pixels : array_like of float32, shape (records, 784)
        From 0 to 1.
    labels : array_like of int, shape (records,)
        The digits.
    epochs : int
        How many times to go through all records, 1 or more.
    seed : int
        Fixes the initial weights, the records' order and moves, and what is dropped.
    kernel_size : int
        As in `new_model`.
    watch : callable, optional
        Called after each epoch with the number of epochs done and the model as it is then.

    Raises
    ------
    ValueError
        Where there is no epoch.

    References
    ----------
    D. Kingma, J. Ba: Adam: a method for stochastic optimization (2015).
    """
    if epochs < 1:
        raise ValueError(f"epochs is {epochs}: it must be 1 or more")
    images, digits = as_images(pixels)[..., 0], np.asarray(labels, np.int32)
    model = new_model(seed, kernel_size)
    steps = epochs * math.ceil(len(digits) / BATCH_SIZE)
    rate = tf.keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)
    model.compile(
        tf.keras.optimizers.Adam(rate), "sparse_categorical_crossentropy"
    )
    generator, costs = np.random.default_rng(seed), np.empty(epochs)
    for epoch in range(epochs):
        order = generator.permutation(len(digits))
        moved = as_images(filters.jitter(images[order], generator))
        history = model.fit(
            moved,
            digits[order],
            batch_size=BATCH_SIZE,
            shuffle=False,
            verbose=0,
        )
        (costs[epoch],) = history.history["loss"]
        if watch:
            watch(epoch + 1, model)
    return Training(model, costs)


def predict(model: Any, pixels: ArrayLike) -> NDArray[np.float32]:
    """Return the probability of each digit, shape (records, 10), for rows of 784 pixels."""
    images = as_images(pixels)
    # A thousand at a time: their sums in the first layer alone take 37 MB.
    parts = [
        np.asarray(model(images[start : start + 1000], training=False))
        for start in range(0, len(images), 1000)
    ]
    return np.concatenate([np.empty((0, 10), np.float32), *parts])
