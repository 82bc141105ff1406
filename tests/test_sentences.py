"""The sentences of a paragraph: where they end, and what they keep."""

from __future__ import annotations

import pytest
from docutils import nodes
from hypothesis import given
from hypothesis import strategies as st

from bookbuild import sentences

TEXTS = {
    "It says 50. The rule is short.": ["It says 50.", "The rule is short."],
    "Is it? It is! We saw it.": ["Is it?", "It is!", "We saw it."],
    "A step of 0.5 halves it. So it is.": [
        "A step of 0.5 halves it.",
        "So it is.",
    ],
    "See e.g. the sigmoid. It bends.": ["See e.g. the sigmoid.", "It bends."],
    "It is so. (Or not. Who knows.) End.": [
        "It is so.",
        "(Or not. Who knows.)",
        "End.",
    ],
    "He says “No. Never.” and goes. End.": [
        "He says “No. Never.” and goes.",
        "End.",
    ],
    "784 rows. 10 columns.": ["784 rows.", "10 columns."],
    "Only one": ["Only one"],
    "": [],
}


@pytest.mark.parametrize(("text", "said"), TEXTS.items())
def test_a_sentence_ends_where_a_reader_ends_it(
    text: str, said: list[str]
) -> None:
    paragraph = nodes.paragraph("", text)
    found = sentences.sentences(paragraph)
    assert [sentences.text_of(each) for each in found] == said


def test_formulas_links_and_emphasis_stay_with_their_sentence() -> None:
    strong = nodes.strong("", "Worked. No end")
    formula = nodes.math("", "c. D")
    paragraph = nodes.paragraph(
        "",
        "",
        strong,
        nodes.Text(" here. Then "),
        formula,
        nodes.Text(". End."),
    )
    first, second, third = sentences.sentences(paragraph)
    assert sentences.text_of(first) == "Worked. No end here."
    assert sentences.text_of(second) == "Then c. D."
    assert isinstance(second[1], nodes.math)
    assert sentences.text_of(third) == "End."
    assert sentences.is_key(first)
    assert not sentences.is_key(second)


@given(
    st.lists(
        st.sampled_from(
            ["It is. ", "Is it? ", "(So. It is) ", "a 0.5 b ", "“Hm. "]
        )
    )
)
def test_no_word_is_lost_or_said_twice(pieces: list[str]) -> None:
    text = "".join(pieces)
    found = sentences.sentences(nodes.paragraph("", text))
    assert " ".join(map(sentences.text_of, found)).split() == text.split()


@pytest.mark.parametrize(
    ("chosen", "paragraphs"),
    [
        ([0, 1], ["One. Two."]),
        ([0, 2], ["One.", "Three."]),
        ([1, 2], ["Two. Three."]),
        ([], []),
    ],
)
def test_sentences_that_follow_one_another_share_a_paragraph(
    chosen: list[int], paragraphs: list[str]
) -> None:
    found = sentences.sentences(nodes.paragraph("", "One. Two. Three."))
    joined = sentences.joined(found, chosen)
    assert [each.astext() for each in joined] == paragraphs


@pytest.mark.parametrize(
    ("text", "chosen", "first", "whole"),
    [
        ("One. It is. Three.", {1}, 0, {0, 1}),
        ("One. It is. This is.", {2}, 0, {0, 1, 2}),
        ("One. It is. This is.", {2}, 1, {1, 2}),
        ("One. Italy is. Three.", {1}, 0, {1}),
        ("One. Two is it. Three.", {1, 2}, 0, {1, 2}),
        ("It is.", {0}, 0, {0}),
        ("One. It is.", {0}, 0, {0}),
    ],
)
def test_a_sentence_that_points_back_brings_what_it_points_at(
    text: str, chosen: set[int], first: int, whole: set[int]
) -> None:
    found = sentences.sentences(nodes.paragraph("", text))
    assert sentences.supported(found, chosen, first) == whole
