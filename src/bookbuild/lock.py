"""What a renewal of the lock has moved, and whether a weakness is known of what it holds.

``nox -s lock`` runs this file after it has renewed ``constraints.txt``. It compares the lock with
the last one in ``LOCK-CHANGES.md``, has ``pip-audit`` ask for known weaknesses of every package,
and writes both down there, newest first. ``nox -s audit`` asks again, and writes nothing.

It needs no more than Python itself, and ``pip-audit`` beside it.
"""

from __future__ import annotations

import datetime
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from bookbuild.files import write_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

LOCK = "constraints.txt"
RECORD = "LOCK-CHANGES.md"
SETTINGS = "pyproject.toml"
ACCEPTED = "accepted-weaknesses"
"""The table of ``[tool.annbook]`` in the settings: a weakness' name, and why we live with it."""

HEAD = """\
# What moved in the lock

`nox -s lock` writes this: each section is a renewal of `constraints.txt`, the newest first, with
what was known of weaknesses in the whole lock on that day.
"""
SECTION = re.compile(r"^## ", re.MULTILINE)
ROW = re.compile(r"^\| (?!package |---)(\S+) \| (.*) \| (.*) \|$", re.MULTILINE)
ABSENT = "-"

Versions = dict[str, str]
"""A package's version by its name; several, with commas, where platforms differ."""


class LockError(Exception):
    """Why nothing is known of the lock's weaknesses, or which are known: one line."""


class Move(NamedTuple):
    """A package that a renewal has moved; ``ABSENT`` where it was, or is, not in the lock."""

    package: str
    before: str
    now: str


class Weakness(NamedTuple):
    """A known weakness of a package in the lock.

    Parameters
    ----------
    package, version : str
        What is weak.
    names : tuple of str
        The names it is known by, the advisory's first.
    mended : str
        The versions without it; empty where there is none.
    """

    package: str
    version: str
    names: tuple[str, ...]
    mended: str

    def __str__(self) -> str:
        """Return what it is, and what to do."""
        cure = (
            f"mended in {self.mended}: nox -s lock -- --upgrade-package {self.package}"
            if self.mended
            else f"not mended: explain it in {SETTINGS}, [tool.annbook.{ACCEPTED}]"
        )
        return f"{self.package} {self.version}: {self.names[0]}, {cure}"


def pins(text: str) -> list[tuple[str, str]]:
    """Return the packages of a lock with their versions, whatever platform they are for."""
    lines = [
        line.partition(";")[0].partition("#")[0] for line in text.splitlines()
    ]
    pairs = [line.strip().partition("==") for line in lines if line.strip()]
    return [(name, version) for name, _, version in pairs]


def read_lock(text: str) -> Versions:
    """Return the versions that a lock holds."""
    found: dict[str, list[str]] = {}
    for name, version in pins(text):
        found.setdefault(name, []).append(version)
    return {name: ", ".join(sorted(each)) for name, each in found.items()}


def moved(before: Versions, now: Versions) -> list[Move]:
    """Return what differs between two locks, by name."""
    return [
        Move(name, before.get(name, ABSENT), now.get(name, ABSENT))
        for name in sorted(before.keys() | now.keys())
        if before.get(name) != now.get(name)
    ]


def replayed(record: str) -> Versions:
    """Return the lock that the sections of a record lead to, from the oldest to the newest."""
    versions: Versions = {}
    for section in reversed(SECTION.split(record)):
        for name, _, now in ROW.findall(section):
            if now == ABSENT:
                versions.pop(name, None)
            else:
                versions[name] = now
    return versions


def section(date: datetime.date, moves: Sequence[Move], audit: str) -> str:
    """Return a renewal's section: how many moved, what is known of weaknesses, and the moves."""
    added = sum(move.before == ABSENT for move in moves)
    removed = sum(move.now == ABSENT for move in moves)
    counts = (
        f"{added} added, {removed} removed, "
        f"{len(moves) - added - removed} to another version."
    )
    rows = [f"| {' | '.join(move)} |" for move in moves]
    table = ["| package | before | now |", "| --- | --- | --- |", *rows]
    return "\n".join([f"## {date}", "", counts, "", audit, "", *table, ""])


def recorded(
    record: str, date: datetime.date, moves: Sequence[Move], audit: str
) -> str:
    """Return a record with a renewal; one that moved nothing renews the last section's audit."""
    _, *sections = SECTION.split(record)
    older = [f"## {each.rstrip()}\n" for each in sections]
    if moves or not older:
        newest = section(date, moves, audit)
    else:
        newest = re.sub(
            r"^Audit.*$",
            lambda _: audit,
            older.pop(0),
            count=1,
            flags=re.MULTILINE,
        )
    return "\n".join([HEAD, newest, *older])


def layers(text: str) -> Iterator[str]:
    """Yield requirements that hold every pin of a lock, each package once in each of them.

    A marker would leave out what is for another platform than this one, and a package that is
    pinned twice would be refused.
    """
    rest = pins(text)
    while rest:
        layer = dict(reversed(rest))
        yield "".join(f"{name}=={version}\n" for name, version in layer.items())
        rest = [pin for pin in rest if pin not in layer.items()]


def weaknesses(report: Mapping[str, Any]) -> list[Weakness]:
    """Return what a report of ``pip-audit`` knows.

    Raises
    ------
    LockError
        Where it could not ask about a package: it calls that a success.
    """
    packages = report["dependencies"]
    skipped = [each["name"] for each in packages if "skip_reason" in each]
    if skipped:
        raise LockError(
            f"the service of known weaknesses has no answer for {len(skipped)} of "
            f"{len(packages)} packages, {skipped[0]} among them: is it in reach from here?"
        )
    return [
        Weakness(
            each["name"],
            each["version"],
            (found["id"], *found["aliases"]),
            ", ".join(found["fix_versions"]),
        )
        for each in packages
        for found in each["vulns"]
    ]


def ask(requirements: str) -> dict[str, Any]:
    """Return what ``pip-audit`` reports of requirements.

    Raises
    ------
    LockError
        Where it fails: it asks a service on the network.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "requirements.txt")
        path.write_text(requirements, encoding="utf-8")
        options = "--no-deps --disable-pip --progress-spinner off --format json"
        done = subprocess.run(
            [sys.executable, "-m", "pip_audit", *options.split(), "-r", path],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
    # It ends with 1 where it finds something, and where it fails.
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except json.JSONDecodeError:
        said = done.stderr.strip().splitlines() or ["pip-audit said nothing"]
        raise LockError(
            f"the service of known weaknesses is not in reach: {said[-1]}"
        ) from None
    return report


def judge(found: Iterable[Weakness], accepted: Mapping[str, str]) -> list[str]:
    """Return what is wrong: weaknesses that nobody explained, and explanations of none."""
    names = {name for each in found for name in each.names}
    open_ones = [
        str(each) for each in found if not accepted.keys() & {*each.names}
    ]
    idle = [
        f"{name} is no weakness of the lock: remove it from [tool.annbook.{ACCEPTED}]"
        for name in accepted.keys() - names
    ]
    return [*open_ones, *sorted(idle)]


def audit(root: Path) -> str:
    """Return what is known of the lock's weaknesses, in a sentence for the record.

    Raises
    ------
    LockError
        Where the service is not in reach, or knows a weakness that nobody explained.
    """
    settings = tomllib.loads((root / SETTINGS).read_text(encoding="utf-8"))
    accepted = settings["tool"].get("annbook", {}).get(ACCEPTED, {})
    lock = (root / LOCK).read_text(encoding="utf-8")
    found = [each for layer in layers(lock) for each in weaknesses(ask(layer))]
    if faults := judge(found, accepted):
        raise LockError("; ".join(faults))
    reasons = "".join(
        f" Accepted: {name}, {why}." for name, why in accepted.items()
    )
    known = (
        "no weakness is known" if not accepted else "no other weakness is known"
    )
    return f"{known} of {len(read_lock(lock))} packages.{reasons}"


def renew(root: Path, date: datetime.date) -> None:
    """Record what moved since the last renewal, and what is known of weaknesses.

    Raises
    ------
    LockError
        What ``audit`` raises; it is written down, too.
    """
    path = root / RECORD
    record = path.read_text(encoding="utf-8") if path.exists() else HEAD
    now = read_lock((root / LOCK).read_text(encoding="utf-8"))
    moves = moved(replayed(record), now)
    # First of all: whatever happens to the audit, what moved is not lost.
    write_text(path, recorded(record, date, moves, "Audit: not finished."))
    for move in moves:
        print(f"{move.package}: {move.before} -> {move.now}")
    print(f"Packages that moved: {len(moves)}, see {RECORD}")
    fault = None
    try:
        line = f"Audited on {date}: {audit(root)}"
    except LockError as error:
        fault, line = error, f"Audit of {date} not passed: {error}"
    record = path.read_text(encoding="utf-8")
    write_text(path, recorded(record, date, [], line))
    if fault:
        raise fault


def main(arguments: list[str]) -> None:
    """Renew the record of the lock in the current folder; with ``--audit``, ask alone."""
    try:
        if arguments == ["--audit"]:
            print(audit(Path.cwd()))
        else:
            renew(Path.cwd(), datetime.datetime.now(datetime.UTC).date())
    except LockError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
