"""Derivatives still to be worked out, as people write them: `d/dx[x^2]`, `(x^2)'`, `sin(x)'`, `u'`, `f'(x)`, `du/dx`.

Each is read as the derivative of what is in its brackets, or of what an earlier line defines.  For the parser a
placeholder stands in its place, which nobody wrote; so every diagnostic about the parsed text is translated back to the
line as it was written.
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


# --- Names ------------------------------------------------------------------------------------------------------------


class Definition(NamedTuple):
    """The definition of a name in an earlier line: `u = x^2`, or `g(t) = sin(t)` with its parameter."""

    expression: Expression
    parameter: str | None
    line: int  # the number of the line; 0 for the function itself, which no line need define


@dataclass
class LocalNames:
    """The names that a line may use: the variables of the function, and what earlier lines define."""

    by: str
    variables: Sequence[str]
    defined: dict[str, Definition] = field(default_factory=dict)
    # For each definition that cannot be read its line and what is wrong with it.
    unread: dict[str, tuple[int, Diagnostic]] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)  # lines whose definitions were used

    def use(self, name: str) -> Definition:
        """Return the definition of a name and mark its line as used."""
        self.used.add(self.defined[name].line)
        return self.defined[name]


# --- Reading a line ---------------------------------------------------------------------------------------------------


class LinePart(NamedTuple):
    """A part of a line (from `start` to `end`) that stands for an expression, with the derivatives worked out in it."""

    start: int
    end: int
    expression: Expression
    derivatives: int  # the number of derivatives that had to be worked out


def read(text: str, names: LocalNames) -> tuple[Expression, int]:
    """Return the expression that a line writes, all derivatives worked out, and the number of these.

    Raises DiffcompareError, with the place in the line, where it cannot be read.
    """
    parts = list(_parts(text, names))
    plain, placeholders, places = _with_placeholders(text, parts, names)
    defined = [name for name, definition in names.defined.items() if definition.parameter is None]
    known = [*names.variables, *defined]
    try:
        formula = parse(plain, [*known, *placeholders])
        for name in variables(wengert_list(formula)):
            if name not in placeholders and name not in known:
                raise _unknown(name, names, plain)
    except DiffcompareError as error:
        raise DiffcompareError(_as_written(error.diagnostic, text, plain, places)) from None
    meanings = dict(placeholders)
    for name in variables(wengert_list(formula)):
        if name in names.defined and name not in names.variables:
            meanings[name] = names.use(name).expression
    return substitute([formula], meanings)[0] if meanings else formula, sum(part.derivatives for part in parts)


def _unknown(name: str, names: LocalNames, plain: str) -> DiffcompareError:
    meant = reading_of_unknown(name, plain, names.variables, attempt)
    diagnostic = unknown_variable(name, names.variables, "expression", plain, meant).diagnostic
    place = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", plain)
    span = place.span() if place else diagnostic.span
    if name in names.unread and span is not None:
        return _unread(name, plain, span, names)
    return DiffcompareError(diagnostic._replace(span=span))


def _unread(name: str, text: str, span: tuple[int, int], names: LocalNames) -> DiffcompareError:
    line, diagnostic = names.unread[name]
    message = f"the definition of `{name}` in line {line} cannot be read: {diagnostic.message}"
    return DiffcompareError(diagnostic._replace(message=message, text=text, span=span, label=""))


def derivative(function: Expression, by: str, times: int = 1) -> Expression:
    """Differentiate by the rules, `times` times, without simplification."""
    for _ in range(times):
        function = derivatives_of(wengert_list(function), by).get(function, ZERO)
    return function


# --- Finding derivatives and calls in a line --------------------------------------------------------------------------

# (start, end, form, details): where a derivative or a call is, how it is written, and its parts as text.
# Forms: "of" d/dx[...] or (...)', "name" u' or du/dx, "at" g'(...), "call" g(...).
Occurrence = tuple[int, int, str, tuple[str, ...]]


def _parts(text: str, names: LocalNames) -> Iterator[LinePart]:
    """Yield the outermost pending derivatives and calls of defined functions, from left to right."""
    last = 0
    occurrences = [*_marked(text), *_quotients(text, names), *_primed(text, names), *_calls(text, names)]
    for start, end, form, details in sorted(occurrences, key=lambda occurrence: (occurrence[0], -occurrence[1])):
        if start >= last:
            yield LinePart(start, end, *_meaning(text, start, end, form, details, names))
            last = end


def _marked(text: str) -> Iterator[Occurrence]:
    """Yield derivatives that are written d/dx[...]."""
    place = 0
    while (match := _OPEN.search(text, place)) is not None:
        place = _end_of_bracket(text, match.end(), match[2])
        yield match.start(), place, "of", (match[1], text[match.end() : place - 1], "'")


def _quotients(text: str, names: LocalNames) -> Iterator[Occurrence]:
    """Yield derivatives that are written du/dx, where u is defined; dy/du * du/dx is dy/dx, whatever u is."""
    chain: list[re.Match[str]] = []
    for match in _QUOTIENT.finditer(text):
        continues = chain and chain[-1][2] == match[1] and _TIMES.fullmatch(text, chain[-1].end(), match.start())
        chain = [*chain, match] if continues else [match]
        if chain[0][1] in names.defined:
            yield chain[0].start(), match.end(), "name", (match[2], chain[0][1], "'")


def _primed(text: str, names: LocalNames) -> Iterator[Occurrence]:
    """Yield derivatives with a prime: (...)', sin(...)', u', g'(...)."""
    for match in _PRIMED.finditer(text):
        before = text[: match.start()].rstrip()
        name = _NAME_AT_END.search(before)
        called = re.compile(r"\s*\(").match(text, match.end())
        if name is not None:
            name = _last_factor(name, names)
            if called is not None and (name[0] in names.defined or _is_function(name[0], names)):
                end = _end_of_bracket(text, called.end(), "(")
                yield name.start(), end, "at", (name[0], text[called.end() : end - 1], match[0])
            else:
                yield name.start(), match.end(), "name", (names.by, name[0].strip(), match[0])
        elif before[-1:] in _OPENING:
            start = _start_of_bracket(before)
            function = _NAME_AT_END.search(text[:start])
            if function is not None and _is_function(function[0].rstrip(), names):
                start = function.start()
            yield start, match.end(), "of", (names.by, text[start : len(before)], match[0])
        else:
            message = "a prime must follow a bracket or a name"
            raise _wrong(message, text, match.span(), "put the expression to be differentiated into brackets: (x^2)'")


def _last_factor(name: re.Match[str], names: LocalNames) -> re.Match[str]:
    """Return the v of `uv'`, where u and v are defined and uv is not; else the whole name."""
    word = name[0]
    known = {*names.defined, *names.variables}
    if word in known or word[:-1] not in known or word[-1:] not in known:
        return name
    return _NAME_AT_END.search(name.string, name.end() - 1) or name


def _calls(text: str, names: LocalNames) -> Iterator[Occurrence]:
    """Yield calls of functions that are defined in earlier lines."""
    for name, definition in names.defined.items():
        if definition.parameter is not None and name not in names.variables:
            for match in re.finditer(rf"(?<!\w){re.escape(name)}\s*\(", text):
                end = _end_of_bracket(text, match.end(), "(")
                yield match.start(), end, "call", (name, text[match.end() : end - 1])


# --- The meaning of an occurrence -------------------------------------------------------------------------------------


def _meaning(
    text: str, start: int, end: int, form: str, details: tuple[str, ...], names: LocalNames
) -> tuple[Expression, int]:
    """Return the expression that an occurrence stands for, and the number of derivatives worked out in it."""
    if form == "call":
        definition = names.use(details[0])
        argument, derivatives = read(details[1], names)
        assert definition.parameter is not None
        return substitute([definition.expression], {definition.parameter: argument})[0], derivatives
    if form == "at":
        return _derivative_at(details, names)
    by, inner, primes = details
    if by not in names.variables:
        message = f"a derivative with respect to `{by}`, which is not a variable of the function"
        raise DiffcompareError(Diagnostic("E705", "unknown_variable", message, text=text, span=(start, end)))
    if form == "name":
        return derivative(_definition_of(inner, text, (start, end), names), by, len(primes)), 1
    if primes != "'" or not text.startswith(("d", "∂"), start):
        _check_exponent(text, start, end, names)
    function, _ = read(_without_brackets(inner), names)
    return derivative(function, by, len(primes)), 1


def _derivative_at(details: tuple[str, ...], names: LocalNames) -> tuple[Expression, int]:
    """Return the derivative of a function at its argument: sin'(x^2) is cos(x^2)."""
    name, text, primes = details
    argument, _ = read(text, names)
    if name in names.defined:
        definition = names.use(name)
        parameter = definition.parameter or names.by
        slope = derivative(definition.expression, parameter, len(primes))
    else:
        parameter = names.by
        slope = derivative(parse(f"{name}({parameter})", [parameter]), parameter, len(primes))
    return substitute([slope], {parameter: argument})[0], 1


def _definition_of(name: str, text: str, span: tuple[int, int], names: LocalNames) -> Expression:
    if name in names.defined:
        return names.use(name).expression
    if name == names.by:
        return Variable(name)
    if name in names.unread:
        raise _unread(name, text, span, names)
    help = f"define it in a line above: {name} = ..."
    raise _wrong(f"`{name}` is not defined in any line, so its derivative is not known", text, span, help)


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
    """Return `[x^2]` with parentheses, as the language writes it."""
    return f"({text[1:-1]})" if text.startswith("[") and text.endswith("]") else text


def _start_of_bracket(text: str) -> int:
    """Return the position of the bracket that the last character closes."""
    depth = 0
    for place in range(len(text) - 1, -1, -1):
        depth += (text[place] in _OPENING) - (text[place] in _CLOSING)
        if depth == 0:
            return place
    raise _wrong(f"`{text[-1]}` closes a bracket that is not open", text, (len(text) - 1, len(text)), "leave it out")


def _end_of_bracket(text: str, start: int, opening: str) -> int:
    """Return the position behind the bracket that closes the one before `start`."""
    depth, closing = 1, _CLOSING[opening]
    for place in range(start, len(text)):
        depth += (text[place] == opening) - (text[place] == closing)
        if depth == 0:
            return place + 1
    help = f"close it with `{closing}`"
    message = f"`{opening}` is not closed"
    raise DiffcompareError(Diagnostic("E205", "syntax_error", message, text=text, span=(start - 1, start), help=help))


# --- Placeholders for the parser --------------------------------------------------------------------------------------


class Placeholder(NamedTuple):
    """A name in the parsed text that stands for a part of the line: from `start` to `end`, brackets included."""

    name: str
    start: int
    end: int
    part: LinePart


def _with_placeholders(
    text: str, parts: Sequence[LinePart], names: LocalNames
) -> tuple[str, dict[str, Expression], list[Placeholder]]:
    """Return the text with a name in brackets for every part, the expressions of these names, and their places."""
    stem = "q"
    while stem in text or any(stem in name for name in names.defined):
        stem += "q"
    plain, last = "", 0
    expressions: dict[str, Expression] = {}
    places: list[Placeholder] = []
    for number, part in enumerate(parts):
        plain += text[last : part.start]
        if _ends_with_value(plain, names) and not _QUOTIENT_AT_END.search(plain):
            plain += "*"  # x^2 (sin(x))'
        name = f"{stem}{number}"
        expressions[name] = part.expression
        places.append(Placeholder(name, len(plain), len(plain) + len(name) + 2, part))
        plain, last = f"{plain}({name})", part.end
    return plain + text[last:], expressions, places


def _ends_with_value(before: str, names: LocalNames) -> bool:
    """Tell whether a text ends with a value, so that what follows is multiplied by it."""
    name = _NAME_AT_END.search(before)
    if name is not None:
        return name[0].rstrip() in {*names.variables, *names.defined, *CONSTANTS}
    return _OPERAND_AT_END.search(before) is not None


def _as_written(diagnostic: Diagnostic, text: str, plain: str, places: Sequence[Placeholder]) -> Diagnostic:
    """Translate a diagnostic of the parsed text to the line as it was written: its text, places and names."""

    def restored(message: str | None) -> str | None:
        for place in places if message else ():
            written = text[place.part.start : place.part.end]
            message = written.join(re.split(rf"\(?\b{place.name}\b\)?", message or ""))
        return message

    span = diagnostic.span
    if span is not None and diagnostic.text == plain:
        span = (_original_position(span[0], places, 0), _original_position(span[1], places, 1))
    return diagnostic._replace(
        message=restored(diagnostic.message) or "",
        help=restored(diagnostic.help),
        label=restored(diagnostic.label) or "",
        fix=restored(diagnostic.fix),
        text=text if diagnostic.text == plain else diagnostic.text,
        span=span,
    )


def _original_position(position: int, places: Sequence[Placeholder], end: int) -> int:
    """Return the position in the line for one in the parsed text; in a placeholder, the start or end of its part."""
    shift = 0
    for place in places:
        if position <= place.start:
            return min(position - shift, place.part.start)
        if position < place.end:
            return place.part.end if end else place.part.start
        shift = place.end - place.part.end
    return position - shift


def _wrong(message: str, text: str, span: tuple[int, int], help: str) -> DiffcompareError:
    return DiffcompareError(Diagnostic("E578", "syntax_error", message, text=text, span=span, help=help))
