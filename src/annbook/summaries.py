"""What TensorBoard shows of the workshop's model: written as logs, and read back.

Run as ``python -m annbook.summaries`` it writes the logs, unless they are there already.
"""

from __future__ import annotations

import math
import os
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import tensorflow as tf
from PIL import Image
from tensorboard.plugins import projector

from annbook import folders, mnist, softmax, store
from annbook.errors import BookError
from annbook.graphs import Graph, Operation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import ArrayLike, NDArray

EPOCHS = 10
"""Enough to see the curves bend."""

EMBEDDED = 500
"""Test images in the projector."""

METADATA, SPRITE = "metadata.tsv", "sprite.png"

_REMEDY = "Delete the folder and write the logs again"


class Curve(NamedTuple):
    """One value, noted at some steps; both have shape (steps,)."""

    steps: NDArray[np.int64]
    values: NDArray[np.float32]


def folder() -> Path:
    """Return where the logs are kept: ``ANNBOOK_LOGS``, else a folder in the book's cache."""
    named = os.environ.get("ANNBOOK_LOGS")
    if named:
        return Path(named).absolute()
    return mnist.cache_folder(os.environ) / "logs"


def write(data: mnist.Mnist) -> Path:
    """Return the folder of the logs, written now unless this code has written them before.

    Parameters
    ----------
    data : Mnist
        As for `write_into`.

    Raises
    ------
    BookError
        Where the folder cannot be written, or holds somebody else's files.
    """
    logs = folder()
    key = store.key(["annbook.summaries"], data.edition)
    folders.keep(logs, key, lambda new: write_into(new, data))
    return logs


def write_into(logs: Path, data: mnist.Mnist) -> None:
    """Write all that TensorBoard shows into an empty folder.

    Parameters
    ----------
    logs : Path
        The folder.
    data : Mnist
        The model learns from a part of the training records and is watched on both parts;
        see `annbook.mnist.hold_back`. The projector gets the first test records.
    """
    model = train_and_log(logs, mnist.hold_back(data), EPOCHS)
    write_graph(logs, model)
    images, labels = data.test_images[:EMBEDDED], data.test_labels[:EMBEDDED]
    pixels = mnist.scale(images)
    sums = softmax.weighted_sums(model, pixels).numpy()
    # In another folder the projector would offer these points for each run, without labels.
    run = logs / "train"
    write_points(run, {"pixels": pixels, "sums": sums})
    write_labels(run, labels, sums.argmax(axis=1))
    Image.fromarray(sprite(images)).save(run / SPRITE)
    write_config(run, ["pixels", "sums"])


@tf.function
def assess(
    weights: tf.Variable,
    bias: tf.Variable,
    images: tf.Tensor,
    labels: tf.Tensor,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the mean cost and the accuracy of a model over some records.

    Parameters
    ----------
    weights, bias : tf.Variable, shapes (inputs, classes) and (classes,)
        The model.
    images : tf.Tensor of float32, shape (records, inputs)
        Pixels from 0 to 1.
    labels : tf.Tensor of int64, shape (records,)
        The digits.
    """
    with tf.name_scope("model"):
        sums = softmax.weighted_sums(softmax.Model(weights, bias), images)
        probabilities = tf.nn.softmax(sums)
    with tf.name_scope("loss"):
        fused = tf.nn.sparse_softmax_cross_entropy_with_logits
        loss = tf.reduce_mean(fused(labels, sums))
    with tf.name_scope("accuracy"):
        right = tf.equal(tf.argmax(probabilities, axis=1), labels)
        accuracy = tf.reduce_mean(tf.cast(right, tf.float32))
    return loss, accuracy


def trace(model: softmax.Model) -> Any:
    """Return `assess` as a graph for models of this shape, and for any number of records."""
    images = tf.TensorSpec((None, model.weights.shape[0]))
    labels = tf.TensorSpec((None,), tf.int64)
    return assess.get_concrete_function(*model, images, labels)


def train_and_log(logs: Path, split: mnist.Split, epochs: int) -> softmax.Model:
    """Return a trained model; write its loss and accuracy before and after every epoch.

    Parameters
    ----------
    logs : Path
        Gets a folder for each of two runs: ``train`` with the records that the model
        learns from, and ``validation`` with those held back.
    split : Split
        The records.
    epochs : int
        As for `annbook.softmax.train`, whose other settings are left as they are.
    """
    records = {
        "train": _tensors(*split[:2]),
        "validation": _tensors(*split[2:]),
    }
    for run in records:
        mark_start(logs / run)
    with open_writers(logs, records) as writers:

        def log(epoch: int, model: softmax.Model) -> None:
            for run, (images, labels) in records.items():
                loss, accuracy = trace(model)(*model, images, labels)
                with writers[run].as_default(step=epoch):
                    tf.summary.scalar("loss", loss)
                    tf.summary.scalar("accuracy", accuracy)

        training = softmax.train(*records["train"], epochs=epochs, watch=log)
    return training.model


def _tensors(
    images: NDArray[np.uint8], labels: NDArray[np.uint8]
) -> tuple[tf.Tensor, tf.Tensor]:
    return tf.constant(mnist.scale(images)), tf.constant(labels, tf.int64)


def mark_start(run: Path) -> None:
    """Begin a log: a TensorBoard that still shows an older log of this run forgets it."""
    now, kinds = time.time(), tf.compat.v1.SessionLog
    events = [
        tf.compat.v1.Event(wall_time=now, file_version="brain.Event:2"),
        tf.compat.v1.Event(
            wall_time=now, session_log=kinds(status=kinds.START)
        ),
    ]
    run.mkdir(parents=True)
    # A log's files are read in the order of their names: this one must be the first.
    path = run / f"events.out.tfevents.{int(now) - 1:010d}.start"
    with tf.io.TFRecordWriter(str(path)) as file:
        for event in events:
            file.write(event.SerializeToString())


@contextmanager
def open_writers(logs: Path, runs: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Give a writer of the log of each run; close them at the end."""
    writers = {
        run: tf.summary.create_file_writer(str(logs / run)) for run in runs
    }
    try:
        yield writers
    finally:
        for writer in writers.values():
            writer.close()


def write_graph(logs: Path, model: softmax.Model) -> None:
    """Write the graph of `assess` into the log of the run ``train``."""
    with open_writers(logs, ["train"]) as writers:
        writer = writers["train"]
        with writer.as_default():
            tf.summary.graph(trace(model).graph)


def write_points(run: Path, points: Mapping[str, ArrayLike]) -> None:
    """Write points, each array of shape (n, values), into a checkpoint."""
    variables = {name: tf.Variable(array) for name, array in points.items()}
    tf.train.Checkpoint(**variables).save(str(run / "points"))


def write_labels(
    run: Path, labels: NDArray[np.integer[Any]], read_as: NDArray[np.int64]
) -> None:
    """Write a table with a row for each point: its digit, and what the model reads."""
    rows = [
        f"{label}\t{digit}\n"
        for label, digit in zip(labels, read_as, strict=True)
    ]
    table = "".join(["digit\tread as\n", *rows])
    (run / METADATA).write_bytes(table.encode())


def sprite(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return one picture of many: row by row in a square, ink dark on white.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width)
        From 0 (background) to 255 (ink); at least one.

    Returns
    -------
    ndarray of uint8, shape (side * height, side * width)
        Where ``side`` is the least for which all fit; places left over are white.
    """
    count, height, width = images.shape
    side = math.ceil(math.sqrt(count))
    places = np.zeros((side * side, height, width), np.uint8)
    places[:count] = images
    rows = places.reshape(side, side, height, width).swapaxes(1, 2)
    return 255 - rows.reshape(side * height, side * width)


def write_config(run: Path, names: Iterable[str]) -> None:
    """Write the file that tells the projector which points have which labels and pictures."""
    config = projector.ProjectorConfig()
    for name in names:
        points = config.embeddings.add()
        points.tensor_name = tensor_name(name)
        points.metadata_path = METADATA
        points.sprite.image_path = SPRITE
        points.sprite.single_image_dim.extend([mnist.SIDE, mnist.SIDE])
    projector.visualize_embeddings(str(run), config)


def tensor_name(name: str) -> str:
    """Return the name that a checkpoint gives to a variable."""
    return f"{name}/.ATTRIBUTES/VARIABLE_VALUE"


def read_scalars(logs: Path, run: str) -> dict[str, Curve]:
    """Return the curves of a run, by name.

    Raises
    ------
    BookError
        Where there is no such run, or its log holds no curve or is damaged.
    """
    noted: dict[str, list[tuple[int, float]]] = {}
    for event in read_events(logs / run):
        for value in event.summary.value:
            number = float(tf.make_ndarray(value.tensor))
            noted.setdefault(value.tag, []).append((event.step, number))
    if not noted:
        raise BookError("holds no curve", where=logs / run, remedy=_REMEDY)
    return {
        tag: Curve(*map(np.array, zip(*pairs, strict=True)))
        for tag, pairs in noted.items()
    }


def read_graph(logs: Path, run: str = "train") -> Graph:
    """Return the last graph in the log of a run.

    Raises
    ------
    BookError
        Where there is no such run, or its log holds no graph or is damaged.
    """
    graphs = [event.graph_def for event in read_events(logs / run)]
    nodes = tf.compat.v1.GraphDef.FromString(b"".join(graphs[-1:])).node
    if not nodes:
        raise BookError("holds no graph", where=logs / run, remedy=_REMEDY)
    # An input that begins with ^ is waited for, and gives nothing.
    return {
        node.name: Operation(
            node.op,
            tuple(
                source.split(":")[0]
                for source in node.input
                if not source.startswith("^")
            ),
        )
        for node in nodes
    }


def read_events(run: Path) -> list[Any]:
    """Return what was noted in the log of a run, one event after the other.

    Raises
    ------
    BookError
        Where there is no log, or it is damaged.
    """
    files = sorted(map(str, run.glob("events.out.tfevents.*")))
    if not files:
        raise BookError("holds no log", where=run, remedy=_REMEDY)
    try:
        return [
            tf.compat.v1.Event.FromString(record.numpy())
            for record in tf.data.TFRecordDataset(files)
        ]
    except tf.errors.OpError as error:
        reason = type(error).__name__
        raise BookError(
            f"holds a damaged log ({reason})", where=run, remedy=_REMEDY
        ) from None


def read_embedding(
    logs: Path, name: str
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return points, shape (n, values), and the digits that they show, shape (n,).

    Raises
    ------
    BookError
        Where there are no such points, or a file of theirs is missing or damaged.
    """
    run = logs / "train"
    try:
        checkpoint = tf.train.load_checkpoint(str(run))
        points = checkpoint.get_tensor(tensor_name(name))
        _, *rows = (run / METADATA).read_text(encoding="utf-8").splitlines()
        labels = np.array([int(row.split("\t")[0]) for row in rows])
    except (OSError, ValueError, RuntimeError, tf.errors.OpError) as error:
        raise BookError(
            f"holds no points {name!r} that can be read ({error})",
            where=run,
            remedy=_REMEDY,
        ) from None
    return points, labels


if __name__ == "__main__":
    try:
        write(mnist.load())
    except BookError as error:
        sys.exit(str(error))
