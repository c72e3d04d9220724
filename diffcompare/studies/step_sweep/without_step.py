"""Derivatives by methods without a step, automatic and symbolic: level lines under the error curves."""

from __future__ import annotations

from math import isfinite
from typing import NamedTuple

from diffcompare.backends.problem import Derivative, Problem
from diffcompare.backends.registry import backend, run_backend
from diffcompare.backends.symbolic import client
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.wengert import active_nodes, wengert_list
from diffcompare.numeric.evaluate import evaluate
from diffcompare.numeric.float32 import FLOAT32
from diffcompare.numeric.sweeps import forward, local_partials, reverse
from diffcompare.studies.step_sweep.error_curves import error_of
from diffcompare.truth.rounding import TrueNumber

METHODS = ("forward-ad", "reverse-ad", "symbolic")


class StepFreeAnswer(NamedTuple):
    """The derivative by a method without a step, and its error; None, with a note, where it has no answer."""

    method: str
    value: float | None
    error: float | None
    note: str = ""


def answers_without_step(problem: Problem, truth: TrueNumber, *, single: bool) -> tuple[StepFreeAnswer, ...]:
    """Return the derivative by every method without a step, in doubles or in float32."""
    return tuple([_without_step(method, problem, truth, single=single) for method in METHODS])


def _without_step(method: str, problem: Problem, truth: TrueNumber, *, single: bool) -> StepFreeAnswer:
    (name,) = problem.wrt
    answer = client.differentiate(problem, ("raw",)) if method == "symbolic" else run_backend(backend(method), problem)
    value = answer.gradient.get(name)
    if value is not None and single:
        value = _in_float32(method, problem, answer)
    if value is None:
        return StepFreeAnswer(method, None, None, "; ".join(answer.notes) or answer.status)
    return StepFreeAnswer(method, value, error_of(value, truth))


def _in_float32(method: str, problem: Problem, answer: Derivative) -> float | None:
    """Repeat the method's sweep, or evaluate its formula, over float32; None where that has no finite value."""
    (name,) = problem.wrt
    if method == "symbolic":
        formula = (answer.formulas or {}).get(name)
        slope = _value_in_float32(formula, problem) if formula is not None else None
    else:
        nodes = wengert_list(problem.at(problem.point))
        values, active, variable = evaluate(nodes, problem.point, FLOAT32), active_nodes(nodes, [name]), Variable(name)
        try:
            if method == "reverse-ad":
                slope = reverse(nodes, values, active, nodes[-1], FLOAT32).get(variable, 0.0)
            else:
                slope = forward(local_partials(nodes, values, active), variable, FLOAT32).get(nodes[-1], 0.0)
        except NotDifferentiable:
            return None
    return float(slope) if isinstance(slope, float) and isfinite(slope) else None


def _value_in_float32(formula: Expression, problem: Problem) -> object:
    return evaluate(wengert_list(formula), problem.point, FLOAT32)[formula]
