"""Reverse mode: one sweep of values forwards, one sweep of adjoints backwards, all partials at once.

Every operation passes a contribution `adjoint * partial` to each of its active arguments, and a node's adjoint is the
sum of the contributions it receives: PyTorch's tape, with the Wengert list as the tape.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from diffcompare.backends.automatic import Values, by_name, run_sweeps
from diffcompare.backends.problem import Backend, Derivative, Problem
from diffcompare.language.expression import Expression
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.wengert import active_nodes, variables, wengert_list
from diffcompare.numeric.evaluate import FLOATS, RANGE_ERRORS, NumberSystem, evaluate
from diffcompare.numeric.extended_range import near_range_limits
from diffcompare.numeric.operation_counts import reverse_work
from diffcompare.numeric.sweeps import reverse


def differentiate(problem: Problem) -> Derivative:
    """Compute the gradient by one reverse sweep."""
    return run_sweeps("reverse-ad", problem, _sweep, reverse_work)


def _sweep(
    nodes: Sequence[Expression], values: Values, active: set[Expression], problem: Problem, system: NumberSystem
) -> dict[str, Any]:
    return by_name(reverse(nodes, values, active, nodes[-1], system), problem.wrt)


def plain_gradient(
    nodes: Sequence[Expression], names: Sequence[str], point: Mapping[str, float]
) -> dict[str, float] | None:
    """Return the gradient in plain doubles, as quickly as possible; None where only `differentiate` can tell."""
    try:
        values = evaluate(nodes, point, FLOATS)
        if near_range_limits(values.values()):
            return None
        gradient = by_name(reverse(nodes, values, active_nodes(nodes), nodes[-1], FLOATS), names)
    except (*RANGE_ERRORS, NotDifferentiable):
        return None
    return gradient if isfinite(sum(gradient.values())) else None


def gradient_at(expression: Expression, point: Mapping[str, float]) -> dict[str, float] | None:
    """Return the gradient at a point; None if the value or a partial is undefined, inf or nan."""
    nodes = wengert_list(expression)
    names = tuple(variables(nodes))
    gradient = plain_gradient(nodes, names, point)
    if gradient is not None:
        return gradient
    answer = differentiate(Problem(expression, point, names))
    return dict(answer.gradient) if answer.status == "ok" else None  # type: ignore[arg-type]


BACKEND = Backend("reverse-ad", differentiate)
