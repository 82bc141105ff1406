"""Figures of convolution: what a filter finds, learnt filters, what moving a digit costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import MaxNLocator, PercentFormatter

from annbook.figures import digits, style

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


def response(image: ArrayLike, kernel: ArrayLike, sums: ArrayLike) -> Figure:
    """Return a figure of an image, the kernel that slides over it, and the sums that come out.

    Parameters
    ----------
    image : array_like, shape (rows, columns)
        From 0 (paper) to 1 (ink).
    kernel : array_like, shape (high, wide)
        Its weights are written into it: up to about 5 by 5 stay legible.
    sums : array_like, shape (n, m)
        Of any sign: what `annbook.filters.convolve` gave.

    Raises
    ------
    ValueError
        Where one of the three is no matrix.
    """
    named = {"image": image, "kernel": kernel, "sums": sums}
    arrays = {name: np.asarray(a, np.float64) for name, a in named.items()}
    for name, array in arrays.items():
        style.require_shape(name, array, None, None)
    figure = style.new_figure(6.4, 2.7)
    panels = figure.subplots(1, 3, width_ratios=[1, 0.6, 1])
    titles = ("image", "kernel", "sums")
    for axes, title, array in zip(panels, titles, arrays.values(), strict=True):
        axes.set_title(title)
        axes.set_axis_off()
        if title == "image":
            axes.imshow(array, vmin=0, vmax=1)
        else:
            _draw_signed(axes, array)
    for (row, column), weight in np.ndenumerate(arrays["kernel"]):
        panels[1].text(
            column,
            row,
            style.number(weight, 2),
            size=style.NOTE_SIZE,
            **style.CENTRED,
        )
    return figure


def _draw_signed(axes: Axes, values: Floats) -> None:
    """Draw values of any sign as pixels, the same colours on both sides of 0."""
    # Half of the scale stays unused, so that dark text is legible on every colour.
    limit = 1.6 * (float(np.abs(values).max()) or 1.0)
    axes.imshow(values, cmap=digits.SIGNED, vmin=-limit, vmax=limit)


def kernels(kernels: ArrayLike, columns: int = 8) -> Figure:
    """Return a figure of learnt kernels, one small picture each, on one scale for all.

    Parameters
    ----------
    kernels : array_like, shape (n, high, wide)
        Weights of any sign.
    columns : int
        Pictures in a row.

    Raises
    ------
    ValueError
        For another shape.
    """
    stack = np.asarray(kernels, np.float64)
    style.require_shape("kernels", stack, None, None, None)
    # A few weights fill a tile as many pixels do, so that the gaps stay narrow.
    return digits.signed(
        np.kron(stack, np.ones((1, 5, 5))),
        [],
        columns,
        "weight (+ counts for, \N{MINUS SIGN} against)",
    )


def shifts(shares: Mapping[str, ArrayLike]) -> Figure:
    """Return a figure of the accuracy on digits that were moved, for each model.

    Parameters
    ----------
    shares : mapping of str to array_like, shape (n,)
        Accuracies from 0 to 1, by model: for a digit where it was, moved by 1 pixel, by 2, ...

    Raises
    ------
    ValueError
        Where there is no model, the rows differ in length, or a share is not from 0 to 1.
    """
    curves = {name: np.asarray(row, np.float64) for name, row in shares.items()}
    if not curves:
        raise ValueError("shares must hold one model or more, not 0")
    (length, *_) = (row.size for row in curves.values())
    for name, row in curves.items():
        style.require_shape(f"shares of {name}", row, length)
        if not ((row >= 0) & (row <= 1)).all():
            raise ValueError(
                f"shares of {name} must be from 0 to 1, not {row.tolist()}"
            )
    figure = style.new_figure(height=4.0)
    axes = figure.add_subplot(
        xlabel="moved by (pixels)",
        ylabel="read correctly",
        xlim=(0, max(1, length - 1)),
        ylim=(0, 1),
    )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    ends = []
    for (name, row), look in zip(
        curves.items(), style.series(len(curves)), strict=True
    ):
        axes.plot(range(length), row, clip_on=False, **look._asdict())
        ends.append((float(row[-1]), name, look.color))
    style.label_ends(axes, ends)
    return figure
