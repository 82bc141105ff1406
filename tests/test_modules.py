"""A module's source is found as Sphinx finds it, and the module does not run."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from sphinx.errors import PycodeError

from bookbuild import modules

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["colorsys", "json", "json.decoder"])
def test_it_is_what_sphinx_finds(name: str) -> None:
    path, source = modules.find(name)
    assert (path, source) == modules.import_and_find(name)
    assert source


def test_a_module_is_found_and_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "never_run.py"
    file.write_text("raise RuntimeError\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    assert modules.find("never_run") == (file, "raise RuntimeError\n")
    assert "never_run" not in sys.modules


@pytest.mark.parametrize("name", ["no_such_module", "json.missing", "sys"])
def test_what_has_no_source_is_refused(name: str) -> None:
    with pytest.raises(PycodeError):
        modules.find(name)
