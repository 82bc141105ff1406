"""Gates and decision surfaces: legible, complete, always the same, and right about every point."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
from drawing import flaws, words
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from annbook.figures import planes, style
from annbook.neuron import FloatArray, sigmoid

if TYPE_CHECKING:
    from collections.abc import Callable

AND = ([0, 0, 0, 1], [1, 1], -1.5)
OR = ([0, 1, 1, 1], [1, 1], -0.5)
XOR = (np.array([0, 1, 1, 0]), [1, 1], -0.5)
COLUMN: Any = [0]
CORNERS = [(0, 0), (0, 1), (1, 0), (1, 1)]


def slope(inputs: FloatArray) -> FloatArray:
    return sigmoid(3 * inputs.sum(axis=1) - 2)


def ridge(inputs: FloatArray) -> FloatArray:
    """Return what two hidden nodes make of XOR, in a column as a network gives it."""
    hidden = sigmoid(6 * inputs.sum(axis=1, keepdims=True) * [1, -1] + [-3, 9])
    return sigmoid(8 * hidden.sum(axis=1, keepdims=True) - 12)


def ring(inputs: FloatArray) -> FloatArray:
    return sigmoid(20 * (np.linalg.norm(inputs - 0.5, axis=1) - 0.3))


def unsure(inputs: FloatArray) -> FloatArray:
    return np.full(len(inputs), 0.3)


class Case(NamedTuple):
    make: Callable[[], Any]
    shows: str
    """Words that must be written in the figure."""
    wrong: int
    """How many points must be marked as wrong."""


CASES = {
    "gates": Case(
        lambda: planes.gates({"AND": AND, "OR": OR}), "AND|OR|0|1|x₁|x₂", 0
    ),
    "gates: one": Case(
        lambda: planes.gates({"XOR": XOR}), "XOR|wrong|x₁|x₂", 1
    ),
    "gates: three": Case(
        lambda: planes.gates({"AND": AND, "OR": OR, "XOR": XOR}), "wrong", 1
    ),
    "gates: upright and level lines": Case(
        lambda: planes.gates(
            {"x₁": ([0, 0, 1, 1], [2, 0], -1), "x₂": ([0, 1, 0, 1], [0, 2], -1)}
        ),
        "x₁|x₂",
        0,
    ),
    "gates: deaf": Case(
        lambda: planes.gates(
            {"no": ([0, 0, 0, 0], [0, 0], 0), "yes": ([1, 1, 1, 0], [0, 0], 1)}
        ),
        "no|yes|wrong",
        1,
    ),
    "gates: a line outside": Case(
        lambda: planes.gates({"far": ([0] * 4, [1, 1], 9)}), "wrong", 4
    ),
    "gates: all wrong": Case(
        lambda: planes.gates({"NAND": ([1, 1, 1, 0], *AND[1:])}), "wrong", 4
    ),
    "surface": Case(
        lambda: planes.decision_surface(ridge, CORNERS, [0, 1, 1, 0]),
        "0|1|0.5|output|0.0|1.0|x₁|x₂",
        0,
    ),
    "surface: one neuron": Case(
        lambda: planes.decision_surface(slope, CORNERS, [0, 1, 1, 0]),
        "0.5|wrong",
        1,
    ),
    "surface: no line at all": Case(
        lambda: planes.decision_surface(unsure, CORNERS[:2], [0, 1]), "wrong", 1
    ),
    "surface: a closed line": Case(
        lambda: planes.decision_surface(
            ring, [(0.5, 0.5), (-0.3, 1.3)], [0, 1]
        ),
        "0.5",
        0,
    ),
    "surface: a line at the edge": Case(
        lambda: planes.decision_surface(
            lambda inputs: sigmoid(50 * (inputs[:, 1] - 1.29)),
            CORNERS,
            [0, 0, 0, 0],
        ),
        "0.5",
        0,
    ),
}


@functools.cache
def figure_of(name: str) -> Any:
    return CASES[name].make()


@pytest.mark.parametrize("name", CASES)
def test_a_figure_says_what_it_shows_and_how_many_points_are_wrong(
    name: str,
) -> None:
    assert isinstance(figure_of(name), Figure)
    said = words(figure_of(name))
    assert set(CASES[name].shows.split("|")) - set(said) == set()
    assert said.count("wrong") == CASES[name].wrong


@pytest.mark.parametrize("name", CASES)
def test_every_text_is_legible(name: str) -> None:
    assert flaws(figure_of(name)) == []


@pytest.mark.parametrize("name", CASES)
def test_equal_arguments_give_equal_bytes(name: str) -> None:
    # Drawing moves a figure's parts a little, so neither may have been drawn before.
    assert CASES[name].make()._repr_svg_() == CASES[name].make()._repr_svg_()


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: planes.gates({}), "one, two or three, not 0"),
        (
            lambda: planes.gates(dict.fromkeys("abcd", AND)),
            "one, two or three, not 4",
        ),
        (
            lambda: planes.gates({"AND": ([0, 0, 1], [1, 1], 0)}),
            "answers of AND must have shape (4), not (3,)",
        ),
        (
            lambda: planes.gates({"AND": ([0, 0, 2, 1], [1, 1], 0)}),
            "answers of AND must be 0 or 1",
        ),
        (
            lambda: planes.gates({"AND": (AND[0], [1, 1, 1], 0)}),
            "weights of AND must have shape (2), not (3,)",
        ),
        (
            lambda: planes.gates({"AND": (AND[0], [1, np.nan], 0)}),
            "AND must be finite, not [ 1. nan]",
        ),
        (
            lambda: planes.gates({"AND": (AND[0], [1, 1], np.inf)}),
            "[1. 1.] and inf",
        ),
        (
            lambda: planes.gates({"AND": (AND[0], [1, 1], COLUMN)}),
            "[1. 1.] and [0]",
        ),
        (
            lambda: planes.decision_surface(slope, [0, 1], [1]),
            "points must have shape (n, 2), not (2,)",
        ),
        (
            lambda: planes.decision_surface(slope, [(0, 1.4)], [1]),
            "points must lie from -0.3 to 1.3, not [[0.0, 1.4]]",
        ),
        (
            lambda: planes.decision_surface(slope, CORNERS, [0, 1]),
            "targets must have shape (4), not (2,)",
        ),
        (
            lambda: planes.decision_surface(slope, CORNERS[:1], [0.5]),
            "targets must be 0 or 1",
        ),
        (
            lambda: planes.decision_surface(
                np.transpose, CORNERS, [0, 1, 1, 0]
            ),
            "or (14641, 1), not (2, 14641)",
        ),
        (
            lambda: planes.decision_surface(
                lambda x: x.sum(axis=1), CORNERS, [0, 1, 1, 0]
            ),
            "outputs must be from 0 to 1, not -0.6 to 2.6",
        ),
    ],
)
def test_a_likely_mistake_is_named(
    make: Callable[[], Figure], complaint: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        make()


def marks(figure: Any, size: float) -> dict[tuple[float, float], str]:
    """Return where round marks of a size are drawn, and what fills them."""
    return {
        (line.get_xdata()[0], line.get_ydata()[0]): line.get_markerfacecolor()
        for line in figure.axes[0].lines
        if line.get_markersize() == size
    }


def test_answers_belong_to_the_inputs_in_their_order() -> None:
    figure = planes.gates({"x₂": ([0, 1, 0, 1], [0, 1], -0.5)})
    fills = [style.PAPER, style.INK, style.PAPER, style.INK]
    assert marks(figure, 19) == dict(zip(CORNERS, fills, strict=True))


numbers = st.floats(-3, 3).map(lambda value: round(value, 2))


@given(
    st.lists(st.integers(0, 1), min_size=4, max_size=4),
    numbers,
    numbers,
    numbers,
)
@settings(max_examples=40, deadline=None)
def test_a_corner_is_ringed_exactly_if_the_neuron_answers_otherwise(
    answers: list[int], w1: float, w2: float, bias: float
) -> None:
    wrong = {
        (x1, x2)
        for (x1, x2), answer in zip(CORNERS, answers, strict=True)
        if (w1 * x1 + w2 * x2 + bias > 0) != (answer == 1)
    }
    figure = planes.gates({"gate": (answers, [w1, w2], bias)})
    assert set(marks(figure, 27)) == wrong


@given(numbers, numbers, numbers, st.tuples(*[st.floats(-0.4, 1.4)] * 2))
@settings(max_examples=40, deadline=None)
def test_a_place_is_shaded_exactly_if_the_neuron_fires_there(
    w1: float, w2: float, bias: float, place: tuple[float, float]
) -> None:
    total = w1 * place[0] + w2 * place[1] + bias
    assume(abs(total) > 1e-3)
    figure: Any = planes.gates({"gate": ([0, 0, 0, 1], [w1, w2], bias)})
    shaded = any(
        path.contains_point(place)
        for area in figure.axes[0].collections
        if area.filled
        for path in area.get_paths()
    )
    assert shaded == (total > 0)


@pytest.mark.parametrize("predict", [slope, ridge, ring])
def test_the_line_lies_where_the_output_is_a_half(
    predict: Callable[[FloatArray], FloatArray],
) -> None:
    figure: Any = planes.decision_surface(predict, CORNERS, [0, 1, 1, 0])
    axes = figure.axes[0]
    (contour,) = axes.collections
    line = np.concatenate(contour.allsegs[0])
    assert np.allclose(predict(line), 0.5, atol=0.01)
    (label,) = [text for text in axes.texts if text.get_text() == "0.5"]
    assert np.linalg.norm(line - label.get_position(), axis=1).min() == 0


def test_the_picture_shows_the_output_at_every_place() -> None:
    rising: Any = planes.decision_surface(
        lambda x: (x[:, 0] + 0.3) / 1.6, CORNERS, [0] * 4
    )
    axes, bar = rising.axes
    (picture,) = axes.images
    assert np.allclose(picture.get_array(), np.linspace(0, 1, 121))
    assert picture.get_clim() == (0, 1)
    assert bar.get_ylabel() == "output"
