"""MNIST, the handwritten digits: found, checked against known digests, and parsed.

There are two editions. The *full* edition is the four official files, 60,000 digits to
train on and 10,000 to test with. The *sample* edition is 4,000 and 1,000 of those
60,000, packaged with the book for machines that cannot reach the full one.

Three environment variables choose; each counts as unset where it is empty:

- ``ANNBOOK_DATA``: a folder that holds the four official files, then the only source;
- ``ANNBOOK_CACHE``: where downloads are kept, instead of the user's cache folder;
- ``ANNBOOK_EDITION``: ``auto`` (the full edition where it can be had, the default),
  ``full`` (nothing less) or ``sample`` (at once, without a look at the network).
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import io
import logging
import os
import sys
import warnings
import zlib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from annbook import idx
from annbook.errors import BookError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from importlib.resources.abc import Traversable

    from numpy.typing import NDArray

CLASSES = 10
"""The digits 0 to 9."""

SIDE = 28
"""Pixels along each side of an image."""

Edition = Literal["full", "sample"]


class OfficialFile(NamedTuple):
    """A file of the original distribution: its name, its size in bytes and its SHA-256."""

    name: str
    size: int
    sha256: str


OFFICIAL = (
    OfficialFile(
        "train-images-idx3-ubyte.gz",
        9_912_422,
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    ),
    OfficialFile(
        "train-labels-idx1-ubyte.gz",
        28_881,
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    ),
    OfficialFile(
        "t10k-images-idx3-ubyte.gz",
        1_648_877,
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    ),
    OfficialFile(
        "t10k-labels-idx1-ubyte.gz",
        4_542,
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    ),
)
"""The four files of the full edition: training images and labels, test images and labels."""

MIRRORS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
)
"""Public copies of the four files, in the order in which they are asked."""

SAMPLE_SHA256 = (
    "d427c2b8f7a21b8d81cd6a66fc543bef2609ebfc923c82f88fc632148e0376b3"
)
"""The digest of the packaged sample."""

_SAMPLE = resources.files("annbook") / "data" / "mnist-sample.npz"

_GZIP_START = b"\x1f\x8b"

_REPLACE = "Replace it with the official file"

_TIMEOUT = (3, 30)
"""Seconds to wait for a mirror to connect, and then for its next bytes."""


@dataclass(frozen=True, eq=False)
class Mnist:
    """MNIST in memory. The arrays are read-only.

    Attributes
    ----------
    train_images, test_images : ndarray of uint8, shape (n, 28, 28)
        Grey values as in the files, from 0 (background) to 255 (ink).
    train_labels, test_labels : ndarray of uint8, shape (n,)
        The digit that each image shows, 0 to 9.
    edition : {"full", "sample"}
        60,000 and 10,000 digits, or 4,000 and 1,000.
    source : str
        Where they came from, in words.
    """

    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.uint8]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.uint8]
    edition: Edition
    source: str


class Split(NamedTuple):
    """The training records in two parts; see `hold_back`. Images are uint8, (n, 28, 28)."""

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    validation_images: NDArray[np.uint8]
    validation_labels: NDArray[np.uint8]


@dataclass(frozen=True)
class Settings:
    """What the user chose, and where the full edition is to be found.

    Attributes
    ----------
    edition : {"auto", "full", "sample"}
        As in ``ANNBOOK_EDITION``.
    data : Path or None
        The folder named by ``ANNBOOK_DATA``.
    cache : Path or None
        The folder named by ``ANNBOOK_CACHE``; None is the user's own cache.
    mirrors : tuple of str
        Addresses that the names of the files are appended to.
    files : tuple of OfficialFile
        Training images, training labels, test images, test labels.
    """

    edition: str = "auto"
    data: Path | None = None
    cache: Path | None = None
    mirrors: tuple[str, ...] = MIRRORS
    files: tuple[OfficialFile, ...] = OFFICIAL


class MissingError(BookError):
    """A file that is not there, as opposed to one that is no good."""


def load() -> Mnist:
    """Return MNIST: the full edition where it can be had, else the packaged sample.

    It is read once in a process, however often it is asked for. The sources, in order:
    the folder named by ``ANNBOOK_DATA``, and then no other; the cache; the mirrors; the
    sample.

    Raises
    ------
    BookError
        Where a file or a setting is no good, or where ``ANNBOOK_EDITION`` is ``full``
        and the full edition is out of reach.
    """
    return _load_once(read_settings(os.environ))


def edition() -> Edition:
    """Return which edition `load` returns, ``"full"`` or ``"sample"``."""
    return load().edition


def describe(data: Mnist) -> str:
    """Return one line on what was loaded, such as the build prints at its end."""
    train, test = len(data.train_labels), len(data.test_labels)
    counts = f"{train:,} digits to train on, {test:,} to test with"
    return f"{data.edition} ({counts}, from {data.source})"


def hold_back(data: Mnist) -> Split:
    """Return the training records in two parts: to learn from, and to make choices with.

    Parameters
    ----------
    data : Mnist
        Its test records are not touched.

    Returns
    -------
    Split
        The first twelfth is held back for validation (5,000 of 60,000, as the
        workshop's own loader did), the others are for training.
    """
    held = len(data.train_labels) // 12
    return Split(
        data.train_images[held:],
        data.train_labels[held:],
        data.train_images[:held],
        data.train_labels[:held],
    )


def scale(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return each image as one row of values from 0 (background) to 1 (ink).

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)
        Grey values from 0 to 255.

    Returns
    -------
    ndarray of float32, shape (n, 784)
        The rows of pixels, one after the other.

    Raises
    ------
    ValueError
        Where the shape or the type differs, as for images that are scaled already.
    """
    if images.shape[1:] != (SIDE, SIDE) or images.dtype != np.uint8:
        raise ValueError(
            f"images must be uint8 of shape (n, {SIDE}, {SIDE}), "
            f"not {images.dtype} of shape {images.shape}"
        )
    return np.divide(images.reshape(-1, SIDE * SIDE), 255, dtype=np.float32)


def one_hot(
    labels: NDArray[np.integer[Any]], classes: int = CLASSES
) -> NDArray[np.float32]:
    """Return each label as a row of zeros with a single one, at the label's own index.

    Parameters
    ----------
    labels : ndarray of integers, shape (n,)
        From 0 to ``classes - 1``.
    classes : int
        The length of each row.

    Returns
    -------
    ndarray of float32, shape (n, classes)

    Raises
    ------
    ValueError
        Where a label is out of range, or the labels are not one row of integers.
    """
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise ValueError(
            "labels must be integers of shape (n,), "
            f"not {labels.dtype} of shape {labels.shape}"
        )
    if not np.all((labels >= 0) & (labels < classes)):
        raise ValueError(
            f"labels must be from 0 to {classes - 1}, "
            f"not from {labels.min()} to {labels.max()}"
        )
    return np.asarray(
        labels[:, np.newaxis] == np.arange(classes), dtype=np.float32
    )


def read_settings(env: Mapping[str, str]) -> Settings:
    """Return the settings in environment variables; one that is empty counts as unset.

    Raises
    ------
    BookError
        Where ``ANNBOOK_EDITION`` names no edition.
    """
    wanted = env.get("ANNBOOK_EDITION") or "auto"
    if wanted not in ("auto", "full", "sample"):
        raise BookError(
            f"there is no edition {wanted!r}",
            where="ANNBOOK_EDITION",
            remedy="Set it to auto, full or sample, or unset it",
        )
    return Settings(
        wanted,
        _folder(env.get("ANNBOOK_DATA")),
        _folder(env.get("ANNBOOK_CACHE")),
    )


def _folder(name: str | None) -> Path | None:
    # Absolute, so that an error shows which folder a relative name was taken for.
    return Path(name).absolute() if name else None


def _load(settings: Settings) -> Mnist:
    if settings.edition == "sample":
        return _load_sample(_SAMPLE)
    if settings.data is not None:
        return _load_data(settings.data, settings.files)
    return _load_cached(settings, settings.cache or _user_cache())


_load_once = functools.cache(_load)


def _load_data(folder: Path, files: tuple[OfficialFile, ...]) -> Mnist:
    remedy = "Put the four official files into the folder that ANNBOOK_DATA names, or unset it"
    try:
        next(folder.iterdir(), None)
    except OSError as error:
        what = f"is not a folder that can be read ({error.strerror})"
        raise BookError(what, where=folder, remedy=remedy) from None
    return _load_folder(
        folder, files, "the folder named by ANNBOOK_DATA", remedy
    )


def _load_cached(settings: Settings, cache: Path) -> Mnist:
    """Return the full edition from the cache, its gaps filled by the mirrors, or the sample."""
    folder, remedy = (
        cache / "mnist",
        "Delete it, or connect to the internet to fetch it anew",
    )
    gaps = _gaps(folder, settings.files, remedy)
    for file, fault in gaps:
        try:
            _fetch(file, folder, settings.mirrors)
        except BookError as unreachable:
            if not isinstance(fault, MissingError):
                raise fault from unreachable
            if settings.edition == "full":
                raise
            return _load_sample(_SAMPLE)
    return _load_folder(
        folder, settings.files, "downloaded" if gaps else "the cache", remedy
    )


def _gaps(
    folder: Path, files: tuple[OfficialFile, ...], remedy: str
) -> list[tuple[OfficialFile, BookError]]:
    """Return the files that the folder does not hold intact, and why, the missing ones last.

    A damaged file comes first, so that without a mirror the user hears of it: a missing one
    would lead to the sample.
    """
    gaps = []
    for file in files:
        try:
            _read(folder / file.name, file, remedy)
        except BookError as fault:
            gaps.append((file, fault))
    return sorted(gaps, key=lambda gap: isinstance(gap[1], MissingError))


def _fetch(file: OfficialFile, folder: Path, mirrors: tuple[str, ...]) -> None:
    """Put a file into the folder, from the first mirror that serves it whole."""
    pooch = _pooch()
    terminal = sys.stderr is not None and sys.stderr.isatty()
    pooch.get_logger().setLevel(logging.INFO if terminal else logging.WARNING)
    download = pooch.HTTPDownloader(progressbar=terminal, timeout=_TIMEOUT)
    reasons = []
    for mirror in mirrors:
        try:
            pooch.retrieve(
                mirror + file.name,
                file.sha256,
                file.name,
                folder,
                downloader=download,
            )
        except (OSError, ValueError) as error:
            reasons.append(f"{mirror} ({_reason(error)})")
        else:
            return
    raise BookError(
        f"cannot be fetched from {' or '.join(reasons)}",
        where=folder / file.name,
        remedy="Connect to the internet, or name a folder that holds the four official files in "
        "ANNBOOK_DATA, or set ANNBOOK_EDITION=sample",
    )


def _reason(error: OSError | ValueError) -> str:
    """Return in brief why a download failed: pooch raises requests' errors, which are OSErrors."""
    response = getattr(error, "response", None)
    if response is not None:
        return f"HTTP status {response.status_code}"
    if isinstance(error, ValueError):
        return "its SHA-256 differs"
    return error.strerror or type(error).__name__


def cache_folder(env: Mapping[str, str]) -> Path:
    """Return the folder named by ``ANNBOOK_CACHE``, else the user's own cache of this book."""
    return _folder(env.get("ANNBOOK_CACHE")) or _user_cache()


def _user_cache() -> Path:
    return Path(_pooch().os_cache("annbook"))


def _pooch() -> Any:
    """Return pooch, whose import costs a tenth of a second, to those alone who need it."""
    with warnings.catch_warnings():
        # In a notebook it looks for a graphical progress bar, which is not used here.
        warnings.filterwarnings("ignore", message="IProgress not found")
        import pooch
    return pooch


def _load_folder(
    folder: Path, files: tuple[OfficialFile, ...], source: str, remedy: str
) -> Mnist:
    """Return the full edition from the four files in a folder."""
    paths = [folder / file.name for file in files]
    packed = [
        _read(path, file, remedy)
        for path, file in zip(paths, files, strict=True)
    ]
    arrays = [
        idx.parse(_unpack(data, path), path)
        for data, path in zip(packed, paths, strict=True)
    ]
    return _assemble(arrays, paths, "full", source)


def _read(path: Path, file: OfficialFile, remedy: str) -> bytes:
    """Return the bytes of an official file, once they are known to be its own."""
    try:
        with path.open("rb") as stream:
            data = stream.read(file.size + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise MissingError("is missing", where=path, remedy=remedy) from None
    except OSError as error:
        what = f"cannot be read ({error.strerror})"
        raise BookError(what, where=path, remedy=remedy) from None
    fault = _fault(data, file)
    if fault:
        raise BookError(fault, where=path, remedy=remedy)
    return data


def _fault(data: bytes, file: OfficialFile) -> str:
    """Return in words how bytes differ from an official file, or nothing."""
    if not _GZIP_START.startswith(data[:2]):
        return "is not a gzip file"
    if len(data) < file.size:
        return f"is cut short: {len(data):,} of {file.size:,} bytes"
    if hashlib.sha256(data).hexdigest() != file.sha256:
        return "is not the official file: its SHA-256 differs"
    return ""


def _unpack(data: bytes, path: Path) -> bytes:
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise BookError(
            f"cannot be unpacked ({error})", where=path, remedy=_REPLACE
        ) from None


def _load_sample(file: Traversable) -> Mnist:
    """Return the packaged sample."""
    remedy = "Reinstall annbook"
    try:
        data = file.read_bytes()
    except OSError as error:
        what = f"cannot be read ({error.strerror})"
        raise BookError(what, where=file, remedy=remedy) from None
    if hashlib.sha256(data).hexdigest() != SAMPLE_SHA256:
        raise BookError(
            "is damaged: its SHA-256 differs", where=file, remedy=remedy
        )
    names = ["train_images", "train_labels", "test_images", "test_labels"]
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        arrays = [archive[name] for name in names]
    return _assemble(
        arrays, [file] * len(names), "sample", "the packaged sample"
    )


def _assemble(
    arrays: Sequence[NDArray[np.uint8]],
    places: Sequence[object],
    edition: Edition,
    source: str,
) -> Mnist:
    """Return four arrays as MNIST: images and labels to train on, images and labels to test."""
    _check_pair(*arrays[:2], *places[:2])
    _check_pair(*arrays[2:], *places[2:])
    for array in arrays:
        array.flags.writeable = False
    train_images, train_labels, test_images, test_labels = arrays
    return Mnist(
        train_images, train_labels, test_images, test_labels, edition, source
    )


def _check_pair(
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    images_at: object,
    labels_at: object,
) -> None:
    if images.shape[1:] != (SIDE, SIDE):
        what = (
            f"holds an array of shape {images.shape}, not (n, {SIDE}, {SIDE})"
        )
        raise BookError(what, where=images_at, remedy=_REPLACE)
    if labels.shape != images.shape[:1]:
        what = f"holds labels of shape {labels.shape} for {len(images)} images"
        raise BookError(what, where=labels_at, remedy=_REPLACE)
    if labels.max() >= CLASSES:
        what = f"holds the label {labels.max()}, which is no digit"
        raise BookError(what, where=labels_at, remedy=_REPLACE)
