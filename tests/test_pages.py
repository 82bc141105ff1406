"""Every page of the book keeps the promises that CONTRIBUTING.md makes of a page."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from myst_nb.core.read import read_myst_markdown_notebook

from bookbuild.source import code_of

if TYPE_CHECKING:
    from nbformat import NotebookNode

ROOT = Path(__file__).parent.parent
BOOK = ROOT / "book"
MOST_LINES = 12
MOST_COLUMNS = 80


def names(paths: list[Path]) -> list[str]:
    return [path.relative_to(BOOK).with_suffix("").as_posix() for path in paths]


def read(name: str) -> str:
    return (BOOK / f"{name}.md").read_text(encoding="utf-8")


def front_matter(name: str) -> dict[str, Any]:
    text = read(name)
    return (
        yaml.safe_load(text.split("---\n")[1])
        if text.startswith("---\n")
        else {}
    )


def notebook(name: str) -> NotebookNode:
    return read_myst_markdown_notebook(read(name), add_source_map=True)


def code_cells(name: str) -> list[NotebookNode]:
    return [cell for cell in notebook(name).cells if cell.cell_type == "code"]


def is_hidden(cell: NotebookNode) -> bool:
    return "remove-cell" in cell.metadata.get("tags", [])


PAGES = names(sorted(BOOK.rglob("*.md")))
EXECUTED = [
    name for name in PAGES if front_matter(name).get("file_format") == "mystnb"
]
LESSONS = [name for name in EXECUTED if "slides" in front_matter(name)]
ALL_TEXT = "\n".join(read(name) for name in PAGES)

FIGURE_MODULES = "|".join(
    path.stem for path in sorted(ROOT.glob("src/annbook/figures/[a-z]*.py"))
)
WORKSHOP = [name for name in PAGES if name.startswith("workshop/")]

every_page = pytest.mark.parametrize("name", PAGES)
every_executed_page = pytest.mark.parametrize("name", EXECUTED)
every_lesson = pytest.mark.parametrize("name", LESSONS)


def test_the_book_has_lessons() -> None:
    assert len(LESSONS) >= 9


@every_page
def test_a_page_with_cells_is_executed(name: str) -> None:
    assert ("```{code-cell}" in read(name)) == (name in EXECUTED)


@every_lesson
def test_a_lesson_says_slides_and_minutes_and_needs_pages_that_exist(
    name: str,
) -> None:
    matter = front_matter(name)
    assert all(section in range(17) for section in matter["slides"])
    assert 0 < matter["minutes"] <= 60
    assert set(matter.get("needs", [])) <= set(PAGES)


@pytest.mark.parametrize("name", WORKSHOP)
def test_a_page_of_the_workshop_says_which_step_it_is(name: str) -> None:
    step = front_matter(name)["step"]
    assert (step == "all") == (name == "workshop/agenda")


@every_lesson
def test_a_lesson_opens_with_its_card_and_ends_with_a_summary(
    name: str,
) -> None:
    text = read(name)
    first_section = text.index("\n## ")
    assert ":::{lesson} " in text[:first_section]
    assert "## Summary" in text or name.startswith("setup/")


@every_page
def test_every_heading_has_a_label_of_its_own(name: str) -> None:
    lines = outside_fences(read(name))
    headings = [
        number
        for number, line in enumerate(lines)
        if re.match(r"#{1,6} ", line)
    ]
    assert headings
    for number in headings:
        assert re.fullmatch(r"\([a-z0-9-]+\)=", lines[number - 1]), lines[
            number
        ]


def test_no_label_is_given_twice() -> None:
    labels = re.findall(r"^\(([a-z0-9-]+)\)=$", ALL_TEXT, re.MULTILINE)
    assert len(labels) == len(set(labels))


def outside_fences(text: str) -> list[str]:
    """Return the lines, those inside code fences emptied."""
    fence, lines = "", []
    for line in text.splitlines():
        mark = re.match(r"(`{3,}|~{3,})", line)
        if mark and not fence:
            fence = mark[1]
        elif mark and line.strip() == fence:
            fence = ""
        lines.append("" if fence or mark else line)
    return lines


@every_executed_page
def test_a_cell_is_short(name: str) -> None:
    for cell in code_cells(name):
        if not is_hidden(cell):
            assert len(cell.source.strip().splitlines()) <= MOST_LINES, (
                cell.source
            )


@every_executed_page
def test_no_two_cells_stand_together_without_a_sentence(name: str) -> None:
    before = None
    for cell in notebook(name).cells:
        together = before is not None and cell.cell_type == before == "code"
        assert not together or is_hidden(cell), cell.source
        before = cell.cell_type


@every_executed_page
def test_every_drawing_cell_has_real_alt_text(name: str) -> None:
    for cell in code_cells(name):
        draws = re.search(
            rf"^({FIGURE_MODULES}|figures)\.\w+\(",
            last_statement(cell.source),
        )
        if draws and not is_hidden(cell):
            alt = cell.metadata["mystnb"]["image"]["alt"]
            assert len(alt.split()) >= 6, alt


def last_statement(source: str) -> str:
    body = ast.parse(re.sub(r"^%.*$", "", source, flags=re.MULTILINE)).body
    return ast.get_source_segment(source, body[-1]) or ""


@every_executed_page
def test_the_last_cell_is_hidden_and_asserts(name: str) -> None:
    last = code_cells(name)[-1]
    assert is_hidden(last)
    assert any(
        isinstance(node, ast.Assert)
        for node in ast.walk(ast.parse(last.source))
    )


@every_executed_page
def test_a_page_that_uses_the_data_says_so(name: str) -> None:
    uses = any(
        re.search(r"\bmnist\.(load|edition)\(", cell.source)
        for cell in code_cells(name)
    )
    assert (front_matter(name).get("data") == "mnist") == uses


@every_executed_page
def test_pages_glue_plain_numbers_of_their_own(name: str) -> None:
    text = read(name)
    assert "::" not in "".join(re.findall(r"\{glue:?\w*\}`([^`]*)`", text))
    glued = re.findall(r"\{(?:glue:text|claim)\}`([^`]*)`", text)
    assert all(":" in each or "=" in each for each in glued), glued


@every_lesson
def test_each_choice_of_a_question_has_feedback(name: str) -> None:
    questions = re.findall(
        r":::\{question\} .*?\n(.*?)\n:::", read(name), re.DOTALL
    )
    assert 2 <= len(questions) <= 3 or name.startswith("setup/")
    for question in questions:
        choices = re.findall(r"^- \[[ x]\] .+\n\n  \S", question, re.MULTILINE)
        assert (
            len(choices)
            == len(re.findall(r"^- \[", question, re.MULTILINE))
            >= 2
        )


@pytest.mark.parametrize(
    "path",
    sorted(ROOT.glob("src/annbook/**/*.py")),
    ids=lambda path: path.relative_to(ROOT / "src/annbook").as_posix(),
)
def test_a_module_imports_tensorflow_only_if_it_uses_it(path: Path) -> None:
    top = ast.parse(path.read_text(encoding="utf-8")).body
    imported = {
        alias.name
        for node in top
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    uses = re.search(r"\btf\.\w", path.read_text(encoding="utf-8"))
    deferred = path.stem == "check"  # it imports it in a function
    assert ("tensorflow" in imported) == (bool(uses) and not deferred)


@every_executed_page
def test_code_fits_the_column(name: str) -> None:
    shown = re.findall(r"^```\{source\} (\S+)$", read(name), re.MULTILINE)
    code = [cell.source for cell in code_cells(name) if not is_hidden(cell)]
    code += [package_code(each) for each in shown]
    too_long = [
        line
        for each in code
        for line in each.splitlines()
        if len(line) > MOST_COLUMNS
    ]
    assert not too_long


def package_code(full_name: str) -> str:
    module, _, name = full_name.rpartition(".")
    path = (ROOT / "src").joinpath(*module.split(".")).with_suffix(".py")
    return code_of(path.read_text(encoding="utf-8"), name) or ""
