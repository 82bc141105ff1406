"""Formulas: MathML in the page, and no formula that is only half converted."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from sphinx.errors import ExtensionError

from bookbuild import mathml

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Rendered

    Render = Callable[..., Rendered]

MATHML = "{http://www.w3.org/1998/Math/MathML}"

FORMULAS = {
    "y = A x": "y=Ax",
    r"\Delta A = L \frac{E}{x}": "ΔA=LEx",
    r"\sum_{i=1}^{n} w_i x_i": "∑i=1nwixi",
    r"\frac{\partial E}{\partial w_{jk}}": "∂E∂wjk",
    r"\mathbf{W} \cdot \mathbf{x}": "𝐖·𝐱",
    r"\sigma(z) = \frac{1}{1 + e^{-z}}": "σ(z)=11+e−z",
    r"\operatorname{softmax}(z)_i": "softmax(z)i",
    r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}": "(1234)",
    r"\begin{cases} 1 & x > 0 \\ 0 & \text{else} \end{cases}": "{1x>00else",
    r"\begin{split} a &= b \\ c &= d \end{split}": "a=bc=d",
    r"\left\{ x \right\} \setminus \{ 0 \}": "{x}⧵{0}",
    r"a < b \& c": "a<b&c",
    r"\backslash": "\\",
}


@pytest.mark.parametrize("display", ["inline", "block"])
@pytest.mark.parametrize(("latex", "text"), FORMULAS.items())
def test_a_formula_becomes_mathml_with_nothing_of_latex_left(
    latex: str, text: str, display: str
) -> None:
    element = ElementTree.fromstring(mathml.to_mathml(latex, display))
    assert element.tag == f"{MATHML}math"
    assert element.get("display") == display
    assert "".join(element.itertext()) == text


BAD = {
    "a command that does not exist": r"\lerningrate",
    "a command with arguments that does not exist": r"\fracc{1}{2}",
    "an environment that the converter does not know": r"\begin{aligned} a &= b \end{aligned}",
    "an environment without its end": r"\begin{pmatrix} 1",
    "an alignment outside of an environment": "a & b",
    "a brace that is not closed": "{",
    "a brace that is not opened": "a}",
    "an exponent that is missing": "x^",
    "a root of nothing": r"\sqrt",
    "a parenthesis that is not closed": r"\left( x",
}


@pytest.mark.parametrize("latex", BAD.values(), ids=BAD.keys())
def test_bad_latex_is_named(latex: str) -> None:
    with pytest.raises(ExtensionError, match=r"^This formula ") as error:
        mathml.to_mathml(latex, "inline")
    assert repr(latex) in str(error.value)


def test_bad_latex_on_a_page_ends_the_build(render: Render) -> None:
    with pytest.raises(ExtensionError, match="lerningrate"):
        render("# Page\n\nThe step is $\\lerningrate$.\n")


PAGE = r"""
# Page

Inline $y = A x$.

$$ E = t - y $$ (eq-error)

$$ t = 1 $$

$$ \Delta A = L \frac{E}{x} $$ (eq-change)

By {eq}`eq-change` and {eq}`eq-error`.
"""


def test_labelled_formulas_are_numbered_and_linked_and_the_others_are_not(
    render: Render,
) -> None:
    built = render(PAGE)
    assert built.warnings == ""
    page = built.page("index")
    assert [each["display"] for each in page.find_all("math")] == [
        "inline",
        *["block"] * 3,
    ]
    numbers = [
        each.select_one("span.eqno") for each in page.select("div.math-block")
    ]
    assert [each and each.text for each in numbers] == ["(1)", None, "(2)"]
    (cited,) = [p for p in page.find_all("p") if p.text.startswith("By ")]
    assert cited.text == "By (2) and (1)."
    for link, number in zip(cited.find_all("a"), ("(2)", "(1)"), strict=True):
        target = page.find(id=link["href"].removeprefix("#"))
        assert target.select_one("span.eqno").text == number


@pytest.mark.parametrize(
    ("text", "unbroken"),
    [
        ("It is $x$, and more.", ["x,"]),
        ("It is $x$.", ["x."]),
        ("It is ($x$).", ["(x)."]),
        ("$x$: a number", ["x:"]),
        ("It is $x$ and more.", []),
        ("$x$", []),
        ("From $x$, by ($y$), to $z$", ["x,", "(y),"]),
        ("Is $x$*, so* it is.", []),
    ],
)
def test_punctuation_stays_on_the_line_of_its_formula(
    render: Render, text: str, unbroken: list[str]
) -> None:
    paragraph = render(f"# One\n\n{text}\n").page("index").select("p")[0]
    found = paragraph.select("span.unbroken")
    assert [each.text for each in found] == unbroken
    said = text.replace("$", "").replace("*", "")
    assert paragraph.text == said


def test_a_page_with_formulas_loads_no_script_for_them(render: Render) -> None:
    with_formula = render(PAGE).page("index")
    sources = [
        script.get("src", "") for script in with_formula.find_all("script")
    ]
    assert not [
        source
        for source in sources
        if "math" in source.lower() or "//" in source
    ]
