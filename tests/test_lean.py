"""Pages show no icon that is not drawn, and weigh what a reader on the road can bear."""

from __future__ import annotations

import os
import random
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import weight
from conftest import ROOT
from sphinx.errors import ExtensionError

from bookbuild import lean

if TYPE_CHECKING:
    from pathlib import Path

SITE = ROOT / "_build" / "html"
SHEET = ROOT / "book" / "_static" / "icons.css"


@pytest.mark.parametrize(
    ("html", "names"),
    {
        '<i class="fa-solid fa-sun fa-lg fa-fw"></i>': {"fa-sun"},
        '<span class="fas fa-list"></span> fa-moon': {"fa-list"},
        '<i class="theme-switch fa-solid fa-moon">': {"fa-moon"},
        '<p class="sofa-solid fa-sun">': set(),
    }.items(),
)
def test_an_icon_is_known_by_its_class(html: str, names: set[str]) -> None:
    assert lean.icons_on_page(html) == names


def test_the_sheet_draws_the_icons_that_it_names() -> None:
    text = SHEET.read_text(encoding="utf-8")
    assert {"fa-bars", "fa-magnifying-glass", "fa-sun"} <= lean.icons(text)
    assert "url('http" not in text


@pytest.fixture(scope="module")
def pages() -> list[str]:
    found = sorted(SITE.rglob("*.html"))
    if not found:
        if os.environ.get("CI"):
            pytest.fail("the book is not built: run nox -s book first")
        pytest.skip("the book is not built: run nox -s book first")
    return [page.read_text(encoding="utf-8") for page in found]


def test_no_page_asks_for_the_theme_s_thousands_of_icons(
    pages: list[str],
) -> None:
    assert [page for page in pages if "fontawesome" in page] == []
    assert list(SITE.rglob("fontawesome*")) == []
    assert list(SITE.rglob("*.map")) == []


def test_every_icon_of_the_pages_is_drawn(pages: list[str]) -> None:
    drawn = lean.icons(SHEET.read_text(encoding="utf-8"))
    shown = set().union(*map(lean.icons_on_page, pages))
    assert shown
    assert shown <= drawn


def test_no_page_is_heavier_than_promised(pages: list[str]) -> None:
    weights = weight.weigh(SITE)
    assert len(weights) == len(pages)
    assert weight.too_heavy(weights) == []


def test_a_page_s_weight_is_that_of_the_files_it_asks_for(
    tmp_path: Path,
) -> None:
    noise = random.Random(0).randbytes(5_000)
    for name in ("a.png", "b.png", "c.png"):
        (tmp_path / name).write_bytes(noise)
    (tmp_path / "one.html").write_text(
        '<img src="a.png"><img src="b.png"><img loading="lazy" src="c.png">'
    )
    (tmp_path / "two.html").write_text('<img alt="" src="a.png?v=1"> c.png')
    found = weight.weigh(tmp_path)
    assert 5_000 < found["one"].own < 5_150
    assert found["one"].late == 5_000
    assert found["one"].shared == found["two"].shared == 5_000
    assert found["two"].own < 100
    assert weight.too_heavy({"x": weight.Weight(100_001, 0, 0)})
    assert weight.too_heavy({"x": weight.Weight(1, 100_000, 300_000)})
    assert not weight.too_heavy({"x": weight.Weight(100_000, 0, 300_000)})


def test_a_sheet_loses_the_icon_font_and_keeps_its_rules() -> None:
    css = (
        "a{b:c}@font-face{font-family:X;src:url(x.woff2)}"
        '.fa-sun{--fa:"\\f185"}.fa-x:before,.fa-y{--fa:"1"}.fa-fw{width:1em}'
    )
    assert lean.without_font(css) == "a{b:c}.fa-fw{width:1em}"


def test_a_bundle_holds_its_sheets_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "one.css").write_text("b{}")
    (tmp_path / "two.css").write_text("a{}")
    assert lean.bundle(tmp_path, ["one.css", "two.css"]) == "b{}\na{}"


@pytest.mark.parametrize("change", ["a sheet", "their order"])
def test_the_mark_of_a_bundle_changes_with(tmp_path: Path, change: str) -> None:
    (tmp_path / "static").mkdir()
    own = tmp_path / "static" / "own.css"
    own.write_text("a{}")
    app: Any = SimpleNamespace(
        confdir=tmp_path, config=SimpleNamespace(html_static_path=["static"])
    )
    names = ["own.css", "theme.css"]
    before = lean.mark(app, names)
    assert lean.mark(app, names) == before
    if change == "a sheet":
        own.write_text("b{}")
    else:
        names.reverse()
    assert lean.mark(app, names) != before


def test_a_sheet_that_asks_for_a_file_beside_it_cannot_be_bundled(
    tmp_path: Path,
) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "one.css").write_text("a{b:url(../c.png)}")
    with pytest.raises(ExtensionError, match=r"deep/one\.css asks for"):
        lean.bundle(tmp_path, ["deep/one.css"])
