"""Doubles with a separate exponent: 53 bits like every double, without underflow or overflow.

The derivative of 1/cosh(x) at 600 is 5.3e-261, a good double, but it is computed from an adjoint of 7e-522, which no
double holds.  Where values come near the ends of the range, a sweep (or a formula) is computed again over `Extended`.
As every result is rounded to 53 bits, it gives the bits that doubles give as long as nothing leaves their range.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from diffcompare.language.expression import ArithmeticOperators, Expression, Number, Operation
from diffcompare.language.operations import ARITHMETIC, abs_, integer_power, ln, log2, log10, sqrt
from diffcompare.numeric.evaluate import CAREFUL, Functions, NumberSystem, Real, Undefined, guarded, quotient

MIN_PLAIN, MAX_PLAIN = 1e-100, 1e100  # products of three numbers between them stay within the range
MAX_DOUBLE = 1.7976931348623157e308
MIN_DOUBLE = 5e-324
NEAR_MAX = 1e300  # a row with the same value here and at the end of the range keeps it beyond the end
MAX_POWER = 1_000  # up to this exponent the power of a mantissa is a double


class Extended(ArithmeticOperators, float):
    """A number mantissa * 2^exponent with 0.5 <= |mantissa| < 1; 0, inf and nan are mantissas with the exponent 0.

    Its value as a float is the nearest double that is neither 0 nor inf, so that comparisons and domains hold.
    """

    __slots__ = ("exponent", "mantissa")
    mantissa: float
    exponent: int

    @staticmethod
    def of(mantissa: float, exponent: int = 0) -> Extended:
        """Return the number mantissa * 2^exponent, for a mantissa of any size."""
        mantissa, moved = math.frexp(mantissa)
        exponent = exponent + moved if mantissa and math.isfinite(mantissa) else 0
        inside = math.copysign(MAX_DOUBLE if exponent > 0 else MIN_DOUBLE, mantissa)
        number = Extended(math.ldexp(mantissa, exponent) if -1073 <= exponent <= 1024 else inside)
        number.mantissa, number.exponent = mantissa, exponent
        return number

    @staticmethod
    def constant(value: Any) -> Extended:
        """Return a number or a named constant."""
        return Extended.of(Real.constant(value))

    @staticmethod
    def apply_operation(operation: Operation, arguments: Sequence[Any]) -> Any:
        """Apply a row of the table; it never raises.

        Beyond the range of doubles the result is nan, except for rows whose behaviour there is known.
        """
        if operation in ARITHMETIC or operation is abs_:
            return operation.real(*map(lift, arguments))
        if operation.selects:
            return arguments[operation.selects(*arguments[:2])]
        result = Real.apply_operation(operation, arguments)
        if type(result) is int:
            return result
        first = lift(arguments[0])
        if first and not (first.is_normal and Extended.of(result).is_normal):
            if operation is sqrt and first > 0:
                odd = first.exponent % 2
                return Extended.of(math.sqrt(math.ldexp(first.mantissa, odd)), (first.exponent - odd) // 2)
            if operation is integer_power and abs(arguments[1]) <= MAX_POWER:
                n = int(arguments[1])
                return Extended.of(math.pow(first.mantissa, n), first.exponent * n)
        beyond = [number for number in map(lift, arguments) if number.is_beyond]
        return _beyond(operation, arguments, beyond, result) if beyond else Extended.of(result)

    @property
    def is_normal(self) -> bool:
        """True if a double holds the number with all 53 bits."""
        return bool(self.mantissa) and -1021 <= self.exponent <= 1024 and math.isfinite(self.mantissa)

    @property
    def is_beyond(self) -> bool:
        """True if no double is near the number but 0 or inf."""
        return bool(self.mantissa) and math.isfinite(self.mantissa) and not -1073 <= self.exponent <= 1024

    def to_double(self) -> float:
        """Return the nearest double: 0 or inf beyond their range."""
        try:
            return math.ldexp(self.mantissa, self.exponent)
        except OverflowError:
            return math.copysign(math.inf, self.mantissa)

    def __add__(self, other: Any) -> Extended:
        return total([self, lift(other)])

    def __sub__(self, other: Any) -> Extended:
        return total([self, -lift(other)])

    def __mul__(self, other: Any) -> Extended:
        other = lift(other)
        return Extended.of(self.mantissa * other.mantissa, self.exponent + other.exponent)

    def __truediv__(self, other: Any) -> Extended:
        other = lift(other)
        return Extended.of(quotient(self.mantissa, other.mantissa), self.exponent - other.exponent)

    def __neg__(self) -> Extended:
        return Extended.of(-self.mantissa, self.exponent)

    def __abs__(self) -> Extended:
        return Extended.of(abs(self.mantissa), self.exponent)


def lift(number: Any) -> Extended:
    """Return a number as an `Extended`."""
    return number if type(number) is Extended else Extended.of(number)


def _beyond(operation: Operation, arguments: Sequence[Any], beyond: Sequence[Extended], result: float) -> Extended:
    """Return the value of a row at an argument beyond the doubles, where `result` is its value at the last double.

    A value that has been constant for long stays so (tanh is 1, cos near 0 is 1), a row that returns its argument
    there goes on doing so (sin, max, softplus), and a logarithm is a sum.  Anything else is unknown: nan.
    """
    (number,) = beyond if len(beyond) == 1 else (None,)
    if number is None:
        return Extended.of(math.nan)
    if operation in (ln, log2, log10):
        return Extended.of(operation.real(number.mantissa) + number.exponent * operation.real(2.0))
    earlier = math.copysign(NEAR_MAX if number.exponent > 0 else 1 / NEAR_MAX, number)
    before = Real.apply_operation(
        operation, [earlier if lift(argument).is_beyond else argument for argument in arguments]
    )
    if before == earlier:
        return number
    return Extended.of(result if before == result else math.nan)


def total(terms: Sequence[Extended]) -> Extended:
    """Return the sum, rounded once."""
    exponent = max((term.exponent for term in terms if term.mantissa), default=0)
    shifted = [math.ldexp(term.mantissa, term.exponent - exponent) for term in terms]
    return Extended.of(CAREFUL.total(shifted), exponent)


def near_range_limits(values: Iterable[float]) -> bool:
    """Tell whether any number (none is nan) is so large or small that a product of a few may leave the range."""
    ranked = sorted(values)  # every gradient comes by here: sorting is quicker than a loop
    if not ranked:
        return False
    small = ranked[bisect_left(ranked, -MIN_PLAIN) : bisect_right(ranked, MIN_PLAIN)]
    return ranked[0] < -MAX_PLAIN or ranked[-1] > MAX_PLAIN or any(small)


def may_leave_range(values: Mapping[Any, Any]) -> bool:
    """Tell whether values of nodes are near the ends of the range; those that are undefined or nan do not count."""
    return near_range_limits([value for value in values.values() if type(value) is not Undefined and value == value])


def recover_range(plain: Mapping[str, Any], wide: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return a gradient in doubles, with the partials replaced that lost an intermediate result, and notes on these.

    `wide` is the same gradient computed with extended exponents.
    """
    gradient, notes = dict(plain), []
    for name, value in plain.items():
        other = wide[name] if type(wide[name]) is Undefined else lift(wide[name]).to_double()
        if type(other) is float and math.isfinite(other) and not _agree(value, other):
            gradient[name] = other
            lost = "undefined" if type(value) is Undefined else f"{float(value)}"
            notes.append(f"df/d{name}: {lost} in plain doubles, as an intermediate result leaves their range")
    return gradient, tuple(notes)


def _agree(value: Any, other: float) -> bool:
    return type(value) is not Undefined and math.isclose(value, other, rel_tol=1e-12)


def _leaf(node: Expression, point: Mapping[str, Any]) -> Extended:
    """Return the number of a leaf; literals beyond the range have all 53 bits too."""
    if type(node) is Number and node.digits:
        scale = 10**node.places
        exponent = node.digits.bit_length() - scale.bit_length()
        return Extended.of((node.digits << max(-exponent, 0)) / (scale << max(exponent, 0)), exponent)
    return Extended.of(CAREFUL.leaf(node, point))


EXTENDED = NumberSystem(
    Functions(lambda operation: guarded(operation, lambda *arguments: Extended.apply_operation(operation, arguments))),
    _leaf,
    total,
    Extended.of(1.0),
)
