"""When a page was last changed: what its commits say, and nothing where there are none."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import date
from typing import TYPE_CHECKING

import pytest

from bookbuild.revision import last_changes

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    shutil.which("git") is None, reason="there is no git"
)


def git(folder: Path, *arguments: str, day: str = "2026-01-01") -> None:
    moment = f"{day}T12:00:00+00:00"
    who = {
        f"GIT_{role}_{part}": "a@book.example"
        for role in ("AUTHOR", "COMMITTER")
        for part in ("NAME", "EMAIL")
    }
    dates = {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}
    subprocess.run(
        ["git", "-C", str(folder), *arguments],
        env=os.environ | who | dates,
        check=True,
        capture_output=True,
    )


def commit(folder: Path, day: str, **texts: str) -> None:
    for name, text in texts.items():
        path = folder / "book" / f"{name}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    git(folder, "add", "-A")
    git(folder, "commit", "-m", day, day=day)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    git(folder, "init", "--initial-branch", "main")
    commit(folder, "2026-01-02", first="1", second="1")
    commit(folder, "2026-03-04", second="2")
    return folder


def test_a_page_has_the_date_of_the_last_commit_that_touched_it(
    checkout: Path,
) -> None:
    (checkout / "book" / "third.md").write_text("not yet", encoding="utf-8")
    assert last_changes(checkout / "book") == {
        "first.md": date(2026, 1, 2),
        "second.md": date(2026, 3, 4),
    }


def test_a_clone_of_the_newest_commits_alone_has_no_dates(
    checkout: Path, tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--depth", "1", checkout.as_uri(), str(clone))
    assert (clone / "book" / "first.md").exists()
    assert last_changes(clone / "book") == {}


def test_a_folder_that_is_no_checkout_has_no_dates(tmp_path: Path) -> None:
    assert last_changes(tmp_path) == {}
