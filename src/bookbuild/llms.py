"""``llms.txt``: the book's pages by part, with the question of each, for programs that read text.

The form is that of https://llmstxt.org: a title, a paragraph, lists of links.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.addnodes import toctree

from bookbuild.files import write_text
from bookbuild.published import page_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx


def parts(app: Sphinx) -> Iterator[tuple[str, list[str]]]:
    """Yield the captions of the book's table of contents, each with its pages."""
    for tree in app.env.get_doctree(app.config.root_doc).findall(toctree):
        yield tree["caption"] or app.config.project, tree["includefiles"]


def listing(app: Sphinx) -> str:
    """Return the text of ``llms.txt``."""
    metadata, root = app.env.metadata, app.config.root_doc
    lines = [
        f"# {app.config.project}",
        "",
        f"> {metadata[root]['description']}",
    ]
    for caption, pages in parts(app):
        lines += ["", f"## {caption}", ""]
        for page in pages:
            title = app.env.titles[page].astext()
            link = f"[{title}]({page_address(app, page)})"
            lines.append(f"- {link}: {metadata[page]['description']}")
    return "\n".join(lines) + "\n"


def write_listing(app: Sphinx, exception: Exception | None) -> None:
    """Write it beside the first page."""
    if exception is None and app.builder.name == "html":
        write_text(Path(app.outdir, "llms.txt"), listing(app))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the file."""
    app.connect("build-finished", write_listing)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
