"""Drawings of computational graphs, and the texts that they share: marked numbers, descriptions for screen readers."""

from __future__ import annotations

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.document import Document, Graph, Vertex
from diffcompare.formatting import short_number
from diffcompare.localization import translate

SOURCE = "source"  # stands for a quantity where a line of a program is meant
_MARKS = {"primal": "", "tangent": "\N{COMBINING DOT ABOVE}", "adjoint": "\N{COMBINING MACRON}"}


def only_graph(document: Document, format: str) -> Graph:
    """Return the only graph of a document.  Raises DiffcompareError (E533) if there is not exactly one."""
    graphs = [block for block in document.blocks if isinstance(block, Graph)]
    if len(graphs) == 1:
        return graphs[0]
    message = f"this result has no graph that could be written as {format}"
    help = "`diffcompare graph` has one; choose another format here, such as plain"
    raise DiffcompareError(Diagnostic("E533", "bad_value", message, help=help))


def outputs_of(graph: Graph) -> tuple[str, ...]:
    """Return the names of the output nodes: those that the graph names, else the one that no other node uses."""
    if graph.outputs is not None:
        return graph.outputs
    sources = {edge.source for edge in graph.edges}
    return tuple([vertex.name for vertex in reversed(graph.vertices) if vertex.name not in sources][:1])


def number_texts(vertex: Vertex) -> list[tuple[str, str]]:
    """Return the numbers of a node with their quantities: the value as `2`, the tangent or adjoint as `v̄₀ = 1.716`.

    The line of a program that the node was recorded from comes last.
    """
    letter, subscript = vertex.name[:1], vertex.name[1:]
    texts: list[tuple[str, str]] = []
    for quantity, number in vertex.numbers:
        mark = _MARKS[quantity]
        texts.append(
            (quantity, f"{letter}{mark}{subscript} = {short_number(number)}" if mark else short_number(number))
        )
    if vertex.line is not None:
        line = translate("line {number}", number=vertex.line)
        only = [translate("only on {path}", path=translate(vertex.path))] if vertex.path else []
        texts.append((SOURCE, translate(", ").join([line, *only])))
    return texts


def describe_vertex(vertex: Vertex, *, output: bool = False) -> str:
    """Describe a node for screen readers: `v₃ = sin(v₀), value -0.9589, adjoint -1`."""
    parts = [vertex.label if vertex.kind == "constant" else f"{vertex.name} = {vertex.label}"]
    for quantity, number in vertex.numbers:
        parts.append(f"{translate('value' if quantity == 'primal' else quantity)} {short_number(number)}")
    parts += [f"{translate('line {number}', number=vertex.line)}: {vertex.source_line}"] if vertex.line else []
    parts += [translate("only on {path}", path=translate(vertex.path))] if vertex.path else []
    parts += [translate("inactive")] if not vertex.active and vertex.kind != "constant" else []
    parts += [translate("the output")] if output else []
    return translate(", ").join(parts)


def describe_graph(graph: Graph) -> str:
    """Describe the graph for screen readers."""
    outputs = outputs_of(graph)
    return translate("; ").join(
        [describe_vertex(vertex, output=vertex.name in outputs) for vertex in graph.vertices]
    ) + translate(".")
