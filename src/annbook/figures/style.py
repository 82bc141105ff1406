"""One look for every figure: colours named by their role, sizes that a phone can show, SVG.

Importing this module sets matplotlib's defaults, for a reader's own plots as well: some are read
when an artist is made and others only when a figure is saved, long after the function that drew
it has returned, so that no ``with`` block around the drawing would reach them all.

The colours are Okabe and Ito's, which colour-blind readers can tell apart, darkened where they
colour text or thin lines: all but `CATERPILLAR` and `FAINT` have a contrast of 4.5 on `PAPER`.

References
----------
M. Okabe, K. Ito: Color universal design (2008), https://jfly.uni-koeln.de/color/
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import matplotlib
import numpy as np
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike, NDArray

INK = "#1f2328"
MUTED = "#5f6670"
FAINT = "#d5d9de"
PAPER = "#fcfcfa"
MODEL = "#0072b2"
TRUTH = "#007a59"
ERROR = "#bf5300"
WORM = "#a1477a"
CATERPILLAR = "#e69f00"

NOTE_SIZE = 12
"""Points of the smallest text: numbers in a heat map, captions under a digit."""

CENTRED: dict[str, Any] = {"ha": "center", "va": "center_baseline"}


class Series(NamedTuple):
    """How one of several curves is drawn: no two are told apart by colour alone."""

    color: str
    linestyle: str | tuple[int, tuple[float, ...]]
    marker: str


SERIES = (
    Series(MODEL, "-", "o"),
    Series(ERROR, (0, (4, 1.5)), "s"),
    Series(TRUTH, (0, (1, 1)), "^"),
    Series(WORM, (0, (5, 1.5, 1, 1.5)), "D"),
    Series(INK, (0, (8, 2)), "v"),
)

matplotlib.rcParams.update(
    {
        "figure.facecolor": PAPER,
        "figure.constrained_layout.h_pad": 0.08,
        "figure.constrained_layout.w_pad": 0.08,
        "axes.facecolor": PAPER,
        "font.family": ["sans-serif"],
        "font.sans-serif": ["DejaVu Sans"],
        "font.size": 13,
        "axes.labelsize": 13,
        "axes.labelpad": 7,
        "axes.titlesize": 13,
        "xtick.labelsize": 12,
        "ytick.labelsize": 12,
        "text.color": INK,
        "axes.labelcolor": INK,
        "axes.titlecolor": INK,
        "axes.edgecolor": MUTED,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "lines.linewidth": 2,
        "lines.markersize": 7,
        "hatch.color": PAPER,
        "hatch.linewidth": 1.5,
        "image.cmap": "gray_r",
        "image.interpolation": "none",
        "svg.fonttype": "none",
        "svg.hashsalt": "annbook",
    }
)


def series(count: int) -> list[Series]:
    """Return how each of several curves is drawn; past the last look they start again."""
    return [SERIES[place % len(SERIES)] for place in range(count)]


class SvgFigure(Figure):  # type: ignore[misc,unused-ignore]  # untyped where it is not installed
    """A figure that a notebook shows as SVG.

    IPython shows a plain ``Figure`` as its name alone until something has loaded the inline
    backend, which not even importing pyplot does.
    """

    def _repr_svg_(self) -> str:
        svg = io.StringIO()
        self.savefig(svg, format="svg", metadata={"Date": None})
        return svg.getvalue()


def new_figure(width: float = 6.4, height: float = 3.6) -> SvgFigure:
    """Return an empty figure that lays itself out.

    Parameters
    ----------
    width, height : float
        In inches. A page's column holds about 7 of them, on a phone it shrinks them to 3.6.
    """
    return SvgFigure(figsize=(width, height), layout="constrained")


def number(value: float, digits: int = 4) -> str:
    """Return a number as it is written in a figure: few digits and a proper minus sign.

    Parameters
    ----------
    value : float
        What is off by less than 1e-9 counts as rounding error and is dropped.
    digits : int
        Significant digits.
    """
    # Adding zero turns a negative zero into zero.
    return f"{round(float(value), 9) + 0.0:,.{digits}g}".replace(
        "-", "\N{MINUS SIGN}"
    )


def require_shape(name: str, array: NDArray[Any], *shape: int | None) -> None:
    """Raise ValueError where the shape differs; None stands for any length of 1 or more."""
    fits = len(array.shape) == len(shape) and all(
        have >= 1 if want is None else have == want
        for have, want in zip(array.shape, shape, strict=True)
    )
    if not fits:
        wanted = ", ".join(
            "n" if length is None else str(length) for length in shape
        )
        raise ValueError(
            f"{name} must have shape ({wanted}), not {array.shape}"
        )


def spread(positions: ArrayLike, gap: float) -> NDArray[np.float64]:
    """Return the positions moved apart, together as little as will do.

    Parameters
    ----------
    positions : array_like, shape (n,)
        Where labels would stand, in any order.
    gap : float
        How far each must be from the next.

    Returns
    -------
    ndarray, shape (n,)
        In the order given.
    """
    wanted = np.asarray(positions, np.float64)
    order = np.argsort(wanted, kind="stable")
    ranks = gap * np.arange(len(wanted))
    # Less its rank's share, each must not lie below the one before: those that do share a mean.
    groups: list[list[float]] = []
    for value in wanted[order] - ranks:
        groups.append([value])
        while len(groups) > 1 and np.mean(groups[-2]) > np.mean(groups[-1]):
            groups[-2:] = [groups[-2] + groups[-1]]
    moved = np.empty_like(wanted)
    moved[order] = ranks + [np.mean(group) for group in groups for _ in group]
    return moved


def label_ends(
    axes: Axes,
    ends: Sequence[tuple[float, str, str]],
    edge: Literal["right", "top"] = "right",
) -> None:
    """Write texts outside an edge of the axes, where lines end, moved apart where they would touch.

    Parameters
    ----------
    axes : Axes
        Its limits must be final.
    ends : sequence of (position, text, color)
        Where each line ends, in data coordinates: its height at the right, its width at the top.
    edge : {"right", "top"}
        Where the lines end.
    """
    right = edge == "right"
    along = 1 if right else 0
    corners = np.array(
        [[axes.get_xlim()[1], axes.get_ylim()[1]]] * len(ends)
    ).reshape(-1, 2)
    corners[:, along] = [position for position, _, _ in ends]
    wanted = (axes.transScale + axes.transLimits).transform(corners)[:, along]
    room = (
        1.4
        if right
        else 1 + 0.7 * max((len(text) for _, text, _ in ends), default=0)
    )
    # Before the layout is known, the axes have about the size that they will end with.
    gap = room * NOTE_SIZE / 72 / (axes.bbox.size[along] / axes.figure.dpi)
    for fraction, (_, text, color) in zip(
        spread(wanted, gap), ends, strict=True
    ):
        axes.annotate(
            text,
            (1, fraction) if right else (fraction, 1),
            xytext=(8, 0) if right else (0, 4),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="left" if right else "center",
            va="center" if right else "bottom",
            color=color,
            fontsize=NOTE_SIZE,
        )
