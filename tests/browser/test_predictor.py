"""The machine with one dial: it computes as annbook.predictor does, and anybody can turn it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from annbook import predictor
from browser.conftest import (
    Site,
    axe,
    begin,
    call,
    contrast,
    lesson,
    overflows,
    settings,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page

    Visit = Callable[..., Page]

GENERATOR = np.random.default_rng(0)
RANDOM = GENERATOR.uniform(-3, 3, (20, 2)).tolist()

SLIDE = [
    (0.5, "50 miles", "12.137 miles", "too few miles"),
    (0.6, "60 miles", "2.137 miles", "too few miles"),
    (0.7, "70 miles", "−7.863 miles", "too many miles"),
    (0.61, "61 miles", "1.137 miles", "too few miles"),
]


@pytest.fixture(scope="module")
def site(make_site: Callable[..., Site]) -> Site:
    return make_site({"predictor": lesson("theory/predictor")})


def readings(widget: Locator) -> list[str]:
    return widget.locator("dd").all_inner_texts()


def test_it_starts_from_the_values_of_the_page(
    visit: Visit, site: Site
) -> None:
    widget = begin(visit(site.url("predictor")), "predictor")
    assert settings(widget) == {
        "kilometres": 100,
        "miles": 62.137,
        "guesses": [0.5, 0.6, 0.7, 0.61],
    }
    assert readings(widget) == ["50 miles", "62.137 miles", "12.137 miles"]


def test_its_functions_are_those_of_the_package(
    visit: Visit, site: Site
) -> None:
    page = visit(site.url("predictor"))
    begin(page, "predictor")
    for a, b in [*RANDOM, [0.7, 100], [62.137, 70]]:
        assert call(page, "predictor.predict", a, b) == predictor.predict(a, b)
        assert call(page, "predictor.error", a, b) == predictor.error(a, b)
        for rate in (1, 0.5):
            assert call(
                page, "predictor.slopeChange", a, b, rate
            ) == predictor.slope_change(a, b, rate)


def test_the_slides_guesses_are_buttons(visit: Visit, site: Site) -> None:
    widget = begin(visit(site.url("predictor")), "predictor")
    for c, miles, error, verdict in SLIDE:
        widget.get_by_role("button", name=f"{c}", exact=True).click()
        assert readings(widget) == [miles, "62.137 miles", error]
        assert widget.get_by_role("spinbutton").input_value() == f"{c}"
        said = f"c = {c}: {miles}, error {error.removesuffix(' miles')}: {verdict}."
        widget.locator("[aria-live=polite]").get_by_text(said).wait_for()


def test_the_truth_can_be_typed(visit: Visit, site: Site) -> None:
    widget = begin(visit(site.url("predictor")), "predictor")
    field = widget.get_by_role("spinbutton")
    field.fill("0.62137")
    field.press("Tab")
    assert field.input_value() == "0.62137"
    assert readings(widget)[2] == "0 miles"
    widget.get_by_text("that is the truth").wait_for()
    assert widget.locator(".error-arrow").get_attribute("d") == ""


def test_a_value_that_is_none_is_taken_back(visit: Visit, site: Site) -> None:
    widget = begin(visit(site.url("predictor")), "predictor")
    field = widget.get_by_role("spinbutton")
    for typed in ("", "7", "-1"):
        field.fill(typed)
        field.press("Tab")
        assert field.input_value() == "0.5"
        assert readings(widget)[0] == "50 miles"


def test_it_is_turned_by_keyboard_alone(visit: Visit, site: Site) -> None:
    page = visit(site.url("predictor"))
    widget = begin(page, "predictor")
    while not widget.locator(":focus").count():
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowUp")  # the number field comes first
    assert readings(widget)[0] == "50.1 miles"
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert widget.get_by_role("slider").evaluate(
        "each => each === document.activeElement"
    )
    assert readings(widget)[0] == "51 miles"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert readings(widget)[0] == "60 miles"


def test_it_says_what_came_of_a_turn_once_it_rests(
    visit: Visit, site: Site
) -> None:
    page = visit(site.url("predictor"))
    widget = begin(page, "predictor")
    said = widget.locator("[aria-live=polite]")
    said.get_by_text("c = 0.5").wait_for()
    page.evaluate(
        """() => {
            window.told = [];
            new MutationObserver(() => told.push(1)).observe(
                document.querySelector("[aria-live=polite]"), { childList: true }
            );
        }"""
    )
    slider = widget.get_by_role("slider")
    for _ in range(8):
        slider.press("ArrowRight")
    said.get_by_text("c = 0.58").wait_for()
    assert page.evaluate("told.length") == 1


def bar(page: Page) -> list[float]:
    """Return where the bar ends and where the truth stands, in pixels from the bar's start."""
    return page.evaluate(
        """() => {
            const box = (name) => document.querySelector(name).getBoundingClientRect();
            const { left, right } = box(".plane .bar");
            const zero = left, truth = box(".plane .truth-line");
            return [right - zero, (truth.left + truth.right) / 2 - zero];
        }"""
    )


def test_the_bar_is_as_long_as_the_prediction(visit: Visit, site: Site) -> None:
    page = visit(site.url("predictor"), reduced_motion="reduce")
    widget = begin(page, "predictor")
    for c in (0.2, 0.7, 1):
        widget.get_by_role("spinbutton").fill(f"{c}")
        length, truth = bar(page)
        assert length / truth == pytest.approx(100 * c / 62.137, rel=0.01)


def test_it_is_turned_by_touch(visit: Visit, site: Site) -> None:
    page = visit(
        site.url("predictor"),
        viewport={"width": 390, "height": 800},
        has_touch=True,
        is_mobile=True,
    )
    widget = begin(page, "predictor")
    widget.get_by_role("button", name="0.7", exact=True).tap()
    assert readings(widget)[0] == "70 miles"
    box = widget.get_by_role("slider").bounding_box()
    page.touchscreen.tap(
        box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2
    )
    assert float(widget.get_by_role("spinbutton").input_value()) > 0.85


@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (390, "dark"), (320, "light")]
)
def test_everybody_can_read_it(
    visit: Visit, site: Site, width: int, scheme: str
) -> None:
    page = visit(
        site.url("predictor"),
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
    )
    begin(page, "predictor")
    place = '[data-widget="predictor"]'
    assert axe(page, place) == []
    assert overflows(page, place) == []
    for part in (".truth-text", ".plane-axes text", ".plane .bar"):
        assert contrast(page, part, "body", "fill") >= 4.5
    assert contrast(page, ".error-arrow", "body", "stroke") >= 4.5
