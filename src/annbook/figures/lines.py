"""Figures of the predictor and the classifier: guesses, insects and the line between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import MaxNLocator

from annbook.figures import style
from annbook.predictor import error, predict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from annbook.predictor import Step

_INSECTS = {
    "worm": ("o", style.WORM, -1),
    "caterpillar": ("s", style.CATERPILLAR, -1),
    "unknown": ("D", style.PAPER, 1),
}
"""Marker, colour, and the side of its label; see `_label_point`."""


def guesses(truth: float, kilometres: float, slopes: Sequence[float]) -> Figure:
    """Return a figure of each guess's error, the guesses numbered in turn.

    Parameters
    ----------
    truth : float
        How many miles the distance really is.
    kilometres : float
        The distance.
    slopes : sequence of float
        Guesses of c, miles for each kilometre; at least one.

    Raises
    ------
    ValueError
        Where there is no guess.
    """
    if not slopes:
        raise ValueError("slopes must hold one guess or more, not 0")
    errors = [error(truth, predict(slope, kilometres)) for slope in slopes]
    figure = style.new_figure()
    axes = figure.add_subplot(
        xlabel="guess c (miles per kilometre)", ylabel="error (miles)"
    )
    axes.margins(x=0.08, y=0.15)
    axes.axhline(0, color=style.INK, linewidth=1.2)
    axes.vlines(slopes, 0, errors, color=style.ERROR)
    axes.plot(slopes, errors, "o", color=style.ERROR, markersize=16)
    guessed = zip(slopes, errors, _roomier_sides(slopes), strict=True)
    for turn, (slope, missing, side) in enumerate(guessed, 1):
        axes.text(
            slope,
            missing,
            str(turn),
            color=style.PAPER,
            weight="bold",
            **style.CENTRED,
        )
        axes.annotate(
            f"c = {style.number(slope)}: {style.number(missing, 5)}",
            (slope, missing),
            xytext=(12 * side, 0),
            textcoords="offset points",
            ha="left" if side > 0 else "right",
            va="center_baseline",
        )
    if max(errors) > 0:
        _note(axes, (0.99, 0.99), "too few miles")
    if min(errors) < 0:
        _note(axes, (0.01, 0.01), "overshot: too many miles")
    return figure


def _note(axes: Axes, corner: tuple[float, float], words: str) -> None:
    """Write words into a corner of the axes, given in fractions of them."""
    across, up = corner
    ha, va = (
        "right" if across > 0.5 else "left",
        "top" if up > 0.5 else "bottom",
    )
    axes.text(
        across,
        up,
        words,
        transform=axes.transAxes,
        color=style.MUTED,
        ha=ha,
        va=va,
    )


def _roomier_sides(positions: Sequence[float]) -> list[int]:
    """Return 1 for each position that has more room on its right, else -1; none at the ends."""
    sides = []
    for position in positions:
        right = min(
            (other - position for other in positions if other > position),
            default=0,
        )
        left = min(
            (position - other for other in positions if other < position),
            default=0,
        )
        sides.append(1 if right >= left else -1)
    return sides


def insects(
    examples: Sequence[tuple[float, float, str]],
    slopes: Sequence[float] = (),
    *,
    others: Sequence[tuple[float, float, str]] = (),
    shaded: bool = False,
) -> Figure:
    """Return a figure of insects by width and length, and lines y = A x among them.

    Parameters
    ----------
    examples : sequence of (width, length, name)
        Drawn large and labelled. The name is worm, caterpillar or unknown.
    slopes : sequence of float
        A of each line.
    others : sequence of (width, length, name)
        Drawn small and pale, without a label.
    shaded : bool
        Whether the two sides of the last line are tinted and named.

    Raises
    ------
    ValueError
        For another name, where there is no insect at all, or where sides are to be shaded
        and there is no line.
    """
    names = {name for _, _, name in (*examples, *others)}
    if not names or not names <= _INSECTS.keys():
        known = ", ".join(_INSECTS)
        raise ValueError(
            f"insects must be one or more of {known}, not {sorted(names)}"
        )
    if shaded and not slopes:
        raise ValueError("shaded needs a line, and slopes is empty")
    top = 1.3 * max(
        max(width, length) for width, length, _ in (*examples, *others)
    )
    figure, axes = _plane(top, slopes)
    if shaded:
        _shade(axes, slopes[-1], top)
    labels = []
    for slope, look in zip(slopes, style.series(len(slopes)), strict=True):
        axes.axline(
            (0, 0), slope=slope, color=look.color, linestyle=look.linestyle
        )
        labels.append((slope, f"A = {style.number(slope)}", look.color))
    _label_slopes(axes, labels)
    for width, length, name in others:
        marker, color, _ = _INSECTS[name]
        axes.plot(
            width,
            length,
            marker,
            color=color,
            markersize=5,
            alpha=0.45,
            markeredgewidth=0,
        )
    for width, length, name in examples:
        marker, color, side = _INSECTS[name]
        axes.plot(
            width, length, marker, color=color, ms=11, mec=style.INK, zorder=4
        )
        text = f"{name} ({style.number(width)}, {style.number(length)})"
        _label_point(axes, (width, length), text, side)
    return figure


def _shade(axes: Axes, slope: float, top: float) -> None:
    """Tint and name the two sides of a line."""
    ends = np.array([0, top])
    sides = (
        (style.WORM, top, "above: worm", (0.02, 0.98)),
        (style.CATERPILLAR, 0, "below: caterpillar", (0.98, 0.02)),
    )
    for color, edge, words, corner in sides:
        axes.fill_between(
            ends, slope * ends, edge, color=color, alpha=0.13, linewidth=0
        )
        _note(axes, corner, words)


def _label_point(
    axes: Axes, point: tuple[float, float], text: str, side: int = -1
) -> None:
    """Write a text above and left of a point, or for side 1 below and right of it.

    A rising line through the point leaves room there.
    """
    axes.annotate(
        text,
        point,
        xytext=(2, 9) if side < 0 else (9, -5),
        textcoords="offset points",
        ha="right" if side < 0 else "left",
        va="bottom" if side < 0 else "top",
        fontsize=style.NOTE_SIZE,
        bbox={
            "boxstyle": "round,pad=0.1",
            "facecolor": style.PAPER,
            "alpha": 0.7,
            "linewidth": 0,
        },
    )


def _plane(top: float, slopes: Sequence[float]) -> tuple[Figure, Axes]:
    """Return a figure with axes from 0 to `top`, and below 0 as far as falling lines go."""
    low = min([0.0, *(slope * top for slope in slopes)])
    figure = style.new_figure(height=4.2)
    axes = figure.add_subplot(
        xlabel="width", ylabel="length", xlim=(0, top), ylim=(low, top)
    )
    return figure, axes


def _label_slopes(axes: Axes, lines: Sequence[tuple[float, str, str]]) -> None:
    """Write the text of each (slope, text, color) where its line leaves the axes."""
    (_, right), (_, top) = axes.get_xlim(), axes.get_ylim()
    flat = [
        (slope * right, text, color)
        for slope, text, color in lines
        if slope * right <= top
    ]
    steep = [
        (top / slope, text, color)
        for slope, text, color in lines
        if slope * right > top
    ]
    style.label_ends(axes, flat)
    style.label_ends(axes, steep, "top")


def steps(start: float, training: Sequence[Step]) -> Figure:
    """Return a figure of a line y = A x before and after every step of its training.

    Parameters
    ----------
    start : float
        A before the first step.
    training : sequence of Step
        What `annbook.predictor.train_line` gave. Older lines are paler. Up to three steps show
        their errors and are all labelled, of more only the first line and the last.
    """
    slopes = [start, *(step.slope for step in training)]
    top = 1.3 * max([1.0, *(max(step.x, step.target) for step in training)])
    figure, axes = _plane(top, slopes)
    for slope, age in zip(
        slopes, np.linspace(0.25, 1, len(slopes)), strict=True
    ):
        axes.axline((0, 0), slope=slope, color=style.MODEL, alpha=age)
    names = ["start", *(f"step {turn}" for turn in range(1, len(slopes)))]
    labels = [
        (slope, f"{name}: A = {style.number(slope)}", style.INK)
        for slope, name in zip(slopes, names, strict=True)
    ]
    if len(training) <= 3:
        for step in training:
            _draw_error(axes, step)
        _label_slopes(axes, labels)
    else:
        _label_slopes(axes, [labels[0], labels[-1]])
    return figure


def _draw_error(axes: Axes, step: Step) -> None:
    """Draw the error of a step as an arrow from the line to the target."""
    axes.annotate(
        "",
        (step.x, step.target),
        (step.x, step.prediction),
        arrowprops={
            "arrowstyle": "-|>,head_width=0.25",
            "color": style.ERROR,
            "linewidth": 2,
            "shrinkA": 0,
            "shrinkB": 0,
        },
    )
    text = f"target {style.number(step.target)}\nE = {style.number(step.error)}"
    _label_point(axes, (step.x, step.target), text)


def slope_history(
    histories: Mapping[str, Sequence[float]],
    band: tuple[float, float] | None = None,
) -> Figure:
    """Return a figure of how the slope A changes from step to step.

    Parameters
    ----------
    histories : mapping of str to sequence of float
        For each label, such as "L = 0.5", A before the first step and after every step.
    band : (float, float), optional
        Lowest and highest slope that separate the insects.

    Raises
    ------
    ValueError
        Where there is no history, or one is empty.
    """
    if not histories or not all(map(len, histories.values())):
        raise ValueError(
            "histories must hold one label or more, each with one slope or more"
        )
    figure = style.new_figure()
    axes = figure.add_subplot(xlabel="step", ylabel="slope A")
    if band:
        axes.axhspan(*band, color=style.FAINT, alpha=0.6, linewidth=0)
        axes.set_title(
            "grey: slopes that separate the insects",
            loc="left",
            color=style.MUTED,
        )
    ends = []
    for (label, slopes), look in zip(
        histories.items(), style.series(len(histories)), strict=True
    ):
        axes.plot(slopes, clip_on=False, **look._asdict())
        ends.append((slopes[-1], label, look.color))
    axes.set_xlim(0, max(2, *map(len, histories.values())) - 1)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    style.label_ends(axes, ends)
    return figure
