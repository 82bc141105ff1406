"""A content security policy in every page: it runs no script but the site's own files.

A static host sends no headers, so the policy stands in the page itself, first in its head, and
holds from ``file://`` too. Whatever Sphinx or an extension has written as an HTML file gets it,
when all of them are written; so do files that other parts write before that.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.util import logging

from bookbuild.files import write_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        # Figures and tables carry styles of their own, and the theme's scripts set some.
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "media-src 'self' blob:",
        "base-uri 'none'",
        "form-action 'self'",
    )
)
LAST = 900
"""When pages are sealed: after every part that writes some at the end of a build."""

HEAD = re.compile(r"<head\b[^>]*>")
META = '<meta http-equiv="Content-Security-Policy" content="{}" />'
TAG = re.compile(r"<[a-z][^<>]*>")
INLINE = re.compile(
    # A block of data is no script.
    r"<script\b(?![^>]*\ssrc=)(?![^>]*\stype=[\"']?application/(?:ld\+)?json)"
)
HANDLER = re.compile(r"\s(on[a-z]+)=[\"']")
ADDRESS = re.compile(r"\s(?:href|src|action)=[\"']\s*javascript:")


def seal(html: str, policy: str = POLICY) -> str:
    """Return a page with the policy first in its head; one that has it, or no head, unchanged."""
    meta = META.format(policy)
    if meta in html:
        return html
    return HEAD.sub(lambda head: head[0] + meta, html, count=1)


def breaches(html: str) -> Iterator[str]:
    """Yield what a page holds and the policy will not run."""
    for tag in TAG.findall(html):
        if INLINE.match(tag):
            yield "a script that stands in the page itself"
        if handler := HANDLER.search(tag):
            yield f"the handler {handler[1]}"
        if ADDRESS.search(tag):
            yield "a script as an address"


def seal_site(app: Sphinx, exception: Exception | None) -> None:
    """Seal every page, and warn of scripts in pages, which would not run any more."""
    policy = app.config.book_policy
    if exception or not policy or app.builder.format != "html":
        return
    for path in sorted(Path(app.outdir).rglob("*.html")):
        html = path.read_text(encoding="utf-8")
        sealed = seal(html, policy)
        if sealed == html:
            continue
        written = path.stat().st_mtime_ns
        write_text(path, sealed)
        # Sphinx tells by its age whether a page must be written anew.
        os.utime(path, ns=(written, written))
        name = path.relative_to(app.outdir).as_posix()
        for breach in sorted(set(breaches(html))):
            logger.warning(
                "%s holds %s, and the policy will not run it: "
                "put it into a file of its own",
                name,
                breach,
            )


def gather_settings(
    app: Sphinx, _page: str, _template: str, context: dict[str, Any], _: Any
) -> None:
    """Put the settings that extensions write into a page as scripts into one file."""
    scripts = context["script_files"]
    bodies = [
        script.attributes["body"]
        for script in scripts
        if "body" in getattr(script, "attributes", {})
    ]
    if not app.config.book_policy or not bodies:
        return
    scripts[:] = [
        script
        for script in scripts
        if "body" not in getattr(script, "attributes", {})
    ]
    # Only the theme's switch between versions, which this site has not, asks for the page's name;
    # without it all pages share one file.
    shared = [
        body
        for body in bodies
        if not body.startswith("DOCUMENTATION_OPTIONS.pagename")
    ]
    text = "\n".join([*shared, ""])
    code = hashlib.sha256(text.encode()).hexdigest()[:8]
    name = f"settings-{code}.js"
    path = Path(app.outdir, "_static", name)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, text)
    # Later than Sphinx's own options, which some of them change; sooner than who reads them.
    app.add_js_file(name, priority=201)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register ``book_policy``: empty, it leaves the pages as they are."""
    app.add_config_value("book_policy", POLICY, "html", str)
    app.connect("html-page-context", gather_settings, priority=LAST)
    app.connect("build-finished", seal_site, priority=LAST)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
