"""The best step that theory predicts, from the function's value and one higher derivative.

A quotient with weights w at offsets o drops the term `C f^(p+1) h^p` of the Taylor series, C = |sum w o^(p+1)| /
(d (p+1)!), and its values are rounded by u|f| each, which makes `R/h`, R = u|f| sum |w| / d.  The sum of the two is
least at h = (R / (p C |f^(p+1)|))^(1/(p+1)), where the truncation error is 1/p of the round-off error (Nocedal & Wright
2006, section 8.1).  For the forward difference that is 2 sqrt(u|f|/|f''|), for the central one cbrt(3u|f|/|f'''|).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import ceil, factorial, isfinite, log10, sqrt
from statistics import median
from typing import NamedTuple

from diffcompare.backends.finite_differences import FIVE_POINT, Stencil
from diffcompare.studies.step_sweep.error_curves import Bin, Curve, stencil_of

# The two branches of a curve of errors, and the slope of each in powers of ten.
#
# Nothing is known beforehand of where the branches lie: the best bin parts them, and on either side the longest
# stretch that is straight is fitted by the median of the slopes between all its points (Theil 1950, Sen 1968),
# which a few bins that stray do not move.

LUCK = 4

"""Errors of so many ulps and less are equal: which of them is the least is luck."""

CLEAR = 10

"""A branch begins where the error is ten times that of the best bin: there the other branch adds less than a tenth."""

MIN_BINS = 4

"""Bins that a fit needs: three quarters of a decade."""

SMOOTH, NOISY = (0.05, 1.0), (0.4, 0.7)

"""How far a bin may lie from the line, in decades, and what share of the bins must not lie further.

Truncation is a smooth function.  Round-off is random, and where x is a round number it comes in patterns of bins.
"""

STEEP = 0.5

"""What rises or falls less than this is no branch: a plateau, where nothing is left of the difference."""

WIDE = 0.2

"""From this spread on a slope is uncertain."""

SHORT = 3.5

"""Decades of the error below which a branch is short: the next term of the Taylor series may bend it unseen."""

Point = tuple[float, float]


class FittedSlope(NamedTuple):
    """A fitted power: error ~ h^slope on the steps from 10^low to 10^high."""

    slope: float
    low: float
    high: float
    bins: int
    spread: float = 0.0
    """How far the slope may be off by the bins themselves (see `spread`)."""

    @property
    def is_uncertain(self) -> bool:
        """Whether the branch is too short, or its parts too different, for the slope to be relied on."""
        return self.spread > WIDE or abs(self.slope) * (self.high - self.low) < SHORT


def best(curve: Curve, floor: float) -> Bin | None:
    """The bin with the least median error; None where no bin has one.

    Below a few times `floor`, which is an ulp, luck decides: there the longest step is the best.
    """
    known = [(max(each.error, LUCK * floor), -each.exponent, each) for each in curve.bins if each.error is not None]
    return min(known)[2] if known else None


def truncation(curve: Curve, floor: float) -> FittedSlope | None:
    """The branch of long steps, where the error rises with the step; errors below `floor` mean nothing."""
    points = _side(curve, floor, longer=True)
    return _straightest(points, SMOOTH, 1)


def round_off(curve: Curve, floor: float) -> FittedSlope | None:
    """The branch of short steps, where the error falls with the step."""
    points = _side(curve, floor, longer=False)
    return _straightest(points, NOISY, -1)


def theil_sen(points: Sequence[Point]) -> tuple[float, float]:
    """Slope and intercept: the median slope of all pairs of points, and the median of what is left."""
    slope = median([(b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(points, 2)])
    return slope, median([y - slope * x for x, y in points])


def spread(points: Sequence[Point]) -> float:
    """Half of the interval that has the slope with 95 % (Sen 1968), or of what the halves differ by, if that is more.

    The interval takes the bins for independent; that the halves differ tells of patterns and of a bend.
    """
    slopes = sorted([(b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(points, 2)])
    n, half = len(points), len(points) // 2
    rank = 1.96 * sqrt(n * (n - 1) * (2 * n + 5) / 18)
    low, high = max(int((len(slopes) - rank) / 2), 0), min(ceil((len(slopes) + rank) / 2), len(slopes) - 1)
    interval = abs(slopes[high] - slopes[low]) / 2
    return max(interval, abs(theil_sen(points[:half])[0] - theil_sen(points[half:])[0]) / 2)


def equals(curve: Curve, floor: float) -> int:
    """How many bins are as good as the best one: more than one only where luck decides."""
    found = best(curve, floor)
    if found is None or found.error is None or found.error > LUCK * floor:
        return int(found is not None)
    return sum(1 for each in curve.bins if each.error is not None and each.error <= LUCK * floor)


def _side(curve: Curve, floor: float, *, longer: bool) -> list[Point]:
    """Logarithms of steps and errors on one side of the best bin, well above its error, from there outwards.

    A bin whose quotients are exactly 0 has no difference left: its error is the derivative itself, and no round-off.
    """
    lowest = best(curve, floor)
    if lowest is None or lowest.error is None:
        return []
    clear = CLEAR * max(lowest.error, floor)
    points = [
        (each.exponent, log10(each.error))
        for each in curve.bins
        if each.error is not None and each.error > clear and each.quotient != 0
        if (each.exponent > lowest.exponent) == longer and each.exponent != lowest.exponent
    ]
    return sorted(points, reverse=not longer)


def _straightest(points: Sequence[Point], near: tuple[float, float], sign: int) -> FittedSlope | None:
    """The longest stretch of neighbours that lies on a line with the right sign; the straightest among equals."""
    tolerance, share = near
    found: tuple[int, float, FittedSlope] | None = None
    for start in range(len(points)):
        for end in range(len(points), start + MIN_BINS - 1, -1):
            if found and end - start < found[0]:
                break
            stretch = points[start:end]
            slope, intercept = theil_sen(stretch)
            apart = sorted(abs(y - slope * x - intercept) for x, y in stretch)
            off = apart[ceil(share * len(apart)) - 1]
            if off <= tolerance and sign * slope > STEEP:
                low, high = sorted((stretch[0][0], stretch[-1][0]))
                if found is None or (end - start, -off) > (found[0], -found[1]):
                    found = end - start, off, FittedSlope(slope, low, high, end - start)
    if found is None:
        return None
    line = found[2]
    return line._replace(spread=spread([each for each in points if line.low <= each[0] <= line.high]))


HIGHER = {1: "f''", 2: "f'''", 4: "f^(5)"}

"""How the derivative is written on which the truncation error of a formula of this order depends."""


class Prediction(NamedTuple):
    """The best step and the error at it; None with the reason where theory has no answer."""

    step: float | None
    error: float | None
    reason: str = ""


def predict(method: str, value: float, higher: Mapping[int, float | None], u: float) -> Prediction | None:
    """What theory says about a method; None for the complex step, which has no round-off to balance.

    `value` is f, `higher` its derivatives by order, and `u` the unit round-off.
    """
    # Richardson's (4D(h/2) - D(h))/3 is the five-point formula at h/2.
    stencil, halves = (FIVE_POINT, 2) if method == "richardson" else (stencil_of(method), 1)
    if stencil is None:
        return None
    name, derivative = HIGHER[stencil.order], higher.get(stencil.order + 1)
    if derivative is None:
        return Prediction(None, None, f"{name} is not known here")
    if derivative == 0:
        return Prediction(None, None, f"{name} = 0")
    if value == 0:
        return Prediction(None, None, "f = 0")
    return _balance(stencil, halves, abs(value), abs(derivative), u)


def _balance(stencil: Stencil, halves: int, value: float, derivative: float, u: float) -> Prediction:
    p = stencil.order
    weighed = zip(stencil.weights, stencil.offsets, strict=True)
    moment = abs(sum(weight * offset ** (p + 1) for weight, offset in weighed))
    truncation = moment / (stencil.denominator * factorial(p + 1)) * derivative
    noise = u * value * sum(map(abs, stencil.weights)) / stencil.denominator
    step = (noise / p / truncation) ** (1 / (p + 1)) if truncation else float("inf")
    if not (step > 0 and isfinite(step)):
        return Prediction(None, None, "beyond the doubles")
    return Prediction(halves * step, noise / step * (1 + 1 / p))


def rule_of_thumb(method: str, x: float, epsilon: float) -> float | None:
    """The step of a function whose scale is 1: eps^(1/(p+1)) max(1, |x|), the default of `grad`."""
    stencil = FIVE_POINT if method == "richardson" else stencil_of(method)
    return None if stencil is None else float(epsilon ** (1 / (stencil.order + 1)) * max(1.0, abs(x)))
