"""Doubles with an exponent of their own: the same 53 bits, and no end of the range.

The derivative of 1/cosh(x) at 600 is 5.3e-261, a good double; the adjoint of cosh(x) on the way to it is 7e-522, which
is none.  Where values come near the ends of the range, a sweep (or a formula) is computed over `Wide`: as long as
nothing leaves the range it gives the same bits as doubles do, since every result is rounded to the same 53.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from diffcompare.language.expression import Expression, Number, Operation
from diffcompare.language.operations import raise_to
from diffcompare.numeric.evaluate import CAREFUL, Functions, NumberSystem, Real, Undefined, guarded

MIN_PLAIN, MAX_PLAIN = 1e-100, 1e100
"""Products of three numbers between them stay within the range."""
MAX_DOUBLE = 1.7976931348623157e308
LEAST = 5e-324
EARLIER = 1e300
"""Near the end of the range: a row that is the same here and at the end is so beyond it."""
MAX_POWER = 1_000
"""The exponent up to which the power of a mantissa is a double."""


class Extended(float):
    """A number mantissa * 2^exponent with 0.5 <= |mantissa| < 1; 0, inf and nan are mantissas with the exponent 0.

    As a float it is the nearest double that is neither 0 nor inf, so that comparisons and domains come out right.
    """

    __slots__ = ("exponent", "mantissa")
    mantissa: float
    exponent: int

    @staticmethod
    def of(mantissa: float, exponent: int = 0) -> Extended:
        """The number mantissa * 2^exponent."""
        mantissa, moved = math.frexp(mantissa)
        exponent = exponent + moved if mantissa and math.isfinite(mantissa) else 0
        inside = math.copysign(MAX_DOUBLE if exponent > 0 else LEAST, mantissa)
        number = Extended(math.ldexp(mantissa, exponent) if -1073 <= exponent <= 1024 else inside)
        number.mantissa, number.exponent = mantissa, exponent
        return number

    @staticmethod
    def constant(value: int | str) -> Extended:
        """An integer or a named constant."""
        return Extended.of(Real.constant(value))

    @staticmethod
    def apply_operation(operation: Operation, arguments: Sequence[Any]) -> Any:
        """A row without exceptions; nan where no double is near an argument and the row does not say what follows."""
        if operation.name in ("+", "-", "*", "/", "neg", "abs"):
            return operation.real(*map(lift, arguments))
        if operation.selects:
            return arguments[operation.selects(*arguments[:2])]
        result = Real.apply_operation(operation, arguments)
        if type(result) is int:
            return result
        first = lift(arguments[0])
        if first and not (first.is_normal and Extended.of(result).is_normal):
            if operation.name == "sqrt" and first > 0:
                odd = first.exponent % 2
                return Extended.of(math.sqrt(math.ldexp(first.mantissa, odd)), (first.exponent - odd) // 2)
            if operation.name == "^n" and abs(arguments[1]) <= MAX_POWER:
                n = int(arguments[1])
                return Extended.of(math.pow(first.mantissa, n), first.exponent * n)
        beyond = [number for number in map(lift, arguments) if number.is_beyond]
        return _beyond(operation, arguments, beyond, result) if beyond else Extended.of(result)

    @property
    def is_normal(self) -> bool:
        """Whether a double holds it with all 53 bits."""
        return bool(self.mantissa) and -1021 <= self.exponent <= 1024 and math.isfinite(self.mantissa)

    @property
    def is_beyond(self) -> bool:
        """Whether no double but 0 and inf is near it."""
        return bool(self.mantissa) and math.isfinite(self.mantissa) and not -1073 <= self.exponent <= 1024

    def narrowed(self) -> float:
        """The nearest double: 0 or inf beyond their range."""
        try:
            return math.ldexp(self.mantissa, self.exponent)
        except OverflowError:
            return math.copysign(math.inf, self.mantissa)

    def __add__(self, other: Any) -> Extended:
        return total([self, lift(other)])

    __radd__ = __add__

    def __sub__(self, other: Any) -> Extended:
        return total([self, -lift(other)])

    def __rsub__(self, other: Any) -> Extended:
        return total([lift(other), -self])

    def __mul__(self, other: Any) -> Extended:
        other = lift(other)
        return Extended.of(self.mantissa * other.mantissa, self.exponent + other.exponent)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Extended:
        other = lift(other)
        return Extended.of(Real(self.mantissa) / other.mantissa, self.exponent - other.exponent)

    def __rtruediv__(self, other: Any) -> Extended:
        return lift(other) / self

    def __neg__(self) -> Extended:
        return Extended.of(-self.mantissa, self.exponent)

    def __abs__(self) -> Extended:
        return Extended.of(abs(self.mantissa), self.exponent)

    def __pow__(self, other: Any, modulus: None = None) -> Any:
        return raise_to(self, other)


def lift(number: Any) -> Extended:
    """A number as a `Wide`; one that is, as it is."""
    return number if type(number) is Extended else Extended.of(number)


def _beyond(operation: Operation, arguments: Sequence[Any], beyond: Sequence[Extended], result: float) -> Extended:
    """A row at an argument that no double is near; `result` is the value at the last double on the way there.

    It holds if it is the same earlier on the way (tanh is 1, cos is 1); a row that is x itself there (sin, max,
    softplus) stays so, and a logarithm is a sum.  All else is unknown.
    """
    (number,) = beyond if len(beyond) == 1 else (None,)
    if number is None:
        return Extended.of(math.nan)
    if operation.name in ("ln", "log10", "log2"):
        return Extended.of(operation.real(number.mantissa) + number.exponent * operation.real(2.0))
    earlier = math.copysign(EARLIER if number.exponent > 0 else 1 / EARLIER, number)
    before = Real.apply_operation(operation, [earlier if lift(each).is_beyond else each for each in arguments])
    if before == earlier:
        return number
    return Extended.of(result if before == result else math.nan)


def total(terms: Sequence[Extended]) -> Extended:
    """The sum, rounded once."""
    exponent = max((term.exponent for term in terms if term.mantissa), default=0)
    shifted = [math.ldexp(term.mantissa, term.exponent - exponent) for term in terms]
    return Extended.of(CAREFUL.total(shifted), exponent)


def near_the_ends(values: Iterable[float]) -> bool:
    """Whether a number (never nan) is so large or so small that a product of a few such may leave the range."""
    ranked = sorted(values)  # on the way of every gradient, so without a loop
    if not ranked:
        return False
    small = ranked[bisect_left(ranked, -MIN_PLAIN) : bisect_right(ranked, MIN_PLAIN)]
    return ranked[0] < -MAX_PLAIN or ranked[-1] > MAX_PLAIN or any(small)


def may_leave_range(values: Mapping[Any, Any]) -> bool:
    """The same of the values of nodes, some of which may have none."""
    return near_the_ends([value for value in values.values() if type(value) is not Undefined and value == value])


def recover_range(plain: Mapping[str, Any], wide: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """A gradient in doubles with the partials that left their range on the way, and a note on each of these."""
    gradient, notes = dict(plain), []
    for name, value in plain.items():
        other = wide[name] if type(wide[name]) is Undefined else lift(wide[name]).narrowed()
        if type(other) is float and math.isfinite(other) and not _agree(value, other):
            gradient[name] = other
            said = "undefined" if type(value) is Undefined else f"{float(value)}"
            notes.append(f"by {name}: {said} in plain doubles, as a number on the way leaves their range")
    return gradient, tuple(notes)


def _agree(value: Any, other: float) -> bool:
    return type(value) is not Undefined and math.isclose(value, other, rel_tol=1e-12)


def _leaf(node: Expression, point: Mapping[str, Any]) -> Extended:
    """A leaf; literals beyond the range too, to the last of 53 bits."""
    if type(node) is Number and node.digits:
        scale = 10**node.places
        exponent = node.digits.bit_length() - scale.bit_length()
        return Extended.of((node.digits << max(-exponent, 0)) / (scale << max(exponent, 0)), exponent)
    return Extended.of(CAREFUL.leaf(node, point))


EXTENDED = NumberSystem(
    Functions(lambda operation: guarded(operation, Extended.apply_operation)),
    _leaf,
    total,
    Extended.of(1.0),
)
