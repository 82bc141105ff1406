"""The whole book as one file: the same bytes for the same pages, and whole or not at all."""

from __future__ import annotations

import os
import zipfile
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from sphinx.errors import ConfigError

from bookbuild import download

if TYPE_CHECKING:
    from pathlib import Path

NAME = "a-book.zip"
LINK = '<a class="download-book" href="a-book.zip" download>All of it</a>'


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "html"
    (folder / "part").mkdir(parents=True)
    (folder / "index.html").write_text(f"<p>{LINK}</p>", encoding="utf-8")
    (folder / "part" / "one.js").write_bytes(b"one\r\n")
    (folder / ".buildinfo").write_text("of Sphinx", encoding="utf-8")
    (folder / "part" / "one.js.map").write_text("{}", encoding="utf-8")
    (folder / "older.zip").write_bytes(b"PK")
    return folder


def pack(site: Path) -> Path:
    download.pack(site / NAME, download.contents(site, NAME))
    return site / NAME


def test_it_holds_the_site_in_one_folder_and_no_archive(site: Path) -> None:
    with zipfile.ZipFile(pack(site)) as packed:
        names = packed.namelist()
        assert packed.read("a-book/part/one.js") == b"one\r\n"
    assert names == ["a-book/index.html", "a-book/part/one.js"]


def test_its_pages_name_it_without_a_link(site: Path) -> None:
    with zipfile.ZipFile(pack(site)) as packed:
        page = packed.read("a-book/index.html").decode()
    assert page == "<p><span>All of it</span></p>"


def test_the_same_pages_give_the_same_bytes_whenever_they_were_written(
    site: Path,
) -> None:
    first = pack(site).read_bytes()
    (site / NAME).unlink()
    os.utime(site / "index.html", (1, 1))
    assert pack(site).read_bytes() == first


def test_it_is_not_packed_again_while_nothing_changed(site: Path) -> None:
    os.utime(pack(site), (1, 1))
    assert pack(site).stat().st_mtime == 1
    (site / "part" / "one.js").write_bytes(b"two")
    assert pack(site).stat().st_mtime > 1


@pytest.mark.parametrize("broken", [b"", b"no archive"])
def test_a_broken_one_is_packed_again(site: Path, broken: bytes) -> None:
    good = pack(site).read_bytes()
    (site / NAME).write_bytes(broken)
    assert pack(site).read_bytes() == good


def test_one_in_which_a_bit_was_flipped_is_packed_again(site: Path) -> None:
    good = pack(site).read_bytes()
    with zipfile.ZipFile(pack(site)) as packed:
        first, second, *_ = packed.infolist()
    # The last byte of the first file's content.
    place = second.header_offset - 1
    assert first.header_offset < place
    flipped = bytes([good[place] ^ 1])
    pack(site).write_bytes(good[:place] + flipped + good[place + 1 :])
    assert pack(site).read_bytes() == good


def test_nothing_but_the_archive_is_left_behind(site: Path) -> None:
    before = {*site.rglob("*")}
    assert {pack(site)} == {*site.rglob("*")} - before


@pytest.mark.parametrize("name", ["book", "a/b.zip", "../b.zip", "a b.zip"])
def test_a_name_that_is_no_archive_s_stops_the_build(name: str) -> None:
    config: Any = SimpleNamespace(book_download=name)
    with pytest.raises(ConfigError, match="book_download"):
        download.check(config, config)
