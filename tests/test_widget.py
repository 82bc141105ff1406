"""Places to try something: their fallback, their settings, and scripts only where they are used."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from bs4 import BeautifulSoup
    from conftest import Rendered

    Render = Callable[..., Rendered]

PLACE = """\
:::{widget} predictor Turn the "dial" & see

Without scripts, see **the figure**.
:::
"""
PAGE = f"# Title\n\n{PLACE}\n```{{toctree}}\nother\n```\n"
OTHER = {"other.md": "# Other\n\nText.\n"}


def scripts(page: BeautifulSoup) -> list[str]:
    return [
        each["src"].split("?")[0]
        for each in page.select("script[src]")
        if "widgets" in each["src"] or "parts" in each["src"]
    ]


def test_a_place_has_its_name_a_title_and_a_fallback(render: Render) -> None:
    built = render(PAGE, OTHER)
    place = built.page("index").select_one("section.widget")
    assert place["data-widget"] == "predictor"
    assert json.loads(place["data-settings"]) == {}
    assert place["aria-label"] == 'Turn the "dial" & see'
    assert place.select_one(".widget-title").text == 'Turn the "dial" & see'
    fallback = place.select_one(".widget-fallback")
    assert fallback.text.strip() == "Without scripts, see the figure."


def test_its_scripts_are_loaded_there_and_on_no_other_page(
    render: Render,
) -> None:
    built = render(PAGE, OTHER)
    page = built.page("index")
    assert scripts(page) == [
        "_static/widgets/widget.js",
        "_static/widgets/predictor.js",
    ]
    assert all(
        "defer" in each.attrs
        for each in page.select("script[src]")
        if "widgets" in each["src"]
    )
    assert scripts(built.page("other")) == []


def test_a_widget_of_several_scripts_has_them_in_order_and_once(
    render: Render,
) -> None:
    files = {"predictor": ["parts/a.js", "parts/b.js"]}
    built = render(PAGE + PLACE, OTHER, book_widgets=files)
    assert scripts(built.page("index")) == [
        "_static/widgets/widget.js",
        "_static/parts/a.js",
        "_static/parts/b.js",
    ]


@pytest.mark.parametrize(
    ("place", "complaint"),
    [
        (
            ":::{widget} predictor\n\nText.\n:::\n",
            "a name, a title and a fallback",
        ),
        (
            ":::{widget} predictor Turn it\n:::\n",
            "a name, a title and a fallback",
        ),
        (
            ":::{widget} predictor Turn it\n:glue: slope\n\nText.\n:::\n",
            "no cell of this page glues 'slope'",
        ),
    ],
)
def test_a_place_without_its_parts_is_told(
    render: Render, place: str, complaint: str
) -> None:
    built = render(f"# Title\n\n{place}")
    assert complaint in built.warnings
