r"""A graph as TikZ, with the positions of the SVG: nodes, their values and adjoints, and partials on the arrows.

The picture needs the package `tikz` and no library of it; lengths are those of the SVG, in units of 0.75pt.
"""

from __future__ import annotations

import re
from itertools import pairwise

from diffcompare.document import Edge, Graph, Vertex
from diffcompare.formatting import short_number
from diffcompare.language.expression import Variable
from diffcompare.language.typesetting.latex_forms import FORMS, to_latex, typewriter
from diffcompare.language.typesetting.letters import parts_of_name
from diffcompare.render.graph import outputs_of
from diffcompare.render.graph.svg import NUMBER, NodeBox, arrows, plan_graph
from diffcompare.render.text_layout import ascii_only, clean

_UNIT = 0.75  # points for a pixel

_STYLES = r"""  every node/.style={inner sep=1pt, align=center, font=\footnotesize},
  dc operation/.style={draw, rounded corners=3pt}, dc variable/.style={draw, rounded corners=8pt, thick},
  dc constant/.style={}, dc output/.style={double, double distance=1.5pt},
  dc inactive/.style={dashed, draw=gray, text=gray}, dc primal/.style={text=blue!60!black},
  dc tangent/.style={text=orange!60!black}, dc adjoint/.style={text=red!70!black},
  dc edge/.style={->}, dc condition/.style={->, dotted}, dc partial/.style={font=\scriptsize, anchor=south east}]"""


def tikz_picture(graph: Graph) -> str:
    r"""Return a graph as a `tikzpicture`, which stands alone in a paragraph or a figure.

    Args:
        graph: A graph of at most `MAX_DRAWN` nodes.

    Returns:
        The lines from `\begin{tikzpicture}` to `\end{tikzpicture}`.
    """
    plan, outputs = plan_graph(graph), outputs_of(graph)
    numbers = {vertex.name: f"n{number}" for number, vertex in enumerate(graph.vertices)}
    lines = [rf"\begin{{tikzpicture}}[x={_UNIT}pt, y=-{_UNIT}pt,", _STYLES]
    for vertex in graph.vertices:
        lines += _node(vertex, numbers[vertex.name], plan.places[vertex.name], vertex.name in outputs)
    for edge, stations in arrows(graph, plan):
        lines += _arrow(edge, stations)
    return "\n".join([*lines, r"\end{tikzpicture}"])


def _node(vertex: Vertex, name: str, place: NodeBox, is_output: bool) -> list[str]:
    styles: list[str] = [vertex.kind]
    styles += ["output"] if is_output else []
    styles += [] if vertex.active or vertex.kind == "constant" else ["inactive"]
    size = rf"minimum width={place.width * _UNIT:.1f}pt, minimum height={place.height * _UNIT:.1f}pt"
    label = _label(vertex)
    inside = label if vertex.kind == "constant" else rf"{_named(vertex.name)}\\{label}"
    style = ", ".join([*[f"dc {style}" for style in styles], size])
    lines = [rf"  \node[{style}] ({name}) at ({place.x:.1f},{place.y:.1f}) {{{inside}}};"]
    away = place.height / 2 + NUMBER / 2
    for number, (quantity, value) in enumerate(vertex.numbers):
        y = place.y + away + NUMBER * (number - 1) if number else place.y - away  # all but the first below the node
        text = f"${_marked(vertex.name, quantity)}{_number(value)}$"
        lines.append(rf"  \node[dc {quantity}] at ({place.x:.1f},{y:.1f}) {{{text}}};")
    return lines


def _label(vertex: Vertex) -> str:
    if vertex.formula is not None:
        return f"${to_latex(vertex.formula)}$"
    return typewriter(ascii_only(clean(vertex.label)))


def _named(name: str) -> str:
    return f"${to_latex(Variable(name))}$"


def _marked(name: str, quantity: str) -> str:
    r"""Return `\bar v_3 = ` for an adjoint, `\dot v_3 = ` for a tangent, nothing for a value."""
    if quantity == "primal":
        return ""
    marked = parts_of_name(name)._replace(mark="bar" if quantity == "adjoint" else "dot")
    return f"{FORMS.name(marked)} = "


def _number(value: float | None) -> str:
    text = short_number(value).replace("\N{MINUS SIGN}", "-")
    if not re.fullmatch(r"[-+.e\d]+", text):
        return r"\infty" if text == "inf" else rf"\text{{{ascii_only(text)}}}"
    return re.sub(r"e([-+]?)0*(\d+)$", lambda e: rf"\cdot 10^{{{e[1].strip('+')}{e[2]}}}", text)


def _arrow(edge: Edge, stations: list[tuple[float, float]]) -> list[str]:
    """Return an arrow: level through columns, S-shaped between them, with its partial before its head."""
    path = f"({stations[0][0]:.1f},{stations[0][1]:.1f})"
    for (x1, y1), (x2, y2) in pairwise(stations):
        middle = (x1 + x2) / 2
        bend = f" .. controls ({middle:.1f},{y1:.1f}) and ({middle:.1f},{y2:.1f}) .."
        path += f"{' --' if abs(y1 - y2) < 0.05 else bend} ({x2:.1f},{y2:.1f})"
    lines = [rf"  \draw[dc {'condition' if edge.decides else 'edge'}] {path};"]
    if edge.label:
        x, y = stations[-1]
        number = re.fullmatch(r"[−\d.e+-]+", edge.label)
        label = f"${edge.label.replace(chr(0x2212), '-')}$" if number else typewriter(ascii_only(edge.label))
        lines.append(rf"  \node[dc partial] at ({x - 10:.1f},{y:.1f}) {{{label}}};")
    return lines
