"""Hand-coded differentiation: formulas that a person derived and coded.

Where nobody wrote any, this backend does what a person with a rule sheet does: it applies the sum, product, quotient
and power rules one by one and leaves the result unsimplified.  Those rules are spelled out here, apart from the table
of operations, on purpose: they are a second witness.  Only the derivatives of elementary functions (sin, ln, ...)
come from the table, as they do from a rule sheet's right-hand column.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from time import monotonic
from typing import NamedTuple

from diffcompare.backends.automatic import shorten
from diffcompare.backends.budget import hopeless, not_started
from diffcompare.backends.formulas import evaluate_formulas, measure
from diffcompare.expression import OPERATIONS, Expression, Number, Operation, Variable, apply, lift
from diffcompare.operations import exact_integer, ln, raise_to
from diffcompare.problem import Backend, Derivative, Problem
from diffcompare.sweeps import NotDifferentiable
from diffcompare.wengert import listing, operation_count

ZERO, ONE = Number(0), Number(1)


class Tidying(NamedTuple):
    """How the rules put their terms together: what is simplified on the way."""

    plus: Callable[[Expression, Expression], Expression]
    minus: Callable[[Expression, Expression], Expression]
    negative: Callable[[Expression], Expression]
    times: Callable[[Expression, Expression], Expression]


def differentiate(problem: Problem) -> Derivative:
    """Evaluate the partials that a person wrote, or those that the textbook rules give."""
    formulas: dict[str, Expression] = {}
    notes: tuple[str, ...] = ()
    missing = list(problem.wrt)
    origin = "textbook"
    if problem.hand is not None:
        origin = problem.hand.origin
        formulas = {name: problem.hand.formulas[name] for name in problem.wrt if name in problem.hand.formulas}
        missing = [name for name in problem.wrt if name not in formulas]
    if missing:
        expression = problem.at(problem.point)
        rules = len(missing) * operation_count(listing(expression))
        if hopeless(rules, problem.budget):
            return not_started("hand-coded", problem, rules, origin)
        try:
            formulas |= textbook(expression, missing, problem.budget)
        except NotDifferentiable as refusal:
            note = f"no rule is known for {shorten(refusal.node)}"
            return Derivative("hand-coded", "not-supported", origin, dict.fromkeys(problem.wrt), notes=(note,))
        except TimeoutError:
            note = f"timed out after {problem.budget:g} s"
            return Derivative("hand-coded", "timed-out", origin, dict.fromkeys(problem.wrt), notes=(note,))
        notes = (f"textbook rules{f' for {_names(missing)}' if origin != 'textbook' else ''}",)
    formulas = {name: formulas[name] for name in problem.wrt}
    gradient, complaints, status = evaluate_formulas(formulas, problem)
    size, work = measure(formulas)
    sizes = {"raw": size, "cse": None, "simplified": None}
    return Derivative("hand-coded", status, origin, gradient, work, formulas, sizes, notes + complaints)


def _names(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= 4 else f"{', '.join(names[:3])} and {len(names) - 3} more"


# A person writes no terms 0*u, no factors 1*u and no +0; nothing else is tidied.


def _plus(a: Expression, b: Expression) -> Expression:
    return b if a is ZERO else a if b is ZERO else a + b


def _minus(a: Expression, b: Expression) -> Expression:
    return a if b is ZERO else _negative(b) if a is ZERO else a - b


def _negative(a: Expression) -> Expression:
    return ZERO if a is ZERO else -a


def _times(a: Expression, b: Expression) -> Expression:
    return ZERO if a is ZERO or b is ZERO else b if a is ONE else a if b is ONE else a * b


BY_HAND = Tidying(_plus, _minus, _negative, _times)
"""As a person writes it down."""

LIGHT = BY_HAND._replace(minus=lambda a, b: a if b is ZERO else a - b)
"""The same, but that a difference stays one: `0 - u'` is kept."""

RAW = Tidying(operator.add, operator.sub, operator.neg, operator.mul)
"""To the letter: every product has both its terms, and every 0 and 1 is written down."""


def textbook(
    expression: Expression, wrt: Iterable[str], budget: float | None = None, tidying: Tidying = BY_HAND
) -> dict[str, Expression]:
    """The partials of an expression by the rules of a textbook, one variable after the other.

    Raises TimeoutError after `budget` seconds: n variables need n passes.
    """
    nodes = listing(expression)
    deadline = None if budget is None else monotonic() + budget
    results = {}
    for name in wrt:
        if deadline is not None and monotonic() > deadline:
            raise TimeoutError
        results[name] = _derivative(nodes, name, tidying)
    return results


def _derivative(nodes: list[Expression], name: str, tidying: Tidying) -> Expression:
    """d/dname, from the leaves up: every rule finds the derivatives of its arguments ready."""
    derivatives: dict[Expression, Expression] = {Variable(name): ONE}
    for node in nodes:
        if node.operation is None:
            continue
        ready = [derivatives.get(argument, ZERO) for argument in node.arguments]
        if any(derivative is not ZERO for derivative in ready):
            rule = RULES.get(node.operation.name, _chain_rule)
            derivatives[node] = rule(tidying, node, *ready)
    return derivatives.get(nodes[-1], ZERO)


def _sum_rule(tidy: Tidying, node: Expression, du: Expression, dv: Expression) -> Expression:
    """(u + v)' = u' + v'."""
    return tidy.plus(du, dv)


def _difference_rule(tidy: Tidying, node: Expression, du: Expression, dv: Expression) -> Expression:
    """(u - v)' = u' - v'."""
    return tidy.minus(du, dv)


def _product_rule(tidy: Tidying, node: Expression, du: Expression, dv: Expression) -> Expression:
    """(u v)' = u' v + u v'."""
    u, v = node.arguments
    return tidy.plus(tidy.times(du, v), tidy.times(u, dv))


def _quotient_rule(tidy: Tidying, node: Expression, du: Expression, dv: Expression) -> Expression:
    """(u/v)' = (u' v - u v') / v^2, and u'/v where v is constant (but to the letter)."""
    u, v = node.arguments
    if dv is ZERO and tidy is not RAW:
        return du / v
    square: Expression = raise_to(v, 2)
    return tidy.minus(tidy.times(du, v), tidy.times(u, dv)) / square


def _power_rule(tidy: Tidying, node: Expression, du: Expression, dn: Expression) -> Expression:
    """(u^n)' = n u^(n-1) u', with the exponent folded as a person does (x^3 gives 3*x^2)."""
    u, n = node.arguments
    exponent = exact_integer(n)
    assert exponent is not None, "this row has an integer exponent"
    if exponent == 0:
        return ZERO
    lowered = ONE if exponent == 1 else u if exponent == 2 else raise_to(u, lift(exponent - 1))
    return tidy.times(tidy.times(n, lowered), du)


def _general_power_rule(tidy: Tidying, node: Expression, du: Expression, dv: Expression) -> Expression:
    """(u^c)' = c u^(c-1) u', (a^v)' = a^v ln(a) v', and their sum where both vary."""
    u, v = node.arguments
    terms = []
    if du is not ZERO:
        terms.append(tidy.times(tidy.times(v, raise_to(u, _one_less(v))), du))
    if dv is not ZERO:
        terms.append(tidy.times(tidy.times(node, ln(u)), dv))
    return reduce(tidy.plus, terms)


def _one_less(exponent: Expression) -> Expression:
    """`exponent - 1`, folded for decimals and simple fractions: 1/3 - 1 is written -2/3."""
    if isinstance(exponent, Number):
        scale = 10**exponent.places
        rest = exponent.digits - scale
        return Number(rest, exponent.places) if rest >= 0 else -Number(-rest, exponent.places)
    if exponent.operation is OPERATIONS["/"]:
        p, q = exponent.arguments
        numerator, denominator = exact_integer(p), exact_integer(q)
        if numerator is not None and denominator is not None and denominator > 0:
            rest = numerator - denominator
            return lift(rest) / q if rest >= 0 else -(lift(-rest) / q)
    return exponent - 1


def _choice_rule(tidy: Tidying, node: Expression, *derivatives: Expression) -> Expression:
    """(if(c, u, v))' = if(c, u', v'), away from where c changes."""
    assert node.operation is not None
    left, right = node.arguments[:2]
    du, dv = derivatives[2:]
    return ZERO if du is ZERO and dv is ZERO else apply(node.operation, (left, right, du, dv))


def _chain_rule(tidy: Tidying, node: Expression, *derivatives: Expression) -> Expression:
    """f(u, v)' = f_u(u, v) u' + f_v(u, v) v', with f_u and f_v looked up in the table of elementary functions."""
    operation: Operation = node.operation  # type: ignore[assignment]
    terms = []
    for partial, derivative in zip(operation.partials, derivatives, strict=True):
        if derivative is ZERO or partial == 0:
            continue
        if partial is None:
            raise NotDifferentiable(node)
        outer = lift(partial(node, *node.arguments) if callable(partial) else partial)
        terms.append(tidy.times(outer, derivative))
    return reduce(tidy.plus, terms) if terms else ZERO


RULES: Mapping[str, Callable[..., Expression]] = {
    "+": _sum_rule,
    "-": _difference_rule,
    "neg": lambda tidy, node, du: tidy.negative(du),
    "*": _product_rule,
    "/": _quotient_rule,
    "^n": _power_rule,
    "^": _general_power_rule,
    **{name: _choice_rule for name in OPERATIONS if name.startswith("if ")},
}

BACKEND = Backend("hand-coded", differentiate)
