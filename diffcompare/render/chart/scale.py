"""Axes of charts: the position of a value between the ends of an axis, and the ticks.

Values may be integers far beyond the range of doubles (sizes of formulas): they are compared by their logarithms, or as
fractions, and never converted to doubles.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from diffcompare.document import Axis, Plot, Series, pieces


class Tick(NamedTuple):
    """A tick of an axis: its place from 0 to 1, and its number (on a logarithmic axis the exponent of ten)."""

    place: float
    number: float


class Scale(NamedTuple):
    """An axis from `low` to `high`, which are exponents of ten on a logarithmic one."""

    low: Fraction
    high: Fraction
    log: bool
    whole: bool = False  # the axis counts, and has no ticks between whole numbers

    def place(self, value: float) -> float:
        """Return the place of a value: 0 at the low end, 1 at the high end, less or more outside the axis."""
        number = Fraction(math.log10(value)) if self.log else Fraction(value)
        return float((number - self.low) / (self.high - self.low))

    def ticks(self, most: int) -> list[Tick]:
        """Return ticks at round numbers, about `most` of them at most."""
        step = _round_step((self.high - self.low) / max(most - 1, 1), whole=self.log or self.whole)
        first, last = math.ceil(self.low / step), math.floor(self.high / step)
        numbers = [step * count for count in range(first, last + 1)]
        return [Tick(float((number - self.low) / (self.high - self.low)), _short(number)) for number in numbers]


def scale_of(values: Iterable[float], *, log: bool, from_zero: bool = False) -> Scale:
    """Return an axis that covers these values and ends at whole powers of ten or at round numbers.

    Values that a logarithmic axis cannot show (0 and below) are ignored.  `from_zero` is for bars: their axis begins at
    0, or on a logarithmic axis below the smallest bar.
    """
    known = [value for value in values if value > 0 or not log]
    if not known:
        return Scale(Fraction(0), Fraction(1), log)
    if log:
        low, high = math.log10(min(known)), math.log10(max(known))
        bottom = math.floor(low) - (1 if from_zero and low == math.floor(low) else 0)
        return Scale(Fraction(bottom), Fraction(max(math.ceil(high), bottom + 1)), log)
    least, most = Fraction(0 if from_zero else min(known)), Fraction(max(known))
    if least == most:
        least, most = least - (0 if from_zero else 1), most + 1
    step = _round_step((most - least) / 4, whole=False)
    return Scale(math.floor(least / step) * step, math.ceil(most / step) * step, log)


def _round_step(step: Fraction, *, whole: bool) -> Fraction:
    """Round up to 1, 2 or 5 times a power of ten, which is at least 1 if the step must be whole."""
    if whole:
        return _first_from(step, 0)
    return _first_from(step, math.floor(math.log10(step.numerator) - math.log10(step.denominator)) - 1)


def _first_from(step: Fraction, exponent: int) -> Fraction:
    while True:
        for digit in (1, 2, 5):
            candidate = digit * Fraction(10) ** exponent
            if candidate >= step:
                return candidate
        exponent += 1


def _short(number: Fraction) -> float:
    return number.numerator if number.denominator == 1 else number.numerator / number.denominator


def tick_labels(ticks: Sequence[Tick], *, log: bool) -> list[str]:
    """Return the numbers of ticks as text, with as many digits as tell them apart: 0.30000001, 0.30000002."""
    labels = [tick_label(tick.number, log=log) for tick in ticks]
    for digits in range(7, 18):
        if len(set(labels)) == len(labels):
            break
        labels = [f"{tick.number:.{digits}g}" for tick in ticks]
    return labels


def tick_label(number: float, *, log: bool) -> str:
    """Return a tick's number as text: `1e-4` for the exponent -4, `0.25`, `2e+30`."""
    if log:
        return f"1e{number:d}" if isinstance(number, int) else f"1e{number:g}"
    return f"{number:g}" if isinstance(number, float) or abs(number) < 10**6 else power_text(number)


def power_text(number: float, digits: int = 3) -> str:
    """Return a number to a few digits, such as `1.37e+212`, beyond the doubles too; short integers in full."""
    if isinstance(number, float):
        return f"{number:.{digits}g}"
    if abs(number) < 10**9:
        return str(number)
    exponent = math.log10(abs(number))
    whole = math.floor(exponent)
    mantissa = f"{10 ** (exponent - whole):.{digits - 1}f}"
    if mantissa.startswith("10"):
        mantissa, whole = f"{1:.{digits - 1}f}", whole + 1
    return f"{'-' if number < 0 else ''}{mantissa}e+{whole}"


# --- Plots ------------------------------------------------------------------------------------------------------------

Point = tuple[float, float]
FAR = 1e6  # heights of the window; what is farther away is drawn as if it were there


def scales(plot: Plot) -> tuple[Scale, Scale]:
    """Return the scales of the x axis and of the y axis."""
    points = [point for series in plot.series for point in series.points]
    return _axis_scale(plot.x, [x for x, _ in points]), _axis_scale(plot.y, [y for _, y in points])


def _axis_scale(axis: Axis, values: Sequence[float]) -> Scale:
    if axis.whole:  # it ends at the first and the last number
        return Scale(Fraction(min(values)), Fraction(max(max(values), min(values) + 1)), False, whole=True)
    if axis.span is None:
        return scale_of(values, log=axis.log)
    low, high = axis.span
    if axis.log:
        low, high = math.log10(low), math.log10(high)
    return Scale(Fraction(low), Fraction(high), axis.log)


def placed(series: Series, x: Scale, y: Scale) -> list[list[Point]]:
    """Return the pieces of a curve as places from 0 to 1 along both axes, cut off at the edges of the window."""
    cut = []
    for piece in pieces(series):
        places = [(_near(x, a), _near(y, b)) for a, b in piece]
        cut += _inside(places) if series.marks not in ("dots", "rings") else [[p] for p in places if _contains(p)]
    return cut


def _near(scale: Scale, value: float) -> float:
    """Return the place of a value, which is kept near enough to compute with."""
    low, high = (float(scale.low), float(scale.high)) if not scale.log else (0.0, 0.0)
    reach = FAR * (high - low)
    return scale.place(min(max(value, low - reach), high + reach) if 0 < reach < math.inf else value)


def _contains(place: Point) -> bool:
    return all(-1e-9 <= along <= 1 + 1e-9 for along in place)


def _inside(places: Sequence[Point]) -> list[list[Point]]:
    """Return what is inside the unit square of a polyline, in pieces."""
    if len(places) == 1:
        return [list(places)] if _contains(places[0]) else []
    parts: list[list[Point]] = []
    for start, end in pairwise(places):
        segment = _cut(start, end)
        if segment is None:
            continue
        if parts and parts[-1][-1] == segment[0]:
            parts[-1].append(segment[1])
        else:
            parts.append(list(segment))
    return parts


def _cut(start: Point, end: Point) -> tuple[Point, Point] | None:
    """Return the part of a segment inside the unit square, by the method of Liang and Barsky (1984)."""
    first, last = 0.0, 1.0
    for a, b in zip(start, end, strict=True):
        for gap, move in ((a, b - a), (1 - a, a - b)):  # the distance from an edge, and how it grows
            if move == 0:
                if gap < 0:
                    return None
            elif move > 0:
                first = max(first, -gap / move)
            else:
                last = min(last, -gap / move)
    if first > last:
        return None

    def at(t: float) -> Point:
        return start[0] + t * (end[0] - start[0]), start[1] + t * (end[1] - start[1])

    return (start if first == 0 else at(first)), (end if last == 1 else at(last))


def spread(count: int, most: int) -> range:
    """Return at most `most` of the places 0 .. count - 1, evenly spaced."""
    return range(0, count, max(1, math.ceil(count / most)))
