"""Taylor coefficients of a function of one variable: one series propagated, or dual numbers nested.

Taylor mode carries a truncated series through the function; an operation on series of K terms costs of the order of K^2
operations on numbers, K^3 where its partial is expanded anew for every term.  Nested forward mode has pairs of pairs of
pairs: an operation costs of the order of 3^K.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from diffcompare.language.expression import Expression, Operation, Variable
from diffcompare.numeric.arb_functions import Undecided
from diffcompare.numeric.counting import COUNTED, Counted
from diffcompare.numeric.dual_numbers import duals, tangent_of, value_of
from diffcompare.numeric.evaluate import NumberSystem, Undefined, evaluate
from diffcompare.numeric.power_series import (
    Coefficients,
    PowerSeries,
    Unknown,
    as_series,
    terms,
    variable,
)

OVER_COUNTED = Coefficients(
    Counted, Counted.constant, COUNTED.functions, lambda x: (x > 0) - (x < 0), lambda x: x == 0, math.isfinite,
    float, Fraction, bounded=False,
)  # fmt: skip


def taylor_coefficients(
    nodes: Sequence[Expression],
    point: Mapping[str, float],
    name: str,
    order: int,
    check: Callable[[], None] = lambda: None,
) -> list[float] | None:
    """Return the coefficients up to an order by one pass over series of doubles; None where there is no series.

    An `if` takes the branch that it takes at the point.  `check` is called for every node and may raise, to stop.
    """
    with terms(order + 1, OVER_COUNTED):
        values: dict[Expression, Any] = {}
        for node in nodes:
            check()
            try:
                values[node] = _expand(node, values, point, name)
            except (Unknown, Undecided, ArithmeticError, ValueError):
                values[node] = None  # it may stand in a branch that is not taken
        output = values[nodes[-1]]
        if output is None or type(output) is Undefined:
            return None
        series = as_series(output)
        if series.end <= order or series.has_pole:
            return None
        return [float(series.coefficient(power)) for power in range(order + 1)]


def _expand(node: Expression, values: Mapping[Expression, Any], point: Mapping[str, float], name: str) -> Any:
    operation = node.operation
    if operation is None:
        is_moving = isinstance(node, Variable) and node.name == name
        return variable(point[name], 1) if is_moving else COUNTED.leaf(node, point)
    arguments = [values[argument] for argument in node.arguments]
    if operation.selects:
        return arguments[operation.selects(*map(_constant_term, arguments[:2]))]
    if any(argument is None or type(argument) is Undefined for argument in arguments):
        return None
    return _apply(operation, arguments)


def _apply(operation: Operation, arguments: Sequence[Any]) -> Any:
    if any(type(argument) is PowerSeries for argument in arguments):
        return operation(*map(as_series, arguments))
    return operation(*map(float, arguments))  # without the variable: it costs nothing


def _constant_term(number: Any) -> float:
    return float(as_series(number).coefficient(0))


def nested_derivatives(
    nodes: Sequence[Expression], point: Mapping[str, float], name: str, order: int
) -> list[float] | None:
    """Return the derivatives up to an order by dual numbers nested so deep; None where the function is undefined."""
    system: NumberSystem = COUNTED
    for _ in range(order):
        system = duals(system, {name: system.one})
    output = evaluate(nodes, point, system)[nodes[-1]]
    if type(output) is Undefined:
        return None
    derivatives = []
    for level in range(order + 1):
        number = output
        for _ in range(level):
            number = tangent_of(number)
        while number is not value_of(number):
            number = value_of(number)
        derivatives.append(float(number))
    return derivatives


def difference_weights(order: int) -> list[int]:
    """Return the weights of the central difference of an order: binomials with alternating signs."""
    return [(-1) ** place * math.comb(order, place) for place in range(order + 1)]
