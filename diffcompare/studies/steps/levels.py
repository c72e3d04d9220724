"""The methods without a step: automatic and symbolic differentiation, level lines under the curves."""

from __future__ import annotations

from typing import NamedTuple

from diffcompare.backends import symbolic
from diffcompare.evaluation import evaluate
from diffcompare.expression import Expression, Variable
from diffcompare.problem import Derivative, Problem
from diffcompare.studies.methods import ask, backend
from diffcompare.studies.steps.curves import error_of
from diffcompare.sweeps import NotDifferentiable, forward, local_partials, reverse
from diffcompare.truth.rounding import TrueNumber
from diffcompare.wengert import active_nodes, listing

METHODS = ("forward-ad", "reverse-ad", "symbolic")


class Level(NamedTuple):
    """The answer of a method without a step; None with a note where it has none."""

    method: str
    value: float | None
    error: float | None
    note: str = ""


def levels(problem: Problem, truth: TrueNumber, *, single: bool) -> tuple[Level, ...]:
    """Every method's answer by the problem's one variable, in doubles or in float32."""
    return tuple([_level(method, problem, truth, single=single) for method in METHODS])


def _level(method: str, problem: Problem, truth: TrueNumber, *, single: bool) -> Level:
    (name,) = problem.wrt
    answer = symbolic.differentiate(problem, ("raw",)) if method == "symbolic" else ask(backend(method), problem)
    value = answer.gradient.get(name)
    if value is not None and single:
        value = _in_single(method, problem, answer)
    if value is None:
        return Level(method, None, None, "; ".join(answer.notes) or answer.status)
    return Level(method, value, error_of(value, truth))


def _in_single(method: str, problem: Problem, answer: Derivative) -> float | None:
    """The same sweep, or the same formula, over float32."""
    from math import isfinite

    from diffcompare.single import SINGLE

    (name,) = problem.wrt
    if method == "symbolic":
        formula = (answer.formulas or {}).get(name)
        found = _value(formula, problem) if formula is not None else None
    else:
        nodes = listing(problem.at(problem.point))
        values, active, variable = evaluate(nodes, problem.point, SINGLE), active_nodes(nodes, [name]), Variable(name)
        try:
            if method == "reverse-ad":
                found = reverse(nodes, values, active, nodes[-1], SINGLE).get(variable, 0.0)
            else:
                found = forward(local_partials(nodes, values, active), variable, SINGLE).get(nodes[-1], 0.0)
        except NotDifferentiable:
            return None
    return float(found) if isinstance(found, float) and isfinite(found) else None


def _value(formula: Expression, problem: Problem) -> object:
    from diffcompare.single import SINGLE

    return evaluate(listing(formula), problem.point, SINGLE)[formula]
