"""The network with a hidden layer, 784-200-10, in CPU seconds, beside scikit-learn's.

scikit-learn's `MLPClassifier` trains a network of the same size, in batches of the same size, for
as many epochs, with Adam. The accuracies on the test records are told beside the times.
"""

from __future__ import annotations

import warnings
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from annbook import hidden, mnist, softmax
from benchmarks.measure import Cost, cost_of, cpu_side, in_turn
from bookbuild.benchmarks import Row, Target

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 3
MOST_SECONDS = 8.0

REASON = (
    "in a profile NumPy's matrix products take the largest part, and changing the weights the "
    "next; the loop around them is the page's own code"
)


class Run(NamedTuple):
    """One timed training."""

    cost: Cost
    accuracy: float


def train_annbook(images: Any, labels: Any) -> Callable[[Any], Any]:
    """Return how a network that `annbook.hidden` has trained reads digits."""
    layers, _ = hidden.train(images, labels)
    return lambda tests: hidden.classify(layers, tests)


def train_scikit(images: Any, labels: Any) -> Callable[[Any], Any]:
    """Return how a network that scikit-learn has trained reads digits."""
    model = MLPClassifier(
        (hidden.NODES,),
        "logistic",
        batch_size=hidden.BATCH_SIZE,
        max_iter=hidden.EPOCHS,
        random_state=0,
    )
    with warnings.catch_warnings():
        # It would go on for longer, and says so.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(images, labels)
    return model.predict  # type: ignore[no-any-return]


def measure(rounds: int = ROUNDS) -> list[Row]:
    """Return the one row."""
    data = mnist.load()
    images, tests = (
        mnist.scale(data.train_images),
        mnist.scale(data.test_images),
    )

    def run(train: Callable[[Any, Any], Callable[[Any], Any]]) -> Run:
        found: list[Callable[[Any], Any]] = []
        cost = cost_of(lambda: found.append(train(images, data.train_labels)))
        return Run(cost, softmax.accuracy(data.test_labels, found[0](tests)))

    runs = in_turn(
        {
            "annbook": lambda _turn: run(train_annbook),
            "MLPClassifier": lambda _turn: run(train_scikit),
        },
        rounds,
    )
    ours, peer = (
        cpu_side(
            f"{name}, {100 * median(each.accuracy for each in own):.1f} % right",
            [each.cost for each in own],
        )
        for name, own in runs.items()
    )
    what = f"training the hidden layer, {hidden.EPOCHS} epochs, CPU seconds"
    target = Target("ours", "most", MOST_SECONDS)
    return [Row(what, "s", ours, peer, "faster", target, REASON)]
