"""A point within a domain in which none of the usual points is, however far or narrow that is.

What is to be positive there are the *demands* of the operations: x - 80 for ln(x - 80), 1 - u and 1 + u for asin(u).
One that is not met is picked at random and met by moving one of its variables, to a place on the line at which as many
of the others are met as can be: what was met before may be given up for it, and is mended afterwards (Selman, Kautz &
Cohen 1994 do so with formulas of logic).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from diffcompare.backends.automatic import by_name
from diffcompare.checking.effort import effort
from diffcompare.checking.pieces import INFINITY, all_scales, boundaries, least
from diffcompare.evaluation import CAREFUL, columns_along, is_number, value_at, values_at
from diffcompare.expression import Expression
from diffcompare.sweeps import reverse
from diffcompare.wengert import active_nodes, listing, variables

STEPS = 40
"""Moves from one start, and for every demand in addition."""
PER_DEMAND = 4
STARTS = 8
ENOUGH = 2
"""Points that are wanted."""
LITTLE = 0.002
"""What is aimed at between curved walls."""
ROUNDS = 200
WITHIN = (0.5, 0.1, 0.9)
"""Parts of the way from one boundary to the next at which it is tried."""

Point = dict[str, float]


def interior(
    demands: Sequence[Expression],
    starts: Sequence[Mapping[str, float]],
    holds: Callable[[Point], bool],
    rng: random.Random,
    check: Callable[[], None],
) -> list[Point]:
    """Some points at which all demands are met, or at least `holds`; few or none where that is not managed in time."""
    if not demands:
        return []
    nodes = listing(*demands)

    def inside(point: Point) -> bool:
        """Whether it holds, and not at an edge."""
        if not holds(point):
            return False
        values = values_at(nodes, point)
        return all(values[demand] != 0 for demand in demands)

    found: list[Point] = []
    for start in starts[:STARTS]:
        point = _walked(demands, dict(start), inside, rng, check)
        if point is not None:
            found.append(_tamed(point, demands, inside, check))
            if len(found) == ENOUGH:
                break
    if not found and starts:
        point = _projected(demands, dict(starts[0]), inside, check)
        found = [] if point is None else [_shortened(point, inside)]
    return found


def _projected(
    demands: Sequence[Expression], point: Point, holds: Callable[[Point], bool], check: Callable[[], None]
) -> Point | None:
    """Between curved walls, where no line along a variable leads: one demand after the other is met by the shortest
    way, as far as its slope tells (Kaczmarz 1937)."""
    lists = [(listing(demand), active_nodes(listing(demand), point)) for demand in demands]
    for _ in range(ROUNDS):
        for nodes, active in lists:
            check()
            values = values_at(nodes, point)
            if not is_number(values[nodes[-1]]) or values[nodes[-1]] >= LITTLE:
                continue
            slopes = by_name(reverse(nodes, values, active, nodes[-1], CAREFUL), list(point))
            steepness = sum(slope * slope for slope in slopes.values())
            if not 0 < steepness < INFINITY:
                return None
            way = (LITTLE - values[nodes[-1]]) / steepness
            point = {name: float(x + way * slopes[name]) for name, x in point.items()}
        if holds(point):
            return point
    return None


def _walked(
    demands: Sequence[Expression],
    point: Point,
    holds: Callable[[Point], bool],
    rng: random.Random,
    check: Callable[[], None],
) -> Point | None:
    nodes = listing(*demands)
    for _ in range(STEPS + PER_DEMAND * len(demands)):
        if holds(point):
            return point
        values = values_at(nodes, point)
        unmet = [demand for demand in demands if is_number(values[demand]) and values[demand] <= 0]
        if not unmet:
            return None
        demand = rng.choice(unmet)
        name = rng.choice(variables(listing(demand)))
        point = {**point, name: _best(demand, demands, point, name, rng, check)}
    return None


def _best(
    demand: Expression,
    demands: Sequence[Expression],
    point: Point,
    name: str,
    rng: random.Random,
    check: Callable[[], None],
) -> float:
    """Where along the line the demand is met and as many of the others as possible; or where it comes nearest to it."""
    xs = _along(demands, point, name, check)
    columns = columns_along(listing(*demands), point, name, xs, check)
    met = [place for place, value in enumerate(columns[demand]) if is_number(value) and value > 0]
    if not met:
        return _highest(demand, point, name, xs, columns[demand])
    unmet = [
        sum(not (is_number(columns[each][place]) and columns[each][place] > 0) for each in demands) for place in met
    ]
    best = [place for place, count in zip(met, unmet, strict=True) if count == min(unmet)]
    return xs[rng.choice(best)]


def _highest(demand: Expression, point: Point, name: str, xs: Sequence[float], values: Sequence[object]) -> float:
    """Where a demand that is met nowhere along the line is nearest to it."""

    def depth(x: float) -> float:
        value = value_at(demand, {**point, name: x})
        return -float(value) if is_number(value) else INFINITY  # type: ignore[arg-type]

    depths = [-float(value) if is_number(value) else INFINITY for value in values]  # type: ignore[arg-type]
    place = min(range(len(xs)), key=depths.__getitem__)
    x = least(depth, xs[max(place - 1, 0)], xs[min(place + 1, len(xs) - 1)])
    return min(x, xs[place], key=depth)


def _along(demands: Sequence[Expression], point: Point, name: str, check: Callable[[], None]) -> list[float]:
    """Places along a line: those of all scales, and some between any two boundaries of the demands."""
    moved = [demand for demand in demands if name in variables(listing(demand))]
    cuts = boundaries([], moved, name, point, check)
    between = [low + part * (high - low) for low, high in pairwise(cuts) for part in WITHIN]
    beside = [cut + sign * way for cut in cuts for sign in (1, -1) for way in (1.0, 0.01 * abs(cut), abs(cut))]
    return sorted({point[name], *all_scales(), *between, *beside})


def _tamed(
    point: Point, demands: Sequence[Expression], holds: Callable[[Point], bool], check: Callable[[], None]
) -> Point:
    """The point with every coordinate, one after the other, as near and with as few digits as it can be."""
    for name in [*point, *reversed(point)]:  # x > y > z > 100 is tamed from its end
        xs = _along(demands, point, name, check)
        for x in sorted(xs, key=lambda x: effort({name: x})):
            if holds({**point, name: x}):
                point = {**point, name: x}
                break
    return _shortened(point, holds)


def _shortened(point: Point, holds: Callable[[Point], bool]) -> Point:
    """The point with the fewest digits that it can do with."""
    for digits in range(1, 17):
        short = {name: float(f"{x:.{digits}g}") + 0.0 for name, x in point.items()}
        if holds(short):
            return short
    return point
