"""A page's kernel: whose settings it has, and how its cells end."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from bookbuild import execution, kernel


@pytest.mark.parametrize(
    ("name", "value"),
    {
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "OMP_NUM_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
    }.items(),
)
def test_a_kernel_starts_with(tmp_path: Path, name: str, value: str) -> None:
    assert kernel.kernel_environment(tmp_path)[name] == value


def test_a_kernels_settings_are_the_books_own_and_written_where_they_are_not(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "build" / "ipython"
    environment = kernel.kernel_environment(folder)
    assert kernel.write_settings(folder)
    assert not kernel.write_settings(folder)
    written = {
        path: path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    assert Path(environment["IPYTHONDIR"]) == folder
    assert Path(environment["MATPLOTLIBRC"]) in written
    assert folder / "profile_default" / "ipython_kernel_config.py" in written
    for path in written:
        path.write_text(
            "c.InteractiveShellApp.exec_lines = ['x = 1']\n", encoding="utf-8"
        )
        assert kernel.write_settings(folder)
        path.unlink()
        assert kernel.write_settings(folder)
    assert {path: path.read_bytes() for path in written} == written


def run(folder: Path, *sources: str, limit: float = 60) -> Any:
    """Run cells after a paragraph, and return the notebook and the places that were met."""
    cells = [new_code_cell(source) for source in sources]
    notebook = new_notebook(cells=[new_markdown_cell("Words."), *cells])
    met: list[int] = []
    begun: list[int] = []
    asyncio.run(kernel.run(notebook, folder, limit, begun.append, met.append))
    assert len(begun) == 1
    return notebook, met


@pytest.fixture
def calm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return a folder to run in, with the book's own settings."""
    for name, value in kernel.kernel_environment(tmp_path / "ipython").items():
        monkeypatch.setenv(name, value)
    kernel.write_settings(tmp_path / "ipython")
    return tmp_path


@pytest.mark.slow
def test_cells_run_in_order_in_the_pages_folder(calm: Path) -> None:
    notebook, met = run(calm, "x = 2", "import os\nprint(os.getcwd())\nx * 3")
    _, first, second = notebook.cells
    assert met == [0, 1, 2]
    assert (first.execution_count, second.execution_count) == (1, 2)
    assert first.outputs == []
    printed, result = second.outputs
    assert Path(printed.text.strip()).samefile(calm)
    assert result.data == {"text/plain": "6"}
    assert notebook.metadata["language_info"]["name"] == "python"


CUT = """\
import sys, time
for piece in ["one ", "line", chr(10), "and another"]:
    sys.stdout.write(piece)
    sys.stdout.flush()
    time.sleep(0.2)
"""


@pytest.mark.slow
def test_a_line_that_was_cut_on_its_way_is_whole_again(calm: Path) -> None:
    notebook, _ = run(calm, CUT)
    outputs = notebook.cells[1].outputs
    assert len(outputs) > 1
    (whole,) = execution.joined(outputs)
    assert whole.text == "one line\nand another"


ENDS = {
    "an exception": ("1 / 0", 60, "failed", "ZeroDivisionError: "),
    "no Python": ("x = (", 60, "failed", "SyntaxError: "),
    "no end": ("while True: pass", 1, "was not done after 1 seconds", None),
    "a death": ("import os; os._exit(3)", 60, "took its kernel with it", None),
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "limit", "reason", "last"), ENDS.values(), ids=ENDS
)
def test_a_cell_that_ends_with(
    calm: Path, source: str, limit: float, reason: str, last: str | None
) -> None:
    with pytest.raises(kernel.CellError) as caught:
        run(calm, "x = 1", source, "never = 'run'", limit=limit)
    error = caught.value
    assert error.cell == 2
    assert error.reason.startswith(reason)
    assert bool(error.traceback) == bool(last)
    assert str(error).startswith(f"cell 2 {reason}")
    if last:
        assert error.traceback[-1].startswith(last)
        assert not any("\x1b" in line for line in error.traceback)


@pytest.mark.slow
@pytest.mark.parametrize("command", ["pass", "raise SystemExit('no')"])
def test_a_kernel_that_does_not_start_is_told_with_its_first_cell(
    calm: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    spec = {
        "argv": [sys.executable, "-c", command],
        "display_name": "Python 3",
        "language": "python",
    }
    folder = calm / "kernels" / "python3"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(calm))
    with pytest.raises(kernel.CellError, match="did not begin") as caught:
        run(calm, "x = 1")
    assert caught.value.cell == 1
    assert caught.value.traceback[-1].startswith("Its kernel: ")
