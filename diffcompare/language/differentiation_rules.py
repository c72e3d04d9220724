"""The differentiation rules of a textbook: sum, product, quotient, power ..., each with its name.

The rules are spelled out here, apart from the table of operations, on purpose: they are a second witness.  Only the
derivatives of elementary functions (sin, ln, ...) come from the table, as they do from a rule sheet's right-hand
column.

A rule takes a node and the derivatives of its arguments, and gives its name and the derivative of the node.  From known
derivatives it makes formulas; from `PendingDerivative`s it makes a line of a derivation,
`d/dx[u*v] = d/dx[u]*v + u*d/dx[v]`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import NamedTuple

from diffcompare.language.expression import Expression, Number, Operation, Variable, apply, lift
from diffcompare.language.operations import OPERATIONS, NotDifferentiable, exact_integer, is_quotient, ln, raise_to

ZERO, ONE = Number(0), Number(1)


class RuleStyle(NamedTuple):
    """The arithmetic with which rules combine their terms; it may simplify them on the way."""

    plus: Callable[[Expression, Expression], Expression]
    minus: Callable[[Expression, Expression], Expression]
    negative: Callable[[Expression], Expression]
    times: Callable[[Expression, Expression], Expression]


# A person writes no terms 0*u, no factors 1*u and no +0; nothing else is simplified.


def _plus(a: Expression, b: Expression) -> Expression:
    return b if a is ZERO else a if b is ZERO else a + b


def _minus(a: Expression, b: Expression) -> Expression:
    return a if b is ZERO else _negative(b) if a is ZERO else a - b


def _negative(a: Expression) -> Expression:
    return ZERO if a is ZERO else -a


def _times(a: Expression, b: Expression) -> Expression:
    return ZERO if a is ZERO or b is ZERO else b if a is ONE else a if b is ONE else a * b


BY_HAND = RuleStyle(_plus, _minus, _negative, _times)  # as a person writes it down

# By hand, except that a difference stays one: `0 - u'` is kept.
LIGHT = BY_HAND._replace(minus=lambda a, b: a if b is ZERO else a - b)

# To the letter: the derivative of a product has both terms, and every 0 and 1 is written down.
RAW = RuleStyle(operator.add, operator.sub, operator.neg, operator.mul)


class Applied(NamedTuple):
    """A rule applied: its name, and the derivative that it gives."""

    rule: str
    derivative: Expression


def apply_rule(node: Expression, derivatives: Sequence[Expression], style: RuleStyle = BY_HAND) -> Applied:
    """Apply the rule for an operation: make its derivative from the derivatives of its arguments.

    Raises NotDifferentiable where the table has no partial (`polygamma` with respect to its order).
    """
    assert node.operation is not None
    return RULES.get(node.operation.name, _function_rule)(style, node, *derivatives)


def derivatives_of(
    nodes: Sequence[Expression],
    name: str,
    style: RuleStyle = BY_HAND,
    known: dict[Expression, Expression] | None = None,
) -> dict[Expression, Expression]:
    """Return the derivatives of the nodes of a Wengert list by the variable `name`; those left out are 0.

    The loop runs from the leaves up, so every rule finds the derivatives of its arguments ready.  Derivatives that are
    `known` are taken from there, and new ones are added to it.  Raises NotDifferentiable.
    """
    derivatives: dict[Expression, Expression] = {} if known is None else known
    derivatives[Variable(name)] = ONE
    for node in nodes:
        if node.operation is None or node in derivatives:
            continue
        ready = [derivatives.get(argument, ZERO) for argument in node.arguments]
        if any(derivative is not ZERO for derivative in ready):
            derivatives[node] = apply_rule(node, ready, style).derivative
    return derivatives


def _sum_rule(style: RuleStyle, node: Expression, du: Expression, dv: Expression) -> Applied:
    """Apply (u + v)' = u' + v'."""
    return Applied("sum rule", style.plus(du, dv))


def _difference_rule(style: RuleStyle, node: Expression, du: Expression, dv: Expression) -> Applied:
    """Apply (u - v)' = u' - v'."""
    return Applied("difference rule", style.minus(du, dv))


def _sign_rule(style: RuleStyle, node: Expression, du: Expression) -> Applied:
    """Apply (-u)' = -u'."""
    return Applied("constant factor rule", style.negative(du))


def _product_rule(style: RuleStyle, node: Expression, du: Expression, dv: Expression) -> Applied:
    """Apply (u v)' = u' v + u v', which is c v' where u is a constant c."""
    u, v = node.arguments
    rule = "constant factor rule" if du is ZERO or dv is ZERO else "product rule"
    return Applied(rule, style.plus(style.times(du, v), style.times(u, dv)))


def _quotient_rule(style: RuleStyle, node: Expression, du: Expression, dv: Expression) -> Applied:
    """Apply (u/v)' = (u' v - u v') / v^2, or u'/v where v is constant (not in the raw style)."""
    u, v = node.arguments
    if dv is ZERO and style is not RAW:
        return Applied("constant factor rule", du / v)
    square: Expression = raise_to(v, 2)
    rule = "reciprocal rule" if du is ZERO else "quotient rule"
    return Applied(rule, style.minus(style.times(du, v), style.times(u, dv)) / square)


def _power_rule(style: RuleStyle, node: Expression, du: Expression, dn: Expression) -> Applied:
    """Apply (u^n)' = n u^(n-1) u', with the exponent folded as a person does (x^3 gives 3*x^2)."""
    u, n = node.arguments
    exponent = exact_integer(n)
    assert exponent is not None, "this row has an integer exponent"
    if exponent == 0:
        return Applied("constant rule", ZERO)
    lowered = ONE if exponent == 1 else u if exponent == 2 else raise_to(u, lift(exponent - 1))
    return Applied("power rule", style.times(style.times(n, lowered), du))


def _general_power_rule(style: RuleStyle, node: Expression, du: Expression, dv: Expression) -> Applied:
    """Apply (u^c)' = c u^(c-1) u', (a^v)' = a^v ln(a) v', and their sum where both vary."""
    u, v = node.arguments
    terms = []
    if du is not ZERO:
        terms.append(style.times(style.times(v, raise_to(u, _one_less(v))), du))
    if dv is not ZERO:
        terms.append(style.times(style.times(node, ln(u)), dv))
    rule = "power rule" if dv is ZERO else "exponential rule" if du is ZERO else "general power rule"
    return Applied(rule, reduce(style.plus, terms))


def _one_less(exponent: Expression) -> Expression:
    """Return `exponent - 1`, folded for decimals and simple fractions: 1/3 - 1 is written -2/3."""
    if isinstance(exponent, Number):
        scale = 10**exponent.places
        digits = exponent.digits - scale
        return Number(digits, exponent.places) if digits >= 0 else -Number(-digits, exponent.places)
    if is_quotient(exponent):
        p, q = exponent.arguments
        numerator, denominator = exact_integer(p), exact_integer(q)
        if numerator is not None and denominator is not None and denominator > 0:
            numerator -= denominator
            return lift(numerator) / q if numerator >= 0 else -(lift(-numerator) / q)
    return exponent - 1


def _choice_rule(style: RuleStyle, node: Expression, *derivatives: Expression) -> Applied:
    """Apply (if(c, u, v))' = if(c, u', v'), away from where c changes."""
    assert node.operation is not None
    left, right = node.arguments[:2]
    du, dv = derivatives[2:]
    formula = ZERO if du is ZERO and dv is ZERO else apply(node.operation, (left, right, du, dv))
    return Applied("case by case", formula)


def _function_rule(style: RuleStyle, node: Expression, *derivatives: Expression) -> Applied:
    """Apply f(u, v)' = f_u(u, v) u' + f_v(u, v) v', with f_u and f_v from the table of operations."""
    operation: Operation = node.operation  # type: ignore[assignment]
    terms: list[Expression] = []
    for partial, derivative in zip(operation.partials, derivatives, strict=True):
        if derivative is ZERO or partial == 0:
            continue
        if partial is None:
            raise NotDifferentiable(node)
        outer = lift(partial(node, *node.arguments) if callable(partial) else partial)
        terms.append(style.times(outer, derivative))
    rule = _NAMED_FUNCTIONS.get(operation.name) or f"derivative of {operation.name}"
    return Applied(rule, reduce(style.plus, terms) if terms else ZERO)


_NAMED_FUNCTIONS = {
    "exp": "exponential rule",
    "sqrt": "root rule",
    "cbrt": "root rule",
    "abs": "derivative of |u|",
}

# The rule for each operation that has one of its own; all others are looked up in the table of functions.
RULES: Mapping[str, Callable[..., Applied]] = {
    "+": _sum_rule,
    "-": _difference_rule,
    "neg": _sign_rule,
    "*": _product_rule,
    "/": _quotient_rule,
    "^n": _power_rule,
    "^": _general_power_rule,
    **{name: _choice_rule for name in OPERATIONS if name.startswith("if ")},
}
