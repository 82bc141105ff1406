"""Every page for everyone: by keyboard, by screen reader, by touch, in small windows, in the dark.

Each page is opened once. Its forms (light and dark, wide and narrow) are switched in place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from browser.conftest import AXE, begin
from browser.test_book import names

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Page

    from browser.conftest import Site

    Visit = Callable[..., Page]

pytestmark = pytest.mark.slow

WIDE, NARROW, REFLOW = 1280, 390, 320
SLIDES = "theory/classifier.slides"
SETTLED = "window.MathMLElement && document.fonts.ready.then(() => true)"

RULES = """([rules, elements]) => axe.run(elements ?? document, {
    preload: false,  // the policy forbids to ask for style sheets again
    resultTypes: ["violations"],
    ...rules,
}).then(({ violations }) => violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`)))"""
STANDARDS = {
    "runOnly": {
        "type": "tag",
        "values": [
            "wcag2a",
            "wcag2aa",
            "wcag21a",
            "wcag21aa",
            "wcag22aa",
            "best-practice",
        ],
    },
    "rules": {
        "color-contrast": {"enabled": False},
        "label-content-name-mismatch": {"enabled": True},
    },
}

COLOURS = """async (judged) => {
    // A text's contrast depends on its look and on what lies behind it: one text of each kind
    // stands for all of them, on all pages, which spares axe many thousands of comparisons.
    const grounds = new Map();
    const ground = (element) => {
        if (!element) { return ""; }
        if (!grounds.has(element)) {
            const { backgroundColor, backgroundImage, opacity, filter } =
                getComputedStyle(element);
            const own = [backgroundColor, backgroundImage, opacity, filter].join();
            const plain = own === "rgba(0, 0, 0, 0),none,1,none";
            grounds.set(element, ground(element.parentElement) + (plain ? "" : `|${own}`));
        }
        return grounds.get(element);
    };
    const kinds = new Map();
    for (const element of document.body.querySelectorAll("*")) {
        const isText = [...element.childNodes].some((node) =>
            node.nodeType === Node.TEXT_NODE && node.data.trim());
        const isField = element.matches("input, select, textarea");
        if (!(isText || isField) || !element.checkVisibility()) { continue; }
        const { color, fontSize, fontWeight } = getComputedStyle(element);
        const link = element.closest("a[href]");
        const around = link && getComputedStyle(link.parentElement).color
            + getComputedStyle(link).textDecorationLine;
        const kind = [color, fontSize, fontWeight, isField, around, ground(element)].join();
        if (!kinds.has(kind)) { kinds.set(kind, element); }
    }
    judged.forEach((kind) => kinds.delete(kind));
    if (!kinds.size) { return [[], []]; }
    const { violations } = await axe.run({ include: [...kinds.values()] }, {
        preload: false,
        resultTypes: ["violations"],
        runOnly: ["color-contrast", "link-in-text-block"],
    });
    const faults = violations.flatMap(({ id, nodes }) => nodes.map(({ html, any }) =>
        `${id}: ${html.slice(0, 120)} ${any[0]?.message ?? ""}`));
    return [faults, [...kinds.keys()]];
}"""

STRUCTURE = """() => {
    const faults = [];
    const count = (selector) => document.querySelectorAll(selector).length;
    const seen = (element) => element.checkVisibility({ visibilityProperty: true });
    const one = (selector) => {
        const found = [...document.querySelectorAll(selector)].filter(seen).length;
        if (found !== 1) { faults.push(`${found} × ${selector}`); }
    };
    one("h1");
    one("main");
    if (document.documentElement.lang !== "en") { faults.push("no language"); }
    if (!document.title.trim()) { faults.push("no title"); }
    let before = 0;
    for (const heading of document.querySelectorAll("main :is(h1, h2, h3, h4, h5, h6)")) {
        if (!seen(heading)) { continue; }
        const level = Number(heading.tagName[1]);
        if (level > before + 1) { faults.push(`after h${before}: ${heading.outerHTML}`); }
        before = level;
    }
    return faults;
}"""

TARGETS = """() => {
    const small = [];
    const controls = "button, select, summary, input, [role=button], [role=slider]";
    for (const control of document.querySelectorAll(controls)) {
        if (!control.checkVisibility({ visibilityProperty: true })) { continue; }
        // A field's label is a part of the field's target.
        const target = control.labels?.[0]?.contains(control) ? control.labels[0] : control;
        const { width, height } = target.getBoundingClientRect();
        if (width && (width < 23.5 || height < 23.5)) {
            small.push(`${width.toFixed()} × ${height.toFixed()}: `
                + control.outerHTML.slice(0, 140));
        }
    }
    return small;
}"""


SHAPES = """() => [...document.querySelectorAll("main img[width][height]")].flatMap((image) => {
    const { width, height } = image.getBoundingClientRect();
    const meant = image.getAttribute("width") / image.getAttribute("height");
    const kept = !width || Math.abs(width / height / meant - 1) < 0.02;
    return kept ? [] : [`${width} × ${height}: ${image.outerHTML.slice(0, 140)}`];
})"""


@dataclass
class Report:
    """What is wrong on which page, by kind."""

    faults: dict[str, list[str]] = field(default_factory=dict)
    judged: set[str] = field(default_factory=set)

    def add(self, kind: str, name: str, found: list[str]) -> None:
        self.faults.setdefault(kind, []).extend(
            f"{name}: {each}" for each in found
        )

    def __getitem__(self, kind: str) -> list[str]:
        return self.faults[kind]


def start_widgets(page: Page) -> None:
    """Begin every widget of a page that is on show."""
    for widget in page.locator("section.widget:visible").all():
        begin(page, widget.get_attribute("data-widget"))


def dress(page: Page, width: int, theme: str) -> None:
    """Show a page in another form, without loading it again."""
    if page.viewport_size["width"] != width:
        page.set_viewport_size({"width": width, "height": 900})
        # The theme looks for what scrolls a moment after a change of the window.
        page.wait_for_timeout(350)
    page.evaluate(
        "theme => { document.documentElement.dataset.theme = theme; }", theme
    )


def inspect(page: Page, name: str, report: Report) -> None:
    """Note what is wrong on a page, in all its forms."""
    start_widgets(page)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for width in (WIDE, NARROW):
        dress(page, width, "light")
        # Nothing but colours depends on the theme.
        report.add(
            f"axe {width}", name, page.evaluate(RULES, [STANDARDS, None])
        )
        report.add(f"targets {width}", name, page.evaluate(TARGETS))
        for theme in ("light", "dark"):
            dress(page, width, theme)
            faults, kinds = page.evaluate(COLOURS, [*report.judged])
            report.add(f"colours {width} {theme}", name, faults)
            report.judged |= {*kinds}
    report.add("structure", name, page.evaluate(STRUCTURE))
    page.set_viewport_size({"width": REFLOW, "height": 900})
    beyond = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    report.add("reflow", name, [f"{beyond} px too wide"] if beyond > 0 else [])
    report.add("shapes", name, page.evaluate(SHAPES))
    dress(page, WIDE, "light")


@pytest.fixture(scope="module")
def report(browser: Browser, book: Site) -> Report:
    """Visit every page once, and return what is wrong on it."""
    found = Report()
    options: dict[str, Any] = {
        "viewport": {"width": WIDE, "height": 900},
        "reduced_motion": "reduce",  # no colour is caught halfway
    }
    with browser.new_context(**options) as context:
        page = context.new_page()
        for name in names(book):
            # Slides are built alike, and tests of their own look at every one.
            if name.endswith(".slides") and name != SLIDES:
                continue
            page.goto(book.url(name))
            inspect(page, name, found)
    return found


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_every_page_keeps_wcag_as_far_as_a_machine_can_tell(
    report: Report, width: int
) -> None:
    assert report[f"axe {width}"] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_every_text_stands_out_from_its_ground(
    report: Report, width: int, theme: str
) -> None:
    assert report[f"colours {width} {theme}"] == []


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_every_control_is_large_enough_to_hit(
    report: Report, width: int
) -> None:
    assert report[f"targets {width}"] == []


def test_every_page_has_one_title_and_headings_without_jumps(
    report: Report,
) -> None:
    assert report["structure"] == []


def test_no_page_is_wider_than_the_smallest_window(report: Report) -> None:
    assert report["reflow"] == []


def test_every_picture_keeps_its_shape_in_the_smallest_window(
    report: Report,
) -> None:
    assert report["shapes"] == []


# --- By keyboard --------------------------------------------------------------------------

STOP = """() => {
    const at = document.activeElement;
    if (!at || at === document.body) { return null; }
    window.stops ??= new Map();
    if (!stops.has(at)) { stops.set(at, stops.size); }
    const looks = () => [at, ...[...at.querySelectorAll("*")].slice(0, 12)].map((each) => {
        const style = getComputedStyle(each);
        return [style.outline, style.boxShadow, style.borderColor, style.backgroundColor,
            style.textDecoration, style.color, style.stroke, style.strokeWidth].join();
    }).join("|");
    const focused = looks();
    const { left, top, right, bottom } = at.getBoundingClientRect();
    let opacity = 1;
    for (let up = at; up; up = up.parentElement) { opacity *= getComputedStyle(up).opacity; }
    const shown = right > 0 && bottom > 0 && left < innerWidth && top < innerHeight
        && at.checkVisibility({ visibilityProperty: true }) && opacity > 0.5;
    const place = at.closest("dialog") ? "dialog" : at.closest("aside") ? "sidebar"
        : at.closest(".bd-header-article") ? "header" : at.closest(".widget") ? "widget"
        : at.closest(".prev-next-footer") ? "prev-next"
        : at.closest(".bd-sidebar-secondary") ? "page contents"
        : at.closest("article") ? "article" : at.closest("#pst-skip-link") ? "skip link"
        : "elsewhere";
    const kind = at.matches(".copybtn") ? "copy button" : at.tagName.toLowerCase()
        + (at.type && at.tagName === "INPUT" ? `[${at.type}]` : "");
    const html = at.outerHTML.slice(0, 140);
    // The site keeps some buttons from losing the focus.
    const { blur } = at instanceof SVGElement ? SVGElement.prototype : HTMLElement.prototype;
    blur.call(at);
    const blurred = looks();
    at.focus({ focusVisible: true, preventScroll: true });
    return { id: stops.get(at), place, kind, html, shown, marked: focused !== blurred };
}"""


def tour(page: Page, most: int = 400) -> list[dict[str, Any]]:
    """Press Tab until the focus leaves the page, and return every stop.

    The page's transitions are off: a colour that is on its way would not be seen.
    """
    stops: list[dict[str, Any]] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None or (stops and stop["id"] == 0):
            return stops
        stops.append(stop)
    pytest.fail(f"after {most} stops the focus is still on {stops[-1]['html']}")


@pytest.fixture(scope="module")
def tours(browser: Browser, book: Site) -> dict[str, Any]:
    """Walk through pages with every kind of control, and return their stops."""
    walked = {}
    options: dict[str, Any] = {
        "viewport": {"width": WIDE, "height": 900},
        "reduced_motion": "reduce",
    }
    with browser.new_context(**options) as context:
        page = context.new_page()
        for name in LESSONS:
            page.goto(book.url(name))
            start_widgets(page)
            # The widgets have scrolled the page, and the walk starts at its top.
            page.evaluate("scrollTo(0, 0)")
            walked[name] = tour(page)
    return walked


LESSONS = ("theory/predictor", "theory/classifier", "workshop/deployment")


@pytest.mark.parametrize("name", LESSONS)
def test_every_stop_of_the_keyboard_is_seen_and_marked(
    tours: dict[str, Any], name: str
) -> None:
    for stop in tours[name]:
        assert stop["shown"], stop
        assert stop["marked"], stop


@pytest.mark.parametrize("name", LESSONS)
def test_the_keyboard_stops_once_at_each_control_and_is_not_caught(
    tours: dict[str, Any], name: str
) -> None:
    stops = [stop["id"] for stop in tours[name]]
    assert stops == list(range(len(stops)))


@pytest.mark.parametrize("name", LESSONS)
def test_the_keyboard_goes_through_a_page_in_reading_order(
    tours: dict[str, Any], name: str
) -> None:
    places = list(dict.fromkeys(stop["place"] for stop in tours[name]))
    expected = ["skip link", "sidebar", "header", "article", "widget"]
    assert places[:5] == expected
    assert places[-2:] == ["prev-next", "page contents"]


def test_the_keyboard_reaches_every_kind_of_control(
    tours: dict[str, Any],
) -> None:
    kinds = {stop["kind"] for stops in tours.values() for stop in stops}
    assert kinds >= {
        "a",
        "button",
        "copy button",
        "summary",
        "input[range]",
        "input[radio]",
    }


def focused(page: Page) -> str:
    """Return the markup of what has the focus."""
    return page.evaluate("document.activeElement.outerHTML")


def test_the_skip_link_leads_past_the_contents_to_the_lesson(
    visit: Visit, book: Site
) -> None:
    page = visit(book.url("theory/predictor"))
    page.keyboard.press("Tab")
    assert "Skip to main content" in focused(page)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(
        "document.querySelector('main').contains(document.activeElement)"
    )


def test_the_search_opens_by_key_and_gives_the_focus_back(
    visit: Visit, book: Site
) -> None:
    page = visit(book.url("theory/predictor"))
    for width, start, key in (
        (WIDE, ".bd-article a", "Control+k"),
        (WIDE, ".search-button-field", "Enter"),
        (NARROW, ".article-header-buttons .search-button", "Enter"),
    ):
        page.set_viewport_size({"width": width, "height": 900})
        page.locator(start).first.focus()
        before = focused(page)
        page.keyboard.press(key)
        page.wait_for_selector("#pst-search-dialog[open] input:focus")
        page.keyboard.press("Escape")
        page.wait_for_selector("#pst-search-dialog:not([open])", state="hidden")
        assert focused(page) == before, start


def test_the_contents_open_by_key_on_a_phone_and_give_the_focus_back(
    visit: Visit, book: Site
) -> None:
    page = visit(
        book.url("theory/predictor"), viewport={"width": 390, "height": 844}
    )
    for side in ("primary", "secondary"):
        page.locator(f".{side}-toggle").focus()
        page.keyboard.press("Enter")
        opened = page.locator(f"#pst-{side}-sidebar-modal[open]")
        opened.locator("a").first.wait_for()
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement.closest('dialog') !== null"
        )
        page.keyboard.press("Escape")
        opened.wait_for(state="hidden")
        assert f"{side}-toggle" in focused(page)


def test_the_theme_is_chosen_by_key(visit: Visit, book: Site) -> None:
    page = visit(book.url("theory/predictor"), color_scheme="light")
    page.locator(".theme-switch-button").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".theme-switch-container .dropdown-menu.show")
    page.get_by_role("button", name="Dark", exact=True).focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.keyboard.press("Escape")
    page.wait_for_selector(".dropdown-menu.show", state="detached")


def test_an_answer_opens_by_key_and_is_judged_in_words(
    visit: Visit, book: Site
) -> None:
    page = visit(book.url("theory/predictor"))
    for choice in page.locator("details.choice").all():
        choice.locator("summary").focus()
        page.keyboard.press("Enter")
        verdict = choice.locator("p strong").first.inner_text().strip()
        right = "right" in choice.get_attribute("class").split()
        assert verdict == ("Right." if right else "Not quite.")


def test_whoever_asked_for_less_motion_gets_none(
    visit: Visit, book: Site
) -> None:
    page = visit(book.url("theory/predictor"), reduced_motion="reduce")
    start_widgets(page)
    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter((each) => {
            const style = getComputedStyle(each);
            return style.animationName !== "none" || style.scrollBehavior === "smooth"
                || !/^(0s(, )?)+$/.test(style.transitionDuration);
        }).map((each) => each.outerHTML.slice(0, 120))"""
    )
    assert moving == []
