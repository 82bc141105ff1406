"""Figures of images: rows of digits, one digit's pixels, what a model's weights look like."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from annbook.figures import style
from annbook.mnist import CLASSES, SIDE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

SIGNED = LinearSegmentedColormap.from_list(
    "signed", [style.ERROR, style.PAPER, style.MODEL]
)
"""From against (negative) over nothing to for (positive)."""

_NAMES = [str(digit) for digit in range(CLASSES)]

_GAP = 3
"""Pixels between one image and the next."""

_WIDEST = 1.28
"""Inches that an image and its gap may take: five fill a page's column."""

_WIDTH_OF_BAR = 4.6
"""Inches that the name of a colour scale needs."""


def grid(
    images: NDArray[Any],
    labels: Sequence[object] | NDArray[Any] | None = None,
    columns: int = 10,
) -> Figure:
    """Return a figure of images in rows, ink on paper.

    Parameters
    ----------
    images : ndarray, shape (n, rows, columns)
        Integers from 0 (paper) to 255 (ink), or floats from 0 to 1.
    labels : sequence, optional
        What to write under each image, such as its digit; a line break is kept.
    columns : int
        Images in a row.

    Raises
    ------
    ValueError
        Where there is no image, not one label for each, no column, or a pixel out of range.
    """
    style.require_shape("images", images, None, None, None)
    if labels is not None and len(labels) != len(images):
        raise ValueError(
            f"labels must be as many as the {len(images)} images, not {len(labels)}"
        )
    captions = [] if labels is None else [str(label) for label in labels]
    return _draw_tiles(
        images / _ink(images), captions, min(columns, len(images))
    )


def rows_by_class(
    images: NDArray[Any], labels: NDArray[Any], per_class: int = 10
) -> Figure:
    """Return a figure with the first images of each digit, a row for each digit.

    Parameters
    ----------
    images : ndarray, shape (n, rows, columns)
        As for `grid`.
    labels : ndarray of integers, shape (n,)
        The digits 0 to 9.
    per_class : int
        How many images of each digit; where there are fewer, the row ends early.

    Raises
    ------
    ValueError
        Where there is no image, not one label for each, no column, or a pixel out of range.
    """
    style.require_shape("images", images, None, None, None)
    style.require_shape("labels", labels, len(images))
    ink = _ink(images)
    rows = np.full((CLASSES, max(per_class, 0), *images.shape[1:]), np.nan)
    for digit, row in enumerate(rows):
        found = images[labels == digit][:per_class]
        row[: len(found)] = found / ink
    figure = _draw_tiles(rows.reshape(-1, *images.shape[1:]), [], per_class)
    axes, pitch = figure.axes[0], images.shape[1] + _GAP
    axes.set_axis_on()
    axes.spines[:].set_visible(False)
    axes.set_xticks([])
    axes.set_yticks(
        pitch * np.arange(CLASSES) + images.shape[1] / 2 - 0.5, _NAMES
    )
    axes.tick_params(length=0)
    return figure


def _ink(images: NDArray[Any]) -> int:
    """Return the value of full ink: 255 for integers, 1 for floats."""
    ink = 1 if images.dtype.kind == "f" else 255
    if not np.all((images >= 0) & (images <= ink)):
        low, high = images.min(), images.max()
        raise ValueError(
            f"pixels of type {images.dtype} must be from 0 to {ink}, not from {low} to {high}"
        )
    return ink


def _draw_tiles(
    images: NDArray[Any], captions: Sequence[str], columns: int
) -> Figure:
    """Return a figure of tiles from 0 to 1 with captions under them, as a single picture.

    One picture instead of a hundred keeps the page small and its drawing fast.
    """
    if columns < 1:
        raise ValueError(f"a row must have 1 image or more, not {columns}")
    count, high, wide = images.shape
    rows = math.ceil(count / columns)
    inch = _WIDEST * min(5 / columns, 1) / (wide + _GAP)
    lines = max((caption.count("\n") + 1 for caption in captions), default=0)
    under = math.ceil(lines * 1.35 * style.NOTE_SIZE / 72 / inch)
    pitch = np.array([high + _GAP + under, wide + _GAP])
    canvas = np.full(pitch * (rows, columns) - _GAP, np.nan)
    corners = [pitch * divmod(place, columns) for place in range(count)]
    for image, (top, left) in zip(images, corners, strict=True):
        canvas[top : top + high, left : left + wide] = image
    height, width = (np.array(canvas.shape) * inch + 0.2).tolist()
    figure = style.new_figure(width, height)
    axes = figure.add_subplot()
    axes.imshow(canvas, vmin=0, vmax=1)
    axes.set_axis_off()
    for caption, (top, left) in zip(captions, corners, strict=False):
        at = (left + wide / 2 - 0.5, top + high + 0.5)
        axes.text(*at, caption, ha="center", va="top", fontsize=style.NOTE_SIZE)
    return figure


def pixels(image: NDArray[Any]) -> Figure:
    """Return a figure of one image blown up, with the grid of its pixels.

    Parameters
    ----------
    image : ndarray, shape (rows, columns)
        As in `grid`.

    Raises
    ------
    ValueError
        Where the image is not one rectangle, or a pixel is out of range.
    """
    style.require_shape("image", image, None, None)
    figure = style.new_figure(5.2, 5.2)
    axes = figure.add_subplot(xlabel="column", ylabel="row")
    _draw_pixels(axes, image, _ink(image))
    for axis, length in (
        (axes.yaxis, image.shape[0]),
        (axes.xaxis, image.shape[1]),
    ):
        axis.set_ticks([*range(0, length - 3, 7), length - 1])
    return figure


def _draw_pixels(axes: Axes, image: NDArray[Any], ink: int) -> None:
    """Draw an image with thin lines between its pixels."""
    rows, columns = image.shape
    axes.imshow(image, vmin=0, vmax=ink)
    lines: dict[str, Any] = {
        "color": style.FAINT,
        "linewidth": 0.6,
        "clip_on": False,
    }
    axes.hlines(np.arange(rows + 1) - 0.5, -0.5, columns - 0.5, **lines)
    axes.vlines(np.arange(columns + 1) - 0.5, -0.5, rows - 0.5, **lines)
    axes.spines[:].set_visible(False)


def pixel_values(image: NDArray[Any], rows: range, columns: range) -> Figure:
    """Return a figure of part of an image with the value of each pixel written in it.

    Parameters
    ----------
    image : ndarray, shape (rows, columns)
        As in `grid`.
    rows, columns : range
        Which part; about ten columns stay legible.

    Raises
    ------
    ValueError
        Where the image is not one rectangle, a pixel is out of range, or a range is empty or
        leaves the image.
    """
    style.require_shape("image", image, None, None)
    for name, wanted, length in zip(
        ("rows", "columns"), (rows, columns), image.shape, strict=True
    ):
        if not wanted or not {wanted[0], wanted[-1]} <= set(range(length)):
            raise ValueError(
                f"{name} must lie in 0 to {length - 1}, not {wanted}"
            )
    part, ink = image[np.ix_(rows, columns)], _ink(image)
    cell = 6.0 / max(len(columns), 10)
    figure = style.new_figure(cell * len(columns) + 0.8, cell * len(rows) + 0.8)
    axes = figure.add_subplot(xlabel="column", ylabel="row")
    _draw_pixels(axes, part, ink)
    axes.set_xticks(range(len(columns)), [*map(str, columns)])
    axes.set_yticks(range(len(rows)), [*map(str, rows)])
    for (row, column), value in np.ndenumerate(part):
        color = style.PAPER if value > ink / 2 else style.INK
        text = str(value) if ink > 1 else f"{value:.2f}"
        axes.text(
            column,
            row,
            text,
            color=color,
            size=style.NOTE_SIZE,
            **style.CENTRED,
        )
    return figure


def weights(weights: NDArray[Any]) -> Figure:
    """Return a figure of each class's weights as an image: which pixels speak for it or against it.

    Parameters
    ----------
    weights : ndarray, shape (784, classes)
        W, of any sign. All classes share one colour scale, symmetrical about 0.

    Raises
    ------
    ValueError
        For another shape.
    """
    style.require_shape("weights", weights, SIDE * SIDE, None)
    classes = weights.shape[1]
    return signed(
        weights.T.reshape(classes, SIDE, SIDE),
        [*map(str, range(classes))],
        5,
        "weight (+ for the digit, \N{MINUS SIGN} against it)",
    )


def signed(
    images: NDArray[Any], captions: Sequence[str], columns: int, quantity: str
) -> Figure:
    """Return a figure of images of values of any sign, with a scale for all of them below.

    Parameters
    ----------
    images : ndarray, shape (n, rows, columns)
        All share one colour scale, symmetrical about 0.
    captions : sequence of str
        What to write under each; none, or one for each.
    columns : int
        Images in a row.
    quantity : str
        What the values are.

    Raises
    ------
    ValueError
        Where there is no image, or not one caption for each.
    """
    style.require_shape("images", images, None, None, None)
    if captions and len(captions) != len(images):
        raise ValueError(
            f"captions must be as many as the {len(images)} images, not {len(captions)}"
        )
    figure = _draw_tiles(images, captions, columns)
    (picture,) = figure.axes[0].images
    limit = float(np.abs(images).max()) or 1.0
    picture.set(cmap=SIGNED, clim=(-limit, limit))
    bar = figure.colorbar(picture, location="bottom", shrink=0.8, aspect=30)
    bar.set_label(quantity)
    bar.outline.set_visible(False)
    width, height = figure.get_size_inches()
    figure.set_size_inches(max(width, _WIDTH_OF_BAR), height + 0.9)
    return figure


def class_counts(
    labels_train: NDArray[Any], labels_test: NDArray[Any]
) -> Figure:
    """Return a figure of how many records there are of each digit, to train on and to test with.

    Parameters
    ----------
    labels_train, labels_test : ndarray of integers, shape (n,)
        The digits 0 to 9.

    Raises
    ------
    ValueError
        Where labels are not one row of integers from 0 to 9.
    """
    figure = style.new_figure(height=4.4)
    panels = figure.subplots(1, 2, sharey=True)
    named = (
        ("training", labels_train, style.MODEL, ""),
        ("test", labels_test, style.TRUTH, "//"),
    )
    for axes, (name, labels, color, hatch) in zip(panels, named, strict=True):
        counts = _count(name, labels)
        bars = axes.barh(range(CLASSES), counts, color=color, hatch=hatch)
        texts = [f"{count:,}" for count in counts]
        axes.bar_label(bars, texts, padding=4, fontsize=style.NOTE_SIZE)
        axes.set_title(f"{name}: {len(labels):,}", loc="left")
        axes.set_xlim(0, 1.3 * counts.max())
        axes.spines["bottom"].set_visible(False)
        axes.set_xticks([])
    panels[0].set(ylabel="digit", yticks=range(CLASSES))
    panels[0].invert_yaxis()
    return figure


def _count(name: str, labels: NDArray[Any]) -> NDArray[np.intp]:
    style.require_shape(f"{name} labels", labels, None)
    if (
        labels.dtype.kind not in "iu"
        or labels.min() < 0
        or labels.max() >= CLASSES
    ):
        raise ValueError(
            f"{name} labels must be integers from 0 to {CLASSES - 1}, "
            f"not {labels.dtype} from {labels.min()} to {labels.max()}"
        )
    return np.bincount(labels, minlength=CLASSES)
