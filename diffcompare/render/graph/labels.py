"""What the drawings of a graph say: numbers in short, marks of tangents and adjoints, the graph read aloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.document import Graph
from diffcompare.localization import translate

if TYPE_CHECKING:
    from diffcompare.document import Document, Vertex

DIGITS = 4
"""Significant digits of a number in a drawing; the table has them all."""

_MARKS = {"primal": "", "tangent": "\N{COMBINING DOT ABOVE}", "adjoint": "\N{COMBINING MACRON}"}


def only_graph(document: Document, format: str) -> Graph:
    """The graph of a document.  Raises DiffcompareError (E533) where it has none, or more than one."""
    graphs = [block for block in document.blocks if isinstance(block, Graph)]
    if len(graphs) == 1:
        return graphs[0]
    message = f"there is no graph in this answer that could be written as {format}"
    help = "`diffcompare graph` has one; choose another format here, such as plain"
    raise DiffcompareError(Diagnostic("E533", "bad_value", message, help=help))


def output_of(graph: Graph) -> str | None:
    """The name of the node that no other uses."""
    sources = {edge.source for edge in graph.edges}
    return next((vertex.name for vertex in reversed(graph.vertices) if vertex.name not in sources), None)


def short(number: float | None) -> str:
    """A number to a few digits, zero without a sign."""
    return translate("undefined") if number is None else f"{number + 0.0:.{DIGITS}g}".replace("-", "\N{MINUS SIGN}")


def numbers(vertex: Vertex) -> list[tuple[str, str]]:
    """The numbers of a node, each with what it is: `2`, and the tangent or adjoint as `v̄₀ = 1.716`."""
    letter, subscript = vertex.name[:1], vertex.name[1:]
    written: list[tuple[str, str]] = []
    for quantity, number in vertex.numbers:
        mark = _MARKS[quantity]
        written.append((quantity, f"{letter}{mark}{subscript} = {short(number)}" if mark else short(number)))
    return written


def sentence(vertex: Vertex, *, output: bool = False) -> str:
    """A node read aloud: `v₃ = sin(v₀), value -0.9589, adjoint -1`."""
    parts = [vertex.label if vertex.kind == "constant" else f"{vertex.name} = {vertex.label}"]
    for quantity, number in vertex.numbers:
        parts.append(f"{translate('value' if quantity == 'primal' else quantity)} {short(number)}")
    parts += [translate("inactive")] if not vertex.active and vertex.kind != "constant" else []
    parts += [translate("the output")] if output else []
    return translate(", ").join(parts)


def spoken(graph: Graph) -> str:
    """The graph read aloud."""
    output = output_of(graph)
    return translate("; ").join(
        [sentence(vertex, output=vertex.name == output) for vertex in graph.vertices]
    ) + translate(".")
