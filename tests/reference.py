"""An independent reading of expressions: plain mpmath at enormous precision, and slopes as differences of values.

Nothing here looks at a partial of the table, at a ball or at a sweep.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from typing import Any

import mpmath
from mpmath import mp

from diffcompare.language.expression import OPERATIONS, Expression, Number, Variable
from diffcompare.language.wengert import wengert_list
from diffcompare.truth.rounding import TrueNumber

DIGITS = 2000
"""Digits of the reference."""

MAX_MAGNITUDE = 3_000
"""Bits of an argument before its point up to which the reference judges: mpmath takes hours for the exp of a larger one."""


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x))


VALUES: dict[str, Callable[..., Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "neg": lambda x: -x,
    "^n": lambda x, n: x ** int(n),
    "^": mp.power,
    "cbrt": lambda x: mp.sign(x) * mp.cbrt(abs(x)),
    "ln": mp.log,
    "log2": lambda x: mp.log(x) / mp.log(2),
    "abs": abs,
    "min": min,
    "max": max,
    "relu": lambda x: max(x, mp.mpf(0)),
    "sigmoid": _sigmoid,
    "softplus": lambda x: max(x, mp.mpf(0)) + mp.log1p(mp.exp(-abs(x))),
    "lgamma": lambda x: mp.re(mp.loggamma(x)),
    "polygamma": lambda n, x: mp.polygamma(int(n), x),
}
"""Rows that mpmath knows by another name, or not at all."""


def row(name: str) -> Callable[..., Any]:
    """A row's value in mpmath; one that it does not know is read off its definition."""
    return VALUES.get(name) or getattr(mp, name, None) or _defined(name)


def _defined(name: str) -> Callable[..., Any]:
    operation = OPERATIONS[name]
    names = [f"a{position}" for position in range(operation.arity)]
    formula = operation.definition(*map(Variable, names))  # type: ignore[misc]
    return lambda *arguments: value(formula, dict(zip(names, arguments, strict=True)))


@functools.cache
def partial(name: str, arguments: tuple[float, ...], position: int, digits: int = 60) -> Any:
    """The derivative of a row's value by one argument: a central difference, good to `digits` digits and more."""
    # hypot(3e307, 1) depends on its second argument in the 615th digit only; gamma would take seconds there.
    with mpmath.workdps(8 * digits + (0 if "gamma" in name else 700)):
        point = [mp.mpf(argument) for argument in arguments]
        h = mp.mpf(10) ** (-2 * digits) * (min(abs(point[position]), 1) or 1)
        ends = []
        for step in (h, -h):
            moved = list(point)
            moved[position] = moved[position] + step
            ends.append(row(name)(*moved))
        return (ends[0] - ends[1]) / (2 * h)


def value(expression: Expression, point: Mapping[str, Any]) -> Any:
    """The value of an expression in mpmath, at its present precision."""
    values: dict[Expression, Any] = {}
    nodes = wengert_list(expression)
    for node in nodes:
        if type(node) is Variable:
            values[node] = mp.mpf(point[node.name])
        elif type(node) is Number:
            values[node] = mp.mpf(node.digits) / mp.mpf(10) ** node.places
        elif node.operation is None:
            values[node] = +getattr(mp, node.name)  # type: ignore[attr-defined]
        else:
            arguments = [values[argument] for argument in node.arguments]
            if node.operation.name not in "+-*/neg" and any(mp.mag(argument) > MAX_MAGNITUDE for argument in arguments):
                raise OverflowError("an argument beyond what the reference can judge")
            selects = node.operation.selects
            values[node] = arguments[selects(*arguments[:2])] if selects else row(node.operation.name)(*arguments)
    return values[nodes[-1]]


def slopes(expression: Expression, point: Mapping[str, float], name: str, digits: int = DIGITS) -> tuple[Any, Any]:
    """The quotients to the left and to the right at a step of about 10^-digits/4: equal, but for a kink."""
    with mpmath.workdps(digits):
        h = mp.mpf(10) ** (-digits // 4) * (abs(mp.mpf(point[name])) or 1) * mp.mpf("1.2345678901234567")
        centre = value(expression, point)
        left = (centre - value(expression, {**point, name: point[name] - h})) / h
        return left, (value(expression, {**point, name: point[name] + h}) - centre) / h


def slope(expression: Expression, point: Mapping[str, float], name: str, digits: int = DIGITS) -> Any:
    """The mean of the two quotients, which is a central difference."""
    with mpmath.workdps(digits):
        left, right = slopes(expression, point, name, digits)
        return (left + right) / 2


def ulps(number: float, truth: Any) -> float:
    """How far a double is from the truth, in spacings of the double nearest to it."""
    nearest = float(truth)
    if number == nearest:
        return 0.0
    if not math.isfinite(number) or not math.isfinite(nearest):
        return math.inf
    return float(abs(mp.mpf(number) - truth) / mp.mpf(math.ulp(nearest)))


def assert_true(known: TrueNumber | None, truth: Any, digits: int = DIGITS) -> None:
    """The text is the truth rounded to 25 digits, the double the nearest one, and the bound holds."""
    assert known is not None
    with mpmath.workdps(digits):
        error = mp.mpf(10) ** (-digits // 5)  # what is left of the reference's own truncation
        if known.text == "0":
            assert abs(truth) < mp.mpf(2) ** -1075
            return
        text = mp.mpf(known.text)
        unit = mp.mpf(10) ** (mp.floor(mp.log10(abs(text))) - 24)
        assert abs(text - truth) <= unit / 2 + error * abs(truth), (known.text, mpmath.nstr(truth, 30))
        digits_shown = known.text.split("e")[0].lstrip("-0.").replace(".", "")
        assert len(digits_shown) == 25, known.text
        if math.isfinite(known.nearest):
            spacing = mp.mpf(math.ulp(known.nearest))
            assert abs(mp.mpf(known.nearest) - truth) <= spacing / 2 + error * abs(truth), known.nearest
        else:
            assert abs(truth) > mp.mpf(2) ** 1023
        if known.centre:
            centre = mp.mpf(known.centre.numerator) / known.centre.denominator
            bound = mp.mpf(known.bound) * mp.mpf("1.06")  # it is printed to two digits
            assert abs(centre - truth) <= bound + error * abs(truth), (known.bound, mpmath.nstr(centre - truth, 5))
