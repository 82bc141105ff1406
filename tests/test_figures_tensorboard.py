"""What TensorBoard shows, drawn for the page: legible, complete, always the same."""

from __future__ import annotations

import functools
import itertools
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
from drawing import flaws, words
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from matplotlib.patches import FancyBboxPatch

from annbook.figures import style, tensorboard
from annbook.graphs import Graph, Operation

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS = np.arange(11)
FALL = 2.3 * np.exp(-STEPS / 3) + 0.4
RUNS = {
    "train": {"loss": (STEPS, FALL), "accuracy": (STEPS, 1 - FALL / 3)},
    "validation": {
        "loss": (STEPS, FALL + 0.02),
        "accuracy": (STEPS, 1 - FALL / 2.9),
    },
}
CROSS_ENTROPY = "SparseSoftmaxCrossEntropyWithLogits"
MODEL: Graph = {
    "weights": Operation("Placeholder", ()),
    "bias": Operation("Placeholder", ()),
    "images": Operation("Placeholder", ()),
    "labels": Operation("Placeholder", ()),
    "model/read": Operation("ReadVariableOp", ("weights",)),
    "model/MatMul": Operation("MatMul", ("images", "model/read")),
    "model/add": Operation("AddV2", ("model/MatMul", "bias")),
    "model/Softmax": Operation("Softmax", ("model/add",)),
    "loss/cost": Operation(CROSS_ENTROPY, ("model/add", "labels")),
    "loss/Const": Operation("Const", ()),
    "loss/Mean": Operation("Mean", ("loss/cost", "loss/Const")),
    "accuracy/ArgMax": Operation("ArgMax", ("model/Softmax",)),
    "accuracy/Equal": Operation("Equal", ("accuracy/ArgMax", "labels")),
    "accuracy/Cast": Operation("Cast", ("accuracy/Equal",)),
    "accuracy/Mean": Operation("Mean", ("accuracy/Cast",)),
}
GENERATOR = np.random.default_rng(3)
PLACES = GENERATOR.normal(size=(500, 2)) * [8, 5]
LABELS = np.arange(500) % 10


class Case(NamedTuple):
    make: Callable[[], Any]
    shows: str
    """Words that must be written in the figure, each in one text of its own."""


CASES = {
    "scalars": Case(
        lambda: tensorboard.scalars(RUNS, 1),
        "loss|accuracy|step: epochs done|1|10|train: 0.482|validation: 0.502"
        "|train: 0.839|validation: 0.834",
    ),
    "scalars: from the start": Case(
        lambda: tensorboard.scalars(RUNS), "0|10|train: 0.482"
    ),
    "scalars: one run, one value, one step": Case(
        lambda: tensorboard.scalars({"run": {"loss": ([0], [0.5])}}),
        "loss|run: 0.5",
    ),
    "graph": Case(
        lambda: tensorboard.graph(MODEL),
        "weights|bias|images|labels|MatMul|add|Softmax|cross-entropy|ArgMax|Equal"
        "|Mean: loss|Mean: accuracy",
    ),
    "graph: a single node": Case(
        lambda: tensorboard.graph({"x": Operation("Placeholder", ())}), "x"
    ),
    "points": Case(
        lambda: tensorboard.points(PLACES, LABELS, ("right", "up")),
        "right|up",
    ),
    "points: one": Case(lambda: tensorboard.points(PLACES[:1], LABELS[:1]), ""),
}


@functools.cache
def figure_of(name: str) -> Any:
    return CASES[name].make()


@pytest.mark.parametrize("name", CASES)
def test_a_figure_shows_the_words_it_was_given(name: str) -> None:
    wanted = set(filter(None, CASES[name].shows.split("|")))
    assert wanted - set(words(figure_of(name))) == set()


@pytest.mark.parametrize("name", CASES)
def test_every_text_is_legible(name: str) -> None:
    assert flaws(figure_of(name)) == []


@pytest.mark.parametrize("name", CASES)
def test_equal_arguments_give_equal_bytes_and_not_many(name: str) -> None:
    first, second = (CASES[name].make()._repr_svg_() for _ in range(2))
    assert first == second
    assert len(first) < 150_000


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: tensorboard.scalars({}), "the same values, not []"),
        (lambda: tensorboard.scalars({"a": {}}), "not [()]"),
        (
            lambda: tensorboard.scalars(
                {"a": RUNS["train"], "b": {"loss": (STEPS, FALL)}}
            ),
            "not [('loss', 'accuracy'), ('loss',)]",
        ),
        (
            lambda: tensorboard.scalars(RUNS, 11),
            "train must have a step from 11",
        ),
        (
            lambda: tensorboard.scalars({"a": {"loss": (STEPS, FALL[1:])}}),
            "the values of a must have shape (11)",
        ),
        (lambda: tensorboard.graph({}), "nodes of the kinds ['Placeholder'"),
        (
            lambda: tensorboard.graph({"c": Operation("Const", ())}),
            "nodes of the kinds",
        ),
        (
            lambda: tensorboard.points(PLACES.T, LABELS),
            "must have shape (n, 2)",
        ),
        (
            lambda: tensorboard.points(PLACES, LABELS[1:]),
            "must have shape (500)",
        ),
        (
            lambda: tensorboard.points(PLACES[:2], np.array([1, 10])),
            "must be digits, not [1, 10]",
        ),
    ],
)
def test_a_likely_mistake_is_named(
    make: Callable[[], Any], complaint: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        make()


@pytest.mark.parametrize("first", [0, 1, 4])
def test_each_curve_is_drawn_from_the_first_step_wanted(first: int) -> None:
    panels = tensorboard.scalars(RUNS, first).axes
    for axes, tag in zip(panels, ("loss", "accuracy"), strict=True):
        for line, run in zip(axes.lines, RUNS, strict=True):
            steps, values = RUNS[run][tag]
            assert np.array_equal(line.get_xdata(), steps[first:])
            assert np.array_equal(line.get_ydata(), values[first:])
        looks = {line.get_linestyle() for line in axes.lines}
        assert len(looks) == len(RUNS)


def boxes(figure: Any) -> dict[str, tuple[float, float]]:
    """Return the middle of each box, by what is written in it."""
    (axes,) = figure.axes
    return {
        text.get_text(): text.get_position()
        for text in axes.texts
        if text.get_text()
    }


def arrows(figure: Any) -> list[tuple[Any, Any]]:
    """Return where each edge leaves a box and where it arrives."""
    (axes,) = figure.axes
    heads = [text for text in axes.texts if not text.get_text()]
    return [
        ((line.get_xdata()[0], line.get_ydata()[0]), head.xy)
        for line, head in zip(axes.lines, heads, strict=True)
    ]


def test_the_drawn_edges_are_those_of_the_graph() -> None:
    figure = tensorboard.graph(MODEL)
    middles = boxes(figure)

    def owner(point: Any, side: int) -> str:
        (name,) = [
            name
            for name, (x, y) in middles.items()
            if np.allclose(point, (x, y + side * tensorboard._HEIGHT / 2))
        ]
        return name

    drawn = {(owner(start, 1), owner(end, -1)) for start, end in arrows(figure)}
    assert drawn == {
        ("weights", "MatMul"),
        ("images", "MatMul"),
        ("MatMul", "add"),
        ("bias", "add"),
        ("add", "Softmax"),
        ("add", "cross-entropy"),
        ("labels", "cross-entropy"),
        ("cross-entropy", "Mean: loss"),
        ("Softmax", "ArgMax"),
        ("ArgMax", "Equal"),
        ("labels", "Equal"),
        ("Equal", "Mean: accuracy"),
    }


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Draw a graph of inputs and means."""
    graph: Graph = {}
    for name in map(str, range(draw(st.integers(1, 8)))):
        inputs = (
            draw(st.lists(st.sampled_from([*graph]), unique=True, max_size=3))
            if graph
            else []
        )
        kind = "Mean" if inputs else "Placeholder"
        graph[name] = Operation(kind, tuple(inputs))
    return graph


@given(graphs())
@settings(max_examples=15)
def test_boxes_never_touch_and_stay_on_the_page(graph: Graph) -> None:
    figure = tensorboard.graph(graph)
    (axes,) = figure.axes
    spans = [
        patch.get_bbox()
        for patch in axes.patches
        if isinstance(patch, FancyBboxPatch)
    ]
    assert len(spans) == len(graph)
    for one, other in itertools.combinations(spans, 2):
        assert not one.overlaps(other)
    width, height = figure.get_size_inches()
    for box in spans:
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= width
        assert box.y1 <= height
    assert all(start[1] < end[1] for start, end in arrows(figure))


def test_every_point_is_drawn_once_as_its_digit_and_in_its_colour() -> None:
    (axes,) = tensorboard.points(PLACES, LABELS).axes
    assert len(axes.lines) == 10
    for digit, line in enumerate(axes.lines):
        assert line.get_marker() == rf"$\mathbf{{{digit}}}$"
        assert line.get_color() == tensorboard.DIGITS[digit]
        assert np.array_equal(
            line.get_xydata(), PLACES[np.equal(LABELS, digit)]
        )
    assert axes.get_aspect() == 1


def luminance(color: str) -> float:
    channels = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in to_rgb(color)
    ]
    return float(np.dot([0.2126, 0.7152, 0.0722], channels))


@pytest.mark.parametrize("color", tensorboard.DIGITS)
def test_a_digit_s_colour_is_legible_on_paper(color: str) -> None:
    contrast = (luminance(style.PAPER) + 0.05) / (luminance(color) + 0.05)
    assert contrast >= 4.5


def test_no_two_digits_share_a_colour() -> None:
    assert len(set(tensorboard.DIGITS)) == 10


def test_the_figures_need_neither_tensorflow_nor_tensorboard() -> None:
    program = """
import sys
from annbook.figures import tensorboard
print(sorted({"tensorflow", "tensorboard", "matplotlib.pyplot"} & sys.modules.keys()))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "[]"
