"""The noise of f near a point, estimated from differences of close values (ECnoise).

ECnoise (Moré & Wild 2011, "Estimating computational noise", SIAM J. Sci. Comput. 33, 1292-1314): in a row of values at
equal spacings h the k-th differences of the smooth part of f fall like h^k, those of the noise do not.  For noise of
standard deviation s they have the variance s^2 (2k)!/(k!)^2, so sqrt((k!)^2/(2k)! mean(difference^2)) levels off at s.
Where half of the neighbours are equal, f is a staircase (its values are quantized), and the height of a stair over
sqrt(12) is its noise.

A row measures the noise at its own spacing only.  At small spacings round-off may be regular and hide, and coarse
values do not change at all; at large ones a fast oscillation looks like noise.  So rows are evaluated from the smallest
spacing upwards.  A row that shows much more noise than those before has to prove it: the place where f is least
straight is bisected, and what stays rough without end is noise, while an oscillation straightens.  Values that do not
change near the point are followed outwards to the first stair.

All spacings are in units of the line's moves (the scale of the coordinates).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from diffcompare.gradcheck.values import EPSILON, LineValues

ROW_LENGTH = 8  # values in a row
SAME_NOISE = 32  # estimates within this factor describe the same noise
GRID = 2.0**-51  # spacings are multiples of it, so that x + h is an exact double


def _spacing(bits: int) -> float:
    """Return about 0.73 * 2^-bits, on the grid."""
    return round(0.7316 / GRID * 2.0**-bits) * GRID


# The first three suit doubles, the fourth single precision, the last half precision.  They have so many bits that
# x + h is not exact in single precision: its rounding is part of the noise.
SPACINGS = tuple(_spacing(bits) for bits in (46, 37, 28, 20, 14))
# Where stairs are searched for, if difference quotients at large and at small steps contradict each other.
STAIR_SPACINGS = tuple(_spacing(bits) for bits in range(45, 5, -4))
WIDE_SPACINGS = tuple(_spacing(bits) for bits in (9, 5, 2))  # further out, where f does not change at the others
MIN_WIDE_SCALE = 0.5  # a coordinate on a smaller scale gets wide spacings of about 1 as well
MIN_STRAIGHT = 5  # halvings in a row that prove f straight: at single spacings round-off is regular by accident
COARSE = 1e3  # more noise than this multiple of rounding comes from coarse values
OUTER = 977 / 2**14  # as far from the point as the largest step of a difference quotient goes
MAX_ROUNDING_NOISE = 4  # noise above this multiple of rounding was measured by the rows
MAX_BISECTIONS = 60  # towards the edge of a flat piece
# At a stair more than this part of the change is left when its edge has been bisected; at a bend, even one as steep as
# that of a square root, less is left.
MIN_STAIR = 2.0**-20


def noise_along(line: LineValues) -> list[float]:
    """Return the standard deviation of every component of f near the point; never below half a unit of rounding."""
    return _noise_at(line, 0.0)


def noise_around(line: LineValues) -> list[float]:
    """Return the noise at the point, or one step away if it is larger there: coarse values scatter as f changes."""
    return list(map(max, *(_noise_at(line, origin) for origin in (0.0, OUTER, -OUTER))))


def is_coarse(noise: float, value: float, rounding: float) -> bool:
    """Tell whether noise exceeds what rounding makes of doubles, as it always does in single precision."""
    return noise > COARSE * EPSILON * abs(value) or rounding > EPSILON


def _noise_at(line: LineValues, origin: float) -> list[float]:
    """Return the noise of every component around `origin`; 0 where f has no value there."""
    rows = [row for spacing in SPACINGS if (row := _row(line, spacing, origin)) is not None]
    noises, flat = [], {}
    for component, value in enumerate(line(origin)):
        columns = [row.column(component) for row in rows]
        half_ulp = 0.0 if math.isnan(value) else line.values.ulp(value) / 2
        noises.append(_combined_noise(line, component, columns, half_ulp))
        if columns and len(set(columns[0].values)) == 1 and noises[-1] <= MAX_ROUNDING_NOISE * half_ulp:
            flat[component] = columns[0].values[0]
    for component, height in _nearest_stairs(line, flat, origin).items():
        noises[component] = max(noises[component], height / math.sqrt(12))
    return noises


class ValueColumn(NamedTuple):
    """Values of one component at equal spacings, from t = first on."""

    first: float
    spacing: float
    values: list[float]

    @property
    def is_staircase(self) -> bool:
        """True if at least half of the neighbours are equal, but not all."""
        equal = sum(a == b for a, b in pairwise(self.values))
        return len(self.values) - 1 > equal >= (len(self.values) - 1) / 2


class Row(NamedTuple):
    """Values of all components at equal spacings, from t = first on."""

    first: float
    spacing: float
    values: list[list[float]]

    def column(self, component: int) -> ValueColumn:
        """Return the values of one component."""
        return ValueColumn(self.first, self.spacing, [values[component] for values in self.values])


def _row(line: LineValues, spacing: float, origin: float = 0.0) -> Row | None:
    """Return a row next to `origin`, on the right or else on the left; None where both have undefined values.

    The origin itself is left out: it may be a kink or a jump.
    """
    for first in (1, -ROW_LENGTH):
        values = [line(origin + k * spacing) for k in range(first, first + ROW_LENGTH)]
        if all(map(math.isfinite, (value for components in values for value in components))):
            return Row(origin + first * spacing, spacing, values)
    return None


def _combined_noise(line: LineValues, component: int, columns: Sequence[ValueColumn], half_ulp: float) -> float:
    """Return the noise that the rows show together, from the smallest spacing upwards, but at least half an ulp."""
    noise = half_ulp
    for column in columns:
        estimate = ecnoise(column.values)
        if estimate is None:
            continue
        if column.is_staircase:
            estimate = max(abs(b - a) for a, b in pairwise(column.values)) / math.sqrt(12)
        if estimate > SAME_NOISE * noise and not is_rough(line, component, column, estimate):
            break  # an oscillation of f; larger spacings see no more of the noise
        noise = max(noise, estimate)
    return noise


def is_rough(line: Callable[[float], Sequence[float]], component: int, column: ValueColumn, noise: float) -> bool:
    """Tell whether f bends by about the noise however close one looks, where the row bends most."""
    bends = _bends(column.values)
    left, width = column.first + bends.index(max(bends)) * column.spacing, column.spacing
    straight = 0
    while width > SPACINGS[0] and straight < MIN_STRAIGHT:
        left, width, bends = _halve_at_bend(line, component, left, width)
        if any(map(math.isnan, bends)):
            return True
        straight = straight + 1 if max(bends) < noise / 8 else 0
    return straight < MIN_STRAIGHT


def _bends(values: Sequence[float]) -> list[float]:
    """Return the absolute second differences."""
    return [abs(a - 2 * b + c) for a, b, c in zip(values, values[1:], values[2:], strict=False)]


def largest_stair(line: LineValues, component: int) -> float:
    """Return the highest stair at the sharpest bends of rows at many spacings; 0 where f is smooth.

    A sum in which one term is coarse changes everywhere, and has stairs all the same.
    """
    largest = 0.0
    for spacing in STAIR_SPACINGS:
        row = _row(line, spacing)
        if row is not None:
            column = row.column(component)
            bends, width = _bends(column.values), column.spacing
            first, left = max(bends), column.first + bends.index(max(bends)) * width
            while width > SPACINGS[0]:
                left, width, bends = _halve_at_bend(line, component, left, width)
            if max(bends) > first / 4:
                largest = max(largest, *bends)
    return largest


def _halve_at_bend(
    line: Callable[[float], Sequence[float]], component: int, left: float, width: float
) -> tuple[float, float, list[float]]:
    """Halve the spacing of three values; return the left end and spacing of the sharpest bend, and the bends there."""
    width = math.ceil(width / GRID / 2) * GRID
    bends = _bends([line(left + k * width)[component] for k in range(5)])
    return left + bends.index(max(bends)) * width, width, bends


def _nearest_stairs(line: LineValues, flat: Mapping[int, float], origin: float) -> dict[int, float]:
    """Return the height of the stair nearest to `origin` for every component that is flat next to it.

    `flat` maps these components to their values.
    """
    if not flat:
        return {}
    scale = max(map(abs, line.moves.values()))
    spacings = (*SPACINGS, *WIDE_SPACINGS)
    if scale < MIN_WIDE_SCALE:
        spacings += tuple(spacing / scale for spacing in WIDE_SPACINGS)
    stairs: dict[int, float] = {}
    for spacing in spacings:
        for component, base in flat.items():
            if component not in stairs:
                heights = [_first_stair(line, component, base, sign * spacing, origin) for sign in (1, -1)]
                if any(height is not None for height in heights):
                    stairs[component] = max(height or 0.0 for height in heights)
    return stairs


def _first_stair(line: LineValues, component: int, base: float, spacing: float, origin: float) -> float | None:
    """Return the height of the stair where f leaves `base`: 0 if it leaves continuously, None if it stays flat."""
    for k in range(1, ROW_LENGTH + 1):
        inner, outer = origin + (k - 1) * spacing, origin + k * spacing
        value = line(outer)[component]
        if math.isnan(value):
            return None
        if value != base:
            break
    else:
        return None
    departure = height = abs(value - base)
    for _ in range(MAX_BISECTIONS):
        middle = (inner + outer) / 2
        if abs(outer - inner) <= SPACINGS[0] or middle in (inner, outer):
            break
        value = line(middle)[component]
        if value == base or math.isnan(value):
            inner = middle
        else:
            outer, height = middle, abs(value - base)
    if abs(outer) < SPACINGS[0]:
        return None  # a jump at the point itself is not a sign of coarse values
    return height if height > departure * MIN_STAIR else 0.0


def ecnoise(values: Sequence[float]) -> float | None:
    """Return the standard deviation of the noise in values at equal spacings; None where they do not show it."""
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
        if max(three) <= 4 * min(three):  # the levels no longer fall: this is noise
            return max(three) or None
    return None
