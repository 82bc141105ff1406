"""The closing lines of a build: what ran in this very build, and what it measured."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from docutils import nodes

from bookbuild import report

ACCURACY = "workshop/evaluation"


@pytest.fixture
def app(tmp_path: Path) -> SimpleNamespace:
    """Return what the report reads of a finished build: three pages, two with cells."""
    pages: dict[str, dict[str, Any]] = {
        "index": {},
        "theory/predictor": {
            "counts": {"cells": 3, "figures": 1},
            "exec_data": {},
        },
        ACCURACY: {"counts": {"cells": 5, "figures": 2}, "exec_data": {}},
    }
    said: list[tuple[str, list[str]]] = []
    return SimpleNamespace(
        builder=SimpleNamespace(name="html"),
        config=SimpleNamespace(book_edition_line="toy", root_doc="index"),
        emit=lambda name, lines: said.append((name, lines)),
        said=said,
        env=SimpleNamespace(
            found_docs=set(pages),
            mystnb_config=SimpleNamespace(output_folder=tmp_path),
            nb_metadata=pages,
        ),
        outdir=tmp_path / "html",
    )


def glue(app: SimpleNamespace, page: str, key: str, text: str) -> None:
    """Do as myst-nb does with what a page glues."""
    app.env.nb_metadata[page]["glue"] = [key]
    path = Path(app.env.mystnb_config.output_folder, f"{page}.glue.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        json.dumps({key: {"data": {"text/plain": text}}}), encoding="utf-8"
    )


def test_the_closing_lines_say_what_the_build_did(app: SimpleNamespace) -> None:
    glue(app, ACCURACY, "test_accuracy_percent", "91.62000000000001")
    cells, seconds, pages, figures, edition, accuracy, address = report.summary(
        app, 75.04, [ACCURACY]
    )
    assert pages == "Pages          3"
    assert cells.startswith("Cells run      5 (on 1 pages")
    assert figures == "Figures        3"
    assert seconds == "Seconds        75.0"
    assert edition == "Edition        toy"
    assert accuracy == "Test accuracy  91.62 %"
    assert address.startswith("Open           file:///")
    assert address.endswith("/html/index.html")


def test_a_build_that_ran_nothing_says_so(app: SimpleNamespace) -> None:
    assert report.summary(app, 1.5, [])[0].startswith(
        "Cells run      0 (on 0 pages"
    )


@pytest.mark.parametrize("glued", [None, "validation_accuracy_percent"])
def test_an_accuracy_that_no_page_glued_is_not_measured(
    app: SimpleNamespace, glued: str | None
) -> None:
    if glued:
        glue(app, ACCURACY, glued, "91.62")
    assert report.summary(app, 1.5, [])[5] == "Test accuracy  not measured"


@pytest.mark.parametrize("text", ["np.float64(91.62)", "'91.62'"])
def test_an_accuracy_that_is_no_plain_number_is_an_error(
    app: SimpleNamespace, text: str
) -> None:
    glue(app, ACCURACY, "test_accuracy_percent", text)
    with pytest.raises(ValueError, match="could not convert string to float"):
        report.summary(app, 1.5, [])


@pytest.mark.parametrize(
    ("builder", "exception", "lines"),
    [
        ("html", None, 7),
        ("html", ValueError("a cell"), 0),
        ("linkcheck", None, 0),
    ],
)
def test_only_a_build_of_the_site_that_came_to_its_end_closes_with_them(
    app: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    builder: str,
    exception: Exception | None,
    lines: int,
) -> None:
    printed: list[str] = []
    monkeypatch.setattr(report.logger, "info", printed.append)
    app.builder.name = builder
    closing = report.Report()
    closing.note(app, [ACCURACY])
    closing.print(app, exception)
    assert len(printed) == lines
    assert not lines or "5 (on 1 pages" in printed[0]
    # What holds of the book, and not of this run alone, is left for the next build.
    assert app.said == ([("book-built", printed[2:])] if lines else [])


@pytest.mark.parametrize(
    ("metadata", "announces"),
    [
        ({"mystnb": {"figure": {"caption": "A line."}}}, True),
        ({"mystnb": {"image": {"alt": "A line."}}}, False),
        ({"tags": ["remove-cell"]}, False),
        ({}, False),
    ],
)
def test_a_figure_is_announced_by_the_cells_metadata(
    metadata: dict[str, Any], announces: bool
) -> None:
    cell = nodes.container(nb_element="cell_code", cell_metadata=metadata)
    assert report.announces_figure(cell) is announces
