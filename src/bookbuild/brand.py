"""The book's marks: a caterpillar of neurons in the shape of a 2, from the story's two ends.

``python -m bookbuild.brand FOLDER`` (``nox -s brand``) draws the logo, the icon and the card that
is shown where somebody shares a link. They are committed; a test compares them with this code.
"""

from __future__ import annotations

import io
import math
import sys
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from PIL import Image

BODY, HEAD, PAPER, INK = "#2f8fcb", "#e69f00", "#fcfcfa", "#1f2328"
SIDE = 64
"""The logo's side in its own units."""

NODES = 9
CARD = (1200, 630)
"""The card's width and height in pixels, as the sites that show such cards ask for."""


def stroke() -> np.ndarray:
    """Return points along a handwritten 2, from the head to the tail, shape (points, 2)."""
    turn = np.radians(np.linspace(200, 395, 60))
    arc = np.column_stack([31 + 15.5 * np.cos(turn), 24 + 14 * np.sin(turn)])
    foot = np.array([[16.5, 53.0], [50.0, 53.0]])
    return np.vstack([arc, foot])


def nodes() -> np.ndarray:
    """Return the middles of the body's nodes, equally far apart, shape (NODES, 2)."""
    points = stroke()
    length = np.append(0, np.cumsum(np.hypot(*np.diff(points, axis=0).T)))
    at = np.linspace(0, length[-1], NODES)
    return np.column_stack([np.interp(at, length, axis) for axis in points.T])


def feelers(head: np.ndarray) -> list[np.ndarray]:
    """Return the two feelers as lines, from the head to their ends."""
    angles = (-150, -105)
    return [
        np.array(
            [
                head + 4 * np.array([math.cos(a), math.sin(a)]),
                head + 11 * np.array([math.cos(a), math.sin(a)]),
            ]
        )
        for a in np.radians(angles)
    ]


def logo() -> str:
    """Return the logo as SVG; it stands on light ground and on dark."""
    middles = nodes()
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in middles)
    head = middles[0]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}" '
        f'width="{SIDE}" height="{SIDE}">',
        f'<polyline points="{line}" fill="none" stroke="{BODY}" stroke-width="3"/>',
        *(
            f'<path d="M{a:.1f} {b:.1f}L{c:.1f} {d:.1f}" stroke="{HEAD}" '
            'stroke-width="2.5" stroke-linecap="round"/>'
            for (a, b), (c, d) in feelers(head)
        ),
        *(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5.2" fill="{BODY}"/>'
            for x, y in middles[1:]
        ),
        f'<circle cx="{head[0]:.1f}" cy="{head[1]:.1f}" r="6.4" fill="{HEAD}"/>',
        f'<circle cx="{head[0] - 2:.1f}" cy="{head[1] - 0.5:.1f}" r="1.4" fill="{INK}"/>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def draw(figure: Figure, left: float, bottom: float, height: float) -> None:
    """Draw the logo on a figure, into a square given in shares of the figure's height."""
    width = height * figure.get_figheight() / figure.get_figwidth()
    axes = figure.add_axes((left, bottom, width, height))
    axes.set(xlim=(0, SIDE), ylim=(SIDE, 0))
    axes.set_axis_off()
    points = figure.get_figheight() * height * 72 / SIDE
    middles = nodes()
    axes.plot(*middles.T, color=BODY, lw=3 * points, zorder=1)
    for line in feelers(middles[0]):
        axes.plot(*line.T, color=HEAD, lw=2.5 * points, solid_capstyle="round")
    round_mark = {"marker": "o", "ls": "", "mew": 0, "clip_on": False}
    axes.plot(*middles[1:].T, ms=10.4 * points, color=BODY, **round_mark)
    head = middles[0]
    axes.plot(*head, ms=12.8 * points, color=HEAD, zorder=3, **round_mark)
    eye = head - (2, 0.5)
    axes.plot(*eye, ms=2.8 * points, color=INK, zorder=4, **round_mark)


def picture(figure: Figure, **options: object) -> Image.Image:
    """Return a figure as an image."""
    with io.BytesIO() as file:
        figure.savefig(file, format="png", dpi=100, **options)
        return Image.open(io.BytesIO(file.getvalue())).convert("RGBA")


def icon() -> Image.Image:
    """Return the icon for places that cannot show SVG, 64 by 64 pixels."""
    figure = Figure((SIDE / 100, SIDE / 100))
    draw(figure, 0, 0, 1)
    return picture(figure, transparent=True)


def card(
    title: str = "Artificial neural networks\nand TensorFlow",
) -> Image.Image:
    """Return the card: the logo, the book's name, and what it is."""
    width, height = CARD
    figure = Figure((width / 100, height / 100), facecolor=PAPER)
    draw(figure, 0.05, 0.16, 0.68)
    look = {"color": INK, "family": "DejaVu Sans"}
    figure.text(
        0.45,
        0.66,
        title,
        fontsize=30,
        weight="bold",
        va="center",
        linespacing=1.35,
        **look,
    )
    about = (
        "An executable book:\nfrom a machine with one number\n"
        "to a network that reads handwriting"
    )
    figure.text(
        0.45, 0.36, about, fontsize=21, va="center", linespacing=1.5, **look
    )
    return picture(figure)


def write(folder: Path) -> None:
    """Write the three into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "logo.svg").write_text(logo(), encoding="utf-8")
    icon().save(folder / "icon.png", optimize=True)
    few = card().convert("RGB").quantize(64)
    few.save(folder / "card.png", optimize=True)


if __name__ == "__main__":
    matplotlib.use("agg")
    write(Path(sys.argv[1]))
