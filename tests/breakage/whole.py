"""Whether the book's own build notices a breakage.

A copy of the checkout is built once, in the sample edition, as a fresh clone would build it. Then
each breakage is put into the copy, and the copy is built again: pages that use the broken module
run, and one of them has to fail.
"""

from __future__ import annotations

import re
import shutil
import time
from typing import TYPE_CHECKING

from benchmarks.exact import Book

from breakage.mutant import ROOT, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from breakage.mutant import Mutant

WHERE = re.compile(r"^ERROR: (\S+?:\d+): (.*)$", re.MULTILINE)


def judges(_module: str) -> str:
    """Return the text of what could notice a breakage: all pages, with their words."""
    pages = sorted((ROOT / "book").rglob("*.md"))
    return "".join(path.read_text(encoding="utf-8") for path in pages)


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
