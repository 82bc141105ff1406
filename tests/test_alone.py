"""A page built alone: what it leads to is left out, and is no fault; its own faults are."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from conftest import NOTEBOOK, Checkout

from bookbuild import alone

if TYPE_CHECKING:
    from pathlib import Path


def settings(*only: str) -> SimpleNamespace:
    """Return the settings that the module reads and changes."""
    return SimpleNamespace(
        book_only=[*only],
        book_glossary="reference/glossary",
        book_notation="reference/notation",
        root_doc="index",
        include_patterns=["**"],
        suppress_warnings=["mine"],
        nitpicky=True,
    )


@pytest.fixture
def app(tmp_path: Path) -> Any:
    """Return a book of one page."""
    (tmp_path / "theory").mkdir()
    (tmp_path / "theory" / "one.md").touch()
    return SimpleNamespace(srcdir=tmp_path)


def test_all_pages_are_built_where_none_is_named(app: Any) -> None:
    config = settings()
    alone.leave_out(app, config)
    assert config == settings()


@pytest.mark.parametrize(
    "said", ["theory/one", "theory/one.md", "book/theory/one.md"]
)
def test_a_page_is_called_by_its_name_or_its_file(app: Any, said: str) -> None:
    config = settings(said)
    alone.leave_out(app, config)
    assert config.root_doc == "theory/one"
    assert config.include_patterns == [
        "theory/one.*",
        "reference/glossary.*",
        "reference/notation.*",
    ]
    assert config.suppress_warnings[0] == "mine"


def test_a_page_that_is_not_there_is_told_in_one_line(app: Any) -> None:
    with pytest.raises(SystemExit, match=r"^There is no page 'theory/two'\. "):
        alone.leave_out(app, settings("theory/two"))


LEADS = f"""\
{NOTEBOOK}# Lead

To {{doc}}`another`, to {{ref}}`elsewhere`, and on.

```{{code-cell}}
from myst_nb import glue
glue("half", 0.5, display=False)
```
"""


@pytest.mark.slow
def test_a_page_alone_fails_for_its_own_faults_and_for_no_others(
    tmp_path: Path,
) -> None:
    checkout = Checkout(tmp_path)
    checkout.write_pages(
        {"leads": LEADS, "another": "(elsewhere)=\n# Another\n"}
    )
    good = checkout.build("-D", "book_only=leads")
    assert (good.code, good.warnings) == (0, "")
    assert good.line("Open").endswith("/leads.html")
    checkout.write("book/leads.md", LEADS + "\nIt is {claim}`0.6 = half`.\n")
    wrong = checkout.build("-D", "book_only=leads")
    assert wrong.code != 0
    assert "the page says 0.6, this build computed 0.5" in wrong.warnings
