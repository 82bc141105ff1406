"""When a build ends at once: where nothing that it was made from, and nothing it wrote, changed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from bookbuild import __main__ as command
from bookbuild import unchanged

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILES = {
    "conf.py": "language = 'en'",
    "book/index.md": "# A book",
    "src/package/module.py": "x = 1",
    "LICENCE": "Free.",
    "_build/html/index.html": "<h1>A book</h1>",
    "_build/html/_static/book.css": "",
    "data/images.gz": "digits",
}
USUAL = ("-W", "-c", "here", "-d", "here/_build/doctrees")
PLACES = ("here/book", "here/_build/html")


class Checkout:
    """A checkout whose builds write nothing new, and count how often they were asked for."""

    def __init__(self, root: Path, patch: pytest.MonkeyPatch) -> None:
        self.root, self.builds, self.code = root / "here", 0, 0
        self.while_building: Callable[[], object] = lambda: None
        for name, text in FILES.items():
            self.write(name, text)
        (self.root / "_build" / "doctrees").mkdir()
        patch.chdir(root)
        patch.setattr(command, "build", self._build)

    def write(self, name: str, text: str = "edited") -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def _build(self, _arguments: list[str]) -> int:
        self.builds += 1
        self.while_building()
        if self.code == 0:
            inputs = [str(self.root / "data" / "images.gz")]
            app = SimpleNamespace(
                config=SimpleNamespace(book_inputs=inputs),
                doctreedir=self.root / "_build" / "doctrees",
            )
            unchanged.leave_lines(app, ["Pages          1"])  # type: ignore[arg-type]
        return self.code

    def build(self, *options: str) -> int:
        """Ask for a build, and return how often a real one was made for it."""
        before = self.builds
        code = command.main([*USUAL, *options, *PLACES])
        assert code == self.code or self.builds == before
        return self.builds - before


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    """Return a checkout that was never built."""
    return Checkout(tmp_path, monkeypatch)


def test_the_second_build_of_the_same_ends_at_once_and_says_what_stands(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [checkout.build() for _ in range(3)] == [1, 0, 0]
    said = capsys.readouterr().out
    assert said.startswith("nothing has changed since the last build\nPages  ")


CHANGES: dict[str, Callable[[Checkout], object]] = {
    **{
        f"an edit of {name}": lambda at, name=name: at.write(name)
        for name in FILES
    },
    "a new page": lambda at: at.write("book/new.md"),
    "a new module": lambda at: at.write("src/package/new.py"),
    "a file less in the site": lambda at: (
        at.root / "_build/html/index.html"
    ).unlink(),
    "a file more in the site": lambda at: at.write("_build/html/strange.html"),
    "a file less that a page shows": lambda at: (at.root / "LICENCE").unlink(),
    "a renamed page": lambda at: (at.root / "book/index.md").rename(
        at.root / "book/first.md"
    ),
    "data that is gone": lambda at: (at.root / "data/images.gz").unlink(),
    "a damaged note": lambda at: at.write("_build/doctrees/unchanged.json"),
    "damaged lines": lambda at: at.write("_build/doctrees/last.json"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_there_is_something_to_do_after(
    checkout: Checkout, change: Callable[[Checkout], object]
) -> None:
    checkout.build()
    change(checkout)
    assert checkout.build() == 1


@pytest.mark.parametrize(
    "options", [("-D", "language=de"), ("-E",), ("-a",), ("-aE",)]
)
def test_there_is_something_to_do_with_other_options(
    checkout: Checkout, options: tuple[str, ...]
) -> None:
    checkout.build()
    assert checkout.build(*options) == 1


@pytest.mark.parametrize("option", ["-E", "-a"])
def test_what_is_asked_for_anew_is_made_anew_each_time(
    checkout: Checkout, option: str
) -> None:
    assert [checkout.build(option) for _ in range(2)] == [1, 1]


@pytest.mark.parametrize(
    ("variable", "builds"),
    [("ANNBOOK_ADDRESS", 1), ("SOURCE_DATE_EPOCH", 1), ("PAGER", 0)],
)
def test_a_variable_counts_where_a_build_listens_to_it(
    checkout: Checkout,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    builds: int,
) -> None:
    checkout.build()
    monkeypatch.setenv(variable, "1")
    assert checkout.build() == builds


@pytest.mark.parametrize(
    ("where", "name"),
    [(unchanged.fingerprint, "installed"), (unchanged, "commit")],
)
def test_other_packages_or_another_commit_are_something_to_do(
    checkout: Checkout,
    monkeypatch: pytest.MonkeyPatch,
    where: object,
    name: str,
) -> None:
    checkout.build()
    monkeypatch.setattr(where, name, lambda *_: "another")
    assert checkout.build() == 1


@pytest.mark.parametrize(
    "name",
    ["src/package/__pycache__/module.pyc", ".nox/x", "_build/cache", "dist/y"],
)
def test_what_was_made_from_the_checkout_is_no_change(
    checkout: Checkout, name: str
) -> None:
    checkout.build()
    checkout.write(name)
    assert checkout.build() == 0


def test_a_build_that_failed_leaves_all_to_do(checkout: Checkout) -> None:
    checkout.build()
    checkout.write("book/index.md")
    checkout.code = 1
    assert [checkout.build() for _ in range(2)] == [1, 1]
    # Edited back: what the failed build wrote is not known.
    checkout.write("book/index.md", FILES["book/index.md"])
    checkout.code = 0
    assert [checkout.build() for _ in range(2)] == [1, 0]


def test_a_build_that_may_warn_unheard_leaves_all_to_do(
    checkout: Checkout,
) -> None:
    lenient = [*USUAL[1:], *PLACES]
    for expected in (1, 2):
        command.main(lenient)
        assert checkout.builds == expected


def test_what_was_edited_while_the_book_was_built_is_not_taken_as_built(
    checkout: Checkout,
) -> None:
    checkout.while_building = lambda: checkout.write("book/index.md")
    checkout.build()
    assert checkout.build() == 1


def test_data_that_could_not_be_had_is_asked_for_again(
    checkout: Checkout,
) -> None:
    (checkout.root / "data" / "images.gz").unlink()
    assert [checkout.build() for _ in range(2)] == [1, 1]
