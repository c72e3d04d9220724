"""What a sweep teaches, in sentences: each is written only where the figures just computed say so."""

from __future__ import annotations

from math import floor, log10
from typing import TYPE_CHECKING

from diffcompare.render.cells import approximate
from diffcompare.studies.inputs import coordinate
from diffcompare.studies.steps.data import digits_at

if TYPE_CHECKING:
    from diffcompare.studies.steps.record import Sweep

FAR = 3
"""By this factor a rule of thumb has to miss before it is worth a sentence."""
FORWARD, CENTRAL = "forward-difference", "central-difference"


def remarks(sweep: Sweep) -> list[str]:
    """The side notes, in the order of the tables."""
    found = [
        _no_truncation(sweep),
        _central_worse(sweep),
        _rule_of_thumb(sweep),
        _step_taken(sweep),
        _subnormal(sweep),
        _cut_short(sweep),
    ]
    return [remark for remark in found if remark]


def verdict(sweep: Sweep) -> str:
    """One sentence that says what to learn from the curves."""
    if sweep.failure is not None:
        return f"There is nothing to measure errors against: {sweep.failure.message}."
    full = f"{floor(-10 * log10(sweep.arithmetic.unit_roundoff)) / 10:.1f}"
    if not any(each.error for curve in sweep.curves for each in curve.bins):
        return "No formula errs at any of these steps: there is nothing to cancel."
    parts = []
    for method in (FORWARD, CENTRAL):
        curve = next((each for each in sweep.curves if each.method == method), None)
        best = sweep.findings[method].best if curve else None
        if curve is None or best is None or best.error is None:
            continue
        digits = digits_at(sweep, curve)
        kept = f"keeps {digits:.1f}" if digits is not None else f"is off by {approximate(best.error)}"
        parts.append(f"the best {method.removesuffix('-difference')} step, {approximate(best.step)}, {kept}")
    counted = f" of {full} digits" if sweep.true is not None and sweep.true.nearest != 0 else ""
    begin = "Truncation falls with h and round-off grows as 1/h"
    if not parts:
        return f"{begin}, but no difference has a value here."
    return f"{begin}: {' and '.join(parts)}{counted}; {_without_step(sweep)}."


def _without_step(sweep: Sweep) -> str:
    exact = [level.method for level in sweep.levels if level.error is not None]
    if not exact:
        return "the rest is lost whatever the step"
    return f"what is left behind no step brings back, and {exact[-1] if len(exact) == 1 else exact[1]} has no step"


def _no_truncation(sweep: Sweep) -> str:
    """Where every derivative is 0 that a formula would drop."""
    higher = sweep.higher or {}
    if higher and all(number == 0 for number in higher.values()):
        return (
            f"f is linear in {sweep.name} here (f'' and all that follow are 0): there is no truncation error, and the "
            "longest step is the best."
        )
    if higher.get(3) == higher.get(4) == higher.get(5) == 0:
        return (
            f"f is quadratic in {sweep.name} here (f''' and all that follow are 0): the central difference has no "
            "truncation error, and its longest step is its best."
        )
    zero = [name for order, name in ((2, "f''"), (3, "f'''")) if higher.get(order) == 0]
    if zero:
        return f"{' and '.join(zero)} = 0 at this point: what drops this term has a higher order here than elsewhere."
    return ""


def _central_worse(sweep: Sweep) -> str:
    """The longest step at which symmetry does not help."""
    curves = {curve.method: curve for curve in sweep.curves}
    if FORWARD not in curves or CENTRAL not in curves:
        return ""
    for one, two in zip(curves[FORWARD].bins, curves[CENTRAL].bins, strict=True):
        best = sweep.findings[CENTRAL].best
        if best is None or one.exponent <= best.exponent + 1:
            return ""
        if one.error_at is not None and two.error_at is not None and two.error_at > max(one.error_at, sweep.floor * 10):
            length = f" (f bends on a length of {approximate(sweep.length)})" if sweep.length else ""
            return (
                f"At h = {coordinate(one.step)} the central difference is worse than the forward one "
                f"({approximate(two.error_at)} against {approximate(one.error_at)}): its order promises something for short "
                f"steps only{length}."
            )
    return ""


def _rule_of_thumb(sweep: Sweep) -> str:
    parts = []
    for method, root in ((FORWARD, "sqrt(eps)"), (CENTRAL, "cbrt(eps)")):
        found = sweep.findings.get(method)
        if found is None or found.best is None or not found.rule or not found.rule_error or not found.best.error:
            continue
        ratio, cost = found.rule / found.best.step, found.rule_error / found.best.error
        if (ratio > FAR or ratio < 1 / FAR) and cost > FAR:
            side = f"{approximate(ratio)} times too long" if ratio > 1 else f"{approximate(1 / ratio)} times too short"
            parts.append(f"{root} = {approximate(found.rule)} is {side} and costs a factor of {approximate(cost)}")
    if not parts:
        return ""
    length = sweep.length if sweep.length and not 1 / FAR < sweep.length < FAR else None
    why = f", because sqrt|f/f''|, the length on which f bends, is {approximate(length)} and not 1" if length else ""
    return f"The rules of thumb miss: {'; '.join(parts)}{why}."


def _step_taken(sweep: Sweep) -> str:
    """The first step that x cannot take."""
    for row in sweep.strip:
        if abs(row.taken - row.step) > 0.01 * row.step:
            x = coordinate(sweep.x)
            taken = "nothing" if row.taken == 0 else approximate(row.taken, 3)
            cure = "here h itself divides" if sweep.arithmetic.nominal else "so that is what divides here"
            if row.taken == 0:
                cure = "the difference is exactly 0" if sweep.arithmetic.nominal else "there is nothing to divide by"
            return f"The step is not the step: ({x} + {coordinate(row.step)}) - {x} = {taken}; {cure}."
    return ""


def _subnormal(sweep: Sweep) -> str:
    """The complex step where h itself has no digits left."""
    last = sweep.tiny[-1] if sweep.tiny else None
    if last is None or last.quotient is None or not last.error or last.error <= 1e3 * sweep.floor:
        return ""
    return (
        f"The complex step subtracts nothing and keeps its digits down to tiny steps; at h = {last.step:g} it returns "
        f"{approximate(last.quotient, 3)}, because a number that small has hardly a digit of its own."
    )


def _cut_short(sweep: Sweep) -> str:
    if sweep.complete:
        return ""
    shortest = sweep.curves[0].bins[-1].step if sweep.curves and sweep.curves[0].bins else None
    where = f" at h = {approximate(shortest)}" if shortest is not None else ""
    return f"The sweep ended{where}, because the budget of {sweep.problem.budget:g} s did."
