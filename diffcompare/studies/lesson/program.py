"""Programs for the page's own tape: a Wengert list as plain data, with the numbers that Python computed along it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from diffcompare.document import Graph, Table, Vertex
from diffcompare.evaluation import FLOATS, evaluate
from diffcompare.expression import Expression, Variable
from diffcompare.language import translated
from diffcompare.naming import names, pretty
from diffcompare.operations import exact_integer
from diffcompare.parser import parse
from diffcompare.problem import Problem
from diffcompare.studies.demos import trace as demo
from diffcompare.studies.demos.frame import Frame
from diffcompare.studies.demos.translation import told
from diffcompare.studies.inputs import question_of
from diffcompare.studies.trace import Trace, trace_question
from diffcompare.sweeps import reverse
from diffcompare.wengert import active_nodes, listing, variables

KNOWN = ("+", "-", "*", "/", "neg", "^n", "ln", "exp", "sin", "cos", "sqrt")
"""Operations that the page's tape has; an expression with another is not recomputed there."""


SHIPPED = ("baydin", "rosenbrock", "booth", "himmelblau", "beale", "logistic_l4", "damped_oscillator")
"""Entries of the catalogue that the page offers: small ones, which are not about rounding."""

ROOM = -0.2837
"""A number as wide as most: room for the page to write one."""


class Staged(NamedTuple):
    """A program that the page plays step by step, and its graph with room for numbers."""

    data: dict[str, Any]
    graph: Graph


def shipped() -> dict[str, Staged]:
    """The programs of those entries at their own points, by name."""
    from diffcompare.catalogue import entry

    return {name: staged(entry(name).text, dict(entry(name).point)) for name in SHIPPED}


def program(text: str, point: Mapping[str, float]) -> dict[str, Any] | None:
    """The list, the point, and values and adjoints there; None for an expression that the page does not know."""
    expression = parse(text)
    nodes = listing(expression)
    if any(node.operation is not None and node.operation.name not in KNOWN for node in nodes):
        return None
    places = {node: place for place, node in enumerate(nodes)}
    values = evaluate(nodes, point, FLOATS)
    active = active_nodes(nodes)
    adjoints = reverse(nodes, values, active, expression, FLOATS)
    named = names(nodes, tuple(point))
    return {
        "text": text,
        "variables": list(point) or variables(nodes),
        "point": dict(point),
        "nodes": [
            {**_node(node, places), "name": pretty(named[node]) if node in named else None, "active": node in active}
            for node in nodes
        ],
        "values": [float(values[node]) for node in nodes],
        "adjoints": [float(adjoints.get(node, 0.0)) for node in nodes],
    }


def stepped(text: str, point: Mapping[str, float]) -> dict[str, Any]:
    """The program with the true derivative by its one variable, against which the page holds its quotients.

    Where the truth is late, its own reverse sweep has to do.  Raises ValueError for an expression that the page does
    not know.
    """
    from diffcompare.truth import establish

    found = program(text, point)
    if found is None:
        raise ValueError(f"the page cannot step along {text}")
    (name,) = point
    truth = establish(Problem(parse(text), point, (name,))).gradient[name]
    adjoint = next(each for node, each in zip(found["nodes"], found["adjoints"], strict=True) if "variable" in node)
    return {**found, "truth": adjoint if truth is None else truth.nearest}


def _node(node: Expression, places: dict[Expression, int]) -> dict[str, Any]:
    if isinstance(node, Variable):
        return {"variable": node.name}
    if node.operation is None:
        return {"number": float(FLOATS.leaf(node, {}))}
    exponent = exact_integer(node.arguments[1]) if node.operation.name == "^n" else None
    return {"operation": node.operation.name, "of": [places[each] for each in node.arguments], "exponent": exponent}


# --- Step by step -----------------------------------------------------------------------------------------------------


def staged(text: str, point: Mapping[str, float]) -> Staged:
    """The program with the steps of the demo `trace`: what happens where, and the words that no number changes.

    Raises ValueError for an expression that the page does not know.
    """
    found = program(text, point)
    if found is None:
        raise ValueError(f"the page cannot compute {text}")
    traced = trace_question(question_of(text, tuple(point)), at=point, mode="both")
    which = demo.DEMO._replace(frames=lambda: demo.frames_of(question_of(text, tuple(point)), point))
    frames = list(told(which).frames())
    steps = _steps(traced)
    if len(frames) != len(steps) + 2:
        raise ValueError(f"{len(frames)} frames for {len(steps)} steps of {text}")
    seeds = list(traced.problem.wrt[: demo.MOST_SEEDS])
    whole = [_words(frame) for frame in frames]
    whole[0]["tables"][0]["rows"] = [list(map(str, row)) for row in _tables(frames[0].blocks)[0].rows]
    found |= {
        "seeds": seeds,
        "tangents": {seed: [float(traced.tangents[seed].get(node, 0.0)) for node in traced.nodes] for seed in seeds},
        "steps": steps,
        "frames": whole,
    }
    return Staged(found, _with_room(next(block for block in frames[0].blocks if isinstance(block, Graph)), steps))


def _steps(traced: Trace) -> list[dict[str, Any]]:
    """Every step but its numbers."""
    places = {node: place for place, node in enumerate(traced.nodes)}
    seeds = traced.problem.wrt[: demo.MOST_SEEDS]
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
        }
        for step in every
    ]


def _words(frame: Frame) -> dict[str, Any]:
    """The words of a frame that stay when the point is another, and the heads of its tables."""
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
    """Caption, heads, and the first column of a table: what its rows are about."""
    return {
        "key": table.key,
        "caption": table.caption,
        "heads": [[column.title, column.align] for column in table.columns],
        "first": [str(row[0]) for row in table.rows],
    }


def _with_room(graph: Graph, steps: list[dict[str, Any]]) -> Graph:
    """The graph with room above every node for a value, and below it for as many numbers as may arrive there."""
    arriving: dict[int, int] = {}
    for step in steps:
        if step["kind"] == "adjoint":
            arriving[step["node"]] = arriving.get(step["node"], 0) + 1
    vertices = [_room(vertex, arriving.get(place, 0)) for place, vertex in enumerate(graph.vertices)]
    return graph._replace(vertices=tuple(vertices), caption="")


def _room(vertex: Vertex, arriving: int) -> Vertex:
    if vertex.kind == "constant":
        return vertex
    rows = arriving if arriving > 1 else 0  # a single message is the adjoint itself
    return vertex._replace(
        numbers=(("primal", ROOM), ("tangent", ROOM), *[("adjoint", ROOM)] * rows)  # type: ignore[arg-type]
    )
