"""The true values of a function along a line, by ball arithmetic: what its values in doubles are drawn against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from diffcompare.language.expression import Expression
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.arb_functions import Beyond, Undecided, power_of_two, precision, to_float
from diffcompare.numeric.balls import Ball, lift
from diffcompare.numeric.evaluate import Deadline
from diffcompare.studies.function_plot.along_line import FunctionAlong, PlotSample
from diffcompare.truth.directional_check import value_near

BITS = (160, 800)  # tried in turn, until a value is known to more digits than a picture shows
MAX_NODES = 2_000
SECONDS = 0.2  # for all values; a picture without them is a picture still
CHECKED = 24  # samples at which doubles are compared with the true values
VISIBLE = 0.004  # of the window's height: a smaller error of the doubles does not show


def true_values(
    formula: Expression, point: Mapping[str, float], name: str, xs: Sequence[float], levels: Sequence[float]
) -> list[float | None]:
    """Return the true values at each x, less a level at each, which is subtracted before the result is rounded.

    None stands where no value is known.
    """
    nodes = wengert_list(formula)
    deadline = Deadline(SECONDS)
    found: list[float | None] = [None] * len(xs)
    if len(nodes) > MAX_NODES:
        return found
    with suppress(TimeoutError):
        for place, (x, level) in enumerate(zip(xs, levels, strict=True)):
            found[place] = _difference(nodes, {**point, name: x}, level, deadline)
    return found


def _difference(
    nodes: Sequence[Expression], point: Mapping[str, float], level: float, deadline: Deadline
) -> float | None:
    """Return the true value at a point less a level; None where it stays open."""
    for bits in BITS:
        try:
            with precision(bits):
                ball = value_near(nodes, point, deadline.check)
                if isinstance(ball, Ball):
                    ball = ball - lift(level)
                    if ball.rad <= 1e-9 * abs(ball.mid) or ball.rad <= power_of_two(-bits // 2):
                        return to_float(ball.mid)
        except (Beyond, Undecided):
            return None
    return None


def visible_noise(function: FunctionAlong, samples: Sequence[PlotSample], height: float) -> float:
    """Return the largest error of some of the values in doubles; 0 where none would show in a window."""
    if function.formula is None:
        return 0.0
    known = [(sample.x, sample.value) for sample in samples if sample.value is not None]
    stride = max(len(known) // CHECKED, 1)
    xs, values = [[pair[side] for pair in known[stride // 2 :: stride]] for side in (0, 1)]
    errors = true_values(function.formula, function.problem.point, function.name, xs, values)
    largest = max([abs(error) for error in errors if error is not None], default=0.0)
    return largest if largest > VISIBLE * height else 0.0
