"""What tests of several figure modules ask of every figure."""

from __future__ import annotations

import functools
import itertools
from typing import TYPE_CHECKING, Any

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from annbook.figures import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@functools.cache
def drawn_texts(figure: Figure) -> list[Text]:
    """Return the texts that are really drawn: an axis keeps more ticks than it shows."""
    drawn = dict.fromkeys(figure.findobj(Text), False)
    draw = Text.draw

    def spy(text: Text, renderer: Any) -> None:
        drawn[text] = bool(text.get_text()) and text.get_visible()
        draw(text, renderer)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Text, "draw", spy)
        FigureCanvasAgg(figure).draw()
    return [text for text in drawn if drawn[text]]


def words(figure: Figure) -> list[str]:
    """Return what is written in a figure."""
    return [text.get_text() for text in drawn_texts(figure)]


def flaws(figure: Any) -> list[str]:
    """Return what is wrong with the texts of a figure: cut off, too small, on another, outlined."""
    texts, page = drawn_texts(figure), figure.bbox
    # The box of an annotation includes its arrow; only the words count here.
    boxes = [(text.get_text(), Text.get_window_extent(text)) for text in texts]
    found = [
        f"{text!r} is cut off"
        for text, box in boxes
        if box.x0 < page.x0
        or box.y0 < page.y0
        or box.x1 > page.x1
        or box.y1 > page.y1
    ]
    found += [
        f"{t.get_text()!r} is small"
        for t in texts
        if float(t.get_fontsize()) < style.NOTE_SIZE
    ]
    found += [
        f"{a!r} lies on {b!r}"
        for (a, box_a), (b, box_b) in itertools.combinations(boxes, 2)
        if box_a.padded(-1).overlaps(box_b.padded(-1))
    ]
    svg = figure._repr_svg_()
    if svg.count("<text") != svg.count(
        "font-family: 'DejaVu Sans', sans-serif;"
    ):
        found.append("a text has another font")
    return found + [mark for mark in ("<tspan", "DejaVuSans-") if mark in svg]
