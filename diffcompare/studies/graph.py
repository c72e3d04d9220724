"""`dc.graph` and `graph`: the computational graph, shared nodes drawn once, with the numbers of one sweep."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeAlias, overload

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
from diffcompare.studies.question import bad_value, function_values, is_function, question_and_point, set_up
from diffcompare.studies.record import Record
from diffcompare.studies.two_paths import TwoPaths, two_paths

Show: TypeAlias = Literal["values", "tangent", "adjoint"]
# The numbers at each node: its value only, or also its tangent (forward sweep) or its adjoint (reverse sweep).
SHOWN: tuple[Show, ...] = ("values", "tangent", "adjoint")
FORMER_NAMES: Mapping[str, Show] = {"primal": "values"}


CONDITION_ARGUMENTS = 2  # the first arguments of an `if` are the two sides of its condition


class Use(NamedTuple):
    """An edge: a node that is an argument of another, with the local partial (None where none is needed)."""

    argument: Expression
    user: Expression
    partial: float | None = None
    # True in the condition of an `if`, where an argument decides and no derivative flows through it.
    decides: bool = False


@dataclass(frozen=True, repr=False)
class ComputationalGraph(Record):
    """The nodes of an expression in the order of the Wengert list, with their values and the edges between them.

    Fields:
        question: The input as it was read.
        problem: Expression, point and the variables to differentiate by; the first of them is the seed of tangents.
        show: The numbers beside the values: "values" for none, "tangent" or "adjoint".
        nodes: The Wengert list; the last node is the output.
        values: A number for every node, `Undefined` outside the domain.
        active: The nodes that depend on a variable to differentiate by.
        derivatives: Tangents or adjoints by node; empty where only values are shown, and where there are none.
        uses: The edges, by user and then by argument.
        failure: What is wrong with the point, if anything is.
        notes: What the user should know about the input.
        remark: Why there are no derivatives although nothing is wrong with the point; else empty.
    """

    report = "diffcompare.studies.graph_report"

    question: ParsedInput
    problem: Problem
    show: Show
    nodes: Sequence[Expression]
    values: Mapping[Expression, Any]
    active: frozenset[Expression]
    derivatives: Mapping[Expression, float]
    uses: Sequence[Use]
    failure: Diagnostic | None = None
    notes: tuple[Diagnostic, ...] = ()
    remark: str = ""

    @property
    def output(self) -> Expression:
        """The node of the whole expression, which no other node uses."""
        return self.nodes[-1]

    @property
    def seed(self) -> str | None:
        """The variable whose tangent is 1, where tangents are shown."""
        return self.problem.wrt[0] if self.show == "tangent" and self.problem.wrt else None

    @cached_property
    def names(self) -> dict[Expression, str]:
        """The name of every node: v-1, v0, v1, and the text of a number or a constant."""
        numbered = names(self.nodes, tuple(self.problem.point))
        return {node: numbered.get(node) or to_text(node) for node in self.nodes}

    @cached_property
    def levels(self) -> dict[Expression, int]:
        """The level of every node: 0 for a leaf, else one more than the highest argument."""
        levels: dict[Expression, int] = {}
        for node in self.nodes:
            levels[node] = 1 + max([levels[argument] for argument in node.arguments], default=-1)
        return levels

    @cached_property
    def users(self) -> dict[Expression, list[Expression]]:
        """The users of every node; a node that uses another twice is listed twice."""
        return self._by_argument(self.uses)

    @cached_property
    def derivative_users(self) -> dict[Expression, list[Expression]]:
        """The users of every node through which derivatives flow, so without conditions."""
        return self._by_argument([use for use in self.uses if not use.decides])

    def _by_argument(self, uses: Sequence[Use]) -> dict[Expression, list[Expression]]:
        users: dict[Expression, list[Expression]] = {node: [] for node in self.nodes}
        for use in uses:
            users[use.argument].append(use.user)
        return users

    @cached_property
    def paths(self) -> dict[str, int]:
        """The exact number of paths, astronomical at times, that derivatives take from each variable to the output."""
        pending: dict[Expression, int] = {self.output: 1}
        paths: dict[str, int] = {}
        for node in reversed(self.nodes):
            count = pending.pop(node)  # all its users come later in the list; a count is dropped after its last use
            if isinstance(node, Variable):
                paths[node.name] = count
            for place, argument in enumerate(node.arguments):
                passes = 0 if is_condition(node, place) else count
                pending[argument] = pending.get(argument, 0) + passes
        return {name: paths[name] for name in self.problem.point if name in paths}

    @cached_property
    def tree(self) -> int:
        """The number of nodes of the expression written out as a tree."""
        return tree_size(self.output)

    @property
    def dag(self) -> int:
        """The number of nodes of the graph."""
        return dag_size(self.output)


@overload
def graph(
    expression: str | Expression | Callable[..., Any],
    point: Any = None,
    /,
    *,
    show: Show = "values",
    wrt: str | Sequence[str] = (),
    other_at: None = None,
    ops: Any = None,
    **values: Any,
) -> ComputationalGraph: ...
@overload
def graph(expression: Callable[..., Any], point: Any = None, /, *, other_at: Any, **values: Any) -> TwoPaths: ...
def graph(
    expression: str | Expression | Callable[..., Any],
    point: Any = None,
    /,
    *,
    show: Show = "values",
    wrt: str | Sequence[str] = (),
    other_at: Any = None,
    ops: Any = None,
    **values: Any,
) -> ComputationalGraph | TwoPaths:
    """Build the computational graph of an expression at a point.

    Args:
        expression: Text, an `Expression`, `@name` (an entry of the catalogue), `FILE.toml:name`, or a Python function,
            which is recorded as it runs; vectors and matrices among its parameters have variables `w[0]`, `W[0, 1]`.
        point: A mapping of variable names to numbers, or one number where there is one variable.  None: the classic
            point of a catalogue entry, else a default point, which the notes name.
        show: The numbers beside the values: "values" for none, "tangent" for the forward sweep with the first
            variable of `wrt` as its seed, "adjoint" for the reverse sweep.
        wrt: The variables of differentiation; none means all of them.
        other_at: Another point of a Python function, as `point`, from which what it does not name is taken: the paths
            of both runs in one graph, which shows values.
        ops: Functions of your own that the text calls by name: a `Function` of `diffcompare.tape`, a file of them
            (which is run), or a list.
        **values: Coordinates of the point for variables that are not named like an option.

    Returns:
        With `other_at` a `TwoPaths`: the nodes of both paths, shared ones once, and the decisions of each run with
        their numbers.  Else a `ComputationalGraph`: nodes, edges with local partials, and numbers of paths.  An
        undefined or non-differentiable point is an answer, too: see `failure`.

    Raises:
        DiffcompareError: For an expression that cannot be read, and for a wrong point, variable or `show`.
        TypeError: For an expression of another type.

    Example:
        >>> graph("x^2*sin(x)", x=1.5, show="adjoint").paths
        {'x': 2}
        >>> def f(x):
        ...     y = x * x
        ...     return y if x < 0.5 else y - 1
        >>> [node.side for node in graph(f, x=0.3, other_at=0.8).nodes]
        ['both', 'both', 'second', 'second']

    Source: Baydin, Pearlmutter, Radul and Siskind, JMLR 18(153), 2018, figure 4; that derivatives are sums over paths
    is due to F. L. Bauer: Computational graphs and rounding error, SIAM J. Numer. Anal. 11(1), 1974.
    """
    question, at = question_and_point(expression, point, values, ops=ops)
    if other_at is not None:
        if show != "values" or wrt:
            raise bad_value("two paths show their values only", "other_at", "leave `show` and `wrt` out")
        other = function_values(expression, other_at, {}) if is_function(expression) else {}
        return two_paths(question, other or {})
    return graph_question(question, at=at, show=FORMER_NAMES.get(show, show), wrt=wrt)


def graph_question(
    question: ParsedInput,
    *,
    at: Mapping[str, float] | None = None,
    show: Show = "values",
    wrt: str | Sequence[str] = (),
) -> ComputationalGraph:
    """Build the graph of a question, with the options of `graph`.

    Raises DiffcompareError for a wrong point, variable or `show`.
    """
    if show not in SHOWN:
        message = f"unknown quantity `{show}`"
        raise DiffcompareError(Diagnostic("E531", "bad_value", message, help=f"choose one of {', '.join(SHOWN)}"))
    point, variables, notes = set_up(question, at, wrt)
    problem = Problem(question.parsed.expression, point, variables, program=question.program)
    nodes = wengert_list(problem.expression)
    values = evaluate(nodes, point, CAREFUL)
    active = frozenset(active_nodes(nodes, variables))
    derivatives, uses, remark = _sweep(problem, show, nodes, values, active)
    # Where only values are shown, a kink does no harm.
    harmless = show == "values" and is_number(values[nodes[-1]])
    failure = None if harmless else failure_of_sweep(problem, nodes, values, active)
    return ComputationalGraph(
        question, problem, show, nodes, values, active, derivatives, uses, failure, notes, remark
    )  # fmt: skip


def _sweep(
    problem: Problem,
    show: Show,
    nodes: Sequence[Expression],
    values: Mapping[Expression, Any],
    active: frozenset[Expression],
) -> tuple[dict[Expression, float], list[Use], str]:
    """Return tangents or adjoints, the uses with their partials, and a remark that says why there are none, if so."""
    bare = [use for node in nodes for use in _bare_uses(node)]
    output = nodes[-1]
    if show == "values" or type(values[output]) is Undefined:
        return {}, bare, ""
    try:
        uses = [use for node in nodes for use in _uses(node, values, active)]
        if show == "adjoint":
            adjoints = reverse(nodes, values, active, output, CAREFUL)
            return {node: float(adjoints.get(node, 0.0)) for node in nodes if node in active}, uses, ""
        tangents = {}
        if problem.wrt:
            tangents = forward(local_partials(nodes, values, active), Variable(problem.wrt[0]), CAREFUL)
        return {node: float(tangents.get(node, 0.0)) for node in nodes}, uses, ""
    except NotDifferentiable as refusal:
        return (
            {},
            bare,
            f"{refusal.node} has no known partial with respect to one of its arguments, so there are no {show}s",
        )


def _uses(node: Expression, values: Mapping[Expression, Any], active: frozenset[Expression]) -> list[Use]:
    """Return the uses of a node's arguments, each with its local partial where a derivative flows."""
    if node.operation is None:
        return []
    if type(values[node]) is Undefined:
        return _bare_uses(node)
    numbers = [values[argument] for argument in node.arguments]
    uses = []
    for use, rule in zip(_bare_uses(node), node.operation.partials, strict=True):
        if use.argument in active and not use.decides:
            if rule is None:
                raise NotDifferentiable(node)
            partial = float(rule(values[node], *numbers) if callable(rule) else rule)
            use = use._replace(partial=partial if math.isfinite(partial) else None)
        uses.append(use)
    return uses


def _bare_uses(node: Expression) -> list[Use]:
    """Return the uses of a node's arguments, without partials."""
    return [Use(argument, node, decides=is_condition(node, place)) for place, argument in enumerate(node.arguments)]


def is_condition(node: Expression, place: int) -> bool:
    """Tell whether the argument in this place is a side of the condition of an `if`."""
    return node.operation is not None and bool(node.operation.selects) and place < CONDITION_ARGUMENTS
