"""The language of patterns: expressions with letters, the nodes that they match, and the numbers that rules get.

A pattern is written as an expression with letters: `c * u**n` matches 5*sin(x)^2.  The letters are

    u, v      for something that depends on the variable of the derivative,
    c, k      for something that does not,
    r, s, t   for anything,
    n, m      for an integer exponent, n for one of at least 2,
    g(u)      for any operation with a single argument that varies, like sin(u), u^3, 2^u or c/u.

A pattern `r + s` matches a difference as well.  A rule says by the names of its parameters what it wants to know about
the node that was matched: see `Bindings`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from diffcompare.language.expression import Constant, Expression, NamedLeaf, Operation, lift
from diffcompare.language.operations import (
    ARITHMETIC,
    add,
    cbrt,
    divide,
    exact_integer,
    exp,
    general_power,
    integer_power,
    is_choice,
    is_sum,
    multiply,
    raise_to,
    sqrt,
    subtract,
)
from diffcompare.language.simplify import simplify
from diffcompare.numeric.evaluate import RANGE_ERRORS

Values: TypeAlias = Mapping[Expression, Any]
Tangents: TypeAlias = Mapping[Expression, Any]  # a node without an entry has the tangent 0
Active: TypeAlias = Collection[Expression]  # the nodes that depend on the variable of the derivative

MAX_DEPTH = 30  # levels down which the variable of a composition is searched for


def only_active_argument(node: Expression, active: Active) -> int | None:
    """Return the position of the one argument that depends on the variable; None where there are several or none."""
    positions = [position for position, argument in enumerate(node.arguments) if argument in active]
    return positions[0] if len(positions) == 1 else None


# --- Matching ---------------------------------------------------------------------------------------------------------


class Metavariable(NamedLeaf):
    """A letter of a pattern, which stands for a node of some sort; here for any node."""

    __slots__ = ()


class Varying(Metavariable):
    """A letter for something that depends on the variable."""

    __slots__ = ()


class Fixed(Metavariable):
    """A letter for something that does not depend on the variable."""

    __slots__ = ()


class Integer(Metavariable):
    """A letter for an integer exponent."""

    __slots__ = ()


class IntegerAboveOne(Metavariable):
    """A letter for an integer exponent of at least 2."""

    __slots__ = ()


ACCEPTED: Mapping[type[Expression], Callable[[Expression, Active], bool]] = {
    Metavariable: lambda node, active: True,
    Varying: lambda node, active: node in active,
    Fixed: lambda node, active: node not in active,
    Integer: lambda node, active: exact_integer(node) is not None,
    IntegerAboveOne: lambda node, active: (exact_integer(node) or 0) >= 2,
}  # the nodes for which the letters of each class may stand

u, v = map(Varying, "uv")
c, k = map(Fixed, "ck")
r, s, t = map(Metavariable, "rst")
m, n = Integer("m"), IntegerAboveOne("n")
g: Operation = copy(exp)  # a row that is in no table: in a pattern it stands for every row with such arguments
g.name = "g"


@dataclass(frozen=True, eq=False)
class PatternMatch:
    """A node to which a pattern applies."""

    node: Expression
    nodes: Mapping[str, Expression]
    """The nodes for which the letters of the pattern stand; `sum` is a sum or difference in it, w the argument of g."""
    inner: Expression | None = None
    """The inner function, for patterns whose rules may be about the outer function only."""
    numbers: Mapping[str, Callable[[Values, Tangents], Any]] = field(default_factory=dict)
    """Further numbers for rules, by name."""
    active: Active = ()
    """The nodes that depend on the variable, for rules that ask for the variable itself."""

    def bind(self, values: Values, tangents: Tangents) -> Mapping[str, Any]:
        """Return the numbers that rules may ask for by name, given the values and the tangents of all nodes."""
        return Bindings(self, values, tangents)


Condition: TypeAlias = Callable[[Mapping[str, Expression], Active], bool]
NodePattern: TypeAlias = Callable[[Expression, Active], PatternMatch | None]


class Pattern:
    """Forms of a node, written as expressions with letters, of which the first that fits counts."""

    def __init__(self, *forms: Expression, where: Condition | None = None, inner: str = "") -> None:
        """Combine forms with a condition on what their letters stand for, and the letter of the inner function."""
        self.forms, self.where, self.inner = forms, where, inner

    def may_match(self, operation: Operation | None) -> bool:
        """Tell whether one of the forms begins with an operation (None: a leaf), so that it is worth a trial."""
        return any(form.operation is None or _is_like(form.operation, operation) for form in self.forms)

    def __call__(self, node: Expression, active: Active) -> PatternMatch | None:
        """Return the match of a node, given the nodes that depend on the variable; None where no form fits."""
        for form in self.forms:
            nodes: dict[str, Expression] = {}
            if _fits(form, node, active, nodes) and (self.where is None or self.where(nodes, active)):
                return PatternMatch(node, nodes, nodes.get(self.inner), active=active)
        return None


def _fits(form: Expression, node: Expression, active: Active, nodes: dict[str, Expression]) -> bool:
    """Tell whether a node has the form, and enter in `nodes` what the letters of the form stand for."""
    operation = node.operation
    if isinstance(form, Metavariable):
        nodes[form.name] = node
        return ACCEPTED[type(form)](node, active)
    if operation is None:
        return False
    if form.operation is g:
        position = _varying_position(node, active)
        if position is None:
            return False
        nodes["g"], nodes["w"] = node, node.arguments[position]
        return _fits(form.arguments[0], nodes["w"], active, nodes)
    if form.operation is None or not _is_like(form.operation, operation):
        return False
    if is_sum(node):
        nodes["sum"] = node
    return all(
        _fits(part, argument, active, nodes) for part, argument in zip(form.arguments, node.arguments, strict=True)
    )


def _is_like(form: Operation, operation: Operation | None) -> bool:
    """Tell whether the operation of a form stands for that of a node."""
    if form is operation or form is g:
        return operation is not None
    return (form is add and operation is subtract) or (form is general_power and operation is integer_power)


def _varying_position(node: Expression, active: Active) -> int | None:
    """Return the position of the inner function, the only argument that varies; None for sums and multiples."""
    operation, position = node.operation, only_active_argument(node, active)
    if operation is None or position is None or is_choice(node):
        return None
    if operation in ARITHMETIC and not (operation is divide and position == 1):
        return None
    return position if callable(operation.partials[position]) else None


# --- Powers, however they are written ---------------------------------------------------------------------------------

POWERS_IN_DENOMINATOR = (integer_power, sqrt, cbrt)  # operations v for which c/v is a power of something simpler than v


def as_power(node: Expression) -> tuple[Expression, Any]:
    """Return the base and the exponent of u^v, exp(v), sqrt(u), c/u or c/u^n.

    The exponent is an expression, or a pair of numerator and denominator.
    """
    operation, arguments = node.operation, node.arguments
    if operation is exp:
        return Constant("e"), arguments[0]
    if operation in (sqrt, cbrt):
        return arguments[0], (1, 2 if operation is sqrt else 3)
    if operation is integer_power:
        return arguments[0], (exact_integer(arguments[1]), 1)
    if operation is divide:
        below = arguments[1]
        if below.operation not in POWERS_IN_DENOMINATOR:
            return below, (-1, 1)
        base, (numerator, denominator) = as_power(below)
        return base, (-numerator, denominator)
    return arguments[0], arguments[1]


def shift_exponent(node: Expression, by: int) -> Expression:
    """Return a power with its exponent shifted by -1 or 1, as a person would write it."""
    operation = node.operation
    base, exponent = as_power(node)
    if operation is divide:
        c, below = node.arguments
        if below.operation in POWERS_IN_DENOMINATOR:
            return c / shift_exponent(below, -by)
        return c / raise_to(below, 2) if by < 0 else c
    if operation in (sqrt, cbrt):
        return base * node if by > 0 else 1 / node if operation is sqrt else node / base
    if operation is integer_power:
        shifted = exponent[0] + by
        return lift(1) if shifted == 0 else base if shifted == 1 else raise_to(base, shifted)
    return raise_to(base, simplify(exponent + 1 if by > 0 else exponent - 1))  # type: ignore[no-any-return]


# --- Numbers for the rules --------------------------------------------------------------------------------------------


def constant_like(name: str, like: Any) -> Any:
    """Return the constant `pi` or `e` in the number type of `like`."""
    return getattr(math, name) if isinstance(like, float | int) else like.constant(name)


def integer_like(number: int, like: Any) -> Any:
    """Return an integer in the number type of `like`."""
    return float(number) if isinstance(like, float | int) else like.constant(number)


class Bindings(dict[str, Any]):
    """The numbers that rules ask for by name, computed when they are asked for.

    They may be doubles, balls or expressions.

        u, v, c ...      the value of the node for which the letter stands (n as an integer)
        du, dv ...       its derivative
        y, dy            the value of the node that was matched, and the right derivative of a product or quotient
        p, low, high     of a power: its exponent, its value with the exponent lowered by 1, and raised by 1
        sign             1 for a sum, -1 for a difference
        outer            the derivative of g at u
        g, dg, x         g and its derivative as functions, and the variable
    """

    def __init__(self, match: PatternMatch, values: Values, tangents: Tangents) -> None:
        super().__init__()
        self.match, self.primals, self.tangents = match, values, tangents

    def __missing__(self, name: str) -> Any:
        number = self[name] = self._number(name)
        return number

    def _number(self, name: str) -> Any:
        match, nodes = self.match, self.match.nodes
        if name in match.numbers:
            return match.numbers[name](self.primals, self.tangents)
        if name in _DERIVED:
            return _DERIVED[name](self)
        if name in nodes:
            return exact_integer(nodes[name]) if name == "n" else self.primals[nodes[name]]
        return self.tangents.get(nodes[name.removeprefix("d")], 0)

    def derivative(self) -> Any:
        """Return the right derivative of a product or a quotient."""
        node = self.match.node
        (u, du), (v, dv) = ((self.primals[argument], self.tangents.get(argument, 0)) for argument in node.arguments)
        return du * v + u * dv if node.operation is multiply else (du - self["y"] * dv) / v

    def exponent(self) -> Any:
        """Return the exponent of a power."""
        _, exponent = as_power(self.match.node)
        if isinstance(exponent, Expression):
            return self.primals[exponent]
        numerator, denominator = exponent
        return (
            integer_like(numerator, self["y"]) / denominator if denominator > 1 else integer_like(numerator, self["y"])
        )

    def shifted(self, by: int) -> Any:
        """Return a power with its exponent shifted by 1 or -1."""
        y = self["y"]
        if isinstance(y, Expression):
            return shift_exponent(self.match.node, by)
        base, _ = as_power(self.match.node)
        u = constant_like(base.name, y) if type(base) is Constant else self.primals[base]
        return y * u if by > 0 else y / u

    def outer(self) -> Any:
        """Return the derivative of the outer function at the inner one."""
        call, partial, _ = self._call()
        return partial(self.primals[call], *[self.primals[argument] for argument in call.arguments])

    def function(self, u: Any) -> Any:
        """Return the value of the outer function at any number."""
        call, _, position = self._call()
        return call.operation(*self._arguments(call, position, u))  # type: ignore[misc]

    def derivative_of_function(self, u: Any) -> Any:
        """Return the derivative of the outer function at any number."""
        call, partial, position = self._call()
        try:
            value = self.function(u)
        except RANGE_ERRORS:
            value = None  # people write 1/u for ln(u) where u is negative, too
        result = partial(value, *self._arguments(call, position, u))
        if result is None:  # the partial of exp is the value itself
            raise ValueError("a partial without a value")
        return result

    def _call(self) -> tuple[Expression, Callable[..., Any], int]:
        """Return the outer function: its node, its partial with respect to the inner one, and the position of that."""
        call = self.match.nodes["g"]
        assert call.operation is not None
        position = call.arguments.index(self.match.nodes["w"])
        partial = call.operation.partials[position]
        assert callable(partial)
        return call, partial, position

    def _arguments(self, call: Expression, position: int, u: Any) -> list[Any]:
        """Return the arguments of the outer function with another number in place of the inner function."""
        numbers = [self.primals[argument] for argument in call.arguments]
        numbers[position] = integer_like(u, numbers[position]) if type(u) is int else u  # a tangent that is a plain 1
        return numbers

    def variable(self) -> Any:
        """Return the value of the variable at the bottom of a composition."""
        # Tangents do not tell what depends on the variable: below a branch that is not taken a node has none.
        leaf, active = self.match.node, self.match.active
        for _ in range(MAX_DEPTH):
            if leaf.operation is None:
                return self.primals[leaf]
            inner = [argument for argument in leaf.arguments if argument in active]
            if not inner:
                break
            leaf = inner[0]
        raise ValueError("the variable is too deep inside")


_DERIVED: Mapping[str, Callable[[Bindings], Any]] = {
    "y": lambda bound: bound.primals[bound.match.node],
    "dy": Bindings.derivative,
    "p": Bindings.exponent,
    "low": lambda bound: bound.shifted(-1),
    "high": lambda bound: bound.shifted(1),
    "sign": lambda bound: 1 if bound.match.nodes["sum"].operation is add else -1,
    "outer": Bindings.outer,
    "g": lambda bound: bound.function,
    "dg": lambda bound: bound.derivative_of_function,
    "x": Bindings.variable,
}
