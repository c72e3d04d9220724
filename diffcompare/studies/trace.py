"""`diffcompare trace`: the sweeps of automatic differentiation, step by step (the survey's tables 2 and 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.evaluation import CAREFUL, Undefined, evaluate
from diffcompare.expression import Expression, Variable
from diffcompare.problem import Problem
from diffcompare.source import Question
from diffcompare.studies.failure import failure_of_sweep
from diffcompare.studies.inputs import asked_at, pose
from diffcompare.studies.telling import Shown
from diffcompare.studies.traces.frames import Frame, adjoint_frames, primal_frames, tangent_frames
from diffcompare.studies.traces.wording import Wording
from diffcompare.sweeps import NotDifferentiable, forward, local_partials, reverse
from diffcompare.wengert import active_nodes, listing

if TYPE_CHECKING:
    from diffcompare.document import Document

Mode: TypeAlias = Literal["forward", "reverse", "both"]
MODES: tuple[Mode, ...] = ("forward", "reverse", "both")


class Identity(NamedTuple):
    """The adjoint identity: along a direction, the tangent of the output and the adjoints' product with it."""

    direction: Mapping[str, float]
    tangent: float
    product: float


@dataclass(frozen=True, repr=False)
class Trace(Shown):
    """The evaluation of an expression, and its sweeps as frames."""

    question: Question
    problem: Problem
    mode: Mode
    nodes: Sequence[Expression]
    values: Mapping[Expression, Any]
    active: frozenset[Expression]
    tangents: Mapping[str, Mapping[Expression, Any]]
    """Of every node that a seed reaches, by seed."""
    adjoints: Mapping[Expression, Any]
    identity: Identity | None = None
    failure: Diagnostic | None = None
    notes: tuple[Diagnostic, ...] = ()
    remark: str = ""
    """Why there are no sweeps although the point is a good one."""

    @cached_property
    def words(self) -> Wording:
        """The names of the nodes."""
        return Wording(self.nodes, tuple(self.problem.point), self.values)

    @property
    def frames(self) -> tuple[Frame, ...]:
        """Every step: the evaluation, a forward sweep for every seed, and the reverse sweep."""
        tangents = [step for seed in self.tangents for step in self.tangent(seed)]
        return (*self.primal, *tangents, *self.adjoint)

    @cached_property
    def primal(self) -> tuple[Frame, ...]:
        """The steps of the evaluation."""
        return tuple(primal_frames(self.nodes, self.words))

    def tangent(self, seed: str) -> tuple[Frame, ...]:
        """The steps of one forward sweep."""
        return tuple(tangent_frames(self.nodes, self.words, self.active, self.tangents[seed], seed))

    def reached(self, seed: str) -> tuple[Frame, ...]:
        """The steps of one forward sweep at the nodes that depend on its seed: of all others the tangent is 0."""
        tangents = self.tangents[seed]
        nodes = [node for node in self.nodes if node in tangents]
        return tuple(tangent_frames(nodes, self.words, self.active, tangents, seed))

    @cached_property
    def adjoint(self) -> tuple[Frame, ...]:
        """The steps of the reverse sweep."""
        return tuple(adjoint_frames(self.nodes, self.words, self.active, self.adjoints))

    def data(self) -> dict[str, Any]:
        """Plain data in the schema diffcompare/1."""
        from diffcompare.studies.traces.data import data

        return data(self)

    def document(self, *, brief: bool = False) -> Document:
        """The tables of the sweeps; a brief document has nothing else."""
        from diffcompare.studies.traces.document import document

        return document(self, brief=brief)


def trace(
    expression: str | Expression,
    point: Mapping[str, float] | float | None = None,
    /,
    *,
    mode: Mode = "both",
    wrt: str | Sequence[str] = (),
    **values: float,
) -> Trace:
    """The sweeps of an expression at a point, step by step: `trace("x^2*sin(x)", x=1.5, mode="reverse")`.

    Raises DiffcompareError for wrong input; a bad point is an answer, see `failure`.
    """
    question, at = asked_at(expression, point, values)
    return trace_question(question, at=at, mode=mode, wrt=wrt)


def trace_question(
    question: Question, *, at: Mapping[str, float] | None = None, mode: Mode = "both", wrt: str | Sequence[str] = ()
) -> Trace:
    """The trace of a question.  Raises DiffcompareError for a wrong point, variable or mode."""
    if mode not in MODES:
        message = f"there is no mode `{mode}`"
        raise DiffcompareError(Diagnostic("E521", "bad_value", message, help=f"choose one of {', '.join(MODES)}"))
    point, asked, notes = pose(question, at, wrt)
    problem = Problem(question.parsed.expression, point, asked)
    nodes = listing(problem.at(point))
    values = evaluate(nodes, point, CAREFUL)
    active = frozenset(active_nodes(nodes, asked))
    failure = failure_of_sweep(problem, nodes, values, active)
    tangents, adjoints, identity, remark = _swept(problem, mode, nodes, values, active)
    return Trace(
        question, problem, mode, nodes, values, active, tangents, adjoints, identity, failure, notes, remark
    )  # fmt: skip


def _swept(
    problem: Problem,
    mode: Mode,
    nodes: Sequence[Expression],
    values: Mapping[Expression, Any],
    active: frozenset[Expression],
) -> tuple[dict[str, Mapping[Expression, Any]], Mapping[Expression, Any], Identity | None, str]:
    """Tangents by seed, adjoints, the identity between them, and why there are none where there are none."""
    output = nodes[-1]
    if type(values[output]) is Undefined or not problem.wrt:
        return {}, {}, None, "" if problem.wrt else "a constant has no derivative by anything"
    try:
        edges = local_partials(nodes, values, active) if mode != "reverse" else []
        seeds = problem.wrt if mode != "reverse" else ()
        tangents: dict[str, Mapping[Expression, Any]] = {
            name: forward(edges, Variable(name), CAREFUL) for name in seeds
        }
        adjoints = reverse(nodes, values, active, output, CAREFUL) if mode != "forward" else {}
    except NotDifferentiable as refusal:
        return {}, {}, None, f"no partial is known of {refusal.node} by one of its arguments"
    identity = None
    if mode == "both":
        direction = dict(zip(problem.wrt, _direction(len(problem.wrt)), strict=True))
        along = forward(edges, {Variable(name): CAREFUL.one * x for name, x in direction.items()}, CAREFUL)
        product = CAREFUL.total([adjoints.get(Variable(name), 0.0) * x for name, x in direction.items()])
        identity = Identity(direction, float(along.get(output, 0.0)), float(product))
    return tangents, adjoints, identity, ""


def _direction(count: int) -> list[float]:
    """A direction with short decimals, drawn at random but the same in every run."""
    draw = Random(count)
    return [draw.choice((-1, 1)) * draw.randint(1, 9) / 10 for _ in range(count)]
