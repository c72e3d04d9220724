"""How noisy values of f are: the spread of f that is no slope, from differences of close values.

ECnoise (Moré & Wild 2011, "Estimating computational noise", SIAM J. Sci. Comput. 33, 1292-1314): of m + 1 values at
equal distances the k-th differences of the smooth part fall like h^k, those of the noise do not; for noise of standard
deviation s they have the variance s^2 (2k)!/(k!)^2.  So sqrt((k!)^2/(2k)! mean(difference^2)) levels off at s.  Where
half of the neighbours are equal f goes in stairs there, and the smallest step over the root of 12 is its noise.

The largest of the estimates at several distances is taken: where they are small, round-off may go in regular stairs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from diffcompare.studies.callables.values import Line

EPSILON = 2.0**-52
POINTS = 9
SPACINGS = tuple(round(0.7316 * 2.0 ** (51 - k)) * 2.0**-51 for k in (42, 34, 26, 20, 14))
"""Times the scale of the coordinates.  The first suit doubles, the fourth single precision, the last less.  They have
so many bits that x + h is exact as a double, and is not in single precision: its rounding is part of the noise."""


def noise_along(line: Line) -> list[float]:
    """The standard deviation of every component of f near the point; never below half an ulp of the value."""
    here = line(0.0)
    found = [EPSILON / 2 * abs(value) for value in here]
    told = [False] * len(here)
    for spacing in SPACINGS:
        if spacing == SPACINGS[-1] and all(told):
            break
        values = next((each for sign in (1, -1) if (each := _row(line, sign * spacing)) is not None), [])
        for component in range(len(here) if values else 0):
            noise = estimate([row[component] for row in values])
            if noise is not None:
                told[component], found[component] = True, max(found[component], noise)
    return found


def _row(line: Line, spacing: float) -> list[list[float]] | None:
    """Values beside the point; the point itself may be a kink or a jump."""
    rows = [line(place * spacing) for place in range(1, POINTS + 1)]
    return rows if all(map(math.isfinite, (value for row in rows for value in row))) else None


def estimate(values: Sequence[float]) -> float | None:
    """The noise of values at equal distances; None where they do not tell."""
    changes = [b - a for a, b in pairwise(values)]
    if changes.count(0.0) * 2 >= len(changes):
        return min((abs(change) for change in changes if change), default=0.0) / math.sqrt(12) or None
    levels, row = [], changes
    for order in range(1, len(changes) - 1):
        gamma = math.factorial(order) ** 2 / math.factorial(2 * order)
        levels.append(math.sqrt(gamma) * math.hypot(*row) / math.sqrt(len(row)))
        row = [b - a for a, b in pairwise(row)]
    for start in range(1, len(levels) - 2):
        three = levels[start : start + 3]
        if max(three) <= 4 * min(three):
            return max(three) or None
    return None
