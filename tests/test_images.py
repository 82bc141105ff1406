"""Images say their size, and all but a page's first are loaded late."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from bs4 import BeautifulSoup
from PIL import Image
from sphinx.testing.util import SphinxTestApp

from bookbuild import images

if TYPE_CHECKING:
    from pathlib import Path

HEAD = '<?xml version="1.0"?>\n<!-- width="9" -->\n'


@pytest.mark.parametrize(
    ("opening", "pixels"),
    [
        ('<svg width="460.8pt" height="259.2pt" version="1.1">', (614, 346)),
        ('<svg height="30" width="20">', (20, 30)),
        ('<svg\n width="20px"\n height="30px">', (20, 30)),
    ],
)
def test_the_size_of_a_drawing_is_that_of_its_first_tag(
    tmp_path: Path, opening: str, pixels: tuple[int, int]
) -> None:
    file = tmp_path / "drawing.svg"
    file.write_text(f'{HEAD}{opening}<rect width="1" height="1"/></svg>')
    assert images.size(file) == pixels


def test_the_size_of_a_picture_is_its_pixels(tmp_path: Path) -> None:
    Image.new("L", (12, 7)).save(tmp_path / "picture.png")
    assert images.size(tmp_path / "picture.png") == (12, 7)


@pytest.mark.parametrize(
    "opening", ["<svg>", '<svg width="1">', '<svg width="100%" height="1">']
)
def test_a_drawing_without_a_size_is_named(
    tmp_path: Path, opening: str
) -> None:
    file = tmp_path / "drawing.svg"
    file.write_text(f'{opening}<rect width="3" height="4"/></svg>')
    with pytest.raises(ValueError, match=r"drawing\.svg does not say"):
        images.size(file)


def test_a_page_gives_each_image_its_room_and_loads_the_second_late(
    tmp_path: Path,
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "conf.py").touch()
    for name in ("a", "b", "c"):
        Image.new("L", (12, 7)).save(source / f"{name}.png")
    text = "# T\n\n![A](a.png)\n\n![B](b.png)\n\n```{image} c.png\n:width: 5px\n:alt: C\n```\n"
    (source / "index.md").write_text(text)
    app = SphinxTestApp(
        srcdir=source,
        builddir=tmp_path / "build",
        confoverrides={
            "extensions": ["myst_nb", "bookbuild"],
            "nb_execution_mode": "off",
        },
    )
    app.build()
    html = (app.outdir / "index.html").read_text(encoding="utf-8")
    app.cleanup()
    shown = BeautifulSoup(html, "html.parser").select("img")
    first, second, third = (image.attrs for image in shown if image.get("alt"))
    assert (first["width"], first["height"]) == ("12", "7")
    assert "loading" not in first
    assert (second["width"], second["height"]) == ("12", "7")
    assert (second["loading"], second["decoding"]) == ("lazy", "async")
    assert "width: 5px" in third["style"]  # the author's word holds
