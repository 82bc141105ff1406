"""Time the workshop's training by annbook, by Keras' `fit` and by a plain NumPy loop.

Run it as ``python tests/benchmarks/training.py``, or ``nox -s bench``. All three train the
same model on the same records: softmax regression from zeros, steps of 0.01, batches of 100,
a new order in every epoch, on the edition that `annbook.mnist.load` gives.

How to read the table: every round runs all three, one after the other, in turned order from
round to round. A line gives the median of its rounds in seconds an epoch, then how many times
as long it took as annbook in the same round (the median, and the least and the most: a wide
span means a busy machine, so look at the ratios and not at the seconds), then its accuracy on
the test records. The accuracies must be alike, or the times compare different work.

One untimed round comes first, so that neither tracing nor Keras' building and compiling counts.
"""

from __future__ import annotations

import argparse
import os
import platform
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import tensorflow as tf

from annbook import mnist, softmax

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    Parameters = tuple[NDArray[np.float32], NDArray[np.float32]]
    Trainer = Callable[
        [NDArray[np.float32], NDArray[np.uint8], int], Parameters
    ]

BATCH_SIZE, LEARNING_RATE = 100, 0.01
OURS = "annbook"


class Run(NamedTuple):
    """One timed training."""

    seconds: float
    accuracy: float


def train_annbook(
    images: NDArray[np.float32], labels: NDArray[np.uint8], epochs: int
) -> Parameters:
    """Return the weights and the bias that `annbook.softmax.train` finds."""
    model, _ = softmax.train(
        images,
        labels,
        epochs=epochs,
        batch_size=BATCH_SIZE,
        learning_rate=LEARNING_RATE,
    )
    return model.weights.numpy(), model.bias.numpy()


def keras_trainer(inputs: int, classes: int) -> Trainer:
    """Return a trainer that runs Keras' `fit`, on a model built and compiled beforehand."""
    dense = tf.keras.layers.Dense(classes, activation="softmax")
    model = tf.keras.Sequential([tf.keras.Input((inputs,)), dense])
    optimizer = tf.keras.optimizers.SGD(LEARNING_RATE)
    model.compile(optimizer, "sparse_categorical_crossentropy")

    def train(
        images: NDArray[np.float32], labels: NDArray[np.uint8], epochs: int
    ) -> Parameters:
        model.set_weights([np.zeros_like(part) for part in model.get_weights()])
        model.fit(images, labels, BATCH_SIZE, epochs, verbose=0)
        weights, bias = model.get_weights()
        return weights, bias

    return train


def train_numpy(
    images: NDArray[np.float32], labels: NDArray[np.uint8], epochs: int
) -> Parameters:
    """Return the weights and the bias that a plain loop in NumPy finds."""
    targets, generator = mnist.one_hot(labels), np.random.default_rng(0)
    weights = np.zeros((images.shape[1], targets.shape[1]), np.float32)
    bias = np.zeros(targets.shape[1], np.float32)
    for _ in range(epochs):
        order = generator.permutation(len(labels))
        for start in range(0, len(labels), BATCH_SIZE):
            batch = order[start : start + BATCH_SIZE]
            x = images[batch]
            sums = x @ weights + bias
            raised = np.exp(sums - sums.max(axis=1, keepdims=True))
            found = raised / raised.sum(axis=1, keepdims=True)
            surplus = found - targets[batch]
            weights -= LEARNING_RATE / len(batch) * (x.T @ surplus)
            bias -= LEARNING_RATE * surplus.mean(axis=0)
    return weights, bias


def time_training(
    train: Trainer,
    data: mnist.Mnist,
    images: NDArray[np.float32],
    tests: NDArray[np.float32],
    epochs: int,
) -> Run:
    """Return the seconds that an epoch took, and how well the result reads the test records."""
    start = perf_counter()
    weights, bias = train(images, data.train_labels, epochs)
    seconds = (perf_counter() - start) / epochs
    predicted = np.argmax(tests @ weights + bias, axis=1)
    return Run(seconds, softmax.accuracy(data.test_labels, predicted))


def compare(
    data: mnist.Mnist, epochs: int, repeats: int
) -> dict[str, list[Run]]:
    """Return every trainer's runs, one for each round, after a round that is not timed."""
    images = mnist.scale(data.train_images)
    tests = mnist.scale(data.test_images)
    trainers: dict[str, Trainer] = {
        OURS: train_annbook,
        "Keras fit": keras_trainer(images.shape[1], mnist.CLASSES),
        "NumPy loop": train_numpy,
    }
    for train in trainers.values():
        train(images, data.train_labels, 1)
    runs: dict[str, list[Run]] = {name: [] for name in trainers}
    for turn in range(repeats):
        for name in list(trainers)[:: 1 if turn % 2 == 0 else -1]:
            runs[name].append(
                time_training(trainers[name], data, images, tests, epochs)
            )
    return runs


def table(runs: Mapping[str, Sequence[Run]]) -> str:
    """Return the comparison as text, a line for each trainer."""
    lines = [f"{'':12}{'s/epoch':>9}{'times as long':>24}{'test accuracy':>16}"]
    for name, own in runs.items():
        ratios = [
            run.seconds / our.seconds
            for run, our in zip(own, runs[OURS], strict=True)
        ]
        span = f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        seconds = median(run.seconds for run in own)
        accuracy = median(run.accuracy for run in own)
        lines.append(f"{name:12}{seconds:9.3f}{span:>24}{accuracy:16.4f}")
    return "\n".join(lines)


def describe_machine() -> str:
    """Return one line on the machine and the versions."""
    return (
        f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"NumPy {np.__version__}, TensorFlow {tf.__version__}, Keras {tf.keras.__version__}"
    )


def positive(text: str) -> int:
    """Return a count from the command line; argparse reports a ValueError as a wrong value."""
    number = int(text)
    if number < 1:
        raise ValueError(f"{number} is not a positive number")
    return number


def main() -> None:
    """Run the comparison, and print it."""
    about = (__doc__ or "").splitlines()[0]
    parser = argparse.ArgumentParser(description=about)
    for name, count in {"--epochs": 30, "--repeats": 3}.items():
        text = f"default: {count}"
        parser.add_argument(
            name, type=positive, default=count, metavar="N", help=text
        )
    options = parser.parse_args()
    data = mnist.load()
    print(f"MNIST: {mnist.describe(data)}", describe_machine(), sep="\n")
    print(f"{options.repeats} rounds of {options.epochs} epochs\n", flush=True)
    print(table(compare(data, options.epochs, options.repeats)))


if __name__ == "__main__":
    main()
