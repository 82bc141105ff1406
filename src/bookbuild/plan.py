"""Plans of lessons for a class, with clock times that come from the pages themselves.

.. code-block:: markdown

    :::{plan} Half a day
    :begins: 09:00
    :lasts: 3 h 30 min
    10 Welcome
    theory/predictor
    theory/classifier: classifier-line classifier-rate
    15 Break
    :::

A row is a page, a page with the labels of the sections that are done in class, or a number of
minutes and what they are for. A page takes the minutes of its front matter. A part of it takes
the share of them that its words have in the page's words, the opening always included, rounded
up to five minutes. A plan that takes longer than it lasts is warned of.
"""

from __future__ import annotations

import re
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple

from docutils import nodes
from sphinx import addnodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from bookbuild.anchors import Anchor, anchors_of
from bookbuild.lesson import page_link
from bookbuild.navigation import duration
from bookbuild.tables import table_row

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

logger = logging.getLogger(__name__)

STEP = 5
"""Minutes are planned in steps of so many."""

ACTIVITY = re.compile(r"(?P<minutes>\d+) (?P<text>\S.*)")
LESSON = re.compile(r"(?P<page>[a-z][\w/-]*)(?:: (?P<sections>\S.*))?")
LENGTH = re.compile(r"(?:(?P<hours>\d+) h)?(?:(?:^| )(?P<minutes>\d+) min)?")
CLOCK = re.compile(r"(?P<hours>\d{1,2}):(?P<minutes>[0-5]\d)")


class Row(NamedTuple):
    """One line of a plan: a page or a part of it, or else something with minutes of its own."""

    page: str = ""
    sections: tuple[str, ...] = ()
    text: str = ""
    minutes: int = 0


class PlanError(ValueError):
    """A plan that cannot be computed."""


def read_row(line: str) -> Row:
    """Return what a line of a plan says.

    Raises
    ------
    PlanError
        Where it is neither a page nor minutes with a text.
    """
    if match := ACTIVITY.fullmatch(line):
        return Row(text=match["text"], minutes=int(match["minutes"]))
    if match := LESSON.fullmatch(line):
        return Row(match["page"], tuple((match["sections"] or "").split()))
    raise PlanError(
        f"a row is 'page', 'page: section section' or '15 Break', not '{line}'"
    )


def read_length(text: str) -> int:
    """Return the minutes of a length such as ``3 h 30 min``.

    Raises
    ------
    PlanError
        Where it is no such text.
    """
    match = LENGTH.fullmatch(text)
    if not text or not match:
        raise PlanError(f"a length is written as '3 h 30 min', not '{text}'")
    return 60 * int(match["hours"] or 0) + int(match["minutes"] or 0)


def read_clock(text: str) -> int:
    """Return the minutes since midnight of a time such as ``09:30``.

    Raises
    ------
    PlanError
        Where it is no such text.
    """
    match = CLOCK.fullmatch(text)
    if not match:
        raise PlanError(f"a time is written as '09:00', not '{text}'")
    return 60 * int(match["hours"]) + int(match["minutes"])


def show_clock(minutes: int) -> str:
    """Return a time of the day, such as ``09:30``."""
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def minutes_of(
    whole: int, anchors: Sequence[Anchor], chosen: Collection[str]
) -> int:
    """Return how long a page takes in class.

    Parameters
    ----------
    whole : int
        The minutes of its front matter.
    anchors : sequence of Anchor
        What the page holds.
    chosen : collection of str
        The labels of the sections that are done; none stands for the whole page.

    Returns
    -------
    int
        Minutes, those of a part rounded up to `STEP`, and never more than the whole.

    Raises
    ------
    PlanError
        Where the page has no such section.
    """
    if not chosen:
        return whole
    words = {
        each.label: each.words for each in anchors if each.kind == "section"
    }
    total = sum(each.words for each in anchors if each.kind == "page")
    unknown = [label for label in chosen if label not in words]
    if unknown:
        raise PlanError(f"there is no section {unknown[0]} on this page")
    opening = total - sum(words.values())
    read = opening + sum(words[label] for label in chosen)
    share = Fraction(read, total)
    return min(whole, STEP * ceil(whole * share / STEP))


def row_minutes(env: BuildEnvironment, row: Row) -> int:
    """Return how long a row takes.

    Raises
    ------
    PlanError
        Where its page says no minutes, or lacks a section.
    """
    if not row.page:
        return row.minutes
    whole = env.metadata.get(row.page, {}).get("minutes")
    if whole is None:
        raise PlanError(f"{row.page} does not say how many minutes it takes")
    try:
        return minutes_of(int(whole), anchors_of(env, row.page), row.sections)
    except PlanError as error:
        raise PlanError(f"{row.page}: {error}") from None


def starts(begin: int, minutes: Sequence[int]) -> list[int]:
    """Return when each row starts, and at the end when the last one is over."""
    times = [begin]
    for each in minutes:
        times.append(times[-1] + each)
    return times


class PlanDirective(SphinxDirective):
    """``{plan} Title`` with a row on each line of its content."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = {"begins": str, "lasts": str}  # noqa: RUF012 (docutils' own way)

    def run(self) -> list[nodes.Node]:
        """Return the plan as a table; its times are filled in when all pages are read.

        Raises
        ------
        docutils.parsers.rst.DirectiveError
            Where a row, the time or the length is not written as it must be.
        """
        missing = {"begins", "lasts"} - set(self.options)
        if missing:
            raise self.error(f"a plan says when it {min(missing)}")
        try:
            rows = [read_row(line) for line in self.content if line.strip()]
            frame = read_length(self.options["lasts"])
            begin = read_clock(self.options["begins"])
        except PlanError as error:
            raise self.error(str(error)) from None
        self.env.metadata[self.env.docname].setdefault("plans", []).append(rows)
        body = nodes.tbody("", *map(self.table_row, rows))
        body += table_row([], [nodes.Text("End")], [])
        head = nodes.thead("", table_row(*HEAD))
        columns = [nodes.colspec(colwidth=width) for width in WIDTHS]
        group = nodes.tgroup("", *columns, head, body, cols=len(WIDTHS))
        title = nodes.strong(text=self.arguments[0])
        table = nodes.table("", group, classes=["plan"])
        table["plan"] = {"rows": rows, "frame": frame, "begin": begin}
        self.set_source_info(table)
        return [nodes.paragraph("", "", title), table]

    def table_row(self, row: Row) -> nodes.row:
        """Return a row of the table without its time and minutes."""
        if not row.page:
            text, messages = self.parse_inline(row.text)
            return table_row([], [*text, *messages], [])
        what: list[nodes.Node] = [page_link(self.env.docname, row.page)]
        for index, label in enumerate(row.sections):
            what.append(nodes.Text(", " if index else ": "))
            what.append(section_link(self.env.docname, label))
        return table_row([], what, [])


WIDTHS = (10, 75, 15)
HEAD = (
    [nodes.Text("begins")],
    [nodes.Text("what")],
    [nodes.Text("minutes")],
)


def section_link(docname: str, label: str) -> nodes.Node:
    """Return a link to a section with its title as its text."""
    return addnodes.pending_xref(
        "",
        nodes.inline(text=""),
        refdomain="std",
        reftype="ref",
        reftarget=label,
        refdoc=docname,
        refexplicit=False,
        refwarn=True,
    )


def fill(app: Sphinx, table: nodes.table) -> None:
    """Write times and minutes into a plan; warn where it takes longer than it lasts."""
    plan = table["plan"]
    minutes = []
    for row in plan["rows"]:
        try:
            minutes.append(row_minutes(app.env, row))
        except PlanError as error:
            logger.warning(
                "%s", error, location=table, type="book", subtype="plan"
            )
            minutes.append(0)
    body = next(table.findall(nodes.tbody))
    times = starts(plan["begin"], minutes)
    sums = [*minutes, sum(minutes)]
    for row, time, length in zip(body.children, times, sums, strict=True):
        first, what, last = row.findall(nodes.paragraph)
        first += nodes.Text(show_clock(time))
        last += nodes.Text(str(length))
    total = f"{duration(sum(minutes))} of {duration(plan['frame'])}"
    what += nodes.Text(f", after {total}")
    over = sum(minutes) - plan["frame"]
    if over > 0:
        logger.warning(
            "this plan takes %s, %s more than the %s that it promises: leave out a section",
            duration(sum(minutes)),
            duration(over),
            duration(plan["frame"]),
            location=table,
        )


def fill_plans(app: Sphinx, doctree: nodes.document, _docname: str) -> None:
    """Fill in the plans of a page that is about to be written."""
    for table in list(doctree.findall(nodes.table)):
        if "plan" in table:
            fill(app, table)


def shown_of(env: BuildEnvironment, row: Row) -> tuple[str, ...]:
    """Return what a plan shows of a row's page: its title, those of its sections, its minutes."""
    try:
        minutes = str(row_minutes(env, row))
    except PlanError as error:
        minutes = str(error)
    page = env.titles[row.page].astext() if row.page in env.titles else ""
    titles = {each.label: each.title for each in anchors_of(env, row.page)}
    sections = [titles.get(label, "") for label in row.sections]
    return (page, *sections, minutes)


def pages_with_plans(_app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Return the pages to write again: those whose plans show other titles or minutes now."""
    shown = {
        name: [shown_of(env, row) for rows in each["plans"] for row in rows]
        for name, each in env.metadata.items()
        if "plans" in each
    }
    before = getattr(env, "book_plans", {})
    env.book_plans = shown  # type: ignore[attr-defined]
    return [name for name in shown if shown[name] != before.get(name)]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("plan", PlanDirective)
    app.connect("env-updated", pages_with_plans)
    app.connect("doctree-resolved", fill_plans)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
