"""One of several workers that train softmax regression together, each on its share of every batch.

Run it as ``python -m annbook.workers FOLDER``, once for each worker and on any machine, with the
variable ``TF_CONFIG`` saying which worker it is and where the others are. The folder holds the
records; it takes in the checkpoints and the results. `annbook.cluster` does all this on one
machine.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from annbook import checkpoint, cluster, softmax
from annbook.errors import BookError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray


def batches(
    order: NDArray[np.int64], batch_size: int
) -> Iterator[NDArray[np.int64]]:
    """Yield an epoch's record numbers batch by batch; the last may be smaller."""
    for start in range(0, len(order), batch_size):
        yield order[start : start + batch_size]


def share_of(
    batch: NDArray[np.int64], worker: int, workers: int
) -> NDArray[np.int64]:
    """Return the part of a batch's record numbers that one worker looks at.

    Parameters
    ----------
    batch : array of int, shape (records,)
        The numbers of the whole batch, the same on every worker.
    worker, workers : int
        Which worker, from 0, and how many there are.

    Returns
    -------
    array of int
        The workers' shares are the batch, cut in order; their sizes differ by 1 at most.
    """
    return np.array_split(batch, workers)[worker]


def descend(
    model: softmax.Model,
    images: tf.Tensor,
    labels: tf.Tensor,
    share: tf.Tensor,
    learning_rate: tf.Tensor,
) -> tf.Tensor:
    """Take one step together with all other workers; return the batch's mean cost before it.

    Parameters
    ----------
    model : softmax.Model
        This worker's copy; it stays equal to all others.
    images, labels : tf.Tensor
        The worker's own records.
    share : tf.Tensor, shape ()
        How much of the batch they are, from 0 to 1. A mean over 50 of 100 records counts half.
    learning_rate : tf.Tensor, shape ()
        The size of a step.
    """
    with tf.GradientTape() as tape:
        cost = share * softmax.mean_cost(model, images, labels)
    gradients = tape.gradient(cost, model)
    others = tf.distribute.get_replica_context()
    cost, *gradients = others.all_reduce("SUM", [cost, *gradients])
    model.weights.assign_sub(learning_rate * gradients[0])
    model.bias.assign_sub(learning_rate * gradients[1])
    return cost


def _compile(
    strategy: tf.distribute.Strategy, model: softmax.Model, learning_rate: float
) -> Callable[..., tf.Tensor]:
    """Return `descend` as one graph for shares of any size.

    By itself TensorFlow would trace it anew for every size, on each worker at other steps.
    """
    rate = tf.constant(learning_rate, tf.float32)

    def step(images: Any, labels: Any, share: Any) -> Any:
        return strategy.run(descend, (model, images, labels, share, rate))

    pixels = tf.TensorSpec((None, model.weights.shape[0]))
    digits, part = tf.TensorSpec((None,), tf.int32), tf.TensorSpec(())
    graph: Callable[..., tf.Tensor] = tf.function(
        step, input_signature=[pixels, digits, part]
    )
    return graph


def train(
    strategy: tf.distribute.Strategy,
    images: NDArray[np.float32],
    labels: NDArray[np.int32],
    start: checkpoint.State,
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    seed: int,
    tick: Callable[[int], object],
    watch: Callable[[checkpoint.State], object],
) -> checkpoint.State:
    """Return the state after all epochs, the same on every worker.

    Parameters
    ----------
    strategy : tf.distribute.Strategy
        What connects the workers.
    images, labels : array
        All the records, as `annbook.softmax.train` takes them.
    start : checkpoint.State
        Where to go on: its epochs are not done again.
    epochs, batch_size, learning_rate, seed : int, int, float, int
        As for `annbook.softmax.train`; the batch is that of all workers together.
    tick : callable
        Called before each step with the number of steps this worker has taken.
    watch : callable
        Called with the state after each epoch.

    Raises
    ------
    BookError
        Where the cost is no longer a finite number.
    tf.errors.UnavailableError
        Where another worker is gone.
    """
    worker = strategy.cluster_resolver.task_id
    workers = strategy.num_replicas_in_sync
    with strategy.scope():
        model = softmax.Model(
            tf.Variable(start.weights), tf.Variable(start.bias)
        )
    step = _compile(strategy, model, learning_rate)
    generator, state, steps = np.random.default_rng(seed), start, 0
    for epoch in range(epochs):
        # Drawn for the epochs that are done as well: the next order depends on them.
        order = generator.permutation(len(labels))
        if epoch < len(start.costs):
            continue
        began, total = time.process_time(), 0.0
        for batch in batches(order, batch_size):
            tick(steps)
            mine = share_of(batch, worker, workers)
            share = len(mine) / len(batch)
            total += len(batch) * float(step(images[mine], labels[mine], share))
            steps += 1
        if not math.isfinite(total):
            raise BookError(
                f"the cost became {total} in epoch {epoch + 1}",
                where="training",
                remedy=f"Choose a learning rate below {learning_rate}",
            )
        state = checkpoint.State(
            model.weights.numpy(),
            model.bias.numpy(),
            np.append(state.costs, total / len(labels)),
            np.append(state.seconds, time.process_time() - began),
        )
        watch(state)
    return state


def work(arguments: argparse.Namespace) -> None:
    """Do one worker's part: join the others, go on from the checkpoint, leave the result.

    Raises
    ------
    BookError
        Where the checkpoint does not fit, or the training fails.
    tf.errors.UnavailableError
        Where another worker is gone.
    """
    folder: Path = arguments.folder
    # Two workers on one machine would fight for its graphics card.
    tf.config.set_visible_devices([], "GPU")
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    worker = strategy.cluster_resolver.task_id
    with np.load(folder / cluster.RECORDS) as records:
        images, labels = records["images"], records["labels"]
    settings = describe(images, labels, arguments)
    file = folder / cluster.CHECKPOINT
    start = checkpoint.load(file, settings)
    if start is None:
        start = checkpoint.untrained(images.shape[1], softmax.CLASSES)
    if len(start.costs) > arguments.epochs:
        raise BookError(
            f"has {len(start.costs)} epochs behind it, not {arguments.epochs}",
            where=file,
            remedy="Ask for more epochs, or take another folder",
        )

    def tick(steps: int) -> None:
        if steps == arguments.die_before_step:
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))

    def watch(state: checkpoint.State) -> None:
        if worker == 0:
            checkpoint.save(file, state, settings)

    state = train(
        strategy,
        images,
        labels,
        start,
        epochs=arguments.epochs,
        batch_size=arguments.batch_size,
        learning_rate=arguments.learning_rate,
        seed=arguments.seed,
        tick=tick,
        watch=watch,
    )
    checkpoint.save(folder / cluster.result(worker), state, settings)


def describe(
    images: NDArray[np.float32],
    labels: NDArray[np.int32],
    arguments: argparse.Namespace,
) -> str:
    """Return what the trained numbers depend on, in one line. The number of epochs may grow."""
    digest = hashlib.sha256(images.tobytes() + labels.tobytes())
    return json.dumps(
        {
            "records": digest.hexdigest()[:16],
            "batch_size": arguments.batch_size,
            "learning_rate": arguments.learning_rate,
            "seed": arguments.seed,
        }
    )


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser("annbook.workers", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--batch-size", type=int, default=100)
    parser.add_argument("--learning-rate", type=float, default=0.01)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--die-before-step", type=int, help="to see what the others do"
    )
    parser.add_argument(
        "--tied", action="store_true", help="end when the input is closed"
    )
    return parser.parse_args(words)


def main(words: Sequence[str]) -> int:
    """Run one worker; return 0, or why it failed as one of the codes in `annbook.cluster`."""
    arguments = parse(words)
    if arguments.tied:
        cluster.end_with_the_launcher()
    try:
        work(arguments)
    except BookError as error:
        print(error, file=sys.stderr)
        return cluster.REFUSED
    except tf.errors.UnknownError as error:
        if "Could not start gRPC server" not in str(error):
            raise
        print("The worker's port is in use.", file=sys.stderr)
        return cluster.PORT_TAKEN
    except tf.errors.UnavailableError as error:
        traceback.print_exc()
        name = type(error).__name__
        print(f"The other workers are gone ({name}).", file=sys.stderr)
        return cluster.DESERTED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
