"""What an earlier build has left and this one would not make: pages that are gone by now.

Sphinx writes pages and never takes one away. The old page of a lesson that was renamed would still
open, be packed into the archive, and hide that something leads there.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bookbuild.slides import SUFFIX
from bookbuild.wheel import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx


class Site:
    """The pages that one build of the site has."""

    def __init__(self) -> None:
        self._written: set[str] = set()

    def note(self, _app: Sphinx, name: str, *_: object) -> None:
        """Note a page that is written, such as the search: Sphinx alone knows of it."""
        self._written.add(name)

    def pages(self, app: Sphinx) -> set[str]:
        """Return the names of all pages: the book's, those of source code, and redirects."""
        modules = getattr(app.env, "_viewcode_modules", {})
        sources = (f"_modules/{name.replace('.', '/')}" for name in modules)
        moved = app.config.rediraffe_redirects
        return {*self._written, *app.env.found_docs, *sources, *moved}

    def remains(self, app: Sphinx) -> Iterator[Path]:
        """Yield the files of pages that are gone: the page, its slides, and its notebook."""
        site, pages = Path(app.outdir), self.pages(app)
        for path in site.rglob("*.html"):
            name = path.relative_to(site).as_posix().removesuffix(".html")
            if name.removesuffix(SUFFIX) not in pages:
                yield path
        for path in (site / FOLDER).rglob("*.ipynb"):
            name = path.relative_to(site / FOLDER).as_posix()
            if name.removesuffix(".ipynb") not in app.env.found_docs:
                yield path

    def clear(self, app: Sphinx, exception: Exception | None) -> None:
        """Take them away."""
        if exception is None and app.builder.name == "html":
            for path in list(self.remains(app)):
                path.unlink()


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the clearing, before the site is packed."""
    site = Site()
    app.connect("html-page-context", site.note)
    app.connect("build-finished", site.clear, priority=700)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
