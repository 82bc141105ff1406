"""Neuron, network and split error: they compute as the package, and anybody can turn them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from annbook import network, neuron
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
LESSONS = (
    "theory/artificial-neuron",
    "theory/network",
    "theory/backpropagation",
)
WIDGETS = ("sigmoid", "network", "error-split")
W = [[0.9, 0.3, 0.4], [0.2, 0.8, 0.2], [0.1, 0.5, 0.6]]


@pytest.fixture(scope="module")
def site(make_site: Callable[..., Site]) -> Site:
    return make_site({"theory": lesson(*LESSONS)})


def readings(widget: Locator) -> list[str]:
    return widget.locator("dd").all_inner_texts()


def type_in(widget: Locator, label: str, value: float) -> None:
    widget.get_by_role("spinbutton", name=label, exact=True).fill(f"{value}")


def texts(widget: Locator, selector: str) -> list[str]:
    return widget.locator(selector).all_text_contents()


def printed(values: Any, digits: int = 3) -> list[str]:
    """Return numbers as the widgets print them."""
    return [
        f"{round(float(value), digits) + 0.0:g}".replace("-", "−")
        for value in values
    ]


def random_layers() -> list[network.Layer]:
    sizes = GENERATOR.integers(1, 5, GENERATOR.integers(2, 5))
    return [
        network.Layer(
            GENERATOR.normal(0, 2, (to, before)), GENERATOR.normal(size=to)
        )
        for before, to in pairwise(sizes)
    ]


def plain(layers: list[network.Layer]) -> list[dict[str, Any]]:
    return [
        {"weights": weights.tolist(), "bias": bias.tolist()}
        for weights, bias in layers
    ]


# --- The functions ------------------------------------------------------------------------


def test_a_neuron_is_that_of_the_package(visit: Visit, site: Site) -> None:
    page = visit(site.url("theory"))
    begin(page, "sigmoid")
    for z in [*GENERATOR.normal(0, 10, 10).tolist(), 0, 800, -800]:
        found = call(page, "neuron.sigmoid", z)
        assert found == pytest.approx(float(neuron.sigmoid(z)), rel=1e-12)
        for threshold in (0, z):
            assert call(page, "neuron.step", z, threshold) == neuron.step(
                z, threshold
            )
    for p in GENERATOR.uniform(0.001, 0.999, 5).tolist():
        wanted = float(neuron.logit(p))
        assert call(page, "neuron.logit", p) == pytest.approx(wanted)
    for count in range(1, 5):
        weights, inputs = GENERATOR.normal(0, 2, (2, count)).tolist()
        for name in ("weightedSum", "neuron"):
            twin = getattr(neuron, name.replace("S", "_s"))
            found = call(page, f"neuron.{name}", weights, inputs, 0.3)
            assert found == pytest.approx(float(twin(weights, inputs, 0.3)))


def test_a_signal_passes_as_in_the_package(visit: Visit, site: Site) -> None:
    page = visit(site.url("theory"))
    begin(page, "network")
    for layers in [random_layers() for _ in range(10)]:
        inputs = GENERATOR.normal(size=layers[0].weights.shape[1])
        found = call(page, "network.forward", plain(layers), inputs.tolist())
        wanted = network.forward(layers, inputs)
        for name in ("sums", "outputs"):
            for ours, theirs in zip(
                found[name], getattr(wanted, name), strict=True
            ):
                assert ours == pytest.approx(theirs.tolist(), abs=1e-12)


def test_errors_are_split_as_in_the_package(visit: Visit, site: Site) -> None:
    page = visit(site.url("theory"))
    begin(page, "error-split")
    for _ in range(10):
        weights = GENERATOR.normal(0, 2, GENERATOR.integers(1, 5, 2))
        errors = GENERATOR.normal(size=len(weights))
        for name in ("shareErrors", "splitError", "propagateError"):
            twin = getattr(network, name.replace("E", "_e"))
            found = call(
                page, f"network.{name}", weights.tolist(), errors.tolist()
            )
            wanted = twin(weights, errors)
            np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-12)


def test_where_the_weights_sum_to_zero_there_is_no_share(
    visit: Visit, site: Site
) -> None:
    page = visit(site.url("theory"))
    begin(page, "error-split")
    for name in ("shareErrors", "splitError"):
        assert call(page, f"network.{name}", [[2, -2]], [0.8]) is None


# --- What the pages hand over -----------------------------------------------------------------


def test_they_start_from_the_values_of_the_pages(
    visit: Visit, site: Site
) -> None:
    page = visit(site.url("theory"))
    assert settings(begin(page, "sigmoid")) == {"neuron_input": 0.5}
    assert settings(begin(page, "network")) == {
        "weights": W,
        "inputs": [0.9, 0.1, 0.8],
        "printed_inputs": [0.9, 0.2, 0.1],
    }
    assert settings(begin(page, "error-split")) == {
        "output_weights": [[2, 3], [1, 4]],
        "output_errors": [0.8, 0.5],
    }


# --- The neuron -------------------------------------------------------------------------------


def test_the_neuron_reads_sum_output_and_middle(
    visit: Visit, site: Site
) -> None:
    widget = begin(visit(site.url("theory")), "sigmoid")
    for weight, threshold, x, half in [
        (1, 0, 0.5, "at input 0"),
        (2, 2, 1, "at input 1"),
        (-3, 1.5, 2, "at input −0.5"),
        (0, 1, 3, "nowhere: the input makes no difference"),
    ]:
        type_in(widget, "weight", weight)
        type_in(widget, "threshold", threshold)
        type_in(widget, "input x", x)
        total = neuron.weighted_sum([weight], [x], -threshold)
        wanted = printed([total, neuron.sigmoid(total)])
        assert readings(widget) == [*wanted, half]
    said = f"Sum {wanted[0]}, output {wanted[1]}. One half {half}."
    widget.locator("[aria-live]").get_by_text(said).wait_for()


def test_the_point_lies_on_the_curve(visit: Visit, site: Site) -> None:
    page = visit(site.url("theory"))
    widget = begin(page, "sigmoid")
    type_in(widget, "weight", 2)
    for x in (-1.5, 0.5, 3):
        type_in(widget, "input x", x)
        gap = page.evaluate(
            """() => {
                const [a, b] = document.querySelector(".plane .here")
                    .getAttribute("transform").match(/[\\d.]+/g).map(Number);
                const curve = document.querySelector(".plane-curve:not(.beside)");
                const places = curve.getAttribute("d").slice(1).split("L");
                const near = places.map((place) => place.split(" ").map(Number));
                return Math.min(...near.map(([p, q]) => Math.hypot(p - a, q - b)));
            }"""
        )
        assert gap < 0.01


# --- The network ------------------------------------------------------------------------------


def test_the_network_gives_the_pages_results_and_the_printed_inputs(
    visit: Visit, site: Site
) -> None:
    widget = begin(visit(site.url("theory")), "network")
    first = ["(1.16, 0.42, 0.62)", "(0.761, 0.603, 0.65)"]
    assert readings(widget) == first
    widget.get_by_role("button", name="The slide's printed input").click()
    assert readings(widget)[0] == "(0.91, 0.36, 0.25)"
    widget.get_by_role("button", name="This page's numbers").click()
    assert readings(widget) == first


def test_the_network_follows_what_is_typed(visit: Visit, site: Site) -> None:
    widget = begin(visit(site.url("theory")), "network")
    weights, inputs = np.array(W), np.array([-0.5, 0.25, 0.8])
    for j, value in enumerate(inputs):
        type_in(widget, f"input {j + 1}", value)
    weights[1, 2], weights[2, 0] = -1.7, 3
    type_in(widget, "weight from input 3 to hidden 2", -1.7)
    type_in(widget, "weight from input 1 to hidden 3", 3)
    sums = weights @ inputs
    outputs = printed(neuron.sigmoid(sums))
    assert readings(widget) == [
        f"({', '.join(printed(sums))})",
        f"({', '.join(outputs)})",
    ]
    assert texts(widget, ".edge-label") == printed(weights.ravel(), 2)
    nodes = texts(widget, ".nodes circle ~ text:not(.edge-label)")
    assert nodes == [*printed(inputs, 2), *outputs]
    dashes = [
        each.get_attribute("stroke-dasharray") != "none"
        for each in widget.locator(".edge").all()
    ]
    assert dashes == (weights < 0).ravel().tolist()


# --- The split error --------------------------------------------------------------------------


def test_the_split_gives_the_slides_shares(visit: Visit, site: Site) -> None:
    widget = begin(visit(site.url("theory")), "error-split")
    assert texts(widget, ".edge-label") == ["0.32", "0.48", "0.1", "0.4"]
    assert readings(widget) == ["1.3", "1.3"]
    widget.get_by_text("The hidden errors are 0.42 and 0.88.").wait_for()


def test_nothing_is_lost_whatever_is_typed(visit: Visit, site: Site) -> None:
    widget = begin(visit(site.url("theory")), "error-split")
    type_in(widget, "error of output 1", -1.2)
    type_in(widget, "weight from hidden 2 to output 2", -0.4)
    shares = network.share_errors([[2, 3], [1, -0.4]], [-1.2, 0.5])
    assert texts(widget, ".edge-label") == printed(shares.ravel())
    assert readings(widget) == ["−0.7", "−0.7"]


def test_it_says_when_there_is_no_proportion(visit: Visit, site: Site) -> None:
    widget = begin(visit(site.url("theory")), "error-split")
    type_in(widget, "weight from hidden 2 to output 1", -2)
    assert readings(widget) == ["1.3", "–"]
    widget.get_by_text("there is no proportion to share by").wait_for()
    widget.get_by_role("button", name="The slide's numbers").click()
    assert readings(widget) == ["1.3", "1.3"]


# --- For everybody ------------------------------------------------------------------------------


def test_they_are_turned_by_keyboard_alone(visit: Visit, site: Site) -> None:
    page = visit(site.url("theory"))
    for name, tabs, wanted in [
        ("sigmoid", 6, "0.6"),  # the last slider, of the input
        ("network", 2, "(1.25, 0.44, 0.63)"),
        ("error-split", 2, "1.4"),
    ]:
        widget = begin(page, name)
        widget.evaluate("each => { each.tabIndex = -1; each.focus(); }")
        for _ in range(tabs):
            page.keyboard.press("Tab")
        page.keyboard.press("ArrowRight")
        assert readings(widget)[0] == wanted


@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (390, "dark"), (320, "light")]
)
def test_everybody_can_read_them(
    visit: Visit, site: Site, width: int, scheme: str
) -> None:
    page = visit(
        site.url("theory"),
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
    )
    for name in WIDGETS:
        begin(page, name)
        place = f'[data-widget="{name}"]'
        assert overflows(page, place) == []
        for text in ("svg text", "dt", "dd"):
            side = "fill" if text.startswith("svg") else "color"
            assert contrast(page, f"{place} {text}", "body", side) >= 4.5
    assert axe(page, ".bd-article") == []


def test_no_label_lies_on_another(visit: Visit, site: Site) -> None:
    page = visit(site.url("theory"), viewport={"width": 320, "height": 800})
    for name in ("network", "error-split"):
        begin(page, name)
        assert meeting_labels(page, name) == []


def meeting_labels(page: Page, name: str) -> list[Any]:
    """Return the texts of a network's picture that lie on another."""
    return page.evaluate(
        """(name) => {
            const place = document.querySelector(`[data-widget="${name}"]`);
            const boxes = [...place.querySelectorAll(".nodes text")]
                .map((each) => each.getBoundingClientRect());
            const meet = (a, b) => a.left < b.right && b.left < a.right &&
                a.top + 2 < b.bottom && b.top + 2 < a.bottom;
            return boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) => meet(a, b)));
        }""",
        name,
    )


def test_without_scripts_figures_are_pointed_at(
    visit: Visit, site: Site
) -> None:
    page = visit(site.url("theory"), java_script_enabled=False)
    for fallback in page.locator(".widget-fallback").all():
        assert fallback.is_visible()
        assert "fig-" in fallback.inner_text()
    assert page.locator(".widget-fallback").count() == len(WIDGETS)
    assert page.locator(".widget-body").count() == 0


def test_on_paper_the_fallbacks_stand(visit: Visit, site: Site) -> None:
    page = visit(site.url("theory"))
    found = [begin(page, name) for name in WIDGETS]
    assert all(each.locator(".widget-fallback").is_hidden() for each in found)
    page.emulate_media(media="print")
    assert all(each.locator(".widget-fallback").is_visible() for each in found)
    assert all(each.locator(".widget-body").is_hidden() for each in found)
