"""``llms.txt``: the book's pages by part, with the question of each, for programs that read text.

The form is that of https://llmstxt.org: a title, a paragraph, lists of links.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bookbuild.files import write_text
from bookbuild.navigation import read_parts
from bookbuild.published import page_address

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def listing(app: Sphinx) -> str:
    """Return the text of ``llms.txt``."""
    metadata, root = app.env.metadata, app.config.root_doc
    lines = [
        f"# {app.config.project}",
        "",
        f"> {metadata[root]['description']}",
    ]
    for part in read_parts(app.env):
        lines += ["", f"## {part.title}", ""]
        for page in part.pages:
            link = f"[{page.title}]({page_address(app, page.name)})"
            lines.append(f"- {link}: {metadata[page.name]['description']}")
    return "\n".join(lines) + "\n"


def write_listing(app: Sphinx, exception: Exception | None) -> None:
    """Write it beside the first page."""
    if exception is None and app.builder.name == "html":
        write_text(Path(app.outdir, "llms.txt"), listing(app))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the file."""
    app.connect("build-finished", write_listing)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
