"""A page's key: it changes with all that the page's outputs depend on, and with nothing else."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from annbook import store
from bookbuild import fingerprint, kernel

if TYPE_CHECKING:
    from collections.abc import Iterable

SRC = Path(__file__).parents[1] / "src"
Tree = dict[str, str]

TREE: Tree = {
    "__init__.py": "",
    "errors.py": "class Bad(ValueError): ...",
    "network.py": "from typing import TYPE_CHECKING\n"
    "if TYPE_CHECKING:\n    from toybook import store\n"
    "def learn():\n    from toybook import data\n    return data.load()",
    "data/__init__.py": "NAME = 'digits.npz'\ndef load(): ...",
    "data/digits.npz": "0123",
    "data/LICENCE.md": "Free.",
    "figures/__init__.py": "",
    "figures/style.py": "COLOURS = []",
    "figures/lines.py": "from . import style\nfrom toybook.errors import Bad",
    "cluster.py": '"""Starts toybook.store."""\nCOMMAND = ["-m", "toybook.workers"]',
    "workers.py": "import toybook.network as net",
    "store.py": "KEEP = 3",
    "models/__init__.py": "from importlib import import_module\n"
    "def load(name):\n    return import_module(f'{__name__}.{name}')",
    "models/line.py": "from toybook import store",
    "models/errors.py": "",
    "reader.py": "from toybook import models\nDEFAULT = 'line'",
}
LINE = {"toybook", "toybook.models", "toybook.models.line", "toybook.store"}
NEEDS = {
    "import toybook": {"toybook"},
    "import toybook.errors": {"toybook", "toybook.errors"},
    "from toybook import errors": {"toybook", "toybook.errors"},
    "from toybook.errors import Bad": {"toybook", "toybook.errors"},
    "from toybook.figures import lines as drawn": {
        "toybook",
        "toybook.errors",
        "toybook.figures",
        "toybook.figures.lines",
        "toybook.figures.style",
    },
    "def late():\n    from toybook import network": {
        "toybook",
        "toybook.network",
        "toybook.data",
        "toybook/data/digits.npz",
    },
    "from toybook import cluster": {
        "toybook",
        "toybook.cluster",
        "toybook.workers",
        "toybook.network",
        "toybook.data",
        "toybook/data/digits.npz",
    },
    "command = ['-m', 'toybook.store']": {"toybook", "toybook.store"},
    "run('python -m toybook.store --all')": {"toybook", "toybook.store"},
    "'toybook.store'": set(),
    "from toybook import missing": {"toybook"},
    "import numpy, toybooks.store, my.toybook.store": set(),
    "print('toybooks.store')": set(),
    "from toybook import models": {"toybook", "toybook.models"},
    "from toybook import models\nmodels.load('line')": LINE,
    "from toybook.models import load\nnames = ['line', 'curve']": LINE,
    "from toybook import models\nprint('a line')": {
        "toybook",
        "toybook.models",
    },
    "from toybook import store\nprint('line')": {"toybook", "toybook.store"},
    "from toybook import reader": {*LINE, "toybook.reader"},
}


def read(folder: Path, tree: Tree) -> fingerprint.Package:
    """Return the package of these files."""
    for name, text in tree.items():
        path = folder / "toybook" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    files = fingerprint.files_of(folder / "toybook")
    needs = fingerprint.read_needs("toybook", files)
    return fingerprint.Package(
        "toybook", fingerprint.read_contents(files), needs
    )


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> fingerprint.Package:
    """Return a small package with every way to need a file."""
    folder = tmp_path_factory.mktemp("source")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        return read(folder, TREE)


def cells(*sources: str, **metadata: Any) -> fingerprint.Cells:
    """Return what a page with these cells runs."""
    code = [new_code_cell(source, metadata=metadata) for source in sources]
    notebook = new_notebook(cells=[new_markdown_cell("Words."), *code])
    return fingerprint.read_cells(notebook, "toybook")


@pytest.mark.parametrize(("cell", "needed"), NEEDS.items())
def test_a_cell_needs_what_it_imports_or_names_and_theirs_in_turn(
    package: fingerprint.Package, cell: str, needed: set[str]
) -> None:
    assert package.used_by(cells("x = 1", cell)) == needed


def test_a_word_chooses_a_module_for_the_whole_page(
    package: fingerprint.Package,
) -> None:
    found = cells("from toybook import models", "models.load('line')")
    assert package.used_by(found) == LINE


def test_a_cell_that_is_no_python_needs_everything(
    package: fingerprint.Package,
) -> None:
    found = package.used_by(cells("!ls"))
    assert found == {*package.contents}


def page_key(
    package: fingerprint.Package, found: fingerprint.Cells, **changes: Any
) -> str:
    """Return the key of a page with these cells."""
    settings: dict[str, Any] = {
        "page": "theory/predictor",
        "facts": {},
        "surroundings": "here",
    }
    return fingerprint.page_key(
        cells=found, package=package, **settings | changes
    )


def changed(package: fingerprint.Package, names: Iterable[str]) -> Any:
    """Return the package with the content of some files changed."""
    contents = {**package.contents, **dict.fromkeys(names, "edited")}
    return fingerprint.Package(package.name, contents, package.needs)


@pytest.mark.parametrize(("cell", "needed"), NEEDS.items())
def test_a_key_changes_with_each_file_that_is_needed_and_no_other(
    package: fingerprint.Package, cell: str, needed: set[str]
) -> None:
    before = page_key(package, cells(cell))
    touched = {
        name
        for name in package.contents
        if page_key(changed(package, [name]), cells(cell)) != before
    }
    assert touched == needed


def test_a_key_changes_with_the_facts_of_what_is_needed_alone(
    package: fingerprint.Package,
) -> None:
    uses, other = cells("import toybook.network"), cells("import toybook.store")
    full, sample = {"toybook.data": "full"}, {"toybook.data": "sample"}
    assert page_key(package, uses, facts=full) != page_key(
        package, uses, facts=sample
    )
    assert page_key(package, other, facts=full) == page_key(
        package, other, facts=sample
    )


@pytest.mark.parametrize(
    "change", [{"page": "theory/classifier"}, {"surroundings": "there"}]
)
def test_a_key_changes_with(
    package: fingerprint.Package, change: dict[str, str]
) -> None:
    found = cells("import toybook.store")
    assert page_key(package, found, **change) != page_key(package, found)


CELLS = {
    "another source": cells("x = 2"),
    "a cell more": cells("x = 1", ""),
    "no cell": cells(),
    "two cells of one": cells("x =", " 1"),
    "an exception that is meant": cells("x = 1", tags=["raises-exception"]),
    "a cell that is passed over": cells("x = 1", tags=["skip-execution"]),
}


@pytest.mark.parametrize("other", CELLS.values(), ids=CELLS)
def test_the_cells_key_changes_with(other: fingerprint.Cells) -> None:
    assert other.key != cells("x = 1").key


def test_the_cells_key_does_not_change_with_words_or_looks() -> None:
    dressed = cells("x = 1", tags=["remove-cell"], mystnb={"figure": {}})
    assert dressed == cells("x = 1")
    wordy = new_notebook(
        cells=[new_markdown_cell("More."), new_code_cell("x = 1")]
    )
    assert fingerprint.read_cells(wordy, "toybook") == dressed


def test_the_kernels_language_is_part_of_what_runs() -> None:
    notebook = new_notebook(cells=[new_code_cell("x = 1")])
    notebook.metadata["kernelspec"] = {"name": "ir"}
    assert fingerprint.read_cells(notebook, "toybook").key != cells("x = 1").key


@given(
    first=st.lists(st.text(max_size=3), max_size=4),
    second=st.lists(st.text(max_size=3), max_size=4),
)
def test_a_digest_is_the_same_for_the_same_parts_alone(
    first: list[str], second: list[str]
) -> None:
    same = fingerprint.digest(*first) == fingerprint.digest(*second)
    assert same == (first == second)


def test_a_digest_takes_texts_and_bytes() -> None:
    assert fingerprint.digest("é") == fingerprint.digest("é".encode())
    assert len(fingerprint.digest("é")) == 32


FILES = {
    "bookbuild/claims.py": b"claim",
    "bookbuild/deep/report.py": b"report",
}
EDITS = {
    "an edit": FILES | {"bookbuild/claims.py": b"claims"},
    "a new file, empty": FILES | {"bookbuild/__init__.py": b""},
    "a file less": {"bookbuild/claims.py": b"claim"},
    "a renamed folder": {
        name.replace("deep", "flat"): text for name, text in FILES.items()
    },
    "contents that changed places": {
        "bookbuild/claims.py": b"report",
        "bookbuild/deep/report.py": b"claim",
    },
}


def of_files(root: Path, files: dict[str, bytes]) -> str:
    paths = []
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        paths.append(path)
    return fingerprint.of_files(root, paths)


@pytest.mark.parametrize("edited", EDITS.values(), ids=EDITS)
def test_the_key_of_files_changes_with(
    tmp_path: Path, edited: dict[str, bytes]
) -> None:
    assert of_files(tmp_path, edited) != of_files(tmp_path, FILES)


def test_the_key_of_files_is_the_same_in_any_order_and_place(
    tmp_path: Path,
) -> None:
    assert of_files(tmp_path / "here", FILES) == of_files(
        tmp_path / "there", dict(reversed(FILES.items()))
    )


@pytest.mark.parametrize(
    "packages",
    [["toy-2.1"], [], ["toy-2.0", "game-1.0"]],
    ids=["another version", "a package less", "a package more"],
)
def test_the_surroundings_change_with_the_installed_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packages: list[str]
) -> None:
    def with_packages(folder: str, names: list[str]) -> str:
        for name in names:
            (tmp_path / folder / f"{name}.dist-info").mkdir(parents=True)
        with monkeypatch.context() as patch:
            patch.setattr(sys, "path", [*sys.path, str(tmp_path / folder)])
            return fingerprint.surroundings()

    before = with_packages("before", ["toy-2.0"])
    assert with_packages("same", ["toy-2.0"]) == before
    assert with_packages("after", packages) != before


def test_the_surroundings_change_with_python_and_the_code_that_runs_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fingerprint.surroundings()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "version", "3.99.0")
        assert fingerprint.surroundings() != before
    edited = tmp_path / "kernel.py"
    edited.write_bytes(Path(kernel.__file__).read_bytes() + b"# more\n")
    monkeypatch.setattr(fingerprint, "KERNEL", edited)
    assert fingerprint.surroundings() != before


def test_a_module_that_is_no_python_is_named(tmp_path: Path) -> None:
    with pytest.raises(SyntaxError) as caught:
        read(tmp_path, TREE | {"network.py": "def learn(:\n"})
    assert caught.value.filename == str(tmp_path / "toybook" / "network.py")


# The book's own package.


@pytest.fixture(scope="module")
def annbook() -> fingerprint.Package:
    """Return the package that the book's pages use."""
    files = fingerprint.files_of(SRC / "annbook")
    needs = fingerprint.read_needs("annbook", files)
    return fingerprint.Package(
        "annbook", fingerprint.read_contents(files), needs
    )


@pytest.mark.parametrize("name", ["softmax", "hidden", "convolution"])
def test_a_page_depends_on_all_that_a_kept_model_depends_on(
    annbook: fingerprint.Package, name: str
) -> None:
    """`annbook.store` follows imports by itself: an oracle."""
    trained = store.sources([f"annbook.models.{name}", "annbook.mnist"])
    assert f"annbook.{name}" in trained
    page = fingerprint.Cells("", 1, ("annbook.models.load",), (name,))
    assert {*trained} <= annbook.used_by(page)


def test_a_page_depends_on_no_model_that_it_does_not_name(
    annbook: fingerprint.Package,
) -> None:
    page = fingerprint.Cells("", 1, ("annbook.models.load",), ("softmax",))
    used = annbook.used_by(page)
    assert not {"annbook.hidden", "annbook.convolution"} & used


def test_every_file_of_data_is_needed_by_a_module(
    annbook: fingerprint.Package,
) -> None:
    needed = {each for needs in annbook.needs.values() for each in needs}
    data = {
        name
        for name in annbook.contents
        if "/" in name and not name.endswith(".md")
    }
    assert data
    assert data <= needed


def test_what_runs_in_another_process_is_needed(
    annbook: fingerprint.Package,
) -> None:
    assert "annbook.workers" in annbook.closure(["annbook.cluster"])
