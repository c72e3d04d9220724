"""The pieces of a line: the stretches of one variable between the places where something changes.

Nothing is assumed about where these places lie.  The guards are evaluated over a grid of all scales; where the sign of
one, or whether a formula is defined, differs between neighbours, the place is bisected down to neighbouring doubles.
A guard that only touches 0 is found where its modulus is least.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from diffcompare.evaluation import Undefined, is_number, values_at
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
"""Called before every evaluation: it may raise to end the search."""
Signature: TypeAlias = tuple[Any, ...]


class Piece(NamedTuple):
    """An open interval of one variable; an end may be infinite."""

    low: float
    high: float


def _unchecked() -> None:
    """There is all the time in the world."""


WHOLE = Piece(-INFINITY, INFINITY)


@lru_cache(maxsize=1)
def _grid() -> list[float]:
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
    nodes = listing(*formulas, *guards)

    def values(x: float) -> Mapping[Expression, Any]:
        check()
        return values_at(nodes, {**point, name: x})

    def signature(found: Mapping[Expression, Any]) -> Signature:
        signs = tuple([_sign(found[guard]) for guard in guards])
        return (*signs, *[type(found[formula]) is Undefined for formula in formulas])

    grid = _grid()
    table = [values(x) for x in grid]
    found: set[float] = set()
    for left, right, before, after in zip(grid, grid[1:], table, table[1:], strict=False):
        low, last = left, signature(after)
        first = signature(before)
        for _ in range(WITHIN_A_CELL):
            if first == last:
                break
            low, high = _bisected(low, right, lambda x, first=first: signature(values(x)) == first)  # type: ignore[misc]
            found.add(_rounded(low, high))
            low, first = high, signature(values(high))
    found |= _touched(guards, grid, table, name, point)
    return sorted(sorted(found, key=abs)[:MOST_BOUNDARIES])


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
    guards: Sequence[Expression],
    grid: Sequence[float],
    table: Sequence[Mapping[Expression, Any]],
    name: str,
    point: Mapping[str, float],
) -> set[float]:
    """Where a guard touches 0 without changing its sign."""
    found = set()
    for guard in guards:
        nodes = listing(guard)
        sizes = [abs(values[guard]) if is_number(values[guard]) else INFINITY for values in table]
        for place in range(1, len(grid) - 1):
            before, here, after = sizes[place - 1 : place + 2]
            if before > here < after and before != INFINITY != after and _one_sign(guard, table[place - 1 : place + 2]):
                modulus = _modulus(nodes, name, point)
                least = _least(modulus, grid[place - 1], grid[place + 1])
                if modulus(least) <= TOUCHING * min(before, after):
                    found.add(float(f"{least:.7g}") if modulus(float(f"{least:.7g}")) <= modulus(least) else least)
    return found


def _one_sign(guard: Expression, around: Sequence[Mapping[Expression, Any]]) -> bool:
    return len({_sign(values[guard]) for values in around}) == 1


def _modulus(nodes: Sequence[Expression], name: str, point: Mapping[str, float]) -> Callable[[float], float]:
    def modulus(x: float) -> float:
        value = values_at(nodes, {**point, name: x})[nodes[-1]]
        return abs(value) if is_number(value) else INFINITY

    return modulus


def _least(function: Callable[[float], float], low: float, high: float) -> float:
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
