"""Diagnostics: what is wrong with a text, where (with carets), what to write instead (did you mean ...), exit codes.

Codes are stable: a script may rely on them.

    E101  unknown function                          E201  empty text
    E102  wrong number of arguments                 E202  a value is missing
    E103  a constant's or function's name assigned  E203  an operator is missing
    E104  a name assigned twice, or after its use   E204  an implicit product after `/`, `^` or a root
    E105  a variable called like a function         E205  a bracket is left open
                                                    E206  a closing bracket without an opening one
    E301  a character that is not part of the        E207  bars that do not pair up
          language                                  E208  a stray comma
    E302  a look-alike of a character               E209  a comparison outside the condition of `if`
    E303  an invisible character                    E210  a chain of comparisons
    E304  a malformed number                        E211  a condition without a comparison
                                                    E212  `=` out of place
    E401  the text is too long                      E213  no expression at the end
    E402  too many operations                       E214  `;` out of place
    E403  a number has too many digits              E215  a function without parentheses
    E404  an exponent of a number is out of range   E216  a formula in two dimensions
    E221  a formula in another notation, not read   E217  a list of outputs out of place
    E222  another notation with several readings

    W301  an implicit product, and how it was read  W304  `e` is a variable here
    W302  a function's name used as a variable      W305  a named value that is never used
    W303  `e` is the constant                       W306  a root takes the next factor only
    W307  a name that looks like several things     W308  the name of a constant elsewhere, a variable here
    W310  how a text in another notation was read   W309  arguments that look like one number
    W316  a remark on such a reading

    E501  no such command                           E505  an argument is missing
    E502  no such option                            E506  not one of the choices, or a contradiction
    E503  an option lacks its value, or takes none  E507  not a number that will do
    E504  an argument too many                      E508  output cannot be written
                                                    E509  any other misuse
                                                    E900  an error in diffcompare itself

    E715  no such engine                            E720  a stanza that is no case of an audit
    E716  no engine is installed                    E721  a file of one's own that is no engine
    E717  a file that is no saved audit             E722  a library that runs no functions of the user's
    E718  a matrix with too many entries            E723  no engine returned a number
    E719  a library without a checker               E724  a contender that cannot be timed

Other modules add codes of their own outside these ranges.
"""

from __future__ import annotations

import re
import reprlib
from collections.abc import Iterable
from functools import cache
from itertools import takewhile
from operator import eq
from typing import Any, Literal, NamedTuple

MIN_LIKENESS = 0.5  # of two names, for one to be suggested in place of the other
MIN_SLIP_LIKENESS = 0.72  # for one to be taken for a slip of the other, and nothing else
MIN_BEGINNING = 3  # letters that an abbreviation has at least
MAX_NAME_LENGTH = 100
MAX_LINE_COLUMNS = 100  # shown of a long line
_ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]+")  # of an object, as Python's `repr` has it

_EXIT_CODES = {"domain_error": 3, "overflow": 3, "nondifferentiable": 3}


class Diagnostic(NamedTuple):
    """An error, a warning or a note about a text: one cause, its place and, where there is one, a fix.

    Attributes:
        code: The stable code of the cause, such as `E101`.
        kind: The class of the cause: syntax_error, unknown_function, arity_error, missing_variable, unknown_variable,
            bad_value, domain_error, overflow, nondifferentiable, resource_limit or io_error; "note" for notes and
            warnings.
        message: The cause in words, without a full stop.
        span: The characters of `text` at fault, counted from 0, half-open; None where no place is to blame.
        help: What to do about it, in words.
        text: The text that `span` refers to.
        source: What the text is to the user: `expression`, the name of a file, an option.
        label: A few words beside the place.
        fix: A whole corrected text to paste back.
        severity: `error`, `warning` or `note`.

    Example:
        >>> try:
        ...     parse("1 + sni(x)")
        ... except DiffcompareError as error:
        ...     error.diagnostic.code, error.diagnostic.span, error.diagnostic.fix
        ('E101', (4, 7), '1 + sin(x)')
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
        """The help together with the fix, on one line."""
        if self.fix is None or (self.help is not None and self.fix in self.help):
            return self.help
        return f"{self.help}   {self.fix}" if self.help else self.fix

    def data(self) -> dict[str, Any]:
        """Return the diagnostic as plain data: the `error` of a JSON document."""
        return {
            "code": self.code,
            "kind": self.kind,
            "message": self.message,
            "span": None if self.span is None else list(self.span),
            "help": self.advice,
        }


class DiffcompareError(Exception):
    """The one exception that this library raises for wrong input; its text shows the place and the fix.

    Args:
        diagnostic: What is wrong.

    Attributes:
        diagnostic: The same, to be read by a program.
        exit_code: The exit status of the command: 2 or 3.

    Example:
        >>> parse("ln(x")
        Traceback (most recent call last):
        diffcompare.diagnostics.DiffcompareError: error[E205]: this parenthesis is not closed
          --> expression, column 3
           |
           | ln(x
           |   ^ opened here
           |
           = help: closed at the end:   ln(x)
    """

    def __init__(self, diagnostic: Diagnostic) -> None:
        if "0x" in diagnostic.message:
            diagnostic = diagnostic._replace(message=without_addresses(diagnostic.message))
        super().__init__(diagnostic)
        self.diagnostic = diagnostic

    def __str__(self) -> str:
        return to_text(self.diagnostic)

    @property
    def exit_code(self) -> int:
        """2 if the input is wrong; 3 if it is well-formed, but undefined or without a derivative at the point."""
        return _EXIT_CODES.get(self.diagnostic.kind, 2)


class ManyNumbers(DiffcompareError):
    """An operation of NumPy's would record more single numbers than a recording serves; whole arrays are the way.

    `program` is the function at its point, where it is known.
    """

    program: Any = None


def usage_error(code: str, message: str, help: str) -> DiffcompareError:
    """Return an error in how the command was called."""
    return DiffcompareError(Diagnostic(code, "bad_value", message, help=help))


def note(code: str, message: str, help: str | None = None) -> Diagnostic:
    """Return a note: something worth knowing, but not a mistake."""
    return Diagnostic(code, "note", message, help=help, severity="note")


def is_misread(notes: Iterable[Diagnostic]) -> bool:
    """Tell whether a text probably means something other than how it is read: `sinx`, `E^x`."""
    return any(note.code in ("W307", "W308") and note.severity == "warning" for note in notes)


def did_you_mean(
    name: str, known: Iterable[str], min_likeness: float = MIN_LIKENESS, *, abbreviated: bool = True
) -> str | None:
    """Return the known name that was probably meant by an unknown one, whatever its case; None if none is near.

    A name is near if it is spelt alike or, where names may be `abbreviated`, if it begins alike (`reverse` for
    `reverse-ad`).  Likeness is the ratio of Ratcliff and Obershelp, from 0 to 1.
    """
    from difflib import SequenceMatcher

    given = name.casefold().lstrip("-")
    if len(given) > MAX_NAME_LENGTH:
        return None
    matcher = SequenceMatcher(None, "", given)

    def likeness(candidate: str) -> float:
        folded = candidate.casefold().lstrip("-")
        matcher.set_seq1(folded)
        if abbreviated and _begin_alike(given, folded):
            return 1 + matcher.ratio()
        is_near = matcher.real_quick_ratio() >= min_likeness <= matcher.quick_ratio()  # bounds, for thousands of names
        return matcher.ratio() if is_near else 0.0

    nearest = max(known, key=likeness, default="")
    return nearest if likeness(nearest) >= min_likeness else None


def _begin_alike(one: str, other: str) -> bool:
    """Tell whether most of the shorter name is the beginning of both."""
    common: int = sum(takewhile(bool, map(eq, one, other)))
    return common >= MIN_BEGINNING and common >= MIN_SLIP_LIKENESS * min(len(one), len(other))


# The characters of a text as a terminal shows them.

_LAYOUT = dict.fromkeys(map(ord, "\t\n\v\f\r\x85\u2028\u2029"), " ")  # white space that moves more than one column


def visible(text: str) -> str:
    """Escape what controls a terminal or the writing direction: controls, bidi overrides, lone surrogates (`\\x1b`).

    Spaces of any width become the plain one.
    """
    return text if text.isprintable() else "".join(map(_visible_character, text))


def _visible_character(character: str) -> str:
    if character.isprintable():
        return character
    from unicodedata import category

    return " " if category(character) == "Zs" else character.encode("unicode_escape").decode("ascii")


def one_line(text: str) -> str:
    """Return the text on one line: tabs and ends of lines become spaces, all else as `visible` shows it."""
    return visible(text.translate(_LAYOUT)) if not text.isprintable() else text


def without_addresses(text: str) -> str:
    """Return what an exception says, without the addresses of objects, which mean nothing and differ run by run."""
    return _ADDRESS.sub("", text) if "0x" in text else text


class _Shown(reprlib.Repr):
    def repr_instance(self, x: object, level: int) -> str:
        try:
            text = without_addresses(repr(x))
        except Exception:  # of the user's own `__repr__`
            return f"<{type(x).__name__}>"
        if len(text) <= self.maxother:
            return text
        kept = (self.maxother - 3) // 2
        return f"{text[:kept]}...{text[-kept:]}"


_SHOWN = _Shown()


def shown(value: object) -> str:
    """Return a value of the user's as messages show it: both ends of a long one, and never the address of an object."""
    return _SHOWN.repr(value)


def width(text: str) -> int:
    """Return the number of columns that a line takes on a terminal."""
    return len(text) if text.isascii() else sum(map(_columns, text))


@cache
def _columns(character: str) -> int:
    from unicodedata import category, east_asian_width

    return 0 if category(character) in ("Mn", "Me") else 1 + (east_asian_width(character) in "WF")


def truncated(text: str, limit: int = 40) -> str:
    """Return a name as messages quote it: the beginning of a very long one."""
    return text if len(text) <= limit else text[: limit - 3] + "..."


# A diagnostic as text, with carets below the place.


def to_text(diagnostic: Diagnostic) -> str:
    """Return the diagnostic as lines of text: the cause, the place (with carets), and the fix."""
    lines = [f"{diagnostic.severity}[{diagnostic.code}]: {one_line(diagnostic.message)}"]
    if diagnostic.text is not None and diagnostic.span is not None:
        lines += _frame(diagnostic, diagnostic.text, diagnostic.span)
    advice = diagnostic.advice
    if advice:
        if len(lines) > 1:
            lines.append("   |")
        lines.append(f"   = help: {one_line(advice)}")
    return "\n".join(lines)


def to_line(diagnostic: Diagnostic) -> str:
    """Return the diagnostic on one line, without its place: the cause and the fix."""
    advice = f" ({one_line(diagnostic.advice)})" if diagnostic.advice else ""
    return f"{diagnostic.severity}[{diagnostic.code}]: {one_line(diagnostic.message)}{advice}"


def _frame(diagnostic: Diagnostic, text: str, span: tuple[int, int]) -> list[str]:
    """Return the place: where it is, the line of the text, and carets below the characters at fault."""
    start, end = max(0, min(span[0], len(text))), max(0, min(span[1], len(text)))
    first, last, number = _line_around(text, start)
    place = f"column {start - first + 1}"
    if number > 1 or last < len(text):
        place = f"line {number}, {place}"
    line, offset, columns = _window(text[first:last], start - first, min(end, last) - first)
    carets = " " * offset + "^" * max(columns, 1)
    label = f" {one_line(diagnostic.label)}" if diagnostic.label else ""
    heading = [f"  --> {one_line(diagnostic.source)}, {place}", "   |"]
    return [*heading, f"   | {line}".rstrip(), f"   | {carets}{label}"]


def _line_around(text: str, position: int) -> tuple[int, int, int]:
    """Return the start and the end of the line of a position, and its number from 1."""
    import re

    number, first = 1, 0
    for ending in re.finditer(r"\r\n|\r|\n", text):
        if ending.end() > position:
            return first, ending.start(), number
        number, first = number + 1, ending.end()
    return first, len(text), number


def _window(line: str, start: int, end: int) -> tuple[str, int, int]:
    """Return the part of a line to show, and in it the offset and the width of a span, in columns of a terminal."""
    left, right = 0, len(line)
    if len(line) > MAX_LINE_COLUMNS:
        spare = max(MAX_LINE_COLUMNS - (end - start), 20) // 2
        left = max(0, min(start - spare, len(line) - MAX_LINE_COLUMNS))
        right = min(len(line), left + MAX_LINE_COLUMNS)
    before, after = ("..." if left else ""), ("..." if right < len(line) else "")
    end = min(end, right)
    offset = len(before) + width(one_line(line[left:start]))
    return before + one_line(line[left:right]) + after, offset, width(one_line(line[start:end]))
