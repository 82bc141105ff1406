"""What gives every page its look: style sheets, scripts, templates, and the packages that write.

Where one of them changes, all pages are written again, and none is read or run for it. Sphinx
alone would leave every page asking for the style sheet of before.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bookbuild import fingerprint
from bookbuild.unchanged import files_in

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

OWN = Path(__file__).parent / "templates"


def key_of_looks(folders: list[Path]) -> str:
    """Return a key of the files in folders, wherever these are, and of all packages."""
    parts: list[str | bytes] = [fingerprint.installed()]
    for folder in folders:
        for path in sorted(files_in(folder)):
            parts += [path.relative_to(folder).as_posix(), path.read_bytes()]
    return fingerprint.digest(*parts)


def note_looks(app: Sphinx, config: Config) -> None:
    """Keep the key among the settings: Sphinx writes all pages where such a setting changes."""
    asked = [*config.html_static_path, *config.templates_path]
    folders = [Path(app.confdir, name) for name in asked]
    there = [folder for folder in folders if folder.is_dir()]
    config["book_looks"] = key_of_looks([*there, OWN])


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the key."""
    app.add_config_value("book_looks", "", "html", str)
    app.connect("config-inited", note_looks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
