"""Methods that need a pass for every variable refuse at once where their budget could never do."""

from __future__ import annotations

from diffcompare.problem import Derivative, Problem

OPERATIONS_PER_SECOND = 2e7
"""More than plain Python does anywhere: what needs more is certain to run out of time."""


def hopeless(operations: int, budget: float | None) -> bool:
    """Whether so many operations cannot be done within so many seconds (None: no limit)."""
    return budget is not None and operations > OPERATIONS_PER_SECOND * budget


def not_started(method: str, problem: Problem, operations: int, variant: str | None = None) -> Derivative:
    """The answer of a method that did not even begin."""
    note = f"not started: {operations} operations would not fit into {problem.budget:g} s"
    return Derivative(method, "timed-out", variant, dict.fromkeys(problem.wrt), notes=(note,))
