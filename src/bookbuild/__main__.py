"""Build the book: ``python -m bookbuild``, with the options of ``sphinx-build``.

Where nothing has changed since a build that ended well, it says so, and is done.
"""

from __future__ import annotations

import gc
import sys
from pathlib import Path

from sphinx.cmd.build import get_parser
from sphinx.cmd.build import main as build

from bookbuild import failure, unchanged, unused


def main(arguments: list[str]) -> int:
    """Build what is to be built, and return 0 only where a whole and correct book stands."""
    try:
        return build_if_changed(arguments)
    except failure.BuildError as error:
        sys.stderr.write(f"ERROR: {error}\n")
    except OSError as error:
        sys.stderr.write(f"ERROR: {failure.refused(error, Path.cwd())}\n")
    return 1


def build_if_changed(arguments: list[str]) -> int:
    """Do what `main` does, but for errors of the system."""
    asked = get_parser().parse_args(arguments)
    # Without -W a build may end well and yet have warned; -E and -a ask for all to be done anew.
    if not asked.warningiserror or asked.freshenv or asked.force_all:
        return build(arguments)
    for folder in (asked.doctreedir, asked.outputdir):
        Path(folder).mkdir(parents=True, exist_ok=True)
    root = Path(asked.confdir or asked.sourcedir)
    note = unchanged.Note(Path(asked.doctreedir), Path(asked.outputdir))
    before = unchanged.made_from(root, arguments)
    if lines := note.recall(before):
        sys.stdout.write(
            "\n".join(["nothing has changed since the last build", *lines, ""])
        )
        return 0
    # Until this build has come to its end nobody knows what stands written.
    note.forget()
    # A third of a small build went into looking for garbage, of which Sphinx makes little.
    gc.disable()
    code = build(arguments)
    # Python would look for it once more at its end, for as long as it takes to write ten pages.
    gc.freeze()
    if code == 0:
        note.leave(before)
    return code


if __name__ == "__main__":
    unused.leave_out()
    sys.exit(main(sys.argv[1:]))
