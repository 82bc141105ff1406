"""Figures of evaluation: probabilities, mistakes, and which digits are taken for which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from annbook.figures import digits, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

_MISTAKES = LinearSegmentedColormap.from_list(
    "mistakes", [style.PAPER, style.ERROR]
)


def confusion(counts: NDArray[Any]) -> Figure:
    """Return a figure of how often each digit was taken for each, the mistakes coloured.

    Parameters
    ----------
    counts : ndarray of integers, shape (classes, classes)
        A row for each true digit, a column for each predicted one.

    Raises
    ------
    ValueError
        Where the array is not square.
    """
    style.require_shape("counts", counts, None, *counts.shape[:1])
    classes = len(counts)
    diagonal = np.eye(classes, dtype=bool)
    mistakes = np.ma.masked_array(counts, diagonal)
    most = max(1, counts[~diagonal].max(initial=0))
    figure = style.new_figure(5.8, 5.8)
    axes = figure.add_subplot(
        xlabel="predicted digit", ylabel="true digit", facecolor=style.FAINT
    )
    # The scale ends beyond the most frequent mistake: no cell is too dark for its number.
    axes.imshow(mistakes, cmap=_MISTAKES, vmin=0, vmax=1.5 * most)
    for (true, predicted), count in np.ndenumerate(counts):
        color = style.INK if count else style.MUTED
        axes.text(
            predicted,
            true,
            str(count),
            color=color,
            size=style.NOTE_SIZE,
            **style.CENTRED,
        )
    axes.set(xticks=range(classes), yticks=range(classes))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return figure


def mistakes(
    images: NDArray[Any],
    labels: NDArray[Any],
    predicted: NDArray[Any],
    probabilities: NDArray[Any],
) -> Figure:
    """Return a figure of wrongly classified digits, each with what it was taken for.

    Parameters
    ----------
    images : ndarray, shape (n, rows, columns)
        As for `annbook.figures.digits.grid`: the wrongly classified ones alone.
    labels, predicted : ndarray of integers, shape (n,)
        What each image shows, and what it was taken for.
    probabilities : ndarray, shape (n,)
        What the model gave to the predicted digit, from 0 to 1.

    Raises
    ------
    ValueError
        Where there is no image, shapes do not fit, or an image was classified correctly.
    """
    for name, array in (
        ("labels", labels), ("predicted", predicted), ("probabilities", probabilities),
    ):  # fmt: skip
        style.require_shape(name, array, len(images))
    correct = np.flatnonzero(labels == predicted)
    if correct.size:
        raise ValueError(
            f"images must be classified wrongly, and {correct.tolist()} are not"
        )
    captions = [
        f"{label} taken for {wrong}\n{probability:.0%}".replace("%", " %")
        for label, wrong, probability in zip(
            labels, predicted, probabilities, strict=True
        )
    ]
    return digits.grid(images, captions, columns=5)


def probabilities(probabilities: ArrayLike, label: int | None = None) -> Figure:
    """Return a figure of the probability that a model gives to each class.

    Parameters
    ----------
    probabilities : array_like, shape (classes,)
        From 0 to 1.
    label : int, optional
        The class that would be right; it is hatched and named.

    Raises
    ------
    ValueError
        Where the probabilities are not one row from 0 to 1, or the label is none of the classes.
    """
    values = _distribution("probabilities", probabilities)
    if label is not None and not 0 <= label < len(values):
        raise ValueError(
            f"label must be from 0 to {len(values) - 1}, not {label}"
        )
    figure = style.new_figure()
    axes = figure.add_subplot(xlabel="digit", ylabel="probability")
    bars = _draw_bars(axes, values, style.MODEL)
    if label is not None:
        bars[label].set(facecolor=style.TRUTH, hatch="//")
        axes.set_xticks(
            range(len(values)),
            [
                f"{digit}\nlabel" if digit == label else f"{digit}"
                for digit in range(len(values))
            ],
        )
    return figure


def distributions(label: ArrayLike, prediction: ArrayLike) -> Figure:
    """Return a figure of two distributions over the same classes, one above the other.

    Parameters
    ----------
    label, prediction : array_like, shape (classes,)
        From 0 to 1: what is right, and what the model says.

    Raises
    ------
    ValueError
        Where they are not two rows of equal length from 0 to 1.
    """
    right, said = (
        _distribution("label", label),
        _distribution("prediction", prediction),
    )
    style.require_shape("prediction", said, len(right))
    figure = style.new_figure(height=4.2)
    above, below = figure.subplots(2, 1, sharex=True)
    _draw_bars(above, right, style.TRUTH, "//")
    _draw_bars(below, said, style.MODEL)
    above.set_ylabel("label y")
    below.set(xlabel="digit", ylabel="prediction p")
    return figure


def _distribution(name: str, values: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(values, np.float64)
    style.require_shape(name, array, None)
    if not np.all((array >= 0) & (array <= 1)):
        raise ValueError(f"{name} must be from 0 to 1, not {array}")
    return array


def _draw_bars(
    axes: Axes, values: NDArray[np.float64], color: str, hatch: str = ""
) -> Any:
    """Draw a labelled bar for each class; return the bars."""
    bars = axes.bar(range(len(values)), values, color=color, hatch=hatch)
    axes.bar_label(
        bars,
        [_rounded(value) for value in values.tolist()],
        padding=2,
        fontsize=style.NOTE_SIZE,
    )
    axes.set(ylim=(0, 1.15), xticks=range(len(values)), yticks=[0, 0.5, 1])
    axes.tick_params(axis="x", length=0)
    return bars


def _rounded(probability: float) -> str:
    """Return a probability with two decimals, where nothing but 0 is 0 and nothing but 1 is 1."""
    if 0 < probability < 0.005:
        return "<0.01"
    if 0.995 <= probability < 1:
        return ">0.99"
    return style.number(round(probability, 2))
