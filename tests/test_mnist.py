"""MNIST: each source is used in its turn, each fault is named, no bad file is ever used."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pooch
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from sklearn.preprocessing import LabelBinarizer

from annbook import mnist
from annbook.errors import BookError
from annbook.mnist import Mnist, OfficialFile, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS = NAMES = [
    f.name for f in mnist.OFFICIAL
]
LABELS = {TRAIN_LABELS: [5, 0, 4], TEST_LABELS: [7, 2]}


# A tiny data set of our own: four files, and settings that know their sizes and digests.


def packed(array: NDArray[np.uint8]) -> bytes:
    """Return an array as an IDX file, packed."""
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return gzip.compress(
        bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes(), mtime=0
    )


def images(count: int, height: int = 28, width: int = 28) -> NDArray[np.uint8]:
    # Noise, so that half of a packed file is well short of the whole.
    return np.random.default_rng(count).integers(
        0, 256, (count, height, width), dtype=np.uint8
    )


FILES = {
    TRAIN_IMAGES: packed(images(3)),
    TRAIN_LABELS: packed(np.array(LABELS[TRAIN_LABELS], np.uint8)),
    TEST_IMAGES: packed(images(2)),
    TEST_LABELS: packed(np.array(LABELS[TEST_LABELS], np.uint8)),
}


def official(files: Mapping[str, bytes]) -> tuple[OfficialFile, ...]:
    """Return the table in which these files count as the official ones."""
    return tuple(
        OfficialFile(
            name, len(files[name]), hashlib.sha256(files[name]).hexdigest()
        )
        for name in NAMES
    )


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with an empty cache and no mirror: whatever is not a file cannot be had."""
    return Settings(cache=tmp_path / "cache", mirrors=(), files=official(FILES))


@pytest.fixture
def cache(settings: Settings) -> Path:
    """The folder in which the files are kept."""
    assert settings.cache is not None
    return settings.cache / "mnist"


def assert_is_tiny(data: Mnist, source: str) -> None:
    assert (data.edition, data.source) == ("full", source)
    np.testing.assert_array_equal(data.train_images, images(3), strict=True)
    np.testing.assert_array_equal(data.test_images, images(2), strict=True)
    assert data.train_labels.tolist() == LABELS[TRAIN_LABELS]
    assert data.test_labels.tolist() == LABELS[TEST_LABELS]


def assert_is_sample(data: Mnist) -> None:
    assert (data.edition, data.source) == ("sample", "the packaged sample")
    assert len(data.train_images) == 4_000


# Mirrors on this machine.

Answer = tuple[
    int, bytes, int
]  # the status, what is sent, and the length that is promised


@dataclass
class Mirror:
    """A mirror that runs, and the names that it was asked for."""

    url: str
    asked: list[str]


def whole(name: str) -> Answer:
    return 200, FILES[name], len(FILES[name])


def not_found(_name: str) -> Answer:
    return 404, b"", 0


def html(_name: str) -> Answer:
    page = b"<!doctype html><title>Sign in to this network</title>"
    return 200, page, len(page)


def half(name: str) -> Answer:
    return 200, FILES[name][: len(FILES[name]) // 2], len(FILES[name])


def half_as_if_whole(name: str) -> Answer:
    data = FILES[name][: len(FILES[name]) // 2]
    return 200, data, len(data)


def only_train(name: str) -> Answer:
    return whole(name) if name.startswith("train") else not_found(name)


def only_test(name: str) -> Answer:
    return whole(name) if name.startswith("t10k") else not_found(name)


@contextmanager
def serving(answer: Callable[[str], Answer]) -> Iterator[Mirror]:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.removeprefix("/")
            asked.append(name)
            status, body, length = answer(name)
            self.send_response(status)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object, **_options: object) -> None:
            """Keep the test's output clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.01}
        )
        thread.start()
        try:
            yield Mirror(f"http://127.0.0.1:{server.server_port}/", asked)
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def refusing() -> Iterator[str]:
    """The address of a mirror that refuses connections: its port is taken, nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")


# The folder named by ANNBOOK_DATA.


def test_a_data_folder_is_read_and_is_the_only_source(
    settings: Settings, tmp_path: Path
) -> None:
    write(tmp_path / "data", FILES)
    with serving(whole) as mirror:
        data = mnist._load(
            replace(settings, data=tmp_path / "data", mirrors=(mirror.url,))
        )
    assert_is_tiny(data, "the folder named by ANNBOOK_DATA")
    assert mirror.asked == []


def remove(path: Path) -> None:
    path.unlink()


def make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def holding(data: bytes) -> Callable[[Path], None]:
    def overwrite(path: Path) -> None:
        path.write_bytes(data)

    return overwrite


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def flip_last_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def unpack(path: Path) -> None:
    path.write_bytes(gzip.decompress(path.read_bytes()))


DIFFERS = "is not the official file: its SHA-256 differs"
DAMAGE = [
    pytest.param(make_folder, r"cannot be read \(.+\)", id="a folder"),
    pytest.param(holding(b""), r"is cut short: 0 of [\d,]+ bytes", id="empty"),
    pytest.param(cut, r"is cut short: [\d,]+ of [\d,]+ bytes", id="cut short"),
    pytest.param(lengthen, DIFFERS, id="too long"),
    pytest.param(flip_last_bit, DIFFERS, id="one bit differs"),
    pytest.param(
        holding(b"<!doctype html>" * 999), "is not a gzip file", id="a web page"
    ),
    pytest.param(unpack, "is not a gzip file", id="unpacked"),
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("damage", "what"),
    [pytest.param(remove, "is missing", id="missing"), *DAMAGE],
)
def test_a_bad_file_in_the_data_folder_is_named(
    settings: Settings,
    tmp_path: Path,
    name: str,
    damage: Callable[[Path], None],
    what: str,
) -> None:
    write(tmp_path, FILES)
    damage(tmp_path / name)
    with pytest.raises(BookError, match=what) as error:
        mnist._load(replace(settings, data=tmp_path))
    assert error.value.where == tmp_path / name
    assert "folder that ANNBOOK_DATA names, or unset it" in error.value.remedy


@pytest.mark.parametrize("name", ["nowhere", "file", "file/below"])
def test_a_data_folder_that_is_none_is_named(
    settings: Settings, tmp_path: Path, name: str
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(
        BookError, match=r"is not a folder that can be read \(.+\)"
    ) as error:
        mnist._load(replace(settings, data=tmp_path / name))
    assert error.value.where == tmp_path / name


@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0,
    reason="a folder's mode keeps neither root nor a user of Windows out",
)
def test_a_data_folder_without_permission_is_named(
    settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0)
    with pytest.raises(
        BookError, match="is not a folder that can be read"
    ) as error:
        mnist._load(replace(settings, data=folder))
    assert error.value.where == folder


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        (TRAIN_IMAGES, b"", "is not an IDX file"),
        (TRAIN_IMAGES, FILES[TRAIN_IMAGES][:-9], "cannot be unpacked"),
        (TRAIN_IMAGES, FILES[TRAIN_IMAGES] + b"rubbish", "cannot be unpacked"),
        (TRAIN_IMAGES, b"\x1f\x8b" + bytes(30), "cannot be unpacked"),
        (
            TRAIN_IMAGES,
            FILES[TRAIN_IMAGES][:10] + b"\xff" * 20,
            "cannot be unpacked",
        ),
        # Without the time of day, which would be in the test's name.
        (
            TRAIN_IMAGES,
            gzip.compress(b"P5 28 28 255", mtime=0),
            "is not an IDX file",
        ),
        (TRAIN_IMAGES, FILES[TRAIN_LABELS], r"shape \(3,\), not \(n, 28, 28\)"),
        (
            TEST_IMAGES,
            packed(images(2, height=32)),
            r"shape \(2, 32, 28\), not \(n, 28, 28\)",
        ),
        (
            TEST_IMAGES,
            packed(images(2)[0]),
            r"shape \(28, 28\), not \(n, 28, 28\)",
        ),
        (
            TRAIN_LABELS,
            FILES[TRAIN_IMAGES],
            r"labels of shape \(3, 28, 28\) for 3 images",
        ),
        (
            TRAIN_LABELS,
            FILES[TEST_LABELS],
            r"labels of shape \(2,\) for 3 images",
        ),
        (
            TEST_LABELS,
            FILES[TRAIN_LABELS],
            r"labels of shape \(3,\) for 2 images",
        ),
        (
            TEST_LABELS,
            packed(np.array([1, 10], np.uint8)),
            "holds the label 10",
        ),
    ],
)
def test_a_file_with_the_right_digest_is_still_checked(
    settings: Settings, tmp_path: Path, name: str, content: bytes, what: str
) -> None:
    files = FILES | {name: content}
    write(tmp_path, files)
    with pytest.raises(BookError, match=what) as error:
        mnist._load(replace(settings, data=tmp_path, files=official(files)))
    assert error.value.where == tmp_path / name


# The cache and the mirrors.


def test_a_full_cache_is_used_without_the_network(
    settings: Settings, cache: Path
) -> None:
    write(cache, FILES)
    with serving(whole) as mirror:
        data = mnist._load(replace(settings, mirrors=(mirror.url,)))
    assert_is_tiny(data, "the cache")
    assert mirror.asked == []


def test_what_the_cache_lacks_is_downloaded_once(
    settings: Settings, cache: Path
) -> None:
    write(cache, {TEST_IMAGES: FILES[TEST_IMAGES]})
    with serving(whole) as mirror:
        first = mnist._load(replace(settings, mirrors=(mirror.url,)))
        second = mnist._load(replace(settings, mirrors=(mirror.url,)))
    assert_is_tiny(first, "downloaded")
    assert_is_tiny(second, "the cache")
    assert sorted(mirror.asked) == sorted(
        {TRAIN_IMAGES, TRAIN_LABELS, TEST_LABELS}
    )
    assert sorted(path.name for path in cache.iterdir()) == sorted(NAMES)


BAD_MIRRORS = [not_found, html, half, half_as_if_whole]


@pytest.mark.parametrize("answer", BAD_MIRRORS)
def test_a_bad_mirror_is_passed_over(
    settings: Settings, cache: Path, answer: Callable[[str], Answer]
) -> None:
    with serving(answer) as bad, serving(whole) as good:
        data = mnist._load(replace(settings, mirrors=(bad.url, good.url)))
    assert_is_tiny(data, "downloaded")
    assert bad.asked == good.asked == NAMES
    assert sorted(path.name for path in cache.iterdir()) == sorted(NAMES)


def test_a_mirror_that_refuses_is_passed_over(
    settings: Settings, refusing: str
) -> None:
    with serving(whole) as good:
        data = mnist._load(replace(settings, mirrors=(refusing, good.url)))
    assert_is_tiny(data, "downloaded")


def test_two_mirrors_make_up_for_each_other(settings: Settings) -> None:
    with serving(only_train) as first, serving(only_test) as second:
        data = mnist._load(replace(settings, mirrors=(first.url, second.url)))
    assert_is_tiny(data, "downloaded")


@pytest.mark.parametrize("answer", BAD_MIRRORS)
def test_without_a_good_mirror_the_sample_serves_and_nothing_is_kept(
    settings: Settings, cache: Path, answer: Callable[[str], Answer]
) -> None:
    with serving(answer) as first, serving(answer) as second:
        data = mnist._load(replace(settings, mirrors=(first.url, second.url)))
    assert_is_sample(data)
    assert first.asked == second.asked == NAMES[:1]
    assert list(cache.iterdir()) == []


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (not_found, "HTTP status 404"),
        (html, "its SHA-256 differs"),
        (half, "ChunkedEncodingError"),
        (half_as_if_whole, "its SHA-256 differs"),
    ],
)
def test_nothing_less_than_full_is_refused_with_every_mirrors_reason(
    settings: Settings,
    cache: Path,
    refusing: str,
    answer: Callable[[str], Answer],
    reason: str,
) -> None:
    with serving(answer) as bad:
        wanted = replace(settings, edition="full", mirrors=(refusing, bad.url))
        with pytest.raises(BookError) as error:
            mnist._load(wanted)
    assert error.value.where == cache / TRAIN_IMAGES
    assert (
        f"{refusing} (ConnectionError) or {bad.url} ({reason})"
        in error.value.what
    )
    assert "Connect to the internet" in error.value.remedy


def test_a_cache_that_cannot_be_written_leads_to_the_sample(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "cache").touch()
    with serving(whole) as mirror:
        online = replace(settings, mirrors=(mirror.url,))
        assert_is_sample(mnist._load(online))
        with pytest.raises(BookError) as error:
            mnist._load(replace(online, edition="full"))
    assert error.value.where == tmp_path / "cache" / "mnist" / TRAIN_IMAGES
    assert mirror.asked == []


@pytest.mark.parametrize("edition", ["auto", "full"])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("damage", "what"), DAMAGE)
def test_a_bad_file_in_the_cache_is_named_where_no_mirror_answers(
    settings: Settings,
    cache: Path,
    refusing: str,
    edition: str,
    name: str,
    damage: Callable[[Path], None],
    what: str,
) -> None:
    write(cache, FILES)
    damage(cache / name)
    with pytest.raises(BookError, match=what) as error:
        mnist._load(replace(settings, edition=edition, mirrors=(refusing,)))
    assert error.value.where == cache / name
    assert error.value.remedy.startswith(
        "Delete it, or connect to the internet"
    )


def test_a_bad_file_in_the_cache_is_named_even_where_another_is_missing(
    settings: Settings, cache: Path
) -> None:
    write(cache, {TEST_LABELS: b"no labels"})
    with pytest.raises(BookError) as error:
        mnist._load(settings)
    assert error.value.where == cache / TEST_LABELS


@pytest.mark.parametrize(
    "damage",
    [remove, holding(b""), cut, lengthen, flip_last_bit, unpack],
)
def test_a_bad_file_in_the_cache_is_fetched_anew(
    settings: Settings, cache: Path, damage: Callable[[Path], None]
) -> None:
    write(cache, FILES)
    damage(cache / TRAIN_LABELS)
    with serving(whole) as mirror:
        data = mnist._load(replace(settings, mirrors=(mirror.url,)))
    assert_is_tiny(data, "downloaded")
    assert mirror.asked == [TRAIN_LABELS]


def test_a_mirror_has_3_seconds_to_connect_and_30_for_its_next_bytes(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    timeouts = []

    def get(_url: str, *, timeout: object, **_options: object) -> None:
        timeouts.append(timeout)
        raise TimeoutError

    monkeypatch.setattr("requests.get", get)
    assert_is_sample(mnist._load(replace(settings, mirrors=mnist.MIRRORS)))
    assert timeouts == [(3, 30)] * len(mnist.MIRRORS)


def test_nothing_is_written_to_the_screen_but_in_a_terminal(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    log = Screen(terminal=False)
    [handler] = pooch.get_logger().handlers
    monkeypatch.setattr(handler, "stream", log)
    with serving(not_found) as bad, serving(whole) as good:
        mnist._load(replace(settings, mirrors=(bad.url, good.url)))
    assert (log.getvalue(), *capsys.readouterr()) == ("", "", "")


def test_a_terminal_shows_a_progress_bar(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Screen(terminal=True)
    monkeypatch.setattr(sys, "stderr", screen)
    with serving(whole) as mirror:
        mnist._load(replace(settings, mirrors=(mirror.url,)))
    assert screen.getvalue().count("100%") == len(NAMES)


class Screen(io.StringIO):
    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


def test_the_users_cache_is_found_in_a_notebook_without_a_warning() -> None:
    # tqdm, which pooch imports, looks for its notebook widgets as soon as a kernel's shell runs.
    code = """
from ipykernel.zmqshell import ZMQInteractiveShell
ZMQInteractiveShell.instance()
from annbook import mnist
print(mnist._user_cache())
"""
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert (run.stdout.strip(), run.stderr) == (
        str(pooch.os_cache("annbook")),
        "",
    )


# The settings.


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({}, Settings()),
        (
            {"ANNBOOK_EDITION": "", "ANNBOOK_DATA": "", "ANNBOOK_CACHE": ""},
            Settings(),
        ),
        ({"ANNBOOK_EDITION": "auto"}, Settings("auto")),
        ({"ANNBOOK_EDITION": "full"}, Settings("full")),
        ({"ANNBOOK_EDITION": "sample"}, Settings("sample")),
        ({"ANNBOOK_DATA": "digits"}, Settings(data=Path.cwd() / "digits")),
        ({"ANNBOOK_CACHE": "kept"}, Settings(cache=Path.cwd() / "kept")),
    ],
)
def test_the_environment_says_what_is_wanted(
    env: dict[str, str], expected: Settings
) -> None:
    assert mnist.read_settings(env) == expected


@pytest.mark.parametrize("wanted", ["Full", "full ", "small", "0", "auto,full"])
def test_any_other_edition_is_refused(wanted: str) -> None:
    with pytest.raises(
        BookError, match="Set it to auto, full or sample, or unset it"
    ) as error:
        mnist.read_settings({"ANNBOOK_EDITION": wanted})
    assert error.value.where == "ANNBOOK_EDITION"


def test_the_sample_edition_looks_nowhere_else(
    settings: Settings, tmp_path: Path
) -> None:
    with serving(whole) as mirror:
        wanted = replace(
            settings,
            edition="sample",
            data=tmp_path / "nowhere",
            mirrors=(mirror.url,),
        )
        assert_is_sample(mnist._load(wanted))
    assert mirror.asked == []


def test_load_follows_the_environment_and_reads_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ANNBOOK_EDITION", "sample")
    assert_is_sample(mnist.load())
    assert mnist.load() is mnist.load()
    assert mnist.edition() == "sample"
    monkeypatch.setenv("ANNBOOK_EDITION", "best")
    with pytest.raises(BookError, match="there is no edition 'best'"):
        mnist.load()


# The two editions.

ARRAYS = ["train_images", "train_labels", "test_images", "test_labels"]


@pytest.fixture(scope="module")
def sample() -> Mnist:
    return mnist._load(Settings(edition="sample"))


@pytest.fixture(scope="module")
def full() -> Mnist:
    """The real thing, all 70,000 digits."""
    settings = mnist.read_settings(os.environ)
    if settings.data is None:
        pytest.skip("ANNBOOK_DATA does not name a folder with the full MNIST")
    return mnist._load(Settings(data=settings.data))


@pytest.mark.parametrize(
    ("edition", "train", "test"),
    [("sample", 4_000, 1_000), ("full", 60_000, 10_000)],
)
def test_an_edition_has_its_sizes_types_and_ranges(
    request: pytest.FixtureRequest, edition: str, train: int, test: int
) -> None:
    data = request.getfixturevalue(edition)
    assert data.edition == edition
    assert data.train_images.shape == (train, 28, 28)
    assert data.test_images.shape == (test, 28, 28)
    assert data.train_labels.shape == (train,)
    assert data.test_labels.shape == (test,)
    for array in (getattr(data, name) for name in ARRAYS):
        assert array.dtype == np.uint8
        assert not array.flags.writeable
        assert array.min() == 0
    assert data.train_images.max() == data.test_images.max() == 255
    assert data.train_labels.max() == data.test_labels.max() == 9


def test_the_sample_has_as_many_of_each_digit(sample: Mnist) -> None:
    assert np.bincount(sample.train_labels).tolist() == [400] * 10
    assert np.bincount(sample.test_labels).tolist() == [100] * 10


def test_the_samples_digits_are_all_different(sample: Mnist) -> None:
    pictures = [
        *map(bytes, sample.train_images),
        *map(bytes, sample.test_images),
    ]
    assert len(set(pictures)) == 5_000


def test_the_sample_is_shuffled(sample: Mnist) -> None:
    # Every run of 200 training digits shows all ten, so a batch is never one-sided.
    assert all(
        len(set(run)) == 10
        for run in sample.train_labels.reshape(-1, 200).tolist()
    )


def test_the_full_edition_counts_the_digits_as_published(full: Mnist) -> None:
    assert np.bincount(full.train_labels).tolist() == [
        *(5_923, 6_742, 5_958, 6_131, 5_842, 5_421, 5_918, 6_265, 5_851, 5_949)
    ]
    assert np.bincount(full.test_labels).tolist() == [
        *(980, 1_135, 1_032, 1_010, 982, 892, 958, 1_028, 974, 1_009)
    ]


def test_test_image_240_is_a_5(full: Mnist) -> None:
    assert full.test_labels[240] == 5


def test_the_sample_is_the_first_400_and_the_next_100_training_images_of_each_digit(
    full: Mnist, sample: Mnist
) -> None:
    for digit in range(10):
        official = list(
            map(bytes, full.train_images[full.train_labels == digit][:500])
        )
        train = set(
            map(bytes, sample.train_images[sample.train_labels == digit])
        )
        test = set(map(bytes, sample.test_images[sample.test_labels == digit]))
        assert (train, test) == (set(official[:400]), set(official[400:]))


@pytest.mark.parametrize(
    "damage", [remove, make_folder, holding(b""), cut, flip_last_bit]
)
def test_a_damaged_sample_is_named(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    file = tmp_path / "sample.npz"
    file.write_bytes(mnist._SAMPLE.read_bytes())
    assert_is_sample(mnist._load_sample(file))
    damage(file)
    with pytest.raises(BookError, match="Reinstall annbook") as error:
        mnist._load_sample(file)
    assert error.value.where == file


@pytest.mark.parametrize(
    ("records", "held"), [(60_000, 5_000), (4_000, 333), (12, 1), (11, 0)]
)
def test_the_first_twelfth_of_the_training_records_is_held_back(
    records: int, held: int
) -> None:
    pictures, labels = np.arange(records), np.arange(records) % 10
    tests = np.empty(0, np.uint8)
    split = mnist.hold_back(
        Mnist(pictures, labels, tests, tests, "full", "a test")
    )
    np.testing.assert_array_equal(split.validation_images, pictures[:held])
    np.testing.assert_array_equal(split.validation_labels, labels[:held])
    np.testing.assert_array_equal(split.images, pictures[held:])
    np.testing.assert_array_equal(split.labels, labels[held:])


# From bytes to what a network takes.

grey = npst.arrays(
    np.uint8, st.tuples(st.integers(0, 4), st.just(28), st.just(28))
)


@given(grey)
def test_scaled_values_are_the_bytes_over_255_to_the_last_bit(
    values: NDArray[np.uint8],
) -> None:
    scaled = mnist.scale(values)
    exact = (values.astype(np.float64) / 255).astype(np.float32)
    np.testing.assert_array_equal(
        scaled, exact.reshape(len(values), 784), strict=True
    )


def test_scale_runs_from_0_to_1_and_leaves_out_no_grey() -> None:
    scaled = mnist.scale(np.arange(784).astype(np.uint8).reshape(1, 28, 28))
    assert scaled.shape == (1, 784)
    assert (scaled.min(), scaled.max(), len(np.unique(scaled))) == (
        0.0,
        1.0,
        256,
    )


@pytest.mark.parametrize(
    ("values", "what"),
    [
        (images(2).astype(np.float32), "not float32 of shape (2, 28, 28)"),
        (images(2).reshape(2, 784), "not uint8 of shape (2, 784)"),
        (images(2)[0], "not uint8 of shape (28, 28)"),
        (images(2, height=32), "not uint8 of shape (2, 32, 28)"),
        (np.uint8(7).reshape(()), "not uint8 of shape ()"),
    ],
)
def test_scale_refuses_what_is_no_stack_of_images(
    values: NDArray[np.uint8], what: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(what)):
        mnist.scale(values)


@st.composite
def labels_of_classes(draw: st.DrawFn) -> tuple[NDArray[np.integer], int]:
    classes = draw(st.integers(1, 12))
    dtype = draw(st.sampled_from([np.uint8, np.int8, np.int64, np.uint64]))
    shape = st.integers(0, 30)
    return draw(
        npst.arrays(dtype, shape, elements=st.integers(0, classes - 1))
    ), classes


@given(labels_of_classes())
def test_one_hot_takes_the_rows_of_the_identity(
    case: tuple[NDArray[np.integer], int],
) -> None:
    labels, classes = case
    expected = np.eye(classes, dtype=np.float32)[labels]
    np.testing.assert_array_equal(
        mnist.one_hot(labels, classes), expected, strict=True
    )


def test_one_hot_agrees_with_scikit_learn(sample: Mnist) -> None:
    expected = LabelBinarizer().fit(range(10)).transform(sample.test_labels)
    np.testing.assert_array_equal(mnist.one_hot(sample.test_labels), expected)


@pytest.mark.parametrize(
    ("labels", "what"),
    [
        (np.array([0, 10]), "from 0 to 9, not from 0 to 10"),
        (np.array([-1, 9]), "from 0 to 9, not from -1 to 9"),
        (np.array([255], np.uint8), "from 0 to 9, not from 255 to 255"),
        (np.array([1.0]), "not float64 of shape (1,)"),
        (np.array([True] * 10), "not bool of shape (10,)"),
        (np.array(3), "not int64 of shape ()"),
        (np.array([[1], [2]]), "not int64 of shape (2, 1)"),
    ],
)
def test_one_hot_refuses_what_is_no_row_of_digits(
    labels: NDArray[np.integer], what: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(what)):
        mnist.one_hot(labels)


def test_the_line_on_the_sample_names_edition_counts_and_source() -> None:
    line = mnist.describe(mnist._load(mnist.Settings(edition="sample")))
    expected = "sample (4,000 digits to train on, 1,000 to test with, from the packaged sample)"
    assert line == expected
