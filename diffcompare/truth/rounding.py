"""Rounding balls: the 25 digits and the double that a ball determines, and errors measured against it."""

from __future__ import annotations

import math
import sys
from decimal import Context, Decimal
from fractions import Fraction
from typing import NamedTuple

from diffcompare.numeric.balls import (
    Ball,
    Mpf,
    contains_zero,
    ends,
    finf,
    fzero,
    mpf_abs,
    mpf_lt,
    mpf_pos,
    mpf_shift,
    to_float,
    to_str,
)

DIGITS = 25
MAX_MAGNITUDE = 20_000
"""Numbers beyond 2^20000 or below 2^-20000 are printed by mpmath and not turned into fractions."""
SHORT = 2_000
"""Bits of a number that mpmath prints."""
BEYOND_PRINTING = 10**9
"""A number below 2^-(10^9) is printed as 0."""
MIN_BOUND = "1e-301029995"
"""More than any of those."""


class TrueNumber(NamedTuple):
    """A number known to 25 digits."""

    text: str
    """25 significant digits, correctly rounded; `0` for a number known to be 0 to within half the smallest double."""
    nearest: float
    """The nearest double; inf beyond their range."""
    centre: Fraction | None
    """The midpoint, to far more than 25 digits; 0 below 2^-20000, None beyond 2^20000."""
    bound: str
    """The radius: how far the true number can be from the midpoint."""

    def errors(self, value: float) -> tuple[float, float | None, float | None]:
        """The absolute, relative and ulp error of a double; relative and ulp are None where the truth is 0.

        One ulp is the spacing of the doubles at the double nearest to the truth.
        """
        if self.centre is None or not math.isfinite(self.nearest):
            return math.inf, None, None
        error = abs(Fraction(value) - self.centre)
        if self.text == "0":
            return to_double(error), None, None
        ulps = to_double(error / Fraction(math.ulp(self.nearest)))
        if self.centre == 0:  # a truth far below all doubles: 0 is off by all of it, any other double by far more
            return to_double(error), 1.0 if value == 0 else sys.float_info.max, ulps
        return to_double(error), to_double(error / abs(self.centre)), ulps


def to_double(number: Fraction) -> float:
    """The nearest double; the largest one where the number is beyond them."""
    try:
        return number.numerator / number.denominator
    except OverflowError:
        return sys.float_info.max if number > 0 else -sys.float_info.max


def round_ball(ball: Ball) -> TrueNumber | None:
    """What a ball determines; None where it is too wide for 25 digits or for one double.

    A true number halfway between two roundings would stay open at any precision: a relative radius of 2^-1000, far
    below any literal of ours, settles for the rounding of the midpoint.
    """
    if ball.rad == finf:
        return None
    low, high = ends(ball)
    nearest = to_float(low)
    if nearest == 0 and to_float(high) == 0 and not (ball.rad == fzero and ball.mid != fzero):
        if _same_digits(low, high):
            return _midpoint(ball)
        if contains_zero(ball):
            return TrueNumber("0", 0.0, Fraction(0), bound_text(ball.rad))
        return None
    narrow = mpf_lt(mpf_shift(ball.rad, 1000), mpf_abs(ball.mid))
    if not narrow and (nearest != to_float(high) or not _same_digits(low, high)):
        return None
    return _midpoint(ball)


def _midpoint(ball: Ball) -> TrueNumber:
    """The midpoint stands for the ball; where it is too small to be written, 0 does, which is off by that."""
    text = decimal_text(ball.mid)
    off = ball.mid if text == "0" and ball.mid != fzero else ball.rad
    return TrueNumber(text, to_float(ball.mid) or 0.0, _fraction(ball.mid), bound_text(off))


def _same_digits(low: Mpf, high: Mpf) -> bool:
    return decimal_text(low) == decimal_text(high)


def _fraction(number: Mpf) -> Fraction | None:
    sign, mantissa, exponent, bits = number
    if mantissa and abs(exponent + bits) > MAX_MAGNITUDE:
        return Fraction(0) if exponent < 0 else None
    value = int(mantissa) * Fraction(2) ** exponent
    return -value if sign else value


def decimal_text(number: Mpf) -> str:
    """25 significant digits, correctly rounded (half to even)."""
    sign, mantissa, exponent, bits = number
    if not mantissa:
        return "0"
    if exponent + bits < -BEYOND_PRINTING:
        return "0"
    if abs(exponent + bits) > MAX_MAGNITUDE:
        # mpmath writes a long mantissa out in full, which Python refuses beyond 4,300 digits.
        return str(to_str(mpf_pos(number, SHORT, "n"), DIGITS, strip_zeros=False))
    context = Context(prec=DIGITS, Emax=99_999, Emin=-99_999)
    signed = Decimal(-int(mantissa) if sign else int(mantissa))
    if exponent >= 0:
        return _plain(context.plus(Decimal(int(signed) << exponent)))
    return _plain(context.divide(signed, Decimal(1 << -exponent)))


def _plain(number: Decimal) -> str:
    """All 25 digits, an exact number padded with zeros."""
    sign, digits, exponent = number.as_tuple()
    missing = DIGITS - len(digits)
    padded = Decimal((sign, digits + (0,) * missing, int(exponent) - missing))
    return f"{padded:f}" if -6 <= padded.adjusted() <= 24 else f"{padded:e}"


def bound_text(radius: Mpf) -> str:
    """A radius to two digits."""
    if radius == fzero:
        return "0"
    return MIN_BOUND if radius[2] + radius[3] < -BEYOND_PRINTING else str(to_str(radius, 2))
