"""What all widgets stand on: their start, their controls, and what they leave alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from browser.conftest import Site, begin, call, lesson

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    Visit = Callable[..., Page]

FAR = "\n\n".join(["A line of text."] * 100)
PLACE = """
:::{widget} predictor Turn the dial
:glue: kilometres miles guesses

What stands here **instead**.
:::
"""


@pytest.fixture(scope="module")
def site(make_site: Callable[..., Site]) -> Site:
    from browser.conftest import page

    values = {"kilometres": 100, "miles": 62.137, "guesses": [0.5, 0.6]}
    return make_site(
        {
            "far": page(f"# Far\n\n{FAR}\n\n{PLACE}", values),
            "plain": f"# Plain\n\n{FAR}\n",
            "lesson": lesson("theory/predictor"),
        }
    )


def scripts(page: Page) -> list[str]:
    found = page.evaluate("[...document.scripts].map((each) => each.src)")
    return [
        each for each in found if "/widgets/" in each or "/functions/" in each
    ]


@pytest.mark.parametrize("place", ["url", "file"])
def test_a_widget_starts_when_the_reader_comes_near(
    visit: Visit, site: Site, place: str
) -> None:
    page = visit(getattr(site, place)("far"))
    widget = page.locator(".widget")
    page.wait_for_timeout(300)
    assert widget.get_attribute("data-started") is None
    assert (
        len(scripts(page)) == 2
    )  # the ground and the widget, not what it needs
    begin(page, "predictor")
    assert len(scripts(page)) == 4
    assert not widget.locator(".widget-fallback").is_visible()
    assert widget.locator(".widget-body").is_visible()


def test_a_page_without_widgets_has_none_of_their_scripts(
    visit: Visit, site: Site
) -> None:
    page = visit(site.url("plain"))
    assert scripts(page) == []
    assert page.evaluate("window.annbook === undefined")


@pytest.mark.parametrize("place", ["url", "file"])
def test_without_scripts_the_fallback_stands(
    visit: Visit, site: Site, place: str
) -> None:
    page = visit(getattr(site, place)("far"), java_script_enabled=False)
    fallback = page.locator(".widget-fallback")
    assert fallback.inner_text() == "What stands here instead."
    assert fallback.is_visible()


def test_on_paper_the_fallback_stands(visit: Visit, site: Site) -> None:
    page = visit(site.url("far"))
    widget = begin(page, "predictor")
    page.emulate_media(media="print")
    assert widget.locator(".widget-fallback").is_visible()
    assert not widget.locator(".widget-body").is_visible()


NUMBERS = [
    (62.137, 3, "62.137"),
    (50, 3, "50"),
    (-7.863, 3, "−7.863"),
    (-0.0001, 3, "0"),
    (0.1 + 0.2, 5, "0.3"),
    (1.6042, 2, "1.6"),
]

TICKS = [
    ([0, 100], [0, 20, 40, 60, 80, 100]),
    ([0, 4], [0, 1, 2, 3, 4]),
    ([-1, 1], [-1, -0.5, 0, 0.5, 1]),
    ([0.1, 0.45], [0.1, 0.2, 0.3, 0.4]),
    ([-0.3, 0.1], [-0.3, -0.2, -0.1, 0, 0.1]),
]


def test_numbers_and_ticks_are_printed_as_the_book_prints_them(
    visit: Visit, site: Site
) -> None:
    page = visit(site.url("lesson"))
    begin(page, "predictor")
    for value, digits, printed in NUMBERS:
        assert call(page, "number", value, digits) == printed
    for ends, ticks in TICKS:
        assert call(page, "ticks", *ends) == ticks


@pytest.mark.parametrize(
    ("motion", "is_calm"), [("reduce", True), ("no-preference", False)]
)
def test_a_number_glides_unless_the_reader_wants_calm(
    visit: Visit, site: Site, motion: str, is_calm: bool
) -> None:
    page = visit(site.url("lesson"), reduced_motion=motion)
    shown = page.evaluate(
        """() => new Promise((resolve) => {
            const shown = [];
            const show = (value) => {
                shown.push(value);
                if (value === 2) resolve(shown);
            };
            annbook.glider(0, show).glide(2, 500);
        })"""
    )
    assert (shown == [2]) == is_calm
    assert shown == sorted(shown)
