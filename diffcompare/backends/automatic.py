"""What forward and reverse mode share: two readings of the list, and the report of what went wrong."""

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

# Methods that need a pass for every variable refuse at once where their budget could never do.

OPERATIONS_PER_SECOND = 2e7

"""More than plain Python does anywhere: what needs more is certain to run out of time."""


def exceeds_budget(operations: int, budget: float | None) -> bool:
    """Whether so many operations cannot be done within so many seconds (None: no limit)."""
    return budget is not None and operations > OPERATIONS_PER_SECOND * budget


def not_started(method: str, problem: Problem, operations: int, variant: str | None = None) -> Derivative:
    """The answer of a method that did not even begin."""
    note = f"not started: {operations} operations would not fit into {problem.budget:g} s"
    return Derivative(method, "timed-out", variant, dict.fromkeys(problem.wrt), notes=(note,))


Values: TypeAlias = Mapping[Expression, Any]

Sweep: TypeAlias = Callable[[Sequence[Expression], Values, set[Expression], Problem, NumberSystem], dict[str, Any]]


class OutOfTime(Exception):
    """The budget ended before the sweeps did."""


def run_sweeps(
    method: str, problem: Problem, sweep: Sweep, work: Callable[[Sequence[Expression], set[Expression]], int]
) -> Derivative:
    """Evaluate, sweep, and answer: in plain doubles first, carefully where they raise or end in inf or nan.

    Near the ends of their range a second sweep with wider exponents finds what products on the way have lost.
    """
    expression = problem.at(problem.point)
    nodes = wengert_list(expression)
    active = active_nodes(nodes, problem.wrt)
    done = Work(1, work(nodes, active))
    for reading in (FLOATS, CAREFUL):
        try:
            values = evaluate(nodes, problem.point, reading)
            if type(values[expression]) is Undefined:
                note = explain_undefined(nodes, values, expression)
                return Derivative(method, "undefined", gradient=dict.fromkeys(problem.wrt), work=done, notes=(note,))
            gradient = sweep(nodes, values, active, problem, reading)
        except RANGE_ERRORS:
            assert reading is FLOATS, "the careful reading does not raise"
            continue
        except NotDifferentiable as refusal:
            note = f"no partial is known of {shorten(refusal.node)} by this argument"
            return Derivative(method, "not-supported", gradient=dict.fromkeys(problem.wrt), notes=(note,))
        except OutOfTime:
            note = f"timed out after {problem.budget:g} s"
            return Derivative(method, "timed-out", gradient=dict.fromkeys(problem.wrt), work=done, notes=(note,))
        if all(map(isfinite, gradient.values())):
            break
    notes: tuple[str, ...] = ()
    if may_leave_range(values):
        try:
            wide = sweep(nodes, evaluate(nodes, problem.point, EXTENDED), active, problem, EXTENDED)
        except OutOfTime:
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
    """An answer in which some partials are inf or nan: they are left out, and a note says where that began."""
    lost = [f"{value} by {name}" for name, value in gradient.items() if not isfinite(value)]
    found = {name: float(value) if isfinite(value) else None for name, value in gradient.items()}
    note = f"{', '.join(lost)}: {_origin(nodes, values, active)}"
    return Derivative(method, "undefined", gradient=found, work=work, notes=(note,))


def _origin(nodes: Sequence[Expression], values: Values, active: set[Expression]) -> str:
    """Where inf or nan was born: in a value, in a partial, or in their product."""
    node = first_nonfinite(nodes, values, nodes[-1])
    if node is not None:
        arguments = ", ".join(f"{float(values[each]):.6g}" for each in node.arguments)
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
    """Which operation was outside its domain, at which argument, and what its domain is."""
    outside = values[reached]
    for node in nodes:
        if values.get(node) is outside:
            break
    return f"{shorten(node)} is undefined: {describe_outside(outside)}"


def by_name(sensitivities: Mapping[Expression, Any], names: Sequence[str]) -> dict[str, Any]:
    """The sensitivities of the variables; 0 for one that does not reach the output."""
    return {name: sensitivities.get(Variable(name), 0.0) for name in names}
