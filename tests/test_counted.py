"""What was counted about the book's checks, as tables: computed, and never from nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bookbuild import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Rendered

    Render = Callable[..., Rendered]

EXACT = {
    "date": "2026-11-24",
    "commit": "abc1234",
    "seed": 7,
    "kinds": {"function": 30, "cell": 10, "prose": 6, "back": 4},
    "edits": 50,
    "pages_run": 321,
    "needless": [["predictor.py: predict", "theory/predictor"]],
    "stale": [],
    "other_outputs_than_cold": [],
    "measured_cells": 12,
}
COUNTS = {
    "date": "2026-11-25",
    "commit": "abc1234",
    "of": 1467,
    "of_functions": 310,
    "functions": 300,
    "tried": 1200,
    "caught": 1150,
    "explained": 48,
}
BREAKAGE = {"tests": COUNTS}
PAGE = """\
# Counts

```{{counted}} {name}
```
"""


def rows(rendered: Rendered) -> list[list[str]]:
    page = rendered.page("index")
    for column in page.select(".column-name"):
        column.decompose()
    lines = page.select("table.benchmarks tbody tr")
    return [
        [cell.text.replace("\xa0", " ") for cell in line("td")]
        for line in lines
    ]


def test_edits_are_told_with_what_ran_for_nothing(render: Render) -> None:
    page = PAGE.format(name="exact")
    rendered = render(page, {"exact.json": json.dumps(EXACT)})
    found = dict(rows(rendered))
    assert found["edits of a function"] == "30"
    assert found["edits in all"] == "50"
    assert found["pages that ran"] == "321"
    assert found["pages that ran needlessly"] == "1"
    assert found["pages that should have run and did not"] == "0"
    assert "24 November 2026, at commit abc1234, with the seed 7" in (
        rendered.page("index").text
    )
    assert rendered.warnings == ""


def test_breakages_are_told_for_those_who_were_asked(render: Render) -> None:
    page = PAGE.format(name="breakage")
    rendered = render(page, {"breakage.json": json.dumps(BREAKAGE)})
    assert rows(rendered) == [
        [
            "the unit tests",
            "1,200",
            "1,150",
            "95.8 %",
            "at least 95 %",
            "yes",
            "50, explained 48",
        ]
    ]
    text = rendered.page("index").text
    assert "1,467 breakages of 310 functions" in text
    assert "25 November 2026" in text
    assert "The book’s own build has not been asked yet." in text
    assert rendered.warnings == ""


@pytest.mark.parametrize(
    ("caught", "share", "met"),
    [
        (950, "95.0 %", "yes"),
        (949, "94.9 %", "no"),
        (0, "0.0 %", "no"),
        (1000, "100.0 %", "yes"),
    ],
)
def test_a_share_is_never_rounded_up_to_its_target(
    caught: int, share: str, met: str
) -> None:
    counts = COUNTS | {"tried": 1000, "caught": caught}
    row = counted.breakage_row("tests", counts)
    assert (row[3], row[5]) == (share, met)
    nearly = COUNTS | {"tried": 10_000, "caught": 9_499}
    assert counted.breakage_row("tests", nearly)[3:6:2] == ["94.9 %", "no"]


def test_pages_that_differ_from_a_cold_build_are_named(render: Render) -> None:
    report = EXACT | {"other_outputs_than_cold": ["theory/a", "beyond/b"]}
    page = PAGE.format(name="exact")
    rendered = render(page, {"exact.json": json.dumps(report)})
    said = "These pages differed from a cold build: theory/a, beyond/b."
    assert said in rendered.page("index").text
    whole = render_text(EXACT)
    assert "differed" not in whole


def render_text(report: dict[str, object]) -> str:
    """Return what is shown of a report of edits, as plain text."""
    return " ".join(node.astext() for node in counted.show_exact(report))


@pytest.mark.parametrize("name", ["exact", "breakage"])
def test_what_was_never_counted_is_a_sentence(
    render: Render, name: str
) -> None:
    rendered = render(PAGE.format(name=name))
    said = f"This has not been counted yet: run nox -s {name}."
    assert said in rendered.page("index").text
    assert rendered.warnings == ""


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("exact", "{}", "exact.json has another form"),
        ("exact", "no", "exact.json is no JSON: run nox -s exact"),
        ("breakage", "{}", "breakage.json has another form"),
        ("other", "{}", "there is no part 'other': exact, breakage"),
    ],
)
def test_what_cannot_be_shown_is_said_at_its_line(
    render: Render, name: str, text: str, fault: str
) -> None:
    rendered = render(PAGE.format(name=name), {f"{name}.json": text})
    assert f"index.md:3: ERROR: {fault}" in rendered.warnings
