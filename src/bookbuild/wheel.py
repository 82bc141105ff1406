"""The lessons' package beside the notebooks, so that these run wherever they are opened.

The site's folder ``notebooks`` is whole. Its notebooks install the wheel that lies there, made by
the same build; and where they are opened in Binder, its folder ``binder`` names this build's
Python and the versions of the lock.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hatchling.builders.wheel import WheelBuilder

from bookbuild.failure import before_reading
from bookbuild.files import write_text
from bookbuild.kernel import SILENT_TENSORFLOW

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FOLDER = "notebooks"
LOCK = "constraints.txt"
README = """\
# {project}: the lessons as notebooks

They are made from the pages of the book{address}: changes belong there, and are lost here.

To run them, install the package that lies beside them: `python -m pip install {wheel}`
"""
# Doubled braces are the notebook's own.
INSTALL = """\
# Installs the package {package} where it is missing, which takes some minutes.
import importlib.util
import os
from pathlib import Path

if importlib.util.find_spec("{package}") is None:
    # The wheel lies at the top of the folder that the notebook comes from.
    wheel = Path("{near}")
    source = wheel if wheel.exists() else "{afar}"
    %pip install --quiet "{{source}}"
# Sharp figures, and no log of TensorFlow's own.
%config InlineBackend.figure_formats = ["svg"]
os.environ.update({silence})
"""


def ship(app: Sphinx) -> None:
    """Put the wheel of ``book_wheel`` into the site, and what Binder needs beside it.

    Raises
    ------
    SystemExit
        Where the site cannot be written: with one line that helps.
    """
    if app.config.book_wheel and app.builder.name == "html":
        with before_reading(app.outdir):
            write(app, Path(app.config.book_wheel), Path(app.outdir, FOLDER))


def write(app: Sphinx, root: Path, folder: Path) -> None:
    """Write the wheel of a project, and what Binder needs, into a folder."""
    builder = WheelBuilder(str(root))
    (built,) = builder.build(directory=str(folder), versions=["standard"])
    wheel = Path(built).name
    for each in folder.glob("*.whl"):
        if each.name != wheel:
            each.unlink()
    binder = folder / "binder"
    binder.mkdir(exist_ok=True)
    shutil.copy(root / LOCK, binder)
    home = app.config.book_address
    texts = {
        "README.md": README.format(
            project=app.config.project,
            address=f" ({home})" if home else "",
            wheel=wheel,
        ),
        "binder/runtime.txt": "python-{}.{}\n".format(*sys.version_info),
        # The first path counts from this file, the second from the top of the repository.
        "binder/requirements.txt": f"-c {LOCK}\n./{wheel}\n",
    }
    for name, text in texts.items():
        write_text(folder / name, text)


def install_code(app: Sphinx, docname: str) -> str:
    """Return the cell that makes a page's notebook ready to run."""
    wheels = [*Path(app.outdir, FOLDER).glob("*.whl")]
    if not wheels:
        return ""
    wheel = wheels[0].name
    return INSTALL.format(
        package=wheel.partition("-")[0],
        near="../" * docname.count("/") + wheel,
        afar=afar(app, wheel),
        silence=json.dumps(SILENT_TENSORFLOW),
    ).strip()


def afar(app: Sphinx, wheel: str) -> str:
    """Return what pip installs in a notebook that was taken away from its folder.

    That is this build's own wheel where the book is published, or the sources where only they
    are. Before, pip is given the wheel's name and says that there is no such file.
    """
    home, repository = app.config.book_address, app.config.book_repository
    if home:
        return f"{home}{FOLDER}/{wheel}"
    return f"git+{repository}" if repository else wheel


def setup(app: Sphinx) -> dict[str, Any]:
    """Register ``book_wheel``, the folder of the package's ``pyproject.toml``."""
    app.add_config_value("book_wheel", "", "html", str)
    app.connect("builder-inited", ship)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
