"""The first page shows in one screen what the book is, and answers to a pen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from browser.conftest import axe, begin, overflows

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from browser.conftest import Site

    Visit = Callable[..., Page]

pytestmark = pytest.mark.slow
SCREENS = {"desktop": (1280, 800), "phone": (390, 844)}


@pytest.mark.parametrize("screen", SCREENS)
def test_name_promise_pad_and_samples_stand_in_the_first_screen(
    visit: Visit, book: Site, screen: str
) -> None:
    width, height = SCREENS[screen]
    page = visit(book.url("index"), viewport={"width": width, "height": height})
    begin(page, "drawing-pad")
    page.wait_for_selector(".recogniser-samples button")
    wanted = [
        ".bd-article h1",
        ".hero-lead",
        ".recogniser-board",
        ".recogniser-bars",
    ]
    if screen == "desktop":
        wanted += [".hero-ways p", ".recogniser-samples"]
    for selector in wanted:
        box = page.locator(selector).first.bounding_box()
        assert box["y"] + box["height"] <= height, selector
    assert not overflows(page, ".bd-article")


def test_a_sample_is_read_and_then_a_clear_pad_is_blank_again(
    visit: Visit, book: Site
) -> None:
    page = visit(book.url("index"))
    begin(page, "drawing-pad")
    page.get_by_role("button", name="A sample 7").click()
    page.wait_for_selector('.widget-body[data-digit="7"]')
    page.get_by_text("The network reads a 7").wait_for()
    page.get_by_role("button", name="Clear").click()
    page.get_by_text("Draw a digit here").wait_for()


def test_a_stroke_of_the_pen_is_read(visit: Visit, book: Site) -> None:
    page = visit(book.url("index"))
    begin(page, "drawing-pad")
    box = page.locator(".recogniser-board").bounding_box()
    x = box["x"] + box["width"] / 2
    page.mouse.move(x, box["y"] + 0.15 * box["height"])
    page.mouse.down()
    page.mouse.move(x - 4, box["y"] + 0.85 * box["height"], steps=8)
    page.mouse.up()
    page.wait_for_selector('.widget-body[data-digit="1"]')


def test_no_model_is_loaded_before_the_first_stroke(
    visit: Visit, book: Site
) -> None:
    page = visit(book.url("index"))
    begin(page, "drawing-pad")
    page.wait_for_selector(".recogniser-samples button")
    loaded = page.evaluate("Object.keys(annbook.models || {})")
    assert loaded == []


def test_every_lesson_in_the_sidebar_says_its_minutes(
    visit: Visit, book: Site
) -> None:
    page = visit(book.url("theory/predictor"))
    here = page.locator(".bd-sidebar-primary [aria-current=page]")
    assert here.inner_text().split()[-2:] == ["15", "min"]


def test_the_foot_of_a_page_asks_the_next_page_s_question(
    visit: Visit, book: Site
) -> None:
    page = visit(book.url("theory/predictor"))
    following = page.locator(".prev-next-area .right-next")
    asked = following.locator(".prev-next-question").inner_text()
    page.goto(following.evaluate("link => link.href"))
    assert page.locator(".lesson-question").inner_text() == asked


def test_on_paper_answers_are_open_and_nothing_is_to_be_pressed(
    visit: Visit, book: Site
) -> None:
    page = visit(book.url("theory/predictor"))
    page.emulate_media(media="print")
    for feedback in page.locator(".choice > p").all():
        assert feedback.bounding_box()["height"] > 0
    pressed = page.locator("button, input, .prev-next-area a")
    assert [one for one in pressed.all() if one.is_visible()] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_first_page_is_accessible(
    visit: Visit, book: Site, theme: str
) -> None:
    page = visit(book.url("index"), color_scheme=theme)
    begin(page, "drawing-pad")
    page.wait_for_selector(".recogniser-samples button")
    assert axe(page, ".bd-article") == []
