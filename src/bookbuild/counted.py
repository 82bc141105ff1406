"""What was counted about the book's own checks: ``{counted} exact`` and ``{counted} breakage``.

A file of JSON beside the page holds each: ``exact.json``, which ``nox -s exact`` writes, and
``breakage.json``, which ``nox -s breakage`` writes. All that is shown is computed from them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from bookbuild.benchmarks import (
    BenchmarksError,
    read_json,
    show_day,
    table,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sphinx.application import Sphinx

EXACT = {
    "function": "edits of a function",
    "cell": "edits of a cell",
    "prose": "edits of prose",
    "back": "edits taken back",
}
"""Each kind of edit, in words."""

ASKED = {"tests": "the unit tests", "build": "the book’s own build"}
"""Who can notice a breakage."""
SHARES = {"tests": 95, "build": 90}
"""The per cent of breakages that each has to catch."""
BREAKAGE_HEAD = (
    "asked",
    "breakages",
    "caught",
    "share",
    "target",
    "met",
    "missed",
)


def exact_rows(report: Mapping[str, Any]) -> list[list[str]]:
    """Return the rows of the table on edits and the pages that they ran."""
    kinds = [
        [words, str(report["kinds"][kind])] for kind, words in EXACT.items()
    ]
    return [
        *kinds,
        ["edits in all", str(report["edits"])],
        ["pages that ran", str(report["pages_run"])],
        ["pages that ran needlessly", str(len(report["needless"]))],
        ["pages that should have run and did not", str(len(report["stale"]))],
        [
            "pages with other outputs than in a cold build",
            str(len(report["other_outputs_than_cold"])),
        ],
        [
            "cells left out of that comparison, as they measure time",
            str(report["measured_cells"]),
        ],
    ]


def breakage_row(who: str, counts: Mapping[str, Any]) -> list[str]:
    """Return the row of those who were asked."""
    share = 100 * counts["caught"] / counts["tried"]
    return [
        ASKED[who],
        f"{counts['tried']:,d}",
        f"{counts['caught']:,d}",
        # Cut and not rounded: 94.96 is not 95.0.
        f"{int(10 * share) / 10:.1f} %",
        f"at least {SHARES[who]} %",
        "yes" if share >= SHARES[who] else "no",
        f"{counts['tried'] - counts['caught']}, explained {counts['explained']}",
    ]


def day_of(part: Mapping[str, Any]) -> str:
    """Return when something was counted, and from which commit."""
    return f"on {show_day(part['date'])}, at commit {part['commit']}"


def drawn(who: str, part: Mapping[str, Any]) -> str:
    """Return from how many breakages those were drawn that somebody was asked about."""
    return (
        f"For {ASKED[who]} they were drawn from {part['of']:,d} breakages of "
        f"{part['of_functions']:,d} functions, {day_of(part)}."
    )


def show_exact(report: Mapping[str, Any]) -> list[nodes.Node]:
    """Return what came of edits."""
    said = f"Counted {day_of(report)}, with the seed {report['seed']}."
    if differing := report["other_outputs_than_cold"]:
        pages = ", ".join(differing)
        said += (
            f" These pages differed from a cold build: {pages}. Take that as a fault of the "
            "engine until somebody has explained it."
        )
    head = ("what", "how many")
    return [shown(head, exact_rows(report)), nodes.paragraph(text=said)]


def show_breakage(report: Mapping[str, Any]) -> list[nodes.Node]:
    """Return what came of breakages.

    Raises
    ------
    ValueError
        Where nobody was asked.
    """
    asked = [who for who in ASKED if who in report]
    if not asked:
        raise ValueError("nobody was asked")
    rows = [breakage_row(who, report[who]) for who in asked]
    said = " ".join(drawn(who, report[who]) for who in asked)
    missing = [who for who in ASKED if who not in report]
    for who in missing:
        said += f" {ASKED[who].capitalize()} has not been asked yet."
    return [shown(BREAKAGE_HEAD, rows), nodes.paragraph(text=said)]


def shown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> nodes.table:
    """Return a table that looks as those of the measurements do."""
    return table(head, rows, "benchmarks")


PARTS = {"exact": show_exact, "breakage": show_breakage}


class CountedDirective(SphinxDirective):
    """``{counted} exact``, or ``{counted} breakage``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return a table and the day; a sentence where nothing has been counted yet.

        Raises
        ------
        docutils.parsers.rst.DirectiveError
            Where the report is of another form, or there is no such part.
        """
        (name,) = self.arguments
        if name not in PARTS:
            raise self.error(f"there is no part {name!r}: {', '.join(PARTS)}")
        page = Path(self.env.doc2path(self.env.docname))
        path = page.with_name(f"{name}.json")
        self.env.note_dependency(str(path))
        if not path.exists():
            # As a literal, or its two dashes would become one long one.
            repair = nodes.literal(text=f"nox -s {name}")
            text = nodes.Text("This has not been counted yet: run ")
            return [nodes.paragraph("", "", text, repair, nodes.Text("."))]
        try:
            return PARTS[name](read_json(path))
        except BenchmarksError as error:
            raise self.error(f"{error}: run nox -s {name}") from None
        except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
            raise self.error(
                f"{path.name} has another form ({error!r}): run nox -s {name}"
            ) from None


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("counted", CountedDirective)
    return {"parallel_read_safe": True}
