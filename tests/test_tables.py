"""A table that folds: every cell of its list says what it is."""

from __future__ import annotations

from docutils import nodes

from bookbuild.tables import folding_table

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
