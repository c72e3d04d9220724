"""Decimal commas, as spreadsheets of half the world write numbers: `0,5*x^2`.

They are read in files whose cells are not parted by commas.  Within a call of several arguments, `max(1,5)`, nobody can
tell a decimal comma from one between arguments, unless arguments are parted by semicolons there: `max(1,5; x)`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from diffcompare.diagnostics import Diagnostic
from diffcompare.language.grammar import SEVERAL

_SIGNS = re.compile(r"([^\W\d]\w*)?\s*\(|\)|;|(?<=\d),(?=\d)")


class Reading(NamedTuple):
    """A text with points for its decimal commas, each character in its place."""

    text: str
    decimal: bool
    """Whether there was a decimal comma."""
    doubtful: tuple[int, int] | None
    """Where a number stands whose comma may be one between arguments."""


def with_points(text: str) -> Reading:
    """The text as the language writes it."""
    if "," not in text:
        return Reading(text, False, None)
    said, decimal, doubtful = list(text), False, None
    open_calls: list[_Call] = [_Call(several=False)]
    for sign in _SIGNS.finditer(text):
        call = open_calls[-1]
        if sign[0].endswith("("):
            open_calls.append(_Call(several=(sign[1] or "").lower() in SEVERAL))
        elif sign[0] == ")":
            if len(open_calls) > 1:
                open_calls.pop()
            if call.several and call.commas and call.semicolons:
                decimal = True
                for place in (*call.commas, *call.semicolons):
                    said[place] = "." if text[place] == "," else ","
            elif call.several and call.commas:
                doubtful = doubtful or _number(text, call.commas[0])
        elif sign[0] == ";":
            call.semicolons.append(sign.start())
        elif call.several:
            call.commas.append(sign.start())
        else:
            decimal = True
            said[sign.start()] = "."
    return Reading("".join(said), decimal, doubtful)


def doubt(text: str, span: tuple[int, int]) -> Diagnostic:
    """What to say of a number whose comma may be one between arguments, in a file that has decimal commas."""
    number = text[slice(*span)]
    point, apart = number.replace(",", ".", 1), number.replace(",", ", ", 1)
    message = f"`{number}` may be one number or two arguments"
    return Diagnostic("E596", "syntax_error", message, text=text, span=span, help=f"write {point}, or {apart}")


class _Call:
    """A bracket that is open, and the signs in it."""

    def __init__(self, *, several: bool) -> None:
        self.several = several
        """Whether it holds arguments, of a function that takes several."""
        self.commas: list[int] = []
        self.semicolons: list[int] = []


def _number(text: str, comma: int) -> tuple[int, int]:
    """Where the number around a comma begins and ends."""
    start, end = comma, comma + 1
    while start and text[start - 1].isdigit():
        start -= 1
    while end < len(text) and text[end].isdigit():
        end += 1
    return start, end
