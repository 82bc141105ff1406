"""Figures of what TensorBoard shows: curves, a model's graph, points seen from one side."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import MaxNLocator

from annbook import graphs
from annbook.figures import style

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

    Curves = Mapping[str, tuple[ArrayLike, ArrayLike]]

KINDS = {
    "Placeholder": "",
    "MatMul": "MatMul",
    "AddV2": "add",
    "Softmax": "Softmax",
    "SparseSoftmaxCrossEntropyWithLogits": "cross-entropy",
    "ArgMax": "ArgMax",
    "Equal": "Equal",
    "Mean": "Mean",
}
"""The operations that a graph is drawn with, and what they are called; inputs have names."""

DIGITS = (
    "#0072b2", "#bf5300", "#007a59", "#6a4fb3", "#1f2328",
    "#806500", "#067d97", "#c2185b", "#656c76", "#6b3e12",
)  # fmt: skip
"""A colour for each digit, with a contrast of 4.5 on paper."""

_LEVEL, _WIDTH, _HEIGHT, _GAP = 0.85, 1.6, 0.48, 0.3
"""Inches from one layer of a graph to the next, of a box, and between two of them."""


def scalars(runs: Mapping[str, Curves], first: int = 0) -> Figure:
    """Return a figure with a panel for each value that was noted, and in it a curve for each run.

    Parameters
    ----------
    runs : mapping of str to mapping of str to (steps, values)
        For each run its curves, by what they show; every run has the same.
    first : int
        The first step to draw.

    Raises
    ------
    ValueError
        Where there is no run, runs note different values, or a curve has no step to draw.
    """
    tags = [tuple(curves) for curves in runs.values()]
    if not tags or not tags[0] or set(tags) != {tags[0]}:
        raise ValueError(f"runs must note the same values, not {tags}")
    figure = style.new_figure(height=2.6 * len(tags[0]))
    panels = figure.subplots(len(tags[0]), 1, sharex=True, squeeze=False)[:, 0]
    for axes, tag in zip(panels, tags[0], strict=True):
        axes.set_ylabel(tag)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        looks = zip(runs.items(), style.series(len(runs)), strict=True)
        ends = [
            _draw_curve(axes, run, curves[tag], first, look)
            for (run, curves), look in looks
        ]
        axes.set_xlim(left=first)
        style.label_ends(axes, ends)
    panels[-1].set_xlabel("step: epochs done")
    return figure


def _draw_curve(
    axes: Axes,
    run: str,
    curve: tuple[ArrayLike, ArrayLike],
    first: int,
    look: style.Series,
) -> tuple[float, str, str]:
    """Draw a curve; return the height, the text and the colour of the label at its end."""
    steps, values = map(np.asarray, curve)
    style.require_shape(f"the steps of {run}", steps, None)
    style.require_shape(f"the values of {run}", values, len(steps))
    drawn = steps >= first
    if not drawn.any():
        raise ValueError(f"{run} must have a step from {first} on")
    axes.plot(
        steps[drawn],
        values[drawn],
        clip_on=False,
        **look._asdict(),
        markersize=5,
    )
    last = float(values[-1])
    return last, f"{run}: {style.number(last, 3)}", look.color


def graph(nodes: Mapping[str, graphs.Operation]) -> Figure:
    """Return a figure of a graph, from its inputs at the bottom to its results at the top.

    Parameters
    ----------
    nodes : mapping of str to Operation
        As it was logged. Operations that are not in `KINDS` are left out, and what led
        through them is joined.

    Raises
    ------
    ValueError
        Where there is nothing to draw.
    """
    shown = graphs.collapse(nodes, KINDS)
    if not shown:
        raise ValueError(f"the graph must have nodes of the kinds {[*KINDS]}")
    places = _places(shown)
    width = 0.15 + max(x + _half_width(stop) for stop, (x, _) in places.items())
    height = 0.15 + _HEIGHT / 2 + max(y for _, y in places.values())
    figure = style.new_figure(width, height)
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(0, height))
    axes.set_axis_off()
    for path in _paths(shown, graphs.layers(shown)):
        _draw_edge(axes, [places[stop] for stop in path])
    taken = {source for _, inputs in shown.values() for source in inputs}
    for name, (kind, inputs) in shown.items():
        text = KINDS[kind] or name
        if name not in taken and "/" in name:
            text = f"{text}: {name.split('/')[0]}"
        _draw_box(axes, places[name], text, is_input=not inputs)
    return figure


class Crossing(NamedTuple):
    """Where the edge from one node to another crosses a layer between them."""

    source: str
    taker: str
    layer: int


Stop = str | Crossing
"""Where an edge passes: a node, or a crossing."""


def _paths(
    nodes: Mapping[str, graphs.Operation], layers: Sequence[Sequence[str]]
) -> list[list[Stop]]:
    """Return for each edge where it passes, one stop in every layer."""
    depth = {name: at for at, layer in enumerate(layers) for name in layer}
    return [
        [
            source,
            *(
                Crossing(source, name, at)
                for at in range(depth[source] + 1, depth[name])
            ),
            name,
        ]
        for name, (_, inputs) in nodes.items()
        for source in inputs
    ]


def _places(
    nodes: Mapping[str, graphs.Operation],
) -> dict[Stop, tuple[float, float]]:
    """Return where to draw the nodes and the stops of edges, in inches.

    Each stands as nearly as it can over and under what it is joined with: in every round
    each layer moves to the mean of its neighbours, and is moved apart where it must.
    """
    layers = graphs.layers(nodes)
    paths = _paths(nodes, layers)
    rows: list[list[Stop]] = [list(layer) for layer in layers]
    joined: dict[Stop, list[Stop]] = {name: [] for name in nodes}
    for path in paths:
        for stop in path:
            if isinstance(stop, Crossing):
                joined[stop] = []
                rows[stop.layer].append(stop)
        for below, above in itertools.pairwise(path):
            joined[below].append(above)
            joined[above].append(below)
    x = {stop: float(at) for row in rows for at, stop in enumerate(row)}
    for _ in range(50):
        for row in rows:
            wanted = [
                np.mean([x[other] for other in joined[stop]] or [x[stop]])
                for stop in row
            ]
            x |= dict(
                zip(row, style.spread(wanted, _WIDTH + _GAP), strict=True)
            )
    left = min(at - _half_width(stop) for stop, at in x.items()) - 0.15
    return {
        stop: (x[stop] - left, 0.15 + _HEIGHT / 2 + _LEVEL * at)
        for at, row in enumerate(rows)
        for stop in row
    }


def _half_width(stop: Stop) -> float:
    return _WIDTH / 2 if isinstance(stop, str) else 0


def _draw_edge(axes: Axes, points: Sequence[tuple[float, float]]) -> None:
    """Draw an arrow from box to box, past the points between them."""
    (x, y), *between, (end_x, end_y) = points
    stops = [(x, y + _HEIGHT / 2), *between, (end_x, end_y - _HEIGHT / 2)]
    look: dict[str, Any] = {"color": style.MUTED, "linewidth": 1.5, "zorder": 2}
    axes.plot(*zip(*stops[:-1], strict=True), **look)
    arrow = {
        "arrowstyle": "-|>,head_length=0.35,head_width=0.18",
        "shrinkA": 0,
        "shrinkB": 0,
        **look,
    }
    axes.annotate("", stops[-1], stops[-2], arrowprops=arrow)


def _draw_box(
    axes: Axes, at: tuple[float, float], text: str, *, is_input: bool
) -> None:
    """Draw a box around a point with a text in it, dashed where it is an input."""
    corner = (at[0] - _WIDTH / 2, at[1] - _HEIGHT / 2)
    rounded = "round,pad=0,rounding_size=0.12"
    look: dict[str, Any] = (
        {"edgecolor": style.MUTED, "linewidth": 1, "linestyle": "--"}
        if is_input
        else {"edgecolor": style.MODEL, "linewidth": 2}
    )
    axes.add_patch(
        FancyBboxPatch(
            corner, _WIDTH, _HEIGHT,
            boxstyle=rounded, facecolor=style.PAPER, zorder=3, **look,
        )
    )  # fmt: skip
    axes.text(*at, text, zorder=4, **style.CENTRED)


def points(
    places: NDArray[np.floating[Any]],
    labels: NDArray[np.integer[Any]],
    axis_names: tuple[str, str] = ("", ""),
) -> Figure:
    """Return a figure of points in a plane, each drawn as the digit that it shows.

    Parameters
    ----------
    places : ndarray of floats, shape (n, 2)
        Where they lie; one unit is as long to the right as upwards.
    labels : ndarray of integers, shape (n,)
        From 0 to 9.
    axis_names : tuple of str
        What lies to the right, and what upwards.

    Raises
    ------
    ValueError
        Where shapes do not fit, or a label is no digit.
    """
    style.require_shape("places", places, None, 2)
    style.require_shape("labels", labels, len(places))
    if not set(labels.tolist()) <= set(range(10)):
        raise ValueError(
            f"labels must be digits, not {np.unique(labels).tolist()}"
        )
    figure = style.new_figure(6.4, 6.4)
    axes = figure.add_subplot(xticks=[], yticks=[], aspect="equal")
    axes.set(xlabel=axis_names[0], ylabel=axis_names[1], adjustable="datalim")
    for digit in np.unique(labels):
        axes.plot(
            *places[labels == digit].T,
            linestyle="",
            marker=rf"$\mathbf{{{digit}}}$",
            markersize=8,
            color=DIGITS[digit],
            markeredgewidth=0,
        )
    return figure
