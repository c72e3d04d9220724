"""Where to look: points with few digits in every piece of every variable, at several scales, and some at random."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, product, zip_longest
from typing import NamedTuple

from diffcompare.checking.crossing import crossings
from diffcompare.checking.guards import demands, guards
from diffcompare.checking.interior import interior
from diffcompare.checking.pieces import INFINITY, WHOLE, Piece, pieces
from diffcompare.evaluation import is_number, values_at
from diffcompare.expression import Expression
from diffcompare.point import candidates
from diffcompare.wengert import listing

PER_PIECE = 16
"""Points in each piece of the only variable; with several variables a line is one of many."""
PER_LINE = 4
MOST_PIECES = 25
MOST_TOGETHER = 36
"""Corners, where each of several variables is in a piece of its own."""
MOST_LINES = 24
LINE_WORK = 12_000
"""Nodes times lines: every line evaluates all nodes some hundred times."""
AT_RANDOM = 24
RANDOM_DIGITS = 4
USUAL = (2.0, -1.0, 0.5, -3.0, 10.0, -40.0, 1e3, -1e3, 1e6, -1e-3, 0.7, 1.3)

Point = dict[str, float]


class Place(NamedTuple):
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
) -> Iterator[Place]:
    """The points, those with the fewest digits first in each piece, and one of every piece before a second of any.

    `conditions` are 0 where the user wants no points; `usable` says whether everything has a value in doubles, which
    is asked of the points through which lines are laid; `check` may raise to end the search.
    """
    rng = random.Random(seed)
    formulas = [expression, *answers.values(), *conditions]
    allowed = _allowed(conditions)
    watched = guards(listing(*formulas))
    if not names:
        yield Place({})
        return
    lines: list[tuple[Point, str]] = [({}, names[0])]
    spots: list[Point] = []
    if len(names) > 1:
        spread = _spread(names, rng)
        spots = [point for point in spread if allowed(point)]
        if not any(map(usable, spots)):
            spots = [*_within(expression, formulas, conditions, [*spots, *spread], usable, rng, check), *spots]
        yield from map(Place, spots)
        most = max(min(MOST_LINES, LINE_WORK // len(listing(*formulas, *watched))), 1)
        lines = _lines(names, filter(usable, spots), most) or _lines(names, spots[:1] or spread[:1], most)
    cuts = [(base, name, pieces(formulas, watched, name, base, check)[:MOST_PIECES]) for base, name in lines]
    count = PER_LINE if len(names) > 1 else PER_PIECE
    first, *others = _in_turn([_along(base, name, piece, count, rng) for base, name, cut in cuts for piece in cut])
    if len(names) > 1:
        first += map(Place, _together(names, first, rng))
        first += map(Place, crossings(watched, [*spots, *[place.point for place in first]]))
    edges = [Place({**base, name: piece.low}, name, piece, True) for base, name, cut in cuts for piece in cut[1:]]
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
        before, wanted = wanted, demands(listing(*roots), conditions)
        if holds is defined and (wanted == before or any(map(defined, starts))):
            break
        found = interior(wanted, starts, lambda point, holds=holds: holds(point) and allowed(point), rng, check)  # type: ignore[misc]
        if found is not None:
            return [found]
    return []


def _along(base: Point, name: str, piece: Piece, count: int, rng: random.Random) -> list[Place]:
    return [Place({**base, name: x}, name, piece) for x in _inside(piece, count, rng)]


def _in_turn(rows: Sequence[Sequence[Place]]) -> list[list[Place]]:
    """The first of every row, then the second of every row, and so on."""
    return [[place for place in column if place is not None] for column in zip_longest(*rows)] or [[]]


def _together(names: Sequence[str], places: Sequence[Place], rng: random.Random) -> Iterator[Point]:
    """Points of which every coordinate is in a piece of its own: in the corner where x > 50 and y > 50."""
    choices = [list(dict.fromkeys(place.point[name] for place in places if place.name == name)) for name in names]
    if not all(choices):
        return
    if math.prod(map(len, choices)) <= MOST_TOGETHER:
        corners = list(product(*choices))
    else:
        corners = [tuple(rng.choice(each) for each in choices) for _ in range(MOST_TOGETHER)]
    for corner in corners:
        yield dict(zip(names, corner, strict=True))


def _allowed(conditions: Sequence[Expression]) -> Callable[[Point], bool]:
    nodes = listing(*conditions)

    def allowed(point: Point) -> bool:
        values = values_at(nodes, point)
        return all(is_number(values[condition]) and values[condition] != 0 for condition in conditions)

    return allowed


def _defined(expression: Expression) -> Callable[[Point], bool]:
    nodes = listing(expression)
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
