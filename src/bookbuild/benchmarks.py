"""What was measured, as tables: ``{benchmarks} training`` shows one part of it.

A file of JSON beside the page, with the page's name, holds what ``nox -s bench`` has measured:
the values of every round, and of each part the day, the machine and the versions. All that is
shown is computed from them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from bookbuild.tables import folding_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sphinx.application import Sphinx

FORM = 1
"""Of the file; a number of its own for every change of it."""

PARTS = ("training", "hidden", "builds", "books", "recogniser")
"""What is measured, each part by itself."""

REPAIR = "run nox -s bench"
BUSY = 0.5
"""From this load for each core on, before anything is measured, a machine is called busy."""

UNITS = {
    "s": ("s", 1),
    "ms": ("ms", 1000),
    "MB": ("MB", 1),
    "%": ("%", 1),
    "pages": ("", 1),
}
"""Each unit's sign, and what its values are multiplied by; times are kept in seconds."""

WORDS = {"faster": "times as fast", "share": "times as long"}
"""What the two ways to compare say: the peer's value over ours, and ours over the peer's."""


class BenchmarksError(ValueError):
    """Measurements that are missing, or of another form."""


class Side(NamedTuple):
    """What one side of a comparison took."""

    name: str
    values: list[float]
    """One for each round."""
    cpu: list[float] = []  # noqa: RUF012 (nothing ever changes it)
    """Seconds in which processors were at work, where they were measured as well."""


class Target(NamedTuple):
    """What a row is held to."""

    of: str
    """``ours``, ``cpu`` or ``ratio``."""
    bound: str
    """``most`` or ``least``."""
    value: float


class Row(NamedTuple):
    """One thing that was measured."""

    what: str
    unit: str
    ours: Side
    peer: Side | None = None
    compare: str = ""
    """``faster``, ``share``, or nothing where no ratio says anything."""
    target: Target | None = None
    reason: str = ""
    """Why the target is not met, where it is not."""


def read_row(said: Mapping[str, Any]) -> Row:
    """Return a row from what JSON holds of it.

    Raises
    ------
    TypeError
        Where it lacks something, or holds more.
    """
    peer, target = said["peer"], said["target"]
    parts = {
        "ours": Side(**said["ours"]),
        "peer": Side(**peer) if peer else None,
        "target": Target(**target) if target else None,
    }
    return Row(**{**said, **parts})


def write_row(row: Row) -> dict[str, Any]:
    """Return what JSON holds of a row."""
    parts = {
        name: part._asdict() if part else None
        for name, part in (
            ("ours", row.ours),
            ("peer", row.peer),
            ("target", row.target),
        )
    }
    return row._asdict() | parts


def read(path: Path) -> dict[str, Any]:
    """Return the parts of a file of measurements: each with ``about`` and ``rows``.

    Raises
    ------
    BenchmarksError
        In one line, where there is none, or it is of another form.
    """
    content = read_json(path)
    if content.get("form") != FORM or not isinstance(
        content.get("parts"), Mapping
    ):
        raise BenchmarksError(f"{path.name} has another form")
    return dict(content["parts"])


def read_json(path: Path) -> Mapping[str, Any]:
    """Return the object that a file of JSON holds.

    Raises
    ------
    BenchmarksError
        In one line, where there is none.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BenchmarksError(f"{path.name} is missing") from None
    except ValueError:
        raise BenchmarksError(f"{path.name} is no JSON") from None
    if not isinstance(content, Mapping):
        raise BenchmarksError(f"{path.name} has another form")
    return content


# --- What is computed from the values ---------------------------------------------------


def ratios(row: Row) -> list[float]:
    """Return the ratio of each round, as the row compares."""
    if not row.peer or not row.compare:
        return []
    pairs = zip(row.ours.values, row.peer.values, strict=True)
    if row.compare == "faster":
        return [peer / ours for ours, peer in pairs]
    return [ours / peer for ours, peer in pairs]


def is_met(row: Row) -> bool | None:
    """Return whether a row meets its target, or None where it has none."""
    if row.target is None:
        return None
    values = {
        "ours": row.ours.values,
        "cpu": row.ours.cpu,
        "ratio": ratios(row),
    }[row.target.of]
    value = median(values)
    if row.target.bound == "most":
        return value <= row.target.value
    return value >= row.target.value


def number(value: float) -> str:
    """Return a number with three digits that count, or all before the point."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}"


def spread(values: Sequence[float], sign: str = "") -> str:
    """Return the median, and where there are several values also the least and the most."""
    middle = f"{number(median(values))} {sign}".strip()
    if len(values) == 1:
        return middle
    return f"{middle} ({number(min(values))} to {number(max(values))})"


def show_side(side: Side | None, unit: str) -> str:
    """Return what one side took, with its name."""
    if side is None:
        return ""
    sign, factor = UNITS[unit]
    if unit == "pages":
        text = f"{median(side.values):.0f}"
    else:
        text = spread([factor * value for value in side.values], sign)
    if side.cpu:
        text += f", CPU {number(median(side.cpu))} s"
    return text if side.name == HEAD[1] else f"{side.name}: {text}"


def show_target(row: Row) -> str:
    """Return what a row is held to, in words."""
    if row.target is None:
        return ""
    unit = {
        "ours": UNITS[row.unit][0],
        "cpu": "CPU s",
        "ratio": WORDS.get(row.compare, ""),
    }[row.target.of]
    factor = UNITS[row.unit][1] if row.target.of == "ours" else 1
    return f"at {row.target.bound} {factor * row.target.value:g} {unit}".strip()


def why_not(row: Row) -> str:
    """Return why a row misses its target, or nothing where it does not."""
    return f"Why not: {row.reason}." if is_met(row) is False else ""


def texts(row: Row) -> list[str]:
    """Return the cells of a row of the table."""
    found = ratios(row)
    ratio = f"{spread(found)} {WORDS[row.compare]}" if found else ""
    return [
        row.what,
        show_side(row.ours, row.unit),
        show_side(row.peer, row.unit),
        ratio,
        show_target(row),
        VERDICTS[is_met(row)],
    ]


VERDICTS = {None: "", True: "yes", False: "no"}
HEAD = ("measured", "this book", "beside it", "ratio", "target", "met")
WIDTHS = (22, 24, 24, 14, 10, 6)


def show_day(text: str) -> str:
    """Return a day that is written as 2026-11-24 in words."""
    day = date.fromisoformat(text)
    return f"{day.day} {day:%B %Y}"


def circumstances(about: Mapping[str, Any]) -> str:
    """Return a sentence on when a part was measured, and on what."""
    text = f"Measured on {show_day(about['date'])}, at commit {about['commit']}"
    if about["edition"]:
        text += f", on {about['edition']}"
    load, cores = about["load"], about["machine"]["cores"]
    if load is None:
        return f"{text}."
    text += f"; the machine's load before was {load:.1f} on {cores} cores"
    if load > BUSY * cores:
        text += ": it was busy, so trust the ratios more than the times"
    return f"{text}."


# --- The directive -----------------------------------------------------------------------


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    name: str,
    widths: Sequence[int] = (),
) -> nodes.table:
    """Return a table of texts; a row of a single cell takes the whole width."""
    cells = [[[nodes.Text(cell)] for cell in line] for line in rows]
    return folding_table(head, cells, name, widths)


def machines(parts: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the parts that were measured on each machine with its versions, as JSON of both."""
    found: dict[str, list[str]] = {}
    for name, part in parts.items():
        about = part["about"]
        facts = {**about["machine"], **about["versions"]}
        found.setdefault(json.dumps(facts), []).append(name)
    return found


class BenchmarksDirective(SphinxDirective):
    """``{benchmarks} part``, or ``{benchmarks} machine``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table of a part and when it was measured, or the machine.

        A part that was never measured is a sentence that says so.

        Raises
        ------
        docutils.parsers.rst.DirectiveError
            Where the file of measurements is missing or of another form, or there is no such part.
        """
        path = Path(self.env.doc2path(self.env.docname)).with_suffix(".json")
        self.env.note_dependency(str(path))
        (name,) = self.arguments
        try:
            parts = read(path)
            if name == "machine":
                return self.machine(parts)
            if name not in PARTS:
                raise BenchmarksError(f"there is no part {name!r}")
            if name not in parts:
                # As a literal, or its two dashes would become one long one.
                repair = nodes.literal(text=f"nox -s bench -- {name}")
                text = nodes.Text("This has not been measured yet: run ")
                return [nodes.paragraph("", "", text, repair, nodes.Text("."))]
            part = parts[name]
            rows = [
                line
                for row in map(read_row, part["rows"])
                for line in (texts(row), [why_not(row)])
                if any(line)
            ]
            said = circumstances(part["about"])
        except BenchmarksError as error:
            raise self.error(f"{error}: {REPAIR}") from None
        except (KeyError, TypeError, ValueError) as error:
            raise self.error(
                f"{path.name} has another form ({error!r}): {REPAIR}"
            ) from None
        return [
            table(HEAD, rows, "benchmarks", WIDTHS),
            nodes.paragraph(text=said),
        ]

    def machine(self, parts: Mapping[str, Any]) -> list[nodes.Node]:
        """Return a table for each machine that something was measured on."""
        found = machines(parts)
        if not found:
            return [nodes.paragraph(text="Nothing has been measured yet.")]
        result: list[nodes.Node] = []
        for facts, names in found.items():
            if len(found) > 1:
                result.append(nodes.paragraph(text=f"For {', '.join(names)}:"))
            rows = [[key, str(fact)] for key, fact in json.loads(facts).items()]
            result.append(table(("what", "which"), rows, "machine"))
        return result


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("benchmarks", BenchmarksDirective)
    return {"parallel_read_safe": True}
