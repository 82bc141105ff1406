"""After whatever edits, the site is to the byte the one that a cold build makes."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, NamedTuple

import pytest
from conftest import Checkout

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

LESSON = """\
---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
minutes: 10
---

(first)=
# The first

:::{lesson} What comes first?
- say it
:::

(first-part)=
## A part

A slope, and {cite}`rashid2016`.

```{figure} _static/brand/logo.svg
:name: fig-first
:alt: The logo.

A figure.
```

$$
a = b
$$ (eq-first)

```{source} annbook.predictor.error
```

```{code-cell}
from annbook import predictor
predictor.error(3, 1)
```
"""
SECOND = """\
---
minutes: 20
---

(second)=
# The second

By {ref}`first-part` in {doc}`first`, {numref}`fig-first`, {eq}`eq-first` and
{cite}`rashid2016`. A slope.
"""
LISTS = """\
(lists)=
# Lists

```{addresses}
```

:::{plan} A morning
:begins: 09:00
:lasts: 5 h
first: first-part
second
:::

```{bibliography}
```
"""
FIGURE = LESSON[LESSON.index("```{figure}") : LESSON.index("$$")]
EQUATION = LESSON[LESSON.index("$$") : LESSON.index("```{source}")]


class Edit(NamedTuple):
    """A text that is put in place of another, in a file; a path in place of another, in none."""

    file: str
    old: str
    new: str


EDITS = {
    "a sentence": Edit("book/first.md", "A slope, and", "A slope, or"),
    "a section's title": Edit("book/first.md", "## A part", "## One part"),
    "a page's title": Edit("book/first.md", "# The first", "# First"),
    "a question": Edit("book/first.md", "What comes first?", "What else?"),
    "minutes": Edit("book/first.md", "minutes: 10", "minutes: 90"),
    "a figure more": Edit(
        "book/first.md",
        FIGURE,
        FIGURE.replace("fig-first", "fig-new") + FIGURE,
    ),
    "an equation more": Edit(
        "book/first.md",
        EQUATION,
        EQUATION.replace("eq-first", "eq-new") + EQUATION,
    ),
    "a definition": Edit("book/reference/glossary.md", "What a", "All that a"),
    "a reference": Edit("book/references.bib", "Rashid", "Rachid"),
    "a function": Edit(
        "src/annbook/predictor.py",
        "return truth - prediction",
        "return truth - prediction + 0",
    ),
    "a style sheet": Edit("book/_static/book.css", "\n", "\n/* new */\n"),
    "a page's name": Edit("", "book/second.md", "book/deep/third.md"),
}


def make(checkout: Checkout, edit: Edit) -> None:
    """Make an edit."""
    if not edit.file:
        new = checkout.root / edit.new
        new.parent.mkdir()
        (checkout.root / edit.old).rename(new)
        for path in (checkout.root / "book").glob("*.md"):
            text = path.read_text(encoding="utf-8")
            text = text.replace("\nsecond\n", "\ndeep/third\n")
            path.write_text(
                text.replace("`first`", "`/first`"), encoding="utf-8"
            )
        text = new.read_text(encoding="utf-8")
        new.write_text(text.replace("`first`", "`/first`"), encoding="utf-8")
        return
    path = checkout.root / edit.file
    text = path.read_text(encoding="utf-8")
    assert edit.old in text
    path.write_text(text.replace(edit.old, edit.new, 1), encoding="utf-8")


def site_of(checkout: Checkout) -> dict[str, bytes]:
    """Return the files of a site, but for Sphinx' own notes."""
    site = checkout.root / "_build" / "html"
    return {
        path.relative_to(site).as_posix(): path.read_bytes()
        for path in site.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Return a book that every test edits further, and builds on what was built before."""
    made = Checkout(tmp_path_factory.mktemp("edited"))
    made.write_pages({"first": LESSON, "second": SECOND, "lists": LISTS})
    built = made.build()
    assert built.code == 0, built.warnings
    return made


@pytest.mark.parametrize("what", EDITS)
def test_the_site_is_that_of_a_cold_build_after_an_edit_of(
    edited: Checkout, tmp_path: Path, what: str
) -> None:
    cold = Checkout(tmp_path)
    make(edited, EDITS[what])
    built = edited.build()
    assert built.code == 0, built.warnings
    for name in ("book", "src"):
        shutil.rmtree(cold.root / name)
        shutil.copytree(edited.root / name, cold.root / name)
    again = cold.build()
    assert again.code == 0, again.warnings
    ours, theirs = site_of(edited), site_of(cold)
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []
