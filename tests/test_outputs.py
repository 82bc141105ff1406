"""The outputs that are kept: found again, never trusted when damaged, and not without end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bookbuild import outputs
from bookbuild.outputs import KEPT, Memo, OutputsError, Store

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = "theory/predictor"


def put_out(text: str = "42") -> dict[str, Any]:
    return {"seconds": 1.5, "cells": [{"outputs": [text, "−7 \ud800"]}]}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "outputs")


def test_what_is_kept_is_found_under_its_page_and_key_alone(
    store: Store,
) -> None:
    store.keep(PAGE, "a", put_out())
    assert store.holds(PAGE, "a")
    assert not store.holds(PAGE, "b")
    assert not store.holds("theory", "a")
    assert outputs.read_checked(store.path(PAGE, "a")) == put_out()


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda _: b"",
    "half": lambda content: content[: len(content) // 2],
    "one digit": lambda content: content.replace(b"42", b"43"),
    "one bit": lambda content: content[:-3] + bytes([content[-3] ^ 1]) + b"]}",
    "no text": lambda content: b"\xff\xfe" + content,
    "more": lambda content: content + b" ",
    "another's": lambda _: b"{}\n{}",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_outputs_that_are_damaged_count_as_none(
    store: Store, damage: Callable[[bytes], bytes]
) -> None:
    store.keep(PAGE, "a", put_out())
    path = store.path(PAGE, "a")
    path.write_bytes(damage(path.read_bytes()))
    assert not store.holds(PAGE, "a")
    store.keep(PAGE, "a", put_out())
    assert store.holds(PAGE, "a")


def test_the_last_keys_are_kept_in_the_order_of_their_use(
    store: Store,
) -> None:
    keys = [f"key-{number}" for number in range(KEPT + 2)]
    for key in keys:
        store.keep(PAGE, key, put_out())
        store.note_use({PAGE: key})
        # The first is used again and again.
        store.note_use({PAGE: keys[0]})
    held = [key for key in keys if store.holds(PAGE, key)]
    assert held == [keys[0], *keys[-KEPT + 1 :]]


def test_another_build_goes_on_with_the_same_order(store: Store) -> None:
    keys = [f"key-{number}" for number in range(KEPT + 1)]
    for key in keys:
        again = Store(store.folder)
        again.keep(PAGE, key, put_out())
        again.note_use({PAGE: key})
    assert [key for key in keys if again.holds(PAGE, key)] == keys[1:]


def test_pages_do_not_push_each_other_out(store: Store) -> None:
    store.keep("theory", "mine", put_out())
    store.note_use({"theory": "mine"})
    for number in range(KEPT + 1):
        store.keep(PAGE, str(number), put_out())
        store.note_use({PAGE: str(number)})
    assert store.holds("theory", "mine")


def test_where_the_order_is_lost_what_is_there_is_still_found_and_bounded(
    store: Store,
) -> None:
    for number in range(KEPT + 5):
        store.keep(PAGE, f"{number:02}", put_out())
    (store.folder / "history.json").write_text("lost", encoding="utf-8")
    again = Store(store.folder)
    again.note_use({PAGE: "00"})
    assert again.holds(PAGE, "00")
    kept = [*(store.folder / PAGE).iterdir()]
    assert len(kept) == KEPT


def test_how_long_a_page_took_is_remembered(store: Store) -> None:
    store.keep(PAGE, "a", put_out())
    assert Store(store.folder).seconds == {}
    store.remember()
    assert Store(store.folder).seconds == {PAGE: 1.5}


def test_a_write_that_was_interrupted_leaves_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(self: Path, _target: Path) -> None:
        raise KeyboardInterrupt(self)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", die)
        with pytest.raises(KeyboardInterrupt):
            store.keep(PAGE, "a", put_out())
    assert not store.holds(PAGE, "a")
    assert [path.suffix for path in (store.folder / PAGE).iterdir()] == [".tmp"]
    store.keep(PAGE, "b", put_out())
    store.note_use({PAGE: "b"})
    assert [path.name for path in (store.folder / PAGE).iterdir()] == ["b.json"]


def test_a_full_disk_is_one_line_that_says_what_to_do(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Path, *_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_text", fail)
    with pytest.raises(OutputsError) as caught:
        store.keep(PAGE, "a", put_out())
    line = str(caught.value)
    assert str(store.path(PAGE, "a")) in line
    assert "No space left on device" in line
    assert "Make room" in line
    assert "\n" not in line


def test_a_finding_is_made_once_and_remembered(tmp_path: Path) -> None:
    made: list[int] = []

    def find() -> list[int]:
        made.append(1)
        return [1, 2]

    memo = Memo(tmp_path / "findings.json")
    assert memo.recall("key", find) == memo.recall("key", find) == [1, 2]
    assert made == [1]
    memo.save()
    assert Memo(tmp_path / "findings.json").recall("key", find) == [1, 2]
    assert made == [1]
    assert Memo(tmp_path / "findings.json").recall("other", find) == [1, 2]
    assert made == [1, 1]


def test_what_was_found_to_be_nothing_is_remembered_too(
    tmp_path: Path,
) -> None:
    memo = Memo(tmp_path / "findings.json")
    memo.recall("key", lambda: None)
    memo.save()
    again = Memo(tmp_path / "findings.json")
    assert again.recall("key", lambda: pytest.fail("found before")) is None


def test_of_too_many_findings_the_latest_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "findings.json"
    memo = Memo(path, size=3)
    for number in range(5):
        memo.recall(str(number), lambda number=number: number)
    memo.save()
    kept = json.loads(path.read_text(encoding="utf-8").split("\n")[1])
    assert {*kept} == {"2", "3", "4"}


def test_findings_that_are_damaged_are_made_again(tmp_path: Path) -> None:
    path = tmp_path / "findings.json"
    path.write_text('x\n{"key": "wrong"}', encoding="utf-8")
    assert Memo(path).recall("key", lambda: "right") == "right"
