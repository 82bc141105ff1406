"""The links from a page to its notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from conftest import NOTEBOOK

from bookbuild.launch import links

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Rendered

CELL = "```{code-cell}\n1\n```"
CARD = ":::{lesson} Why?\n- to know\n:::"
GITHUB = "https://github.com/somebody/book"


@pytest.mark.parametrize(
    "repository", ["", "https://codeberg.org/somebody/book"]
)
def test_a_page_offers_its_notebook_and_nothing_of_another_host(
    repository: str,
) -> None:
    assert links("deep/page", repository) == [
        ("Download as a notebook", "../notebooks/deep/page.ipynb")
    ]


def test_colab_and_binder_open_the_branch_of_a_repository_on_github() -> None:
    assert links("deep/page", GITHUB)[1:] == [
        (
            "Open in Colab",
            "https://colab.research.google.com/github/somebody/book/blob/notebooks/deep/page.ipynb",
        ),
        (
            "Open in Binder",
            "https://mybinder.org/v2/gh/somebody/book/notebooks?urlpath=lab/tree/deep/page.ipynb",
        ),
    ]


def test_the_links_stand_at_the_cards_foot_or_below_the_title(
    render: Callable[..., Rendered],
) -> None:
    lesson = NOTEBOOK.replace("---\n", "---\nminutes: 5\n", 1)
    built = render(
        "# Home\n\n```{toctree}\nlesson\ndeep/bare\n```\n",
        {
            "lesson.md": f"{lesson}# Lesson\n\n{CARD}\n\n{CELL}\n",
            "deep/bare.md": f"{NOTEBOOK}# Bare\n\nText.\n\n{CELL}\n",
        },
        book_repository=GITHUB,
        suppress_warnings=["myst-nb.lexer"],  # no cell is run
    )
    assert built.warnings == ""
    card = built.page("lesson").select(".lesson-card > ul.launch:last-child a")
    assert [link.text for link in card] == [
        "Download as a notebook",
        "Open in Colab",
        "Open in Binder",
    ]
    assert card[0]["href"] == "notebooks/lesson.ipynb"
    assert card[0].has_attr("download")
    (first, *_) = built.page("deep/bare").select("h1 + ul.launch a")
    assert first["href"] == "../notebooks/deep/bare.ipynb"
    assert (built.folder / "deep" / first["href"]).exists()
    assert not built.page("index").select(".launch")
