"""The slope of f along a direction, from values alone: two-sided where f is smooth, one-sided at kinks and edges."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from diffcompare.studies.callables.divergence import Divergence, divergence
from diffcompare.studies.callables.extrapolation import Estimate, Quotient, limit
from diffcompare.studies.callables.noise import UNIT
from diffcompare.studies.callables.values import EPSILON, Line

LARGEST = 977 / 1024 / 16
"""The first step, times the scale of the coordinate; every further one is a quarter of the one before.  It has ten
bits, so that x + h and x - h are doubles, and it is no power of 2, which periods like to fit."""
FIRST = (0, 1, 2, 3, 4, 5, 8, 11)
"""Steps that are enough for a smooth f: LARGEST / 4^k."""
DEEPEST = 22
"""The last k: of smaller steps a double at the point has only a few between itself and the next."""
SMALL = 1e-3
"""Steps above tell how much f changes at all."""
COARSE = 1e-6
"""Steps above are the larger ones."""
SAFE = 2
"""Times the error of the tableau, which is itself an estimate."""
NEARBY = 3
"""Steps whose values are nearby: a step and the two before it."""
VISIBLE = 2.0**-20
"""Noise below such a part of the values is rounding, in double or in single precision."""
GOOD = 1e-9
"""A slope that is known to so many digits needs no further steps."""


class Slope(NamedTuple):
    """What values say of the derivative along a direction at the point."""

    kind: Literal["smooth", "edge", "kink", "vertical", "jump", "unknown"]
    """A number; a number from one side, for there is no value on the other; two different ones; infinite, of a
    continuous f or of one that jumps; none of these."""
    value: float
    error: float
    left: Estimate | None = None
    right: Estimate | None = None
    reach: float = 0.0
    """The largest difference quotient there was: beside it the slope may be small."""
    complex_step: float | None = None
    """Im f(x + ih)/h, where f takes complex numbers and this agrees with the differences."""
    flat: bool = False
    """Whether f has the same value at all of the smaller steps."""
    step: float = 0.0
    """By how much f jumps at the point."""
    coarse: tuple[float, ...] = ()
    """The central quotients of the larger steps."""

    def per(self, scale: float) -> Slope:
        """The slope per unit, where the direction moves by `scale`."""
        left, right = (side and side._replace(value=side.value / scale, error=side.error / scale) for side in self[3:5])
        return self._replace(
            value=self.value / scale,
            error=self.error / scale,
            left=left,
            right=right,
            reach=self.reach / scale,
            complex_step=None if self.complex_step is None else self.complex_step / scale,
            coarse=tuple(quotient / scale for quotient in self.coarse),
        )

    @property
    def best(self) -> float:
        """The most precise number there is."""
        return self.value if self.complex_step is None else self.complex_step


def slopes(line: Line, noise: Sequence[float], deepest: int = DEEPEST) -> list[Slope]:
    """The slope of every component of f.  `noise` is the standard deviation of each near the point."""
    found = _slopes(line, noise, [k for k in FIRST if k <= deepest])
    if not all(_is_good(each, spread) for each, spread in zip(found, noise, strict=True)):
        found = _slopes(line, noise, range(deepest + 1))
    return found


def with_complex_step(found: Sequence[Slope], complex_slopes: Sequence[float] | None) -> list[Slope]:
    """The slopes, with the complex step beside them where it agrees with the differences.

    It has no error worth the name where f is analytic and computed as such (Squire & Trapp 1998, "Using complex
    variables to estimate derivatives of real functions", SIAM Rev. 40, 110-112).  |x|, max, .real or a conjugate break
    it without a sound, and a program that treats a small term so is beyond what differences can see; therefore it never
    narrows the error by which an answer is called wrong.
    """
    if complex_slopes is None:
        return list(found)
    return [
        slope._replace(complex_step=number)
        if slope.kind == "smooth" and math.isfinite(number) and abs(number - slope.value) <= slope.error
        else slope
        for slope, number in zip(found, complex_slopes, strict=True)
    ]


def _is_good(slope: Slope, noise: float) -> bool:
    """Known to nine digits, or as well as the noise allows at all."""
    return slope.kind == "smooth" and slope.error <= max(GOOD * abs(slope.value), 64 * noise / LARGEST)


def step_sizes(levels: Sequence[int]) -> list[float]:
    """The steps, times the scale of the coordinate."""
    return [round(LARGEST * 0.25**k / UNIT) * UNIT for k in levels]


def _slopes(line: Line, noise: Sequence[float], levels: Sequence[int]) -> list[Slope]:
    steps = step_sizes(levels)
    above, below = [line(step) for step in steps], [line(-step) for step in steps]
    here = line(0.0)
    moved = {step: line.moved(step) for step in (*steps, *(-step for step in steps))}
    found = []
    for component, spread in enumerate(noise):
        right, left = (
            {h: row[component] for h, row in zip(steps, rows, strict=True) if not math.isnan(row[component])}
            for rows in (above, below)
        )
        changes = [abs(value - here[component]) / h for side in (left, right) for h, value in side.items() if h > SMALL]
        reach = max(changes, default=0.0)
        if reach == 0.0:
            spread = max(spread, EPSILON)  # f that does not change may be a difference of numbers about 1
        side = Sides(here[component], right, left, spread, line.values.rounding, moved)
        found.append(_slope(side)._replace(reach=reach, flat=side.flat))
    return found


class Sides(NamedTuple):
    """One component at the point and at steps to both sides."""

    here: float
    right: Mapping[float, float]
    left: Mapping[float, float]
    noise: float
    rounding: float
    moved: Mapping[float, float]
    """How far the steps, those to the left below 0, have really gone: beyond a power of 2 doubles are further apart."""

    def spreads(self) -> dict[float, float]:
        """How far noise and rounding can have moved the values at each step.

        What f adds up on the way to a value is of the size that f has nearby, even where the value itself is small.
        """
        spreads, sizes = {}, [abs(self.here)]
        for h in sorted({*self.right, *self.left}, reverse=True):
            sizes.append(max(abs(side.get(h, 0.0)) for side in (self.right, self.left)))
            spreads[h] = 3 * self.noise + self.rounding * max(sizes[0], *sizes[-NEARBY:])
        return spreads

    @property
    def flat(self) -> bool:
        """Whether f has the same value at the point and at all of the smaller steps."""
        return all(end <= {self.here} for end in self._ends())

    @property
    def seen(self) -> float:
        """The size above which a change at the point is none by noise: where f is flat on both sides there is none."""
        noise = 0.0 if all(len(end) <= 1 for end in self._ends()) else 3 * self.noise
        return noise + self.rounding * abs(self.here)

    @property
    def unresolved(self) -> bool:
        """Whether f seems to be nothing but noise: so does a function that varies within the smallest steps."""
        values = [*self.right.values(), *self.left.values()]
        spread = max(values) - min(values)
        return not self.flat and self.noise > max(spread / 8, VISIBLE * max(map(abs, values)))

    def _ends(self) -> list[set[float]]:
        """The values at the smaller steps, side by side."""
        sides = [list(values.values()) for values in (self.right, self.left)]
        return [set(side[len(side) // 2 :]) for side in sides]


def _slope(sides: Sides) -> Slope:
    """The slope of one component, of its values at steps to the right and to the left."""
    spreads = sides.spreads()
    right, broken_right = _one_sided(sides, sides.right, 1, spreads)
    left, broken_left = _one_sided(sides, sides.left, -1, spreads)
    if broken_right or broken_left:
        return _without_slope(left, right, [each for each in (broken_left, broken_right) if each])
    both = [h for h in sides.right if h in sides.left]
    if len(both) < 3:
        side = right if len(sides.right) >= len(sides.left) else left
        return _from_one_side(side, left if side is left else None, right if side is right else None)
    pairs = [(h, sides.right[h], sides.left[h]) for h in both]
    central = limit([Quotient(h, (a - b) / (sides.moved[h] - sides.moved[-h]), spreads[h] / h) for h, a, b in pairs], 2)
    if left is not None and right is not None and abs(right.value - left.value) > 4 * (left.error + right.error):
        return Slope("kink", (left.value + right.value) / 2, (left.error + right.error) / 2, left, right)
    if central is None or sides.unresolved:
        return Slope("unknown", math.nan, math.inf, left, right)
    error = SAFE * central.error + 2 * EPSILON * abs(central.value)
    coarse = tuple((a - b) / (2 * h) for h, a, b in pairs if h > COARSE)
    return Slope("smooth", central.value, error, left, right, coarse=coarse)


def _one_sided(
    sides: Sides, values: Mapping[float, float], sign: int, spreads: Mapping[float, float]
) -> tuple[Estimate | None, Divergence | None]:
    """The limit of the quotients on one side, infinite where they grow without bound."""
    here = sides.here
    found = divergence({h: value - here for h, value in values.items()}, sides.seen)
    if found is not None:
        return Estimate(math.copysign(math.inf, sign * found.change), math.inf, min(values)), found
    quotients = [Quotient(h, (v - here) / sides.moved[sign * h], 2 * spreads[h] / h) for h, v in values.items()]
    return limit(quotients, 1), None


def _without_slope(left: Estimate | None, right: Estimate | None, broken: Sequence[Divergence]) -> Slope:
    """A jump where either side jumps; of a vertical tangent the value is infinite where it points one way."""
    jumps = [abs(each.change) for each in broken if each.kind == "jump"]
    ends = {side.value for side in (left, right) if side is not None}
    value = ends.pop() if len(ends) == 1 and not jumps else math.nan
    return Slope("jump" if jumps else "vertical", value, math.inf, left, right, step=max(jumps, default=0.0))


def _from_one_side(side: Estimate | None, left: Estimate | None, right: Estimate | None) -> Slope:
    if side is None:
        return Slope("unknown", math.nan, math.inf, left, right)
    return Slope("edge", side.value, side.error + 2 * EPSILON * abs(side.value), left, right)
