"""The archives of the package hold what they should, and its tests need nothing but it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import outside
import pytest
from conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = {"annbook/a.py", "annbook/data/x.npz"}
NOTES = {
    "annbook-1.dist-info/METADATA",
    "annbook-1.dist-info/licenses/LICENSE",
    "annbook-1.dist-info/licenses/src/annbook/data/LICENSE-MNIST.md",
}


def test_a_module_s_tests_run_outside_of_the_checkout() -> None:
    chosen = {path.stem for path in outside.package_tests(ROOT / "tests")}
    modules = {f"test_{p.stem}" for p in ROOT.glob("src/annbook/*.py")}
    present = {path.stem for path in ROOT.glob("tests/test_*.py")}
    assert (modules & present) - chosen == set()
    assert {"test_network", "test_softmax", "drawing"} <= chosen
    assert not {"test_build", "test_pages", "conftest"} & chosen


@pytest.mark.parametrize(
    ("code", "is_chosen"),
    [
        ("from annbook import neuron", True),
        ("from annbook.figures import style\nimport helper", True),
        ("import annbook\nfrom bound import x", False),
        ("import annbook\nfrom far import x", False),
        ("import numpy", False),
        ("from annbook import neuron\nfrom bookbuild import files", False),
        ("import annbook\ndef f():\n    from sphinx.x import y", False),
        ("import annbook\nR = Path(__file__)", False),
    ],
)
def test_a_test_is_the_package_s_where_it_needs_nothing_else(
    tmp_path: Path, code: str, is_chosen: bool
) -> None:
    (tmp_path / "helper.py").write_text("import numpy")
    (tmp_path / "bound.py").write_text("import bookbuild")
    (tmp_path / "far.py").write_text("import bound")
    (tmp_path / "test_it.py").write_text(code)
    chosen = [path.stem for path in outside.package_tests(tmp_path)]
    assert ("test_it" in chosen) is is_chosen
    assert ("helper" in chosen) is (is_chosen and "helper" in code)


@pytest.mark.parametrize(
    ("names", "faults"),
    [
        (WHOLE | NOTES, []),
        (WHOLE | NOTES | {"annbook/data/"}, []),
        ({"annbook/a.py"} | NOTES, ["lacks annbook/data/x.npz"]),
        (WHOLE | NOTES | {"tests/test_a.py"}, ["holds tests/test_a.py"]),
        (
            WHOLE | {"annbook-1.dist-info/licenses/LICENSE"},
            ["lacks the licence LICENSE-MNIST.md"],
        ),
    ],
)
def test_a_wheel_holds_the_package_and_its_licences(
    names: set[str], faults: list[str]
) -> None:
    found = list(outside.wheel_faults(names, WHOLE))
    assert found == [f"the wheel {fault}" for fault in faults]


@pytest.mark.parametrize(
    ("name", "is_fault"),
    [
        ("annbook-1/src/annbook/a.py", False),
        ("annbook-1/tests/test_a.py", False),
        ("annbook-1/LICENSE", False),
        ("annbook-1/tests/browser/vendor/axe.min.js", True),
        ("annbook-1/book/index.md", True),
        ("annbook-1/src/bookbuild/files.py", True),
    ],
)
def test_an_archive_of_the_sources_holds_the_package_and_its_tests(
    name: str, is_fault: bool
) -> None:
    assert bool([*outside.source_faults([name])]) is is_fault


def test_the_package_s_files_are_those_beside_each_other() -> None:
    found = outside.sources(ROOT)
    assert {"annbook/__init__.py", "annbook/data/mnist-sample.npz"} <= found
    assert not [name for name in found if name.endswith(".pyc")]
