"""The patterns of nodes at which mistakes are made: products, quotients, powers, compositions, sums, constants.

Most are written as expressions (see `pattern_matching`); those that look deeper into a node are functions.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from diffcompare.language.expression import Expression, Variable
from diffcompare.language.operations import (
    ARITHMETIC,
    abs_,
    cbrt,
    divide,
    exact_integer,
    exp,
    general_power,
    is_choice,
    ln,
    log2,
    log10,
    multiply,
    negate,
    sqrt,
)
from diffcompare.misconceptions.pattern_matching import (
    Active,
    Fixed,
    NodePattern,
    Pattern,
    PatternMatch,
    Tangents,
    Values,
    c,
    g,
    k,
    m,
    n,
    only_active_argument,
    r,
    s,
    t,
    u,
    v,
)
from diffcompare.numeric.evaluate import is_number, value_at

MAX_CONSTANT_FACTORS = 3  # of one constant, each of which may be lost


def _is_even_root(nodes: Mapping[str, Expression], active: Active) -> bool:
    """Tell whether u^n has an even n and is under the n-th root."""
    exponent = exact_integer(nodes["n"]) or 1
    root = value_at(nodes["c"], {}) if "c" in nodes else 1 / 2
    return exponent % 2 == 0 and is_number(root) and root * exponent == 1


def _is_misread(nodes: Mapping[str, Expression], active: Active) -> bool:
    """Tell whether g is written as a name with one argument, so that its power may be read in two ways."""
    return len(nodes["g"].arguments) == 1 and nodes["g"].operation is not abs_


def _is_operation(nodes: Mapping[str, Expression], active: Active) -> bool:
    return nodes["u"].operation is not None


def _is_variable(nodes: Mapping[str, Expression], active: Active) -> bool:
    return nodes["u"].operation is None


# --- Patterns written as expressions ----------------------------------------------------------------------------------

# Compositions.
SINGLE_ARGUMENT = Pattern(g(u), inner="u")
COMPOSITION = Pattern(g(u), where=_is_operation, inner="u")
OF_SUM = Pattern(g(r + s))
OF_MULTIPLE = Pattern(g(c * u), g(u * c), g(u / c), inner="w")

# Powers and exponentials.
POWER = Pattern(u**c, sqrt(u), cbrt(u), k / u**m, k / sqrt(u), k / cbrt(u), inner="u")
POWER_OR_RECIPROCAL = Pattern(*POWER.forms, k / u, inner="u")  # for c/u people use the quotient rule, too
INTEGER_POWER = Pattern(u**n, inner="u")
GENERAL_POWER = Pattern(u**v)
EXPONENTIAL = Pattern(c**u, exp(u), inner="u")
EXPONENTIAL_WITH_BASE = Pattern(c**u, inner="u")
CONSTANT_EXPONENTIAL = Pattern(exp(c))
ROOT_OF_SQUARE = Pattern(sqrt(u**n), (u**n) ** c, where=_is_even_root)
POWER_OF_FUNCTION = Pattern(g(u) ** n, where=_is_misread)
FUNCTION_OF_POWER = Pattern(g(u**n), where=_is_misread)
POWER_OF_MULTIPLE = Pattern((c * u) ** n, (u * c) ** n)
MULTIPLE_OF_POWER = Pattern(c * u**n, u**n * c)
LOGARITHM = Pattern(log10(u), log2(u), ln(u) / ln(c), inner="u")

# Products and quotients.
PRODUCT, QUOTIENT, RECIPROCAL = Pattern(u * v), Pattern(u / v), Pattern(c / v)
MULTIPLE, FRACTION = Pattern(c * u, u * c), Pattern(u / c)
MULTIPLE_OF_VARIABLE = Pattern(*MULTIPLE.forms, where=_is_variable)
SUM_TIMES = Pattern((r + s) * t, where=lambda nodes, active: nodes["sum"] in active)
TIMES_SUM = Pattern(t * (r + s), where=lambda nodes, active: nodes["sum"] in active)

# Sums.  In the last pattern a term is subtracted, or follows another that varies: its sign can be lost.
LEFT_TERM, RIGHT_TERM = Pattern(u + t), Pattern(t + u)
LEFT_CONSTANT, RIGHT_CONSTANT = Pattern(c + u), Pattern(u + c)
LEFT_OF_TWO_TERMS, SIGNED_RIGHT_TERM = Pattern(u + v), Pattern(v + u, Fixed("v") - u)
NEGATION = Pattern(-u)

# Single nodes.
ANY_OPERATION, VARIABLE = Pattern(u, where=_is_operation), Pattern(u, where=_is_variable)
OTHER_VARIABLE = Pattern(c, where=lambda nodes, active: type(nodes["c"]) is Variable)
LITERAL = Pattern(c, where=lambda nodes, active: nodes["c"].operation is None and type(nodes["c"]) is not Variable)

# --- Patterns that look deeper ----------------------------------------------------------------------------------------


def two_arguments(node: Expression, active: Active) -> PatternMatch | None:
    """Match a function of two arguments that both vary, no arithmetic; its derivative is by_u + by_v."""
    operation = node.operation
    if operation is None or is_choice(node) or operation in (*ARITHMETIC, general_power):
        return None
    if len(node.arguments) != 2 or not all(argument in active for argument in node.arguments):
        return None
    first, second = node.arguments
    by_first, by_second = operation.partials
    if not callable(by_first) or not callable(by_second):
        return None

    def by_u(values: Values, tangents: Tangents) -> Any:
        return by_first(values[node], values[first], values[second]) * tangents.get(first, 0)

    def by_v(values: Values, tangents: Tangents) -> Any:
        return by_second(values[node], values[first], values[second]) * tangents.get(second, 0)

    return PatternMatch(node, {"u": first, "v": second}, numbers={"by_u": by_u, "by_v": by_v})


def scaled_factor(node: Expression, active: Active) -> PatternMatch | None:
    """Match a product or quotient with a constant inside a factor, (3*u)*v or (u/3)*v: c is 3 or 1/3."""
    if PRODUCT(node, active) is None and QUOTIENT(node, active) is None:
        return None
    constant = _constant_within(node, active)
    return None if constant is None else _with_constant(node, constant)


@cache
def product_with_constant(position: int) -> NodePattern:
    """Return the pattern of a product whose left (0) or right (1) factor u, say 3*w, has the constant c."""

    def pattern(node: Expression, active: Active) -> PatternMatch | None:
        if PRODUCT(node, active) is None:
            return None
        factor, other = node.arguments[position], node.arguments[1 - position]
        constant = _constant_within(factor, active)
        return None if constant is None else _with_constant(node, constant, u=factor, v=other)

    return pattern


@cache
def constant_part(position: int) -> NodePattern:
    """Return the pattern of a factor c of the constant in a product or quotient, 2*pi*u or u/(2*a)."""

    def pattern(node: Expression, active: Active) -> PatternMatch | None:
        varying = only_active_argument(node, active)
        if varying is None or node.operation not in (multiply, divide):
            return None
        constant = node.arguments[1 - varying]
        parts = _factors(constant, node.operation is divide and varying == 0)
        if position >= len(parts) or parts[position][0] is constant:
            return None
        return _with_constant(node, parts[position])

    return pattern


def _with_constant(node: Expression, constant: tuple[Expression, bool], **nodes: Expression) -> PatternMatch:
    """Return a match whose c is a constant, or 1 over it if it divides."""
    c, divides = constant
    numbers = {"c": lambda values, tangents: 1 / values[c]} if divides else {}
    return PatternMatch(node, {"c": c, **nodes}, numbers=numbers)


def _factors(constant: Expression, divides: bool) -> list[tuple[Expression, bool]]:
    """Return the first factors of a constant without its sign, each with whether it divides."""
    factors: list[tuple[Expression, bool]] = []
    pending = [(constant, divides)]
    while pending and len(factors) < MAX_CONSTANT_FACTORS:
        node, below = pending.pop()
        if node.operation in (multiply, divide):
            left, right = node.arguments
            pending += [(right, below != (node.operation is divide)), (left, below)]
        elif node.operation is negate:
            pending.append((node.arguments[0], below))
        else:
            factors.append((node, below))
    return factors


def _constant_within(node: Expression, active: Active) -> tuple[Expression, bool] | None:
    """Return a constant among the factors of a node, at any depth, and whether it divides; None without one."""
    pending = [node]
    while pending:
        factor = pending.pop()
        for pattern, divides in ((MULTIPLE, False), (FRACTION, True)):
            match = pattern(factor, active)
            if match is not None:
                return match.nodes["c"], divides
        if factor.operation in (multiply, divide):
            above = factor.arguments if factor.operation is multiply else factor.arguments[:1]
            pending += [argument for argument in reversed(above) if argument in active]
    return None
