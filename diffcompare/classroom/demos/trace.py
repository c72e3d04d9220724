"""The demo `trace`: both modes of AD node by node (Baydin et al. 2018, tables 2 and 3), for any short expression."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from diffcompare.classroom.demos import AT_SURVEY, SURVEY
from diffcompare.classroom.demos.frame import Broken, Frame, mask, table
from diffcompare.classroom.listing import SourceListing
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.document import Cell, Graph, Quantity, Source, Stage, Table
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.printer import SIGNS
from diffcompare.localization import Phrase, phrase
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

CAPTIONS: dict[Quantity, str] = {
    "primal": "The graph with its values",
    "tangent": "The graph with values and tangents",
    "adjoint": "The graph with values and adjoints",
}

MAX_NODES = 40  # nodes of an expression that can be shown one by one
MAX_LINES = 7  # of the source below the graph
MAX_SEEDS = 2  # forward sweeps that are shown node by node


def frames() -> Iterator[Frame]:
    """Yield the frames of the survey's function at (2, 5)."""
    return frames_of(question_of(SURVEY), AT_SURVEY)


def frames_of(question: ParsedInput, at: Mapping[str, float] | None = None) -> Iterator[Frame]:
    """Yield every frame of a question.

    Raises DiffcompareError if the expression is too long (E598) or has no derivative at the point.
    """
    trace = trace_question(question, at=at, mode="both")
    refuse_long(trace)
    if trace.failure is not None and not trace.adjoints:
        raise DiffcompareError(trace.failure)
    graph = graph_question(question, at=trace.problem.point).document(brief=True).blocks[0]
    assert isinstance(graph, Graph)
    return _TraceFrames(trace, graph, _sources(question)).frames()


def _sources(question: ParsedInput) -> dict[Expression, tuple[Source, ...]]:
    """Return the lines of a Python function around that which computed a node, by the node; {} for a formula."""
    if question.program is None:
        return {}
    recording = question.program.recording
    listing = SourceListing(recording)
    return {step: listing.around(step.place, MAX_LINES) for step in recording.steps}


def refuse_long(trace: Trace) -> None:
    """Raise DiffcompareError (E598) for a trace that is too long to be shown step by step."""
    if len(trace.nodes) > MAX_NODES:
        subject, help = "expression", "use `diffcompare trace` instead"
        if trace.question.program is not None:
            subject, help = (
                "recording",
                "`tape` and `branches` play programs of any length: lesson tape branches",
            )
        message = f"the {subject} has {len(trace.nodes):,} nodes, too many to show one by one"
        raise DiffcompareError(Diagnostic("E598", "resource_limit", message, help=help))


class _TraceFrames(NamedTuple):
    """A trace and its graph, from which the frames are made."""

    trace: Trace
    graph: Graph
    sources: Mapping[Expression, tuple[Source, ...]]  # of a Python function, by the node that the lines compute

    def frames(self) -> Iterator[Frame]:
        """Yield the values, a forward sweep for each of the first seeds, the reverse sweep, and the adjoint test."""
        drawn = self._graph({}, "primal", table("nodes", "", "node | operation", []))
        yield Frame(
            "The function as a graph",
            (drawn._replace(table=_operations(self.graph)),),
            sentence="Every operation is a node; a number that is used twice has two arrows.",
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
            rows = [_row(step, step.value) for step in done]
            listing = table("primal", "Values", "node | rule | >value", rows, primal=(2,), stepwise=True)
            numbers = {step.node: step.value for step in done}
            step = done[-1]
            yield Frame(
                phrase("Values: step {count} of {total}", count=count, total=len(steps)),
                (self._graph(numbers, "primal", listing, step), *self.sources.get(step.node, ())),
                _rule(step),
                _reason(step),
                {step.name: step.value},
                sweep="primal",
                node=self._called(step.node),
            )

    def _kink(self, failure: Diagnostic) -> Frame:
        """Return the frame that says why there is no derivative here; the sweeps follow nevertheless."""
        truth = establish(self.trace.problem)
        slopes = truth.slopes if truth is not None else {}
        rows = [(name, _slope(sides.left), _slope(sides.right)) for name, sides in slopes.items()]
        return Frame(
            phrase("{code}: the function has no derivative at this point", code=failure.code),
            (table("kink", "Slopes of the function", "variable | >from the left | >from the right", rows),),
            sentence="The sweeps continue with a convention at the kink, but their numbers are not a gradient.",
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
            caption = phrase("Forward, seed {seed}", seed=seed)
            rows = [_row(step, step.total) for step in done]
            columns = "node | rule | >tangent"
            listing = table("tangent", caption, columns, rows, tangent=(0, 2), stepwise=True)
            last = count == len(steps)
            yield Frame(
                phrase("Forward from {seed}: step {count} of {total}", seed=seed, count=count, total=len(steps)),
                (self._graph(_totals(done), "tangent", listing, step), *self.sources.get(step.node, ())),
                _rule(step),
                _reason(step),
                {f"{step.name} by {seed}": step.total},
                phrase("What is the derivative with respect to {seed}?", seed=seed) if last else "",
                (self._graph(_totals(done[:-1]), "tangent", mask(listing, (-1, -1)), step),) if last else (),
                _wrong_seed(step, seed) if last else None,
                "forward",
                self._called(step.node),
            )

    def _reverse(self) -> Iterator[Frame]:
        steps = self.trace.adjoint
        for count in range(1, len(steps) + 1):
            done, step = steps[:count], steps[count - 1]
            rows = [(message.name, _sign(message), message.rule, message.total) for message in done]
            columns = "adjoint | sign | rule | >so far"
            listing = table("adjoint", "Reverse", columns, rows, adjoint=(0, 3), stepwise=True)
            question = phrase(
                "Another message arrives at {name}. What is its adjoint now?", name=self._called(step.node)
            )
            yield Frame(
                phrase("Reverse: step {count} of {total}", count=count, total=len(steps)),
                (self._graph(_totals(done), "adjoint", listing, step), *self._passing(step)),
                _rule(step),
                _reason(step),
                {f"{step.name} ({count})": step.total},
                question if step.again else "",
                (self._graph(_totals(done[:-1]), "adjoint", mask(listing, (-1, -1)), step),) if step.again else (),
                self._assigned(done) if step.again else None,
                "reverse",
                self._called(step.node),
            )

    def _identity(self) -> Frame:
        """Return the adjoint test: the tangent along a direction equals the adjoints times that direction."""
        names = self.trace.problem.wrt
        direction = {name: (1.0, -1.0)[index % 2] for index, name in enumerate(names)}
        edges = local_partials(self.trace.nodes, self.trace.values, self.trace.active)
        seeds: dict[Expression, Any] = {Variable(name): CAREFUL.one * x for name, x in direction.items()}
        jvp = float(forward(edges, seeds, CAREFUL).get(self.trace.nodes[-1], 0.0))
        product = math.fsum(float(self.trace.adjoints.get(Variable(name), 0.0)) * x for name, x in direction.items())
        rows: list[tuple[Cell, ...]] = [
            (name, float(self.trace.adjoints.get(Variable(name), 0.0)), x) for name, x in direction.items()
        ]
        gradient = table("gradient", "The gradient, and a direction", "variable | >adjoint | >direction", rows)
        sides = table(
            "identity",
            "Two sweeps, one number",
            "sweep | >number",
            [(phrase("forward: ẏ along the direction"), jvp), (phrase("reverse: adjoints · direction"), product)],
        )
        numbers = {"jvp": jvp, "product": product, **{f"by {name}": value for name, value, _ in rows}}
        return Frame(
            "The adjoint test",
            (gradient, sides),
            "ẏ = x̄·ẋ",
            "Both modes multiplied the same local slopes, in a different order.",
            numbers,
            "Will the two sweeps agree?",
            (gradient, mask(sides, (0, 1), (1, 1))),
            self._one_path(direction, jvp, product),
        )

    def _one_path(self, direction: Mapping[str, float], jvp: float, product: float) -> Broken | None:
        """Return the adjoint test with the last message to a variable lost; None if no variable has two."""
        lost = next((step for step in self.trace.adjoint if step.again and isinstance(step.node, Variable)), None)
        if lost is None or lost.value is None:
            return None
        name = self._called(lost.node)
        wrong = product - lost.value * direction[name]
        rows = [(phrase("forward: ẏ along the direction"), jvp), (phrase("reverse: adjoints · direction"), wrong)]
        caption = phrase("The message {rule} to {name} is lost", rule=lost.rule, name=name)
        return Broken(
            "a dropped path",
            (table("broken", caption, "sweep | >number", rows),),
            "The two sweeps differ: this one test finds any forgotten path, whatever the function.",
            {"truth": jvp, "broken": wrong},
        )

    def _passing(self, step: Step) -> tuple[Source, ...]:
        """Return the lines that computed the node which passes an adjoint on."""
        return self.sources.get(step.node if step.source is None else step.source, ())

    def _called(self, node: Expression) -> str:
        return node.name if isinstance(node, Variable) else self.trace.words.name(node)

    def _assigned(self, done: Sequence[Step]) -> Broken:
        """Return the adjoint of the last step's node with `=` for `+=`."""
        step = done[-1]
        messages = [message for message in done if message.node is step.node]
        rows = [(short(message.value), message.total, message.value) for message in messages]
        listing = table("broken", phrase("Messages to {name}", name=step.name), "message | >with += | >with =", rows)
        sentence = phrase(
            "With = the last message wins: {last} instead of {truth}.", last=short(step.value), truth=short(step.total)
        )
        figures = {"first": messages[0].value, "last": step.value, "truth": step.total}
        return Broken("= for +=", (listing,), sentence, figures)

    def _graph(
        self, numbers: Mapping[Expression, float | None], kind: Quantity, listing: Table, step: Step | None = None
    ) -> Graph:
        """Return the graph with the numbers so far; the values stay when derivatives are added."""
        known = {self.trace.words.name(node): value for node, value in numbers.items()}
        values = (
            {self.trace.words.name(step.node): step.value for step in self.trace.primal} if kind != "primal" else {}
        )
        vertices = []
        for vertex, node in zip(self.graph.vertices, self.trace.nodes, strict=True):
            beside: list[tuple[Quantity, float | None]] = []
            beside += [("primal", values[vertex.name])] if vertex.name in values else []
            beside += [(kind, known[vertex.name])] if vertex.name in known else []
            label = (
                vertex.label if node.operation is None else SIGNS.get(node.operation.name, node.operation.name).strip()
            )
            stage: Stage = "now" if step and node is step.node else "done" if vertex.name in known else ""
            vertices.append(vertex._replace(label=label, numbers=tuple(beside), stage=stage))
        edges = tuple(edge._replace(label="") for edge in self.graph.edges)
        return self.graph._replace(vertices=tuple(vertices), edges=edges, table=listing, caption=CAPTIONS[kind])


def _slope(slope: float | None) -> Cell:
    return phrase("none") if slope is None else slope if math.isfinite(slope) else str(slope)


def _operations(graph: Graph) -> Table:
    return table("nodes", "Nodes", "node | operation", [(vertex.name, vertex.label) for vertex in graph.vertices])


def _wrong_seed(step: Step, seed: str) -> Broken | None:
    """Return the result for a seed of 2, which doubles every tangent."""
    if step.total is None:
        return None
    rows = [("1", step.total), ("2", 2 * step.total)]
    return Broken(
        "a seed of 2",
        (table("broken", phrase("Seed of {seed}", seed=seed), "seed | >result", rows),),
        "Every tangent is linear in the seed: twice the seed, twice the answer.",
        {"truth": step.total, "broken": 2 * step.total},
    )


def _row(step: Step, value: float | None) -> tuple[Cell, ...]:
    return (step.name, step.rule, value if step.status == "ok" else phrase(step.status))


def _totals(steps: Iterable[Step]) -> dict[Expression, float | None]:
    return {step.node: step.total for step in steps}


def _sign(step: Step) -> str:
    return "+=" if step.again else "="


# What a step's sentence says beside its rule, by what it says alone.
BESIDE_RULE = {
    "{name} is {rule} = {value}.": "{rule} is given.",
    "{name} = {rule} {inside} {numbers} {equals} {value}.": "",
    "{name} is {value}: the derivative of {node} with respect to {seed}.": (
        "The derivative of {node} with respect to {seed}."
    ),
    "{name} = {rule} {equals} {value}: {node} changes {value} times as fast as {seed}.": (
        "{node} changes {value} times as fast as {seed}."
    ),
    "{name} is 1: the output changes as fast as itself.": "The output changes as fast as itself.",
    "{node} passes {numbers} {equals} {value} on to {argument}.": "{node} passes this on to {argument}.",
}


def _reason(step: Step) -> str:
    """Return a step's sentence without what its rule, which stands above it, says already."""
    told = step.sentence
    if not isinstance(told, Phrase):
        return told
    return phrase(BESIDE_RULE.get(told.pattern, told.pattern), **told.values)


def _rule(step: Step) -> str:
    value = "?" if step.value is None else short(step.value)
    numbers = f" = {step.numbers}" if step.numbers and step.numbers != value else ""
    if not step.rule:
        return phrase("{name}: {status}", name=step.name, status=phrase(step.status))
    return phrase(
        "{name} {sign} {rule}{numbers} = {value}",
        name=step.name, sign=_sign(step), rule=step.rule, numbers=numbers, value=value,
    )  # fmt: skip
