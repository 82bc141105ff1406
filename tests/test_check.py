"""The setup check: it greets a machine that is ready, and names what any other one lacks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from annbook import check

if TYPE_CHECKING:
    from types import ModuleType

SRC = Path(check.__file__).parents[1]


def run_check(
    *options: str,
    folder: Path | None = None,
    path: Path = SRC,
    source: Path = SRC,
) -> subprocess.CompletedProcess[str]:
    """Run the check as a reader does, in this interpreter, on a machine of Ada's."""
    env = os.environ | {
        "PYTHONPATH": os.pathsep.join(map(str, [path, source])),
        "LOGNAME": "Ada",
    }
    env.pop("TF_CPP_MIN_LOG_LEVEL", None)
    command = [sys.executable, *options, "-m", "annbook.check"]
    return subprocess.run(
        command,
        env=env,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the package alone: an installed one lies among all others."""
    folder = tmp_path_factory.mktemp("alone")
    ignored = shutil.ignore_patterns("__pycache__", "*.npz")
    shutil.copytree(SRC / "annbook", folder / "annbook", ignore=ignored)
    return folder


def problem_lines(output: str) -> list[str]:
    """Return what follows the table of versions."""
    return output.splitlines()[1 + len(check.PACKAGES) :]


# As a reader runs it.


def test_a_machine_that_is_ready_is_greeted_by_name_and_nothing_else_is_said() -> (
    None
):
    run = run_check()
    assert problem_lines(run.stdout) == [
        "5 + 7 = 12. Hello Ada, your machine is ready."
    ]
    assert (run.returncode, run.stderr) == (0, "")


def test_the_versions_come_first(alone: Path) -> None:
    run = run_check("-S", path=alone, source=alone)
    found = dict(line.split() for line in run.stdout.splitlines()[:4])
    assert found == {
        "python": ".".join(map(str, sys.version_info[:3])),
        "numpy": "missing",
        "matplotlib": "missing",
        "tensorflow": "missing",
    }
    assert check.versions()["numpy"] == version("numpy")


def test_a_bare_python_hears_of_every_missing_package(alone: Path) -> None:
    # Without site-packages.
    run = run_check("-S", path=alone, source=alone)
    assert problem_lines(run.stdout) == [
        f"{name} is missing. Install it: python -m pip install {name}"
        for name in ["numpy", "matplotlib", "tensorflow"]
    ]
    assert (run.returncode, run.stderr) == (1, "")


def test_a_tensorflow_that_does_not_load_is_named_with_the_reason(
    tmp_path: Path,
) -> None:
    package = tmp_path / "tensorflow"
    package.mkdir()
    (package / "__init__.py").write_text(
        "raise ImportError('DLL load failed:\\n  no AVX')\n"
    )
    run = run_check(path=tmp_path)
    assert problem_lines(run.stdout) == [
        "tensorflow is installed and does not load (ImportError: DLL load failed: no AVX)."
    ]
    assert (run.returncode, run.stderr) == (1, "")


def test_a_file_of_the_readers_own_that_hides_tensorflow_is_suspected(
    tmp_path: Path,
) -> None:
    (tmp_path / "tensorflow.py").write_text("print('my first lesson')\n")
    run = run_check(folder=tmp_path)
    assert run.stdout.splitlines()[-1] == (
        "TensorFlow cannot add (AttributeError: module 'tensorflow' has no attribute 'constant'). "
        "Is a file of yours called tensorflow.py?"
    )
    assert (run.returncode, run.stderr) == (1, "")


# Each problem by itself.


@pytest.mark.parametrize("found", [(3, 11), (3, 12), (3, 13)])
def test_a_python_that_tensorflow_knows_is_no_problem(
    found: tuple[int, int],
) -> None:
    assert check.python_problem(found) is None


@pytest.mark.parametrize(
    "found", [(2, 7), (3, 5), (3, 9), (3, 10), (3, 14), (4, 0)]
)
def test_any_other_python_is_named_with_those_that_will_do(
    found: tuple[int, int],
) -> None:
    assert check.python_problem(found) == (
        f"Python is {found[0]}.{found[1]}: the book needs 3.11 to 3.13. Install one of these."
    )


@pytest.fixture
def ready(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A machine that is ready, without the seconds that loading TensorFlow takes."""
    monkeypatch.setattr(check, "version", lambda _: "1.0")
    monkeypatch.setattr(check, "import_module", lambda _: check)
    monkeypatch.setattr(
        check, "add_in_tensorflow", lambda first, second: first + second
    )
    monkeypatch.setattr("getpass.getuser", lambda: "Ada")
    return monkeypatch


def outcome(capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    """Return the exit code, and the lines after the versions."""
    code = check.main()
    return code, problem_lines(capsys.readouterr().out)


@pytest.mark.usefixtures("ready")
def test_without_a_problem_the_exit_code_is_0(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert outcome(capsys) == (
        0,
        ["5 + 7 = 12. Hello Ada, your machine is ready."],
    )


def test_the_python_that_runs_is_the_one_that_is_judged(
    ready: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ready.setattr(check, "OLDEST_PYTHON", (3, 99))
    code, (line,) = outcome(capsys)
    assert code == 1
    assert line.startswith(
        f"Python is {sys.version_info[0]}.{sys.version_info[1]}: "
    )


@pytest.mark.parametrize("name", ["numpy", "matplotlib", "tensorflow"])
def test_each_missing_package_is_one_line_and_exit_code_1(
    ready: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    def look_up(distribution: str) -> str:
        if distribution in check.PACKAGES[name]:
            raise PackageNotFoundError(distribution)
        return "1.0"

    ready.setattr(check, "version", look_up)
    line = f"{name} is missing. Install it: python -m pip install {name}"
    assert outcome(capsys) == (1, [line])
    assert [
        key for key, found in check.versions().items() if found == "missing"
    ] == [name]


@pytest.mark.parametrize("name", ["numpy", "matplotlib", "tensorflow"])
@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ImportError("no\n  such  file"), "ImportError: no such file"),
        (TypeError("too old"), "TypeError: too old"),
        (OSError(), "OSError:"),
    ],
)
def test_each_package_that_does_not_load_is_one_line_and_exit_code_1(
    ready: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    error: Exception,
    reason: str,
) -> None:
    def load(package: str) -> ModuleType:
        if package == name:
            raise error
        return check

    ready.setattr(check, "import_module", load)
    assert outcome(capsys) == (
        1,
        [f"{name} is installed and does not load ({reason})."],
    )


def test_a_wrong_sum_is_a_problem(
    ready: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ready.setattr(
        check, "add_in_tensorflow", lambda first, second: first * second
    )
    line = "TensorFlow says that 5 + 7 is 35: its installation is broken."
    assert outcome(capsys) == (1, [line])


@pytest.mark.parametrize("name", ["tensorflow-cpu", "tensorflow"])
def test_either_distribution_of_tensorflow_will_do(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def look_up(distribution: str) -> str:
        if distribution != name:
            raise PackageNotFoundError(distribution)
        return "2.21.0"

    monkeypatch.setattr(check, "version", look_up)
    assert check.installed_version(("tensorflow-cpu", "tensorflow")) == "2.21.0"
    assert check.installed_version(("numpy",)) is None


# What each system raises for a user without a name: Python 3.13, older Pythons on POSIX, and
# older Pythons on Windows, which look for a module that only POSIX has.
@pytest.mark.parametrize("error", [OSError, KeyError, ModuleNotFoundError])
def test_a_user_without_a_name_is_greeted_as_a_reader(
    ready: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: type[Exception],
) -> None:
    def refuse() -> str:
        raise error

    ready.setattr("getpass.getuser", refuse)
    assert outcome(capsys) == (
        0,
        ["5 + 7 = 12. Hello reader, your machine is ready."],
    )
