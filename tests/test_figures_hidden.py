"""Figures of the hidden layer and of what a network imagines: legible, and true to the data."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from drawing import flaws, words

from annbook.figures import diagrams, imagination

if TYPE_CHECKING:
    from collections.abc import Callable

GENERATOR = np.random.default_rng(0)
INK = GENERATOR.random((10, 28, 28))
SIGNED = GENERATOR.normal(size=(10, 28, 28))


@pytest.mark.parametrize(
    "figure",
    [
        diagrams.hidden_layer(),
        diagrams.hidden_layer(nodes_shown=1, classes=1),
        diagrams.hidden_layer(classes=2, nodes=30, inputs=64),
        imagination.compared({"imagined": INK}),
        imagination.compared(
            {"imagined": INK, "mean image": INK, "weights": SIGNED}
        ),
        imagination.compared({"of two classes": SIGNED[:2]}),
    ],
)
def test_texts_are_legible(figure: Any) -> None:
    assert flaws(figure) == []


def test_the_diagram_names_first_and_last_nodes_and_says_how_many() -> None:
    written = words(diagrams.hidden_layer(3, 10, 200, 784))
    assert {"784\ninputs", "200\nhidden nodes", "10\noutputs"} <= set(written)
    assert {"x₁", "x₃", "x₇₈₄", "h₁", "h₃", "h₂₀₀", "o₀", "o₉"} <= set(written)
    assert not {"x₄", "h₄"} & set(written)


def test_every_node_shown_is_connected_with_every_node_of_the_next_column() -> (
    None
):
    figure = diagrams.hidden_layer(nodes_shown=2, classes=4)
    arrows = [text for text in figure.axes[0].texts if text.get_text() == ""]
    assert len(arrows) == 3 * 3 + 3 * 4


def test_images_stand_side_by_side_pixel_for_pixel() -> None:
    figure = imagination.compared({"ink": INK, "weights": SIGNED})
    for axes, stack in zip(figure.axes, (INK, SIGNED), strict=True):
        canvas = np.ma.filled(axes.images[0].get_array(), np.nan)
        drawn = canvas[:, np.isfinite(canvas[0])]
        np.testing.assert_array_equal(drawn, np.hstack([*stack]))


def test_signs_have_two_colours_about_0_and_ink_has_one_from_0() -> None:
    ink, weights = (
        axes.images[0]
        for axes in imagination.compared({"a": 3 * INK, "b": SIGNED}).axes
    )
    assert ink.get_cmap().name == "gray_r"
    assert ink.get_clim() == (0, 3 * INK.max())
    assert weights.get_cmap().name == "signed"
    assert weights.get_clim() == (-abs(SIGNED).max(), abs(SIGNED).max())


def test_a_row_of_nothing_but_zeros_can_be_drawn() -> None:
    (axes,) = imagination.compared({"nothing": np.zeros((3, 4, 4))}).axes
    assert axes.images[0].get_clim() == (0, 1)


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (
            lambda: diagrams.hidden_layer(nodes_shown=200),
            "nodes_shown must be from 1 to 199, not 200",
        ),
        (
            lambda: diagrams.hidden_layer(nodes_shown=0),
            "nodes_shown must be from 1 to 783, not 0",
        ),
        (
            lambda: diagrams.hidden_layer(classes=0),
            "classes must be 1 or more, not 0",
        ),
        (lambda: imagination.compared({}), "one row or more, not 0"),
        (
            lambda: imagination.compared({"a": INK, "b": INK[:9]}),
            "b must have shape (10, n, n), not (9, 28, 28)",
        ),
        (
            lambda: imagination.compared({"a": INK.reshape(10, -1)}),
            "a must have shape (10, n, n), not (10, 784)",
        ),
    ],
)
def test_a_likely_mistake_is_named(
    make: Callable[[], Any], complaint: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        make()
