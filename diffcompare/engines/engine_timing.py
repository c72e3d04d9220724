"""The time that an engine takes for gradients, measured in its own process: what a benchmark asks of a worker.

A question with `"time": "first"` makes the function ready and answers `{"seconds", "gradient", "has_value"}`: the time
of that and of the first gradient, the partials, and whether the value can be timed as well.  One with `"time":
"gradient"` or `"value"` and a number of `calls` answers `{"seconds"}`, for all of them in a row.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any, NamedTuple

from diffcompare.engines.engine import Function, Loaded, Prepared

# Processor time, in which it does not count that others use the machine, where it is told finely enough: on Windows it
# moves in steps of 16 ms.
IS_PROCESSOR_TIME = time.get_clock_info("process_time").resolution < 1e-5
CLOCK = time.process_time if IS_PROCESSOR_TIME else time.perf_counter


class FirstGradient(NamedTuple):
    """The first gradient of a mode: the seconds until it was there, its partials, and whether f can be timed alone."""

    seconds: float
    gradient: Sequence[float | None]
    has_value: bool


def seconds_of(call: Callable[[], Any], calls: int, clock: Callable[[], float] = CLOCK) -> float:
    """Return the seconds that this many calls in a row take."""
    start = clock()
    for _ in repeat(None, calls):
        call()
    return clock() - start


class EngineTimer:
    """Functions that were made ready by the modes of one library, the last one of each mode."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded
        self.ready: dict[str, Prepared] = {}

    def first(self, mode: str, f: Function, point: Sequence[float], wrt: Sequence[int]) -> FirstGradient:
        """Make a function ready, and compute its gradient and its value once.  Raises whatever the library raises."""
        start = time.perf_counter()
        ready = self.ready[mode] = self._prepared(mode, f, point, wrt)
        gradient = ready.gradient()
        seconds = time.perf_counter() - start
        if ready.value is not None:
            ready.value()
        real = [None if isinstance(partial, complex) else partial for partial in gradient]
        return FirstGradient(seconds, real, ready.value is not None)

    def _prepared(self, mode: str, f: Function, point: Sequence[float], wrt: Sequence[int]) -> Prepared:
        """Return what the library prepares, or the mode as it is, which does everything for every gradient."""
        if mode in self.loaded.prepared:
            return self.loaded.prepared[mode](f, point, wrt)
        differentiate, number = self.loaded.modes[mode], self.loaded.number
        value = None if number is None else lambda: float(f(*map(number, point)))
        return Prepared(lambda: differentiate(f, point, wrt).gradient, value)

    def seconds(self, mode: str, what: str, calls: int) -> float:
        """Return the seconds that this many gradients or values in a row take.  Raises KeyError before the first."""
        ready = self.ready[mode]
        call = ready.gradient if what == "gradient" else ready.value
        assert call is not None
        return seconds_of(call, calls)
