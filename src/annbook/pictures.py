"""Picture files, decoded by Pillow into arrays."""

from __future__ import annotations

import math
import struct
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import (  # type: ignore[import-not-found,unused-ignore]
    Image,
    ImageOps,
    UnidentifiedImageError,
)

from annbook.errors import BookError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from numpy.typing import NDArray

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")

MOST_PIXELS = 120_000_000
"""A larger picture is refused: decoded, it could fill the memory of a small machine."""

_LONGER_SIDE = 1600
"""Pixels of the longer side, beyond which a picture is shrunk as soon as it is decoded."""


def read(path: str | os.PathLike[str]) -> NDArray[Any]:
    """Return the picture in a file: turned upright, and shrunk where it is large.

    Parameters
    ----------
    path : path
        A PNG or JPEG file, or WebP, GIF (its first frame) or BMP.

    Returns
    -------
    ndarray of uint8 or uint16, shape (rows, columns) or (rows, columns, 3 or 4)
        Grey, RGB, or RGB and opacity. Where a side has more than 1,600 pixels in the file,
        each pixel is the mean of a square of the file's.

    Raises
    ------
    BookError
        Where there is no such file, it cannot be read, it is no picture, it is damaged, or
        it has more than 120 million pixels.
    """
    with _named_errors(path), Image.open(path, formats=FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise Image.DecompressionBombError
        plain = _plain(image)
        shrunk = plain.reduce(math.ceil(max(plain.size) / _LONGER_SIDE))
        picture = np.asarray(ImageOps.exif_transpose(shrunk))
    return picture.astype(np.uint16) if picture.dtype == np.int32 else picture


def _plain(image: Any) -> Any:
    """Return an image in one of four modes, whatever its file holds."""
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode.startswith("I"):
        return image.convert("I")
    # Converted to the mode that it has, a large picture would be in memory twice.
    mode = "L" if image.mode in {"1", "L"} else "RGB"
    return image if image.mode == mode else image.convert(mode)


@contextmanager
def _named_errors(path: str | os.PathLike[str]) -> Iterator[None]:
    """Turn what Pillow and the system raise into one clear line, and silence warnings."""
    remedy = "Give a PNG or a JPEG file"
    try:
        with warnings.catch_warnings():
            # Of large pictures, which have a limit here, and of faults that do no harm.
            warnings.simplefilter("ignore")
            yield
    except Image.DecompressionBombError:
        what = f"has more than {MOST_PIXELS:,} pixels"
        raise BookError(what, path, "Make the picture smaller") from None
    except UnidentifiedImageError:
        raise BookError("is no picture", path, remedy) from None
    # Pillow's decoders meet damage in their own ways.
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        reason = getattr(error, "strerror", None)
        what = f"cannot be read ({reason})" if reason else "is damaged"
        raise BookError(what, path, remedy) from None
