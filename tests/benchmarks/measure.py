"""Measuring: what an action costs, and rounds in which the subjects take turns."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from bookbuild.benchmarks import Side

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Result = TypeVar("Result")


class Cost(NamedTuple):
    """What an action took."""

    wall: float
    """Seconds that passed."""
    cpu: float
    """Seconds in which processors were at work for it, those of ended child processes included."""


def busy_seconds() -> float:
    """Return the CPU seconds of this process, and of the children that have ended."""
    times = os.times()
    # Of the process itself `os.times` knows no more than hundredths of a second.
    return time.process_time() + times.children_user + times.children_system


def cost_of(action: Callable[[], object]) -> Cost:
    """Return what an action takes."""
    wall, cpu = time.perf_counter(), busy_seconds()
    action()
    return Cost(time.perf_counter() - wall, busy_seconds() - cpu)


def in_turn(
    subjects: Mapping[str, Callable[[int], Result]], rounds: int
) -> dict[str, list[Result]]:
    """Return each subject's results of all rounds.

    Parameters
    ----------
    subjects : mapping
        Each is called with the number of the round, from 0.
    rounds : int
        In every round all of them run, one after the other; every second round in turned order,
        so that none always comes after the same other.
    """
    results: dict[str, list[Result]] = {name: [] for name in subjects}
    for turn in range(rounds):
        for name in list(subjects)[:: -1 if turn % 2 else 1]:
            results[name].append(subjects[name](turn))
    return results


def side(name: str, costs: Sequence[Cost]) -> Side:
    """Return what a row says of these costs."""
    return Side(
        name, [each.wall for each in costs], [each.cpu for each in costs]
    )


def cpu_side(name: str, costs: Sequence[Cost]) -> Side:
    """Return the same for a row whose times are CPU seconds."""
    return Side(name, [each.cpu for each in costs])
