"""Beyond a guard that no line has crossed: a point at which it has the other sign.

A condition on several variables at once, x^2 + y^2 < 1e-4, may hold on no line through the usual points.  From the
point at which the guard is nearest to 0 its value is driven down, one variable after the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from diffcompare.checking.pieces import INFINITY, all_scales, least
from diffcompare.evaluation import is_number, value_at
from diffcompare.expression import Expression
from diffcompare.wengert import listing, variables

ROUNDS = 4
MOST_GUARDS = 8
MOST_VARIABLES = 8
"""Guards that are looked at, and variables of one."""

Point = dict[str, float]


def crossings(guards: Sequence[Expression], points: Sequence[Mapping[str, float]]) -> list[Point]:
    """Points at which a guard of several variables has a sign that it has at none of these points."""
    found: list[Point] = []
    several = [guard for guard in guards if 1 < len(variables(listing(guard))) <= MOST_VARIABLES]
    for guard in several[:MOST_GUARDS]:
        heights = [(_height(guard, 1.0, point), point) for point in points]
        known = [(height, point) for height, point in heights if height and height != INFINITY]
        if known and len({height > 0 for height, _ in known}) == 1:
            sign = 1.0 if known[0][0] > 0 else -1.0
            _, start = min(known, key=lambda each: abs(each[0]))
            beyond = _driven_down(guard, sign, dict(start))
            if beyond is not None:
                found.append(_shortened(guard, sign, beyond))
    return found


def _height(guard: Expression, sign: float, point: Mapping[str, float]) -> float:
    value = value_at(guard, point)
    return sign * float(value) if is_number(value) else INFINITY  # type: ignore[arg-type]


def _driven_down(guard: Expression, sign: float, point: Point) -> Point | None:
    """A point at which sign * guard is negative; None where the descent ends above 0."""
    for _ in range(ROUNDS):
        before = point
        for name in variables(listing(guard)):
            point = _lowest_along(guard, sign, point, name)
            if _height(guard, sign, point) < 0:
                return point
        if point == before:
            break
    return None


def _lowest_along(guard: Expression, sign: float, point: Point, name: str) -> Point:
    def height(x: float) -> float:
        return _height(guard, sign, {**point, name: x})

    grid = sorted({point[name], *all_scales()})
    heights = [height(x) for x in grid]
    below = [x for x, value in zip(grid, heights, strict=True) if value < 0]
    if below:
        return {**point, name: min(below, key=lambda x: abs(x - point[name]))}
    lowest = min(range(len(grid)), key=heights.__getitem__)
    x = least(height, grid[max(lowest - 1, 0)], grid[min(lowest + 1, len(grid) - 1)])
    return {**point, name: min(x, grid[lowest], key=height)}


def _shortened(guard: Expression, sign: float, point: Point) -> Point:
    """The point with the fewest digits at which the sign is still the other one."""
    for digits in range(1, 17):
        short = {name: float(f"{x:.{digits}g}") + 0.0 for name, x in point.items()}
        if _height(guard, sign, short) < 0:
            return short
    return point
