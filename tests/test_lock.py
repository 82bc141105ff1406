"""A renewal of the lock says what moved, and passes no lock that nobody has looked at."""

from __future__ import annotations

import datetime
import json
import subprocess
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from bookbuild import lock

if TYPE_CHECKING:
    from pathlib import Path

DAY = datetime.date(2026, 3, 1)
NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,5}", fullmatch=True)
VERSIONS = st.from_regex(r"[0-9]\.[0-9]", fullmatch=True)
LOCKS = st.dictionaries(NAMES, VERSIONS, max_size=6)
CLEAN = {"name": "a", "version": "1.0", "vulns": []}
WEAK = {
    "name": "b",
    "version": "2.0",
    "vulns": [
        {"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["2.1", "3.0"]}
    ],
}
SKIPPED = {"name": "c", "skip_reason": "not found"}


def test_the_record_leads_to_the_lock_that_is_kept_here() -> None:
    record = (ROOT / lock.RECORD).read_text(encoding="utf-8")
    kept = lock.read_lock((ROOT / lock.LOCK).read_text(encoding="utf-8"))
    assert lock.moved(lock.replayed(record), kept) == [], "run nox -s lock"
    assert len(kept) > 100


@settings(max_examples=25)
@given(st.lists(LOCKS, min_size=1, max_size=4))
def test_the_sections_of_a_record_lead_to_its_last_lock(
    locks: list[lock.Versions],
) -> None:
    record = lock.HEAD
    for each in locks:
        moves = lock.moved(lock.replayed(record), each)
        record = lock.recorded(record, DAY, moves, "Audited.")
        assert lock.replayed(record) == each


def test_a_section_names_what_came_what_went_and_what_changed() -> None:
    moves = lock.moved(
        {"stays": "1.0", "goes": "1.0", "grows": "1.0"},
        {"stays": "1.0", "comes": "1.0", "grows": "1.1"},
    )
    assert lock.section(DAY, moves, "Audited.").splitlines() == [
        "## 2026-03-01",
        "",
        "1 added, 1 removed, 1 to another version.",
        "",
        "Audited.",
        "",
        "| package | before | now |",
        "| --- | --- | --- |",
        "| comes | - | 1.0 |",
        "| goes | 1.0 | - |",
        "| grows | 1.0 | 1.1 |",
    ]


def test_the_newest_renewal_stands_first() -> None:
    record = lock.HEAD
    for year in (2026, 2027):
        moves = [lock.Move("a", "-", str(year))]
        record = lock.recorded(
            record, DAY.replace(year=year), moves, "Audited."
        )
    assert record.startswith(lock.HEAD)
    assert record.index("## 2027") < record.index("## 2026")


def test_a_renewal_that_moves_nothing_renews_only_the_last_audit() -> None:
    first = [lock.Move("a", "-", "1.0")]
    old = lock.recorded(lock.HEAD, DAY, first, "Audited: old.")
    both = lock.recorded(old, DAY, [lock.Move("b", "-", "1")], r"Audit \1 new.")
    again = lock.recorded(both, DAY, [], r"Audit \2 newer.")
    assert again == both.replace(r"Audit \1 new.", r"Audit \2 newer.")
    assert "Audited: old." in again


def test_a_lock_is_read_whatever_platform_its_lines_are_for() -> None:
    text = "# head\na==1.0\nb==2.0 ; sys_platform == 'darwin'\nb==1.9 ; x\n"
    assert lock.read_lock(text) == {"a": "1.0", "b": "1.9, 2.0"}


def test_every_pin_is_asked_about_and_none_twice_at_once() -> None:
    text = "a==1.0\nb==2.0 ; sys_platform == 'darwin'\nb==1.9 ; x\n"
    asked = [lock.pins(layer) for layer in lock.layers(text)]
    assert sorted(pin for each in asked for pin in each) == sorted(
        lock.pins(text)
    )
    assert all(len(dict(each)) == len(each) for each in asked)
    assert len(asked) == 2


def test_a_package_without_an_answer_is_no_package_without_weakness() -> None:
    assert lock.weaknesses({"dependencies": [CLEAN]}) == []
    with pytest.raises(lock.LockError, match=r"1 of 2 packages, c among"):
        lock.weaknesses({"dependencies": [CLEAN, SKIPPED]})


@pytest.mark.parametrize(
    ("accepted", "said"),
    [
        ({}, ["b 2.0: PYSEC-1, mended in 2.1, 3.0"]),
        ({"PYSEC-1": "not reached"}, []),
        ({"CVE-1": "not reached"}, []),
        ({"CVE-1": "not reached", "CVE-2": "gone"}, ["CVE-2 is no weakness"]),
    ],
)
def test_a_weakness_is_mended_or_explained(
    accepted: dict[str, str], said: list[str]
) -> None:
    found = lock.weaknesses({"dependencies": [CLEAN, WEAK]})
    faults = lock.judge(found, accepted)
    assert len(faults) == len(said)
    assert all(
        fault.startswith(start)
        for fault, start in zip(faults, said, strict=True)
    )


def test_a_weakness_that_nobody_has_mended_is_to_be_explained() -> None:
    assert "explain it in" in str(lock.Weakness("b", "2.0", ("PYSEC-1",), ""))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a repository with a lock of two packages."""
    (tmp_path / lock.LOCK).write_text("a==1.0\nb==2.0\n", encoding="utf-8")
    (tmp_path / lock.SETTINGS).write_text("[tool.x]\n", encoding="utf-8")
    return tmp_path


def answer(monkeypatch: pytest.MonkeyPatch, said: str, complaint: str) -> None:
    """Put something in the place of pip-audit that says this."""
    done = SimpleNamespace(stdout=said, stderr=complaint)
    monkeypatch.setattr(subprocess, "run", lambda *_args, **_more: done)


@pytest.mark.parametrize(
    ("packages", "complaint", "fault", "line"),
    [
        ([CLEAN, {**CLEAN, "name": "b"}], "", None, "no weakness is known of 2 packages"),
        ([CLEAN, WEAK], "Found 1", "mended in 2.1", "not passed: b 2.0: PYSEC-1"),
        ([CLEAN, SKIPPED], "No known", "1 of 2", "not passed: the service"),
        (None, "Trace\nno such host", "no such host", "not passed: the service"),
    ],
)  # fmt: skip
def test_a_renewal_records_what_moved_whatever_becomes_of_the_audit(
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    packages: list[Any] | None,
    complaint: str,
    fault: str | None,
    line: str,
) -> None:
    said = "" if packages is None else json.dumps({"dependencies": packages})
    answer(monkeypatch, said, complaint)
    if fault:
        with pytest.raises(lock.LockError, match=fault) as caught:
            lock.renew(root, DAY)
        assert "\n" not in str(caught.value)
    else:
        lock.renew(root, DAY)
    record = (root / lock.RECORD).read_text(encoding="utf-8")
    assert lock.replayed(record) == {"a": "1.0", "b": "2.0"}
    assert record.count("\nAudit") == 1
    assert line in record


def test_an_explained_weakness_is_recorded_with_its_reason(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = f'[tool.annbook.{lock.ACCEPTED}]\nCVE-1 = "no page runs it"\n'
    (root / lock.SETTINGS).write_text(table, encoding="utf-8")
    answer(monkeypatch, json.dumps({"dependencies": [CLEAN, WEAK]}), "")
    assert "Accepted: CVE-1, no page runs it." in lock.audit(root)
