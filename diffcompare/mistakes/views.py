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

from diffcompare.evaluation import ESCAPES, is_number, value_at
from diffcompare.expression import OPERATIONS, Constant, Expression, Variable, lift
from diffcompare.operations import exact_integer, raise_to
from diffcompare.tidying import tidy

Values: TypeAlias = Mapping[Expression, Any]
Slopes: TypeAlias = Mapping[Expression, Any]


class Sight(NamedTuple):
    """A node as the rules of one view see it."""

    see: Callable[[Values, Slopes], tuple[Any, ...]]
    """The numbers that the rules work on."""
    inner: Expression | None = None
    """The inner function of a chain, where the rules of the view are for the outer one."""
    parts: tuple[Expression, ...] = ()
    """The parts of the node that the sentences name, in the order of the letters u, v, w."""


View: TypeAlias = Callable[[Expression, Collection[Expression]], "Sight | None"]

ARITHMETIC = ("+", "-", "*", "neg")
DEEPEST = 30
"""Levels down which the variable of a composition is looked for."""
STEPS = ("sign", "floor", "ceil")
POWERS_BELOW = ("^n", "sqrt", "cbrt")
"""What makes c/v a power of something simpler than v."""


def named(name: str, like: Any) -> Any:
    """The constant `pi` or `e` as the number type of `like`."""
    return getattr(math, name) if isinstance(like, float | int) else like.constant(name)


def whole(number: int, like: Any) -> Any:
    """An integer as the number type of `like`."""
    return float(number) if isinstance(like, float | int) else like.constant(number)


def operation_name(node: Expression) -> str:
    return node.operation.name if node.operation is not None else ""


def _only_active(node: Expression, active: Collection[Expression]) -> int | None:
    """The place of the one argument that depends on the variable; None where there are several or none."""
    places = [place for place, argument in enumerate(node.arguments) if argument in active]
    return places[0] if len(places) == 1 else None


def chain(node: Expression, active: Collection[Expression]) -> Sight | None:
    """A function of an inner function that is more than the variable: (outer derivative, u, u', value)."""
    sight = link(node, active)
    return None if sight is None or sight.inner is None or sight.inner.operation is None else sight


def link(node: Expression, active: Collection[Expression]) -> Sight | None:
    """A function of one argument that varies: (outer derivative, u, u', value)."""
    operation = node.operation
    place = _only_active(node, active)
    if operation is None or place is None or operation.name in (*ARITHMETIC, *STEPS) or operation.selects:
        return None
    partial, arguments = operation.partials[place], node.arguments
    if not callable(partial) or (operation.name == "/" and place == 0):
        return None
    inner = arguments[place]

    def see(values: Values, slopes: Slopes) -> tuple[Any, ...]:
        outer = partial(values[node], *[values[argument] for argument in arguments])
        return outer, values[inner], slopes.get(inner, 0), values[node]

    return Sight(see, inner, (inner,))


def outer(node: Expression, active: Collection[Expression]) -> Sight | None:
    """A composition, with the outer function and its derivative, which can be asked elsewhere: (g', u, u', g)."""
    return _asked(node, active) if chain(node, active) is not None else None


def asked(node: Expression, active: Collection[Expression]) -> Sight | None:
    """A function of one argument, which can be asked elsewhere: (g', u, u', g)."""
    return _asked(node, active) if link(node, active) is not None else None


def _asked(node: Expression, active: Collection[Expression]) -> Sight:
    operation, place, arguments = node.operation, _only_active(node, active), node.arguments
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
            except ESCAPES:
                value = None  # 1/u is written down for ln(u) where u is negative, too
            return partial(value, *numbers(u))

        return derivative, values[inner], slopes.get(inner, 0), outer

    return Sight(see, inner, (inner,))


def function(node: Expression, active: Collection[Expression]) -> Sight | None:
    """A function of one argument: (value, u)."""
    if len(node.arguments) != 1 or node.arguments[0] not in active:
        return None
    inner = node.arguments[0]
    return Sight(lambda values, slopes: (values[node], values[inner]), inner, (inner,))


def power(node: Expression, active: Collection[Expression]) -> Sight | None:
    """A power, as `any_power` sees it, but for c/u: there the quotient rule is at hand."""
    if operation_name(node) == "/" and operation_name(node.arguments[1]) not in POWERS_BELOW:
        return None
    return any_power(node, active)


def any_power(node: Expression, active: Collection[Expression]) -> Sight | None:
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

    return Sight(see, base, (base,))


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


def bare_power(node: Expression, active: Collection[Expression]) -> Sight | None:
    """A power with an integer exponent from 2 on: (u, n)."""
    exponent = exact_integer(node.arguments[1]) if operation_name(node) == "^n" else None
    if exponent is None or exponent < 2 or node.arguments[0] not in active:
        return None
    base = node.arguments[0]
    return Sight(lambda values, slopes: (values[base], exponent), base, (base,))


def root_of_square(node: Expression, active: Collection[Expression]) -> Sight | None:
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
    return Sight(lambda values, slopes: (slopes.get(u, 0),), None, (u,))


def power_of_function(node: Expression, active: Collection[Expression]) -> Sight | None:
    """g(u)^n: (g, u, u', n)."""
    if bare_power(node, active) is None:
        return None
    base = node.arguments[0]
    exponent = exact_integer(node.arguments[1])
    return _function_and_power(base, exponent) if base.operation and len(base.arguments) == 1 else None


def function_of_power(node: Expression, active: Collection[Expression]) -> Sight | None:
    """g(u^n): (g, u, u', n)."""
    if len(node.arguments) != 1 or operation_name(node) == "neg":
        return None
    inner = node.arguments[0]
    if bare_power(inner, active) is None:
        return None
    return _function_and_power(node, exact_integer(inner.arguments[1]), inner.arguments[0])


def _function_and_power(call: Expression, exponent: int | None, base: Expression | None = None) -> Sight | None:
    operation = call.operation
    if operation is None or operation.name in (*STEPS, "neg", "abs") or not callable(operation.partials[0]):
        return None
    u = base or call.arguments[0]
    see = lambda values, slopes: (operation, values[u], slopes.get(u, 0), exponent)
    return Sight(see, None, (u,))


def outer_at_variable(node: Expression, active: Collection[Expression]) -> Sight | None:
    """A composition: (g', x, u'), with the variable x itself."""
    sight = outer(node, active)
    leaf: Expression | None = node
    for _ in range(DEEPEST):
        if leaf is None or leaf.operation is None:
            break
        leaf = next((argument for argument in leaf.arguments if argument in active), None)
    if sight is None or sight.inner is None or leaf is None or leaf.operation is not None:
        return None
    inner, variable = sight.inner, leaf
    return sight._replace(
        see=lambda values, slopes: (sight.see(values, slopes)[0], values[variable], slopes.get(inner, 0))
    )


def function_of_sum(node: Expression, active: Collection[Expression]) -> Sight | None:
    """A function of a sum or a difference, with its derivative g': (g', inner, u, v, u', v', sign of v)."""
    sight = outer(node, active)
    if sight is None or sight.inner is None or operation_name(sight.inner) not in ("+", "-"):
        return None
    inner = sight.inner

    def see(values: Values, slopes: Slopes) -> tuple[Any, ...]:
        u, v = inner.arguments
        terms = values[u], values[v], slopes.get(u, 0), slopes.get(v, 0), _sign(inner)
        return sight.see(values, slopes)[0], values[inner], *terms

    return Sight(see, None, (*inner.arguments, inner))


def _sign(sum_: Expression) -> int:
    return 1 if operation_name(sum_) == "+" else -1


@cache
def product_with_sum(place: int) -> View:
    """A product of which one factor (left 0, right 1) is a sum: (p, q, v, p', q', v', sign of q).

    The other factor may be a constant; its derivative is 0 then.
    """

    def view(node: Expression, active: Collection[Expression]) -> Sight | None:
        if operation_name(node) != "*" or node.arguments[place] not in active:
            return None
        added, other = node.arguments[place], node.arguments[1 - place]
        if operation_name(added) not in ("+", "-"):
            return None
        p, q = added.arguments

        def see(values: Values, slopes: Slopes) -> tuple[Any, ...]:
            slopes_of = slopes.get(p, 0), slopes.get(q, 0), slopes.get(other, 0)
            return values[p], values[q], values[other], *slopes_of, _sign(added)

        return Sight(see, None, (p, q, added))

    return view


def power_of_multiple(node: Expression, active: Collection[Expression]) -> Sight | None:
    """(c*u)^n: (c, u, n, u')."""
    if bare_power(node, active) is None or scaled(node.arguments[0], active) is None:
        return None
    [c, u] = sorted(node.arguments[0].arguments, key=lambda factor: factor in active)
    n = exact_integer(node.arguments[1])
    return Sight(lambda values, slopes: (values[c], values[u], n, slopes.get(u, 0)), None, (c, u))


def multiple_of_power(node: Expression, active: Collection[Expression]) -> Sight | None:
    """c*u^n: (c, u, n, u')."""
    if scaled(node, active) is None:
        return None
    [c, raised] = sorted(node.arguments, key=lambda factor: factor in active)
    if bare_power(raised, active) is None:
        return None
    u, n = raised.arguments[0], exact_integer(raised.arguments[1])
    return Sight(lambda values, slopes: (values[c], values[u], n, slopes.get(u, 0)), None, (c, u))


def scaled(node: Expression, active: Collection[Expression]) -> Sight | None:
    """A constant times something that varies: (c, u, u')."""
    if operation_name(node) != "*" or _only_active(node, active) is None:
        return None
    [c, u] = sorted(node.arguments, key=lambda factor: factor in active)
    return Sight(lambda values, slopes: (values[c], values[u], slopes.get(u, 0)), None, (u, c))


def multiple_of_variable(node: Expression, active: Collection[Expression]) -> Sight | None:
    """A constant times the variable: (value, x)."""
    if scaled(node, active) is None:
        return None
    [x] = [factor for factor in node.arguments if factor in active]
    return Sight(lambda values, slopes: (values[node], values[x]), None, (x,)) if x.operation is None else None


def function_of_multiple(node: Expression, active: Collection[Expression]) -> Sight | None:
    """A function of c*u or u/c: (c or 1/c, u), an outer derivative."""
    if len(node.arguments) != 1:
        return None
    inner = node.arguments[0]
    if scaled(inner, active) is not None:
        [c, u] = sorted(inner.arguments, key=lambda factor: factor in active)
        return Sight(lambda values, slopes: (values[c], values[u]), inner, (inner,))
    if divided(inner, active) is not None:
        u, c = inner.arguments
        return Sight(lambda values, slopes: (1 / values[c], values[u]), inner, (inner,))
    return None


def divided(node: Expression, active: Collection[Expression]) -> Sight | None:
    """Something that varies over a constant: (u, c, u')."""
    if operation_name(node) != "/" or _only_active(node, active) != 0:
        return None
    u, c = node.arguments
    return Sight(lambda values, slopes: (values[u], values[c], slopes.get(u, 0)), None, (u, c))


def scaled_factor(node: Expression, active: Collection[Expression]) -> Sight | None:
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

    return Sight(see, None, (node, c))


@cache
def product_with_constant(place: int) -> View:
    """A product with a constant within one factor (left 0, right 1), u = 3*w: (3, u, v, u', v')."""

    def view(node: Expression, active: Collection[Expression]) -> Sight | None:
        sight = product(node, active)
        found = _constant_within(node.arguments[place], active) if sight is not None else None
        if found is None:
            return None
        (c, divides), u, v = found, node.arguments[place], node.arguments[1 - place]

        def see(values: Values, slopes: Slopes) -> tuple[Any, ...]:
            constant = 1 / values[c] if divides else values[c]
            return constant, values[u], values[v], slopes.get(u, 0), slopes.get(v, 0)

        return Sight(see, None, (u, v, c))

    return view


@cache
def constant_part(place: int) -> View:
    """A constant of several parts in a product or a quotient, 2*pi*u, u/(2*a), -3*u: (a factor of it, y')."""

    def view(node: Expression, active: Collection[Expression]) -> Sight | None:
        own = _only_active(node, active)
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

        return Sight(see, None, (node, constant, part))

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


def logarithm(node: Expression, active: Collection[Expression]) -> Sight | None:
    """A logarithm to a base: log10(u), log2(u), and ln(u)/ln(b): (u, ln b), an outer derivative."""
    name = operation_name(node)
    if name in ("log10", "log2") and node.arguments[0] in active:
        u, base = node.arguments[0], 10 if name == "log10" else 2
        ln = OPERATIONS["ln"]
        return Sight(lambda values, slopes: (values[u], ln(whole(base, values[u]))), u, (u,))
    if name == "/" and _only_active(node, active) == 0:
        above, below = node.arguments
        if operation_name(above) == operation_name(below) == "ln":
            u = above.arguments[0]
            return Sight(lambda values, slopes: (values[u], values[below]), u, (u,))
    return None


def exponential(node: Expression, active: Collection[Expression]) -> Sight | None:
    """A constant to a power that varies: (value, base, v, base^(v - 1)); for exp the base is e."""
    name = operation_name(node)
    if name == "^" and _only_active(node, active) == 1:
        a, v = node.arguments
        return Sight(lambda values, slopes: (values[node], values[a], values[v], _lowered(node, values)), v, (a, v))
    if name == "exp" and node.arguments[0] in active:
        v = node.arguments[0]

        def see(values: Values, slopes: Slopes) -> tuple[Any, ...]:
            y, u = values[node], values[v]
            base = named("e", u)
            return y, base, u, OPERATIONS["exp"](u - 1) if isinstance(u, Expression) else y / base

        return Sight(see, v, (Constant("e"), v))
    return None


def _lowered(node: Expression, values: Values) -> Any:
    """a^(v - 1), from the value of a^v where that is a number."""
    y, a, v = values[node], values[node.arguments[0]], values[node.arguments[1]]
    return raise_to(a, _sum_of(v, -1)) if isinstance(y, Expression) else y / a


def exponential_with_base(node: Expression, active: Collection[Expression]) -> Sight | None:
    """The same without exp."""
    return exponential(node, active) if operation_name(node) == "^" else None


def pair(name: str) -> View:
    """A product or a quotient of which both parts vary: (u, v, u', v', value)."""

    def view(node: Expression, active: Collection[Expression]) -> Sight | None:
        if operation_name(node) != name or not all(argument in active for argument in node.arguments):
            return None
        u, v = node.arguments
        see = lambda values, slopes: (values[u], values[v], slopes.get(u, 0), slopes.get(v, 0), values[node])
        return Sight(see, None, (u, v))

    return view


product, quotient = pair("*"), pair("/")


def general_power(node: Expression, active: Collection[Expression]) -> Sight | None:
    """A power of which both the base and the exponent vary: (u, v, u', v', value, u^(v - 1))."""
    sight = pair("^")(node, active)
    if sight is None:
        return None
    return sight._replace(see=lambda values, slopes: (*sight.see(values, slopes), _lowered(node, values)))


def reciprocal(node: Expression, active: Collection[Expression]) -> Sight | None:
    """A constant over something that varies: (c, v, v')."""
    if operation_name(node) != "/" or _only_active(node, active) != 1:
        return None
    c, v = node.arguments
    return Sight(lambda values, slopes: (values[c], values[v], slopes.get(v, 0)), None, (c, v))


@cache
def term(place: int) -> View:
    """A term of a sum or a difference, the one on the left (0) or on the right (1): (its value, its u', the other's).

    The other's derivative and the sign that a right-hand term has are taken care of: see `Terms` in the table.
    """

    def view(node: Expression, active: Collection[Expression]) -> Sight | None:
        if operation_name(node) not in ("+", "-") or node.arguments[place] not in active:
            return None
        return _term(node, place)

    return view


@cache
def signed_term(place: int) -> View:
    """A term whose sign can be wrong by itself: one beside another that varies, or one that is subtracted."""

    def view(node: Expression, active: Collection[Expression]) -> Sight | None:
        sight = term(place)(node, active)
        if sight is None:
            return None
        subtracted = operation_name(node) == "-" and place == 1
        return sight if subtracted or node.arguments[1 - place] in active else None

    return view


@cache
def constant_term(place: int) -> View:
    """A term that does not depend on the variable."""

    def view(node: Expression, active: Collection[Expression]) -> Sight | None:
        if operation_name(node) not in ("+", "-") or _only_active(node, active) != 1 - place:
            return None
        return _term(node, place)

    return view


def _term(node: Expression, place: int) -> Sight:
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

    return Sight(see, None, (chosen, other))


def negation(node: Expression, active: Collection[Expression]) -> Sight | None:
    """Something that varies with a minus sign: (u, u')."""
    if operation_name(node) != "neg" or node.arguments[0] not in active:
        return None
    u = node.arguments[0]
    return Sight(lambda values, slopes: (values[u], slopes.get(u, 0)), None, (u,))


def several(node: Expression, active: Collection[Expression]) -> Sight | None:
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

    return Sight(see, None, (u, v))


def anything(node: Expression, active: Collection[Expression]) -> Sight | None:
    """Any operation that varies: (value,)."""
    if node.operation is None or node not in active:
        return None
    return Sight(lambda values, slopes: (values[node],), None, (node,))


def variable(node: Expression, active: Collection[Expression]) -> Sight | None:
    """The variable itself, at one of its places: (x,)."""
    return Sight(lambda values, slopes: (values[node],)) if node.operation is None and node in active else None


def constant_exponential(node: Expression, active: Collection[Expression]) -> Sight | None:
    """e to a power that does not vary: (value, exponent)."""
    if operation_name(node) != "exp" or node in active:
        return None
    v = node.arguments[0]
    return Sight(lambda values, slopes: (values[node], values[v]), None, (v,))


def literal(node: Expression, active: Collection[Expression]) -> Sight | None:
    """A number or a named constant, at one of its places."""
    return Sight(lambda values, slopes: ()) if node.operation is None and type(node) is not Variable else None


def other_variable(node: Expression, active: Collection[Expression]) -> Sight | None:
    """Another variable, at one of its places."""
    return Sight(lambda values, slopes: ()) if type(node) is Variable and node not in active else None
