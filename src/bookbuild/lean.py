"""What a page need not carry: the theme's thousands of icons, and a request for every style sheet.

All style sheets of a page go into one, without the theme's icon font; the icons in use are drawn
in ``icons.css``, and a page that asks for another one ends the build, since nothing would show
there. Scripts wait until the page is there.
"""

from __future__ import annotations

import hashlib
import re
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.errors import ExtensionError
from sphinx.util.fileutil import copy_asset
from sphinx.util.matching import Matcher

from bookbuild import files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sphinx.application import Sphinx

OWN = "icons.css"
"""Where this sheet is among a page's, the theme's icons are not needed."""

FIRST = ("basic.css", "styles/pydata-sphinx-theme.css")
"""Sheets that the theme's template would load before all others."""

BUNDLE = "bundle.css"

UNUSED = Matcher(
    [
        "**/.*",  # Sphinx copies none of these
        "**/images/logo_*",  # of the launch buttons
        "**/locales",
        "**/scripts/*.map",
        "**/scripts/fontawesome*",
        "**/styles/*.map",
        "**/vendor/fontawesome",
        "**/*webpack-macros.html",
    ]
)
"""What the theme would put into ``_static`` and no page of this book asks for."""

FONT = re.compile(r"@font-face\s*\{[^}]*\}")
LETTER = re.compile(r"(?:\.fa-[\w-]+(?:::?before)?,?)+\{--fa:[^}]*\}")
ASKED = re.compile(r"url\(\s*['\"]?(?!data:|#)([^)'\"]+)")
ICON = re.compile(r'<(?:i|span) class="[^"]*\bfa(?:s|-solid)\b[^"]*"')
NAME = re.compile(r"\bfa-[a-z-]+\b")
LOOKS = {"fa-solid", "fa-fw", "fa-lg"}


def icons(text: str) -> set[str]:
    """Return the names of the icons that a page, or a style sheet, speaks of."""
    return set(NAME.findall(text)) - LOOKS


def icons_on_page(html: str) -> set[str]:
    """Return the names of the icons that a page shows."""
    return icons(" ".join(ICON.findall(html)))


def without_font(css: str) -> str:
    """Return a style sheet without the icon font and its letters."""
    return LETTER.sub("", FONT.sub("", css))


def bundle(static: Path, names: Iterable[str]) -> str:
    """Return style sheets of ``_static`` as one, in their order.

    Raises
    ------
    ExtensionError
        Where a sheet in a folder asks for a file beside it, which would be looked for elsewhere.
    """
    texts = []
    for name in names:
        css = without_font((static / name).read_text(encoding="utf-8"))
        asked = ASKED.search(css)
        if asked and "/" in name:
            raise ExtensionError(f"{name} asks for {asked[1]}: copy it, too")
        texts.append(css)
    return "\n".join(texts)


def sheets(files: Iterable[Any]) -> list[str]:
    """Return the names of a page's style sheets, those of the theme's template first."""
    named = [
        str(file.filename).removeprefix("_static/")
        for file in files
        if file.attributes.get("rel") == "stylesheet"
    ]
    return [*FIRST, *named]


def mark(app: Sphinx, names: Iterable[str]) -> str:
    """Return a short code that changes with the sheets of the book and of its packages."""
    digest = hashlib.sha256(
        repr((version("pydata-sphinx-theme"), *names)).encode()
    )
    for folder in app.config.html_static_path:
        for name in names:
            own = Path(app.confdir, folder, name)
            digest.update(own.read_bytes() if own.exists() else b"")
    return digest.hexdigest()[:8]


def load_less(
    app: Sphinx,
    _name: str,
    _template: str,
    context: dict[str, Any],
    _doctree: Any,
) -> None:
    """Give a page one style sheet, and have its scripts wait for the page."""
    names = sheets(context["css_files"])
    if OWN not in names:
        return  # a small book of a test, in the theme's own look
    context["book_bundle"] = f"{BUNDLE}?v={mark(app, names)}"
    for script in context["script_files"]:
        script.attributes.setdefault("defer", "defer")


def pages(app: Sphinx) -> Iterator[Path]:
    """Yield the files of the book's pages."""
    for name in app.env.found_docs:
        page = Path(app.builder.get_outfilename(name))  # type: ignore[attr-defined]
        if page.exists():
            yield page


def slim(app: Sphinx, exception: Exception | None) -> None:
    """Write the one style sheet.

    Raises
    ------
    ExtensionError
        Where a page shows an icon that the book has not drawn.
    """
    static = Path(app.outdir, "_static")
    sheet = static / OWN
    if exception or app.builder.format != "html":
        return
    names = sheets(app.builder._css_files)  # type: ignore[attr-defined]
    if OWN not in names:
        return  # a small book of a test, in the theme's own look
    drawn = icons(sheet.read_text(encoding="utf-8"))
    for page in pages(app):
        missing = icons_on_page(page.read_text(encoding="utf-8")) - drawn
        if missing:
            raise ExtensionError(
                f"{page.name} shows the icon {min(missing)}: "
                f"draw it in book/_static/{OWN}"
            )
    css = bundle(static, names)
    files.write_text(static / BUNDLE, css)


def copy_theme(builder: StandaloneHTMLBuilder, context: dict[str, Any]) -> None:
    """Copy those of the theme's files that pages ask for, as Sphinx copies them all."""
    for folder in reversed(builder.theme.get_theme_dirs()):
        copy_asset(
            Path(folder, "static"),
            builder._static_dir,
            excluded=UNUSED,
            context=context,
            renderer=builder.templates,
            force=True,
        )


def copy_less(app: Sphinx) -> None:
    """Have the builder leave in the theme what no page asks for."""
    builder = app.builder
    if isinstance(builder, StandaloneHTMLBuilder) and OWN in sheets(
        builder._css_files
    ):
        # Extensions know the builder by its class, so one of our own would not do.
        builder.copy_theme_static_files = partial(copy_theme, builder)  # type: ignore[method-assign]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the copying, and the bundle after all that add style sheets or scripts."""
    app.connect("builder-inited", copy_less)
    app.connect("html-page-context", load_less, priority=950)
    # The theme puts its colours of code into their sheet at the build's end, too.
    app.connect("build-finished", slim, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
