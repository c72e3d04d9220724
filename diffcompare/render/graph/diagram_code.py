"""Diagrams as code: the graph of a document in DOT, for Graphviz, or as a Mermaid flowchart, which GitHub draws."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diffcompare.render.graph import SOURCE, describe_vertex, number_texts, only_graph, outputs_of
from diffcompare.render.text_layout import ascii_only, clean

if TYPE_CHECKING:
    from diffcompare.document import Document, Graph, Vertex
    from diffcompare.render import Look


# --- DOT: `dot -Tsvg graph.dot` ---------------------------------------------------------------------------------------

# Colours of the numbers; their place and mark also tell which is which.
_COLOURS = {"primal": "#0072B2", "tangent": "#8A5A00", "adjoint": "#A84300", SOURCE: "#444444"}


def render_dot(document: Document, look: Look) -> str:
    """Return the document's graph, of any size, in DOT.  Raises DiffcompareError (E533) if it has none."""
    drawn = only_graph(document, "DOT")
    text = "\n".join([*_head(drawn), *_nodes(drawn), *_edges(drawn), "}\n"])
    return text if look.unicode else ascii_only(text)


def _head(graph: Graph) -> list[str]:
    return [
        "digraph {",
        f"  label = {_quoted(graph.caption)};",
        '  rankdir = LR; fontname = "sans-serif"; labelloc = t;',
        '  node [fontname = "sans-serif", shape = box, style = rounded, margin = "0.12,0.06"];',
        '  edge [fontname = "sans-serif", fontsize = 11, arrowsize = 0.8];',
    ]


def _nodes(graph: Graph) -> list[str]:
    outputs = outputs_of(graph)
    lines = []
    for number, vertex in enumerate(graph.vertices):
        attributes = [f"label = <{_label(vertex)}>", f"tooltip = {_quoted(describe_vertex(vertex))}"]
        if vertex.kind == "variable":
            attributes.append("shape = ellipse")
        if vertex.kind == "constant":
            attributes.append("shape = plaintext")
        if vertex.name in outputs:
            attributes.append("peripheries = 2")
        if not vertex.active and vertex.kind != "constant":
            attributes.append('style = "rounded,dashed", color = gray40')
        lines.append(f"  n{number} [{', '.join(attributes)}];")
    return lines


def _label(vertex: Vertex) -> str:
    """Return value, name and operation, and tangent or adjoint below each other, as an HTML-like label with colours."""
    if vertex.kind == "constant":
        return _html(vertex.label)
    numbers = [f'<FONT COLOR="{_COLOURS[quantity]}">{_html(text)}</FONT>' for quantity, text in number_texts(vertex)]
    middle = [f"<B>{_html(vertex.name)}</B> = {_html(vertex.label)}"]
    return "<BR/>".join([*numbers[:1], *middle, *numbers[1:]])


def _edges(graph: Graph) -> list[str]:
    places = {vertex.name: number for number, vertex in enumerate(graph.vertices)}
    active = {vertex.name: vertex.active for vertex in graph.vertices}
    lines = []
    for edge in graph.edges:
        attributes = [f"label = {_quoted(edge.label)}"] if edge.label else []
        attributes += ["style = dotted"] if edge.decides else []
        attributes += [] if active[edge.source] else ["color = gray50"]
        listed = f" [{', '.join(attributes)}]" if attributes else ""
        lines.append(f"  n{places[edge.source]} -> n{places[edge.target]}{listed};")
    return lines


def _quoted(text: str) -> str:
    """Return a DOT string with quotes and backslashes escaped."""
    escaped = clean(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _html(text: str) -> str:
    """Escape text for an HTML-like label."""
    from html import escape

    return escape(clean(text))


# --- Mermaid ----------------------------------------------------------------------------------------------------------

_SHAPES = {"variable": '(["', "constant": '["', "operation": '("'}
_ENDS = {"variable": '"])', "constant": '"]', "operation": '")'}
_MARKUP = re.compile(r"[^\w .,]|_")


def render_mermaid(document: Document, look: Look) -> str:
    """Return the document's graph as a Mermaid flowchart.  Raises DiffcompareError (E533) if it has none."""
    return flowchart(only_graph(document, "Mermaid"), look)


def flowchart(graph: Graph, look: Look) -> str:
    """Return a graph as a flowchart from left to right."""
    places = {vertex.name: f"n{number}" for number, vertex in enumerate(graph.vertices)}
    outputs = outputs_of(graph)
    lines = ["flowchart LR"]
    lines += [f"  {places[vertex.name]}{_shape(vertex, look)}" for vertex in graph.vertices]
    for edge in graph.edges:
        line = "-.->" if edge.decides else "-->"
        arrow = f' {line}|"{_entities(edge.label, look)}"| ' if edge.label else f" {line} "
        lines.append(f"  {places[edge.source]}{arrow}{places[edge.target]}")
    inactive = [places[vertex.name] for vertex in graph.vertices if not vertex.active and vertex.kind != "constant"]
    constants = [places[vertex.name] for vertex in graph.vertices if vertex.kind == "constant"]
    for nodes, style in (
        ([places[output] for output in outputs], "stroke-width:4px"),
        (inactive, "stroke-dasharray:6 3"),
        (constants, "fill:none,stroke:none"),
    ):
        lines += [f"  style {node} {style}" for node in nodes]
    return "\n".join(lines) + "\n"


def _shape(vertex: Vertex, look: Look) -> str:
    start, end = _SHAPES[vertex.kind], _ENDS[vertex.kind]
    if vertex.kind == "constant":
        return f"{start}{_entities(vertex.label, look)}{end}"
    numbers = [_entities(text, look) for _, text in number_texts(vertex)]
    middle = _entities(f"{vertex.name} = {vertex.label}", look)
    return f"{start}{'<br/>'.join([*numbers[:1], f'<b>{middle}</b>', *numbers[1:]])}{end}"


def _entities(text: str, look: Look) -> str:
    """Escape every character that could be markup as an entity code of Mermaid (`#42;`)."""
    return _MARKUP.sub(lambda match: _code(match[0]), clean(text, look.unicode))


def _code(char: str) -> str:
    from unicodedata import combining

    return char if combining(char) or char in "₋−–…·" else f"#{ord(char)};"
