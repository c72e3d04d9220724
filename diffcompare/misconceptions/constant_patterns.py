"""Patterns of nodes with a constant factor or divisor."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

from diffcompare.language.expression import Expression
from diffcompare.language.operations import exact_integer
from diffcompare.misconceptions.patterns import (
    NodePattern,
    PatternMatch,
    Tangents,
    Values,
    only_active_argument,
    operation_name,
    product,
    quotient,
)
from diffcompare.misconceptions.power_patterns import bare_power


def power_of_multiple(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match (c*u)^n: (c, u, n, u')."""
    if bare_power(node, active) is None or scaled(node.arguments[0], active) is None:
        return None
    c, u = _constant_and_varying(node.arguments[0], active)
    n = exact_integer(node.arguments[1])
    return PatternMatch(lambda values, tangents: (values[c], values[u], n, tangents.get(u, 0)), None, (c, u))


def multiple_of_power(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match c*u^n: (c, u, n, u')."""
    if scaled(node, active) is None:
        return None
    c, raised = _constant_and_varying(node, active)
    if bare_power(raised, active) is None:
        return None
    u, n = raised.arguments[0], exact_integer(raised.arguments[1])
    return PatternMatch(lambda values, tangents: (values[c], values[u], n, tangents.get(u, 0)), None, (c, u))


def scaled(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match a constant times something that varies: (c, u, u')."""
    if operation_name(node) != "*" or only_active_argument(node, active) is None:
        return None
    c, u = _constant_and_varying(node, active)
    return PatternMatch(lambda values, tangents: (values[c], values[u], tangents.get(u, 0)), None, (u, c))


def _constant_and_varying(scaled_node: Expression, active: Collection[Expression]) -> tuple[Expression, Expression]:
    """Return the constant factor and the varying one of a product that `scaled` matches."""
    left, right = scaled_node.arguments
    return (right, left) if left in active else (left, right)


def multiple_of_variable(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match a constant times the variable: (value, x)."""
    if scaled(node, active) is None:
        return None
    _, x = _constant_and_varying(node, active)
    return PatternMatch(lambda values, tangents: (values[node], values[x]), None, (x,)) if x.operation is None else None


def function_of_multiple(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match a function of c*u or u/c: (c or 1/c, u), for an outer derivative."""
    if len(node.arguments) != 1:
        return None
    inner = node.arguments[0]
    if scaled(inner, active) is not None:
        c, u = _constant_and_varying(inner, active)
        return PatternMatch(lambda values, tangents: (values[c], values[u]), inner, (inner,))
    if divided(inner, active) is not None:
        u, c = inner.arguments
        return PatternMatch(lambda values, tangents: (1 / values[c], values[u]), inner, (inner,))
    return None


def divided(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match something that varies over a constant: (u, c, u')."""
    if operation_name(node) != "/" or only_active_argument(node, active) != 0:
        return None
    u, c = node.arguments
    return PatternMatch(lambda values, tangents: (values[u], values[c], tangents.get(u, 0)), None, (u, c))


def scaled_factor(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match a product or quotient with a constant inside a factor, (3*u)*v or (u/3)*v: (3 or 1/3, y')."""
    match = product(node, active) or quotient(node, active)
    constant = _constant_within(node, active) if match is not None else None
    if match is None or constant is None:
        return None
    c, divides = constant
    is_product = operation_name(node) == "*"

    def bind(values: Values, tangents: Tangents) -> tuple[Any, ...]:
        u, v, du, dv, y = match.bind(values, tangents)
        derivative = du * v + u * dv if is_product else (du - y * dv) / v
        return 1 / values[c] if divides else values[c], derivative

    return PatternMatch(bind, None, (node, c))


@cache
def product_with_constant(position: int) -> NodePattern:
    """Return the pattern of a product whose left (0) or right (1) factor u = 3*w has a constant: (3, u, v, u', v')."""

    def pattern(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
        match = product(node, active)
        constant_part = _constant_within(node.arguments[position], active) if match is not None else None
        if constant_part is None:
            return None
        (c, divides), u, v = constant_part, node.arguments[position], node.arguments[1 - position]

        def bind(values: Values, tangents: Tangents) -> tuple[Any, ...]:
            constant = 1 / values[c] if divides else values[c]
            return constant, values[u], values[v], tangents.get(u, 0), tangents.get(v, 0)

        return PatternMatch(bind, None, (u, v, c))

    return pattern


@cache
def constant_part(position: int) -> NodePattern:
    """Return the pattern of a factor of the constant in a product or quotient, 2*pi*u or u/(2*a): (factor, y')."""

    def pattern(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
        own = only_active_argument(node, active)
        if own is None or operation_name(node) not in ("*", "/"):
            return None
        constant, other = node.arguments[1 - own], node.arguments[own]
        parts = _factors(constant, operation_name(node) == "/" and own == 0)
        if position >= len(parts) or parts[position][0] is constant:
            return None
        part, divides = parts[position]

        def bind(values: Values, tangents: Tangents) -> tuple[Any, ...]:
            inner = tangents.get(other, 0)
            if operation_name(node) == "*":
                derivative = values[constant] * inner
            else:
                derivative = inner / values[constant] if own == 0 else -values[node] * inner / values[other]
            return 1 / values[part] if divides else values[part], derivative

        return PatternMatch(bind, None, (node, constant, part))

    return pattern


MAX_CONSTANT_FACTORS = 3  # of one constant, each of which may be lost


def _factors(constant: Expression, divides: bool) -> list[tuple[Expression, bool]]:
    """Return the first factors of a constant without its sign, each with whether it divides."""
    factors: list[tuple[Expression, bool]] = []
    pending = [(constant, divides)]
    while pending and len(factors) < MAX_CONSTANT_FACTORS:
        node, below = pending.pop()
        if operation_name(node) in ("*", "/"):
            left, right = node.arguments
            pending += [(right, below != (operation_name(node) == "/")), (left, below)]
        elif operation_name(node) == "neg":
            pending.append((node.arguments[0], below))
        else:
            factors.append((node, below))
    return factors


def _constant_within(node: Expression, active: Collection[Expression]) -> tuple[Expression, bool] | None:
    """Return a constant among the factors of a node, at any depth, and whether it divides; None without one."""
    pending = [node]
    while pending:
        factor = pending.pop()
        if scaled(factor, active) is not None:
            return _constant_and_varying(factor, active)[0], False
        if divided(factor, active) is not None:
            return factor.arguments[1], True
        if operation_name(factor) in ("*", "/"):
            above = factor.arguments if operation_name(factor) == "*" else factor.arguments[:1]
            pending += [argument for argument in reversed(above) if argument in active]
    return None
