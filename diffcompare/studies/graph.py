"""`diffcompare graph`: the computational graph of an expression, shared nodes once, with the numbers of one sweep."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from diffcompare.backends.problem import Problem
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.printer import to_text
from diffcompare.language.wengert import active_nodes, dag_size, names, tree_size, wengert_list
from diffcompare.numeric.evaluate import CAREFUL, Undefined, evaluate, is_number
from diffcompare.numeric.sweeps import forward, local_partials, reverse
from diffcompare.studies.failure import failure_of_sweep
from diffcompare.studies.question import question_and_point, set_up
from diffcompare.studies.record import Record

if TYPE_CHECKING:
    pass

Show: TypeAlias = Literal["primal", "tangent", "adjoint"]
# What may stand beside the values: nothing more, the tangents of a forward sweep, the adjoints of a reverse one.
SHOWN: tuple[Show, ...] = ("primal", "tangent", "adjoint")


CONDITION = 2  # the first arguments of an `if`: the two sides of its condition


class Use(NamedTuple):
    """An edge: a node that stands as an argument of another, and the partial by it (None where none is needed)."""

    argument: Expression
    user: Expression
    partial: float | None = None
    decides: bool = False
    """Whether the argument stands in the condition of an `if`: it decides, and no derivative flows through it."""


@dataclass(frozen=True, repr=False)
class ComputationalGraph(Record):
    """The nodes of an expression in the order of the Wengert list, with their values and their uses."""

    report = "diffcompare.studies.graph_report"

    question: ParsedInput
    problem: Problem
    show: Show
    nodes: Sequence[Expression]
    values: Mapping[Expression, Any]
    active: frozenset[Expression]
    derivatives: Mapping[Expression, float]
    """Tangents or adjoints; empty where only values are shown, and where there are none."""
    uses: Sequence[Use]
    failure: Diagnostic | None = None
    notes: tuple[Diagnostic, ...] = ()
    remark: str = ""
    """Why there are no derivatives although the point is a good one."""

    @property
    def output(self) -> Expression:
        """The node that nothing uses."""
        return self.nodes[-1]

    @property
    def seed(self) -> str | None:
        """The variable whose tangent is 1."""
        return self.problem.wrt[0] if self.show == "tangent" and self.problem.wrt else None

    @cached_property
    def names(self) -> dict[Expression, str]:
        """What every node is called: v-1, v0, v1, and a number or a constant by its text."""
        numbered = names(self.nodes, tuple(self.problem.point))
        return {node: numbered.get(node) or to_text(node) for node in self.nodes}

    @cached_property
    def users(self) -> dict[Expression, list[Expression]]:
        """The uses of every node: one that is used twice by the same node has it twice."""
        found: dict[Expression, list[Expression]] = {node: [] for node in self.nodes}
        for use in self.uses:
            found[use.argument].append(use.user)
        return found

    @cached_property
    def flows(self) -> dict[Expression, list[Expression]]:
        """The uses of every node through which derivatives flow: not those in conditions."""
        found: dict[Expression, list[Expression]] = {node: [] for node in self.nodes}
        for use in self.uses:
            if not use.decides:
                found[use.argument].append(use.user)
        return found

    @cached_property
    def paths(self) -> dict[str, int]:
        """How many paths derivatives take from each variable to the output; exact, though it may be astronomical."""
        pending: dict[Expression, int] = {self.output: 1}
        found: dict[str, int] = {}
        for node in reversed(self.nodes):
            count = pending.pop(node)  # all its users come later in the list; a count is dropped after its last use
            if isinstance(node, Variable):
                found[node.name] = count
            for place, argument in enumerate(node.arguments):
                passes = 0 if decides(node, place) else count
                pending[argument] = pending.get(argument, 0) + passes
        return {name: found[name] for name in self.problem.point if name in found}

    @cached_property
    def tree(self) -> int:
        """Nodes of the expression written out as a tree."""
        return tree_size(self.output)

    @property
    def dag(self) -> int:
        """Nodes of the graph."""
        return dag_size(self.output)


def graph(
    expression: str | Expression,
    point: Mapping[str, float] | float | None = None,
    /,
    *,
    show: Show = "primal",
    wrt: str | Sequence[str] = (),
    **values: float,
) -> ComputationalGraph:
    """The computational graph of an expression at a point: `graph("x^2*sin(x)", x=1.5, show="adjoint")`.

    `show` says what stands beside the values, `wrt` which variables count as active; the seed of tangents is the
    first of them.  Raises DiffcompareError for wrong input; a bad point is an answer, see `failure`.
    """
    question, at = question_and_point(expression, point, values)
    return graph_question(question, at=at, show=show, wrt=wrt)


def graph_question(
    question: ParsedInput,
    *,
    at: Mapping[str, float] | None = None,
    show: Show = "primal",
    wrt: str | Sequence[str] = (),
) -> ComputationalGraph:
    """The graph of a question.  Raises DiffcompareError for a wrong point, variable, or word for what to show."""
    if show not in SHOWN:
        message = f"a graph does not show `{show}`"
        raise DiffcompareError(Diagnostic("E531", "bad_value", message, help=f"choose one of {', '.join(SHOWN)}"))
    point, asked, notes = set_up(question, at, wrt)
    problem = Problem(question.parsed.expression, point, asked)
    nodes = wengert_list(problem.at(point))
    values = evaluate(nodes, point, CAREFUL)
    active = frozenset(active_nodes(nodes, asked))
    derivatives, uses, remark = _swept(problem, show, nodes, values, active)
    # Where only values are shown a kink is nothing wrong.
    shown = show == "primal" and is_number(values[nodes[-1]])
    failure = None if shown else failure_of_sweep(problem, nodes, values, active)
    return ComputationalGraph(
        question, problem, show, nodes, values, active, derivatives, uses, failure, notes, remark
    )  # fmt: skip


def _swept(
    problem: Problem,
    show: Show,
    nodes: Sequence[Expression],
    values: Mapping[Expression, Any],
    active: frozenset[Expression],
) -> tuple[dict[Expression, float], list[Use], str]:
    """Tangents or adjoints, every use with its partial, and why there are none where there are none."""
    bare = [use for node in nodes for use in _bare_uses(node)]
    output = nodes[-1]
    if show == "primal" or type(values[output]) is Undefined:
        return {}, bare, ""
    try:
        uses = [use for node in nodes for use in _uses(node, values, active)]
        if show == "adjoint":
            found = reverse(nodes, values, active, output, CAREFUL)
            return {node: float(found.get(node, 0.0)) for node in nodes if node in active}, uses, ""
        tangents = {}
        if problem.wrt:
            tangents = forward(local_partials(nodes, values, active), Variable(problem.wrt[0]), CAREFUL)
        return {node: float(tangents.get(node, 0.0)) for node in nodes}, uses, ""
    except NotDifferentiable as refusal:
        return {}, bare, f"no partial is known of {refusal.node} by one of its arguments, so there are no {show}s"


def _uses(node: Expression, values: Mapping[Expression, Any], active: frozenset[Expression]) -> list[Use]:
    """The arguments of a node, each with the partial by it where a derivative may flow."""
    if node.operation is None:
        return []
    if type(values[node]) is Undefined:
        return _bare_uses(node)
    numbers = [values[argument] for argument in node.arguments]
    found = []
    for use, rule in zip(_bare_uses(node), node.operation.partials, strict=True):
        if use.argument in active and not use.decides:
            if rule is None:
                raise NotDifferentiable(node)
            partial = float(rule(values[node], *numbers) if callable(rule) else rule)
            use = use._replace(partial=partial if math.isfinite(partial) else None)
        found.append(use)
    return found


def _bare_uses(node: Expression) -> list[Use]:
    """The arguments of a node, without partials."""
    return [Use(argument, node, decides=decides(node, place)) for place, argument in enumerate(node.arguments)]


def decides(node: Expression, place: int) -> bool:
    """Whether the argument in this place stands in the condition of an `if`."""
    return node.operation is not None and bool(node.operation.selects) and place < CONDITION
