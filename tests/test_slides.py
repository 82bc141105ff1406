"""The slide view of a lesson: the rule that cuts it, and the page that it becomes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from docutils import nodes

from bookbuild.room import best_cut
from bookbuild.slicing import Unit, balanced

if TYPE_CHECKING:
    from collections.abc import Callable

    from bs4 import Tag
    from conftest import Rendered

    Render = Callable[..., Rendered]

# sphinx-exercise still uses what a later Sphinx will drop.
pytestmark = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")

CARD = """\
---
minutes: 15
---

(lesson)=
# Learn *slowly*

:::{lesson} How?
- learn
:::
"""
EXTENSIONS = ["myst_nb", "sphinx_exercise", "bookbuild"]
LONG = "This sentence is about as long as a line of a slide, so three of them are too many. "


def deck(render: Render, text: str, **settings: object) -> list[Tag]:
    """Return the slides of a lesson with that text."""
    built = render(CARD + text, extensions=EXTENSIONS, **settings)
    assert built.warnings == ""
    return built.page("index.slides").select("section.slide")


def heading(slide: Tag) -> str:
    words = slide.find(["h1", "h2"])
    for count in words.find_all("small"):
        count.extract()
    return words.text.strip()


def body(slide: Tag) -> str:
    return " ".join(slide.select_one(".slide-body").text.split())


def notes(slide: Tag) -> str:
    aside = slide.select_one(".slide-notes")
    return " ".join(aside.text.split()) if aside else ""


# --- The rule -----------------------------------------------------------------------------


def test_the_first_slide_has_the_title_and_the_question(render: Render) -> None:
    first, second = deck(render, "Said by the speaker.\n\n## One\n\nText.\n")
    assert first.h1.em.text == "slowly"
    assert heading(first) == "Learn slowly"
    assert body(first).startswith(
        "How? After this page you can: learn 15 minutes."
    )
    assert "slides" not in body(first)
    assert notes(first) == "Said by the speaker."
    assert heading(second) == "One"


def test_an_opening_with_a_word_in_bold_is_shown(render: Render) -> None:
    _, opening, _ = deck(
        render, "A **model** answers. It learns.\n\n## One\n\nText.\n"
    )
    assert heading(opening) == "Learn slowly"
    assert body(opening) == "A model answers. It learns."
    assert opening.find("small") is None


SHOWN = {
    "the sentence before a thing asks, the one after it reads": (
        f"{LONG * 3}What is it?\n\n$$ a $$\n\nIt is a. {LONG * 3}",
        "What is it? a It is a.",
        2,
    ),
    "a short paragraph is shown whole": (
        "First. Second. What?\n\n$$ a $$\n\nIt is a. Third.",
        "First. Second. What? a It is a. Third.",
        0,
    ),
    "of a long one what is in bold": (
        f"{LONG * 3}A **key** is kept. {LONG}\n\nWhat?\n\n$$ a $$",
        "A key is kept. What? a",
        1,
    ),
    "a question after a thing comes with its answer": (
        f"What?\n\n$$ a $$\n\nWhy a? Since a. {LONG * 3}",
        "What? a Why a? Since a.",
        1,
    ),
    "a question leads to the thing that answers it": (
        "What?\n\n$$ a $$\n\nWhy a? Look at b:\n\n$$ b $$",
        "What? a Why a? Look at b: b",
        0,
    ),
    "what points at the sentence before comes with it": (
        f"{LONG * 3}Here is a rule. It is the **key**.\n\n{LONG * 3}A rule. "
        "It gives\n\n$$ a $$",
        "Here is a rule. It is the key. A rule. It gives a",
        2,
    ),
    "prose alone is shown whole where a slide holds it": (
        LONG * 3,
        (LONG * 3).strip(),
        0,
    ),
}


@pytest.mark.parametrize(
    ("text", "shown", "in_notes"), SHOWN.values(), ids=SHOWN.keys()
)
def test_of_prose_a_slide_shows(
    render: Render, text: str, shown: str, in_notes: int
) -> None:
    (slide,) = deck(render, f"\n## One\n\n{text}\n")[1:]
    assert body(slide) == shown
    paragraphs = slide.select(".slide-notes p")
    assert len(paragraphs) == in_notes


@pytest.mark.parametrize("answer", ["See:", "This is y. It gives:"])
def test_a_question_stands_on_the_slide_of_its_answer(
    render: Render, answer: str
) -> None:
    code = "```\n" + "x\n" * 12 + "```\n"
    text = f"\n## One\n\nWhat?\n\n{code}\nWhy? {answer}\n\n{code}\nSo it is.\n"
    first, second = deck(render, text)[1:]
    assert "Why?" not in body(first)
    assert body(second).startswith(f"Why? {answer}")


def test_a_reading_stays_with_its_thing(render: Render) -> None:
    code = "```\n" + "x\n" * 12 + "```\n"
    text = f"\n## One\n\n{code}\nOne x. It leads to:\n\n{code}"
    first, second = deck(render, text)[1:]
    assert body(first).endswith("x One x.")
    assert body(second).startswith("It leads to:")


def test_what_a_place_to_try_leads_to_is_for_the_speaker(
    render: Render,
) -> None:
    widget = ":::{widget} corner Move\n\nNo script.\n:::\n"
    text = f"\n## One\n\nHow far?\n\n{widget}\nIt takes five. More.\n\nOn.\n"
    settings = {"book_widgets": {"corner": []}}
    tried = deck(render, text, **settings)[1]
    assert body(tried).startswith("How far?")
    assert "five" not in body(tried)
    assert notes(tried) == "It takes five. More."


def test_what_only_the_notes_say_is_not_lost(render: Render) -> None:
    (slide,) = deck(
        render, f"\n## One\n\n{LONG * 3}\n\n{LONG * 3}What?\n\n$$ a $$\n"
    )[1:]
    assert body(slide) == "What? a"
    assert notes(slide) == f"{LONG * 6}What?"


def test_things_that_a_slide_cannot_hold_go_on_under_the_same_heading(
    render: Render,
) -> None:
    formula = "What?\n\n$$ \\frac{a}{b} $$\n\nSo it is.\n\n"
    slides = deck(render, f"\n(one)=\n## One\n\n{formula * 7}")[1:]
    assert [heading(each) for each in slides] == ["One"] * len(slides)
    assert len(slides) > 1
    counts = [len(each.select("math")) for each in slides]
    assert sum(counts) == 7
    assert max(counts) - min(counts) <= 1, "they are filled evenly"


def test_continued_headings_are_counted(render: Render) -> None:
    formula = "What?\n\n$$ a $$\n\nSo it is.\n\n"
    built = render(CARD + f"\n## One\n\n{formula * 4}", extensions=EXTENSIONS)
    small = [
        each.text for each in built.page("index.slides").select("h2 small")
    ]
    assert small == ["1 of 2", "2 of 2"]


QUESTION = """
:::{question} Which?
- [ ] this

  No.
- [x] that

  Yes.
:::
"""
EXERCISE = """
```{exercise} With a gap
:label: gap

Fill it.
```
"""


def test_questions_and_exercises_have_slides_of_their_own(
    render: Render,
) -> None:
    text = f"\n## One\n\nShort.\n\n$$ a $$\n{QUESTION}{EXERCISE}\n$$ b $$\n"
    kinds = [
        each["class"][1].removeprefix("slide-") for each in deck(render, text)
    ]
    assert kinds == [
        "title",
        "text",
        "question",
        "exercise_enumerable_node",
        "text",
    ]


def test_a_solution_begins_slides_of_its_own(render: Render) -> None:
    solution = "\n```{solution} gap\nIt is $a$.\n```\n"
    text = f"\n(one)=\n## One\n{EXERCISE}{solution}\n$$ b $$\n"
    _, exercise, solved, after = deck(render, text)
    assert heading(solved) == "Solution to Exercise 1 (With a gap)"
    assert body(solved) == "It is a."
    assert heading(after) == "One"
    assert after["data-page"] == exercise["data-page"] == "index.html#one"


def test_a_long_table_goes_on_with_its_head(render: Render) -> None:
    rows = "".join(f"| {n} | words |\n" for n in range(30))
    slides = deck(render, f"\n## One\n\n| n | what |\n| --- | --- |\n{rows}")[
        1:
    ]
    assert len(slides) > 1
    assert all(each.select_one("thead th").text == "n" for each in slides)
    numbers = [
        td.text for each in slides for td in each.select("td:first-child")
    ]
    assert numbers == [str(n) for n in range(30)]


def test_a_long_numbered_list_goes_on_counting(render: Render) -> None:
    items = "".join(f"{n}. words\n" for n in range(1, 31))
    slides = deck(render, f"\n## One\n\n{items}")[1:]
    starts = [int(each.ol.get("start", 1)) for each in slides]
    lengths = [len(each.select("li")) for each in slides]
    assert sum(lengths) == 30
    assert starts == [1 + sum(lengths[:i]) for i in range(len(lengths))]


CODE = [
    "def long(",
    *(f"    argument_{n}," for n in range(8)),
    "):",
    "    for n in range(8):",
    *(f"        call({n})" for n in range(4)),
    "    done = call(",
    "        8,",
    "    )",
    "    return done",
]


def test_long_code_is_divided_outside_its_brackets() -> None:
    cut = best_cut(CODE)
    assert CODE[cut - 1] in ("):", "        call(3)")
    assert abs(cut - len(CODE) // 2) <= len(CODE) // 6


def test_a_boxs_label_is_written_once(render: Render) -> None:
    _, slide = deck(render, "\n## One\n\n:::{note}\nWords.\n:::\n")
    assert body(slide) == "Note Words."


def formulas(count: int) -> list[Unit]:
    """Return so many small things, each 2.6 lines high."""
    return [Unit(thing=nodes.math_block("a", "a")) for _ in range(count)]


def code(lines: int) -> Unit:
    text = "\n".join(["x"] * lines)
    return Unit(thing=nodes.literal_block(text, text))


SAYING = Unit(lead=[nodes.paragraph("", "A sentence.")])
FULL = 17
"""Lines of code that leave no room for a sentence."""


@pytest.mark.parametrize(
    ("queue", "counts"),
    [
        ([*formulas(7)], [4, 3]),
        ([SAYING, code(FULL)], [2]),
        ([code(FULL), SAYING], [2]),
        ([code(FULL), SAYING, code(FULL)], [1, 2]),
        ([code(FULL), *formulas(1)], [2]),
        ([code(FULL), *formulas(2)], [1, 2]),
        ([SAYING], [1]),
        ([Unit(notes=[nodes.paragraph("", "Noted.")])], [1]),
    ],
)
def test_slides_are_filled_evenly_and_none_with_next_to_nothing(
    queue: list[Unit], counts: list[int]
) -> None:
    assert [len(each) for each in balanced(queue)] == counts


# --- The page -----------------------------------------------------------------------------


def test_a_lesson_links_to_its_slides_and_they_lead_back(
    render: Render,
) -> None:
    built = render(CARD + "\n(one)=\n## One\n\nText.\n")
    link = built.page("index").select_one(".lesson-card .lesson-slides a")
    assert link["href"] == "index.slides.html"
    page = built.page("index.slides")
    assert page.select_one(".slides-page")["href"] == "index.html"
    assert [each["data-page"] for each in page.select(".slide")] == [
        "index.html#lesson",
        "index.html#one",
    ]


def test_a_page_in_a_folder_finds_its_files_and_neighbours(
    render: Render,
) -> None:
    lesson = CARD + "\n## One\n\n{doc}`/other`\n"
    files = {"theory/x.md": lesson, "other.md": "# Other\n"}
    built = render("# I\n\n```{toctree}\ntheory/x\nother\n```\n", files)
    assert built.warnings == ""
    page = built.page("theory/x.slides")
    assert page.select_one(".slide-body > p a")["href"] == "../other.html"
    assert (
        page.select_one("script[defer]")["src"] == "../_static/slides/slides.js"
    )


def test_what_is_no_lesson_has_no_slides(render: Render) -> None:
    built = render("# Title\n\nText.\n")
    assert not list(built.folder.glob("*.slides.html"))


def test_searches_find_the_page_and_not_its_slides(render: Render) -> None:
    built = render(CARD, html_baseurl="https://example.org/book/")
    page = built.page("index.slides")
    assert page.select_one("meta[name=robots]")["content"] == "noindex"
    canonical = page.select_one("link[rel=canonical]")["href"]
    assert canonical == "https://example.org/book/index.html"
    index = (built.folder / "searchindex.js").read_text(encoding="utf-8")
    assert "slides" not in index


def test_only_files_are_asked_for_and_no_script_stands_in_the_page(
    render: Render,
) -> None:
    page = render(CARD + ":::{widget} predictor Turn\n\nText.\n:::\n").page(
        "index.slides"
    )
    scripts = [each.get("src") for each in page.find_all("script")]
    assert scripts == [
        "_static/theme.js",
        "_static/slides/slides.js",
        "_static/widgets/widget.js",
        "_static/widgets/predictor.js",
    ]
    assert not [
        name
        for tag in page.find_all()
        for name in tag.attrs
        if name.startswith("on")
    ]


def test_ids_are_given_once_and_links_within_the_deck_lead_somewhere(
    render: Render,
) -> None:
    text = (
        f"\n(one)=\n## One\n\n{LONG * 3}[To *two*](#two). What [is]{{#is}} it?\n\n"
        "$$ a $$ (eq-a)\n\nIt is {eq}`eq-a`.\n\n(two)=\n## Two\n\nSee {ref}`one`.\n"
    )
    extensions = ["attrs_inline", "colon_fence", "dollarmath"]
    built = render(CARD + text, myst_enable_extensions=extensions)
    page = built.page("index.slides")
    assert len(page.select('[id="is"]')) == 1
    ids = [tag["id"] for tag in page.select("[id]")]
    assert len(ids) == len(set(ids))
    links = [a["href"] for a in page.select('a[href^="#"]')]
    assert links
    assert {each[1:] for each in links} <= set(ids)


def test_every_slide_has_a_number_and_a_heading_that_names_it(
    render: Render,
) -> None:
    page = render(CARD + f"\n## One\n\n{QUESTION}\n## Two\n\nText.\n").page(
        "index.slides"
    )
    slides = page.select("section.slide")
    assert [each["id"] for each in slides] == ["1", "2", "3"]
    for slide in slides:
        assert page.find(id=slide["aria-labelledby"]).text.strip()
    assert re.match("Learn slowly", page.title.text)
