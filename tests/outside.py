"""Build the package, install it elsewhere, and run its own tests there: ``nox -s dist``.

Arguments are options for ``uv pip install``, such as ``-c constraints.txt``. The archives go
into ``dist``. Each is installed into an empty environment outside of this checkout, with what its
tests need. The tests are those that ask for nothing but the package: they come from the archive
of the sources, and run without the slow ones.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "dist"
NEEDS = f"{ROOT / 'pyproject.toml'}:package"
"""The dependency group that the package's tests need."""
CHECKOUT = {"bookbuild", "bs4", "conftest", "nox", "playwright", "sphinx"}
"""Whoever imports one of these tests more than the package."""
OPTIONS = (
    "-q",
    "--noconftest",
    "--hypothesis-profile=ci",  # no example has a deadline on a busy machine
    "-p",
    "no:cacheprovider",
    "-o",
    "pythonpath=tests",
    "-m",
    "not slow",
)


class PackageError(Exception):
    """What is wrong with an archive, in one line."""


def imported(code: str) -> set[str]:
    """Return the names of the packages that a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names |= {each.name.partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def speaks_of_checkout(code: str) -> bool:
    """Return whether a file looks for others by its own place."""
    nodes = ast.walk(ast.parse(code))
    return any(isinstance(n, ast.Name) and n.id == "__file__" for n in nodes)


def package_tests(folder: Path) -> list[Path]:
    """Return the tests in a folder that need only the package, then the helpers they import."""
    codes = {
        path.stem: path.read_text(encoding="utf-8")
        for path in sorted(folder.glob("*.py"))
    }
    needs = {name: imported(code) for name, code in codes.items()}
    bound = {
        name
        for name, code in codes.items()
        if needs[name] & CHECKOUT or speaks_of_checkout(code)
    }
    while more := {n for n in needs if needs[n] & bound} - bound:
        bound |= more
    tests = [
        name
        for name in codes
        if name.startswith("test_")
        and "annbook" in needs[name]
        and name not in bound
    ]
    helpers = {n for test in tests for n in needs[test] if n in codes}
    return [folder / f"{name}.py" for name in (*tests, *sorted(helpers))]


def sources(root: Path) -> set[str]:
    """Return the files of the package, as a wheel names them."""
    return {
        path.relative_to(root / "src").as_posix()
        for path in (root / "src" / "annbook").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def wheel_faults(names: Iterable[str], expected: set[str]) -> Iterator[str]:
    """Yield what a wheel lacks, and what it holds beyond the package, its notes and licences."""
    found = {name for name in names if not name.endswith("/")}
    own = {name for name in found if ".dist-info/" not in name}
    licences = [n for n in found - own if "/licenses/" in n]
    yield from (f"the wheel lacks {name}" for name in sorted(expected - own))
    yield from (f"the wheel holds {name}" for name in sorted(own - expected))
    for licence in ("LICENSE", "LICENSE-MNIST.md"):
        if not any(name.endswith(f"/{licence}") for name in licences):
            yield f"the wheel lacks the licence {licence}"


def source_faults(names: Iterable[str]) -> Iterator[str]:
    """Yield what an archive of sources holds beyond the package, its notes and its tests."""
    notes = {"LICENSE", "README.md", "pyproject.toml", "PKG-INFO", ".gitignore"}
    for name in sorted(names):
        inside = Path(*Path(name).parts[1:])
        is_test = inside.match("tests/*.py") and len(inside.parts) == 2
        is_source = inside.parts[:2] == ("src", "annbook")
        if not (is_test or is_source or inside.as_posix() in notes):
            yield f"the archive of the sources holds {name}"


def build(folder: Path) -> tuple[Path, Path]:
    """Build the package into a folder; return the archive of the sources, and the wheel."""
    command = (sys.executable, "-m", "build", "--installer", "uv")
    subprocess.run([*command, "-o", str(folder), str(ROOT)], check=True)
    (source,) = folder.glob("*.tar.gz")
    (wheel,) = folder.glob("*.whl")
    return source, wheel


def check(source: Path, wheel: Path) -> None:
    """Check what the archives hold.

    Raises
    ------
    PackageError
        Where they hold too little, or too much.
    """
    with zipfile.ZipFile(wheel) as packed:
        faults = [*wheel_faults(packed.namelist(), sources(ROOT))]
    with tarfile.open(source) as packed_source:
        members = [each.name for each in packed_source if each.isfile()]
    if faults := [*faults, *source_faults(members)]:
        raise PackageError("; ".join(faults))


def check_again(first: Sequence[Path]) -> None:
    """Build once more, and compare.

    Raises
    ------
    PackageError
        Where the same sources make other archives.
    """
    with tempfile.TemporaryDirectory() as folder:
        for one, other in zip(first, build(Path(folder)), strict=True):
            if one.read_bytes() != other.read_bytes():
                raise PackageError(f"{one.name} is another in each build")


def python_of(environment: Path) -> Path:
    """Return the Python of an environment."""
    where = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return environment.joinpath(*where)


def try_out(archive: Path, source: Path, options: Sequence[str]) -> None:
    """Install an archive into an empty environment, and run the package's tests there.

    Raises
    ------
    PackageError
        Where another package than the installed one would be tested.
    subprocess.CalledProcessError
        Where a step fails; it has said why.
    """
    with tempfile.TemporaryDirectory() as name:
        outside = Path(name).resolve()
        with tarfile.open(source) as packed:
            packed.extractall(outside / "sources", filter="data")
        (unpacked,) = (outside / "sources").iterdir()
        (outside / "tests").mkdir()
        shutil.copy(unpacked / "pyproject.toml", outside)
        for path in package_tests(unpacked / "tests"):
            shutil.copy(path, outside / "tests")
        python = python_of(outside / "environment")
        hidden = ("PYTHONPATH", "VIRTUAL_ENV")
        surroundings = {k: v for k, v in os.environ.items() if k not in hidden}
        surroundings.setdefault("ANNBOOK_MODELS", str(outside / "models"))

        def run(*command: str | Path, where: Path = outside) -> None:
            subprocess.run(command, cwd=where, env=surroundings, check=True)

        run("uv", "venv", "--python", sys.executable, python.parents[1])
        install = ("uv", "pip", "install", "--python", python, *options)
        run(*install, archive, "--group", NEEDS, where=ROOT)
        place = "import annbook; print(annbook.__file__)"
        found = subprocess.run(
            [python, "-c", place],
            cwd=outside,
            env=surroundings,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        if not Path(found).is_relative_to(outside / "environment"):
            raise PackageError(f"{archive.name} was to be tested, not {found}")
        run(python, "-m", "annbook.check")
        run(python, "-m", "pytest", *OPTIONS, "tests")


def main(options: Sequence[str]) -> None:
    """Build, check and try both archives."""
    shutil.rmtree(DIST, ignore_errors=not DIST.exists())
    source, wheel = build(DIST)
    try:
        check(source, wheel)
        check_again((source, wheel))
        for archive in (wheel, source):
            try_out(archive, source, options)
    except PackageError as error:
        sys.exit(str(error))
    except subprocess.CalledProcessError as error:
        sys.exit(f"this failed: {' '.join(map(str, error.cmd))}")


if __name__ == "__main__":
    main(sys.argv[1:])
