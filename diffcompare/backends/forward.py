"""Forward mode: pairs (value, tangent) along the list, one sweep for every variable.

The tangent of an operation is the sum of `partial * tangent` over its active arguments: the dual numbers of the
literature, with the pairs kept in two columns instead of one object.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from diffcompare.backends.automatic import Values, run_sweeps
from diffcompare.backends.problem import Backend, Derivative, Problem
from diffcompare.language.expression import Expression, Variable
from diffcompare.numeric.evaluate import Deadline, NumberSystem
from diffcompare.numeric.operation_counts import forward_work
from diffcompare.numeric.sweeps import forward, local_partials


def differentiate(problem: Problem) -> Derivative:
    """Compute the gradient by one forward sweep for every variable."""
    return run_sweeps(
        "forward-ad", problem, _sweeps, lambda nodes, active: len(problem.wrt) * forward_work(nodes, active)
    )


def _sweeps(
    nodes: Sequence[Expression], values: Values, active: set[Expression], problem: Problem, system: NumberSystem
) -> dict[str, Any]:
    deadline = Deadline(problem.budget)
    edges = local_partials(nodes, values, active)
    gradient = {}
    for name in problem.wrt:
        gradient[name] = forward(edges, Variable(name), system).get(nodes[-1], 0.0)
        deadline.check()
    return gradient


BACKEND = Backend("forward-ad", differentiate)
