"""The workshop's training by annbook, Keras' fit, a plain NumPy loop and scikit-learn.

The first three train the same model on the same records: softmax regression from zeros, steps of
0.01, batches of 100, a new order in every epoch. scikit-learn finds the same model's best
parameters by a method of its own. An untimed round comes first, so that neither tracing nor Keras'
building and compiling counts. The accuracies on the test records must be alike, or the times
compare different work.
"""

from __future__ import annotations

import warnings
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import tensorflow as tf
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from annbook import mnist, softmax
from benchmarks.measure import Cost, cost_of, in_turn, side
from bookbuild.benchmarks import Row, Side, Target

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Parameters = tuple[NDArray[np.float32], NDArray[np.float32]]
    Trainer = Callable[
        [NDArray[np.float32], NDArray[np.uint8], int], Parameters
    ]

BATCH_SIZE, LEARNING_RATE, EPOCHS = 100, 0.01, 30
ROUNDS = 3
FASTER_THAN_KERAS, NUMPY_TIMES = 8.0, 2.0
ALIKE = 0.02
"""Test accuracies further apart than this come from different work."""

OURS = "annbook"
WHOLE = "an epoch"
REASON = (
    "no Python stands between the steps any more; what is left is TensorFlow's own work, "
    "and the rows on a step tell which; how far the arithmetic alone would get, another row says"
)
STEPS = 600
"""That each piece of a step is repeated for, as often as an epoch of all records takes it."""


class Run(NamedTuple):
    """One timed training."""

    cost: Cost
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


def train_scikit(
    images: NDArray[np.float32], labels: NDArray[np.uint8], _epochs: int
) -> Parameters:
    """Return what scikit-learn's `LogisticRegression` finds, which counts no epochs."""
    model = LogisticRegression()
    with warnings.catch_warnings():
        # It would go on for longer, and says so.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(images, labels)
    return model.coef_.T, model.intercept_


def run(
    train: Trainer,
    data: mnist.Mnist,
    images: NDArray[np.float32],
    tests: NDArray[np.float32],
) -> Run:
    """Return what a training takes, and how well the result reads the test records."""
    found: list[Parameters] = []
    cost = cost_of(
        lambda: found.append(train(images, data.train_labels, EPOCHS))
    )
    ((weights, bias),) = found
    predicted = np.argmax(tests @ weights + bias, axis=1)
    return Run(cost, softmax.accuracy(data.test_labels, predicted))


def compare(data: mnist.Mnist, rounds: int) -> dict[str, list[Run]]:
    """Return every trainer's runs, one for each round, after a round that is not timed."""
    images, tests = (
        mnist.scale(data.train_images),
        mnist.scale(data.test_images),
    )
    trainers: dict[str, Trainer] = {
        OURS: train_annbook,
        "Keras fit": keras_trainer(images.shape[1], mnist.CLASSES),
        "NumPy loop": train_numpy,
        "LogisticRegression": train_scikit,
    }
    for name in (OURS, "Keras fit"):
        trainers[name](images, data.train_labels, 1)
    subjects = {
        name: lambda _turn, train=train: run(train, data, images, tests)
        for name, train in trainers.items()
    }
    return in_turn(subjects, rounds)


# --- Where the time goes ---------------------------------------------------------------


def repeated(piece: Callable[[tf.Tensor], tf.Tensor]) -> Callable[[], Any]:
    """Return an action that does a piece of a step again and again, inside TensorFlow.

    The piece is called with a zero that TensorFlow cannot know to be one: what uses it is
    computed every time.
    """

    @tf.function
    def loop(batches: tf.Tensor) -> tf.Tensor:
        total = tf.constant(0.0)
        for batch in batches:
            total += piece(tf.cast(batch[0], tf.float32))
        return total

    zeros = tf.zeros((STEPS, 1), tf.int64)
    return lambda: loop(zeros)


def pieces(data: mnist.Mnist) -> dict[str, Callable[[], Any]]:
    """Return the pieces of an epoch's steps, as actions, and the epoch itself."""
    images = tf.constant(mnist.scale(data.train_images))
    labels = tf.constant(data.train_labels.astype(np.int32))
    order = np.random.default_rng(0).permutation(len(labels))
    batches = tf.constant(
        order[: len(order) - len(order) % BATCH_SIZE].reshape(-1, BATCH_SIZE)
    )
    model, rate = softmax.new_model(), tf.constant(LEARNING_RATE)
    batch, digits = tf.gather(images, batches[0]), tf.gather(labels, batches[0])
    sums = softmax.weighted_sums(model, batch)

    def forward(zero: tf.Tensor) -> tf.Tensor:
        turned = tf.transpose(model.weights) + zero
        return tf.matmul(batch, turned, transpose_b=True)[0, 0]

    def backward(zero: tf.Tensor) -> tf.Tensor:
        return tf.matmul(sums + zero, batch, transpose_a=True)[0, 0]

    def cost(zero: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            shown = sums + zero
            tape.watch(shown)
            loss = tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(digits, shown)
            )
        return loss + 0 * tape.gradient(loss, shown)[0, 0]

    def update(zero: tf.Tensor) -> tf.Tensor:
        model.weights.assign_sub(zero * tf.ones_like(model.weights))
        return zero

    @tf.function
    def gather() -> tf.Tensor:
        total = tf.constant(0.0)
        for chosen in batches:
            total += tf.gather(images, chosen)[0, 0]
        return total

    whole = softmax._compile(model)
    return {
        WHOLE: lambda: whole(model, images, labels, batches, rate),
        "fetching the batch's images": gather,
        "the product x W": repeated(forward),
        "the gradient's product": repeated(backward),
        "the cost and its gradient": repeated(cost),
        "changing the weights": repeated(update),
    }


def profile(data: mnist.Mnist) -> dict[str, float]:
    """Return the percentage that each piece has of a step's time."""
    actions = pieces(data)
    for action in actions.values():
        action()
    subjects = {
        name: lambda _turn, action=action: cost_of(action).cpu
        for name, action in actions.items()
    }
    times = {name: median(each) for name, each in in_turn(subjects, 9).items()}
    whole = times.pop(WHOLE)
    return {name: 100 * each / whole for name, each in times.items()}


def preparation(data: mnist.Mnist, training: float) -> float:
    """Return the percentage of a training's CPU seconds that pass before its first step."""
    images = mnist.scale(data.train_images)
    costs = [
        cost_of(lambda: train_annbook(images, data.train_labels, 0)).cpu
        for _ in range(5)
    ]
    return 100 * median(costs) / training


def measure(rounds: int = ROUNDS) -> list[Row]:
    """Return the rows: annbook beside each peer, and their accuracies.

    Raises
    ------
    SystemExit
        Where the accuracies are not alike.
    """
    data = mnist.load()
    runs = compare(data, rounds)
    accuracies = {
        name: median(each.accuracy for each in own)
        for name, own in runs.items()
    }
    if max(accuracies.values()) - min(accuracies.values()) > ALIKE:
        raise SystemExit(f"the accuracies are not alike: {accuracies}")
    sides = {
        name: side(
            f"{name}, {100 * accuracies[name]:.1f} % right",
            [each.cost for each in own],
        )
        for name, own in runs.items()
    }
    what = f"training softmax regression, {EPOCHS} epochs"
    targets = {
        "Keras fit": ("faster", Target("ratio", "least", FASTER_THAN_KERAS)),
        "NumPy loop": ("share", Target("ratio", "most", NUMPY_TIMES)),
        "LogisticRegression": ("faster", None),
    }
    rows = [
        Row(what, "s", sides[OURS], sides[name], compare, target, REASON)
        for name, (compare, target) in targets.items()
    ]
    floor = Row(
        "the arithmetic alone, beside Keras",
        "s",
        sides["NumPy loop"],
        sides["Keras fit"],
        "faster",
    )
    before = preparation(data, median(sides[OURS].cpu))
    shares = {
        "of a training: checking and copying the records": before,
        **{f"of a step: {name}": each for name, each in profile(data).items()},
    }
    return [
        *rows,
        floor,
        *(Row(name, "%", Side(OURS, [each])) for name, each in shares.items()),
    ]
