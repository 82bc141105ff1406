"""Figures of what a network imagines, beside what it was shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from annbook.figures import digits, style

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

_GAP = 2
"""Pixels between one image and the next."""


def compared(rows: Mapping[str, ArrayLike]) -> Figure:
    """Return a figure of several rows of images, one image for each class, a name over each row.

    Parameters
    ----------
    rows : mapping of str to array_like, each of shape (classes, rows, columns)
        A row that has negative values is drawn in two colours, symmetrical about 0, any other
        as ink on paper, the largest value the darkest.

    Raises
    ------
    ValueError
        Where there is no row, or they differ in the number of classes.
    """
    stacks = {name: np.asarray(row, np.float64) for name, row in rows.items()}
    if not stacks:
        raise ValueError("rows must hold one row or more, not 0")
    classes = len(next(iter(stacks.values())))
    for name, stack in stacks.items():
        style.require_shape(name, stack, classes, None, None)
    figure = style.new_figure(6.8, 1.12 * len(stacks) + 0.3)
    panels = figure.subplots(len(stacks), 1, squeeze=False)[:, 0]
    for axes, (name, stack) in zip(panels, stacks.items(), strict=True):
        _draw_row(axes, name, stack)
    return figure


def _draw_row(axes: Axes, name: str, stack: NDArray[np.float64]) -> None:
    """Draw images side by side, their classes under them and a name above."""
    count, high, wide = stack.shape
    canvas = np.full((high, count * (wide + _GAP) - _GAP), np.nan)
    for place, image in enumerate(stack):
        left = place * (wide + _GAP)
        canvas[:, left : left + wide] = image
    limit = float(np.abs(stack).max()) or 1.0
    if (stack < 0).any():
        axes.imshow(canvas, cmap=digits.SIGNED, vmin=-limit, vmax=limit)
    else:
        axes.imshow(canvas, vmin=0, vmax=limit)
    middles = (wide + _GAP) * np.arange(count) + wide / 2 - 0.5
    axes.set_xticks(middles, [str(digit) for digit in range(count)])
    axes.set_yticks([])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title(name, loc="left")
