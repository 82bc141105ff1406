"""The policy stands first in every page, and what it would not run is warned of."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbuild import policy

if TYPE_CHECKING:
    from pathlib import Path

PAGE = '<html lang="en"><head><title>T</title></head><body>{}</body></html>'


def test_the_policy_stands_before_everything_else_in_the_head() -> None:
    sealed = policy.seal(PAGE.format("<header>H</header>"))
    head = sealed.index("<head>") + len("<head>")
    assert sealed[head:].startswith("<meta http-equiv=")
    assert policy.POLICY in sealed
    assert sealed.count("<meta") == 1


@given(st.text())
def test_a_page_is_sealed_once(text: str) -> None:
    sealed = policy.seal(PAGE.format(text))
    assert policy.seal(sealed) == sealed


def test_the_policy_lets_no_script_in_but_files_of_the_site() -> None:
    rules = dict(part.split(" ", 1) for part in policy.POLICY.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self'"
    assert "http" not in policy.POLICY
    assert "eval" not in policy.POLICY


@pytest.mark.parametrize(
    ("html", "found"),
    {
        "<script>run()</script>": ["a script that stands in the page itself"],
        '<script defer src="a.js"></script>': [],
        '<script type="application/json">{}</script>': [],
        '<button onclick="run()">': ["the handler onclick"],
        '<a href="javascript:run()">': ["a script as an address"],
        '<p title="once=1">on time</p>': [],
    }.items(),
)
def test_what_the_policy_will_not_run_is_found(
    html: str, found: list[str]
) -> None:
    assert list(policy.breaches(html)) == found


def site(folder: Path, value: str) -> Any:
    config = SimpleNamespace(book_policy=value)
    builder = SimpleNamespace(format="html")
    return SimpleNamespace(outdir=folder, config=config, builder=builder)


@pytest.mark.parametrize("value", [policy.POLICY, ""])
def test_every_page_of_a_site_is_sealed_unless_there_is_no_policy(
    tmp_path: Path, value: str
) -> None:
    deep = tmp_path / "part" / "page.html"
    deep.parent.mkdir()
    deep.write_text(PAGE, encoding="utf-8")
    before = deep.stat().st_mtime_ns
    policy.seal_site(site(tmp_path, value), None)
    text = deep.read_text(encoding="utf-8")
    assert ("Content-Security-Policy" in text) == bool(value)
    assert deep.stat().st_mtime_ns == before


def test_a_failed_build_is_not_sealed(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(PAGE, encoding="utf-8")
    policy.seal_site(site(tmp_path, policy.POLICY), ValueError())
    assert page.read_text(encoding="utf-8") == PAGE
