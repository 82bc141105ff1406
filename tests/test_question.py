"""Retrieval questions: one right choice, feedback for each, and no script to answer them."""

from __future__ import annotations

from textwrap import dedent, indent
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Rendered

    Render = Callable[..., Rendered]

SMALL = "- [ ] too *small*\n\n  Then the error would be positive.\n"
LARGE = "- [x] too large: $y > t$\n\n  Truth minus prediction.\n\n  ```\n  37 - 50\n  ```\n"


def page(*choices: str) -> str:
    return (
        "# Page\n\n:::{question} Is `y` too small?\n"
        + "\n".join(choices)
        + "\n:::\n"
    )


def test_each_choice_is_a_native_disclosure_with_its_feedback(
    render: Render,
) -> None:
    built = render(page(SMALL, LARGE))
    assert built.warnings == ""
    question = built.page("index").select_one("div.question")
    assert question is not None
    assert question.select_one("p.question-text code").text == "y"
    wrong, right = question.find_all("details", recursive=False)
    for choice, kind in ((wrong, "wrong"), (right, "right")):
        assert choice["class"] == ["choice", kind]
        assert not choice.has_attr("open")
        assert choice.find(True).name == "summary"  # else browsers invent one
    assert str(wrong.summary.em) == "<em>small</em>"
    assert wrong.summary.text == "too small"
    assert wrong.p.text == "Not quite. Then the error would be positive."
    assert right.summary.math is not None
    assert right.p.text == "Right. Truth minus prediction."
    assert "37 - 50" in right.pre.text
    assert "[" not in question.text


def test_no_question_needs_a_script_or_takes_the_keyboard_away(
    render: Render,
) -> None:
    question = (
        render(page(SMALL, LARGE)).page("index").select_one("div.question")
    )
    assert question.find_all(["script", "input", "button"]) == []
    for tag in question.find_all(True):
        assert not {"tabindex", "role"} & tag.attrs.keys()
        assert not [name for name in tag.attrs if name.startswith("on")]


@pytest.mark.parametrize("inner", ["- both\n- of these", "1. one\n2. two"])
def test_feedback_may_hold_a_list_of_its_own(
    render: Render, inner: str
) -> None:
    choice = "- [ ] neither\n\n  No:\n\n" + indent(inner, "  ") + "\n"
    built = render(page(choice, LARGE))
    assert built.warnings == ""
    question = built.page("index").select_one("div.question")
    assert len(question.find_all("details")) == 2
    assert len(question.details.find_all("li")) == 2


MALFORMED = {
    "no choice is right": (page(SMALL, SMALL), "exactly one choice marked [x]"),
    "two choices are right": (
        page(LARGE, LARGE),
        "exactly one choice marked [x]",
    ),
    "there is no choice": (page(), "holds one list"),
    "something stands beside the choices": (
        page("Well?\n", LARGE),
        "holds one list",
    ),
    "a choice has no feedback": (
        page("- [ ] small\n", LARGE),
        "with feedback below it",
    ),
    "the feedback is part of the choice": (
        page("- [ ] small\n  No.\n", LARGE),
        "with feedback below it",
    ),
    "the feedback begins with a list": (
        page("- [ ] small\n\n  - No.\n", LARGE),
        "with feedback below it",
    ),
    "a choice has no mark": (
        page("- small\n\n  No.\n", LARGE),
        "with feedback below it",
    ),
    "a choice's mark is a capital": (
        page("- [X] small\n\n  No.\n", LARGE),
        "with feedback",
    ),
    "a choice's mark is empty": (
        page("- [] small\n\n  No.\n", LARGE),
        "with feedback",
    ),
    "a choice is empty": (page("-\n", LARGE), "with feedback below it"),
    "the question has no text": (
        dedent(":::{question}\n- [x] a\n\n  b\n:::\n"),
        "1 argument(s) required",
    ),
}


@pytest.mark.parametrize(
    ("text", "complaint"), MALFORMED.values(), ids=MALFORMED.keys()
)
def test_a_question_is_refused_where(
    render: Render, text: str, complaint: str
) -> None:
    warnings = render(text).warnings
    assert complaint in warnings
    assert "index.md" in warnings
