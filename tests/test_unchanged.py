"""When a build may end at once: where nothing that it is made from, and nothing it wrote, changed."""

from __future__ import annotations

import pickle
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from bookbuild import unchanged

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILES = {
    "conf.py": "language = 'en'",
    "book/index.md": "# A book",
    "src/package/module.py": "x = 1",
    "src/package/__pycache__/module.pyc": "compiled",
    "LICENCE": "Free.",
    "html/index.html": "<h1>A book</h1>",
    "html/_static/book.css": "",
}


class App(SimpleNamespace):
    """As much of Sphinx as the module meets."""

    def emit(self, name: str) -> None:
        self.said.append(name)


@pytest.fixture
def app(tmp_path: Path) -> App:
    """Return a build of a small book that stands written."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "doctrees").mkdir()
    return remake(tmp_path)


class Settings(dict[str, Any]):
    """As Sphinx's configuration: its items are the settings, and known by name."""

    def __iter__(self) -> Any:
        return iter(
            [
                SimpleNamespace(name=name, value=value)
                for name, value in self.items()
            ]
        )

    def __getattr__(self, name: str) -> Any:
        return self[name]


def remake(root: Path, **settings: Any) -> App:
    config = {"book_outputs": "yes", "book_source": str(root / "src")}
    return App(
        config=Settings(config | settings),
        confdir=root,
        srcdir=root / "book",
        outdir=root / "html",
        doctreedir=root / "doctrees",
        env=SimpleNamespace(dependencies={"index": {"../LICENCE"}}),
        tags=["html"],
        builder=SimpleNamespace(name="html", build_update=None),
        said=[],
        _warncount=0,
    )


def build(app: App, exception: Exception | None = None) -> bool:
    """Look, build where that is needed, and note; return whether nothing was to be done."""
    watch = unchanged.Watch()
    watch.look(app)
    if app.builder.build_update:
        with pytest.raises(SystemExit) as caught:
            app.builder.build_update()
        assert caught.value.code == 0
        assert app.said == ["book-unchanged"]
        return True
    watch.note(app, exception)
    return False


def test_the_second_build_of_the_same_has_nothing_to_do(
    app: App, tmp_path: Path
) -> None:
    assert not build(app)
    assert build(remake(tmp_path))
    assert build(remake(tmp_path))


def edit(name: str) -> Callable[[Path], None]:
    return lambda root: (root / name).write_text("edited", encoding="utf-8")


CHANGES: dict[str, Callable[[Path], object]] = {
    **{
        f"an edit of {name}": edit(name)
        for name in FILES
        if "__pycache__" not in name
    },
    "a new page": edit("book/new.md"),
    "a new module": edit("src/package/new.py"),
    "a file less in the site": lambda root: (root / "html/index.html").unlink(),
    "a file more in the site": edit("html/strange.html"),
    "a file less that a page shows": lambda root: (root / "LICENCE").unlink(),
    "a renamed page": lambda root: (root / "book/index.md").rename(
        root / "book/first.md"
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_there_is_something_to_do_after(
    app: App, tmp_path: Path, change: Callable[[Path], object]
) -> None:
    build(app)
    change(tmp_path)
    assert not build(remake(tmp_path))


@pytest.mark.parametrize(
    "settings", [{"language": "de"}, {"book_edition": "sample"}]
)
def test_there_is_something_to_do_with_other_settings(
    app: App, tmp_path: Path, settings: dict[str, str]
) -> None:
    build(app)
    assert not build(remake(tmp_path, **settings))


def test_other_packages_are_something_to_do(
    app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(app)
    monkeypatch.setattr(unchanged.fingerprint, "installed", lambda: "others")
    assert not build(remake(tmp_path))


def test_what_an_interpreter_keeps_is_no_change(
    app: App, tmp_path: Path
) -> None:
    build(app)
    edit("src/package/__pycache__/module.pyc")(tmp_path)
    assert build(remake(tmp_path))


def test_a_build_that_failed_or_warned_leaves_all_to_do(
    app: App, tmp_path: Path
) -> None:
    build(app, ValueError("a cell"))
    warned = remake(tmp_path)
    warned._warncount = 1
    assert not build(warned)
    assert not build(remake(tmp_path))


def test_a_build_that_was_interrupted_leaves_all_to_do(
    app: App, tmp_path: Path
) -> None:
    build(app)
    edit("book/index.md")(tmp_path)
    unchanged.Watch().look(remake(tmp_path))
    # Edited back before the next build: what the interrupted one wrote is not known.
    (tmp_path / "book/index.md").write_text(
        FILES["book/index.md"], encoding="utf-8"
    )
    assert not build(remake(tmp_path))


def test_what_was_edited_while_the_book_was_built_is_not_taken_as_built(
    app: App, tmp_path: Path
) -> None:
    watch = unchanged.Watch()
    watch.look(app)
    edit("book/index.md")(tmp_path)
    watch.note(app, None)
    assert not build(remake(tmp_path))


def test_what_sphinx_remembers_is_given_back(app: App, tmp_path: Path) -> None:
    build(app)
    held = tmp_path / "doctrees" / "environment.held"
    held.write_bytes(pickle.dumps("memory"))
    assert build(remake(tmp_path))
    assert held.with_suffix(".pickle").exists()
    assert not held.exists()
