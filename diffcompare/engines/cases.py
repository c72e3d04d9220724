"""The cases of an audit: `cases.toml`, one stanza each, with the right value, its reason and its source.

A case is an expression of the language at a point, or a call of a function that the language does not have
(`call = "mod"`, with the coordinates of the point as its arguments).  Its right values are exact: a number in decimals,
`inf` or `-inf`, `left | right` for the slopes on both sides of a kink, or `none` where there is no derivative at all.

With `inner` it has derivatives inside (see `nested_derivatives`).  With `of_complex` it is a function of the complex
number z, at its parts `re` and `im`; its right value is f' where f is analytic and f_x + i f_y where it is real, and
their conjugates are a convention of some engines.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError, did_you_mean, shown, truncated
from diffcompare.engines.nested_derivatives import InnerDerivative, unknown_names
from diffcompare.inputs.expression_file import lines_of_headers, parsed_toml
from diffcompare.inputs.files import read_text
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables, wengert_list

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases.toml")


class AuditCase(NamedTuple):
    """A question to an engine, and what is right.

    Attributes:
        name: What it is about, unique among all cases.
        group: The heading under which it is listed.
        at: The point, by variable.
        right: For each variable the right partial as text; for order 2 the second derivative with respect to it.
        expression: The expression; empty for a call.
        call: The name of a function that is called with the coordinates of the point; empty for an expression.
        order: Which derivative is asked for, 1 or 2; 0 for the value.
        float_exponents: Whether whole exponents are written as doubles, `x**2.0`.
        inner: Its derivatives inside, by which the expression is no plain one.
        of_complex: Whether it is a function of a complex number.
        together: What the partials must add up to, whatever the engine's convention for each; empty for nothing.
        why: Why that is right, and what goes wrong.
        cure: What to write instead where an engine fails: another formula, another function; empty where nothing helps.
        source: Where the right value comes from: a definition, an identity, a section of a handbook.
    """

    name: str
    group: str
    at: Mapping[str, float]
    right: Mapping[str, str]
    expression: str = ""
    call: str = ""
    order: int = 1
    float_exponents: bool = False
    inner: Sequence[InnerDerivative] = ()
    of_complex: bool = False
    together: str = ""
    why: str = ""
    cure: str = ""
    source: str = ""

    @property
    def text(self) -> str:
        """The function as a person would write it."""
        text = self.expression or f"{self.call}({'z' if self.of_complex else ', '.join(self.at)})"
        text = re.sub(r"\^(\d+)\b", r"^\1.0", text) if self.float_exponents else text
        text = ", ".join([text, *[one.text for one in self.inner]])
        return text + {0: ", value", 2: ", second derivative"}.get(self.order, "")


NEEDED = ("group", "name", "at", "right", "why", "source")
EXAMPLE = (
    "a case is the line [[case]] and group, name, why and source, all texts, and such as "
    'expression = "x^2", at = { x = 3.0 } and right = { x = "6" }'
)
MAX_CASES = 5000
MAX_INNER = 8  # derivatives inside of each other, each of which makes the formula longer
PARTS = ("re", "im")  # the coordinates of a complex number
_HEADER = r"(?m)^[ \t]*\[\[[ \t]*case[ \t]*\]\]"
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?|[+-]?inf"  # of a length and an exponent that are no burden
_LONGEST = 100  # characters of a number


@cache
def edge_cases() -> tuple[AuditCase, ...]:
    """Return the cases of the file."""
    with open(FILE, encoding="utf-8") as file:
        return read_cases(file.read(), FILE)


def cases_of_file(path: str) -> tuple[AuditCase, ...]:
    """Return the cases of a user's file.  Raises DiffcompareError, which names the line, where one of them is none."""
    return read_cases(read_text(path), path)


def read_cases(text: str, source: str = "cases") -> tuple[AuditCase, ...]:
    """Read stanzas of cases, whose expressions are read by our parser and never run as code.

    Args:
        text: The stanzas, in TOML.
        source: The file that they come from, for messages.

    Raises:
        DiffcompareError: One of them is no case; it names the line, the stanza, and what to write.
    """
    if sum(1 for _ in islice(re.finditer(_HEADER, text), MAX_CASES + 1)) > MAX_CASES:
        message = f"{source} has more than {MAX_CASES:,} cases"
        raise DiffcompareError(Diagnostic("E720", "resource_limit", message, source=source, help="split the file"))
    stanzas = parsed_toml(text, source, EXAMPLE).get("case", [])
    if not isinstance(stanzas, list) or not all(isinstance(stanza, dict) for stanza in stanzas) or not stanzas:
        raise DiffcompareError(
            Diagnostic("E720", "bad_value", f"{source}: a case begins with `[[case]]`", source=source, help=EXAMPLE)
        )
    found: dict[str, AuditCase] = {}
    lines = text.split("\n")
    headers = lines_of_headers(text, _HEADER, len(stanzas))
    for count, (stanza, line) in enumerate(zip(stanzas, headers, strict=True), 1):
        try:
            case = _case(stanza)
            if case.name in found:
                raise _NoCaseError("name", "a second case of this name", "give every case a name of its own")
        except _NoCaseError as error:
            raise _at_its_place(error, stanza, count, source, lines, line) from None
        found[case.name] = case
    return tuple(found.values())


def no_such_case(message: str, source: str, help: str) -> DiffcompareError:
    """Return the error for a stanza of a file that is no case, or no true one."""
    return DiffcompareError(Diagnostic("E720", "bad_value", message, source=source, help=help))


class _NoCaseError(Exception):
    """A stanza is no case: the key at fault (empty for the stanza), what is wrong, and what to write."""

    def __init__(self, key: str, message: str, help: str) -> None:
        super().__init__(key, message, help)


def _at_its_place(
    error: _NoCaseError, stanza: Mapping[str, Any], count: int, source: str, lines: Sequence[str], line: int | None
) -> DiffcompareError:
    """Return the error for a stanza, at the line of the key or of the stanza as far as it is known."""
    key, message, help = error.args
    name = stanza.get("name")
    message = f"case {count}{f', `{truncated(name)}`' if isinstance(name, str) and name else ''}: {message}"
    if line is None:
        return no_such_case(message, source, help)
    end = next((n for n in range(line, len(lines)) if re.match(_HEADER, lines[n])), len(lines))
    place = next((n for n in range(line, end) if key and re.match(rf"\s*{re.escape(key)}\s*=", lines[n])), line - 1)
    whole, text = lines[place], lines[place].strip()
    span = (whole.index(text), whole.index(text) + len(text))
    where = f"{source}:{place + 1}"
    return DiffcompareError(Diagnostic("E720", "bad_value", message, span, help, whole, where))


def _case(stanza: Mapping[str, Any]) -> AuditCase:
    """Return a stanza as a case.  Raises _NoCaseError."""
    for key in stanza:
        if key not in AuditCase._fields:
            near = did_you_mean(key, AuditCase._fields)
            said = f"unknown key `{truncated(key)}`{f', did you mean `{near}`?' if near else ''}"
            raise _NoCaseError(key, said, f"the keys are {', '.join(AuditCase._fields)}")
    missing = [key for key in NEEDED if not stanza.get(key)]
    if missing:
        raise _NoCaseError("", f"it has no {', '.join(f'`{key}`' for key in missing)}", EXAMPLE)
    if ("expression" in stanza) == ("call" in stanza):
        said = "it has both `expression` and `call`" if "call" in stanza else "it has neither `expression` nor `call`"
        raise _NoCaseError("call" if "call" in stanza else "", said, "one of them says what is differentiated")
    for key in ("group", "name", "expression", "call", "together", "why", "cure", "source"):
        if not isinstance(stanza.get(key, ""), str):
            raise _NoCaseError(key, f"`{key}` is no text", f'put it in quotes: {key} = "..."')
    for key in ("float_exponents", "of_complex"):
        if not isinstance(stanza.get(key, False), bool):
            raise _NoCaseError(key, f"`{key}` is true or false", f"{key} = true, or leave it out")
    if stanza.get("order", 1) not in (1, 2) or isinstance(stanza.get("order", 1), bool | float):
        raise _NoCaseError("order", f"`order` is 1 or 2, not {shown(stanza['order'])}", "order = 2, or leave it out")
    at = _coordinates(stanza["at"])
    right = _right_values(stanza["right"], at)
    if "together" in stanza and not _is_number(stanza["together"]):
        raise _NoCaseError("together", f"`{shown(stanza['together'])}` is no number", 'together = "1"')
    case = AuditCase(**{**stanza, "at": at, "right": right, "inner": _inner(stanza.get("inner", []), stanza, at)})
    if case.of_complex and (tuple(case.at) != PARTS or case.order != 1 or case.inner):
        said = "a function of a complex number has the point { re, im } and first derivatives"
        raise _NoCaseError("at", said, "at = { re = 3.0, im = 4.0 }, and z in the expression")
    if case.expression:
        _check_names(
            "expression", case.expression, ["z"] if case.of_complex else [*at, *[one.name for one in case.inner]]
        )
        if case.inner and (unknown := unknown_names(case.expression, case.inner, at)):
            raise _NoCaseError("inner", f"`{unknown[0]}` is not known there", _INNER)
    return case


def _coordinates(at: Any) -> dict[str, float]:
    if not isinstance(at, dict):
        raise _NoCaseError("at", "`at` is a table, with a name for every number", "at = { x = 3.0 }")
    found = {}
    for name, x in at.items():
        try:
            if isinstance(x, bool) or not isinstance(x, int | float):
                raise TypeError
            found[name] = float(x)
        except (TypeError, OverflowError):
            raise _NoCaseError("at", f"`{shown(x).strip(QUOTES)}` in `at` is no number", "at = { x = 3.0 }") from None
    return found


def _right_values(right: Any, at: Mapping[str, float]) -> dict[str, str]:
    example = 'a text: a number such as "6", "inf", "-1 | 1" for the slopes at a kink, or "none"'
    if not isinstance(right, dict):
        raise _NoCaseError("right", "`right` is a table, with a name for every number", 'right = { x = "6" }')
    if not set(right) <= set(at):
        raise _NoCaseError("right", "`right` has a variable that `at` has not", f"`at` has {', '.join(at)}")
    for text in right.values():
        if not _is_right(text):
            raise _NoCaseError("right", f"`{shown(text).strip(QUOTES)}` is no right value", example)
    return right


QUOTES = "'\""
_INNER = 'inner = [{ name = "d", of = "x + y", by = "y", at = "1" }], and d in the expression'


def _inner(given: Any, stanza: Mapping[str, Any], at: Mapping[str, float]) -> tuple[InnerDerivative, ...]:
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise _NoCaseError("inner", "`inner` is a list of tables", _INNER)
    if given and ("call" in stanza or len(at) != 1 or stanza.get("order", 1) != 1):
        said = "a function with derivatives inside is an expression of one variable, to first order"
        raise _NoCaseError("inner", said, _INNER)
    if len(given) > MAX_INNER:
        raise _NoCaseError("inner", f"more than {MAX_INNER} derivatives inside", _INNER)
    found: list[InnerDerivative] = []
    for one in given:
        if set(one) != set(InnerDerivative._fields) or not all(isinstance(text, str) for text in one.values()):
            raise _NoCaseError("inner", f"a derivative inside has {', '.join(InnerDerivative._fields)}", _INNER)
        found.append(InnerDerivative(**one))
    named = [*at, *[name for one in found for name in (one.name, one.by)]]
    for name in named:
        if not name.isidentifier() or (named.count(name) > 1 and name in (*at, *[one.name for one in found])):
            raise _NoCaseError("inner", f"`{truncated(name)}` is no name of its own", _INNER)
    for one in found:
        for text in (one.of, one.at):
            _check_names("inner", text, named)
    return tuple(found)


def _check_names(key: str, text: str, names: Iterable[str]) -> None:
    """Raise _NoCaseError for an expression that cannot be read, or has other variables."""
    known = list(names)
    try:
        found = variables(wengert_list(parse(text, names=known)))
    except DiffcompareError as error:
        said = error.diagnostic
        help = f"write {said.fix}" if said.fix else said.help or "write it in the language of `diffcompare`"
        raise _NoCaseError(key, f"`{truncated(text)}`: {said.message}", help) from None
    unknown = [name for name in found if name not in known]
    if unknown:
        near = did_you_mean(unknown[0], known)
        help = f"did you mean `{near}`?" if near else f"its variables are {', '.join(known)}"
        raise _NoCaseError(key, f"`{truncated(text)}` has a variable `{truncated(unknown[0])}`, without a value", help)


def _is_right(text: Any) -> bool:
    """Tell whether a text is a number, `left | right`, or `none`."""
    if not isinstance(text, str):
        return False
    if text == "none":
        return True
    sides = text.split("|")
    return len(sides) <= 2 and all(_is_number(side.strip()) for side in sides)


def _is_number(text: str) -> bool:
    return len(text) <= _LONGEST and re.fullmatch(_NUMBER, text, re.ASCII) is not None
