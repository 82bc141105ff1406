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
        folder.mkdir(exist_ok=True)
        self.config = SimpleNamespace(book_outputs=str(folder / "outputs"))
        self.doctreedir, self.outdir = folder / "doctrees", folder / "html"
        for each in (self.doctreedir, self.outdir):
            each.mkdir()
        self.memory = self.doctreedir / "environment.pickle"
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
        self.begin()
        if reads is not None:
            self.memory.write_text(reads, encoding="utf-8")
        self._warncount = warnings
        self.emit("build-finished", ValueError("a cell") if fails else None)

    def begin(self) -> str | None:
        """Begin a build, and return what it remembers."""
        self.emit("config-inited", self.config)
        return (
            self.memory.read_text(encoding="utf-8")
            if self.memory.exists()
            else None
        )

    def stop(self) -> None:
        """Stop as one that was killed: the system gives its turn back."""
        self.emit("killed")


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
    assert app.begin() == left


@pytest.mark.parametrize("at", ["its start", "the end of its reading"])
def test_nothing_is_remembered_of_a_build_that_was_stopped_at(
    tmp_path: Path, at: str
) -> None:
    app = Sphinx(tmp_path)
    app.build(reads="old")
    assert app.begin() == "old"
    if at == "the end of its reading":
        app.memory.write_text("new", encoding="utf-8")
    app.stop()
    assert app.begin() is None
    app.stop()
    app.build(reads="whole")
    assert app.begin() == "whole"


REMAINS = {
    "a page as read": "doctrees/theory/page.doctree",
    "an image": "jupyter_execute/0a96.svg",
    "the site": "html/theory/page.html",
}


@pytest.mark.parametrize("change", ["damaged", "removed"])
@pytest.mark.parametrize("name", REMAINS.values(), ids=REMAINS)
def test_all_is_read_anew_where_something_was_damaged_of(
    tmp_path: Path, name: str, change: str
) -> None:
    app = Sphinx(tmp_path)
    app.begin()
    for each in [*REMAINS.values(), app.memory]:
        path = tmp_path / each
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("whole", encoding="utf-8")
    app.emit("build-finished", None)
    app.build(reads=None)
    (tmp_path / "html" / ".DS_Store").touch()
    app.build(reads=None)
    path = tmp_path / name
    if change == "damaged":
        path.write_text("whale", encoding="utf-8")
    else:
        path.unlink()
    assert app.begin() is None
    assert not (tmp_path / "jupyter_execute").exists()


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
    assert app.begin() == "mine"


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
    assert {path.name for path in tmp_path.iterdir()} == {"doctrees", "html"}
