"""Real functions edited one after another: the pages that run, and what they then show.

``nox -s exact`` does the same to the whole book, at random and against a cold build.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import pytest
from conftest import NOTEBOOK, Build, Checkout

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

LINE = """\
from annbook import predictor
print("it changes by", predictor.slope_change(2.0, 4.0))
"""
NEURON = """\
from annbook import neuron
print("it fires at", float(neuron.sigmoid(0.0)))
"""
NET = """\
from annbook import network
print("it costs", network.cost([[1.0]], [[0.5]]))
"""
NUDGE = """\
def look():
    from annbook import nudging
    print("it is", nudging.__name__)
look()
"""
CELLS = {
    "line": LINE,
    "neuron": NEURON,
    "net": NET,
    "nudge": NUDGE,
    "none": "print('no lessons here')\n",
}
"""The one cell of each page."""


class Step(NamedTuple):
    """An edit, and what must come of it."""

    file: str
    old: str
    new: str
    runs: set[str]
    shows: tuple[str, str]


STEPS = {
    "a function of one page": Step(
        "src/annbook/predictor.py",
        "return learning_rate * (error / x)",
        "return 3 * learning_rate * (error / x)",
        {"line"},
        ("line", "it changes by 1.5"),
    ),
    "a function under others, one of them imported inside a function": Step(
        "src/annbook/neuron.py",
        "def sigmoid(",
        "print('sigmoid was edited')\n\n\ndef sigmoid(",
        {"neuron", "net", "nudge"},
        ("net", "sigmoid was edited"),
    ),
    "a sentence": Step(
        "book/neuron.md",
        "# Run neuron",
        "# Run another neuron",
        set(),
        ("neuron", "Run another neuron"),
    ),
    "a cell": Step(
        "book/none.md",
        "no lessons here",
        "none at all",
        {"none"},
        ("none", "none at all"),
    ),
    "the first function, back": Step(
        "src/annbook/predictor.py",
        "return 3 * learning_rate * (error / x)",
        "return learning_rate * (error / x)",
        set(),
        ("line", "it changes by 0.5"),
    ),
    "a module that no page uses": Step(
        "src/annbook/landscape.py",
        "import annotations",
        "import annotations, division",
        set(),
        ("line", "it changes by 0.5"),
    ),
}


def page(name: str, cell: str) -> str:
    """Return a page with one cell."""
    return f"{NOTEBOOK}# Run {name}\n\n```{{code-cell}}\n{cell}```\n"


def ran(build: Build) -> set[str]:
    """Return the pages whose cells a build ran."""
    return {*re.findall(r"^  \[\d+/\d+\] (\S+): ", build.output, re.M)}


@pytest.fixture(scope="module")
def results(
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, tuple[Build, str]]:
    """Make one edit after another; return each one's build and the page to look at."""
    checkout = Checkout(tmp_path_factory.mktemp("exact"))
    checkout.write_pages(
        {name: page(name, cell) for name, cell in CELLS.items()}
    )
    cold = checkout.build()
    assert ran(cold) == {*CELLS}, cold.warnings
    found = {}
    for name, step in STEPS.items():
        path: Path = checkout.root / step.file
        text = path.read_text(encoding="utf-8")
        assert step.old in text
        checkout.write(step.file, text.replace(step.old, step.new, 1))
        found[name] = checkout.build(), checkout.page(step.shows[0]).text
    return found


@pytest.mark.parametrize("name", STEPS)
def test_exactly_the_pages_that_an_edit_touches_run(
    results: dict[str, tuple[Build, str]], name: str
) -> None:
    build, text = results[name]
    assert build.code == 0, build.warnings
    assert ran(build) == STEPS[name].runs
    assert STEPS[name].shows[1] in text
