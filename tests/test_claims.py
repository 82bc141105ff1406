"""Claims: a figure in the prose holds only where the build's value rounds to it as printed."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bookbuild import claims

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Rendered

    Render = Callable[..., Rendered]

HOLD = {
    "the same digits": ("0.35", 0.35),
    "the fourth decimal rounds up": ("0.1167", 0.35 / 3),
    "the fourth decimal rounds down": ("1.2958", 1.2958333333333334),
    "a product that floats cannot hold": ("37.863", 0.7263 + 37.1367),
    "float noise on a sum": ("0.3", 0.1 + 0.2),
    "float noise on a sum, printed at length": ("0.3000000000", 0.1 + 0.2),
    "half-way, rounded up": ("0.13", 0.125),
    "half-way, rounded down": ("0.12", 0.125),
    "half-way but for float noise, up": ("2.68", 2.675),
    "half-way but for float noise, down": ("2.67", 2.675),
    "half-way, negative": ("-0.13", -0.125),
    "an integer for a float": ("12", 12.0),
    "a float for an integer": ("12.0", 12),
    "an integer for what rounds down to it": ("12", 12.4),
    "an integer for what rounds up to it": ("12", 11.6),
    "zeros behind the point": ("0.0500", 0.05),
    "zero": ("0", 0),
    "zero for what rounds to it": ("0.00", 0.0049),
    "zero with a sign": ("−0.0", -0.04),
    "negative, with a hyphen": ("-7.863", -7.863),
    "negative, with a minus sign": ("−7.863", -7.863),
    "positive, with a sign": ("+7.863", 7.863),
    "thousands, with a comma": ("60,000", 60_000),
    "thousands, with a narrow space": (
        "60\N{NARROW NO-BREAK SPACE}000",
        60_000,
    ),
    "thousands, with nothing": ("60000", 60_000),
    "millions and a fraction": ("−1,234,567.9", -1234567.89),
    "more digits than the default decimal context": (
        "100000000000000000000000000000",
        1e29,
    ),
    "small, in the value's exponent": ("0.0000123", 1.23e-5),
    "infinity": ("∞", math.inf),
    "negative infinity, with a hyphen": ("-∞", -math.inf),
    "negative infinity, with a minus sign": ("−∞", -math.inf),
    "a NumPy float, made plain": ("0.35", float(np.float64(0.35))),
    "a single precision float, made plain": ("0.1", float(np.float32(0.1))),
}

FAIL = {
    "another last digit": ("0.1166", 0.35 / 3),
    "a last digit too many": ("0.11670", 0.35 / 3),
    "cut off instead of rounded": ("1.2957", 1.2957833333333334),
    "just past half-way, up": ("0.13", 0.1249999),
    "just past half-way, down": ("0.12", 0.1250001),
    "an integer for what rounds up from it": ("12", 12.6),
    "an integer for what rounds down from it": ("12", 11.4),
    "the other sign": ("7.863", -7.863),
    "the other sign, with a hyphen": ("-7.863", 7.863),
    "the other sign, with a minus sign": ("−7.863", 7.863),
    "ten times as much": ("60,000", 6_000),
    "zero for what does not round to it": ("0.00", 0.0051),
    "a percentage for a fraction": ("91.6", 0.916),
    "an integer off by one beyond a float's digits": ("100000001", 100_000_000),
    "a noise of a millionth": ("0.3000000000", 0.3000001),
    "infinity for a large number": ("∞", 1e308),
    "a large number for infinity": ("1000000", math.inf),
    "infinity of the other sign": ("∞", -math.inf),
    "negative infinity for infinity": ("−∞", math.inf),
    "nan for a number": ("0.35", math.nan),
    "nan for zero": ("0", math.nan),
    "nan for infinity": ("∞", math.nan),
    "negative nan": ("0", -math.nan),
}


@pytest.mark.parametrize(("printed", "value"), HOLD.values(), ids=HOLD.keys())
def test_a_claim_holds_with(printed: str, value: float) -> None:
    claims.check(printed, repr(value))


@pytest.mark.parametrize(("printed", "value"), FAIL.values(), ids=FAIL.keys())
def test_a_claim_fails_with(printed: str, value: float) -> None:
    with pytest.raises(claims.ClaimError) as error:
        claims.check(printed, repr(value))
    assert (
        str(error.value)
        == f"the page says {printed}, this build computed {value!r}"
    )


NO_FIGURES = [
    *(
        "",
        "x",
        "1.",
        ".5",
        "1e-5",
        "1.2.3",
        "--1",
        "+-1",
        "−−∞",
        "+∞",
        "1 000",
        "0x10",
        "nan",
    ),
    *(
        "inf",
        "1,00",
        "1,0000",
        "1000,000",
        "60,00.5",
        "12%",
        "1.234,5",
        "0.1,234",
    ),
]


@pytest.mark.parametrize("printed", NO_FIGURES)
def test_what_is_no_figure_is_refused(printed: str) -> None:
    with pytest.raises(claims.ClaimError, match="is not a figure"):
        claims.check(printed, "1")


@pytest.mark.parametrize(
    "value",
    [
        np.float64(0.35),
        np.float32(0.35),
        np.array([0.35]),
        "0.35",
        None,
        1 + 2j,
        True,
        "",
    ],
)
def test_a_value_that_is_no_plain_number_is_refused_with_advice(
    value: object,
) -> None:
    with pytest.raises(claims.ClaimError) as error:
        claims.check("0.35", repr(value))
    assert repr(value) in str(error.value)
    assert "glue a plain int or float, as in glue('name', float(x))" in str(
        error.value
    )


@pytest.mark.parametrize(
    ("text", "printed", "key"),
    [
        ("0.35 = change", "0.35", "change"),
        ("0.35=change", "0.35", "change"),
        ("  −7.863  =  first error ", "−7.863", "first error"),
    ],
)
def test_a_claim_is_split_at_the_equals_sign(
    text: str, printed: str, key: str
) -> None:
    assert claims.split_claim(text) == (printed, key)


@pytest.mark.parametrize(
    "text", ["0.35", "0.35 =", "= change", "=", "", "0.35 change"]
)
def test_half_a_claim_is_refused(text: str) -> None:
    with pytest.raises(
        claims.ClaimError, match="is not of the form 'figure = key'"
    ):
        claims.split_claim(text)


floats = st.floats(allow_nan=False, allow_infinity=False)
decimals = st.integers(min_value=0, max_value=20)


@given(value=floats, places=decimals)
@example(value=2.675, places=2)
@example(value=-0.0, places=0)
@example(value=5e-324, places=20)
@example(value=1.7976931348623157e308, places=3)
def test_what_python_prints_of_a_float_at_any_precision_holds(
    value: float, places: int
) -> None:
    claims.check(f"{value:.{places}f}", repr(value))
    claims.check(f"{value:,.{places}f}".replace("-", "−"), repr(value))


@given(value=floats, places=decimals, up=st.booleans())
@example(value=0.35, places=2, up=True)
@example(value=0.35, places=2, up=False)
@example(value=0.0, places=0, up=False)
def test_the_next_figure_does_not_hold(
    value: float, places: int, up: bool
) -> None:
    unit = Decimal(10) ** -places
    # Where the float's own digits end before the last printed one, neighbours cannot be told apart.
    assume(abs(value) < unit * 10**11)
    exact = Decimal(repr(value))
    figure = Decimal(f"{value:.{places}f}")
    neighbour = figure + unit if up else figure - unit
    # Half-way between the two, both hold.
    assume(
        abs(abs(neighbour - exact) / unit - Decimal("0.5")) > Decimal("1e-6")
    )
    with pytest.raises(claims.ClaimError):
        claims.check(f"{neighbour:.{places}f}", repr(value))


@given(value=st.integers(min_value=-(10**11), max_value=10**11))
def test_an_integer_holds_for_itself_alone(value: int) -> None:
    claims.check(f"{value:,}", repr(value))
    for neighbour in (value - 1, value + 1):
        with pytest.raises(claims.ClaimError):
            claims.check(str(neighbour), repr(value))


def notebook(prose: str, **glued: str) -> str:
    """Return a notebook that has run: one cell glued the values, the prose follows."""
    outputs = [
        {
            "output_type": "display_data",
            "data": {"application/papermill.record/text/plain": text},
            "metadata": {
                "scrapbook": {
                    "name": key,
                    "mime_prefix": "application/papermill.record/",
                }
            },
        }
        for key, text in glued.items()
    ]
    cell = {
        "cell_type": "code",
        "execution_count": 1,
        "source": [],
        "outputs": outputs,
    }
    text = {"cell_type": "markdown", "source": prose}
    cells: list[dict[str, Any]] = [
        {**each, "metadata": {}} for each in (cell, text)
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    return json.dumps(
        {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 4}
    )


INDEX = "# Index\n\n```{toctree}\npage\n```\n"


def test_the_reader_sees_the_figure_alone(render: Render) -> None:
    page = notebook(
        "# Page\n\nIt grows by {claim}`−0.1167 = change`.",
        change="-0.11666666666666667",
    )
    built = render(INDEX, {"page.ipynb": page})
    assert built.warnings == ""
    figure = built.page("page").select_one("span.claim")
    assert figure.parent.text == "It grows by −0.1167."


ROLES = {
    "wrong": ("0.36 = change", "the page says 0.36, this build computed 0.35"),
    "missing": ("0.35 = chang", "no cell of this page glues 'chang'"),
    "malformed": ("0.35", "is not of the form 'figure = key'"),
    "of text": ("0.35 = words", "the glued value 'many' is not a number"),
    "of a NumPy scalar": (
        "0.35 = numpy",
        "np.float64(0.35) is not a number: glue a plain int",
    ),
}


@pytest.mark.parametrize(
    ("claim", "complaint"), ROLES.values(), ids=ROLES.keys()
)
def test_the_page_and_the_claim_are_named_where_it_is(
    render: Render, claim: str, complaint: str
) -> None:
    page = notebook(
        f"# Page\n\nIt grows by {{claim}}`{claim}`.",
        change="0.35",
        words="'many'",
        numpy="np.float64(0.35)",
    )
    warnings = render(INDEX, {"page.ipynb": page}).warnings
    assert "page.ipynb" in warnings
    assert f"WARNING: claim '{claim}': " in warnings
    assert complaint in warnings


def test_a_page_without_cells_has_nothing_to_claim(render: Render) -> None:
    warnings = render("# Page\n\nIt is {claim}`0.35 = change`.\n").warnings
    assert (
        "index.md:3: WARNING: claim '0.35 = change': no cell of this page glues"
        in warnings
    )


def test_a_page_cannot_claim_what_another_page_glued(render: Render) -> None:
    index = INDEX + "\nIt is {claim}`0.35 = change`.\n"
    warnings = render(
        index, {"page.ipynb": notebook("# Page", change="0.35")}
    ).warnings
    assert "no cell of this page glues 'change'" in warnings
