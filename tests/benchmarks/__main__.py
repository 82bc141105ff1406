"""Measure all parts, or those that are named, and write them into the page's file.

How to read the tables: in every round all subjects run, one after the other, in turned order from
round to round. A cell has the median of the rounds, with the least and the most; a ratio is that
of each round's pair, and again the median, the least and the most. A wide span means a busy
machine: then look at the ratios and not at the times.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from annbook import mnist
from benchmarks import record
from bookbuild import benchmarks
from bookbuild.benchmarks import PARTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bookbuild.benchmarks import Row

FILE = Path("book", "reference", "benchmarks.json")


def show(row: Row) -> str:
    """Return a row as lines for a terminal."""
    what, *cells = benchmarks.texts(row)
    lines = [
        f"  {name:12}{cell}"
        for name, cell in zip(benchmarks.HEAD[1:], cells, strict=True)
        if cell
    ]
    folded = [
        textwrap.fill(line, 96, subsequent_indent=" " * 14) for line in lines
    ]
    why = textwrap.wrap(benchmarks.why_not(row), 94)
    return "\n".join([what, *folded, *(f"  {line}" for line in why)])


def positive(text: str) -> int:
    """Return a count from the command line; argparse reports a ValueError as a wrong value."""
    number = int(text)
    if number < 1:
        raise ValueError(f"{number} is not a positive number")
    return number


def main(arguments: Sequence[str]) -> None:
    """Measure and print each part, and write it down at once."""
    about = (__doc__ or "").splitlines()[0]
    parser = argparse.ArgumentParser(prog="nox -s bench --", description=about)
    parser.add_argument(
        "parts", nargs="*", metavar="part", help=" ".join(PARTS)
    )
    parser.add_argument(
        "--rounds", type=positive, help="fewer or more than a part's own"
    )
    asked = parser.parse_args(arguments)
    chosen = asked.parts or PARTS
    settings = {"rounds": asked.rounds} if asked.rounds else {}
    if unknown := [name for name in chosen if name not in PARTS]:
        parser.error(f"there is no part {unknown[0]}: {', '.join(PARTS)}")
    edition = mnist.describe(mnist.load())
    for name in chosen:
        part = importlib.import_module(f"benchmarks.{name}")
        before = record.circumstances(edition)
        print(f"\n{name}: {part.__doc__.splitlines()[0]}", flush=True)
        rows = part.measure(**settings)
        record.renew(FILE, name, before, rows)
        print(benchmarks.circumstances(before), *map(show, rows), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
