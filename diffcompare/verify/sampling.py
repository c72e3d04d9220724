"""Sample points: few digits, in every interval of every variable, at several scales, and some at random."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, islice, product, zip_longest
from typing import NamedTuple, TypeAlias

from diffcompare.inputs.point import candidates
from diffcompare.language.expression import Expression
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.numeric.evaluate import is_number, value_at, values_at
from diffcompare.verify.candidate_points import Point, find_interior_point, with_fewest_digits
from diffcompare.verify.domain import (
    INFINITY,
    REAL_LINE,
    Interval,
    constraints,
    find_guards,
    intervals_along,
    minimum_near_grid,
    scale_grid,
    signed_value_along,
)

# Sign search: a point at which a guard has the sign that it has on no line so far.
#
# A condition on several variables at once, x^2 + y^2 < 1e-4, may hold on no line through the usual points.  Coordinate
# descent starts at the point where the modulus of the guard is least.

MAX_DESCENT_ROUNDS = 4
MAX_SEARCHED_GUARDS = 8
MAX_GUARD_VARIABLES = 8


def opposite_sign_points(guards: Sequence[Expression], points: Sequence[Mapping[str, float]]) -> list[Point]:
    """Return points at which guards of several variables have a sign that they have at none of the given points."""
    opposite: list[Point] = []
    several = [guard for guard in guards if 1 < len(variables(wengert_list(guard))) <= MAX_GUARD_VARIABLES]
    for guard in several[:MAX_SEARCHED_GUARDS]:
        values = [(_signed_value_at(guard, 1.0, point), point) for point in points]
        known = [(value, point) for value, point in values if value and value != INFINITY]
        if known and len({value > 0 for value, _ in known}) == 1:
            sign = 1.0 if known[0][0] > 0 else -1.0
            _, start = min(known, key=lambda sample: abs(sample[0]))
            end = _descend(guard, sign, dict(start))
            if end is not None:
                is_opposite = partial(_is_negative, guard, sign)
                opposite.append(with_fewest_digits(end, is_opposite))
    return opposite


def _is_negative(guard: Expression, sign: float, point: Mapping[str, float]) -> bool:
    return _signed_value_at(guard, sign, point) < 0


def _signed_value_at(guard: Expression, sign: float, point: Mapping[str, float]) -> float:
    value = value_at(guard, point)
    return sign * float(value) if is_number(value) else INFINITY  # type: ignore[arg-type]


def _descend(guard: Expression, sign: float, point: Point) -> Point | None:
    """Return a point at which sign * guard is negative, by coordinate descent; None where that ends above 0."""
    for _ in range(MAX_DESCENT_ROUNDS):
        before = point
        for name in variables(wengert_list(guard)):
            point = _descend_along(guard, sign, point, name)
            if _is_negative(guard, sign, point):
                return point
        if point == before:
            break
    return None


def _descend_along(guard: Expression, sign: float, point: Point, name: str) -> Point:
    """Move one variable to the nearest place at which sign * guard is negative, else to its minimum."""
    height = signed_value_along(guard, sign, name, point)
    grid = sorted({point[name], *scale_grid()})
    heights = [height(x) for x in grid]
    below = [x for x, value in zip(grid, heights, strict=True) if value < 0]
    if below:
        return {**point, name: min(below, key=lambda x: abs(x - point[name]))}
    return {**point, name: minimum_near_grid(height, grid, heights)}


# The sample points.

POINTS_PER_INTERVAL = 16  # of the only variable
POINTS_PER_INTERVAL_OF_LINE = 4  # with several variables, where a line is one of many
MAX_LINE_INTERVALS = 25
MAX_LINES = 24
MAX_LINE_WORK = 12_000  # nodes times lines: every line evaluates all nodes some hundred times
MAX_CORNERS = 36  # points at which each of several variables is in an interval of its own
RANDOM_POINTS = 24
RANDOM_DIGITS = 4
USUAL_COORDINATES = (2.0, -1.0, 0.5, -3.0, 10.0, -40.0, 1e3, -1e3, 1e6, -1e-3, 0.7, 1.3)


class SamplePoint(NamedTuple):
    """A point at which formulas are compared, and the interval that it represents; a random point represents none."""

    point: Point
    name: str | None = None
    """The variable of the interval."""
    interval: Interval = REAL_LINE
    is_boundary: bool = False
    """True for an end of the interval, where a formula may have a hole."""


DividedLine: TypeAlias = tuple[Point, str, Sequence[Interval]]  # a point on the line, its variable, its intervals


def sample_points(
    expression: Expression,
    answers: Mapping[str, Expression],
    names: Sequence[str],
    usable: Callable[[Point], bool],
    conditions: Sequence[Expression] = (),
    seed: int = 0,
    check: Callable[[], None] = lambda: None,
) -> Iterator[SamplePoint]:
    """Yield sample points: few digits first in each interval, and one point of every interval before a second.

    Args:
        expression: The function.
        answers: The formulas that are compared with its partials.
        names: All variables.
        usable: Tells whether everything has a value in doubles at a point; lines are laid through such points only.
        conditions: Expressions that are 0 where the user wants no points.
        seed: Of the random numbers.
        check: Called now and then; it may raise to end the search.
    """
    if not names:
        yield SamplePoint({})
        return
    rng, allowed = random.Random(seed), _allowed(conditions)
    formulas = [expression, *answers.values(), *conditions]
    guards = find_guards(wengert_list(*formulas))
    lines: list[tuple[Point, str]] = [({}, names[0])]
    scattered: list[Point] = []
    if len(names) > 1:
        drawn = _scatter(names, rng)
        scattered = [point for point in drawn if allowed(point)]
        if not any(map(usable, scattered)):
            starts = [*scattered, *drawn]
            scattered = [*_search_domain(expression, formulas, conditions, starts, usable, rng, check), *scattered]
        yield from map(SamplePoint, scattered)
        most = max(min(MAX_LINES, MAX_LINE_WORK // len(wengert_list(*formulas, *guards))), 1)
        lines = _lines(names, filter(usable, scattered), most) or _lines(names, (scattered or drawn)[:1], most)
    divided = [
        (base, name, intervals_along(formulas, guards, name, base, check)[:MAX_LINE_INTERVALS]) for base, name in lines
    ]
    first, *others = _by_round(divided, rng, single_variable=len(names) == 1)
    if len(names) > 1:
        first += map(SamplePoint, _corners(names, first, rng))
        first += map(SamplePoint, opposite_sign_points(guards, [*scattered, *[sample.point for sample in first]]))
    for sample in chain(first, *others, _boundary_points(divided)):
        if allowed(sample.point):
            yield sample


def _by_round(divided: Sequence[DividedLine], rng: random.Random, *, single_variable: bool) -> list[list[SamplePoint]]:
    """Return the first points of all intervals, then the second ones, and so on; at least one list."""
    count = POINTS_PER_INTERVAL if single_variable else POINTS_PER_INTERVAL_OF_LINE
    rows = [
        [SamplePoint({**base, name: x}, name, interval) for x in _numbers_within(interval, count, rng)]
        for base, name, intervals in divided
        for interval in intervals
    ]
    return [[sample for sample in column if sample is not None] for column in zip_longest(*rows)] or [[]]


def _boundary_points(divided: Sequence[DividedLine]) -> Iterator[SamplePoint]:
    """Yield the lower ends of all intervals but the lowest of a line, which has none."""
    for base, name, intervals in divided:
        for interval in intervals[1:]:
            yield SamplePoint({**base, name: interval.low}, name, interval, is_boundary=True)


def _lines(names: Sequence[str], bases: Iterable[Point], most: int) -> list[tuple[Point, str]]:
    """Return lines through some points along every variable, at most `most` of them."""
    return [(base, name) for base in islice(bases, max(most // len(names), 1)) for name in names][:most]


def _search_domain(
    expression: Expression,
    formulas: Sequence[Expression],
    conditions: Sequence[Expression],
    starts: Sequence[Point],
    usable: Callable[[Point], bool],
    rng: random.Random,
    check: Callable[[], None],
) -> list[Point]:
    """Return a point in the domain of all formulas; if none is found, one in the domain of the function alone."""
    allowed, defined = _allowed(conditions), _defined(expression)
    required: list[Expression] = []
    for roots, holds in ((formulas, usable), ([expression], defined)):
        before, required = required, constraints(wengert_list(*roots), conditions)
        if holds is defined and (required == before or any(map(defined, starts))):
            break

        def serves(point: Point, holds: Callable[[Point], bool] = holds) -> bool:
            return holds(point) and allowed(point)

        point = find_interior_point(required, starts, serves, rng, check)
        if point is not None:
            return [point]
    return []


def _corners(names: Sequence[str], samples: Sequence[SamplePoint], rng: random.Random) -> Iterator[Point]:
    """Yield points with every coordinate in an interval of its own, like the corner where x > 50 and y > 50."""
    choices = [list(dict.fromkeys(sample.point[name] for sample in samples if sample.name == name)) for name in names]
    if not all(choices):
        return
    if math.prod(map(len, choices)) <= MAX_CORNERS:
        corners = list(product(*choices))
    else:
        corners = [tuple(map(rng.choice, choices)) for _ in range(MAX_CORNERS)]
    for corner in corners:
        yield dict(zip(names, corner, strict=True))


def _allowed(conditions: Sequence[Expression]) -> Callable[[Point], bool]:
    """Return a function that tests whether all conditions hold at a point."""
    nodes = wengert_list(*conditions)

    def allowed(point: Point) -> bool:
        values = values_at(nodes, point)
        return all(is_number(values[condition]) and values[condition] != 0 for condition in conditions)

    return allowed


def _defined(expression: Expression) -> Callable[[Point], bool]:
    """Return a function that tests whether the expression has a value in doubles at a point."""
    nodes = wengert_list(expression)
    return lambda point: is_number(values_at(nodes, point)[expression])


def _scatter(names: Sequence[str], rng: random.Random) -> list[Point]:
    """Return points with all variables set at once: the usual candidates, then random ones of several scales."""
    usual = [point for point in candidates(list(names)) if all(abs(x) < 1e3 for x in point.values())]
    scattered = [
        {name: rng.choice((1, 1, -1)) * _shorten(rng.random() * scale) for name in names}
        for scale in (1.0, 3.0, 10.0, 100.0, 1.0, 3.0) * (RANDOM_POINTS // 6)
    ]
    return [*usual, *scattered]


def _numbers_within(interval: Interval, count: int, rng: random.Random) -> Iterator[float]:
    """Yield numbers within an interval: simple ones, some near its ends, some far out, some at random."""
    yielded: set[float] = set()
    for x in _candidate_numbers(interval, rng):
        short = _fewest_digits_near(interval, x)
        if short is not None and short not in yielded:
            yielded.add(short)
            yield short
            if len(yielded) == count:
                return


def _candidate_numbers(interval: Interval, rng: random.Random) -> Iterator[float]:
    """Yield numbers within an interval that a person would try, then numbers at fractions of it or beyond its end."""
    low, high = interval
    yield from (x for x in USUAL_COORDINATES if low < x < high)
    if low != -INFINITY and high != INFINITY:
        for fraction in (0.5, 0.1, 0.9, 0.25, 0.001, 0.999):
            yield low + fraction * (high - low)
        for _ in range(POINTS_PER_INTERVAL):
            yield low + rng.random() * (high - low)
    elif low == -INFINITY and high == INFINITY:
        while True:
            yield rng.choice((1, -1)) * 10 ** rng.uniform(-3, 2)
    else:
        end, outwards = (high, -1.0) if low == -INFINITY else (low, 1.0)
        scale = max(abs(end), 1.0)
        for distance in (1.0, 0.01, 10.0, 1e-5, 1e3, 1e6):
            yield end + outwards * distance * scale
        while True:
            yield end + outwards * 10 ** rng.uniform(-3, 2) * scale


def _fewest_digits_near(interval: Interval, x: float) -> float | None:
    """Return the number with the fewest digits close to x and inside the interval with a margin; None without one."""
    margin = min(x - interval.low, interval.high - x) / 4
    if not margin > 0:
        return None
    for digits in range(1, 17):
        short = float(f"{x:.{digits}g}")
        if abs(short - x) <= min(margin, 0.05 * abs(x)) and interval.low < short < interval.high:
            return short + 0.0
    return x if math.isfinite(x) else None


def _shorten(x: float) -> float:
    return float(f"{x:.{RANDOM_DIGITS}g}")
