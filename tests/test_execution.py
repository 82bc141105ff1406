"""The kernel's environment, the cache's key, and what Sphinx may remember of a build."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from jupyter_cache import get_cache
from nbclient import NotebookClient
from nbformat.v4 import new_notebook

from bookbuild import execution

if TYPE_CHECKING:
    from collections.abc import Callable

Tree = dict[str, bytes]

TREE = {
    "annbook/network.py": b"learn",
    "annbook/figures/style.py": b"draw",
    "annbook/data/sample.npz": b"\x00\x01",
}


def key(root: Path, tree: Tree, *facts: str) -> str:
    """Return the fingerprint of a tree of files."""
    paths = []
    for name, content in tree.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        paths.append(path)
    return execution.fingerprint(root, paths, *facts)


CHANGES: dict[str, Tree] = {
    "an edited module": TREE | {"annbook/network.py": b"forget"},
    "an edited data file": TREE | {"annbook/data/sample.npz": b"\x00\x02"},
    "a new module, empty": TREE | {"annbook/__init__.py": b""},
    "no module": {},
    "a module less": {name: TREE[name] for name in list(TREE)[:2]},
    "a renamed module": {
        name.replace("network", "networks"): text for name, text in TREE.items()
    },
    "a renamed folder, in the same order": {
        name.replace("figures", "figs"): text for name, text in TREE.items()
    },
    "contents that changed places": TREE
    | {"annbook/network.py": b"draw", "annbook/figures/style.py": b"learn"},
    "contents that run on into the next file": TREE
    | {"annbook/figures/style.py": b"dra", "annbook/network.py": b"wlearn"},
}


@pytest.mark.parametrize("changed", CHANGES.values(), ids=CHANGES.keys())
def test_the_fingerprint_changes_with(tmp_path: Path, changed: Tree) -> None:
    assert key(tmp_path, changed, "full") != key(tmp_path, TREE, "full")


def test_the_fingerprint_comes_back_with_the_files_in_any_order(
    tmp_path: Path,
) -> None:
    before = key(tmp_path, TREE, "full")
    assert (
        key(tmp_path, TREE | {"annbook/network.py": b"forget"}, "full")
        != before
    )
    assert key(tmp_path, dict(reversed(TREE.items())), "full") == before


def test_the_fingerprint_is_the_same_in_another_folder(tmp_path: Path) -> None:
    assert key(tmp_path / "here", TREE) == key(tmp_path / "there", TREE)


def test_the_fingerprint_changes_with_the_facts(tmp_path: Path) -> None:
    keys = [
        key(tmp_path, TREE, *facts)
        for facts in [(), ("full",), ("sample",), ("a", "b")]
    ]
    assert len(set(keys)) == 4
    assert key(tmp_path, TREE, "ab") != key(tmp_path, TREE, "a", "b")


@pytest.mark.parametrize(
    "installed",
    [["toy-2.1"], [], ["toy-2.0", "game-1.0"]],
    ids=["another version", "a package less", "a package more"],
)
def test_the_fingerprint_changes_with_the_installed_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: list[str]
) -> None:
    def key_with(folder: str, packages: list[str]) -> str:
        for package in packages:
            (tmp_path / folder / f"{package}.dist-info").mkdir(parents=True)
        with monkeypatch.context() as patch:
            patch.setattr(sys, "path", [*sys.path, str(tmp_path / folder)])
            return key(tmp_path, TREE)

    before = key_with("before", ["toy-2.0"])
    assert key_with("same", ["toy-2.0"]) == before
    assert key_with("after", installed) != before


def test_the_fingerprint_changes_with_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = key(tmp_path, TREE)
    monkeypatch.setattr(sys, "version", "3.99.0")
    assert key(tmp_path, TREE) != before


def test_the_fingerprint_is_a_short_name_for_a_folder(tmp_path: Path) -> None:
    assert len(key(tmp_path, TREE)) == 16
    assert key(tmp_path, TREE).isalnum()


@pytest.mark.parametrize(
    ("name", "value"),
    {
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "OMP_NUM_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
    }.items(),
)
def test_a_kernel_starts_with(tmp_path: Path, name: str, value: str) -> None:
    assert execution.kernel_environment(tmp_path)[name] == value


def test_a_kernels_settings_are_the_books_own_and_written_anew(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "build" / "ipython"
    environment = execution.kernel_environment(folder)
    written = {
        path: path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    assert Path(environment["IPYTHONDIR"]) == folder
    assert Path(environment["MATPLOTLIBRC"]) in written
    assert folder / "profile_default" / "ipython_kernel_config.py" in written
    for path in written:
        path.write_text(
            "c.InteractiveShellApp.exec_lines = ['x = 1']\n", encoding="utf-8"
        )
    assert execution.kernel_environment(folder) == environment
    assert {path: path.read_bytes() for path in written} == written


class Sphinx:
    """As much of Sphinx as the module meets: its events, and the file it remembers pages in."""

    def __init__(self, folder: Path) -> None:
        self.config = SimpleNamespace(
            nb_execution_cache_path=folder / "_build" / "cache" / "key"
        )
        self.doctreedir = folder
        self.memory = folder / "environment.pickle"
        self._warncount = 0
        self._handlers: list[tuple[str, Callable[..., None]]] = []
        execution.setup(self)

    def add_config_value(self, *_: object) -> None:
        """Take any setting."""

    def connect(
        self, event: str, handler: Callable[..., None], **_: int
    ) -> None:
        self._handlers.append((event, handler))

    def emit(self, event: str, *arguments: object) -> None:
        for name, handler in self._handlers:
            if name == event:
                handler(self, *arguments)

    def build(
        self, *, reads: str | None, warnings: int = 0, fails: bool = False
    ) -> None:
        """Emit a build's events in their order; its memory is written where it reads pages."""
        self._warncount = warnings
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


def test_the_cache_is_there_before_the_pages_race_to_make_it(
    tmp_path: Path,
) -> None:
    app = Sphinx(tmp_path)
    app.emit("builder-inited")
    path = app.config.nb_execution_cache_path
    assert (path / "global.db").is_file()
    assert get_cache(path).list_cache_records() == []


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


def test_kernels_are_ended_at_once_and_say_nothing_on_the_way(
    render: Callable[..., Any],
) -> None:
    render("# A book\n")
    client = NotebookClient(new_notebook())
    assert client.shutdown_kernel == "immediate"
