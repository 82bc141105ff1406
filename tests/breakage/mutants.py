"""The breakages that are tried: each is one small change at one place of a lesson's code.

Cosmic Ray makes them. Of its kinds these are taken that a slip of the hand could make: a wrong
sign, a number that is one too large, a comparison that forgets its limit, a loop that never runs.
Only the bodies of functions are changed, in the modules that a page's cells import by name; the
figures are not among them, since a drawing is judged by looking at it.
"""

from __future__ import annotations

import ast
import difflib
import re
from typing import TYPE_CHECKING

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

from bookbuild import fingerprint
from breakage.mutant import PACKAGE, ROOT, Mutant, file_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from parso.tree import NodeOrLeaf

DRAWN = f"{PACKAGE}.figures"

SWAPS = (
    ("BinaryOperator", "Add", "Sub"),
    ("BinaryOperator", "Sub", "Add"),
    ("BinaryOperator", "Mul", "Div"),
    ("BinaryOperator", "Div", "Mul"),
    ("BinaryOperator", "FloorDiv", "Mul"),
    ("BinaryOperator", "Mod", "Mul"),
    ("BinaryOperator", "Pow", "Mul"),
    ("BinaryOperator", "BitAnd", "BitOr"),
    ("BinaryOperator", "BitOr", "BitAnd"),
    ("ComparisonOperator", "Eq", "NotEq"),
    ("ComparisonOperator", "NotEq", "Eq"),
    ("ComparisonOperator", "Lt", "LtE"),
    ("ComparisonOperator", "LtE", "Lt"),
    ("ComparisonOperator", "Gt", "GtE"),
    ("ComparisonOperator", "GtE", "Gt"),
    ("ComparisonOperator", "Is", "IsNot"),
    ("ComparisonOperator", "IsNot", "Is"),
    ("UnaryOperator", "USub", "UAdd"),
    ("UnaryOperator", "Delete", "Not"),
    ("UnaryOperator", "Delete", "Invert"),
)
NUMBER = "core/NumberReplacer"
EXCEPTION = "core/ExceptionReplacer"
KINDS = (
    *(f"core/Replace{kind}_{old}_{new}" for kind, old, new in SWAPS),
    NUMBER,
    "core/AddNot",
    EXCEPTION,
    "core/ReplaceAndWithOr",
    "core/ReplaceOrWithAnd",
    "core/ReplaceBreakWithContinue",
    "core/ReplaceContinueWithBreak",
    "core/ReplaceFalseWithTrue",
    "core/ReplaceTrueWithFalse",
    "core/ZeroIterationForLoop",
)


CELL = re.compile(
    r"^```\{code-cell\}.*\n(?:---\n(?:.*\n)*?---\n|(?::.*\n)+)?((?:.*\n)*?)```",
    re.MULTILINE,
)
"""A cell of a page, whose code is in the group."""


def lesson_modules(root: Path = ROOT) -> list[str]:
    """Return the names of the modules that cells of the book import by name."""
    files = fingerprint.files_of(root / "src" / PACKAGE)
    package = fingerprint.Package(PACKAGE, dict.fromkeys(files, ""), {})
    named = {
        name
        for page in (root / "book").rglob("*.md")
        for code in CELL.findall(page.read_text(encoding="utf-8"))
        for name in fingerprint.imports(ast.parse(code))
    }
    found = {package.find(name) for name in named if name.startswith(PACKAGE)}
    return sorted(
        name
        for name in found - {None, PACKAGE}
        if not f"{name}.".startswith(f"{DRAWN}.")
    )


def enclosing_functions(node: NodeOrLeaf) -> list[str]:
    """Return the names of functions and classes around a node that runs in a function's body.

    There are none for what is outside, and for what is no code of the body: annotations, values
    that parameters have from the start, decorators.
    """
    names: list[str] = []
    in_body = False
    part, around = node, node.parent
    while around is not None:
        if around.type == "annassign" and part is around.children[1]:
            return []
        if around.type in ("funcdef", "classdef"):
            inside = part is around.children[-1]
            if around.type == "funcdef":
                in_body = in_body or inside
            names.insert(0, around.name.value)
        part, around = around, around.parent
    return names if in_body else []


def mutants_of(module: str, code: str) -> Iterator[Mutant]:
    """Yield all breakages of a module, each with its whole code."""
    nodes = list(ast_nodes(get_ast(code)))
    seen: dict[tuple[str, str, str], int] = {}
    for kind in KINDS:
        operator = get_operator(kind)()
        places = [
            (node, index)
            for node in nodes
            for index, _ in enumerate(operator.mutation_positions(node))
        ]
        for occurrence, (node, index) in enumerate(places):
            names = enclosing_functions(node)
            # A number that is one too small says no more than one that is one too large.
            if not names or (kind == NUMBER and index):
                continue
            try:
                broken = mutate_code(code, operator, occurrence)
            except AttributeError:
                # Cosmic Ray stumbles over an exception with a dot in its name.
                if kind != EXCEPTION:
                    raise
                continue
            if broken is None or broken == code:
                continue
            before, after, line = changed_lines(code, broken)
            what = (".".join(names), before, after)
            number = seen.setdefault(what, 0)
            seen[what] += 1
            yield Mutant(module, *what, number, line, broken)


def changed_lines(code: str, broken: str) -> tuple[str, str, int]:
    """Return the lines that differ, without their indentation, and the number of the first."""
    old, new = code.splitlines(), broken.splitlines()
    changes = [
        each
        for each in difflib.SequenceMatcher(
            None, old, new, autojunk=False
        ).get_opcodes()
        if each[0] != "equal"
    ]
    first, last = changes[0], changes[-1]
    texts = (
        " ".join(line.strip() for line in lines)
        for lines in (old[first[1] : last[2]], new[first[3] : last[4]])
    )
    return *texts, first[1] + 1


def all_mutants(root: Path = ROOT) -> list[Mutant]:
    """Return the breakages of all lessons' modules."""
    found = []
    for module in lesson_modules(root):
        path = root / "src" / file_of(module)
        found += mutants_of(module, path.read_text(encoding="utf-8"))
    return found
