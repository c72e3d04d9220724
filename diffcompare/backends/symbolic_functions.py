"""Functions of the reals for sympy, where its own ask whether their argument is real.  Worker process only.

sympy's variables may be real, yet log(x) is not real for every real x, and so the derivative of its own `Abs(log(x))`
speaks of `Derivative(re(log(x)), x)`.  These take their arguments to be real, as all of this project does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy


class RealFunction(sympy.Function):  # type: ignore[misc]
    """A function whose argument and value are taken to be real, whatever sympy can prove about them."""

    complex_form: Callable[..., Any]
    """The function in sympy's own terms, to compute it for numbers."""

    def _eval_is_extended_real(self) -> bool:
        return True

    def _eval_evalf(self, precision: int) -> Any:
        try:
            return type(self).complex_form(*self.args)._eval_evalf(precision)
        except ValueError:  # of something that is not real
            return None


class Absolute(RealFunction):
    """|x|, with the derivative sign(x) everywhere."""

    complex_form = sympy.Abs

    @classmethod
    def eval(cls, x: Any) -> Any:
        factor, rest = x.as_coeff_Mul()
        if factor.is_extended_negative or (rest.is_number and factor != 1):
            return abs(factor) * cls(rest)
        if x.is_extended_nonnegative or isinstance(x, Absolute):
            return x
        return -x if x.is_extended_nonpositive else None

    def _eval_power(self, exponent: Any) -> Any:
        return self.args[0] ** exponent if exponent.is_Integer and exponent.is_even else None

    def fdiff(self, argindex: int = 1) -> Any:
        return Sign(self.args[0])


class Sign(RealFunction):
    """The sign of x.  sympy's derivative of a step is a Dirac delta: a distribution, not a number, and 0 elsewhere."""

    complex_form = sympy.sign

    @classmethod
    def eval(cls, x: Any) -> Any:
        if x.is_zero:
            return sympy.S.Zero
        if x.is_extended_positive:
            return sympy.S.One
        return sympy.S.NegativeOne if x.is_extended_negative else None

    def fdiff(self, argindex: int = 1) -> Any:
        return sympy.S.Zero


class Step(RealFunction):
    """Rounding to an integer: where it has a derivative, that is 0."""

    @classmethod
    def eval(cls, x: Any) -> Any:
        return cls.complex_form(x) if x.is_number and cls.complex_form(x).is_Integer else None

    def fdiff(self, argindex: int = 1) -> Any:
        return sympy.S.Zero


class Floor(Step):
    complex_form = sympy.floor


class Ceiling(Step):
    complex_form = sympy.ceiling


class Maximum(RealFunction):
    """The larger of two; sympy's own compares every argument with every other, and insists that it can."""

    complex_form = sympy.Max

    @classmethod
    def eval(cls, a: Any, b: Any) -> Any:
        difference = a - b
        if difference.is_extended_nonnegative:
            return a
        return b if difference.is_extended_nonpositive else None

    def fdiff(self, argindex: int = 1) -> Any:
        this, other = self.args[argindex - 1], self.args[2 - argindex]
        return sympy.Heaviside(this - other)


class Minimum(RealFunction):
    """The smaller of two."""

    complex_form = sympy.Min

    @classmethod
    def eval(cls, a: Any, b: Any) -> Any:
        difference = a - b
        if difference.is_extended_nonpositive:
            return a
        return b if difference.is_extended_nonnegative else None

    def fdiff(self, argindex: int = 1) -> Any:
        this, other = self.args[argindex - 1], self.args[2 - argindex]
        return sympy.Heaviside(other - this)


class Hypotenuse(RealFunction):
    """The length of (a, b).  In sympy's own terms, sqrt(a^2 + b^2), it would overflow where people write it not to."""

    complex_form = staticmethod(lambda a, b: sympy.sqrt(a**2 + b**2))

    @classmethod
    def eval(cls, a: Any, b: Any) -> Any:
        if a.is_zero or b.is_zero:
            return Absolute(b if a.is_zero else a)
        length = cls.complex_form(a, b) if a.is_Rational and b.is_Rational else None
        return length if length is not None and length.is_Rational else None

    def _eval_power(self, exponent: Any) -> Any:
        a, b = self.args
        return (a**2 + b**2) ** (exponent / 2) if exponent.is_Integer and exponent.is_even else None

    def fdiff(self, argindex: int = 1) -> Any:
        return self.args[argindex - 1] / self


class CubeRoot(RealFunction):
    """The real cube root; sympy's own is a complex number for negative x."""

    complex_form = staticmethod(lambda x: sympy.sign(x) * sympy.Pow(sympy.Abs(x), sympy.Rational(1, 3)))

    @classmethod
    def eval(cls, x: Any) -> Any:
        if x.is_extended_negative:
            return -cls(-x)
        root = sympy.cbrt(x) if x.is_Rational else None
        return root if root is not None and root.is_Rational else None

    def _eval_power(self, exponent: Any) -> Any:
        return self.args[0] ** (exponent / 3) if exponent.is_Integer and exponent % 3 == 0 else None

    def fdiff(self, argindex: int = 1) -> Any:
        return 1 / (3 * self**2)


class LogGamma(RealFunction):
    """ln|gamma(x)|; the imaginary part of sympy's own at negative x does not concern us."""

    complex_form = staticmethod(lambda x: sympy.log(sympy.Abs(sympy.gamma(x))))

    @classmethod
    def eval(cls, x: Any) -> Any:
        return sympy.S.Zero if x in (1, 2) else None

    def fdiff(self, argindex: int = 1) -> Any:
        return sympy.polygamma(0, self.args[0])


OWN = {
    "abs": Absolute,
    "sign": Sign,
    "floor": Floor,
    "ceil": Ceiling,
    "min": Minimum,
    "max": Maximum,
    "cbrt": CubeRoot,
    "hypot": Hypotenuse,
    "lgamma": LogGamma,
}
"""Rows that go to a function of ours instead of the one of sympy (or of the row's definition)."""
