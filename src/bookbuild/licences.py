"""What the site and the package ship, under which licence, with the licences' texts beside it.

``book_licences`` names the list, a file of TOML with a ``[[work]]`` for each thing that is
somebody's: its name, its licence, and the files that are it or hold some of it. ``{licences}``
shows it on a page, with the versions that this build has used. Each work's licence goes along
with the site, as most licences ask: into ``_static/licences``.
"""

from __future__ import annotations

import re
import tomllib
from fnmatch import fnmatchcase
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from bookbuild.files import write_text
from bookbuild.tables import folding_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sphinx.application import Sphinx

FOLDER = "_static/licences"
TEXT = re.compile(r"(?:LICEN[CS]E|COPYING)(?:\.\w+)?")
HEADINGS = ("Work", "Version", "Licence", "What it is here", "Shipped in")
WIDTHS = (20, 10, 15, 40, 15)


class Work(NamedTuple):
    """Something that is shipped and somebody's.

    Parameters
    ----------
    name, licence, what : str
        What it is called, the SPDX identifier of its licence, and what it does here.
    address : str
        Where it comes from; empty for our own.
    distribution : str
        The Python package that it is, whose version and licence are taken.
    text_of : str
        Another Python package that has the same licence's text.
    text : str
        Or where its text lies, from the list's folder.
    version : str
        Its version where no distribution has it; empty where none is known.
    site, made, package : tuple of str
        Patterns of its files: copied into the site, made for the site, and in the package.
    """

    name: str
    licence: str
    what: str
    address: str = ""
    distribution: str = ""
    text_of: str = ""
    text: str = ""
    version: str = ""
    site: tuple[str, ...] = ()
    made: tuple[str, ...] = ()
    package: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """Return the name of its licence's file in the site."""
        return re.sub(r"\W+", "-", self.name.lower()).strip("-") + ".txt"

    @property
    def shipped(self) -> str:
        """Return where it is shipped."""
        places = (("site", self.site or self.made), ("package", self.package))
        return ", ".join(name for name, patterns in places if patterns)


def read(path: Path) -> list[Work]:
    """Return what a list holds.

    Raises
    ------
    ExtensionError
        Where an entry lacks something, or has what no entry has.
    """
    works = []
    for entry in tomllib.loads(path.read_text(encoding="utf-8"))["work"]:
        fields: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in entry.items()
        }
        try:
            work = Work(**fields)
        except TypeError as error:
            name = entry.get("name", "a work")
            raise ExtensionError(f"{path.name}, {name}: {error}") from None
        if not work.shipped:
            raise ExtensionError(f"{path.name}, {work.name}: name its files")
        works.append(work)
    return works


def has(patterns: Iterable[str], path: str) -> bool:
    """Return whether a path is one of those that patterns stand for."""
    return any(fnmatchcase(path, pattern) for pattern in patterns)


def unaccounted(works: Iterable[Work], paths: Iterable[str]) -> list[str]:
    """Return the files of a site that are no work's."""
    patterns = [each for work in works for each in (*work.site, *work.made)]
    return sorted(path for path in paths if not has(patterns, path))


def version_of(work: Work) -> str:
    """Return a work's version: that of its distribution, or what the list says.

    Raises
    ------
    ExtensionError
        Where its distribution is not installed.
    """
    if not work.distribution:
        return work.version
    try:
        return distribution(work.distribution).version
    except PackageNotFoundError:
        raise ExtensionError(
            f"{work.name} is listed with its licence, and not installed: "
            f"take {work.distribution} out of the list of licences"
        ) from None


def text_of(work: Work, folder: Path) -> str:
    """Return the text of a work's licence.

    Raises
    ------
    ExtensionError
        Where there is none.
    """
    if work.text:
        return (folder / work.text).read_text(encoding="utf-8")
    package = work.distribution or work.text_of
    for path in distribution(package).files or ():
        if TEXT.fullmatch(path.name) and ".dist-info" in path.parts[0]:
            return Path(str(path.locate())).read_text(encoding="utf-8")
    raise ExtensionError(
        f"{work.name}: the package {package} has no text of its licence; "
        "put it beside the list of licences, and name it there as text"
    )


def rows(works: Iterable[Work], up: str) -> Iterator[list[list[nodes.Node]]]:
    """Yield the cells of each row; ``up`` leads from the table's page to the site's top."""
    for work in works:
        name: nodes.Node = nodes.Text(work.name)
        if work.address:
            name = nodes.reference("", work.name, refuri=work.address)
        licence = nodes.reference(
            "", work.licence, refuri=f"{up}{FOLDER}/{work.file}"
        )
        rest = (version_of(work), work.what, work.shipped)
        version, what, shipped = ([nodes.Text(each)] for each in rest)
        yield [[name], [*version], [licence], [*what], [*shipped]]


class LicencesDirective(SphinxDirective):
    """``{licences}``, without a content."""

    def run(self) -> list[nodes.Node]:
        """Return the table of works."""
        if not self.config.book_licences:
            raise self.error("set book_licences to the list of licences")
        path = Path(self.config.book_licences)
        self.env.note_dependency(path)
        up = "../" * self.env.docname.count("/")
        cells = rows(read(path), up)
        return [folding_table(HEADINGS, cells, "licences", WIDTHS)]


def ship_texts(app: Sphinx, exception: Exception | None) -> None:
    """Put every licence's text into a finished site."""
    if (
        exception
        or app.builder.format != "html"
        or not app.config.book_licences
    ):
        return
    path = Path(app.config.book_licences)
    for work in read(path):
        text = text_of(work, path.parent)
        write_text(Path(app.outdir, FOLDER, work.file), text)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register ``book_licences``, empty where there is no list, the directive and the texts."""
    app.add_config_value("book_licences", "", "env", str)
    app.add_directive("licences", LicencesDirective)
    app.connect("build-finished", ship_texts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
