"""The step function, gradient descent and comparisons: legible, complete, always the same."""

from __future__ import annotations

import functools
import math
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
from drawing import flaws, words
from hypothesis import example, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from annbook.figures import curves, style

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def bowl(weight: Floats) -> Floats:
    return (weight - 1) * (weight - 1) + 0.5


def roll(rate: float, steps: int, start: float = -2.0) -> list[float]:
    """Return the weights that gradient descent visits in the bowl."""
    return [
        1 + (start - 1) * (1 - 2 * rate) ** step for step in range(steps + 1)
    ]


GOOD, CRAWL, ZIGZAG, AWAY = (
    roll(0.2, 6),
    roll(0.003, 30),
    roll(0.9, 8),
    roll(1.1, 12),
)
TIMES = [22.7, 0.0179, 0.00013]


class Case(NamedTuple):
    make: Callable[[], Any]
    shows: str
    """Words and numbers that must be written in the figure, each in one text of its own."""


CASES = {
    "step": Case(
        lambda: curves.step(1.0, [0.4, 0.4 + 0.5, 1.2]),
        "0.4|0.9|1.2|threshold 1|gathered sum|output|0|1",
    ),
    "step: no sums": Case(lambda: curves.step(0, []), "threshold 0"),
    "step: at the threshold": Case(
        lambda: curves.step(-2, [-2]), "−2|threshold −2"
    ),
    "step: hardly above": Case(
        lambda: curves.step(0.3, [0.1 + 0.2]), "0.3|threshold 0.3"
    ),
    "step: a crowd": Case(
        lambda: curves.step(-2, [-2.5, -2.02, -2.01, -2, -1.99, -1.98, -1]),
        "−2.5|−2.02|−2.01|−2|−1.99|−1.98|−1",
    ),
    "descent": Case(
        lambda: curves.descent(bowl, GOOD), "start|after 6 steps|weight|cost"
    ),
    "descent: crawling": Case(
        lambda: curves.descent(bowl, CRAWL), "start|after 30 steps"
    ),
    "descent: overshooting": Case(
        lambda: curves.descent(bowl, ZIGZAG), "start|after 8 steps"
    ),
    "descent: diverging": Case(
        lambda: curves.descent(bowl, AWAY), "start|step 6 leads out"
    ),
    "descent: diverging at once": Case(
        lambda: curves.descent(bowl, roll(5, 300)), "start|step 1 leads out"
    ),
    "descent: infinite": Case(
        lambda: curves.descent(bowl, [-2, 5, np.inf, np.nan]),
        "start|step 2 leads out",
    ),
    "descent: to and fro": Case(
        lambda: curves.descent(bowl, roll(1, 5)), "start|after 5 steps"
    ),
    "descent: one step": Case(
        lambda: curves.descent(bowl, [-2, 0]), "start|after 1 step"
    ),
    "descent: one position": Case(lambda: curves.descent(bowl, [-2]), "start"),
    "descent: at the bottom": Case(lambda: curves.descent(bowl, [1]), "start"),
    "descent: equal positions": Case(
        lambda: curves.descent(bowl, [1, 1, 1]), "start,\nafter 2 steps"
    ),
    "descent: level": Case(
        lambda: curves.descent(np.ones_like, [1, 2]), "start|after 1 step"
    ),
    "descent: no cost left of 0": Case(
        lambda: curves.descent(lambda w: -np.log(w), [0.05, 0.2, 0.5]),
        "start|after 2 steps",
    ),
    "descent: own labels": Case(
        lambda: curves.descent(
            np.cos, [0.5, 1, 2, 3], labels=("top", "valley")
        ),
        "top|valley",
    ),
    "descents": Case(
        lambda: curves.descents(
            bowl, {"too small": roll(0.01, 9), "good": GOOD, "too large": AWAY}
        ),
        "too small|good|too large|after\n9 steps|after\n6 steps|step 4 leads out",
    ),
    "descents: two": Case(
        lambda: curves.descents(
            bowl, {"rate 0.03": roll(0.03, 30), "rate 1": roll(1, 10)}
        ),
        "rate 0.03|rate 1|after\n30 steps|start,\nafter 10 steps",
    ),
    "descents: along a line": Case(
        lambda: curves.descents(
            bowl, {"rate 0.2": GOOD, "rate 1": roll(1, 10)}, position="distance"
        ),
        "rate 0.2|rate 1|distance",
    ),
    "descents: one": Case(
        lambda: curves.descents(bowl, {"rate 0.9": ZIGZAG}), "rate 0.9"
    ),
    "compare": Case(
        lambda: curves.compare(
            ["first", "second", "third"], [12.137, 2.5, -7.863], "miles"
        ),
        "first|second|third|12.14|2.5|−7.863|miles",
    ),
    "compare: times": Case(
        lambda: curves.compare(
            ["loop", "NumPy", "XLA"], TIMES, "seconds", logarithmic=True
        ),
        "loop|NumPy|XLA|22.7|0.0179|0.00013|seconds, logarithmic|10⁻⁵|10¹",
    ),
    "compare: tiny errors": Case(
        lambda: curves.compare(
            ["h = 0.1", "tape"], [3.2e-3, 2.22e-16], "error", logarithmic=True
        ),
        "0.0032|2.22 × 10⁻¹⁶",
    ),
    "compare: few powers": Case(
        lambda: curves.compare(
            ["a", "b"], [0.07, 7000], "rows", logarithmic=True
        ),
        "0.07|7,000|0.01|10,000",
    ),
    "compare: all negative": Case(
        lambda: curves.compare(["a", "b"], [-3, -12345.6], "points"),
        "−3|−12,346",
    ),
    "compare: large": Case(
        lambda: curves.compare(["a"], [-1.5e9], "points"), "−1.5 × 10⁹"
    ),
    "compare: nothing": Case(lambda: curves.compare(["a"], [0], "points"), "0"),
    "compare: equal names": Case(
        lambda: curves.compare(["a", "a"], [1, 2], "m"), "a|1|2|m"
    ),
}


@functools.cache
def figure_of(name: str) -> Any:
    return CASES[name].make()


@pytest.mark.parametrize("name", CASES)
def test_a_figure_shows_the_numbers_and_words_it_was_given(name: str) -> None:
    assert isinstance(figure_of(name), Figure)
    assert (
        set(CASES[name].shows.split("|")) - set(words(figure_of(name))) == set()
    )


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
        (lambda: curves.step(1, 0.4), "a row of them, not 1 and 0.4"),
        (lambda: curves.step(1, [[0.4]]), "not 1 and [[0.4]]"),
        (lambda: curves.step(1, [np.inf]), "not 1 and [inf]"),
        (lambda: curves.step(np.nan, []), "not nan and []"),
        (
            lambda: curves.descent(bowl, []),
            "positions must have shape (n), not (0,)",
        ),
        (
            lambda: curves.descent(bowl, [GOOD]),
            "positions must have shape (n), not (1, 7)",
        ),
        (
            lambda: curves.descent(bowl, [np.inf, 1]),
            "must be finite, not [inf, nan]",
        ),
        (
            lambda: curves.descent(np.log, [0, 1]),
            "must be finite, not [0.0, nan]",
        ),
        (
            lambda: curves.descent(np.sum, GOOD),
            "the weights' shape (7,), not ()",
        ),
        (
            lambda: curves.descent(bowl, GOOD, labels=["a"]),
            "labels must be two",
        ),
        (lambda: curves.descents(bowl, {}), "one, two or three, not 0"),
        (
            lambda: curves.descents(bowl, dict.fromkeys("abcd", GOOD)),
            "three, not 4",
        ),
        (
            lambda: curves.descents(bowl, {"a": GOOD, "b": []}),
            "positions b must have shape (n)",
        ),
        (lambda: curves.compare([], [], "m"), "each of the 0 names"),
        (
            lambda: curves.compare(["a"], [1, 2], "m"),
            "each of the 1 names, not of shape (2,)",
        ),
        (
            lambda: curves.compare(["a"], [np.nan], "m"),
            "values must be finite, not [nan]",
        ),
        (
            lambda: curves.compare(["a", "b"], [1, 0], "m", logarithmic=True),
            "values must be finite and positive, not [1.0, 0.0]",
        ),
    ],
)
def test_a_likely_mistake_is_named(
    make: Callable[[], Figure], complaint: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        make()


def only_axes(figure: Any) -> Any:
    (axes,) = figure.axes
    return axes


def balls(figure: Any, panel: int = 0) -> Floats:
    """Return where balls are drawn, shape (n, 2): the start is drawn last."""
    rest, start = (
        line.get_xydata()
        for line in figure.axes[panel].lines
        if line.get_marker() == "o"
    )
    return np.vstack([start, rest])


@pytest.mark.parametrize(
    "positions", [GOOD, CRAWL, ZIGZAG, roll(1, 5), [1.0, 1.0], [-2.0]]
)
def test_every_visited_weight_has_a_ball_on_the_curve(
    positions: list[float],
) -> None:
    drawn = balls(curves.descent(bowl, positions))
    assert np.allclose(
        drawn, [(weight, (weight - 1) ** 2 + 0.5) for weight in positions]
    )


@example(-2.0, 1.1, 12)
@example(-2.0, 0.001, 30)
@given(st.floats(-50, 50), st.floats(0, 4), st.integers(0, 40))
@settings(max_examples=15, deadline=None)
def test_whatever_the_rate_balls_lie_in_the_picture_and_labels_are_legible(
    start: float, rate: float, steps: int
) -> None:
    figure = curves.descent(bowl, roll(rate, steps, start))
    axes = only_axes(figure)
    drawn = axes.transLimits.transform(balls(figure))
    assert ((drawn >= 0) & (drawn <= 1)).all()
    assert flaws(figure) == []


@pytest.mark.parametrize("rate", [1.03, 1.1, 1.2, 1.5, 3.0])
def test_a_run_that_climbs_is_drawn_until_it_is_far_above_its_start(
    rate: float,
) -> None:
    # In the bowl each step multiplies the height above the bottom by the same factor.
    leaves = 1 + math.floor(math.log(7) / math.log((1 - 2 * rate) ** 2))
    figure = curves.descent(bowl, roll(rate, 200))
    assert len(balls(figure)) == leaves
    assert f"step {leaves} leads out" in words(figure)


@pytest.mark.parametrize("side", [-1, 1])
def test_a_crawling_run_shows_the_valley_it_does_not_reach(side: int) -> None:
    low, high = only_axes(
        curves.descent(bowl, roll(0.01, 10, 1 + 3.0 * side))
    ).get_xlim()
    assert low < 0 < 2 < high


def test_runs_share_their_axes() -> None:
    figure = curves.descents(
        bowl, {"crawling": CRAWL, "good": GOOD, "away": AWAY}
    )
    limits = [(axes.get_xlim(), axes.get_ylim()) for axes in figure.axes]
    assert limits == limits[:1] * 3
    assert [len(balls(figure, panel)) for panel in range(3)] == [31, 7, 4]


@pytest.mark.parametrize(
    ("threshold", "total", "output"),
    [(1, 0.9, 0), (1, 1, 0), (1, 1.2, 1), (-2, -1.99, 1)],
)
def test_a_sum_fires_only_above_the_threshold(
    threshold: float, total: float, output: int
) -> None:
    axes = only_axes(curves.step(threshold, [total]))
    (mark,) = [line for line in axes.lines if line.get_marker() == "D"]
    assert mark.get_xydata().tolist() == [[total, output]]


def test_the_jump_is_closed_below_and_open_above() -> None:
    axes = only_axes(curves.step(1, []))
    ends = {
        line.get_ydata()[0]: line.get_markerfacecolor()
        for line in axes.lines
        if line.get_marker() == "o"
    }
    assert ends == {0: style.MODEL, 1: style.PAPER}


@pytest.mark.parametrize(
    ("values", "logarithmic"),
    [([3.0, -2.0, 0.0], False), (TIMES, True), ([7.0, 7.0], True)],
)
def test_a_bar_ends_at_its_value_inside_the_axes(
    values: list[float], logarithmic: bool
) -> None:
    names = [str(place) for place in range(len(values))]
    axes = only_axes(
        curves.compare(names, values, "m", logarithmic=logarithmic)
    )
    assert [bar.get_width() for bar in axes.patches] == values
    low, high = axes.get_xlim()
    assert low <= min(values)
    assert max(values) <= high
