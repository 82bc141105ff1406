"""The directive that shows a function as it stands in the package."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from bookbuild import source

ROOT = Path(__file__).parents[1]

MODULE = '''\
import functools


@functools.cache
def double(x: int) -> int:
    """Return twice x.

    In two lines.
    """
    # Why: it is shown.
    return 2 * x


class Pair:
    """Two numbers."""

    first: int
    """The first."""


def bare():
    return 1
'''


@pytest.mark.parametrize(
    ("name", "code"),
    [
        pytest.param(
            "double",
            "@functools.cache\n"
            "def double(x: int) -> int:\n"
            "    # Why: it is shown.\n"
            "    return 2 * x",
            id="decorator-and-comment-stay-docstring-goes",
        ),
        pytest.param(
            "Pair",
            'class Pair:\n\n    first: int\n    """The first."""',
            id="a-class",
        ),
        pytest.param("bare", "def bare():\n    return 1", id="no-docstring"),
    ],
)
def test_what_is_shown_is_the_code_without_its_docstring(
    name: str, code: str
) -> None:
    assert source.code_of(MODULE, name) == code


def test_a_name_that_is_not_there_gives_nothing() -> None:
    assert source.code_of(MODULE, "triple") is None


@pytest.mark.parametrize(
    "path", sorted((ROOT / "src/annbook").glob("*.py")), ids=lambda p: p.stem
)
def test_what_is_shown_of_the_package_is_python(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for node in ast.parse(text).body:
        if (
            isinstance(node, ast.FunctionDef | ast.ClassDef)
            and len(node.body) > 1
        ):
            shown = source.code_of(text, node.name)
            assert shown is not None
            assert ast.parse(shown)
