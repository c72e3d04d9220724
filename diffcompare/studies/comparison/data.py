"""A comparison as plain data: the JSON document of `grad`, schema diffcompare/1."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from diffcompare.evaluation import is_number
from diffcompare.expression import Expression
from diffcompare.printer import to_text
from diffcompare.problem import Derivative, Size, Work
from diffcompare.studies.telling import large, question_data, warnings_data

if TYPE_CHECKING:
    from diffcompare.studies.comparison.record import Comparison
    from diffcompare.truth import Slopes
    from diffcompare.truth.rounding import TrueNumber

FULL_DIGITS = 15.9
"""Correct digits of the nearest double, -log10(2^-53), rounded down."""


def data(comparison: Comparison) -> dict[str, Any]:
    """The whole comparison; numbers in full precision, null where there is none."""
    problem, question = comparison.problem, comparison.question
    document: dict[str, Any] = {
        **question_data("grad", question, problem.point),
        "value": float(comparison.value) if is_number(comparison.value) else None,  # type: ignore[arg-type]
        "truth": _truth(comparison),
        "methods": [_method(comparison, answer) for answer in comparison.answers],
        "verdict": comparison.verdict,
        "warnings": warnings_data(comparison.notes),
    }
    if comparison.failure is not None:
        document["error"] = comparison.failure.data()
    return document


def _truth(comparison: Comparison) -> dict[str, Any] | None:
    truth = comparison.truth
    if truth is None:
        return None
    known: dict[str, Any] = {
        "status": truth.status,
        "value": truth.value.text if truth.value else None,
        "gradient": {name: true.text if true else None for name, true in truth.gradient.items()},
        "bound": {name: true.bound if true else None for name, true in truth.gradient.items()},
    }
    if truth.slopes:
        known["slopes"] = {name: _slopes(slopes) for name, slopes in truth.slopes.items()}
    if truth.notes:
        known["notes"] = list(truth.notes)
    return known


def _slopes(slopes: Slopes) -> dict[str, float | str | None]:
    """Both slopes; an infinite one as the text `inf` or `-inf`, none as null."""
    sides = {"left": slopes.left, "right": slopes.right}
    return {side: str(slope) if slope is not None and math.isinf(slope) else slope for side, slope in sides.items()}


def _method(comparison: Comparison, answer: Derivative) -> dict[str, Any]:
    measured = {name: comparison.measure(name, partial) for name, partial in answer.gradient.items()}
    return {
        "method": answer.method,
        "variant": answer.variant or None,
        "status": answer.status,
        "gradient": dict(answer.gradient),
        "error": {
            kind: {name: errors[kind] for name, errors in measured.items()} for kind in ("absolute", "relative", "ulp")
        },
        "digits": {name: errors["digits"] for name, errors in measured.items()},
        "work": _work(answer.work) if answer.work else None,
        "formula": _formulas(answer.formulas),
        "swell": _swell(answer.sizes) if answer.sizes else None,
        "notes": list(answer.notes),
    }


def measure(partial: float | None, true: TrueNumber | None) -> dict[str, float | None]:
    """The errors of a partial against the truth, and its correct decimal digits (of 15.9 that a double can have).

    Relative error, ulp and digits are None where the true partial is 0, and everything where either is unknown.
    """
    if partial is None or true is None or not math.isfinite(true.nearest):
        return dict.fromkeys(("absolute", "relative", "ulp", "digits"))
    absolute, relative, ulp = true.errors(partial)
    # The nearest double is as right as a double can be, even where it is subnormal and has few digits.
    digits = FULL_DIGITS if partial == true.nearest and relative is not None else correct_digits(relative)
    return {"absolute": absolute, "relative": relative, "ulp": ulp, "digits": digits}


def correct_digits(relative: float | None) -> float | None:
    """-log10 of a relative error, between 0 and what a double can have, rounded down to tenths."""
    if relative is None:
        return None
    if relative == 0:
        return FULL_DIGITS
    return min(FULL_DIGITS, max(0.0, math.floor(-10 * math.log10(relative)) / 10))


def _formulas(formulas: Mapping[str, Expression] | None) -> dict[str, str] | None:
    return None if formulas is None else {name: to_text(formula) for name, formula in formulas.items()}


def _work(work: Work) -> dict[str, int | str]:
    return {"evaluations": large(work.evaluations), "operations": large(work.operations)}


def _swell(sizes: Mapping[str, Size | None]) -> dict[str, Any]:
    return {stage: _size(size) if size else None for stage, size in sizes.items()}


def _size(size: Size) -> dict[str, int | str]:
    return {"tree": large(size.tree), "dag": large(size.dag)}
