"""The link that every part of a page has to itself, and what an old address leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from conftest import ROOT

from browser.conftest import axe

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from browser.conftest import Site

    Visit = Callable[..., Page]

pytestmark = pytest.mark.slow

TALL = "\n".join(f"{number}.\n" for number in range(80))

PAGES = {
    "now": f"""\
(now)=
# A page *of* today

{TALL}

(now-part)=
## A part

$$ a = b $$ (eq-now)

(question-now)=
:::{{question}} Is it?
- [x] yes

  It is.
:::

```{{exercise}} Alone
:label: exercise-now

Do it.
```
""",
    "other": "(other)=\n# Another page\n",
}


@pytest.fixture(scope="module")
def site(make_site: Callable[..., Site]) -> Site:
    return make_site(
        PAGES,
        extensions=["myst_nb", "sphinx_exercise", "bookbuild"],
        html_css_files=["book.css", "links.css"],
        html_js_files=[("links.js", {"defer": "defer"})],
        numfig=True,
        book_redirects={"was": "now", "other#now-part": "now#now-part"},
    )


def test_every_part_has_a_link_that_says_where_it_leads(
    visit: Visit, site: Site
) -> None:
    page = visit(site.url("now"))
    page.wait_for_selector(".link-copied", state="attached")
    links = page.locator(".bd-article a.headerlink")
    assert [
        (link.get_attribute("href"), link.get_attribute("aria-label"))
        for link in links.all()
    ] == [
        ("#now", "Link to section: A page of today"),
        ("#now-part", "Link to section: A part"),
        ("#equation-eq-now", "Link to equation (1)"),
        ("#question-now", "Link to question: Is it?"),
        ("#exercise-now", "Link to Exercise 1 (Alone)"),
    ]
    # A heading is called what it says, without its link.
    assert page.get_by_role("heading", name="A part", exact=True).count() == 1
    assert axe(page, ".bd-article") == []


def test_a_link_is_reached_by_key_seen_and_copies_its_address(
    visit: Visit, site: Site
) -> None:
    page = visit(
        site.url("now"), permissions=["clipboard-read", "clipboard-write"]
    )
    link = page.locator('a.headerlink[href="#now-part"]')
    opacity = "link => getComputedStyle(link).opacity"
    link.scroll_into_view_if_needed()
    assert link.evaluate(opacity) == "0"
    page.locator('a.headerlink[href="#now"]').focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.hash") == "#now-part"
    assert link.evaluate(opacity) == "1"
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Address copied")
    assert page.locator(".link-copied").get_attribute("role") == "status"
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.url == f"{site.url('now')}#now-part"


def test_without_a_clipboard_it_is_a_plain_link(
    visit: Visit, site: Site
) -> None:
    page = visit(site.url("now"))
    page.evaluate(
        "Object.defineProperty(navigator, 'clipboard', { value: undefined })"
    )
    page.locator('a.headerlink[href="#now-part"]').click(force=True)
    page.wait_for_url("**#now-part")
    assert page.locator(".link-copied").text_content() == ""


def test_on_a_touch_screen_the_links_are_always_there(
    visit: Visit, site: Site
) -> None:
    page = visit(
        site.url("now"),
        has_touch=True,
        is_mobile=True,
        viewport={"width": 320, "height": 640},
    )
    for link in page.locator(".bd-article a.headerlink").all():
        assert link.evaluate("link => getComputedStyle(link).opacity") == "1"
        box = link.bounding_box()
        assert min(box["width"], box["height"]) >= 24


OLD = {
    "was.html#now-part": "now.html#now-part",
    "was.html": "now.html",
    "other.html#now-part": "now.html#now-part",
}


def test_an_old_address_leads_on_to_the_very_part(
    visit: Visit, site: Site
) -> None:
    for base in (site.address, site.folder.as_uri()):
        page = visit(f"{base}/index.html")
        for old, new in OLD.items():
            page.wait_for_load_state("networkidle")
            page.goto(f"{base}/{old}")
            page.wait_for_url(f"{base}/{new}")
        page.wait_for_load_state("networkidle")


def test_without_scripts_an_old_address_still_leads_on(
    visit: Visit, site: Site
) -> None:
    page = visit(f"{site.address}/was.html", java_script_enabled=False)
    page.wait_for_url(site.url("now"))
    page.wait_for_load_state("networkidle")
    page.goto(f"{site.address}/other.html#now-part")
    page.wait_for_load_state("networkidle")
    link = page.locator("#now-part a")
    assert link.is_visible()
    link.click()
    page.wait_for_url(f"{site.url('now')}#now-part")


def test_the_book_loads_what_makes_the_links() -> None:
    settings = (ROOT / "conf.py").read_text(encoding="utf-8")
    assert '"links.css"' in settings
    assert '"links.js"' in settings
