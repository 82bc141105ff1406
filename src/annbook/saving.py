"""Saving a trained model, and using it again where its code and its training are not known.

The ending of the name chooses the format: ``.keras`` is Keras' own, ``.tflite`` is LiteRT's
for phones and small devices, and a name without ending becomes a folder, TensorFlow's SavedModel.
"""

from __future__ import annotations

import math
import shutil
import tempfile
import textwrap
import warnings
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import tensorflow as tf

from annbook.errors import BookError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import ArrayLike, NDArray

    from annbook import softmax

    # The shape of a batch, and what answers it.
    Loaded = tuple[Any, Callable[[Any], Any]]

ENDINGS = (".keras", ".tflite", "")
"""Of the three formats: Keras, LiteRT, SavedModel."""

TOLERANCE = 1e-5
"""How far a saved model's probabilities may be from the trained one's."""


class Saved(NamedTuple):
    """A model that was loaded from a file."""

    shape: tuple[int, ...]
    """Of one input, such as (784,)."""
    ask: Callable[[ArrayLike], NDArray[np.float32]]
    """From inputs, rows of as many values, to probabilities (n, classes)."""


def to_keras(model: softmax.Model) -> Any:
    """Return the same model in Keras: softmax(x W + b), with the same weights and biases."""
    inputs, classes = model.weights.shape
    keras_model = tf.keras.Sequential(
        [
            tf.keras.layers.Input((inputs,)),
            tf.keras.layers.Dense(classes, activation="softmax"),
        ]
    )
    keras_model.set_weights([part.numpy() for part in model])
    return keras_model


def save(model: Any, path: Path, images: ArrayLike, answers: ArrayLike) -> Path:
    """Write a Keras model, prove that the file answers as it should, and return its path.

    Parameters
    ----------
    model : keras.Model
        What is written.
    path : Path
        Where to. Its ending chooses the format; a model that was there is replaced.
    images : array_like of float32, shape (n, inputs)
        Some records to ask the file about.
    answers : array_like, shape (n, classes)
        What the *trained* model says to them.

    Raises
    ------
    BookError
        Where the file cannot be written, does not give the answers, or would take the
        place of a folder that holds no model. What was there is then left as it was.
    ValueError
        Where the ending is none of `ENDINGS`.
    """
    _require_ending(path)
    _require_no_other_folder(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            draft = Path(folder, f"draft{path.suffix}")
            _write(model, draft)
            require_same_answers(draft, images, answers, name=path)
            _replace(draft, path)
    except OSError as error:
        raise BookError(
            f"cannot be written ({error.strerror or type(error).__name__})",
            where=path,
            remedy="Make room or give the right to write there",
        ) from None
    return path


def require_same_answers(
    path: Path, images: ArrayLike, answers: ArrayLike, name: object = None
) -> None:
    """Do nothing where a saved model gives these answers, the trained model's.

    Raises
    ------
    BookError
        Where it gives others: its weights are not those of the trained model.
    """
    found = load(path, name).ask(images)
    gap = float(np.abs(found - np.asarray(answers)).max(initial=0))
    # Not ">": a gap that is not a number must not pass.
    if not gap <= TOLERANCE:
        raise BookError(
            f"answers differently from the trained model, by up to {gap:.2g}",
            where=name or path,
            remedy="Save the trained model itself, not one of the same shape",
        )


def load(path: Path, name: object = None) -> Saved:
    """Return a model from a file or folder, whatever its format.

    Parameters
    ----------
    path : Path
        Where it lies.
    name : object, default path
        What errors call it.

    Raises
    ------
    BookError
        Where there is none, or it cannot be read.
    ValueError
        Where the ending is none of `ENDINGS`.
    """
    _require_ending(path)
    where = name or path
    remedy = "Save the model again"
    if not path.exists():
        raise BookError("is missing", where=where, remedy=remedy)
    readers = {".keras": _load_keras, ".tflite": _load_litert, "": _load_folder}
    try:
        batch_shape, ask = readers[path.suffix](path)
        shape = tuple(int(length) for length in batch_shape[1:])
        return Saved(shape, _in_rows(where, shape, ask))
    except _UNREADABLE as error:
        reason = textwrap.shorten(str(error), 100, placeholder=" ...")
        raise BookError(
            f"is no saved model that can be read ({reason or type(error).__name__})",
            where=where,
            remedy=remedy,
        ) from None


# The default one announces itself on stderr, and is for larger models.
_RESOLVER = (
    tf.lite.experimental.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
)

# What the three readers were seen to raise for files that are foreign, cut or damaged.
_UNREADABLE = (
    OSError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    RuntimeError,
    zipfile.BadZipFile,
    tf.errors.OpError,
)


def size(path: Path) -> int:
    """Return how many bytes a file takes, or all files in a folder together."""
    files = [path] if path.is_file() else path.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file())


def _require_ending(path: Path) -> None:
    if path.suffix not in ENDINGS:
        raise ValueError(
            f"{path.name} must end in .keras or .tflite, or have no ending"
        )


def _require_no_other_folder(path: Path) -> None:
    """Raise BookError where saving would throw away a folder of something else."""
    if path.is_dir() and not Path(path, "saved_model.pb").exists():
        raise BookError(
            "is a folder that holds no model, and is not replaced",
            where=path,
            remedy="Choose another name",
        )


def _write(model: Any, path: Path) -> None:
    with _calm_log():
        if path.suffix == ".keras":
            model.save(path)
        elif path.suffix == ".tflite":
            model.export(str(path), format="litert", verbose=False)
        else:
            model.export(str(path), verbose=False)


@contextmanager
def _calm_log() -> Iterator[None]:
    """Keep TensorFlow from telling where its drafts lie."""
    log = tf.get_logger()
    level = log.level
    log.setLevel("ERROR")
    try:
        yield
    finally:
        log.setLevel(level)


def _replace(draft: Path, path: Path) -> None:
    """Put what was written where it belongs, and what was there out of the way."""
    if path.is_dir():
        # A folder that is full cannot be replaced in one step, as a file can.
        old = draft.with_name("old")
        path.replace(old)
        try:
            draft.replace(path)
        except BaseException:
            old.replace(path)
            raise
        shutil.rmtree(old)
    else:
        draft.replace(path)


def _load_keras(path: Path) -> Loaded:
    # Keras says "File not found" to a file that is there and cut short.
    if not zipfile.is_zipfile(path):
        raise ValueError("foreign, or cut short")
    model = tf.keras.models.load_model(path)
    return model.input_shape, lambda x: model(x, training=False)


def _load_folder(path: Path) -> Loaded:
    loaded = tf.saved_model.load(str(path))
    _, named = loaded.signatures["serving_default"].structured_input_signature
    (spec,) = named.values()
    if not hasattr(loaded, "serve"):
        raise ValueError("it has no function serve")
    # The lambda holds the whole: its functions alone do not keep the variables alive.
    return spec.shape, lambda x: loaded.serve(x)


def _load_litert(path: Path) -> Loaded:
    with warnings.catch_warnings():
        # It advises another package, and is all that comes with TensorFlow itself.
        warnings.filterwarnings("ignore", message=r"\s*Warning: tf.lite")
        # From memory the content is checked; a damaged file that it opens can end the program.
        interpreter = tf.lite.Interpreter(
            model_content=path.read_bytes(),
            experimental_op_resolver_type=_RESOLVER,
        )
    # Here, and not first when it is asked: this is where the rest of the damage shows.
    interpreter.allocate_tensors()
    (given,) = interpreter.get_input_details()
    (asked,) = interpreter.get_output_details()

    def ask(x: NDArray[np.float32]) -> Any:
        interpreter.resize_tensor_input(given["index"], x.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(given["index"], x)
        interpreter.invoke()
        return interpreter.get_tensor(asked["index"])

    return given["shape"], ask


def _in_rows(
    where: object, shape: tuple[int, ...], ask: Callable[[Any], Any]
) -> Callable[[ArrayLike], NDArray[np.float32]]:
    """Return a loaded model's function that takes its inputs in rows."""

    def ask_rows(images: ArrayLike) -> NDArray[np.float32]:
        inputs = np.asarray(images, np.float32)
        if math.prod(inputs.shape[1:]) != math.prod(shape):
            raise BookError(
                f"takes {math.prod(shape)} values for each image, "
                f"and was given an array of shape {inputs.shape}",
                where=where,
                remedy="Prepare the images as those it was trained on",
            )
        return np.asarray(ask(inputs.reshape(-1, *shape)))

    return ask_rows
