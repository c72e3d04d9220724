"""Why a comparison has no gradient to show, as a diagnostic with a cure."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from diffcompare.backends.automatic import describe_outside, shorten
from diffcompare.diagnostics import Diagnostic
from diffcompare.evaluation import Undefined, birthplace, is_number, values_at
from diffcompare.expression import Expression
from diffcompare.problem import Derivative

if TYPE_CHECKING:
    from diffcompare.studies.comparison.record import Comparison
    from diffcompare.truth import Slopes


NO_POINT_HELPS = "the argument is a constant, so that no point helps: change the expression"


def failure(comparison: Comparison) -> Diagnostic | None:
    """Undefined, without a derivative, or beyond the range of doubles; None where the question is answered."""
    truth = comparison.truth
    if truth is not None and truth.status == "undefined" and truth.undefined is not None:
        return _undefined("the function is undefined at this point", *truth.undefined)
    if truth is not None and truth.status == "nondifferentiable":
        return _kink(comparison)
    if type(comparison.value) is Undefined and not _true_value_fits(comparison):
        values = values_at(comparison.nodes, comparison.problem.point)
        node = next(node for node in comparison.nodes if values[node] is values[comparison.problem.expression])
        return _undefined("in doubles the function is undefined at this point", node, comparison.value)
    if not is_number(comparison.value) and not _true_value_fits(comparison):
        return _overflow(comparison)
    if not any(_answered(comparison)):
        return _nothing(comparison)
    return None


def _answered(comparison: Comparison) -> list[bool]:
    """Whether a finite gradient came from the truth or from a method."""
    truth = comparison.truth
    known = [] if truth is None else [all(true is not None for true in truth.gradient.values())]
    return known + [answer.status == "ok" for answer in comparison.answers]


def _true_value_fits(comparison: Comparison) -> bool:
    truth = comparison.truth
    return truth is not None and truth.value is not None and math.isfinite(truth.value.nearest)


def _undefined(what: str, node: Expression, outside: Undefined) -> Diagnostic:
    """The row's domain is put in terms of the arguments: `ln(x - 5)` needs not x > 0, but x - 5 > 0."""
    operation = outside.operation
    letters = re.findall(r"\b[a-z]\b", operation.notation)
    written = dict(zip(letters, map(shorten, node.arguments), strict=False))
    domain = operation.domain.text
    to_blame = [
        argument
        for letter, argument in zip(letters, node.arguments, strict=False)
        if re.search(rf"\b{letter}\b", domain)
    ]
    if node.operation is not operation or len(letters) != len(node.arguments) or not any(a.varies for a in to_blame):
        where = f"{shorten(node)}: {describe_outside(outside)}"
        cure = "choose another point" if node.varies and not to_blame else NO_POINT_HELPS
        return Diagnostic("E802", "domain_error", f"{what}: {where}", help=cure)
    needs = re.sub(r"\b[a-z]\b", lambda match: written.get(match[0], match[0]), domain)
    involved = [letter for letter in letters if re.search(rf"\b{letter}\b", domain)]
    known = dict(zip(letters, outside.arguments, strict=True))
    found = " and ".join(f"{written[letter]} is {known[letter]:.17g}" for letter in involved)
    message = f"{what}: {shorten(node)} needs {needs}, and {found}"
    return Diagnostic("E802", "domain_error", message, help=f"choose a point at which {needs}")


def _kink(comparison: Comparison) -> Diagnostic:
    assert comparison.truth is not None
    slopes = [_slope_text(name, slope) for name, slope in comparison.truth.slopes.items()]
    return Diagnostic(
        "E803",
        "nondifferentiable",
        f"the function has no derivative at this point ({'; '.join(slopes)})",
        help="choose another point; the table shows what each method says here",
    )


def _slope_text(name: str, slopes: Slopes) -> str:
    def side(slope: float | None) -> str:
        return "none" if slope is None else f"{slope:.17g}".replace("inf", "infinity")

    return f"slope by {name}: {side(slopes.left)} from the left, {side(slopes.right)} from the right"


def _overflow(comparison: Comparison) -> Diagnostic:
    values = values_at(comparison.nodes, comparison.problem.point)
    node = birthplace(comparison.nodes, values, comparison.problem.expression)
    what = "the value is beyond the range of doubles (1.8e308)"
    if comparison.truth is None or comparison.truth.value is None:
        what = "in doubles the value " + ("is nan" if comparison.value != comparison.value else "overflows")
    begins = f": it begins at {shorten(node)}" if node is not None and node is not comparison.problem.expression else ""
    return Diagnostic(
        "E804",
        "overflow",
        f"{what}{begins}",
        help="choose a smaller point, or take the logarithm of the function",
    )


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
