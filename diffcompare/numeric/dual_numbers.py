"""Dual numbers: a value and a tangent, over any number type that the rows of the table can be applied to.

A function evaluated over dual numbers carries its derivative along one direction; a reverse sweep over them carries
that of the whole gradient, which is the Hessian times the direction ("forward over reverse").  Nothing is written anew
for either: the loops and the table are those of plain numbers.

The parts may be dual numbers themselves: derivatives of higher orders, each level with a tangent of its own.  (One
tangent for all levels confuses perturbations: J. M. Siskind and B. A. Pearlmutter, Perturbation confusion and
referential transparency, IFL 2005.)  The tangent of a constant is the integer 0 and is never multiplied: 0*inf is nan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from diffcompare.language.expression import ArithmeticOperators, Expression, Operation, Variable
from diffcompare.language.operations import ARITHMETIC, CONSTANTS, NotDifferentiable, abs_
from diffcompare.numeric.evaluate import Functions, NumberSystem, guarded


class DualArithmetic(ArithmeticOperators):
    """The arithmetic of pairs (value, tangent), whatever the parts are."""

    __slots__ = ()
    value: Any
    tangent: Any

    def constant(self, value: Any) -> Self:
        """Return a number or a named constant, with the tangent 0."""
        lift = getattr(self.value, "constant", None)
        number = lift(value) if lift is not None else CONSTANTS[value] if isinstance(value, str) else value
        return pair(number)  # type: ignore[return-value]

    @staticmethod
    def apply_operation(operation: Operation, arguments: Sequence[Any]) -> Any:
        """Apply a row of the table to the values, and the chain rule to the tangents."""
        if operation in ARITHMETIC:
            return operation.real(*arguments)
        if operation.selects:
            return arguments[operation.selects(*arguments[:2])]
        values = [value_of(argument) for argument in arguments]
        value = operation(*values)
        tangent: Any = 0
        for partial, argument in zip(operation.partials, arguments, strict=True):
            inner = tangent_of(argument)
            if type(inner) is int:
                continue
            if partial is None:
                raise NotDifferentiable(operation(*map(Variable, ("a", "b")[: operation.arity])))
            tangent = _plus(tangent, _times(inner, partial(value, *values) if callable(partial) else partial))
        return pair(value, tangent)

    def __neg__(self) -> Any:
        return pair(-self.value, _times(self.tangent, -1))

    def __abs__(self) -> Any:
        return abs_(self)

    def __add__(self, other: Any) -> Any:
        return pair(self.value + value_of(other), _plus(self.tangent, tangent_of(other)))

    def __sub__(self, other: Any) -> Any:
        return pair(self.value - value_of(other), _plus(self.tangent, _times(tangent_of(other), -1)))

    def __mul__(self, other: Any) -> Any:
        value = value_of(other)
        return pair(self.value * value, _plus(_times(self.tangent, value), _times(tangent_of(other), self.value)))

    def __truediv__(self, other: Any) -> Any:
        value, tangent = value_of(other), tangent_of(other)
        quotient = self.value / value
        slope = _plus(self.tangent, _times(tangent, -quotient))
        return pair(quotient, slope if type(slope) is int else slope / value)


class RealDual(DualArithmetic, float):
    """A dual number over doubles; it is a float, so that partials take the form that is accurate for floats."""

    __slots__ = ("tangent", "value")

    def __new__(cls, value: Any, tangent: Any = 0) -> RealDual:
        number = super().__new__(cls, value)
        number.value, number.tangent = value, tangent
        return number


class BoundedDual(DualArithmetic):
    """A dual number over numbers that carry a bound of their error, and are compared by their values."""

    __slots__ = ("tangent", "value")

    def __init__(self, value: Any, tangent: Any = 0) -> None:
        self.value, self.tangent = value, tangent

    @property
    def rad(self) -> Any:
        """The radius of the value."""
        return self.value.rad

    def __float__(self) -> float:
        return float(self.value)

    def __lt__(self, other: Any) -> bool:
        return bool(self.value < value_of(other))

    def __le__(self, other: Any) -> bool:
        return bool(self.value <= value_of(other))

    def __gt__(self, other: Any) -> bool:
        return bool(self.value > value_of(other))

    def __ge__(self, other: Any) -> bool:
        return bool(self.value >= value_of(other))

    def __eq__(self, other: object) -> bool:
        return bool(self.value == value_of(other))

    def __ne__(self, other: object) -> bool:
        return bool(self.value != value_of(other))

    __hash__ = None  # type: ignore[assignment]  # equality may be open


def pair(value: Any, tangent: Any = 0) -> DualArithmetic:
    """Return the dual number of a value and a tangent, the integer 0 for a constant."""
    return (RealDual if isinstance(value, float | int) else BoundedDual)(value, tangent)


def value_of(number: Any) -> Any:
    """Return the value of a dual number, and any other number as it is."""
    return number.value if isinstance(number, DualArithmetic) else number


def tangent_of(number: Any) -> Any:
    """Return the tangent of a dual number; the integer 0 for any other number."""
    return number.tangent if isinstance(number, DualArithmetic) else 0


def inner_derivative(number: Any) -> DualArithmetic:
    """Return the derivative by the inner variable of a pair of pairs, as a number of the outer level.

    The outer tangent goes on living in it: an inner derivative depends on the outer variable.
    """
    return pair(tangent_of(value_of(number)), tangent_of(tangent_of(number)))


def _plus(one: Any, other: Any) -> Any:
    """Return the sum of two tangents; the integer 0 adds nothing."""
    if type(one) is int:
        return other
    return one if type(other) is int else one + other


def _times(tangent: Any, number: Any) -> Any:
    """Return a tangent times a number; the integers 0, 1 and -1 cost no multiplication."""
    if type(tangent) is int or (type(number) is int and number == 0):
        return 0
    if type(number) is int and number in (1, -1):
        return tangent if number == 1 else -tangent
    return tangent * number


def duals(
    system: NumberSystem,
    tangents: Mapping[str, Any],
    *,
    passes_nan: bool = True,
    undecided: tuple[type[Exception], ...] = (),
) -> NumberSystem:
    """Return the system of dual numbers over another one, in which variables have these tangents.

    `passes_nan` and `undecided` are those of the other system (see `guarded`).
    """

    def leaf(node: Expression, point: Mapping[str, Any]) -> Any:
        tangent = tangents.get(node.name, 0) if isinstance(node, Variable) else 0
        return pair(system.leaf(node, point), tangent)

    def total(terms: list[Any]) -> Any:
        moving = [tangent for tangent in map(tangent_of, terms) if type(tangent) is not int]
        return pair(system.total([value_of(term) for term in terms]), system.total(moving) if moving else 0)

    def function(operation: Operation) -> Any:
        row = DualArithmetic.apply_operation
        return guarded(operation, lambda *a: row(operation, a), passes_nan=passes_nan, undecided=undecided)

    return NumberSystem(Functions(function), leaf, total, pair(system.one))
