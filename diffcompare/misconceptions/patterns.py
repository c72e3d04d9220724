"""Patterns of nodes, like a product or a composition, to which the rules for wrong derivatives apply.

A pattern takes a node of the function and the nodes that depend on the variable.  It returns None where it does not
apply, else a `PatternMatch`, which binds the letters of the rules (u, v, u', v' ...) to numbers at a point, given the
values and the tangents (derivatives by the variable) of the nodes.  The numbers may be doubles, balls or expressions.

The docstring of a pattern ends with the tuple that its `bind` returns.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from diffcompare.language.expression import Expression, Variable
from diffcompare.numeric.evaluate import RANGE_ERRORS

Values: TypeAlias = Mapping[Expression, Any]
Tangents: TypeAlias = Mapping[Expression, Any]  # a node without an entry has the tangent 0


class PatternMatch(NamedTuple):
    """A node to which a pattern applies."""

    bind: Callable[[Values, Tangents], tuple[Any, ...]]
    """Returns the arguments of the rules, given the values and the tangents of all nodes."""
    inner: Expression | None = None
    """The inner function of a composition, for patterns whose rules are about the outer one."""
    parts: tuple[Expression, ...] = ()
    """The parts of the node that messages name by the letters u, v, w, in this order."""


NodePattern: TypeAlias = Callable[[Expression, Collection[Expression]], "PatternMatch | None"]

ARITHMETIC = ("+", "-", "*", "neg")
MAX_DEPTH = 30  # levels down which the variable of a composition is searched for
STEP_FUNCTIONS = ("sign", "floor", "ceil")


def constant_like(name: str, like: Any) -> Any:
    """Return the constant `pi` or `e` in the number type of `like`."""
    return getattr(math, name) if isinstance(like, float | int) else like.constant(name)


def integer_like(number: int, like: Any) -> Any:
    """Return an integer in the number type of `like`."""
    return float(number) if isinstance(like, float | int) else like.constant(number)


def operation_name(node: Expression) -> str:
    """Return the name of the operation of a node, "" for a leaf."""
    return node.operation.name if node.operation is not None else ""


def only_active_argument(node: Expression, active: Collection[Expression]) -> int | None:
    """Return the position of the one argument that depends on the variable; None where there are several or none."""
    positions = [position for position, argument in enumerate(node.arguments) if argument in active]
    return positions[0] if len(positions) == 1 else None


def composition(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match a function of an inner function that is more than the variable: (outer derivative, u, u', value)."""
    match = single_argument(node, active)
    return None if match is None or match.inner is None or match.inner.operation is None else match


def single_argument(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match a function of which one argument varies: (outer derivative, u, u', value)."""
    operation = node.operation
    position = only_active_argument(node, active)
    if operation is None or position is None or operation.name in (*ARITHMETIC, *STEP_FUNCTIONS) or operation.selects:
        return None
    partial, arguments = operation.partials[position], node.arguments
    if not callable(partial) or (operation.name == "/" and position == 0):
        return None
    inner = arguments[position]

    def bind(values: Values, tangents: Tangents) -> tuple[Any, ...]:
        outer = partial(values[node], *[values[argument] for argument in arguments])
        return outer, values[inner], tangents.get(inner, 0), values[node]

    return PatternMatch(bind, inner, (inner,))


def composition_callable(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match a composition, with the outer function and its derivative as callables: (g', u, u', g)."""
    return _callable_match(node, active) if composition(node, active) is not None else None


def single_argument_callable(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match a function of which one argument varies, with it and its derivative as callables: (g', u, u', g)."""
    return _callable_match(node, active) if single_argument(node, active) is not None else None


def _callable_match(node: Expression, active: Collection[Expression]) -> PatternMatch:
    """Return the match of a node whose rules may evaluate the function g, and g', at other arguments than u."""
    operation, position, arguments = node.operation, only_active_argument(node, active), node.arguments
    assert operation is not None
    assert position is not None
    partial, inner = operation.partials[position], arguments[position]
    assert callable(partial)

    def bind(values: Values, tangents: Tangents) -> tuple[Any, ...]:
        def numbers(u: Any) -> list[Any]:
            u = integer_like(u, values[inner]) if type(u) is int else u  # a tangent that has become a plain 0 or 1
            return [u if index == position else values[argument] for index, argument in enumerate(arguments)]

        def outer(u: Any) -> Any:
            return operation(*numbers(u))

        def derivative(u: Any) -> Any:
            try:
                value = outer(u)
            except RANGE_ERRORS:
                value = None  # people write 1/u for ln(u) where u is negative, too
            result = partial(value, *numbers(u))
            if result is None:  # the partial of exp is the value itself
                raise ValueError("a partial without a value")
            return result

        return derivative, values[inner], tangents.get(inner, 0), outer

    return PatternMatch(bind, inner, (inner,))


def function(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match a function of one argument: (value, u)."""
    if len(node.arguments) != 1 or node.arguments[0] not in active:
        return None
    inner = node.arguments[0]
    return PatternMatch(lambda values, tangents: (values[node], values[inner]), inner, (inner,))


def composition_at_variable(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match a composition, with the variable x itself: (g', x, u')."""
    match = composition_callable(node, active)
    leaf: Expression | None = node
    for _ in range(MAX_DEPTH):
        if leaf is None or leaf.operation is None:
            break
        leaf = next((argument for argument in leaf.arguments if argument in active), None)
    if match is None or match.inner is None or leaf is None or leaf.operation is not None:
        return None
    inner, variable = match.inner, leaf
    return match._replace(
        bind=lambda values, tangents: (match.bind(values, tangents)[0], values[variable], tangents.get(inner, 0))
    )


def function_of_sum(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match a function of a sum or a difference, with its derivative g': (g', inner, u, v, u', v', sign of v)."""
    match = composition_callable(node, active)
    if match is None or match.inner is None or operation_name(match.inner) not in ("+", "-"):
        return None
    inner = match.inner

    def bind(values: Values, tangents: Tangents) -> tuple[Any, ...]:
        u, v = inner.arguments
        terms = values[u], values[v], tangents.get(u, 0), tangents.get(v, 0), _sign_of_second(inner)
        return match.bind(values, tangents)[0], values[inner], *terms

    return PatternMatch(bind, None, (*inner.arguments, inner))


def _sign_of_second(sum_: Expression) -> int:
    return 1 if operation_name(sum_) == "+" else -1


@cache
def product_with_sum(position: int) -> NodePattern:
    """Return the pattern of a product with a sum as left (0) or right (1) factor: (p, q, v, p', q', v', sign of q).

    The other factor v may be a constant; its derivative is 0 then.
    """

    def pattern(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
        if operation_name(node) != "*" or node.arguments[position] not in active:
            return None
        added, other = node.arguments[position], node.arguments[1 - position]
        if operation_name(added) not in ("+", "-"):
            return None
        p, q = added.arguments

        def bind(values: Values, tangents: Tangents) -> tuple[Any, ...]:
            derivatives = tangents.get(p, 0), tangents.get(q, 0), tangents.get(other, 0)
            return values[p], values[q], values[other], *derivatives, _sign_of_second(added)

        return PatternMatch(bind, None, (p, q, added))

    return pattern


def both_vary(name: str) -> NodePattern:
    """Return the pattern of a binary operation of which both arguments vary: (u, v, u', v', value)."""

    def pattern(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
        if operation_name(node) != name or not all(argument in active for argument in node.arguments):
            return None
        u, v = node.arguments
        bind = lambda values, tangents: (values[u], values[v], tangents.get(u, 0), tangents.get(v, 0), values[node])
        return PatternMatch(bind, None, (u, v))

    return pattern


product, quotient = both_vary("*"), both_vary("/")


def reciprocal(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match a constant over something that varies: (c, v, v')."""
    if operation_name(node) != "/" or only_active_argument(node, active) != 1:
        return None
    c, v = node.arguments
    return PatternMatch(lambda values, tangents: (values[c], values[v], tangents.get(v, 0)), None, (c, v))


@cache
def term(position: int) -> NodePattern:
    """Return the pattern of the left (0) or right (1) term of a sum or a difference: (u, u', the other's derivative).

    All three have the sign with which they stand in the sum.
    """

    def pattern(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
        if operation_name(node) not in ("+", "-") or node.arguments[position] not in active:
            return None
        return _term(node, position)

    return pattern


@cache
def signed_term(position: int) -> NodePattern:
    """Return the pattern of a term whose sign can be wrong by itself: beside one that varies, or subtracted."""

    def pattern(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
        match = term(position)(node, active)
        if match is None:
            return None
        subtracted = operation_name(node) == "-" and position == 1
        return match if subtracted or node.arguments[1 - position] in active else None

    return pattern


@cache
def constant_term(position: int) -> NodePattern:
    """Return the pattern of a term that does not depend on the variable, beside one that does."""

    def pattern(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
        if operation_name(node) not in ("+", "-") or only_active_argument(node, active) != 1 - position:
            return None
        return _term(node, position)

    return pattern


def _term(node: Expression, position: int) -> PatternMatch:
    """Return the match of a term of a sum: (u, u', the other's derivative), with their signs in the sum."""
    chosen, other = node.arguments[position], node.arguments[1 - position]
    signs = (1, _sign_of_second(node))
    sign, other_sign = signs[position], signs[1 - position]

    def bind(values: Values, tangents: Tangents) -> tuple[Any, ...]:
        rest = tangents.get(other, 0)
        own = tangents.get(chosen, 0)
        return (
            values[chosen] if sign == 1 else -values[chosen],
            own if sign == 1 else -own,
            rest if other_sign == 1 else -rest,
        )

    return PatternMatch(bind, None, (chosen, other))


def negation(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match something that varies with a minus sign: (u, u')."""
    if operation_name(node) != "neg" or node.arguments[0] not in active:
        return None
    u = node.arguments[0]
    return PatternMatch(lambda values, tangents: (values[u], tangents.get(u, 0)), None, (u,))


def two_arguments(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match a function of two arguments that both vary, no arithmetic: ((partial by u)*u', (partial by v)*v')."""
    operation = node.operation
    if operation is None or operation.selects or operation.name in (*ARITHMETIC, "/", "^", "^n"):
        return None
    if len(node.arguments) != 2 or not all(argument in active for argument in node.arguments):
        return None
    u, v = node.arguments
    first, second = operation.partials
    if not callable(first) or not callable(second):
        return None

    def bind(values: Values, tangents: Tangents) -> tuple[Any, ...]:
        numbers = values[node], values[u], values[v]
        return first(*numbers) * tangents.get(u, 0), second(*numbers) * tangents.get(v, 0)

    return PatternMatch(bind, None, (u, v))


def any_operation(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match any operation that varies: (value,)."""
    if node.operation is None or node not in active:
        return None
    return PatternMatch(lambda values, tangents: (values[node],), None, (node,))


def variable(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match the variable itself, in one of its uses: (x,)."""
    return PatternMatch(lambda values, tangents: (values[node],)) if node.operation is None and node in active else None


def literal(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match a number or a named constant, in one of its uses: ()."""
    return PatternMatch(lambda values, tangents: ()) if node.operation is None and type(node) is not Variable else None


def other_variable(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Match another variable, in one of its uses: ()."""
    return PatternMatch(lambda values, tangents: ()) if type(node) is Variable and node not in active else None
