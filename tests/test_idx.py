"""The IDX parser: every valid file round-trips, every other is named and refused."""

from __future__ import annotations

import contextlib
import re
import tracemalloc
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from annbook import idx
from annbook.errors import BookError

if TYPE_CHECKING:
    from numpy.typing import NDArray


def encode(array: NDArray[np.uint8]) -> bytes:
    """Return the IDX file that holds an array, written from the format's own words."""
    return header(*array.shape) + array.tobytes()


def header(*sizes: int, kind: int = 0x08) -> bytes:
    return bytes([0, 0, kind, len(sizes)]) + b"".join(
        size.to_bytes(4, "big") for size in sizes
    )


arrays = npst.arrays(np.uint8, npst.array_shapes(max_dims=3, max_side=6))
sizes = st.integers(0, 5) | st.integers(0, 2**32 - 1)
likely_files = st.builds(
    lambda sizes, kind, body: header(*sizes, kind=kind) + body,
    st.lists(sizes, max_size=5),
    st.sampled_from([0x08, 0x08, 0x0D]) | st.integers(0, 255),
    st.binary(max_size=40),
)


def spoilt(file: bytes, cut: int, extra: bytes) -> bytes:
    return file[: len(file) - cut] + extra


spoilt_files = st.builds(
    spoilt,
    arrays.map(encode),
    st.integers(0, 20),
    st.binary(max_size=8) | st.just(b"\0" * 3),
)


@given(arrays)
def test_an_array_comes_back_as_it_was(array: NDArray[np.uint8]) -> None:
    parsed = idx.parse(encode(array), "here")
    assert parsed.dtype == np.uint8
    np.testing.assert_array_equal(parsed, array, strict=True)


@given(st.binary() | likely_files | spoilt_files)
def test_any_bytes_are_either_the_very_encoding_of_the_result_or_refused(
    data: bytes,
) -> None:
    with contextlib.suppress(BookError):
        assert encode(idx.parse(data, "here")) == data


@given(arrays.map(encode), st.data())
def test_a_file_with_a_byte_more_or_any_number_less_is_refused(
    file: bytes, data: st.DataObject
) -> None:
    longer = file + data.draw(st.binary(min_size=1, max_size=9))
    shorter = file[: data.draw(st.integers(0, len(file) - 1))]
    for spoilt_file in (longer, shorter):
        with pytest.raises(BookError):
            idx.parse(spoilt_file, "here")


GIANT = 2**32 - 1


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "does not start with two zero bytes"),
        (b"\0\0\x08", "does not start with two zero bytes"),
        (b"<!doctype html>", "does not start with two zero bytes"),
        (b"\x1f\x8b\x08\0", "does not start with two zero bytes"),
        (header(1, kind=0x0D) + bytes(4), "type 0x0d, not unsigned bytes"),
        (header(), "has 0 IDX dimensions"),
        (header(1, 1, 1, 1) + b"\7", "has 4 IDX dimensions"),
        (bytes([0, 0, 8, 255]), "has 255 IDX dimensions"),
        (header(2, 2)[:-1], "cut short: 11 bytes of a header of 12"),
        (header(2, 2) + bytes(3), "promises 2 x 2 values and holds 3"),
        (header(2, 2) + bytes(5), "promises 2 x 2 values and holds 5"),
        (
            header(GIANT, GIANT, GIANT) + b"\7",
            f"promises {GIANT} x {GIANT} x {GIANT} values",
        ),
        (header(0), "holds no values"),
        (header(0, GIANT, GIANT), "holds no values"),
    ],
)
def test_the_error_names_the_file_the_fault_and_the_remedy(
    data: bytes, what: str
) -> None:
    pattern = f"^digits.gz: .*{re.escape(what)}.*\\. Replace it with the official file\\.$"
    with pytest.raises(BookError, match=pattern):
        idx.parse(data, "digits.gz")


def test_sizes_that_lie_cost_no_memory() -> None:
    data = header(GIANT, 28, 28) + b"\7"
    tracemalloc.start()
    try:
        with pytest.raises(BookError):
            idx.parse(data, "here")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000


def test_the_array_is_a_read_only_view() -> None:
    array = idx.parse(header(2) + b"\1\2", "here")
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 5
