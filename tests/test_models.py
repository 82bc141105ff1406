"""The book's trained models are trained once, and come back from the store as they were."""

from __future__ import annotations

import os
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from annbook import convolution, hidden, mnist, models, softmax
from annbook.models.recipe import Recipe

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("softmax", "hidden", "convolution")


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> mnist.Mnist:
    """Keep models in a folder of the test's own, and train them on a few digits."""
    monkeypatch.setenv("ANNBOOK_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("ANNBOOK_EDITION", "sample")
    data = mnist.load()
    few = mnist.Mnist(
        data.train_images[::10],
        data.train_labels[::10],
        data.test_images[::10],
        data.test_labels[::10],
        data.edition,
        data.source,
    )
    monkeypatch.setattr(mnist, "load", lambda: few)
    return few


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_model_is_trained_once_and_comes_back_as_it_was(
    name: str, small: mnist.Mnist, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not models.is_kept(name)
    first = models.load(name)
    assert models.is_kept(name)

    def never(*_: object, **__: object) -> None:
        raise AssertionError("it was trained again")

    recipe = models._recipe(name)._replace(train=never)
    monkeypatch.setattr(models, "_recipe", lambda _: recipe)
    second = models.load(name)
    pixels = mnist.scale(small.test_images)
    shares = models.probabilities(first, pixels)
    np.testing.assert_array_equal(shares, models.probabilities(second, pixels))
    assert first.report == second.report
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-5)
    right = float((shares.argmax(axis=1) == small.test_labels).mean())
    assert first.report.accuracy == pytest.approx(right)
    assert first.report.accuracy > 0.3


@pytest.mark.slow
def test_a_report_says_what_was_trained(small: mnist.Mnist) -> None:
    report = models.load("softmax").report
    assert (report.name, report.edition, report.seed) == (
        "softmax",
        "sample",
        0,
    )
    assert report.parameters == 7_850
    assert report.epochs == len(report.costs) == 30
    assert report.seconds > 0
    assert report.cpu_seconds > 0
    training = softmax.train(
        mnist.scale(small.train_images), small.train_labels
    )
    np.testing.assert_allclose(report.costs, training.costs, rtol=1e-5)


def test_a_report_is_of_the_training_alone(
    small: mnist.Mnist, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, cpu = iter([50.0, 53.0]), iter([9.0, 16.0])
    monkeypatch.setattr(
        models,
        "time",
        SimpleNamespace(
            perf_counter=lambda: next(clock), process_time=lambda: next(cpu)
        ),
    )
    # Of the test records it reads the zeros alone.
    recipe = Recipe(
        lambda _pixels, _labels, seed: (seed, [0.5, 0.25]),
        lambda _model: [np.zeros((4, 3)), np.zeros(3)],
        list,
        lambda _model, pixels: np.eye(10)[np.zeros(len(pixels), int)],
    )
    kept = models._train("stand-in", recipe)
    assert kept.facts == {
        "name": "stand-in",
        "edition": "sample",
        "parameters": 15,
        "epochs": 2,
        "seed": 0,
        "seconds": 3.0,
        "cpu_seconds": 7.0,
        "accuracy": pytest.approx(float((small.test_labels == 0).mean())),
        "costs": (0.5, 0.25),
    }


def test_a_name_that_is_none_of_them_is_refused() -> None:
    for call in (models.load, models.is_kept):
        with pytest.raises(
            ValueError, match="no model 'perceptron': softmax, hid"
        ):
            call("perceptron")


@pytest.mark.parametrize("name", NAMES)
def test_the_place_of_a_model_follows_its_edition_and_its_code(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANNBOOK_EDITION", "sample")
    place, key = models._place(name)
    assert place == f"{name}-sample"
    monkeypatch.setattr(mnist, "edition", lambda: "full")
    other_place, other_key = models._place(name)
    assert other_place == f"{name}-full"
    assert other_key != key
    monkeypatch.setattr(models, "SEED", 1)
    assert models._place(name)[1] not in (key, other_key)


@pytest.mark.parametrize(
    "call",
    ["_recipe('hidden')", "is_kept('softmax')", "fingerprint('convolution')"],
)
def test_who_needs_no_tensorflow_never_pays_for_it(call: str) -> None:
    code = (
        f"import sys; from annbook import models; models.{call}; "
        "sys.exit('tensorflow' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ, check=False
    )
    assert done.returncode == 0


def shares_of(outputs: Any) -> Any:
    report = models.Report("stand-in", "sample", 0, 0, 0, 0.0, 0.0, 0.0, ())
    recipe = Recipe(
        lambda: (None, []),
        list,
        list,
        lambda _m, _x: outputs,
    )
    with pytest.MonkeyPatch.context() as context:
        context.setattr(models, "_recipe", lambda _name: recipe)
        return models.probabilities(models.Trained(None, report), np.zeros(1))


def test_outputs_that_do_not_sum_to_1_become_shares() -> None:
    shares = shares_of(np.array([[0.2, 0.6], [0.1, 0.1]]))
    np.testing.assert_allclose(shares, [[0.25, 0.75], [0.5, 0.5]])


def test_the_network_comes_back_layer_by_layer() -> None:
    recipe = models._recipe("hidden")
    layers = hidden.new_network(np.random.default_rng(5), nodes=4)
    arrays = [np.asarray(part) for part in recipe.take_apart(layers)]
    assert [array.shape for array in arrays] == [
        (4, 784), (4,), (10, 4), (10,),
    ]  # fmt: skip
    again = recipe.put_together(arrays)
    assert len(again) == 2
    pixels = np.random.default_rng(0).random((3, 784), np.float32)
    np.testing.assert_array_equal(
        recipe.ask(again, pixels), recipe.ask(layers, pixels)
    )


def test_the_convolution_comes_back_into_the_same_network() -> None:
    recipe = models._recipe("convolution")
    model = convolution.new_model(5)
    arrays = [np.asarray(part) for part in recipe.take_apart(model)]
    pixels = np.random.default_rng(0).random((3, 784), np.float32)
    np.testing.assert_array_equal(
        recipe.ask(recipe.put_together(arrays), pixels),
        recipe.ask(model, pixels),
    )
