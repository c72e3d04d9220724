"""The slope of f along a direction, from values alone: two-sided where f is smooth, one-sided at kinks and edges."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from diffcompare.studies.callables.extrapolation import Estimate, Quotient, limit
from diffcompare.studies.callables.noise import EPSILON
from diffcompare.studies.callables.values import Line

LARGEST = 977 / 1024 / 16
"""The first step, times the scale of the coordinate; every further one is a quarter of the one before.  It has ten
bits, so that x + h and x - h are doubles, and it is no power of 2, which periods like to fit."""
FIRST = (0, 1, 2, 3, 4, 5, 8, 11)
"""Steps that are enough for a smooth f: LARGEST / 4^k."""
DEEPEST = 18
"""The last k: below, a step has not ten bits left in a double."""
SMALL = 1e-3
"""Steps above tell how much f changes at all."""
GOOD = 1e-9
"""A slope that is known to so many digits needs no further steps."""


class Slope(NamedTuple):
    """What values say of the derivative along a direction at the point."""

    kind: Literal["smooth", "edge", "kink", "vertical", "unknown"]
    """A number; a number from one side, for there is no value on the other; two different ones; infinite; neither."""
    value: float
    error: float
    left: Estimate | None = None
    right: Estimate | None = None
    reach: float = 0.0
    """The largest difference quotient there was: beside it the slope may be small."""
    complex_step: float | None = None
    """Im f(x + ih)/h, where f takes complex numbers and this agrees with the differences."""

    def per(self, scale: float) -> Slope:
        """The slope per unit, where the direction moves by `scale`."""
        left, right = (side and side._replace(value=side.value / scale, error=side.error / scale) for side in self[3:5])
        number = None if self.complex_step is None else self.complex_step / scale
        return Slope(self.kind, self.value / scale, self.error / scale, left, right, self.reach / scale, number)

    @property
    def best(self) -> float:
        """The most precise number there is."""
        return self.value if self.complex_step is None else self.complex_step


def slopes(line: Line, noise: Sequence[float], deepest: int = DEEPEST) -> list[Slope]:
    """The slope of every component of f.  `noise` is the standard deviation of each near the point."""
    found = _slopes(line, noise, [k for k in FIRST if k <= deepest])
    if not all(_is_good(each, spread) for each, spread in zip(found, noise, strict=True)):
        found = _slopes(line, noise, range(deepest + 1))
    return found


def with_complex_step(found: Sequence[Slope], complex_slopes: Sequence[float] | None) -> list[Slope]:
    """The slopes, with the complex step beside them where it agrees with the differences.

    It has no error worth the name where f is analytic and computed as such (Squire & Trapp 1998, "Using complex
    variables to estimate derivatives of real functions", SIAM Rev. 40, 110-112).  |x|, max, .real or a conjugate break
    it without a sound, and a program that treats a small term so is beyond what differences can see; therefore it never
    narrows the error by which an answer is called wrong.
    """
    if complex_slopes is None:
        return list(found)
    return [
        slope._replace(complex_step=number)
        if slope.kind == "smooth" and math.isfinite(number) and abs(number - slope.value) <= slope.error
        else slope
        for slope, number in zip(found, complex_slopes, strict=True)
    ]


def _is_good(slope: Slope, noise: float) -> bool:
    """Known to nine digits, or as well as the noise allows at all."""
    return slope.kind == "smooth" and slope.error <= max(GOOD * abs(slope.value), 64 * noise / LARGEST)


def _slopes(line: Line, noise: Sequence[float], levels: Sequence[int]) -> list[Slope]:
    steps = [LARGEST * 0.25**k for k in levels]
    above, below = [line(step) for step in steps], [line(-step) for step in steps]
    here = line(0.0)
    found = []
    for component, spread in enumerate(noise):
        right, left = (
            {h: row[component] for h, row in zip(steps, rows, strict=True) if not math.isnan(row[component])}
            for rows in (above, below)
        )
        changes = [abs(value - here[component]) / h for side in (left, right) for h, value in side.items() if h > SMALL]
        reach = max(changes, default=0.0)
        if reach == 0.0:
            spread = max(spread, EPSILON)  # f that does not change may be a difference of numbers about 1
        found.append(_slope(here[component], right, left, spread)._replace(reach=reach))
    return found


def _slope(here: float, above: Mapping[float, float], below: Mapping[float, float], noise: float) -> Slope:
    """The slope of one component, of its values at steps to the right and to the left."""
    spread = 3 * noise + EPSILON * abs(here)  # of one value; the difference of two lies within twice that
    right = limit([Quotient(h, (value - here) / h, 2 * spread / h) for h, value in above.items()], 1)
    left = limit([Quotient(h, (here - value) / h, 2 * spread / h) for h, value in below.items()], 1)
    both = [h for h in above if h in below]
    if len(both) < 3:
        side = right if len(above) >= len(below) else left
        return _from_one_side(side, left if side is left else None, right if side is right else None)
    central = limit([Quotient(h, (above[h] - below[h]) / (2 * h), spread / h) for h in both], 2)
    if left is not None and right is not None:
        if math.isinf(left.value) and left.value == right.value:
            return Slope("vertical", left.value, math.inf, left, right)
        if math.isinf(left.value) or math.isinf(right.value):
            return Slope("kink", math.nan, math.inf, left, right)
        if abs(right.value - left.value) > 4 * (left.error + right.error):
            return Slope("kink", (left.value + right.value) / 2, (left.error + right.error) / 2, left, right)
    if central is None:
        return Slope("unknown", math.nan, math.inf, left, right)
    if math.isinf(central.value):
        return Slope("vertical", central.value, math.inf, left, right)
    return Slope("smooth", central.value, central.error + 2 * EPSILON * abs(central.value), left, right)


def _from_one_side(side: Estimate | None, left: Estimate | None, right: Estimate | None) -> Slope:
    if side is None:
        return Slope("unknown", math.nan, math.inf, left, right)
    if math.isinf(side.value):
        return Slope("vertical", side.value, math.inf, left, right)
    return Slope("edge", side.value, side.error + 2 * EPSILON * abs(side.value), left, right)
