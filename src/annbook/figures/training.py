"""Figures of training: how the cost falls, where it leads, and what a probability costs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import MaxNLocator

from annbook.figures import style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

_GROUND = LinearSegmentedColormap.from_list(
    "ground", [style.PAPER, style.FAINT, "#9fb4c7"]
)

_ROUND_COSTS = (1, 1.5, 2, 3, 4, 5, 7)
"""First digits of the costs that get a line."""


def cost_curve(
    costs: ArrayLike | Mapping[str, ArrayLike],
    *,
    quantity: str = "mean cost",
    logarithmic: bool = False,
    first: int = 1,
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
    first : int
        The epoch of the first values: 0 where they were measured before the first step.

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
        xlim=(
            first,
            first + max(1, *(len(row) - 1 for row in values.values())),
        ),
    )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    looks = style.series(len(values))
    ends = [
        _draw_curve(axes, name, values[name], look, first)
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
        _label_first(axes, next(iter(values.values())), first)
    return figure


def _draw_curve(
    axes: Axes,
    name: str,
    values: Floats,
    look: style.Series,
    first: int,
) -> tuple[float, str, str]:
    """Draw a curve; return the height, the text and the colour of the label at its end."""
    size = 5 if len(values) <= 20 else 0
    epochs = np.arange(first, first + len(values))
    axes.plot(epochs, values, clip_on=False, **look._asdict(), markersize=size)
    last = style.number(values[-1]) if np.isfinite(values[-1]) else "not finite"
    return (
        values[np.isfinite(values)][-1],
        f"{name}: {last}" if name else last,
        look.color,
    )


def _label_first(axes: Axes, values: Floats, epoch: int) -> None:
    """Write the first value of a curve, on the side of it that the curve leaves free."""
    first, second = values[:2] if len(values) > 1 else (np.nan, np.nan)
    if np.isfinite(first):
        axes.annotate(
            style.number(first),
            (epoch, first),
            xytext=(8, -7 if second > first else 7),
            textcoords="offset points",
            va="center",
            color=style.SERIES[0].color,
            fontsize=style.NOTE_SIZE,
        )


def _finite(name: str, curve: ArrayLike) -> Floats:
    """Return a curve with gaps where it is not finite."""
    values = np.asarray(curve, np.float64)
    title = f"costs {name}".rstrip()
    style.require_shape(title, values, None)
    if not np.isfinite(values).any():
        raise ValueError(f"{title} must have a finite value, not {values}")
    return np.where(np.isfinite(values), values, np.nan)


def landscape(
    ticks: Sequence[ArrayLike], costs: ArrayLike, path: ArrayLike
) -> Figure:
    """Return a figure of the cost on a plane: a map with lines of equal cost and a path on it.

    Both axes have the same scale, so the steepest way down crosses the lines at right angles.

    Parameters
    ----------
    ticks : sequence of array_like
        Two: the distances along the first and the second direction, each rising.
    costs : array_like, shape (first, second)
        Positive, one for each pair of distances, as from `annbook.landscape.surface`.
    path : array_like, shape (places, 2)
        Inside the plane, with room for a word under its first and its last place.

    Raises
    ------
    ValueError
        Where the shapes do not fit, a cost is not positive, or the path leaves the plane.
    """
    along, across = (np.asarray(row, np.float64) for row in ticks)
    heights = np.asarray(costs, np.float64)
    places = np.asarray(path, np.float64)
    _require_map(along, across, heights, places)
    width, height = np.ptp(along), np.ptp(across)
    figure = style.new_figure(height=0.8 + 5.6 * height / width)
    axes = figure.add_subplot(
        xlabel="along the first direction",
        ylabel="along the second",
        xlim=along[[0, -1]],
        ylim=across[[0, -1]],
    )
    axes.set_aspect("equal")
    # Before the layout is known, the axes have about the width that they will end with.
    inch = float(width / axes.bbox.width * figure.dpi)
    lines = _draw_heights(axes, along, across, heights)
    _label_heights(axes, lines, places, inch)
    _draw_path(axes, places, inch)
    return figure


def _require_map(
    along: Floats, across: Floats, heights: Floats, path: Floats
) -> None:
    style.require_shape("costs", heights, len(along), len(across))
    style.require_shape("path", path, None, 2)
    if not (np.isfinite(heights) & (heights > 0)).all():
        raise ValueError(
            f"costs must be finite and positive, not from {heights.min()} to {heights.max()}"
        )
    low, high = np.transpose([along[[0, -1]], across[[0, -1]]])
    if not ((path >= low) & (path <= high)).all():
        raise ValueError(
            f"path must stay from {low.tolist()} to {high.tolist()}, not from "
            f"{path.min(axis=0).tolist()} to {path.max(axis=0).tolist()}"
        )


def _draw_heights(
    axes: Axes, along: Floats, across: Floats, heights: Floats
) -> Any:
    """Draw the ground, darker where it is higher, and return lines of equal cost on it."""
    levels = _round_costs(heights.min(), heights.max())
    bands = [0, *levels, 2 * heights.max()]
    shades = _GROUND(np.linspace(0, 1, len(bands) - 1))
    ground = (along, across, heights.T)
    axes.contourf(*ground, bands, colors=shades)
    return axes.contour(*ground, levels, colors=style.MUTED, linewidths=0.9)


def _round_costs(low: float, high: float) -> list[float]:
    """Return the round numbers between two costs, a few to each power of ten."""
    powers = range(
        math.floor(math.log10(low)), math.floor(math.log10(high)) + 1
    )
    costs = [
        float(f"{digit}e{power}") for power in powers for digit in _ROUND_COSTS
    ]
    return [cost for cost in costs if low < cost < high]


def _label_heights(axes: Axes, lines: Any, path: Floats, inch: float) -> None:
    """Write its cost on each line that has a place for it away from the path and the others."""
    corners = np.transpose([axes.get_xlim(), axes.get_ylim()])
    low, high = corners[0] + 0.35 * inch, corners[1] - 0.35 * inch
    # In a row, on that side of the path that has more space.
    below = path[:, 1].mean() > corners[:, 1].mean()
    row = low[1] + (high[1] - low[1]) * (0.15 if below else 0.85)
    taken = list(path)
    places: list[Any] = []
    for pieces in lines.allsegs:
        points = np.concatenate([np.reshape(each, (-1, 2)) for each in pieces])
        gaps = np.hypot(*(points[:, np.newaxis] - taken).T).min(axis=0)
        inside = ((points >= low) & (points <= high)).all(axis=1)
        free = points[inside & (gaps >= 0.45 * inch)]
        if len(free):
            places.append(free[np.abs(free[:, 1] - row).argmin()])
            taken.append(places[-1])
    if places:
        look = {"fontsize": style.NOTE_SIZE, "colors": style.INK}
        axes.clabel(lines, manual=places, fmt="{:,.15g}".format, **look)


def _draw_path(axes: Axes, places: Floats, inch: float) -> None:
    """Draw a path with a dot at each place, its start hollow and its end a diamond."""
    look: dict[str, Any] = {"color": style.ERROR, "zorder": 4}
    axes.plot(*places.T, "o-", **look, markersize=4, linewidth=1.2)
    marks: dict[str, Any] = {"mec": style.INK, "ms": 9, **look}
    axes.plot(*places[0], "o", mfc=style.PAPER, mew=2, **marks)
    axes.plot(*places[-1], "D", **marks)
    together = np.hypot(*(places[-1] - places[0])) < 0.7 * inch
    for place, text, over in (
        (places[0], "start", False),
        (places[-1], "end", together),
    ):
        axes.annotate(
            text,
            tuple(place),
            xytext=(0, 10 if over else -10),
            textcoords="offset points",
            ha="center",
            va="bottom" if over else "top",
            bbox={"boxstyle": "round,pad=0.15", "fc": style.PAPER, "lw": 0},
            zorder=5,
        )


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
