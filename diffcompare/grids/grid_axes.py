"""Grids of points: an axis for every variable that moves, `x=0:10:1000` or `x=1e-6:1e6:1000:log`.

An axis has its two ends and what lies evenly between them, as `numpy.linspace` has it (`numpy.geomspace` with `log`).
No grid is ever stored: its points are made block by block.  (NumPy is imported late: a slip in an axis is told before.)
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.inputs.point import constant_value, parse_assignments

MAX_POINTS = 10**8
EXAMPLE = "x=0:10:1000"
OVER, RANGE = "--over", "--range"
MIN_DOUBLES = 8  # in a range that is drawn


class GridAxis(NamedTuple):
    """The values of one variable: `points` of them from `start` to `stop`, both included."""

    name: str
    start: float
    stop: float
    points: int
    is_log: bool = False

    @property
    def text(self) -> str:
        """The axis as `--over` takes it."""
        return f"{self.name}={self.start:g}:{self.stop:g}:{self.points}{':log' * self.is_log}"

    def all_values(self) -> Any:
        """Return all values of the axis as an array."""
        import numpy as np

        return self.values(np.arange(self.points))

    def values(self, places: Any) -> Any:
        """Return the values at some places of the axis, an array of whole numbers from 0."""
        import numpy as np

        last = max(self.points - 1, 1)
        if self.is_log:
            size = math.log10(abs(self.start)), math.log10(abs(self.stop))
            inner = np.power(10.0, size[0] + places * ((size[1] - size[0]) / last)) * math.copysign(1.0, self.start)
        else:
            inner = self.start + places * ((self.stop - self.start) / last)
        inner = np.where(places == 0, self.start, inner)
        return np.where((places == self.points - 1) & (self.points > 1), self.stop, inner)


class PointGrid(NamedTuple):
    """All combinations of the values of some axes, the last one moving fastest, with the other variables fixed."""

    variables: tuple[str, ...]
    axes: tuple[GridAxis, ...]
    fixed: Mapping[str, float]

    @property
    def points(self) -> int:
        """The number of points."""
        return math.prod(axis.points for axis in self.axes)

    def columns(self, places: Any) -> list[Any]:
        """Return the coordinates of the points at some places: an array for a variable with an axis, else a number."""
        inner = self.points
        moving: dict[str, Any] = {}
        for axis in self.axes:
            inner //= axis.points
            moving[axis.name] = axis.values(places // inner % axis.points if len(self.axes) > 1 else places)
        return [moving.get(name, self.fixed.get(name)) for name in self.variables]

    def point(self, place: int) -> dict[str, float]:
        """Return one point."""
        import numpy as np

        return {
            name: float(np.ravel(column)[0])
            for name, column in zip(self.variables, self.columns(np.array([place])), strict=True)
        }


def parse_axes(specs: Sequence[str]) -> tuple[GridAxis, ...]:
    """Parse the axes of `--over`.  Raises DiffcompareError for what is none, with its place and an example."""
    parsed = parse_assignments(specs, OVER, lambda text, source: (text, source))
    axes = tuple([_axis(name, *text.split(":"), source=source) for name, (text, source) in parsed.items()])
    check_size(axes)
    return axes


def check_size(axes: Sequence[GridAxis]) -> None:
    """Raise DiffcompareError where a grid has too many points."""
    total = math.prod(axis.points for axis in axes)
    if total > MAX_POINTS:
        number = f"{total:,}" if total < 10**15 else f"{float(min(total, 10**300)):.1g}"
        raise _bad(f"the grid has {number} points, and at most {MAX_POINTS:,} are computed", "take fewer on an axis")


def _axis(name: str, *parts: str, source: str) -> GridAxis:
    text = ":".join(parts)
    if not 3 <= len(parts) <= 4 or (len(parts) == 4 and parts[3].strip().lower() != "log"):
        raise _bad(f"`{name}={text}` is no axis", f"first value, last value, number of points: {OVER} {name}=0:10:1000")
    start, stop = [constant_value(part, source) for part in parts[:2]]
    return checked_axis(name, start, stop, _number(name, parts[2]), is_log=len(parts) == 4)


def _number(name: str, text: str) -> int:
    try:
        number = float(text) if text.isascii() and len(text) < 400 and "_" not in text else math.nan
    except ValueError:
        number = math.nan
    if math.isnan(number) or (number < math.inf and not number.is_integer()):
        message = f"the number of points of `{name}` is `{text[:40]}`"
        raise _bad(message, f"a whole number, as in {OVER} {name}=0:10:1000")
    return 10**19 if number > 1e18 else int(number)


def parse_range(text: str) -> tuple[float, float]:
    """Parse `0:10`, the first and the last value of one variable.  Raises DiffcompareError for anything else."""
    parts = text.split(":")
    if len(parts) != 2:
        message = f"`{RANGE} {text[:40]}` is no range"
        raise _bad(message, f"first value and last value: {RANGE} 0:10", RANGE)
    low, high = [constant_value(part, RANGE) for part in parts]
    return checked_range(low, high)


def checked_range(low: float, high: float) -> tuple[float, float]:
    """Return both ends of a range, or raise DiffcompareError where nothing is between them."""
    if not (math.isfinite(low) and math.isfinite(high) and math.isfinite(high - low)):
        raise _bad("the range is longer than the doubles", f"for example {RANGE} 0:10", RANGE)
    if not low < high:
        help = f"the smaller one first: {RANGE} {high:g}:{low:g}" if high < low else f"for example {RANGE} 0:10"
        raise _bad(f"the range from {low:g} to {high:g} is empty", help, RANGE)
    if high - low < MIN_DOUBLES * max(math.ulp(low), math.ulp(high)):
        message = f"there are fewer than {MIN_DOUBLES} doubles from {low!r} to {high!r}"
        raise _bad(message, f"a longer range: {RANGE} {low - abs(low) * 1e-14!r}:{high + abs(high) * 1e-14!r}", RANGE)
    return low, high


def checked_axis(name: str, start: float, stop: float, points: int, *, is_log: bool = False) -> GridAxis:
    """Return an axis, or raise DiffcompareError where it has too few or too many points, or no logarithm."""
    if points < 1 or (points == 1 and start != stop):
        raise _bad(
            f"{'no points' if points < 1 else 'one point'} on the axis of `{name}`",
            f"at least 2, both ends included: {OVER} {name}={start:g}:{stop:g}:1000",
        )
    if not (math.isfinite(start) and math.isfinite(stop) and math.isfinite(stop - start)):
        raise _bad(f"the axis of `{name}` is longer than the doubles", f"for example {OVER} {name}=0:10:1000")
    if is_log and not (start and stop and (start > 0) == (stop > 0)):
        raise _bad(
            f"a logarithmic axis of `{name}` cannot reach from {start:g} to {stop:g}",
            f"both ends on one side of 0: {OVER} {name}=1e-6:1e6:1000:log",
        )
    return GridAxis(name, start, stop, points, is_log)


def checked_grid(variables: Sequence[str], axes: Sequence[GridAxis], fixed: Mapping[str, float]) -> PointGrid:
    """Return the grid of some axes, or raise DiffcompareError where it has too many points or a variable no value."""
    if not axes:
        name = variables[0] if variables else "x"
        raise _bad("no variable moves", f"for example {OVER} {name}=0:10:1000")
    check_size(axes)
    both = [axis.name for axis in axes if axis.name in fixed]
    if both:
        raise _bad(f"`{both[0]}` has both an axis and a value", f"leave out --at {both[0]}=..., or its {OVER}")
    missing = [name for name in variables if name not in fixed and all(axis.name != name for axis in axes)]
    if missing:
        raise _bad(
            f"`{missing[0]}` has neither an axis nor a value",
            f"{OVER} {missing[0]}=0:10:1000, or --at {missing[0]}=2",
        )
    return PointGrid(tuple(variables), tuple(axes), dict(fixed))


def _bad(message: str, help: str, source: str = OVER) -> DiffcompareError:
    return DiffcompareError(Diagnostic("E661", "bad_value", message, source=source, help=help))
