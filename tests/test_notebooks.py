"""A page as a notebook: its parts, and where its links lead once the book has an address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from conftest import NOTEBOOK
from PIL import Image

from bookbuild.notebooks import LEAST_WIDTH, raster

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Rendered

CELL = "```{code-cell}\n1\n```"
PAGE = f"""\
{NOTEBOOK}(lesson)=
# Lesson

See {{doc}}`/index`, {{ref}}`part` and [a site](https://example.org/).

:::{{widget}} dial Turn it
Turn the page.
:::

{CELL}

(part)=
## Part

Text.

```{{code-cell}}
:tags: [remove-cell]
hidden = 1
```

```{{exercise}} Alone
:label: alone
Think.
```

```{{solution-start}} alone
:label: alone-solution
```

Thought.

{CELL}

```{{solution-end}}
```
"""
INDEX = "# Another page\n\n```{toctree}\ndeep/lesson\n```\n"
# An extension of the page asks Sphinx in a way that will go.
pytestmark = pytest.mark.filterwarnings(
    "ignore::sphinx.deprecation.RemovedInSphinx11Warning"
)
SETTINGS = {
    "extensions": ["myst_nb", "sphinx_exercise", "bookbuild"],
    "project": "A book",
    "copyright": "2026, us",
    "suppress_warnings": ["myst-nb.lexer"],  # no cell is run
}


def test_without_an_address_a_notebook_names_and_does_not_link(
    render: Callable[..., Rendered],
) -> None:
    built = render(INDEX, {"deep/lesson.md": PAGE}, **SETTINGS)
    assert built.warnings == ""
    cells = built.notebook("deep/lesson").cells
    assert [(cell.cell_type, cell.source) for cell in cells] == [
        (
            "markdown",
            "# Lesson\n\nFrom the book *A book*. © 2026, us.\n\nRun the cells "
            "from the top. What they show is on the book’s page, too.\n\n"
            "See *Another page*, *Part* and [a site](https://example.org/).\n\n"
            "> **Turn it**\n>\n> Turn the page.",
        ),
        ("code", "1"),
        ("markdown", "## Part\n\nText."),
        ("markdown", "### Exercise 1 (Alone)\n\nThink."),
        ("markdown", "#### Solution to Exercise 1 (Alone)"),
        ("markdown", "Thought."),
        ("code", "1"),
    ]
    folded = [
        cell.source
        for cell in cells
        if cell.metadata.get("jp-MarkdownHeadingCollapsed")
    ]
    assert folded == ["#### Solution to Exercise 1 (Alone)"]


def test_with_an_address_its_references_lead_to_the_published_pages(
    render: Callable[..., Rendered],
) -> None:
    home = "https://example.org/book/"
    built = render(
        INDEX, {"deep/lesson.md": PAGE}, **SETTINGS, book_address=home
    )
    assert built.warnings == ""
    text = built.notebook("deep/lesson").cells[0].source
    for link in (
        f"*[A book]({home})*",
        f"[the book’s page]({home}deep/lesson.html)",
        f"[Another page]({home}index.html)",
        f"> [**Turn it**]({home}deep/lesson.html)",
    ):
        assert link in text
    # What lies on this page is in the notebook.
    assert "*Part*" in text


@pytest.mark.parametrize("width", [1, 28, 139, 140, 500])
def test_a_picture_is_wide_enough_to_be_seen(
    tmp_path: Path, width: int
) -> None:
    path = tmp_path / "picture.png"
    Image.new("L", (width, 2)).save(path)
    png = raster(path)
    assert png
    path.write_bytes(png)
    with Image.open(path) as picture:
        times = picture.width / width
        assert picture.height == 2 * times
        assert LEAST_WIDTH <= picture.width < LEAST_WIDTH + width


@pytest.mark.parametrize("images", [0, 2])
def test_a_drawing_that_is_not_one_picture_is_described(
    tmp_path: Path, images: int
) -> None:
    path = tmp_path / "drawing.svg"
    image = '<image xlink:href="data:image/png;base64,AAAA"/>'
    path.write_text(f"<svg>{image * images}</svg>")
    assert raster(path) is None
