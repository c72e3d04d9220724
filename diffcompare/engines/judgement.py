"""The judgement on one number of an engine: right, some digits lost, a convention at a kink, or wrong."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal[
    "right",  # the nearest numbers, within a few ulp
    "digits-lost",  # some digits are right, or the number is small beside 1 and was lost to rounding
    "convention",  # between the slopes at a kink, or whatever where there is no derivative
    "no-number",  # nan or an infinity where a derivative exists
    "wrong",  # a finite number that is none of these
    "refused",  # an error, or no such function
]

RIGHT_ULPS = 8  # a few operations, each rounded once
ABSORBED = 32  # units of rounding beside 1, in which a small difference of numbers of size 1 is lost
HUGE = 1e15  # stands for infinity where rounding keeps a root from 0
WRONG = Fraction(1, 1000)  # a relative error from here on is no loss of digits


class NumberJudgement(NamedTuple):
    """The verdict on one number.

    Attributes:
        kind: The verdict.
        digits: The correct decimal digits, where some were lost.
        convention: In words, which convention a number at a kink follows: `slope from the left`, `mean of both slopes`,
            `between the slopes`, `nan`; `a number` where there is no derivative.
    """

    kind: Kind
    digits: float | None = None
    convention: str = ""


def judge(number: float | None, right: str, digits: int = 53) -> NumberJudgement:
    """Judge a number of an engine, None if it gave none, by the right one.

    Args:
        number: What the engine returned; it may be inf or nan.
        right: A decimal, `inf`, `-inf`, `left | right` (slopes on both sides) or `none`; see `cases`.
        digits: The binary digits of the engine's numbers: 53 for doubles, 24 for single precision.
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
    return _against(Fraction(number), Fraction(right), digits)


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


def _against(number: Fraction, right: Fraction, digits: int) -> NumberJudgement:
    off = abs(number - right)
    if off == 0 or off <= RIGHT_ULPS * ulp(right, digits):
        return NumberJudgement("right")
    if right != 0 and off < WRONG * abs(right):
        return NumberJudgement("digits-lost", digits=math.floor(-10 * math.log10(off / abs(right))) / 10)
    # A small number may be all rounding where it is the difference of numbers of size 1, but it has not another sign.
    if off <= ABSORBED * Fraction(1, 2**digits) and number * right >= 0:
        return NumberJudgement("digits-lost", digits=0.0)
    return NumberJudgement("wrong")


LEAST = {53: -1074, 24: -149}  # the exponents of the smallest doubles, and of the smallest numbers of single precision


def ulp(number: Fraction, digits: int) -> Fraction:
    """Return the spacing of the numbers of so many binary digits around a number; 0 around 0."""
    if number == 0:
        return Fraction(0)
    exponent = abs(number).numerator.bit_length() - number.denominator.bit_length()
    exponent -= Fraction(2) ** exponent > abs(number)
    return Fraction(2) ** max(exponent - digits + 1, LEAST.get(digits, LEAST[53]))
