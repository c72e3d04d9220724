"""Mermaid: the graph of a document as a flowchart, which GitHub and many editors draw in place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diffcompare.render.graph import number_texts, only_graph, output_of
from diffcompare.render.text_layout import clean

if TYPE_CHECKING:
    from diffcompare.document import Document, Graph, Vertex
    from diffcompare.render import Look

_SHAPES = {"variable": '(["', "constant": '["', "operation": '("'}
_ENDS = {"variable": '"])', "constant": '"]', "operation": '")'}
_LETTERS = re.compile(r"[^\w .,]|_")


def render(document: Document, look: Look) -> str:
    """Return the document's graph.  Raises DiffcompareError (E533) if it has none."""
    return flowchart(only_graph(document, "Mermaid"), look)


def flowchart(graph: Graph, look: Look) -> str:
    """Return a graph as a flowchart from left to right."""
    places = {vertex.name: f"n{number}" for number, vertex in enumerate(graph.vertices)}
    output = output_of(graph)
    lines = ["flowchart LR"]
    lines += [f"  {places[vertex.name]}{_shape(vertex, look)}" for vertex in graph.vertices]
    for edge in graph.edges:
        line = "-.->" if edge.decides else "-->"
        arrow = f' {line}|"{_escaped(edge.label, look)}"| ' if edge.label else f" {line} "
        lines.append(f"  {places[edge.source]}{arrow}{places[edge.target]}")
    inactive = [places[vertex.name] for vertex in graph.vertices if not vertex.active and vertex.kind != "constant"]
    constants = [places[vertex.name] for vertex in graph.vertices if vertex.kind == "constant"]
    for nodes, style in (
        ([places[output]] if output else [], "stroke-width:4px"),
        (inactive, "stroke-dasharray:6 3"),
        (constants, "fill:none,stroke:none"),
    ):
        lines += [f"  style {node} {style}" for node in nodes]
    return "\n".join(lines) + "\n"


def _shape(vertex: Vertex, look: Look) -> str:
    start, end = _SHAPES[vertex.kind], _ENDS[vertex.kind]
    if vertex.kind == "constant":
        return f"{start}{_escaped(vertex.label, look)}{end}"
    numbers = [_escaped(text, look) for _, text in number_texts(vertex)]
    middle = _escaped(f"{vertex.name} = {vertex.label}", look)
    return f"{start}{'<br/>'.join([*numbers[:1], f'<b>{middle}</b>', *numbers[1:]])}{end}"


def _escaped(text: str, look: Look) -> str:
    """Escape every character that could be markup as an entity code of Mermaid (`#42;`)."""
    return _LETTERS.sub(lambda match: _code(match[0]), clean(text, look.unicode))


def _code(char: str) -> str:
    from unicodedata import combining

    return char if combining(char) or char in "₋−–…·" else f"#{ord(char)};"
