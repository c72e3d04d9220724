"""A computational graph as plain data: the JSON document of `graph`, schema diffcompare/1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diffcompare.evaluation import Undefined, is_number
from diffcompare.expression import Expression, Variable
from diffcompare.printer import to_text
from diffcompare.studies.comparison.data import large

if TYPE_CHECKING:
    from diffcompare.studies.graph import ComputationalGraph


def data(graph: ComputationalGraph) -> dict[str, Any]:
    """Every node and every edge; numbers in full precision, null where there is none."""
    problem, question = graph.problem, graph.question
    document: dict[str, Any] = {
        "schema": "diffcompare/1",
        "command": "graph",
        "expression": {
            "text": question.text,
            "read_as": to_text(problem.expression),
            "variables": list(problem.point),
            "operations": sum(node.operation is not None for node in graph.nodes),
            "size": {"tree": large(graph.tree), "dag": large(graph.dag)},
        },
        "entry": question.entry.name if question.entry else None,
        "point": dict(problem.point),
        "value": number(graph.values[graph.output]),
        "show": graph.show,
        "wrt": list(problem.wrt),
        "seed": graph.seed,
        "output": graph.names[graph.output],
        "nodes": [_node(graph, node) for node in graph.nodes],
        "edges": [
            {"from": graph.names[use.argument], "to": graph.names[use.user], "partial": use.partial}
            for use in graph.uses
        ],
        "paths": {name: large(count) for name, count in graph.paths.items()},
        "warnings": [
            {"code": note.code, "message": note.message, "span": list(note.span) if note.span else None}
            for note in graph.notes
        ],
    }
    if graph.failure is not None:
        document["error"] = graph.failure.data()
    return document


def _node(graph: ComputationalGraph, node: Expression) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": graph.names[node],
        "kind": kind(node),
        "variable": node.name if isinstance(node, Variable) else None,
        "operation": node.operation.name if node.operation else None,
        "arguments": [graph.names[argument] for argument in node.arguments],
        "level": node.level,
        "active": node in graph.active,
        "value": number(graph.values[node]),
        "status": status(graph.values[node]),
        "used_by": [graph.names[user] for user in graph.users[node]],
    }
    if graph.show != "primal":
        described[graph.show] = number(graph.derivatives.get(node))
    return described


def kind(node: Expression) -> str:
    """Whether a node is a variable, a constant (a number too) or an operation."""
    if node.operation is not None:
        return "operation"
    return "variable" if isinstance(node, Variable) else "constant"


def number(value: Any) -> float | None:
    """A value as a finite double, None where it is none."""
    return float(value) if value is not None and is_number(value) else None


def status(value: Any) -> str:
    """`ok`, or what the value is instead of a number: undefined, inf, -inf, nan."""
    if type(value) is Undefined:
        return "undefined"
    return "ok" if is_number(value) else str(float(value))
