"""An edition without solutions: nothing of them is left, and nothing runs for it."""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import TYPE_CHECKING

import pytest
from conftest import NOTEBOOK, ROOT, Checkout

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Rendered

    Render = Callable[..., Rendered]

# sphinx-exercise still uses what a later Sphinx will drop.
pytestmark = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")

EXTENSIONS = ["myst_nb", "sphinx_exercise", "bookbuild"]
NOTICE = "This edition of the book leaves out the solutions."
PAGE = """\
---
minutes: 15
---
(lesson)=
# Learn

:::{lesson} How?
- learn
:::

(one)=
## One

```{exercise} With a gap
:label: gap

Fill it, then see {ref}`how it is done <filled>`.
```

```{solution} gap
:label: filled

(inside)=
An answer of gold: $a$.
```

```{exercise} Alone
:label: alone

Do it.
```

```{solution-start} alone
```

An answer of silver.

```{solution-end}
```

Prose that stays.
"""


def everything(folder: Path) -> str:
    """Return all that a built book holds, what is packed in it unpacked."""
    files = [each for each in folder.rglob("*") if each.is_file()]
    data = [each.read_bytes() for each in files]
    data.append(zlib.decompress(data_of_links(folder)))
    for archive in folder.glob("*.zip"):
        with zipfile.ZipFile(archive) as packed:
            data += [packed.read(name) for name in packed.namelist()]
    return "\n".join(each.decode("utf-8", "replace") for each in data)


def data_of_links(folder: Path) -> bytes:
    """Return the packed part of a book's list of links."""
    return (folder / "objects.inv").read_bytes().split(b"zlib.\n", 1)[1]


def test_a_book_has_its_solutions(render: Render) -> None:
    built = render(PAGE, extensions=EXTENSIONS)
    assert built.warnings == ""
    page = built.page("index")
    assert len(page.select(".solution")) == 2
    assert "filled" in everything(built.folder)
    assert NOTICE not in everything(built.folder)


def test_an_edition_without_them_has_nothing_of_them(render: Render) -> None:
    # As in conf.py: the book's sources are not copied into it.
    built = render(
        PAGE,
        extensions=EXTENSIONS,
        book_solutions=False,
        html_copy_source=False,
    )
    assert built.warnings == ""
    text = everything(built.folder)
    for gone in (
        "gold",
        "silver",
        "filled",
        "Solution to",
        'class="solution',
        "inside",
    ):
        assert gone not in text, gone
    assert "Prose that stays" in text


def test_it_says_so_once_on_a_page_and_on_its_slides(render: Render) -> None:
    built = render(PAGE, extensions=EXTENSIONS, book_solutions=False)
    for name in ("index", "index.slides"):
        assert built.page(name).text.count(NOTICE) == 1
    assert len(built.page("index").select(".exercise")) == 2


def test_a_link_to_a_solution_becomes_its_words(render: Render) -> None:
    built = render(PAGE, extensions=EXTENSIONS, book_solutions=False)
    exercise = built.page("index").select_one(
        ".exercise p:not(.admonition-title)"
    )
    assert exercise.text == "Fill it, then see how it is done."
    assert exercise.a is None


def test_other_broken_links_are_still_named(render: Render) -> None:
    text = PAGE + "\nSee {ref}`nothing`.\n"
    built = render(text, extensions=EXTENSIONS, book_solutions=False)
    assert "undefined label: 'nothing'" in built.warnings


DRAWN = (
    NOTEBOOK
    + """\
# Learn

```{exercise} Alone
:label: alone

Draw it.
```

```{solution-start} alone
```

```{code-cell}
import matplotlib.pyplot as plt

figure, axes = plt.subplots()
axes.set_title("of silver")
result = 6 * 7
result
```

```{solution-end}
```

```{code-cell}
assert result == 42
```
"""
)


def said_in_solutions(text: str) -> set[str]:
    """Return the lines of a page's solutions that stand nowhere else on it."""
    pattern = r"```\{solution-start\}.*?```\n(.*?)```\{solution-end\}"
    solutions = re.findall(pattern, text, re.DOTALL)
    elsewhere = re.sub(pattern, "", text, flags=re.DOTALL)
    lines = {line.strip() for each in solutions for line in each.splitlines()}
    plain = {re.split(r"[`$*{]", line)[0].strip() for line in lines}
    return {line for line in plain if len(line) > 15 and line not in elsewhere}


@pytest.mark.slow
def test_leaving_them_out_runs_no_cell_again_and_leaves_no_trace(
    tmp_path: Path,
) -> None:
    checkout = Checkout(tmp_path)
    lesson = (ROOT / "book/theory/predictor.md").read_text(encoding="utf-8")
    pages = {
        "theory/predictor": lesson,
        "theory/classifier": "(classifier)=\n# Draw a line\n",
        "drawn": DRAWN,
    }
    checkout.write_pages(pages)
    whole = checkout.build()
    assert whole.code == 0, whole.warnings
    site = tmp_path / "_build" / "html"
    said = said_in_solutions(lesson)
    assert len(said) >= 4
    text = re.sub(r"<[^>]*>", "", everything(site))
    assert all(line.split("(")[0] in text for line in said)
    assert len(list((site / "_images").glob("*.svg"))) == 2

    without = checkout.build(ANNBOOK_SOLUTIONS="0")
    assert without.code == 0, without.warnings
    assert without.line("Cells run").startswith("0 (on 0 pages")
    text = everything(site)
    for line in [*said, "of silver", "-207.4"]:
        assert line not in text
        assert line not in re.sub(r"<[^>]*>", "", text)
    assert text.count(NOTICE) >= 3, "the lesson, its slides, and the other page"
    assert len(list((site / "_images").glob("*.svg"))) == 1

    again = checkout.build()
    assert again.line("Cells run").startswith("0 (on 0 pages")
    assert "-207.4" in everything(site)
