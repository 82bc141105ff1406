"""Whatever the site and the package carry is somebody's, by a licence that goes along."""

from __future__ import annotations

import os
import re
import tomllib
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any

import outside
import pytest
from bs4 import BeautifulSoup
from conftest import ROOT
from sphinx.errors import ExtensionError

from bookbuild import licences, vendor

if TYPE_CHECKING:
    from collections.abc import Callable

SITE = ROOT / "_build" / "html"
LIST = ROOT / "licences.toml"
WORKS = licences.read(LIST)
COPIES = [work for work in WORKS if work.distribution]
ONE = """\
[[work]]
name = "Two Words"
licence = "MIT"
what = "an example"
text = "LICENSE"
site = ["_static/a.*"]
"""

every_copy = pytest.mark.parametrize(
    "work", COPIES, ids=[work.name for work in COPIES]
)


@pytest.fixture(scope="module")
def shipped() -> list[str]:
    """Return the files of the built book, from its top."""
    if not (SITE / "index.html").exists():
        if os.environ.get("CI"):
            pytest.fail("the book is not built: run nox -s book first")
        pytest.skip("the book is not built: run nox -s book first")
    paths = [path for path in SITE.rglob("*") if path.is_file()]
    return [path.relative_to(SITE).as_posix() for path in paths]


def test_every_file_of_the_site_is_somebody_s(shipped: list[str]) -> None:
    notes = (
        ".buildinfo",
        ".bak",
        ".map",
    )  # of Sphinx, and left out of the archive
    files = [path for path in shipped if not path.endswith(notes)]
    assert licences.unaccounted(WORKS, files) == [], (
        "list them in licences.toml"
    )
    assert len(files) > 100


def test_a_file_more_is_nobody_s() -> None:
    assert licences.unaccounted(WORKS, ["_static/new.js", "index.html"]) == [
        "_static/new.js"
    ]


def test_every_licence_goes_along_with_the_site(shipped: list[str]) -> None:
    for work in WORKS:
        path = f"{licences.FOLDER}/{work.file}"
        assert path in shipped
        assert (SITE / path).read_text(encoding="utf-8") == licences.text_of(
            work, ROOT
        )


@every_copy
def test_a_copied_file_is_the_package_s_own(
    work: licences.Work, shipped: list[str]
) -> None:
    package = distribution(work.distribution)
    theirs = {
        data.read_bytes()
        for path in package.files or ()
        if (data := Path(str(path.locate()))).is_file()
    }
    changed = [
        path
        for path in shipped
        if licences.has(work.site, path)
        and (SITE / path).read_bytes() not in theirs
    ]
    assert changed == []


@every_copy
def test_no_pattern_is_left_of_a_file_that_has_gone(
    work: licences.Work, shipped: list[str]
) -> None:
    idle = [
        pattern
        for pattern in (*work.site, *work.made)
        if not any(licences.has([pattern], path) for path in shipped)
    ]
    assert idle == []


@pytest.mark.parametrize(
    "work",
    [work for work in WORKS if work.version and work.site],
    ids=lambda work: work.name,
)
def test_a_version_that_is_written_down_is_what_a_file_says(
    work: licences.Work, shipped: list[str]
) -> None:
    said = re.compile(
        rf"{re.escape(work.name)}\s+v?{re.escape(work.version)}\b"
    )
    files = [path for path in shipped if licences.has(work.site, path)]
    assert any(said.search((SITE / p).read_text("utf-8")) for p in files)


def test_the_package_names_the_licences_of_all_that_it_carries() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project: dict[str, Any] = tomllib.loads(text)["project"]
    carried = [work for work in WORKS if work.package]
    assert {*project["license"].split(" AND ")} == {w.licence for w in carried}
    assert {*project["license-files"]} == {work.text for work in carried}


def test_every_file_of_the_package_is_somebody_s() -> None:
    patterns = [pattern for work in WORKS for pattern in work.package]
    files = outside.sources(ROOT)
    assert [path for path in files if not licences.has(patterns, path)] == []


def test_every_licence_that_is_kept_here_is_a_work_s() -> None:
    kept = {each.path for each in vendor.read(ROOT)}
    used = {work.text for work in WORKS if work.text.startswith("licences/")}
    assert used == {path for path in kept if path.startswith("licences/")}


@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.name)
def test_a_licence_s_text_is_that_of_the_licence(work: licences.Work) -> None:
    words = {
        "MIT": "Permission is hereby granted, free of charge",
        "BSD-2-Clause": "Redistributions in binary form must reproduce",
        "BSD-3-Clause": "endorse or promote products",
        "CC-BY-4.0": "licenses/by/4.0/",
        "CC-BY-SA-3.0": "licenses/by-sa/3.0/",
    }
    text = " ".join(licences.text_of(work, ROOT).replace(">", "").split())
    assert words[work.licence] in text


def test_the_page_lists_every_work_with_its_version(
    shipped: list[str],
) -> None:
    html = (SITE / "reference" / "licences.html").read_text(encoding="utf-8")
    table = BeautifulSoup(html, "html.parser").select_one("table.licences")
    assert table is not None
    for column in table.select(".column-name"):
        column.decompose()
    rows = [
        [cell.get_text(strip=True) for cell in row.select("td")]
        for row in table.select("tbody tr")
    ]
    assert rows == [
        [w.name, licences.version_of(w), w.licence, w.what, w.shipped]
        for w in WORKS
    ]
    links = [str(a["href"]) for a in table.select("a[href^='../']")]
    assert {link.removeprefix("../") for link in links} <= {*shipped}
    assert len(links) == len(WORKS)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('licence = "MIT"\n', ""), r"Two Words: .*'licence'"),
        (("what", "why"), r"Two Words: .*'why'"),
        (('site = ["_static/a.*"]', "site = []"), "Two Words: name its files"),
    ],
)
def test_an_entry_that_is_not_whole_is_named(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    path = tmp_path / "licences.toml"
    path.write_text(ONE.replace(*change), encoding="utf-8")
    with pytest.raises(ExtensionError, match=rf"^licences\.toml, {said}"):
        licences.read(path)


def test_a_package_that_has_gone_is_named() -> None:
    gone = licences.Work("X", "MIT", "an example", distribution="no-such-one")
    with pytest.raises(ExtensionError, match="not installed: take no-such-one"):
        licences.version_of(gone)


def test_a_package_without_a_licence_s_text_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bare = licences.Work("X", "MIT", "an example", distribution="sphinx")
    monkeypatch.setattr(licences, "TEXT", re.compile("nothing"))
    with pytest.raises(ExtensionError, match="sphinx has no text"):
        licences.text_of(bare, tmp_path)


def test_a_small_book_ships_what_its_list_names(
    tmp_path: Path, render: Callable[..., Any]
) -> None:
    path = tmp_path / "licences.toml"
    path.write_text(ONE, encoding="utf-8")
    (tmp_path / "LICENSE").write_text("Do it.", encoding="utf-8")
    page = "# Deep\n\n```{licences}\n```\n"
    index = "# A book\n\n```{toctree}\nin/page\n```\n"
    built = render(index, {"in/page.md": page}, book_licences=str(path))
    link = built.page("in/page").select_one("td a")
    assert link["href"] == "../_static/licences/two-words.txt"
    text = built.folder / "_static" / "licences" / "two-words.txt"
    assert text.read_text(encoding="utf-8") == "Do it."
    assert built.warnings == ""
