"""The links from a term's first use to the glossary."""

from __future__ import annotations

import pytest
from docutils import nodes

from bookbuild import terms

GLOSSARY = """\
# Recall a term

```{glossary}
entropy
    How much is unknown.

cross-entropy
    A cost.
```
"""


def linked(paragraph: str, names: list[str]) -> str:
    """Return the text with what became a link in brackets."""
    parts = terms.link_text(nodes.Text(paragraph), names, "page")
    return "".join(
        f"[{part.astext()}]" if isinstance(part, nodes.Element) else part
        for part in parts
    )


def test_the_glossary_page_is_the_list_longest_first() -> None:
    assert terms.read_terms(GLOSSARY) == ["cross-entropy", "entropy"]


@pytest.mark.parametrize(
    ("paragraph", "expected"),
    [
        pytest.param("The weight is 2.", "The [weight] is 2.", id="a-word"),
        pytest.param("Two weights.", "Two [weights].", id="a-plural"),
        pytest.param("Weight first.", "[Weight] first.", id="a-capital"),
        pytest.param(
            "A weight, a weight.",
            "A [weight], a weight.",
            id="only-the-first-use",
        ),
        pytest.param(
            "The weighted sum.",
            "The [weighted sum].",
            id="not-inside-another-word",
        ),
        pytest.param(
            "A weight-free day.", "A weight-free day.", id="not-in-a-compound"
        ),
        pytest.param("Nothing here.", "Nothing here.", id="no-use"),
        pytest.param(
            "A sum, a bias and a weight.",
            "A sum, a [bias] and a [weight].",
            id="two",
        ),
    ],
)
def test_the_first_use_of_each_term_is_linked(
    paragraph: str, expected: str
) -> None:
    assert linked(paragraph, ["weighted sum", "weight", "bias"]) == expected


def test_a_longer_term_wins_over_one_inside_it() -> None:
    names = terms.read_terms(GLOSSARY)
    assert linked("The cross-entropy and the entropy.", names) == (
        "The [cross-entropy] and the [entropy]."
    )


def test_a_term_that_was_linked_is_not_linked_again() -> None:
    names = ["weight"]
    assert linked("A weight.", names) == "A [weight]."
    assert linked("A weight.", names) == "A weight."


def test_titles_links_code_and_formulas_hold_no_link() -> None:
    document = nodes.section(
        "",
        nodes.title("", "The weight"),
        nodes.paragraph("", "", nodes.reference("", "", nodes.Text("weight"))),
        nodes.paragraph(
            "", "", nodes.literal("", "weight"), nodes.math("", "weight")
        ),
        nodes.paragraph(
            "", "", nodes.Text("plain"), nodes.strong("", "weight")
        ),
    )
    assert [str(text) for text in terms.open_texts(document)] == [
        "plain",
        "weight",
    ]
