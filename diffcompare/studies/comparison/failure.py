"""Why a comparison has no gradient to show, as a diagnostic with a cure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffcompare.diagnostics import Diagnostic
from diffcompare.problem import Derivative
from diffcompare.studies.failure import point_failure

if TYPE_CHECKING:
    from diffcompare.studies.comparison.record import Comparison


def failure(comparison: Comparison) -> Diagnostic | None:
    """Undefined, without a derivative, or beyond the range of doubles; None where the question is answered."""
    found = point_failure(comparison.nodes, comparison.problem, comparison.value, comparison.truth)
    if found is None and not any(_answered(comparison)):
        return _nothing(comparison)
    return found


def _answered(comparison: Comparison) -> list[bool]:
    """Whether a finite gradient came from the truth or from a method."""
    truth = comparison.truth
    known = [] if truth is None else [all(true is not None for true in truth.gradient.values())]
    return known + [answer.status == "ok" for answer in comparison.answers]


def _nothing(comparison: Comparison) -> Diagnostic:
    by_status: dict[str, list[Derivative]] = {}
    for answer in comparison.answers:
        by_status.setdefault(answer.status, []).append(answer)
    if "not-supported" in by_status:
        notes = dict.fromkeys(note for answer in by_status["not-supported"] for note in answer.notes)
        message = f"no method has the whole gradient: {'; '.join(notes)}"
        return Diagnostic("E806", "nondifferentiable", message, help="name the variables that have a partial: --wrt")
    if "undefined" in by_status:
        methods = ", ".join(answer.method for answer in by_status["undefined"])
        message = f"no finite gradient was found at this point: inf, nan or no value at all from {methods}"
        return Diagnostic("E805", "domain_error", message, help="choose another point; the notes in the table say why")
    reasons = [f"{answer.method} {answer.status.replace('-', ' ')}" for answer in comparison.answers]
    reasons += [] if comparison.truth is None else comparison.truth.notes
    message = f"no method has an answer: {'; '.join(reasons) or 'none was asked'}"
    return Diagnostic("E807", "resource_limit", message, help="give more time (--budget), or ask another method")
