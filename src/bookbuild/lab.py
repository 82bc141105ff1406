"""The reader's own copies of the notebooks: renewed with the book, and never lost.

``python -m bookbuild.lab FROM TO`` copies what is new. It remembers what it has copied, so a file
that differs from that is the reader's and stays as it is.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from bookbuild.files import write_text

MEMORY = ".copied.json"
"""In the reader's folder: what was copied there last, as a digest for each notebook."""


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, or nothing where there is none."""
    if not path.exists():
        return ""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def remembered(folder: Path) -> dict[str, str]:
    """Return what was copied into the folder; where it cannot be read, nothing.

    Then each notebook there counts as the reader's.
    """
    try:
        memory = json.loads((folder / MEMORY).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return memory if isinstance(memory, dict) else {}


def renew(made: Path, own: Path) -> list[str]:
    """Copy the book's notebooks, and return those that the reader has changed since.

    Parameters
    ----------
    made : Path
        The notebooks of the built book.
    own : Path
        The reader's folder. A notebook there is replaced only where it still is what was
        copied; one that is missing is copied again.

    Returns
    -------
    list of str
        The notebooks that stayed as they are although the book's have changed, by path.
    """
    copied, kept = remembered(own), []
    for source in sorted(made.rglob("*.ipynb")):
        name = source.relative_to(made).as_posix()
        target, new = own / name, digest(source)
        present = digest(target)
        if present in ("", new, copied.get(name)):
            if present != new:
                write_text(target, source.read_text(encoding="utf-8"))
            copied[name] = new
        elif copied.get(name) != new:
            kept.append(name)
    write_text(own / MEMORY, json.dumps(copied, indent=1))
    return kept


def main() -> None:
    """Renew the notebooks of a folder, and say what was kept."""
    made, own = map(Path, sys.argv[1:])
    for name in renew(made, own):
        print(
            f"{own / name}: kept as you changed it. "
            "Give it another name to get the book's new one beside it."
        )


if __name__ == "__main__":
    main()
