"""Finding a module's source without running the module.

``sphinx.ext.viewcode`` asks in every build where each module's file is, and Sphinx imports the
module to find out: TensorFlow with it, which takes longer than all the rest of a small edit.
"""

from __future__ import annotations

import importlib.util
from importlib.abc import InspectLoader
from typing import TYPE_CHECKING, Any

from sphinx.pycode import ModuleAnalyzer
from sphinx.util._pathlib import _StrPath

if TYPE_CHECKING:
    from sphinx.application import Sphinx

import_and_find = ModuleAnalyzer.get_module_source


def find(name: str) -> tuple[_StrPath | None, str | None]:
    """Return the file and the source of a module, as Sphinx's own way does.

    Raises
    ------
    sphinx.errors.PycodeError
        Where there is no such module, or it has no source.
    """
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        spec = None
    if spec and spec.origin and isinstance(spec.loader, InspectLoader):
        source = spec.loader.get_source(name)
        if source:
            return _StrPath(spec.origin), source
    return import_and_find(name)


def setup(_app: Sphinx) -> dict[str, Any]:
    """Let Sphinx find sources this way."""
    ModuleAnalyzer.get_module_source = staticmethod(find)  # type: ignore[assignment]
    return {"parallel_read_safe": True}
