"""The reference pages say what is so: the map of the slides, the symbols, the glossary."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from pathlib import Path
from typing import Any

import pytest
from test_pages import (
    EXECUTED,
    LESSONS,
    PAGES,
    code_cells,
    front_matter,
    is_hidden,
    read,
)

SOURCE = Path(__file__).parents[1] / "src"
SECTIONS = range(17)


def rows(page: str) -> list[list[str]]:
    """Return the cells of each row of a page's first table, without its head."""
    lines = [line for line in read(page).splitlines() if line.startswith("|")]
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in lines[2:]
    ]


def find(full_name: str) -> Any:
    module, _, name = full_name.rpartition(".")
    return getattr(importlib.import_module(module), name)


def linked_pages(cell: str) -> list[str]:
    return re.findall(r"\{doc\}`/([^`]+)`", cell)


def named_functions(cell: str) -> list[str]:
    return re.findall(r"`(annbook\.[\w.]+)`", cell)


FUNCTIONS = {
    f"{path.stem}.{node.name}"
    for path in sorted(SOURCE.glob("annbook/[a-z]*.py"))
    for node in ast.parse(path.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef)
}

SLIDES = rows("reference/slides")
NOTATION = rows("reference/notation")


def test_every_section_of_the_deck_has_a_row_in_order() -> None:
    assert [int(row[0].split(".")[0]) for row in SLIDES] == list(SECTIONS)


@pytest.mark.parametrize("row", SLIDES, ids=lambda row: row[0])
def test_every_section_has_a_page_that_says_it_covers_it(
    row: list[str],
) -> None:
    section, pages = int(row[0].split(".")[0]), linked_pages(row[1])
    covering = {
        name for name in LESSONS if section in front_matter(name)["slides"]
    }
    assert set(pages) == covering
    assert pages


@pytest.mark.parametrize("row", SLIDES, ids=lambda row: row[0])
def test_the_named_code_exists_and_is_shown_or_run_on_the_section_s_page(
    row: list[str],
) -> None:
    pages = linked_pages(row[1])
    text = "\n".join(read(page) for page in pages)
    for full_name in named_functions(row[2]):
        assert callable(find(full_name))
        short = ".".join(full_name.split(".")[-2:])
        assert not pages or full_name in text or f"{short}(" in text, full_name


@pytest.mark.parametrize("row", NOTATION, ids=lambda row: row[0])
def test_the_code_uses_the_name_that_the_notation_gives(row: list[str]) -> None:
    _, _, name, place = row
    (full_name,) = named_functions(place)
    found = find(full_name)
    if name.startswith("`"):
        names = {found.__name__, *inspect.signature(found).parameters}
        assert name.strip("`") in names
    else:
        assert name == "the result"


def test_no_symbol_is_explained_twice() -> None:
    symbols = [symbol for row in NOTATION for symbol in row[0].split(", ")]
    assert len(symbols) == len(set(symbols))


def test_the_errata_cover_every_section_with_a_mistake() -> None:
    told = re.findall(
        r"^## Section (\d+):", read("reference/errata"), re.MULTILINE
    )
    assert [int(number) for number in told] == [0, 3, 6, 7, 8, 10, 12]


def test_every_mistake_is_proven_by_a_cell() -> None:
    sections = read("reference/errata").split("\n## ")[1:]
    assert all("```{code-cell}" in section for section in sections)


def test_the_glossary_is_in_order() -> None:
    terms = re.findall(
        r"^(\S.*)\n {4}\S", read("reference/glossary"), re.MULTILINE
    )
    assert terms == sorted(terms, key=str.casefold)
    assert len(terms) >= 30


@pytest.mark.parametrize("name", EXECUTED)
def test_every_function_of_annbook_that_a_page_uses_is_shown_on_some_page(
    name: str,
) -> None:
    everywhere = "\n".join(read(page) for page in PAGES)
    shown = set(
        re.findall(
            r"^```\{source\} annbook\.(\w+\.\w+)$", everywhere, re.MULTILINE
        )
    )
    code = "\n".join(
        cell.source for cell in code_cells(name) if not is_hidden(cell)
    )
    used = set(re.findall(r"\b([a-z]\w*\.[a-z_]\w*)\(", code)) & FUNCTIONS
    assert used - shown <= UNSHOWN


# Too long to be read on a page, or not what it teaches: the API reference has them.
UNSHOWN = {
    "check.main",
    "checkpoint.read",
    "cluster.last_line",
    "cluster.log",
    "cluster.run",
    "cluster.tf_config",
    "convolution.predict",
    "drawing.draw_digits",
    "drawing.photograph",
    "drawing.strokes",
    "hidden.classify",
    "landscape.around",
    "landscape.distances",
    "landscape.flatten",
    "landscape.unflatten",
    "models.load",
    "models.probabilities",
    "neuron.logit",
    "preparation.centre_of_mass",
    "preparation.crop",
    "saving.load",
    "saving.save",
    "saving.size",
    "summaries.read_embedding",
    "summaries.read_events",
    "summaries.read_graph",
    "summaries.write",
    "check.problems",
    "check.versions",
    "mnist.describe",
    "mnist.edition",
    "mnist.load",
    "network.cost",
    "network.gradient",
    "network.initialise",
    "network.predict",
    "network.train",
    "nudging.nudged_gradient",
    "softmax.train",
}
