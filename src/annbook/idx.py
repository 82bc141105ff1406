"""The IDX format, in which MNIST is distributed.

A file is a header and then the values, one byte each here: two zero bytes, the
type of the values (0x08 is an unsigned byte), the number of dimensions, and the
size of each dimension as a big-endian 32-bit integer.
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING

import numpy as np

from annbook.errors import BookError

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNSIGNED_BYTE = 0x08
"""The type code of the only type that MNIST uses."""

MOST_DIMENSIONS = 3
"""A stack of images has three dimensions, and MNIST holds nothing deeper."""


def parse(data: bytes, where: object) -> NDArray[np.uint8]:
    """Return the array that the bytes of an IDX file hold.

    Parameters
    ----------
    data : bytes
        The whole file, unpacked.
    where : object
        What to call the file in an error.

    Returns
    -------
    ndarray of uint8, of 1 to 3 dimensions
        A read-only view of `data`: nothing is copied.

    Raises
    ------
    BookError
        Where `data` is anything but a whole IDX file of one or more unsigned bytes.

    References
    ----------
    Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten
    digits", section "File formats for the MNIST database".
    """
    shape = _shape(data, where)
    offset = len(data) - math.prod(shape)
    return np.frombuffer(data, np.uint8, offset=offset).reshape(shape)


def _shape(data: bytes, where: object) -> tuple[int, ...]:
    """Return the sizes in the header, once they are known to fit the file exactly."""
    if len(data) < 4 or data[:2] != b"\0\0":
        raise _unfit(
            "is not an IDX file: it does not start with two zero bytes", where
        )
    kind, dimensions = data[2], data[3]
    if kind != UNSIGNED_BYTE:
        raise _unfit(
            f"holds IDX values of type {kind:#04x}, not unsigned bytes (0x08)",
            where,
        )
    if not 1 <= dimensions <= MOST_DIMENSIONS:
        raise _unfit(
            f"has {dimensions} IDX dimensions, not 1 to {MOST_DIMENSIONS}",
            where,
        )
    header = 4 + 4 * dimensions
    if len(data) < header:
        raise _unfit(
            f"is cut short: {len(data)} bytes of a header of {header}", where
        )
    shape: tuple[int, ...] = struct.unpack(f">{dimensions}I", data[4:header])
    # Python's integers do not overflow, so sizes that lie are caught before any array is made.
    if math.prod(shape) != len(data) - header:
        sizes = " x ".join(map(str, shape))
        raise _unfit(
            f"promises {sizes} values and holds {len(data) - header}", where
        )
    if 0 in shape:
        raise _unfit("holds no values", where)
    return shape


def _unfit(what: str, where: object) -> BookError:
    return BookError(
        what, where=where, remedy="Replace it with the official file"
    )
