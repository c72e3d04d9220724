"""Candidate points: some that a person can read, some near another one, and one inside a domain that is hard to hit."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

from diffcompare.backends.automatic import by_name
from diffcompare.language.expression import Expression
from diffcompare.language.wengert import active_nodes, variables, wengert_list
from diffcompare.numeric.arb_functions import SLOW_BITS
from diffcompare.numeric.evaluate import CAREFUL, evaluate_along, is_number, value_at, values_at
from diffcompare.numeric.sweeps import reverse
from diffcompare.verify.domain import INFINITY, minimum_near_grid, scale_grid, signed_value_along

Point: TypeAlias = dict[str, float]

# --- Points that a person can read, and points near a point -----------------------------------------------------------

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

    If something holds at all of them as well, it is not an accident of the point.
    """
    for turn in range(1, NEARBY_POINTS + 1):
        yield {
            name: x + NEARBY_DISTANCE * math.cos(turn * position) * (abs(x) + NEARBY_DISTANCE)
            for position, (name, x) in enumerate(point.items(), 1)
        }


# --- A point inside a domain that none of the usual points hits, however far away or narrow it is ---------------------
#
# The *constraints* are expressions that are positive inside the domain: x - 80 for ln(x - 80), 1 - u and 1 + u for
# asin(u).  One that is not met is picked at random and met by moving one of its variables to a place on the line at
# which as many of the others as possible are met.  A constraint that was met before may be given up for it, and is
# repaired afterwards, as in local search for satisfiability (Selman, Kautz & Cohen 1994).

MAX_STARTS = 3
MAX_MOVES, MOVES_PER_CONSTRAINT = 24, 6  # moves from one start: a fixed number, and more for every constraint
MAX_FAILED_MOVES = 6  # moves in succession that meet no constraint, before a start is given up
MAX_WORK = 4_000  # node evaluations along lines, for all starts together
WORK_PER_LINE, SLOW_OPERATION_WORK = 10, 1_500  # what a line costs besides its nodes, and what gamma or erf costs
MAX_CROSSINGS, BISECTIONS = 8, 40  # changes of a constraint along a line, the nearest to 0 first; steps to locate one
FRACTIONS = (0.5, 0.1, 0.9)  # of the way from one crossing to the next, where a line is evaluated as well
MAX_READABLE_VARIABLES = 8  # up to here the coordinates are made readable one by one, which takes a line each
MAX_PROJECTION_ROUNDS = 200
PROJECTION_MARGIN = 0.002  # the value that a projection gives to a constraint that was not met


def find_interior_point(
    constraints: Sequence[Expression],
    starts: Sequence[Mapping[str, float]],
    holds: Callable[[Point], bool],
    rng: random.Random,
    check: Callable[[], None],
) -> Point | None:
    """Return a point at which `holds` is true and no constraint is 0; None if none is found within the budget.

    `starts` are the points from which the search sets out; `check` may raise to end it.
    """
    if not constraints:
        return None
    search = _ConstraintSearch(constraints, holds, rng, check)
    for start in starts[:MAX_STARTS]:
        point = search.walk(dict(start))
        if point is not None:
            return with_fewest_digits(search.make_readable(point), search.is_inside)
    point = search.project(dict(starts[0])) if starts else None
    return None if point is None else with_fewest_digits(point, search.is_inside)


class _ConstraintSearch:
    """The constraints, and the ways to a point at which they are met."""

    def __init__(
        self,
        constraints: Sequence[Expression],
        holds: Callable[[Point], bool],
        rng: random.Random,
        check: Callable[[], None],
    ) -> None:
        self.constraints, self.holds, self.rng, self.check = constraints, holds, rng, check
        self.nodes = wengert_list(*constraints)
        self.names = {constraint: variables(wengert_list(constraint)) for constraint in constraints}
        self.affected: dict[str, list[Expression]] = {}  # the constraints that contain a variable
        for constraint, names in self.names.items():
            for name in names:
                self.affected.setdefault(name, []).append(constraint)
        self.work_left = MAX_WORK

    def is_inside(self, point: Point) -> bool:
        """Tell whether the point serves, and does not lie on the boundary of a constraint."""
        if not self.holds(point):
            return False
        values = values_at(self.nodes, point)
        return all(values[constraint] != 0 for constraint in self.constraints)

    def walk(self, point: Point) -> Point | None:
        """Meet one constraint after the other by moving one variable; return None where that leads nowhere."""
        failed_moves = 0
        for _ in range(MAX_MOVES + MOVES_PER_CONSTRAINT * len(self.constraints)):
            if self.is_inside(point):
                return point
            values = values_at(self.nodes, point)
            unmet = [c for c in self.constraints if is_number(values[c]) and values[c] <= 0]
            if not unmet or failed_moves == MAX_FAILED_MOVES or self.work_left <= 0:
                return None
            constraint = self.rng.choice(unmet)
            name = self.rng.choice(self.names[constraint])
            x, is_met = self.best_on_line(constraint, point, name)
            point = {**point, name: x}
            failed_moves = 0 if is_met else failed_moves + 1
        return None

    def best_on_line(self, constraint: Expression, point: Point, name: str) -> tuple[float, bool]:
        """Return the coordinate along a line that meets a constraint and most of the others, and whether it is met.

        Where the line meets it nowhere, the coordinate is the one at which it is closest to being met.
        """
        affected = self.affected[name]
        xs, columns = self.evaluate_line(point, name)
        met = [index for index, value in enumerate(columns[constraint]) if _is_met(value)]
        if not met:
            x = _closest_to_met(constraint, point, name, xs, columns[constraint])
            return x, _is_met(value_at(constraint, {**point, name: x}))
        counts = {index: sum(_is_met(columns[other][index]) for other in affected) for index in met}
        most = max(counts.values())
        return xs[self.rng.choice([index for index, count in counts.items() if count == most])], True

    def evaluate_line(self, point: Point, name: str) -> tuple[list[float], dict[Expression, list[object]]]:
        """Return rising coordinates along a line, and the values of the affected constraints there.

        The coordinates are of all scales, and also beside and between the crossings of the constraints.
        """
        affected, grid = self.affected.get(name, []), scale_grid()
        if not affected:
            return sorted({point[name], *grid}), {}
        nodes = wengert_list(*affected)
        self.work_left -= WORK_PER_LINE + sum(map(_cost, nodes))
        first = evaluate_along(nodes, point, name, grid, self.check)
        crossings = sorted(x for c in affected for x in _crossings(c, point, name, grid, first[c]))
        between = [low + fraction * (high - low) for low, high in pairwise(crossings) for fraction in FRACTIONS]
        distances = [(x, distance) for x in crossings for distance in (1.0, 0.01 * abs(x), abs(x))]
        beside = [x + sign * distance for x, distance in distances for sign in (1, -1)]
        added = list({point[name], *between, *beside})
        second = evaluate_along(nodes, point, name, added, self.check)
        xs = [*grid, *added]
        order = sorted(range(len(xs)), key=xs.__getitem__)
        columns = {constraint: [*first[constraint], *second[constraint]] for constraint in affected}
        ordered = {constraint: [column[index] for index in order] for constraint, column in columns.items()}
        return [xs[index] for index in order], ordered

    def project(self, point: Point) -> Point | None:
        """Meet one constraint after the other by a step along its gradient, the shortest way (Kaczmarz 1937).

        This leads between curved walls, where no line along a single variable does.
        """
        lists = [(nodes, active_nodes(nodes, point)) for nodes in map(wengert_list, self.constraints)]
        for _ in range(min(MAX_PROJECTION_ROUNDS, MAX_WORK // len(self.nodes))):
            for nodes, active in lists:
                self.check()
                values = values_at(nodes, point)
                if not is_number(values[nodes[-1]]) or values[nodes[-1]] >= PROJECTION_MARGIN:
                    continue
                gradient = by_name(reverse(nodes, values, active, nodes[-1], CAREFUL), list(point))
                squared_norm = sum(partial * partial for partial in gradient.values())
                if not 0 < squared_norm < INFINITY:
                    return None
                step = (PROJECTION_MARGIN - values[nodes[-1]]) / squared_norm
                point = {name: float(x + step * gradient[name]) for name, x in point.items()}
            if self.is_inside(point):
                return point
        return None

    def make_readable(self, point: Point) -> Point:
        """Return the point with each coordinate in turn replaced by the most readable one that still serves."""
        if len(point) > MAX_READABLE_VARIABLES:
            return point
        for name in [*point, *reversed(point)]:  # the coordinates of x > y > z > 100 come down from the last one
            for x in sorted(self.evaluate_line(point, name)[0], key=lambda x: reading_effort({name: x})):
                if self.is_inside({**point, name: x}):
                    point = {**point, name: x}
                    break
        return point


def _cost(node: Expression) -> int:
    return SLOW_OPERATION_WORK if node.operation is not None and node.operation.name in SLOW_BITS else 1


def _crossings(
    constraint: Expression, point: Point, name: str, grid: Sequence[float], values: Sequence[object]
) -> list[float]:
    """Return the coordinates at which a constraint begins or ceases to be met along a line, the nearest to 0 first."""
    met = list(map(_is_met, values))
    cells = [index for index in range(len(grid) - 1) if met[index] != met[index + 1]]
    crossings = []
    for index in sorted(cells, key=lambda index: abs(grid[index]))[:MAX_CROSSINGS]:
        low, high = grid[index], grid[index + 1]
        for _ in range(BISECTIONS):
            middle = low + (high - low) / 2
            if _is_met(value_at(constraint, {**point, name: middle})) == met[index]:
                low = middle
            else:
                high = middle
        crossings.append(_short_number_near(high))
    return crossings


def _short_number_near(x: float) -> float:
    """Return x with six digits, if that is within the accuracy of the bisection."""
    short = float(f"{x:.6g}")
    return short if abs(short - x) <= 1e-9 * abs(x) else x


def _is_met(value: object) -> bool:
    return is_number(value) and value > 0  # type: ignore[operator]


def _closest_to_met(
    constraint: Expression, point: Point, name: str, xs: Sequence[float], values: Sequence[object]
) -> float:
    """Return the coordinate at which a constraint is largest, along a line that meets it nowhere."""
    deficits = [-float(value) if is_number(value) else INFINITY for value in values]  # type: ignore[arg-type]
    return minimum_near_grid(signed_value_along(constraint, -1.0, name, point), xs, deficits)
