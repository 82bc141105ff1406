"""Whether the book's own build notices a breakage.

A copy of the checkout is built once, in the sample edition, as a fresh clone would build it. Then
each breakage is put into the copy, and the copy is built again: pages that use the broken module
run, and one of them has to fail.
"""

from __future__ import annotations

import re
import shutil
import time
from functools import cache
from typing import TYPE_CHECKING

from benchmarks.exact import Book, notebook_of

from bookbuild import fingerprint
from breakage.mutant import PACKAGE, ROOT, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from breakage.mutant import Mutant

WHERE = re.compile(r"^ERROR: (\S+?:\d+): (.*)$", re.MULTILINE)


def judges(module: str) -> str:
    """Return the text of the pages that could notice a breakage: those that use the module."""
    return "".join(text for text, used in read_pages() if module in used)


@cache
def read_pages() -> list[tuple[str, set[str]]]:
    """Return each page's text, and what of the package its cells use."""
    files = fingerprint.files_of(ROOT / "src" / PACKAGE)
    needs = fingerprint.read_needs(PACKAGE, files)
    package = fingerprint.Package(PACKAGE, dict.fromkeys(files, ""), needs)
    return [
        (
            path.read_text(encoding="utf-8"),
            package.used_by(fingerprint.read_cells(notebook, PACKAGE)),
        )
        for path in sorted((ROOT / "book").rglob("*.md"))
        if (notebook := notebook_of(path))
    ]


def try_all(
    mutants: Iterable[Mutant], folder: Path
) -> Iterator[tuple[Mutant, Verdict]]:
    """Yield each breakage with what the build made of it.

    Raises
    ------
    RuntimeError
        Where the build fails although nothing is broken.
    """
    book = Book(folder / "book")
    code, _, said = book.build()
    if code:
        raise RuntimeError(f"nothing is broken, yet the build fails:\n{said}")
    for mutant in mutants:
        path = book.root / "src" / mutant.path
        whole = path.with_suffix(".whole")
        shutil.copy(path, whole)
        path.write_text(mutant.code, encoding="utf-8")
        start = time.monotonic()
        code, ran, said = book.build()
        seconds = time.monotonic() - start
        whole.replace(path)
        place = WHERE.search(said)
        if code:
            how = f"{place[1]}: {place[2]}" if place else said.strip()[-200:]
        else:
            how = f"{len(ran)} pages ran"
        yield mutant, Verdict(code != 0, how, seconds)
