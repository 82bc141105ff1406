"""No page types a result into its words, and the linter that says so misses none."""

from __future__ import annotations

import ast
import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from myst_nb.core.read import read_myst_markdown_notebook
from prose import EXTENSIONS, PARSER, cells, typed_results
from test_pages import ROOT, every_page, outside_fences, read

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE = """\
---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
minutes: 45
---

(a-label-77)=
# A heading@heading@

:::{lesson} What is asked?@lesson@
- an outcome@outcome@
:::

A paragraph, **bold**, with {ref}`a-label-77` and $x = 7.7$.@paragraph@ It goes on
to a second line.@second line@

```{code-cell}
---
mystnb:
  figure:
    name: fig-77
    caption: What is drawn.@caption@
  image:
    alt: What is to be seen.@alternative text@
---
kept = [0.1, 0.7, 28, 100, 784, 60_000, -1.5, 1e-6, 0.1 - 0.25]
print("7.7 in a string", kept)  # measured at 91.6 %, a loss of 0.3065
```

| a head@table head@ | another |
| --- | --- |
| a cell@table cell@ | another |

1. an item@item@

   > quoted@quotation@

a term
: its definition@definition@

:::{admonition} A title@admonition title@
:class: warning-77
A body.@admonition@

```{note}
Nested.@nested note@
```
:::

:::{question} What is true?@question@
- [ ] a choice@choice@

  Its feedback.@feedback@
- [x] another

  Right.
:::

:::{exercise} Alone@exercise title@
:label: exercise-77

Fill the gap.@exercise@

    rate = 7.7
:::

```{solution-start} exercise-77
:class: dropdown
```

A solution.@solution@

```{solution-end}
```

::::{grid} 1 1 3 3
:gutter: 33

:::{grid-item-card} A card@card title@
:link: page-77
What is in it.@card@
:::
::::

:::plain-box
In a box.@box@
:::

[A link](page-77.7)@link@ and ![a picture@picture@](plot-77.7.png), see <https://example.org/7.7>.

<div>In HTML.@html@</div>

<!-- 7.7 -->

% 7.7

$$ x = 7.7 $$ (eq-77)

```{code-cell}
:tags: [remove-cell]

%precision 3
assert sum(kept[:2]) < 0.95
```
"""
SLOTS = re.findall("@(.+?)@", PAGE)
HELD = {
    Decimal(str(number))
    for number in (0.1, 0.7, 28, 100, 784, 60_000, 1.5, 0.25, 0.95, 2)
}


def fill(words: Mapping[str, str]) -> str:
    """Return the page with words at its slots, and nothing at those that are not named."""
    return re.sub(
        "@(.+?)@",
        lambda slot: " " + words[slot[1]] if slot[1] in words else "",
        PAGE,
    )


def numbers(words: str, slot: str = "paragraph") -> list[str]:
    return [finding.number for finding in typed_results(fill({slot: words}))]


def test_a_page_without_typed_results_is_clean() -> None:
    assert typed_results(fill({})) == []


def test_the_linter_reads_the_cells_that_the_book_runs() -> None:
    page = fill({"item": "\n\n   ```{code-cell}\n   nested = 91.6\n   ```\n"})
    run = [
        cell
        for cell in read_myst_markdown_notebook(page).cells
        if cell.cell_type == "code"
    ]
    read_here = [code.strip() for code in cells(PARSER.parse(page))]
    assert read_here == [cell.source for cell in run]


@pytest.mark.parametrize("slot", SLOTS)
def test_a_result_is_found_wherever_words_stand_and_its_line_is_told(
    slot: str,
) -> None:
    (finding,) = typed_results(fill({slot: "The loss is 0.3065."}))
    before, _, _ = PAGE.partition(f"@{slot}@")
    assert (finding.line, finding.number) == (before.count("\n") + 1, "0.3065")
    assert "The loss is 0.3065." in finding.sentence


@pytest.mark.parametrize(
    ("words", "found"),
    {
        "The accuracy is 91.6 %.": ["91.6 %"],
        "91.6% of them": ["91.6%"],
        "91.6&nbsp;% of them": ["91.6\xa0%"],
        "**91**.6 of them": ["91.6"],
        "The loss is 0.3065.": ["0.3065"],
        "a loss of .3065": [".3065"],
        "It rose from 97.6 to 98.0 %.": ["97.6", "98.0 %"],
        "between 12 and 15 per cent": ["12", "15 per cent"],
        "12–15 %": ["12", "15 %"],
        "12-15 %": ["12", "15 %"],
        "It trains on 55,000 records.": ["55,000"],
        "It trains on 55\u202f000 records.": ["55\u202f000"],
        "1,986 records": ["1,986"],
        "21 records": ["21"],
        "1899, 2100": ["1899", "2100"],
        "an error of −7.863 or -7.863": ["−7.863", "-7.863"],
        "a weight of −0.7": ["−0.7"],
        "a weight of −2": ["−2"],
        "2.5e-3, 2.5E−3": ["2.5e-3", "2.5E−3"],
        "3.2 × 10⁻⁴ and 10⁻⁷": ["3.2 × 10⁻⁴", "10⁻⁷"],
        "the network 784-200-10": ["200"],
        "28 by 29": ["29"],
        "the 240th image": ["240"],
        "in 30ms, 2.5x as fast, 12k steps": ["30", "2.5", "12"],
        "reached 98.2 on MNIST 60,001": ["98.2", "60,001"],
        "with TensorFlow 91.6 are right": ["91.6"],
        "with TensorFlow 3 % are right": ["3 %"],
        "Python 3.11 and 0.3065": ["0.3065"],
        "(0.1, 0.2)": ["0.2"],
        "7 %": ["7 %"],
        "{claim}`0.35 = error`, or rather 0.36": ["0.36"],
        "It is so {cite}`a1999`. It is 91.6.": ["91.6"],
        "It is 91.6. It is so {cite}`a1999`.": ["91.6"],
        "1.0 and 007": ["1.0", "007"],
    }.items(),
)
def test_a_typed_result_is_found(words: str, found: list[str]) -> None:
    assert numbers(words) == found


@pytest.mark.parametrize(
    "words",
    [
        "0 or 20, the 1st to the 3rd, 2D: 5 times as many",
        "in 1986, by 2099, and in the 1960s",
        "Python 3.11, 3.12 and 3.13, TensorFlow 1.7.0rc1, TensorFlow 2, a version 1.7, CC BY 4.0",
        "the wheels of 2.21.0 are at https://example.org/2.21/x",
        "SHA-256, a 32-bit float, the weights w11 and e21, x_21",
        "28 by 28, 784-28-10, 60,000 or 60\u202f000 or 60000",
        "0.10, .7, −1.5, -1.5, 1.5, −0.25, 0.000001, 1e-6, 10⁻⁶, 1 × 10⁻⁶, 0.25",
        "on 70 % or 70.0 per cent, 10 to 28 %, 100 %, 95 %",
        "91.6 million cells {cite}`a1999` and 0.3065.",
        "So it is, 91.6 times (see e.g. {cite:t}`a1999`).",
        "It is 91.6 times, cf. {cite}`a1999`.",
        "It is 91.6 times as in Tang et al. {cite}`t1999`.",
        "{claim}`0.35 = error`, {claim}`−7,850 = count`, so 0.35 and −7,850.",
        "{glue:text}`accuracy:.1f` %, {math}`7.7`, {eq}`eq-77`, {doc}`/page-77`",
        "`91.6`, $91.6$, <!-- 91.6 --> <span title='91.6'></span>",
    ],
)
def test_a_number_that_is_no_typed_result_is_let_through(words: str) -> None:
    assert numbers(words) == []


def test_a_citation_speaks_for_its_table_row_and_for_no_other() -> None:
    rows = "a | 91.6 |\n| It is 91.7. | As in {cite}`a1999`. |\n| c"
    assert numbers(rows, "table cell") == ["91.6"]


def test_in_a_paragraph_of_many_lines_the_line_of_the_number_is_told() -> None:
    (before, after) = typed_results("It is 0.3065.\nAnd\nit was\n0.3066.")
    assert (before.line, after.line) == (1, 4)
    assert after.sentence == "And it was 0.3066."


@pytest.mark.parametrize(
    "fence",
    [
        "python",
        "{code}",
        "{code-block}",
        "{code-cell}",
        "{literalinclude}",
        "{raw-cell}",
        "{source}",
        "{bibliography}",
        "{eval-rst}",
        "{math}",
        "{toctree}",
        "{solution-start}",
        "{solution-end}",
    ],
)
def test_what_is_fenced_as_code_mathematics_or_a_list_of_files_is_no_prose(
    fence: str,
) -> None:
    assert typed_results(f"```{fence} 7.7\n:name: x-7.7\n\n91.6\n```") == []


results = st.decimals(-99_999, 99_999, places=3).filter(
    lambda result: HELD.isdisjoint({abs(result), abs(result) / 100})
)


@settings(max_examples=30, deadline=None)
@given(
    result=results,
    form=st.sampled_from(["{}", "{:,}", "{} %", "({:,})", "a–{}"]),
    minus=st.sampled_from("-−"),
)
def test_any_result_typed_into_a_clean_page_is_found(
    result: Decimal, form: str, minus: str
) -> None:
    words = form.format(result).replace("-", minus)
    found = typed_results(fill(dict.fromkeys(SLOTS, words)))
    assert len(found) == len(SLOTS)
    assert all(each.number == words.strip("a–()") for each in found)


@settings(max_examples=30, deadline=None)
@given(
    result=results,
    wrap=st.sampled_from(
        [
            "{{claim}}`{} = key`",
            "{{glue:text}}`{}`",
            "{{math}}`{}`",
            "${}$",
            "`{}`",
            "<!-- {} -->",
        ]
    ),
)
def test_no_result_in_a_role_mathematics_code_or_comment_is_found(
    result: Decimal, wrap: str
) -> None:
    marked_up = set(SLOTS) - {"alternative text", "html"}
    page = fill(dict.fromkeys(marked_up, wrap.format(result)))
    assert typed_results(page) == []


@every_page
def test_a_result_typed_into_any_sentence_of_a_page_is_found(name: str) -> None:
    lines = outside_fences(read(name))
    ends = [
        number
        for number, line in enumerate(lines, 1)
        if re.match(r" {0,3}\w.*\w\.$", line)
    ]
    page = read(name).splitlines()
    for number in ends:
        page[number - 1] += " It was 91.63."
    found = typed_results("\n".join(page))
    assert [each.line for each in found if each.number == "91.63"] == ends


def test_the_linter_reads_pages_with_the_extensions_of_the_book() -> None:
    conf = ast.parse((ROOT / "conf.py").read_text(encoding="utf-8"))
    (extensions,) = [
        node.value
        for node in conf.body
        if isinstance(node, ast.Assign)
        and ast.unparse(node.targets[0]) == "myst_enable_extensions"
    ]
    assert set(ast.literal_eval(extensions)) == EXTENSIONS


@every_page
def test_no_page_types_a_result(name: str) -> None:
    found = typed_results(read(name))
    assert not found, "\n".join(f"book/{name}.md:{each}" for each in found)
