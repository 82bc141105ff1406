"""Diagrams of neurons, networks and models, drawn from the numbers they show.

Every diagram is drawn on one plane whose unit is an inch, so that circles are round and the
room that a text needs is known beforehand.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import Circle, FancyBboxPatch

from annbook.figures import style
from annbook.neuron import sigmoid, step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

Point = tuple[float, float]
Label = float | str
"""A number, or what stands for it: 0.5 or w₁."""

DOTS = "⋮"
"""Stands for what is left out of a column."""


_OUTLINE: dict[str, Any] = {
    "facecolor": style.PAPER,
    "edgecolor": style.INK,
    "linewidth": 1.5,
    "zorder": 3,
}


def _plane(width: float, height: float) -> tuple[Figure, Axes]:
    """Return a figure, and axes without frame that fill it; their unit is an inch."""
    figure = style.new_figure(width, height)
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(0, height))
    axes.set_axis_off()
    return figure, axes


def _write(axes: Axes, at: Point, text: str, **look: Any) -> None:
    """Write a text around a point."""
    axes.text(
        *at,
        text,
        **{**style.CENTRED, "va": "center", "linespacing": 1.15, **look},
    )


def _node(axes: Axes, at: Point, text: str, radius: float) -> None:
    """Draw a circle with a text in it; a node that is DOTS stands without its circle."""
    if text != DOTS:
        axes.add_patch(Circle(at, radius, **_OUTLINE))
    _write(
        axes,
        at,
        text,
        zorder=4,
        fontsize=style.NOTE_SIZE if radius < 0.3 else None,
    )


def _box(axes: Axes, at: Point, text: str, width: float, height: float) -> None:
    """Draw a box with round corners around a point, with a text in it."""
    corner = (at[0] - width / 2, at[1] - height / 2)
    rounded = "round,pad=0,rounding_size=0.12"
    axes.add_patch(
        FancyBboxPatch(corner, width, height, boxstyle=rounded, **_OUTLINE)
    )
    _write(axes, at, text, zorder=4)


def _edge(
    axes: Axes, start: Point, end: Point, gaps: Point = (0, 0), **look: Any
) -> None:
    """Draw an arrow that keeps a gap, in inches, to the points it leads from and to."""
    arrow = {
        "arrowstyle": "-|>,head_length=0.35,head_width=0.18",
        "color": style.MUTED,
        "linewidth": 1.5,
        "shrinkA": 72 * gaps[0],
        "shrinkB": 72 * gaps[1],
        **look,
    }
    axes.annotate("", end, start, arrowprops=arrow, zorder=2)


def _between(start: Point, end: Point, share: float) -> Point:
    """Return the point at a share of the way."""
    return (
        start[0] + share * (end[0] - start[0]),
        start[1] + share * (end[1] - start[1]),
    )


def _write_on_edge(axes: Axes, at: Point, text: str) -> None:
    """Write a text over an edge, which is hidden behind it."""
    backing = {
        "boxstyle": "round,pad=0.08",
        "facecolor": style.PAPER,
        "linewidth": 0,
    }
    _write(axes, at, text, fontsize=style.NOTE_SIZE, bbox=backing, zorder=2.5)


def _column(x: float, count: int, pitch: float, middle: float) -> list[Point]:
    """Return the places of nodes in a column, from the top down."""
    top = middle + pitch * (count - 1) / 2
    return [(x, top - pitch * place) for place in range(count)]


def _text(label: Label) -> str:
    return label if isinstance(label, str) else style.number(label)


def stages(rows: Mapping[str, Sequence[str]]) -> Figure:
    """Return a diagram of processes of one shape: for each a name and boxes joined by arrows.

    Parameters
    ----------
    rows : mapping of str to sequence of str
        What stands above each row, and in its boxes; every row has as many.

    Raises
    ------
    ValueError
        Where there is no row or no box, or rows differ in length.
    """
    lengths = {len(boxes) for boxes in rows.values()}
    if len(lengths) != 1 or lengths == {0}:
        raise ValueError(
            f"rows must hold equally many boxes, one or more, not {lengths or 0}"
        )
    (columns,) = lengths
    pitch, width, height = 6.4 / columns, 6.4 / columns - 0.5, 0.62
    figure, axes = _plane(6.4, 1.25 * len(rows))
    for place, (name, boxes) in enumerate(rows.items()):
        y = 1.25 * (len(rows) - place) - 0.8
        _write(axes, (0.27, y + 0.5), name, ha="left", color=style.MUTED)
        centres = [(pitch * (column + 0.5), y) for column in range(columns)]
        for centre, text in zip(centres, boxes, strict=True):
            _box(axes, centre, text, width, height)
        for start, end in itertools.pairwise(centres):
            _edge(axes, start, end, (width / 2, width / 2), linewidth=2)
    return figure


def neuron(
    inputs: Sequence[Label],
    weights: Sequence[Label],
    *,
    total: Label,
    output: Label,
    activation: str = "sigmoid",
    bias: Label | None = None,
) -> Figure:
    """Return a diagram of one neuron: inputs, weights, their sum, the activation, the output.

    Parameters
    ----------
    inputs, weights : sequence of float or str
        Numbers, or names such as x₁ and w₁. An input that is `DOTS` stands for some left out.
    total, output : float or str
        The sum of the weighted inputs, and what the activation function makes of it.
    activation : str
        The function's name.
    bias : float or str, optional
        Added to the sum; not drawn unless given.

    Raises
    ------
    ValueError
        Where there is no input, or not one weight for each.
    """
    if not inputs or len(inputs) != len(weights):
        raise ValueError(
            f"inputs and weights must be equally many, not {len(inputs)} and {len(weights)}"
        )
    pitch, radius = 0.85, 0.45
    middle = max(pitch * len(inputs) / 2, pitch if bias is None else 1.15)
    figure, axes = _plane(6.4, 2 * middle + 0.4)
    body, box, end = (2.7, middle), (4.2, middle), (5.85, middle)
    over = (
        (0.5, "inputs"),
        (1.5, "weights"),
        (2.7, "sum"),
        (4.2, "activation"),
        (5.85, "output"),
    )
    _title(axes, over)
    places = _column(0.5, len(inputs), pitch, middle)
    for at, value, weight in zip(places, inputs, weights, strict=True):
        _node(axes, at, _text(value), 0.36)
        if value != DOTS:
            _edge(axes, at, body, (0.36, radius))
            _write_on_edge(axes, _between(at, body, 0.45), _text(weight))
    if bias is not None:
        below = (body[0], middle - 0.98)
        _edge(axes, below, body, (0.12, radius))
        _write(axes, below, f"bias {_text(bias)}", fontsize=style.NOTE_SIZE)
    _edge(axes, body, box, (radius, 0.6))
    _edge(axes, box, end, (0.6, radius))
    _node(axes, body, f"Σ\n{_text(total)}".rstrip(), radius)
    _box(axes, box, activation, 1.2, 0.7)
    _node(axes, end, _text(output), radius)
    return figure


def _title(axes: Axes, columns: Sequence[tuple[float, str]]) -> None:
    """Write what each column is along the top."""
    for x, words in columns:
        at = (x, axes.get_ylim()[1] - 0.08)
        _write(
            axes,
            at,
            words,
            va="top",
            color=style.MUTED,
            fontsize=style.NOTE_SIZE,
        )


def logistic_regression(inputs_shown: int = 4, inputs: int = 784) -> Figure:
    """Return a diagram of logistic regression: one weighted sum, one yes or no.

    Parameters
    ----------
    inputs_shown : int
        Inputs drawn before the dots.
    inputs : int
        How many there are.

    Raises
    ------
    ValueError
        Where fewer than one or not fewer than all inputs are to be shown.
    """
    return _regression(
        inputs_shown, inputs, 1, "sigmoid", ["p"], "probability\nof “yes”"
    )


def softmax_regression(
    inputs_shown: int = 4, classes: int = 10, inputs: int = 784
) -> Figure:
    """Return a diagram of softmax regression: a weighted sum and a probability for each class.

    Parameters
    ----------
    inputs_shown : int
        Inputs drawn before the dots.
    classes : int
        How many outputs there are.
    inputs : int
        How many inputs there are.

    Raises
    ------
    ValueError
        Where fewer than one or not fewer than all inputs are to be shown, or there is no class.
    """
    if classes < 1:
        raise ValueError(f"classes must be 1 or more, not {classes}")
    outputs = [f"p{_subscript(digit)}" for digit in range(classes)]
    result = f"{classes}\nprobabilities"
    return _regression(
        inputs_shown, inputs, classes, "softmax", outputs, result
    )


def _first_and_last(
    letter: str, count: int, shown: int, argument: str
) -> list[str]:
    """Return the names of the first nodes of a column, dots, and the name of the last."""
    if not 1 <= shown < count:
        raise ValueError(
            f"{argument} must be from 1 to {count - 1}, not {shown}"
        )
    first = [f"{letter}{_subscript(place)}" for place in range(1, shown + 1)]
    return [*first, DOTS, f"{letter}{_subscript(count)}"]


def _subscript(index: int) -> str:
    return str(index).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def _regression(
    shown: int,
    inputs: int,
    sums: int,
    function: str,
    outputs: Sequence[str],
    result: str,
) -> Figure:
    """Return a diagram of inputs, their weighted sums, a function of them all, and its outputs."""
    names = _first_and_last("x", inputs, shown, "inputs_shown")
    pitch, radius = 0.48, 0.21
    height = pitch * max(len(names), sums) + 0.7
    middle = (height - 0.6) / 2
    figure, axes = _plane(6.4, height)
    noun = "weighted sum" if sums == 1 else "weighted sums"
    _title(
        axes,
        [
            (0.6, f"{inputs}\ninputs"),
            (2.5, f"{sums} {noun}\nplus bias"),
            (5.7, result),
        ],
    )
    before = _column(0.6, len(names), pitch, middle)
    inside = _column(2.5, sums, pitch, middle)
    after = _column(5.7, len(outputs), pitch, middle)
    for at, name in zip(before, names, strict=True):
        _node(axes, at, name, radius)
        if name != DOTS:
            for to in inside:
                _edge(
                    axes,
                    at,
                    to,
                    (radius, radius),
                    arrowstyle="-",
                    linewidth=0.8,
                )
    for at, to, name in zip(inside, after, outputs, strict=True):
        _node(axes, at, "Σ", radius)
        _edge(axes, at, (3.65, at[1]), (radius, 0))
        _edge(axes, (4.55, to[1]), to, (0, radius))
        _node(axes, to, name, radius)
    _box(axes, (4.1, middle), function, 0.9, max(pitch * sums, 0.6))
    return figure


def hidden_layer(
    nodes_shown: int = 4, classes: int = 10, nodes: int = 200, inputs: int = 784
) -> Figure:
    """Return a diagram of a network with one hidden layer, most of its nodes left out.

    Parameters
    ----------
    nodes_shown : int
        Inputs, and nodes of the hidden layer, drawn before the dots.
    classes, nodes, inputs : int
        How many outputs, nodes of the hidden layer and inputs there are.

    Raises
    ------
    ValueError
        Where fewer than one or not fewer than all nodes are to be shown, or there is no class.
    """
    if classes < 1:
        raise ValueError(f"classes must be 1 or more, not {classes}")
    names = [
        _first_and_last("x", inputs, nodes_shown, "nodes_shown"),
        _first_and_last("h", nodes, nodes_shown, "nodes_shown"),
        [f"o{_subscript(digit)}" for digit in range(classes)],
    ]
    pitch, radius = 0.48, 0.21
    height = pitch * max(map(len, names)) + 0.7
    middle = (height - 0.6) / 2
    figure, axes = _plane(6.4, height)
    titles = (
        (0.7, f"{inputs}\ninputs"),
        (3.2, f"{nodes}\nhidden nodes"),
        (5.7, f"{classes}\noutputs"),
    )
    _title(axes, titles)
    columns = [
        list(zip(_column(x, len(column), pitch, middle), column, strict=True))
        for (x, _), column in zip(titles, names, strict=True)
    ]
    for before, after in itertools.pairwise(columns):
        for (start, one), (end, other) in itertools.product(before, after):
            if DOTS not in (one, other):
                _edge(
                    axes,
                    start,
                    end,
                    (radius, radius),
                    arrowstyle="-",
                    linewidth=0.8,
                )
    for at, name in itertools.chain(*columns):
        _node(axes, at, name, radius)
    return figure


def network(
    layers: Sequence[NDArray[Any]],
    outputs: Sequence[ArrayLike] | None = None,
    names: Sequence[str] | None = None,
) -> Figure:
    """Return a diagram of a network with every connection, its weights written where few.

    Parameters
    ----------
    layers : sequence of ndarray, each of shape (to, from)
        The weights, from the input on.
    outputs : sequence of array_like, each of shape (nodes,), optional
        What to write in the nodes: the input itself, then the outputs of each layer.
    names : sequence of str, optional
        What to write above the columns, if not input, hidden, output.

    Raises
    ------
    ValueError
        Where there is no layer, or shapes do not fit.
    """
    sizes = _sizes(layers)
    few = max(matrix.size for matrix in layers) <= 12 and max(sizes) <= 4
    texts = _per_node("outputs", outputs, sizes, 3 if few else 2)
    pitch = 1.25 if few else min(0.75, 5 / max(sizes))
    radius = min(0.34, 0.4 * pitch)
    negative = any((matrix < 0).any() for matrix in layers)
    figure, axes, columns = _network_plane(
        sizes, pitch, radius, names, 0.4 if negative else 0.1
    )
    if negative:
        at = (axes.get_xlim()[1] / 2, 0.2)
        _write(
            axes,
            at,
            "dashed: negative weight",
            color=style.MUTED,
            fontsize=style.NOTE_SIZE,
        )
    largest = max(np.abs(matrix).max() for matrix in layers) or 1.0
    for matrix, (before, after) in zip(
        layers, itertools.pairwise(columns), strict=True
    ):
        for (to, source), weight in np.ndenumerate(matrix):
            text, look = (
                style.number(weight) if few else "",
                _weight_look(weight / largest),
            )
            _connect(
                axes,
                before[source],
                after[to],
                radius,
                text,
                len(after),
                **look,
            )
    for at, text in zip(
        itertools.chain(*columns), itertools.chain(*texts), strict=True
    ):
        _node(axes, at, text, radius)
    return figure


def _column_names(columns: int) -> list[str]:
    hidden = (
        [f"hidden {place}" for place in range(1, columns - 1)]
        if columns > 3
        else ["hidden"]
    )
    return ["input", *hidden[: columns - 2], "output"]


def _sizes(layers: Sequence[NDArray[Any]]) -> list[int]:
    """Return the number of nodes in each column, the input first."""
    if not layers:
        raise ValueError(
            "layers must hold one matrix of weights or more, not 0"
        )
    sizes = [layers[0].shape[-1]]
    for matrix in layers:
        style.require_shape("weights", matrix, None, sizes[-1])
        sizes.append(matrix.shape[0])
    return sizes


def _per_node(
    name: str,
    values: Sequence[ArrayLike] | None,
    sizes: Sequence[int],
    digits: int = 3,
) -> list[list[str]]:
    """Return what to write in each node of each column."""
    if values is None:
        return [[""] * size for size in sizes]
    shapes, wanted = (
        [np.shape(value) for value in values],
        [(size,) for size in sizes],
    )
    if shapes != wanted:
        raise ValueError(f"{name} must have the shapes {wanted}, not {shapes}")
    return [
        [style.number(value, digits) for value in np.asarray(column)]
        for column in values
    ]


def _network_plane(
    sizes: Sequence[int],
    pitch: float,
    radius: float,
    names: Sequence[str] | None,
    room: float = 0.1,
) -> tuple[Figure, Axes, list[list[Point]]]:
    """Return a plane with the names of columns of nodes, and the nodes' places over some room."""
    names = _column_names(len(sizes)) if names is None else names
    if len(names) != len(sizes):
        raise ValueError(
            f"names must be as many as the {len(sizes)} columns, not {len(names)}"
        )
    width = 4.6 if len(sizes) == 2 else 6.4
    middle = room + radius + pitch * (max(sizes) - 1) / 2
    figure, axes = _plane(width, 2 * middle - room + 0.45)
    across = np.linspace(0.75, width - 0.75, len(sizes)).tolist()
    _title(axes, list(zip(across, names, strict=True)))
    columns = [
        _column(x, size, pitch, middle)
        for x, size in zip(across, sizes, strict=True)
    ]
    return figure, axes, columns


def _weight_look(share: float) -> dict[str, Any]:
    """Return how an edge is drawn whose weight is this share of the largest, from -1 to 1."""
    return {
        "linewidth": 0.6 + 2.4 * abs(share),
        "color": style.ERROR
        if share < 0
        else style.MODEL
        if share > 0
        else style.FAINT,
        "linestyle": "--" if share < 0 else "-",
    }


def _connect(
    axes: Axes,
    start: Point,
    end: Point,
    radius: float,
    text: str,
    ends: int,
    **look: Any,
) -> None:
    """Draw an edge to one of several ends, its text where all such edges lie evenly apart."""
    _edge(axes, start, end, (radius, radius), **look)
    if text:
        _write_on_edge(axes, _between(start, end, 1 / (ends + 1)), text)


def error_split(
    weights: Sequence[NDArray[Any]],
    errors: Sequence[ArrayLike],
    shares: Sequence[NDArray[Any]],
    names: Sequence[str] | None = None,
) -> Figure:
    """Return a diagram of errors going back through a network, split by the weights.

    Parameters
    ----------
    weights : sequence of ndarray, each of shape (to, from)
        From the input on.
    errors : sequence of array_like, each of shape (nodes,)
        The errors of every column, from the input on.
    shares : sequence of ndarray, each of shape (to, from)
        The part of each error that goes back along each weight, from the input on.
    names : sequence of str, optional
        What to write above the columns, if not input, hidden, output.

    Raises
    ------
    ValueError
        Where there are no weights, or shapes do not fit.
    """
    sizes = _sizes(weights)
    texts = _per_node("errors", errors, sizes)
    if [share.shape for share in shares] != [
        matrix.shape for matrix in weights
    ]:
        have, want = (
            [array.shape for array in arrays] for arrays in (shares, weights)
        )
        raise ValueError(
            f"shares must have the weights' shapes {want}, not {have}"
        )
    radius, names = (
        0.42,
        [f"{name} errors" for name in names or _column_names(len(sizes))],
    )
    figure, axes, columns = _network_plane(sizes, 1.9, radius, names)
    pairs = itertools.pairwise(columns)
    for matrix, share, (before, after) in zip(
        weights, shares, pairs, strict=True
    ):
        for (to, source), weight in np.ndenumerate(matrix):
            text = f"{style.number(float(share[to, source]), 3)}\nw = {style.number(weight)}"
            _connect(axes, after[to], before[source], radius, text, len(before))
    for places, values in zip(columns, texts, strict=True):
        for turn, (at, value) in enumerate(zip(places, values, strict=True), 1):
            _node(axes, at, f"e{_subscript(turn)}\n{value}", radius)
    return figure


def biological_neuron() -> Figure:
    """Return a drawing of a nerve cell: dendrites, cell body, axon and synapses, each named."""
    figure, axes = _plane(6.4, 3.95)
    body, fork = (1.8, 1.6), (4.6, 1.6)
    dendrites = [
        _branch(axes, body, angle, 0.8, 5, 3)
        for angle in (112, 146, 180, 214, 248)
    ]
    _line(axes, body, fork, 6)
    synapses = [
        tip
        for angle in (28, -28)
        for tip in _branch(axes, fork, angle, 0.6, 4, 2)
    ]
    for x, y in synapses:
        axes.add_patch(Circle((x, y), 0.07, facecolor=style.ERROR, zorder=4))
        _line(
            axes,
            (x + 0.14, y),
            (6.4, body[1] + 1.25 * (y - body[1])),
            3,
            style.MUTED,
        )
    axes.add_patch(Circle(body, 0.46, facecolor=style.MODEL, zorder=3))
    axes.add_patch(Circle(body, 0.16, facecolor=style.PAPER, zorder=3))
    named = {
        "dendrites\nreceive": dendrites[1][1],
        "cell body\ndecides": (body[0] + 0.2, body[1] + 0.41),
        "axon\nsends": (3.4, body[1]),
        "synapses pass it on\nto other neurons": synapses[1],
    }
    _title(axes, [(x, words) for words, (x, _) in named.items()])
    for x, y in named.values():
        _line(axes, (x, 3.4), (x, y + 0.1), 1, style.INK)
    return figure


def _line(
    axes: Axes, start: Point, end: Point, width: float, color: str = style.MODEL
) -> None:
    """Draw a line with round ends, its width in points."""
    across, up = zip(start, end, strict=True)
    axes.plot(across, up, color=color, linewidth=width, solid_capstyle="round")


def _branch(
    axes: Axes,
    start: Point,
    angle: float,
    length: float,
    width: float,
    depth: int,
) -> list[Point]:
    """Draw a branch that forks until the depth is used up; return where its tips are."""
    turn = np.deg2rad(angle)
    end = (start[0] + length * np.cos(turn), start[1] + length * np.sin(turn))
    _line(axes, start, end, width)
    if depth == 1:
        return [end]
    forks = (
        _branch(axes, end, angle + side, 0.6 * length, 0.65 * width, depth - 1)
        for side in (-22, 22)
    )
    return [tip for fork in forks for tip in fork]


def step_and_sigmoid() -> Figure:
    """Return a figure of the step function beside the sigmoid, both with their threshold at 0."""
    figure = style.new_figure(height=3.0)
    left, right = figure.subplots(1, 2, sharey=True)
    x = np.linspace(-6, 6, 241)
    for side in (x[x <= 0], x[x > 0]):
        left.plot(side, step(side), color=style.MODEL)
    left.plot(0, step(0), "o", color=style.MODEL)
    left.plot(
        0,
        1,
        "o",
        color=style.MODEL,
        markerfacecolor=style.PAPER,
        markeredgewidth=2,
    )
    right.plot(x, sigmoid(x), color=style.MODEL)
    for axes, name in ((left, "step"), (right, "sigmoid")):
        axes.set_title(name, loc="left")
        axes.set(
            xlabel="sum of weighted inputs",
            xticks=[-6, 0, 6],
            yticks=[0, 0.5, 1],
        )
    left.set_ylabel("output")
    return figure
