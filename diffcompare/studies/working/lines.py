"""The lines of a derivation as people write them: `df/dx = 2*x*sin(x) + x^2*d/dx[sin(x)]`, `= ...`, `f'(x) = ...`.

A derivative that is still to be worked out, `d/dx[...]` or `(...)'`, is read as what it is (`derivatives`).  A line
with several signs of equality is several steps.  A line `u = x^2` says what later ones mean by u and u'; others about
something else than the derivative, `ln(y) = ...` or `Product rule:`, are left out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from diffcompare.diagnostics import DiffcompareError
from diffcompare.equations import notation_of, sides
from diffcompare.evaluation import value_at
from diffcompare.expression import Expression
from diffcompare.point import candidates
from diffcompare.studies.working.derivatives import Definition, Names, read

PARTS = ("u", "v", "w")
"""What people call parts of a function: their derivatives are not that of the whole."""
_DEFINED = re.compile(
    r"\s*(?:(?:let|put|set|with)\s+)?([^\W\d]\w*)\s*(?:\(\s*([^\W\d]\w*)\s*\))?\s*:?=\s*([^=]+)", re.I
)
_BESIDE = re.compile(
    r"\s*[,;(]?\s*\b(?:where|with|for|mit|wobei|où|avec|con|donde|где|при)\s+([^=]+=[^()]+(?:\([^()]*\)[^()]*)*)\)?$"
)
"""What a name of the line is, said behind it: `3u^2 u' where u = x^2 + 1`."""
_BETWEEN = re.compile(r"[,;]|\b(?:and|und)\b")
_PREFIX = re.compile(r"^\s*(?:\(?\d+[.)]\s+)?(?:(?:=>|⇒|⟹|->|→|∴)\s*)?")
_PROSE = re.compile(r"\s*(?:.*:|[^\W\d]{2,}(?:[\s,'-]+[^\W\d]+)+[.!]?)\s*")
_WORDS_AT_END = re.compile(r"(?<=\S)\s+[(\[][^\W\d]{2,}(?:\s+[^\W\d]+)+[)\]]\s*$")
_REMARK = re.compile(r"\s*(?:#|//|(?<=\S)\s{3,}\S).*$")


class Written(NamedTuple):
    """A line: its number in the file, the right-hand side as text, what it says, and what it leaves open."""

    number: int
    text: str
    expression: Expression
    opens: int


class Lines(NamedTuple):
    """The steps, and the numbers of the lines that say something else."""

    steps: list[Written]
    left_out: list[int]


def lines_of(text: str, by: str, names: Sequence[str], source: str, function: Expression | None = None) -> Lines:
    """The lines of a text that say something; a remark after # or after three blanks is left out.

    `function` is what is differentiated, where it is known.  Lines `u = x^2, v = sin(x)` define what later ones use.
    Raises DiffcompareError, with the number of the line, for one that cannot be read.
    """
    found = Lines([], [])
    known = Names(by, names)
    if function is not None:
        known.defined |= {name: Definition(function, by, 0) for name in ("f", "y") if name not in names}
    for number, line in enumerate(text.splitlines(), 1):
        line = _REMARK.sub("", line)
        line = _WORDS_AT_END.sub("", _PREFIX.sub("", line, count=1))
        beside = _BESIDE.search(line)
        if beside is not None and _define(beside[1], number, known):
            line = line[: beside.start()]
        if not line.strip():
            continue
        try:
            steps = [] if _PROSE.fullmatch(line) or _define(line, number, known) else _sides(line, known, function)
            found.steps.extend(Written(number, side, *read(side, known)) for side in steps)
        except DiffcompareError as error:
            raise DiffcompareError(error.diagnostic._replace(source=f"{source}, line {number}")) from None
        if not steps:
            found.left_out.append(number)
    found.left_out[:] = [number for number in found.left_out if number not in known.used]
    return found


def _define(line: str, number: int, known: Names) -> bool:
    """Whether the line defines names, such as `u = x^2, v = sin(x)`, which are then known."""
    definitions = [_DEFINED.fullmatch(part) for part in _BETWEEN.split(line) if part.strip()]
    found: dict[str, Definition] = {}
    for match in definitions:
        if match is None or match[1] in known.variables or notation_of(match[1]) is not None:
            return False
        inner = known if match[2] is None else Names(known.by, [*known.variables, match[2]], known.defined)
        try:
            found[match[1]] = Definition(read(match[3].strip(), inner)[0], match[2], number)
        except DiffcompareError as error:
            known.unread[match[1]] = number, error.diagnostic
            return False
    known.defined |= found
    return bool(found)


def _sides(line: str, known: Names, function: Expression | None) -> list[str]:
    """The sides of the equations of a line that are the derivative, if it is about the derivative."""
    if ";" in line:
        return [line.strip()]
    first, *others = [line[start:end] for start, end in sides(line)]
    if not others:
        return [first]
    if not first or _is_derivative(first, known, function):
        return others
    if re.fullmatch(r"\w+", first) and first not in known.variables:
        return []
    return [first, *others] if notation_of(first) is None and _is_known(first, known) else []


def _is_known(side: str, known: Names) -> bool:
    """Whether a side is made of the variables alone, not of y or of parts of the function."""
    try:
        read(side, Names(known.by, known.variables))
    except DiffcompareError:
        return False
    return True


def _is_derivative(side: str, known: Names, function: Expression | None) -> bool:
    """Whether the left side of an equation names the derivative of the function, and not that of a part of it."""
    notation = notation_of(side)
    if notation is None:
        return side.startswith("\\frac")
    if notation.order > 1 or notation.by not in (None, known.by):
        return False
    if notation.function is not None:
        own = known.defined.get(notation.function)
        whole = own is None or function is None or _is_same(own.expression, function, known)
        return whole and notation.function not in PARTS and len(notation.function) == 1
    inner = _inside(side)
    if function is None or inner is None:
        return True
    return _is_same(read(inner, known)[0], function, known)


def _is_same(found: Expression, function: Expression, known: Names) -> bool:
    """Whether an expression is the function, by its form or by its values at the usual points."""
    values = [(value_at(found, point), value_at(function, point)) for point in candidates(known.variables)]
    numbers = [(a, b) for a, b in values if isinstance(a, float) and isinstance(b, float)]
    near = all(math.isclose(a, b, rel_tol=1e-9) for a, b in numbers)
    return found is function or (near and bool(numbers))


def _inside(side: str) -> str | None:
    """What stands in the brackets of d/dx[...], d(...)/dx or (...)'; None where there are none."""
    match = re.search(r"[\[(](.*)[\])]", side)
    return None if match is None else match[1]
