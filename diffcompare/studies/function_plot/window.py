"""The window of a plot: how far it reaches along x, and which values it shows; both are robust to poles."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from diffcompare.studies.function_plot.along_line import FunctionAlong, PlotSample
from diffcompare.studies.function_plot.curves import first_samples

LOOKS = 120  # samples that decide about one width
MAX_WAVES = 8  # changes between rising and falling that can be told apart
MAX_HALVINGS, MAX_DOUBLINGS = 30, 12
TOO_STEEP = 100  # a window whose values vary by more than this times those in its inner eighth hides them
NEARLY_STRAIGHT = 0.01  # of the height: a graph that is nowhere farther from its tangent is looked at from farther away
BLANK = 0.12  # of the function's own width: how much of a window outside its domain is shown

OUTER = 0.1  # of the values at both ends: what is beyond the middle 80 % may be cut off
LONG_TAIL = 4.0  # times the middle: where all values span more than this, the window is the middle and its margin
TAIL_MARGIN, MARGIN = 0.4, 0.06  # of the height, at both ends
# Times the height of the function: how much taller its derivative may make the window, and where values are cut off
MAX_GROWTH, MAX_GROWTH_OF_CUT = 2.5, 1.3
MIN_VISIBLE = 0.5  # of the derivative, or it is left out


class ValueWindow(NamedTuple):
    """The values that a plot shows, and whether it cuts off others."""

    low: float
    high: float
    cuts: bool

    @property
    def height(self) -> float:
        """The distance between both ends."""
        return self.high - self.low

    def contains(self, value: float) -> bool:
        """Tell whether a value is shown."""
        return self.low <= value <= self.high


# --- Along x ----------------------------------------------------------------------------------------------------------


def automatic_range(function: FunctionAlong, x: float) -> tuple[float, float]:
    """Return a range around x in which the function shows its behaviour there."""
    width = 2.0 if abs(x) <= 2 else round_number(abs(x))
    samples = _look(function, x, width)
    for _ in range(MAX_HALVINGS):
        if _waves(samples) <= MAX_WAVES and not _is_too_steep(samples, x, width):
            break
        width = round_number(width / 2, down=True)
        samples = _look(function, x, width)
    else:
        width = 2.0 if abs(x) <= 2 else round_number(abs(x))
    if _is_nearly_straight(samples):
        width = _farther(function, x, width)
    return _trimmed(_look(function, x, width), x)


def _look(function: FunctionAlong, x: float, width: float) -> list[PlotSample]:
    function.deadline.check()
    return first_samples(function, x - width, x + width, LOOKS)


def _waves(samples: Sequence[PlotSample]) -> int:
    rises = [sample.slope > 0 for sample in samples if sample.slope]
    return sum(before != after for before, after in pairwise(rises))


def _is_too_steep(samples: Sequence[PlotSample], x: float, width: float) -> bool:
    """Tell whether the values near x are a flat line in this window, and would not be in one half as wide."""

    def span(part: float) -> float:
        values = [s.value for s in samples if s.value is not None and abs(s.x - x) <= part * width]
        if len(values) < 3:
            return 0.0
        low, high, _ = _middle(values)
        return high - low

    whole, half, inner = span(1.0), span(0.5), span(0.125)
    return whole > TOO_STEEP * inner > 0 and whole > 64 * half


def _is_nearly_straight(samples: Sequence[PlotSample]) -> bool:
    known = [(s.x, s.value) for s in samples if s.value is not None]
    if len(known) < len(samples):
        return False
    (x, y), (end, last) = known[0], known[-1]
    slope = (last - y) / (end - x)
    values = [value for _, value in known]
    height = max(values) - min(values)
    return all(abs(value - y - slope * (at - x)) <= NEARLY_STRAIGHT * height for at, value in known)


def _farther(function: FunctionAlong, x: float, width: float) -> float:
    """Return a width at which the graph bends; the same one where it is straight as far as one looks."""
    wider = width
    for _ in range(MAX_DOUBLINGS):
        wider = round_number(2 * wider)
        samples = _look(function, x, wider)
        if any(sample.value is None for sample in samples):
            return width
        if not _is_nearly_straight(samples):
            return round_number(2 * wider)
    return width


def _trimmed(samples: Sequence[PlotSample], x: float) -> tuple[float, float]:
    """Return the ends of a window without most of what is outside the domain at its ends."""
    inside = [sample.x for sample in samples if sample.value is not None]
    low, high = samples[0].x, samples[-1].x
    if len(inside) < 2:
        return low, high
    blank = BLANK * (inside[-1] - inside[0])
    step = round_number(blank / 2)
    first, last = [math.floor(min(inside[0], x) / step) - 2, math.ceil(max(inside[-1], x) / step) + 2]
    return max(low, first * step), min(high, last * step)


def round_number(number: float, *, down: bool = False) -> float:
    """Round a positive number up (or down) to 1, 2 or 5 times a power of ten."""
    exponent = math.floor(math.log10(number))
    steps = [float(f"{digit}e{power}") for power in (exponent - 1, exponent, exponent + 1) for digit in (1, 2, 5)]
    if down:
        return max(step for step in steps if step <= number * 1.000001)
    return min(step for step in steps if step >= number * 0.999999)


# --- Along y ----------------------------------------------------------------------------------------------------------


def value_window(
    values: Iterable[float | None], slopes: Iterable[float | None], wanted: Iterable[float | None]
) -> tuple[ValueWindow, bool]:
    """Return the window for the values of a function, and whether its derivative is to be drawn in it.

    It shows all values, or where some are far outside (poles) the middle 80 % and a margin; `wanted` are in it always.
    """
    known = [value for value in values if value is not None]
    low, high, cuts = _middle(known)
    within = [value for value in wanted if value is not None]
    low, high = min([low, *within]), max([high, *within])
    height = (high - low) or abs(low) or 1.0
    known_slopes = [slope for slope in slopes if slope is not None]
    low_slope, high_slope, cuts_slopes = _middle(known_slopes)
    bottom, top = min(low, low_slope), max(high, high_slope)
    growth = MAX_GROWTH_OF_CUT if cuts or cuts_slopes else MAX_GROWTH
    if known_slopes and top - bottom > growth * height:
        reach = (growth - 1) * height
        bottom, top = max(bottom, low - reach), min(top, high + reach)
    inside = sum(bottom <= slope <= top for slope in known_slopes)
    shows_slopes = bool(known_slopes) and inside >= MIN_VISIBLE * len(known_slopes)
    if shows_slopes:
        low, high = bottom, top
        cuts = cuts or cuts_slopes or inside < len(known_slopes)
    margin = MARGIN * (high - low) or abs(low) or 1.0
    return ValueWindow(low - margin, high + margin, cuts), shows_slopes


def _middle(values: Sequence[float]) -> tuple[float, float, bool]:
    """Return the ends of all values, or of their middle with a margin where the others are far outside it."""
    if not values:
        return 0.0, 0.0, False
    ordered = sorted(values)
    last = len(ordered) - 1
    low, high = ordered[round(OUTER * last)], ordered[round((1 - OUTER) * last)]
    middle = high - low
    if ordered[-1] - ordered[0] <= LONG_TAIL * middle or middle == 0:
        return ordered[0], ordered[-1], False
    return max(ordered[0], low - TAIL_MARGIN * middle), min(ordered[-1], high + TAIL_MARGIN * middle), True
