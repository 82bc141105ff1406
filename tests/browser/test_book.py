"""The built book itself: no page complains, and none asks another host for anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from conftest import ROOT

from browser.conftest import begin

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from browser.conftest import Site

    Visit = Callable[..., Page]

pytestmark = pytest.mark.slow

PAGES = sorted(
    path.relative_to(ROOT / "book").with_suffix("").as_posix()
    for path in (ROOT / "book").rglob("*.md")
)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_quiet_and_asks_no_other_host(
    visit: Visit, book: Site, name: str
) -> None:
    page = visit(book.url(name))
    for widget in page.locator("section.widget").all():
        begin(page, widget.get_attribute("data-widget"))
    page.wait_for_load_state("networkidle")


def test_the_reader_plays_with_the_models_that_this_build_has_trained(
    visit: Visit, book: Site
) -> None:
    page = visit(book.url("workshop/deployment"))
    begin(page, "recogniser")
    sample = page.get_by_role("button", name="A sample 3").first
    sample.click()
    page.wait_for_selector('.widget-body[data-digit="3"]')
