"""Views of powers, however they are written, of exponentials and of logarithms to a base."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from diffcompare.language.expression import Constant, Expression, lift
from diffcompare.language.operations import OPERATIONS, exact_integer, raise_to
from diffcompare.language.simplify import tidy
from diffcompare.misconceptions.patterns import (
    STEPS,
    PatternMatch,
    Slopes,
    Values,
    named,
    only_active,
    operation_name,
    pair,
    whole,
)
from diffcompare.numeric.evaluate import is_number, value_at

POWERS_BELOW = ("^n", "sqrt", "cbrt")
"""What makes c/v a power of something simpler than v."""


def power(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """A power, as `any_power` sees it, but for c/u: there the quotient rule is at hand."""
    if operation_name(node) == "/" and operation_name(node.arguments[1]) not in POWERS_BELOW:
        return None
    return any_power(node, active)


def any_power(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """A power of something that varies, however it is written: u^n, sqrt(u), c/u, c/u^n.

    The rules see the value y, u, the exponent, and the value with an exponent that is lowered or raised by 1.  They may
    use powers of u only through these: then a factor c in front needs no care.
    """
    found = as_power(node, active)
    if found is None:
        return None
    base, exponent = found

    def see(values: Values, slopes: Slopes) -> tuple[Any, ...]:
        y, u = values[node], values[base]
        if isinstance(exponent, Expression):
            p = values[exponent]
        else:
            numerator, denominator = exponent
            p = whole(numerator, u) if denominator == 1 else whole(numerator, u) / denominator
        if isinstance(u, Expression):
            return y, u, p, shifted(node, -1), shifted(node, 1)
        return y, u, p, y / u, y * u

    return PatternMatch(see, base, (base,))


def shifted(node: Expression, by: int) -> Expression:
    """A power with an exponent that is one less or one more, as a person writes it."""
    name, arguments = operation_name(node), node.arguments
    if name == "/":
        c, below = arguments
        if operation_name(below) in POWERS_BELOW:
            return c / shifted(below, -by)
        return c / raise_to(below, 2) if by < 0 else c
    base = arguments[0]
    if name in ("sqrt", "cbrt"):
        if name == "sqrt":
            return 1 / node if by < 0 else base * node
        return node / base if by < 0 else base * node
    exponent = exact_integer(arguments[1])
    if exponent is None:
        general: Expression = raise_to(base, _sum_of(arguments[1], by))
        return general
    exponent += by
    power: Expression = lift(1) if exponent == 0 else base if exponent == 1 else raise_to(base, exponent)
    return power


def _sum_of(exponent: Expression, by: int) -> Expression:
    return tidy(exponent + 1 if by > 0 else exponent - 1)


def as_power(node: Expression, active: Collection[Expression]) -> tuple[Expression, Any] | None:
    """The base and the exponent, as an expression or as numerator and denominator, of whatever is a power."""
    name, arguments = operation_name(node), node.arguments
    if name in ("sqrt", "cbrt") and arguments[0] in active:
        return arguments[0], (1, 2 if name == "sqrt" else 3)
    if name in ("^n", "^") and arguments[0] in active and arguments[1] not in active:
        exponent = exact_integer(arguments[1])
        return arguments[0], arguments[1] if exponent is None else (exponent, 1)
    if name == "/" and arguments[1] in active and arguments[0] not in active:
        below = arguments[1]
        found = as_power(below, active) if operation_name(below) in POWERS_BELOW else None
        if found is None:
            return below, (-1, 1)
        return found[0], (-found[1][0], found[1][1])
    return None


def bare_power(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """A power with an integer exponent from 2 on: (u, n)."""
    exponent = exact_integer(node.arguments[1]) if operation_name(node) == "^n" else None
    if exponent is None or exponent < 2 or node.arguments[0] not in active:
        return None
    base = node.arguments[0]
    return PatternMatch(lambda values, slopes: (values[base], exponent), base, (base,))


def root_of_square(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """The n-th root of an n-th power with an even n, sqrt(u^2) above all: (u',)."""
    found = as_power(node, active)
    if found is None or bare_power(found[0], active) is None:
        return None
    base, exponent = found
    n = exact_integer(base.arguments[1])
    root = value_at(exponent, {}) if isinstance(exponent, Expression) else exponent[0] / exponent[1]
    if n is None or n % 2 or not is_number(root) or root * n != 1:
        return None
    u = base.arguments[0]
    return PatternMatch(lambda values, slopes: (slopes.get(u, 0),), None, (u,))


def power_of_function(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """g(u)^n: (g, u, u', n)."""
    if bare_power(node, active) is None:
        return None
    base = node.arguments[0]
    exponent = exact_integer(node.arguments[1])
    return _function_and_power(base, exponent) if base.operation and len(base.arguments) == 1 else None


def function_of_power(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """g(u^n): (g, u, u', n)."""
    if len(node.arguments) != 1 or operation_name(node) == "neg":
        return None
    inner = node.arguments[0]
    if bare_power(inner, active) is None:
        return None
    return _function_and_power(node, exact_integer(inner.arguments[1]), inner.arguments[0])


def _function_and_power(call: Expression, exponent: int | None, base: Expression | None = None) -> PatternMatch | None:
    operation = call.operation
    if operation is None or operation.name in (*STEPS, "neg", "abs") or not callable(operation.partials[0]):
        return None
    u = base or call.arguments[0]
    see = lambda values, slopes: (operation, values[u], slopes.get(u, 0), exponent)
    return PatternMatch(see, None, (u,))


def logarithm(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """A logarithm to a base: log10(u), log2(u), and ln(u)/ln(b): (u, ln b), an outer derivative."""
    name = operation_name(node)
    if name in ("log10", "log2") and node.arguments[0] in active:
        u, base = node.arguments[0], 10 if name == "log10" else 2
        ln = OPERATIONS["ln"]
        return PatternMatch(lambda values, slopes: (values[u], ln(whole(base, values[u]))), u, (u,))
    if name == "/" and only_active(node, active) == 0:
        above, below = node.arguments
        if operation_name(above) == operation_name(below) == "ln":
            u = above.arguments[0]
            return PatternMatch(lambda values, slopes: (values[u], values[below]), u, (u,))
    return None


def exponential(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """A constant to a power that varies: (value, base, v, base^(v - 1)); for exp the base is e."""
    name = operation_name(node)
    if name == "^" and only_active(node, active) == 1:
        a, v = node.arguments
        return PatternMatch(
            lambda values, slopes: (values[node], values[a], values[v], _lowered(node, values)), v, (a, v)
        )
    if name == "exp" and node.arguments[0] in active:
        v = node.arguments[0]

        def see(values: Values, slopes: Slopes) -> tuple[Any, ...]:
            y, u = values[node], values[v]
            base = named("e", u)
            return y, base, u, OPERATIONS["exp"](u - 1) if isinstance(u, Expression) else y / base

        return PatternMatch(see, v, (Constant("e"), v))
    return None


def _lowered(node: Expression, values: Values) -> Any:
    """a^(v - 1), from the value of a^v where that is a number."""
    y, a, v = values[node], values[node.arguments[0]], values[node.arguments[1]]
    return raise_to(a, _sum_of(v, -1)) if isinstance(y, Expression) else y / a


def exponential_with_base(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """The same without exp."""
    return exponential(node, active) if operation_name(node) == "^" else None


def general_power(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """A power of which both the base and the exponent vary: (u, v, u', v', value, u^(v - 1))."""
    sight = pair("^")(node, active)
    if sight is None:
        return None
    return sight._replace(see=lambda values, slopes: (*sight.see(values, slopes), _lowered(node, values)))


def constant_exponential(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """e to a power that does not vary: (value, exponent)."""
    if operation_name(node) != "exp" or node in active:
        return None
    v = node.arguments[0]
    return PatternMatch(lambda values, slopes: (values[node], values[v]), None, (v,))
