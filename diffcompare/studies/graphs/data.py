"""A computational graph as plain data: the JSON document of `graph`, schema diffcompare/1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diffcompare.expression import Expression, Variable
from diffcompare.studies.telling import large, number, question_data, status, warnings_data

if TYPE_CHECKING:
    from diffcompare.studies.graph import ComputationalGraph


def data(graph: ComputationalGraph) -> dict[str, Any]:
    """Every node and every edge; numbers in full precision, null where there is none."""
    problem, question = graph.problem, graph.question
    document: dict[str, Any] = {
        **question_data("graph", question, problem.point),
        "value": number(graph.values[graph.output]),
        "show": graph.show,
        "wrt": list(problem.wrt),
        "seed": graph.seed,
        "output": graph.names[graph.output],
        "nodes": [_node(graph, node) for node in graph.nodes],
        "edges": [
            {
                "from": graph.names[use.argument],
                "to": graph.names[use.user],
                "partial": use.partial,
                "condition": use.decides,
            }
            for use in graph.uses
        ],
        "paths": {name: large(count) for name, count in graph.paths.items()},
        "warnings": warnings_data(graph.notes),
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
