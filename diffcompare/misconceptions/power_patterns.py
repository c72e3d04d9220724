"""Patterns of powers, however they are written, of exponentials and of logarithms to a base."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from diffcompare.language.expression import Constant, Expression, lift
from diffcompare.language.operations import OPERATIONS, exact_integer, raise_to
from diffcompare.language.simplify import simplify
from diffcompare.misconceptions.patterns import (
    STEP_FUNCTIONS,
    PatternMatch,
    Tangents,
    Values,
    both_vary,
    constant_like,
    integer_like,
    only_active_argument,
    operation_name,
)
from diffcompare.numeric.evaluate import is_number, value_at

POWERS_IN_DENOMINATOR = ("^n", "sqrt", "cbrt")  # operations v for which c/v is a power of something simpler than v


def power(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match what `any_power` matches except c/u, for which people use the quotient rule."""
    if operation_name(node) == "/" and operation_name(node.arguments[1]) not in POWERS_IN_DENOMINATOR:
        return None
    return any_power(node, active)


def any_power(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match a power of something that varies, however it is written: u^n, sqrt(u), c/u, c/u^n.

    The rules get (y, u, p, low, high): the value y, u, the exponent, and the value with the exponent lowered and raised
    by 1.  They use powers of u only through these, so that a factor c in front needs no care.
    """
    power_parts = as_power(node, active)
    if power_parts is None:
        return None
    base, exponent = power_parts

    def bind(values: Values, tangents: Tangents) -> tuple[Any, ...]:
        y, u = values[node], values[base]
        if isinstance(exponent, Expression):
            p = values[exponent]
        else:
            numerator, denominator = exponent
            p = integer_like(numerator, u) if denominator == 1 else integer_like(numerator, u) / denominator
        if isinstance(u, Expression):
            return y, u, p, shift_exponent(node, -1), shift_exponent(node, 1)
        return y, u, p, y / u, y * u

    return PatternMatch(bind, base, (base,))


def shift_exponent(node: Expression, by: int) -> Expression:
    """Return a power with its exponent shifted by -1 or 1, as a person would write it."""
    name, arguments = operation_name(node), node.arguments
    if name == "/":
        c, below = arguments
        if operation_name(below) in POWERS_IN_DENOMINATOR:
            return c / shift_exponent(below, -by)
        return c / raise_to(below, 2) if by < 0 else c
    base = arguments[0]
    if name in ("sqrt", "cbrt"):
        if name == "sqrt":
            return 1 / node if by < 0 else base * node
        return node / base if by < 0 else base * node
    exponent = exact_integer(arguments[1])
    if exponent is None:
        general: Expression = raise_to(base, _shifted(arguments[1], by))
        return general
    exponent += by
    power: Expression = lift(1) if exponent == 0 else base if exponent == 1 else raise_to(base, exponent)
    return power


def _shifted(exponent: Expression, by: int) -> Expression:
    return simplify(exponent + 1 if by > 0 else exponent - 1)


def as_power(node: Expression, active: Collection[Expression]) -> tuple[Expression, Any] | None:
    """Return the base and the exponent of a node that is a power in any form, else None.

    The exponent is an expression, or a pair of numerator and denominator.
    """
    name, arguments = operation_name(node), node.arguments
    if name in ("sqrt", "cbrt") and arguments[0] in active:
        return arguments[0], (1, 2 if name == "sqrt" else 3)
    if name in ("^n", "^") and arguments[0] in active and arguments[1] not in active:
        exponent = exact_integer(arguments[1])
        return arguments[0], arguments[1] if exponent is None else (exponent, 1)
    if name == "/" and arguments[1] in active and arguments[0] not in active:
        below = arguments[1]
        power_below = as_power(below, active) if operation_name(below) in POWERS_IN_DENOMINATOR else None
        if power_below is None:
            return below, (-1, 1)
        base, (numerator, denominator) = power_below
        return base, (-numerator, denominator)
    return None


def bare_power(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match a power with an integer exponent of at least 2: (u, n)."""
    exponent = exact_integer(node.arguments[1]) if operation_name(node) == "^n" else None
    if exponent is None or exponent < 2 or node.arguments[0] not in active:
        return None
    base = node.arguments[0]
    return PatternMatch(lambda values, tangents: (values[base], exponent), base, (base,))


def root_of_square(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match the n-th root of an n-th power with an even n, above all sqrt(u^2): (u',)."""
    power_parts = as_power(node, active)
    if power_parts is None or bare_power(power_parts[0], active) is None:
        return None
    base, exponent = power_parts
    n = exact_integer(base.arguments[1])
    root = value_at(exponent, {}) if isinstance(exponent, Expression) else exponent[0] / exponent[1]
    if n is None or n % 2 or not is_number(root) or root * n != 1:
        return None
    u = base.arguments[0]
    return PatternMatch(lambda values, tangents: (tangents.get(u, 0),), None, (u,))


def power_of_function(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match g(u)^n: (g, u, u', n)."""
    if bare_power(node, active) is None:
        return None
    base = node.arguments[0]
    exponent = exact_integer(node.arguments[1])
    return _function_and_power(base, exponent) if base.operation and len(base.arguments) == 1 else None


def function_of_power(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match g(u^n): (g, u, u', n)."""
    if len(node.arguments) != 1 or operation_name(node) == "neg":
        return None
    inner = node.arguments[0]
    if bare_power(inner, active) is None:
        return None
    return _function_and_power(node, exact_integer(inner.arguments[1]), inner.arguments[0])


def _function_and_power(call: Expression, exponent: int | None, base: Expression | None = None) -> PatternMatch | None:
    operation = call.operation
    if operation is None or operation.name in (*STEP_FUNCTIONS, "neg", "abs") or not callable(operation.partials[0]):
        return None
    u = base or call.arguments[0]
    bind = lambda values, tangents: (operation, values[u], tangents.get(u, 0), exponent)
    return PatternMatch(bind, None, (u,))


def logarithm(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match a logarithm to a base, log10(u), log2(u) or ln(u)/ln(b): (u, ln b), for an outer derivative."""
    name = operation_name(node)
    if name in ("log10", "log2") and node.arguments[0] in active:
        u, base = node.arguments[0], 10 if name == "log10" else 2
        ln = OPERATIONS["ln"]
        return PatternMatch(lambda values, tangents: (values[u], ln(integer_like(base, values[u]))), u, (u,))
    if name == "/" and only_active_argument(node, active) == 0:
        above, below = node.arguments
        if operation_name(above) == operation_name(below) == "ln":
            u = above.arguments[0]
            return PatternMatch(lambda values, tangents: (values[u], values[below]), u, (u,))
    return None


def exponential(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match a constant to a power that varies: (value, base, v, base^(v - 1)); for exp the base is e."""
    name = operation_name(node)
    if name == "^" and only_active_argument(node, active) == 1:
        a, v = node.arguments
        return PatternMatch(
            lambda values, tangents: (values[node], values[a], values[v], _lowered_value(node, values)),
            v,
            (a, v),
        )
    if name == "exp" and node.arguments[0] in active:
        v = node.arguments[0]

        def bind(values: Values, tangents: Tangents) -> tuple[Any, ...]:
            y, u = values[node], values[v]
            base = constant_like("e", u)
            return y, base, u, OPERATIONS["exp"](u - 1) if isinstance(u, Expression) else y / base

        return PatternMatch(bind, v, (Constant("e"), v))
    return None


def _lowered_value(node: Expression, values: Values) -> Any:
    """Return a^(v - 1) for a node a^v, computed from the value of the node where that is a number."""
    y, a, v = values[node], values[node.arguments[0]], values[node.arguments[1]]
    return raise_to(a, _shifted(v, -1)) if isinstance(y, Expression) else y / a


def exponential_with_base(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match a constant to a power that varies, but not exp: (value, base, v, base^(v - 1))."""
    return exponential(node, active) if operation_name(node) == "^" else None


def general_power(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match a power of which both base and exponent vary: (u, v, u', v', value, u^(v - 1))."""
    match = both_vary("^")(node, active)
    if match is None:
        return None
    return match._replace(bind=lambda values, tangents: (*match.bind(values, tangents), _lowered_value(node, values)))


def constant_exponential(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match e to a power that does not vary: (value, exponent)."""
    if operation_name(node) != "exp" or node in active:
        return None
    v = node.arguments[0]
    return PatternMatch(lambda values, tangents: (values[node], values[v]), None, (v,))
