"""How noisy values of f are: the spread of f that is no slope, from differences of close values.

ECnoise (Moré & Wild 2011, "Estimating computational noise", SIAM J. Sci. Comput. 33, 1292-1314): of m + 1 values at
equal distances the k-th differences of the smooth part fall like h^k, those of the noise do not; for noise of standard
deviation s they have the variance s^2 (2k)!/(k!)^2.  So sqrt((k!)^2/(2k)! mean(difference^2)) levels off at s.  Where
half of the neighbours are equal f goes in stairs there, and the smallest step over the root of 12 is its noise.

Where the distance is small, round-off may go in regular stairs and hide (an estimate below half an ulp of f says
nothing); where it is large, a fast oscillation may look like noise.  So the smallest distance that tells anything
counts, and larger ones as far as they say about the same.  Rather too little than too much: with too little noise a
slope is not confirmed, and its error grows; with too much, anything would be.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from diffcompare.studies.callables.values import Line

EPSILON = 2.0**-52
POINTS = 8
ALIKE = 32
"""Estimates within such a factor tell the same noise."""
HIDDEN = 1e5
"""The same after one that said nothing."""
SPACINGS = tuple(round(0.7316 * 2.0 ** (51 - k)) * 2.0**-51 for k in (42, 34, 26, 20, 14))
"""Times the scale of the coordinates.  The first suit doubles, the fourth single precision, the last less.  They have
so many bits that x + h is exact as a double, and is not in single precision: its rounding is part of the noise."""


def noise_along(line: Line) -> list[float]:
    """The standard deviation of every component of f near the point; never below half an ulp of the value."""
    rows = [
        next((each for sign in (1, -1) if (each := _row(line, sign * spacing)) is not None), None)
        for spacing in SPACINGS
    ]
    return [
        _settled(
            [estimate([values[component] for values in row]) for row in rows if row is not None],
            EPSILON / 2 * abs(value),
        )
        for component, value in enumerate(line(0.0))
    ]


def _settled(estimates: Sequence[float | None], least: float) -> float:
    """What the smallest distance that tells anything says, or the next ones as long as they say about the same."""
    told = [each for each in estimates if each is not None]
    noise = max(least, told[0]) if told else least
    alike = HIDDEN if told and told[0] <= least / 2 else ALIKE
    for each in told:
        if each > alike * noise:
            break
        noise = max(noise, each)
    return noise


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
