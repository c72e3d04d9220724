"""How small steps have to be at a coordinate that is 0, where nothing tells the size of things."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from diffcompare.gradcheck.noise import UNIT
from diffcompare.gradcheck.values import EPSILON, LineValues

# Where f has no slope on one side: it jumps at the point, or leaves it vertically.
#
# The change c(h) = f(x + h) - f(x) goes like h^a. For a slope a tends to 1, and 1 - a falls with the step; at a
# jump a is 0, at a vertical tangent between 0 and 1, and x*ln|x| has 1 - a = 1/ln(1/h), which hardly falls. So a
# slope is infinite where 1 - a does not fall over all of the smallest steps at which the change is seen above the
# noise.

SEEN = 8
"""Times the noise: smaller changes say nothing."""
FEWEST = 5
"""Exponents that have to say the same."""
LEAST = 0.02
"""How far below 1 they lie."""
FALLS = 0.8
"""By such a factor 1 - a falls from one step to the next, or it does not fall."""
JUMP = 0.05
"""Exponents below are those of a jump."""


class Divergence(NamedTuple):
    """How the quotients grow without bound."""

    kind: Literal["jump", "vertical"]
    change: float
    """By how much f changes at the smallest step: at a jump, its height."""


def divergence(changes: Mapping[float, float], noise: float) -> Divergence | None:
    """Return what f does at the end of falling steps; None where it may have a slope."""
    seen = [(abs(h), change) for h, change in changes.items() if abs(change) > SEEN * noise]
    tail = seen[-FEWEST - 1 :]
    if len(tail) <= FEWEST or any(a[1] * b[1] <= 0 for a, b in pairwise(tail)):
        return None
    lacking = [1 - math.log(a[1] / b[1]) / math.log(a[0] / b[0]) for a, b in pairwise(tail)]
    if min(lacking) < LEAST or any(fine < FALLS * coarse for coarse, fine in pairwise(lacking)):
        return None
    return Divergence("jump" if min(lacking[-2:]) > 1 - JUMP else "vertical", tail[-1][1])


# The limit of difference quotients for steps towards 0, and how far it can be trusted.
#
# Ridders' tableau (Ridders 1982, "Accurate computation of F'(x) and F'(x) F''(x)", Adv. Eng. Software 4, 75-76;
# also Press et al., Numerical Recipes, 5.7): T[i][0] is the quotient at step h_i, and
#
# T[i][j] = T[i][j-1] + (T[i][j-1] - T[i-1][j-1]) / ((h_(i-j)/h_i)^p - 1)
#
# removes one power of h^p after the other (p is 2 for central quotients, 1 for one-sided ones). The error of an
# entry is its largest distance to its two parents and to the entry above (a coincidence of two says little), plus
# what noise of the values makes of it, twice that to be safe; the entry with the least is taken.
#
# A tableau of coarse steps does not see what is finer than they are (a narrow bump, a kink close by, a period that
# fits the steps). So the result has to be *confirmed*: quotients at all smaller steps may leave it by no more than
# their noise and a truncation error that shrinks with the step. Where they do leave it, the coarsest step goes, and
# so on.

LEFT_OUT = 3
"""Where coarse steps were left out, an estimate was chosen out of many, and coincidences of small differences with it:
so many times its error is believed."""
TERMS = 4
"""Changes from one quotient to the next, at the smallest steps that show them, that have to fall alike."""
SLOW = 0.3
"""Changes that fall by less from one step to the next fall more slowly than those of a smooth function."""
ALIKE = 1.2
"""The factor by which the falls may differ."""
WITNESSES = 2
"""Smaller steps that are needed to confirm a result for which coarse steps were left out."""


class Quotient(NamedTuple):
    """A difference quotient at a step, and by how much noise can have moved it."""

    step: float
    value: float
    noise: float


class Estimate(NamedTuple):
    """A limit and a bound of its error; an infinite limit where the quotients grow without bound."""

    value: float
    error: float
    step: float
    """The smallest step that went into it."""


def limit(quotients: Sequence[Quotient], power: int) -> Estimate | None:
    """The limit for h to 0 of quotients at falling steps; None where too few are left to say anything."""
    nearest: Estimate | None = None
    for first in range(len(quotients) - 1):
        best = _best(quotients[first:], power)
        if best is None or (first and sum(1 for each in quotients if each.step < best.step) < WITNESSES):
            continue
        confirmed, spread = _confirmed(best, quotients[first:], power)
        if confirmed:
            return best._replace(error=max(best.error * (LEFT_OUT if first else 1), _to_go(best, quotients)))
        if spread < math.inf and (nearest is None or best.error + spread < nearest.error):
            nearest = best._replace(error=best.error + spread)
    return nearest


def _to_go(best: Estimate, quotients: Sequence[Quotient]) -> float:
    """How far the estimate may still be off where quotients fall like a small power of the step, as of |x|^1.1 at 0.

    They are a geometric sequence then, whose limit Aitken's rule knows; the tableau removes whole powers only.
    """
    changes = [(a, b) for a, b in pairwise(quotients) if abs(b.value - a.value) > SEEN * (a.noise + b.noise)]
    last = changes[-TERMS:]
    if len(last) < TERMS or any(a[1] is not b[0] for a, b in pairwise(last)):
        return 0.0
    falls = [b.value - a.value for a, b in last]
    ratios = [fine / coarse for coarse, fine in pairwise(falls)]
    if not (min(ratios) > SLOW and max(ratios) < min(1, ALIKE * min(ratios))):
        return 0.0
    end = last[-1][1].value + falls[-1] * ratios[-1] / (1 - ratios[-1])
    return 2 * abs(end - best.value)


def _best(quotients: Sequence[Quotient], power: int) -> Estimate | None:
    """The entry of the tableau with the least error."""
    best: Estimate | None = None
    above: list[tuple[float, float]] = []
    for i, quotient in enumerate(quotients):
        row = [(quotient.value, quotient.noise)]
        for j in range(1, i + 1):
            weight = 1 / ((quotients[i - j].step / quotient.step) ** power - 1)
            value = row[-1][0] + (row[-1][0] - above[j - 1][0]) * weight
            noise = row[-1][1] + (row[-1][1] + above[j - 1][1]) * weight
            neighbours = [row[-1][0], *[each[0] for each in above[j - 1 : j + 1]]]
            error = 2 * (max(abs(value - each) for each in neighbours) + noise)
            if math.isfinite(value) and (best is None or error < best.error):
                best = Estimate(value, error, quotient.step)
            row.append((value, noise))
        above = row
    return best


def _confirmed(best: Estimate, quotients: Sequence[Quotient], power: int) -> tuple[bool, float]:
    """Whether the quotients at smaller steps agree with the estimate, and how far they leave it:
    infinitely far where the last of them is the furthest."""
    finer = [quotient for quotient in quotients if quotient.step < best.step]
    own = next(quotient for quotient in quotients if quotient.step == best.step)
    truncation = 2 * abs(own.value - best.value)
    confirmed, spread, last, furthest = True, 0.0, 0.0, -math.inf
    for each in finer:
        last = abs(each.value - best.value) - 2 * each.noise
        confirmed = confirmed and last <= best.error + truncation * (each.step / own.step) ** power
        furthest = max(furthest, last)
        spread = max(spread, abs(each.value - best.value))
    unbounded = not confirmed and last == furthest  # they may go on leaving it
    return confirmed, math.inf if unbounded else spread


# The slope of f along a direction, from values alone: two-sided where f is smooth, one-sided at kinks and edges.

MAX_STEP = 977 / 1024 / 16
"""The first step, times the scale of the coordinate; every further one is a quarter of the one before.  It has ten
bits, so that x + h and x - h are doubles, and it is no power of 2, which periods like to fit."""
FIRST = (0, 1, 2, 3, 4, 5, 8, 11)
"""Steps that are enough for a smooth f: LARGEST / 4^k."""
MAX_HALVINGS = 22
"""The last k: of smaller steps a double at the point has only a few between itself and the next."""
SMALL = 1e-3
"""Steps above tell how much f changes at all."""
COARSE = 1e-6
"""Steps above are the larger ones."""
SAFE = 2
"""Times the error of the tableau, which is itself an estimate."""
STEEPER = 16
"""Times the slope across a flat piece: f may be so much steeper within it."""
NEARBY = 3
"""Steps whose values are nearby: a step and the two before it."""
VISIBLE = 2.0**-42
"""Noise below such a part of the values is rounding in double precision."""
GOOD = 1e-9
"""A slope that is known to so many digits needs no further steps."""


class DirectionalSlope(NamedTuple):
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

    def per(self, scale: float) -> DirectionalSlope:
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


def slopes(line: LineValues, noise: Sequence[float], deepest: int = MAX_HALVINGS) -> list[DirectionalSlope]:
    """The slope of every component of f.  `noise` is the standard deviation of each near the point."""
    found = _slopes(line, noise, [k for k in FIRST if k <= deepest])
    if not all(_is_good(each, spread) for each, spread in zip(found, noise, strict=True)):
        found = _slopes(line, noise, range(deepest + 1))
    return found


def with_complex_step(
    found: Sequence[DirectionalSlope], complex_slopes: Sequence[float] | None
) -> list[DirectionalSlope]:
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


def _is_good(slope: DirectionalSlope, noise: float) -> bool:
    """Known to nine digits, or as well as the noise allows at all."""
    return slope.kind == "smooth" and slope.error <= max(GOOD * abs(slope.value), 64 * noise / MAX_STEP)


def step_sizes(levels: Sequence[int]) -> list[float]:
    """The steps, times the scale of the coordinate."""
    return [round(MAX_STEP * 0.25**k / UNIT) * UNIT for k in levels]


def _slopes(line: LineValues, noise: Sequence[float], levels: Sequence[int]) -> list[DirectionalSlope]:
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
    def hidden(self) -> float:
        """The slope that f may have although it is flat around the point, where its other values are coarse as well:
        some times one step of the values over the flat piece."""
        width = max(_flat_up_to(self.here, side) for side in (self.right, self.left))
        return STEEPER * self.noise * math.sqrt(12) / width if width and self.drowned else 0.0

    @property
    def drowned(self) -> bool:
        """Whether f changes by no more than its noise, or what looks like that."""
        values = [self.here, *self.right.values(), *self.left.values()]
        return self.noise > (max(values) - min(values)) / 8

    @property
    def seen(self) -> float:
        """The size above which a change at the point is none by noise: where f is flat on both sides there is none."""
        noise = 0.0 if all(len(end) <= 1 for end in self._ends()) else 3 * self.noise
        return noise + self.rounding * abs(self.here)

    @property
    def unresolved(self) -> bool:
        """Whether f seems to be nothing but noise: so does a function that varies within the smallest steps."""
        size = max(abs(value) for side in (self.right, self.left) for value in side.values())
        return not self.flat and self.drowned and self.noise > VISIBLE * size

    def _ends(self) -> list[set[float]]:
        """The values at the smaller steps, side by side."""
        sides = [list(values.values()) for values in (self.right, self.left)]
        return [set(side[len(side) // 2 :]) for side in sides]


def _flat_up_to(here: float, values: Mapping[float, float]) -> float:
    """The largest step up to which f has the same value as at the point; 0 where it has not even at the smallest."""
    width = 0.0
    for h in sorted(values):
        if values[h] != here:
            break
        width = h
    return width


def _slope(sides: Sides) -> DirectionalSlope:
    """The slope of one component, of its values at steps to the right and to the left."""
    spreads = sides.spreads()
    right, broken_right = _one_sided(sides, sides.right, 1, spreads)
    left, broken_left = _one_sided(sides, sides.left, -1, spreads)
    if broken_right or broken_left:
        return _without_slope(left, right, [each for each in (broken_left, broken_right) if each])
    both = [h for h in sides.right if h in sides.left]
    if len(both) < 3:
        side = right if len(sides.right) >= len(sides.left) else left
        one = _from_one_side(side, left if side is left else None, right if side is right else None)
        return one._replace(error=max(one.error, sides.hidden))
    pairs = [(h, sides.right[h], sides.left[h]) for h in both]
    central = limit([Quotient(h, (a - b) / (sides.moved[h] - sides.moved[-h]), spreads[h] / h) for h, a, b in pairs], 2)
    if left is not None and right is not None and abs(right.value - left.value) > 4 * (left.error + right.error):
        return DirectionalSlope("kink", (left.value + right.value) / 2, (left.error + right.error) / 2, left, right)
    if central is None or sides.unresolved:
        return DirectionalSlope("unknown", math.nan, math.inf, left, right)
    error = max(SAFE * central.error + 2 * EPSILON * abs(central.value), sides.hidden)
    coarse = tuple((a - b) / (2 * h) for h, a, b in pairs if h > COARSE)
    return DirectionalSlope("smooth", central.value, error, left, right, coarse=coarse)


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


def _without_slope(left: Estimate | None, right: Estimate | None, broken: Sequence[Divergence]) -> DirectionalSlope:
    """A jump where either side jumps; of a vertical tangent the value is infinite where it points one way."""
    jumps = [abs(each.change) for each in broken if each.kind == "jump"]
    ends = {side.value for side in (left, right) if side is not None}
    value = ends.pop() if len(ends) == 1 and not jumps else math.nan
    return DirectionalSlope("jump" if jumps else "vertical", value, math.inf, left, right, step=max(jumps, default=0.0))


def _from_one_side(side: Estimate | None, left: Estimate | None, right: Estimate | None) -> DirectionalSlope:
    if side is None:
        return DirectionalSlope("unknown", math.nan, math.inf, left, right)
    return DirectionalSlope("edge", side.value, side.error + 2 * EPSILON * abs(side.value), left, right)


STRIDE = 60
"""Halvings of the step from one probe to the next."""
LAST = 1020
"""2 to the power of minus this is about the smallest double of full precision."""
STILL = 2.0**-6
"""f that changes by such a part at the smallest step, of all that it changes, has not been resolved."""
LITTLE = 2.0**-10
"""f that changes by such a part has been."""
ROOM = 14
"""Halvings between the scale and the step at which f changes little."""


def finer_scale(line: LineValues, component: int) -> float | None:
    """Return the scale on which a component of f varies; None where the steps resolve it, or no step does.

    Of f that jumps at the point no step does, and of 1e-9*x^2 all do.
    """
    coarsest, finest = (
        max(_change(line, component, step) for step in step_sizes(levels))
        for levels in (range(0, MAX_HALVINGS, 4), range(MAX_HALVINGS - 3, MAX_HALVINGS + 1))
    )
    if finest <= STILL * coarsest:
        return None
    enough = LITTLE * finest
    fine = next((k for k in range(STRIDE, LAST + 1, STRIDE) if _change(line, component, 2.0**-k) <= enough), 0)
    coarse = fine - STRIDE
    while fine - coarse > 1:
        middle = (fine + coarse) // 2
        coarse, fine = (coarse, middle) if _change(line, component, 2.0**-middle) <= enough else (middle, fine)
    return 2.0 ** (ROOM - fine) if fine else None


def _change(line: LineValues, component: int, step: float) -> float:
    """The larger change to either side; f without a value there changes by nothing that helps."""
    here = line(0.0)[component]
    changes = [abs(line(side)[component] - here) for side in (step, -step)]
    return max((change for change in changes if change == change), default=0.0)
