"""The note on every page that ran on the packaged sample instead of the full data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx import addnodes

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SAMPLE_NOTICE = (
    "This build did not have the full MNIST data, so this page ran on the sample of 5,000 "
    "digits that comes with the book. Its results are real, but not those of the full data. "
)


def notice(docname: str) -> nodes.admonition:
    """Return the admonition, with its link to the section that tells how to get the data."""
    link = addnodes.pending_xref(
        "",
        nodes.inline(text="How to get the full edition"),
        refdomain="std",
        reftype="ref",
        reftarget="setup-data",
        refdoc=docname,
        refexplicit=True,
        refwarn=True,
    )
    paragraph = nodes.paragraph(
        "", "", nodes.Text(SAMPLE_NOTICE), link, nodes.Text(".")
    )
    title = nodes.title(text="Sample edition")
    return nodes.admonition(
        "", title, paragraph, classes=["warning", "sample-edition"]
    )


def add_notice(app: Sphinx, doctree: nodes.document) -> None:
    """Put the note under the title of a page whose front matter says ``data: mnist``."""
    docname = app.env.docname
    uses_data = app.env.metadata[docname].get("data") == "mnist"
    if app.config.book_edition == "sample" and uses_data:
        title = next(doctree.findall(nodes.title))
        title.parent.insert(title.parent.index(title) + 1, notice(docname))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the setting ``book_edition`` and the note."""
    app.add_config_value("book_edition", "full", "env", str)
    app.connect("doctree-read", add_notice)
    return {"parallel_read_safe": True}
