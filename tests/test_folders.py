"""A kept folder is whole or not there, is filled once, and never costs anybody a file."""

from __future__ import annotations

import multiprocessing
from typing import TYPE_CHECKING, Any

import pytest

from annbook import folders
from annbook.errors import BookError

if TYPE_CHECKING:
    from pathlib import Path


def writes(text: str = "one") -> Any:
    def fill(folder: Path) -> None:
        (folder / "run").mkdir()
        (folder / "run" / "log").write_text(text, encoding="utf-8")

    return fill


def never(folder: Path) -> None:
    raise AssertionError(f"{folder} was filled again")


def text_in(folder: Path) -> str:
    return (folder / "run" / "log").read_text(encoding="utf-8")


def beside(folder: Path) -> list[str]:
    """Return what lies beside a folder, but its lock."""
    names = sorted(path.name for path in folder.parent.iterdir())
    return [name for name in names if not name.endswith(".lock")]


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    return tmp_path / "build" / "logs"


def test_a_folder_is_filled_once(logs: Path) -> None:
    folders.keep(logs, "key", writes())
    folders.keep(logs, "key", never)
    assert text_in(logs) == "one"
    assert beside(logs) == ["logs"]


def test_another_key_replaces_all_that_was_there(logs: Path) -> None:
    folders.keep(logs, "old", writes())
    folders.keep(logs, "new", lambda new: (new / "other").touch())
    assert sorted(path.name for path in logs.iterdir()) == [
        folders.MANIFEST,
        "other",
    ]
    assert beside(logs) == ["logs"]


def remove(logs: Path) -> None:
    (logs / "run" / "log").unlink()


def change(logs: Path) -> None:
    (logs / "run" / "log").write_text("two", encoding="utf-8")


def cut_the_manifest(logs: Path) -> None:
    path = logs / folders.MANIFEST
    path.write_text(path.read_text(encoding="utf-8")[:-3], encoding="utf-8")
    remove(logs)


def empty(logs: Path) -> None:
    remove(logs)
    (logs / folders.MANIFEST).unlink()


@pytest.mark.parametrize("damage", [remove, change, cut_the_manifest, empty])
def test_a_damaged_folder_is_filled_anew(logs: Path, damage: Any) -> None:
    folders.keep(logs, "key", writes())
    damage(logs)
    assert not folders.is_whole(logs, "key")
    folders.keep(logs, "key", writes())
    assert folders.is_whole(logs, "key")
    assert text_in(logs) == "one"


def test_where_filling_fails_the_old_folder_stays(logs: Path) -> None:
    folders.keep(logs, "old", writes())
    with pytest.raises(AssertionError, match="was filled again"):
        folders.keep(logs, "new", never)
    assert folders.is_whole(logs, "old")
    assert beside(logs) == ["logs"]


def test_what_a_stopped_process_left_behind_is_cleared(logs: Path) -> None:
    (logs.parent / ".logs.draft-abc" / "new").mkdir(parents=True)
    folders.keep(logs, "key", writes())
    assert beside(logs) == ["logs"]


def test_somebody_elses_files_are_never_removed(logs: Path) -> None:
    logs.mkdir(parents=True)
    (logs / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(
        BookError, match=r"thesis\.txt, which this book"
    ) as told:
        folders.keep(logs, "key", never)
    assert "\n" not in str(told.value)
    assert (logs / "thesis.txt").read_text(encoding="utf-8") == "mine"


def test_a_file_that_was_added_stops_the_replacement_and_not_the_use(
    logs: Path,
) -> None:
    folders.keep(logs, "old", writes())
    (logs / "run" / "mine").touch()
    (logs / ".DS_Store").touch()
    folders.keep(logs, "old", never)
    with pytest.raises(BookError, match="run/mine"):
        folders.keep(logs, "new", never)
    (logs / "run" / "mine").unlink()
    folders.keep(logs, "new", writes("two"))
    assert text_in(logs) == "two"


def test_a_file_in_its_place_is_named(logs: Path) -> None:
    logs.parent.mkdir()
    logs.touch()
    with pytest.raises(BookError, match="is not a folder"):
        folders.keep(logs, "key", never)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(
        BookError, match=r"logs: cannot be written \(.+\)\. Make"
    ):
        folders.keep(tmp_path / "file" / "logs", "key", never)


def test_a_whole_folder_needs_no_right_to_write(
    logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders.keep(logs, "key", writes())
    monkeypatch.setattr(folders, "FileLock", None)
    folders.keep(logs, "key", never)


def fill_and_count(arguments: tuple[Path, Path]) -> None:
    logs, counter = arguments

    def fill(folder: Path) -> None:
        with counter.open("a", encoding="utf-8") as file:
            file.write("x")
        writes()(folder)

    folders.keep(logs, "key", fill)


@pytest.mark.slow
def test_of_several_processes_one_fills_the_folder(
    logs: Path, tmp_path: Path
) -> None:
    counter = tmp_path / "counter"
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        pool.map(fill_and_count, [(logs, counter)] * 3)
    assert counter.read_text(encoding="utf-8") == "x"
    assert text_in(logs) == "one"
