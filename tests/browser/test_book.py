"""The built book itself: whole from a server, from a disk, and sealed against other hosts."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING
from urllib.parse import unquote, urldefrag

import pytest
from conftest import ROOT

from bookbuild.policy import META, POLICY
from browser.conftest import Site, begin

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    Visit = Callable[..., Page]

pytestmark = pytest.mark.slow

ARCHIVE = "annbook-book.zip"
HREF = re.compile(r'\s(?:href|src|poster)="([^"]*)"')
ID = re.compile(r'\sid="([^"]*)"')
PAGES = sorted(
    path.relative_to(ROOT / "book").with_suffix("").as_posix()
    for path in (ROOT / "book").rglob("*.md")
)


@pytest.fixture(scope="module")
def unpacked(book: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return the book as a reader unpacks it, with no server."""
    folder = tmp_path_factory.mktemp("elsewhere")
    with zipfile.ZipFile(book.folder / ARCHIVE) as archive:
        archive.extractall(folder)
    (top,) = folder.iterdir()
    return Site(top, top.as_uri())


def pages(site: Site) -> list[Path]:
    """Return every page of a site, whatever has made it."""
    found = site.folder.rglob("*.html")
    return sorted(path for path in found if "_static" not in path.parts)


def names(site: Site) -> list[str]:
    """Return the names of the pages that a reader sees, one of the sources among them."""
    found = [
        path.relative_to(site.folder).with_suffix("").as_posix()
        for path in pages(site)
    ]
    # A page that is not there does not know where it is asked for.
    plain = [name for name in found if not name.startswith(("_modules", "404"))]
    return [*plain, "_modules/index", "_modules/annbook/predictor"]


@pytest.mark.parametrize("place", ["served", "unpacked"])
def test_every_page_is_quiet_and_its_widgets_begin(
    visit: Visit, request: pytest.FixtureRequest, place: str
) -> None:
    site = request.getfixturevalue("book" if place == "served" else place)
    first, *others = names(site)
    page = visit(site.url(first))
    for name in (first, *others):
        page.goto(site.url(name))
        # Those of a slide view wait for their slide.
        for widget in page.locator("section.widget:visible").all():
            begin(page, widget.get_attribute("data-widget"))
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("place", ["book", "unpacked"])
def test_no_link_leads_nowhere(
    request: pytest.FixtureRequest, place: str
) -> None:
    site = request.getfixturevalue(place)
    texts = {path: path.read_text(encoding="utf-8") for path in pages(site)}
    anchors = {path: {*ID.findall(text)} for path, text in texts.items()}
    lost = []
    for path, text in texts.items():
        if path.name == "404.html":
            continue
        for link in {*HREF.findall(text)}:
            address, anchor = urldefrag(link.replace("&amp;", "&"))
            if re.match(r"[a-z]+:", address):
                continue
            address = unquote(address.partition("?")[0])
            target = (path.parent / address).resolve() if address else path
            known = anchors.get(target)
            if not target.is_file() or (
                anchor and known is not None and unquote(anchor) not in known
            ):
                lost.append(f"{path.relative_to(site.folder)}: {link}")
    assert lost == []


def test_every_page_has_the_policy_first_in_its_head(book: Site) -> None:
    sealed = re.compile(rf"<head\b[^>]*>{re.escape(META.format(POLICY))}")
    bare = [
        path.relative_to(book.folder).as_posix()
        for path in pages(book)
        if not sealed.search(path.read_text(encoding="utf-8"))
    ]
    assert bare == []


def test_the_policy_lets_in_no_other_script_and_no_other_host(
    browser: Browser, book: Site
) -> None:
    # On a page that is not watched: each breach is an error in the console.
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(book.url("index"))
        kinds = page.evaluate(
            """async () => {
                const broken = [];
                document.addEventListener("securitypolicyviolation", (event) =>
                    broken.push(event.effectiveDirective));
                const script = document.createElement("script");
                script.textContent = "window.ran = true";
                document.head.append(script);
                const image = new Image();
                image.src = "https://other.invalid/picture.png";
                await fetch("https://other.invalid/").catch(() => {});
                document.body.setAttribute("onclick", "window.ran = true");
                document.body.click();
                const frame = document.createElement("iframe");
                frame.src = "https://other.invalid/";
                document.body.append(frame);
                await new Promise((done) => setTimeout(done, 200));
                return [...new Set([...broken, `ran: ${window.ran}`])].sort();
            }"""
        )
    assert kinds == [
        "connect-src",
        "frame-src",
        "img-src",
        "ran: undefined",
        "script-src-attr",
        "script-src-elem",
    ]


@pytest.mark.parametrize("place", ["book", "unpacked"])
def test_the_search_finds_a_word_and_leads_to_its_page(
    visit: Visit, request: pytest.FixtureRequest, place: str
) -> None:
    site = request.getfixturevalue(place)
    page = visit(site.url("theory/basics"))
    # What is left early counts as a failed request.
    page.wait_for_load_state("networkidle")
    page.keyboard.press("Control+k")
    page.keyboard.type("softmax")
    page.keyboard.press("Enter")
    found = page.locator("#search-results li a")
    found.first.wait_for()
    assert "Build a model that answers in probabilities" in (
        " ".join(found.all_inner_texts())
    )
    page.wait_for_load_state("networkidle")
    found.first.click()
    page.wait_for_selector(".bd-article h1")
    assert page.url.startswith(site.address)
    assert "search.html" not in page.url
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize(
    ("mode", "system", "theme"),
    [
        ("dark", "light", "dark"),
        ("light", "dark", "light"),
        ("auto", "dark", "dark"),
        (None, "dark", "dark"),
        (None, "light", "light"),
    ],
)
def test_the_first_paint_has_the_readers_theme(
    visit: Visit, book: Site, mode: str | None, system: str, theme: str
) -> None:
    page = visit(book.url("search"), color_scheme=system)
    if mode:
        # What an earlier page left behind.
        page.evaluate("mode => localStorage.setItem('mode', mode)", mode)
    else:
        page.evaluate("localStorage.clear()")
    page.add_init_script(
        """new MutationObserver(() => {
            if (document.body) {
                window.firstTheme ??= document.documentElement.dataset.theme;
            }
        }).observe(document, { childList: true, subtree: true });"""
    )
    page.wait_for_load_state("networkidle")
    page.reload()
    assert page.evaluate("window.firstTheme") == theme
    page.wait_for_load_state("networkidle")


def test_a_cell_is_copied(visit: Visit, book: Site) -> None:
    page = visit(
        book.url("theory/predictor"),
        permissions=["clipboard-read", "clipboard-write"],
    )
    cell = page.locator(".cell_input .highlight").first
    cell.hover()
    cell.locator("button.copybtn").click()
    cell.locator("button.copybtn.success").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.strip() == cell.locator("pre").inner_text().strip()


def test_the_reader_plays_with_the_models_that_this_build_has_trained(
    visit: Visit, book: Site, unpacked: Site
) -> None:
    for site in (book, unpacked):
        page = visit(site.url("workshop/deployment"))
        begin(page, "recogniser")
        sample = page.get_by_role("button", name="A sample 3").first
        sample.click()
        page.wait_for_selector('.widget-body[data-digit="3"]')
