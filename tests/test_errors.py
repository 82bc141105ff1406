"""The users' error: one line that says where, what and what to do, wherever it is carried."""

from __future__ import annotations

import copy
import pickle
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest

from annbook.errors import BookError
from annbook.mnist import MissingError

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("what", "where", "remedy", "line"),
    [
        (
            "is missing",
            "digits.gz",
            "Fetch it",
            "digits.gz: is missing. Fetch it.",
        ),
        (
            "is cut short",
            PurePosixPath("a/b.gz"),
            "Fetch it",
            "a/b.gz: is cut short. Fetch it.",
        ),
        ("is 3", 7, "Say 4", "7: is 3. Say 4."),
        (
            "is\nlong,\r\n  too",
            "a\tb",
            " Cut\n it",
            "a b: is long, too. Cut it.",
        ),
    ],
)
def test_the_text_is_one_line_of_where_what_and_remedy(
    what: str, where: object, remedy: str, line: str
) -> None:
    assert str(BookError(what, where=where, remedy=remedy)) == line


def test_its_parts_are_kept_as_they_were_given() -> None:
    error = BookError("is\nbad", where=PurePosixPath("a/b"), remedy="Mend it")
    assert (error.what, error.where, error.remedy) == (
        "is\nbad",
        PurePosixPath("a/b"),
        "Mend it",
    )


@pytest.mark.parametrize("kind", [BookError, MissingError])
@pytest.mark.parametrize(
    "carry",
    [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))],
)
def test_it_survives_copying_and_the_way_between_processes(
    kind: type[BookError], carry: Callable[[Any], Any]
) -> None:
    error = kind("is bad", where=PurePosixPath("a/b"), remedy="Mend it")
    carried = carry(error)
    assert type(carried) is kind
    assert vars(carried) == vars(error)
    assert str(carried) == str(error)
