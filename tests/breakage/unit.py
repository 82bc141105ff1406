"""Whether the unit tests catch a breakage.

TensorFlow, pytest and what else takes long to import are imported once. Then a process is forked
for each breakage; it imports a copy of the package in which the one module is broken, and runs
the tests that import this module, until one fails. What no fast test has caught is then shown to
the slow ones.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from breakage.mutant import LATE, ROOT, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from breakage.mutant import Mutant

SLOW_TO_IMPORT = (
    "hypothesis.strategies",
    "keras",
    "matplotlib.figure",
    "myst_nb",
    "nbclient",
    "sklearn.linear_model",
    "sklearn.neural_network",
    "sphinx.application",
    "tensorboard.backend.event_processing.event_accumulator",
    "tensorflow",
)
OURS = ("annbook", "bookbuild", "conftest")
"""What a forked process must import itself, from its copy."""

OPTIONS = (
    "-x",
    "-q",
    "--no-header",
    "-p",
    "no:cacheprovider",
    # Plugins of pytest's are imported by then, and their assertions are not ours.
    "-W",
    "ignore::pytest.PytestAssertRewriteWarning",
    # A failing example need not be made smaller.
    "--hypothesis-profile=breakage",
    "--hypothesis-seed=0",
)
FAST, SLOW = "not slow", "slow"
"""Which tests are run."""
PASSED, CAUGHT = (0, 5), (1, 2)
"""What pytest ends with: all passed, or there was no test of this kind; a test failed, or a test
file could not be imported.
"""

GRACE = 60.0
"""Seconds that the tests of a broken module get, beside five times what they usually take."""
LONGEST = 900.0
"""Seconds that the tests of a module get that is whole."""


def tests_of(module: str) -> list[str]:
    """Return the files of tests that import a module, its own first."""
    package, name = module.rsplit(".", 1)
    imports = re.compile(
        rf"^\s*(?:from {package} import (?:\([^)]*|.*)\b{name}\b|"
        rf"from {package}\.{name} import|import {package}\.{name}\b)",
        re.MULTILINE,
    )
    own = ROOT / "tests" / f"test_{name}.py"
    others = [
        path
        for path in sorted((ROOT / "tests").glob("test_*.py"))
        if path != own and imports.search(path.read_text(encoding="utf-8"))
    ]
    return [str(path) for path in [own, *others] if path.exists()]


def judges(module: str) -> str:
    """Return the text of the tests that are asked about a module."""
    return "".join(
        Path(test).read_text(encoding="utf-8") for test in tests_of(module)
    )


def prepare() -> None:
    """Import what takes long, and name a way to run hypothesis that is quick to fail."""
    for name in SLOW_TO_IMPORT:
        __import__(name)
    from hypothesis import Phase, settings

    settings.register_profile(
        "breakage",
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        derandomize=True,
    )


class Job(NamedTuple):
    """What a slot runs: the tests of a module, with a breakage or without."""

    module: str
    mutant: Mutant | None
    speed: str
    limit: float
    """Seconds."""


class Slot:
    """A folder with a copy of the sources, in which one breakage at a time is tried."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.source = folder / "src"
        shutil.copytree(
            ROOT / "src",
            self.source,
            ignore=shutil.ignore_patterns("__pycache__"),
        )
        self.log = folder / "log.txt"
        self.mutant: Mutant | None = None
        self._whole = ""
        self._started = 0.0

    def start(self, job: Job) -> int:
        """Break the copy, and return the number of the process that runs the tests."""
        self.mutant = mutant = job.mutant
        if mutant:
            path = self.source / mutant.path
            self._whole = path.read_text(encoding="utf-8")
            path.write_text(mutant.code, encoding="utf-8")
        work = self.folder / "work"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        self._started = time.monotonic()
        process = os.fork()
        if process == 0:
            self._run(work, ["-m", job.speed, *tests_of(job.module)])
        return process

    def _run(self, work: Path, tests: Sequence[str]) -> None:
        """Run the tests, in the forked process; never return."""
        code = 3
        try:
            os.setsid()
            log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(log, 1)
            os.dup2(log, 2)
            os.chdir(work)
            for name in [*sys.modules]:
                if name.split(".")[0] in OURS:
                    del sys.modules[name]
            os.environ |= {
                "PYTHONPATH": str(self.source),
                "PYTHONDONTWRITEBYTECODE": "1",
                "TMPDIR": str(work),
            }
            sys.dont_write_bytecode = True
            places = ("-o", f"pythonpath={self.source}", f"--basetemp={work}/t")
            code = int(pytest.main([*OPTIONS, *places, *tests]))
        except BaseException:
            # Nobody is above this process to print it.
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def seconds(self) -> float:
        """Return how long ago the tests were started."""
        return time.monotonic() - self._started

    def end(self, status: int | None) -> Verdict:
        """Mend the copy, and return what came of the breakage; None says that time ran out."""
        seconds = self.seconds()
        if self.mutant:
            path = self.source / self.mutant.path
            path.write_text(self._whole, encoding="utf-8")
        said = self.log.read_text(encoding="utf-8", errors="replace")
        if status is None:
            return Verdict(True, LATE, seconds)
        code = os.waitstatus_to_exitcode(status)
        if code < 0:
            return Verdict(
                True, f"ended by {signal.Signals(-code).name}", seconds
            )
        if code not in (*PASSED, *CAUGHT):
            raise RuntimeError(f"pytest ended with {code}:\n{said[-2000:]}")
        failed = re.search(r"^(?:FAILED|ERROR) (\S+)", said, re.MULTILINE)
        how = Path(failed[1]).name if failed else said.strip()[-200:]
        return Verdict(code in CAUGHT, how if code in CAUGHT else "", seconds)


def work_off(
    jobs: Sequence[Job], slots: Sequence[Slot]
) -> Iterator[tuple[Job, Verdict]]:
    """Run jobs, one in each slot at a time, and yield each with its verdict as it ends."""
    waiting, free = [*reversed(jobs)], [*slots]
    running: dict[int, tuple[Slot, Job]] = {}
    while waiting or running:
        while waiting and free:
            slot, job = free.pop(), waiting.pop()
            running[slot.start(job)] = slot, job
        time.sleep(0.02)
        for process, (slot, job) in [*running.items()]:
            ended, status = os.waitpid(process, os.WNOHANG)
            late = not ended and slot.seconds() > job.limit
            if late:
                os.killpg(process, signal.SIGKILL)
                os.waitpid(process, 0)
            if ended or late:
                del running[process]
                free.append(slot)
                yield job, slot.end(None if late else status)


def try_all(
    mutants: Iterable[Mutant], folder: Path, at_once: int = 2
) -> Iterator[tuple[Mutant, Verdict]]:
    """Yield each breakage with what came of it; again, where the slow tests have caught it.

    Raises
    ------
    RuntimeError
        Where the tests fail although nothing is broken, or pytest itself fails.
    """
    prepare()
    slots = [Slot(folder / str(number)) for number in range(at_once)]
    missed = []
    for mutant, verdict in try_tests(list(mutants), slots, FAST):
        yield mutant, verdict
        if not verdict.caught:
            missed.append(mutant)
    for mutant, verdict in try_tests(missed, slots, SLOW):
        if verdict.caught:
            yield mutant, verdict


def try_tests(
    mutants: Sequence[Mutant], slots: Sequence[Slot], speed: str
) -> Iterator[tuple[Mutant, Verdict]]:
    """Yield each breakage with what tests of one speed say of it; see `try_all`."""
    modules = sorted({mutant.module for mutant in mutants})
    whole = [Job(module, None, speed, LONGEST) for module in modules]
    limits = {}
    for job, verdict in work_off(whole, slots):
        if verdict.caught:
            raise RuntimeError(
                f"{job.module}: {verdict.how} fails although nothing is broken"
            )
        limits[job.module] = GRACE + 5 * verdict.seconds
        print(
            f"  {job.module}: tests that are {speed} take "
            f"{verdict.seconds:.1f} s",
            flush=True,
        )
    jobs = [Job(m.module, m, speed, limits[m.module]) for m in mutants]
    for job, verdict in work_off(jobs, slots):
        assert job.mutant is not None
        yield job.mutant, verdict
