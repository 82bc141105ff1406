"""Running the pages: a calm kernel, a cache that cannot be stale, failures that stay failures."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_cache import get_cache
from nbclient import NotebookClient

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sphinx.application import Sphinx

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


def kernel_environment(ipython_folder: Path) -> dict[str, str]:
    """Return the variables that a page's kernel must find when it starts.

    Parameters
    ----------
    ipython_folder : Path
        Where the kernels' settings are written: a reader's own IPython
        profile and matplotlibrc must not change the book.
    """
    profile = ipython_folder / "profile_default"
    matplotlibrc = ipython_folder / "matplotlibrc"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "ipython_kernel_config.py").write_text(
        IPYTHON_SETTINGS, encoding="utf-8"
    )
    matplotlibrc.write_text(MATPLOTLIB_SETTINGS, encoding="utf-8")
    return {
        "IPYTHONDIR": str(ipython_folder),
        "MATPLOTLIBRC": str(matplotlibrc),
        # Any other backend drops every figure without a word.
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        # Pages run side by side: more threads would fight for the same cores.
        "OMP_NUM_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
        # TensorFlow's own log would leak into the pages.
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
    }


def fingerprint(root: Path, files: Iterable[Path], *facts: str) -> str:
    """Return a key that changes with any file, fact or installed package.

    Parameters
    ----------
    root : Path
        The folder of the files; where it lies does not matter.
    files : iterable of Path
        What the pages import; their order does not matter.
    *facts : str
        Whatever else the pages' results depend on.
    """
    digest = hashlib.sha256()
    # A package's folder is named with its version; to read its metadata takes long.
    packages = {
        path.name
        for folder in sys.path
        for path in Path(folder).glob("*.dist-info")
    }
    for fact in (sys.version, *sorted(packages), *facts):
        digest.update(fact.encode() + b"\0")
    for path in sorted(files):
        # With its folder: a module that moved is a module that old imports no longer find.
        name = path.relative_to(root).as_posix()
        digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def end_kernels_at_once() -> None:
    """Have a page's kernel ended when its last cell has run.

    Asked to end by itself it may complain of its own sockets on the way, on the build's
    error output.
    """
    NotebookClient.shutdown_kernel.default_value = "immediate"


def open_cache(app: Sphinx) -> None:
    """Make the cache's database before the pages race to make it."""
    get_cache(str(app.config.nb_execution_cache_path)).list_cache_records()


def set_memory_aside(app: Sphinx, *_: object) -> None:
    """Hide what Sphinx remembers of the pages until the build has come to its end.

    Sphinx keeps a page that warned as read: after an interruption the next
    build would pass it in silence.
    """
    memory = Path(app.doctreedir, "environment.pickle")
    if memory.exists():
        memory.replace(memory.with_suffix(".held"))


def forget_after_failure(app: Sphinx, exception: Exception | None) -> None:
    """Give the memory back after a clean build; drop it where the build warned or failed."""
    held = Path(app.doctreedir, "environment.held")
    if exception or app._warncount:
        held.unlink(missing_ok=True)
    elif held.exists():
        held.replace(held.with_suffix(".pickle"))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register ``book_fingerprint``: when it changes, every page is read again."""
    app.add_config_value("book_fingerprint", "", "env", str)
    end_kernels_at_once()
    app.connect("builder-inited", open_cache)
    app.connect("builder-inited", set_memory_aside)
    # Sphinx has written it anew just before.
    app.connect("env-check-consistency", set_memory_aside)
    # The last of all: what others find wrong at the end counts, too.
    app.connect("build-finished", forget_after_failure, priority=990)
    return {"parallel_read_safe": True}
