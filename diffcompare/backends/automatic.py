"""The frame of forward and reverse mode: evaluate, sweep, and explain partials that do not exist."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any, TypeAlias

from diffcompare.backends.problem import Derivative, Problem, Work
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.printer import shorten
from diffcompare.language.wengert import active_nodes, wengert_list
from diffcompare.numeric.evaluate import (
    CAREFUL,
    FLOATS,
    RANGE_ERRORS,
    NumberSystem,
    Undefined,
    describe_outside,
    evaluate,
    first_nonfinite,
)
from diffcompare.numeric.extended_range import EXTENDED, may_leave_range, recover_range
from diffcompare.numeric.sweeps import partials, reverse

OPERATIONS_PER_SECOND = 2e7  # more than plain Python does anywhere

Values: TypeAlias = Mapping[Expression, Any]
Sweep: TypeAlias = Callable[[Sequence[Expression], Values, set[Expression], Problem, NumberSystem], dict[str, Any]]


def exceeds_budget(operations: int, budget: float | None) -> bool:
    """Tell whether so many operations are certain to take more than `budget` seconds (None: no limit).

    Methods that need a pass for every variable then do not even start.
    """
    return budget is not None and operations > OPERATIONS_PER_SECOND * budget


def not_started(method: str, problem: Problem, operations: int, variant: str | None = None) -> Derivative:
    """Return the answer of a method that would exceed its budget and does not start."""
    note = f"not started: {operations} operations would not fit into {problem.budget:g} s"
    return Derivative(method, "timed-out", variant, dict.fromkeys(problem.wrt), notes=(note,))


def run_sweeps(
    method: str, problem: Problem, sweep: Sweep, work: Callable[[Sequence[Expression], set[Expression]], int]
) -> Derivative:
    """Evaluate, sweep, and return the answer: in plain doubles first, carefully if these raise or end in inf or nan.

    `sweep` returns the gradient and raises TimeoutError when the budget is spent; `work` counts its operations.
    Where values come near the ends of the range of doubles, a second sweep with wider exponents finds what was lost.
    """
    expression = problem.at(problem.point)
    nodes = wengert_list(expression)
    active = active_nodes(nodes, problem.wrt)
    done = Work(1, work(nodes, active))
    for system in (FLOATS, CAREFUL):
        try:
            values = evaluate(nodes, problem.point, system)
            if type(values[expression]) is Undefined:
                note = explain_undefined(nodes, values, expression)
                return Derivative(method, "undefined", gradient=dict.fromkeys(problem.wrt), work=done, notes=(note,))
            gradient = sweep(nodes, values, active, problem, system)
        except RANGE_ERRORS:
            assert system is FLOATS, "careful evaluation does not raise"
            continue
        except NotDifferentiable as refusal:
            note = f"no partial is known of {shorten(refusal.node)} by this argument"
            return Derivative(method, "not-supported", gradient=dict.fromkeys(problem.wrt), notes=(note,))
        except TimeoutError:
            note = f"timed out after {problem.budget:g} s"
            return Derivative(method, "timed-out", gradient=dict.fromkeys(problem.wrt), work=done, notes=(note,))
        if all(map(isfinite, gradient.values())):
            break
    notes: tuple[str, ...] = ()
    if may_leave_range(values):
        try:
            wide = sweep(nodes, evaluate(nodes, problem.point, EXTENDED), active, problem, EXTENDED)
        except TimeoutError:
            notes = ("no time was left for a second sweep, with wider exponents",)
        else:
            gradient, notes = recover_range(gradient, wide)
    if all(map(isfinite, gradient.values())):
        plain = {name: float(value) for name, value in gradient.items()}
        return Derivative(method, gradient=plain, work=done, notes=notes)
    return _partly(method, nodes, values, active, gradient, done)


def _partly(
    method: str,
    nodes: Sequence[Expression],
    values: Values,
    active: set[Expression],
    gradient: dict[str, Any],
    work: Work,
) -> Derivative:
    """Return an answer without the partials that are inf or nan, and with a note that says where these arose."""
    lost = [f"{value} by {name}" for name, value in gradient.items() if not isfinite(value)]
    finite = {name: float(value) if isfinite(value) else None for name, value in gradient.items()}
    note = f"{', '.join(lost)}: {_origin(nodes, values, active)}"
    return Derivative(method, "undefined", gradient=finite, work=work, notes=(note,))


def _origin(nodes: Sequence[Expression], values: Values, active: set[Expression]) -> str:
    """Say where inf or nan arose: in a value, in a partial, or in a product of partials."""
    node = first_nonfinite(nodes, values, nodes[-1])
    if node is not None:
        arguments = ", ".join(f"{float(values[argument]):.6g}" for argument in node.arguments)
        verb = "overflows" if values[node] in (float("inf"), float("-inf")) else "is nan"
        return f"{shorten(node)} {verb} at {arguments}" if arguments else f"{shorten(node)} {verb}"
    reached = reverse(nodes, values, active, nodes[-1], CAREFUL)
    for node in reversed(nodes):
        if node in reached and node.operation is not None:
            for argument, partial in partials(node, values, active):
                if not isfinite(partial):
                    by = f"the partial of {shorten(node)} by {shorten(argument)}"
                    return f"{by} is {float(partial)} where that is {float(values[argument]):.6g}"
    return "a product of finite partials overflows"


def explain_undefined(nodes: Sequence[Expression], values: Values, reached: Expression) -> str:
    """Say which operation below `reached` was outside its domain, at which argument, and what its domain is."""
    outside = values[reached]
    for node in nodes:
        if values.get(node) is outside:
            break
    return f"{shorten(node)} is undefined: {describe_outside(outside)}"


def by_name(sensitivities: Mapping[Expression, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return the adjoints (or tangents) of the variables by name; 0 for one that does not reach the output."""
    return {name: sensitivities.get(Variable(name), 0.0) for name in names}
