"""The lines of a derivation as people write them: `df/dx = 2*x*sin(x) + x^2*d/dx[sin(x)]`, `= ...`, `f'(x) = ...`.

A derivative that is still to be worked out, `d/dx[...]` or `(...)'`, is read as what it is: the derivative of what
stands in the brackets.  A line with several signs of equality is several steps.  Lines about something else than the
derivative, `u = x^2`, `ln(y) = ...` or `Product rule:`, are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from diffcompare.backends.textbook_rules import ZERO, derivatives_of
from diffcompare.backends.wire import substitute
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.expression import Expression
from diffcompare.parser import parse
from diffcompare.wengert import listing, variables

_OPEN = re.compile(r"(?:d/d|∂/∂)(\w+)\s*([\[(])")
_CLOSING = {"[": "]", "(": ")"}
_DERIVATIVE = re.compile(
    r"[^\W\duvw]'(?:\s*\([\w,\s]+\))?|(?:d|∂)[^\W\duvw]?(?:\([\w,\s]+\))?\s*/\s*(?:d|∂)\w+.*|\\frac.*"
)
"""What stands on the left of a derivative: f', f'(x), dy/dx, d/dx[...]; u, v and w are parts of a function."""
_NOT_EQUAL = ("<", ">", "!", "=")
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


def lines_of(text: str, by: str, names: Sequence[str], source: str) -> Lines:
    """The lines of a text that say something; a remark after # or after three blanks is left out.

    Raises DiffcompareError, with the number of the line, for one that cannot be read.
    """
    found = Lines([], [])
    for number, line in enumerate(text.splitlines(), 1):
        line = _REMARK.sub("", line)
        line = _WORDS_AT_END.sub("", _PREFIX.sub("", line, count=1))
        if not line.strip():
            continue
        sides = [] if _PROSE.fullmatch(line) else _sides(line, names)
        if not sides:
            found.left_out.append(number)
        found.steps.extend(_written(number, side, by, names, source) for side in sides)
    return found


def _sides(line: str, names: Sequence[str]) -> list[str]:
    """The sides of the equations of a line that are the derivative, if it is about the derivative."""
    if ";" in line:
        return [line.strip()]
    first, *others = [side.strip() for side in _parts(line)]
    if not others:
        return [first]
    if not first or _DERIVATIVE.fullmatch(first):
        return others
    if re.fullmatch(r"\w+", first) and first not in names:
        return []
    try:
        known = set(variables(listing(parse(first, names)))) <= set(names)
    except DiffcompareError:
        known = False
    return [first, *others] if known else []


def _parts(line: str) -> list[str]:
    """What stands between the signs of equality that stand in no brackets."""
    parts, depth, start = [], 0, 0
    for place, sign in enumerate(line):
        depth += (sign in "([") - (sign in ")]")
        if (
            sign == "="
            and depth == 0
            and "=" not in line[place + 1 : place + 2]
            and line[place - 1 : place] not in _NOT_EQUAL
        ):
            parts.append(line[start:place])
            start = place + 1
    return [*parts, line[start:]]


def _written(number: int, text: str, by: str, names: Sequence[str], source: str) -> Written:
    where = f"{source}, line {number}"
    try:
        expression, opens = _read(text, by, names, where)
    except DiffcompareError as error:
        raise DiffcompareError(error.diagnostic._replace(source=where)) from None
    return Written(number, text, expression, opens)


def _read(text: str, by: str, names: Sequence[str], where: str) -> tuple[Expression, int]:
    """The expression of a line, each open derivative worked out, and how many there are."""
    plain = text
    found: dict[str, Expression] = {}
    for start, end, variable, inner in _opens(text, by):
        if variable not in names:
            message = f"a derivative by `{variable}`, which is no variable of the function"
            raise DiffcompareError(Diagnostic("E705", "unknown_variable", message, text=text, span=(start, end)))
        function, _ = _read(inner, by, names, where)
        # A name just as long stands for it, so that what is said of the line is said of the right columns.
        name = f"d{len(found)}".ljust(end - start, "_")
        plain = f"{plain[:start]}{name}{plain[end:]}"
        found[name] = derivatives_of(listing(function), variable).get(function, ZERO)
    formula = parse(plain, names)
    return substitute([formula], found)[0] if found else formula, len(found)


def _opens(text: str, by: str) -> Iterator[tuple[int, int, str, str]]:
    """Where each outermost open derivative starts and ends, its variable, and what is in its brackets."""
    last = 0
    for start, end, variable, inner in sorted(
        [*_marked(text), *_primed(text, by)], key=lambda each: (each[0], -each[1])
    ):
        if start >= last:
            yield start, end, variable, inner
            last = end


def _marked(text: str) -> Iterator[tuple[int, int, str, str]]:
    """The derivatives that are written d/dx[...]."""
    place = 0
    while (match := _OPEN.search(text, place)) is not None:
        place = _end(text, match.end(), match[2], _CLOSING[match[2]])
        yield match.start(), place, match[1], text[match.end() : place - 1]


def _primed(text: str, by: str) -> Iterator[tuple[int, int, str, str]]:
    """The derivatives that are written (...)' or sin(...)'."""
    for match in re.finditer(r"\)'", text):
        depth, start = 1, match.start()
        while depth and start > 0:
            start -= 1
            depth += (text[start] == ")") - (text[start] == "(")
        name = re.search(r"\w*$", text[:start])
        start -= len(name[0]) if name is not None else 0
        yield start, match.end(), by, text[start : match.end() - 1]


def _end(text: str, start: int, opening: str, closing: str) -> int:
    depth = 1
    for place in range(start, len(text)):
        depth += (text[place] == opening) - (text[place] == closing)
        if depth == 0:
            return place + 1
    message = f"`{opening}` is not closed"
    raise DiffcompareError(
        Diagnostic(
            "E205", "syntax_error", message, text=text, span=(start - 1, start), help=f"close it with `{closing}`"
        )
    )
