"""Costs, walks and the guessing game: they compute as the package, and anybody can play."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from conftest import ROOT

from annbook import landscape, network, softmax, web
from browser.conftest import (
    Site,
    axe,
    begin,
    call,
    contrast,
    overflows,
    page,
    widgets,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page

    Visit = Callable[..., Page]

GENERATOR = np.random.default_rng(0)
LESSONS = (
    "workshop/cross-entropy",
    "workshop/training",
    "beyond/guessing-game",
)
WIDGETS = ("cross-entropy", "mountaineer", "guessing-game")
CALM = {"reduced_motion": "reduce"}

ALONG = np.linspace(-4, 20, 121).round(2)
# Steep at the left, gentler at the right and straight far out, as the lesson's own line.
HEIGHTS = (
    np.logaddexp(0, 2 - ALONG) + 0.25 * np.logaddexp(0, ALONG - 2)
).round(4)
BOTTOM = float(ALONG[HEIGHTS.argmin()])
SEVEN = np.eye(10)[7].tolist()
HEDGED = [0, 0.1, 0.1, 0.1, 0, 0, 0, 0.6, 0, 0.1]
ASKED = np.where(np.eye(10), 0.99, 0.01)
GLUED = {
    "seven": SEVEN,
    "hedged": HEDGED,
    "mistaken": np.eye(10)[1].tolist(),
    "along": ALONG.tolist(),
    "heights": HEIGHTS.tolist(),
    "rates": [0.05, 1, 12],
    "asked": ASKED.tolist(),
}


def rounded(layer: network.Layer) -> network.Layer:
    """Return a layer as a page gets it: through float16."""
    return network.Layer(
        *(web.unpack(web.pack(part)).astype(np.float64) for part in layer)
    )


LAYERS = network.initialise((784, 12, 10), GENERATOR, scale=2)
IMAGINED = network.backquery([rounded(layer) for layer in LAYERS], ASKED)
READ = network.predict([rounded(layer) for layer in LAYERS], IMAGINED).argmax(
    axis=1
)


@pytest.fixture(scope="module")
def site(make_site: Callable[..., Site]) -> Site:
    texts = [
        widgets((ROOT / "book" / f"{name}.md").read_text(encoding="utf-8"))
        for name in LESSONS
    ]
    site = make_site(
        {"workshop": page("\n\n".join(["# Try it", *texts]), GLUED)}
    )
    model = {
        "version": web.VERSION,
        "name": "hidden",
        "layers": [*web.describe_layers(LAYERS)],
    }
    folder = site.folder / "_static" / "models"
    folder.mkdir()
    script = f"annbook.models.hidden = {json.dumps(model)};"
    (folder / "hidden.js").write_text(script, encoding="utf-8")
    return site


def readings(widget: Locator) -> list[str]:
    return widget.locator("dd").all_inner_texts()


def type_in(widget: Locator, label: str, value: float) -> None:
    widget.get_by_role("spinbutton", name=label, exact=True).fill(f"{value}")


def press(widget: Locator, *names: str) -> None:
    for name in names:
        widget.get_by_role("button", name=name, exact=True).click()


def number(value: float, digits: int = 3) -> str:
    """Return a number as the widgets print it."""
    return f"{round(value, digits) + 0.0:g}".replace("-", "−")


# --- The cross-entropy ------------------------------------------------------------------------


def test_the_cost_is_that_of_the_package(visit: Visit, site: Site) -> None:
    tab = visit(site.url("workshop"))
    begin(tab, "cross-entropy")
    predictions = GENERATOR.dirichlet(np.ones(10), 10).tolist()
    labels = GENERATOR.dirichlet(np.ones(10), 5).tolist()
    for p in [*predictions, SEVEN, HEDGED]:
        for y in [SEVEN, *labels]:
            found = call(tab, "softmax.crossEntropy", y, p)
            wanted = float(softmax.cross_entropy(y, p))
            assert found == pytest.approx(wanted, rel=1e-5, abs=1e-7)


def test_the_three_predictions_cost_what_the_page_says(
    visit: Visit, site: Site
) -> None:
    widget = begin(visit(site.url("workshop")), "cross-entropy")
    assert readings(widget) == ["0.6", "0.511"]
    for name, wanted in {
        "The label itself": ["1", "0"],
        "Wrong and sure": ["0", "∞"],
        "All alike": ["0.1", "2.303"],
        "Hedged": ["0.6", "0.511"],
    }.items():
        press(widget, name)
        assert readings(widget) == wanted


def test_weights_become_probabilities(visit: Visit, site: Site) -> None:
    widget = begin(visit(site.url("workshop")), "cross-entropy")
    press(widget, "All alike")
    type_in(widget, "weight of 7, typed", 0.9)
    type_in(widget, "weight of 2, typed", 0.2)
    p = np.array([0.1, 0.1, 0.2, *[0.1] * 4, 0.9, 0.1, 0.1])
    p /= p.sum()
    shown = widget.locator(".share").all_inner_texts()
    assert shown == [number(each, 2) for each in p]
    assert readings(widget) == [number(p[7]), number(-np.log(p[7]))]
    widths = widget.locator(".share-bar").evaluate_all(
        "bars => bars.map((bar) => parseFloat(bar.style.width))"
    )
    assert widths == pytest.approx((100 * p).tolist(), abs=0.01)


def test_no_weight_at_all_has_no_cost(visit: Visit, site: Site) -> None:
    widget = begin(visit(site.url("workshop")), "cross-entropy")
    press(widget, "The label itself")
    type_in(widget, "weight of 7, typed", 0)
    assert readings(widget) == ["give a digit some weight", "–"]
    widget.get_by_text("Give at least one digit some weight.").wait_for(
        state="attached"
    )


# --- The mountaineer --------------------------------------------------------------------------


def test_the_walk_is_that_of_the_package(visit: Visit, site: Site) -> None:
    tab = visit(site.url("workshop"))
    begin(tab, "mountaineer")
    line = HEIGHTS.tolist(), ALONG.tolist()
    for rate in [*GENERATOR.uniform(0.01, 14, 12), 0, 60]:
        start = GENERATOR.uniform(-8, 24)
        steps = int(GENERATOR.integers(0, 21))
        found = call(tab, "landscape.walk", *line, start, rate, steps)
        wanted = landscape.walk(HEIGHTS, ALONG, start, rate, steps)
        assert found == pytest.approx(wanted.tolist(), abs=1e-6)
    for place in GENERATOR.uniform(-6, 22, 10):
        found = call(tab, "landscape.interpolate", place, *reversed(line))
        assert found == pytest.approx(float(np.interp(place, ALONG, HEIGHTS)))


VERDICTS = [
    ([0], "not yet started"),
    ([BOTTOM], "converged"),
    ([0, 1, BOTTOM + 0.1], "converged"),
    ([0, 0.5, 1], "crawling"),
    ([10, 8], "crawling"),
    ([0, 5, 4], "overshooting"),
    ([0, 5, 1], "overshooting"),
    ([2, -2], "diverging"),
    ([BOTTOM + 0.1, 0, 8], "diverging"),
    ([0, 21], "off the map"),
    ([19, -4.1], "off the map"),
]


def test_the_verdict_says_where_she_is(visit: Visit, site: Site) -> None:
    tab = visit(site.url("workshop"))
    begin(tab, "mountaineer")
    line = HEIGHTS.tolist(), ALONG.tolist()
    for places, verdict in VERDICTS:
        assert call(tab, "verdict", *line, places) == verdict, places


RUNS = [
    (0, 0.05, "crawling"),
    (0, 1, "converged"),
    (0, 5, "converged"),
    (0, 12, "overshooting"),
    (2.5, 14, "diverging"),
    (0, 25, "off the map"),
]


def test_a_run_ends_where_the_package_ends(visit: Visit, site: Site) -> None:
    widget = begin(visit(site.url("workshop"), **CALM), "mountaineer")
    for start, rate, verdict in RUNS:
        type_in(widget, "start", start)
        type_in(widget, "learning rate", rate)
        press(widget, "Run")
        steps, cost, said = readings(widget)
        taken = int(steps.split()[0])
        place = landscape.walk(HEIGHTS, ALONG, start, rate, taken)[-1]
        assert said.startswith(f"{verdict}: "), rate
        if verdict == "off the map":
            assert cost == "not measured"
            assert not ALONG[0] <= place <= ALONG[-1]
        else:
            assert taken == 20
            assert cost == number(float(np.interp(place, ALONG, HEIGHTS)))
        assert widget.locator(".walked-dots circle").count() == taken
        assert widget.get_by_role("button", name="Step").is_disabled()


def test_she_steps_one_by_one_and_goes_back(visit: Visit, site: Site) -> None:
    widget = begin(visit(site.url("workshop"), **CALM), "mountaineer")
    press(widget, "12", "Step", "Step")
    places = landscape.walk(HEIGHTS, ALONG, 0, 12, 2)
    cost = number(float(np.interp(places[-1], ALONG, HEIGHTS)))
    assert readings(widget)[:2] == ["2 of 20", cost]
    widget.get_by_text(f"After 2 steps at {number(places[-1], 2)}").wait_for(
        state="attached"
    )
    press(widget, "Back to the start")
    first = number(float(np.interp(0, ALONG, HEIGHTS)))
    assert readings(widget)[:2] == ["0 of 20", first]
    press(widget, "Run")
    type_in(widget, "start", 3)
    assert readings(widget)[0] == "0 of 20"


def test_a_run_in_motion_can_be_halted(visit: Visit, site: Site) -> None:
    widget = begin(visit(site.url("workshop")), "mountaineer")
    press(widget, "Run")
    widget.get_by_text("2 of 20", exact=True).wait_for()
    press(widget, "Pause")
    halted = readings(widget)[0]
    widget.page.wait_for_timeout(400)
    assert readings(widget)[0] == halted
    press(widget, "Run")
    widget.locator("dd", has_text=" of 20").filter(
        has_not_text=halted
    ).wait_for()


def test_she_is_drawn_on_the_curve(visit: Visit, site: Site) -> None:
    tab = visit(site.url("workshop"), **CALM)
    widget = begin(tab, "mountaineer")
    press(widget, "1", "Step")
    place = landscape.walk(HEIGHTS, ALONG, 0, 1, 1)[-1]
    at = re.findall(
        r"[\d.]+",
        widget.locator(".here").get_attribute("transform") or "",
    )
    curve = widget.locator(".plane-curve:not(.walked)").get_attribute("d")
    points = [
        [*map(float, each.split())] for each in (curve or "")[1:].split("L")
    ]
    xs, ys = np.transpose(points)
    x = xs[0] + (place + 4) / 24 * (xs[-1] - xs[0])
    assert [*map(float, at)] == pytest.approx(
        [x, np.interp(x, xs, ys)], abs=0.05
    )


# --- The guessing game ------------------------------------------------------------------------


def pixels(tab: Page) -> list[int]:
    return tab.evaluate(
        """() => {
            const copy = document.createElement("canvas").getContext("2d");
            copy.drawImage(document.querySelector(".imagined"), 0, 0);
            const { data } = copy.getImageData(0, 0, 28, 28);
            return [...data].filter((_, i) => i % 4 === 0);
        }"""
    )


def test_the_network_imagines_what_the_packages_imagines(
    visit: Visit, site: Site
) -> None:
    tab = visit(site.url("workshop"))
    begin(tab, "guessing-game")
    found = tab.evaluate(
        """async (asked) => {
            await annbook.load("models/hidden.js");
            const layers = annbook.network.layersOf(annbook.models.hidden);
            return asked.map((targets) => annbook.network.backquery(layers, targets));
        }""",
        ASKED.tolist(),
    )
    np.testing.assert_allclose(found, IMAGINED, atol=1e-9)
    for values in [[1, 3, 2], [5, 5], [-1.5, 0, 0.25]]:
        wanted = network.rescale(values).tolist()
        assert call(tab, "network.rescale", values) == pytest.approx(wanted)


def test_a_game_asks_each_digit_once_and_counts(
    visit: Visit, site: Site
) -> None:
    tab = visit(site.url("workshop"))
    widget = begin(tab, "guessing-game")
    assert widget.get_by_role("button", name="3", exact=True).is_disabled()
    asked: list[int] = []
    said = widget.locator("[aria-live]")
    greys = np.round(255 * (1 - IMAGINED))
    for turn in range(10):
        press(widget, "Next picture" if turn else "First picture")
        widget.locator("button:focus", has_text="0").wait_for()
        away = np.abs(greys - pixels(tab)).max(axis=1)
        asked.append(int(away.argmin()))
        assert away.min() <= 1
        press(widget, "4")
    verdict = "Right" if asked[-1] == 4 else "No"
    said.get_by_text(f"{verdict}: it was asked for a {asked[-1]}.").wait_for()
    if READ[asked[-1]] != asked[-1]:
        assert f"reads a {READ[asked[-1]]}." in said.inner_text()
    assert sorted(asked) == [*range(10)]
    own = int((np.arange(10) == READ).sum())
    assert readings(widget) == [f"you 1 of 10, the network {own} of 10"]
    press(widget, "Play again")
    said.get_by_text("Picture 1 of 10").wait_for()
    assert readings(widget) == ["you 0 of 0, the network 0 of 0"]


def test_the_model_is_loaded_only_when_the_game_begins(
    visit: Visit, site: Site
) -> None:
    tab = visit(site.url("workshop"))
    widget = begin(tab, "guessing-game")
    assert tab.evaluate("'hidden' in annbook.models") is False
    press(widget, "First picture")
    widget.get_by_text("Picture 1 of 10").wait_for()
    assert tab.evaluate("'hidden' in annbook.models") is True


# --- For everybody ------------------------------------------------------------------------------


def focus_first(widget: Locator) -> None:
    widget.evaluate("each => { each.tabIndex = -1; each.focus(); }")
    widget.page.keyboard.press("Tab")


def test_they_are_played_by_keyboard_alone(visit: Visit, site: Site) -> None:
    tab = visit(site.url("workshop"), **CALM)
    costs = begin(tab, "cross-entropy")
    focus_first(costs)
    tab.keyboard.press("Enter")
    assert readings(costs) == ["1", "0"]
    walker = begin(tab, "mountaineer")
    focus_first(walker)
    tab.keyboard.press("Enter")
    assert readings(walker)[0] == "1 of 20"
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    assert readings(walker)[0] == "20 of 20"
    game = begin(tab, "guessing-game")
    focus_first(game)
    tab.keyboard.press("Enter")
    game.get_by_text("Picture 1 of 10").wait_for()
    tab.keyboard.press("Enter")  # the first guess has the focus
    game.get_by_text("it was asked for").wait_for()
    tab.keyboard.press("Enter")
    game.get_by_text("Picture 2 of 10").wait_for()


@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (390, "dark"), (320, "light")]
)
def test_everybody_can_read_them(
    visit: Visit, site: Site, width: int, scheme: str
) -> None:
    tab = visit(
        site.url("workshop"),
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        **CALM,
    )
    press(begin(tab, "mountaineer"), "12", "Run")
    press(begin(tab, "guessing-game"), "First picture")
    for name in WIDGETS:
        begin(tab, name)
        place = f'[data-widget="{name}"]'
        assert overflows(tab, place) == []
        for text in ("dt", "dd"):
            assert contrast(tab, f"{place} {text}", "body", "color") >= 4.5
    for part, side in {
        ".plane-axes text": "fill",
        ".plane .here": "fill",
        ".plane .walked": "stroke",
    }.items():
        assert contrast(tab, part, "body", side) >= 4.5
    assert axe(tab, ".bd-article") == []


def test_without_scripts_figures_are_pointed_at(
    visit: Visit, site: Site
) -> None:
    tab = visit(site.url("workshop"), java_script_enabled=False)
    fallbacks = tab.locator(".widget-fallback").all()
    assert len(fallbacks) == len(WIDGETS)
    assert all("fig-" in each.inner_text() for each in fallbacks)
    assert tab.locator(".widget-body").count() == 0


def test_on_paper_the_fallbacks_stand(visit: Visit, site: Site) -> None:
    tab = visit(site.url("workshop"))
    found = [begin(tab, name) for name in WIDGETS]
    assert all(each.locator(".widget-fallback").is_hidden() for each in found)
    tab.emulate_media(media="print")
    assert all(each.locator(".widget-fallback").is_visible() for each in found)
    assert all(each.locator(".widget-body").is_hidden() for each in found)


def test_the_lessons_line_is_measured_in_equal_steps() -> None:
    assert all(b - a == pytest.approx(0.2) for a, b in pairwise(ALONG))
