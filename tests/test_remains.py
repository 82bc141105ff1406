"""A page that is gone leaves nothing behind, and all others stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from conftest import Checkout

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

PAGE = """\
---
minutes: 5
---

# {0}

:::{{lesson}} What is {0}?
- say it
:::

Some words.
"""


def names(site: Path) -> set[str]:
    """Return the pages and notebooks of a site."""
    found = [*site.rglob("*.html"), *site.rglob("*.ipynb")]
    return {path.relative_to(site).as_posix() for path in found}


def test_a_page_that_was_renamed_is_gone_with_its_slides_and_notebook(
    tmp_path: Path,
) -> None:
    checkout = Checkout(tmp_path)
    site = tmp_path / "_build" / "html"
    old, stays = PAGE.format("Old"), PAGE.format("Stays")
    checkout.write_pages({"deep/old": old, "stays": stays})
    assert checkout.build().code == 0
    before = names(site)
    assert {"deep/old.html", "deep/old.slides.html"} < before
    checkout.write_pages({"deep/new": old, "stays": stays})
    checkout.write("book/redirects.txt", "older deep/new\n")
    (tmp_path / "book" / "deep" / "old.md").unlink()
    built = checkout.build()
    assert built.code == 0, built.warnings
    renamed = {name.replace("old", "new") for name in before}
    assert names(site) == {*renamed, "older.html"}
    checkout.write("book/redirects.txt", "")
    assert checkout.build().code == 0
    assert names(site) == renamed
