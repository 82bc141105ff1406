"""Some pages built alone: to repeat what failed, or to see an edit soon."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

MISSING = ("ref", "toc", "myst.xref_missing", "bibtex", "book.plan")
"""The warnings that pages give when what they lead to is left out."""


def page_name(said: str) -> str:
    """Return the name of a page that is called by it, or by its file."""
    return said.removeprefix("book/").removesuffix(".md")


def leave_out(app: Sphinx, config: Config) -> None:
    """Read no other pages than those that ``book_only`` names, and those that words link to.

    Raises
    ------
    SystemExit
        Where there is no page of a name: with one line that helps.
    """
    wanted = [page_name(said) for said in config.book_only]
    for page in wanted:
        if not Path(app.srcdir, f"{page}.md").is_file():
            sys.exit(
                f"There is no page {page!r}. Name one as book/ has it, such as theory/predictor."
            )
    if wanted:
        shared = [config.book_glossary, config.book_notation]
        changes = {
            "root_doc": wanted[0],
            "include_patterns": [f"{page}.*" for page in [*wanted, *shared]],
            "suppress_warnings": [*config.suppress_warnings, *MISSING],
            "nitpicky": False,
        }
        for name, value in changes.items():
            setattr(config, name, value)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register ``book_only``: empty, all pages are built."""
    app.add_config_value("book_only", [], "env", list)
    app.connect("config-inited", leave_out)
    return {"parallel_read_safe": True}
