"""In which order breakages are tried, and what was found so far."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from bookbuild import files, fingerprint
from breakage.mutant import LATE

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Sequence
    from pathlib import Path

    from breakage.mutant import Mutant, Verdict


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


class Results:
    """What was found so far, in a file with a line for each breakage.

    Parameters
    ----------
    path : Path
        The file.
    population : sequence of Mutant
        What is found of others, or of another code, does not count.
    judges : callable
        From a module's name to the text of what could notice that it is broken: after a change of
        this text nothing counts that was found.
    """

    def __init__(
        self,
        path: Path,
        population: Sequence[Mutant],
        judges: Callable[[str], str],
    ) -> None:
        self._path = path
        texts = {name: judges(name) for name in {m.module for m in population}}
        # The broken module holds all the rest of the module, too.
        self._keys = {
            each.name: fingerprint.digest(each.code, texts[each.module])
            for each in population
        }
        self.found: dict[str, dict[str, Any]] = {}
        for line in self._lines():
            said = json.loads(line)
            if self._keys.get(said["name"]) == said["key"]:
                self.found[said["name"]] = said

    def _lines(self) -> list[str]:
        """Return what is written; a line that was cut off goes, so that the next can follow."""
        if not self._path.is_file():
            return []
        text = self._path.read_text(encoding="utf-8")
        whole = text[: text.rfind("\n") + 1]
        if whole != text:
            files.write_text(self._path, whole)
        return whole.splitlines()

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
        "late": sum(each["how"] == LATE for each in found),
        "explained": len(missed & explained.keys()),
    }
