"""The way through the book: parts, minutes and questions, from the pages themselves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from sphinx.testing.util import SphinxTestApp

from bookbuild import navigation

if TYPE_CHECKING:
    from pathlib import Path

INDEX = """
# A book

It takes {total-time}`hours`.

```{path}
```

```{toctree}
:caption: First part
one
two
```

```{toctree}
:caption: Second part
list
```
"""
LESSON = """---
minutes: %d
---
# %s

:::{lesson} %s
- know it
:::
"""
PAGES = {
    "index": INDEX,
    "one": LESSON % (50, "Page one", "What is one?"),
    "two": LESSON % (75, "Page two", "Why <two>?"),
    "list": "# A list\n\nWords.\n",
}
SETTINGS = {
    "extensions": ["myst_nb", "bookbuild"],
    "myst_enable_extensions": ["colon_fence"],
    "nb_execution_mode": "off",
    "book_policy": "",  # the theme's own pages hold scripts
}


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "0 min"), (45, "45 min"), (60, "1 h"), (135, "2 h 15 min")],
)
def test_a_time_is_said_as_a_reader_would_say_it(
    minutes: int, said: str
) -> None:
    assert navigation.duration(minutes) == said


@given(st.integers(1, 10_000))
def test_no_minute_of_a_time_is_lost(minutes: int) -> None:
    said = navigation.duration(minutes)
    units = {"h": 60, "min": 1}
    found = re.findall(r"(\d+) (h|min)", said)
    assert sum(int(count) * units[unit] for count, unit in found) == minutes


def build(folder: Path, changes: dict[str, str]) -> tuple[SphinxTestApp, str]:
    """Write changed pages and build; return the application and what it warned of."""
    source = folder / "source"
    source.mkdir(exist_ok=True)
    (source / "conf.py").touch()
    for name, text in changes.items():
        (source / f"{name}.md").write_text(text, encoding="utf-8")
    app = SphinxTestApp(
        srcdir=source,
        builddir=folder / "build",
        confoverrides=SETTINGS,
    )
    app.build()
    warned = app.warning.getvalue()
    app.cleanup()
    return app, warned


def read(app: SphinxTestApp, page: str) -> BeautifulSoup:
    text = (app.outdir / f"{page}.html").read_text(encoding="utf-8")
    return BeautifulSoup(text, "html.parser")


def table(app: SphinxTestApp) -> list[list[str]]:
    rows = read(app, "index").select("table.path tbody tr")
    return [
        [
            cell.get_text(" ", strip=True).replace("\xa0", " ")
            for cell in row.select("td")
        ]
        for row in rows
    ]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SphinxTestApp:
    app, warned = build(tmp_path_factory.mktemp("small"), PAGES)
    assert warned == ""
    return app


def test_the_path_lists_the_lessons_of_each_part_and_no_other_page(
    small: SphinxTestApp,
) -> None:
    assert table(small) == [
        ["First part", "2 h 5 min"],
        ["Page one What is one?", "50 min"],
        ["Page two Why <two>?", "1 h 15 min"],
    ]


def test_a_row_of_the_path_leads_to_its_page(small: SphinxTestApp) -> None:
    links = read(small, "index").select("table.path a")
    assert [link["href"] for link in links] == ["one.html", "two.html"]


def test_the_time_of_the_whole_book_is_said_in_hours(
    small: SphinxTestApp,
) -> None:
    assert "It takes 2 hours." in read(small, "index").get_text()


def test_the_templates_get_the_parts_and_the_pages_around(
    small: SphinxTestApp,
) -> None:
    context: dict[str, object] = {}
    small.builder.prepare_writing(small.env.found_docs)  # type: ignore[union-attr]
    navigation.lend(small, "two", "page.html", context, None)
    before, after = context["page_before"], context["page_after"]
    assert (before.question, before.minutes) == ("What is one?", 50)  # type: ignore[attr-defined]
    assert (after.question, after.minutes) == ("", 0)  # type: ignore[attr-defined]


def test_a_changed_question_changes_the_first_page_in_the_next_build(
    tmp_path: Path,
) -> None:
    build(tmp_path, PAGES)
    changed = LESSON % (10, "Page one", "What is one, really?")
    app, warned = build(tmp_path, {"one": changed})
    assert warned == ""
    assert table(app)[:2] == [
        ["First part", "1 h 25 min"],
        ["Page one What is one, really?", "10 min"],
    ]
