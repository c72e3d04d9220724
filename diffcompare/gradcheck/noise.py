"""How noisy values of f are: the spread of f that is no slope, from differences of close values.

ECnoise (Moré & Wild 2011, "Estimating computational noise", SIAM J. Sci. Comput. 33, 1292-1314): of m + 1 values at
equal distances the k-th differences of the smooth part fall like h^k, those of the noise do not; for noise of standard
deviation s they have the variance s^2 (2k)!/(k!)^2.  So sqrt((k!)^2/(2k)! mean(difference^2)) levels off at s.  Where
half of the neighbours are equal f goes in stairs there, and the step over the root of 12 is its noise.

A row of values tells of its own distance only.  Where the distance is small, round-off may go in regular stairs and
hide, and coarse values do not change at all; where it is large, a fast oscillation looks like noise.  So rows are
asked from the smallest distance upwards, and where one tells much more than those before, it has to show the break: f
is followed down to the place where it is least straight, and what bends there without end is noise, while an
oscillation straightens.  Values that change nowhere near the point are followed outwards to the first step.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from diffcompare.gradcheck.values import EPSILON, LineValues

POINTS = 8
ALIKE = 32
"""Estimates within such a factor tell the same noise."""
UNIT = 2.0**-51
"""Distances are multiples of it, times the scale of the coordinate: x + h is exact as a double."""


def _spacing(bits: int) -> float:
    return round(0.7316 / UNIT * 2.0**-bits) * UNIT


SPACINGS = tuple(_spacing(bits) for bits in (46, 37, 28, 20, 14))
"""Times the scale of the coordinates.  The first are for doubles, the fourth for single precision, the last for less.
They have so many bits that x + h is not exact in single precision: its rounding is part of the noise."""
EVERY = tuple(_spacing(bits) for bits in range(45, 5, -4))
"""Where steps of f are looked for, if its quotients at large and at small steps say different things."""
WIDE = tuple(_spacing(bits) for bits in (9, 5, 2))
"""Where f changes nowhere at the others."""
NEAR = 0.5
"""A coordinate that is smaller has neighbours at distances of about 1 as well."""
STRAIGHT = 5
"""Halvings one after the other that show that f is straight: round-off is regular at some distances by accident."""
COARSE = 1e3
"""Noise above such a multiple of rounding comes of coarse values."""
OUTER = 977 / 2**14
"""A place a step away: as far as the largest step of a difference quotient goes."""
TOLD = 4
"""Noise above such a multiple of rounding has been told by the rows."""
DEEP = 60
"""Halvings at the most by which the edge of a flat piece is approached."""
STEEP = 2.0**20
"""Where f leaves a flat piece by a step, more than such a part of the change remains in the end; of a bend, and be it
steep as a root, it does not."""


def noise_along(line: LineValues) -> list[float]:
    """Return the standard deviation of every component of f near the point; never below half a unit of rounding."""
    return _noise_at(line, 0.0)


def noise_around(line: LineValues) -> list[float]:
    """Return the noise at the point, or a step away where it is larger: coarse values scatter as much as f changes."""
    return list(map(max, *(_noise_at(line, origin) for origin in (0.0, OUTER, -OUTER))))


def is_coarse(noise: float, value: float, rounding: float) -> bool:
    """Whether noise is more than comes of rounding: values in single precision are, beside those in double."""
    return noise > COARSE * EPSILON * abs(value) or rounding > EPSILON


def _noise_at(line: LineValues, origin: float) -> list[float]:
    """Return the noise of every component around one place; 0 where f has no value there."""
    rows = [row for spacing in SPACINGS if (row := _row(line, spacing, origin)) is not None]
    noises, flat = [], {}
    for component, value in enumerate(line(origin)):
        columns = [row.column(component) for row in rows]
        least = 0.0 if math.isnan(value) else line.values.grain(value) / 2
        noises.append(_settled(line, component, columns, least))
        if columns and len(set(columns[0].values)) == 1 and noises[-1] <= TOLD * least:
            flat[component] = columns[0].values[0]
    for component, step in _steps(line, flat, origin).items():
        noises[component] = max(noises[component], step / math.sqrt(12))
    return noises


class ValueColumn(NamedTuple):
    """Values of one component at places in a row."""

    first: float
    spacing: float
    values: list[float]

    @property
    def in_stairs(self) -> bool:
        """Whether at least half of the neighbours are equal, and not all."""
        equal = sum(a == b for a, b in pairwise(self.values))
        return len(self.values) - 1 > equal >= (len(self.values) - 1) / 2


class Row(NamedTuple):
    """Values of f at equal distances."""

    first: float
    spacing: float
    values: list[list[float]]

    def column(self, component: int) -> ValueColumn:
        """Those of one component."""
        return ValueColumn(self.first, self.spacing, [values[component] for values in self.values])


def _row(line: LineValues, spacing: float, origin: float = 0.0) -> Row | None:
    """Values beside the point, on either side; the point itself may be a kink or a jump."""
    for first in (1, -POINTS):
        values = [line(origin + place * spacing) for place in range(first, first + POINTS)]
        if all(map(math.isfinite, (value for each in values for value in each))):
            return Row(origin + first * spacing, spacing, values)
    return None


def _settled(line: LineValues, component: int, columns: Sequence[ValueColumn], least: float) -> float:
    """Return what the rows say together, from the smallest distance upwards."""
    noise = least
    for column in columns:
        told = estimate(column.values)
        if told is None:
            continue
        if column.in_stairs:
            told = max(abs(b - a) for a, b in pairwise(column.values)) / math.sqrt(12)
        if told > ALIKE * noise and not breaks(line, component, column, told):
            break
        noise = max(noise, told)
    return noise


def breaks(line: Callable[[float], Sequence[float]], component: int, column: ValueColumn, noise: float) -> bool:
    """Whether f bends by about the noise however close one looks, where the row bends most."""
    bends = _bends(column.values)
    left, width = column.first + bends.index(max(bends)) * column.spacing, column.spacing
    straight = 0
    while width > SPACINGS[0] and straight < STRAIGHT:
        left, width, bends = _closer(line, component, left, width)
        if any(map(math.isnan, bends)):
            return True
        straight = straight + 1 if max(bends) < noise / 8 else 0
    return straight < STRAIGHT


def _bends(values: Sequence[float]) -> list[float]:
    return [abs(a - 2 * b + c) for a, b, c in zip(values, values[1:], values[2:], strict=False)]


def largest_step(line: LineValues, component: int) -> float:
    """Return by how much f steps at the most where it bends most, in rows at every distance; 0 where it is smooth.

    Values that are coarse in one term only change everywhere, and go in steps all the same.
    """
    largest = 0.0
    for spacing in EVERY:
        row = _row(line, spacing)
        if row is not None:
            column = row.column(component)
            bends, width = _bends(column.values), column.spacing
            first, left = max(bends), column.first + bends.index(max(bends)) * width
            while width > SPACINGS[0]:
                left, width, bends = _closer(line, component, left, width)
            if max(bends) > first / 4:
                largest = max(largest, *bends)
    return largest


def _closer(
    line: Callable[[float], Sequence[float]], component: int, left: float, width: float
) -> tuple[float, float, list[float]]:
    """Return where f bends most between two places, at half the distance, and the bends there."""
    width = math.ceil(width / UNIT / 2) * UNIT
    bends = _bends([line(left + k * width)[component] for k in range(5)])
    return left + bends.index(max(bends)) * width, width, bends


def _steps(line: LineValues, flat: Mapping[int, float], origin: float) -> dict[int, float]:
    """Return the first step, on either side, of every component that is flat right beside a place."""
    scale = max(map(abs, line.moves.values()))
    reach = (*SPACINGS, *WIDE) if scale >= NEAR else (*SPACINGS, *WIDE, *(spacing / scale for spacing in WIDE))
    steps: dict[int, float] = {}
    for spacing in reach if flat else ():
        for component, base in flat.items():
            if component not in steps:
                found = [_first_step(line, component, base, sign * spacing, origin) for sign in (1, -1)]
                if any(step is not None for step in found):
                    steps[component] = max(step or 0.0 for step in found)
    return steps


def _first_step(line: LineValues, component: int, base: float, spacing: float, origin: float) -> float | None:
    """Return by how much f steps where it stops to be flat: 0 if it departs continuously; None where it stays flat."""
    for place in range(1, POINTS + 1):
        inner, outer = origin + (place - 1) * spacing, origin + place * spacing
        value = line(outer)[component]
        if math.isnan(value):
            return None
        if value != base:
            break
    else:
        return None
    departure = step = abs(value - base)
    for _ in range(DEEP):
        middle = (inner + outer) / 2
        if abs(outer - inner) <= SPACINGS[0] or middle in (inner, outer):
            break
        value = line(middle)[component]
        if value == base or math.isnan(value):
            inner = middle
        else:
            outer, step = middle, abs(value - base)
    if abs(outer) < SPACINGS[0]:
        return None  # a jump at the point itself is no sign of coarse values
    return step if step > departure / STEEP else 0.0


def estimate(values: Sequence[float]) -> float | None:
    """Return the noise of values at equal distances; None where they do not tell."""
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
