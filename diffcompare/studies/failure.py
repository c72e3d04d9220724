"""What is wrong with a point, as a diagnostic with a cure: no value there, one too large, or a kink."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from diffcompare.backends.automatic import describe_outside, shorten
from diffcompare.diagnostics import Diagnostic
from diffcompare.evaluation import Undefined, birthplace, is_number, values_at
from diffcompare.expression import Expression
from diffcompare.problem import Problem
from diffcompare.wengert import listing

if TYPE_CHECKING:
    from diffcompare.truth import Slopes, Truth

NO_POINT_HELPS = "the argument is a constant, so that no point helps: change the expression"


def failure_at(problem: Problem) -> Diagnostic | None:
    """What is wrong with the point of a problem, whatever the method; None where there is a gradient."""
    from diffcompare.studies.methods import ONE_AT_A_TIME
    from diffcompare.truth import establish

    nodes = listing(problem.at(problem.point))
    with ONE_AT_A_TIME:
        truth = establish(problem)
    return point_failure(nodes, problem, values_at(nodes, problem.point)[nodes[-1]], truth)


def point_failure(
    nodes: Sequence[Expression], problem: Problem, value: float | Undefined, truth: Truth | None
) -> Diagnostic | None:
    """The same, where the value (in doubles) and the truth are known already; without a truth kinks go unseen."""
    if truth is not None and truth.status == "undefined" and truth.undefined is not None:
        return _undefined("the function is undefined at this point", *truth.undefined)
    if truth is not None and truth.status == "nondifferentiable":
        return _kink(truth)
    true_value_fits = truth is not None and truth.value is not None and math.isfinite(truth.value.nearest)
    if type(value) is Undefined and not true_value_fits:
        values = values_at(nodes, problem.point)
        node = next(node for node in nodes if values[node] is values[nodes[-1]])
        return _undefined("in doubles the function is undefined at this point", node, value)
    if not is_number(value) and not true_value_fits:
        return _overflow(nodes, problem, value, truth)
    return None


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


def _kink(truth: Truth) -> Diagnostic:
    slopes = [_slope_text(name, slope) for name, slope in truth.slopes.items()]
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


def _overflow(
    nodes: Sequence[Expression], problem: Problem, value: float | Undefined, truth: Truth | None
) -> Diagnostic:
    node = birthplace(nodes, values_at(nodes, problem.point), nodes[-1])
    what = "the value is beyond the range of doubles (1.8e308)"
    if truth is None or truth.value is None:
        what = "in doubles the value " + ("is nan" if value != value else "overflows")
    begins = f": it begins at {shorten(node)}" if node is not None and node is not nodes[-1] else ""
    return Diagnostic(
        "E804",
        "overflow",
        f"{what}{begins}",
        help="choose a smaller point, or take the logarithm of the function",
    )
