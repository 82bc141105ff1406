"""The neuron, the network and the split error: they compute as the package, and anybody can turn them."""

from __future__ import annotations

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
PAGES = {
    "sigmoid": "theory/artificial-neuron",
    "network": "theory/network",
    "error-split": "theory/backpropagation",
}
W = [[0.9, 0.3, 0.4], [0.2, 0.8, 0.2], [0.1, 0.5, 0.6]]
W_OUTPUT = [[2.0, 3.0], [1.0, 4.0]]


@pytest.fixture(scope="module")
def site(make_site: Callable[..., Site]) -> Site:
    return make_site({name: lesson(page) for name, page in PAGES.items()})


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
        for before, to in zip(sizes, sizes[1:], strict=False)
    ]


def plain(layers: list[network.Layer]) -> list[dict[str, Any]]:
    return [
        {"weights": weights.tolist(), "bias": bias.tolist()}
        for weights, bias in layers
    ]


# --- The functions ------------------------------------------------------------------------


def test_a_neuron_is_that_of_the_package(visit: Visit, site: Site) -> None:
    page = visit(site.url("sigmoid"))
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
    page = visit(site.url("network"))
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
    page = visit(site.url("error-split"))
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
    page = visit(site.url("error-split"))
    begin(page, "error-split")
    for name in ("shareErrors", "splitError"):
        assert call(page, f"network.{name}", [[2, -2]], [0.8]) is None


# --- What the pages hand over -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("sigmoid", {"z": 0.5}),
        (
            "network",
            {
                "weights": W,
                "inputs": [0.9, 0.1, 0.8],
                "printed_inputs": [0.9, 0.2, 0.1],
            },
        ),
        (
            "error-split",
            {"output_weights": W_OUTPUT, "output_errors": [0.8, 0.5]},
        ),
    ],
)
def test_it_starts_from_the_values_of_the_page(
    visit: Visit, site: Site, name: str, given: dict[str, Any]
) -> None:
    widget = begin(visit(site.url(name)), name)
    assert settings(widget) == pytest.approx(given)


# --- The neuron -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weight", "threshold", "x", "half"),
    [
        (1, 0, 0.5, "at input 0"),
        (2, 2, 1, "at input 1"),
        (-3, 1.5, 2, "at input −0.5"),
        (0, 1, 3, "nowhere: the input makes no difference"),
    ],
)
def test_the_neuron_reads_sum_output_and_middle(
    visit: Visit,
    site: Site,
    weight: float,
    threshold: float,
    x: float,
    half: str,
) -> None:
    page = visit(site.url("sigmoid"))
    widget = begin(page, "sigmoid")
    type_in(widget, "weight", weight)
    type_in(widget, "threshold", threshold)
    type_in(widget, "input x", x)
    total = neuron.weighted_sum([weight], [x], -threshold)
    wanted = printed([total, neuron.sigmoid(total)])
    assert readings(widget) == [*wanted, half]
    widget.locator("[aria-live]").get_by_text(f"output {wanted[1]}").wait_for()


def test_the_point_lies_on_the_curve(visit: Visit, site: Site) -> None:
    page = visit(site.url("sigmoid"))
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
    widget = begin(visit(site.url("network")), "network")
    first = ["(1.16, 0.42, 0.62)", "(0.761, 0.603, 0.65)"]
    assert readings(widget) == first
    widget.get_by_role("button", name="The slide's printed input").click()
    assert readings(widget)[0] == "(0.91, 0.36, 0.25)"
    widget.get_by_role("button", name="This page's numbers").click()
    assert readings(widget) == first


def test_the_network_follows_what_is_typed(visit: Visit, site: Site) -> None:
    widget = begin(visit(site.url("network")), "network")
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
    widget = begin(visit(site.url("error-split")), "error-split")
    assert texts(widget, ".edge-label") == ["0.32", "0.48", "0.1", "0.4"]
    assert readings(widget) == ["1.3", "1.3"]
    widget.get_by_text("The hidden errors are 0.42 and 0.88.").wait_for()


def test_nothing_is_lost_whatever_is_typed(visit: Visit, site: Site) -> None:
    widget = begin(visit(site.url("error-split")), "error-split")
    type_in(widget, "error of output 1", -1.2)
    type_in(widget, "weight from hidden 2 to output 2", -0.4)
    shares = network.share_errors([[2, 3], [1, -0.4]], [-1.2, 0.5])
    assert texts(widget, ".edge-label") == printed(shares.ravel())
    assert readings(widget) == ["−0.7", "−0.7"]


def test_it_says_when_there_is_no_proportion(visit: Visit, site: Site) -> None:
    widget = begin(visit(site.url("error-split")), "error-split")
    type_in(widget, "weight from hidden 2 to output 1", -2)
    assert readings(widget) == ["1.3", "–"]
    widget.get_by_text("there is no proportion to share by").wait_for()
    widget.get_by_role("button", name="The slide's numbers").click()
    assert readings(widget) == ["1.3", "1.3"]


# --- For everybody ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "presses", "wanted"),
    [
        ("sigmoid", ["Tab", "Tab", "Tab", "ArrowRight"], "0.4"),
        ("network", ["Tab", "ArrowRight"], "(1.25, 0.44, 0.63)"),
        ("error-split", ["Tab", "ArrowRight"], "1.4"),
    ],
)
def test_it_is_turned_by_keyboard_alone(
    visit: Visit, site: Site, name: str, presses: list[str], wanted: str
) -> None:
    page = visit(site.url(name))
    widget = begin(page, name)
    while not widget.locator(":focus").count():
        page.keyboard.press("Tab")
    for key in presses:
        page.keyboard.press(key)
    assert readings(widget)[0] == wanted


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (390, "dark"), (320, "light")]
)
def test_everybody_can_read_it(
    visit: Visit, site: Site, name: str, width: int, scheme: str
) -> None:
    page = visit(
        site.url(name),
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
    )
    begin(page, name)
    place = f'[data-widget="{name}"]'
    assert axe(page, place) == []
    assert overflows(page, place) == []
    for text in ("svg text", "dt", "dd"):
        side = "fill" if text.startswith("svg") else "color"
        assert contrast(page, f"{place} {text}", "body", side) >= 4.5


@pytest.mark.parametrize("name", ["network", "error-split"])
def test_no_label_lies_on_another(visit: Visit, site: Site, name: str) -> None:
    page = visit(site.url(name), viewport={"width": 320, "height": 800})
    begin(page, name)
    meeting = page.evaluate(
        """() => {
            const boxes = [...document.querySelectorAll(".nodes text, .nodes circle")]
                .map((each) => [each.tagName, each.getBoundingClientRect()]);
            const meet = (a, b) => a.left < b.right && b.left < a.right &&
                a.top + 2 < b.bottom && b.top + 2 < a.bottom;
            return boxes.flatMap(([kind, a], i) => boxes.slice(i + 1)
                .filter(([other, b]) => kind === "text" && other === "text" && meet(a, b)));
        }"""
    )
    assert meeting == []


@pytest.mark.parametrize("name", PAGES)
def test_without_scripts_a_figure_is_pointed_at(
    visit: Visit, site: Site, name: str
) -> None:
    page = visit(site.url(name), java_script_enabled=False)
    fallback = page.locator(".widget-fallback")
    assert fallback.is_visible()
    assert page.locator(".widget-body").count() == 0


@pytest.mark.parametrize("name", PAGES)
def test_on_paper_the_fallback_stands(
    visit: Visit, site: Site, name: str
) -> None:
    page = visit(site.url(name))
    widget = begin(page, name)
    assert widget.locator(".widget-fallback").is_hidden()
    page.emulate_media(media="print")
    assert widget.locator(".widget-fallback").is_visible()
    assert widget.locator(".widget-body").is_hidden()
