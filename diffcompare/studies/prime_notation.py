"""Derivatives that are still to be worked out in a line: `d/dx[x^2]`, `(x^2)'`, `sin(x)'`, `u'`, `f'(x)`, `du/dx`.

Each is read as what it is: the derivative of what stands in its brackets, or of what an earlier line defines.  In the
text that is parsed a name stands for it, which nobody wrote: so whatever is said of that text is told of the line as it
was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.inputs.point import unknown_variable
from diffcompare.language.differentiation_rules import ZERO, derivatives_of
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.operations import CONSTANTS, FUNCTIONS
from diffcompare.language.parser import attempt, parse
from diffcompare.language.serialization import substitute
from diffcompare.language.syntax.misread_names import reading_of_unknown
from diffcompare.language.wengert import variables, wengert_list

PRIMES = "'′’"
_PRIMED = re.compile(rf"(?<![{PRIMES}])[{PRIMES}]+")
_OPEN = re.compile(r"(?<!\w)[d∂]\s*/\s*[d∂]\s*(\w+)\s*([\[(])")
_QUOTIENT = re.compile(r"(?<!\w)[d∂]([^\W\d]\w*)\s*/\s*[d∂]([^\W\d]\w*)(?!\w)")
_TIMES = re.compile(r"\s*[*·×⋅]?\s*")
_NAME_AT_END = re.compile(r"[^\W\d]\w*\s*\Z")
_OPERAND_AT_END = re.compile(r"(?:[\])\w.]|['′’])\s*\Z")
_QUOTIENT_AT_END = re.compile(r"/\s*[\w.]+\s*\Z")
_POWER_AT_END = re.compile(r"(?:\^|\*\*)\s*\Z")
_CLOSING = {"[": "]", "(": ")"}
_OPENING = {"]": "[", ")": "("}


class Definition(NamedTuple):
    """What an earlier line says a name is: `u = x^2`, or `g(t) = sin(t)` with its parameter."""

    expression: Expression
    parameter: str | None
    line: int
    """0 for the function itself, which no line need define."""


@dataclass
class LocalNames:
    """The names that a line may use: the variables of the function, and what earlier lines define."""

    by: str
    variables: Sequence[str]
    defined: dict[str, Definition] = field(default_factory=dict)
    unread: dict[str, tuple[int, Diagnostic]] = field(default_factory=dict)
    """What is wrong with definitions that cannot be read, and their lines."""
    used: set[int] = field(default_factory=set)
    """Lines whose definitions were used."""

    def use(self, name: str) -> Definition:
        """What a name is."""
        self.used.add(self.defined[name].line)
        return self.defined[name]


class LinePart(NamedTuple):
    """A part of a line that stands for an expression: from where to where, which, and how many derivatives it holds."""

    start: int
    end: int
    expression: Expression
    opens: int


def read(text: str, names: LocalNames) -> tuple[Expression, int]:
    """The expression that a line writes, each open derivative worked out, and how many there are."""
    pieces = list(_pieces(text, names))
    plain, stands, places = _plain(text, pieces, names)
    known = [*names.variables, *(name for name, each in names.defined.items() if each.parameter is None)]
    try:
        formula = parse(plain, [*known, *stands])
        for name in variables(wengert_list(formula)):
            if name not in stands and name not in known:
                raise _unknown(name, names, plain)
    except DiffcompareError as error:
        raise DiffcompareError(_as_written(error.diagnostic, text, plain, places)) from None
    meant = dict(stands)
    for name in variables(wengert_list(formula)):
        if name in names.defined and name not in names.variables:
            meant[name] = names.use(name).expression
    return substitute([formula], meant)[0] if meant else formula, sum(piece.opens for piece in pieces)


def _unknown(name: str, names: LocalNames, plain: str) -> DiffcompareError:
    meant = reading_of_unknown(name, plain, names.variables, attempt)
    found = unknown_variable(name, names.variables, "expression", plain, meant).diagnostic
    place = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", plain)
    span = place.span() if place else found.span
    if name in names.unread and span is not None:
        return _unread(name, plain, span, names)
    return DiffcompareError(found._replace(span=span))


def _unread(name: str, text: str, span: tuple[int, int], names: LocalNames) -> DiffcompareError:
    line, found = names.unread[name]
    message = f"what `{name}` is, in line {line}, cannot be read: {found.message}"
    return DiffcompareError(found._replace(message=message, text=text, span=span, label=""))


def derivative(function: Expression, by: str, times: int = 1) -> Expression:
    """The derivative by the rules, unsimplified."""
    for _ in range(times):
        function = derivatives_of(wengert_list(function), by).get(function, ZERO)
    return function


# --- What stands in a line --------------------------------------------------------------------------------------------


def _pieces(text: str, names: LocalNames) -> Iterator[LinePart]:
    """The outermost open derivatives, and calls of functions that are defined, in their order."""
    last = 0
    found = [*_marked(text), *_quotients(text, names), *_primed(text, names), *_calls(text, names)]
    for start, end, kind, details in sorted(found, key=lambda each: (each[0], -each[1])):
        if start >= last:
            yield LinePart(start, end, *_meaning(text, start, end, kind, details, names))
            last = end


Found = tuple[int, int, str, tuple[str, ...]]  # from where to where, how it is written, and its parts as text


def _marked(text: str) -> Iterator[Found]:
    """Derivatives that are written d/dx[...]."""
    place = 0
    while (match := _OPEN.search(text, place)) is not None:
        place = _end(text, match.end(), match[2])
        yield match.start(), place, "of", (match[1], text[match.end() : place - 1], "'")


def _quotients(text: str, names: LocalNames) -> Iterator[Found]:
    """Derivatives that are written du/dx, where u is defined; dy/du * du/dx is dy/dx, whatever u is."""
    chain: list[re.Match[str]] = []
    for match in _QUOTIENT.finditer(text):
        goes_on = chain and chain[-1][2] == match[1] and _TIMES.fullmatch(text, chain[-1].end(), match.start())
        chain = [*chain, match] if goes_on else [match]
        if chain[0][1] in names.defined:
            yield chain[0].start(), match.end(), "name", (match[2], chain[0][1], "'")


def _primed(text: str, names: LocalNames) -> Iterator[Found]:
    """Derivatives with a prime: (...)', sin(...)', u', g'(...)."""
    for match in _PRIMED.finditer(text):
        before = text[: match.start()].rstrip()
        name = _NAME_AT_END.search(before)
        called = re.compile(r"\s*\(").match(text, match.end())
        if name is not None:
            name = _last_factor(name, names)
            if called is not None and (name[0] in names.defined or _is_function(name[0], names)):
                end = _end(text, called.end(), "(")
                yield name.start(), end, "at", (name[0], text[called.end() : end - 1], match[0])
            else:
                yield name.start(), match.end(), "name", (names.by, name[0].strip(), match[0])
        elif before[-1:] in _OPENING:
            start = _start(before)
            function = _NAME_AT_END.search(text[:start])
            if function is not None and _is_function(function[0].rstrip(), names):
                start = function.start()
            yield start, match.end(), "of", (names.by, text[start : len(before)], match[0])
        else:
            message = "a prime stands behind a bracket or a name"
            raise _wrong(message, text, match.span(), "put what is differentiated into brackets: (x^2)'")


def _last_factor(name: re.Match[str], names: LocalNames) -> re.Match[str]:
    """The v of `uv'`, where u and v are defined and uv is not."""
    said = name[0]
    known = {*names.defined, *names.variables}
    if said in known or said[:-1] not in known or said[-1:] not in known:
        return name
    return _NAME_AT_END.search(name.string, name.end() - 1) or name


def _calls(text: str, names: LocalNames) -> Iterator[Found]:
    """Calls of functions that are defined in earlier lines."""
    for name, definition in names.defined.items():
        if definition.parameter is not None and name not in names.variables:
            for match in re.finditer(rf"(?<!\w){re.escape(name)}\s*\(", text):
                end = _end(text, match.end(), "(")
                yield match.start(), end, "call", (name, text[match.end() : end - 1])


def _meaning(
    text: str, start: int, end: int, kind: str, details: tuple[str, ...], names: LocalNames
) -> tuple[Expression, int]:
    """The expression that a piece stands for, and how many derivatives are open in it."""
    if kind == "call":
        definition = names.use(details[0])
        argument, opens = read(details[1], names)
        assert definition.parameter is not None
        return substitute([definition.expression], {definition.parameter: argument})[0], opens
    if kind == "at":
        return _at(details, names)
    by, inner, primes = details
    if by not in names.variables:
        message = f"a derivative by `{by}`, which is no variable of the function"
        raise DiffcompareError(Diagnostic("E705", "unknown_variable", message, text=text, span=(start, end)))
    if kind == "name":
        return derivative(_named(inner, text, (start, end), names), by, len(primes)), 1
    if primes != "'" or not text.startswith(("d", "∂"), start):
        _check_exponent(text, start, end, names)
    function, _ = read(_without_brackets(inner), names)
    return derivative(function, by, len(primes)), 1


def _at(details: tuple[str, ...], names: LocalNames) -> tuple[Expression, int]:
    """The derivative of a function, taken at its argument: sin'(x^2) is cos(x^2)."""
    name, argument, primes = details
    where, _ = read(argument, names)
    if name in names.defined:
        definition = names.use(name)
        parameter = definition.parameter or names.by
        slope = derivative(definition.expression, parameter, len(primes))
    else:
        parameter = names.by
        slope = derivative(parse(f"{name}({parameter})", [parameter]), parameter, len(primes))
    return substitute([slope], {parameter: where})[0], 1


def _named(name: str, text: str, span: tuple[int, int], names: LocalNames) -> Expression:
    if name in names.defined:
        return names.use(name).expression
    if name == names.by:
        return Variable(name)
    if name in names.unread:
        raise _unread(name, text, span, names)
    help = f"define it in a line above: {name} = ..."
    raise _wrong(f"no line says what `{name}` is, so its derivative is not known", text, span, help)


def _check_exponent(text: str, start: int, end: int, names: LocalNames) -> None:
    """Raise DiffcompareError where a prime may be that of an exponent or of the whole power."""
    power = _POWER_AT_END.search(text[:start])
    if power is None:
        return
    exponent, sign = text[start:end], text[power.start() : start]
    help = f"for the power write (...{sign}{exponent[:-1]})', for the exponent ({exponent})"
    raise _wrong("is this the derivative of the power, or of its exponent?", text, (start, end), help)


def _is_function(name: str, names: LocalNames) -> bool:
    known = name in FUNCTIONS or (name in names.defined and names.defined[name].parameter is not None)
    return known and name not in names.variables


def _without_brackets(text: str) -> str:
    """`[x^2]` as the language writes it: with parentheses."""
    return f"({text[1:-1]})" if text.startswith("[") and text.endswith("]") else text


def _start(text: str) -> int:
    """Where the bracket opens that the last character closes."""
    depth = 0
    for place in range(len(text) - 1, -1, -1):
        depth += (text[place] in _OPENING) - (text[place] in _CLOSING)
        if depth == 0:
            return place
    raise _wrong(f"`{text[-1]}` closes a bracket that is not open", text, (len(text) - 1, len(text)), "leave it out")


def _end(text: str, start: int, opening: str) -> int:
    """Behind the bracket that closes the one before `start`."""
    depth, closing = 1, _CLOSING[opening]
    for place in range(start, len(text)):
        depth += (text[place] == opening) - (text[place] == closing)
        if depth == 0:
            return place + 1
    help = f"close it with `{closing}`"
    message = f"`{opening}` is not closed"
    raise DiffcompareError(Diagnostic("E205", "syntax_error", message, text=text, span=(start - 1, start), help=help))


# --- Names that stand for it ------------------------------------------------------------------------------------------


class Place(NamedTuple):
    """A piece in the text that is parsed: where it begins and ends there, and where in the line."""

    name: str
    start: int
    end: int
    piece: LinePart


def _plain(text: str, pieces: Sequence[LinePart], names: LocalNames) -> tuple[str, dict[str, Expression], list[Place]]:
    """The text with a name in brackets for every piece, what the names stand for, and where they stand."""
    stem = "q"
    while stem in text or any(stem in name for name in names.defined):
        stem += "q"
    plain, last = "", 0
    stands: dict[str, Expression] = {}
    places: list[Place] = []
    for number, piece in enumerate(pieces):
        plain += text[last : piece.start]
        if _is_operand(plain, names) and not _QUOTIENT_AT_END.search(plain):
            plain += "*"  # x^2 (sin(x))'
        name = f"{stem}{number}"
        stands[name] = piece.expression
        places.append(Place(name, len(plain), len(plain) + len(name) + 2, piece))
        plain, last = f"{plain}({name})", piece.end
    return plain + text[last:], stands, places


def _is_operand(before: str, names: LocalNames) -> bool:
    """Whether a text ends with a value, so that what follows is multiplied by it."""
    name = _NAME_AT_END.search(before)
    if name is not None:
        return name[0].rstrip() in {*names.variables, *names.defined, *CONSTANTS}
    return _OPERAND_AT_END.search(before) is not None


def _as_written(found: Diagnostic, text: str, plain: str, places: Sequence[Place]) -> Diagnostic:
    """The diagnostic of the line as it was written: with its own text, places and names."""

    def told(said: str | None) -> str | None:
        for place in places if said else ():
            written = text[place.piece.start : place.piece.end]
            said = written.join(re.split(rf"\(?\b{place.name}\b\)?", said or ""))
        return said

    span = found.span
    if span is not None and found.text == plain:
        span = (_original(span[0], places, 0), _original(span[1], places, 1))
    return found._replace(
        message=told(found.message) or "", help=told(found.help), label=told(found.label) or "", fix=told(found.fix),
        text=text if found.text == plain else found.text, span=span,
    )  # fmt: skip


def _original(position: int, places: Sequence[Place], end: int) -> int:
    """Where a position of the parsed text stands in the line; within a piece, at its beginning or its end."""
    shift = 0
    for place in places:
        if position <= place.start:
            return min(position - shift, place.piece.start)
        if position < place.end:
            return place.piece.end if end else place.piece.start
        shift = place.end - place.piece.end
    return position - shift


def _wrong(message: str, text: str, span: tuple[int, int], help: str) -> DiffcompareError:
    return DiffcompareError(Diagnostic("E578", "syntax_error", message, text=text, span=span, help=help))
