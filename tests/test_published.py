"""The addresses of the published book, which may be missing but not wrong."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from sphinx.config import Config
from sphinx.errors import ConfigError

from bookbuild import published


def completed(address: str, repository: str) -> tuple[str, str]:
    config = Config()
    config.add("book_address", "", "html", [str])
    config.add("book_repository", "", "html", [str])
    config.book_address, config.book_repository = address, repository
    published.complete(SimpleNamespace(), config)  # type: ignore[arg-type]
    return config.book_address, config.book_repository


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (("", ""), ("", "")),
        (
            ("https://book.example/ann", "https://git.example/a/b/"),
            ("https://book.example/ann/", "https://git.example/a/b"),
        ),
        (("https://book.example/", ""), ("https://book.example/", "")),
    ],
)
def test_the_site_ends_with_a_slash_and_the_repository_without(
    given: tuple[str, str], kept: tuple[str, str]
) -> None:
    assert completed(*given) == kept


@pytest.mark.parametrize("wrong", ["book.example", "http://book.example"])
def test_an_address_that_is_none_stops_the_build(wrong: str) -> None:
    with pytest.raises(ConfigError, match=f"book_repository.*{wrong}"):
        completed("", wrong)
