"""One page's cells in a kernel of their own: a calm one, whoever the user is.

What a page puts out depends on this module: it is part of every page's key (`fingerprint`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import (
    CellExecutionError,
    CellTimeoutError,
    DeadKernelError,
)

from bookbuild.files import write_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nbformat import NotebookNode

IPYTHON_SETTINGS = """\
c.InlineBackend.figure_formats = {"svg"}
# A date in a figure would make every build differ from the last.
c.InlineBackend.print_figure_kwargs = {"bbox_inches": None, "metadata": {"Date": None}}
c.HistoryManager.enabled = False
# Its warnings about its own transport are not the reader's.
c.IPKernelApp.log_level = "ERROR"
# Nor are the names that a user's own start-up file defines.
c.IPKernelApp.exec_PYTHONSTARTUP = False
# On a machine with many fonts, matplotlib's first start says on stderr that it reads them.
c.IPKernelApp.exec_lines = [
    "__import__('logging').getLogger('matplotlib.font_manager').setLevel('ERROR')"
]
"""
MATPLOTLIB_SETTINGS = """\
# Without it the same figure gets other ids in every build.
svg.hashsalt: annbook
"""

SILENT_TENSORFLOW = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}
"""TensorFlow's own log would leak into the pages."""

COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def kernel_environment(ipython_folder: Path) -> dict[str, str]:
    """Return the variables that a page's kernel must find when it starts.

    Parameters
    ----------
    ipython_folder : Path
        Where `write_settings` writes: a reader's own IPython profile and
        matplotlibrc must not change the book.
    """
    return {
        "IPYTHONDIR": str(ipython_folder),
        "MATPLOTLIBRC": str(ipython_folder / "matplotlibrc"),
        # Any other backend drops every figure without a word.
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        # Pages run side by side: more threads would fight for the same cores.
        "OMP_NUM_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
        **SILENT_TENSORFLOW,
    }


def write_settings(ipython_folder: Path) -> bool:
    """Write the kernels' settings where they are not there or are others, and return whether so."""
    files = {
        ipython_folder
        / "profile_default"
        / "ipython_kernel_config.py": IPYTHON_SETTINGS,
        ipython_folder / "matplotlibrc": MATPLOTLIB_SETTINGS,
    }
    wrong = {
        path: text
        for path, text in files.items()
        if not path.is_file() or path.read_bytes() != text.encode()
    }
    for path, text in wrong.items():
        write_text(path, text)
    return bool(wrong)


@dataclass
class CellError(Exception):
    """A cell that did not come to its end."""

    cell: int
    """Its place among the notebook's cells, from 0."""
    reason: str
    """What happened, such as ``"failed"``, in a few words."""
    traceback: list[str] = field(default_factory=list)
    """The lines of the traceback, without colours; none where there is no exception."""

    def __str__(self) -> str:
        """Return which cell it was, and the last line."""
        return f"cell {self.cell} {self.reason}: {self.traceback[-1:]}"


async def run(
    notebook: NotebookNode,
    folder: Path,
    limit: float,
    at_start: Callable[[int], object],
    at_cell: Callable[[int], object],
) -> None:
    """Run a notebook's cells in a new kernel, and put their outputs into it.

    The kernel is ended at once when the last cell has run: asked to end by itself
    it may complain of its own sockets on the way, on the build's error output.

    Parameters
    ----------
    notebook : NotebookNode
        Gets the outputs, and the kernel's ``language_info``.
    folder : Path
        Where the kernel works.
    limit : float
        The seconds that one cell may take.
    at_start : callable
        Called with the number of the kernel's process when it has begun.
    at_cell : callable
        Called with each cell's place before it runs.

    Raises
    ------
    CellError
        Where a cell fails, takes too long, or takes its kernel with it, and where a kernel
        does not start.
    """
    client = NotebookClient(notebook, timeout=limit)
    client.reset_execution_trackers()
    client.create_kernel_manager()
    try:
        await _start(client, folder, at_start)
        for place, cell in enumerate(notebook.cells):
            at_cell(place)
            await _run_cell(client, cell, place, limit)
    finally:
        if client.kc is not None:
            client.kc.stop_channels()
        # Where the kernel did not start there is no manager any more.
        if client.km is not None and client.km.has_kernel:
            await client.km.shutdown_kernel(now=True)


async def _start(
    client: NotebookClient, folder: Path, at_start: Callable[[int], object]
) -> None:
    try:
        await client.async_start_new_kernel(cwd=str(folder))
        at_start(client.km.provisioner.pid)
        await client.async_start_new_kernel_client()
        information = await client.async_wait_for_reply(client.kc.kernel_info())
    except (RuntimeError, NoSuchKernel, DeadKernelError) as error:
        kinds = [cell.cell_type for cell in client.nb.cells]
        raise CellError(
            kinds.index("code"), "did not begin", [f"Its kernel: {error}"]
        ) from None
    client.nb.metadata["language_info"] = information["content"][
        "language_info"
    ]


async def _run_cell(
    client: NotebookClient, cell: NotebookNode, place: int, limit: float
) -> None:
    count = client.code_cells_executed + 1
    try:
        await client.async_execute_cell(cell, place, execution_count=count)
    except CellExecutionError as error:
        raise CellError(place, "failed", traceback_of(cell, error)) from None
    except CellTimeoutError:
        raise CellError(
            place, f"was not done after {limit:g} seconds"
        ) from None
    except DeadKernelError:
        raise CellError(place, "took its kernel with it: it died") from None


def traceback_of(cell: NotebookNode, error: CellExecutionError) -> list[str]:
    """Return the lines of a failed cell's traceback; its last says what the error is."""
    lines: list[Any] = [
        line
        for output in cell.outputs
        if output.output_type == "error"
        for part in output.traceback
        for line in COLOURS.sub("", part).splitlines()
    ]
    return lines or [f"{error.ename}: {error.evalue}"]
