"""The addresses that the book has promised, and what has become of them.

``labels.txt`` beside the pages lists every address that was ever published, a label and its page
on each line. ``redirects.txt`` says where what is no longer there has gone. Run this file to add
to the list what is new; nothing is ever taken from it by a program.

It needs no more than Python itself.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import NamedTuple

LABELS = "labels.txt"
REDIRECTS = "redirects.txt"

LABEL = re.compile(
    r"^\((?P<target>[a-z0-9-]+)\)=$"  # above a heading or a question
    r"|^:label: (?P<exercise>\S+)$"
    r"|^ +name: (?P<figure>fig-\S+)$"
    r"|\$\$ \((?P<equation>\S+)\)$"
)
FENCE = re.compile(r"(?P<fence>`{3,}|~{3,})(?P<is_directive>\{)?")


class Address(NamedTuple):
    """A place in the book; the label is what stands behind the ``#``."""

    label: str
    page: str

    def __str__(self) -> str:
        """Return it as a reader knows it, without the end of the file's name."""
        return f"{self.page}#{self.label}" if self.label else self.page


def without_examples(text: str) -> list[str]:
    """Return the lines of a page, apart from those that it only shows, in a fence."""
    lines, fence, is_shown = [], "", False
    for line in text.splitlines():
        mark = FENCE.match(line)
        if mark and not fence:
            fence, is_shown = mark["fence"], not mark["is_directive"]
        elif line.strip() == fence:
            fence, is_shown = "", False
        elif not is_shown:
            lines.append(line)
    return lines


def read_labels(text: str) -> list[str]:
    """Return the labels that a page's Markdown gives, in its order."""
    found = []
    for line in without_examples(text):
        match = LABEL.search(line)
        if match and match.lastgroup:
            # Sphinx puts this word before an equation's label.
            prefix = "equation-" if match.lastgroup == "equation" else ""
            found.append(prefix + match[match.lastgroup])
    return found


def read_book(folder: Path) -> set[Address]:
    """Return the addresses that the pages in a folder have now."""
    return {
        Address(label, path.relative_to(folder).with_suffix("").as_posix())
        for path in folder.rglob("*.md")
        for label in read_labels(path.read_text(encoding="utf-8"))
    }


def read_promises(text: str) -> set[Address]:
    """Return the addresses of ``labels.txt``: a label and a page on each line."""
    return {Address(*line.split()) for line in text.splitlines()}


def write_promises(addresses: set[Address]) -> str:
    """Return the text of ``labels.txt``, sorted."""
    return "".join(f"{each.label} {each.page}\n" for each in sorted(addresses))


def read_address(text: str) -> Address:
    """Return the address that ``page#label`` or ``page`` names."""
    page, _, label = text.partition("#")
    return Address(label, page)


def read_redirects(text: str) -> dict[Address, Address]:
    """Return where addresses have gone to, from the text of ``redirects.txt``.

    Raises
    ------
    ValueError
        Where a line is not two addresses, of two pages or of two labels, or says what
        another has said. Lines that begin with ``# `` are remarks.
    """
    found: dict[Address, Address] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("# "):
            continue
        words = [read_address(word) for word in line.split()]
        kinds = {bool(word.label) for word in words}
        if len(words) != 2 or len(kinds) != 1 or words[0] in found:
            raise ValueError(
                f"{REDIRECTS}, line {number}: write 'old/page new/page' or "
                f"'old/page#label new/page#label', each old one once: {line}"
            )
        found[words[0]] = words[1]
    return found


def follow(address: Address, redirects: dict[Address, Address]) -> Address:
    """Return where an address leads in the end; one that goes round in a circle stays."""
    seen = {address}
    at = address
    while True:
        page = redirects.get(Address("", at.page))
        at = page._replace(label=at.label) if page else redirects.get(at, at)
        if at in seen:
            return at
        seen.add(at)


def broken(
    promised: set[Address],
    found: set[Address],
    redirects: dict[Address, Address],
) -> list[str]:
    """Return a line for each promised address that leads nowhere: what to do about it."""
    pages = {each.label: each.page for each in found}
    faults = []
    for address in sorted(promised):
        if follow(address, redirects) in found:
            continue
        now = pages.get(address.label)
        cure = (
            f"it is now on {now}: add the line '{address} {now}#{address.label}' to {REDIRECTS}"
            if now
            else "put the label back, above the new one if it was renamed, "
            f"or add a line '{address} page#label' to {REDIRECTS}"
        )
        faults.append(f"{address} was promised and is gone; {cure}")
    return faults


def unlisted(promised: set[Address], found: set[Address]) -> list[str]:
    """Return a line for each address that is not promised yet."""
    return [
        f"{address} is new; run nox -s labels, which adds it to {LABELS}"
        for address in sorted(found - promised)
    ]


def add_new(folder: Path) -> int:
    """Add the addresses of the pages in a folder to its list; return how many were new."""
    path = folder / LABELS
    promised = (
        read_promises(path.read_text("utf-8")) if path.exists() else set()
    )
    found = read_book(folder)
    unfinished = path.with_suffix(".part")
    unfinished.write_text(
        write_promises(promised | found), encoding="utf-8", newline="\n"
    )
    unfinished.replace(path)
    return len(found - promised)


if __name__ == "__main__":
    print(f"{add_new(Path(sys.argv[1]))} new addresses in {LABELS}")
