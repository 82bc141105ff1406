"""Figures of filters and of models side by side: legible, and true to their numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from drawing import flaws, words

from annbook.figures import comparison, filters

GENERATOR = np.random.default_rng(0)
ROW = [0.916, 0.85, 0.62, 0.4, 0.25]
MODELS = {
    "softmax regression": (0.910, 0.916, 0.921),
    "hidden layer": (0.973, 0.976, 0.979),
    "convolution": (0.990, 0.992, 0.9935),
}


def response(kernel: Any) -> Any:
    return filters.response(
        GENERATOR.random((28, 28)), kernel, GENERATOR.normal(size=(26, 26))
    )


@pytest.mark.parametrize(
    "figure",
    [
        response([[1, 1, 1], [0, 0, 0], [-1, -1, -1]]),
        response([[-0.25, 1.5]]),
        response(np.zeros((1, 1))),
        filters.kernels(GENERATOR.normal(size=(16, 5, 5))),
        filters.kernels(np.zeros((1, 3, 3))),
        filters.shifts(
            {"softmax": ROW, "hidden": np.sqrt(ROW), "convolution": ROW}
        ),
        filters.shifts({"softmax": [0.9]}),
        filters.shifts({"a": [1.0, 0.0], "b": [1.0, 1.0]}),
        comparison.accuracies(MODELS),
        comparison.accuracies({"one": (1.0, 1.0, 1.0)}),
        comparison.accuracies({"a": (0.0, 0.1, 0.3), "b": (0.6, 0.7, 0.8)}),
    ],
)
def test_texts_are_legible(figure: Any) -> None:
    assert flaws(figure) == []


def test_a_response_shows_the_image_the_weights_and_the_sums() -> None:
    figure = response([[1, 0], [-0.5, 2]])
    assert [axes.get_title() for axes in figure.axes] == [
        "image",
        "kernel",
        "sums",
    ]
    assert {"1", "0", "\N{MINUS SIGN}0.5", "2"} <= set(words(figure))
    sums = figure.axes[2].images[0]
    low, high = sums.get_clim()
    assert low == -high
    assert high >= np.abs(sums.get_array()).max()


def test_kernels_share_a_scale_that_is_even_about_0() -> None:
    kernels = GENERATOR.normal(size=(6, 5, 5))
    (picture,) = filters.kernels(kernels).axes[0].images
    assert picture.get_clim() == pytest.approx(
        (-np.abs(kernels).max(), np.abs(kernels).max())
    )
    assert np.nanmax(picture.get_array()) == kernels.max()


def test_shifts_draw_each_row_over_the_pixels_moved() -> None:
    figure = filters.shifts({"softmax": ROW})
    (line,) = figure.axes[0].lines
    assert line.get_xdata().tolist() == [0, 1, 2, 3, 4]
    assert line.get_ydata().tolist() == ROW


def test_accuracies_stand_where_they_are_with_their_intervals() -> None:
    figure = comparison.accuracies(MODELS)
    lines = figure.axes[0].lines
    assert [line.get_xdata().tolist() for line in lines[::2]] == [
        [low, high] for low, _, high in MODELS.values()
    ]
    assert [line.get_xdata().item() for line in lines[1::2]] == [
        share for _, share, _ in MODELS.values()
    ]
    assert {"91.60 %", "97.60 %", "99.20 %", *MODELS} <= set(words(figure))


@pytest.mark.parametrize(
    ("call", "argument", "complaint"),
    [
        (filters.kernels, np.zeros((5, 5)), "kernels must have shape"),
        (filters.shifts, {}, "one model or more"),
        (filters.shifts, {"a": [0.5, 1.1]}, "from 0 to 1"),
        (
            filters.shifts,
            {"a": [0.5], "b": [0.5, 0.4]},
            r"shares of b must have shape",
        ),
        (comparison.accuracies, {}, "one model or more"),
        (comparison.accuracies, {"a": (0.5, 0.4, 0.6)}, "0 <= low <= accuracy"),
        (comparison.accuracies, {"a": (0.9, 0.95, 1.01)}, "high <= 1"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(
    call: Any, argument: Any, complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        call(argument)
