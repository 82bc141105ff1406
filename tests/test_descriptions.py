"""A page's description: whole sentences of 50 to 160 characters, from what the page says."""

from __future__ import annotations

import pytest
from docutils import nodes
from hypothesis import given
from hypothesis import strategies as st
from sphinx import addnodes

from bookbuild.descriptions import (
    LONGEST,
    SHORTEST,
    describe,
    describe_lesson,
    describe_made,
    shorten,
)

LONG = "A sentence of forty letters, all in all. "


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("One  word,\nand more.", "One word, and more."),
        (LONG * 5, (LONG * 3).strip()),
        ("word, " * 40, "word, " * 25 + "word…"),
        (f"Short. {'word ' * 40}", f"Short. {'word ' * 29}word…"),
    ],
)
def test_a_text_is_cut_after_a_sentence_or_else_after_a_word(
    text: str, short: str
) -> None:
    assert shorten(text) == short


@given(st.text())
def test_no_description_is_too_long(text: str) -> None:
    assert len(shorten(text)) <= LONGEST


@pytest.mark.parametrize(
    ("question", "outcomes", "text"),
    [
        (
            "Why?",
            ["see", "say"],
            "Why? Learn to see; say.",
        ),
        (
            "Why is the sky above the old harbour so very blue today?",
            ["see", "x" * 120],
            "Why is the sky above the old harbour so very blue today? Learn to see.",
        ),
        (
            "Why is the sky above the old harbour so very blue today?",
            ["x" * 120],
            "Why is the sky above the old harbour so very blue today?",
        ),
    ],
)
def test_a_lesson_is_its_question_with_the_outcomes_that_fit(
    question: str, outcomes: list[str], text: str
) -> None:
    assert describe_lesson(question, outcomes) == text


def page(*parts: nodes.Node | str) -> nodes.document:
    document = nodes.document(None, None)  # type: ignore[arg-type]
    section = nodes.section()
    for part in parts:
        section += nodes.paragraph(text=part) if isinstance(part, str) else part
    document += section
    return document


def test_other_pages_are_their_first_words() -> None:
    boxed = nodes.container("", nodes.paragraph(text="In a box."))
    short = "It begins here."
    assert describe(page(boxed, short, LONG, LONG)) == f"{short} {LONG.strip()}"


@pytest.mark.parametrize(
    "gap",
    [
        nodes.math(text=r"\frac{1}{2}"),
        addnodes.pending_xref(
            "", nodes.inline(text="theory/basics"), refexplicit=False
        ),
        nodes.inline(),
    ],
)
def test_a_sentence_with_what_has_no_words_yet_is_left_out(
    gap: nodes.Node,
) -> None:
    paragraph = nodes.paragraph("", "")
    paragraph += [nodes.Text(LONG * 2 + "Now read "), gap, nodes.Text(".")]
    assert describe(page(paragraph)) == (LONG * 2).strip()


def test_a_formula_in_plain_letters_is_kept() -> None:
    paragraph = nodes.paragraph("", "")
    paragraph += [nodes.Text("The line says "), nodes.math(text="y = a x")]
    paragraph += nodes.Text(f". {LONG}")
    assert describe(page(paragraph)).startswith("The line says y = a x.")


def test_the_pages_that_sphinx_makes_differ() -> None:
    names = [
        "search",
        "genindex",
        "_modules/index",
        "_modules/a/b",
        "_modules/a",
    ]
    texts = [describe_made(name, "The book of the sky") for name in names]
    assert len(set(texts)) == len(names)
    assert all(SHORTEST <= len(text) <= LONGEST for text in texts)
    assert "a.b" in texts[3]
