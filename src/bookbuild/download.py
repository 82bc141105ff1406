"""The whole site as one file, for a classroom that is offline.

``book_download`` names the archive, which lies beside the first page. On a page the role
``{download-book}`` makes a link to it:

.. code-block:: markdown

    {download-book}`Download the whole book`

Unpacked, the book needs no server. The same pages make the same archive, byte for byte, wherever
and whenever it is made.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.errors import ConfigError
from sphinx.util.docutils import SphinxRole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.writers.html5 import HTML5Translator

LAST = 950
"""When the archive is made: after all other parts have written what they write."""
LEFT_OUT = (".buildinfo", ".buildinfo.bak", ".map", ".part")
"""Ends of files that no page asks for: Sphinx's notes, the scripts' originals, and an archive
whose maker was stopped."""
LINK = re.compile(r'<a class="download-book"[^>]*>(.*?)</a>', re.DOTALL)
EPOCH = (1980, 1, 1, 0, 0, 0)
READABLE = 0o644 << 16


class download_book(nodes.General, nodes.TextElement):  # noqa: N801 (docutils names nodes so)
    """A link to the archive."""


class DownloadRole(SphinxRole):
    """``{download-book}`` with the text of the link."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link."""
        return [download_book(self.rawtext, self.text)], []


def visit_link(self: HTML5Translator, node: download_book) -> None:
    """Write the link; where no archive is made, its text alone."""
    name = self.config.book_download
    text = self.encode(node.astext())
    if name:
        up = "../" * self.builder.current_docname.count("/")
        address = self.attval(up + name)
        text = f'<a class="download-book" href="{address}" download>{text}</a>'
    self.body.append(text)
    raise nodes.SkipNode


def check(_app: Sphinx, config: Config) -> None:
    """Check the archive's name.

    Raises
    ------
    ConfigError
        Where it is not the name of a zip file.
    """
    name = config.book_download
    if name and not re.fullmatch(r"[\w-]+\.zip", name):
        raise ConfigError(
            f"book_download is a file's name such as book.zip, or empty: {name}"
        )


def unlinked(page: bytes) -> bytes:
    """Return a page of the archive: it names the archive without a link to it."""
    text = page.decode("utf-8")
    return LINK.sub(r"<span>\1</span>", text).encode()


def contents(site: Path, name: str) -> dict[str, bytes]:
    """Return what the archive of that name holds: the files by their path in it, in order."""
    files = {
        path.relative_to(site).as_posix(): path
        for path in site.rglob("*")
        if path.is_file() and not path.name.endswith((*LEFT_OUT, ".zip"))
    }
    folder = name.removesuffix(".zip")
    return {
        f"{folder}/{inside}": unlinked(path.read_bytes())
        if path.suffix == ".html"
        else path.read_bytes()
        for inside, path in sorted(files.items())
    }


def digest(files: Mapping[str, bytes]) -> bytes:
    """Return what tells these files from any others."""
    total = hashlib.sha256()
    for name, data in files.items():
        total.update(f"{name}\0{len(data)}\0".encode() + data)
    return total.hexdigest().encode()


def is_whole(archive: zipfile.ZipFile) -> bool:
    """Return whether every file in an archive can be read, and is as it was packed."""
    try:
        return archive.testzip() is None
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError):
        return False


def is_current(archive: Path, code: bytes) -> bool:
    """Return whether there is an archive, and it holds the files with that digest."""
    if not zipfile.is_zipfile(archive):
        return False
    with zipfile.ZipFile(archive) as present:
        return present.comment == code and is_whole(present)


def pack(archive: Path, files: Mapping[str, bytes]) -> None:
    """Write an archive of files, whole or not at all; one that holds them already stays."""
    code = digest(files)
    if is_current(archive, code):
        return
    part = archive.with_name(f"{archive.name}.part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.comment = code
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = READABLE
            entry.create_system = 3  # else the system that packs it would show
            packed.writestr(entry, data)
    part.replace(archive)


def pack_site(app: Sphinx, exception: Exception | None) -> None:
    """Put the archive of a finished site beside its first page."""
    name = app.config.book_download
    if exception is None and name and app.builder.format == "html":
        site = Path(app.outdir)
        pack(site / name, contents(site, name))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register ``book_download``, which is empty where no archive is wanted, and the role."""
    app.add_config_value("book_download", "", "html", str)
    app.add_node(download_book, html=(visit_link, None))
    app.add_role("download-book", DownloadRole())
    app.connect("config-inited", check)
    app.connect("build-finished", pack_site, priority=LAST)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
