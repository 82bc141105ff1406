"""The figure of many guessers: the best is marked in each panel, and all is legible."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from drawing import flaws, words
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from annbook.figures import chance

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GENERATOR = np.random.default_rng(3)
CHOSEN = GENERATOR.binomial(100, 0.1, 1000) / 100
FRESH = GENERATOR.binomial(1000, 0.1, 1000) / 1000


def two_panels() -> Figure:
    return chance.best_of_many(
        {"on the records of the choice": CHOSEN, "on fresh records": FRESH}
    )


def test_both_panels_name_the_score_of_the_one_that_was_best_on_the_first() -> (
    None
):
    best = CHOSEN.argmax()
    texts = words(two_panels())
    assert f"the best: {100 * CHOSEN[best]:.3g} %" in texts
    assert f"the same guesser: {100 * FRESH[best]:.3g} %" in texts
    assert {"on the records of the choice", "on fresh records"} <= set(texts)


def test_every_guesser_is_counted_once_in_each_panel() -> None:
    for axes, scores in zip(two_panels().axes, (CHOSEN, FRESH), strict=True):
        bars = axes.patches
        assert sum(bar.get_height() for bar in bars) == len(scores)
        for bar in bars:
            centre = bar.get_x() + bar.get_width() / 2
            near = np.abs(100 * scores - centre) <= 0.5 + 1e-9
            strictly = np.abs(100 * scores - centre) < 0.5 - 1e-9
            assert strictly.sum() <= bar.get_height() <= near.sum()


@pytest.mark.parametrize(
    "scores",
    [
        pytest.param({"one": CHOSEN}, id="one-panel"),
        pytest.param({"a": CHOSEN, "b": FRESH, "c": CHOSEN}, id="three-panels"),
        pytest.param({"a": CHOSEN, "b": CHOSEN}, id="the-best-stays-the-best"),
        pytest.param({"a": [0.0], "b": [1.0]}, id="from-nothing-to-all"),
        pytest.param({"a": [1.0], "b": [0.0]}, id="from-all-to-nothing"),
        pytest.param({"a": [0.0], "b": [0.0]}, id="nobody-is-ever-right"),
    ],
)
def test_a_figure_is_legible(scores: dict[str, list[float]]) -> None:
    assert flaws(chance.best_of_many(scores)) == []


def test_the_page_s_figure_is_legible() -> None:
    assert flaws(two_panels()) == []


def test_no_bar_reaches_up_to_a_score_that_is_written() -> None:
    figure = two_panels()
    FigureCanvasAgg(figure).draw()
    for axes in figure.axes:
        (text,) = axes.texts
        lowest = Text.get_window_extent(text).y0
        assert all(bar.get_window_extent().y1 < lowest for bar in axes.patches)


def test_a_score_is_written_on_the_roomier_side_of_its_line() -> None:
    figure = chance.best_of_many({"low": [0.0, 1.0], "high": [1.0, 0.0]})
    high, low = (
        axes.texts[0].get_horizontalalignment() for axes in figure.axes
    )
    assert (high, low) == ("right", "left")


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        pytest.param({}, "one set of records or more", id="no-panel"),
        pytest.param({"a": []}, "scores a", id="no-guesser"),
        pytest.param({"a": [0.1, 0.2], "b": [0.1]}, "scores b", id="unequal"),
        pytest.param({"a": [10.0]}, "from 0 to 1", id="per-cent"),
    ],
)
def test_what_cannot_be_drawn_is_named(
    scores: dict[str, list[float]], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        chance.best_of_many(scores)
