"""The ends, jumps, poles, holes and kinks of a graph: the values on both sides of a place, and their limits."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple, TypeAlias

from diffcompare.studies.function_plot.along_line import BISECTIONS, FunctionAlong, PlotSample
from diffcompare.verify.domain import fewest_digits_between

Numbers: TypeAlias = Callable[[float], "float | None"]
Kind: TypeAlias = Literal["smooth", "kink", "jump", "pole", "hole", "end"]

# How near to a place its sides are looked at, as fractions of the window or of the way to the next place: near enough
# to see a limit, and far enough for doubles not to cancel (1 - cos x is 0 for x below 1e-8).
DISTANCES = (1e-3, 1e-4, 1e-5)
SETTLED = 0.8  # values approach a limit if their differences shrink by this factor at least
SAME = 1e-5  # of the window's height: numbers that differ by less are one
NEIGHBOURS = 1e-12  # of the window: places that are nearer to each other are one
MAX_SUSPECTS = 60  # stretches between two samples that are searched for a break
SUSPICIOUS = 0.02  # of the window's height: how far a sample may be from what the slope before it leads to expect


class Limit(NamedTuple):
    """The limit from one side: a number, ±inf where there is a pole, None where there are no values (or no limit)."""

    value: float | None

    @property
    def is_finite(self) -> bool:
        """True for a number."""
        return self.value is not None and math.isfinite(self.value)


class Break(NamedTuple):
    """A place at which something happens to a graph, and its limits on both sides."""

    x: float
    kind: Kind
    value: float | None
    left: Limit
    right: Limit
    left_slope: Limit
    right_slope: Limit


def limit(numbers: Numbers, x: float, side: int, reach: float, height: float) -> Limit:
    """Return the limit of a function at x from the side -1 or 1; `reach` is how far it is free of other breaks."""
    steps = [max(part * reach, (8 << 2 * place) * math.ulp(x)) for place, part in enumerate(reversed(DISTANCES))]
    far, middle, near = [numbers(x + side * step) for step in reversed(steps)]
    if far is None or middle is None or near is None:
        is_growing = far is not None and abs(far) > height and (middle is None or abs(middle) > abs(far))
        return Limit(math.copysign(math.inf, far) if is_growing and far is not None else None)
    before, after = middle - far, near - middle
    if abs(after) <= SAME * height:
        return Limit(near)
    if abs(after) > SETTLED * abs(before):
        return Limit(math.copysign(math.inf, near) if after * near > 0 else None)
    ratio = after / before
    return Limit(near + after * ratio / (1 - ratio))  # Aitken's step, exact for powers of the distance


def look_at(function: FunctionAlong, x: float, reach: float, height: float) -> Break:
    """Return what happens at a place."""
    here = function(x)
    left, right = [limit(function.value, x, side, reach, height) for side in (-1, 1)]
    left_slope, right_slope = [limit(function.slope, x, side, reach, height / reach) for side in (-1, 1)]
    tolerance = 40 * SAME * height
    kind: Kind
    if any(side.value is not None and not side.is_finite for side in (left, right)):
        kind = "pole"
    elif left.value is None or right.value is None:
        kind = "end"
    elif abs(left.value - right.value) > tolerance:
        kind = "jump"
    elif here.value is None:
        kind = "hole"
    elif abs(left.value - here.value) > tolerance:
        kind = "jump"
    else:
        kind = "kink" if _differ(left_slope, right_slope, tolerance / reach) else "smooth"
    return Break(x, kind, here.value, left, right, left_slope, right_slope)


def slopes_differ(place: Break) -> bool:
    """Tell whether the slopes on both sides of a place are two."""
    return _differ(place.left_slope, place.right_slope, 0.0)


def _differ(left: Limit, right: Limit, tolerance: float) -> bool:
    if left.value is None or right.value is None:
        return left.value is not right.value
    if math.isfinite(left.value) and math.isfinite(right.value):
        return abs(left.value - right.value) > max(tolerance, 1e-3 * max(abs(left.value), abs(right.value)))
    return True


def find_breaks(function: FunctionAlong, samples: Sequence[PlotSample], height: float) -> list[Break]:
    """Return the breaks between the first and the last of some samples, in rising order."""
    low, high = samples[0].x, samples[-1].x
    places = function.boundaries([sample.x for sample in samples])
    places = _apart([*places, *_suspects(function, samples, places, height)], NEIGHBOURS * (high - low))
    ends = [low, *places, high]
    found = []
    for before, x, after in zip(ends, ends[1:], ends[2:], strict=False):
        reach = min(high - low, x - before, after - x) if low < x < high else high - low
        if reach > 0:
            found.append(look_at(function, x, reach, height))
    return [place for place in found if place.kind != "smooth"]


def _apart(places: Sequence[float], distance: float) -> list[float]:
    """Return places in rising order, one of those that are nearer to each other than doubles can tell."""
    apart: list[float] = []
    for x in sorted(places):
        if not apart or x - apart[-1] > distance:
            apart.append(x)
    return apart


def _suspects(
    function: FunctionAlong, samples: Sequence[PlotSample], known: Sequence[float], height: float
) -> list[float]:
    """Return places of breaks that no guard gives away: the poles of tan, the jumps of a user's own function."""
    found: list[float] = []
    searched = 0
    for before, after in pairwise(samples):
        if searched >= MAX_SUSPECTS or any(before.x <= x <= after.x for x in known):
            continue
        is_half_there = (before.value is None) != (after.value is None)
        if is_half_there or is_unexpected(before, after, SUSPICIOUS * height):
            searched += 1
            place = _narrowed(function, before, after)
            found += [] if place is None else [place]
    return found


def is_unexpected(before: PlotSample, after: PlotSample, tolerance: float) -> bool:
    """Tell whether the values at two neighbours differ from what the slopes lead to expect by more than a tolerance."""
    if before.value is None or after.value is None or before.slope is None or after.slope is None:
        return False
    expected = (after.x - before.x) * (before.slope / 2 + after.slope / 2)
    return not abs(after.value - before.value - expected) <= tolerance


def _narrowed(function: FunctionAlong, before: PlotSample, after: PlotSample) -> float | None:
    """Return the place of a break between two samples, by halving; None where the function turns out to be smooth."""
    whole = _change(before, after)
    for _ in range(BISECTIONS):
        function.deadline.check()
        x = before.x + (after.x - before.x) / 2
        if not before.x < x < after.x:
            break
        middle = function(x)
        before, after = max((before, middle), (middle, after), key=lambda pair: _change(*pair))
    return fewest_digits_between(before.x, after.x) if _change(before, after) > 0.25 * whole else None


def _change(before: PlotSample, after: PlotSample) -> float:
    """Return how much the value changes: by infinity where it is there on one side only."""
    if before.value is None or after.value is None:
        return 0.0 if before.value is after.value else math.inf
    return abs(after.value - before.value)
