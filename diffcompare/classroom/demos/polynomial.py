"""The logistic map multiplied out: integer coefficients, and the exact error of its values in doubles."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple


class Polynomial(NamedTuple):
    """A polynomial with integer coefficients, the constant term first."""

    coefficients: tuple[int, ...]

    def exactly(self, x: float | Fraction) -> Fraction:
        """Return the exact value at a double or a fraction, by Horner's scheme over fractions."""
        total = Fraction(0)
        for coefficient in reversed(self.coefficients):
            total = total * Fraction(x) + coefficient
        return total

    def by_powers(self, x: float) -> float:
        """Return the sum of the terms in doubles, highest power first.

        Raises OverflowError for a coefficient that is no double.
        """
        total = 0.0
        for power in range(len(self.coefficients) - 1, -1, -1):
            total += float(self.coefficients[power]) * x**power
        return total

    def by_horner(self, x: float) -> float:
        """Return the value by Horner's scheme in doubles.  Raises OverflowError."""
        total = 0.0
        for coefficient in reversed(self.coefficients):
            total = total * x + float(coefficient)
        return total

    def error_of(self, value: float, x: float) -> float:
        """Return the relative error of a double that approximates the value at x."""
        truth = self.exactly(x)
        return float(abs((Fraction(value) - truth) / truth))

    @property
    def magnitude(self) -> str:
        """Largest absolute coefficient, to two digits."""
        from decimal import Context, Decimal

        largest = Decimal(max(map(abs, self.coefficients)))
        return f"{Context(prec=2).plus(largest):.1e}".replace("e+", "e") if largest >= 10 else str(largest)


def logistic(n: int) -> Polynomial:
    """Return l(n) multiplied out: l(1) = x, l(n+1) = 4 l(n) (1 - l(n))."""
    coefficients = [0, 1]
    for _ in range(n - 1):
        square = _squared(coefficients)
        padded = coefficients + [0] * (len(square) - len(coefficients))
        coefficients = [4 * (a - b) for a, b in zip(padded, square, strict=True)]
    return Polynomial(tuple(coefficients))


def derivative_of_logistic(n: int) -> Polynomial:
    """Return the derivative of l(n), multiplied out."""
    return Polynomial(tuple(k * c for k, c in enumerate(logistic(n).coefficients))[1:])


def error_in_doubles(polynomial: Polynomial, x: float) -> float | None:
    """Return the relative error of the sum of terms in doubles; None where a coefficient overflows."""
    try:
        return polynomial.error_of(polynomial.by_powers(x), x)
    except OverflowError:
        return None


def _squared(coefficients: Sequence[int]) -> list[int]:
    square = [0] * (2 * len(coefficients) - 1)
    for i, a in enumerate(coefficients):
        for j, b in enumerate(coefficients):
            square[i + j] += a * b
    return square
