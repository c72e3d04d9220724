"""The graph that a function leaves on the tape, as users of PyTorch know it: `grad_fn` and its `next_functions`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diffcompare.diagnostics import Diagnostic
from diffcompare.document import Block, Code, Document, Edge, Graph, Heading, Listing, Paragraph, Table, Vertex, columns
from diffcompare.studies.question import format_point
from diffcompare.studies.record import SCHEMA, Record, counted
from diffcompare.studies.trace_wording import saved_text

ROOT = "grad_fn"
MAX_ROWS = 60


@dataclass(frozen=True, repr=False)
class TapeGraph(Record):
    """The nodes that a Python function left on the tape.

    Fields:
        name: The function.
        point: The values of its parameters, by flat name.
        nodes: The nodes as plain data, `grad_fn` first: each has the numbers of its `next_functions`.
    """

    report = "diffcompare.studies.tape_graph"

    name: str
    point: Mapping[str, float]
    nodes: Sequence[Mapping[str, Any]]

    @property
    def failure(self) -> Diagnostic | None:
        """Always None: without nodes there is no record."""
        return None

    @property
    def levels(self) -> list[int]:
        """The length of the longest way from `grad_fn` to every node."""
        levels = [0] * len(self.nodes)
        for number, node in enumerate(self.nodes):
            for below in node["next_functions"]:
                if below is not None:
                    levels[below] = max(levels[below], levels[number] + 1)
        return levels


def data(graph: TapeGraph) -> dict[str, Any]:
    """Return every node for JSON."""
    nodes = [{"number": number, **node} for number, node in enumerate(graph.nodes)]
    return {
        "schema": SCHEMA, "command": "graph", "function": graph.name, "point": dict(graph.point), "grad_fn": 0,
        "nodes": nodes,
    }  # fmt: skip


def document(graph: TapeGraph, *, brief: bool = False) -> Document:
    """Return the drawing, with a table of all nodes, and what the walk does."""
    blocks: list[Block] = []
    if not brief:
        blocks.append(Heading("The graph of the tape", 1))
        blocks.append(Listing((("f", Code(graph.name)), ("at", Code(format_point(graph.point))))))
    blocks.append(_picture(graph))
    if not brief:
        blocks.append(Paragraph(_lesson(graph), "verdict"))
    return Document(tuple(blocks), graph.data)


def _picture(graph: TapeGraph) -> Graph:
    names, levels = [_name(number) for number in range(len(graph.nodes))], graph.levels
    vertices = [
        Vertex(names[number], _label(node), "operation" if node["variable"] is None else "variable", levels[number])
        for number, node in enumerate(graph.nodes)
    ]
    edges = [
        Edge(names[number], names[below])
        for number, node in enumerate(graph.nodes)
        for below in node["next_functions"]
        if below is not None
    ]
    caption = "The graph of the tape, from grad_fn along next_functions"
    return Graph("tape", tuple(vertices), tuple(edges), _table(graph, names), caption, outputs=())


def _name(number: int) -> str:
    return f"n{number}" if number else ROOT


def _label(node: Mapping[str, Any]) -> str:
    return f"{node['function']} {node['variable'] or ''}".rstrip()


def _table(graph: TapeGraph, names: Sequence[str]) -> Table:
    rows = []
    for name, node in zip(names, graph.nodes, strict=True):
        following = ", ".join(
            "None" if below is None else f"({names[below]}, {number})" if number else names[below]
            for below, number in zip(node["next_functions"], node["next_results"], strict=True)
        )
        saved = saved_text(node["saved"]) if node["saved"] else None
        value = node["value"] is not None and f"{node['variable'] or 'a leaf'} = {saved_text(node['value'])}"
        rows.append((name, Code(node["function"]), following or None, saved and Code(saved), value or None))
    heads = columns("node | function | next_functions | saved | variable")
    return Table("nodes", heads, tuple(rows), "Nodes, in the order in which backward visits them", most=MAX_ROWS)


def _lesson(graph: TapeGraph) -> str:
    leaves = [node["variable"] or "a leaf" for node in graph.nodes if node["variable"] is not None]
    uses = [below for node in graph.nodes for below in node["next_functions"] if below is not None]
    shared = sum(uses.count(number) > 1 for number in range(len(graph.nodes)))
    added = f"; at {counted(shared, 'node')} gradients that arrive from several are added" if shared else ""
    return (
        f"backward starts at grad_fn with the gradient 1, visits {counted(len(graph.nodes), 'node')}, the last that ran"
        f" first, and adds to .grad of {', '.join(leaves) or 'nothing'}{added}."
    )
