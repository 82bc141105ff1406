"""Break the lessons' code on purpose, and see whether the tests and the build notice.

``nox -s breakage -- tests`` asks the unit tests, ``-- build`` the book's own build. What was
found stays in ``_build/breakage``: a run that is stopped goes on from there. What was caught is
not tried again while its module and the tests, or the pages, are as they were, nor what was
missed and is explained; what else was missed is tried again in every run. The totals go into the
page's file, and all that was missed is listed. The exit code is 1 where something was missed that
``explained.toml`` does not explain.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import record

from bookbuild import files
from breakage import mutants, unit, whole
from breakage.mutant import ROOT
from breakage.results import Results, count, in_turn

if TYPE_CHECKING:
    from collections.abc import Sequence

REPORT = ROOT / "book" / "reference" / "breakage.json"
KEPT = ROOT / "_build" / "breakage"
EXPLAINED = Path(__file__).with_name("explained.toml")
WAYS = {"tests": unit, "build": whole}
MOST = {"tests": 600, "build": 80}
"""How many breakages are tried, where nothing else is asked."""
ORDER = 1
"""The seed of the order in which they are tried."""


def read_explained(names: set[str]) -> dict[str, dict[str, str]]:
    """Return for each way the breakages that nobody can notice, with the reasons.

    Raises
    ------
    SystemExit
        Where one is explained that there is no longer.
    """
    listed = tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))
    gone = {name for each in listed.values() for name in each} - names
    if gone:
        lines = "\n".join(sorted(gone))
        sys.exit(f"{EXPLAINED.name} explains what is not in the code:\n{lines}")
    return listed


def main(arguments: Sequence[str]) -> int:
    """Try breakages, and report."""
    about = (__doc__ or "").splitlines()[0]
    parser = argparse.ArgumentParser(
        prog="nox -s breakage --", description=about
    )
    parser.add_argument("way", choices=WAYS, help="who is asked")
    parser.add_argument("--most", type=int, help="how many are tried")
    parser.add_argument(
        "--only", default="", help="of what names hold this text"
    )
    parser.add_argument(
        "--afresh", action="store_true", help="forget what was found"
    )
    asked = parser.parse_args(arguments)
    population = in_turn(mutants.all_mutants(), ORDER)
    functions = {m.name: f"{m.module}.{m.function}" for m in population}
    explained = read_explained(functions.keys())[asked.way]
    way, file = WAYS[asked.way], KEPT / f"{asked.way}.jsonl"
    if asked.afresh:
        file.unlink(missing_ok=True)
    results = Results(file, population, way.judges)
    chosen = population[: asked.most or MOST[asked.way]]
    todo = [
        m
        for m in chosen
        if asked.only in m.name and not results.is_settled(m, explained)
    ]
    print(
        f"{len(population)} breakages of {len({*functions.values()})} functions; "
        f"{len(chosen)} are wanted, {len(todo)} of them not settled yet",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        tried = way.try_all(todo, Path(folder)) if todo else ()
        for number, (mutant, verdict) in enumerate(tried, 1):
            results.add(mutant, verdict)
            said = "caught" if verdict.caught else "MISSED"
            print(
                f"  [{number}/{len(todo)}] {verdict.seconds:.0f} s, {said} "
                f"({verdict.how}): line {mutant.line}, {mutant.name}",
                flush=True,
            )
    totals = count(results, explained, functions)
    report = json.loads(REPORT.read_text("utf-8")) if REPORT.is_file() else {}
    whole = {
        "of": len(population),
        "of_functions": len({*functions.values()}),
    }
    report[asked.way] = record.stamp() | whole | totals
    files.write_text(REPORT, json.dumps(report, indent=1) + "\n")
    missed = sorted(
        name
        for name, said in results.found.items()
        if not said["caught"] and name not in explained
    )
    print(*(f"missed: {name}" for name in missed), sep="\n")
    share = totals["caught"] / max(totals["tried"], 1)
    print(
        ", ".join(f"{key} {value}" for key, value in totals.items()),
        f"{share:.1%}",
    )
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
