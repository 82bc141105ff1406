"""Images that leave the page still while they load: each with its size, and late where it can be.

A browser keeps the room of an image whose width and height stand in the page. All but the first
image of a page are loaded when the reader comes near them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from PIL import Image
from sphinx.writers.html5 import HTML5Translator

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.docutils import SphinxTranslator

SVG = re.compile(r"<svg\b[^>]*>")
LENGTH = re.compile(r'\b(width|height)="([\d.]+)(pt|px)?"')
PIXELS = {"": 1.0, "px": 1.0, "pt": 96 / 72}
"""CSS pixels in a unit of an SVG's size."""


def size(path: Path) -> tuple[int, int]:
    """Return an image's width and height in CSS pixels.

    Raises
    ------
    ValueError
        Where an SVG does not say its size.
    """
    if path.suffix != ".svg":
        with Image.open(path) as image:
            width, height = image.size
            return width, height
    opening = SVG.search(path.read_text(encoding="utf-8"))
    lengths = LENGTH.findall(opening[0]) if opening else []
    found = {name: float(value) * PIXELS[unit] for name, value, unit in lengths}
    if found.keys() != {"width", "height"}:
        raise ValueError(f"{path.name} does not say its width and height")
    return round(found["width"]), round(found["height"])


def note_sizes(app: Sphinx, doctree: nodes.document, _docname: str) -> None:
    """Note on each image its size, and whether it is the page's first."""
    for index, image in enumerate(doctree.findall(nodes.image)):
        path = Path(app.srcdir, image["uri"])
        if path.exists():
            image["pixels"] = size(path)
            image["is_first"] = index == 0


def remove_unused(app: Sphinx, exception: Exception | None) -> None:
    """Take away images that an earlier build put beside the pages, and that no page shows now."""
    if exception is None and app.builder.format == "html":
        used = {name for _, name in app.env.images.values()}
        for path in Path(app.outdir, app.builder.imagedir).glob("*.*"):
            if path.is_file() and path.name not in used:
                path.unlink()


def visit_image(self: SphinxTranslator, node: nodes.image) -> None:
    """Write the image as Sphinx does, with its size; an own width in the page still holds."""
    assert isinstance(self, HTML5Translator)
    start = len(self.body)
    HTML5Translator.visit_image(self, node)
    if "pixels" not in node:
        return
    width, height = node["pixels"]
    late = "" if node["is_first"] else ' loading="lazy" decoding="async"'
    given = f'<img width="{width}" height="{height}"{late} '
    self.body[start:] = [
        text.replace("<img ", given, 1) if "width=" not in text else text
        for text in self.body[start:]
    ]


def depart_image(self: SphinxTranslator, node: nodes.image) -> None:
    """Close the image as Sphinx does."""
    assert isinstance(self, HTML5Translator)
    HTML5Translator.depart_image(self, node)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the sizes, and what is removed."""
    app.connect("doctree-resolved", note_sizes)
    app.connect("build-finished", remove_unused)
    app.add_node(nodes.image, override=True, html=(visit_image, depart_image))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
