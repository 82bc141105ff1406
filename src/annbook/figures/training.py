"""Figures of training: how the cost falls, and what a probability costs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import MaxNLocator

from annbook.figures import style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray


def cost_curve(
    costs: ArrayLike | Mapping[str, ArrayLike],
    *,
    quantity: str = "mean cost",
    logarithmic: bool = False,
) -> Figure:
    """Return a figure of one value for each epoch, such as its mean cost; the last is written.

    Parameters
    ----------
    costs : array_like, shape (epochs,), or mapping of str to array_like
        One curve, or one for each label. The first value of a single curve is written too.
        Where a value is not finite the curve has a gap.
    quantity : str
        What the values are, with their unit if they have one.
    logarithmic : bool
        Whether the values' axis is logarithmic, for curves of very different size.

    Raises
    ------
    ValueError
        Where there is no curve, or one is not a row of values or has no finite one.
    """
    curves = costs if isinstance(costs, Mapping) else {"": costs}
    if not curves:
        raise ValueError("costs must hold one curve or more, not 0")
    values = {name: _finite(name, curve) for name, curve in curves.items()}
    figure = style.new_figure()
    axes = figure.add_subplot(
        xlabel="epoch",
        ylabel=quantity,
        xlim=(1, max(2, *map(len, values.values()))),
    )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    looks = style.series(len(values))
    ends = [
        _draw_curve(axes, name, values[name], look)
        for name, look in zip(values, looks, strict=True)
    ]
    if logarithmic:
        axes.set_yscale("log")
        # The default writes powers as formulas, which do not take the page's font.
        axes.yaxis.set_major_formatter("{x:,.15g}")
    else:
        axes.set_ylim(bottom=0)
    style.label_ends(axes, ends)
    if len(ends) == 1:
        _label_first(axes, *values.values())
    return figure


def _draw_curve(
    axes: Axes, name: str, values: NDArray[np.float64], look: style.Series
) -> tuple[float, str, str]:
    """Draw a curve; return the height, the text and the colour of the label at its end."""
    size = 5 if len(values) <= 20 else 0
    epochs = np.arange(1, len(values) + 1)
    axes.plot(epochs, values, clip_on=False, **look._asdict(), markersize=size)
    last = style.number(values[-1]) if np.isfinite(values[-1]) else "not finite"
    return (
        values[np.isfinite(values)][-1],
        f"{name}: {last}" if name else last,
        look.color,
    )


def _label_first(axes: Axes, values: NDArray[np.float64]) -> None:
    """Write the first value of a curve, on the side of it that the curve leaves free."""
    first, second = values[:2] if len(values) > 1 else (np.nan, np.nan)
    if np.isfinite(first):
        axes.annotate(
            style.number(first),
            (1, first),
            xytext=(8, -7 if second > first else 7),
            textcoords="offset points",
            va="center",
            color=style.SERIES[0].color,
            fontsize=style.NOTE_SIZE,
        )


def _finite(name: str, curve: ArrayLike) -> NDArray[np.float64]:
    """Return a curve with gaps where it is not finite."""
    values = np.asarray(curve, np.float64)
    title = f"costs {name}".rstrip()
    style.require_shape(title, values, None)
    if not np.isfinite(values).any():
        raise ValueError(f"{title} must have a finite value, not {values}")
    return np.where(np.isfinite(values), values, np.nan)


def cost_of_probability(points: Sequence[float] = ()) -> Figure:
    """Return a figure of the cost -ln p of giving the right answer the probability p.

    Parameters
    ----------
    points : sequence of float
        Probabilities to mark on the curve, above 0 and up to 1.

    Raises
    ------
    ValueError
        Where a point is not above 0 and up to 1.
    """
    outside = [point for point in points if not 0 < point <= 1]
    if outside:
        raise ValueError(
            f"probabilities must be above 0 and up to 1, not {outside}"
        )
    figure = style.new_figure()
    axes = figure.add_subplot(
        xlabel="probability p of the right answer",
        ylabel="cost \N{MINUS SIGN}ln p",
    )
    p = np.geomspace(min([0.005, *points]), 1, 200)
    axes.plot(p, -np.log(p), color=style.MODEL)
    axes.set(xlim=(0, 1), ylim=(0, -np.log(p[0])))
    axes.text(
        0.04, 0.98, "p \N{RIGHTWARDS ARROW} 0: cost \N{RIGHTWARDS ARROW} \N{INFINITY}",
        transform=axes.transAxes, va="top", color=style.MUTED,
    )  # fmt: skip
    for point in points:
        cost = -math.log(point)
        axes.plot(point, cost, "o", color=style.ERROR, clip_on=False, zorder=3)
        axes.annotate(
            f"\N{MINUS SIGN}ln {style.number(point)} = {style.number(round(cost, 2))}",
            (point, cost),
            xytext=(4, 8),
            textcoords="offset points",
            ha="right" if point > 0.75 else "left",
        )
    return figure
