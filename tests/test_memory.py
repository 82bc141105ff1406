"""What Sphinx may remember of a build, and builds that take turns."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock, Timeout

from bookbuild import memory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Sphinx:
    """As much of Sphinx as the module meets: its events, and the file it remembers pages in."""

    def __init__(self, folder: Path) -> None:
        self.config = SimpleNamespace(book_outputs=str(folder / "outputs"))
        self.doctreedir = folder
        self.memory = folder / "environment.pickle"
        self._warncount = 0
        self._handlers: list[tuple[int, str, Callable[..., None]]] = []
        memory.setup(self)

    def connect(
        self, event: str, handler: Callable[..., None], priority: int = 500
    ) -> None:
        self._handlers.append((priority, event, handler))
        self._handlers.sort(key=lambda each: each[0])

    def emit(self, event: str, *arguments: object) -> None:
        for _, name, handler in self._handlers:
            if name == event:
                handler(self, *arguments)

    def build(
        self, *, reads: str | None, warnings: int = 0, fails: bool = False
    ) -> None:
        """Emit a build's events in their order; its memory is written where it reads pages."""
        self._warncount = warnings
        self.emit("config-inited", self.config)
        self.emit("builder-inited")
        if reads is not None:
            self.memory.write_text(reads, encoding="utf-8")
            self.emit("env-check-consistency", SimpleNamespace())
        assert not self.memory.exists(), (
            "an interruption here would leave it to the next build"
        )
        self.emit("build-finished", ValueError("a cell") if fails else None)

    def remembered(self) -> str | None:
        return (
            self.memory.read_text(encoding="utf-8")
            if self.memory.exists()
            else None
        )


BUILDS = {
    "reads pages": ({"reads": "new"}, "new"),
    "reads nothing": ({"reads": None}, "old"),
    "reads pages and warns": ({"reads": "new", "warnings": 1}, None),
    "reads nothing and warns": ({"reads": None, "warnings": 1}, None),
    "reads pages and fails": ({"reads": "new", "fails": True}, None),
    "reads nothing and fails": ({"reads": None, "fails": True}, None),
}


@pytest.mark.parametrize(("build", "left"), BUILDS.values(), ids=BUILDS.keys())
def test_what_is_remembered_after_a_build_that(
    tmp_path: Path, build: dict[str, object], left: str | None
) -> None:
    app = Sphinx(tmp_path)
    app.build(reads="old")
    app.build(**build)
    assert app.remembered() == left
    app.build(reads=None)
    assert app.remembered() == left


def test_the_build_after_an_interruption_is_remembered_again(
    tmp_path: Path,
) -> None:
    app = Sphinx(tmp_path)
    app.build(reads="old")
    app.emit("builder-inited")
    app.build(reads="whole")
    assert app.remembered() == "whole"


@pytest.mark.parametrize("fails", [False, True])
def test_a_build_has_the_folder_of_outputs_for_itself_until_it_ends(
    tmp_path: Path, fails: bool
) -> None:
    app = Sphinx(tmp_path)
    app.emit("config-inited", app.config)
    other = FileLock(tmp_path / "outputs" / ".lock")
    with pytest.raises(Timeout):
        other.acquire(timeout=0)
    app.emit("build-finished", ValueError() if fails else None)
    with other.acquire(timeout=0):
        assert other.is_locked


def test_a_build_that_must_wait_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = Sphinx(tmp_path)
    (tmp_path / "outputs").mkdir()
    other = FileLock(tmp_path / "outputs" / ".lock")
    other.acquire()

    def say(text: str) -> None:
        assert "waiting for another build" in text
        other.release()

    monkeypatch.setattr(memory.logger, "info", say)
    app.build(reads="mine")
    assert not other.is_locked
    assert app.remembered() == "mine"


def test_a_folder_that_cannot_be_made_is_told_in_one_line(
    tmp_path: Path,
) -> None:
    app = Sphinx(tmp_path)
    (tmp_path / "outputs").write_text("no folder", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"outputs cannot be written"):
        app.emit("config-inited", app.config)


def test_a_book_that_keeps_no_outputs_takes_no_turn(tmp_path: Path) -> None:
    app = Sphinx(tmp_path)
    app.config.book_outputs = ""
    app.build(reads="all")
    assert [path.name for path in tmp_path.iterdir()] == ["environment.pickle"]
