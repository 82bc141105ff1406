"""Checkpoints: what was saved comes back bit for bit, or it is said why not."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from annbook import checkpoint as c
from annbook.errors import BookError

if TYPE_CHECKING:
    from pathlib import Path

STATE = c.State(
    np.arange(6, dtype=np.float32).reshape(3, 2) / 7,
    np.array([0.1, -0.2], np.float32),
    np.array([2.3, 1.9]),
    np.array([0.5, 0.25]),
)


def bits(state: c.State | None) -> list[tuple[str, bytes]]:
    assert state is not None
    return [(part.dtype.name, part.tobytes()) for part in state]


@given(
    npst.arrays(
        np.float32,
        st.tuples(st.integers(1, 4), st.integers(1, 3)),
        elements=st.floats(width=32),
    ),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
)
def test_what_was_saved_comes_back_bit_for_bit(
    tmp_path_factory: pytest.TempPathFactory, weights: Any, settings: str
) -> None:
    file = tmp_path_factory.mktemp("saved") / "checkpoint.npz"
    state = STATE._replace(weights=weights)
    c.save(file, state, settings)
    assert bits(c.load(file, settings)) == bits(state)
    assert c.read(file)[1] == settings


def test_the_state_before_the_first_epoch_is_all_zeros() -> None:
    state = c.untrained(5, 3)
    assert (state.weights.shape, state.bias.shape) == ((5, 3), (3,))
    assert not any(part.any() for part in state)
    assert state.weights.dtype == state.bias.dtype == np.float32
    assert len(state.costs) == len(state.seconds) == 0


def test_a_training_without_a_checkpoint_starts_anew(tmp_path: Path) -> None:
    assert c.load(tmp_path / "none.npz", "") is None


def test_a_missing_result_is_not_taken_for_one(tmp_path: Path) -> None:
    with pytest.raises(BookError, match=r"none\.npz: is no checkpoint"):
        c.read(tmp_path / "none.npz")


def test_a_checkpoint_of_other_settings_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "checkpoint.npz"
    c.save(file, STATE, "seed 0")
    with pytest.raises(BookError, match="settings seed 0, not seed 1"):
        c.load(file, "seed 1")


@pytest.mark.parametrize(
    "cut", ["half", "empty", "text", "another archive", "no bias", "no archive"]
)
def test_a_damaged_checkpoint_is_named(tmp_path: Path, cut: str) -> None:
    file = tmp_path / "checkpoint.npz"
    c.save(file, STATE, "")
    whole = file.read_bytes()
    if cut == "another archive":
        np.savez(file, weights=STATE.weights)
    elif cut == "no bias":
        np.savez(file, weights=STATE.weights, settings="")
    elif cut == "no archive":
        with file.open("wb") as stream:
            np.save(stream, STATE.weights)
    else:
        contents = {
            "half": whole[: len(whole) // 2],
            "empty": b"",
            "text": b"?",
        }
        file.write_bytes(contents[cut])
    with pytest.raises(BookError, match=r"damaged one\. Delete it"):
        c.load(file, "")


def test_a_checkpoint_with_a_wrong_byte_is_read_or_named(
    tmp_path: Path,
) -> None:
    file = tmp_path / "checkpoint.npz"
    c.save(file, STATE, "")
    whole = file.read_bytes()
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        file.write_bytes(damaged)
        with suppress(BookError):
            assert len(c.read(file)[0].weights) == 3


def test_a_failure_while_writing_leaves_the_old_checkpoint_and_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "checkpoint.npz"
    c.save(file, STATE, "")

    def fail(new: Path, **_: object) -> None:
        new.write_bytes(b"half of")
        raise OSError("no space left")

    monkeypatch.setattr(np, "savez", fail)
    with pytest.raises(OSError, match="no space"):
        c.save(file, STATE._replace(costs=np.zeros(9)), "")
    assert bits(c.load(file, "")) == bits(STATE)
    assert list(tmp_path.iterdir()) == [file]
