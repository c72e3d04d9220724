"""The pieces of a line: the stretches of one variable between the places where something changes.

Nothing is assumed about where these places lie.  The guards are evaluated over a grid of all scales; where the sign of
one, or whether a formula is defined, differs between neighbours, the place is bisected down to neighbouring doubles.
A guard that only touches 0 is found where its modulus is least.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

from diffcompare.evaluation import Undefined, columns_along, is_number, values_at
from diffcompare.expression import Expression
from diffcompare.wengert import listing

INFINITY = math.inf
MOST_BOUNDARIES = 24
"""Boundaries that are kept, those nearest to 0: 1/sin(x) has infinitely many."""
WITHIN_A_CELL = 4
"""Boundaries that are looked for between two neighbours of the grid."""
TOUCHING = 1e-9
"""A least modulus below this part of its surroundings is a zero."""

Check: TypeAlias = Callable[[], None]
"""Called before evaluations: it may raise to end the search."""


class Piece(NamedTuple):
    """An open interval of one variable; an end may be infinite."""

    low: float
    high: float


def _unchecked() -> None:
    """There is all the time in the world."""


WHOLE = Piece(-INFINITY, INFINITY)


@lru_cache(maxsize=1)
def all_scales() -> list[float]:
    """All scales from 1e-6 to 1e9, denser around 0, and a few far beyond; no round numbers, which are often zeros."""
    scales = [m * 10.0**k for k in range(-6, 10) for m in (1.13, 1.87, 3.29, 5.71)]
    near = [0.171 + 0.343 * k for k in range(40)]
    beyond = [3.1e12, 2.7e18, 1.7e40, 1.3e100, 1.1e200]
    positive = sorted({*scales, *near, *beyond})
    return [*[-x for x in reversed(positive)], *positive]


def pieces(
    formulas: Sequence[Expression],
    guards: Sequence[Expression],
    name: str,
    point: Mapping[str, float],
    check: Check = _unchecked,
) -> list[Piece]:
    """The pieces of a variable while the others stay where the point has them, from the lowest to the highest."""
    cuts = boundaries(formulas, guards, name, point, check)
    return [Piece(low, high) for low, high in zip([-INFINITY, *cuts], [*cuts, INFINITY], strict=True)]


def boundaries(
    formulas: Sequence[Expression],
    guards: Sequence[Expression],
    name: str,
    point: Mapping[str, float],
    check: Check = _unchecked,
) -> list[float]:
    """Where a sign or a domain changes along a variable, rising; round numbers where they are that near."""
    if not guards:
        return []
    grid = all_scales()
    columns = columns_along(listing(*formulas, *guards), point, name, grid, check)
    found: set[float] = set()
    for formula, kind in _watched(formulas, guards):
        check()
        kinds = list(map(kind, columns[formula]))
        if len(set(kinds)) > 1:
            found |= _changes(formula, kind, grid, kinds, name, point)
    for guard in guards:
        found |= _touched(guard, grid, columns[guard], name, point)
    return sorted(sorted(found, key=abs)[:MOST_BOUNDARIES])


def _watched(
    formulas: Iterable[Expression], guards: Iterable[Expression]
) -> list[tuple[Expression, Callable[[Any], Any]]]:
    return [*((guard, _sign) for guard in guards), *((formula, _is_undefined) for formula in formulas)]


def is_unbroken(
    formulas: Sequence[Expression],
    guards: Sequence[Expression],
    name: str,
    xs: Sequence[float],
    check: Check,
) -> bool:
    """Whether at rising places along the only variable no guard changes its sign or touches 0, and no formula is
    defined here and not there.

    Where a guard touches 0 there may be a kink: sqrt(g^2) is |g|.
    """
    columns = columns_along(listing(*formulas, *guards), {}, name, xs, check)
    if any(len(set(map(kind, columns[formula]))) > 1 for formula, kind in _watched(formulas, guards)):
        return False
    return not any(_touched(guard, xs, columns[guard], name, {}) for guard in guards)


def _changes(
    formula: Expression,
    kind: Callable[[Any], Any],
    grid: Sequence[float],
    kinds: Sequence[Any],
    name: str,
    point: Mapping[str, float],
) -> set[float]:
    """Where the kind of a formula's value changes: its sign, or whether it is defined."""
    nodes = listing(formula)

    def kind_at(x: float) -> Any:
        return kind(values_at(nodes, {**point, name: x})[formula])

    found = set()
    for (low, right), (first, last) in zip(pairwise(grid), pairwise(kinds), strict=True):
        for _ in range(WITHIN_A_CELL):
            if first == last:
                break
            below, low = _bisected(low, right, lambda x, first=first: kind_at(x) == first)  # type: ignore[misc]
            found.add(_rounded(below, low))
            first = kind_at(low)
    return found


def _is_undefined(value: Any) -> bool:
    return type(value) is Undefined


def _sign(value: Any) -> int | None:
    """The sign, also of an overflow (of inf - inf it is not known, and taken to be 0); None where it is undefined."""
    return None if type(value) is Undefined else (value > 0) - (value < 0)


def _bisected(low: float, high: float, holds: Callable[[float], bool]) -> tuple[float, float]:
    """Neighbouring doubles, or nearly: at the lower one it holds, at the higher one it does not."""
    for _ in range(120):
        middle = low + (high - low) / 2
        if not low < middle < high:
            break
        if holds(middle):
            low = middle
        else:
            high = middle
    return low, high


def _rounded(low: float, high: float) -> float:
    """The number of the fewest digits there, for doubles are rarely where the change is meant to be."""
    slack = 4 * math.ulp(max(abs(low), abs(high)))
    if low <= slack and high >= -slack:
        return 0.0
    for digits in range(1, 16):
        short = float(f"{high:.{digits}g}")
        if low - slack <= short <= high + slack:
            return short
    return high


def _touched(
    guard: Expression, grid: Sequence[float], values: Sequence[Any], name: str, point: Mapping[str, float]
) -> set[float]:
    """Where a guard touches 0 without changing its sign, or changes it for less than the grid can see."""
    found = set()
    sizes = [abs(value) if is_number(value) else INFINITY for value in values]
    for place in range(1, len(grid) - 1):
        before, here, after = sizes[place - 1 : place + 2]
        if before > here <= after and before != INFINITY != after and _one_sign(values[place - 1 : place + 2]):
            height = _height(guard, _sign(values[place]) or 1, name, point)
            low, high = grid[place - 1], grid[place + 1]
            lowest = least(height, low, high)
            noise = TOUCHING * min(before, after)
            if height(lowest) < -noise:
                found.add(_rounded(*_bisected(low, lowest, lambda x, height=height: height(x) >= 0)))  # type: ignore[misc]
                found.add(_rounded(*_bisected(lowest, high, lambda x, height=height: height(x) < 0)))  # type: ignore[misc]
            elif height(lowest) <= noise:
                short = float(f"{lowest:.7g}")
                found.add(short if abs(height(short)) <= abs(height(lowest)) else lowest)
    return found


def _one_sign(values: Sequence[Any]) -> bool:
    return len(set(map(_sign, values))) == 1


def _height(guard: Expression, sign: int, name: str, point: Mapping[str, float]) -> Callable[[float], float]:
    """The guard, positive where it has its usual sign."""
    nodes = listing(guard)

    def height(x: float) -> float:
        value = values_at(nodes, {**point, name: x})[guard]
        return sign * value if is_number(value) else INFINITY

    return height


def least(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function is least, by golden sections (Kiefer 1953)."""
    ratio = (math.sqrt(5) - 1) / 2
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    at_left, at_right = function(left), function(right)
    for _ in range(80):
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - ratio * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + ratio * (high - low)
            at_right = function(right)
    return low + (high - low) / 2
