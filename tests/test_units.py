"""A number and its unit are never torn apart by the end of a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from docutils import nodes

from bookbuild import units

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Rendered

    Render = Callable[..., Rendered]

KEPT = {
    "It reads 92 % of them.": "It reads 92\xa0% of them.",
    "It takes 3.5 s, or 40 ms.": "It takes 3.5\xa0s, or 40\xa0ms.",
    "(2 h 45 min)": "(2\xa0h 45\xa0min)",
    "*91* % and **7** kB": "91\xa0% and 7\xa0kB",
}
LEFT = (
    "The 3 samples and the 2 halves.",
    "No digit comes before a % sign, 7 words before a %.",
    "It has 10 minutes.",
)
CODE = ("`f'{x:5.1f} 5 %'`", "```text\n12 % 3 s\n```", "    4 % 3")


@pytest.mark.parametrize(("words", "shown"), KEPT.items())
def test_the_space_before_a_unit_does_not_break(
    render: Render, words: str, shown: str
) -> None:
    rendered = render(f"# Title\n\n{words}\n")
    assert rendered.page("index").select_one("section > p").text == shown
    assert rendered.warnings == ""


@pytest.mark.parametrize("words", LEFT)
def test_other_spaces_break(render: Render, words: str) -> None:
    page = render(f"# Title\n\n{words}\n").page("index")
    assert page.select_one("section > p").text == words


@pytest.mark.parametrize("code", CODE)
def test_code_is_left_as_it_is(render: Render, code: str) -> None:
    page = render(f"# Title\n\n{code}\n").page("index")
    assert "\xa0" not in page.text


def test_tables_and_titles_count_as_prose(render: Render) -> None:
    text = "# At 5 %\n\n| time |\n| --- |\n| 162 s |\n"
    page = render(text).page("index")
    assert page.select_one("td").text == "162\xa0s"
    assert "At 5\xa0%" in page.select_one("h1").text


def test_a_text_that_stands_in_two_places_is_mended_in_both() -> None:
    shared = nodes.Text("5 %")
    places = [nodes.paragraph("", "", shared) for _ in range(2)]
    for place in places:
        units.keep_units(place)
    assert [place.astext() for place in places] == ["5\xa0%"] * 2
