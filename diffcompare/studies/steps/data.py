"""A sweep over steps as plain data: the JSON document of `sweep`, schema diffcompare/1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diffcompare.studies.comparison.data import correct_digits
from diffcompare.studies.steps.curves import Curve
from diffcompare.studies.steps.slopes import Slope
from diffcompare.studies.telling import number, question_data, warnings_data

if TYPE_CHECKING:
    from diffcompare.studies.steps.record import Sweep


def data(sweep: Sweep) -> dict[str, Any]:
    """The whole sweep; numbers in full precision, null where there is none."""
    problem, question, arithmetic = sweep.problem, sweep.question, sweep.arithmetic
    true = sweep.truth.gradient.get(sweep.name)
    document: dict[str, Any] = {
        **question_data("sweep", question, problem.point),
        "wrt": sweep.name,
        "value": number(sweep.value),
        "truth": {"status": sweep.truth.status, "derivative": true.text if true else None},
        "higher": {str(order): number for order, number in (sweep.higher or {}).items()},
        "precision": "single" if arithmetic.single else "double",
        "step_used": "nominal" if arithmetic.nominal else "actual",
        "bins_per_decade": arithmetic.bins,
        "steps_per_bin": arithmetic.samples,
        "complete": sweep.complete,
        "methods": [_curve(sweep, curve) for curve in sweep.curves],
        "levels": [
            {"method": level.method, "value": level.value, "error": level.error, "note": level.note or None}
            for level in sweep.levels
        ],
        "strip": [
            {"step": row.step, "taken": row.taken, "value": row.value, "shared": row.shared, "quotient": row.quotient}
            for row in sweep.strip
        ],
        "tiny_complex_steps": [
            {"step": each.step, "quotient": each.quotient, "error": each.error} for each in sweep.tiny
        ],
        "verdict": sweep.verdict,
        "warnings": warnings_data(sweep.notes),
    }
    if sweep.failure is not None:
        document["error"] = sweep.failure.data()
    return document


def digits_at(sweep: Sweep, curve: Curve) -> float | None:
    """The correct digits of a curve's best bin."""
    best = sweep.findings[curve.method].best
    if best is None or best.error is None or sweep.true is None:
        return None
    return digits_of(sweep, best.error)


def digits_of(sweep: Sweep, error: float) -> float | None:
    """The correct digits that an error leaves; None where the true derivative is 0."""
    true = sweep.true
    if true is None or true.nearest == 0:
        return None
    return correct_digits(max(error / abs(true.nearest), sweep.arithmetic.unit_roundoff))


def _curve(sweep: Sweep, curve: Curve) -> dict[str, Any]:
    found = sweep.findings[curve.method]
    theory = found.theory
    return {
        "method": curve.method,
        "order": curve.order,
        "bins": [
            {"step": each.step, "quotient": each.quotient, "error": each.error, "error_at_step": each.error_at}
            for each in curve.bins
        ],
        "truncation": _slope(found.truncation),
        "round_off": _slope(found.round_off),
        "best": None
        if found.best is None
        else {
            "step": found.best.step,
            "error": found.best.error,
            "digits": digits_at(sweep, curve),
            "equals": found.equals,
        },
        "theory": None
        if theory is None
        else {"step": theory.step, "error": theory.error, "reason": theory.reason or None},
        "rule_of_thumb": None if found.rule is None else {"step": found.rule, "error": found.rule_error},
    }


def _slope(slope: Slope | None) -> dict[str, float | bool] | None:
    if slope is None:
        return None
    return {
        "slope": slope.slope,
        "from": 10.0**slope.low,
        "to": 10.0**slope.high,
        "bins": slope.bins,
        "spread": slope.spread,
        "uncertain": slope.is_uncertain,
    }
