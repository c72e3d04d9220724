"""Where to look: points with few digits in every piece of every variable, at several scales, and some at random."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, product, zip_longest
from typing import NamedTuple

from diffcompare.inputs.point import candidates
from diffcompare.language.expression import Expression
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.numeric.evaluate import is_number, value_at, values_at
from diffcompare.verify.domain import INFINITY, WHOLE, Piece, all_scales, demands, guards, least, pieces
from diffcompare.verify.interior_points import interior

# Beyond a guard that no line has crossed: a point at which it has the other sign.
#
# A condition on several variables at once, x^2 + y^2 < 1e-4, may hold on no line through the usual points. From the
# point at which the guard is nearest to 0 its value is driven down, one variable after the other.

ROUNDS = 4

MAX_GUARDS = 8

MAX_VARIABLES = 8

"""Guards that are looked at, and variables of one."""

_Point = dict[str, float]


def crossings(guards: Sequence[Expression], points: Sequence[Mapping[str, float]]) -> list[_Point]:
    """Points at which a guard of several variables has a sign that it has at none of these points."""
    found: list[_Point] = []
    several = [guard for guard in guards if 1 < len(variables(wengert_list(guard))) <= MAX_VARIABLES]
    for guard in several[:MAX_GUARDS]:
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


def _driven_down(guard: Expression, sign: float, point: _Point) -> _Point | None:
    """A point at which sign * guard is negative; None where the descent ends above 0."""
    for _ in range(ROUNDS):
        before = point
        for name in variables(wengert_list(guard)):
            point = _lowest_along(guard, sign, point, name)
            if _height(guard, sign, point) < 0:
                return point
        if point == before:
            break
    return None


def _lowest_along(guard: Expression, sign: float, point: _Point, name: str) -> _Point:
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


def _shortened(guard: Expression, sign: float, point: _Point) -> _Point:
    """The point with the fewest digits at which the sign is still the other one."""
    for digits in range(1, 17):
        short = {name: float(f"{x:.{digits}g}") + 0.0 for name, x in point.items()}
        if _height(guard, sign, short) < 0:
            return short
    return point


PER_PIECE = 16

"""Points in each piece of the only variable; with several variables a line is one of many."""

PER_LINE = 4

MAX_PIECES = 25

MAX_TOGETHER = 36

"""Corners, where each of several variables is in a piece of its own."""

MAX_LINES = 24

LINE_WORK = 12_000

"""Nodes times lines: every line evaluates all nodes some hundred times."""

AT_RANDOM = 24

RANDOM_DIGITS = 4

USUAL = (2.0, -1.0, 0.5, -3.0, 10.0, -40.0, 1e3, -1e3, 1e6, -1e-3, 0.7, 1.3)

Point = dict[str, float]


class SamplePoint(NamedTuple):
    """A point to look at, and the piece of a variable that it stands for; a point at random stands for none."""

    point: Point
    name: str | None = None
    piece: Piece = WHOLE
    edge: bool = False
    """Whether it is an end of a piece: a formula may have a hole there."""


def places(
    expression: Expression,
    answers: Mapping[str, Expression],
    names: Sequence[str],
    usable: Callable[[Point], bool],
    conditions: Sequence[Expression] = (),
    seed: int = 0,
    check: Callable[[], None] = lambda: None,
) -> Iterator[SamplePoint]:
    """The points, those with the fewest digits first in each piece, and one of every piece before a second of any.

    `conditions` are 0 where the user wants no points; `usable` says whether everything has a value in doubles, which
    is asked of the points through which lines are laid; `check` may raise to end the search.
    """
    if not names:
        yield SamplePoint({})
        return
    rng, allowed = random.Random(seed), _allowed(conditions)
    formulas = [expression, *answers.values(), *conditions]
    watched = guards(wengert_list(*formulas))
    lines: list[tuple[Point, str]] = [({}, names[0])]
    spots: list[Point] = []
    if len(names) > 1:
        spread = _spread(names, rng)
        spots = [point for point in spread if allowed(point)]
        if not any(map(usable, spots)):
            spots = [*_within(expression, formulas, conditions, [*spots, *spread], usable, rng, check), *spots]
        yield from map(SamplePoint, spots)
        most = max(min(MAX_LINES, LINE_WORK // len(wengert_list(*formulas, *watched))), 1)
        lines = _lines(names, filter(usable, spots), most) or _lines(names, spots[:1] or spread[:1], most)
    cuts = [(base, name, pieces(formulas, watched, name, base, check)[:MAX_PIECES]) for base, name in lines]
    count = PER_LINE if len(names) > 1 else PER_PIECE
    first, *others = _in_turn([_along(base, name, piece, count, rng) for base, name, cut in cuts for piece in cut])
    if len(names) > 1:
        first += map(SamplePoint, _together(names, first, rng))
        first += map(SamplePoint, crossings(watched, [*spots, *[place.point for place in first]]))
    edges = [SamplePoint({**base, name: piece.low}, name, piece, True) for base, name, cut in cuts for piece in cut[1:]]
    for place in chain(first, *others, edges):
        if allowed(place.point):
            yield place


def _lines(names: Sequence[str], bases: Iterable[Point], most: int) -> list[tuple[Point, str]]:
    """The lines through some points along every variable, `most` of them at most."""
    return [(base, name) for base in islice(bases, max(most // len(names), 1)) for name in names][:most]


def _within(
    expression: Expression,
    formulas: Sequence[Expression],
    conditions: Sequence[Expression],
    starts: Sequence[Point],
    usable: Callable[[Point], bool],
    rng: random.Random,
    check: Callable[[], None],
) -> list[Point]:
    """A point in the domain of all formulas; where that has none, or none is found, in that of the function."""
    allowed, defined = _allowed(conditions), _defined(expression)
    wanted: list[Expression] = []
    for roots, holds in ((formulas, usable), ([expression], defined)):
        before, wanted = wanted, demands(wengert_list(*roots), conditions)
        if holds is defined and (wanted == before or any(map(defined, starts))):
            break
        found = interior(wanted, starts, lambda point, holds=holds: holds(point) and allowed(point), rng, check)  # type: ignore[misc]
        if found is not None:
            return [found]
    return []


def _along(base: Point, name: str, piece: Piece, count: int, rng: random.Random) -> list[SamplePoint]:
    return [SamplePoint({**base, name: x}, name, piece) for x in _inside(piece, count, rng)]


def _in_turn(rows: Sequence[Sequence[SamplePoint]]) -> list[list[SamplePoint]]:
    """The first of every row, then the second of every row, and so on."""
    return [[place for place in column if place is not None] for column in zip_longest(*rows)] or [[]]


def _together(names: Sequence[str], places: Sequence[SamplePoint], rng: random.Random) -> Iterator[Point]:
    """Points of which every coordinate is in a piece of its own: in the corner where x > 50 and y > 50."""
    choices = [list(dict.fromkeys(place.point[name] for place in places if place.name == name)) for name in names]
    if not all(choices):
        return
    if math.prod(map(len, choices)) <= MAX_TOGETHER:
        corners = list(product(*choices))
    else:
        corners = [tuple(rng.choice(each) for each in choices) for _ in range(MAX_TOGETHER)]
    for corner in corners:
        yield dict(zip(names, corner, strict=True))


def _allowed(conditions: Sequence[Expression]) -> Callable[[Point], bool]:
    nodes = wengert_list(*conditions)

    def allowed(point: Point) -> bool:
        values = values_at(nodes, point)
        return all(is_number(values[condition]) and values[condition] != 0 for condition in conditions)

    return allowed


def _defined(expression: Expression) -> Callable[[Point], bool]:
    nodes = wengert_list(expression)
    return lambda point: is_number(values_at(nodes, point)[expression])


def _spread(names: Sequence[str], rng: random.Random) -> list[Point]:
    """Points for every variable at once: the usual candidates, then random ones of several scales."""
    usual = [point for point in candidates(list(names)) if all(abs(x) < 1e3 for x in point.values())]
    scattered = [
        {name: rng.choice((1, 1, -1)) * shortened(rng.random() * scale) for name in names}
        for scale in (1.0, 3.0, 10.0, 100.0, 1.0, 3.0) * (AT_RANDOM // 6)
    ]
    return [*usual, *scattered]


def _inside(piece: Piece, count: int, rng: random.Random) -> Iterator[float]:
    """Numbers within a piece: simple ones, some near its ends, some far out, some at random."""
    seen: set[float] = set()
    for x in _targets(piece, rng):
        short = _simplest(piece, x)
        if short is not None and short not in seen:
            seen.add(short)
            yield short
            if len(seen) == count:
                return


def _targets(piece: Piece, rng: random.Random) -> Iterator[float]:
    """Numbers that a person would try, where they are within; then what the piece suggests by its ends."""
    low, high = piece
    yield from (x for x in USUAL if low < x < high)
    if low != -INFINITY and high != INFINITY:
        for part in (0.5, 0.1, 0.9, 0.25, 0.001, 0.999):
            yield low + part * (high - low)
        for _ in range(PER_PIECE):
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


def _simplest(piece: Piece, x: float) -> float | None:
    """The number of the fewest digits that is near enough to x to be in the piece with some room."""
    room = min(x - piece.low, piece.high - x) / 4
    if not room > 0:
        return None
    for digits in range(1, 17):
        short = float(f"{x:.{digits}g}")
        if abs(short - x) <= min(room, 0.05 * abs(x)) and piece.low < short < piece.high:
            return short + 0.0
    return x if math.isfinite(x) else None


def shortened(x: float) -> float:
    """A random number with few digits."""
    return float(f"{x:.{RANDOM_DIGITS}g}")
