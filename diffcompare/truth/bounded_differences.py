"""The truth where an operation of a user's own has no definition: bounded by differences of values in doubles.

Central differences along each variable are extrapolated to the step 0, with a bound of their error; the truth has as
many digits as the bound leaves.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

from diffcompare.backends.problem import Problem
from diffcompare.language.expression import Expression
from diffcompare.language.printer import shorten
from diffcompare.numeric.difference_limits import Estimate, Quotient, extrapolate
from diffcompare.numeric.evaluate import is_number, values_at
from diffcompare.truth.rounding import TrueNumber

FIRST_STEP = 241 / 4096  # relative; a short number that is no power of 2, so that x + h is exact
STEPS = 12  # each is a quarter of the one before
ROUNDING = 2.0**-51  # relative noise of a value, at least: the extrapolation finds more where there is more


def gradient_by_differences(
    problem: Problem, nodes: Sequence[Expression], opaque: Expression, check: Callable[[], None]
) -> tuple[dict[str, TrueNumber | None], str]:
    """Return the partials with the bound of each, and a note that says where they come from."""
    gradient = {name: _partial(problem, nodes, name, check) for name in problem.wrt}
    bounds = [float(true.bound) for true in gradient.values() if true is not None]
    note = f"{shorten(opaque)} has no `definition` in the language, so that the truth comes from differences of values"
    if bounds:
        note += f" (bounded to {max(bounds):.1g}); a smaller error counts as 0"
    return gradient, note


def _partial(problem: Problem, nodes: Sequence[Expression], name: str, check: Callable[[], None]) -> TrueNumber | None:
    x = problem.point[name]
    scale = max(2.0 ** math.frexp(x)[1] if x else 1.0, 2.0**-20)
    quotients = []
    for power in range(STEPS):
        check()
        step = FIRST_STEP * scale / 4**power
        values = [values_at(nodes, {**problem.point, name: x + side * step})[nodes[-1]] for side in (1, -1)]
        if all(map(is_number, values)):
            size = max(abs(float(value)) for value in values)
            width = (x + step) - (x - step)
            quotients.append(Quotient(step, (values[0] - values[1]) / width, 2 * ROUNDING * size / width))
    estimate = extrapolate(quotients, 2)
    return None if estimate is None or not math.isfinite(estimate.value) else _true_number(estimate)


def _true_number(estimate: Estimate) -> TrueNumber:
    """Return an estimate as a true number, written with the digits that its bound leaves."""
    value, error = estimate.value, max(estimate.error, math.ulp(estimate.value))
    if abs(value) <= error:
        return TrueNumber("0", 0.0, Fraction(0), f"{abs(value) + error:.2g}")
    digits = min(max(math.floor(math.log10(abs(value) / error)), 1), 16)
    return TrueNumber(f"{value:#.{digits}g}", value, Fraction(value), f"{error:.2g}")
