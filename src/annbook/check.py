"""The setup check, which says whether this machine is ready for the book.

Run it as ``python -m annbook.check``. It imports nothing before it has looked
whether that is there, so that it can say what is missing.
"""

from __future__ import annotations

import getpass
import os
import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

OLDEST_PYTHON, NEWEST_PYTHON = (3, 11), (3, 13)
# What to import, and the names under which it may have been installed.
PACKAGES = {
    "numpy": ("numpy",),
    "matplotlib": ("matplotlib",),
    "tensorflow": ("tensorflow-cpu", "tensorflow"),
}


def installed_version(distributions: tuple[str, ...]) -> str | None:
    """Return the version of the first of these distributions that is installed, or None."""
    for name in distributions:
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return None


def python_problem(found: tuple[int, int]) -> str | None:
    """Return one line if this Python (major, minor) cannot run the book, else None."""
    if OLDEST_PYTHON <= found <= NEWEST_PYTHON:
        return None
    span = f"{_dotted(OLDEST_PYTHON)} to {_dotted(NEWEST_PYTHON)}"
    return f"Python is {_dotted(found)}: the book needs {span}. Install one of these."


def package_problem(name: str) -> str | None:
    """Return one line if the package cannot be used, else None."""
    if installed_version(PACKAGES[name]) is None:
        return f"{name} is missing. Install it: python -m pip install {name}"
    try:
        import_module(name)
    except Exception as error:  # whatever it is, the reader is told
        return f"{name} is installed and does not load ({_reason(error)})."
    return None


def add_in_tensorflow(first: int, second: int) -> int:
    """Return the sum of two numbers, computed by TensorFlow."""
    # Only here: this module must load on a machine without TensorFlow.
    import tensorflow as tf

    return int(tf.constant(first) + tf.constant(second))


def sum_problem() -> str | None:
    """Return one line if TensorFlow does not find that 5 + 7 is 12, else None."""
    try:
        total = add_in_tensorflow(5, 7)
    except (
        Exception
    ) as error:  # a reader's own tensorflow.py loads as well as the real one
        reason = _reason(error)
        return f"TensorFlow cannot add ({reason}). Is a file of yours called tensorflow.py?"
    if total != 12:
        return f"TensorFlow says that 5 + 7 is {total}: its installation is broken."
    return None


def problems() -> list[str]:
    """Return one line for each thing that stands between this machine and the book."""
    found = [
        python_problem(sys.version_info[:2]),
        *map(package_problem, PACKAGES),
    ]
    lines = [line for line in found if line]
    if not lines and (line := sum_problem()):
        lines.append(line)
    return lines


def versions() -> dict[str, str]:
    """Return the versions of Python and of each package, or "missing"."""
    found = {
        name: installed_version(names) or "missing"
        for name, names in PACKAGES.items()
    }
    return {"python": ".".join(map(str, sys.version_info[:3])), **found}


def main() -> int:
    """Print what was found; return 0 where the machine is ready, else 1."""
    # Its log would bury the answer.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    for name, found in versions().items():
        print(f"{name:12} {found}")
    lines = problems()
    for line in lines:
        print(line)
    if not lines:
        print(
            f"5 + 7 = {add_in_tensorflow(5, 7)}. Hello {_user()}, your machine is ready."
        )
    return 1 if lines else 0


def _dotted(number: tuple[int, int]) -> str:
    return ".".join(map(str, number))


def _reason(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())


def _user() -> str:
    """Return the user's name, or "reader" on a machine that has none."""
    # Where a user has no name, each system raises an error of its own.
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):
        return "reader"


if __name__ == "__main__":
    sys.exit(main())
