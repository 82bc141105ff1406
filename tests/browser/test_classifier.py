"""The line between two insects: it learns as annbook.predictor does, and anybody can teach it."""

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
    from collections.abc import Callable, Sequence

    from playwright.sync_api import Locator, Page

    Visit = Callable[..., Page]

GENERATOR = np.random.default_rng(0)
EXAMPLES = [(3, 1.1), (1, 2.9)]
PLACE = '[data-widget="classifier"]'
CALM = {"reduced_motion": "reduce"}


@pytest.fixture(scope="module")
def site(make_site: Callable[..., Site]) -> Site:
    return make_site({"classifier": lesson("theory/classifier")})


def press(widget: Locator, *names: str) -> None:
    for name in names:
        widget.get_by_role("button", name=name, exact=True).click()


def choose_rate(widget: Locator, rate: float) -> None:
    field = widget.get_by_role("spinbutton", name="learning rate")
    field.fill(f"{rate}")


def table(widget: Locator) -> list[list[str]]:
    """Return what the table says of every step, the start left out."""
    return widget.locator("tbody tr").evaluate_all(
        "rows => rows.slice(1).map((row) => [...row.cells].slice(1).map((c) => c.innerText))"
    )


def printed(steps: Sequence[predictor.Step]) -> list[list[str]]:
    """Return steps as the table prints them."""
    return [
        [f"{round(value, 4) + 0.0:g}".replace("-", "−") for value in step]
        for step in steps
    ]


def slope(widget: Locator) -> str:
    return widget.locator("dd").first.inner_text()


def drawn_slope(page: Page) -> float:
    """Return the slope of the line in the picture, in the axes' own units."""
    return page.evaluate(
        """() => {
            const [x1, y1, x2, y2] = document
                .querySelector(".plane-curve:not(.before, .error-arrow)")
                .getAttribute("d").match(/[\\d.-]+/g).map(Number);
            const [left, bottom, side] = [x1, y1, 4];
            const box = document.querySelector(".plane clipPath rect");
            const [w, h] = ["width", "height"].map((name) => +box.getAttribute(name));
            return ((bottom - y2) / h) * side / (((x2 - left) / w) * side);
        }"""
    )


def test_it_starts_from_the_values_of_the_page(
    visit: Visit, site: Site
) -> None:
    widget = begin(visit(site.url("classifier")), "classifier")
    assert settings(widget) == {
        "slope": 0.25,
        "insects": [[3, 1, "caterpillar"], [1, 3, "worm"]],
        "targets": [1.1, 2.9],
    }
    assert slope(widget) == "0.25"
    assert table(widget) == []


def random_training() -> tuple[list[list[float]], float, float, int]:
    count = int(GENERATOR.integers(1, 5))
    return (
        GENERATOR.uniform(0.2, 4, (count, 2)).tolist(),
        float(GENERATOR.uniform(-3, 3)),
        float(GENERATOR.uniform(0.05, 1)),
        int(GENERATOR.integers(0, 6)),
    )


def test_its_functions_are_those_of_the_package(
    visit: Visit, site: Site
) -> None:
    page = visit(site.url("classifier"))
    begin(page, "classifier")
    for examples, start, rate, passes in [random_training() for _ in range(20)]:
        options = {"learningRate": rate, "passes": passes}
        found = call(page, "predictor.trainLine", examples, start, options)
        wanted = predictor.train_line(
            examples, start, learning_rate=rate, passes=passes
        )
        assert [tuple(step.values()) for step in found] == wanted
        for x, y in examples:
            for name in ("classify", "predict"):
                assert call(page, f"predictor.{name}", start, x, y) == (
                    predictor.classify(start, x, y)
                    if name == "classify"
                    else predictor.predict(start, x)
                )
    insects = [(3, 1, "caterpillar"), (1, 3, "worm")]
    for line in (0.25, 0.3334, 2.9, 3):
        assert call(
            page, "predictor.separates", line, insects
        ) == predictor.separates(line, insects)


def test_defaults_are_those_of_the_package(visit: Visit, site: Site) -> None:
    page = visit(site.url("classifier"))
    begin(page, "classifier")
    found = call(page, "predictor.trainLine", EXAMPLES, 0.25)
    wanted = predictor.train_line(EXAMPLES, 0.25)
    assert [tuple(step.values()) for step in found] == wanted


def test_the_slides_steps_are_reproduced(visit: Visit, site: Site) -> None:
    page = visit(site.url("classifier"), **CALM)
    widget = begin(page, "classifier")
    press(widget, "Step", "Step")
    assert slope(widget) == "2.9"
    assert table(widget) == [
        ["3", "1.1", "0.75", "0.35", "0.1167", "0.3667"],
        ["1", "2.9", "0.3667", "2.5333", "2.5333", "2.9"],
    ]
    said = "Step 2, the worm: error 2.5333, change 2.5333, now A = 2.9."
    widget.locator("[aria-live=polite]").get_by_text(said).wait_for()
    assert drawn_slope(page) == pytest.approx(2.9, rel=1e-3)
    choose_rate(widget, 0.5)  # the two steps stand, and are taken anew
    assert slope(widget) == "1.6042"
    assert [row[4:] for row in table(widget)] == [
        ["0.0583", "0.3083"],
        ["1.2958", "1.6042"],
    ]
    assert drawn_slope(page) == pytest.approx(1.6042, rel=1e-3)


def test_ten_passes_are_twenty_steps_and_no_more(
    visit: Visit, site: Site
) -> None:
    widget = begin(visit(site.url("classifier")), "classifier")
    for rate in (1, 0.5, 0.05):
        choose_rate(widget, rate)
        press(widget, "All ten passes", "Step")
        steps = predictor.train_line(
            EXAMPLES, 0.25, learning_rate=rate, passes=10
        )
        assert table(widget) == printed(steps)
    press(widget, "Back")
    assert len(table(widget)) == 19
    press(widget, "Start again", "Back")
    assert table(widget) == []
    assert slope(widget) == "0.25"


def test_the_line_says_what_it_has_forgotten(visit: Visit, site: Site) -> None:
    widget = begin(visit(site.url("classifier")), "classifier")
    caterpillar = widget.get_by_role("group", name="caterpillar").locator("p")
    assert caterpillar.inner_text() == (
        "target 1.1, error now 0.35, called a worm: wrong"
    )
    assert widget.locator("dd").nth(1).inner_text() == "no"
    press(widget, "Step")
    assert caterpillar.inner_text() == (
        "target 1.1, error now 0, called a caterpillar: right"
    )
    press(widget, "Step")
    assert caterpillar.inner_text() == (
        "target 1.1, error now −7.6, called a caterpillar: right"
    )
    assert widget.locator("dd").nth(1).inner_text() == "yes"


def test_an_insect_is_moved_by_arrow_keys_and_by_typing(
    visit: Visit, site: Site
) -> None:
    page = visit(
        site.url("classifier"), viewport={"width": 900, "height": 400}, **CALM
    )
    widget = begin(page, "classifier")
    press(widget, "Step", "Step")
    group = widget.get_by_role("group", name="caterpillar")
    point = widget.get_by_role("slider", name="caterpillar")
    point.focus()
    before = page.evaluate("scrollY")
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("ArrowUp")
    page.wait_for_timeout(200)  # as long as it takes a page to scroll
    assert page.evaluate("scrollY") == before
    assert point.get_attribute("aria-valuetext") == "width 2, length 1.1"
    fields = group.get_by_role("spinbutton")
    assert [each.input_value() for each in fields.all()] == ["2", "1.1"]
    assert slope(widget) == "2.9"  # forgotten, wherever it was
    choose_rate(widget, 0.5)
    examples = [(2, 1.2), (1, 2.9)]
    steps = predictor.train_line(examples, 0.25, learning_rate=0.5)
    assert table(widget) == printed(steps)
    fields.first.fill("2.5")
    assert point.get_attribute("aria-valuetext") == "width 2.5, length 1.1"
    examples = [(2.5, 1.2), (1, 2.9)]
    steps = predictor.train_line(examples, 0.25, learning_rate=0.5)
    assert table(widget) == printed(steps)
    press(widget, "Put the insects back")
    assert point.get_attribute("aria-valuetext") == "width 3, length 1"
    assert slope(widget) == "1.6042"


def test_no_insect_leaves_its_field(visit: Visit, site: Site) -> None:
    page = visit(site.url("classifier"))
    widget = begin(page, "classifier")
    point = widget.get_by_role("slider", name="caterpillar")
    point.focus()
    for _ in range(4):
        page.keyboard.press("Shift+ArrowLeft")
        page.keyboard.press("Shift+ArrowDown")
    assert point.get_attribute("aria-valuetext") == "width 0.2, length 0.2"
    for _ in range(5):
        page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("Shift+ArrowUp")
    assert point.get_attribute("aria-valuetext") == "width 4, length 4"


def test_it_is_operated_by_keyboard_alone(visit: Visit, site: Site) -> None:
    page = visit(site.url("classifier"), **CALM)
    widget = begin(page, "classifier")
    reached = []
    while len(reached) < 40:
        page.keyboard.press("Tab")
        if widget.locator(":focus").count():
            reached.append(
                page.evaluate(
                    """() => {
                        const { ariaLabel, innerText, labels } = document.activeElement;
                        return ariaLabel || innerText || labels[0].innerText;
                    }"""
                ).strip()
            )
            if reached[-1] == "Step":
                page.keyboard.press("Enter")
        elif reached:
            break
    assert reached == [
        *["learning rate L"] * 2,
        *["Step", "Back", "All ten passes", "Start again"],
        *["caterpillar", "worm", "width", "length", "width", "length"],
        *["Put the insects back", "Table of steps"],
    ]
    assert slope(widget) == "0.3667"


def middle(point: Locator) -> tuple[float, float]:
    box = point.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def unit(page: Page, side: str) -> float:
    """Return how many pixels one unit of the picture is wide or high."""
    return page.evaluate(
        """side => document.querySelector(".plane clipPath rect")[side].baseVal.value / 4
            * document.querySelector(".plane").getScreenCTM().a""",
        side,
    )


def test_an_insect_is_dragged_by_the_mouse(visit: Visit, site: Site) -> None:
    page = visit(site.url("classifier"), viewport={"width": 900, "height": 900})
    point = begin(page, "classifier").get_by_role("slider", name="worm")
    point.scroll_into_view_if_needed()
    x, y = middle(point)
    x += 15  # beside its middle: it must not jump
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + unit(page, "width"), y, steps=5)
    assert point.get_attribute("aria-valuetext") == "width 2, length 3"
    page.mouse.up()
    page.mouse.move(x + unit(page, "width"), y + 15)  # still over it
    assert point.get_attribute("aria-valuetext") == "width 2, length 3"


def test_an_insect_is_dragged_by_a_finger(visit: Visit, site: Site) -> None:
    page = visit(
        site.url("classifier"),
        viewport={"width": 390, "height": 800},
        has_touch=True,
        is_mobile=True,
    )
    point = begin(page, "classifier").get_by_role("slider", name="worm")
    point.scroll_into_view_if_needed()
    assert point.bounding_box()["width"] >= 44
    x, y = middle(point)
    before = page.evaluate("scrollY")
    touch = page.context.new_cdp_session(page)
    down = unit(page, "height")
    for kind, shift in [
        ("Start", 0),
        ("Move", 0.5),
        ("Move", 1),
        ("End", None),
    ]:
        place = [] if shift is None else [{"x": x, "y": y + shift * down}]
        touch.send(
            "Input.dispatchTouchEvent",
            {"type": f"touch{kind}", "touchPoints": place},
        )
    moved = page.locator('[aria-valuetext="width 1, length 2"]')
    moved.wait_for(state="attached")
    assert page.evaluate("scrollY") == before


def test_it_works_from_a_file(visit: Visit, site: Site) -> None:
    widget = begin(visit(site.file("classifier")), "classifier")
    press(widget, "Step", "Step")
    assert slope(widget) == "2.9"


def test_the_line_glides_and_what_is_written_does_not_wait(
    visit: Visit, site: Site
) -> None:
    page = visit(site.url("classifier"))
    widget = begin(page, "classifier")
    press(widget, "Step")
    assert slope(widget) == "0.3667"
    page.wait_for_timeout(700)
    assert drawn_slope(page) == pytest.approx(0.3667, rel=1e-3)


@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (390, "dark"), (320, "light")]
)
def test_everybody_can_read_it(
    visit: Visit, site: Site, width: int, scheme: str
) -> None:
    page = visit(
        site.url("classifier"),
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        **CALM,
    )
    widget = begin(page, "classifier")
    press(widget, "Step", "Step")
    assert axe(page, PLACE) == []
    assert overflows(page, PLACE) == []
    assert contrast(page, ".plane text", "body", "fill") >= 4.5
    for part in (".error-arrow", ".before", ".plane-curve"):
        assert contrast(page, part, "body", "stroke") >= 3
    for part in (".plane-mark", ".target-mark"):
        assert contrast(page, part, "body", "stroke") >= 3
