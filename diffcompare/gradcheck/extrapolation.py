"""The slope of f along a line, with an error bound, from values of f at shrinking steps (Ridders).

Difference quotients on both sides are extrapolated to step 0 (Ridders 1982).  Where they diverge, f jumps or has a
vertical tangent; where their one-sided limits differ, it has a kink; where one side has no values, an edge.  Steps h
are in units of the line's moves, the scale of the coordinate.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from diffcompare.gradcheck.noise import GRID
from diffcompare.gradcheck.values import EPSILON, LineValues
from diffcompare.numeric.difference_limits import MIN_SIGNAL, Estimate, Quotient, extrapolate

# --- Divergent quotients: f jumps at the point, or leaves it vertically -----------------------------------------------
#
# The change c(h) = f(x + h) - f(x) behaves like h^a.  Where f has a slope, a tends to 1, and 1 - a shrinks with the
# step; at a jump a is 0, at a vertical tangent between 0 and 1, and x*ln|x| has 1 - a = 1/ln(1/h), which hardly
# shrinks.  So the slope is infinite where 1 - a does not shrink over the smallest steps whose change exceeds the noise.

MIN_EXPONENTS = 5  # exponents a that have to agree
MIN_DEFICIT = 0.02  # the least 1 - a of a divergence
SHRINKAGE = 0.8  # 1 - a shrinks if it falls below this factor from one step to the next
MAX_JUMP_EXPONENT = 0.05


class Divergence(NamedTuple):
    """The reason why the quotients grow without bound."""

    kind: Literal["jump", "vertical"]
    change: float
    """Change of f at the smallest step: at a jump, its height."""


def divergence(changes: Mapping[float, float], noise: float) -> Divergence | None:
    """Classify f by its changes at shrinking steps h; return None where it may have a slope."""
    visible = [(abs(h), change) for h, change in changes.items() if abs(change) > MIN_SIGNAL * noise]
    tail = visible[-MIN_EXPONENTS - 1 :]
    if len(tail) <= MIN_EXPONENTS or any(a[1] * b[1] <= 0 for a, b in pairwise(tail)):
        return None
    deficits = [1 - math.log(a[1] / b[1]) / math.log(a[0] / b[0]) for a, b in pairwise(tail)]
    if min(deficits) < MIN_DEFICIT or any(fine < SHRINKAGE * coarse for coarse, fine in pairwise(deficits)):
        return None
    return Divergence("jump" if min(deficits[-2:]) > 1 - MAX_JUMP_EXPONENT else "vertical", tail[-1][1])


# --- The slope along a line: two-sided where f is smooth, one-sided at kinks and edges --------------------------------

# The first step; every further one is a quarter of the one before.  It has ten bits, so that x + h and x - h are exact
# doubles, and it is not a power of 2, because periods of functions often fit those.
MAX_STEP = 977 / 1024 / 16
QUICK_LEVELS = (0, 1, 2, 3, 4, 5, 8, 11)  # steps MAX_STEP / 4^k that suffice for a smooth f
MAX_LEVEL = 22  # the last k: within smaller steps there are only a few doubles
MIN_LARGE_STEP = 1e-3  # larger steps show how much f changes at all
MIN_COARSE_STEP = 1e-6  # quotients of larger steps are kept as the coarse ones
SAFETY_FACTOR = 2  # multiplies the error of the tableau, which is itself an estimate
STEEPNESS = 16  # f may be this many times steeper within a flat piece than one stair over its width
NEARBY_STEPS = 3  # a step and the two before it: the size of their values bounds the rounding
MIN_VISIBLE_NOISE = 2.0**-42  # noise below this part of the values is rounding in double precision
ENOUGH_DIGITS = 1e-9  # a slope with a smaller relative error needs no further steps


class DirectionalSlope(NamedTuple):
    """The derivative along a direction at the point, as far as values of f determine it."""

    kind: Literal["smooth", "edge", "kink", "vertical", "jump", "unknown"]
    """`smooth`: one number; `edge`: one number, from the only side with values; `kink`: a different number from either
    side; `vertical`, `jump`: infinite, of a continuous f or of one that jumps; `unknown`: none of these."""
    value: float
    error: float
    left: Estimate | None = None
    right: Estimate | None = None
    largest_quotient: float = 0.0
    """Largest difference quotient at large steps: compared with it the slope may be negligible."""
    complex_step: float | None = None
    """Im f(x + ih)/h, if f takes complex numbers and this agrees with the differences."""
    flat: bool = False
    """True if f has the same value at all of the smaller steps."""
    jump: float = 0.0
    """Height of the jump of f at the point."""
    coarse_quotients: tuple[float, ...] = ()
    """Central difference quotients at the larger steps."""

    def rescaled(self, scale: float) -> DirectionalSlope:
        """Return the slope per unit of the coordinate, which the line moves by `scale`."""
        left, right = (side and side._replace(value=side.value / scale, error=side.error / scale) for side in self[3:5])
        return self._replace(
            value=self.value / scale,
            error=self.error / scale,
            left=left,
            right=right,
            largest_quotient=self.largest_quotient / scale,
            complex_step=None if self.complex_step is None else self.complex_step / scale,
            coarse_quotients=tuple(quotient / scale for quotient in self.coarse_quotients),
        )

    @property
    def best(self) -> float:
        """The most precise number available."""
        return self.value if self.complex_step is None else self.complex_step


def directional_slopes(line: LineValues, noise: Sequence[float], max_level: int = MAX_LEVEL) -> list[DirectionalSlope]:
    """Return the slope of every component of f along a line.

    `noise` is the standard deviation of the noise of each component; no step is smaller than MAX_STEP / 4^max_level.
    """
    slopes = _slopes_at_levels(line, noise, [k for k in QUICK_LEVELS if k <= max_level])
    if not all(map(_is_precise, slopes, noise)):
        slopes = _slopes_at_levels(line, noise, range(max_level + 1))
    return slopes


def with_complex_step(
    slopes: Sequence[DirectionalSlope], complex_slopes: Sequence[float] | None
) -> list[DirectionalSlope]:
    """Return the slopes, with the complex step added where it agrees with the differences.

    Its error is negligible where f is analytic and computed as such (Squire & Trapp 1998, "Using complex
    variables to estimate derivatives of real functions", SIAM Rev. 40, 110-112).  |x|, max, .real or a conjugate break
    it silently, and where that concerns a small term only, differences cannot see it; therefore it never narrows the
    error by which an answer is called wrong.
    """
    if complex_slopes is None:
        return list(slopes)
    return [
        slope._replace(complex_step=number)
        if slope.kind == "smooth" and math.isfinite(number) and abs(number - slope.value) <= slope.error
        else slope
        for slope, number in zip(slopes, complex_slopes, strict=True)
    ]


def _is_precise(slope: DirectionalSlope, noise: float) -> bool:
    """Tell whether a slope is known to nine digits, or as well as the noise allows."""
    return slope.kind == "smooth" and slope.error <= max(ENOUGH_DIGITS * abs(slope.value), 64 * noise / MAX_STEP)


def step_sizes(levels: Sequence[int]) -> list[float]:
    """Return the steps MAX_STEP / 4^k, rounded to the grid."""
    return [round(MAX_STEP * 0.25**k / GRID) * GRID for k in levels]


def _slopes_at_levels(line: LineValues, noise: Sequence[float], levels: Sequence[int]) -> list[DirectionalSlope]:
    """Return the slopes of all components from values at the steps MAX_STEP / 4^k for all levels k."""
    steps = step_sizes(levels)
    above, below = [line(step) for step in steps], [line(-step) for step in steps]
    here = line(0.0)
    moved = {step: line.moved(step) for step in (*steps, *(-step for step in steps))}
    slopes = []
    for component, deviation in enumerate(noise):
        right, left = (
            {h: row[component] for h, row in zip(steps, rows, strict=True) if not math.isnan(row[component])}
            for rows in (above, below)
        )
        quotients = [
            abs(value - here[component]) / h
            for side in (left, right)
            for h, value in side.items()
            if h > MIN_LARGE_STEP
        ]
        largest = max(quotients, default=0.0)
        if largest == 0.0:
            deviation = max(deviation, EPSILON)  # f that does not change may be a difference of numbers about 1
        values = SideValues(here[component], right, left, deviation, line.values.rounding, moved)
        slopes.append(_slope(values)._replace(largest_quotient=largest, flat=values.flat))
    return slopes


class SideValues(NamedTuple):
    """Values of one component at the point and, by step, on both sides."""

    here: float
    right: Mapping[float, float]
    left: Mapping[float, float]
    noise: float
    """Standard deviation of the noise of the values."""
    rounding: float
    """Spacing at 1 of the type of number that f returns."""
    moved: Mapping[float, float]
    """How far each step really led, negative ones to the left: x + h is rounded where doubles are further apart."""

    def uncertainties(self) -> dict[float, float]:
        """Return by how much noise and rounding may have moved the values at each step.

        The terms that f adds up are as large as f is nearby, even where their sum is small.
        """
        uncertainties, sizes = {}, [abs(self.here)]
        for h in sorted({*self.right, *self.left}, reverse=True):
            sizes.append(max(abs(side.get(h, 0.0)) for side in (self.right, self.left)))
            uncertainties[h] = 3 * self.noise + self.rounding * max(sizes[0], *sizes[-NEARBY_STEPS:])
        return uncertainties

    @property
    def flat(self) -> bool:
        """True if f has the same value at the point and at all of the smaller steps."""
        return all(end <= {self.here} for end in self._values_at_small_steps())

    @property
    def hidden_slope(self) -> float:
        """The slope that f may have although it is flat around the point, because its values are coarse."""
        width = max(_flat_width(self.here, side) for side in (self.right, self.left))
        return STEEPNESS * self.noise * math.sqrt(12) / width if width and self.is_drowned_in_noise else 0.0

    @property
    def is_drowned_in_noise(self) -> bool:
        """True if f changes by no more than its noise, or what looks like noise."""
        values = [self.here, *self.right.values(), *self.left.values()]
        return self.noise > (max(values) - min(values)) / 8

    @property
    def change_threshold(self) -> float:
        """Size above which a change at the point is not noise; there is no noise where f is flat on both sides."""
        noise = 0.0 if all(len(end) <= 1 for end in self._values_at_small_steps()) else 3 * self.noise
        return noise + self.rounding * abs(self.here)

    @property
    def is_unresolved(self) -> bool:
        """True if f looks like mere noise, as a function does that varies within the smallest steps."""
        size = max(abs(value) for side in (self.right, self.left) for value in side.values())
        return not self.flat and self.is_drowned_in_noise and self.noise > MIN_VISIBLE_NOISE * size

    def _values_at_small_steps(self) -> list[set[float]]:
        """Return the values at the smaller half of the steps, for each side."""
        sides = [list(values.values()) for values in (self.right, self.left)]
        return [set(side[len(side) // 2 :]) for side in sides]


def _flat_width(here: float, values: Mapping[float, float]) -> float:
    """Return the largest step up to which f has the value of the point; 0 where even the smallest leaves it."""
    width = 0.0
    for h in sorted(values):
        if values[h] != here:
            break
        width = h
    return width


def _slope(sides: SideValues) -> DirectionalSlope:
    """Return the slope of one component from its values on both sides."""
    noise = sides.uncertainties()
    right, right_divergence = _one_sided(sides, sides.right, 1, noise)
    left, left_divergence = _one_sided(sides, sides.left, -1, noise)
    if right_divergence or left_divergence:
        return _divergent_slope(left, right, [side for side in (left_divergence, right_divergence) if side])
    both = [h for h in sides.right if h in sides.left]
    if len(both) < 3:
        side = right if len(sides.right) >= len(sides.left) else left
        edge = _edge_slope(side, left if side is left else None, right if side is right else None)
        return edge._replace(error=max(edge.error, sides.hidden_slope))
    pairs = [(h, sides.right[h], sides.left[h]) for h in both]
    quotients = [Quotient(h, (a - b) / (sides.moved[h] - sides.moved[-h]), noise[h] / h) for h, a, b in pairs]
    central = extrapolate(quotients, 2)
    if left is not None and right is not None and abs(right.value - left.value) > 4 * (left.error + right.error):
        return DirectionalSlope("kink", (left.value + right.value) / 2, (left.error + right.error) / 2, left, right)
    if central is None or sides.is_unresolved:
        return DirectionalSlope("unknown", math.nan, math.inf, left, right)
    error = max(SAFETY_FACTOR * central.error + 2 * EPSILON * abs(central.value), sides.hidden_slope)
    coarse = tuple((a - b) / (2 * h) for h, a, b in pairs if h > MIN_COARSE_STEP)
    return DirectionalSlope("smooth", central.value, error, left, right, coarse_quotients=coarse)


def _one_sided(
    sides: SideValues, values: Mapping[float, float], sign: int, noise: Mapping[float, float]
) -> tuple[Estimate | None, Divergence | None]:
    """Return the limit of the quotients on one side, infinite where they diverge, and the divergence if any."""
    here = sides.here
    divergent = divergence({h: value - here for h, value in values.items()}, sides.change_threshold)
    if divergent is not None:
        return Estimate(math.copysign(math.inf, sign * divergent.change), math.inf, min(values)), divergent
    quotients = [Quotient(h, (v - here) / sides.moved[sign * h], 2 * noise[h] / h) for h, v in values.items()]
    return extrapolate(quotients, 1), None


def _divergent_slope(
    left: Estimate | None, right: Estimate | None, divergences: Sequence[Divergence]
) -> DirectionalSlope:
    """Return a jump if either side jumps, else a vertical tangent: infinite if both sides agree in sign, else nan."""
    jumps = [abs(side.change) for side in divergences if side.kind == "jump"]
    limits = {side.value for side in (left, right) if side is not None}
    value = limits.pop() if len(limits) == 1 and not jumps else math.nan
    return DirectionalSlope("jump" if jumps else "vertical", value, math.inf, left, right, jump=max(jumps, default=0.0))


def _edge_slope(side: Estimate | None, left: Estimate | None, right: Estimate | None) -> DirectionalSlope:
    if side is None:
        return DirectionalSlope("unknown", math.nan, math.inf, left, right)
    return DirectionalSlope("edge", side.value, side.error + 2 * EPSILON * abs(side.value), left, right)


# --- The scale of f at a coordinate that is 0, where the coordinate says nothing about it -----------------------------

PROBE_STRIDE = 60  # halvings of the step from one probe to the next
MAX_PROBE = 1020  # 2^-1020 is about the smallest double of full precision
UNRESOLVED_CHANGE = 2.0**-6  # f that changes by more than this part at the smallest steps is not resolved by them
RESOLVED_CHANGE = 2.0**-10  # f that changes by less than this part is
SCALE_HALVINGS = 14  # from the scale down to the step at which f changes so little


def finer_scale(line: LineValues, component: int) -> float | None:
    """Return the scale on which a component of f varies; None where the usual steps resolve it, or no step does.

    The usual steps resolve 1e-9*x^2; no step resolves an f that jumps at the point.
    """
    coarsest, finest = (
        max(_change(line, component, step) for step in step_sizes(levels))
        for levels in (range(0, MAX_LEVEL, 4), range(MAX_LEVEL - 3, MAX_LEVEL + 1))
    )
    if finest <= UNRESOLVED_CHANGE * coarsest:
        return None
    enough = RESOLVED_CHANGE * finest
    probes = range(PROBE_STRIDE, MAX_PROBE + 1, PROBE_STRIDE)
    fine = next((k for k in probes if _change(line, component, 2.0**-k) <= enough), 0)
    coarse = fine - PROBE_STRIDE
    while fine - coarse > 1:
        middle = (fine + coarse) // 2
        coarse, fine = (coarse, middle) if _change(line, component, 2.0**-middle) <= enough else (middle, fine)
    return 2.0 ** (SCALE_HALVINGS - fine) if fine else None


def _change(line: LineValues, component: int, step: float) -> float:
    """Return the larger change of f on either side, 0 where it has no values."""
    here = line(0.0)[component]
    changes = [abs(line(side)[component] - here) for side in (step, -step)]
    return max((change for change in changes if change == change), default=0.0)
