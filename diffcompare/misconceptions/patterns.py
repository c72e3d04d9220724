"""Views: what a rule for a wrong derivative is told about the node at which it is applied.

A view looks at a node of the function and either does not apply to it or gives a `Sight`: how to read off, from the
values and the slopes (derivatives of the arguments) at a point, the numbers that the rules of this view work on.  What
is read off may be doubles, balls or expressions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from diffcompare.language.expression import Expression, Variable
from diffcompare.numeric.evaluate import RANGE_ERRORS

Values: TypeAlias = Mapping[Expression, Any]
Slopes: TypeAlias = Mapping[Expression, Any]


class PatternMatch(NamedTuple):
    """A node as the rules of one view see it."""

    see: Callable[[Values, Slopes], tuple[Any, ...]]
    """The numbers that the rules work on."""
    inner: Expression | None = None
    """The inner function of a chain, where the rules of the view are for the outer one."""
    parts: tuple[Expression, ...] = ()
    """The parts of the node that the sentences name, in the order of the letters u, v, w."""


View: TypeAlias = Callable[[Expression, Collection[Expression]], "PatternMatch | None"]

ARITHMETIC = ("+", "-", "*", "neg")
MAX_DEPTH = 30
"""Levels down which the variable of a composition is looked for."""
STEPS = ("sign", "floor", "ceil")


def named(name: str, like: Any) -> Any:
    """The constant `pi` or `e` as the number type of `like`."""
    return getattr(math, name) if isinstance(like, float | int) else like.constant(name)


def whole(number: int, like: Any) -> Any:
    """An integer as the number type of `like`."""
    return float(number) if isinstance(like, float | int) else like.constant(number)


def operation_name(node: Expression) -> str:
    return node.operation.name if node.operation is not None else ""


def only_active(node: Expression, active: Collection[Expression]) -> int | None:
    """The place of the one argument that depends on the variable; None where there are several or none."""
    places = [place for place, argument in enumerate(node.arguments) if argument in active]
    return places[0] if len(places) == 1 else None


def chain(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """A function of an inner function that is more than the variable: (outer derivative, u, u', value)."""
    sight = link(node, active)
    return None if sight is None or sight.inner is None or sight.inner.operation is None else sight


def link(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """A function of one argument that varies: (outer derivative, u, u', value)."""
    operation = node.operation
    place = only_active(node, active)
    if operation is None or place is None or operation.name in (*ARITHMETIC, *STEPS) or operation.selects:
        return None
    partial, arguments = operation.partials[place], node.arguments
    if not callable(partial) or (operation.name == "/" and place == 0):
        return None
    inner = arguments[place]

    def see(values: Values, slopes: Slopes) -> tuple[Any, ...]:
        outer = partial(values[node], *[values[argument] for argument in arguments])
        return outer, values[inner], slopes.get(inner, 0), values[node]

    return PatternMatch(see, inner, (inner,))


def outer(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """A composition, with the outer function and its derivative, which can be asked elsewhere: (g', u, u', g)."""
    return _asked(node, active) if chain(node, active) is not None else None


def asked(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """A function of one argument, which can be asked elsewhere: (g', u, u', g)."""
    return _asked(node, active) if link(node, active) is not None else None


def _asked(node: Expression, active: Collection[Expression]) -> PatternMatch:
    operation, place, arguments = node.operation, only_active(node, active), node.arguments
    assert operation is not None
    assert place is not None
    partial, inner = operation.partials[place], arguments[place]
    assert callable(partial)

    def see(values: Values, slopes: Slopes) -> tuple[Any, ...]:
        def numbers(u: Any) -> list[Any]:
            u = whole(u, values[inner]) if type(u) is int else u  # a slope that has become a plain 0 or 1
            return [u if number == place else values[argument] for number, argument in enumerate(arguments)]

        def outer(u: Any) -> Any:
            return operation(*numbers(u))

        def derivative(u: Any) -> Any:
            try:
                value = outer(u)
            except RANGE_ERRORS:
                value = None  # 1/u is written down for ln(u) where u is negative, too
            slope = partial(value, *numbers(u))
            if slope is None:  # that of exp is the value itself
                raise ValueError("a partial without a value")
            return slope

        return derivative, values[inner], slopes.get(inner, 0), outer

    return PatternMatch(see, inner, (inner,))


def function(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """A function of one argument: (value, u)."""
    if len(node.arguments) != 1 or node.arguments[0] not in active:
        return None
    inner = node.arguments[0]
    return PatternMatch(lambda values, slopes: (values[node], values[inner]), inner, (inner,))


def outer_at_variable(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """A composition: (g', x, u'), with the variable x itself."""
    sight = outer(node, active)
    leaf: Expression | None = node
    for _ in range(MAX_DEPTH):
        if leaf is None or leaf.operation is None:
            break
        leaf = next((argument for argument in leaf.arguments if argument in active), None)
    if sight is None or sight.inner is None or leaf is None or leaf.operation is not None:
        return None
    inner, variable = sight.inner, leaf
    return sight._replace(
        see=lambda values, slopes: (sight.see(values, slopes)[0], values[variable], slopes.get(inner, 0))
    )


def function_of_sum(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """A function of a sum or a difference, with its derivative g': (g', inner, u, v, u', v', sign of v)."""
    sight = outer(node, active)
    if sight is None or sight.inner is None or operation_name(sight.inner) not in ("+", "-"):
        return None
    inner = sight.inner

    def see(values: Values, slopes: Slopes) -> tuple[Any, ...]:
        u, v = inner.arguments
        terms = values[u], values[v], slopes.get(u, 0), slopes.get(v, 0), _sign(inner)
        return sight.see(values, slopes)[0], values[inner], *terms

    return PatternMatch(see, None, (*inner.arguments, inner))


def _sign(sum_: Expression) -> int:
    return 1 if operation_name(sum_) == "+" else -1


@cache
def product_with_sum(place: int) -> View:
    """A product of which one factor (left 0, right 1) is a sum: (p, q, v, p', q', v', sign of q).

    The other factor may be a constant; its derivative is 0 then.
    """

    def view(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
        if operation_name(node) != "*" or node.arguments[place] not in active:
            return None
        added, other = node.arguments[place], node.arguments[1 - place]
        if operation_name(added) not in ("+", "-"):
            return None
        p, q = added.arguments

        def see(values: Values, slopes: Slopes) -> tuple[Any, ...]:
            slopes_of = slopes.get(p, 0), slopes.get(q, 0), slopes.get(other, 0)
            return values[p], values[q], values[other], *slopes_of, _sign(added)

        return PatternMatch(see, None, (p, q, added))

    return view


def pair(name: str) -> View:
    """A product or a quotient of which both parts vary: (u, v, u', v', value)."""

    def view(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
        if operation_name(node) != name or not all(argument in active for argument in node.arguments):
            return None
        u, v = node.arguments
        see = lambda values, slopes: (values[u], values[v], slopes.get(u, 0), slopes.get(v, 0), values[node])
        return PatternMatch(see, None, (u, v))

    return view


product, quotient = pair("*"), pair("/")


def reciprocal(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """A constant over something that varies: (c, v, v')."""
    if operation_name(node) != "/" or only_active(node, active) != 1:
        return None
    c, v = node.arguments
    return PatternMatch(lambda values, slopes: (values[c], values[v], slopes.get(v, 0)), None, (c, v))


@cache
def term(place: int) -> View:
    """A term of a sum or a difference, the one on the left (0) or on the right (1): (its value, its u', the other's).

    The other's derivative and the sign that a right-hand term has are taken care of: see `Terms` in the table.
    """

    def view(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
        if operation_name(node) not in ("+", "-") or node.arguments[place] not in active:
            return None
        return _term(node, place)

    return view


@cache
def signed_term(place: int) -> View:
    """A term whose sign can be wrong by itself: one beside another that varies, or one that is subtracted."""

    def view(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
        sight = term(place)(node, active)
        if sight is None:
            return None
        subtracted = operation_name(node) == "-" and place == 1
        return sight if subtracted or node.arguments[1 - place] in active else None

    return view


@cache
def constant_term(place: int) -> View:
    """A term that does not depend on the variable."""

    def view(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
        if operation_name(node) not in ("+", "-") or only_active(node, active) != 1 - place:
            return None
        return _term(node, place)

    return view


def _term(node: Expression, place: int) -> PatternMatch:
    chosen, other = node.arguments[place], node.arguments[1 - place]
    signs = (1, 1 if operation_name(node) == "+" else -1)
    sign, others = signs[place], signs[1 - place]

    def see(values: Values, slopes: Slopes) -> tuple[Any, ...]:
        rest = slopes.get(other, 0)
        own = slopes.get(chosen, 0)
        return (
            values[chosen] if sign == 1 else -values[chosen],
            own if sign == 1 else -own,
            rest if others == 1 else -rest,
        )

    return PatternMatch(see, None, (chosen, other))


def negation(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Something that varies with a minus sign: (u, u')."""
    if operation_name(node) != "neg" or node.arguments[0] not in active:
        return None
    u = node.arguments[0]
    return PatternMatch(lambda values, slopes: (values[u], slopes.get(u, 0)), None, (u,))


def several(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """A function of two arguments that both vary, other than arithmetic: ((partial by u)*u', (partial by v)*v')."""
    operation = node.operation
    if operation is None or operation.selects or operation.name in (*ARITHMETIC, "/", "^", "^n"):
        return None
    if len(node.arguments) != 2 or not all(argument in active for argument in node.arguments):
        return None
    u, v = node.arguments
    first, second = operation.partials
    if not callable(first) or not callable(second):
        return None

    def see(values: Values, slopes: Slopes) -> tuple[Any, ...]:
        numbers = values[node], values[u], values[v]
        return first(*numbers) * slopes.get(u, 0), second(*numbers) * slopes.get(v, 0)

    return PatternMatch(see, None, (u, v))


def anything(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Any operation that varies: (value,)."""
    if node.operation is None or node not in active:
        return None
    return PatternMatch(lambda values, slopes: (values[node],), None, (node,))


def variable(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """The variable itself, at one of its places: (x,)."""
    return PatternMatch(lambda values, slopes: (values[node],)) if node.operation is None and node in active else None


def literal(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """A number or a named constant, at one of its places."""
    return PatternMatch(lambda values, slopes: ()) if node.operation is None and type(node) is not Variable else None


def other_variable(node: Expression, active: Collection[Expression]) -> PatternMatch | None:
    """Another variable, at one of its places."""
    return PatternMatch(lambda values, slopes: ()) if type(node) is Variable and node not in active else None
