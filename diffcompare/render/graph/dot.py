"""DOT: a graph of any size in the language of Graphviz (`dot -Tsvg graph.dot`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffcompare.render.graph import describe_vertex, number_texts, only_graph, output_of
from diffcompare.render.text_layout import ascii_only, clean

if TYPE_CHECKING:
    from diffcompare.document import Document, Graph, Vertex
    from diffcompare.render import Look

# Colours of the numbers; their place and mark also tell which is which.
_COLORS = {"primal": "#0072B2", "tangent": "#8A5A00", "adjoint": "#A84300"}


def render(document: Document, look: Look) -> str:
    """Return the document's graph.  Raises DiffcompareError (E533) if it has none."""
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
    output = output_of(graph)
    lines = []
    for number, vertex in enumerate(graph.vertices):
        attributes = [f"label = <{_label(vertex)}>", f"tooltip = {_quoted(describe_vertex(vertex))}"]
        if vertex.kind == "variable":
            attributes.append("shape = ellipse")
        if vertex.kind == "constant":
            attributes.append("shape = plaintext")
        if vertex.name == output:
            attributes.append("peripheries = 2")
        if not vertex.active and vertex.kind != "constant":
            attributes.append('style = "rounded,dashed", color = gray40')
        lines.append(f"  n{number} [{', '.join(attributes)}];")
    return lines


def _label(vertex: Vertex) -> str:
    """Return value, name and operation, and tangent or adjoint below each other, as an HTML-like label with colours."""
    if vertex.kind == "constant":
        return _escaped(vertex.label)
    numbers = [f'<FONT COLOR="{_COLORS[what]}">{_escaped(text)}</FONT>' for what, text in number_texts(vertex)]
    middle = [f"<B>{_escaped(vertex.name)}</B> = {_escaped(vertex.label)}"]
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


def _escaped(text: str) -> str:
    """Escape text for an HTML-like label."""
    from html import escape

    return escape(clean(text))
