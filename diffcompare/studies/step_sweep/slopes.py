"""Slopes of error curves on their two branches, truncation and round-off, and the best step in theory.

Nobody knows beforehand where the branches lie: the best bin separates them, and on either side the longest straight run
of bins is fitted by the median of the slopes between all pairs of points (Theil 1950, Sen 1968), which a few outliers
do not move.

In theory, a quotient with weights w at offsets o and denominator d drops the term `C f^(p+1) h^p` of the Taylor series,
C = |sum w o^(p+1)| / (d (p+1)!), and its values are rounded by u|f| each, which makes `R/h`, R = u|f| sum |w| / d.  The
sum of the two is least at h = (R / (p C |f^(p+1)|))^(1/(p+1)), where the truncation error is 1/p of the round-off error
(Nocedal & Wright 2006, section 8.1).  For the forward difference that is 2 sqrt(u|f|/|f''|), for the central one
cbrt(3u|f|/|f'''|).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import ceil, factorial, isfinite, log10, sqrt
from statistics import median
from typing import NamedTuple

from diffcompare.backends.finite_differences import FIVE_POINT, Stencil
from diffcompare.studies.record import primed
from diffcompare.studies.step_sweep.measurements import Bin, Curve, stencil_of

LUCK = 4  # errors of up to this many ulps count as equal: which of them is the least is luck
# A branch begins where the error is ten times that of the best bin: there the other branch adds less than a tenth.
CLEAR = 10
MIN_BINS = 4  # needed for a fit: three quarters of a decade
# How far a bin may be from the line, in decades, and the share of bins that must be within that distance.  Truncation
# is a smooth function.  Round-off is random, and at a round number x it comes in patterns of bins.
SMOOTH, NOISY = (0.05, 1.0), (0.4, 0.7)
STEEP = 0.5  # a smaller slope is not a branch but a plateau, where the difference has lost all digits
WIDE = 0.2  # from this spread on a slope is uncertain
SHORT = 3.5  # decades of error: on a shorter branch the next Taylor term may bend the line unnoticed

Point = tuple[float, float]


class FittedSlope(NamedTuple):
    """A fitted power: error ~ h^slope on the steps from 10^low to 10^high."""

    slope: float
    low: float
    high: float
    bins: int
    spread: float = 0.0  # the uncertainty of the slope that the bins themselves show (see `spread`)

    @property
    def is_uncertain(self) -> bool:
        """True if the branch is too short, or its parts differ too much, for the slope to be reliable."""
        return self.spread > WIDE or abs(self.slope) * (self.high - self.low) < SHORT


def best(curve: Curve, floor: float) -> Bin | None:
    """Return the bin with the least median error; None where no bin has an error.

    Errors below LUCK times `floor`, which is an ulp, count as equal; among them the longest step is the best.
    """
    known = [(max(bin.error, LUCK * floor), -bin.exponent, bin) for bin in curve.bins if bin.error is not None]
    return min(known)[2] if known else None


def truncation(curve: Curve, floor: float) -> FittedSlope | None:
    """Fit the branch of long steps, where the error rises with the step; errors below `floor` are ignored."""
    points = _side(curve, floor, longer=True)
    return _straightest(points, SMOOTH, 1)


def round_off(curve: Curve, floor: float) -> FittedSlope | None:
    """Fit the branch of short steps, where the error falls as the step grows."""
    points = _side(curve, floor, longer=False)
    return _straightest(points, NOISY, -1)


def theil_sen(points: Sequence[Point]) -> tuple[float, float]:
    """Return the median slope over all pairs of points, and the median intercept (Theil 1950, Sen 1968)."""
    slope = median([(b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(points, 2)])
    return slope, median([y - slope * x for x, y in points])


def spread(points: Sequence[Point]) -> float:
    """Return the uncertainty of a slope: half its 95 % confidence interval (Sen 1968), or more if the halves differ.

    The interval assumes independent bins; a difference between the halves of the branch reveals curvature.
    """
    slopes = sorted([(b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(points, 2)])
    n, half = len(points), len(points) // 2
    rank = 1.96 * sqrt(n * (n - 1) * (2 * n + 5) / 18)
    low, high = max(int((len(slopes) - rank) / 2), 0), min(ceil((len(slopes) + rank) / 2), len(slopes) - 1)
    interval = abs(slopes[high] - slopes[low]) / 2
    return max(interval, abs(theil_sen(points[:half])[0] - theil_sen(points[half:])[0]) / 2)


def equally_good(curve: Curve, floor: float) -> int:
    """Count the bins as good as the best: more than one only if the best is within a few ulps."""
    lowest = best(curve, floor)
    if lowest is None or lowest.error is None or lowest.error > LUCK * floor:
        return int(lowest is not None)
    return sum(1 for bin in curve.bins if bin.error is not None and bin.error <= LUCK * floor)


def _side(curve: Curve, floor: float, *, longer: bool) -> list[Point]:
    """Return log-log points of one branch: the bins on one side of the best, well above its error, outwards.

    A bin whose quotient is exactly 0 is left out: its error is the derivative itself, and no round-off.
    """
    lowest = best(curve, floor)
    if lowest is None or lowest.error is None:
        return []
    clear = CLEAR * max(lowest.error, floor)
    points = [
        (bin.exponent, log10(bin.error))
        for bin in curve.bins
        if bin.error is not None and bin.error > clear and bin.quotient != 0
        if (bin.exponent > lowest.exponent) == longer and bin.exponent != lowest.exponent
    ]
    return sorted(points, reverse=not longer)


def _straightest(points: Sequence[Point], near: tuple[float, float], sign: int) -> FittedSlope | None:
    """Fit the longest run of neighbouring points on a line whose slope has this sign; among equals the straightest."""
    tolerance, share = near
    longest: tuple[int, float, FittedSlope] | None = None
    for start in range(len(points)):
        for end in range(len(points), start + MIN_BINS - 1, -1):
            if longest and end - start < longest[0]:
                break
            run = points[start:end]
            slope, intercept = theil_sen(run)
            apart = sorted(abs(y - slope * x - intercept) for x, y in run)
            off = apart[ceil(share * len(apart)) - 1]
            if off <= tolerance and sign * slope > STEEP:
                low, high = sorted((run[0][0], run[-1][0]))
                if longest is None or (end - start, -off) > (longest[0], -longest[1]):
                    longest = end - start, off, FittedSlope(slope, low, high, end - start)
    if longest is None:
        return None
    line = longest[2]
    return line._replace(spread=spread([point for point in points if line.low <= point[0] <= line.high]))


class Prediction(NamedTuple):
    """The best step in theory and the error there; None, with the reason, where theory has no answer."""

    step: float | None
    error: float | None
    reason: str = ""


def predict(method: str, value: float, higher: Mapping[int, float | None], u: float) -> Prediction | None:
    """Predict the best step of a method; None for the complex step, which has no round-off to balance.

    `value` is f, `higher` its derivatives by order, and `u` the unit roundoff.
    """
    # Richardson's (4D(h/2) - D(h))/3 is the five-point formula at h/2.
    stencil, halves = (FIVE_POINT, 2) if method == "richardson" else (stencil_of(method), 1)
    if stencil is None:
        return None
    # The truncation error begins with the first derivative that a formula does not get exactly.
    name, derivative = primed(stencil.order + 1), higher.get(stencil.order + 1)
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
    """Return eps^(1/(p+1)) max(1, |x|), the best step for a function of scale 1 and the default of `grad`."""
    stencil = FIVE_POINT if method == "richardson" else stencil_of(method)
    return None if stencil is None else float(epsilon ** (1 / (stencil.order + 1)) * max(1.0, abs(x)))
