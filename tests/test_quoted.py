"""A link to nothing never passes, and a page is not written for what no link shows.

That a link never says what is no longer so is seen in ``test_edits``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from conftest import Checkout

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

ONE = """\
# One

(one-part)=
## A part
"""
TWO = """\
# Two

By {ref}`one-part` in {doc}`one`, or by {ref}`a part <one-part>`.
"""


@pytest.fixture
def book(tmp_path: Path) -> Checkout:
    """Return a book of two pages that was built, of which the second links to the first."""
    made = Checkout(tmp_path)
    made.write_pages({"one": ONE, "two": TWO})
    built = made.build()
    assert built.code == 0, built.warnings
    return made


def test_an_edit_that_no_link_shows_writes_one_page(book: Checkout) -> None:
    book.write("book/one.md", f"{ONE}\nA sentence.\n")
    built = book.build("--verbose")
    assert "] one" in built.output
    assert "] two" not in built.output


@pytest.mark.parametrize("label", ["one-part", "one"])
def test_a_link_to_what_is_gone_ends_the_build_although_its_page_is_as_it_was(
    book: Checkout, label: str
) -> None:
    if label == "one":
        (book.root / "book" / "one.md").unlink()
        book.write_pages({"two": TWO})
    else:
        book.write("book/one.md", ONE.replace("(one-part)=\n", ""))
    built = book.build()
    assert built.code != 0
    assert "two.md:3: " in built.warnings
    assert label in built.warnings
