"""A cluster of workers on one machine: processes that start together and never outlive the run."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from annbook import checkpoint
from annbook.errors import BookError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

ADDRESS = "127.0.0.1"
"""The loopback: where a machine talks to itself."""
PORTS = range(20_000, 32_000)
"""Where to look for free ports: no system gives these to outgoing connections."""
ATTEMPTS = 3
"""How often to try with other ports where one was taken before a worker opened it."""
PATIENCE = 30.0
"""Seconds that the other workers get to end by themselves once one has failed."""

RECORDS, CHECKPOINT = "records.npz", "checkpoint.npz"

REFUSED, DESERTED, PORT_TAKEN = 3, 4, 5
"""How a worker ends that cannot do its task, has lost the others, or finds its port in use."""
HOPELESS = (REFUSED, PORT_TAKEN)
"""Where one worker ends so, there is nothing that the others could still do."""


class End(NamedTuple):
    """How a worker ended."""

    worker: int
    code: int | None
    """0 where it did its work; minus the signal that killed it; None where it had to be stopped."""
    seconds: float
    """When, counted from the start."""


class WorkerError(BookError):
    """A worker ended before its work was done, or none ended in time."""

    ends: Sequence[End] = ()
    """How all of them ended, the first to end first."""


def result(worker: int) -> str:
    """Return the name of the file in which a worker leaves its result."""
    return f"worker-{worker}.npz"


def log(worker: int) -> str:
    """Return the name of the file that takes in what a worker writes on stderr."""
    return f"worker-{worker}.log"


def last_line(file: Path) -> str:
    """Return the last line of a log that says something, or nothing."""
    text = file.read_text(encoding="utf-8", errors="replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def tf_config(addresses: Sequence[str], worker: int) -> str:
    """Return what a worker finds in the variable TF_CONFIG: all addresses, and which is its own."""
    return json.dumps(
        {
            "cluster": {"worker": list(addresses)},
            "task": {"type": "worker", "index": worker},
        }
    )


def free_ports(count: int, generator: random.Random) -> list[int]:
    """Return different ports on which nothing listens at the moment."""
    found: list[int] = []
    for port in generator.sample(PORTS, len(PORTS)):
        if len(found) == count:
            break
        if _is_free(port):
            found.append(port)
    return found


def _is_free(port: int) -> bool:
    # TensorFlow's server asks for all addresses of the machine. Some systems give them to it
    # although another program has the loopback's.
    for address in ("", ADDRESS):
        with socket.socket() as probe:
            try:
                probe.bind((address, port))
            except OSError:
                return False
    return True


def supervise(
    commands: Sequence[Sequence[str]],
    environments: Sequence[Mapping[str, str]],
    logs: Sequence[Path],
    *,
    limit: float,
    patience: float = PATIENCE,
) -> list[End]:
    """Run processes side by side until all have ended; return how, the first to end first.

    Parameters
    ----------
    commands, environments, logs : sequence
        For each process its command, its variables, and the file for its stderr.
    limit : float
        After so many seconds those that still run are stopped.
    patience : float
        So long may the others run on when one has failed. A worker that waits for one that
        never came would wait for ever.

    Notes
    -----
    Each process has a pipe as its input that stays open as long as this one lives. So it can
    see when this one is killed and stops nothing any more: see `end_with_the_launcher`.
    """
    began = time.monotonic()
    ends: dict[int, End] = {}
    with ExitStack() as stack:
        processes = [
            stack.enter_context(_process(*each))
            for each in zip(commands, environments, logs, strict=True)
        ]
        deadline = began + limit
        while len(ends) < len(processes) and time.monotonic() < deadline:
            for worker, process in enumerate(processes):
                code = process.poll()
                if code is not None and worker not in ends:
                    seconds = time.monotonic() - began
                    ends[worker] = End(worker, code, seconds)
                    if code != 0:
                        rest = 0.0 if code in HOPELESS else patience
                        deadline = min(deadline, time.monotonic() + rest)
            time.sleep(0.02)
    stopped = time.monotonic() - began
    for worker in range(len(commands)):
        ends.setdefault(worker, End(worker, None, stopped))
    return list(ends.values())


def end_with_the_launcher() -> None:
    """Let this process, started by `supervise`, end when the one that started it is gone."""
    threading.Thread(target=_wait_for_the_end, daemon=True).start()


def _wait_for_the_end() -> None:
    # Not sys.stdin: its lock would keep the interpreter from ending.
    while os.read(0, 1):
        pass
    os._exit(DESERTED)


@contextmanager
def _process(
    command: Sequence[str], environment: Mapping[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a process; end it, and close its files, when the ``with`` block is left."""
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
        )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def run(
    workers: int,
    images: ArrayLike,
    labels: ArrayLike,
    folder: Path | None = None,
    *,
    epochs: int = 30,
    batch_size: int = 100,
    learning_rate: float = 0.01,
    seed: int = 0,
    deaths: Mapping[int, int] | None = None,
    limit: float = 240.0,
) -> list[checkpoint.State]:
    """Return each worker's state after training softmax regression together.

    Parameters
    ----------
    workers : int
        How many processes to start on this machine.
    images, labels : array
        The records, as `annbook.softmax.train` takes them.
    folder : Path, optional
        Where records, checkpoints and logs are kept. If it holds a checkpoint, the training
        goes on from there. Without a folder nothing is kept.
    epochs, batch_size, learning_rate, seed : int, int, float, int
        As for `annbook.softmax.train`; a batch is that of all workers together.
    deaths : mapping of int to int, optional
        For a worker, the number of its steps after which it is killed.
    limit : float
        Seconds after which to give up.

    Raises
    ------
    ValueError
        Where a number makes no sense, or a batch has not a record for each worker.
    WorkerError
        Where a worker has not done its work. None of them runs any more.
    """
    pixels, digits = _check_records(images, labels)
    _check_settings(workers, len(digits), epochs, batch_size)
    options = {
        "--epochs": epochs,
        "--batch-size": batch_size,
        "--learning-rate": learning_rate,
        "--seed": seed,
    }
    with nullcontext(folder) if folder else TemporaryDirectory() as place:
        there = Path(place)
        _clear(there)
        checkpoint.write(there / RECORDS, {"images": pixels, "labels": digits})
        commands = [
            _command(there, options, (deaths or {}).get(worker))
            for worker in range(workers)
        ]
        ends = _run_on_free_ports(commands, there, limit)
        if any(end.code != 0 for end in ends):
            raise _failure(ends, there)
        return [
            checkpoint.read(there / result(worker))[0]
            for worker in range(workers)
        ]


def _run_on_free_ports(
    commands: Sequence[Sequence[str]], folder: Path, limit: float
) -> list[End]:
    """Run the workers, anew with other ports where one is taken before its worker opens it."""
    logs = [folder / log(worker) for worker in range(len(commands))]
    for _ in range(ATTEMPTS):
        # Not seeded: builds that run side by side must not look in the same places.
        ports = free_ports(len(commands), random.SystemRandom())
        addresses = [f"{ADDRESS}:{port}" for port in ports]
        environments = [
            _environment(addresses, worker) for worker in range(len(commands))
        ]
        ends = supervise(commands, environments, logs, limit=limit)
        if not any(end.code == PORT_TAKEN for end in ends):
            break
    return ends


def _command(
    folder: Path, options: Mapping[str, float], death: int | None
) -> list[str]:
    """Return the command that starts a worker."""
    # -P: a reader's own tensorflow.py in this folder is not what to import.
    words = [sys.executable, "-P", "-m", "annbook.workers", str(folder)]
    for name, value in options.items():
        words += [name, str(value)]
    if death is not None:
        words += ["--die-before-step", str(death)]
    return [*words, "--tied"]


def _environment(addresses: Sequence[str], worker: int) -> dict[str, str]:
    """Return a worker's variables: this process's own, and where the others are."""
    package = str(Path(__file__).parents[1])
    path = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        "TF_CPP_MIN_LOG_LEVEL": "3",
        **os.environ,
        "TF_CONFIG": tf_config(addresses, worker),
        "PYTHONPATH": os.pathsep.join(path),
        "PYTHONIOENCODING": "utf-8",
        # A proxy between a machine and itself would only be in the way.
        "no_grpc_proxy": ADDRESS,
    }


def _clear(folder: Path) -> None:
    """Remove what the workers of an earlier run left, but not their checkpoint."""
    for stale in [*folder.glob("worker-*.npz"), *folder.glob("worker-*.log")]:
        stale.unlink()


def _failure(ends: Sequence[End], folder: Path) -> WorkerError:
    """Return the error that names the worker whose end is the cause of all others."""
    consequences = (DESERTED, None, 0)

    def rank(end: End) -> int:
        return (
            1 + consequences.index(end.code) if end.code in consequences else 0
        )

    cause = min(ends, key=rank)
    remedy = "Run it again: with the same folder it goes on from its checkpoint"
    if cause.code is None:
        what = (
            f"was not done after {cause.seconds:.0f} seconds, and was stopped"
        )
        remedy += "; a higher limit gives it more time"
    elif cause.code < 0:
        what = f"was killed ({signal.Signals(-cause.code).name})"
    else:
        said = last_line(folder / log(cause.worker)).rstrip(".")
        what = f"ended with code {cause.code}" + (f": {said}" if said else "")
    error = WorkerError(
        what, where=f"worker {cause.worker} of {len(ends)}", remedy=remedy
    )
    error.ends = ends
    return error


def _check_records(
    images: ArrayLike, labels: ArrayLike
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Return the records as arrays, or raise ``ValueError``."""
    pixels, digits = np.asarray(images, np.float32), np.asarray(labels)
    if pixels.ndim != 2 or digits.shape != pixels.shape[:1] or not len(digits):
        raise ValueError(
            f"images have shape {pixels.shape} and labels {digits.shape}: "
            "they must be (records, inputs) and (records,), with at least one record"
        )
    return pixels, digits.astype(np.int32)


def _check_settings(
    workers: int, records: int, epochs: int, batch_size: int
) -> None:
    """Raise ``ValueError`` where a setting of `run` makes no sense."""
    if workers < 1 or batch_size < 1 or epochs < 0:
        raise ValueError(
            f"there are {workers} workers, {epochs} epochs and batches of {batch_size}: "
            "at least 1, 0 and 1 are needed"
        )
    smallest = records % batch_size or batch_size
    if smallest < workers:
        raise ValueError(
            f"{records} records in batches of {batch_size} leave a batch of {smallest}: "
            f"each of the {workers} workers needs a record of every batch"
        )
