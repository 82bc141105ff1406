"""Figures of evaluation: probabilities, mistakes, which digits are taken for which, calibration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from annbook.figures import digits, style
from annbook.statistics import wilson_interval

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

    from annbook.statistics import Calibration

_MISTAKES = LinearSegmentedColormap.from_list(
    "mistakes", [style.PAPER, style.ERROR]
)


_FIFTHS = [0, 0.2, 0.4, 0.6, 0.8, 1]


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


def by_class(shares: Mapping[str, ArrayLike]) -> Figure:
    """Return a figure of two shares for each class, such as precision and recall.

    Parameters
    ----------
    shares : mapping of str to array_like, each of shape (classes,)
        Two, by name, from 0 to 1; each class's smaller one is written at the left. NaN is left
        out.

    Raises
    ------
    ValueError
        Where there are not two rows of equal length, or a share lies outside.
    """
    if len(shares) != 2:
        raise ValueError(f"shares must be two, not {len(shares)}")
    rows = [np.asarray(values, np.float64) for values in shares.values()]
    style.require_shape("shares", rows[0], None)
    style.require_shape("shares", rows[1], len(rows[0]))
    table = np.stack(rows)
    if ((table < 0) | (table > 1)).any() or not np.isfinite(table).any():
        raise ValueError(f"shares must be from 0 to 1, not {table.tolist()}")
    classes = np.arange(table.shape[1])
    figure = style.new_figure(height=1.3 + 0.36 * len(classes))
    axes = figure.add_subplot(xlabel="share of records, %", ylabel="digit")
    axes.hlines(classes, *100 * table, color=style.MUTED, linewidth=1.2)
    for name, row, look in zip(shares, table, style.series(2), strict=True):
        axes.plot(
            100 * row,
            classes,
            **look._replace(linestyle="")._asdict(),
            label=name,
        )
    low, high = 100 * np.nanmin(table), 100 * np.nanmax(table)
    room = 0.14 * max(high - low, 1)
    axes.set(xlim=(low - room, high + room), yticks=classes)
    axes.set_ylim(len(classes) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    for place, pair in enumerate(100 * table.T):
        _write_ends(axes, place, pair[np.isfinite(pair)])
    figure.legend(loc="outside upper center", ncols=2, frameon=False)
    return figure


def _write_ends(axes: Axes, place: int, values: NDArray[np.float64]) -> None:
    """Write the smaller of a row's values at its left and the larger at its right."""
    for value, side, align in zip(
        sorted(values), (-1, 1), ("right", "left"), strict=False
    ):
        axes.annotate(
            f"{value:.1f}",
            (value, place),
            xytext=(8 * side, 0),
            textcoords="offset points",
            ha=align,
            va="center",
            fontsize=style.NOTE_SIZE,
        )


def reliability(groups: Calibration) -> Figure:
    """Return a figure of how often a model was right by how sure it was, with the records.

    Parameters
    ----------
    groups : Calibration
        As from `annbook.statistics.calibration`. Groups without a record have no point.

    Raises
    ------
    ValueError
        Where the arrays are not of one length, or no group has a record.
    """
    records = np.asarray(groups.records)
    style.require_shape("records", records, None)
    for name in ("confidence", "accuracy"):
        style.require_shape(
            name, np.asarray(getattr(groups, name)), len(records)
        )
    if not records.any():
        raise ValueError("records must hold one record or more, not 0")
    figure = style.new_figure(height=5.8)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    _draw_reliability(above, groups)
    _draw_records(below, records)
    return figure


def _draw_reliability(axes: Axes, groups: Calibration) -> None:
    """Draw accuracy over confidence, with what chance leaves open, and where they are equal."""
    held = np.flatnonzero(groups.records)
    said, true = groups.confidence[held], groups.accuracy[held]
    trials = groups.records[held].tolist()
    right = np.rint(true * trials).astype(int).tolist()
    bounds = [
        wilson_interval(*each) for each in zip(right, trials, strict=True)
    ]
    low, high = np.array(bounds).T
    axes.plot([0, 1], [0, 1], color=style.MUTED, linewidth=1.2, linestyle="--")
    axes.vlines(said, low, high, color=style.MODEL, linewidth=1.2)
    axes.plot(said, true, "o", color=style.MODEL, clip_on=False)
    axes.text(0.04, 0.96, "more often right\nthan it says", va="top")
    axes.text(0.96, 0.04, "less often right\nthan it says", ha="right")
    axes.set(ylabel="share that is right", xlim=(0, 1), ylim=(0, 1))
    axes.set(xticks=_FIFTHS, yticks=_FIFTHS)


def _draw_records(axes: Axes, records: NDArray[Any]) -> None:
    """Draw how many records each group holds."""
    width = 1 / len(records)
    middles = (np.arange(len(records)) + 0.5) * width
    bars = axes.bar(middles, records, 0.85 * width, color=style.MODEL)
    texts = [f"{count:,}" for count in records.tolist()]
    axes.bar_label(bars, texts, padding=2, fontsize=style.NOTE_SIZE)
    axes.set(xlabel="confidence: probability of its answer", ylabel="records")
    axes.set(ylim=(0, 1.35 * records.max()), yticks=[])
    axes.spines["left"].set_visible(False)


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
