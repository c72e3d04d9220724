"""`diffcompare graph`: the computational graph of an expression, shared nodes once, with the numbers of one sweep."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.evaluation import CAREFUL, Undefined, evaluate, is_number
from diffcompare.expression import Expression, Variable
from diffcompare.naming import names
from diffcompare.printer import to_text
from diffcompare.problem import Problem
from diffcompare.source import Question
from diffcompare.studies.inputs import joined, pose, question_of
from diffcompare.sweeps import NotDifferentiable, forward, local_partials, reverse
from diffcompare.wengert import active_nodes, dag_size, listing, tree_size

if TYPE_CHECKING:
    from diffcompare.document import Document

Show: TypeAlias = Literal["primal", "tangent", "adjoint"]
SHOWN: tuple[Show, ...] = ("primal", "tangent", "adjoint")
"""What may stand beside the values: nothing more, the tangents of a forward sweep, the adjoints of a reverse one."""


MOST_SETTLED = 1_000
"""Nodes up to which the truth settles whether there is a derivative; of a larger graph only where doubles doubt it."""


AT_A_KINK = "choose another point; the numbers here follow the conventions of the rows, see `diffcompare ops`"


class Use(NamedTuple):
    """An edge: a node that stands as an argument of another, and the partial by it (None where none is needed)."""

    argument: Expression
    user: Expression
    partial: float | None = None


@dataclass(frozen=True)
class ComputationalGraph:
    """The nodes of an expression in the order of the Wengert list, with their values and their uses."""

    question: Question
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
    def paths(self) -> dict[str, int]:
        """How many paths lead from each variable to the output; exact, though it may be astronomical."""
        pending: dict[Expression, int] = {self.output: 1}
        found: dict[str, int] = {}
        for node in reversed(self.nodes):
            count = pending.pop(node)  # all its users come later in the list; a count is dropped after its last use
            if isinstance(node, Variable):
                found[node.name] = count
            for argument in node.arguments:
                pending[argument] = pending.get(argument, 0) + count
        return {name: found[name] for name in self.problem.point if name in found}

    @cached_property
    def tree(self) -> int:
        """Nodes of the expression written out as a tree."""
        return tree_size(self.output)

    @property
    def dag(self) -> int:
        """Nodes of the graph."""
        return dag_size(self.output)

    def data(self) -> dict[str, Any]:
        """Plain data in the schema diffcompare/1."""
        from diffcompare.studies.graphs.data import data

        return data(self)

    def document(self, *, brief: bool = False) -> Document:
        """The drawing, the table of its nodes and what is to be learnt; a brief one has the drawing and the table."""
        from diffcompare.studies.graphs.document import document

        return document(self, brief=brief)

    def to_json(self) -> str:
        """The data as JSON text."""
        from diffcompare.render import render

        return render(self.document(), "json")

    def __str__(self) -> str:
        from diffcompare.render import render

        return render(self.document(), "plain").rstrip("\n")

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        from diffcompare.render.html import fragment

        return fragment(self.document())


def graph(
    expression: str | Expression,
    point: Mapping[str, float] | None = None,
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
    at = joined(point, values)
    return graph_question(question_of(expression, tuple(at or ())), at=at, show=show, wrt=wrt)


def graph_question(
    question: Question,
    *,
    at: Mapping[str, float] | None = None,
    show: Show = "primal",
    wrt: str | Sequence[str] = (),
) -> ComputationalGraph:
    """The graph of a question.  Raises DiffcompareError for a wrong point, variable, or word for what to show."""
    if show not in SHOWN:
        message = f"a graph does not show `{show}`"
        raise DiffcompareError(Diagnostic("E531", "bad_value", message, help=f"choose one of {', '.join(SHOWN)}"))
    point, asked, notes = pose(question, at, wrt)
    problem = Problem(question.parsed.expression, point, asked)
    nodes = listing(problem.at(point))
    values = evaluate(nodes, point, CAREFUL)
    active = frozenset(active_nodes(nodes, asked))
    derivatives, uses, remark = _swept(problem, show, nodes, values, active)
    failure = _failure(problem, show, nodes, values, active, uses)
    return ComputationalGraph(
        question, problem, show, nodes, values, active, derivatives, uses, failure, notes, remark
    )  # fmt: skip


def _failure(
    problem: Problem,
    show: Show,
    nodes: Sequence[Expression],
    values: Mapping[Expression, Any],
    active: frozenset[Expression],
    uses: Sequence[Use],
) -> Diagnostic | None:
    """What is wrong with the point; where only values are shown a kink is nothing wrong."""
    if is_number(values[nodes[-1]]) and (
        show == "primal" or (len(nodes) > MOST_SETTLED and _calm(nodes, values, active, uses))
    ):
        return None
    from diffcompare.studies.failure import failure_at

    failure = failure_at(problem)
    return failure._replace(help=AT_A_KINK) if failure is not None and failure.code == "E803" else failure


def _calm(
    nodes: Sequence[Expression],
    values: Mapping[Expression, Any],
    active: frozenset[Expression],
    uses: Sequence[Use],
) -> bool:
    """Whether in doubles no active operation stands at a kink of its row, and every partial is finite."""
    applied = [node for node in nodes if node in active and node.operation is not None]
    for node in applied:
        arguments = [values[argument] for argument in node.arguments]
        if type(values[node]) is not Undefined and node.operation.kink.contains(*arguments):  # type: ignore[union-attr]
            return False
    return all(use.partial is not None for use in uses if use.argument in active and is_number(values[use.user]))


def _swept(
    problem: Problem,
    show: Show,
    nodes: Sequence[Expression],
    values: Mapping[Expression, Any],
    active: frozenset[Expression],
) -> tuple[dict[Expression, float], list[Use], str]:
    """Tangents or adjoints, every use with its partial, and why there are none where there are none."""
    bare = [Use(argument, node) for node in nodes for argument in node.arguments]
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
        return [Use(argument, node) for argument in node.arguments]
    numbers = [values[argument] for argument in node.arguments]
    found = []
    for rule, argument in zip(node.operation.partials, node.arguments, strict=True):
        if argument in active:
            if rule is None:
                raise NotDifferentiable(node)
            partial = float(rule(values[node], *numbers) if callable(rule) else rule)
            found.append(Use(argument, node, partial if math.isfinite(partial) else None))
        else:
            found.append(Use(argument, node))
    return found
