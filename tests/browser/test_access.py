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
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    from browser.conftest import Site

    Visit = Callable[..., Page]

pytestmark = pytest.mark.slow

WIDE, NARROW, REFLOW = 1280, 390, 320
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


@dataclass
class Report:
    """What is wrong on which page, by kind."""

    faults: dict[str, list[str]] = field(default_factory=dict)
    judged: set[str] = field(default_factory=set)

    def add(self, kind: str, name: str, found: list[str]) -> None:
        self.faults.setdefault(kind, []).extend(f"{name}: {each}" for each in found)

    def __getitem__(self, kind: str) -> list[str]:
        return self.faults[kind]


def start_widgets(page: Page) -> None:
    """Begin every widget of a page."""
    for widget in page.locator("section.widget").all():
        begin(page, widget.get_attribute("data-widget"))


def dress(page: Page, width: int, theme: str) -> None:
    """Show a page in another form, without loading it again."""
    if page.viewport_size["width"] != width:
        page.set_viewport_size({"width": width, "height": 900})
        # The theme looks for what scrolls a moment after a change of the window.
        page.wait_for_timeout(350)
    page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)


def inspect(page: Page, name: str, report: Report) -> None:
    """Note what is wrong on a page, in all its forms."""
    start_widgets(page)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for width in (WIDE, NARROW):
        dress(page, width, "light")
        # Nothing but colours depends on the theme.
        report.add(f"axe {width}", name, page.evaluate(RULES, [STANDARDS, None]))
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
    dress(page, WIDE, "light")


@pytest.fixture(scope="module")
def report(browser: Browser, book: Site) -> Iterator[Report]:
    """Visit every page once, and return what is wrong on it."""
    found = Report()
    options: dict[str, Any] = {
        "viewport": {"width": WIDE, "height": 900},
        "reduced_motion": "reduce",  # no colour is caught halfway
    }
    with browser.new_context(**options) as context:
        page = context.new_page()
        for name in names(book):
            page.goto(book.url(name))
            inspect(page, name, found)
    yield found


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
