"""Forward mode: pairs (value, tangent) along the list, one sweep for every variable.

The tangent of an operation is the sum of `partial * tangent` over its active arguments: the dual numbers of the
literature, with the pairs kept in two columns instead of one object.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import Any

from diffcompare.backends.automatic import OutOfTime, Values, run_sweeps
from diffcompare.backends.problem import Backend, Derivative, Problem
from diffcompare.language.expression import Expression, Variable
from diffcompare.numeric.evaluate import NumberSystem
from diffcompare.numeric.operation_counts import forward_work
from diffcompare.numeric.sweeps import forward, local_partials


def differentiate(problem: Problem) -> Derivative:
    """The gradient by as many forward sweeps as there are variables."""
    return run_sweeps(
        "forward-ad", problem, _sweeps, lambda nodes, active: len(problem.wrt) * forward_work(nodes, active)
    )


def _sweeps(
    nodes: Sequence[Expression], values: Values, active: set[Expression], problem: Problem, reading: NumberSystem
) -> dict[str, Any]:
    deadline = None if problem.budget is None else monotonic() + problem.budget
    edges = local_partials(nodes, values, active)
    gradient = {}
    for name in problem.wrt:
        gradient[name] = forward(edges, Variable(name), reading).get(nodes[-1], 0.0)
        if deadline is not None and monotonic() > deadline:
            raise OutOfTime
    return gradient


BACKEND = Backend("forward-ad", differentiate)
