"""Figures of chance: the scores of many guessers, and what becomes of the best."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from annbook.figures import style

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray


def best_of_many(scores: Mapping[str, ArrayLike]) -> Figure:
    """Return a figure of many guessers' scores, one panel for each set of records.

    The guesser that is best on the first set is marked in every panel.

    Parameters
    ----------
    scores : mapping of str to array_like, each of shape (guessers,)
        What stands above each panel, and each guesser's share of right answers, 0 to 1;
        the guessers in the same order everywhere.

    Raises
    ------
    ValueError
        Where there is no panel or no guesser, or the shapes differ, or a score is no share.
    """
    panels = {name: _shares(name, values) for name, values in scores.items()}
    if not panels:
        raise ValueError("scores must hold one set of records or more, not 0")
    first = next(iter(panels.values()))
    for name, values in panels.items():
        style.require_shape(f"scores {name}", values, len(first))
    best = int(first.argmax())
    highest = 100 * max(values.max() for values in panels.values())
    figure = style.new_figure(height=0.6 + 1.95 * len(panels))
    rows = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    rows[-1].set(xlabel="right answers (%)", xlim=(-0.5, 1.3 * highest + 1))
    for axes, (name, values) in zip(rows, panels.items(), strict=True):
        _draw_scores(axes, 100 * values)
        who = "the best" if values is first else "the same guesser"
        _mark(axes, 100 * values[best], who)
        axes.set_title(name, loc="left")
        axes.set_ylabel("guessers")
    return figure


def _shares(name: str, values: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(values, np.float64)
    style.require_shape(f"scores {name}", array, None)
    if not np.all((array >= 0) & (array <= 1)):
        raise ValueError(f"scores {name} must be from 0 to 1, not {array}")
    return array


def _draw_scores(axes: Axes, percents: NDArray[Any]) -> None:
    """Draw a bar for each whole per cent: how many guessers come nearest to it."""
    counts = np.bincount(np.floor(percents + 0.5).astype(int))
    axes.bar(range(len(counts)), counts, width=0.85, color=style.MODEL)
    axes.set_ylim(0, 1.45 * counts.max())


def _mark(axes: Axes, percent: float, who: str) -> None:
    """Mark one score with a line that overtops the bars, and write it on the roomier side."""
    top = axes.get_ylim()[1]
    line = {"color": style.ERROR, "linestyle": (0, (4, 1.5))}
    axes.vlines(percent, 0, 0.97 * top, linewidth=2.5, **line)
    right = percent < sum(axes.get_xlim()) / 2
    axes.annotate(
        f"{who}: {style.number(percent, 3)} %",
        (percent, 0.97 * top),
        (6 if right else -6, 0),
        textcoords="offset points",
        ha="left" if right else "right",
        va="top",
        color=style.ERROR,
        fontsize=style.NOTE_SIZE,
    )
