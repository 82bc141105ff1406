"""Trained models as files that a page can load: layers, float16 weights, and their report.

Each file is a script that adds one model to ``annbook.models``. A script loads from any
place, a file on disk included, where a page may not fetch data.
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from annbook import mnist, models, preparation, store
from annbook.errors import BookError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

VERSION = 1
"""Of the format. A page refuses a file with another."""

ACTIVATIONS = ("linear", "relu", "sigmoid", "softmax")
"""What the page's code can put a sum into."""

_WEIGHTED = {"Dense": "dense", "Conv2D": "convolution"}

MODELS = ("softmax", "hidden", "convolution")

KEYS = "keys.txt"
"""The file that says what the scripts beside it were made of."""

HARD = 5
"""How many of the samples are hard ones."""


def script(name: str) -> str:
    """Return the script that carries one of the book's trained models.

    Parameters
    ----------
    name : {"softmax", "hidden", "convolution"}
        As for `annbook.models.load`, which trains the model where that has not been done.

    Raises
    ------
    ValueError
        Where the model has a layer that the page's code does not implement, or a weight
        that is not a number or too large for a float16.
    """
    kept = store.fetch(f"web-{name}", _key(name), lambda: _describe(name))
    return f"annbook.models[{json.dumps(name)}] = {kept.facts['script']};\n"


def samples() -> str:
    """Return the script that carries test digits for a page's buttons.

    The first of each digit, and some that softmax regression reads wrongly and the
    convolutional network correctly.
    """
    key = store.key(["annbook.web"], *map(models.fingerprint, MODELS))
    kept = store.fetch("web-samples", key, _choose_samples)
    return f"annbook.samples = {kept.facts['script']};\n"


def write(folder: Path) -> None:
    """Write all scripts into a folder, each whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {f"{name}.js": script(name) for name in MODELS}
    # The keys come last: where they are, everything is.
    texts |= {"samples.js": samples(), KEYS: _keys()}
    for name, text in texts.items():
        draft = folder / f"{name}.draft"
        draft.write_text(text, encoding="utf-8")
        draft.replace(folder / name)


def is_current(folder: Path) -> bool:
    """Return whether a folder holds what `write` would write."""
    file = folder / KEYS
    return file.is_file() and file.read_text(encoding="utf-8") == _keys()


def _keys() -> str:
    return "".join(f"{name} {_key(name)}\n" for name in MODELS)


def main() -> int:
    """Write all scripts into the folder that the command line names; return 0."""
    (folder,) = sys.argv[1:]
    write(Path(folder))
    return 0


def _key(name: str) -> str:
    return store.key(["annbook.web"], models.fingerprint(name))


def _describe(name: str) -> store.Kept:
    trained = models.load(name)
    layers = [*describe_layers(trained.model)]
    text = json.dumps(
        {
            "version": VERSION,
            "name": name,
            "edition": trained.report.edition,
            "accuracy": trained.report.accuracy,
            "parameters": trained.report.parameters,
            "layers": layers,
        }
    )
    return store.Kept([], {"script": text})


def _choose_samples() -> store.Kept:
    data = mnist.load()
    labels = data.test_labels
    groups = {
        "One of each": [int((labels == digit).argmax()) for digit in range(10)],
        "Misread by softmax regression, and not by the convolution": _hard(
            data.test_images, labels
        ),
    }
    text = json.dumps(
        {
            title: [_sample(data, index) for index in indices]
            for title, indices in groups.items()
        }
    )
    return store.Kept([], {"script": text})


def _hard(images: NDArray[Any], labels: NDArray[Any]) -> list[int]:
    """Return where softmax regression is wrong and the convolution right, the surest first.

    Each is asked about the images as a page prepares them. As sure counts what the less sure
    of the two says: a page draws an image anew, and a narrow answer would not outlive that.
    """
    some = images[:1000]
    placed = np.array([preparation.place(image / 255) for image in some])
    softmax, convolution = (
        models.probabilities(models.load(name), placed.reshape(-1, 784))
        for name in ("softmax", "convolution")
    )
    truth = labels[:1000]
    wrong = softmax.argmax(axis=1) != truth
    right = convolution.argmax(axis=1) == truth
    both = np.minimum(softmax.max(axis=1), convolution.max(axis=1))
    sure = np.where(wrong & right, both, 0)
    return [int(i) for i in np.argsort(-sure, kind="stable")[:HARD]]


def _sample(data: mnist.Mnist, index: int) -> dict[str, Any]:
    """Return a test image for a page: its label, and its 784 grey values in base64."""
    pixels = base64.b64encode(data.test_images[index].tobytes()).decode("ascii")
    return {"label": int(data.test_labels[index]), "pixels": pixels}


def describe_layers(model: Any) -> Iterator[dict[str, Any]]:
    """Yield a description of each layer of a model, in the order in which a signal passes.

    Parameters
    ----------
    model : softmax.Model, list of network.Layer, or keras.Sequential
        As in `annbook.models.Trained`.

    Yields
    ------
    dict
        ``kind`` is ``"dense"`` (``weights``, one row for each input, ``bias`` and
        ``activation``), ``"convolution"`` (``weights``, ordered by row, column, channel
        and filter, ``bias`` and ``activation``), ``"pool"`` (``size``) or ``"flatten"``.

    Raises
    ------
    ValueError
        As `script`.
    """
    if hasattr(model, "bias"):
        yield _weighted("dense", model.weights, model.bias, "softmax")
    elif isinstance(model, list):
        for layer in model:
            yield _weighted("dense", layer.weights.T, layer.bias, "sigmoid")
    else:
        for layer in model.layers:
            yield from _keras_layer(layer)


def _keras_layer(layer: Any) -> Iterator[dict[str, Any]]:
    """Yield the description of a Keras layer; nothing for one that is idle after training."""
    kind, settings = type(layer).__name__, layer.get_config()
    if kind in _WEIGHTED and _is_plain(settings):
        weights, bias = layer.get_weights()
        yield _weighted(_WEIGHTED[kind], weights, bias, settings["activation"])
    elif kind == "MaxPooling2D" and settings["padding"] == "valid":
        sides = {*settings["pool_size"], *settings["strides"]}
        if len(sides) != 1:
            raise ValueError(f"the page's code pools by squares, not {sides}")
        yield {"kind": "pool", "size": sides.pop()}
    elif kind == "Flatten":
        yield {"kind": "flatten"}
    elif kind not in ("InputLayer", "Dropout"):
        raise ValueError(f"the page's code has no layer {kind} like this one")


def _is_plain(settings: dict[str, Any]) -> bool:
    """Return whether a layer has a bias, and a filter moves by single pixels inside the image."""
    plain = {
        "padding": "valid",
        "strides": (1, 1),
        "dilation_rate": (1, 1),
        "groups": 1,
        "use_bias": True,
    }
    return all(
        settings.get(name, value) == value for name, value in plain.items()
    )


def _weighted(
    kind: str, weights: Any, bias: Any, activation: str
) -> dict[str, Any]:
    if activation not in ACTIVATIONS:
        raise ValueError(f"the page's code has no activation {activation}")
    return {
        "kind": kind,
        "activation": activation,
        "weights": pack(np.asarray(weights)),
        "bias": pack(np.asarray(bias)),
    }


def pack(values: NDArray[Any]) -> dict[str, Any]:
    """Return an array as a page can read it: its shape, and float16 values in base64.

    Parameters
    ----------
    values : ndarray of floats
        Any shape, finite, and none beyond 65,504, the largest float16.

    Raises
    ------
    ValueError
        Where a value is not finite, or too large.
    """
    largest = float(np.abs(values).max(initial=0))
    if not largest <= float(np.finfo(np.float16).max):
        raise ValueError(
            f"weights must be finite and fit into a float16, not up to {largest}"
        )
    data = np.ascontiguousarray(values, "<f2").tobytes()
    return {
        "shape": list(values.shape),
        "data": base64.b64encode(data).decode("ascii"),
    }


def unpack(packed: dict[str, Any]) -> NDArray[np.float16]:
    """Return the array that `pack` packed, rounded to float16."""
    data = base64.b64decode(packed["data"], validate=True)
    return np.frombuffer(data, "<f2").reshape(packed["shape"])


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BookError as error:
        sys.exit(str(error))
