"""What myst-nb imports to run cells, although here it never runs one (`execution`).

Two of its clients bring a database along. To import that takes longer than to write a page, in
every build.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import NoReturn

from bookbuild.failure import BuildError

CLIENTS = {
    "myst_nb.core.execute.cache": "NotebookClientCache",
    "myst_nb.core.execute.direct": "NotebookClientDirect",
}
"""The modules, and what myst-nb asks each one for."""


def refuse(*_: object, **__: object) -> NoReturn:
    """Say that myst-nb runs no cells.

    Raises
    ------
    BuildError
        Always.
    """
    raise BuildError(
        'myst-nb is asked to run cells: set nb_execution_mode = "off" in conf.py'
    )


def leave_out() -> None:
    """Put stand-ins where myst-nb will look for the modules, unless they are there already."""
    for name, client in CLIENTS.items():
        stand_in = ModuleType(name)
        setattr(stand_in, client, refuse)
        sys.modules.setdefault(name, stand_in)
