"""Automatic differentiation: forward mode, a sweep for every variable; reverse mode, one sweep for all of them.

Forward mode carries pairs (value, tangent) along the Wengert list.  The tangent of an operation is the sum of
`partial * tangent` over its active arguments: the dual numbers of the literature, with the pairs kept in two columns.

Reverse mode sweeps values forwards and adjoints backwards.  Every operation passes `adjoint * partial` to each of its
active arguments, and a node's adjoint is the sum of what it receives: PyTorch's tape, with the list as the tape.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeAlias

from diffcompare.backends.problem import Backend, Derivative, Problem, Work
from diffcompare.collection_pause import collection_paused
from diffcompare.diagnostics import DiffcompareError
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.printer import shorten
from diffcompare.language.wengert import active_nodes, variables, wengert_list
from diffcompare.numeric.evaluate import (
    CAREFUL,
    FLOATS,
    RANGE_ERRORS,
    Deadline,
    NumberSystem,
    Undefined,
    describe_outside,
    evaluate,
    first_nonfinite,
)
from diffcompare.numeric.extended_range import EXTENDED, may_leave_range, near_range_limits, recover_range
from diffcompare.numeric.sweeps import forward, forward_work, local_partials, partials, reverse, reverse_work

if TYPE_CHECKING:
    from diffcompare.backends.jacobian_methods import VectorProblem

Values: TypeAlias = Mapping[Expression, Any]
Sweep: TypeAlias = Callable[[Sequence[Expression], Values, set[Expression], Problem, NumberSystem], dict[str, Any]]


# --- The two modes ----------------------------------------------------------------------------------------------------


def forward_mode(problem: Problem) -> Derivative:
    """Compute the gradient by one forward sweep for every variable."""
    return run_sweeps(
        "forward-ad", problem, _sweep_forwards, lambda nodes, active: len(problem.wrt) * forward_work(nodes, active)
    )


def _sweep_forwards(
    nodes: Sequence[Expression], values: Values, active: set[Expression], problem: Problem, system: NumberSystem
) -> dict[str, Any]:
    deadline = Deadline(problem.budget)
    edges = local_partials(nodes, values, active)
    gradient = {}
    for name in problem.wrt:
        gradient[name] = forward(edges, Variable(name), system).get(nodes[-1], 0.0)
        deadline.check()
    return gradient


def reverse_mode(problem: Problem) -> Derivative:
    """Compute the gradient by one reverse sweep."""
    return run_sweeps("reverse-ad", problem, _sweep_backwards, reverse_work)


def _sweep_backwards(
    nodes: Sequence[Expression], values: Values, active: set[Expression], problem: Problem, system: NumberSystem
) -> dict[str, Any]:
    return by_name(reverse(nodes, values, active, nodes[-1], system), problem.wrt)


FORWARD_MODE = Backend("forward-ad", forward_mode)
REVERSE_MODE = Backend("reverse-ad", reverse_mode)


def plain_gradient(
    nodes: Sequence[Expression], names: Sequence[str], point: Mapping[str, float]
) -> dict[str, float] | None:
    """Return the gradient in plain doubles, as quickly as possible; None where only `reverse_mode` can tell."""
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
    answer = reverse_mode(Problem(expression, point, names))
    return dict(answer.gradient) if answer.status == "ok" else None  # type: ignore[arg-type]


def by_name(sensitivities: Mapping[Expression, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return the adjoints (or tangents) of the variables by name; 0 for one that does not reach the output."""
    return {name: sensitivities.get(Variable(name), 0.0) for name in names}


# --- The answer, and why a partial does not exist ---------------------------------------------------------------------


def run_sweeps(
    method: str, problem: Problem, sweep: Sweep, work: Callable[[Sequence[Expression], set[Expression]], int]
) -> Derivative:
    """Evaluate, sweep, and return the answer: in plain doubles first, carefully if these raise or end in inf or nan.

    `sweep` returns the gradient and raises TimeoutError when the budget is spent; `work` counts its operations.
    Where values come near the ends of the range of doubles, a second sweep with wider exponents finds what was lost.
    """
    nodes = wengert_list(problem.expression)
    with collection_paused(len(nodes)):
        return _swept(method, problem, nodes, sweep, work)


def _swept(
    method: str,
    problem: Problem,
    nodes: Sequence[Expression],
    sweep: Sweep,
    work: Callable[[Sequence[Expression], set[Expression]], int],
) -> Derivative:
    """Return the answer of `run_sweeps` for a Wengert list."""
    expression = problem.expression
    active = active_nodes(nodes, problem.wrt)
    done = Work(1, work(nodes, active))
    for system in (FLOATS, CAREFUL):
        try:
            values = node_values(nodes, problem, system)
            if type(values[expression]) is Undefined:
                return _outside(method, problem, nodes, values, done)
            gradient = sweep(nodes, values, active, problem, system)
        except RANGE_ERRORS:
            assert system is FLOATS, "careful evaluation does not raise"
            continue
        except NotDifferentiable as refusal:
            note = f"no partial of {shorten(refusal.node)} with respect to this argument is known"
            return Derivative(method, "not-supported", gradient=dict.fromkeys(problem.wrt), notes=(note,))
        except DiffcompareError as error:  # an operation of the user's own raised it
            note = error.diagnostic.message
            return Derivative(method, "failed", gradient=dict.fromkeys(problem.wrt), notes=(note,))
        except TimeoutError:
            note = f"timed out after {problem.budget:g} s"
            return Derivative(method, "timed-out", gradient=dict.fromkeys(problem.wrt), work=done, notes=(note,))
        if all(map(isfinite, gradient.values())):
            break
    notes: tuple[str, ...] = ()
    if may_leave_range(values):
        wide = evaluate(nodes, problem.point, EXTENDED)
        if type(wide[expression]) is Undefined:  # its argument is inf in doubles, and a pole in truth
            return _outside(method, problem, nodes, wide, done)
        gradient, notes = _sweep_with_wider_exponents(nodes, wide, active, problem, sweep, gradient)
    if all(map(isfinite, gradient.values())):
        plain = {name: float(value) for name, value in gradient.items()}
        return Derivative(method, gradient=plain, work=done, notes=notes)
    return _partial_answer(method, nodes, values, active, gradient, done)


def node_values(nodes: Sequence[Expression], problem: Problem | VectorProblem, system: NumberSystem) -> Values:
    """Return the values of all nodes; for a program the doubles that it computed itself, by NumPy for instance."""
    program = problem.program
    if program is not None and system is FLOATS and program.recording.point == problem.point:
        return program.recording.values
    return evaluate(nodes, problem.point, system)


def _outside(method: str, problem: Problem, nodes: Sequence[Expression], values: Values, work: Work) -> Derivative:
    """Return the answer at a point outside the domain."""
    note = explain_undefined(nodes, values, problem.expression)
    return Derivative(method, "undefined", gradient=dict.fromkeys(problem.wrt), work=work, notes=(note,))


def _sweep_with_wider_exponents(
    nodes: Sequence[Expression],
    values: Values,
    active: set[Expression],
    problem: Problem,
    sweep: Sweep,
    gradient: dict[str, Any],
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the gradient with what was lost beyond the range of doubles, and notes on it."""
    try:
        wide = sweep(nodes, values, active, problem, EXTENDED)
    except TimeoutError:
        return gradient, ("no time was left for a second sweep, with wider exponents",)
    return recover_range(gradient, wide)


def _partial_answer(
    method: str,
    nodes: Sequence[Expression],
    values: Values,
    active: set[Expression],
    gradient: dict[str, Any],
    work: Work,
) -> Derivative:
    """Return an answer without the partials that are inf or nan, and with a note that says where these arose."""
    lost = [f"df/d{name} is {value}" for name, value in gradient.items() if not isfinite(value)]
    finite = {name: float(value) if isfinite(value) else None for name, value in gradient.items()}
    note = f"{', '.join(lost)}: {origin_of(nodes, values, active)}"
    return Derivative(method, "undefined", gradient=finite, work=work, notes=(note,))


def origin_of(nodes: Sequence[Expression], values: Values, active: set[Expression]) -> str:
    """Say where inf or nan first arose below the last node: in a value, in a partial, or in a product of partials."""
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
                    partial_text = f"the partial of {shorten(node)} with respect to {shorten(argument)}"
                    return f"{partial_text} is {float(partial)} at {float(values[argument]):.6g}"
    return "a product of finite partials overflows"


def explain_undefined(nodes: Sequence[Expression], values: Values, reached: Expression) -> str:
    """Say which operation below `reached` was outside its domain, at which argument, and what its domain is."""
    outside = values[reached]
    for node in nodes:
        if values.get(node) is outside:
            break
    return f"{shorten(node)} is undefined: {describe_outside(outside)}"
