"""What a caller hands in, checked: the question, the point, the variables, steps and budgets."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Iterable, Mapping, Sequence
from numbers import Complex, Real
from typing import TYPE_CHECKING, Any, NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.inputs.point import check_point, default_point, unknown_variable
from diffcompare.language.expression import Expression
from diffcompare.language.parser import Parsed, parse
from diffcompare.language.wengert import variables, wengert_list

if TYPE_CHECKING:
    from diffcompare.inputs.resolve import ParsedInput

MAX_SHOWN = 8
"""Coordinates of a point in a note."""

_FORMS = {
    "point": ("a point is", 'give names and numbers: {"x": 2.0}'),
    "answers": ("answers are", 'give names and formulas: {"x": "2*x"}'),
}
"""What a caller gives by name: the beginning of a sentence about it, and its form."""


class Setup(NamedTuple):
    """Where to look: a double for every variable, the variables to differentiate by, and what is to be said of both."""

    point: dict[str, float]
    wrt: tuple[str, ...]
    notes: tuple[Diagnostic, ...]


def set_up(question: ParsedInput, at: Mapping[str, float] | None = None, wrt: str | Sequence[str] = ()) -> Setup:
    """The point (None: the classic one, else a default with a note) and the variables (none: all of them).

    Raises DiffcompareError for a wrong point and for a variable that the expression does not have.
    """
    point, notes = _point(question, at)
    asked = _asked(checked_names("wrt", wrt), point)
    return Setup(point, asked, (*question.parsed.notes, *notes))


def checked_point(names: Sequence[str], given: Mapping[str, Any]) -> dict[str, float]:
    """The point in doubles, in the order of the names.

    Raises DiffcompareError for a coordinate that is no finite number, for a name too many and for one too few.
    """
    _check_mapping(given)
    point = {name: _double(name, x) for name, x in given.items()}
    check_point(names, point)
    return {name: point[name] for name in names}


def _check_mapping(given: object, what: str = "point") -> None:
    subject, help = _FORMS[what]
    if given is not None and not isinstance(given, Mapping):
        raise bad_value(f"{subject} not {type(given).__name__}", what, help)
    for name in given or ():
        if not isinstance(name, str):
            raise bad_value(f"{name!r} is not the name of a variable", what, help)


def _double(name: str, x: Any) -> float:
    try:
        if _has_parts(x):
            raise TypeError
        value = float(x)
    except OverflowError:
        value = math.inf
    except (TypeError, ValueError):
        raise bad_value(f"the value of `{name}` is {reprlib.repr(x)}, which is not a number", "point") from None
    if not math.isfinite(value):
        shown = x if isinstance(x, float) else "a number beyond the range of doubles (1.8e308)"
        raise bad_value(f"the value of `{name}` is {shown}", "point", "a coordinate is a finite number")
    return value


def _has_parts(x: object) -> bool:
    """Tell a complex number or an array with axes from a number: some libraries make a float of those all the same."""
    return (isinstance(x, Complex) and not isinstance(x, Real)) or bool(getattr(x, "shape", ()))


def is_bare(point: object) -> bool:
    """Tell whether the point is a number by itself, and so that of the only variable."""
    return hasattr(point, "__float__") and not isinstance(point, Mapping) and not _has_parts(point)


def named(point: Any, names: Sequence[str]) -> dict[str, Any]:
    """Take a bare number as the point of the only variable.  Raises DiffcompareError where there are more, or none."""
    if len(names) == 1:
        return {names[0]: point}
    if not names:
        raise bad_value("a point was given, and the expression is constant", "point", "leave it out")
    shown = ", ".join(names[:MAX_SHOWN]) + ", ..." * (len(names) > MAX_SHOWN)
    message = f"one number is a point for one variable, and here are {len(names)}: {shown}"
    raise bad_value(message, "point", f'give names and numbers: {{"{names[0]}": {point}, ...}}')


def asked_at(expression: str | Expression, point: Any, values: Mapping[str, Any]) -> tuple[ParsedInput, Any]:
    """Return the question that a Python caller puts, and the point as a mapping; None where none was given."""
    if is_bare(point):
        question = question_of(expression)
        point = named(point, variables(wengert_list(question.parsed.expression)))
        return question, joined(point, values)
    at = joined(point, values)
    return question_of(expression, tuple(at or ())), at


def checked_answers(given: Any) -> Mapping[str, Any]:
    """Formulas by the names of variables."""
    _check_mapping(given, "answers")
    return given or {}


def joined(given: Any, values: Mapping[str, Any], what: str = "point") -> dict[str, Any] | None:
    """Join what was given as a mapping and as keyword arguments, a point or answers; None where nothing was given."""
    _check_mapping(given, what)
    for name in given or ():
        if name in values:
            raise bad_value(f"two values for `{name}`", what, "keep one of them")
    return {**(given or {}), **values} if given is not None or values else None


def checked_positive(name: str, number: float | None) -> float | None:
    """A step or a budget in doubles: None, or a finite number above 0."""
    try:
        double = None if number is None else float("nan" if isinstance(number, str) or _has_parts(number) else number)
    except (TypeError, ValueError, OverflowError):
        double = math.nan
    if double is None or 0 < double < math.inf:
        return double
    raise bad_value(f"`{name}` is {reprlib.repr(number)}", name, "give a number above 0, or None")


def checked_names(option: str, names: str | Iterable[str]) -> list[str]:
    """One name by itself or several, as a list."""
    try:
        listed = [names] if isinstance(names, str) else list(names)
    except TypeError:
        listed = [names]  # type: ignore[list-item]
    for name in listed:
        if not isinstance(name, str):
            raise bad_value(
                f"`{option}` has {reprlib.repr(name)} in it, which is no name", option, "give names as text"
            )
    return listed


def bad_value(message: str, source: str, help: str | None = None) -> DiffcompareError:
    """The error for a value that cannot be used."""
    return DiffcompareError(Diagnostic("E703", "bad_value", message, source=source, help=help))


def coordinate(x: float) -> str:
    """A coordinate in the fewest characters that read back as the same double: `2`, `0.1`, `1e+15`."""
    short = f"{x:.15g}"
    return short if float(short) == x else repr(x)


def _point(question: ParsedInput, at: Mapping[str, float] | None) -> tuple[dict[str, float], list[Diagnostic]]:
    """The point, and a note where it was chosen for the user."""
    expression = question.parsed.expression
    names = variables(wengert_list(expression))
    if question.point is not None and set(question.point) == set(names):
        names = list(question.point)  # an entry has an order of its own: S, K, r, sigma, T
    if at is not None:
        return checked_point(names, at), []
    if question.point is not None:
        point = {name: question.point[name] for name in names}
        if question.match is None:
            return point, []
        return point, [
            _note(f"this is @{question.match.entry.name}, so the point is its own: {shown_point(point, '=', ',')}")
        ]
    point = default_point(expression, names)
    if not names:
        return point, []
    help = f"--at {shown_point(point, '=', ',')}" if len(point) <= MAX_SHOWN else None
    return point, [_note(f"no point was given, so here is one: {shown_point(point, '=', ',')}", help)]


def _asked(wrt: Sequence[str], point: Mapping[str, float]) -> tuple[str, ...]:
    """The variables to differentiate by, each once: those named, or all."""
    for name in wrt:
        if name not in point:
            raise unknown_variable(name, point, "--wrt", name)
    return tuple(dict.fromkeys(wrt)) or tuple(point)


def _note(message: str, help: str | None = None) -> Diagnostic:
    return Diagnostic("W311", "note", message, help=help, severity="note")


def _typed(point: Mapping[str, float]) -> str:
    """The point as `--at` takes it."""
    return shown_point(point, "=", ",")


def shown_point(point: Mapping[str, float], equals: str = " = ", comma: str = ", ") -> str:
    """The point in the fewest characters, cut after some coordinates."""
    parts = [f"{name}{equals}{coordinate(x)}" for name, x in point.items()]
    return comma.join(parts if len(parts) <= MAX_SHOWN else [*parts[: MAX_SHOWN - 1], "..."])


def question_of(expression: str | Expression, names: Sequence[str] = ()) -> ParsedInput:
    """The question that a Python caller puts: text, an expression, `@name` or `FILE.toml:name`."""
    from diffcompare.inputs.resolve import ParsedInput, resolve

    if isinstance(expression, Expression):
        # Not by way of its text, which may be too long to be read back, and in which `e` is the constant.
        from diffcompare.inputs.catalogue import hand_for, match, point_for

        text, found = str(expression), match(expression)
        question = ParsedInput(text, Parsed(expression, text), "expression", "expression")
        if found is None:
            return question
        return question._replace(entry=found.entry, hand=hand_for(found), point=point_for(found) or None, match=found)
    if not isinstance(expression, str):
        raise TypeError(f"an expression is text or an Expression, not {type(expression).__name__}")
    if expression == "-":  # standard input on the command line, and a mistake here
        parse(expression)
    return resolve(expression, names=tuple(names))
