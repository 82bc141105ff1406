"""How much memory a page takes: too much ends its kernel, and all that it has started."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from bookbuild.footprint import GIGABYTE, Footprint

if TYPE_CHECKING:
    from collections.abc import Iterator

CHILD = "import sys; sys.stdin.read()"
PARENT = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {CHILD!r}], stdin=subprocess.PIPE)
print(child.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def family() -> Iterator[tuple[psutil.Process, psutil.Process]]:
    """Yield a process, and another that it has started; both wait."""
    with subprocess.Popen(
        [sys.executable, "-c", PARENT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        yield psutil.Process(parent.pid), child
        parent.kill()


def taken(family: tuple[psutil.Process, ...]) -> float:
    return sum(each.memory_info().rss for each in family) / GIGABYTE


def test_a_kernel_that_takes_too_much_is_ended_with_what_it_started(
    family: tuple[psutil.Process, psutil.Process],
) -> None:
    # Too much for the two together, and not for either.
    footprint = Footprint(0.9 * taken(family))
    footprint.begin(family[0].pid)
    footprint.look()
    assert footprint.exceeded
    psutil.wait_procs([family[1]], timeout=60)
    for each in family:
        assert not each.is_running() or each.status() == psutil.STATUS_ZOMBIE


def test_a_kernel_that_takes_less_is_left_alone(
    family: tuple[psutil.Process, psutil.Process],
) -> None:
    footprint = Footprint(10 * taken(family))
    footprint.look()
    footprint.begin(family[0].pid)
    footprint.look()
    assert not footprint.exceeded
    assert all(each.is_running() for each in family)


def test_a_kernel_that_has_ended_takes_nothing() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        footprint = Footprint(0)
        footprint.begin(gone.pid)
    footprint.look()
    assert not footprint.exceeded
    never = Footprint(0)
    never.begin(gone.pid)
    never.look()
    assert not never.exceeded
    assert os.getpid() != gone.pid
