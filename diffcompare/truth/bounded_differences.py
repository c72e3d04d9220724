"""The truth where an operation of a user's own has no definition: bounded by differences of values in doubles.

Central differences along each variable are extrapolated to the step 0, with a bound of their error; the truth has as
many digits as the bound leaves.  Differences to either side, extrapolated likewise, tell a kink.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from diffcompare.backends.problem import Problem
from diffcompare.language.expression import Expression
from diffcompare.language.printer import shorten
from diffcompare.numeric.difference_limits import Estimate, Quotient, extrapolate
from diffcompare.numeric.evaluate import is_number, values_at
from diffcompare.truth.rounding import Slopes, TrueNumber

FIRST_STEP = 241 / 4096  # relative; a short number that is no power of 2, so that x + h is exact
MIN_GAP = 10.0  # times the bounds of both slopes, by which they differ at a kink
MIN_KINK = 1e-4  # relative
STEPS = 12  # each is a quarter of the one before
ROUNDING = 2.0**-51  # relative noise of a value, at least: the extrapolation finds more where there is more


def gradient_by_differences(
    problem: Problem, nodes: Sequence[Expression], opaque: Expression, check: Callable[[], None]
) -> tuple[dict[str, TrueNumber | None], dict[str, Slopes], str]:
    """Return the partials with the bound of each, the slopes at kinks, and a note that says where they come from."""
    gradient: dict[str, TrueNumber | None] = {}
    slopes: dict[str, Slopes] = {}
    for name in problem.wrt:
        found = _partial(problem, nodes, name, check)
        gradient[name] = None if type(found) is Slopes else found  # type: ignore[assignment]
        if type(found) is Slopes:
            slopes[name] = found
    bounds = [float(true.bound) for true in gradient.values() if true is not None]
    note = f"{shorten(opaque)} has no `definition` in the language, so that the truth comes from differences of values"
    if bounds:
        note += f" (bounded to {max(bounds):.1g}); a smaller error counts as 0"
    return gradient, slopes, note


def _partial(
    problem: Problem, nodes: Sequence[Expression], name: str, check: Callable[[], None]
) -> TrueNumber | Slopes | None:
    """Return a partial, or at a kink the slopes on both sides; None where the differences have no limit."""
    x = problem.point[name]
    scale = max(2.0 ** math.frexp(x)[1] if x else 1.0, 2.0**-20)

    def value(place: float) -> Any:
        return values_at(nodes, {**problem.point, name: place})[nodes[-1]]

    here = value(x)
    central: list[Quotient] = []
    right: list[Quotient] = []
    left: list[Quotient] = []
    for power in range(STEPS):
        check()
        step = FIRST_STEP * scale / 4**power
        above, below = value(x + step), value(x - step)
        _add_quotient(central, step, (x - step, below), (x + step, above))
        _add_quotient(right, step, (x, here), (x + step, above))
        _add_quotient(left, step, (x - step, below), (x, here))
    before, after = extrapolate(left, 1), extrapolate(right, 1)
    if before is not None and after is not None and _are_apart(before, after):
        return Slopes(before.value, after.value)
    estimate = extrapolate(central, 2)
    return None if estimate is None or not math.isfinite(estimate.value) else _true_number(estimate)


def _add_quotient(quotients: list[Quotient], step: float, low: tuple[float, Any], high: tuple[float, Any]) -> None:
    """Add the difference quotient between two places with their values, if both have one."""
    (start, below), (end, above) = low, high
    if is_number(below) and is_number(above):
        size, width = max(abs(float(below)), abs(float(above))), end - start
        quotients.append(Quotient(step, float(above - below) / width, 2 * ROUNDING * size / width))


def _are_apart(left: Estimate, right: Estimate) -> bool:
    """Tell whether the slopes on both sides differ by far more than the bounds of both, and visibly."""
    gap, size = abs(right.value - left.value), max(abs(left.value), abs(right.value))
    return gap > MIN_GAP * (left.error + right.error) and gap > MIN_KINK * size


def _true_number(estimate: Estimate) -> TrueNumber:
    """Return an estimate as a true number, written with the digits that its bound leaves."""
    value, error = estimate.value, max(estimate.error, math.ulp(estimate.value))
    if abs(value) <= error:
        return TrueNumber("0", 0.0, Fraction(0), f"{abs(value) + error:.2g}")
    digits = min(max(math.floor(math.log10(abs(value) / error)), 1), 16)
    return TrueNumber(f"{value:#.{digits}g}", value, Fraction(value), f"{error:.2g}")
