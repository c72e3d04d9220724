"""What was found where: regions are claimed only where they were established; points are points.

Within a piece of the line on which no guard changes its sign a formula is one analytic function: where it differs at a
point, it differs on the whole piece but for single points.  Whether a piece is such a one is looked at once more, with
points that no period can hit: of sin(x) there is no last zero, and of sin(1000*x) the grid has seen only a few.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

from diffcompare.language.expression import Expression
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.evaluate import Undefined, value_at, values_at
from diffcompare.verify.beside import beside
from diffcompare.verify.compare_exactly import Compared
from diffcompare.verify.domain import INFINITY, Check, Piece, guards, is_unbroken, requirement
from diffcompare.verify.sampling import Point, SamplePoint

Found: TypeAlias = Sequence[tuple[SamplePoint, Compared]]

LOOKS = 40
"""Points at which a piece is looked at for changes."""
GOLDEN = (math.sqrt(5) - 1) / 2
ACCIDENTS = 3
"""Points at which two different functions may be equal, x^2 and x at 0 and 1, before that is taken for more."""
FOR_A_HALF = 8
"""Points at which a formula is right before half of space is said to be its domain."""


class Stretch(NamedTuple):
    """What was found on a stretch of one variable, from `low` to `high`."""

    name: str
    low: float
    high: float
    outcome: Literal["same", "different", "undefined", "unknown"]
    """`unknown`: points of it have been looked at, but what they say does not hold for all of it."""


def stretches_of(found: Found, formulas: Sequence[Expression], check: Check) -> tuple[Stretch, ...]:
    """What the pieces of the only variable say, neighbours of one mind joined; nothing for several variables."""
    by_piece: dict[tuple[str, Piece], list[str]] = {}
    for place, compared in found:
        if len(place.point) != 1:
            return ()
        if place.name is not None and not place.edge and compared.outcome != "open":
            by_piece.setdefault((place.name, place.piece), []).append(compared.outcome)
    ordered = sorted(by_piece.items(), key=lambda item: item[0][1])
    everything = {outcome for _, outcomes in ordered for outcome in outcomes}
    watched = guards(wengert_list(*formulas))
    stretches: list[Stretch] = []
    for (name, piece), outcomes in ordered:
        is_known = len(everything) < 2 or is_unbroken(formulas, watched, name, _spread(piece), check)
        outcome = _outcome(outcomes) if is_known else "unknown"
        last = stretches[-1] if stretches else None
        if last is not None and last.outcome == outcome and last.high == piece.low:
            stretches[-1] = last._replace(high=piece.high)
        else:
            stretches.append(Stretch(name, piece.low, piece.high, outcome))
    return tuple(stretches)


def _outcome(outcomes: Sequence[str]) -> Literal["same", "different", "undefined", "unknown"]:
    """What all points of a piece say; some of those at which two functions differ may be equal by accident."""
    kinds = set(outcomes)
    if kinds == {"same"}:
        return "same"
    if kinds == {"undefined"}:
        return "undefined"
    same, different = outcomes.count("same"), outcomes.count("different")
    return "different" if kinds <= {"same", "different"} and same <= min(ACCIDENTS, different) else "unknown"


def _spread(piece: Piece) -> list[float]:
    """Points all over a piece, rising; from an end outwards by factors up to a million."""
    low, high = piece
    parts = sorted(k * GOLDEN % 1 for k in range(1, LOOKS + 1))
    if low == -INFINITY and high == INFINITY:
        return [math.copysign(10 ** (9 * abs(2 * part - 1) - 3), part - 0.5) for part in parts]
    if low == -INFINITY or high == INFINITY:
        end, outwards = (high, -1.0) if low == -INFINITY else (low, 1.0)
        scale = max(abs(end), 1.0)
        return sorted(end + outwards * scale * 10 ** (9 * part - 3) for part in parts)
    return [low + (0.001 + 0.998 * part) * (high - low) for part in parts]


def half_of(different: Sequence[Point], same: Sequence[Point]) -> str | None:
    """The sign of one of several variables with which the formula is right at all of many points."""
    names = list(different[0])
    for name in names if len(names) > 1 else []:
        for relation, sign in ((">", 1.0), ("<", -1.0)):
            right = sum(sign * point[name] > 0 for point in same)
            if right >= FOR_A_HALF and not any(sign * point[name] > 0 for point in different):
                return f"{name} {relation} 0"
    return None


def is_hole(formula: Expression, function: Expression, point: Point) -> bool:
    """Whether a formula without a value at a point has one wherever the function has one beside it."""
    for near in beside(point):
        if type(value_at(formula, near)) is Undefined and type(value_at(function, near)) is not Undefined:
            return False
    return True


def needs_of(formula: Expression, point: Point) -> str | None:
    """The requirement that a formula does not meet at a point at which it has no value: `x >= 0`."""
    nodes = wengert_list(formula)
    values = values_at(nodes, point)
    for node in nodes:
        if type(values[node]) is Undefined:
            return requirement(node)
    return None
