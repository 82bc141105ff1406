"""The reader's own notebooks: renewed with the book, and never lost."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from bookbuild.lab import MEMORY, main, renew

if TYPE_CHECKING:
    from pathlib import Path

NAME = "theory/a.ipynb"


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Return the book's folder with one notebook, and the reader's with a copy of it."""
    made, own = tmp_path / "made", tmp_path / "own"
    (made / "theory").mkdir(parents=True)
    (made / NAME).write_text("first")
    assert renew(made, own) == []
    assert (own / NAME).read_text() == "first"
    return made, own


@pytest.mark.parametrize(
    ("reader", "book", "stays", "told"),
    [
        (None, "first", "first", []),
        (None, "second", "second", []),
        ("mine", "first", "mine", []),
        ("mine", "second", "mine", [NAME]),
        ("second", "second", "second", []),
        ("deleted", "second", "second", []),
    ],
    ids=[
        "nothing is new",
        "the book's is new",
        "the reader's is new",
        "both are new",
        "both are new and the same",
        "the reader has deleted it",
    ],
)
def test_only_what_the_reader_has_not_changed_is_renewed(
    folders: tuple[Path, Path],
    reader: str | None,
    book: str,
    stays: str,
    told: list[str],
) -> None:
    made, own = folders
    if reader == "deleted":
        (own / NAME).unlink()
    elif reader:
        (own / NAME).write_text(reader)
    (made / NAME).write_text(book)
    assert renew(made, own) == told
    assert (own / NAME).read_text() == stays


def test_what_was_kept_is_told_until_it_is_renamed(
    folders: tuple[Path, Path],
) -> None:
    made, own = folders
    (own / NAME).write_text("mine")
    (made / NAME).write_text("second")
    assert renew(made, own) == renew(made, own) == [NAME]
    (own / NAME).rename(own / "theory" / "mine.ipynb")
    assert renew(made, own) == []
    assert (own / NAME).read_text() == "second"
    assert (own / "theory" / "mine.ipynb").read_text() == "mine"


@pytest.mark.parametrize("memory", ["", "{", "[]", None])
def test_without_its_memory_nothing_of_the_readers_is_replaced(
    folders: tuple[Path, Path], memory: str | None
) -> None:
    made, own = folders
    (own / NAME).write_text("mine")
    if memory is None:
        (own / MEMORY).unlink()
    else:
        (own / MEMORY).write_text(memory)
    assert renew(made, own) == [NAME]
    assert (own / NAME).read_text() == "mine"


def test_the_command_says_what_it_kept(
    folders: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    made, own = folders
    (own / NAME).write_text("mine")
    (made / NAME).write_text("second")
    monkeypatch.setattr(sys, "argv", ["lab", str(made), str(own)])
    main()
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"{own / NAME}: kept as you changed it.")
