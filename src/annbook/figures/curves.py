"""Figures of curves and bars: the step function, gradient descent, small comparisons."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import MaxNLocator, NullLocator

from annbook.figures import style

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Cost = Callable[[Floats], ArrayLike]

_LETTER, _DIGIT = 0.53 * style.NOTE_SIZE / 72, 0.64 * style.NOTE_SIZE / 72
"""Inches that a letter and a digit of a note are wide, about."""

_ROUND = [1, 2, 5, 10]
"""First digits of the steps between ticks."""


def step(threshold: float, sums: ArrayLike) -> Figure:
    """Return a figure of the step function over the gathered sum, with some sums marked on it.

    Parameters
    ----------
    threshold : float
        The output is 0 up to and including it, and 1 above.
    sums : array_like, shape (n,)
        Each is written at its point; none is needed.

    Raises
    ------
    ValueError
        Where the sums are not one row, or a number is not finite.
    """
    given = np.asarray(sums, np.float64)
    if given.ndim != 1 or not np.isfinite([threshold, *given]).all():
        raise ValueError(
            f"threshold and sums must be a finite number and a row of them, "
            f"not {threshold} and {given.tolist()}"
        )
    marked = np.unique(given)
    low, high = min([threshold, *marked]), max([threshold, *marked])
    room = 1.0 if np.isclose(low, high) else (high - low) / 2
    figure = style.new_figure(height=3.2)
    axes = figure.add_subplot(
        xlabel="gathered sum", ylabel="output", yticks=[0, 1]
    )
    axes.xaxis.set_major_locator(MaxNLocator(8, steps=_ROUND))
    axes.set(xlim=(low - room, high + room), ylim=(-0.15, 1.4))
    _draw_step(axes, threshold)
    _label_sums(axes, marked[marked <= threshold], 0)
    _label_sums(axes, marked[marked > threshold], 1)
    return figure


def _draw_step(axes: Axes, threshold: float) -> None:
    """Draw the step function from the left to the right of the axes."""
    left, right = axes.get_xlim()
    axes.vlines(threshold, 0, 1, color=style.MUTED, lw=1.2, linestyle=":")
    axes.plot([left, threshold], [0, 0], color=style.MODEL)
    axes.plot([threshold, right], [1, 1], color=style.MODEL)
    for output, fill in ((0, style.MODEL), (1, style.PAPER)):
        look: dict[str, Any] = {"color": style.MODEL, "markerfacecolor": fill}
        axes.plot(threshold, output, "o", ms=11, mew=2, **look)
    axes.annotate(
        f"threshold {style.number(threshold)}",
        (threshold, 0.6),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        color=style.MUTED,
    )


def _label_sums(axes: Axes, sums: Floats, output: int) -> None:
    """Mark sums that have the same output, and write them above, moved apart."""
    texts = [style.number(value) for value in sums]
    widest = (1 + max(map(len, texts), default=0)) * _DIGIT
    gap = widest * np.ptp(axes.get_xlim()) / _inches(axes)[0]
    places = style.spread(sums, gap)
    leader = {"arrowstyle": "-", "color": style.ERROR, "shrinkA": 1}
    backing = {"boxstyle": "round,pad=0.05", "fc": style.PAPER, "lw": 0}
    look: dict[str, Any] = {"color": style.ERROR, "mec": style.PAPER}
    for value, text, place in zip(sums, texts, places, strict=True):
        axes.plot(value, output, "D", markersize=8, zorder=4, **look)
        axes.annotate(
            text,
            (value, output),
            xytext=(place, output + 0.16),
            ha="center",
            fontsize=style.NOTE_SIZE,
            arrowprops=leader,
            bbox=backing,
        )


def _inches(axes: Axes) -> Floats:
    """Return the width and the height of axes, about what they will be when laid out."""
    inches: Floats = np.asarray(axes.bbox.size) / axes.figure.dpi
    return inches


def descent(
    cost: Cost, positions: ArrayLike, *, labels: Sequence[str] | None = None
) -> Figure:
    """Return a figure of gradient descent: a ball that steps down the curve of cost over weight.

    Parameters
    ----------
    cost : callable
        From weights, shape (n,), to their costs, shape (n,).
    positions : array_like, shape (n,)
        The weights visited, the start first. From where they have climbed far above the start
        they are left out, and an arrow leads out of the picture.
    labels : sequence of str, optional
        Two: what to write at the first and the last, if not "start" and "after n steps".

    Raises
    ------
    ValueError
        Where the positions are not one row, the start or its cost is not finite, the costs have
        another shape than the weights, or there are not two labels.
    """
    if labels is not None and len(labels) != 2:
        raise ValueError(
            f"labels must be two, for the first and the last, not {len(labels)}"
        )
    figure = style.new_figure(height=3.8)
    axes = figure.add_subplot(ylabel="cost")
    _draw_runs([axes], cost, {"": positions}, 6, labels)
    return figure


def descents(
    cost: Cost, runs: Mapping[str, ArrayLike], *, position: str = "weight"
) -> Figure:
    """Return a figure of runs of gradient descent on one curve, side by side on one scale.

    Parameters
    ----------
    cost : callable
        As in `descent`.
    runs : mapping of str to array_like, each of shape (n,)
        The positions of one to three runs, by name, such as "rate 0.1".
    position : str
        What a position is: one weight, or a distance along a line.

    Raises
    ------
    ValueError
        Where there is no run or more than three, and as in `descent`.
    """
    if not 1 <= len(runs) <= 3:
        raise ValueError(f"runs must be one, two or three, not {len(runs)}")
    figure = style.new_figure(height=3.4)
    (panels,) = figure.subplots(
        1, len(runs), sharex=True, sharey=True, squeeze=False
    )
    panels[0].set_ylabel("cost")
    _draw_runs(panels, cost, runs, 2)
    for axes in panels:
        axes.set_xlabel(position)
    return figure


def _draw_runs(
    panels: Sequence[Axes],
    cost: Cost,
    runs: Mapping[str, ArrayLike],
    climb: float,
    labels: Sequence[str] | None = None,
) -> None:
    """Draw the curve in every panel, and in each the balls of its run as far as it may climb."""
    visited = [_visit(cost, *run) for run in runs.items()]
    shown = [run[: _count_shown(cost, run, climb)] for run in visited]
    leaving = list(map(len, shown)) != list(map(len, visited))
    weights, seen = _window(cost, shown)
    curve = _costs(cost, weights)
    heights = np.concatenate([curve[seen], *(run[:, 1] for run in shown)])
    ticks = 8 if len(panels) == 1 else 4
    for axes, name in zip(panels, runs, strict=True):
        axes.set_title(name, pad=24 if leaving else 8)
        axes.plot(weights, curve, color=style.MODEL)
        axes.set(xlabel="weight", xlim=weights[[0, -1]])
        axes.xaxis.set_major_locator(MaxNLocator(ticks, steps=_ROUND))
    low, high = np.nanmin([*curve, *heights]), np.nanmax(heights)
    _limit_costs(panels[0], low, high, 0.25 if leaving else 0.06)
    for axes, run, balls in zip(panels, visited, shown, strict=True):
        _draw_balls(axes, balls)
        _label_balls(axes, run, len(balls), labels)


def _visit(cost: Cost, name: str, positions: ArrayLike) -> Floats:
    """Return the weights that a run visits and their costs, shape (n, 2)."""
    weights = np.asarray(positions, np.float64)
    style.require_shape(f"positions {name}".rstrip(), weights, None)
    run = np.stack([weights, _costs(cost, weights)], axis=1)
    if not np.isfinite(run[0]).all():
        raise ValueError(
            f"the start and its cost must be finite, not {run[0].tolist()}"
        )
    return run


def _costs(cost: Cost, weights: Floats) -> Floats:
    """Return the cost of each weight, nan where there is no finite one."""
    with np.errstate(all="ignore"):
        costs = np.asarray(cost(weights), np.float64)
    if costs.shape != weights.shape:
        raise ValueError(
            f"cost must keep the weights' shape {weights.shape}, not {costs.shape}"
        )
    return np.where(np.isfinite(costs), costs, np.nan)


def _count_shown(cost: Cost, run: Floats, climb: float) -> int:
    """Return how many positions a run visits until it has climbed out of the picture.

    That is as far above its start as the valley is below it, times `climb`.
    """
    weights, costs = run.T
    # The first step leads downhill: if it is too long, the valley lies between its ends.
    way = np.linspace(weights[0], weights[:2][-1], 101)
    depth = costs[0] - np.nanmin([*costs, *_costs(cost, way)])
    outside = np.flatnonzero(~(costs - costs[0] <= climb * depth))
    return int(outside[0]) if outside.size else len(run)


def _window(
    cost: Cost, runs: Sequence[Floats]
) -> tuple[Floats, NDArray[np.bool]]:
    """Return the weights to draw the curve at, and whether each must be seen up to its height."""
    visited = np.concatenate([run[:, 0] for run in runs])
    reach = 10 * (np.ptp(visited) or 1)
    valleys = np.array([_valley(cost, run[-1, 0], reach) for run in runs])
    low, high = min(*visited, *valleys), max(*visited, *valleys)
    if np.isclose(low, high):
        low, high = low - 1, high + 1
    # Beyond the valley the curve must be seen to rise.
    half, room = (high - low) / 2, 0.15 * (high - low)
    left, right = min(low, *valleys - half), max(high, *valleys + half)
    weights = np.linspace(left - room, right + room, 400)
    return weights, (weights >= low) & (weights <= high)


def _valley(cost: Cost, weight: float, reach: float) -> float:
    """Return the bottom of the valley downhill from a weight; itself if there is none near."""
    for side in (-1, 1):
        way = weight + side * reach * np.linspace(0, 1, 500)
        rises = np.flatnonzero(np.diff(_costs(cost, way)) >= 0)
        if rises.size and rises[0] > 0:
            return float(way[rises[0]])
    return weight


def _limit_costs(axes: Axes, low: float, high: float, over: float) -> None:
    """Set the limits of the cost, with room above and, for labels but not for ticks, below."""
    if np.isclose(low, high, atol=0):
        high = low + 1
    under = 0.6 / _inches(axes)[1]
    total = (high - low) / (1 - under - over)
    ticks = MaxNLocator(5, steps=_ROUND).tick_values(low, high)
    top = high + over * total
    axes.set_ylim(low - under * total, top)
    axes.set_yticks(ticks[(ticks >= low - 0.02 * total) & (ticks <= top)])


def _draw_balls(axes: Axes, run: Floats) -> None:
    """Draw a ball at each position, the first hollow, and arrows from one to the next."""
    places = axes.transLimits.transform(run) * _inches(axes)
    lengths = np.hypot(*np.diff(places, axis=0).T)
    for (start, end), length in zip(
        itertools.pairwise(run), lengths, strict=True
    ):
        if length > 0.24:
            # Above the straight way, whichever way it leads.
            bend = np.sign(start[0] - end[0]) * min(0.2, 0.1 / length)
            _draw_arrow(axes, start, end, 6, bend)
    look: dict[str, Any] = {"color": style.ERROR, "ms": 8, "zorder": 4}
    axes.plot(*run[1:].T, "o", mec=style.INK, mew=0.6, **look)
    axes.plot(*run[0], "o", mfc=style.PAPER, mew=2, **look)


def _draw_arrow(
    axes: Axes, start: Floats, end: Floats, gap: float, bend: float
) -> None:
    """Draw a small arrow from a ball that keeps a gap, in points, to its end."""
    arrow = {
        "arrowstyle": "-|>,head_length=0.3,head_width=0.15",
        "connectionstyle": f"arc3,rad={bend}",
        "color": style.INK,
        "linewidth": 1.2,
        "shrinkA": 6,
        "shrinkB": gap,
    }
    axes.annotate("", tuple(end), tuple(start), arrowprops=arrow, zorder=3)


def _label_balls(
    axes: Axes, run: Floats, shown: int, labels: Sequence[str] | None
) -> None:
    """Write under the first and the last ball what they are, or where a run leaves the picture."""
    leaving = shown < len(run)
    steps = len(run) - 1
    after = "after 1 step" if steps == 1 else f"after {steps} steps"
    out = f"step {shown} leads out"
    first, last = labels or ("start", out if leaving else after)
    if leaving:
        _lead_out(axes, run[shown - 1], run[shown], last)
    if leaving or len(run) == 1:
        texts = [first]
    elif np.isclose(_across(axes, run[0]), _across(axes, run[-1]), atol=0.01):
        texts = [f"{first},\n{last}"]
    else:
        narrow = _inches(axes)[0] < 3
        texts = [first, last.replace(" ", "\n", 1) if narrow else last]
    balls = run[[0, -1]][: len(texts)]
    places = _place(axes, balls, texts)
    for ball, text, x in zip(balls, texts, places, strict=True):
        # The line from the ball meets the text where it need not lean.
        share = 0.5 + (_across(axes, ball) - x) / _width(axes, text)
        axes.annotate(
            text,
            tuple(ball),
            xytext=(x, 0.05),
            textcoords="axes fraction",
            ha="center",
            va="baseline",
            linespacing=1.1,
            fontsize=style.NOTE_SIZE,
            arrowprops={
                "arrowstyle": "-",
                "color": style.MUTED,
                "linewidth": 0.8,
                "relpos": (float(np.clip(share, 0, 1)), 1),
                "shrinkB": 6,
            },
        )


def _across(axes: Axes, point: Floats) -> float:
    """Return where a point lies between the left and the right of the axes, from 0 to 1."""
    return float(axes.transLimits.transform(point)[0])


def _width(axes: Axes, text: str) -> float:
    """Return about how wide a text is, where the axes have a width of 1."""
    return float(max(map(len, text.split("\n"))) * _LETTER / _inches(axes)[0])


def _place(axes: Axes, points: Floats, texts: Sequence[str]) -> Floats:
    """Return where to centre texts that belong to points so that they lie apart and inside."""
    widths = np.array([_width(axes, text) for text in texts])
    wanted = [_across(axes, point) for point in points]
    centres = style.spread(wanted, float(widths.mean()) + 0.03)
    beyond_left, beyond_right = widths / 2 - centres, centres + widths / 2 - 1
    inwards: float = beyond_left.max(initial=0) - beyond_right.max(initial=0)
    return centres + inwards


def _lead_out(axes: Axes, start: Floats, end: Floats, text: str) -> None:
    """Draw an arrow from a ball to the edge of the axes, and write a text above it."""
    way = end - start if np.isfinite(end).all() else np.array([0.0, 1.0])
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    edges = np.where(way > 0, (right, high), (left, low))
    moving = way != 0
    edge = start + ((edges - start)[moving] / way[moving]).min() * way
    _draw_arrow(axes, start, edge, 0, 0)
    (x,) = _place(axes, edge[np.newaxis], [text])
    axes.annotate(
        text,
        (x, 1),
        xytext=(0, 4),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=style.NOTE_SIZE,
    )


def compare(
    names: Sequence[str],
    values: ArrayLike,
    unit: str,
    *,
    logarithmic: bool = False,
) -> Figure:
    """Return a figure of a few values as bars, each with its number at its end.

    Parameters
    ----------
    names : sequence of str
        What stands beside each bar, from the top down; a line break is kept.
    values : array_like, shape (n,)
        As many numbers.
    unit : str
        What the values are, such as "error" or "time (seconds)".
    logarithmic : bool
        Whether the axis is logarithmic, for values of very different size; they must be positive.

    Raises
    ------
    ValueError
        Where there is no name, not one finite value for each, or a value that is not positive
        and a logarithmic axis.
    """
    numbers = np.asarray(values, np.float64)
    if not names or numbers.shape != (len(names),):
        raise ValueError(
            f"values must be one for each of the {len(names)} names, not of shape {numbers.shape}"
        )
    if not np.isfinite(numbers).all() or (logarithmic and (numbers <= 0).any()):
        wanted = "finite and positive" if logarithmic else "finite"
        raise ValueError(f"values must be {wanted}, not {numbers.tolist()}")
    texts = [_write(value) for value in numbers.tolist()]
    figure = style.new_figure(height=0.9 + 0.5 * len(names))
    axes = figure.add_subplot(xlabel=unit)
    if logarithmic:
        _scale_by_powers(axes, numbers)
    else:
        _scale_from_zero(axes, numbers, texts)
    bars = axes.barh(range(len(names)), numbers, height=0.6, color=style.MODEL)
    axes.bar_label(bars, texts, padding=5, fontsize=style.NOTE_SIZE)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    return figure


def _write(value: float) -> str:
    """Return a number in few digits, a very large or very small one with a power of ten."""
    size = abs(value)
    if size == 0 or 1e-4 <= size < 1e3:
        return style.number(value)
    if 1e3 <= size < 1e6:
        return f"{value:,.0f}".replace("-", "\N{MINUS SIGN}")
    mantissa, _, exponent = f"{value:.2e}".partition("e")
    return f"{style.number(float(mantissa))} × {_power(int(exponent))}"


def _power(exponent: int) -> str:
    """Return a power of ten with its exponent raised."""
    raised = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    return "10" + str(exponent).translate(raised)


def _scale_by_powers(axes: Axes, values: Floats) -> None:
    """Make the axis logarithmic, from a power of ten well below all values to one above them."""
    low = math.floor(math.log10(values.min()) - 0.3)
    high = math.ceil(math.log10(values.max()))
    axes.set_xscale("log")
    axes.set_xlim(10.0**low, 10.0**high)
    powers = range(low, high + 1, math.ceil((high - low) / 5))
    ticks = [10.0**power for power in powers]
    plain = low >= -4 and high <= 4
    axes.set_xticks(ticks, map(_write, ticks) if plain else map(_power, powers))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel(f"{axes.get_xlabel()}, logarithmic")


def _scale_from_zero(axes: Axes, values: Floats, texts: Sequence[str]) -> None:
    """Let bars start from a line at zero, with room for numbers left of negative ones."""
    low, length = min(0, *values), np.ptp([0, *values]) or 1
    pairs = zip(texts, values, strict=True)
    longest = max(
        (len(text) + 1 for text, value in pairs if value < 0), default=0
    )
    share = longest * _DIGIT / (0.8 * _inches(axes)[0])
    axes.set(xlim=(low - length * share / (1 - share), low + length), xticks=[])
    axes.axvline(0, color=style.INK, linewidth=1.2, clip_on=False)
    axes.spines[["left", "bottom"]].set_visible(False)
