"""The closing check: the formulas evaluated at the point, beside the truth or one reverse sweep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from diffcompare.backends import reverse
from diffcompare.backends.formulas import evaluate_formulas
from diffcompare.diagnostics import Diagnostic
from diffcompare.evaluation import values_at
from diffcompare.expression import Expression
from diffcompare.problem import NOTHING, Problem
from diffcompare.studies.failure import point_failure
from diffcompare.studies.methods import ONE_AT_A_TIME

if TYPE_CHECKING:
    from diffcompare.truth import Truth
    from diffcompare.truth.rounding import TrueNumber

WITH_TRUTH = 2_000
"""Nodes up to which the truth is computed; beyond that reverse mode has to do."""


class Check(NamedTuple):
    """The partials by each formula and by reverse mode, None where undefined; and the truth, if all of it is known."""

    raw: Mapping[str, float | None] = NOTHING
    tidied: Mapping[str, float | None] = NOTHING
    reverse: Mapping[str, float | None] = NOTHING
    truth: Mapping[str, TrueNumber | None] = NOTHING
    failure: Diagnostic | None = None


def checked(
    nodes: Sequence[Expression],
    problem: Problem,
    raw: Mapping[str, Expression],
    tidied: Mapping[str, Expression],
) -> Check:
    """What the formulas give at the point of the problem, and what is wrong with that point."""
    truth = _truth(problem) if len(nodes) <= WITH_TRUTH else None
    value = values_at(nodes, problem.point)[nodes[-1]]
    known = dict(truth.gradient) if truth is not None and None not in truth.gradient.values() else {}
    return Check(
        evaluate_formulas(raw, problem)[0],
        evaluate_formulas(tidied, problem)[0] if tidied else {},
        dict(reverse.BACKEND.differentiate(problem).gradient),
        known,
        point_failure(nodes, problem, value, truth),
    )


def _truth(problem: Problem) -> Truth:
    from diffcompare.truth import establish

    with ONE_AT_A_TIME:
        return establish(problem)
