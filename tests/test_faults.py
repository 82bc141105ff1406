"""What a build survives: each fault ends in the very book of an undisturbed build, or in one
clear line, and then the next build makes that book.

``test_build`` has a page that never ends and a kernel that dies, ``test_mnist`` the mirrors one by
one, ``test_store`` and ``test_folders`` what is trained and logged.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from textwrap import dedent
from typing import TYPE_CHECKING, NamedTuple

import pytest
from conftest import NOTEBOOK, Build, Checkout

from bookbuild.fingerprint import digest
from bookbuild.outputs import read_checked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

pytestmark = pytest.mark.slow

KILLS = 20

POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows knows no signals")

FAULT = """

usual = setup


def setup(app):
    usual(app)
    exec(os.environ.get("ANNBOOK_FAULT", ""), {"app": app, "os": os})
"""

KEEPING = '''
"""A result that takes long, and logs: kept as the book's models and TensorBoard's logs are."""

import os
import time
from pathlib import Path

import numpy as np

from annbook import folders, store


def find():
    kept = store.fetch("number", store.key(["annbook.keeping"]), compute)
    folders.keep(Path(os.environ["ANNBOOK_LOGS"]), "key", log)
    return int(kept.arrays[0][0]) + len(os.listdir(os.environ["ANNBOOK_LOGS"]))


def compute():
    gate = os.environ.get("ANNBOOK_GATE")
    if gate:
        Path(gate, "reached").touch()
        while not Path(gate, "open").exists():
            time.sleep(0.05)
    return store.Kept([np.array([40])], {})


def log(folder):
    (folder / "run").write_text("logged", encoding="utf-8")
'''

FIGURE = """\
```{code-cell}
---
mystnb:
  figure:
    name: fig-line
    caption: A line.
  image:
    alt: A line that rises.
---
import matplotlib.pyplot as plt
plt.plot([1, 2]);
```
"""

CLAIM = """\
```{code-cell}
:tags: [remove-cell]
from myst_nb import glue
glue("third", 1 / 3, display=False)
```

A third is {claim}`0.3333 = third`.
"""


def cell(code: str) -> str:
    return f"```{{code-cell}}\n{dedent(code).strip()}\n```\n"


PAGES = {
    "keeping": f"{NOTEBOOK}# Keep\n\n"
    + cell("""
        from annbook import keeping
        print("the answer is", keeping.find())
        """)
    + cell("import matplotlib.pyplot as plt\nplt.plot([2, 1]);"),
    "figure": f"{NOTEBOOK}# Draw\n\n{FIGURE}",
    "part/claim": f"{NOTEBOOK}# Claim\n\n{CLAIM}",
    "part/folder": f"{NOTEBOOK}# Look\n\n"
    + cell("import os\nprint(os.path.basename(os.getcwd()))"),
    "part/words": "(words)=\n# Words\n\nNothing runs here.\n",
    "more-words": "# More words\n\nSee {ref}`words`, and {ref}`fig-line`.\n",
}
RUN = {"keeping", "figure", "part/claim", "part/folder"}


class Made(NamedTuple):
    """All that a build has made, but what was measured on the way."""

    outputs: dict[tuple[str, str], object]
    site: dict[str, bytes]


def made(checkout: Checkout) -> Made:
    build = checkout.root / "_build"
    history = read_checked(build / "outputs" / "history.json")
    outputs = {}
    for page, keys in history["keys"].items():
        kept = read_checked(build / "outputs" / page / f"{keys[-1]}.json")
        measured = ("seconds", "finished")
        outputs[page, keys[-1]] = {
            name: value for name, value in kept.items() if name not in measured
        }
    site = {
        path.relative_to(build).as_posix(): path.read_bytes()
        # Sphinx' notes of its settings have the checkout's path in them.
        for path in sorted((build / "html").rglob("*"))
        if path.is_file() and not path.name.startswith(".buildinfo")
    }
    return Made(outputs, site)


def assert_same(left: Made, right: Made) -> None:
    for mine, other in zip(left, right, strict=True):
        assert mine.keys() == other.keys()
        assert [name for name in mine if mine[name] != other[name]] == []


def new_checkout(root: Path) -> Checkout:
    root.mkdir(parents=True)
    checkout = Checkout(root)
    settings = (root / "conf.py").read_text(encoding="utf-8")
    checkout.write("conf.py", settings + FAULT)
    checkout.write("src/annbook/keeping.py", KEEPING)
    checkout.write_pages(PAGES)
    return checkout


class Undisturbed(NamedTuple):
    """A build that nothing went wrong in."""

    root: Path
    made: Made
    seconds: float


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    checkout = new_checkout(tmp_path_factory.mktemp("plain") / "book")
    start = time.monotonic()
    build = checkout.build()
    assert (build.code, build.warnings) == (0, "")
    page = checkout.page("keeping").text
    assert "the answer is 42" in page
    return Undisturbed(checkout.root, made(checkout), time.monotonic() - start)


class Book:
    """A checkout that faults befall, one after the other; its path has spaces and is not ASCII."""

    def __init__(self, root: Path, undisturbed: Undisturbed) -> None:
        self.checkout = new_checkout(root)
        self.build_folder = root / "_build"
        self.undisturbed = undisturbed
        self._edits, self._is_built = 0, False

    def edit(self, *names: str) -> None:
        """Edit pages so that they are read again, and nothing else changes."""
        self._edits += 1
        for name in names or PAGES:
            self.checkout.write(
                f"book/{name}.md", f"{PAGES[name]}\n% edit {self._edits}\n"
            )

    def forget(self, *pages: str) -> None:
        """Remove outputs, and edit these pages, so that they run again."""
        self.edit(*pages)
        for page in pages:
            shutil.rmtree(
                self.build_folder / "outputs" / page, ignore_errors=True
            )

    def assert_is_whole(self, build: Build) -> None:
        assert (build.code, build.warnings) == (0, "")
        assert_same(made(self.checkout), self.undisturbed.made)
        self._is_built = True

    def require_built(self) -> None:
        """Build the book, unless the last test has left it whole."""
        if not self._is_built:
            self.assert_is_built()
        self._is_built = False

    def assert_is_built(self) -> None:
        """Build the book, and find that of the undisturbed build."""
        self.assert_is_whole(self.checkout.build())


def kill_and_build(book: Book, rounds: int, stop: threading.Event) -> int:
    """Kill builds at random moments, and return after how many the next one was right."""
    chance, right = random.Random(0), 0
    while right < rounds and not stop.is_set():
        book.forget(chance.choice(sorted(RUN)))
        book.edit(*chance.sample(sorted(PAGES), k=3))
        process = book.checkout.start()
        stop.wait(chance.uniform(0, book.undisturbed.seconds))
        process.kill()
        process.communicate()
        book.assert_is_built()
        right += 1
    return right


@pytest.fixture(scope="module")
def killed(
    tmp_path_factory: pytest.TempPathFactory, undisturbed: Undisturbed
) -> Iterator[Future[int]]:
    """Begin to kill builds of a book of their own, beside the other tests.

    A small build keeps little more than one core busy.
    """
    stop = threading.Event()
    book = Book(tmp_path_factory.mktemp("killed") / "book", undisturbed)
    rounds = KILLS if os.name == "posix" else 0
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(kill_and_build, book, rounds, stop)
        stop.set()


@pytest.fixture(scope="module")
def book(
    tmp_path_factory: pytest.TempPathFactory,
    undisturbed: Undisturbed,
    killed: Future[int],
) -> Book:
    assert not killed.cancelled()
    root = tmp_path_factory.mktemp("odd") / "Mein Büchlein, 書 & more"
    return Book(root, undisturbed)


def line_of(build: Build) -> str:
    """Return the one line that a build ends with."""
    assert build.code not in (0, None)
    assert "build succeeded" not in build.output
    lines = build.warnings.strip().splitlines()
    assert len(lines) == 1, build.warnings
    return lines[0]


def run_fault(code: str) -> dict[str, str]:
    """Return variables under which a build runs code of the test, with ``app`` at hand."""
    return {"ANNBOOK_FAULT": dedent(code)}


# Where it lies.


def test_the_path_may_have_spaces_and_letters_of_any_script(
    book: Book,
) -> None:
    book.assert_is_built()


# Ended at any moment, or not alone.


KILL_WHILE_READING = """
import multiprocessing, signal, time

def kill(*_):
    if multiprocessing.parent_process():
        os.kill(os.getppid(), signal.SIGKILL)
        # As a worker that waits to hand over its page.
        time.sleep(3600)

app.connect("source-read", kill)
"""


@POSIX
@pytest.mark.skipif(
    sys.platform == "darwin", reason="Sphinx reads in one process there"
)
def test_the_workers_of_a_killed_build_do_not_hold_up_the_next(
    book: Book,
) -> None:
    book.edit()
    process = book.checkout.start(**run_fault(KILL_WHILE_READING))
    process.wait()
    # Its workers have its pipes, too, until they end.
    process.communicate(timeout=300)
    assert process.returncode == -signal.SIGKILL
    book.assert_is_built()


def test_two_builds_at_once_take_turns_and_make_the_same_book(
    book: Book,
) -> None:
    book.forget(*RUN)
    book.edit()
    builds = [book.checkout.start() for _ in range(2)]
    ends = []
    for process in builds:
        output, warnings = process.communicate()
        ends.append(Build(process.returncode, output, warnings))
    for build in ends:
        book.assert_is_whole(build)
    told = [build.output.count("\n  [") for build in ends]
    assert sorted(told) == [0, len(RUN)], "each page runs once"


# Caches.

DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "half": lambda data: data[: len(data) // 2],
    "a bit": lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:],
    "foreign": lambda _: b"<!doctype html><title>Sign in</title>",
}

FOLDERS = ("doctrees", "html", "ipython", "jupyter_execute", "outputs")


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_of_the_build_with_every_file_damaged_is_made_anew(
    book: Book, folder: str
) -> None:
    book.require_built()
    chance = random.Random(folder)
    files = [
        path
        for path in sorted((book.build_folder / folder).rglob("*"))
        if path.is_file() and path.stat().st_size > 9
    ]
    assert files
    for path in files:
        damage = DAMAGE[chance.choice(sorted(DAMAGE))]
        path.write_bytes(damage(path.read_bytes()))
    # Of pages that are not read again the outputs are not asked for.
    book.edit(*(PAGES if folder == "outputs" else ["figure"]))
    book.assert_is_built()


def test_what_is_trained_and_logged_is_made_anew_where_it_is_damaged(
    book: Book,
) -> None:
    book.require_built()
    kept = [
        *book.build_folder.glob("models/*.npz"),
        book.build_folder / "logs" / "run",
    ]
    assert len(kept) == 2
    for path in kept:
        path.write_bytes(DAMAGE["half"](path.read_bytes()))
    book.forget("keeping")
    book.assert_is_built()


def test_outputs_that_another_version_kept_count_as_none(book: Book) -> None:
    book.require_built()
    outputs = book.build_folder / "outputs"
    text = json.dumps(["another", "form"])
    for path in outputs.rglob("*.json"):
        # As they were kept when their form had no number yet.
        path.write_text(f"{digest(text)}\n{text}", encoding="utf-8")
    book.edit()
    book.assert_is_built()


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """Return a folder in which a page says that it runs, and waits until it may go on."""
    return tmp_path


@contextmanager
def at_the_gate(book: Book, gate: Path) -> Iterator[subprocess.Popen[str]]:
    """Give a build while its page is in the middle of a computation; then let it go on."""
    book.forget(*RUN)
    shutil.rmtree(book.build_folder / "models", ignore_errors=True)
    process = book.checkout.start(ANNBOOK_GATE=str(gate))
    while not (gate / "reached").exists() and process.poll() is None:
        time.sleep(0.05)
    yield process
    (gate / "open").touch()


@pytest.mark.parametrize(
    "folders", [("outputs", "models"), ("ipython",), (".",)]
)
@POSIX
def test_a_folder_that_is_deleted_in_mid_run_costs_a_build_at_most(
    book: Book, gate: Path, folders: tuple[str, ...]
) -> None:
    book.edit()
    with at_the_gate(book, gate) as process:
        for folder in folders:
            shutil.rmtree(book.build_folder / folder)
    output, warnings = process.communicate()
    build = Build(process.returncode, output, warnings)
    if build.code == 0:
        book.assert_is_whole(build)
    else:
        # A kernel whose settings are gone may speak, too.
        errors = re.findall(r"(?m)^ERROR: .+$", build.warnings)
        assert len(errors) == 1, build.warnings
        assert "build again" in errors[0]
    book.assert_is_built()


# Places that cannot be written.


# In a space of mounts of its own, which ends with the build, however that ends.
MOUNT = """
mount -t tmpfs -o "$1" tmpfs "$2" || exit 77
shift 2
exec "$@"
"""


def mounting(folder: Path, options: str) -> tuple[str, ...]:
    """Return a command that runs another with a file system of its own in a folder's place."""
    space = ["unshare", "--mount"]
    if os.geteuid():
        space += ["--user", "--map-root-user"]
    return (*space, "sh", "-c", MOUNT, "sh", options, str(folder))


@contextmanager
def small(book: Book, folder: str, size: str) -> Iterator[None]:
    """Have builds find a small disk in the place of a folder."""
    place = book.build_folder / folder
    place.mkdir(parents=True, exist_ok=True)
    before = mounting(place, f"size={size}")
    if shutil.which("unshare") is None:
        pytest.skip("there is no unshare here")
    tried = subprocess.run(
        [*before, "true"], capture_output=True, text=True, check=False
    )
    if tried.returncode:
        pytest.skip(f"no disk can be mounted here: {tried.stderr.strip()}")
    book.checkout.before = before
    try:
        yield
    finally:
        book.checkout.before = ()


@contextmanager
def read_only(book: Book, folder: str) -> Iterator[None]:
    """Have builds find a folder that they may not write to."""
    if os.geteuid() == 0:
        # No mode keeps root out.
        with small(book, folder, "1m,ro"):
            yield
        return
    place = book.build_folder / folder
    folders = [place, *(path for path in place.rglob("*") if path.is_dir())]
    for each in folders:
        each.chmod(0o500)
    try:
        yield
    finally:
        for each in folders:
            each.chmod(0o700)


def refusals(book: Book, folder: str) -> Build:
    """Build where a page runs and is read, and a folder cannot be written."""
    (book.build_folder / folder).mkdir(parents=True, exist_ok=True)
    book.edit("keeping", "figure")
    return book.checkout.build()


@POSIX
def test_a_folder_that_is_read_only_ends_the_build_in_one_line(
    book: Book,
) -> None:
    book.require_built()
    for folder in (".", "outputs", "html"):
        with read_only(book, folder):
            line = line_of(refusals(book, folder))
        assert re.search(
            r"_build.* cannot be (read or )?written "
            r"\((Read-only file system|Permission denied)\)\. Make room",
            line,
        ), line
    book.assert_is_built()


@POSIX
def test_a_full_disk_ends_the_build_in_one_line(book: Book) -> None:
    book.require_built()
    for folder, size in (("outputs", "8k"), ("html", "3m")):
        with small(book, folder, size):
            line = line_of(refusals(book, folder))
        assert "_build" in line
        assert "written (No space left on device). Make room" in line
    book.assert_is_built()


LITTLE = """
import resource
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
"""


@POSIX
def test_a_file_that_may_not_grow_ends_the_build_in_one_line(
    book: Book,
) -> None:
    book.require_built()
    book.forget(*RUN)
    book.edit()
    build = book.checkout.build(**run_fault(LITTLE))
    assert "(File too large). Make room" in line_of(build)
    book.assert_is_built()


@POSIX
def test_a_page_that_cannot_keep_what_it_makes_says_so(book: Book) -> None:
    book.require_built()
    book.forget("keeping")
    # The logs first: where no model can be kept, none are written.
    for folder in ("logs", "models"):
        place = book.build_folder / folder
        shutil.rmtree(place)
        place.mkdir()
        with read_only(book, folder):
            build = book.checkout.build()
        assert build.code != 0
        first, *_, last, command = build.warnings.strip().splitlines()
        assert "keeping.md:10: cell 1 failed" in first
        assert str(place) in last
        assert "cannot be written" in last
        assert command.endswith("nox -s page -- keeping")
    book.assert_is_built()


# The network.


class Mirrors(BaseHTTPRequestHandler):
    """Three bad mirrors in one: the first part of an address says which."""

    def do_GET(self) -> None:
        kind = self.path.split("/")[1]
        if kind == "hangs":
            self.server.let_go.wait()  # type: ignore[attr-defined]
            return
        body = b"\x1f\x8b half a file" if kind == "half" else b"<h1>Error</h1>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object, **_options: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def mirrors() -> Iterator[tuple[str, ...]]:
    """Yield the addresses of mirrors: one refuses, the others are no good."""
    with (
        socket.socket() as taken,
        ThreadingHTTPServer(("127.0.0.1", 0), Mirrors) as server,
    ):
        taken.bind(("127.0.0.1", 0))
        server.let_go = threading.Event()  # type: ignore[attr-defined]
        thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.01}
        )
        thread.start()
        here = f"http://127.0.0.1:{server.server_port}"
        refusing = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        yield refusing, f"{here}/hangs/", f"{here}/error/", f"{here}/half/"
        server.let_go.set()  # type: ignore[attr-defined]
        server.shutdown()
        thread.join()


def test_without_a_good_mirror_the_sample_serves_or_one_line_names_each(
    book: Book, mirrors: tuple[str, ...], tmp_path: Path
) -> None:
    module = book.checkout.root / "src" / "annbook" / "mnist.py"
    source = module.read_text(encoding="utf-8")
    edited = source.replace("_TIMEOUT = (3, 30)", "_TIMEOUT = (3, 2)")
    edited = re.sub(r"(?s)MIRRORS = \(.*?\)", f"MIRRORS = {mirrors}", edited)
    assert edited.count("_TIMEOUT = (3, 2)") == 1
    variables = {
        "ANNBOOK_CACHE": str(tmp_path),
        "no_proxy": "127.0.0.1",
        "NO_PROXY": "127.0.0.1",
    }
    module.write_text(edited, encoding="utf-8")
    try:
        full = book.checkout.build(ANNBOOK_EDITION="full", **variables)
        auto = book.checkout.build(ANNBOOK_EDITION="auto", **variables)
    finally:
        module.write_text(source, encoding="utf-8")
    line = line_of(full)
    for mirror, reason in zip(
        mirrors,
        ("ConnectionError", "ReadTimeout", "its SHA-256", "its SHA-256"),
        strict=True,
    ):
        assert f"{mirror} ({reason}" in line
    assert "Connect to the internet" in line
    assert (auto.code, auto.warnings) == (0, "")
    assert auto.line("Edition").startswith("sample")
    assert "the answer is 42" in book.checkout.page("keeping").text
    book.assert_is_built()


# Pages that take too much.

HUNGRY = """
import time
taken = bytearray(b"x") * 1_300_000_000
time.sleep(3600)
"""


def test_a_page_that_eats_memory_is_ended_and_told_with_its_cell(
    book: Book,
) -> None:
    book.checkout.write(
        "book/figure.md",
        f"{PAGES['figure']}\n{cell(HUNGRY)}",
    )
    build = book.checkout.build("-D", "book_memory=1")
    assert build.code != 0
    first, *_ = build.warnings.splitlines()
    assert "figure.md:" in first
    assert first.endswith("cell 2 took more than 1 GB of memory:")
    assert build.warnings.count("\n") < 9
    book.edit("figure")
    book.assert_is_built()


# The clock.


def test_a_clock_that_was_set_back_hides_no_edit(book: Book) -> None:
    def set_times(moment: float, *folders: str) -> None:
        for folder in folders:
            for path in sorted((book.checkout.root / folder).rglob("*")):
                os.utime(path, (moment, moment))

    book.checkout.write(
        "book/figure.md", PAGES["figure"].replace("[1, 2]", "[2, 1]")
    )
    book.checkout.write("book/part/words.md", "(words)=\n# Other words\n")
    build = book.checkout.build()
    assert build.code == 0
    assert "Other words" in book.checkout.page("index").text
    set_times(time.time() + 1e7, "_build", "book", "src")
    book.edit("figure", "part/words")
    set_times(1e9, "book")
    book.assert_is_built()


# Last, since it has gone on all the time.


@POSIX
def test_after_each_kill_the_next_build_makes_the_same_book(
    killed: Future[int],
) -> None:
    assert killed.result() == KILLS
