"""Break the lessons' code on purpose, and see whether the tests and the build notice.

``nox -s breakage -- tests`` asks the unit tests, ``-- build`` the book's own build. What was
found stays in ``_build/breakage``: a run that is stopped goes on from there. What was caught is
not tried again while its module is as it was, nor what was missed and is explained; what else was
missed is tried again in every run. The totals go into the page's file, and all that was missed is
listed. The exit code is 1 where something was missed that ``explained.toml`` does not explain.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import tomllib
from collections import defaultdict
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import record

from bookbuild import files, fingerprint
from breakage import mutants, unit, whole

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from breakage.mutants import Mutant
    from breakage.unit import Verdict

REPORT = mutants.ROOT / "book" / "reference" / "breakage.json"
KEPT = mutants.ROOT / "_build" / "breakage"
EXPLAINED = Path(__file__).with_name("explained.toml")
WAYS = {"tests": unit.try_all, "build": whole.try_all}
MOST = {"tests": 600, "build": 40}
"""How many breakages are tried, where nothing else is asked."""
ORDER = 1
"""The seed of the order in which they are tried."""


def in_turn(found: Iterable[Mutant], seed: int) -> list[Mutant]:
    """Return breakages at random, one of every function first, then a second of each, and so on."""
    generator = random.Random(seed)
    by_function: dict[tuple[str, str], list[Mutant]] = defaultdict(list)
    for mutant in found:
        by_function[mutant.module, mutant.function].append(mutant)
    columns = [*by_function.values()]
    for column in columns:
        generator.shuffle(column)
    ordered = []
    for some in zip_longest(*columns):
        these = [mutant for mutant in some if mutant]
        generator.shuffle(these)
        ordered += these
    return ordered


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


class Results:
    """What was found so far in one way, in a file with a line for each breakage."""

    def __init__(self, way: str, population: Sequence[Mutant]) -> None:
        self._path = KEPT / f"{way}.jsonl"
        self._keys = {each.name: self._key(each) for each in population}
        self.found: dict[str, dict[str, Any]] = {}
        if self._path.is_file():
            for line in self._path.read_text(encoding="utf-8").splitlines():
                said = json.loads(line)
                if self._keys.get(said["name"]) == said["key"]:
                    self.found[said["name"]] = said

    @staticmethod
    def _key(mutant: Mutant) -> str:
        # The broken module holds all the rest of the module, too.
        return fingerprint.digest(mutant.code)

    def is_settled(self, mutant: Mutant, explained: Container[str]) -> bool:
        """Return whether a breakage is known to be caught, or to be missed for a reason."""
        said = self.found.get(mutant.name)
        return said is not None and (said["caught"] or mutant.name in explained)

    def add(self, mutant: Mutant, verdict: Verdict) -> None:
        """Write down what came of a breakage."""
        said = {
            "name": mutant.name,
            "key": self._keys[mutant.name],
            **verdict._asdict(),
        }
        self.found[mutant.name] = said
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(said, ensure_ascii=False) + "\n")


def count(
    results: Results, explained: dict[str, str], functions: dict[str, str]
) -> dict[str, int]:
    """Return the totals of one way."""
    found = results.found.values()
    missed = {each["name"] for each in found if not each["caught"]}
    return {
        "functions": len({functions[each["name"]] for each in found}),
        "tried": len(results.found),
        "caught": len(results.found) - len(missed),
        "late": sum(each["how"] == unit.LATE for each in found),
        "explained": len(missed & explained.keys()),
    }


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
    if asked.afresh:
        (KEPT / f"{asked.way}.jsonl").unlink(missing_ok=True)
    results = Results(asked.way, population)
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
        tried = WAYS[asked.way](todo, Path(folder)) if todo else ()
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
    report["population"] = {
        "breakages": len(population),
        "functions": len({*functions.values()}),
    }
    report[asked.way] = record.stamp() | totals
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
