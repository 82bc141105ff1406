"""The card at a lesson's head: its question, outcomes, minutes and what to read first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Rendered

    Render = Callable[..., Rendered]

CARD = """
# Learn from one error

:::{lesson} How does $A$ change?
- predict with a straight line
- **change** it
:::
"""

NEEDS = {
    "basics.md": "# Start with *basics*\n",
    "theory/network.md": "# Join neurons\n",
}


def page(front: str) -> str:
    return (
        f"---\n{front}\n---\n{CARD}\n```{{toctree}}\n:glob:\n*\ntheory/*\n```\n"
    )


def test_the_card_shows_question_outcomes_and_minutes(render: Render) -> None:
    built = render(page("minutes: 15"), {"basics.md": NEEDS["basics.md"]})
    card = built.page("index").select_one("div.lesson-card")
    assert card.select_one("p.lesson-question math").text == "A"
    assert [item.text for item in card.find_all("li")] == [
        "predict with a straight line",
        "change it",
    ]
    assert (
        card.select_one("p.lesson-facts").text
        == "15 minutes. Needs nothing but this page."
    )


@pytest.mark.parametrize(
    ("needs", "links", "sentence"),
    [
        ("[basics]", ["basics.html"], "Read first: Start with basics."),
        (
            "[theory/network, basics]",
            ["theory/network.html", "basics.html"],
            "Read first: Join neurons, Start with basics.",
        ),
    ],
)
def test_what_a_lesson_needs_is_linked_by_its_title(
    render: Render, needs: str, links: list[str], sentence: str
) -> None:
    built = render(page(f"minutes: 15\nneeds: {needs}"), NEEDS)
    assert built.warnings == ""
    facts = built.page("index").select_one("p.lesson-facts")
    assert [link["href"] for link in facts.find_all("a")] == links
    assert facts.text == f"15 minutes. {sentence}"


def test_needs_are_paths_from_the_books_root(render: Render) -> None:
    lesson = "---\nminutes: 15\nneeds: [basics]\n---\n" + CARD
    built = render(
        "# I\n\n```{toctree}\n:glob:\n*\ntheory/*\n```\n",
        {**NEEDS, "theory/x.md": lesson},
    )
    assert built.warnings == ""
    facts = built.page("theory/x").select_one("p.lesson-facts")
    assert facts.a["href"] == "../basics.html"


FAULTS = {
    "without minutes": ("slides: [2]", "says how many minutes it takes"),
    "that needs a page that is not there": (
        "minutes: 15\nneeds: [theory/nothing]",
        "unknown document: '/theory/nothing'",
    ),
}


@pytest.mark.parametrize(
    ("front", "complaint"), FAULTS.values(), ids=FAULTS.keys()
)
def test_a_lesson_is_refused(
    render: Render, front: str, complaint: str
) -> None:
    warnings = render(page(front), NEEDS).warnings
    assert complaint in warnings
    assert "index.md" in warnings
