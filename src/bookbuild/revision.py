"""When a page was last changed, and where a reader can suggest a change.

The date is that of the last commit that touched the page; where the sources are no git checkout,
or only its newest commits, there is none. The link needs ``book_repository``.
"""

from __future__ import annotations

import shutil
import subprocess
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from babel.dates import format_date

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx


def git(folder: Path, *arguments: str) -> str:
    """Return what git says in a folder; nothing where there is no git, or no checkout."""
    program = shutil.which("git")
    if program is None:
        return ""
    command = [program, "-C", str(folder), *arguments]
    answer = subprocess.run(
        command, capture_output=True, encoding="utf-8", check=False
    )
    return answer.stdout if answer.returncode == 0 else ""


@cache
def last_changes(folder: Path) -> dict[str, date]:
    """Return the date of the last commit that touched each file below a folder.

    Parameters
    ----------
    folder : Path
        In a git checkout, or not: then the result is empty.
    """
    # In a shallow clone every file seems to come from the oldest commit that is there.
    if git(folder, "rev-parse", "--is-shallow-repository").strip() != "false":
        return {}
    log = git(
        folder,
        "log",
        "--format=%x00%cs",
        "--name-only",
        "--relative",
        "--",
        ".",
    )
    dates: dict[str, date] = {}
    for commit in log.split("\0")[1:]:
        day, *names = commit.split("\n")
        for name in filter(None, names):
            dates[name] = max(
                dates.get(name, date.min), date.fromisoformat(day)
            )
    return dates


def last_change(app: Sphinx, docname: str) -> date | None:
    """Return when a page was last changed, or None where that is not known."""
    return last_changes(Path(app.srcdir)).get(source_name(app, docname))


def source_name(app: Sphinx, docname: str) -> str:
    """Return the name of a page's file below the book's folder."""
    return Path(app.env.doc2path(docname, base=False)).as_posix()


def add_revision(
    app: Sphinx,
    pagename: str,
    _template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Give the page's foot its date and its link."""
    if doctree is None:
        return
    changed = last_change(app, pagename)
    if changed:
        # Babel's months do not depend on the machine's own language.
        context["last_updated"] = format_date(
            changed, "d MMMM y", locale=app.config.language
        )
    repository = app.config.book_repository
    if repository:
        folder = Path(app.srcdir).relative_to(app.confdir)
        path = (folder / source_name(app, pagename)).as_posix()
        context["suggest_address"] = f"{repository}/edit/main/{path}"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the foot."""
    app.connect("html-page-context", add_revision)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
