"""Find results that somebody typed into the words of a page, where no build can hold them true.

A number in prose is fine where it is

1. a plain integer from 0 to 20, which counts: ``3 inputs``;
2. a year from 1900 to 2099;
3. a version after a name (``Python 3.11``) or of three parts (``1.7.0rc1``), part of a name
   (``SHA-256``, ``32-bit``) or of an address;
4. also a number in the code of one of the page's own cells, hidden ones included, or the figure
   of one of its claims: then the build computes with it, or checks it. A percentage may stand
   there as its share: ``70 %`` as ``0.7``;
5. in a sentence or a table row that cites a source.

Any other may go stale without notice. What stands in roles, mathematics, code, comments, options
and link targets is no prose; captions and alternative texts are.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import yaml
from markdown_it.renderer import RendererHTML
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from markdown_it.token import Token

ADVICE = "glue it, make it a claim, assert it in the page's last cell, or cite its source"

EXTENSIONS = {
    "attrs_block",
    "attrs_inline",
    "colon_fence",
    "deflist",
    "dollarmath",
}
PARSER = create_md_parser(
    MdParserConfig(enable_extensions=EXTENSIONS), RendererHTML
)

DIRECTIVE = re.compile(r"\{(?P<name>[\w:.+-]+)\}\s*(?P<argument>.*)")
OPTIONS = re.compile(
    r"(?P<block>---\n(?:.*\n)*?)---(?:\n|$)|(?P<lines>(?::(?!:).*(?:\n|$))*)"
)
WITHOUT_PROSE = {
    "bibliography",
    "code",
    "code-block",
    "code-cell",
    "eval-rst",
    "literalinclude",
    "math",
    "plan",
    "raw-cell",
    "solution-end",
    "solution-start",
    "source",
    "toctree",
}
HTML_TAG = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)
# The dots of "e.g.", "cf." and "et al." end no sentence.
SENTENCE = re.compile(
    r"\S.*?(?:(?<!\.[a-z])(?<!\bcf)(?<!\bal)[.!?][\"'”’)*]*(?=\s+[^a-z\s])|\Z)",
    re.DOTALL,
)

FIGURE = (
    r"(?:(?:\d{1,3}(?:[,\u2009\u202f\xa0]\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+)"
)
PERCENT = r"\s?(?:%|per\s?cent\b)"
NUMBER = re.compile(
    r"(?<![\w.])(?P<sign>[-−+]?)"
    rf"(?:(?:(?P<factor>{FIGURE})\s?[×·]\s?)?10(?P<power>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)"
    rf"|(?P<figure>{FIGURE})(?:[eE](?P<exponent>[-−+]?\d+))?)(?!\.?\d)"
    # In "97.6 to 98.0 %" both are percentages.
    rf"(?P<percent>{PERCENT}|(?=(?:\s?[–-]\s?|\s(?:to|and|or)\s)[-−+]?{FIGURE}{PERCENT}))?"
)
ASCII = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "+-0123456789-")
END_OF_COUNT = re.compile(r"(?:st|nd|rd|th|s|D)?(?!\w)")
VERSION = r"[1-9](?:\.\d{1,2}){0,2}"
IN_A_NAME = re.compile(
    r"\b(?:Python|TensorFlow|NumPy|Matplotlib|Keras|CC BY(?:-SA)?|[Vv]ersions?) "
    rf"{VERSION}(?:(?:, | and | or ){VERSION})*(?!\.?\d|{PERCENT})"
    r"|\b[A-Z]{2,}-\d+\b"
    r"|\b\d+-bit\b"
    r"|https?://\S+"
)


@dataclass(frozen=True)
class Finding:
    """A number that nothing on its page holds true."""

    line: int
    number: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.line}: {self.number} in “{self.sentence}”: {ADVICE}"


@dataclass(frozen=True)
class Passage:
    """A paragraph, heading, caption or table row: as written, and with all but prose blanked."""

    line: int
    written: str
    prose: str
    is_row: bool = False

    def sentences(self) -> Iterator[Passage]:
        """Yield the parts that one citation speaks for: sentences, or the whole of a row."""
        found = [match.span() for match in SENTENCE.finditer(self.prose)]
        for start, end in [(0, len(self.prose))] if self.is_row else found:
            line = self.line + self.prose.count("\n", 0, start)
            yield Passage(line, self.written[start:end], self.prose[start:end])


def typed_results(page: str) -> list[Finding]:
    """Return the typed results of a page, given as its MyST text, from top to bottom."""
    tokens = PARSER.parse(page)
    everything = list(passages(tokens, 1))
    held = {number for code in cells(tokens) for number in literals(code)}
    held |= {figure for passage in everything for figure in claimed(passage)}
    return [
        Finding(
            sentence.line + sentence.prose.count("\n", 0, number.start()),
            number[0],
            " ".join(sentence.written.split()),
        )
        for passage in everything
        for sentence in passage.sentences()
        if "{cite" not in sentence.written
        for number in NUMBER.finditer(IN_A_NAME.sub(blanked, sentence.prose))
        if not is_count_or_year(number) and held.isdisjoint(values(number))
    ]


def is_count_or_year(number: re.Match[str]) -> bool:
    """Return whether a number is a plain integer from 0 to 20, or a year from 1900 to 2099."""
    plain = number[0].isdecimal() and number["percent"] is None
    if not plain or not END_OF_COUNT.match(number.string, number.end()):
        return False
    value = int(number[0])
    return str(value) == number[0] and (value <= 20 or 1900 <= value < 2100)


def values(number: re.Match[str]) -> set[Decimal]:
    """Return what a number stands for, and where it is a percentage its share as well."""
    digits = re.sub(r"[^\d.]", "", number["factor"] or number["figure"] or "1")
    exponent = number["power"] or number["exponent"] or "0"
    value = Decimal(f"{number['sign']}{digits}E{exponent}".translate(ASCII))
    return {value} if number["percent"] is None else {value, value / 100}


def cells(tokens: Iterable[Token]) -> Iterator[str]:
    """Yield the code of a page's cells. What is nested in something else is not run."""
    for token in tokens:
        is_run = token.type == "fence" and token.level == 0
        if is_run and token.info.startswith("{code-cell}"):
            yield OPTIONS.sub("", token.content, count=1)


def literals(code: str) -> Iterator[Decimal]:
    """Yield the numbers that Python code is written with, negative where it takes them away."""
    python = re.sub(r"(?m)^[%!].*$", "", code)
    for node in ast.walk(ast.parse(python)):
        match node:
            case ast.Constant(value=value):
                sign = 1
            case (
                ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=value))
                | ast.BinOp(op=ast.Sub(), right=ast.Constant(value=value))
            ):
                sign = -1
            case _:
                continue
        if type(value) in (int, float):
            yield sign * Decimal(repr(value))


def claimed(passage: Passage) -> Iterator[Decimal]:
    """Yield the figures that a passage claims: where one does not hold, the build fails."""
    for claim in re.findall(r"\{claim\}`([^=`]*)=", passage.written):
        if figure := NUMBER.fullmatch(claim.strip()):
            yield from values(figure)


def passages(tokens: Iterable[Token], line: int) -> Iterator[Passage]:
    """Yield the passages of MyST text whose first line has that number on its page."""
    row: list[Passage] | None = None
    for token in tokens:
        at = line + token.map[0] if token.map else line
        match token.type:
            case "inline":
                passage = Passage(at, *inline(token.children or []))
                if row is None:
                    yield passage
                else:
                    row.append(passage)
            case "tr_open":
                row = []
            case "tr_close" if row:
                written = " | ".join(cell.written for cell in row)
                prose = " | ".join(cell.prose for cell in row)
                yield Passage(row[0].line, written, prose, is_row=True)
                row = None
            case "html_block":
                prose = HTML_TAG.sub(blanked, token.content)
                yield Passage(at, token.content, prose)
            case "fence" | "colon_fence":
                yield from fenced(token, at)


def inline(tokens: Iterable[Token]) -> tuple[str, str]:
    """Return the text of inline tokens as written, and with all but prose blanked."""
    written = prose = ""
    for token in tokens:
        match token.type:
            case "text":
                piece = token.content, token.content
            case "softbreak" | "hardbreak":
                piece = "\n", "\n"
            case "image":
                piece = inline(token.children or [])
            case "code_inline":
                piece = hidden(f"`{token.content}`")
            case "math_inline":
                piece = hidden(f"${token.content}$")
            case "myst_role":
                piece = hidden(f"{{{token.meta['name']}}}`{token.content}`")
            case _:
                piece = hidden(token.content)
        written, prose = written + piece[0], prose + piece[1]
    return written, prose


def hidden(written: str) -> tuple[str, str]:
    """Return a piece that is no prose, as written and blanked."""
    return written, re.sub(r"[^\n]", "…", written)


def blanked(match: re.Match[str]) -> str:
    """Return a match blanked."""
    return hidden(match[0])[1]


def fenced(token: Token, line: int) -> Iterator[Passage]:
    """Yield the passages of a fence: captions, and argument and body where they are prose."""
    directive = DIRECTIVE.match(token.info.strip())
    options = OPTIONS.match(token.content)
    if directive and options:
        as_yaml = options["block"] or re.sub("(?m)^:", "", options["lines"])
        yield from captions(yaml.compose(as_yaml), line + 1)
        if directive["name"] not in WITHOUT_PROSE:
            (argument,) = PARSER.parseInline(directive["argument"])
            yield Passage(line, *inline(argument.children or []))
            body = PARSER.parse(token.content[options.end() :])
            yield from passages(body, line + 1 + options[0].count("\n"))
    elif token.type == "colon_fence":
        yield from passages(PARSER.parse(token.content), line + 1)


def captions(options: yaml.Node | None, line: int) -> Iterator[Passage]:
    """Yield the captions and the alternative texts among options, however deep."""
    if isinstance(options, yaml.MappingNode):
        for key, value in options.value:
            at = line + value.start_mark.line
            if key.value == "caption":
                yield from passages(PARSER.parse(value.value), at)
            elif key.value == "alt":
                yield Passage(at, value.value, value.value)
            else:
                yield from captions(value, line)
