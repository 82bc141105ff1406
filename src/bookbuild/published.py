"""Where the book and its sources are published, once they are, and what then depends on it.

``book_address`` is the address of the site's first page, ``book_repository`` that of its sources.
Both are empty until then, and nothing links there. With an address, the site gets its canonical
addresses, a sitemap, ``robots.txt``, the tags that a shared link is shown with, and a page for
addresses that lead nowhere.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

from sphinx.errors import ConfigError

from bookbuild.files import write_text
from bookbuild.revision import last_change

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.config import Config

# They need an address, and the second asks for nothing then.
EXTENSIONS = ("notfound.extension", "sphinxext.opengraph")
CARD = Path("_static", "brand", "card.png")
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def complete(_app: Sphinx, config: Config) -> None:
    """Check both addresses, and end them the same way: the site's with a slash, the other without.

    Raises
    ------
    ConfigError
        Where one is not an address on the web.
    """
    for name, end in {"book_address": "/", "book_repository": ""}.items():
        address = config[name]
        if address and not address.startswith("https://"):
            raise ConfigError(
                f"{name} starts with https://, or is empty: {address}"
            )
        config[name] = address.rstrip("/") + end if address else ""


def hand_over(app: Sphinx, config: Config) -> None:
    """Tell Sphinx and the two extensions the address."""
    address = config.book_address
    if not address:
        return
    config.html_baseurl = address
    config.notfound_urls_prefix = urlsplit(address).path
    config.notfound_template = "notfound.html"
    config.notfound_context = {}
    config.ogp_site_url = address
    config.ogp_site_name = config.project
    config.ogp_type = "book"
    config.ogp_enable_meta_description = False
    # Without a picture of ours it would draw one for each page.
    config.ogp_social_cards = {"enable": False}
    folders = [Path(app.confdir, each) for each in config.html_static_path]
    if any((folder.parent / CARD).exists() for folder in folders):
        config.ogp_image = address + CARD.as_posix()
        config.ogp_image_alt = config.project


def page_address(app: Sphinx, docname: str) -> str:
    """Return the address of a page; a relative one while the book has none."""
    home = app.config.book_address
    if docname == app.config.root_doc and home:
        return str(home)
    return f"{home}{app.builder.get_target_uri(docname)}"


def add_addresses(
    app: Sphinx,
    pagename: str,
    _template: str,
    context: dict[str, Any],
    _doctree: nodes.document | None,
) -> None:
    """Give a page its canonical address and what is shown of it where it is shared."""
    home = app.config.book_address
    if not home:
        return
    if pagename not in app.env.found_docs:
        # A canonical address asks to be listed, and these pages ask not to be.
        context["pageurl"] = None
    else:
        context["pageurl"] = page_address(app, pagename)
        description = app.env.metadata[pagename]["description"]
        context["meta"] = {
            **(context["meta"] or {}),
            "og:url": context["pageurl"],
            "og:description": html.escape(description),
        }
    if pagename == app.config.notfound_pagename:
        # It can stand at any depth.
        context["content_root"] = urlsplit(home).path


def sitemap(app: Sphinx) -> str:
    """Return the sitemap: each page of the book with the date of its last change."""
    root = ElementTree.Element("urlset", xmlns=NAMESPACE)
    for docname in sorted(app.env.found_docs):
        url = ElementTree.SubElement(root, "url")
        ElementTree.SubElement(url, "loc").text = page_address(app, docname)
        changed = last_change(app, docname)
        if changed:
            ElementTree.SubElement(url, "lastmod").text = changed.isoformat()
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def write_for_robots(app: Sphinx, exception: Exception | None) -> None:
    """Write the sitemap, and the file that points there.

    sphinx-sitemap would list the pages in the order in which they happened to be finished,
    made pages among them, and it leans on what Sphinx 11 drops.
    """
    address = app.config.book_address
    if exception or app.builder.name != "html" or not address:
        return
    write_text(Path(app.outdir, "sitemap.xml"), sitemap(app))
    robots = f"User-agent: *\nAllow: /\n\nSitemap: {address}sitemap.xml\n"
    write_text(Path(app.outdir, "robots.txt"), robots)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the two addresses and what depends on them."""
    app.add_config_value("book_address", "", "html", str)
    app.add_config_value("book_repository", "", "html", str)
    app.connect("config-inited", complete, priority=100)
    app.connect("config-inited", hand_over, priority=200)
    # Before the extensions look at the page.
    app.connect("html-page-context", add_addresses, priority=400)
    app.connect("build-finished", write_for_robots)
    if app.config.book_address:
        for extension in EXTENSIONS:
            app.setup_extension(extension)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
