"""Views of what has a constant factor or divisor, and where it stands."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

from diffcompare.language.expression import Expression
from diffcompare.language.operations import exact_integer
from diffcompare.misconceptions.patterns import (
    PatternMatch,
    Slopes,
    Values,
    View,
    only_active,
    operation_name,
    product,
    quotient,
)
from diffcompare.misconceptions.power_patterns import bare_power


def power_of_multiple(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """(c*u)^n: (c, u, n, u')."""
    if bare_power(node, active) is None or scaled(node.arguments[0], active) is None:
        return None
    [c, u] = sorted(node.arguments[0].arguments, key=lambda factor: factor in active)
    n = exact_integer(node.arguments[1])
    return PatternMatch(lambda values, slopes: (values[c], values[u], n, slopes.get(u, 0)), None, (c, u))


def multiple_of_power(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """c*u^n: (c, u, n, u')."""
    if scaled(node, active) is None:
        return None
    [c, raised] = sorted(node.arguments, key=lambda factor: factor in active)
    if bare_power(raised, active) is None:
        return None
    u, n = raised.arguments[0], exact_integer(raised.arguments[1])
    return PatternMatch(lambda values, slopes: (values[c], values[u], n, slopes.get(u, 0)), None, (c, u))


def scaled(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """A constant times something that varies: (c, u, u')."""
    if operation_name(node) != "*" or only_active(node, active) is None:
        return None
    [c, u] = sorted(node.arguments, key=lambda factor: factor in active)
    return PatternMatch(lambda values, slopes: (values[c], values[u], slopes.get(u, 0)), None, (u, c))


def multiple_of_variable(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """A constant times the variable: (value, x)."""
    if scaled(node, active) is None:
        return None
    [x] = [factor for factor in node.arguments if factor in active]
    return PatternMatch(lambda values, slopes: (values[node], values[x]), None, (x,)) if x.operation is None else None


def function_of_multiple(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """A function of c*u or u/c: (c or 1/c, u), an outer derivative."""
    if len(node.arguments) != 1:
        return None
    inner = node.arguments[0]
    if scaled(inner, active) is not None:
        [c, u] = sorted(inner.arguments, key=lambda factor: factor in active)
        return PatternMatch(lambda values, slopes: (values[c], values[u]), inner, (inner,))
    if divided(inner, active) is not None:
        u, c = inner.arguments
        return PatternMatch(lambda values, slopes: (1 / values[c], values[u]), inner, (inner,))
    return None


def divided(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Something that varies over a constant: (u, c, u')."""
    if operation_name(node) != "/" or only_active(node, active) != 0:
        return None
    u, c = node.arguments
    return PatternMatch(lambda values, slopes: (values[u], values[c], slopes.get(u, 0)), None, (u, c))


def scaled_factor(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """A product or a quotient with a constant within a factor, (3*u)*v or (u/3)*v: (3 or 1/3, its derivative)."""
    sight = product(node, active) or quotient(node, active)
    constant = _constant_within(node, active) if sight is not None else None
    if sight is None or constant is None:
        return None
    c, divides = constant
    is_product = operation_name(node) == "*"

    def see(values: Values, slopes: Slopes) -> tuple[Any, ...]:
        u, v, du, dv, y = sight.see(values, slopes)
        derivative = du * v + u * dv if is_product else (du - y * dv) / v
        return 1 / values[c] if divides else values[c], derivative

    return PatternMatch(see, None, (node, c))


@cache
def product_with_constant(place: int) -> View:
    """A product with a constant within one factor (left 0, right 1), u = 3*w: (3, u, v, u', v')."""

    def view(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
        sight = product(node, active)
        found = _constant_within(node.arguments[place], active) if sight is not None else None
        if found is None:
            return None
        (c, divides), u, v = found, node.arguments[place], node.arguments[1 - place]

        def see(values: Values, slopes: Slopes) -> tuple[Any, ...]:
            constant = 1 / values[c] if divides else values[c]
            return constant, values[u], values[v], slopes.get(u, 0), slopes.get(v, 0)

        return PatternMatch(see, None, (u, v, c))

    return view


@cache
def constant_part(place: int) -> View:
    """A constant of several parts in a product or a quotient, 2*pi*u, u/(2*a), -3*u: (a factor of it, y')."""

    def view(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
        own = only_active(node, active)
        if own is None or operation_name(node) not in ("*", "/"):
            return None
        constant, other = node.arguments[1 - own], node.arguments[own]
        parts = _factors(constant, operation_name(node) == "/" and own == 0)
        if place >= len(parts) or parts[place][0] is constant:
            return None
        part, divides = parts[place]

        def see(values: Values, slopes: Slopes) -> tuple[Any, ...]:
            inner = slopes.get(other, 0)
            if operation_name(node) == "*":
                derivative = values[constant] * inner
            else:
                derivative = inner / values[constant] if own == 0 else -values[node] * inner / values[other]
            return 1 / values[part] if divides else values[part], derivative

        return PatternMatch(see, None, (node, constant, part))

    return view


PARTS = 3
"""Factors of a constant that are looked at one by one."""


def _factors(constant: Expression, divides: bool) -> list[tuple[Expression, bool]]:
    """The factors of a constant without its sign, and whether they divide."""
    found: list[tuple[Expression, bool]] = []
    pending = [(constant, divides)]
    while pending and len(found) < PARTS:
        node, below = pending.pop()
        if operation_name(node) in ("*", "/"):
            left, right = node.arguments
            pending += [(right, below != (operation_name(node) == "/")), (left, below)]
        elif operation_name(node) == "neg":
            pending.append((node.arguments[0], below))
        else:
            found.append((node, below))
    return found


def _constant_within(node: Expression, active: Collection[Expression]) -> tuple[Expression, bool] | None:
    """A constant among the factors of the factors, and whether it divides."""
    pending = [node]
    while pending:
        factor = pending.pop()
        if scaled(factor, active) is not None:
            [c] = [argument for argument in factor.arguments if argument not in active]
            return c, False
        if divided(factor, active) is not None:
            return factor.arguments[1], True
        if operation_name(factor) in ("*", "/"):
            above = factor.arguments if operation_name(factor) == "*" else factor.arguments[:1]
            pending += [each for each in reversed(above) if each in active]
    return None
