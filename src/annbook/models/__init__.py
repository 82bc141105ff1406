"""The book's three trained models: each is trained once, and kept for all who use it.

They are trained on all training records, with the settings that the pages have chosen on
validation records, and then asked about the test records, once.
"""

from __future__ import annotations

import importlib
import inspect
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from annbook import mnist, store

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from annbook.models.recipe import Recipe


class Report(NamedTuple):
    """How a model was trained, and how well it does."""

    name: str
    edition: str
    """Of the data: full or sample."""
    parameters: int
    epochs: int
    seed: int
    seconds: float
    """That the training took, on the machine that trained it."""
    cpu_seconds: float
    """The same, as the seconds that its processors were at work, all together."""
    accuracy: float
    """The share of the test records that it reads correctly."""
    costs: tuple[float, ...]
    """The mean cost of each epoch."""


class Trained(NamedTuple):
    """A trained model and the report of its training."""

    model: Any
    """A `softmax.Model`, a list of `network.Layer`, or a Keras model."""
    report: Report


SEED = 0

_NAMES = ("softmax", "hidden", "convolution")
"""Each has a module of its name beside this one, with its recipe."""


def load(name: str) -> Trained:
    """Return one of the book's models, trained now if it has not been before.

    Parameters
    ----------
    name : {"softmax", "hidden", "convolution"}
        Softmax regression, the network with a hidden layer, the convolutional network.

    Raises
    ------
    ValueError
        Where there is no model of that name.
    BookError
        Where the data is no good, or the trained model cannot be kept.
    """
    place, key = _place(name)
    recipe = _recipe(name)
    kept = store.fetch(place, key, lambda: _train(name, recipe))
    facts = kept.facts | {"costs": tuple(kept.facts["costs"])}
    return Trained(recipe.put_together(kept.arrays), Report(**facts))


def is_kept(name: str) -> bool:
    """Return whether `load` finds this model in the store, and need not train it."""
    return store.read(store.path(*_place(name))) is not None


def fingerprint(name: str) -> str:
    """Return a name for everything that a trained model depends on, without training it."""
    return _place(name)[1]


def probabilities(trained: Trained, pixels: ArrayLike) -> NDArray[Any]:
    """Return what a model says to images: ten shares that sum to 1 for each.

    Parameters
    ----------
    trained : Trained
        As `load` gives it.
    pixels : array_like of float32, shape (n, 784)
        From 0 to 1.

    Returns
    -------
    ndarray, shape (n, 10)
        For the network with a hidden layer, whose ten outputs are each a value of its
        own from 0 to 1, each output's share in their sum.
    """
    answers = _recipe(trained.report.name).ask(trained.model, pixels)
    shares: NDArray[Any] = answers / answers.sum(axis=1, keepdims=True)
    return shares


def _place(name: str) -> tuple[str, str]:
    """Return the name and the key under which a model is kept."""
    _require_known(name)
    edition = mnist.edition()
    # Of this module only what makes the model counts: the others may change without it.
    parts = [inspect.getsource(each) for each in (_train, Report)]
    modules = (f"{__name__}.{name}", "annbook.mnist")
    return f"{name}-{edition}", store.key(modules, edition, str(SEED), *parts)


def _train(name: str, recipe: Recipe) -> store.Kept:
    """Train a model, and ask it about the test records."""
    data = mnist.load()
    pixels, tests = (
        mnist.scale(data.train_images),
        mnist.scale(data.test_images),
    )
    start, cpu_start = time.perf_counter(), time.process_time()
    model, costs = recipe.train(pixels, data.train_labels, seed=SEED)
    seconds = time.perf_counter() - start
    cpu_seconds = time.process_time() - cpu_start
    arrays = [np.asarray(part) for part in recipe.take_apart(model)]
    right = recipe.ask(model, tests).argmax(axis=1) == data.test_labels
    report = Report(
        name=name,
        edition=data.edition,
        parameters=sum(array.size for array in arrays),
        epochs=len(np.asarray(costs)),
        seed=SEED,
        seconds=seconds,
        cpu_seconds=cpu_seconds,
        accuracy=float(right.mean()),
        costs=tuple(np.asarray(costs, float).tolist()),
    )
    return store.Kept(arrays, report._asdict())


def _recipe(name: str) -> Recipe:
    _require_known(name)
    # Only the one that is asked for: the hidden layer never pays for TensorFlow.
    recipe: Recipe = importlib.import_module(f"{__name__}.{name}").RECIPE
    return recipe


def _require_known(name: str) -> None:
    if name not in _NAMES:
        raise ValueError(f"there is no model {name!r}: {', '.join(_NAMES)}")
