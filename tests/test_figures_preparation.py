"""The figures of preparation show the steps and the accuracies they were given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from drawing import flaws, words
from matplotlib.patches import Rectangle

from annbook import drawing, preparation
from annbook.figures import preparation as figures

CANVAS = drawing.strokes(["60,80 150,80 90,230"])
SHARES = {
    "shrunk\nas it is": {"one": 0.141, "two": 0.18, "three": 0.43},
    "placed": {"one": 0.88, "two": 0.996, "three": 1.0},
}


@pytest.mark.parametrize(
    "picture",
    [
        1 - CANVAS,
        CANVAS,
        np.kron(CANVAS, np.ones((3, 3))),
        CANVAS[:240, 40:170],
    ],
    ids=["dark on light", "light on dark", "large", "upright"],
)
def test_the_four_steps_are_named_and_legible(picture: Any) -> None:
    figure = figures.steps(picture)
    assert not flaws(figure)
    assert [text.split(".")[0] for text in words(figure)] == [
        "1",
        "2",
        "3",
        "4",
    ]


def test_the_steps_show_what_the_preparation_does() -> None:
    figure = figures.steps(1 - CANVAS)
    photo, found, small, final = (
        axes.images[0].get_array() for axes in figure.axes
    )
    # Drawn as ink, so that black on white looks like it.
    np.testing.assert_allclose(photo, CANVAS)
    np.testing.assert_allclose(found, CANVAS, atol=0.05)
    assert small.shape == (20, max(small.shape[1], 1))
    np.testing.assert_array_equal(final, preparation.prepare(1 - CANVAS))


def test_the_box_and_the_crosses_are_where_they_belong() -> None:
    _, found, _, final = figures.steps(1 - CANVAS).axes
    (box,) = (each for each in found.patches if isinstance(each, Rectangle))
    rows, columns = (np.flatnonzero(CANVAS.any(axis=side)) for side in (1, 0))
    assert box.get_xy() == (columns[0] - 0.5, rows[0] - 0.5)
    assert box.get_width() == len(columns)
    assert box.get_height() == len(rows)
    # Matplotlib has the middle of pixel i at i.
    assert cross(final) == pytest.approx((14, 14))
    down, across = preparation.centre_of_mass(CANVAS)
    assert cross(found) == pytest.approx((across - 0.5, down - 0.5), abs=0.5)


def cross(axes: Any) -> tuple[float, float]:
    across, down = axes.lines
    return float(across.get_xdata().mean()), float(down.get_ydata().mean())


def test_a_picture_without_ink_has_no_steps() -> None:
    with pytest.raises(ValueError, match="must show ink"):
        figures.steps(np.zeros((30, 30)))


def test_each_accuracy_is_a_bar_with_its_number() -> None:
    figure = figures.accuracies(SHARES)
    assert not flaws(figure)
    written = words(figure)
    for text in (
        "14",
        "18",
        "43",
        "88",
        "100",
        "shrunk\nas it is",
        "one",
        "three",
    ):
        assert text in written
    lengths = [bar.get_width() for bar in figure.axes[0].patches]
    expected = [
        100 * way[name] for name in SHARES["placed"] for way in SHARES.values()
    ]
    assert lengths == pytest.approx(expected)


def test_models_are_told_apart_without_colour() -> None:
    bars = figures.accuracies(SHARES).axes[0].patches
    assert len({bar.get_hatch() for bar in bars}) == 3


@pytest.mark.parametrize(
    "shares",
    [
        {},
        {"way": {}},
        {"way": {"one": 0.5}, "other": {"two": 0.5}},
        {"way": {"one": 50.0}},
        {"way": {"one": float("nan")}},
    ],
)
def test_accuracies_that_are_none_are_refused(shares: Any) -> None:
    with pytest.raises(ValueError, match="must"):
        figures.accuracies(shares)
