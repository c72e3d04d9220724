"""The judgement on one number of an engine: right, some digits lost, a convention at a kink, or wrong.

A number within 8 units in the last place is right.  The same measure says what rounding alone can make of a small
derivative.  A rule computes it from numbers that are right themselves, to 8 ulp, and small ones often as a difference
of larger ones, which keeps the absolute error of those:

* tanh is 1 - t^2 and -2 t (1 - t^2) to first and second order by its value t, which change by 2 and 4 times an error
  of t near 1.  Of the functions whose derivatives are polynomials in bounded values (tanh, sigmoid, erf by 1 - erfc)
  none has more than 2^order.
* softplus and logaddexp are exp(x - y) by their value y: an error of y is one of the derivative, for its size |y|.

So an error of up to 8 max(2^order, size) units of rounding is one of rounding, where `size` is the largest intermediate
value, weighed by how much of it arrives at the output.  Beyond that, and beyond a relative error of 1/1000, a finite
number is wrong; so is one with the other sign.  (N. J. Higham, Accuracy and Stability of Numerical Algorithms, 1.7 and
3.1, on errors forward from those of intermediate values.)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal[
    "right",  # the nearest numbers, within a few ulp
    "digits-lost",  # some digits are right, or the number is small beside 1 and was lost to rounding
    "convention",  # between the slopes at a kink, or whatever where there is no derivative
    "no-number",  # nan or an infinity where a derivative exists
    "wrong",  # a finite number that is none of these
    "refused",  # an error, or no such function
    "not-asked",  # time was over, or the engine had failed again and again
]

RIGHT_ULPS = 8  # a few operations, each rounded once
HUGE = 1e15  # stands for infinity where rounding keeps a root from 0
WRONG = Fraction(1, 1000)  # a relative error from here on is no loss of digits


class NumberJudgement(NamedTuple):
    """The verdict on one number.

    Attributes:
        kind: The verdict.
        digits: The correct decimal digits, where some were lost.
        convention: In words, which convention a number at a kink follows: `slope from the left`, `mean of both slopes`,
            `between the slopes`, `nan`; `a number` where there is no derivative; `conjugate` of a complex one.
    """

    kind: Kind
    digits: float | None = None
    convention: str = ""


def judge(number: float | None, right: str, digits: int = 53, *, order: int = 1, size: float = 1.0) -> NumberJudgement:
    """Judge a number of an engine, None if it gave none, by the right one.

    Args:
        number: What the engine returned; it may be inf or nan.
        right: A decimal, `inf`, `-inf`, `left | right` (slopes on both sides) or `none`; see `cases`.
        digits: The binary digits of the engine's numbers: 53 for doubles, 24 for single precision.
        order: Of the derivative, 1 or 2.
        size: Of the largest intermediate value of the function, weighed by how much of it arrives at the output.
    """
    if number is None:
        return NumberJudgement("refused")
    if right == "none":
        return NumberJudgement("convention", convention="a number" if math.isfinite(number) else "nan")
    if "|" in right:
        left, right_slope = map(_slope, right.split("|"))
        return _at_kink(number, left, right_slope)
    if math.isinf(_slope(right)):
        return _at_infinity(number, _slope(right))
    if not math.isfinite(number):
        return NumberJudgement("no-number")
    if digits == 53 and number == float(right):  # the nearest double
        return NumberJudgement("right")
    return _against(Fraction(number), Fraction(right), digits, absorbed(digits, order, size))


def judge_complex(parts: Sequence[float | None], right: Sequence[str], digits: int = 53) -> list[NumberJudgement]:
    """Judge the real and the imaginary part of an engine's number by those of the right one, or of its conjugate.

    An error of either part is measured by the size of the number.  The other arguments are those of `judge`.
    """
    if None in parts or not all(map(_is_one_number, right)) or not all(map(math.isfinite, parts)):  # type: ignore[arg-type]
        return [judge(number, text, digits) for number, text in zip(parts, right, strict=True)]
    re, im = (Fraction(text) for text in right)
    real, imaginary = (Fraction(number) for number in parts if number is not None)
    conjugate = abs(imaginary + im) < abs(imaginary - im)
    size = max(abs(re), abs(im))
    offs = ((real, re), (imaginary, -im if conjugate else im))
    if all(abs(number - true) <= RIGHT_ULPS * ulp(size, digits) for number, true in offs):
        return [NumberJudgement("convention", convention="conjugate") if conjugate else NumberJudgement("right")] * 2
    return [_against(number, true, digits, absorbed(digits, 1, float(size))) for number, true in offs]


def _is_one_number(right: str) -> bool:
    return "|" not in right and right != "none" and math.isfinite(float(right))


def _slope(text: str) -> float:
    return float(text)


def _at_infinity(number: float, right: float) -> NumberJudgement:
    if number == right:
        return NumberJudgement("right")
    if not math.isfinite(number):
        return NumberJudgement("no-number")
    large = abs(number) > HUGE and (number > 0) == (right > 0)
    return NumberJudgement("digits-lost", 0.0) if large else NumberJudgement("wrong")


def _at_kink(number: float, left: float, right: float) -> NumberJudgement:
    if math.isnan(number):
        return NumberJudgement("convention", convention="nan")
    low, high = sorted((left, right))
    if not low <= number <= high:
        return NumberJudgement("wrong")
    if number == left:
        return NumberJudgement("convention", convention="slope from the left")
    if number == right:
        return NumberJudgement("convention", convention="slope from the right")
    mean = math.isfinite(left + right) and number == (left + right) / 2
    return NumberJudgement("convention", convention="mean of both slopes" if mean else "between the slopes")


def _against(number: Fraction, right: Fraction, digits: int, lost: Fraction) -> NumberJudgement:
    off = abs(number - right)
    if off == 0 or off <= RIGHT_ULPS * ulp(right, digits):
        return NumberJudgement("right")
    if right != 0 and off < WRONG * abs(right):
        return NumberJudgement("digits-lost", digits=math.floor(-10 * math.log10(off / abs(right))) / 10)
    if off <= lost and number * right >= 0:  # rounding has no other sign
        return NumberJudgement("digits-lost", digits=0.0)
    return NumberJudgement("wrong")


def absorbed(digits: int, order: int, size: float) -> Fraction:
    """Return the error that rounding alone can make in a derivative, by the rule above."""
    return Fraction(RIGHT_ULPS, 2**digits) * max(Fraction(2**order), Fraction(size))


LEAST = {53: -1074, 24: -149}  # the exponents of the smallest doubles, and of the smallest numbers of single precision


def ulp(number: Fraction, digits: int) -> Fraction:
    """Return the spacing of the numbers of so many binary digits around a number; 0 around 0."""
    if number == 0:
        return Fraction(0)
    exponent = abs(number).numerator.bit_length() - number.denominator.bit_length()
    exponent -= Fraction(2) ** exponent > abs(number)
    return Fraction(2) ** max(exponent - digits + 1, LEAST.get(digits, LEAST[53]))
