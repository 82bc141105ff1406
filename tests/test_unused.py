"""What a build does not import: the parts of myst-nb that would run cells."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from conftest import NOTEBOOK, Checkout

if TYPE_CHECKING:
    from pathlib import Path

LOAD = """\
import sys
from bookbuild import unused
unused.leave_out()
import myst_nb.sphinx_ext
print(*sorted({"jupyter_cache", "sqlalchemy"} & sys.modules.keys()))
"""


def test_myst_nb_is_loaded_without_its_database() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LOAD],
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    assert ended.stdout.split() == []


@pytest.mark.slow
def test_a_book_that_has_myst_nb_run_its_cells_ends_with_one_clear_line(
    tmp_path: Path,
) -> None:
    checkout = Checkout(tmp_path)
    checkout.write_pages(
        {"page": f"{NOTEBOOK}# A page\n\n```{{code-cell}}\n1\n```\n"}
    )
    ended = checkout.build("-D", "nb_execution_mode=cache")
    assert ended.code != 0
    assert "myst-nb is asked to run cells" in ended.warnings
    assert 'set nb_execution_mode = "off"' in ended.warnings
