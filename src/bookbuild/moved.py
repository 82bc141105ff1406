"""What keeps an old address leading to what stood there: a page or a part of one that has moved.

``redirects.txt`` beside the pages lists them (see `bookbuild.addresses`). In the place of a page
comes one that leads on, made by sphinxext-rediraffe. On a page that has lost a part a line with
the old label stays, at its end, and says where the part is.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.errors import ConfigError

from bookbuild.addresses import (
    REDIRECTS,
    Address,
    follow,
    read_redirects,
)

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

TEMPLATE = Path(__file__).parent / "templates" / "moved.html"

RECORD = "_rediraffe_redirected.json"
"""Where rediraffe notes what it has made."""


def read(app: Sphinx, config: Config) -> None:
    """Take the redirects from their file, and hand those of whole pages to rediraffe.

    Raises
    ------
    ConfigError
        Where a line of the file cannot be read.
    """
    path = Path(app.srcdir, REDIRECTS)
    try:
        if path.exists():
            found = read_redirects(path.read_text("utf-8"))
            config["book_redirects"] = {
                str(k): str(v) for k, v in found.items()
            }
        found = redirects(config)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    pages = {old.page: new.page for old, new in found.items() if not old.label}
    config["rediraffe_redirects"] = pages
    config["rediraffe_template"] = str(TEMPLATE)


def redirects(config: Config) -> dict[Address, Address]:
    """Return where addresses have gone to."""
    lines = (f"{old} {new}" for old, new in config.book_redirects.items())
    return read_redirects("\n".join(lines))


def add_notes(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Say at the end of a page where each part that has left it is now."""
    found = redirects(app.config)
    for old in found:
        if old.label and old.page == docname:
            new = follow(old, found)
            link = nodes.reference(
                "",
                app.env.titles[new.page].astext(),
                internal=True,
                refuri=app.builder.get_relative_uri(docname, new.page)
                + f"#{new.label}",
            )
            note = nodes.paragraph("", "This part is now on the page ", link)
            note += nodes.Text(".")
            note["ids"], note["classes"] = [old.label], ["moved"]
            next(doctree.findall(nodes.section)).append(note)


def remove_remains(app: Sphinx, exception: Exception | None) -> None:
    """Take away the file that an earlier build made of a page that has moved since."""
    for old in [] if exception else app.config.rediraffe_redirects:
        if old not in app.env.found_docs:
            Path(app.outdir, f"{old}.html").unlink(missing_ok=True)


def remove_record(app: Sphinx, _exception: Exception | None) -> None:
    """Take away rediraffe's note of what it made, which is no part of the site."""
    Path(app.outdir, RECORD).unlink(missing_ok=True)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register ``book_redirects``, which the file gives where there is one, and rediraffe."""
    app.add_config_value("book_redirects", {}, "env", dict)
    app.setup_extension("sphinxext.rediraffe")
    app.connect("config-inited", read, priority=100)
    app.connect("doctree-resolved", add_notes)
    app.connect("build-finished", remove_remains, priority=100)
    app.connect("build-finished", remove_record, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
