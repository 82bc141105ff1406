"""Softmax regression in TensorFlow: the workshop's model, its cost and its training."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from annbook.errors import BookError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

CLASSES = 10


class Model(NamedTuple):
    """What the model has learnt: it is all in these numbers."""

    weights: tf.Variable
    """W, shape (inputs, classes): how much each pixel speaks for each digit."""
    bias: tf.Variable
    """b, shape (classes,): what speaks for each digit from the start."""


class Training(NamedTuple):
    """What `train` gives back."""

    model: Model
    costs: NDArray[np.float64]
    """The mean cost over each epoch's records, as they were met; shape (epochs,)."""


def new_model(inputs: int = 784, classes: int = CLASSES) -> Model:
    """Return a model that has learnt nothing: every weight and bias is zero."""
    return Model(
        tf.Variable(tf.zeros((inputs, classes))), tf.Variable(tf.zeros(classes))
    )


def weighted_sums(model: Model, images: ArrayLike) -> tf.Tensor:
    """Return x W + b, shape (records, classes), for images of shape (records, inputs)."""
    x, turned = tf.cast(images, tf.float32), tf.transpose(model.weights)
    # This is x W; by the turned W, its gradient takes a third of the time.
    return tf.matmul(x, turned, transpose_b=True) + model.bias


def predict(model: Model, images: ArrayLike) -> tf.Tensor:
    """Return softmax(x W + b): for each record, the probability of each class.

    Parameters
    ----------
    model : Model
        The weights and biases.
    images : array of float32, shape (records, inputs)
        Pixels from 0 to 1.

    Returns
    -------
    tf.Tensor of float32, shape (records, classes)
        Each row sums to 1.
    """
    return tf.nn.softmax(weighted_sums(model, images))


def cross_entropy(labels: ArrayLike, probabilities: ArrayLike) -> tf.Tensor:
    """Return H(y, p) = - sum_i y_i ln p_i for each record.

    Parameters
    ----------
    labels : array, shape (..., classes)
        y, the label's distribution: one-hot, or any that sums to 1.
    probabilities : array, shape (..., classes)
        p, the model's distribution.

    Returns
    -------
    tf.Tensor, shape (...)
        In nats. A class with y = 0 adds nothing, whatever its p; a class with
        y > 0 and p = 0 makes it infinite.
    """
    y, p = tf.cast(labels, tf.float32), tf.cast(probabilities, tf.float32)
    # Subtracted from 0: a bare minus would make -0 of a perfect cost.
    return 0.0 - tf.reduce_sum(tf.math.xlogy(y, p), axis=-1)


def mean_cost(model: Model, images: ArrayLike, labels: ArrayLike) -> tf.Tensor:
    """Return the mean cross-entropy of the model over some records.

    Softmax and logarithm are one step here, so that a probability too small
    for a float never turns the cost into infinity.

    Parameters
    ----------
    model : Model
        The weights and biases.
    images : array of float32, shape (records, inputs)
        Pixels from 0 to 1.
    labels : array of int, shape (records,)
        The digits.
    """
    digits, sums = tf.cast(labels, tf.int32), weighted_sums(model, images)
    fused = tf.nn.sparse_softmax_cross_entropy_with_logits
    return tf.reduce_mean(fused(digits, sums))


def descend(
    model: Model, images: ArrayLike, labels: ArrayLike, learning_rate: float
) -> tf.Tensor:
    """Take one step of gradient descent; return the mean cost before it."""
    with tf.GradientTape() as tape:
        cost = mean_cost(model, images, labels)
    gradients = tape.gradient(cost, model)
    model.weights.assign_sub(learning_rate * gradients.weights)
    model.bias.assign_sub(learning_rate * gradients.bias)
    return cost


@tf.function
def run_batches(
    model: Model,
    images: tf.Tensor,
    labels: tf.Tensor,
    batches: tf.Tensor,
    learning_rate: tf.Tensor,
) -> tf.Tensor:
    """Take one step for each row of record numbers in ``batches``; return the sum of the costs.

    One call runs them all inside TensorFlow: returning to Python after every
    batch would cost more than the step itself.
    """
    total = tf.constant(0.0)
    for batch in batches:
        x, digits = tf.gather(images, batch), tf.gather(labels, batch)
        total += descend(model, x, digits, learning_rate)
    return total


def _compile(model: Model) -> Any:
    """Return `run_batches` for models of this shape, and any number and size of batches.

    By itself TensorFlow would trace it anew for every size. Told to relax the sizes, it
    would relax the model's too, and mix up the gradients of two models.
    """
    inputs = tf.TensorSpec((None, model.weights.shape[0]))
    labels, batches = (
        tf.TensorSpec((None,), tf.int32),
        tf.TensorSpec((None, None), tf.int64),
    )
    return run_batches.get_concrete_function(
        model, inputs, labels, batches, tf.TensorSpec(())
    )


def train(
    images: ArrayLike,
    labels: ArrayLike,
    *,
    epochs: int = 30,
    batch_size: int = 100,
    learning_rate: float = 0.01,
    seed: int = 0,
    classes: int = CLASSES,
    start: Model | None = None,
    watch: Callable[[int, Model], object] | None = None,
) -> Training:
    """Return a model trained by plain gradient descent in mini-batches, and its costs.

    Parameters
    ----------
    images : array of float32, shape (records, inputs)
        Pixels from 0 to 1.
    labels : array of int, shape (records,)
        The digits, from 0 to ``classes - 1``.
    epochs : int
        How many times to go through all records; 0 gives an untrained model.
    batch_size : int
        Records for each step. Where it does not divide the records, the last
        batch of an epoch is smaller; where it exceeds them, it is all of them.
    learning_rate : float
        The size of a step.
    seed : int
        Fixes the order of the records, hence every number that follows.
    classes : int
        How many classes there are.
    start : Model, optional
        The weights and biases to start from, if not zeros. It is not changed.
    watch : callable, optional
        Called with the number of epochs done and the model as it is then:
        first with 0, before the first step, and then after every epoch.

    Raises
    ------
    ValueError
        Where a shape does not fit, a label is out of range, or a number makes
        no sense.
    BookError
        Where the cost is no longer a finite number.

    Notes
    -----
    In a terminal a bar shows the progress.
    """
    pixels, digits = _check_records(images, labels, classes)
    _check_settings(epochs, batch_size, learning_rate)
    model = _start_from(start, pixels.shape[1], classes)
    pixels, digits = tf.constant(pixels), tf.constant(digits)
    observe = watch or (lambda _epochs, _model: None)
    observe(0, model)
    generator = np.random.default_rng(seed)
    costs = np.empty(epochs)
    for epoch in tqdm(
        range(epochs), desc="Training", unit="epoch", disable=None
    ):
        order = generator.permutation(len(digits))
        costs[epoch] = _run_epoch(
            model, pixels, digits, order, batch_size, learning_rate
        )
        if not math.isfinite(costs[epoch]):
            raise BookError(
                f"the cost became {costs[epoch]} in epoch {epoch + 1}",
                where="training",
                remedy=f"choose a learning rate below {learning_rate}",
            )
        observe(epoch + 1, model)
    return Training(model, costs)


def _start_from(start: Model | None, inputs: int, classes: int) -> Model:
    """Return a model to train: a copy of the given one, or one that has learnt nothing."""
    model = new_model(inputs, classes)
    if start is None:
        return model
    shapes = [tuple(part.shape) for part in start]
    if shapes != [tuple(part.shape) for part in model]:
        raise ValueError(
            f"the start has weights {shapes[0]} and bias {shapes[1]}: "
            f"they must be ({inputs}, {classes}) and ({classes},)"
        )
    for part, value in zip(model, start, strict=True):
        part.assign(value)
    return model


def _run_epoch(
    model: Model,
    images: tf.Tensor,
    labels: tf.Tensor,
    order: NDArray[np.int64],
    batch_size: int,
    learning_rate: float,
) -> float:
    """Go through all records in the given order; return their mean cost."""
    rate = tf.constant(learning_rate, tf.float32)
    run = _compile(model)
    whole = len(order) - len(order) % batch_size
    total = 0.0
    for part in (
        order[:whole].reshape(-1, batch_size),
        order[whole:].reshape(1, -1),
    ):
        if part.size:
            records = part.shape[1]
            total += records * float(
                run(model, images, labels, tf.constant(part), rate)
            )
    return total / len(order)


def _check_records(
    images: ArrayLike, labels: ArrayLike, classes: int
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Return the records as arrays, or raise ``ValueError``."""
    pixels, digits = np.asarray(images, np.float32), np.asarray(labels)
    if pixels.ndim != 2 or digits.shape != pixels.shape[:1] or not len(digits):
        raise ValueError(
            f"images have shape {pixels.shape} and labels {digits.shape}: "
            "they must be (records, inputs) and (records,), with at least one record"
        )
    if not np.isfinite(pixels).all():
        raise ValueError(
            "images hold NaN or infinity: every pixel must be a finite number"
        )
    if not np.issubdtype(digits.dtype, np.integer):
        raise ValueError(
            f"labels are of type {digits.dtype}: they must be whole numbers"
        )
    if digits.min() < 0 or digits.max() >= classes:
        raise ValueError(
            f"labels run from {digits.min()} to {digits.max()}: "
            f"with {classes} classes they must lie from 0 to {classes - 1}"
        )
    return pixels, digits.astype(np.int32)


def _check_settings(epochs: int, batch_size: int, learning_rate: float) -> None:
    """Raise ``ValueError`` where a setting of `train` makes no sense."""
    if epochs < 0:
        raise ValueError(f"epochs is {epochs}: it cannot be negative")
    if batch_size < 1:
        raise ValueError(
            f"the batch size is {batch_size}: it must be at least 1"
        )
    if not (learning_rate > 0 and math.isfinite(learning_rate)):
        raise ValueError(
            f"the learning rate is {learning_rate}: it must be a positive number"
        )


def classify(model: Model, images: ArrayLike) -> NDArray[np.int64]:
    """Return each record's most probable class, shape (records,)."""
    sums: Any = weighted_sums(model, images)
    return np.asarray(np.argmax(sums, axis=1), np.int64)


def accuracy(labels: ArrayLike, predicted: ArrayLike) -> float:
    """Return the share of records whose predicted class is their label, from 0 to 1.

    Raises
    ------
    ValueError
        Where the shapes differ or there is no record.
    """
    truth, guess = _check_pair(labels, predicted)
    return float(np.mean(truth == guess))


def confusion(
    labels: ArrayLike, predicted: ArrayLike, classes: int = CLASSES
) -> NDArray[np.int64]:
    """Return how often each class (row) was taken for each class (column).

    Returns
    -------
    array of int64, shape (classes, classes)
        Its sum is the number of records, its diagonal the right ones.

    Raises
    ------
    ValueError
        Where the shapes differ, there is no record, or a class is out of range.
    """
    truth, guess = _check_pair(labels, predicted)
    lowest, highest = (
        min(truth.min(), guess.min()),
        max(truth.max(), guess.max()),
    )
    if lowest < 0 or highest >= classes:
        raise ValueError(
            f"classes run from {lowest} to {highest}, "
            f"not from 0 to {classes - 1}"
        )
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (truth, guess), 1)
    return counts


def _check_pair(
    labels: ArrayLike, predicted: ArrayLike
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return labels and predictions as arrays of one shape, or raise ``ValueError``."""
    truth, guess = np.asarray(labels), np.asarray(predicted)
    if truth.shape != guess.shape or truth.ndim != 1 or not truth.size:
        raise ValueError(
            f"labels have shape {truth.shape} and predictions {guess.shape}: "
            "both must be (records,), with at least one record"
        )
    return truth, guess
