"""A table that folds: every cell of its list says what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes
from docutils.utils import new_document

from bookbuild.tables import FoldWideTables, folding_table, name_columns

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Rendered

    Render = Callable[..., Rendered]

HEAD = ("work", "version", "licence")


def rows(*texts: list[str]) -> list[nodes.row]:
    cells = [[[nodes.Text(text)] for text in line] for line in texts]
    table = folding_table(HEAD, cells, "works")
    assert table["classes"] == ["folding", "works"]
    (body,) = table.findall(nodes.tbody)
    return list(body.findall(nodes.row))


def test_each_cell_but_the_title_has_its_columns_name() -> None:
    (row,) = rows(["Sphinx", "9.0", "BSD"])
    texts = [entry.astext() for entry in row.findall(nodes.entry)]
    assert texts == ["Sphinx", "version: 9.0", "licence: BSD"]
    names = [node["classes"] for node in row.findall(nodes.inline)]
    assert names == [["column-name"], ["column-name"]]


def test_an_empty_cell_is_marked_and_has_no_name() -> None:
    (row,) = rows(["Popper", "", "MIT"])
    _, empty, _ = row.findall(nodes.entry)
    assert empty["classes"] == ["empty"]
    assert empty.astext() == ""


def test_two_columns_stay_as_they_are() -> None:
    table = folding_table(
        HEAD[:2], [[[nodes.Text("Sphinx")], [nodes.Text("9.0")]]], "works"
    )
    assert table["classes"] == ["works"]
    assert [entry.astext() for entry in table.findall(nodes.entry)] == [
        "work",
        "version",
        "Sphinx",
        "9.0",
    ]


def test_a_row_of_one_cell_takes_the_whole_width() -> None:
    _, row = rows(["Sphinx", "9.0", "BSD"], ["and others"])
    (entry,) = row.findall(nodes.entry)
    assert entry["morecols"] == 2
    assert entry.astext() == "and others"


def written(columns: int) -> str:
    names = [f"c{number}" for number in range(columns)]
    lines = (names, ["---"] * columns, ["x"] * (columns - 1), [])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines if line)


def test_a_wide_table_of_the_prose_folds_too(render: Render) -> None:
    rendered = render(f"# Title\n\n{written(5)}\n\n{written(4)}\n")
    wide, narrow = rendered.page("index").select("table")
    cells = [cell.text.strip() for cell in wide.select("td")]
    assert cells == ["x", "c1: x", "c2: x", "c3: x", ""]
    assert "folding" in wide["class"]
    assert "empty" in wide.select("td")[-1]["class"]
    assert "folding" not in narrow["class"]
    assert rendered.warnings == ""


def test_what_the_build_has_folded_is_not_folded_again() -> None:
    document = new_document("page")
    head = ("a", "b", "c", "d", "e")
    cells = [[nodes.Text("x")] for _ in head]
    document += folding_table(head, [cells], "works")
    before = document.pformat()
    FoldWideTables(document).run()
    assert document.pformat() == before


def test_a_cell_without_a_paragraph_has_its_columns_name_too() -> None:
    code = nodes.literal_block("", "x = 1")
    row = nodes.row("", nodes.entry(), nodes.entry("", code))
    name_columns(row, ("a", "b"))
    assert [node.astext() for node in row[1].children] == ["b: ", "x = 1"]
