"""A point within a domain in which none of the usual points is, however far or narrow that is.

What is to be positive there are the *demands* of the operations: x - 80 for ln(x - 80), 1 - u and 1 + u for asin(u).
One that is not met is picked at random and met by moving one of its variables, to a place on the line at which as many
of the others are met as can be: what was met before may be given up for it, and is mended afterwards (Selman, Kautz &
Cohen 1994 do so with formulas of logic).
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from diffcompare.backends.automatic import by_name
from diffcompare.language.expression import Expression
from diffcompare.language.wengert import active_nodes, variables, wengert_list
from diffcompare.numeric.arb_functions import SLOW_BITS
from diffcompare.numeric.evaluate import CAREFUL, evaluate_along, is_number, value_at, values_at
from diffcompare.numeric.sweeps import reverse
from diffcompare.verify.domain import INFINITY, all_scales, least

# What it takes to read a point and to picture it: of two points the one with less is shown.

PER_FACTOR_OF_TEN = 8

"""Digits that are read as easily as a point is pictured that is ten times as far away."""


def effort(point: Mapping[str, float]) -> float:
    """The digits of a point, and how far its coordinates are from those between 1 and 10."""
    digits = sum(len(f"{x:.17g}") for x in point.values())
    far = sum(max(abs(math.log10(abs(x)) - 0.5) - 0.5, 0.0) for x in point.values() if x)
    return digits + PER_FACTOR_OF_TEN * far


STEPS, PER_DEMAND = 24, 6

"""Moves from one start, and for every demand in addition."""

IN_VAIN = 6

"""Moves one after the other by which nothing was met, before that is given up."""

STARTS = 3

WORK, PER_LINE, SLOW = 4_000, 10, 1_500

"""Nodes that may be looked at along lines; what a line costs beside its nodes, and what a slow function costs."""

CUTS, HALVINGS = 8, 40

"""Places at which a demand begins or ceases to be met, those nearest to 0; and how finely they are looked for."""

FEW = 8

"""Variables of a point whose digits are worth the time."""

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
) -> Point | None:
    """A point at which all demands are met, or at least `holds`; None where none is found in reasonable time."""
    if not demands:
        return None
    search = _Search(demands, holds, rng, check)
    for start in starts[:STARTS]:
        point = search.walked(dict(start))
        if point is not None:
            return search.shortened(search.tamed(point) if len(point) <= FEW else point)
    point = search.projected(dict(starts[0])) if starts else None
    return None if point is None else search.shortened(point)


class _Search:
    """The demands, and the way to where they are met."""

    def __init__(
        self,
        demands: Sequence[Expression],
        holds: Callable[[Point], bool],
        rng: random.Random,
        check: Callable[[], None],
    ) -> None:
        self.demands, self.holds, self.rng, self.check = demands, holds, rng, check
        self.nodes = wengert_list(*demands)
        self.names = {demand: variables(wengert_list(demand)) for demand in demands}
        self.moved: dict[str, list[Expression]] = {}
        """The demands by the variables that are in them."""
        for demand, names in self.names.items():
            for name in names:
                self.moved.setdefault(name, []).append(demand)
        self.left = WORK

    def inside(self, point: Point) -> bool:
        """Whether it holds, and not at an edge."""
        if not self.holds(point):
            return False
        values = values_at(self.nodes, point)
        return all(values[demand] != 0 for demand in self.demands)

    def walked(self, point: Point) -> Point | None:
        """Meet one demand after the other by moving one variable."""
        in_vain = 0
        for _ in range(STEPS + PER_DEMAND * len(self.demands)):
            if self.inside(point):
                return point
            values = values_at(self.nodes, point)
            unmet = [demand for demand in self.demands if is_number(values[demand]) and values[demand] <= 0]
            if not unmet or in_vain == IN_VAIN or self.left <= 0:
                return None
            demand = self.rng.choice(unmet)
            name = self.rng.choice(self.names[demand])
            x, is_met = self.best(demand, point, name)
            point = {**point, name: x}
            in_vain = 0 if is_met else in_vain + 1
        return None

    def best(self, demand: Expression, point: Point, name: str) -> tuple[float, bool]:
        """Where along the line the demand is met, and as many of the others as possible; else where it nearly is."""
        moved = self.moved[name]
        xs, columns = self.along(point, name)
        met = [place for place, value in enumerate(columns[demand]) if _is_met(value)]
        if not met:
            x = _highest(demand, point, name, xs, columns[demand])
            return x, _is_met(value_at(demand, {**point, name: x}))
        counts = {place: sum(_is_met(columns[each][place]) for each in moved) for place in met}
        most = max(counts.values())
        return xs[self.rng.choice([place for place, count in counts.items() if count == most])], True

    def along(self, point: Point, name: str) -> tuple[list[float], dict[Expression, list[object]]]:
        """Places along a line, rising, with the demands there: of all scales, and beside and between their edges."""
        moved, grid = self.moved.get(name, []), all_scales()
        if not moved:
            return sorted({point[name], *grid}), {}
        nodes = wengert_list(*moved)
        self.left -= PER_LINE + sum(map(_cost, nodes))
        first = evaluate_along(nodes, point, name, grid, self.check)
        cuts = sorted(x for demand in moved for x in _cuts(demand, point, name, grid, first[demand]))
        between = [low + part * (high - low) for low, high in pairwise(cuts) for part in WITHIN]
        beside = [cut + sign * way for cut in cuts for sign in (1, -1) for way in (1.0, 0.01 * abs(cut), abs(cut))]
        added = list({point[name], *between, *beside})
        then = evaluate_along(nodes, point, name, added, self.check)
        xs = [*grid, *added]
        order = sorted(range(len(xs)), key=xs.__getitem__)
        columns = {demand: [*first[demand], *then[demand]] for demand in moved}
        return [xs[place] for place in order], {
            demand: [column[place] for place in order] for demand, column in columns.items()
        }

    def projected(self, point: Point) -> Point | None:
        """Meet one demand after the other by the shortest way, as far as its slope tells (Kaczmarz 1937).

        Between curved walls, where no line along a variable leads.
        """
        lists = [(wengert_list(demand), active_nodes(wengert_list(demand), point)) for demand in self.demands]
        for _ in range(min(ROUNDS, WORK // len(self.nodes))):
            for nodes, active in lists:
                self.check()
                values = values_at(nodes, point)
                if not is_number(values[nodes[-1]]) or values[nodes[-1]] >= LITTLE:
                    continue
                slopes = by_name(reverse(nodes, values, active, nodes[-1], CAREFUL), list(point))
                steepness = sum(slope * slope for slope in slopes.values())
                if not 0 < steepness < INFINITY:
                    return None
                way = (LITTLE - values[nodes[-1]]) / steepness
                point = {name: float(x + way * slopes[name]) for name, x in point.items()}
            if self.inside(point):
                return point
        return None

    def tamed(self, point: Point) -> Point:
        """The point with every coordinate, one after the other, as near and with as few digits as it can be."""
        for name in [*point, *reversed(point)]:  # x > y > z > 100 is tamed from its end
            for x in sorted(self.along(point, name)[0], key=lambda x: effort({name: x})):
                if self.inside({**point, name: x}):
                    point = {**point, name: x}
                    break
        return point

    def shortened(self, point: Point) -> Point:
        """The point with the fewest digits that it can do with."""
        for digits in range(1, 17):
            short = {name: float(f"{x:.{digits}g}") + 0.0 for name, x in point.items()}
            if self.inside(short):
                return short
        return point


def _cost(node: Expression) -> int:
    return SLOW if node.operation is not None and node.operation.name in SLOW_BITS else 1


def _cuts(demand: Expression, point: Point, name: str, grid: Sequence[float], values: Sequence[object]) -> list[float]:
    """Where along a line a demand begins or ceases to be met."""
    met = list(map(_is_met, values))
    cells = [place for place in range(len(grid) - 1) if met[place] != met[place + 1]]
    found = []
    for place in sorted(cells, key=lambda place: abs(grid[place]))[:CUTS]:
        low, high = grid[place], grid[place + 1]
        for _ in range(HALVINGS):
            middle = low + (high - low) / 2
            if _is_met(value_at(demand, {**point, name: middle})) == met[place]:
                low = middle
            else:
                high = middle
        found.append(_plain(low, high))
    return found


def _plain(low: float, high: float) -> float:
    """A number of few digits there, if there is one."""
    short = float(f"{high:.6g}")
    return short if abs(short - high) <= 1e-9 * abs(high) else high


def _is_met(value: object) -> bool:
    return is_number(value) and value > 0  # type: ignore[operator]


def _highest(demand: Expression, point: Point, name: str, xs: Sequence[float], values: Sequence[object]) -> float:
    """Where a demand that is met nowhere along the line is nearest to it."""

    def depth(x: float) -> float:
        value = value_at(demand, {**point, name: x})
        return -float(value) if is_number(value) else INFINITY  # type: ignore[arg-type]

    depths = [-float(value) if is_number(value) else INFINITY for value in values]  # type: ignore[arg-type]
    place = min(range(len(xs)), key=depths.__getitem__)
    x = least(depth, xs[max(place - 1, 0)], xs[min(place + 1, len(xs) - 1)])
    return min(x, xs[place], key=depth)
