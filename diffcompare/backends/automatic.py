"""What forward and reverse mode share: two readings of the list, and the report of what went wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any, TypeAlias

from diffcompare.evaluation import CAREFUL, ESCAPES, FLOATS, Reading, Undefined, birthplace, evaluate
from diffcompare.expression import Expression, Variable
from diffcompare.problem import Derivative, Problem, Work
from diffcompare.sweeps import NotDifferentiable, partials, reverse
from diffcompare.wengert import active_nodes, listing
from diffcompare.wide import WIDE, may_leave_range, recovered

Values: TypeAlias = Mapping[Expression, Any]
Sweep: TypeAlias = Callable[[Sequence[Expression], Values, set[Expression], Problem, Reading], dict[str, Any]]


class OutOfTime(Exception):
    """The budget ended before the sweeps did."""


def solve(
    method: str, problem: Problem, sweep: Sweep, work: Callable[[Sequence[Expression], set[Expression]], int]
) -> Derivative:
    """Evaluate, sweep, and answer: in plain doubles first, carefully where they raise or end in inf or nan.

    Near the ends of their range a second sweep with wider exponents finds what products on the way have lost.
    """
    expression = problem.at(problem.point)
    nodes = listing(expression)
    active = active_nodes(nodes, problem.wrt)
    done = Work(1, work(nodes, active))
    for reading in (FLOATS, CAREFUL):
        try:
            values = evaluate(nodes, problem.point, reading)
            if type(values[expression]) is Undefined:
                note = explain_undefined(nodes, values, expression)
                return Derivative(method, "undefined", gradient=dict.fromkeys(problem.wrt), work=done, notes=(note,))
            gradient = sweep(nodes, values, active, problem, reading)
        except ESCAPES:
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
            wide = sweep(nodes, evaluate(nodes, problem.point, WIDE), active, problem, WIDE)
        except OutOfTime:
            notes = ("no time was left for a second sweep, with wider exponents",)
        else:
            gradient, notes = recovered(gradient, wide)
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
    node = birthplace(nodes, values, nodes[-1])
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


def describe_outside(outside: Undefined) -> str:
    """`its argument is -1 (needs x > 0)`."""
    arguments = ", ".join(f"{argument:.17g}" for argument in outside.arguments)
    domain = outside.operation.domain.text
    if len(outside.arguments) == 1:
        return f"its argument is {arguments} (needs {domain})"
    # The table's own letters would be taken for the user's.
    letters = re.findall(r"\b[a-z]\b", outside.operation.notation)
    names = ("the base", "the exponent") if outside.operation.name == "^" else ("the first", "the second")
    names_of = dict(zip(letters, names, strict=False))
    needs = re.sub(r"\b[a-z]\b", lambda letter: names_of.get(letter[0], letter[0]), domain)
    return f"its arguments are {arguments} (needs {needs})"


def shorten(node: Expression, limit: int = 40) -> str:
    """A node as text of at most `limit` characters; a large one by its operation only."""
    from diffcompare.printer import to_text
    from diffcompare.wengert import tree_size

    if node.level > limit or tree_size(node) > 2 * limit:
        name = node.operation.name if node.operation else "?"
        return f"{name}(...)" if name.isidentifier() else f"... {name.split('n')[0] or name} ..."
    text = to_text(node)
    return text if len(text) <= limit else text[: limit - 3] + "..."


def by_name(sensitivities: Mapping[Expression, Any], names: Sequence[str]) -> dict[str, Any]:
    """The sensitivities of the variables; 0 for one that does not reach the output."""
    return {name: sensitivities.get(Variable(name), 0.0) for name in names}
