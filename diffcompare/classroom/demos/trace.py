"""Both modes of AD, node by node (Baydin et al. 2018, tables 2 and 3), of the survey's function or anybody's."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from diffcompare.classroom.demos.frame import Broken, Demo, Frame, growing, masked, measuring, table
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.document import Block, Cell, Graph, Quantity, Stage, Table
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.printer import SIGNS
from diffcompare.localization import phrase
from diffcompare.numeric.evaluate import CAREFUL
from diffcompare.numeric.sweeps import forward, local_partials
from diffcompare.studies.graph import graph_question
from diffcompare.studies.question import question_of
from diffcompare.studies.trace import Trace, trace_question
from diffcompare.studies.trace import TraceFrame as Step
from diffcompare.studies.trace_wording import short
from diffcompare.truth.establish import establish

if TYPE_CHECKING:
    from diffcompare.inputs.resolve import ParsedInput

SURVEY = "ln(x1) + x1*x2 - sin(x2)"
AT = {"x1": 2.0, "x2": 5.0}

CAPTIONS: dict[Quantity, str] = {
    "primal": "The graph with its values",
    "tangent": "The graph with values and tangents",
    "adjoint": "The graph with values and adjoints",
}

MAX_NODES = 40
"""Nodes of an expression that is gone through one by one."""
MAX_SEEDS = 2
"""Forward sweeps that are shown node by node."""


def frames() -> Iterator[Frame]:
    """The survey's function at (2, 5)."""
    return frames_of(question_of(SURVEY), AT)


def frames_of(question: ParsedInput, at: Mapping[str, float] | None = None) -> Iterator[Frame]:
    """Every frame of a question.  Raises DiffcompareError where it is too long, or has no derivative at the point."""
    found = trace_question(question, at=at, mode="both")
    refuse_long(found)
    if found.failure is not None and not found.adjoints:
        raise DiffcompareError(found.failure)
    return _Player(found, graph_question(question, at=found.problem.point).document(brief=True).blocks[0]).frames()  # type: ignore[arg-type]


def refuse_long(found: Trace) -> None:
    """Raise DiffcompareError (E582) for a trace that is too long to be gone through step by step."""
    if len(found.nodes) > MAX_NODES:
        message = f"the expression has {len(found.nodes)} nodes, too many to be gone through one by one"
        raise DiffcompareError(Diagnostic("E582", "resource_limit", message, help="`diffcompare trace` takes it"))


class _Player(NamedTuple):
    """A trace and its graph."""

    trace: Trace
    graph: Graph

    def frames(self) -> Iterator[Frame]:
        """The values, a forward sweep for each of the first seeds, the reverse sweep, and the test that joins them."""
        drawn = self._graph({}, "primal", table("nodes", "", "node | operation", []))
        yield Frame(
            "The function as a graph",
            (drawn._replace(table=_operations(self.graph)),),
            sentence="Every operation is a node, and a number that is used twice has two arrows.",
        )
        yield from self._evaluation()
        if self.trace.failure is not None and self.trace.failure.code == "E803":
            yield self._kink(self.trace.failure)
        for seed in self.trace.problem.wrt[:MAX_SEEDS]:
            yield from self._forward(seed)
        if self.trace.adjoints:
            yield from self._reverse()
        if self.trace.identity is not None:
            yield self._identity()

    def _evaluation(self) -> Iterator[Frame]:
        steps = self.trace.primal
        for count in range(1, len(steps) + 1):
            done = steps[:count]
            shown = table("primal", "Values", "node | rule | >value", [_value_row(step) for step in done])
            shown = growing(measuring(shown, "primal", 2))
            numbers = {step.node: step.value for step in done}
            step = done[-1]
            yield Frame(
                phrase("Values: step {count} of {total}", count=count, total=len(steps)),
                (self._graph(numbers, "primal", shown, step),),
                _rule(step),
                step.sentence,
                {step.name: step.value},
                sweep="primal",
                node=self._called(step.node),
            )

    def _kink(self, failure: Diagnostic) -> Frame:
        """What `diffcompare trace` says of such a point, before derivatives are computed that are none."""
        truth = establish(self.trace.problem)
        slopes = truth.slopes if truth is not None else {}
        rows = [(name, _slope(each.left), _slope(each.right)) for name, each in slopes.items()]
        return Frame(
            phrase("{code}: the function has no derivative at this point", code=failure.code),
            (table("kink", "Slopes of the function", "variable | >from the left | >from the right", rows),),
            sentence="The sweeps go on all the same, at a kink by a house rule: their numbers make no gradient.",
            numbers={
                f"{name} {side}": slope
                for name, *both in rows
                for side, slope in zip(("left", "right"), both, strict=True)
            },
        )

    def _forward(self, seed: str) -> Iterator[Frame]:
        steps = self.trace.tangent(seed)
        for count in range(1, len(steps) + 1):
            done, step = steps[:count], steps[count - 1]
            shown = table(
                "tangent",
                phrase("Forward, seed {seed}", seed=seed),
                "node | rule | >tangent",
                [_total_row(each) for each in done],
            )
            shown = growing(measuring(shown, "tangent", 0, 2))
            numbers = {each.node: each.total for each in done}
            last = count == len(steps)
            yield Frame(
                phrase("Forward from {seed}: step {count} of {total}", seed=seed, count=count, total=len(steps)),
                (self._graph(numbers, "tangent", shown, step),),
                _rule(step),
                step.sentence,
                {f"{step.name} by {seed}": step.total},
                phrase("What is the derivative by {seed}?", seed=seed) if last else "",
                self._asked({each.node: each.total for each in done[:-1]}, "tangent", shown, step) if last else (),
                _wrong_seed(step, seed) if last else None,
                "forward",
                self._called(step.node),
            )

    def _reverse(self) -> Iterator[Frame]:
        steps = self.trace.adjoint
        for count in range(1, len(steps) + 1):
            done, step = steps[:count], steps[count - 1]
            before = {each.node: each.total for each in done[:-1]}
            rows = [(each.name, "+=" if each.again else "=", each.rule, each.total) for each in done]
            shown = table("adjoint", "Reverse", "adjoint | sign | rule | >so far", rows)
            shown = growing(measuring(shown, "adjoint", 0, 3))
            numbers = {each.node: each.total for each in done}
            yield Frame(
                phrase("Reverse: step {count} of {total}", count=count, total=len(steps)),
                (self._graph(numbers, "adjoint", shown, step),),
                _rule(step),
                step.sentence,
                {f"{step.name} ({count})": step.total},
                phrase("Another message arrives at {name}: its adjoint now?", name=self._called(step.node))
                if step.again
                else "",
                self._asked(before, "adjoint", shown, step) if step.again else (),
                self._assigned(done) if step.again else None,
                "reverse",
                self._called(step.node),
            )

    def _identity(self) -> Frame:
        """The tangent of the output along a direction is the product of the adjoints with it."""
        names = self.trace.problem.wrt
        direction = {name: (1.0, -1.0)[place % 2] for place, name in enumerate(names)}
        edges = local_partials(self.trace.nodes, self.trace.values, self.trace.active)
        seeds: dict[Expression, Any] = {Variable(name): CAREFUL.one * x for name, x in direction.items()}
        jvp = float(forward(edges, seeds, CAREFUL).get(self.trace.nodes[-1], 0.0))
        product = math.fsum(float(self.trace.adjoints.get(Variable(name), 0.0)) * x for name, x in direction.items())
        rows: list[tuple[Cell, ...]] = [
            (name, float(self.trace.adjoints.get(Variable(name), 0.0)), x) for name, x in direction.items()
        ]
        shown = table("gradient", "The gradient, and a direction", "variable | >adjoint | >direction", rows)
        sides = table(
            "identity",
            "Two sweeps, one number",
            "sweep | >number",
            [(phrase("forward: ẏ along the direction"), jvp), (phrase("reverse: adjoints · direction"), product)],
        )
        numbers = {"jvp": jvp, "product": product, **{f"by {name}": value for name, value, _ in rows}}
        return Frame(
            "The adjoint test",
            (shown, sides),
            "ẏ = x̄·ẋ",
            "Both modes multiplied the same local slopes, in another order.",
            numbers,
            "Will the two sweeps agree?",
            (shown, masked(sides, (0, 1), (1, 1))),
            self._one_path(direction, jvp, product),
        )

    def _one_path(self, direction: Mapping[str, float], jvp: float, product: float) -> Broken | None:
        """The test when the last message to a variable is lost, none where every one has a single path."""
        lost = next((step for step in self.trace.adjoint if step.again and isinstance(step.node, Variable)), None)
        if lost is None or lost.value is None:
            return None
        name = self._called(lost.node)
        wrong = product - lost.value * direction[name]
        rows = [(phrase("forward: ẏ along the direction"), jvp), (phrase("reverse: adjoints · direction"), wrong)]
        return Broken(
            "a dropped path",
            (
                table(
                    "broken",
                    phrase("The message {rule} to {name} is lost", rule=lost.rule, name=name),
                    "sweep | >number",
                    rows,
                ),
            ),
            "The two sweeps differ: one test finds every path that was forgotten, whatever the function.",
            {"truth": jvp, "broken": wrong},
        )

    def _called(self, node: Expression) -> str:
        return node.name if isinstance(node, Variable) else self.trace.words.name(node)

    def _asked(
        self, before: Mapping[Expression, float | None], kind: Quantity, shown: Table, step: Step
    ) -> tuple[Block, ...]:
        """The graph before the step, which the room is asked for."""
        return (self._graph(before, kind, masked(shown, (-1, -1)), step),)

    def _assigned(self, done: Sequence[Step]) -> Broken:
        """What `=` for `+=` makes of the node that the last step reaches."""
        step = done[-1]
        arrived = [each for each in done if each.node is step.node]
        rows = [(short(each.value), each.total, each.value) for each in arrived]
        shown = table("broken", phrase("Messages to {name}", name=step.name), "message | >with += | >with =", rows)
        said = phrase(
            "With = the last message wins: {last} instead of {truth}.", last=short(step.value), truth=short(step.total)
        )
        return Broken("= for +=", (shown,), said, {"first": arrived[0].value, "last": step.value, "truth": step.total})

    def _graph(
        self, numbers: Mapping[Expression, float | None], kind: Quantity, shown: Table, step: Step | None = None
    ) -> Graph:
        """The graph with the numbers so far: the values stay when derivatives come."""
        known = {self.trace.words.name(node): value for node, value in numbers.items()}
        values = (
            {self.trace.words.name(step.node): step.value for step in self.trace.primal} if kind != "primal" else {}
        )
        vertices = []
        for vertex, node in zip(self.graph.vertices, self.trace.nodes, strict=True):
            found: list[tuple[Quantity, float | None]] = []
            found += [("primal", values[vertex.name])] if vertex.name in values else []
            found += [(kind, known[vertex.name])] if vertex.name in known else []
            label = (
                vertex.label if node.operation is None else SIGNS.get(node.operation.name, node.operation.name).strip()
            )
            stage: Stage = "now" if step and node is step.node else "done" if vertex.name in known else ""
            vertices.append(vertex._replace(label=label, numbers=tuple(found), stage=stage))
        edges = tuple(edge._replace(label="") for edge in self.graph.edges)
        return self.graph._replace(vertices=tuple(vertices), edges=edges, table=shown, caption=CAPTIONS[kind])


def _slope(slope: float | None) -> Cell:
    return phrase("none") if slope is None else slope if math.isfinite(slope) else str(slope)


def _operations(graph: Graph) -> Table:
    return table("nodes", "Nodes", "node | operation", [(each.name, each.label) for each in graph.vertices])


def _wrong_seed(step: Step, seed: str) -> Broken | None:
    """A seed of 2 doubles every tangent."""
    if step.total is None:
        return None
    shown = table(
        "broken", phrase("Seed of {seed}", seed=seed), "seed | >result", [("1", step.total), ("2", 2 * step.total)]
    )
    return Broken(
        "a seed of 2",
        (shown,),
        "Every tangent is linear in the seed: twice the seed, twice the answer.",
        {"truth": step.total, "broken": 2 * step.total},
    )


def _value_row(step: Step) -> tuple[Cell, ...]:
    return (step.name, step.rule, step.value if step.status == "ok" else phrase(step.status))


def _total_row(step: Step) -> tuple[Cell, ...]:
    return (step.name, step.rule, step.total if step.status == "ok" else phrase(step.status))


def _rule(step: Step) -> str:
    value = "?" if step.value is None else short(step.value)
    sign = "+=" if step.again else "="
    numbers = f" = {step.numbers}" if step.numbers and step.numbers != value else ""
    if not step.rule:
        return phrase("{name}: {status}", name=step.name, status=phrase(step.status))
    return phrase(
        "{name} {sign} {rule}{numbers} = {value}",
        name=step.name, sign=sign, rule=step.rule, numbers=numbers, value=value,
    )  # fmt: skip


DEMO = Demo(
    "trace",
    8,
    "Both AD modes multiply the same local slopes; only the order differs.",
    "Forward asks one question of every output, reverse answers every question about one output.",
    frames,
)
