"""What a breakage is, and what becomes of it. Cosmic Ray, which makes them, is not needed here."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "annbook"


class Mutant(NamedTuple):
    """A breakage."""

    module: str
    function: str
    before: str
    """The line, or the lines, as they are."""
    after: str
    number: int
    """From 0, where a function has several such lines."""
    line: int
    code: str
    """The whole broken module."""

    @property
    def name(self) -> str:
        """What it goes by; it holds as long as its line stays as it is."""
        again = f" ({self.number + 1})" if self.number else ""
        change = f"{self.before} -> {self.after}"
        return f"{self.module}.{self.function}{again}: {change}"

    @property
    def path(self) -> Path:
        """The module's file, from the folder that holds the package."""
        return file_of(self.module)


def file_of(module: str) -> Path:
    """Return a module's file, from the folder that holds the package."""
    place = Path(*module.split("."))
    package = place / "__init__.py"
    if (ROOT / "src" / package).is_file():
        return package
    return place.with_suffix(".py")


class Verdict(NamedTuple):
    """What became of a breakage."""

    caught: bool
    how: str
    """The test that failed, or what else ended the run."""
    seconds: float


LATE = "time ran out"
"""How a breakage is caught with which the tests come to no end."""
