"""The lines of a derivation as people write them: `df/dx = 2*x*sin(x) + x^2*d/dx[sin(x)]`, `= ...`, `f'(x) = ...`.

A derivative that is still to be worked out, `d/dx[...]`, is read as what it is: the derivative of what stands in the
brackets.
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
from diffcompare.wengert import listing

_LEFT = re.compile(r"\s*(?:[^=<>!]*(?<![<>!=])=(?!=))?")
_OPEN = re.compile(r"(?:d/d|∂/∂)(\w+)\s*([\[(])")
_CLOSING = {"[": "]", "(": ")"}
_REMARK = re.compile(r"\s*(?:#|//|(?<=\S)\s{3,}\S).*$")


class Written(NamedTuple):
    """A line: its number in the file, the right-hand side as text, what it says, and what it leaves open."""

    number: int
    text: str
    expression: Expression
    opens: int


def lines_of(text: str, by: str, names: Sequence[str], source: str) -> list[Written]:
    """The lines of a text that say something; a remark after # or after three blanks is left out.

    Raises DiffcompareError, with the number of the line, for one that cannot be read.
    """
    return [
        _written(number, line, by, names, source)
        for number, line in enumerate(text.splitlines(), 1)
        if _REMARK.sub("", line).strip()
    ]


def _written(number: int, line: str, by: str, names: Sequence[str], source: str) -> Written:
    line = _REMARK.sub("", line)
    right = line[len(_LEFT.match(line)[0]) :] if _says_equal(line) else line  # type: ignore[index]
    text = right.strip()
    where = f"{source}, line {number}"
    try:
        expression, opens = _read(text, by, names, where)
    except DiffcompareError as error:
        raise DiffcompareError(error.diagnostic._replace(source=where)) from None
    return Written(number, text, expression, opens)


def _says_equal(line: str) -> bool:
    return re.search(r"(?<![<>!=])=(?!=)", line) is not None and ";" not in line


def _read(text: str, by: str, names: Sequence[str], where: str) -> tuple[Expression, int]:
    """The expression of a line, each open derivative worked out, and how many there are."""
    plain = text
    found: dict[str, Expression] = {}
    for start, end, variable, inner in _opens(text):
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


def _opens(text: str) -> Iterator[tuple[int, int, str, str]]:
    """Where each outermost open derivative starts and ends, its variable, and what is in its brackets."""
    place = 0
    while (match := _OPEN.search(text, place)) is not None:
        place = _end(text, match.end(), match[2], _CLOSING[match[2]])
        yield match.start(), place, match[1], text[match.end() : place - 1]


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
