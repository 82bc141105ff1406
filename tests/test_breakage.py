"""Breakages are tried in a fair order, and what was found of them is kept while it holds."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from breakage import results, unit, whole
from breakage.mutant import LATE, Mutant, Verdict
from hypothesis import given
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CAUGHT, MISSED = Verdict(True, "test_it", 1.0), Verdict(False, "", 2.0)


def mutant(
    function: str = "learn", after: str = "x - y", code: str = ""
) -> Mutant:
    return Mutant("annbook.toy", function, "x + y", after, 0, 3, code)


def asked(path: Path, *some: Mutant, judge: str = "assert") -> results.Results:
    return results.Results(path, some, lambda _module: judge)


@given(st.lists(st.sampled_from("abcde"), max_size=30), st.integers(0, 1000))
def test_no_function_comes_twice_before_every_other_came_once(
    functions: list[str], seed: int
) -> None:
    found = [mutant(name, str(at)) for at, name in enumerate(functions)]
    order = results.in_turn(found, seed)
    assert sorted(order) == sorted(found)
    assert results.in_turn(found, seed) == order
    wanted = Counter(functions)
    for end in range(len(order)):
        seen = Counter(each.function for each in order[:end])
        least = min((seen[n] for n in wanted if seen[n] < wanted[n]), default=0)
        assert max(seen.values(), default=0) <= least + 1


def test_another_seed_gives_another_order() -> None:
    found = [mutant(str(at)) for at in range(20)]
    assert results.in_turn(found, 1) != results.in_turn(found, 2)


def test_what_was_found_is_found_again(tmp_path: Path) -> None:
    one, other = mutant("one"), mutant("other")
    first = asked(tmp_path / "new" / "tests.jsonl", one, other)
    first.add(one, CAUGHT)
    first.add(other, MISSED)
    first.add(other, CAUGHT)
    again = asked(tmp_path / "new" / "tests.jsonl", one, other)
    assert again.found == first.found
    assert again.found[other.name]["caught"] is True


CHANGES: dict[str, Callable[[Path], results.Results]] = {
    "its module": lambda path: asked(path, mutant(code="def learn(): ...")),
    "what could notice it": lambda path: asked(path, mutant(), judge="pass"),
    "the breakages that there are": lambda path: asked(path, mutant("other")),
}


@pytest.mark.parametrize("what", CHANGES)
def test_nothing_is_carried_over_a_change_of(what: str, tmp_path: Path) -> None:
    path = tmp_path / "tests.jsonl"
    asked(path, mutant()).add(mutant(), CAUGHT)
    assert asked(path, mutant()).found
    assert not CHANGES[what](path).found


def test_a_run_that_was_killed_while_it_wrote_costs_one_breakage(
    tmp_path: Path,
) -> None:
    path = tmp_path / "tests.jsonl"
    one, other = mutant("one"), mutant("other")
    first = asked(path, one, other)
    first.add(one, CAUGHT)
    first.add(other, CAUGHT)
    path.write_bytes(path.read_bytes()[:-7])
    second = asked(path, one, other)
    assert {*second.found} == {one.name}
    second.add(other, MISSED)
    assert {*asked(path, one, other).found} == {one.name, other.name}


@pytest.mark.parametrize(
    ("verdict", "is_explained", "is_settled"),
    [
        (CAUGHT, False, True),
        (MISSED, True, True),
        (MISSED, False, False),
        (None, True, False),
    ],
)
def test_only_what_was_missed_for_no_reason_is_tried_again(
    verdict: Verdict | None,
    is_explained: bool,
    is_settled: bool,
    tmp_path: Path,
) -> None:
    found = asked(tmp_path / "tests.jsonl", mutant())
    if verdict:
        found.add(mutant(), verdict)
    explained = {mutant().name: "why"} if is_explained else {}
    assert found.is_settled(mutant(), explained) == is_settled


def test_totals_count_what_is_explained_as_missed(tmp_path: Path) -> None:
    some = [mutant("f", "a"), mutant("f", "b"), mutant("g"), mutant("h")]
    found = asked(tmp_path / "tests.jsonl", *some)
    verdicts = (CAUGHT, MISSED, MISSED, Verdict(True, LATE, 60.0))
    for each, verdict in zip(some, verdicts, strict=True):
        found.add(each, verdict)
    functions = {each.name: each.function for each in some}
    explained = {some[1].name: "why", "another": "why"}
    assert results.count(found, explained, functions) == {
        "functions": 3,
        "tried": 4,
        "caught": 2,
        "late": 1,
        "explained": 1,
    }


@pytest.mark.parametrize(
    ("module", "first", "others"),
    [
        ("annbook.network", "test_network", {"test_hidden"}),
        ("annbook.models", "test_models", {"test_web", "test_recognise"}),
    ],
)
def test_a_module_is_judged_by_the_tests_that_import_it(
    module: str, first: str, others: set[str]
) -> None:
    files = [path.rpartition("/")[2] for path in unit.tests_of(module)]
    assert files[0] == f"{first}.py"
    assert {f"{name}.py" for name in others} <= {*files}
    assert "test_outside.py" not in files
    assert "def test_" in unit.judges(module)


def test_a_module_is_judged_by_the_pages_that_use_it() -> None:
    pages = whole.judges("annbook.predictor")
    assert "# Learn a number from its errors" in pages
    assert "# Look at a nerve cell" not in pages
    assert whole.judges("annbook.no_such_module") == ""
