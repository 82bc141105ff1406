"""What the site needs beyond Sphinx and its extensions: one module for each need.

It never imports the lessons' package: ``conf.py`` hands over what it must know.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

PARTS = (
    "access",
    "addresslist",
    "alone",
    "anchors",
    "benchmarks",
    "chain",
    "claims",
    "descriptions",
    "download",
    "edition",
    "execution",
    "failure",
    "images",
    "lean",
    "lesson",
    "llms",
    "listing",
    "mathml",
    "memory",
    "modules",
    "moved",
    "navigation",
    "policy",
    "plan",
    "published",
    "question",
    "report",
    "revision",
    "search",
    "source",
    "terms",
    "unchanged",
    "widget",
)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register every part with Sphinx; all of them are safe in parallel."""
    for part in PARTS:
        # Only now: a build in which nothing has changed needs none of them (``__main__``).
        import_module(f"bookbuild.{part}").setup(app)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
