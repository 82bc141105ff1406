"""What the site needs beyond Sphinx and its extensions: one module for each need.

It never imports the lessons' package: ``conf.py`` hands over what it must know.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

PARTS = (
    "access",
    "addresslist",
    "alone",
    "anchors",
    "benchmarks",
    "chain",
    "claims",
    "compiled",
    "counted",
    "descriptions",
    "download",
    "edition",
    "execution",
    "failure",
    "images",
    "launch",
    "lean",
    "lesson",
    "licences",
    "llms",
    "listing",
    "looks",
    "mathml",
    "memory",
    "modules",
    "moved",
    "navigation",
    "notebooks",
    "policy",
    "plan",
    "published",
    "question",
    "quoted",
    "remains",
    "report",
    "revision",
    "search",
    "slides",
    "solutions",
    "source",
    "tables",
    "terms",
    "unchanged",
    "units",
    "wheel",
    "widget",
)


def add_templates(_app: Sphinx, config: Config) -> None:
    """Let Sphinx find this package's own templates after the book's."""
    config.templates_path.append(str(Path(__file__).parent / "templates"))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register every part with Sphinx; all of them are safe in parallel."""
    for part in PARTS:
        # Only now: a build in which nothing has changed needs none of them (``__main__``).
        import_module(f"bookbuild.{part}").setup(app)
    app.connect("config-inited", add_templates)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
