"""What takes long is computed once, by whoever asks first, and never read half-written."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from annbook import store
from annbook.errors import BookError

KEY = "0123456789abcdef"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep results in a folder of the test's own."""
    monkeypatch.setenv("ANNBOOK_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


def result(number: float = 1.5) -> store.Kept:
    return store.Kept([np.full((2, 3), number)], {"accuracy": number})


def never() -> store.Kept:
    raise AssertionError("it was computed again")


def same(kept: store.Kept, other: store.Kept) -> bool:
    pairs = zip(kept.arrays, other.arrays, strict=True)
    return kept.facts == other.facts and all(
        a.dtype == b.dtype and np.array_equal(a, b) for a, b in pairs
    )


def test_a_result_is_computed_once_and_then_read() -> None:
    assert same(store.fetch("model", KEY, result), result())
    assert same(store.fetch("model", KEY, never), result())


def test_another_key_or_name_is_another_result() -> None:
    store.fetch("model", KEY, result)
    other = store.fetch("model", KEY[::-1], lambda: result(2.5))
    named = store.fetch("other", KEY, lambda: result(3.5))
    assert (other.facts["accuracy"], named.facts["accuracy"]) == (2.5, 3.5)
    assert same(store.fetch("model", KEY, never), result())


@given(
    st.lists(
        npst.arrays(
            st.sampled_from([np.float32, np.float64, np.int64]),
            npst.array_shapes(min_dims=0, max_dims=3, min_side=0),
            elements=st.integers(0, 9),
        ),
        max_size=12,
    )
)
def test_what_is_written_is_read_with_shapes_types_and_order(
    arrays: list[Any],
) -> None:
    file = store.path("model", KEY)
    file.parent.mkdir(exist_ok=True)
    kept = store.Kept(arrays, {"name": "ü", "costs": [0.1, 2.0], "seed": 0})
    store.write(file, kept)
    assert same(store.read(file), kept)


def in_facts(data: bytes) -> bytes:
    """Return a file's bytes with one letter of its facts changed."""
    at = data.index("accuracy".encode("utf-32-le"))
    return data[:at] + b"X" + data[at + 1 :]


DAMAGE = {
    "empty": lambda data: data[:0],
    "half": lambda data: data[: len(data) // 2],
    "short by a byte": lambda data: data[:-1],
    "a page of a mirror": lambda data: data[:0] + b"<html>not found</html>",
    "a letter changed": in_facts,
    "a member renamed": lambda data: data.replace(b"facts.npy", b"tacts.npy"),
}


def test_a_file_with_a_wrong_byte_is_read_or_computed_anew(
    folder: Path,
) -> None:
    folder.mkdir()
    file = store.path("model", KEY)
    store.write(file, result())
    whole = file.read_bytes()
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        file.write_bytes(damaged)
        kept = store.read(file)
        assert kept is None or same(kept, result())


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_computed_anew(damage: Any) -> None:
    store.fetch("model", KEY, result)
    file = store.path("model", KEY)
    file.write_bytes(damage(file.read_bytes()))
    assert store.read(file) is None
    assert same(store.fetch("model", KEY, lambda: result(2.5)), result(2.5))
    assert same(store.fetch("model", KEY, never), result(2.5))


def test_a_file_with_an_array_that_needs_pickle_is_not_trusted(
    folder: Path,
) -> None:
    folder.mkdir()
    facts = np.array(json.dumps({}))
    odd = {"0": np.array([{}], object), "facts": facts}
    np.savez(store.path("model", KEY), **odd)
    assert store.read(store.path("model", KEY)) is None


def test_a_failed_computation_leaves_nothing_behind() -> None:
    with pytest.raises(AssertionError, match="computed again"):
        store.fetch("model", KEY, never)
    assert store.read(store.path("model", KEY)) is None
    assert same(store.fetch("model", KEY, result), result())


def test_a_failed_write_leaves_the_old_file_as_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.fetch("model", KEY, result)

    def half(file: Path, **_: object) -> None:
        file.write_bytes(b"PK half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", half)
    with pytest.raises(BookError, match=r"cannot be written \(No space left"):
        store.write(store.path("model", KEY), result(2.5))
    monkeypatch.undo()
    monkeypatch.setenv("ANNBOOK_MODELS", str(folder))
    assert same(store.fetch("model", KEY, never), result())
    assert {path.suffix for path in folder.iterdir()} <= {".npz", ".lock"}


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps open files")
def test_a_folder_that_is_cleared_away_meanwhile_costs_no_computation(
    folder: Path,
) -> None:
    def compute() -> store.Kept:
        shutil.rmtree(folder)
        return result()

    assert same(store.fetch("model", KEY, compute), result())
    assert same(store.fetch("model", KEY, never), result())


def test_a_folder_that_cannot_be_made_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("ANNBOOK_MODELS", str(tmp_path / "file" / "models"))
    with pytest.raises(BookError) as caught:
        store.fetch("model", KEY, result)
    assert "\n" not in str(caught.value)
    assert "ANNBOOK_MODELS" in str(caught.value)


def count_and_compute(counts: Path) -> float:
    """Ask for a result in a process of its own; note each time that it is computed."""

    def compute() -> store.Kept:
        with counts.open("a", encoding="utf-8") as log:
            log.write("computed\n")
        return result()

    return float(store.fetch("model", KEY, compute).facts["accuracy"])


@pytest.mark.slow
def test_processes_that_ask_at_once_compute_it_once(tmp_path: Path) -> None:
    counts = tmp_path / "counts"
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        answers = pool.map(count_and_compute, [counts] * 8, chunksize=1)
    assert answers == [1.5] * 8
    assert counts.read_text(encoding="utf-8") == "computed\n"


def test_the_folder_is_the_one_named_else_in_the_cache(tmp_path: Path) -> None:
    assert store.folder({"ANNBOOK_MODELS": str(tmp_path)}) == tmp_path
    cache = {"ANNBOOK_MODELS": "", "ANNBOOK_CACHE": str(tmp_path)}
    assert store.folder(cache) == tmp_path / "models"
    relative = store.folder({"ANNBOOK_MODELS": "here"})
    assert relative == Path.cwd() / "here"


def test_a_module_s_sources_are_its_own_and_those_it_imports() -> None:
    found = store.sources(["annbook.network"])
    assert set(found) == {"annbook.network", "annbook.neuron", "annbook.errors"}
    assert "def backquery" in found["annbook.network"]


def test_the_key_follows_sources_facts_and_versions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def key(*facts: str) -> str:
        return store.key(["annbook.network"], *facts)

    first = key("full")
    assert key("full") == first
    assert key("sample") != first
    assert store.key(["annbook.neuron"], "full") != first
    read = store._read_source
    for name in ("network", "neuron", "errors"):
        with monkeypatch.context() as patch:
            patch.setattr(
                store,
                "_read_source",
                lambda path, name=name: (
                    (read(path) or "") + "#" * (path.stem == name)
                ),
            )
            assert key("full") != first, name
    monkeypatch.setattr(store.metadata, "version", lambda _: "0.0")
    assert key("full") != first
