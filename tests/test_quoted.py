"""What a link says of another page is never stale, and a link to nothing never passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from conftest import Checkout

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

ONE = """\
(one)=
# One

(one-part)=
## A part

```{figure} _static/brand/logo.svg
:name: fig-one
:alt: The logo.

A figure.
```

$$
a = b
$$ (eq-one)
"""
TWO = """\
(two)=
# Two

By {ref}`one-part` in {doc}`one`, {numref}`fig-one`, {eq}`eq-one` and {cite}`rashid2016`,
or by {ref}`a part <one-part>`.
"""
SOURCES = """\
(sources)=
# Sources

```{bibliography}
```
"""
BIBLIOGRAPHY = "book/references.bib"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    made = Checkout(tmp_path_factory.mktemp("checkout"))
    made.write_pages({"one": ONE, "two": TWO, "sources": SOURCES})
    cold = made.build()
    assert cold.code == 0, cold.warnings
    return made


@pytest.fixture
def two(checkout: Checkout) -> Iterator[Checkout]:
    """Return a book in which each test may edit the first page, or the bibliography."""
    path = checkout.root / BIBLIOGRAPHY
    bibliography = path.read_text(encoding="utf-8")
    yield checkout
    path.write_text(bibliography, encoding="utf-8")
    checkout.write("book/one.md", ONE)


FIGURE = ONE[ONE.index("```") : ONE.index("$$")]
EQUATION = ONE[ONE.index("$$") :]
EDITS = {
    "a section's title": ("## A part", "## Another part", "By Another part in"),
    "a page's title": ("# One", "# First", "in First,"),
    "a figure's number": (
        FIGURE,
        FIGURE.replace("fig-one", "fig-zero") + FIGURE,
        "Fig. 2",
    ),
    "an equation's number": (
        EQUATION,
        EQUATION.replace("eq-one", "eq-zero") + EQUATION,
        "(2)",
    ),
}


@pytest.mark.parametrize("what", EDITS)
def test_a_link_says_what_another_page_now_has(
    two: Checkout, what: str
) -> None:
    old, new, shown = EDITS[what]
    assert shown not in two.page("two").main.text
    two.write("book/one.md", ONE.replace(old, new, 1))
    built = two.build()
    assert built.code == 0, built.warnings
    assert shown in two.page("two").main.text


def test_a_link_says_what_the_bibliography_now_has(two: Checkout) -> None:
    path = two.root / BIBLIOGRAPHY
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Rashid", "Rachid"), encoding="utf-8")
    built = two.build()
    assert built.code == 0, built.warnings
    assert "Rachid" in str(two.page("two").main)


def test_an_edit_that_no_link_shows_writes_one_page(two: Checkout) -> None:
    assert two.build().code == 0
    two.write("book/one.md", f"{ONE}\nA sentence.\n")
    built = two.build("--verbose")
    assert "writing output... [100%] one" in built.output
    assert "] two" not in built.output


def test_a_label_that_is_gone_ends_the_build_although_its_page_is_fine(
    two: Checkout,
) -> None:
    two.write("book/one.md", ONE.replace("(one-part)=\n", ""))
    built = two.build()
    assert built.code != 0
    assert "two.md" in built.warnings
    assert "one-part" in built.warnings
