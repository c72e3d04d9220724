"""The gradient by one method, as plain doubles: `dc.gradient`."""

from __future__ import annotations

from collections.abc import Container, Mapping
from functools import lru_cache
from math import isfinite
from typing import Any

from diffcompare.backends.problem import Derivative, Problem
from diffcompare.backends.reverse import plain_gradient
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.language.expression import Expression
from diffcompare.language.parser import parse, parse_apart
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.numeric.evaluate import Undefined, is_number, values_at
from diffcompare.studies.question import checked_point, is_bare_number, merged, named_point, question_of

_PLAIN = frozenset((float, int))  # the types of coordinates that need no second look

MAX_KEPT_LENGTH = 2_000  # characters of a text that is worth the memory of keeping what it was read as


def gradient(
    expression: str | Expression,
    point: Mapping[str, float] | float | None = None,
    /,
    *,
    method: str = "reverse-ad",
    **values: float,
) -> dict[str, float]:
    """The gradient of an expression at a point by one method, as doubles by variable.

    The expression is text, an `Expression`, `@name` or `FILE.toml:name`.  The point is a mapping, keyword arguments or
    both, or a number where there is one variable.  At a kink it is what the method returns.

    Raises DiffcompareError for wrong input, for a point outside the domain (kind domain_error), where a partial would
    be inf or nan (kind overflow), and where that is so because there is no derivative (kind nondifferentiable).
    """
    if isinstance(expression, str) and _is_entry(expression):
        given = () if is_bare_number(point) else merged(point, values) or ()
        expression = question_of(expression, tuple(given)).parsed.expression
    if not isinstance(expression, str | Expression):
        raise TypeError(f"an expression is text or an Expression, not {type(expression).__name__}")
    at = point if type(point) is dict and not values else _mapping(expression, point, values)
    nodes, names = _read(expression, at)
    doubles = _doubles(names, at)
    if method == "reverse-ad":
        found = plain_gradient(nodes, names, doubles)
        if found is not None:
            return found
    from diffcompare.backends.registry import backend, run_backend

    tree = parse(expression, names=at) if isinstance(expression, str) else expression
    problem = Problem(tree, doubles, tuple(names))
    answer = run_backend(backend(method), problem)
    if answer.status != "ok":
        raise DiffcompareError(_refusal(problem, answer))
    return dict(answer.gradient)  # type: ignore[arg-type]


def _mapping(expression: str | Expression, point: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a point in any of the forms in which it may be given into a mapping."""
    if is_bare_number(point):
        point = named_point(point, _read(expression, ())[1])
    return merged(point, values) or {}


def _read(expression: str | Expression, given: Container[str]) -> tuple[list[Expression], list[str]]:
    """Read the nodes of an expression, each after its arguments, and its variables; `given` are those of the point."""
    if isinstance(expression, str):
        return _text(expression, "e" in given)
    nodes = wengert_list(expression)
    return nodes, variables(nodes)


def _text(text: str, e_is_a_variable: bool) -> tuple[list[Expression], list[str]]:
    """The nodes that a text writes, every one after its arguments, and its variables."""
    return (_kept if len(text) <= MAX_KEPT_LENGTH else _kept.__wrapped__)(text, e_is_a_variable)


@lru_cache(maxsize=16)  # few: the more is kept, the less of it stays in the processor's own memory
def _kept(text: str, e_is_a_variable: bool) -> tuple[list[Expression], list[str]]:
    """The same, kept for whoever asks for one gradient at point after point: an optimiser, a plot."""
    nodes = parse_apart(text, ("e",) if e_is_a_variable else ())
    return nodes, variables(nodes)


def _is_entry(text: str) -> bool:
    """Whether the text names an entry of the catalogue or of a file, which may change from call to call."""
    return text[:1] == "@" or ".toml" in text


def _doubles(names: list[str], point: Mapping[str, float]) -> dict[str, float]:
    """The point, checked by the fewest instructions that will do."""
    if _PLAIN.issuperset(map(type, point.values())):
        try:
            doubles = {name: float(point[name]) for name in names}
            if len(point) == len(names) and isfinite(sum(doubles.values())):
                return doubles
        except (LookupError, OverflowError):
            pass
    return checked_point(names, point)


def _refusal(problem: Problem, answer: Derivative) -> Diagnostic:
    why = "; ".join(answer.notes) or answer.status
    if answer.status != "undefined":
        message = f"{answer.method} has no answer: {why}"
        return Diagnostic("E801", "resource_limit", message, help="ask another method")
    message = f"{answer.method} has no finite gradient here: {why}"
    return Diagnostic("E801", _kind(problem), message, help="choose another point")


def _kind(problem: Problem) -> str:
    """What is wrong with the point.  Where only the partials have no number, the truth knows whether they exist."""
    value = values_at(wengert_list(problem.expression), problem.point)[problem.expression]
    if type(value) is Undefined:
        return "domain_error"
    if not is_number(value):
        return "overflow"
    from diffcompare.backends.registry import ONE_AT_A_TIME
    from diffcompare.truth.establish import establish

    with ONE_AT_A_TIME:
        return "nondifferentiable" if establish(problem).status == "nondifferentiable" else "overflow"
