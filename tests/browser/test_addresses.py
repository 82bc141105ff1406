"""What a published book has and an unpublished one has not, each tried on a small book."""

from __future__ import annotations

import http.server
import re
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup

from browser.conftest import PLACE, Handler, axe, build

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from browser.conftest import Site

pytestmark = pytest.mark.slow

HOME = f"https://book.example{PLACE}/"
REPOSITORY = "https://git.example/book"
WORDS = "This page says more about {name} than a description can hold. " * 4
PAGES = {
    name: f"# Look at {name}\n\n{WORDS.format(name=name)}"
    for name in ("one", "two")
}
PAGES["index"] = (
    f"# The book\n\n{WORDS.format(name='all')}\n\n"
    "```{toctree}\n:caption: Part & parcel\none\ntwo\n```\n"
)
LOOK = {
    "html_theme_options": {
        "footer_content_items": ["revision.html"],
        "use_download_button": False,
        "use_fullscreen_button": False,
    },
}


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("bare"), PAGES, **LOOK)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = {
        "project": "Tom & Ann",
        "book_address": HOME.rstrip("/"),
        "book_repository": REPOSITORY,
    }
    folder = tmp_path_factory.mktemp("published")
    return build(folder, PAGES, **LOOK, **settings)


def soup(folder: Path, name: str | Path) -> BeautifulSoup:
    text = (folder / f"{name}.html").read_text(encoding="utf-8")
    return BeautifulSoup(text, "html.parser")


def meta(page: BeautifulSoup, name: str) -> list[str]:
    found = page.select(f'meta[name="{name}"], meta[property="{name}"]')
    return [str(tag["content"]) for tag in found]


def test_an_unpublished_book_has_no_address_anywhere(bare: Path) -> None:
    for name in ("404.html", "robots.txt", "sitemap.xml"):
        assert not (bare / name).exists()
    for path in bare.glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r'rel="canonical"|"og:|Suggest an edit', text)
    listing = (bare / "llms.txt").read_text(encoding="utf-8")
    assert "](one.html): " in listing
    assert "https:" not in listing


def test_every_page_has_its_canonical_address(published: Path) -> None:
    addresses = {
        name: soup(published, name).select('link[rel="canonical"]')
        for name in (*PAGES, "search", "genindex", "404")
    }
    assert {
        name: [link["href"] for link in links]
        for name, links in addresses.items()
    } == {
        "index": [HOME],
        "one": [f"{HOME}one.html"],
        "two": [f"{HOME}two.html"],
        "search": [],
        "genindex": [],
        "404": [],
    }


def test_the_sitemap_lists_every_page_once_and_no_other(
    published: Path,
) -> None:
    tree = ElementTree.parse(published / "sitemap.xml")
    places = [each.text for each in tree.iter() if each.tag.endswith("}loc")]
    assert places == [HOME, f"{HOME}one.html", f"{HOME}two.html"]
    robots = (published / "robots.txt").read_text(encoding="utf-8")
    assert f"\nSitemap: {HOME}sitemap.xml\n" in robots


def test_a_shared_page_is_shown_with_the_book_s_card(published: Path) -> None:
    page = soup(published, "one")
    assert meta(page, "og:url") == [f"{HOME}one.html"]
    assert meta(soup(published, "index"), "og:url") == [HOME]
    assert meta(page, "og:site_name") == ["Tom & Ann"]
    assert meta(page, "og:title") == ["Look at one"]
    assert meta(page, "og:type") == ["book"]
    assert meta(page, "og:description") == meta(page, "description")
    (card,) = meta(page, "og:image")
    assert (published / card.removeprefix(HOME)).exists()
    # None is drawn here: it would take fonts, and time for each page.
    assert not (published / "_images" / "social_previews").exists()


def test_a_page_offers_an_edit_and_the_made_ones_do_not(
    published: Path,
) -> None:
    (link,) = soup(published, "one").select(".revision a")
    assert link["href"] == f"{REPOSITORY}/edit/main/one.md"
    assert not soup(published, "search").select(".revision")


def test_descriptions_differ_and_made_pages_ask_not_to_be_listed(
    published: Path,
) -> None:
    names = [*PAGES, "search", "genindex", "404"]
    pages = [soup(published, name) for name in names]
    texts = [meta(page, "description") for page in pages]
    assert all(len(text) == 1 and 50 <= len(text[0]) <= 160 for text in texts)
    assert len({text[0] for text in texts}) == len(names)
    listed = [not meta(page, "robots") for page in pages]
    assert listed == [name in PAGES for name in names]


def test_no_two_pages_of_the_built_book_have_the_same_description(
    book: Site,
) -> None:
    paths = [
        path
        for path in book.folder.rglob("*.html")
        # Slides name their lesson as the page to describe.
        if "_static" not in path.parts and ".slides" not in path.suffixes
    ]
    pages = [
        soup(book.folder, path.relative_to(book.folder).with_suffix(""))
        for path in paths
    ]
    texts = [meta(page, "description") for page in pages]
    wrong = [
        (path, text)
        for path, text in zip(paths, texts, strict=True)
        if not (len(text) == 1 and 50 <= len(text[0]) <= 160) or "\\" in text[0]
    ]
    assert not wrong
    assert len({text[0] for text in texts}) == len(pages)


def test_the_listing_for_programs_gives_whole_addresses(
    published: Path,
) -> None:
    listing = (published / "llms.txt").read_text(encoding="utf-8")
    assert listing.startswith("# Tom & Ann\n\n> This page says more about all")
    assert f"\n## Part & parcel\n\n- [Look at one]({HOME}one.html): " in listing


class Pages(Handler):
    """A server that answers as the pages of a code host do: the whole site below a folder."""

    def send_error(self, code: int, *_: object, **__: object) -> None:
        """Send the site's own page for lost addresses."""
        body = Path(self.directory, "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def below_a_folder(published: Path) -> Iterator[str]:
    handler = partial(Pages, directory=str(published))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}{PLACE}/"
    server.shutdown()
    server.server_close()


def test_a_lost_reader_finds_the_way_from_any_depth(
    browser: Browser, below_a_folder: str
) -> None:
    page = browser.new_page()
    statuses: dict[str, int] = {}
    page.on("response", lambda each: statuses.update({each.url: each.status}))
    lost = f"{below_a_folder}theory/no/such/page"
    page.goto(lost)
    assert page.get_by_role("heading", level=1).inner_text() == "Page not found"
    assert statuses.pop(lost) == 404
    assert not [url for url, status in statuses.items() if status >= 400]
    # Where the theme's scripts look for the site.
    root = page.locator("html").get_attribute("data-content_root")
    assert root == f"{PLACE}/"
    assert not axe(page, ".bd-article-container")
    page.get_by_role("link", name="Look at two").last.click()
    assert page.url == f"{below_a_folder}two.html"
    page.goto(lost)
    form = page.locator("form.book-search")
    form.get_by_role("searchbox").fill("look at one")
    form.get_by_role("button").click()
    page.wait_for_selector("ul.search > li")
    first = page.locator("ul.search > li a").first
    assert first.evaluate("a => a.href") == f"{below_a_folder}one.html"
    page.close()
