"""Points that a person can read: the effort that a point takes, points with few digits, and points near a point."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

Point: TypeAlias = dict[str, float]

DIGITS_PER_DECADE = 8  # a point ten times as far away takes as much effort as this many digits
MAX_DIGITS_OF_DOUBLE = 17
NEARBY_DISTANCE = 1e-7  # relative to a coordinate
NEARBY_POINTS = 8


def reading_effort(point: Mapping[str, float]) -> float:
    """Return what it takes to read a point and to picture it: its digits, and its distance from those between 1 and 10.

    Of several points that show something, the one with the least effort is shown to the user.
    """
    digits = sum(len(f"{x:.17g}") for x in point.values())
    decades = sum(max(abs(math.log10(abs(x)) - 0.5) - 0.5, 0.0) for x in point.values() if x)
    return digits + DIGITS_PER_DECADE * decades


def with_fewest_digits(point: Point, holds: Callable[[Point], bool]) -> Point:
    """Return the point rounded to the fewest digits at which `holds` is still true, else the point itself."""
    for digits in range(1, MAX_DIGITS_OF_DOUBLE):
        rounded = {name: float(f"{x:.{digits}g}") + 0.0 for name, x in point.items()}
        if holds(rounded):
            return rounded
    return point


def nearby_points(point: Mapping[str, float]) -> Iterator[Point]:
    """Yield points very near to a point, with every coordinate changed, in directions without a pattern.

    What holds at all of them as well is no accident of the point.
    """
    for turn in range(1, NEARBY_POINTS + 1):
        yield {
            name: x + NEARBY_DISTANCE * math.cos(turn * position) * (abs(x) + NEARBY_DISTANCE)
            for position, (name, x) in enumerate(point.items(), 1)
        }
