"""Pages of source code as fresh as the others.

``sphinx.ext.viewcode`` writes such a page anew when its module has changed, and not when the
templates or the settings have, as Sphinx does with every other page.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def drop_stale_pages(app: Sphinx) -> list[tuple[str, dict[str, Any], str]]:
    """Remove the pages of source code that are older than every page of words; add none.

    Python's own built-ins have no source to show: the list of modules must not link to one.
    """
    getattr(app.env, "_viewcode_modules", {}).pop("builtins", None)
    words = [Path(app.builder.get_outfilename(n)) for n in app.env.found_docs]  # type: ignore[attr-defined]
    oldest = min(path.stat().st_mtime_ns for path in words if path.exists())
    for page in Path(app.outdir, "_modules").rglob("*.html"):
        if page.stat().st_mtime_ns < oldest:
            page.unlink()
    return []


def setup(app: Sphinx) -> dict[str, Any]:
    """Look at these pages before viewcode does."""
    app.connect("html-collect-pages", drop_stale_pages, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
