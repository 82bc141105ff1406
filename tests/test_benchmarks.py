"""The tables of what was measured: computed from every round's values, and never from nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from benchmarks import __main__ as command
from benchmarks import books, builds, measure, record
from hypothesis import given
from hypothesis import strategies as st

from bookbuild import benchmarks
from bookbuild.benchmarks import BenchmarksError, Row, Side, Target

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Rendered

    Render = Callable[..., Rendered]

ABOUT = {
    "date": "2026-11-24",
    "commit": "abc1234",
    "edition": "full (60,000 digits)",
    "load": 0.2,
    "machine": {"processor": "A chip", "cores": 2},
    "versions": {"Python": "3.11.2"},
}
OURS = Side("annbook", [2.0, 1.0, 4.0], [3.0, 1.0, 2.0])
PEER = Side("Keras", [16.0, 9.0, 24.0])
FAST = Row(
    "training",
    "s",
    OURS,
    PEER,
    "faster",
    Target("ratio", "least", 8.0),
    "the steps take longest",
)

times = st.lists(st.floats(0.01, 100), min_size=1, max_size=9)


# --- What is computed --------------------------------------------------------------------


def test_a_ratio_is_that_of_each_rounds_pair() -> None:
    assert benchmarks.ratios(FAST) == [8.0, 9.0, 6.0]
    assert benchmarks.ratios(FAST._replace(compare="share")) == [
        1 / 8,
        1 / 9,
        1 / 6,
    ]


def test_without_a_peer_or_a_way_to_compare_there_is_no_ratio() -> None:
    assert benchmarks.ratios(FAST._replace(peer=None)) == []
    assert benchmarks.ratios(FAST._replace(compare="")) == []


def test_sides_with_different_rounds_are_no_pairs() -> None:
    with pytest.raises(ValueError, match="shorter"):
        benchmarks.ratios(FAST._replace(peer=Side("Keras", [1.0])))


@pytest.mark.parametrize(
    ("target", "met"),
    [
        (None, None),
        (Target("ratio", "least", 8.0), True),
        (Target("ratio", "least", 8.1), False),
        (Target("ratio", "most", 8.0), True),
        (Target("ratio", "most", 7.9), False),
        (Target("ours", "most", 2.0), True),
        (Target("ours", "most", 1.9), False),
        (Target("cpu", "most", 2.0), True),
        (Target("cpu", "least", 2.1), False),
    ],
)
def test_a_target_is_for_the_median(
    target: Target | None, met: bool | None
) -> None:
    assert benchmarks.is_met(FAST._replace(target=target)) is met


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0.00"),
        (0.123, "0.12"),
        (9.876, "9.88"),
        (12.34, "12.3"),
        (123.4, "123"),
        (1234.5, "1,234"),
    ],
)
def test_a_number_has_the_digits_that_count(value: float, shown: str) -> None:
    assert benchmarks.number(value) == shown


@given(times)
def test_a_spread_is_the_median_between_the_least_and_the_most(
    values: list[float],
) -> None:
    shown = benchmarks.spread(values, "s")
    assert ("(" in shown) == (len(values) > 1)
    found = [
        float(word.strip("()"))
        for word in shown.split()
        if word[-1] in "0123456789)"
    ]
    middle = sorted(values)[len(values) // 2]
    if len(values) % 2:
        assert found[0] == pytest.approx(middle, abs=0.06)
    if len(values) > 1:
        assert found[1] <= found[0] <= found[2]


def test_a_row_says_what_was_measured_with_medians_and_spreads() -> None:
    assert benchmarks.texts(FAST) == [
        "training",
        "annbook: 2.00 s (1.00 to 4.00), CPU 2.00 s",
        "Keras: 16.0 s (9.00 to 24.0)",
        "8.00 (6.00 to 9.00) times as fast",
        "at least 8 times as fast",
        "yes",
    ]


def test_a_row_that_misses_its_target_says_why() -> None:
    missed = FAST._replace(target=Target("ours", "most", 1.5))
    assert benchmarks.texts(missed)[4:] == [
        "at most 1.5 s",
        "no",
    ]
    assert benchmarks.why_not(missed) == "Why not: the steps take longest."
    assert benchmarks.why_not(FAST) == ""
    assert benchmarks.why_not(missed._replace(target=None)) == ""


def test_times_are_kept_in_seconds_and_shown_in_their_unit() -> None:
    row = Row("a page", "ms", Side("ours", [0.0125]))
    assert benchmarks.texts(row) == ["a page", "ours: 12.5 ms", "", "", "", ""]


def test_pages_are_counted() -> None:
    row = Row("stale", "pages", Side("ours", [0, 0]), Side("plain", [2, 2]))
    assert benchmarks.texts(row)[1:4] == ["ours: 0", "plain: 2", ""]


@pytest.mark.parametrize(
    ("load", "said"),
    [
        (None, "on full (60,000 digits)."),
        (0.2, "the machine's load before was 0.2 on 2 cores."),
        (1.1, "it was busy, so trust the ratios more than the times."),
    ],
)
def test_the_circumstances_tell_a_busy_machine(
    load: float | None, said: str
) -> None:
    text = benchmarks.circumstances(ABOUT | {"load": load})
    assert text.startswith("Measured on 24 November 2026, at commit abc1234")
    assert text.endswith(said)


# --- The file ----------------------------------------------------------------------------


def test_a_row_comes_back_from_json_as_it_was() -> None:
    for row in (FAST, Row("alone", "s", Side("ours", [1.0]))):
        said = json.loads(json.dumps(benchmarks.write_row(row)))
        assert benchmarks.read_row(said) == row


def test_renewing_a_part_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "benchmarks.json"
    record.renew(path, "training", ABOUT, [FAST])
    record.renew(path, "hidden", ABOUT, [])
    before = benchmarks.read(path)
    record.renew(path, "hidden", ABOUT | {"load": 9.0}, [FAST])
    parts = benchmarks.read(path)
    assert list(parts) == ["training", "hidden"]
    assert parts["training"] == before["training"]
    assert parts["hidden"]["about"]["load"] == 9.0
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (None, "benchmarks.json is missing"),
        ("{", "benchmarks.json is no JSON"),
        ("[]", "benchmarks.json has another form"),
        ("{}", "benchmarks.json has another form"),
        ('{"form": 0, "parts": {}}', "benchmarks.json has another form"),
        ('{"form": 1}', "benchmarks.json has another form"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_in_one_line(
    tmp_path: Path, text: str | None, fault: str
) -> None:
    path = tmp_path / "benchmarks.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(BenchmarksError) as caught:
        benchmarks.read(path)
    assert str(caught.value) == fault


def test_the_circumstances_of_this_machine_are_told() -> None:
    about = record.circumstances("sample")
    assert set(about) == set(ABOUT)
    assert about["machine"]["processor"]
    assert about["machine"]["cores"] >= 1
    assert {"Python", "numpy", "sphinx"} <= set(about["versions"])
    assert benchmarks.circumstances(about)


# --- The page ----------------------------------------------------------------------------


def content(**more: Any) -> str:
    rows = [benchmarks.write_row(FAST)]
    parts = {"training": {"about": ABOUT, "rows": rows}, **more}
    return json.dumps({"form": benchmarks.FORM, "parts": parts})


PAGE = """\
# Costs

```{benchmarks} training
```

```{benchmarks} machine
```
"""


def test_the_page_shows_the_part_the_machine_and_the_day(
    render: Render,
) -> None:
    rendered = render(PAGE, {"index.json": content()})
    article = rendered.page("index")
    for column in article.select("table.benchmarks .column-name"):
        column.decompose()
    head, row = article.select("table.benchmarks tr")
    assert [cell.text for cell in head("th")] == [*benchmarks.HEAD]
    shown = [cell.text.replace("\xa0", " ") for cell in row("td")]
    assert shown == benchmarks.texts(FAST)
    machine = [
        [cell.text for cell in line("td")]
        for line in article.select("table.machine tbody tr")
    ]
    assert machine == [
        ["processor", "A chip"],
        ["cores", "2"],
        ["Python", "3.11.2"],
    ]
    assert "Measured on 24 November 2026" in article.text
    assert rendered.warnings == ""


def test_machines_that_differ_are_each_told_with_their_parts(
    render: Render,
) -> None:
    other = ABOUT | {"machine": {"processor": "Another chip", "cores": 8}}
    files = {"index.json": content(hidden={"about": other, "rows": []})}
    article = render(PAGE, files).page("index")
    assert len(article.select("table.machine")) == 2
    assert "For training:" in article.text
    assert "For hidden:" in article.text


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        ({}, "index.json is missing: run nox -s bench"),
        ({"index.json": "{}"}, "index.json has another form: run nox -s bench"),
        (
            {"index.json": content(training={"about": ABOUT, "rows": [{}]})},
            "index.json has another form",
        ),
    ],
)
def test_what_cannot_be_shown_is_said_at_its_line(
    render: Render, files: dict[str, str], fault: str
) -> None:
    warnings = render(PAGE, files).warnings
    assert fault in warnings
    assert "index.md:" in warnings
    assert "Traceback" not in warnings


def test_a_part_that_was_never_measured_says_so(render: Render) -> None:
    files = {"index.json": '{"form": 1, "parts": {}}'}
    rendered = render(PAGE, files)
    said = "This has not been measured yet: run nox -s bench -- training."
    assert said in rendered.page("index").text
    assert rendered.warnings == ""


def test_a_part_that_does_not_exist_is_refused(render: Render) -> None:
    page = "# Costs\n\n```{benchmarks} trainnig\n```\n"
    warnings = render(page, {"index.json": content()}).warnings
    assert "there is no part 'trainnig'" in warnings


# --- Measuring ---------------------------------------------------------------------------


def test_subjects_take_turns_and_every_second_round_is_turned() -> None:
    order: list[tuple[str, int]] = []

    def subject(name: str) -> Callable[[int], int]:
        return lambda turn: order.append((name, turn)) or turn

    found = measure.in_turn({name: subject(name) for name in "ab"}, 3)
    assert [name for name, _ in order] == [*"abbaab"]
    assert found == {"a": [0, 1, 2], "b": [0, 1, 2]}


def test_the_cost_counts_the_work_of_an_action() -> None:
    cost = measure.cost_of(lambda: sum(range(100_000)))
    assert cost.wall > 0
    assert cost.cpu >= 0


@given(st.floats(-5, 5), st.floats(-5, 5))
def test_the_slope_is_that_of_a_line(slope: float, start: float) -> None:
    sizes = [20, 100, 200]
    values = [start + slope * size for size in sizes]
    assert books.slope(sizes, values) == pytest.approx(slope, abs=1e-9)


@pytest.mark.parametrize(
    ("output", "pages"),
    [
        ("nothing has changed since the last build\n", 0),
        ("Cells run      0 (on 0 pages; the others came from the cache)\n", 0),
        ("Cells run      12 (on 3 pages; the others came from the cache)\n", 3),
        (
            "a.md: Executed notebook in 1.25 seconds [mystnb]\n"
            "b.md: \x1b[2mExecuted notebook in 10.50 seconds\x1b[0m [mystnb]\n",
            2,
        ),
    ],
)
def test_a_build_says_how_many_pages_ran(output: str, pages: int) -> None:
    assert builds.pages_run(output) == pages


def test_a_line_is_added_to_the_last_cell_of_a_page() -> None:
    page = "A\n\n```{code-cell}\n1\n```\n\n```{code-cell}\n2\n```\n\nB\n"
    assert builds.with_line(page, "3") == page.replace("2\n", "2\n3\n")
    assert builds.with_line("No cell.\n", "3") == "No cell.\n"


def test_a_book_is_made_up_and_edited(tmp_path: Path) -> None:
    book = books.MadeUp(tmp_path / "book", 12, is_ours=True)
    pages = sorted((book.root / "book").glob("page-*.md"))
    assert len({page.read_text(encoding="utf-8") for page in pages}) == 12
    module = book.root / "src" / "tools" / "part_0.py"
    before = module.read_text(encoding="utf-8")
    book.edit(builds.FUNCTION, 0)
    after = module.read_text(encoding="utf-8")
    book.edit(builds.FUNCTION, 1)
    assert len({before, after, module.read_text(encoding="utf-8")}) == 3
    book.edit(builds.PROSE, 0)
    assert "Round 0." in pages[0].read_text(encoding="utf-8")


def test_pages_are_stale_that_show_what_is_no_more(tmp_path: Path) -> None:
    book = books.MadeUp(tmp_path / "book", 12, is_ours=True)
    html = book.root / "_build" / "html"
    html.mkdir(parents=True)
    for page, turn in ((0, 1), (10, 0)):
        text = f"Page {page}: it gives {books.value_in(turn)}"
        (html / f"page-{page}.html").write_text(text, encoding="utf-8")
    assert book.stale(1) == 1


def test_what_is_edited_in_the_book_is_there(tmp_path: Path) -> None:
    copy = builds.Copy(tmp_path / "copy", is_ours=False)
    assert (
        (copy.root / "conf.py")
        .read_text("utf-8")
        .endswith(builds.PLAIN_SETTINGS)
    )
    for turn in range(2):
        for kind in (builds.PROSE, builds.CELL, builds.FUNCTION):
            copy.edit(kind, turn)
    module = copy.root / "src" / "annbook" / f"{builds.MODULE}.py"
    assert f"{builds.BEFORE} + 0 + 0" in module.read_text(encoding="utf-8")
    module.write_text("", encoding="utf-8")
    with pytest.raises(SystemExit, match="not what is to be edited"):
        copy.edit(builds.FUNCTION, 2)


def test_an_unknown_part_is_refused_in_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        command.main(["trainnig"])
    assert (
        "there is no part trainnig: training, hidden" in capsys.readouterr().err
    )
