"""The sentences of a step sweep: each appears only where the measured figures support it."""

from __future__ import annotations

from math import floor, log10

from diffcompare.formatting import approximate
from diffcompare.studies.question import format_coordinate
from diffcompare.studies.step_sweep.slopes import SHORT, WIDE
from diffcompare.studies.step_sweep.sweep import MIN_SAMPLES, StepSweep, digits_at, digits_of

FAR = 3  # factor by which a rule of thumb must miss to be worth a sentence
FORWARD, CENTRAL = "forward-difference", "central-difference"


def side_notes(sweep: StepSweep) -> list[str]:
    """Return the side notes, in the order of the tables."""
    notes = [
        _no_truncation(sweep),
        _no_round_off(sweep),
        _central_worse(sweep),
        _rule_of_thumb(sweep),
        _step_taken(sweep),
        _subnormal(sweep),
        _few_steps(sweep),
        _equally_good(sweep),
        _uncertain(sweep),
        _cut_short(sweep),
    ]
    return [note for note in notes if note]


def verdict(sweep: StepSweep) -> str:
    """Return one sentence that says what the curves teach."""
    if sweep.failure is not None:
        return f"There is nothing to measure errors against: {sweep.failure.message}."
    full = f"{floor(-10 * log10(sweep.arithmetic.unit_roundoff)) / 10:.1f}"
    if not any(curve.bins for curve in sweep.curves):
        return "There was no time for a single step: a larger --budget helps."
    if not any(bin.error for curve in sweep.curves for bin in curve.bins):
        return "No formula errs at any of these steps: there is nothing to cancel."
    parts = [part for part in (_kept(sweep, FORWARD), _kept(sweep, CENTRAL)) if part]
    begin = _branches(sweep)
    if not parts:
        return f"{begin}, but no difference has a value here."
    of_all = f" of {full} digits" if sweep.true is not None and sweep.true.nearest != 0 else ""
    return f"{begin}: {' and '.join(parts)}{of_all}; {_without_loss(sweep)}."


def _branches(sweep: StepSweep) -> str:
    """Say which errors the forward and the central difference show: truncation, round-off, or both."""
    findings = [sweep.findings[method] for method in (FORWARD, CENTRAL) if method in sweep.findings]
    falls = any(curve.truncation for curve in findings)
    grows = any(curve.round_off for curve in findings)
    if falls and grows:
        return "Truncation falls with h and round-off grows as 1/h"
    if falls:
        return "Truncation falls with h, and no slope of round-off could be fitted"
    return "Round-off grows as 1/h and no truncation error is visible" if grows else "Neither branch is visible"


def _kept(sweep: StepSweep, method: str) -> str:
    """Say how many digits the best step of a difference keeps; "" where it has none."""
    curve = sweep.curve(method)
    best = sweep.findings[method].best if curve else None
    if curve is None or best is None or best.error is None:
        return ""
    digits = digits_at(sweep, curve)
    off = f"is off by {approximate(best.error)}" if best.error else "is exact"
    kept = f"keeps {digits:.1f}" if digits is not None else off
    return f"the best {method.removesuffix('-difference')} step, {approximate(best.step)}, {kept}"


def _without_loss(sweep: StepSweep) -> str:
    """Say which methods lose nothing: the complex step, and those without a step."""
    tiny = sweep.tiny[0].error if sweep.tiny else None
    digits = digits_of(sweep, tiny) if tiny is not None else None
    words = []
    if digits is not None:
        words.append(f"the complex step at h = {sweep.tiny[0].step:.0e} subtracts nothing and keeps {digits:.1f}")
    exact = next((r.method for r in reversed(sweep.without_step) if r.error is not None and "ad" in r.method), "")
    words += [f"{exact} needs no step"] if exact else []
    return ", and ".join(words) or "the rest is lost whatever the step"


def _no_truncation(sweep: StepSweep) -> str:
    """Explain why no truncation error appears: the Taylor terms that formulas drop are 0 here."""
    higher = {order: number for order, number in (sweep.higher or {}).items() if number == 0}
    seen = {method for method, findings in sweep.findings.items() if findings.truncation is not None}
    name = sweep.name
    smooth = not _errs_far_out(sweep)
    if smooth and set(higher) >= {2, 3, 4, 5} and not seen & {FORWARD, CENTRAL}:
        return (
            f"f'' to f^(5) are 0 here and no truncation error is visible: along {name} f is a straight line as far as "
            "the steps reach, so the longest step is as good as any."
        )
    if smooth and set(higher) >= {3, 4, 5} and CENTRAL not in seen:
        return (
            f"f''' to f^(5) are 0 here and the central difference has no truncation error: along {name} f is a "
            "parabola as far as the steps reach, so its longest step is as good as any."
        )
    zero = [derivative for order, derivative in ((2, "f''"), (3, "f'''")) if order in higher]
    if zero:
        terms = " and ".join(zero)
        return f"{terms} = 0 at this point: formulas that drop this term have a higher order here than elsewhere."
    return ""


def _errs_far_out(sweep: StepSweep) -> bool:
    """Tell whether the longest central step has a clear error: then f is not a parabola as far as the steps reach."""
    curve = sweep.curve(CENTRAL)
    first = curve.bins[0].error if curve is not None and curve.bins else None
    return first is not None and sweep.true is not None and first > 1e-3 * max(abs(sweep.true.nearest), sweep.floor)


def _no_round_off(sweep: StepSweep) -> str:
    """Explain why no round-off appears: f is 0, or x is a lucky point where f(x+h) - f(x) is exact."""
    findings, curve = sweep.findings.get(FORWARD), sweep.curve(FORWARD)
    if curve is None or findings is None or findings.best is None or findings.round_off is not None or sweep.floor == 0:
        return ""
    errors = [bin.error for bin in curve.bins if bin.error is not None and bin.exponent < findings.best.exponent]
    exact = [error for error in errors if error <= sweep.floor]
    if len(exact) < 4 or 2 * len(exact) < len(errors):
        return ""
    if sweep.value == 0:
        return "f = 0 at this point, so the forward difference has no digits to cancel: there is no round-off."
    other = "another point" if sweep.arithmetic.nominal else "another point, or --nominal"
    return f"Round-off hardly shows here: f moves by f' times the step to the last digit. Try {other}."


def _central_worse(sweep: StepSweep) -> str:
    """Name the longest step at which the central difference is worse than the forward one."""
    curves = {curve.method: curve for curve in sweep.curves}
    if FORWARD not in curves or CENTRAL not in curves:
        return ""
    best, limit = sweep.findings[CENTRAL].best, abs(sweep.true.nearest) if sweep.true else 0.0
    for forward, central in zip(curves[FORWARD].bins, curves[CENTRAL].bins, strict=True):
        if best is None or forward.exponent <= best.exponent + 1:
            return ""
        if forward.exponent != round(forward.exponent) or forward.error_at is None or central.error_at is None:
            continue
        if limit > forward.error_at and central.error_at > max(1.5 * forward.error_at, sweep.floor):
            length = f" (f has a length scale of {approximate(sweep.length)})" if sweep.length else ""
            return (
                f"At h = {format_coordinate(forward.step)} the central difference is worse than the forward one "
                f"({approximate(central.error_at)} against {approximate(forward.error_at)}): its order promises "
                f"something for short steps only{length}."
            )
    return ""


def _rule_of_thumb(sweep: StepSweep) -> str:
    parts = []
    scale = f"*{format_coordinate(abs(sweep.x))}" if abs(sweep.x) > 1 else ""
    for method, root in ((FORWARD, f"sqrt(eps){scale}"), (CENTRAL, f"cbrt(eps){scale}")):
        findings = sweep.findings.get(method)
        if findings is None or not (best := findings.best) or not best.error:
            continue
        if not findings.rule or not findings.rule_error:
            continue
        ratio, cost = findings.rule / best.step, findings.rule_error / best.error
        if (ratio > FAR or ratio < 1 / FAR) and cost > FAR:
            side = f"{approximate(ratio)} times too long" if ratio > 1 else f"{approximate(1 / ratio)} times too short"
            parts.append(f"{root} = {approximate(findings.rule)} is {side} and costs a factor of {approximate(cost)}")
    if not parts:
        return ""
    length = sweep.length if sweep.length and not 1 / FAR < sweep.length < FAR else None
    why = f", because the length scale of f itself, sqrt|f/f''|, is {approximate(length)} and not 1" if length else ""
    return f"The rules of thumb miss: {'; '.join(parts)}{why}."


def _step_taken(sweep: StepSweep) -> str:
    """Show the first step by which x does not move exactly, because x + h is rounded."""
    for row in sweep.cancellation:
        if abs(row.taken - row.step) > 0.01 * row.step:
            x = format_coordinate(sweep.x)
            taken = approximate(row.taken, 3)
            effect = "here h itself divides" if sweep.arithmetic.nominal else "so that is what divides here"
            if row.taken == 0:
                effect = "the difference is exactly 0" if sweep.arithmetic.nominal else "there is nothing to divide by"
            total = f"({x} + {format_coordinate(row.step)}) - {x} = {taken}"
            return f"{sweep.name} does not move by exactly h: {total}; {effect}."
    return ""


def _subnormal(sweep: StepSweep) -> str:
    """Explain why the complex step fails at the smallest number: h itself has no digits left."""
    last = sweep.tiny[-1] if sweep.tiny else None
    if last is None or last.quotient is None or not last.error or last.error <= 1e3 * sweep.floor:
        return ""
    if not all(bin.error is not None and bin.error <= 1e3 * sweep.floor for bin in sweep.tiny[:-1]):
        return ""  # it never had its digits
    returned = approximate(last.quotient, 3)
    return (
        "The complex step subtracts nothing and keeps its digits down to tiny steps; at h = "
        f"{approximate(last.step, 1)} it returns {returned}, because such a small number has hardly any digits."
    )


def _few_steps(sweep: StepSweep) -> str:
    """Explain why no slope is fitted to round-off: a large function gets few steps per bin."""
    if sweep.arithmetic.samples >= MIN_SAMPLES or len(sweep.curves[0].bins) < 2:
        return ""
    return (
        "f is large, so there are few steps in each bin: the truncation slopes hold, but no slope is fitted to "
        "round-off, which is random."
    )


def _equally_good(sweep: StepSweep) -> str:
    """Name the methods with several equally good steps."""
    counts = {method: findings.equals for method, findings in sweep.findings.items() if findings.equals > 1}
    if not counts:
        return ""
    named = ", ".join([f"{method} {count}" for method, count in counts.items()])
    return f"Where several steps tie for the best, the longest is called the best; tied steps: {named}."


def _uncertain(sweep: StepSweep) -> str:
    """Explain the question mark behind an uncertain slope."""
    pairs = [(findings.truncation, findings.round_off) for findings in sweep.findings.values()]
    if not any(slope.is_uncertain for pair in pairs for slope in pair if slope):
        return ""
    return (
        f"A slope with ? is uncertain: along its branch the error changes by less than {SHORT} powers of ten, so "
        f"other terms may bend it, or its bins scatter by more than {WIDE}."
    )


def _cut_short(sweep: StepSweep) -> str:
    if sweep.complete:
        return ""
    shortest = sweep.curves[0].bins[-1].step if sweep.curves and sweep.curves[0].bins else None
    where = f" at h = {approximate(shortest)}" if shortest is not None else ""
    return f"The sweep ended{where}, because the budget of {sweep.problem.budget:g} s was spent."
