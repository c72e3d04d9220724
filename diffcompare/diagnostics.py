"""What can be wrong with a command line, in the style of all other diagnostics.

E501  no such command                   E505  an argument is missing
E502  no such option                    E506  not one of the choices, or a contradiction
E503  an option lacks its value,        E507  not a number that will do
      or takes none                     E508  output cannot be written
E504  an argument too many              E509  any other misuse
E900  a fault of ours
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile
from typing import Any, Literal, NamedTuple

# Diagnostics: what is wrong with a text (or remarkable about it), where exactly, and what to write instead.
#
# Codes are stable: a script may rely on them.
#
#     E101  unknown function                          E201  empty text
#     E102  wrong number of arguments                 E202  a value is missing
#     E103  a constant's or function's name assigned  E203  an operator is missing
#     E104  a name assigned twice, or after its use   E204  an implicit product after `/`, `^` or a root
#     E105  a variable called like a function         E205  a bracket is left open
#                                                     E206  a closing bracket without an opening one
#     E301  a character that is no part of the        E207  bars that do not pair up
#           language                                  E208  a stray comma
#     E302  a look-alike of a character               E209  a comparison outside the condition of `if`
#     E303  an invisible character                    E210  a chain of comparisons
#     E304  a malformed number                        E211  a condition without a comparison
#                                                     E212  `=` out of place
#     E401  the text is too long                      E213  no expression at the end
#     E402  too many operations                       E214  `;` out of place
#     E403  a number has too many digits              E215  a function without parentheses
#     E404  an exponent of a number is out of range   E216  a formula in two dimensions
#
# W301 an implicit product, and how it was read W304 `e` is a variable here W302 a function's name used as a
# variable W305 a named value that is never used W303 `e` is the constant W306 a root takes the next factor only
# W307 a name that looks like several things W308 the name of a constant elsewhere, a variable here W309 arguments
# that look like one number
#
# Other modules add codes of their own outside these ranges.

NEAR = 0.72

"""How much of two names has to be alike for one to be taken for a slip of the other."""

SHORTEST_BEGINNING = 3

MAX_NAME = 100

WINDOW = 100

"""Columns shown of a long line."""

_EXIT_CODES = {"domain_error": 3, "overflow": 3, "nondifferentiable": 3}


class Diagnostic(NamedTuple):
    """One cause: its stable code, its kind, the characters at fault and, where there is one, a cure.

    `kind` is syntax_error, unknown_function, arity_error, missing_variable, unknown_variable, bad_value, domain_error,
    overflow, nondifferentiable, resource_limit or io_error; for notes and warnings it is "note".
    `span` counts characters of `text` from 0, half-open.  `fix` is a whole expression to paste back.
    """

    code: str
    kind: str
    message: str
    span: tuple[int, int] | None = None
    help: str | None = None
    text: str | None = None
    source: str = "expression"
    label: str = ""
    fix: str | None = None
    severity: Literal["error", "warning", "note"] = "error"

    @property
    def advice(self) -> str | None:
        """The help with the whole expression to paste back, on one line."""
        if self.fix is None or (self.help is not None and self.fix in self.help):
            return self.help
        return f"{self.help}   {self.fix}" if self.help else self.fix

    def data(self) -> dict[str, Any]:
        """The diagnostic as plain data: the `error` of a JSON document."""
        return {
            "code": self.code,
            "kind": self.kind,
            "message": self.message,
            "span": None if self.span is None else list(self.span),
            "help": self.advice,
        }


def is_misread(notes: Iterable[Diagnostic]) -> bool:
    """Tell whether a text was probably meant otherwise than it is read: `sinx`, `E^x`."""
    return any(note.code in ("W307", "W308") and note.severity == "warning" for note in notes)


class DiffcompareError(Exception):
    """The one error that this library raises for wrong input."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic)
        self.diagnostic = diagnostic

    def __str__(self) -> str:
        return to_text(self.diagnostic)

    @property
    def exit_code(self) -> int:
        """2: the input is wrong; 3: well-formed, but undefined or without a derivative at the point."""
        return _EXIT_CODES.get(self.diagnostic.kind, 2)


def closest(name: str, names: Iterable[str]) -> str | None:
    """Find the name that was probably meant: a slip away or begun alike (`reverse` for `reverse-ad`), in any case."""
    from difflib import SequenceMatcher

    given = name.casefold().lstrip("-")
    if len(given) > MAX_NAME:
        return None

    def likeness(candidate: str) -> float:
        known = candidate.casefold().lstrip("-")
        begun = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(given, known, strict=False)))
        alike = begun >= SHORTEST_BEGINNING and begun >= NEAR * min(len(given), len(known))
        return alike + SequenceMatcher(None, known, given).ratio()

    near = max(names, key=likeness, default="")
    return near if likeness(near) >= NEAR else None


def to_text(diagnostic: Diagnostic) -> str:
    """The diagnostic as lines of text: what, where (with carets), and how to mend it."""
    lines = [f"{diagnostic.severity}[{diagnostic.code}]: {visible(diagnostic.message)}"]
    if diagnostic.text is not None and diagnostic.span is not None:
        lines += _frame(diagnostic, diagnostic.text, diagnostic.span)
    advice = diagnostic.advice
    if advice:
        if len(lines) > 1:
            lines.append("   |")
        lines.append(f"   = help: {visible(advice)}")
    return "\n".join(lines)


def visible(text: str) -> str:
    """The text on one line, with control characters, bidi controls and the like escaped so that they cannot act."""
    return text if text.isascii() and text.isprintable() else "".join(map(_shown, text))


def shorten(text: str, limit: int = 40) -> str:
    """A name as it is quoted in a message: its beginning, if it is very long."""
    return text if len(text) <= limit else text[: limit - 3] + "..."


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    if character.isspace() and character not in "\x1c\x1d\x1e\x1f":
        return " "
    return character.encode("unicode_escape").decode("ascii")


def _frame(diagnostic: Diagnostic, text: str, span: tuple[int, int]) -> list[str]:
    start, end = max(0, min(span[0], len(text))), max(0, min(span[1], len(text)))
    first, last, number = _line_around(text, start)
    place = f"column {start - first + 1}"
    if number > 1 or last < len(text):
        place = f"line {number}, {place}"
    line, offset, width = _window(text[first:last], start - first, min(end, last) - first)
    carets = " " * offset + "^" * max(width, 1)
    label = f" {visible(diagnostic.label)}" if diagnostic.label else ""
    where = [f"  --> {visible(diagnostic.source)}, {place}", "   |"]
    return [*where, f"   | {line}".rstrip(), f"   | {carets}{label}"]


def _line_around(text: str, position: int) -> tuple[int, int, int]:
    """Where the line of that position starts and ends, and its number."""
    import re

    number, first = 1, 0
    for ending in re.finditer(r"\r\n|\r|\n", text):
        if ending.end() > position:
            return first, ending.start(), number
        number, first = number + 1, ending.end()
    return first, len(text), number


def _window(line: str, start: int, end: int) -> tuple[str, int, int]:
    """The part of a line worth showing, and where the span stands in it, in columns of a terminal."""
    left, right = 0, len(line)
    if len(line) > WINDOW:
        spare = max(WINDOW - (end - start), 20) // 2
        left = max(0, min(start - spare, len(line) - WINDOW))
        right = min(len(line), left + WINDOW)
    before, after = ("..." if left else ""), ("..." if right < len(line) else "")
    end = min(end, right)
    offset = len(before) + _columns(line[left:start])
    return before + visible(line[left:right]) + after, offset, _columns(line[start:end])


def _columns(text: str) -> int:
    """How many columns of a terminal the text takes as shown."""
    shown = visible(text)
    if shown.isascii():
        return len(shown)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in shown)


def usage_error(code: str, message: str, help: str) -> DiffcompareError:
    """An error in how the command was called."""
    return DiffcompareError(Diagnostic(code, "bad_value", message, help=help))
