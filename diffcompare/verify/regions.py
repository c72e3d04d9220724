"""Verdicts on whole regions: the outcome on intervals of the only variable, half-spaces, holes, requirements.

A region is claimed only where it was established; points are reported as points.  Within an interval on which no guard
changes its sign a formula is one analytic function: where it differs at a point, it differs on the whole interval but
for isolated points.  Whether an interval is of this kind is tested once more, at points that no period can hit: sin(x)
has no last zero, and of those of sin(1000*x) the grid has seen only a few.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, TypeAlias

from diffcompare.language.expression import Expression
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.evaluate import Undefined, value_at, values_at
from diffcompare.verify.candidate_points import Point, nearby_points
from diffcompare.verify.compare_exactly import PointComparison
from diffcompare.verify.domain import INFINITY, Check, Interval, find_guards, is_uniform, requirement
from diffcompare.verify.sampling import SamplePoint

Comparisons: TypeAlias = Sequence[tuple[SamplePoint, PointComparison]]
IntervalOutcome: TypeAlias = Literal["same", "different", "undefined", "unknown"]

TEST_POINTS = 40  # points at which an interval is tested for changes
GOLDEN_RATIO = (math.sqrt(5) - 1) / 2
MAX_COINCIDENCES = 3  # points at which two different functions may be equal, as x^2 and x are at 0 and 1
MIN_AGREEMENTS = 8  # points at which a formula is right before it is called right in a half-space
MAX_NAMED_INTERVALS = 4  # the nearest to 0


class OutcomeInterval(NamedTuple):
    """An interval of one variable, and what the comparison of a formula with the partial gave there."""

    name: str
    low: float
    high: float
    outcome: IntervalOutcome
    """`unknown`: points of it have been compared, but their outcome does not hold for all of it."""


def outcome_intervals(
    comparisons: Comparisons, formulas: Sequence[Expression], check: Check
) -> tuple[OutcomeInterval, ...]:
    """Return the outcomes along the only variable, adjacent intervals with equal ones merged; () for several variables.

    `formulas` are all whose guards may divide the line: the function, the answer and the user's conditions.
    """
    by_interval: dict[tuple[str, Interval], list[str]] = {}
    for sample, comparison in comparisons:
        if len(sample.point) != 1:
            return ()
        if sample.name is not None and not sample.is_boundary and comparison.outcome != "open":
            by_interval.setdefault((sample.name, sample.interval), []).append(comparison.outcome)
    ordered = sorted(by_interval.items(), key=lambda item: item[0][1])
    all_outcomes = {outcome for _, outcomes in ordered for outcome in outcomes}
    guards = find_guards(wengert_list(*formulas))
    merged: list[OutcomeInterval] = []
    for (name, interval), outcomes in ordered:
        try:
            is_known = len(all_outcomes) < 2 or is_uniform(formulas, guards, name, _test_points(interval), check)
        except TimeoutError:
            is_known = False  # the budget is spent, and nothing may be said about all of the interval
        outcome = _outcome(outcomes) if is_known else "unknown"
        last = merged[-1] if merged else None
        if last is not None and last.outcome == outcome and last.high == interval.low:
            merged[-1] = last._replace(high=interval.high)
        else:
            merged.append(OutcomeInterval(name, interval.low, interval.high, outcome))
    return tuple(merged)


def _outcome(outcomes: Sequence[str]) -> IntervalOutcome:
    """Return the common outcome of the points of an interval; a few equal values among different ones are accidents."""
    kinds = set(outcomes)
    if kinds == {"same"}:
        return "same"
    if kinds == {"undefined"}:
        return "undefined"
    same, different = outcomes.count("same"), outcomes.count("different")
    return "different" if kinds <= {"same", "different"} and same <= min(MAX_COINCIDENCES, different) else "unknown"


def _test_points(interval: Interval) -> list[float]:
    """Return rising points all over an interval; from a single end outwards by factors up to a million."""
    low, high = interval
    fractions = sorted(k * GOLDEN_RATIO % 1 for k in range(1, TEST_POINTS + 1))
    if low == -INFINITY and high == INFINITY:
        return [math.copysign(10 ** (9 * abs(2 * part - 1) - 3), part - 0.5) for part in fractions]
    if low == -INFINITY or high == INFINITY:
        end, outwards = (high, -1.0) if low == -INFINITY else (low, 1.0)
        scale = max(abs(end), 1.0)
        return sorted(end + outwards * scale * 10 ** (9 * part - 3) for part in fractions)
    return [low + (0.001 + 0.998 * part) * (high - low) for part in fractions]


def interval_text(name: str, low: float, high: float) -> str:
    """Return an interval in words: `0 < x < 1`, `x > 0`, `all x`."""
    if low == -INFINITY and high == INFINITY:
        return f"all {name}"
    if low == -INFINITY:
        return f"{name} < {_number_text(high)}"
    if high == INFINITY:
        return f"{name} > {_number_text(low)}"
    return f"{_number_text(low)} < {name} < {_number_text(high)}"


def intervals_text(intervals: Iterable[OutcomeInterval], outcome: str | None = None) -> str:
    """Return the intervals with that outcome (None: all of them) in words, joined by `and`."""
    chosen = [interval for interval in intervals if outcome in (None, interval.outcome)]
    nearest = sorted(chosen, key=_distance_from_zero)[:MAX_NAMED_INTERVALS]
    texts = [interval_text(interval.name, interval.low, interval.high) for interval in chosen if interval in nearest]
    return " and ".join([*texts, *["..."] * (len(nearest) < len(chosen))])


def _distance_from_zero(interval: OutcomeInterval) -> float:
    return max(interval.low, -interval.high, 0.0)


def _number_text(x: float) -> str:
    short = f"{x:.6g}"
    return short if float(short) == x else f"about {short}"


def half_space_of_agreement(different: Sequence[Point], same: Sequence[Point]) -> str | None:
    """Return the sign of one of several variables with which the formula is right at all of many points: `c > 0`."""
    names = list(different[0])
    for name in names if len(names) > 1 else []:
        for relation, sign in ((">", 1.0), ("<", -1.0)):
            agreements = sum(sign * point[name] > 0 for point in same)
            if agreements >= MIN_AGREEMENTS and not any(sign * point[name] > 0 for point in different):
                return f"{name} {relation} 0"
    return None


def is_hole(formula: Expression, function: Expression, point: Point) -> bool:
    """Tell whether a formula without a value at a point has one wherever the function has one nearby."""
    for nearby in nearby_points(point):
        if type(value_at(formula, nearby)) is Undefined and type(value_at(function, nearby)) is not Undefined:
            return False
    return True


def find_unmet_requirement(formula: Expression, point: Point) -> str | None:
    """Return the requirement that a formula does not meet at a point at which it has no value: `x >= 0`."""
    nodes = wengert_list(formula)
    values = values_at(nodes, point)
    for node in nodes:
        if type(values[node]) is Undefined:
            return requirement(node)
    return None
