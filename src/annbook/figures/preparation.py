"""Figures of preparation: a picture on its way to the model, and what each way is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import Rectangle

from annbook import preparation
from annbook.figures import style

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

HATCHES = ("", "//", "..", "xx", "--")


def steps(picture: NDArray[Any]) -> Figure:
    """Return a figure of a picture in four steps: as it is, its ink, scaled, and placed.

    Parameters
    ----------
    picture : ndarray
        As for `annbook.preparation.prepare`.

    Raises
    ------
    ValueError
        Where the picture is none, or shows no ink.
    """
    bright = preparation.shrink(preparation.grey(picture))
    ink = preparation.find_ink(bright)
    box, placed = preparation.bounding_box(ink), preparation.place(ink)
    if box is None or placed is None:
        raise ValueError("the picture must show ink, and does not")
    digit = ink[box]
    scale = preparation.LONGER_SIDE / max(digit.shape)
    scaled = preparation.resample(digit, scale, (0, 0), (0, 0))
    rows, columns = np.ceil(np.array(digit.shape) * scale - 1e-9).astype(int)

    figure = style.new_figure(6.4, 7.2)
    photo, found, small, final = figure.subplots(2, 2).ravel()
    _draw(photo, 1 - bright, "1. the picture")
    _draw(found, ink, "2. the ink and its box")
    _draw_box(found, *box)
    _draw_cross(found, preparation.centre_of_mass(ink), max(ink.shape) / 12)
    _draw(small, scaled[:rows, :columns], "3. 20 pixels long")
    _draw(final, placed, "4. balanced on (14.5, 14.5)")
    _draw_cross(final, preparation.CENTRE, 28 / 12)
    return figure


def _draw(axes: Axes, ink: NDArray[Any], title: str) -> None:
    axes.imshow(ink, vmin=0, vmax=1)
    axes.set(xticks=[], yticks=[])
    axes.set_title(title, fontsize=style.NOTE_SIZE)
    axes.spines[:].set(visible=True, color=style.FAINT)


def _draw_box(axes: Axes, rows: slice, columns: slice) -> None:
    corner = (columns.start - 0.5, rows.start - 0.5)
    wide, high = columns.stop - columns.start, rows.stop - rows.start
    axes.add_patch(
        Rectangle(
            corner,
            wide,
            high,
            fill=False,
            edgecolor=style.ERROR,
            linewidth=2,
            clip_on=False,
        )
    )


def _draw_cross(axes: Axes, point: tuple[float, float], arm: float) -> None:
    """Draw a cross on a point, down and across, where pixel i spans i to i + 1."""
    # Matplotlib has the middle of pixel i at i.
    down, across = point[0] - 0.5, point[1] - 0.5
    look = {"color": style.ERROR, "linewidth": 3, "solid_capstyle": "butt"}
    axes.plot([across - arm, across + arm], [down, down], **look)
    axes.plot([across, across], [down - arm, down + arm], **look)


def accuracies(shares: Mapping[str, Mapping[str, float]]) -> Figure:
    """Return a figure of how often each model is right, for each way of preparing.

    Parameters
    ----------
    shares : mapping of str to mapping of str to float
        For each way the accuracy of each model, from 0 to 1; the same models for all.

    Raises
    ------
    ValueError
        Where there is no way, ways have different models, or an accuracy is not from 0 to 1.
    """
    ways = list(shares)
    names = list(shares[ways[0]]) if ways else []
    if not names or any(list(each) != names for each in shares.values()):
        raise ValueError(
            f"each way must have the same models, one or more, not {shares}"
        )
    values = np.array([[shares[way][name] for name in names] for way in ways])
    if not np.all((values >= 0) & (values <= 1)):
        raise ValueError(f"accuracies must be from 0 to 1, not {values}")
    figure = style.new_figure(6.4, 0.9 + 0.36 * (len(names) + 0.9) * len(ways))
    axes = figure.add_subplot(xlabel="accuracy in %", xlim=(0, 112))
    thick = 1 / (len(names) + 0.7)
    looks = style.series(len(names))
    for place, (name, look) in enumerate(zip(names, looks, strict=True)):
        at = np.arange(len(ways)) + (place - (len(names) - 1) / 2) * thick
        hatch = HATCHES[place % len(HATCHES)]
        bars = axes.barh(
            at,
            100 * values[:, place],
            thick,
            color=look.color,
            hatch=hatch,
            label=name,
        )
        axes.bar_label(bars, fmt="%.0f", padding=4, fontsize=style.NOTE_SIZE)
    axes.set_yticks(range(len(ways)), ways)
    axes.invert_yaxis()
    axes.set_xticks(range(0, 101, 25))
    axes.tick_params(axis="y", length=0)
    figure.legend(
        loc="outside upper center",
        ncols=len(names),
        frameon=False,
        fontsize=style.NOTE_SIZE,
    )
    return figure
