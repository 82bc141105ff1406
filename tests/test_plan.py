"""A plan of lessons: its times come from the pages, and it says when they no longer fit."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from docutils import nodes
from hypothesis import given
from hypothesis import strategies as st

from bookbuild import plan
from bookbuild.anchors import Anchor
from bookbuild.plan import PlanError, Row

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Rendered

    Render = Callable[..., Rendered]


@pytest.mark.parametrize(
    ("line", "row"),
    [
        ("theory/predictor", Row("theory/predictor")),
        ("beyond/a-b: a-b-c d", Row("beyond/a-b", ("a-b-c", "d"))),
        ("15 Break", Row(text="Break", minutes=15)),
        ("5 Welcome: all of you", Row(text="Welcome: all of you", minutes=5)),
    ],
)
def test_a_line_is_a_page_or_sections_of_it_or_minutes(
    line: str, row: Row
) -> None:
    assert plan.read_row(line) == row


@pytest.mark.parametrize("line", ["15", "Break for all", "a/b:", "a/b:c"])
def test_any_other_line_is_refused(line: str) -> None:
    with pytest.raises(PlanError, match="a row is"):
        plan.read_row(line)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("3 h 30 min", 210), ("7 h", 420), ("45 min", 45), ("1 h 5 min", 65)],
)
def test_a_length_is_read(text: str, minutes: int) -> None:
    assert plan.read_length(text) == minutes


@pytest.mark.parametrize("text", ["", "3", "3h", "h", "3 h30 min", "9 min 1 h"])
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(PlanError, match="3 h 30 min"):
        plan.read_length(text)


@pytest.mark.parametrize("text", ["9", "09:60", "9 h", "09:00 "])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(PlanError, match="09:00"):
        plan.read_clock(text)


@given(st.integers(0, 24 * 60 - 1))
def test_a_time_that_is_shown_is_read_again(minutes: int) -> None:
    assert plan.read_clock(plan.show_clock(minutes)) == minutes


def page(opening: int, *sections: int) -> list[Anchor]:
    """Return the anchors of a page with so many words, the sections called a, b, c."""
    named = zip("abcdefgh", sections, strict=False)
    return [
        Anchor("page", "page", "", opening + sum(sections)),
        *(Anchor("section", name, "", words) for name, words in named),
        Anchor("figure", "fig-x", "", 7),
    ]


@pytest.mark.parametrize(
    ("chosen", "minutes"),
    [
        ([], 30),  # the whole page, to the minute
        (["a"], 10),  # (10 + 20) / 100 of 30 is 9
        (["a", "b"], 20),  # 60 / 100: 18
        (["c"], 15),  # 50 / 100: 15 and no more
        (["a", "b", "c"], 30),
    ],
)
def test_sections_take_their_share_of_the_pages_minutes(
    chosen: list[str], minutes: int
) -> None:
    assert plan.minutes_of(30, page(10, 20, 30, 40), chosen) == minutes


def test_a_page_is_never_shorter_in_parts_than_as_a_whole() -> None:
    assert plan.minutes_of(12, page(0, 10), ["a"]) == 12


@pytest.mark.parametrize("label", ["d", "fig-x", "page"])
def test_a_label_that_is_no_section_is_named(label: str) -> None:
    with pytest.raises(PlanError, match=f"no section {label} "):
        plan.minutes_of(30, page(10, 20, 30, 40), ["a", label])


@given(
    st.integers(1, 60),
    st.lists(st.integers(1, 500), min_size=2, max_size=8),
    st.integers(1, 100),
    st.data(),
)
def test_more_sections_take_no_less_and_never_more_than_the_page(
    whole: int, words: list[int], opening: int, data: st.DataObject
) -> None:
    names = list("abcdefgh"[: len(words)])
    more = data.draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    some = more[: data.draw(st.integers(1, len(more)))]
    anchors = page(opening, *words)
    few, many = (plan.minutes_of(whole, anchors, c) for c in (some, more))
    assert few <= many <= whole
    # No section is done faster than its share of the page allows.
    read = opening + sum(words[names.index(name)] for name in more)
    assert many >= whole * read / (opening + sum(words)) - 1e-9


@given(st.integers(0, 1439), st.lists(st.integers(0, 90)))
def test_each_row_starts_when_the_one_before_is_over(
    begin: int, minutes: list[int]
) -> None:
    times = plan.starts(begin, minutes)
    assert times[0] == begin
    assert times[-1] - begin == sum(minutes)
    assert [b - a for a, b in pairwise(times)] == minutes


# --- When a plan is written again -------------------------------------------------------


def book(anchors: list[Anchor], minutes: int = 20, title: str = "One") -> Any:
    """Return what Sphinx knows of a plan's page, and of the page that is planned."""
    return SimpleNamespace(
        metadata={
            "index": {"plans": [[Row("one", ("a",)), Row(text="Break")]]},
            "one": {"minutes": minutes, "anchors": anchors},
        },
        titles={"one": nodes.title(text=title)},
    )


CHANGES = {
    "nothing": (book(page(4, 4, 19)), False),
    "a word that rounds away": (book(page(5, 4, 19)), False),
    "words that count": (book(page(40, 4, 19)), True),
    "the page's minutes": (book(page(4, 4, 19), minutes=90), True),
    "the page's title": (book(page(4, 4, 19), title="Two"), True),
    "a section's title": (
        book([each._replace(title="A") for each in page(4, 4, 19)]),
        True,
    ),
    "a section that is gone": (book(page(4)), True),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_plan_is_written_again_where_it_shows_something_else(
    change: str,
) -> None:
    before, (after, again) = book(page(4, 4, 19)), CHANGES[change]
    app: Any = None
    assert plan.pages_with_plans(app, before) == ["index"]
    after.book_plans = before.book_plans
    assert plan.pages_with_plans(app, after) == ["index"] * again


# --- On a page --------------------------------------------------------------------------

LESSON = """\
---
minutes: 20
---

(one)=
# One

one two three

(one-first)=
## First

four five six

(one-second)=
## Second

one two three four five six seven eight nine
one two three four five six seven eight nine
"""

PLAN = """\
# A book

```{{toctree}}
one
```

:::{{plan}} A morning
:begins: 09:50
:lasts: {lasts}

one: one-first
5 *Break*
one
:::
"""


def built(render: Render, lasts: str, text: str = PLAN) -> Rendered:
    return render(text.format(lasts=lasts), {"one.md": LESSON})


def rows(rendered: Rendered) -> list[list[str]]:
    table = rendered.page("index").select_one("table.plan")
    return [
        [cell.text.strip() for cell in row.select("td")]
        for row in table.select("tbody tr")
    ]


def test_a_plan_shows_times_links_and_its_sum(render: Render) -> None:
    rendered = built(render, "35 min")
    assert rendered.warnings == ""
    # 4 words of opening and 4 of the section, of 27: 5.9 of 20 minutes, so 10.
    assert rows(rendered) == [
        ["09:50", "One: First", "10"],
        ["10:00", "Break", "5"],
        ["10:05", "One", "20"],
        ["10:25", "End, after 35 min of 35 min", "35"],
    ]
    links = rendered.page("index").select("table.plan a")
    assert [link["href"] for link in links] == [
        "one.html",
        "one.html#one-first",
        "one.html",
    ]


def test_a_plan_that_takes_longer_than_it_lasts_is_warned_of(
    render: Render,
) -> None:
    (warning,) = built(render, "30 min").warnings.splitlines()
    assert "index.md:7: WARNING: this plan takes 35 min, 5 min more" in warning


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("one: one-first", "one: one-third", "no section one-third on this"),
        ("5 *Break*", "index", "index does not say how many minutes it takes"),
        ("5 *Break*", "a break", "a row is 'page'"),
        (":begins: 09:50", ":begins: 9", "a time is written as '09:00'"),
        (":begins: 09:50\n", "", "a plan says when it begins"),
        (":lasts: {lasts}", ":lasts: 5 hours", "a length is written as"),
    ],
)
def test_a_plan_is_refused(
    render: Render, old: str, new: str, complaint: str
) -> None:
    assert old in PLAN
    rendered = built(render, "2 h", PLAN.replace(old, new))
    assert complaint in rendered.warnings
    assert "index.md:7: " in rendered.warnings
