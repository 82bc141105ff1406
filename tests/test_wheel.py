"""The package beside the notebooks: built alike each time, and found from each of them."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import ROOT
from IPython.core.inputtransformer2 import TransformerManager

from bookbuild.wheel import install_code, ship

HOME = "https://example.org/book/"
REPOSITORY = "https://github.com/somebody/book"
WHEEL = "annbook-9.9-py3-none-any.whl"


def application(folder: Path, **settings: str) -> Any:
    config = {
        "project": "A book",
        "book_wheel": str(ROOT),
        "book_address": "",
        "book_repository": "",
        **settings,
    }
    return SimpleNamespace(
        outdir=folder,
        builder=SimpleNamespace(name="html"),
        config=SimpleNamespace(**config),
    )


def test_the_same_sources_make_the_same_folder(tmp_path: Path) -> None:
    found = []
    for name in ("one", "two"):
        ship(application(tmp_path / name))
        files = [
            path for path in (tmp_path / name).rglob("*") if path.is_file()
        ]
        found.append(
            {
                path.relative_to(tmp_path / name).as_posix(): path.read_bytes()
                for path in files
            }
        )
    assert found[0] == found[1]
    (wheel,) = (name for name in found[0] if name.endswith(".whl"))
    assert {*found[0]} == {
        wheel,
        "notebooks/README.md",
        "notebooks/binder/constraints.txt",
        "notebooks/binder/requirements.txt",
        "notebooks/binder/runtime.txt",
    }


def test_binder_gets_this_python_and_the_versions_of_the_lock(
    tmp_path: Path,
) -> None:
    ship(application(tmp_path))
    folder = tmp_path / "notebooks"
    binder = folder / "binder"
    version = ".".join(map(str, sys.version_info[:2]))
    assert (binder / "runtime.txt").read_text() == f"python-{version}\n"
    lock, package = (binder / "requirements.txt").read_text().splitlines()
    assert (binder / lock.removeprefix("-c ")).read_bytes() == (
        ROOT / "constraints.txt"
    ).read_bytes()
    assert (folder / package).exists()


def test_only_the_newest_wheel_stays(tmp_path: Path) -> None:
    folder = tmp_path / "notebooks"
    folder.mkdir()
    (folder / WHEEL).touch()
    ship(application(tmp_path))
    (wheel,) = folder.glob("*.whl")
    assert wheel.name != WHEEL


def test_without_a_package_nothing_is_installed(tmp_path: Path) -> None:
    app = application(tmp_path, book_wheel="")
    ship(app)
    assert [*tmp_path.iterdir()] == []
    assert install_code(app, "page") == ""


def run(
    code: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """Return the magics that a cell uses in a folder, with what IPython makes of their lines."""
    used: dict[str, str] = {}

    def note(magic: str, line: str) -> None:
        used[magic] = line.replace("{source}", str(names.get("source")))

    names: dict[str, Any] = {
        "get_ipython": lambda: SimpleNamespace(run_line_magic=note)
    }
    monkeypatch.chdir(folder)
    exec(TransformerManager().transform_cell(code), names)
    return used


@pytest.mark.parametrize(
    ("settings", "is_near", "source"),
    [
        ({}, True, f"../{WHEEL}"),
        ({"book_address": HOME}, True, f"../{WHEEL}"),
        ({}, False, WHEEL),
        ({"book_repository": REPOSITORY}, False, f"git+{REPOSITORY}"),
        (
            {"book_address": HOME, "book_repository": REPOSITORY},
            False,
            f"{HOME}notebooks/{WHEEL}",
        ),
    ],
)
def test_the_first_cell_installs_the_nearest_package(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, str],
    is_near: bool,
    source: str,
) -> None:
    built = tmp_path / "site" / "notebooks"
    place = (built if is_near else tmp_path / "elsewhere") / "deep"
    for folder in (built, place):
        folder.mkdir(parents=True, exist_ok=True)
    (built / WHEEL).touch()
    app = application(tmp_path / "site", **settings)
    code = install_code(app, "deep/page")
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setattr("os.environ", {})
    wanted = str(Path(source)) if is_near else source
    used = run(code, place, monkeypatch)
    assert used["pip"] == f'install --quiet "{wanted}"'


def test_the_first_cell_leaves_what_is_installed_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / WHEEL).touch()
    environment: dict[str, str] = {}
    monkeypatch.setattr("os.environ", environment)
    code = install_code(application(tmp_path), "page")
    assert [*run(code, tmp_path, monkeypatch)] == ["config"]
    assert environment["TF_CPP_MIN_LOG_LEVEL"] == "3"
