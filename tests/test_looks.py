"""Where a style sheet, a script, a template or a package changes, all pages are written anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from conftest import Checkout

from bookbuild import fingerprint, looks

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("look.css", "deep/act.js"):
        path = tmp_path / "static" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    return tmp_path / "static"


@pytest.mark.parametrize(
    "change", ["nothing", "a file", "a new file", "a name", "a package"]
)
def test_the_key_changes_with(
    folder: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = looks.key_of_looks([folder])
    if change == "a file":
        (folder / "deep" / "act.js").write_text("other", encoding="utf-8")
    elif change == "a new file":
        (folder / "more.css").write_text("", encoding="utf-8")
    elif change == "a name":
        (folder / "look.css").rename(folder / "book.css")
    elif change == "a package":
        monkeypatch.setattr(fingerprint, "installed", lambda: "another")
    assert (looks.key_of_looks([folder]) == before) == (change == "nothing")


def test_the_key_is_the_same_wherever_the_folder_lies(folder: Path) -> None:
    before = looks.key_of_looks([folder])
    assert looks.key_of_looks([folder.rename(folder.parent / "x")]) == before


@pytest.mark.slow
@pytest.mark.parametrize(
    "file",
    ["_static/access.js", "_templates/search-field.html"],
)
def test_every_page_is_written_again_and_none_is_read_after_an_edit_of(
    tmp_path: Path, file: str
) -> None:
    checkout = Checkout(tmp_path)
    checkout.write_pages({"page": "# A page\n\nWords.\n"})
    assert checkout.build().code == 0
    path = tmp_path / "book" / file
    remark = "<!-- more -->" if path.suffix == ".html" else "/* more */"
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}\n{remark}\n", encoding="utf-8")
    built = checkout.build()
    assert built.code == 0, built.warnings
    assert "0 added, 0 changed, 0 removed" in built.output
    site = tmp_path / "_build" / "html"
    kept = (site / "page.html").read_bytes()
    again = checkout.build("-E")
    assert again.code == 0, again.warnings
    assert (site / "page.html").read_bytes() == kept
