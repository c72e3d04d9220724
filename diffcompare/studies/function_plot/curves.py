"""The points of a graph: dense where it bends, in pieces that no line joins, with rings and dots at their ends."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from diffcompare.studies.function_plot.along_line import FunctionAlong, PlotSample
from diffcompare.studies.function_plot.breaks import Break, Limit, is_unexpected, slopes_differ

Point: TypeAlias = tuple[float, float]
ValueEnds: TypeAlias = tuple[float, float]  # the lowest and the highest value of a window
EVERYTHING = (-math.inf, math.inf)

FIRST_SAMPLES = 160
MAX_SAMPLES, MAX_ROUNDS = 800, 6
PHASE = 0.3719  # of the grid: round numbers, at which functions often break, are not on it
FLAT = 0.002  # of the window's height: a stretch is straight if its middle is not farther from the chord
TORN = 0.15  # of the window's height: how far a sample may be from what the slopes lead to expect
APPROACHES = (3e-2, 1e-2, 3e-3, 1e-3, 1e-4, 1e-5)  # of the free way to a break: distances of samples beside it


class GraphCurve(NamedTuple):
    """A curve in pieces; dots belong to it, rings are ends that do not."""

    pieces: tuple[tuple[Point, ...], ...]
    rings: tuple[Point, ...] = ()
    dots: tuple[Point, ...] = ()

    @property
    def points(self) -> tuple[Point, ...]:
        """The points of all pieces, in the order of x."""
        return tuple([point for piece in self.pieces for point in piece])

    @property
    def breaks(self) -> tuple[int, ...]:
        """The numbers of the points that begin a piece, but for the first."""
        ends, total = [], 0
        for piece in self.pieces[:-1]:
            total += len(piece)
            ends.append(total)
        return tuple(ends)


def first_samples(function: FunctionAlong, low: float, high: float, count: int = FIRST_SAMPLES) -> list[PlotSample]:
    """Return samples at even distances, both ends among them."""
    inner = [low + (high - low) * ((place + PHASE) / count) for place in range(count)]
    return [function(x) for x in sorted({low, *inner, high}) if low <= x <= high]


def refined(
    function: FunctionAlong, samples: Sequence[PlotSample], breaks: Sequence[Break], y: ValueEnds
) -> list[PlotSample]:
    """Return the samples and more of them: beside breaks, and where a curve bends within the window `y`."""
    low, high = samples[0].x, samples[-1].x
    places = [low, *[place.x for place in breaks], high]
    xs = {sample.x for sample in samples}
    for before, x, after in zip(places, places[1:], places[2:], strict=False):
        xs |= {x - part * (x - before) for part in APPROACHES} | {x + part * (after - x) for part in APPROACHES}
    dense = [function(x) for x in sorted(xs)]
    broken = sorted(places)
    for _ in range(MAX_ROUNDS):
        if len(dense) >= MAX_SAMPLES or function.deadline.has_passed:
            break
        more = [
            function(middle)
            for before, after in pairwise(dense)
            if _may_bend(before, after, dense, y) and before.x < (middle := (before.x + after.x) / 2) < after.x
        ]
        bent = [middle for middle in more if middle.x not in broken]
        if not bent:
            break
        dense = sorted({*dense, *bent[: MAX_SAMPLES - len(dense)]}, key=lambda sample: sample.x)
    return dense


def _may_bend(before: PlotSample, after: PlotSample, samples: Sequence[PlotSample], y: ValueEnds) -> bool:
    """Tell whether the graph between two samples is far from its chord, by the slopes at both."""
    if before.value is None or after.value is None:
        return False
    height = y[1] - y[0]
    if not _is_near(before, after, (y[0] - height, y[1] + height)):
        return False
    if before.slope is None or after.slope is None:
        return abs(after.value - before.value) > 10 * FLAT * height
    return abs(after.slope - before.slope) * (after.x - before.x) / 8 > FLAT * height


def _is_near(before: PlotSample, after: PlotSample, y: ValueEnds) -> bool:
    """Tell whether the line between two neighbours passes through a window."""
    if before.value is None or after.value is None:
        return False
    return max(before.value, after.value) >= y[0] and min(before.value, after.value) <= y[1]


def value_curve(samples: Sequence[PlotSample], breaks: Sequence[Break], y: ValueEnds = EVERYTHING) -> GraphCurve:
    """Return the graph of the function in a window from y[0] to y[1]."""
    return _curve(_torn(samples, y), breaks, lambda sample: sample.value, _value_ends)


def slope_curve(samples: Sequence[PlotSample], breaks: Sequence[Break], y: ValueEnds = EVERYTHING) -> GraphCurve:
    """Return the graph of the derivative, which has no value at a kink."""
    return _curve(_torn(samples, y), breaks, lambda sample: sample.slope, _slope_ends)


def _torn(samples: Sequence[PlotSample], y: ValueEnds) -> list[PlotSample]:
    """Return the samples with a gap wherever two neighbours do not fit together.

    There a function has more poles or waves than samples, and nobody knows what is between.
    """
    torn = list(samples[:1])
    for before, after in pairwise(samples):
        if _is_near(before, after, y) and is_unexpected(before, after, TORN * (y[1] - y[0])):
            torn.append(PlotSample((before.x + after.x) / 2, None, None))
        torn.append(after)
    return torn


class _Ends(NamedTuple):
    """A curve at a break: its limits, its value, and whether it goes on."""

    left: Limit
    right: Limit
    here: float | None
    goes_on: bool


def _value_ends(place: Break) -> _Ends:
    return _Ends(place.left, place.right, place.value, place.kind in ("kink", "smooth"))


def _slope_ends(place: Break) -> _Ends:
    goes_on = place.kind == "smooth" or (place.kind == "kink" and not slopes_differ(place))
    return _Ends(place.left_slope, place.right_slope, None, goes_on)


def _curve(
    samples: Sequence[PlotSample],
    breaks: Sequence[Break],
    number: Callable[[PlotSample], float | None],
    ends_of: Callable[[Break], _Ends],
) -> GraphCurve:
    pieces: list[list[Point]] = [[]]
    rings: list[Point] = []
    dots: list[Point] = []
    at_breaks = {place.x for place in breaks}
    events: list[tuple[float, PlotSample | Break]] = [(place.x, place) for place in breaks]
    events += [(sample.x, sample) for sample in samples if sample.x not in at_breaks]
    for x, event in sorted(events, key=lambda pair: pair[0]):
        if isinstance(event, PlotSample):
            y = number(event)
            if y is None:
                pieces.append([])
            else:
                pieces[-1].append((x, y))
            continue
        ends = ends_of(event)
        if ends.goes_on:
            y = ends.left.value if ends.here is None else ends.here
            pieces[-1] += [] if y is None else [(x, y)]
            continue
        outer = [_joined(end, ends.here) for end in (ends.left, ends.right)]
        left, right = [None if y is None else (x, y) for y in outer]
        pieces[-1] += [left] if left is not None and pieces[-1] else []
        pieces.append([right] if right is not None else [])
        rings += [end for end in dict.fromkeys((left, right)) if end is not None and end[1] != ends.here]
        dots += [(x, ends.here)] if ends.here is not None else []
    return GraphCurve(tuple([tuple(piece) for piece in pieces if piece]), tuple(rings), tuple(dots))


def _joined(end: Limit, here: float | None) -> float | None:
    """Return the finite limit on one side, or the value at the place itself where the two are one."""
    if end.value is None or not math.isfinite(end.value):
        return None
    if here is not None and abs(end.value - here) <= 1e-3 * max(abs(end.value), abs(here), 1e-9):
        return here
    return end.value
