"""The lessons as readers get them: built with the book's own settings, their widgets at work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from conftest import ROOT, Checkout

from browser.conftest import Site, axe, begin, settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

LESSONS = {
    "theory/predictor": ("predictor", {"kilometres", "miles", "guesses"}),
    "theory/classifier": ("classifier", {"slope", "insects", "targets"}),
}
NEXT = {"theory/biological-neuron": "(biological-neuron)=\n# See a neuron\n"}


@pytest.mark.slow
def test_widgets_start_from_what_the_lessons_cells_glue(
    tmp_path: Path,
    serve: Callable[[Path], Site],
    visit: Callable[..., Page],
) -> None:
    checkout = Checkout(tmp_path)
    pages = {
        name: (ROOT / "book" / f"{name}.md").read_text(encoding="utf-8")
        for name in LESSONS
    }
    checkout.write_pages(pages | NEXT)
    built = checkout.build()
    assert built.code == 0, built.warnings
    site = serve(tmp_path / "_build" / "html")
    for name, (widget, values) in LESSONS.items():
        page = visit(site.url(name))
        assert settings(begin(page, widget)).keys() == values
        assert axe(page, f'[data-widget="{widget}"]') == []
        begin(visit(site.file(name)), widget)
