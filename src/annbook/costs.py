"""Costs that go wrong, beside `annbook.softmax.mean_cost`, which does not.

Each takes a model, images and digits as `mean_cost` does, and returns one number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import tensorflow as tf

from annbook import softmax

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Cost = Callable[[softmax.Model, ArrayLike, ArrayLike], tf.Tensor]


def batch_sum_cost(
    model: softmax.Model, images: ArrayLike, labels: ArrayLike
) -> tf.Tensor:
    """Return the "mean cost" of the slides' first program: the sum over the whole batch.

    Parameters
    ----------
    model : Model
        The weights and biases.
    images : array of float32, shape (records, inputs)
        Pixels from 0 to 1.
    labels : array of int, shape (records,)
        The digits.

    Returns
    -------
    tf.Tensor
        A single number: the inner sum has no axis, and leaves the mean one number to take.
    """
    y = tf.one_hot(labels, softmax.CLASSES)
    p = softmax.predict(model, images)
    return tf.reduce_mean(-tf.reduce_sum(y * tf.math.log(p)))


def two_step_cost(
    model: softmax.Model, images: ArrayLike, labels: ArrayLike
) -> tf.Tensor:
    """Return the mean cross-entropy with the softmax and the logarithm one after the other.

    Parameters
    ----------
    model : Model
        The weights and biases.
    images : array of float32, shape (records, inputs)
        Pixels from 0 to 1.
    labels : array of int, shape (records,)
        The digits.

    Returns
    -------
    tf.Tensor
        Not a number once any probability is too small for a float: then 0 times minus
        infinity is among the terms, even where that digit is not the label.
    """
    y = tf.one_hot(labels, softmax.CLASSES)
    p = softmax.predict(model, images)
    return tf.reduce_mean(-tf.reduce_sum(y * tf.math.log(p), axis=1))


def gradient(
    cost: Cost, model: softmax.Model, images: ArrayLike, labels: ArrayLike
) -> softmax.Model:
    """Return the gradient of a cost: its derivative by every weight and every bias.

    Parameters
    ----------
    cost : callable
        Takes what follows, and returns one number.
    model, images, labels
        As for `annbook.softmax.mean_cost`.

    Returns
    -------
    Model
        Tensors in the shapes of the model's weights and biases.
    """
    with tf.GradientTape() as tape:
        value = cost(model, images, labels)
    slopes: softmax.Model = tape.gradient(value, model)
    return slopes


def walk(
    cost: Cost,
    images: NDArray[np.float32],
    labels: NDArray[np.integer],
    *,
    learning_rate: float,
    batch_size: int = 100,
) -> NDArray[np.float64]:
    """Return the cost before each of some steps of gradient descent, from zeros.

    Nothing stops it where the cost is no longer a number, unlike `annbook.softmax.train`.

    Parameters
    ----------
    cost : callable
        What is to become smaller.
    images : array of float32, shape (records, inputs)
        Pixels from 0 to 1.
    labels : array of int, shape (records,)
        The digits.
    learning_rate : float
        The size of a step.
    batch_size : int
        Records for each step, taken in their order.

    Returns
    -------
    ndarray of float64, shape (steps,)
        One for every batch that the records fill.
    """
    model, met = softmax.new_model(images.shape[1]), []
    for first in range(0, len(labels) - batch_size + 1, batch_size):
        part = slice(first, first + batch_size)
        batch = images[part], labels[part]
        met.append(float(cost(model, *batch)))
        slopes = gradient(cost, model, *batch)
        model.weights.assign_sub(learning_rate * slopes.weights)
        model.bias.assign_sub(learning_rate * slopes.bias)
    return np.array(met)


def log_sum_exp(sums: ArrayLike) -> tf.Tensor:
    """Return ln(sum_i e^z_i) over the last axis, where no power of e can overflow.

    Parameters
    ----------
    sums : array of float32, shape (..., classes)
        z, finite.

    Returns
    -------
    tf.Tensor of float32, shape (...)
        The largest sum is taken out, and added again: every exponent is at most 0.
    """
    z = tf.convert_to_tensor(sums, tf.float32)
    largest = tf.reduce_max(z, axis=-1, keepdims=True)
    total = tf.reduce_sum(tf.exp(z - largest), axis=-1)
    return tf.squeeze(largest, axis=-1) + tf.math.log(total)
