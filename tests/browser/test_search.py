"""The search of the built book finds what readers look up by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from browser.conftest import axe, overflows

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from browser.conftest import Site

    Visit = Callable[..., Page]

pytestmark = pytest.mark.slow

TERM, SYMBOL = (
    "reference/glossary.html#term-",
    "reference/notation.html#symbol-",
)
API = "reference/api.html#annbook."
# What a reader types, and where the first result leads: to the page that defines it. Then a page
# that teaches it, which one of the first three results leads to.
QUERIES = [
    ("learning rate", f"{TERM}learning-rate", "theory/predictor.html"),
    ("Learning Rates", f"{TERM}learning-rate", "theory/predictor.html"),
    ("cross-entropy", f"{TERM}cross-entropy", "workshop/cross-entropy.html"),
    ("cross entropy", f"{TERM}cross-entropy", "workshop/cross-entropy.html"),
    ("overfitting", f"{TERM}overfitting", "beyond/hidden-layer.html"),
    ("epochs", f"{TERM}epoch", "workshop/mnist.html"),
    ("confusion matrix", f"{TERM}confusion-matrix", "workshop/evaluation.html"),
    ("bias", f"{TERM}bias", "theory/artificial-neuron.html"),
    ("gradient", f"{TERM}gradient", "theory/updating-weights.html"),
    ("W", SYMBOL, "theory/network.html"),
    ("i", SYMBOL, "theory/network.html"),
    ("η", SYMBOL, "theory/updating-weights.html"),
    ("alpha", SYMBOL, "theory/updating-weights.html"),
    ("σ", SYMBOL, "theory/artificial-neuron.html"),
    ("sigma", SYMBOL, "theory/artificial-neuron.html"),
    ("ΔA", SYMBOL, "theory/classifier.html"),
    ("delta A", SYMBOL, "theory/classifier.html"),
    (r"\Delta A", SYMBOL, "theory/classifier.html"),
    ("H(y, p)", SYMBOL, "workshop/cross-entropy.html"),
    ("slope_change", f"{API}predictor.slope_change", "theory/predictor.html"),
    ("slope_change()", f"{API}predictor.slope_change", "theory/predictor.html"),
    ("pe_chan", f"{API}predictor.slope_change", "theory/predictor.html"),
    (
        "annbook.network.train",
        f"{API}network.train",
        "beyond/hidden-layer.html",
    ),
    (
        "network.train_ep",
        f"{API}network.train_epoch",
        "beyond/hidden-layer.html",
    ),
    ("worm caterpillar", "theory/classifier.html", "theory/classifier.html"),
]


def results(page: Page, query: str) -> list[list[str]]:
    """Return the links of each of the first three results."""
    page.evaluate(
        """query => {
            document.getElementById("search-results").replaceChildren();
            Search.performSearch(query);
        }""",
        query,
    )
    page.wait_for_selector(".search-summary:not(:empty)")
    return page.locator("ul.search > li").evaluate_all(
        """items => items.slice(0, 3).map((item) =>
            [...item.querySelectorAll("a")].map((a) => a.getAttribute("href").replace("./", "")))"""
    )


def test_a_name_leads_to_its_definition_and_to_a_page_that_teaches_it(
    visit: Visit, book: Site
) -> None:
    page = visit(book.url("search"))
    missed = []
    for query, first, taught in QUERIES:
        found = results(page, query)
        links = [link for result in found for link in result]
        if not (found and found[0][0].startswith(first) and taught in links):
            missed.append((query, found))
    assert not missed


def test_every_result_leads_to_a_place_that_is_there(
    visit: Visit, book: Site
) -> None:
    page = visit(book.url("search"))
    script = "bookPlaces.places.map((p) => [bookPlaces.pages[p.page].address, p.anchor])"
    addresses = {tuple(each) for each in page.evaluate(script)}
    assert len(addresses) > 200
    texts = {
        name: (book.folder / name).read_text(encoding="utf-8")
        for name, _ in addresses
    }
    assert not [
        (name, anchor)
        for name, anchor in addresses
        if f'id="{anchor}"' not in texts[name]
    ]


def test_no_result_holds_latex_or_is_without_words(
    visit: Visit, book: Site
) -> None:
    page = visit(book.url("search"))
    texts = page.evaluate("bookPlaces.places.map((p) => [p.name, p.text])")
    assert not [each for each in texts if "\\" in each[1] or not each[1]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_search_page_is_for_everyone(
    visit: Visit, book: Site, scheme: str
) -> None:
    window = {"width": 320, "height": 800}
    page = visit(book.url("search"), viewport=window, color_scheme=scheme)
    assert page.evaluate("document.activeElement.name") == "q"
    # To leave before all has come would count as a failed request.
    page.wait_for_load_state("networkidle")
    page.keyboard.type("annbook.network")
    page.keyboard.press("Enter")
    page.wait_for_selector("ul.search > li")
    assert not axe(page, ".bd-article-container")
    assert not overflows(page, ".bd-article-container")


def test_a_search_without_results_says_what_to_do(
    visit: Visit, book: Site
) -> None:
    page = visit(book.url("search"))
    assert results(page, "bananas digit") == []
    assert (
        "Nothing" in page.locator(".search-summary[role=status]").inner_text()
    )
    help_links = page.locator(".search-help a").all_inner_texts()
    assert help_links == [
        "digit",
        "Recall a term",
        "Read the symbols",
        "Look up a function",
    ]


def test_the_search_works_from_a_file(visit: Visit, book: Site) -> None:
    page = visit(book.file("search") + "?q=softmax")
    first = page.locator("ul.search > li").first
    assert "raise e to each" in first.inner_text()
    page.wait_for_load_state("networkidle")
    first.get_by_role("link").first.click()
    page.wait_for_url("**/glossary.html#term-softmax")
