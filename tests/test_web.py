"""The models that a page loads: every layer described, every weight rounded and none lost."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from annbook import (
    convolution,
    filters,
    mnist,
    models,
    network,
    neuron,
    softmax,
    web,
)

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

layers = tf.keras.layers
GENERATOR = np.random.default_rng(0)


def softmax_model() -> softmax.Model:
    return softmax.Model(
        tf.Variable(GENERATOR.normal(0, 0.1, (784, 10)).astype(np.float32)),
        tf.Variable(GENERATOR.normal(size=10).astype(np.float32)),
    )


def hidden_model() -> list[network.Layer]:
    return network.initialise((784, 20, 10), GENERATOR, dtype=np.float32)


def activate(sums: NDArray[Any], name: str) -> NDArray[Any]:
    if name == "softmax":
        powers = np.exp(sums - sums.max())
        return powers / powers.sum()
    named = {"relu": lambda x: np.maximum(x, 0), "sigmoid": neuron.sigmoid}
    return named.get(name, lambda x: x)(sums)


def run(described: list[dict[str, Any]], image: NDArray[Any]) -> NDArray[Any]:
    """Return what the described layers make of one image of (28, 28): a reader of the format."""
    signal = image[:, :, np.newaxis].astype(np.float64)
    for layer in described:
        if layer["kind"] == "flatten":
            signal = signal.reshape(-1)
        elif layer["kind"] == "pool":
            channels = [
                filters.max_pool(channel, layer["size"])
                for channel in np.moveaxis(signal, 2, 0)
            ]
            signal = np.stack(channels, axis=2)
        else:
            weights, bias = (
                web.unpack(layer["weights"]),
                web.unpack(layer["bias"]),
            )
            weights = weights.astype(np.float64)
            if layer["kind"] == "dense":
                sums = signal.reshape(-1) @ weights + bias
            else:
                maps = [
                    sum(
                        filters.convolve(signal[:, :, c], weights[:, :, c, f])
                        for c in range(signal.shape[2])
                    )
                    for f in range(weights.shape[3])
                ]
                sums = np.stack(maps, axis=2) + bias
            signal = activate(sums, layer["activation"])
    return signal


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("softmax", softmax_model),
        ("hidden", hidden_model),
        ("convolution", convolution.new_model),
    ],
)
def test_the_described_layers_answer_as_the_model_does(
    name: str, make: Any
) -> None:
    model = make()
    pixels = GENERATOR.random((5, 784)).astype(np.float32)
    described = json.loads(json.dumps([*web.describe_layers(model)]))
    found = [run(described, x.reshape(28, 28)) for x in pixels]
    wanted = models._recipe(name).ask(model, pixels)
    np.testing.assert_allclose(found, wanted, atol=5e-3)
    assert np.argmax(found, axis=1).tolist() == wanted.argmax(axis=1).tolist()


def described(*parts: Any) -> list[dict[str, Any]]:
    model = tf.keras.Sequential([layers.Input((28, 28, 1)), *parts])
    return [*web.describe_layers(model)]


def test_what_is_idle_after_training_is_left_out() -> None:
    assert described(layers.Dropout(0.5), layers.Flatten()) == [
        {"kind": "flatten"}
    ]


@pytest.mark.parametrize(
    "layer",
    [
        layers.BatchNormalization(),
        layers.AveragePooling2D(2),
        layers.MaxPooling2D(2, strides=1),
        layers.MaxPooling2D((2, 3)),
        layers.MaxPooling2D(2, padding="same"),
        layers.Conv2D(2, 3, padding="same"),
        layers.Conv2D(2, 3, strides=2),
        layers.Conv2D(2, 3, dilation_rate=2),
        layers.Conv2D(2, 3, use_bias=False),
        layers.Dense(2, use_bias=False),
        layers.Dense(2, activation="tanh"),
    ],
    ids=lambda layer: layer.name,
)
def test_a_layer_that_the_page_does_not_know_is_refused(layer: Any) -> None:
    with pytest.raises(ValueError, match="the page's code"):
        described(layer)


@given(
    npst.arrays(
        np.float32,
        npst.array_shapes(min_dims=1, max_dims=4, max_side=4),
        elements=st.floats(-60000, 60000, width=32),
    )
)
def test_an_array_comes_back_rounded_to_float16(values: Any) -> None:
    found = web.unpack(json.loads(json.dumps(web.pack(values))))
    np.testing.assert_array_equal(found, values.astype(np.float16))


def test_an_array_in_another_order_of_memory_comes_back_as_it_reads() -> None:
    values = np.arange(6.0).reshape(2, 3).T
    assert web.unpack(web.pack(values)).tolist() == values.tolist()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 65_520.0, -1e9])
def test_a_weight_that_no_float16_holds_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="fit into a float16"):
        web.pack(np.array([0.0, bad]))


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stand in for trained models; return the names of those that were asked for."""
    monkeypatch.setenv("ANNBOOK_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("ANNBOOK_EDITION", "sample")
    asked: list[str] = []
    labels = mnist.load().test_labels

    def load(name: str) -> models.Trained:
        asked.append(name)
        report = models.Report(name, "sample", 42, 1, 0, 1.0, 1.0, 0.75, (1.0,))
        return models.Trained(hidden_model(), report)

    def probabilities(trained: models.Trained, pixels: Any) -> Any:
        """Answer correctly, but for softmax, which takes every third digit for the next."""
        wrong = trained.report.name == "softmax"
        return np.eye(10)[
            (labels + wrong * (np.arange(len(pixels)) % 3 == 0)) % 10
        ]

    monkeypatch.setattr(models, "load", load)
    monkeypatch.setattr(models, "probabilities", probabilities)
    return asked


def read_script(text: str, target: str) -> Any:
    value = re.fullmatch(
        rf"annbook\.{re.escape(target)} = (.*);\n", text
    ).group(1)
    return json.loads(value)


def test_a_script_adds_one_model_with_its_report(stand_in: list[str]) -> None:
    model = read_script(web.script("softmax"), 'models["softmax"]')
    assert model["name"] == "softmax"
    assert (model["version"], model["edition"]) == (1, "sample")
    assert (model["accuracy"], model["parameters"]) == (0.75, 42)
    assert [layer["kind"] for layer in model["layers"]] == ["dense", "dense"]
    assert stand_in == ["softmax"]


@pytest.mark.usefixtures("stand_in")
def test_samples_are_one_of_each_and_some_that_softmax_misreads() -> None:
    groups = read_script(web.samples(), "samples")
    each, hard = groups.values()
    assert [sample["label"] for sample in each] == list(range(10))
    assert len(hard) == web.HARD
    data = mnist.load()
    for number, sample in enumerate(hard):
        index = 3 * number
        assert sample["label"] == data.test_labels[index]
        pixels = np.frombuffer(base64.b64decode(sample["pixels"]), np.uint8)
        np.testing.assert_array_equal(pixels, data.test_images[index].ravel())


@pytest.mark.usefixtures("stand_in")
def test_hard_samples_are_those_of_which_both_models_are_sure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Of each record how sure the wrong softmax is, and how sure the right convolution.
    sure = [(0.9, 0.3), (0.6, 0.9), (0.8, 0.7), (0.5, 0.99), (0.7, 0.65)]
    labels = mnist.load().test_labels

    def probabilities(trained: models.Trained, pixels: Any) -> Any:
        softmax = trained.report.name == "softmax"
        answers = np.eye(10)[labels[: len(pixels)]]
        for index, values in enumerate(sure):
            one = (labels[index] + softmax) % 10
            answers[index] = (1 - values[not softmax]) / 9
            answers[index, one] = values[not softmax]
        return answers

    monkeypatch.setattr(models, "probabilities", probabilities)
    _, hard = read_script(web.samples(), "samples").values()
    expected = [labels[index] for index in (2, 4, 1, 3, 0)]
    assert [sample["label"] for sample in hard] == expected


def test_scripts_are_made_once_and_written_whole(
    stand_in: list[str], tmp_path: Path
) -> None:
    folder = tmp_path / "site" / "models"
    assert not web.is_current(folder)
    web.write(folder)
    asked = len(stand_in)
    assert web.is_current(folder)
    (folder / "hidden.js").write_text("half", encoding="utf-8")
    web.write(folder)
    assert len(stand_in) == asked
    names = {f"{name}.js" for name in (*web.MODELS, "samples")} | {web.KEYS}
    assert {path.name for path in folder.iterdir()} == names
    for name in web.MODELS:
        text = (folder / f"{name}.js").read_text(encoding="utf-8")
        assert text == web.script(name)


@pytest.mark.usefixtures("stand_in")
def test_scripts_of_other_models_are_not_current(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.write(tmp_path)
    monkeypatch.setattr(models, "fingerprint", lambda name: f"another {name}")
    assert not web.is_current(tmp_path)


@pytest.mark.usefixtures("stand_in")
def test_the_command_writes_into_the_folder_that_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web.sys, "argv", ["web", str(tmp_path / "models")])
    assert web.main() == 0
    assert web.is_current(tmp_path / "models")
