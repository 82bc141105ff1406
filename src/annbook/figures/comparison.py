"""Figures that put models side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.ticker import MaxNLocator, PercentFormatter

from annbook.figures import style

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure


def accuracies(intervals: Mapping[str, tuple[float, float, float]]) -> Figure:
    """Return a figure of each model's accuracy with the interval that it is sure to about.

    Parameters
    ----------
    intervals : mapping of str to (low, accuracy, high)
        From 0 to 1, by the model's name, the first on top.

    Raises
    ------
    ValueError
        Where there is no model, or numbers are out of range or order.
    """
    if not intervals:
        raise ValueError("intervals must hold one model or more, not 0")
    for name, (low, share, high) in intervals.items():
        if not 0 <= low <= share <= high <= 1:
            raise ValueError(
                f"{name} must have 0 <= low <= accuracy <= high <= 1, "
                f"not {low}, {share}, {high}"
            )
    figure = style.new_figure(height=0.75 * len(intervals) + 0.9)
    axes = figure.add_subplot(xlabel="test records read correctly")
    for place, (low, share, high) in enumerate(intervals.values()):
        axes.plot([low, high], [place, place], color=style.MODEL, linewidth=2)
        axes.plot(share, place, "o", color=style.MODEL)
        axes.annotate(
            f"{100 * share:.2f} %",
            (share, place),
            xytext=(0, 9),
            textcoords="offset points",
            ha="center",
        )
    least = min(low for low, _, _ in intervals.values())
    room = 0.15 * (1 - least) or 0.01
    axes.set(xlim=(least - room, 1 + room / 3), yticks=range(len(intervals)))
    axes.set_yticklabels(intervals)
    axes.set_ylim(len(intervals) - 0.5, -0.7)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=style.FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    return figure
