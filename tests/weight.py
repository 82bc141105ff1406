"""What the pages of the built site weigh, compressed as a host would send them."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from pathlib import Path

FIRST_LIMIT, MORE_LIMIT = 400_000, 100_000
"""Bytes of a first visit, and what a later page may add."""

ASKED = re.compile(
    r'<(?:script|img|link)\b[^>]*?\b(?:src|href)="([^"]+)"[^>]*>'
)
PAGES_OF_LINKS = re.compile(r'rel="(?:index|search|next|prev|canonical)"')
SHEET_ASKS = re.compile(r"url\(['\"]?(?!data:)([^)'\"]+)")


class Weight(NamedTuple):
    """Bytes of a page: its own, those of its late images, and those that other pages share."""

    own: int
    late: int
    shared: int

    @property
    def first(self) -> int:
        """What a first visit costs, read to its end."""
        return self.own + self.late + self.shared


@cache
def compressed(path: Path) -> int:
    """Return a file's bytes as sent; pictures of pixels are not pressed again."""
    data = path.read_bytes()
    return (
        len(data)
        if path.suffix in {".png", ".webp"}
        else len(gzip.compress(data, 6))
    )


def files(page: Path) -> dict[Path, bool]:
    """Return the files that a page asks for, and whether each waits for the reader to come near."""
    html = page.read_text(encoding="utf-8")
    found = {}
    for match in ASKED.finditer(html):
        address = urlsplit(match[1])
        if address.scheme or PAGES_OF_LINKS.search(match[0]):
            continue
        path = (page.parent / address.path).resolve()
        if path.is_file():
            found[path] = 'loading="lazy"' in match[0]
    return found


def weigh(site: Path) -> dict[str, Weight]:
    """Return the weight of every page of a site, by its name.

    What most pages share counts as shared. Fonts of style sheets do not count: the theme's are
    asked for by nothing, which the browser's tests watch.
    """
    asked = {page: files(page) for page in sorted(site.rglob("*.html"))}
    count = Counter(path for found in asked.values() for path in found)
    weights = {}
    for page, found in asked.items():
        own, late, shared = compressed(page), 0, 0
        for path, is_late in found.items():
            if count[path] > len(asked) / 2:
                shared += compressed(path)
            elif is_late:
                late += compressed(path)
            else:
                own += compressed(path)
        name = page.relative_to(site).with_suffix("").as_posix()
        weights[name] = Weight(own, late, shared)
    return weights


def too_heavy(weights: dict[str, Weight]) -> list[str]:
    """Return a line for each page that is over a limit."""
    return [
        f"{name}: {weight.first} bytes at first, {weight.own} later"
        for name, weight in weights.items()
        if weight.first > FIRST_LIMIT or weight.own > MORE_LIMIT
    ]
