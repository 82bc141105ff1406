"""The diagram of data parallel training: a batch is split, and its gradients become one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from annbook.figures import diagrams

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PITCH, _WIDTH = 1.05, 1.22


def data_parallel(shares: Sequence[int]) -> Figure:
    """Return a diagram of one step: split the batch, compute, average, update alike.

    Parameters
    ----------
    shares : sequence of int
        For each worker, from the top down, how many records of the batch it looks at.

    Raises
    ------
    ValueError
        Where there is no worker, or one has no record.
    """
    if not shares or min(shares) < 1:
        raise ValueError(
            f"shares must hold 1 record or more for each worker, not {list(shares)}"
        )
    middle = _PITCH * len(shares) / 2
    figure, axes = diagrams._plane(6.4, 2 * middle + 0.45)
    columns = {"split": 0.7, "compute": 2.35, "average": 4.05, "update": 5.7}
    diagrams._title(axes, [(x, words) for words, x in columns.items()])
    split, compute, average, update = columns.values()
    rows = diagrams._column(0, len(shares), _PITCH, middle)
    for worker, (share, (_, y)) in enumerate(zip(shares, rows, strict=True)):
        _join(axes, (split, middle), (compute, y))
        _join(axes, (compute, y), (average, middle))
        _join(axes, (average, middle), (update, y))
        _box(axes, (compute, y), f"worker {worker}:\n{share} records")
        _box(axes, (update, y), f"worker {worker}:\nsame step")
    _box(axes, (split, middle), f"batch of\n{sum(shares)} records")
    _box(axes, (average, middle), "mean of the\ngradients")
    return figure


def _box(axes: Axes, at: diagrams.Point, text: str) -> None:
    diagrams._box(axes, at, text, _WIDTH, 0.72)


def _join(axes: Axes, start: diagrams.Point, end: diagrams.Point) -> None:
    """Draw an arrow from the right side of a box to the left side of another."""
    right, left = start[0] + _WIDTH / 2, end[0] - _WIDTH / 2
    diagrams._edge(axes, (right, start[1]), (left, end[1]), (0.02, 0.02))
