"""Figures of the plane of two inputs: which side a neuron fires on, what a network says where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from annbook.figures import style
from annbook.neuron import step

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

CORNERS = np.array([(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)])
"""The four pairs of two inputs that are 0 or 1, in the order of the answers."""

FIRES = "#cfe3ee"
"""Where a neuron fires."""

OUTPUT = LinearSegmentedColormap.from_list("output", [style.PAPER, "#56a5d6"])
"""From no (0, paper) to yes (1, blue), never too dark for what is written on it."""


def gates(gates: Mapping[str, tuple[ArrayLike, ArrayLike, float]]) -> Figure:
    """Return a figure of neurons with two inputs: the wanted answers, and each neuron's line.

    Parameters
    ----------
    gates : mapping of str to (answers, weights, bias)
        One to three, by name, such as "AND". The answers, shape (4,), are 0 or 1 for the inputs
        (0, 0), (0, 1), (1, 0), (1, 1). Where w1 x1 + w2 x2 + bias exceeds 0, with weights of
        shape (2,), the plane is shaded. Where the neuron gives another answer it is ringed.

    Raises
    ------
    ValueError
        Where there is no gate or more than three, shapes do not fit, an answer is neither 0 nor
        1, or a weight or the bias is not finite.
    """
    if not 1 <= len(gates) <= 3:
        raise ValueError(f"gates must be one, two or three, not {len(gates)}")
    width, height = ((3.4, 3.5), (5.8, 3.3), (6.4, 2.7))[len(gates) - 1]
    figure = style.new_figure(width, height)
    (panels,) = figure.subplots(1, len(gates), sharey=True, squeeze=False)
    for axes, (name, gate) in zip(panels, gates.items(), strict=True):
        answers, weights, bias = gate
        w = np.asarray(weights, np.float64)
        style.require_shape(f"weights of {name}", w, 2)
        if np.ndim(bias) or not np.isfinite([*w, bias]).all():
            raise ValueError(
                f"weights and bias of {name} must be finite, not {w} and {bias}"
            )
        wanted = _zeros_and_ones(f"answers of {name}", answers, len(CORNERS))
        axes.set_title(name)
        _set_up(axes, -0.4, 1.4)
        _draw_firing_side(axes, w, float(bias))
        _draw_answers(axes, CORNERS, wanted, wanted != step(CORNERS @ w + bias))
    panels[0].set_ylabel("x₂")
    return figure


def _zeros_and_ones(name: str, values: ArrayLike, count: int) -> Floats:
    """Return the values if they are as many and each is 0 or 1."""
    array = np.asarray(values, np.float64)
    style.require_shape(name, array, count)
    if not np.isin(array, (0, 1)).all():
        raise ValueError(f"{name} must be 0 or 1, not {array.tolist()}")
    return array


def _set_up(axes: Axes, low: float, high: float) -> None:
    """Make the axes a square of the plane with a tick for no and one for yes."""
    axes.set(
        xlabel="x₁",
        xlim=(low, high),
        ylim=(low, high),
        xticks=[0, 1],
        yticks=[0, 1],
    )
    axes.set_aspect("equal")


def _draw_firing_side(axes: Axes, weights: Floats, bias: float) -> None:
    """Shade the side of the plane where the weighted sum exceeds 0, and draw its edge."""
    edges = np.array(axes.get_xlim())
    sums = weights[0] * edges + weights[1] * edges[:, np.newaxis] + bias
    if sums.max() > 0:
        axes.contourf(
            edges,
            edges,
            sums,
            [0, 2 * sums.max()],
            colors=[FIRES],
            hatches=["//"],
        )
    if sums.min() < 0 < sums.max():
        axes.contour(
            edges, edges, sums, [0], colors=[style.MODEL], linewidths=2
        )


def _draw_answers(
    axes: Axes, points: Floats, wanted: Floats, wrong: NDArray[np.bool]
) -> None:
    """Draw the wanted answer at each point, 1 filled and 0 hollow, and a ring where it is wrong."""
    for (x, y), answer, ringed in zip(points, wanted, wrong, strict=True):
        fill, ink = (
            (style.INK, style.PAPER) if answer else (style.PAPER, style.INK)
        )
        axes.plot(
            x,
            y,
            "o",
            markersize=19,
            color=fill,
            mec=style.INK,
            mew=1.5,
            zorder=3,
        )
        axes.text(
            x,
            y,
            f"{answer:.0f}",
            color=ink,
            ha="center",
            va="center_baseline",
            zorder=4,
        )
        if ringed:
            axes.plot(
                x,
                y,
                "o",
                markersize=27,
                mfc="none",
                mec=style.ERROR,
                mew=2.5,
                zorder=3,
            )
            axes.annotate(
                "wrong",
                (x, y),
                xytext=(0, 15 if y > 0.5 else -15),
                textcoords="offset points",
                ha="center",
                va="bottom" if y > 0.5 else "top",
                color=style.ERROR,
                fontsize=style.NOTE_SIZE,
                bbox={
                    "boxstyle": "round,pad=0.05",
                    "facecolor": style.PAPER,
                    "linewidth": 0,
                },
                zorder=4,
            )


def decision_surface(
    predict: Callable[[Floats], ArrayLike],
    points: ArrayLike,
    targets: ArrayLike,
) -> Figure:
    """Return a figure of the output of a model all over the plane of its two inputs.

    Parameters
    ----------
    predict : callable
        From inputs, shape (n, 2), to outputs from 0 to 1, shape (n,) or (n, 1).
    points : array_like, shape (n, 2)
        Inputs to mark, from -0.3 to 1.3.
    targets : array_like, shape (n,)
        The right output for each, 0 or 1. It is ringed where the model's is on the other side
        of 0.5.

    Raises
    ------
    ValueError
        Where shapes do not fit, a point lies outside, a target is neither 0 nor 1, or an output
        is not from 0 to 1.
    """
    marked = np.asarray(points, np.float64)
    style.require_shape("points", marked, None, 2)
    low, high = -0.3, 1.3
    if not ((marked >= low) & (marked <= high)).all():
        raise ValueError(
            f"points must lie from {low} to {high}, not {marked.tolist()}"
        )
    wanted = _zeros_and_ones("targets", targets, len(marked))
    figure = style.new_figure(5.4, 4.4)
    axes = figure.add_subplot(ylabel="x₂")
    _set_up(axes, low, high)
    ticks, pixel = np.linspace(low, high, 121, retstep=True)
    inputs = np.stack(np.meshgrid(ticks, ticks), axis=-1)
    outputs = _outputs(predict, inputs.reshape(-1, 2)).reshape(inputs.shape[:2])
    # Pixels lie around their inputs: the outermost reach half a pixel beyond the edges.
    extent = (low - pixel / 2, high + pixel / 2) * 2
    picture = axes.imshow(
        outputs, cmap=OUTPUT, vmin=0, vmax=1, origin="lower", extent=extent
    )
    bar = figure.colorbar(picture, ticks=[0, 0.5, 1], shrink=0.9)
    bar.set_label("output")
    if outputs.min() < 0.5 < outputs.max():
        _draw_boundary(axes, ticks, outputs, marked)
    _draw_answers(
        axes, marked, wanted, wanted != step(_outputs(predict, marked), 0.5)
    )
    return figure


def _outputs(predict: Callable[[Floats], ArrayLike], inputs: Floats) -> Floats:
    """Return one output from 0 to 1 for each input."""
    outputs = np.asarray(predict(inputs), np.float64)
    if outputs.shape not in ((len(inputs),), (len(inputs), 1)):
        raise ValueError(
            f"predict must give shape ({len(inputs)},) or ({len(inputs)}, 1), not {outputs.shape}"
        )
    if not ((outputs >= 0) & (outputs <= 1)).all():
        raise ValueError(
            f"outputs must be from 0 to 1, not {outputs.min()} to {outputs.max()}"
        )
    return outputs.reshape(-1)


def _draw_boundary(
    axes: Axes, ticks: Floats, outputs: Floats, points: Floats
) -> None:
    """Draw the line where the output is 0.5, and write that on it, away from the points."""
    contour = axes.contour(
        ticks, ticks, outputs, [0.5], colors=[style.INK], linewidths=2
    )
    line = np.concatenate(contour.allsegs[0])
    # At the edge the text would be cut off: the edge keeps it away as a point does.
    apart = np.linalg.norm(line[:, np.newaxis] - points, axis=2).min(axis=1)
    inwards = np.minimum(line - ticks[0], ticks[-1] - line).min(axis=1)
    x, y = line[np.minimum(apart, 2 * inwards).argmax()]
    axes.text(
        x,
        y,
        "0.5",
        ha="center",
        va="center",
        fontsize=style.NOTE_SIZE,
        bbox={
            "boxstyle": "round,pad=0.15",
            "facecolor": style.PAPER,
            "linewidth": 0,
        },
        zorder=2.5,
    )
