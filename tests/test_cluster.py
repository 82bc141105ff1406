"""The launcher, tried with small programs in place of workers: fast, and no TensorFlow."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from annbook import checkpoint, cluster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

IMAGES, LABELS = np.ones((8, 3), np.float32), np.arange(8) % 2
STATE = checkpoint.untrained(3, 10)
FOR_EVER = "import time; time.sleep(600)"
KILLED = f"""
import os, signal
os.kill(os.getpid(), {int(getattr(signal, "SIGKILL", signal.SIGTERM))})
"""


def ending(code: int, says: str = "") -> str:
    """Return a program that says something on stderr and ends with a code."""
    return f"import sys; print({says!r}, file=sys.stderr); sys.exit({code})"


def leaving_a_result(worker: int) -> str:
    return f"""
import pathlib, shutil, sys
here = pathlib.Path(sys.argv[1])
shutil.copy(here / "prepared.npz", here / "worker-{worker}.npz")
"""


@pytest.fixture
def started(
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Give the processes that were started; afterwards none of them may run."""
    processes: list[subprocess.Popen[bytes]] = []

    class Noted(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            processes.append(self)

    monkeypatch.setattr(cluster.subprocess, "Popen", Noted)
    yield processes
    running = [process for process in processes if process.poll() is None]
    for process in running:
        process.kill()
        process.wait()
    assert processes
    assert not running


@pytest.fixture
def supervise(
    tmp_path: Path, started: list[subprocess.Popen[bytes]]
) -> Callable[..., list[cluster.End]]:
    """Return `cluster.supervise` for programs given as their text."""
    del started

    def run(*programs: str, **options: float) -> list[cluster.End]:
        return cluster.supervise(
            [[sys.executable, "-c", program] for program in programs],
            [dict(os.environ) for _ in programs],
            [tmp_path / cluster.log(each) for each in range(len(programs))],
            **{"limit": 100, **options},
        )

    return run


@pytest.fixture
def run(
    tmp_path: Path,
    started: list[subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., list[checkpoint.State]]:
    """Return `cluster.run` with programs in place of the workers."""
    del started
    checkpoint.save(tmp_path / "prepared.npz", STATE, "")

    def launch(*programs: str, **options: Any) -> list[checkpoint.State]:
        waiting = list(programs)

        def command(folder: Path, *_: object) -> list[str]:
            return [sys.executable, "-c", waiting.pop(0), str(folder)]

        monkeypatch.setattr(cluster, "_command", command)
        options = {"batch_size": 4, **options}
        return cluster.run(len(programs), IMAGES, LABELS, tmp_path, **options)

    return launch


# Processes.


def test_the_ends_come_in_their_order_with_codes_and_times(
    supervise: Callable[..., list[cluster.End]], tmp_path: Path
) -> None:
    wait = f"""
import pathlib, time
while not pathlib.Path({str(tmp_path / "go")!r}).exists(): time.sleep(0.01)
"""
    go = f"import pathlib; pathlib.Path({str(tmp_path / 'go')!r}).touch()"
    late = f"{wait}\ntime.sleep(0.5)"
    ends = supervise(late, f"{go}\n{ending(7)}")
    assert [(end.worker, end.code) for end in ends] == [(1, 7), (0, 0)]
    assert 0 < ends[0].seconds < ends[1].seconds


def test_what_a_process_says_on_stderr_is_in_its_log(
    supervise: Callable[..., list[cluster.End]], tmp_path: Path
) -> None:
    supervise(ending(0, "first"), ending(0, "second"))
    said = [cluster.last_line(tmp_path / cluster.log(each)) for each in (0, 1)]
    assert said == ["first", "second"]


def test_nothing_that_a_process_prints_reaches_this_one(
    supervise: Callable[..., list[cluster.End]],
    capfd: pytest.CaptureFixture[str],
) -> None:
    supervise("import sys; print('out'); print('err', file=sys.stderr)")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("first", [ending(1), KILLED], ids=["fails", "killed"])
def test_when_one_fails_the_others_are_stopped_after_some_patience(
    supervise: Callable[..., list[cluster.End]], first: str
) -> None:
    ends = supervise(first, FOR_EVER, patience=0.2)
    assert ends[0].code not in (0, None)
    assert ends[1] == (1, None, ends[1].seconds)


def test_within_the_patience_the_others_may_end_by_themselves(
    supervise: Callable[..., list[cluster.End]],
) -> None:
    ends = supervise(ending(1), "import time; time.sleep(0.5)", patience=100)
    assert [end.code for end in ends] == [1, 0]


@pytest.mark.parametrize("code", cluster.HOPELESS)
def test_where_nothing_can_be_done_the_others_are_stopped_at_once(
    supervise: Callable[..., list[cluster.End]], code: int
) -> None:
    # Without it, the test's own time limit would be met first.
    ends = supervise(ending(code), FOR_EVER, limit=10_000, patience=10_000)
    assert [end.code for end in ends] == [code, None]


def test_past_the_limit_all_are_stopped(
    supervise: Callable[..., list[cluster.End]],
) -> None:
    ends = supervise(FOR_EVER, FOR_EVER, limit=0.2)
    assert [(end.worker, end.code) for end in ends] == [(0, None), (1, None)]
    assert ends[0].seconds >= 0.2


def test_when_a_process_cannot_be_started_those_before_it_are_ended(
    started: list[subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    commands = [[sys.executable, "-c", FOR_EVER], [str(tmp_path / "missing")]]
    environments = [dict(os.environ)] * 2
    logs = [tmp_path / "0", tmp_path / "1"]
    with pytest.raises(OSError, match=r"missing|not find"):
        cluster.supervise(commands, environments, logs, limit=100)
    assert len(started) == 1


def test_when_the_launcher_is_interrupted_the_processes_are_ended(
    supervise: Callable[..., list[cluster.End]],
    started: list[subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cluster.time, "sleep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        supervise(FOR_EVER, FOR_EVER)
    monkeypatch.undo()
    assert len(started) == 2


def test_when_the_launcher_is_killed_its_processes_end(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(100)
        tied = f"""
import socket, time
from annbook import cluster
line = socket.create_connection(("127.0.0.1", {server.getsockname()[1]}))
cluster.end_with_the_launcher()
time.sleep(600)
"""
        launcher = f"""
import os, pathlib, sys
from annbook import cluster
command = [sys.executable, "-c", {tied!r}]
log = pathlib.Path({str(tmp_path / "log")!r})
cluster.supervise([command], [dict(os.environ)], [log], limit=600)
"""
        path = os.pathsep.join(map(str, sys.path))
        process = subprocess.Popen(
            [sys.executable, "-c", launcher],
            env={**os.environ, "PYTHONPATH": path},
        )
        try:
            line, _ = server.accept()
            with line:
                line.settimeout(100)
                process.kill()
                # The system closes the line when the tied process is no more.
                with suppress(ConnectionResetError):
                    assert line.recv(1) == b""
        finally:
            process.kill()
            process.wait()


def test_a_process_that_is_tied_to_its_launcher_ends_by_itself(
    supervise: Callable[..., list[cluster.End]],
) -> None:
    tied = f"""
import sys, threading
sys.path[:] = {sys.path!r}
from annbook import cluster
cluster.end_with_the_launcher()
for each in threading.enumerate():
    if each is not threading.current_thread(): each.join(0.5)
"""
    assert [end.code for end in supervise(tied)] == [0]


# Addresses.


def test_free_ports_are_different_and_nobody_listens_there() -> None:
    found = cluster.free_ports(5, random.Random(0))
    assert len(set(found)) == 5
    assert set(found) <= set(cluster.PORTS)
    for port in found:
        with socket.socket() as probe:
            probe.settimeout(10)
            assert probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.parametrize("address", ["127.0.0.1", ""])
def test_a_port_in_use_is_not_free(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    with socket.socket() as taken:
        taken.bind((address, 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setattr(cluster, "PORTS", range(port, port + 1))
        assert cluster.free_ports(1, random.Random(0)) == []


def test_each_worker_finds_all_addresses_and_its_own_number(
    run: Callable[..., list[checkpoint.State]], tmp_path: Path
) -> None:
    note = """
import os, pathlib, sys
name = "note-" + str(os.environ["TF_CONFIG"].rpartition(":")[2].strip(" }"))
pathlib.Path(sys.argv[1], name).write_text(os.environ["TF_CONFIG"])
"""
    run(note + leaving_a_result(0), note + leaving_a_result(1))
    notes = [
        json.loads((tmp_path / f"note-{each}").read_text()) for each in (0, 1)
    ]
    assert notes[0]["cluster"] == notes[1]["cluster"]
    addresses = notes[0]["cluster"]["worker"]
    assert len(set(addresses)) == 2
    assert all(address.startswith("127.0.0.1:") for address in addresses)
    assert [each["task"]["index"] for each in notes] == [0, 1]


def test_workers_import_this_package_and_no_file_that_lies_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    Path("annbook.py").write_text("raise RuntimeError('the wrong one')")
    command = cluster._command(tmp_path, {"--epochs": 2}, 7)
    environment = cluster._environment(["127.0.0.1:1"], 0)
    where = "import annbook; print(annbook.__path__[0])"
    at = command.index("-m")
    done = subprocess.run(
        [*command[:at], "-c", where],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(done.stdout.strip()) == Path(cluster.__file__).parent
    assert command[at + 1 :][:2] == ["annbook.workers", str(tmp_path)]
    assert command[-5:] == ["--epochs", "2", "--die-before-step", "7", "--tied"]


# A run.


def test_a_run_gives_each_workers_state(
    run: Callable[..., list[checkpoint.State]],
) -> None:
    states = run(leaving_a_result(0), leaving_a_result(1))
    assert len(states) == 2
    for state in states:
        assert all(map(np.array_equal, state, STATE))


def test_the_workers_find_the_records(
    run: Callable[..., list[checkpoint.State]], tmp_path: Path
) -> None:
    run(leaving_a_result(0))
    with np.load(tmp_path / cluster.RECORDS) as records:
        assert np.array_equal(records["images"], IMAGES)
        assert np.array_equal(records["labels"], LABELS)
        assert records["labels"].dtype == np.int32


def test_without_a_folder_nothing_is_kept(
    started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    del started
    used: list[Path] = []

    def command(folder: Path, *_: object) -> list[str]:
        used.append(folder)
        checkpoint.save(folder / "prepared.npz", STATE, "")
        return [sys.executable, "-c", leaving_a_result(0), str(folder)]

    monkeypatch.setattr(cluster, "_command", command)
    assert len(cluster.run(1, IMAGES, LABELS)) == 1
    assert not used[0].exists()


def test_no_epoch_is_a_training_too(
    run: Callable[..., list[checkpoint.State]],
) -> None:
    assert len(run(leaving_a_result(0), epochs=0)) == 1


def test_an_earlier_runs_result_is_not_taken_for_this_ones(
    run: Callable[..., list[checkpoint.State]], tmp_path: Path
) -> None:
    checkpoint.save(tmp_path / cluster.result(0), STATE, "")
    with pytest.raises(cluster.BookError, match=r"worker-0\.npz"):
        run(ending(0))


def test_a_run_whose_worker_is_killed_says_so_in_one_line(
    run: Callable[..., list[checkpoint.State]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster.supervise, "__kwdefaults__", {"patience": 0.1})
    with pytest.raises(cluster.WorkerError) as caught:
        run(FOR_EVER, KILLED)
    assert [end.worker for end in caught.value.ends] == [1, 0]
    how = r"killed \(SIGKILL\)" if os.name == "posix" else "code 15"
    line = rf"worker 1 of 2: [a-z ]*{how}\. Run it again: [^\n]*\."
    assert re.fullmatch(line, str(caught.value))


def test_a_run_past_its_limit_says_so(
    run: Callable[..., list[checkpoint.State]],
) -> None:
    with pytest.raises(cluster.WorkerError, match="not done after 1 seconds"):
        run(FOR_EVER, FOR_EVER, limit=1)


KILL = -int(signal.SIGTERM)
ENDS = {
    "killed, and the other lost it": (
        [(1, KILL), (0, cluster.DESERTED)],
        "worker 1 of 2: was killed (SIGTERM)",
    ),
    "killed, and the other was seen to end first": (
        [(0, cluster.DESERTED), (1, KILL)],
        "worker 1 of 2: was killed (SIGTERM)",
    ),
    "failed, and the other was done": (
        [(0, 0), (1, 1)],
        "worker 1 of 2: ended with code 1: log of 1",
    ),
    "failed, and the other had to be stopped": (
        [(1, 1), (0, None)],
        "worker 1 of 2: ended with code 1: log of 1",
    ),
    "two failed": (
        [(2, 9), (0, 1), (1, cluster.DESERTED)],
        "worker 2 of 3: ended with code 9: log of 2",
    ),
    "too slow, and the other was done": (
        [(0, 0), (1, None)],
        "worker 1 of 2: was not done after 3 seconds, and was stopped",
    ),
    "all lost each other": (
        [(1, cluster.DESERTED), (0, cluster.DESERTED)],
        "worker 1 of 2: ended with code 4: log of 1",
    ),
}


@pytest.mark.parametrize(("ends", "line"), ENDS.values(), ids=ENDS)
def test_a_failure_names_the_worker_that_caused_it(
    tmp_path: Path, ends: list[tuple[int, int | None]], line: str
) -> None:
    for worker, _ in ends:
        text = f"Traceback\nlog of {worker}.\n"
        (tmp_path / cluster.log(worker)).write_text(text, encoding="utf-8")
    told = [cluster.End(worker, code, 3.1) for worker, code in ends]
    error = cluster._failure(told, tmp_path)
    assert str(error).startswith(f"{line}. Run it again")
    assert error.ends == told


def test_a_failure_without_a_word_has_only_its_code(tmp_path: Path) -> None:
    (tmp_path / cluster.log(0)).touch()
    error = cluster._failure([cluster.End(0, 1, 0.0)], tmp_path)
    assert str(error).startswith("worker 0 of 1: ended with code 1. Run it")


def test_a_port_that_was_taken_meanwhile_is_replaced(
    run: Callable[..., list[checkpoint.State]], tmp_path: Path
) -> None:
    picky = f"""
import os, pathlib, sys
ports = pathlib.Path(sys.argv[1], "ports")
with ports.open("a") as file: print(os.environ["TF_CONFIG"], file=file)
if len(ports.read_text().splitlines()) == 1: sys.exit({cluster.PORT_TAKEN})
"""
    assert len(run(picky + leaving_a_result(0))) == 1
    tried = (tmp_path / "ports").read_text().splitlines()
    assert len(tried) == len(set(tried)) == 2


def test_after_some_attempts_it_is_said_that_the_ports_are_taken(
    run: Callable[..., list[checkpoint.State]],
    started: list[subprocess.Popen[bytes]],
) -> None:
    with pytest.raises(cluster.WorkerError, match="port is in use"):
        run(ending(cluster.PORT_TAKEN, "The worker's port is in use."))
    assert len(started) == cluster.ATTEMPTS


WRONG = {
    "no worker": (0, IMAGES, LABELS, {}, "there are 0 workers"),
    "no batch": (1, IMAGES, LABELS, {"batch_size": 0}, "batches of 0"),
    "epochs": (1, IMAGES, LABELS, {"epochs": -1}, "-1 epochs"),
    "a batch too small": (3, IMAGES, LABELS, {"batch_size": 2}, "batch of 2"),
    "last too small": (2, IMAGES, LABELS, {"batch_size": 7}, "batch of 1"),
    "all too small": (9, IMAGES, LABELS, {}, "batch of 8"),
    "shapes": (1, IMAGES, LABELS[:7], {}, r"labels \(7,\)"),
    "flat": (1, IMAGES[0], LABELS, {}, r"images have shape \(3,\)"),
    "nothing": (1, IMAGES[:0], LABELS[:0], {}, "at least one"),
}


@pytest.mark.parametrize(
    ("workers", "images", "labels", "options", "words"),
    WRONG.values(),
    ids=WRONG,
)
def test_a_wrong_argument_is_named_before_anything_starts(
    workers: int, images: Any, labels: Any, options: Any, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        cluster.run(workers, images, labels, **options)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"", ""),
        (b" \n\n", ""),
        (b"one", "one"),
        (b"one\n  two \n \n", "two"),
        (b"caf\xe9 closed\n", "caf\N{REPLACEMENT CHARACTER} closed"),
    ],
)
def test_the_last_line_of_a_log_is_the_last_that_says_something(
    tmp_path: Path, text: bytes, line: str
) -> None:
    (tmp_path / "log").write_bytes(text)
    assert cluster.last_line(tmp_path / "log") == line
