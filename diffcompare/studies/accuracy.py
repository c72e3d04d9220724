"""Accuracy of a partial: the truth about a problem, the errors against it, and correct digits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from diffcompare.backends import ONE_AT_A_TIME
from diffcompare.document import Approximate, Cell, approximate

if TYPE_CHECKING:
    from diffcompare.backends.problem import Problem
    from diffcompare.truth.establish import Truth
    from diffcompare.truth.rounding import TrueNumber

BITS = 53  # of a double
FULL_DIGITS = 15.9  # correct digits of the nearest double, -log10(2^-53), rounded down


def truth_about(problem: Problem) -> Truth:
    """Establish the truth about a problem, value and gradient."""
    from diffcompare.truth.establish import establish  # loads Arb, which answers without a truth do not need

    with ONE_AT_A_TIME:
        if problem.program is None:
            return establish(problem)
        from diffcompare.truth.decisions import judged

        return judged(problem)


def measure(partial: float | None, true: TrueNumber | None) -> dict[str, float | None]:
    """Return the absolute and the relative error of a partial, its error in ulp, and its correct decimal digits.

    Relative error, ulp and digits are None where the true partial is 0; all four are None where either number is
    unknown or the truth is beyond the range of doubles.
    """
    if partial is None or true is None or not math.isfinite(true.nearest):
        return dict.fromkeys(("absolute", "relative", "ulp", "digits"))
    absolute, relative, ulp = true.errors(partial)
    # The nearest double is as right as a double can be, even where it is subnormal and has few digits.
    digits = FULL_DIGITS if partial == true.nearest and relative is not None else correct_digits(relative)
    digits = digits and min(digits, true.known_digits)
    return {"absolute": absolute, "relative": relative, "ulp": ulp, "digits": digits}


def full_digits(bits: int) -> float:
    """Return the correct decimal digits of the nearest number of so many bits: 15.9 of 53, 7.2 of 24."""
    return FULL_DIGITS if bits >= BITS else math.floor(10 * bits * math.log10(2)) / 10


def at_own_precision(errors: Mapping[str, float | None], bits: int) -> dict[str, float | None]:
    """Return errors with ulp and digits of numbers of so many bits, of which no more can be asked."""
    ulp, digits = errors["ulp"], errors["digits"]
    if bits >= BITS or ulp is None or digits is None:
        return dict(errors)
    ulp /= 2.0 ** (BITS - bits)
    full = full_digits(bits)
    return dict(errors) | {"ulp": ulp, "digits": full if ulp <= 0.5 else min(digits, full)}


def tenths(digits: float | None) -> Approximate | None:
    """Return correct digits as a cell that shows them in tenths: 15.9, 7.6, 0.3."""
    return None if digits is None else Approximate(digits, 3 if digits >= 10 else 2 if digits >= 1 else 1)


def correct_digits(relative: float | None) -> float | None:
    """Return -log10 of a relative error, rounded down to tenths, between 0 and `FULL_DIGITS`."""
    if relative is None:
        return None
    if relative == 0:
        return FULL_DIGITS
    return min(FULL_DIGITS, max(0.0, math.floor(-10 * math.log10(relative)) / 10))


def error_cells(errors: Mapping[str, float | None]) -> tuple[Cell, Cell, Cell, Cell]:
    """Return absolute error, relative error, ulp and digits as the cells of a table."""
    # One digit is enough of many: the table has to fit into 80 columns beside a truth of 28 characters.
    ulp = approximate(errors["ulp"], 2 if (errors["ulp"] or 0.0) < 1e5 else 1)
    return approximate(errors["absolute"]), approximate(errors["relative"]), ulp, tenths(errors["digits"])
