"""`dc.trace` and `trace`: the sweeps of automatic differentiation, step by step (tables 2 and 3 of the survey).

A trace is a list of frames, each with its rule, its numbers and a sentence; the tables of `trace` and every player show
the same list.  The numbers are those of the sweeps: nothing is computed here but the running total of an adjoint.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any, Literal, NamedTuple, TypeAlias

from diffcompare.backends.problem import Problem
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.wengert import active_nodes, wengert_list
from diffcompare.localization import phrase
from diffcompare.numeric.evaluate import CAREFUL, Undefined, evaluate
from diffcompare.numeric.sweeps import forward, local_partials, reverse, scaled
from diffcompare.studies.failure import failure_of_sweep
from diffcompare.studies.question import question_and_point, set_up
from diffcompare.studies.record import Record, number, status
from diffcompare.studies.trace_wording import Kind, Wording, equals, short

SEED: str = phrase("seed")  # the rule of a number that is given and not computed

Mode: TypeAlias = Literal["forward", "reverse", "both"]
MODES: tuple[Mode, ...] = ("forward", "reverse", "both")


# --- Frames -----------------------------------------------------------------------------------------------------------


class TraceFrame(NamedTuple):
    """One step: the number that a node gets, or a contribution to it, and how it is computed."""

    kind: Kind
    node: Expression  # the node that gets the number
    name: str  # the name of the number in print: v₃, v̇₃ or v̄₃
    rule: str  # the formula of the number, in the names of the list
    numbers: str  # the rule with numbers of four digits in place of the names
    value: float | None  # the number that is assigned, or added; None where it is not a finite number
    total: float | None  # the number after this step
    status: str  # `ok`, or what the value is instead: undefined, inf, -inf, nan, inactive, not taken
    sentence: str  # the step in words
    seed: str | None = None  # for a tangent: the variable whose tangent is 1
    source: Expression | None = None  # for an adjoint: the node that passes the contribution on; None for the seed
    again: bool = False  # for an adjoint: True where a contribution came before, so that this one is added (`+=`)


def primal_frames(nodes: Sequence[Expression], words: Wording) -> Iterator[TraceFrame]:
    """Yield the evaluation trace: variables, then operations in the order of the list."""
    for node in _named(nodes, words):
        value, name = words.values[node], words.name(node)
        rule, numbers = (node.name, words.number(value)) if isinstance(node, Variable) else words.value(node)
        if isinstance(node, Variable):
            sentence = phrase("{name} is {rule} = {value}.", name=name, rule=rule, value=short(value))
        else:
            inside = equals(*[words.values[argument] for argument in node.arguments])
            sentence = phrase(
                "{name} = {rule} {inside} {numbers} {equals} {value}.",
                name=name, rule=rule, inside=inside, numbers=numbers, equals=equals(value), value=short(value),
            )  # fmt: skip
        known = number(value)
        yield TraceFrame("primal", node, name, rule, numbers, known, known, status(value), sentence)


def tangent_frames(
    nodes: Sequence[Expression],
    words: Wording,
    active: frozenset[Expression],
    tangents: Mapping[Expression, Any],
    seed: str,
) -> Iterator[TraceFrame]:
    """Yield the tangent trace of one forward sweep."""
    for node in _named(nodes, words):
        name = words.name(node, "tangent")
        if node not in active:
            yield _inactive("tangent", node, name, seed)
            continue
        if type(words.values[node]) is Undefined:
            sentence = phrase(
                "{name} is not needed: {node} is outside the domain, in a branch that is not taken.",
                name=name,
                node=words.name(node),
            )
            yield TraceFrame("tangent", node, name, "", "", None, None, phrase("not taken"), sentence, seed)
            continue
        value = tangents.get(node, 0.0)
        if isinstance(node, Variable):
            rule, numbers = SEED, words.number(value)
            sentence = phrase(
                "{name} is {value}: the derivative of {node} with respect to {seed}.",
                name=name, value=numbers, node=node.name, seed=seed,
            )  # fmt: skip
        else:
            rule, numbers = words.tangent(node, active, tangents)
            sentence = phrase(
                "{name} = {rule} {equals} {value}: {node} changes {value} times as fast as {seed}.",
                name=name, rule=rule, equals=equals(value), value=short(value), node=words.name(node), seed=seed,
            )  # fmt: skip
        yield TraceFrame(
            "tangent", node, name, rule, numbers, number(value), number(value), status(value), sentence, seed
        )


def adjoint_frames(
    nodes: Sequence[Expression], words: Wording, active: frozenset[Expression], adjoints: Mapping[Expression, Any]
) -> Iterator[TraceFrame]:
    """Yield the adjoint trace of one reverse sweep: every contribution is a step of its own."""
    output = nodes[-1]
    arrived: dict[Expression, list[float]] = {}
    if output in adjoints:
        name = words.name(output, "adjoint")
        sentence = phrase("{name} is 1: the output changes as fast as itself.", name=name)
        yield TraceFrame("adjoint", output, name, SEED, words.number(1.0), 1.0, 1.0, "ok", sentence)
    for node in reversed(nodes):
        if node not in adjoints or node.operation is None:
            continue
        for argument, partial, rule, numbers in words.contributions(node, adjoints[node], active):
            before = arrived.setdefault(argument, [])
            before.append(float(scaled(adjoints[node], partial)))
            yield _contribution(node, argument, words, rule, numbers, before)


def _contribution(
    node: Expression, argument: Expression, words: Wording, rule: str, numbers: str, arrived: Sequence[float]
) -> TraceFrame:
    name, again = words.name(argument, "adjoint"), len(arrived) > 1
    value, total = arrived[-1], _total(arrived)
    if again:
        sums = f"{short(_total(arrived[:-1]))} + {_in_sum(value)} {equals(total)} {short(total)}"
        sentence = phrase(
            "{argument} is used by {node} too, so this is added: {sums}.",
            argument=words.name(argument), node=words.name(node), sums=sums,
        )  # fmt: skip
    else:
        sentence = phrase(
            "{node} passes {numbers} {equals} {value} on to {argument}.",
            node=words.name(node), numbers=numbers, equals=equals(value), value=short(value),
            argument=words.name(argument),
        )  # fmt: skip
    return TraceFrame(
        "adjoint", argument, name, rule, numbers, number(value), number(total), status(total), sentence,
        source=node, again=again,
    )  # fmt: skip


def _inactive(kind: Kind, node: Expression, name: str, seed: str | None = None) -> TraceFrame:
    sentence = phrase("{node} depends on no variable of interest: it is skipped.", node=f"{name[:1]}{name[2:]}")
    return TraceFrame(kind, node, name, phrase("inactive"), "", None, None, phrase("inactive"), sentence, seed)


def _named(nodes: Sequence[Expression], words: Wording) -> list[Expression]:
    """Return the variables in the order of their names, then the operations."""
    variables = [node for node in nodes if isinstance(node, Variable)]
    variables.sort(key=lambda node: int(words.ascii[node][1:]))
    return [*variables, *(node for node in nodes if node.operation is not None)]


def _total(terms: Sequence[float]) -> float:
    try:
        return math.fsum(terms)
    except (OverflowError, ValueError):  # beyond the range, or inf - inf
        return sum(terms)


def _in_sum(value: float) -> str:
    return f"({short(value)})" if value < 0 else short(value)


# --- The record -------------------------------------------------------------------------------------------------------


class Identity(NamedTuple):
    """The adjoint identity: forward and reverse mode give the same derivative along a direction."""

    direction: Mapping[str, float]  # tangents of the inputs, by variable
    tangent: float  # the tangent of the output, by a forward sweep along the direction
    product: float  # the inner product of the adjoints of the inputs with the direction


@dataclass(frozen=True, repr=False)
class Trace(Record):
    """The evaluation of an expression, and its sweeps as frames.

    Fields:
        question: The input as it was read.
        problem: Expression, point and the variables to differentiate by.
        mode: The sweeps that were asked for: "forward", "reverse" or "both".
        nodes: The Wengert list; the last node is the output.
        values: A number for every node, `Undefined` outside the domain.
        active: The nodes that depend on a variable to differentiate by.
        tangents: For each seed the tangents of all nodes that depend on it.
        adjoints: The adjoints of all nodes that the reverse sweep reaches.
        identity: The adjoint identity, where both modes ran.
        failure: What is wrong with the point, if anything is.
        notes: What the user should know about the input.
        remark: Why there are no sweeps although nothing is wrong with the point; else empty.
    """

    report = "diffcompare.studies.trace_report"

    question: ParsedInput
    problem: Problem
    mode: Mode
    nodes: Sequence[Expression]
    values: Mapping[Expression, Any]
    active: frozenset[Expression]
    tangents: Mapping[str, Mapping[Expression, Any]]
    adjoints: Mapping[Expression, Any]
    identity: Identity | None = None
    failure: Diagnostic | None = None
    notes: tuple[Diagnostic, ...] = ()
    remark: str = ""

    @cached_property
    def words(self) -> Wording:
        """The names of the nodes, and their rules in words."""
        return Wording(self.nodes, tuple(self.problem.point), self.values)

    @property
    def frames(self) -> tuple[TraceFrame, ...]:
        """All frames: the evaluation, a forward sweep for every seed, and the reverse sweep."""
        tangents = [frame for seed in self.tangents for frame in self.tangent(seed)]
        return (*self.primal, *tangents, *self.adjoint)

    @cached_property
    def primal(self) -> tuple[TraceFrame, ...]:
        """The frames of the evaluation."""
        return tuple(primal_frames(self.nodes, self.words))

    def tangent(self, seed: str) -> tuple[TraceFrame, ...]:
        """Return the frames of one forward sweep."""
        return tuple(tangent_frames(self.nodes, self.words, self.active, self.tangents[seed], seed))

    def reached(self, seed: str) -> tuple[TraceFrame, ...]:
        """Return the frames of one forward sweep at the nodes that depend on its seed; other tangents are 0."""
        tangents = self.tangents[seed]
        nodes = [node for node in self.nodes if node in tangents]
        return tuple(tangent_frames(nodes, self.words, self.active, tangents, seed))

    @cached_property
    def adjoint(self) -> tuple[TraceFrame, ...]:
        """The frames of the reverse sweep."""
        return tuple(adjoint_frames(self.nodes, self.words, self.active, self.adjoints))


def trace(
    expression: str | Expression | Callable[..., Any],
    point: Any = None,
    /,
    *,
    mode: Mode = "both",
    wrt: str | Sequence[str] = (),
    ops: Any = None,
    **values: Any,
) -> Trace:
    """Trace the sweeps of automatic differentiation over an expression at a point, step by step.

    Args:
        expression: Text, an `Expression`, `@name` (an entry of the catalogue), `FILE.toml:name`, or a Python function,
            which is recorded as it runs; vectors and matrices among its parameters have variables `w[0]`, `W[0, 1]`.
        point: A mapping of variable names to numbers, or one number where there is one variable.  None: the classic
            point of a catalogue entry, else a default point, which the notes name.
        mode: "forward" for one sweep of tangents for each variable, "reverse" for one sweep of adjoints, or "both".
        wrt: The variables of differentiation; none means all of them.
        ops: Functions of your own that the text calls by name: a `Function` of `diffcompare.tape`, a file of them
            (which is run), or a list.
        **values: Coordinates of the point for variables that are not named like an option.

    Returns:
        A `Trace`; its `frames` are the steps.  An undefined or non-differentiable point is an answer, too: see
        `failure`.

    Raises:
        DiffcompareError: For an expression that cannot be read, and for a wrong point, variable or mode.
        TypeError: For an expression of another type.

    Example:
        >>> [frame.rule for frame in trace("x^2*sin(x)", x=1.5, mode="reverse").primal]
        ['x', 'v₀^2', 'sin(v₀)', 'v₁·v₂']

    Source: Baydin, Pearlmutter, Radul and Siskind, JMLR 18(153), 2018, tables 2 and 3; the notation of evaluation
    traces is that of A. Griewank and A. Walther: Evaluating derivatives, second edition, SIAM 2008.
    """
    question, at = question_and_point(expression, point, values, ops=ops)
    return trace_question(question, at=at, mode=mode, wrt=wrt)


# --- The sweeps -------------------------------------------------------------------------------------------------------


def trace_question(
    question: ParsedInput, *, at: Mapping[str, float] | None = None, mode: Mode = "both", wrt: str | Sequence[str] = ()
) -> Trace:
    """Trace a question, with the options of `trace`.  Raises DiffcompareError for a wrong point, variable or mode."""
    if mode not in MODES:
        message = f"unknown mode `{mode}`"
        raise DiffcompareError(Diagnostic("E521", "bad_value", message, help=f"choose one of {', '.join(MODES)}"))
    point, variables, notes = set_up(question, at, wrt)
    problem = Problem(question.parsed.expression, point, variables, program=question.program)
    nodes = wengert_list(problem.expression)
    values = evaluate(nodes, point, CAREFUL)
    active = frozenset(active_nodes(nodes, variables))
    failure = failure_of_sweep(problem, nodes, values, active)
    tangents, adjoints, identity, remark = _sweeps(problem, mode, nodes, values, active)
    return Trace(
        question, problem, mode, nodes, values, active, tangents, adjoints, identity, failure, notes, remark
    )  # fmt: skip


def _sweeps(
    problem: Problem,
    mode: Mode,
    nodes: Sequence[Expression],
    values: Mapping[Expression, Any],
    active: frozenset[Expression],
) -> tuple[dict[str, Mapping[Expression, Any]], Mapping[Expression, Any], Identity | None, str]:
    """Return tangents by seed, adjoints, the identity between them, and a remark on why there are none, if so."""
    output = nodes[-1]
    if type(values[output]) is Undefined or not problem.wrt:
        return {}, {}, None, "" if problem.wrt else "a constant has no variable"
    try:
        edges = local_partials(nodes, values, active) if mode != "reverse" else []
        seeds = problem.wrt if mode != "reverse" else ()
        tangents: dict[str, Mapping[Expression, Any]] = {
            name: forward(edges, Variable(name), CAREFUL) for name in seeds
        }
        adjoints = reverse(nodes, values, active, output, CAREFUL) if mode != "forward" else {}
    except NotDifferentiable as refusal:
        return {}, {}, None, f"{refusal.node} has no known partial with respect to one of its arguments"
    identity = None
    if mode == "both":
        direction = dict(zip(problem.wrt, _direction(len(problem.wrt)), strict=True))
        along = forward(edges, {Variable(name): CAREFUL.one * x for name, x in direction.items()}, CAREFUL)
        product = CAREFUL.total([adjoints.get(Variable(name), 0.0) * x for name, x in direction.items()])
        identity = Identity(direction, float(along.get(output, 0.0)), float(product))
    return tangents, adjoints, identity, ""


def _direction(count: int) -> list[float]:
    """Return a pseudorandom direction with short decimals, the same one in every run."""
    draw = Random(count)
    return [draw.choice((-1, 1)) * draw.randint(1, 9) / 10 for _ in range(count)]
