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


def glued(text: str) -> dict[str, str]:
    """Return a page whose cell has glued ``start``, which prints as ``text``."""
    kind = "application/papermill.record/text/plain"
    record = {"name": "start", "mime_prefix": kind.removesuffix("text/plain")}
    output = {
        "output_type": "display_data",
        "data": {kind: text},
        "metadata": {"scrapbook": record},
    }
    place = "# Title\n\n" + PLACE.replace("\n", "\n:glue: start\n", 1)
    words = {"cell_type": "markdown", "metadata": {}, "source": place}
    cell = {
        "cell_type": "code",
        "metadata": {},
        "source": "",
        "execution_count": None,
        "outputs": [output],
    }
    page = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}}
    return {"glued.ipynb": json.dumps(page | {"cells": [words, cell]})}


INDEX = "# Index\n\n```{toctree}\nglued\n```\n"


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("0.25", 0.25),
        ("-3", -3),
        (
            "[[3, 1, 'worm'],\n [1, 3, 'mite']]",
            [[3, 1, "worm"], [1, 3, "mite"]],
        ),
        ("{'rate': 0.5, 'steps': (1, 2)}", {"rate": 0.5, "steps": [1, 2]}),
        ("'<b>\"'", '<b>"'),
    ],
)
def test_a_plain_value_that_was_glued_reaches_the_script(
    render: Render, printed: str, value: object
) -> None:
    built = render(INDEX, glued(printed))
    assert built.warnings == ""
    place = built.page("glued").select_one("section.widget")
    assert json.loads(place["data-settings"]) == {"start": value}


@pytest.mark.parametrize(
    "printed", ["np.float64(0.5)", "nan", "{1, 2}", "<Figure>", "array([1])"]
)
def test_a_glued_value_that_is_not_plain_is_told(
    render: Render, printed: str
) -> None:
    warnings = render(INDEX, glued(printed)).warnings
    assert f"the glued value {printed} is no plain value" in warnings


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
