"""Figures of the page: programs with their steps and numbers for the tape, and the bars of the panel of `swell`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from random import Random
from typing import Any, NamedTuple

from diffcompare.backends.problem import Problem, lacking_definition
from diffcompare.backends.symbolic import client
from diffcompare.classroom.demos import load_demo
from diffcompare.classroom.demos import trace as demo
from diffcompare.classroom.demos.frame import Frame, localized
from diffcompare.classroom.demos.live import live_nodes
from diffcompare.classroom.demos.swell import MEMBERS, X, derivative_of_logistic, error_in_doubles
from diffcompare.classroom.demos.tape import label_of
from diffcompare.classroom.own_program import own_tape, tape_rule
from diffcompare.codegen.javascript_table import operation_key
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.document import Graph, Table, Vertex
from diffcompare.inputs.catalogue import entry
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.expression import Expression, Operation, Variable
from diffcompare.language.operations import NOWHERE, NotDifferentiable
from diffcompare.language.wengert import active_nodes, names, pretty, variables, wengert_list
from diffcompare.localization import translated
from diffcompare.numeric.evaluate import CAREFUL, FLOATS, evaluate, first_nonfinite, is_number
from diffcompare.numeric.sweeps import local_partials, reverse
from diffcompare.studies.question import question_of
from diffcompare.studies.swell.families import FAMILIES, Member, of_family
from diffcompare.studies.swell.measure import (
    DerivativeForm,
    KnownDerivatives,
    PartialRow,
    SwellRow,
    TimeBudget,
    by_rules,
    completed,
    sized,
    truth_of,
)
from diffcompare.studies.trace import Trace, trace_question
from diffcompare.studies.trace_wording import Wording
from diffcompare.truth.establish import establish
from diffcompare.truth.own_backwards import disagreement

# Programs: Wengert lists as plain data, with the numbers that Python computed, for the page's own tape.

# Catalogue entries that the page offers: small ones that are not about rounding.
SHIPPED = ("baydin", "rosenbrock", "booth", "himmelblau", "beale", "logistic_l4", "damped_oscillator")

TYPICAL_NUMBER = -0.2837  # as wide as most numbers: reserves room in the drawing for the page to write one


class Program(NamedTuple):
    """A program for the page, and the nodes whose operations it needs there."""

    data: dict[str, Any]
    nodes: Sequence[Expression]


class Staged(NamedTuple):
    """A program that the page shows step by step, and its graph with room for numbers."""

    data: dict[str, Any]
    nodes: Sequence[Expression]
    graph: Graph


def shipped() -> dict[str, Staged]:
    """Return the programs of SHIPPED at their own points, by name."""
    entries = {name: entry(name) for name in SHIPPED}
    return {
        name: staged(question_of(listed.text, tuple(listed.point)), listed.point) for name, listed in entries.items()
    }


def program(question: ParsedInput, point: Mapping[str, float]) -> Program:
    """Return the Wengert list with the values and adjoints at a point; None stands for a number that is not finite."""
    nodes = wengert_list(question.parsed.expression)
    return _compiled(question, point, nodes, question.parsed.expression)


def _compiled(
    question: ParsedInput, point: Mapping[str, float], nodes: Sequence[Expression], output: Expression
) -> Program:
    places = {node: place for place, node in enumerate(nodes)}
    values = evaluate(nodes, point, CAREFUL)
    active = active_nodes(nodes)
    adjoints = reverse(nodes, values, active, output, CAREFUL)
    labels = names(nodes, tuple(point))
    data = {
        "text": " ".join(question.text.split()),
        "variables": list(point) or variables(nodes),
        "point": dict(point),
        "nodes": [
            {**_node(node, places), "name": pretty(labels[node]) if node in labels else None, "active": node in active}
            for node in nodes
        ],
        "output": places[output],
        "values": [_number(values[node]) for node in nodes],
        "adjoints": [_number(adjoints.get(node, 0.0)) for node in nodes],
    }
    return Program(data, nodes)


def followed(
    question: ParsedInput, point: Mapping[str, float] | None, formulas: Sequence[Expression | None]
) -> Program:
    """Return the program whose numbers the frames of the viewer's own function follow, and formulas beside it.

    Of a Python function it has every operation that ran, with the name and the rule that the tape has for it.
    """
    own = own_tape(question, point)
    compiled = _compiled(question, own.point, live_nodes(question), own.output)
    words = Wording(compiled.nodes, tuple(own.point), own.values)
    for node, data in zip(compiled.nodes, compiled.data["nodes"], strict=True):
        if node.operation is not None:
            data["rule"] = words.value(node)[0] if own.listing is None else tape_rule(node, own)
        data["tape"] = label_of(node, own.names)
    deciding, decisions = _decisions(question)
    known = [formula for formula in formulas if formula is not None]
    nodes = wengert_list(*known) if known else []
    places = {node: place for place, node in enumerate(nodes)}
    beside = {
        "nodes": [_node(node, places) for node in nodes],
        "of": [None if formula is None else places[formula] for formula in formulas],
    }
    data = compiled.data | {"decisions": decisions, "formulas": beside, "seeds": [], "tangents": {}}
    return Program(data, [*compiled.nodes, *deciding, *nodes])


def stepped(text: str, point: Mapping[str, float]) -> Program:
    """Return the program with its true derivative, with which the page compares its quotients.

    If the truth is not available, the program's own reverse sweep takes its place.
    """
    (name,) = point
    question = question_of(text, (name,))
    compiled = program(question, point)
    truth = establish(Problem(question.parsed.expression, point, (name,))).gradient[name]
    adjoint = compiled.data["adjoints"][compiled.nodes.index(Variable(name))]
    return compiled._replace(data={**compiled.data, "truth": adjoint if truth is None else truth.nearest})


def _number(value: Any) -> float | None:
    return float(value) if is_number(value) else None


def _node(node: Expression, places: dict[Expression, int]) -> dict[str, Any]:
    if isinstance(node, Variable):
        return {"variable": node.name}
    if node.operation is None:
        return {"number": _number(FLOATS.leaf(node, {}))}
    return {"operation": operation_key(node), "of": [places[argument] for argument in node.arguments]}


# --- Step by step -----------------------------------------------------------------------------------------------------


def staged(question: ParsedInput, point: Mapping[str, float] | None) -> Staged:
    """Return the program with the steps of the demo `trace`, and the words that do not depend on numbers.

    A formula has variants: the same program with its steps where other branches are taken.
    Raises DiffcompareError for an expression that is too long or has no derivative there.
    """
    stage = _staged(question, point)
    elsewhere = [] if question.program is not None else list(_variants(question, stage))
    data = stage.data | {"variants": [variant.data for variant in elsewhere]}
    rooms = [_arriving(variant.data["steps"]) for variant in (stage, *elsewhere)]
    return stage._replace(data=data, graph=_with_room(stage.graph, rooms))


def _staged(question: ParsedInput, point: Mapping[str, float] | None) -> Staged:
    traced = trace_question(question, at=point, mode="both")
    demo.refuse_long(traced)
    failure = traced.failure or _without_numbers(traced) or _not_in_a_browser(traced)
    if failure is not None:
        raise DiffcompareError(failure)
    point = traced.problem.point
    own_demo = load_demo("trace")._replace(frames=lambda: demo.frames_of(question, point))
    frames = list(localized(own_demo).frames())
    steps = _steps(traced)
    seeds = list(traced.problem.wrt[: demo.MAX_SEEDS])
    frame_words = [_words(frame) for frame in frames]
    frame_words[0]["tables"][0]["rows"] = [list(map(str, row)) for row in _tables(frames[0].blocks)[0].rows]
    compiled = program(question, point)
    data = compiled.data | {
        "seeds": seeds,
        "tangents": {seed: [_number(traced.tangents[seed].get(node, 0.0)) for node in traced.nodes] for seed in seeds},
        "steps": steps,
        "frames": frame_words,
    }
    deciding, data["decisions"] = _decisions(question)
    graph = next(block for block in frames[0].blocks if isinstance(block, Graph))
    return Staged(data, [*compiled.nodes, *deciding], graph)


# --- Other branches: the steps of a formula at points where other arrows carry derivatives ----------------------------

MAX_VARIANTS = 6
MAX_TRIED = 400  # points at which other branches are looked for
REACH = (-10.0, -2.0, -1.0, -0.5, 0.3, 1.0, 2.0, 10.0)  # from the coordinate, or the number that is compared


def _variants(question: ParsedInput, stage: Staged) -> Iterator[Staged]:
    """Yield the stages at points that take other branches, as many as are found and fit on the page."""
    nodes = stage.nodes
    active = active_nodes(nodes)
    if not any(node.operation and _is_piecewise(node.operation) for node in nodes if node in active):
        return
    known, found = {None, _shape(nodes, active, stage.data["point"])}, 0
    for point in _points_around(nodes, stage.data["point"]):
        shape = _shape(nodes, active, point)
        if shape in known:
            continue
        known.add(shape)
        try:
            variant = _staged(question, point)
        except DiffcompareError:  # no derivative there
            continue
        yield variant
        found += 1
        if found == MAX_VARIANTS:
            return


def _is_piecewise(operation: Operation) -> bool:
    return operation.selects is not None or operation.kink is not NOWHERE


def _points_around(nodes: Sequence[Expression], point: Mapping[str, float]) -> Iterator[dict[str, float]]:
    """Yield points near a point and near the numbers of the formula, the same ones in every run."""
    numbers = {float(FLOATS.leaf(node, {})) for node in nodes if node.operation is None and not node.varies}
    draw = Random(len(nodes))
    near = {name: [base + step for base in (x, 0.0, *numbers) for step in REACH] for name, x in point.items()}
    for name, places in near.items():
        for x in places:
            yield {**point, name: x}
    for _ in range(MAX_TRIED):
        yield {name: draw.choice(places) for name, places in near.items()}


def _shape(nodes: Sequence[Expression], active: Collection[Expression], point: Mapping[str, float]) -> Any:
    """Return which arrows carry derivatives and which values are finite, as the page compares them; None: no value."""
    values = evaluate(nodes, point, CAREFUL)
    if not is_number(values[nodes[-1]]):
        return None
    try:
        edges = local_partials(nodes, values, active)
    except (DiffcompareError, NotDifferentiable):
        return None
    carried = [[argument for argument, _ in arguments] for _, arguments in edges]
    return tuple(map(tuple, carried)), tuple(map(is_number, map(values.__getitem__, nodes)))


def _decisions(question: ParsedInput) -> tuple[list[Expression], dict[str, Any] | None]:
    """Return the nodes that the decisions of a Python function compare, and both as data; None where it has none.

    At another point the page replays the steps of this run, which are those of the function only where every decision
    is made in the same way there.
    """
    if question.program is None or not question.program.recording.decisions:
        return [], None
    recording = question.program.recording
    compared = [(recording.nodes[made.left], recording.nodes[made.right]) for made in recording.decisions]
    nodes = wengert_list(*dict.fromkeys(node for pair in compared for node in pair))
    places = {node: place for place, node in enumerate(nodes)}
    tests = [
        {"left": places[left], "sign": made.sign, "right": places[right], "outcome": made.outcome}
        for (left, right), made in zip(compared, recording.decisions, strict=True)
    ]
    return nodes, {"nodes": [_node(node, places) for node in nodes], "tests": tests}


def _without_numbers(traced: Trace) -> Diagnostic | None:
    """Return why the page cannot show a trace of a function that has derivatives; None if it can."""
    if traced.identity is None:
        message = f"there is nothing to show: {traced.remark}"
        return Diagnostic("E585", "bad_value", message, help='for example `--expr "x^2*tanh(x)" --at x=1`')
    steps = [step for seed in traced.tangents for step in traced.tangent(seed) if step.node in traced.adjoints]
    plain = all(step.total is not None for step in (*steps, *traced.adjoint))
    if plain and first_nonfinite(traced.nodes, traced.values, traced.nodes[-1]) is None:
        return None
    help = "choose another point, or use `diffcompare demo trace --expr`"
    return Diagnostic("E585", "bad_value", "a number of the sweeps is not finite at this point", help=help)


def _not_in_a_browser(traced: Trace) -> Diagnostic | None:
    """Return why the page cannot compute an operation of the user's own, whose definition it uses; None if it can."""
    why = lacking_definition(traced.nodes) or disagreement(traced.nodes, traced.problem.point)
    if not why:
        return None
    help = "the page computes with definitions, in the browser: use `diffcompare demo trace --expr`"
    return Diagnostic("E585", "bad_value", why, help=help)


def _steps(traced: Trace) -> list[dict[str, Any]]:
    """Return every step without its numbers."""
    places = {node: place for place, node in enumerate(traced.nodes)}
    seeds = traced.problem.wrt[: demo.MAX_SEEDS]
    every = [*traced.primal, *(step for seed in seeds for step in traced.tangent(seed)), *traced.adjoint]
    return [
        {
            "kind": step.kind,
            "node": places[step.node],
            "name": step.name,
            "rule": translated(step.rule),
            "seed": step.seed,
            "source": places[step.source] if step.source is not None else None,
            "again": step.again,
            "status": None if step.status == "ok" else translated(step.status),
            "sentence": translated(step.sentence) if step.kind == "tangent" and step.status != "ok" else None,
        }
        for step in every
    ]


def _words(frame: Frame) -> dict[str, Any]:
    """Return the words of a frame that stay the same at another point, and the headings of its tables."""
    broken = frame.broken
    return {
        "title": frame.title,
        "question": frame.question,
        "rule": frame.rule,
        "sentence": frame.sentence,
        "tables": [_heads(table) for table in _tables(frame.blocks)],
        "broken": None
        if broken is None
        else {"bug": broken.bug, "sentence": broken.sentence, "tables": [_heads(t) for t in _tables(broken.blocks)]},
    }


def _tables(blocks: tuple[Any, ...]) -> list[Table]:
    return [block.table if isinstance(block, Graph) else block for block in blocks if isinstance(block, Graph | Table)]


def _heads(table: Table) -> dict[str, Any]:
    """Return caption, headings, and first column of a table."""
    return {
        "key": table.key,
        "caption": table.caption,
        "heads": [[column.title, column.align] for column in table.columns],
        "first": [str(row[0]) for row in table.rows],
    }


def _arriving(steps: Sequence[Mapping[str, Any]]) -> Counter[int]:
    """Return how many messages arrive at a node, by its place."""
    return Counter(step["node"] for step in steps if step["kind"] == "adjoint")


def _with_room(graph: Graph, arriving: Sequence[Counter[int]]) -> Graph:
    """Return the graph with room above every node for a value, and below it for all numbers that may arrive."""
    vertices = [_room(vertex, max(counts[place] for counts in arriving)) for place, vertex in enumerate(graph.vertices)]
    return graph._replace(vertices=tuple(vertices), caption="")


def _room(vertex: Vertex, arriving: int) -> Vertex:
    if vertex.kind == "constant":
        return vertex
    rows = arriving if arriving > 1 else 0  # a single message is the adjoint itself
    return vertex._replace(
        numbers=(("primal", TYPICAL_NUMBER), ("tangent", TYPICAL_NUMBER), *[("adjoint", TYPICAL_NUMBER)] * rows)  # type: ignore[arg-type]
    )


SECONDS = 5.0  # for one derivative by sympy; the largest takes a quarter of a second


def bars() -> list[dict[str, Any]]:
    """Return a row for every member: nodes by form, and relative errors at X; None stands for a missing number.

    From the first member whose coefficients overflow, `expanded` is None: those of later members are larger.
    """
    client.prepare()  # sympy is imported in its own process while the rules are applied
    known: dict[str, KnownDerivatives] = {"raw": {}, "light": {}}
    measured = [_measured(member, known) for member in of_family(FAMILIES["logistic"], MEMBERS, {"x": X})]
    expanded: list[float | None] = []
    for row in measured:
        overflown = bool(expanded) and expanded[-1] is None
        expanded.append(None if overflown else error_in_doubles(derivative_of_logistic(row.member.number), X))
    return [{**_figures(row), "expanded": error} for row, error in zip(measured, expanded, strict=True)]


def _measured(member: Member, known: dict[str, KnownDerivatives]) -> SwellRow:
    problem = Problem(member.expression, member.point, member.wrt, budget=SECONDS)
    forms = {name: by_rules(member.expression, member.wrt, name, TimeBudget(None), known[name]) for name in known}
    truth = truth_of(problem, TimeBudget(None))
    draft = PartialRow(member, forms, problem, truth.status, truth.gradient)
    return completed(draft, {"cse": _after_elimination(problem)}, TimeBudget(None))


def _after_elimination(problem: Problem) -> DerivativeForm:
    client.prepare()
    answer = client.derive(problem, ["raw", "cse"], 1)
    return (
        sized(answer.formulas["cse"], answer.sizes["cse"])
        if "cse" in answer.formulas
        else DerivativeForm("none", "failed")
    )


def _figures(row: SwellRow) -> dict[str, Any]:
    raw, light, cse = (row.forms[name].size for name in ("raw", "light", "cse"))
    assert raw is not None
    assert light is not None
    return {
        "n": row.member.number,
        "raw tree": raw.tree,
        "light tree": light.tree,
        "light dag": light.dag,
        "cse": cse.tree if cse else None,
        "reverse": row.sweeps["reverse"].error,
    }
