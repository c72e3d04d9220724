"""Rounding of balls to the 25 digits and the double that they determine, and errors measured against them."""

from __future__ import annotations

import math
import sys
from fractions import Fraction
from typing import NamedTuple

from diffcompare.numeric.arb_functions import arb, fmpz, power_of_two, to_float
from diffcompare.numeric.balls import Ball, contains_zero, ends, magnitude

DIGITS = 25
MAX_MAGNITUDE = 20_000  # numbers beyond 2^±20000 are printed by Arb and not turned into fractions
SPARE_DIGITS = 20  # asked of Arb beyond those that are printed: its last one may be off by one
BEYOND_PRINTING = 10**9  # a number below 2^-(10^9) is printed as 0
MIN_BOUND = "1e-301029995"  # larger than any of those
ROUNDING_DIGITS, HALF = 9, 500_000_000  # digits behind the 25th that decide its rounding; half a unit in them
SURE_BITS = 116  # a radius below 2^-116 of the midpoint moves the last of those by less than one
FIXED, FIXED_BOUND = (-6, 24), (-4, 1)  # decimal exponents of the first digit for which no exponent is written
LOG_2 = math.log10(2)


class Slopes(NamedTuple):
    """The slopes on both sides of a kink: ±inf where the graph is vertical or jumps, None outside the domain."""

    left: float | None
    right: float | None


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

    @property
    def known_digits(self) -> float:
        """The number of digits that the bound leaves, in tenths."""
        size, bound = abs(self.nearest), float(self.bound)
        return math.floor(-10 * math.log10(bound / size)) / 10 if 0 < bound < size < math.inf else math.inf

    def errors(self, value: float) -> tuple[float, float | None, float | None]:
        """Return the absolute, relative and ulp error of a double; relative and ulp are None where the truth is 0.

        One ulp is the spacing of the doubles at the double nearest to the truth.
        """
        if self.centre is None or not math.isfinite(self.nearest):
            return math.inf, None, None
        # Exact, in integers: fractions would be reduced at every step, which takes most of their time.
        numerator, denominator = value.as_integer_ratio()
        centre, scale = self.centre.numerator, self.centre.denominator
        error, denominator = abs(numerator * scale - centre * denominator), denominator * scale
        absolute = quotient(error, denominator)
        if self.text == "0":
            return absolute, None, None
        if absolute <= float(self.bound) and self.nearest != 0:
            return 0.0, 0.0, 0.0  # the true number may be this double itself: no digit of a difference is known
        unit, parts = math.ulp(self.nearest).as_integer_ratio()
        ulps = quotient(error * parts, denominator * unit)
        if centre == 0:  # a truth far below all doubles: 0 is wrong by 100 %, any other double by far more
            return absolute, 1.0 if value == 0 else sys.float_info.max, ulps
        return absolute, quotient(error * scale, denominator * abs(centre)), ulps


def to_double(number: Fraction) -> float:
    """Return the nearest double; the largest finite one where the number is beyond them."""
    return quotient(number.numerator, number.denominator)


def quotient(numerator: int, denominator: int) -> float:
    """Return the double nearest to a quotient; the largest finite one where it is beyond them."""
    try:
        return numerator / denominator
    except OverflowError:
        return sys.float_info.max if numerator > 0 else -sys.float_info.max


def round_ball(ball: Ball) -> TrueNumber | None:
    """Return the number that a ball determines; None where it is too wide for 25 digits or for one double.

    A true number halfway between two roundings would stay open at any precision: a relative radius of 2^-1000, far
    below any literal of ours, settles for the rounding of the midpoint.
    """
    if not ball.is_finite:
        return None
    if ball.arb.is_exact():
        return _midpoint(ball, decimal_text(ball.arb))
    low, high = ends(ball)
    nearest = to_float(low)
    one_double = nearest == to_float(high)
    text = _shared_text(ball, low, high) if one_double else None
    if text is not None:
        return _midpoint(ball, text)
    if nearest == 0 and one_double:
        return TrueNumber("0", 0.0, Fraction(0), bound_text(ball.rad)) if contains_zero(ball) else None
    narrow = ball.rad * power_of_two(1000) < abs(ball.mid)
    return _midpoint(ball, decimal_text(ball.mid)) if narrow else None


def _shared_text(ball: Ball, low: arb, high: arb) -> str | None:
    """Return the 25 digits to which both ends of a ball round; None where these differ.

    For a narrow ball the midpoint is enough, unless the digits behind the 25th are close to a half or a whole unit.
    """
    if ball.arb.rel_accuracy_bits() > SURE_BITS:
        digits, place = significant_digits(ball.arb, DIGITS + ROUNDING_DIGITS)
        rest = int(digits[DIGITS:] or "0")
        if digits and 1 < rest % HALF < HALF - 1:
            rounded = str(int(digits[:DIGITS]) + (rest > HALF))
            return _plain(ball.arb, rounded[:DIGITS], place + len(rounded) - DIGITS, fixed=FIXED)
    text = decimal_text(low)
    return text if text == decimal_text(high) else None


def _midpoint(ball: Ball, text: str) -> TrueNumber:
    """Return the midpoint as the true number, bounded by the radius; by |x| where it is too small and written as 0."""
    mid = ball.mid
    off = magnitude(ball) if text == "0" else ball.rad
    return TrueNumber(text, to_float(mid) or 0.0, _fraction(mid), bound_text(off))


def _fraction(number: arb) -> Fraction | None:
    mantissa, exponent = map(int, number.man_exp())
    if abs(exponent + mantissa.bit_length()) > MAX_MAGNITUDE and mantissa:
        return Fraction(0) if exponent < 0 else None
    return Fraction(mantissa << exponent) if exponent >= 0 else Fraction(mantissa, 1 << -exponent)


def decimal_text(number: arb) -> str:
    """Return 25 significant digits of the midpoint, correctly rounded (half to even)."""
    return significant_text(number, DIGITS, fixed=FIXED)


def bound_text(radius: arb) -> str:
    """Return a radius to two digits."""
    size = to_float(radius)
    if 1e-300 < size < 1e300:  # no more bits than a double's
        digit, _, rest = f"{size:.1e}".partition(".")
        return _plain(radius, digit + rest[0], int(rest[2:]), fixed=FIXED_BOUND, strip=True)
    text = significant_text(radius, 2, fixed=FIXED_BOUND, strip=True)
    return MIN_BOUND if text == "0" and not radius.is_zero() else text


def significant_text(number: arb, count: int, *, fixed: tuple[int, int], strip: bool = False) -> str:
    """Return the midpoint to `count` significant digits, without an exponent if the first digit's is within `fixed`.

    `strip` removes zeros at the end, except one behind the point.
    """
    digits, place = significant_digits(number, count)
    return _plain(number, digits, place, fixed=fixed, strip=strip) if digits else "0"


def _plain(number: arb, digits: str, place: int, *, fixed: tuple[int, int], strip: bool = False) -> str:
    sign = "-" if number < 0 else ""
    low, high = fixed
    if not low <= place <= high:
        whole, rest, power = digits[0], digits[1:], f"e{place:+d}"
    elif place < 0:
        whole, rest, power = "0", "0" * (-place - 1) + digits, ""
    else:
        whole, rest, power = digits[: place + 1].ljust(place + 1, "0"), digits[place + 1 :], ""
    if strip:
        rest = rest.rstrip("0") or "0"
    return f"{sign}{whole}{'.' * bool(rest)}{rest}{power}"


def significant_digits(number: arb, count: int) -> tuple[str, int]:
    """Return `count` correctly rounded digits of the midpoint and the decimal exponent of the first; "" for 0."""
    mantissa, power = number.mid().man_exp()
    exponent = int(power)
    size = exponent + mantissa.bit_length()
    if not mantissa or size < -BEYOND_PRINTING:
        return "", 0
    mantissa = abs(mantissa)
    if abs(size) > MAX_MAGNITUDE:
        text, _, last = number.mid().str(count + SPARE_DIGITS, radius=False).lstrip("-").partition("e")
        digits, place = _scaled(fmpz(text.replace(".", "")), fmpz(1), count, len(text) - 2)
        return digits, place - (len(text) - 2) + int(last)
    place = math.floor((size - 1) * LOG_2)  # exponent of the first digit, or one less
    if exponent >= 0:
        return _scaled(mantissa << exponent, fmpz(1), count, place)
    return _scaled(mantissa, fmpz(1) << -exponent, count, place)


def _scaled(numerator: fmpz, denominator: fmpz, count: int, place: int) -> tuple[str, int]:
    """Return the digits of a fraction (half to even) and the exponent of the first, which is near `place`."""
    while True:
        power = count - 1 - place
        if power >= 0:
            above, below = numerator * fmpz(10) ** power, denominator
        else:
            above, below = numerator, denominator * fmpz(10) ** -power
        quotient, remainder = divmod(above, below)
        if 2 * remainder > below or (2 * remainder == below and quotient % 2):
            quotient += 1
        digits = str(quotient)
        if len(digits) == count:
            return digits, place
        place += len(digits) - count
