"""A page as plain Markdown: every form of text that the book uses, read back by a parser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from bs4 import BeautifulSoup
from conftest import NOTEBOOK
from docutils import nodes
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from sphinx.errors import ExtensionError

from bookbuild.markdown import Writer, around, escaped, quoted, ticks

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Rendered

PLAIN = Writer(lambda _: "", lambda _: "")
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def paragraph(text: str) -> nodes.paragraph:
    return nodes.paragraph("", "", nodes.Text(text))


def read(markdown: str) -> str:
    """Return what a reader sees of Markdown."""
    return BeautifulSoup(READER.render(markdown), "html.parser").get_text()


# --- Plain text stays plain ---------------------------------------------------------------


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_any_text_reads_as_it_was(text: str) -> None:
    words = " ".join(text.split())
    assert " ".join(read(PLAIN.block(paragraph(words))).split()) == words


@pytest.mark.parametrize(
    "text",
    [
        "# no heading",
        "- no item",
        "+ no item",
        "> no quotation",
        "1. no item",
        "2) no item",
        "1.5 is a number",
        "a_b_c and _no emphasis_",
        "__init__ and a__b",
        "2 * 3 * 4",
        "it costs $1, not $2",
        "a `tick`",
        "x < y > z <b>",
        "[no](link) ![no](picture)",
        "~~not struck out~~",
        "&lt; as it is",
        r"C:\Users\new",
        "---",
        "===",
    ],
)
def test_what_markdown_would_take_for_its_own_stays_text(text: str) -> None:
    html = READER.render(PLAIN.block(paragraph(text)))
    assert re.fullmatch(r"<p>.*</p>\n", html)
    assert BeautifulSoup(html, "html.parser").get_text().strip() == text


@given(st.text(st.sampled_from("`a "), min_size=1).filter(str.strip))
def test_any_code_reads_as_it_was(code: str) -> None:
    code = code.strip()
    written = PLAIN.write("inline", nodes.literal(text=code))
    assert (
        READER.renderInline(written)
        == f"<code>{BeautifulSoup(code, 'html.parser')}</code>"
    )


@given(st.text(st.sampled_from("`ab\n")))
def test_fenced_code_is_not_ended_by_its_own_backticks(code: str) -> None:
    block = PLAIN.block(nodes.literal_block(code, code, language="python"))
    (token,) = READER.parse(block)
    assert token.content.rstrip("\n") == code.rstrip("\n")
    assert token.info == "python"


def test_marks_stand_close_to_the_words() -> None:
    assert around("**", "Right. ") + "So it is." == "**Right.** So it is."
    assert around("*", " ") == " "


def test_a_line_of_a_quotation_has_no_blank_at_its_end() -> None:
    assert quoted("a\n\nb") == "> a\n>\n> b"


def test_a_fence_is_longer_than_any_row_of_backticks() -> None:
    assert ticks("a ```` b", least=3) == "`````"
    assert ticks("a", least=3) == "```"


def test_a_mark_is_escaped_once() -> None:
    assert escaped("f_x") == "f_x"
    assert escaped("*a*") == r"\*a\*"


# --- Every form that a page has -----------------------------------------------------------

FORMS = {
    "emphasis": ("An *odd* and a **bold** word.", None),
    "code": ("The value `a_b`.", None),
    "maths": ("Half of $a_1 < b$.", None),
    "a link": ("[A site](https://example.org/a?b=c).", None),
    "a break": ("One\\\ntwo.", None),
    "a list": ("- one\n- two", None),
    "a loose list": (
        "- one\n\n  more\n- two",
        "- one\n\n  more\n\n- two",
    ),
    "numbers": ("3. three\n4. four", None),
    "a list in a list": ("- one\n  - deeper", "- one\n\n  - deeper"),
    "a listing": ("```python\nx = 1\n```", None),
    "a formula": ("$$ a = b $$", "$$\na = b\n$$"),
    "a numbered formula": ("$$ a = b $$ (eq-a)", "$$\na = b \\tag{1}\n$$"),
    "a reference to it": ("See {eq}`eq-a`.", "See (1)."),
    "a table": (
        "| a | b |\n| --- | --- |\n| `x\\|y` | $1$ |",
        "| a | b |\n| --- | --- |\n| `x\\|y` | $1$ |",
    ),
    "an admonition": (
        ":::{admonition} Mind *this*\nA word.\n:::",
        "> **Mind *this***\n>\n> A word.",
    ),
    "a note": (":::{note}\nA word.\n:::", "> **Note**\n>\n> A word."),
    "a reference to a section": (
        "Go to {ref}`home`.",
        "Go to *Home*.",
    ),
    "a comment": ("% nothing\n\nSomething.", "Something."),
    "a function": (
        "```{source} example.add\n```",
        "`example.add`\n\n```python\ndef add(a, b):\n    return a + b\n```",
    ),
    "a question": (
        ":::{question} What is $1 + 1$?\n"
        "- [ ] `3` < 4\n\n  Too many.\n"
        "- [x] 2\n\n  Count *them*.\n:::",
        "> **What is $1 + 1$?**\n>\n"
        "> <details>\n> <summary><code>3</code> &lt; 4</summary>\n>\n"
        "> **Not quite.** Too many.\n>\n> </details>\n>\n"
        "> <details>\n> <summary>2</summary>\n>\n"
        "> **Right.** Count *them*.\n>\n> </details>",
    ),
    "a widget": (
        ":::{widget} dial Turn it\nTurn the page.\n:::",
        "> **Turn it**\n>\n> Turn the page.",
    ),
    "a dropdown": (
        ":::{dropdown} Show it\nIt *is* there.\n:::",
        "<details>\n<summary>Show it</summary>\n\nIt *is* there.\n\n</details>",
    ),
}
"""What stands on the page, and what in the notebook where that is not the same."""

CELL = "```{code-cell}\n1\n```"


def test_every_form_of_a_page_has_its_form_in_a_notebook(
    render: Callable[..., Rendered], tmp_path
) -> None:
    (tmp_path / "example.py").write_text("def add(a, b):\n    return a + b\n")
    text = "\n\n".join(
        f"(section-{place})=\n## Section {place}\n\n{source}\n\n{CELL}"
        for place, (source, _) in enumerate(FORMS.values())
    )
    built = render(
        f"{NOTEBOOK}(home)=\n# Home\n\n{text}\n",
        extensions=["myst_nb", "sphinx_design", "bookbuild"],
        book_source=str(tmp_path),
        suppress_warnings=["myst-nb.lexer"],  # no cell is run
    )
    assert built.warnings == ""
    texts = [
        cell.source.partition("\n\n")[2]
        for cell in built.notebook("index").cells
        if cell.source.startswith("## ")
    ]
    wanted = {claim: text or source for claim, (source, text) in FORMS.items()}
    assert dict(zip(FORMS, texts, strict=True)) == wanted


def test_what_has_no_form_is_not_left_out_in_silence() -> None:
    with pytest.raises(ExtensionError, match="'footnote'"):
        PLAIN.block(nodes.footnote())
    with pytest.raises(ExtensionError, match="raw HTML: <b>"):
        PLAIN.block(
            nodes.paragraph("", "", nodes.raw("", "<b>", format="html"))
        )
