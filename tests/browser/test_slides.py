"""Slides before an audience: by key, remote, finger and button; in light, dark and print.

The small book here needs no other; the last tests look at every lesson of the built one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from bs4 import BeautifulSoup
from conftest import ROOT

from browser.conftest import axe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

    from browser.conftest import Site

    Visit = Callable[..., Page]

SIZES = [(1280, 720), (1024, 768)]
LESSON = """\
---
minutes: 15
---

(lesson)=
# Learn slowly

:::{lesson} How?
- learn
:::

For the speaker alone.

(one)=
## One

What is it?

$$ a = b $$ (eq-a)

It is a.

(check)=
## Check

:::{question} Which?
- [ ] this

  No.
- [x] that

  Yes.
:::

(try)=
## Try

Move the corner.

:::{widget} corner Move the corner

Without scripts nothing moves.
:::

(last)=
## Last

Text, see {ref}`one`.
"""
CORNER = """
"use strict";
annbook.widget("corner", (body) => {
  const input = annbook.element("input", { type: "range", "aria-label": "corner" });
  body.append(input);
});
"""
COUNT = 5


@pytest.fixture(scope="module")
def deck(make_site: Callable[..., Site], tmp_path_factory: Any) -> Site:
    own = tmp_path_factory.mktemp("static")
    (own / "widgets").mkdir()
    (own / "widgets" / "corner.js").write_text(CORNER, encoding="utf-8")
    static = [str(ROOT / "book" / "_static"), str(own)]
    return make_site({"lesson": LESSON}, html_static_path=static)


def place(page: Page) -> int:
    """Return the number of the one slide on show."""
    shown = page.locator(".slide:visible")
    assert shown.count() == 1
    return int(shown.get_attribute("id"))


def press(page: Page, *keys: str) -> None:
    for key in keys:
        before = page.url
        page.keyboard.press(key)
        # A new address is shown in a turn of its own.
        if page.url != before:
            number = page.url.partition("#")[2]
            page.wait_for_selector(f'.slide.current[id="{number}"]')


TOURS = {
    "arrows": (
        ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"],
        [2, 3, 2, 1],
    ),
    "a presenter's remote": (["PageDown", "PageDown", "PageUp"], [2, 3, 2]),
    "the space bar": (["Space", "Space", "Shift+Space"], [2, 3, 2]),
    "first and last": (
        ["End", "ArrowRight", "Home", "ArrowLeft"],
        [5, 5, 1, 1],
    ),
}


@pytest.mark.parametrize(("keys", "places"), TOURS.values(), ids=TOURS.keys())
def test_slides_follow_keys(
    visit: Visit, deck: Site, keys: list[str], places: list[int]
) -> None:
    page = visit(deck.url("lesson.slides"))
    for key, number in zip(keys, places, strict=True):
        press(page, key)
        assert place(page) == number
        said = page.locator("[role=status]").text_content()
        assert said == f"Slide {number} of {COUNT}"
        focused = page.evaluate("document.activeElement.id")
        assert focused == str(number), "the focus moves with the slides"


def test_a_question_shows_its_answer_before_the_next_slide_comes(
    visit: Visit, deck: Site
) -> None:
    page = visit(deck.url("lesson.slides") + "#3")
    assert not page.locator(".choice").get_by_text("Yes.").is_visible()
    press(page, "PageDown")
    assert place(page) == 3
    assert page.locator(".choice").get_by_text("Yes.").is_visible()
    assert "Yes." in page.locator("[role=status]").text_content()
    assert not page.locator(".choice").get_by_text("No.").is_visible()
    press(page, "PageDown")
    assert place(page) == 4


def test_the_address_is_the_place(visit: Visit, deck: Site) -> None:
    page = visit(deck.url("lesson.slides") + "#2")
    assert place(page) == 2
    press(page, "ArrowRight")
    assert page.url.endswith("#3")
    page.go_back()
    page.wait_for_selector('.slide.current[id="2"]')
    page.reload()
    assert place(page) == 2
    page.evaluate("location.hash = 'last'")
    page.wait_for_selector('.slide.current[id="5"]')
    page.locator(".slide.current").get_by_role("link", name="One").click()
    page.wait_for_selector('.slide.current[id="2"]')


def test_escape_leads_back_to_the_same_place_on_the_page(
    visit: Visit, deck: Site
) -> None:
    page = visit(deck.url("lesson.slides") + "#2")
    press(page, "b", "ArrowRight")
    assert place(page) == 2, "the first key brings the slide back"
    press(page, "b", "Escape", "o", "Escape")
    assert place(page) == 2
    page.keyboard.press("Escape")
    page.wait_for_url("**/lesson.html#one")
    page.get_by_role("link", name="Show this page as slides").click()
    page.wait_for_url("**/lesson.slides.html")


def test_the_overview_shows_all_and_goes_to_any(
    visit: Visit, deck: Site
) -> None:
    page = visit(deck.url("lesson.slides"))
    press(page, "o")
    assert page.locator(".slide:visible").count() == COUNT
    assert page.get_by_role(
        "button", name="Overview", pressed=True
    ).is_visible()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector('.slide.current[id="2"]')
    page.keyboard.press("Enter")
    assert place(page) == 2
    press(page, "o")
    page.locator('.slide[id="5"]').click()
    page.wait_for_selector('.slide.current[id="5"]')
    assert place(page) == 5


def test_notes_come_and_go(visit: Visit, deck: Site) -> None:
    page = visit(deck.url("lesson.slides"))
    notes = page.get_by_text("For the speaker alone.")
    assert not notes.is_visible()
    press(page, "n")
    assert notes.is_visible()
    page.get_by_role("button", name="Notes").click()
    assert not notes.is_visible()


def test_a_widget_keeps_its_keys_and_the_remote_still_works(
    visit: Visit, deck: Site
) -> None:
    page = visit(deck.url("lesson.slides") + "#4")
    slider = page.get_by_role("slider", name="corner")
    slider.focus()
    press(page, "ArrowRight", "o", "n")
    assert slider.input_value() == "51"
    assert place(page) == 4
    press(page, "PageDown")
    assert place(page) == 5


def test_two_windows_of_one_deck_move_together(
    visit: Visit, deck: Site
) -> None:
    mine = visit(deck.url("lesson.slides"))
    theirs = mine.context.new_page()
    theirs.goto(deck.url("lesson.slides"))
    press(mine, "ArrowRight", "ArrowRight", "ArrowRight")
    theirs.wait_for_selector('.slide.current[id="3"]')
    assert theirs.locator(".choice").get_by_text("Yes.").is_visible()
    press(theirs, "ArrowLeft")
    mine.wait_for_selector('.slide.current[id="2"]')
    press(theirs, "ArrowRight")
    mine.wait_for_selector('.slide.current[id="3"]')


def test_a_finger_turns_the_slides(visit: Visit, deck: Site) -> None:
    page = visit(deck.url("lesson.slides"), has_touch=True)
    swipe = """([from, to, down]) => {
        const at = (clientX, clientY) => new Touch({
            identifier: 1, target: document.querySelector(".current"), clientX, clientY,
        });
        const send = (type, touches, changedTouches) => document.querySelector(".current")
            .dispatchEvent(new TouchEvent(type, { bubbles: true, touches, changedTouches }));
        send("touchstart", [at(from, 300)], [at(from, 300)]);
        send("touchend", [], [at(to, 300 + down)]);
    }"""
    page.evaluate(swipe, [600, 300, 20])
    page.wait_for_selector('.slide.current[id="2"]')
    page.evaluate(swipe, [600, 540, 300])
    page.evaluate(swipe, [600, 580, 0])
    assert place(page) == 2, "a scroll or a tap is no swipe"
    page.evaluate(swipe, [300, 600, 20])
    page.wait_for_selector('.slide.current[id="1"]')


def test_without_scripts_and_from_a_file_all_is_there(
    visit: Visit, deck: Site
) -> None:
    page = visit(deck.url("lesson.slides"), java_script_enabled=False)
    assert page.locator(".slide:visible").count() == COUNT
    assert page.get_by_text("For the speaker alone.").is_visible()
    assert not page.get_by_role("button").count()
    page = visit(deck.file("lesson.slides"))
    press(page, "ArrowRight")
    assert place(page) == 2
    page.keyboard.press("Escape")
    page.wait_for_url("**/lesson.html#one")


def test_a_small_window_keeps_its_text_large_and_scrolls(
    visit: Visit, deck: Site
) -> None:
    page = visit(
        deck.url("lesson.slides") + "#3", viewport={"width": 320, "height": 200}
    )
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 320
    size = page.evaluate(
        "parseFloat(getComputedStyle(document.querySelector('.current .slide-body')).fontSize)"
    )
    assert size >= 16
    body = page.locator(".current .slide-body")
    press(page, "ArrowDown")
    assert place(page) == 3
    assert body.evaluate("body => body.scrollTop") > 0
    assert body.get_attribute("tabindex") == "0"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_slides_are_accessible(visit: Visit, deck: Site, scheme: str) -> None:
    page = visit(deck.url("lesson.slides"), color_scheme=scheme)
    assert page.locator("html").get_attribute("data-theme") == scheme
    faults = []
    for number in range(1, COUNT + 1):
        page.evaluate(f"location.hash = {number}")
        page.wait_for_selector(f'.slide.current[id="{number}"]')
        faults += axe(page, "html")
    press(page, "Home", "n")
    faults += axe(page, "html")
    press(page, "o")
    assert faults + axe(page, "html") == []


@pytest.mark.parametrize("scripts", [True, False])
def test_on_paper_every_slide_has_a_page(
    visit: Visit, deck: Site, scripts: bool
) -> None:
    page = visit(deck.url("lesson.slides"), java_script_enabled=scripts)
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == COUNT
    assert set(re.findall(rb"/MediaBox \[([^]]*)\]", printed)) == {
        b"0 0 960 540"
    }


def test_paper_is_light_and_the_screen_stays_as_it_was(
    visit: Visit, deck: Site
) -> None:
    page = visit(deck.url("lesson.slides"), color_scheme="dark")
    press(page, "o")
    theme = """name => {
        dispatchEvent(new Event(name));
        return document.documentElement.dataset.theme;
    }"""
    assert page.evaluate(theme, "beforeprint") == "light"
    assert page.evaluate(theme, "afterprint") == "dark"
    assert place(page) == 1


# --- Every lesson of the book ---------------------------------------------------------------

LESSONS = sorted(
    path.relative_to(ROOT / "book").with_suffix("").as_posix()
    for path in (ROOT / "book").rglob("*.md")
    if path.read_text(encoding="utf-8").startswith("---\n")
    and "\nminutes: " in path.read_text(encoding="utf-8")
)


TOUR = """async () => {
    const frame = () => new Promise(requestAnimationFrame);
    const show = (slide) => new Promise((done) => {
        addEventListener("hashchange", () => setTimeout(done), { once: true });
        location.hash = slide.id;
    });
    // What is folded has a box, too.
    const isFolded = (each) => {
        const details = each.closest("details:not([open])");
        return details && each !== details && !each.closest("summary");
    };
    const tooFull = (slide) => {
        const body = slide.querySelector(".slide-body");
        const { right, bottom } = slide.querySelector(".slide-frame").getBoundingClientRect();
        const out = [...slide.querySelectorAll(".slide-frame *")].find((each) => {
            const box = each.getBoundingClientRect();
            const isOut = box.right > right + 1 || box.bottom > bottom + 1;
            return isOut && box.width > 1 && !isFolded(each) && !each.closest(".unseen");
        });
        const wide = [body, ...body.querySelectorAll("pre, table, .math-block")].find(
            (each) => each.scrollWidth > each.clientWidth + 1);
        const high = body.scrollHeight > body.clientHeight + 1 ? body : null;
        return out || wide || high;
    };
    const faults = [];
    for (const slide of document.querySelectorAll(".slide")) {
        if (!slide.classList.contains("current")) await show(slide);
        for (const widget of slide.querySelectorAll(".widget"))
            while (!("started" in widget.dataset)) await frame();
        // A widget may still be loading what it shows.
        for (let n = 0; n < 60 && tooFull(slide); n++) await frame();
        const fault = tooFull(slide);
        if (fault) faults.push(`slide ${slide.id}: ${fault.outerHTML.slice(0, 150)}`);
        const body = slide.querySelector(".slide-body");
        const size = parseFloat(getComputedStyle(body).fontSize) / innerWidth * 1280;
        if (size < 18) faults.push(`slide ${slide.id}: its text has ${size} pixels of 1280`);
        for (const list of body.querySelectorAll("ol, ul")) {
            const { listStyleType, paddingLeft, fontSize } = getComputedStyle(list);
            if (listStyleType !== "none" && parseFloat(paddingLeft) < 1.9 * parseFloat(fontSize))
                faults.push(`slide ${slide.id}: a list's numbers are cut off`);
        }
        if (!body.innerText.trim() && !body.querySelector("img"))
            faults.push(`slide ${slide.id} is empty`);
    }
    return faults;
}"""
"""Go through all slides of a deck, and return what does not fit on them."""


@pytest.mark.slow
@pytest.mark.parametrize("name", LESSONS)
def test_no_slide_of_a_lesson_is_too_full(
    visit: Visit, book: Site, name: str
) -> None:
    page = visit(book.url(f"{name}.slides"))
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate(TOUR) == [], f"at {width} x {height}"


ONCE = {
    "figure": "figure img, .cell_output img",
    "formula": ".math-block",
    "code": ".cell_input",
    "output": ".cell_output",
    "question": ".question .choice > summary",
    "exercise": ".exercise",
    "widget": "section.widget",
    "row of a table": ".slide-body > * tbody tr, article tbody tr",
    "item of a list": "article li, .slide-body li",
}
"""What stands on a page, and on exactly one of its slides."""


def contents(page: BeautifulSoup, selector: str) -> list[str]:
    """Return what a page has of a kind, in its order."""
    found = page.select(selector)
    return [
        str(each.get("src") or " ".join(each.text.split())) for each in found
    ]


def pages(book: Site, name: str) -> Iterator[BeautifulSoup]:
    """Yield a lesson's article and its slides; its card and chain are another test's."""
    for file in (f"{name}.html", f"{name}.slides.html"):
        soup = BeautifulSoup(
            (book.folder / file).read_text(encoding="utf-8"), "html.parser"
        )
        unwanted = ".lesson-card, .chain, .slide-notes, .headerlink, .prev-next-area, footer"
        for extra in soup.select(unwanted):
            extra.decompose()
        yield soup


@pytest.mark.slow
@pytest.mark.parametrize("name", LESSONS)
def test_slides_have_all_of_a_lesson_once(book: Site, name: str) -> None:
    page, slides = pages(book, name)
    headings = [each.text for each in page.select("article h2")]
    found = {
        "".join(
            part for part in each.find_all(string=True, recursive=False)
        ).strip()
        for each in slides.select("h2")
    }
    whole = {" ".join(each.text.split()) for each in slides.select("h2")}
    for heading in headings:
        text = " ".join(heading.split())
        assert text in found or any(each.startswith(text) for each in whole), (
            heading
        )
    for what, selector in ONCE.items():
        assert contents(slides, selector) == contents(page, selector), what
    code = [contents(each, ".book-source pre") for each in (slides, page)]
    assert "".join("".join(code[0]).split()) == "".join(
        "".join(code[1]).split()
    )
    ids = {each["id"] for each in slides.select("[id]")}
    inner = {a["href"][1:] for a in slides.select('a[href^="#"]')}
    assert inner <= ids


@pytest.mark.slow
def test_a_lesson_prints_a_page_for_each_slide(
    visit: Visit, book: Site
) -> None:
    page = visit(book.url("theory/classifier.slides"))
    printed = page.pdf(prefer_css_page_size=True)
    count = page.locator(".slide").count()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == count


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_lessons_slides_are_accessible(
    visit: Visit, book: Site, scheme: str
) -> None:
    page = visit(book.url("theory/classifier.slides"), color_scheme=scheme)
    kinds = {
        each.get_attribute("class"): each.get_attribute("id")
        for each in page.locator(".slide").all()
    }
    assert len(kinds) >= 5
    for number in kinds.values():
        page.evaluate(f"location.hash = {number}")
        page.wait_for_selector(f'.slide.current[id="{number}"]')
        assert axe(page, "html") == []


@pytest.mark.slow
def test_a_point_follows_the_pointer_though_its_widget_is_enlarged(
    visit: Visit, book: Site
) -> None:
    page = visit(
        book.url("theory/classifier.slides"),
        viewport={"width": 1600, "height": 900},
    )
    number = page.locator(".slide:has(.widget)").get_attribute("id")
    page.evaluate(f"location.hash = {number}")
    page.wait_for_selector(".current .widget[data-started]")
    point = page.locator(".current .plane-point").first
    before = point.locator(".plane-reach").bounding_box()
    x, y = before["x"] + before["width"] / 2, before["y"] + before["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y - 50, steps=4)
    page.mouse.up()
    after = point.locator(".plane-reach").bounding_box()
    assert after["x"] - before["x"] == pytest.approx(60, abs=8)
    assert after["y"] - before["y"] == pytest.approx(-50, abs=8)
