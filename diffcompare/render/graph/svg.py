"""A graph as SVG, from left to right: variables are ellipses, operations rounded rectangles, constants plain text.

Values are above a node in a solid frame, tangents below it in a dotted one, adjoints below it in a dashed one.  The
output has a double outline, an inactive node a broken one.  A legend explains the signs that occur.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.document import MAX_DRAWN, Edge, Graph, Vertex
from diffcompare.localization import translate
from diffcompare.render.graph import SOURCE, describe_graph, describe_vertex, number_texts, outputs_of
from diffcompare.render.graph.layout import GraphLayout, Spot, lay_out
from diffcompare.render.svg import SvgDrawing, text, text_width

# All in pixels.
MARGIN = 20.0
NAME_SIZE, LABEL_SIZE, FIGURE_SIZE = 15, 14, 12.5  # of letters, as the style sheet says
HEIGHT, CONSTANT = 46.0, 26.0
NUMBER = 25.0  # height of a number above or below a node
PORT = 22.0  # between two arrows into a node, enough for a label
BEND, SPACE = 14.0, 16.0
CHANNEL, LANE = 46.0, 5.0  # between two columns, and extra for each line that may have to turn there
HEAD = 10.0
LEGEND = 26.0


class NodeBox(NamedTuple):
    """The centre of a node and the size of its shape."""

    x: float
    y: float
    width: float
    height: float

    @property
    def left(self) -> float:
        """The x coordinate at which arrows end."""
        return self.x - self.width / 2

    @property
    def right(self) -> float:
        """The x coordinate at which arrows begin."""
        return self.x + self.width / 2


class SvgPlan(NamedTuple):
    """The position of every node, and the left and right edge of every column."""

    layout: GraphLayout
    places: dict[str, NodeBox]
    columns: list[tuple[float, float]]
    width: float
    height: float

    def height_of(self, spot: Spot) -> float:
        """Return the y coordinate of a bend."""
        return self.layout.heights[spot] + MARGIN


def draw_graph(graph: Graph) -> SvgDrawing:
    """Draw the graph.  Raises DiffcompareError (E532) if it is too large to be legible."""
    if len(graph.vertices) > MAX_DRAWN:
        message = f"{len(graph.vertices):,} nodes are too many for a drawing (at most {MAX_DRAWN})"
        raise DiffcompareError(Diagnostic("E532", "resource_limit", message, help="`--format dot` is for Graphviz"))
    plan = plan_graph(graph)
    outputs = outputs_of(graph)
    body = _edges(graph, plan)
    body += [_node(vertex, plan.places[vertex.name], vertex.name in outputs) for vertex in graph.vertices]
    legend, wide, high = _legend(graph, plan.height + 10, max(plan.width, 640.0))
    return SvgDrawing(max(plan.width, wide), plan.height + 10 + high, "".join([*body, *legend]), describe_graph(graph))


# --- Positions -------------------------------------------------------------------------------------------------------


def plan_graph(graph: Graph) -> SvgPlan:
    """Return where everything stands, for all drawings with lines: in pixels from the top left corner."""
    inputs = {vertex.name: 0 for vertex in graph.vertices}
    for edge in graph.edges:
        inputs[edge.target] += 1
    sizes = {vertex.name: _size(vertex, inputs[vertex.name]) for vertex in graph.vertices}
    reach = {vertex.name: _reach(vertex, sizes[vertex.name][1]) for vertex in graph.vertices}
    layout = lay_out(graph, reach, BEND, SPACE)
    columns = _columns(graph, layout, sizes)
    # Heights are relative to the middle of the highest spot, but the drawing begins at the top of the highest number.
    tops = [layout.heights[spot] - (BEND if layout.is_bend(spot) else reach[spot[0]][0]) for spot in layout.heights]
    ends = [layout.heights[spot] + (BEND if layout.is_bend(spot) else reach[spot[0]][1]) for spot in layout.heights]
    down = -min(tops, default=0.0)
    layout = layout._replace(heights={spot: height + down for spot, height in layout.heights.items()})
    places = {
        name: NodeBox(sum(columns[layer]) / 2, layout.heights[(name, layer)] + MARGIN, *sizes[name])
        for name, layer in layout.layers.items()
    }
    return SvgPlan(layout, places, columns, columns[-1][1] + MARGIN, max(ends) + down + 2 * MARGIN)


def _size(vertex: Vertex, inputs: int) -> tuple[float, float]:
    if vertex.kind == "constant":
        return max(text_width(vertex.label, LABEL_SIZE) + 6, 22.0), CONSTANT
    letters = max(text_width(vertex.label, LABEL_SIZE), text_width(vertex.name, NAME_SIZE, bold=True))
    around = (
        letters / 0.8 + 12 if vertex.kind == "variable" else letters + 16
    )  # the label is in the ellipse's lower half
    numbers = max([text_width(number, FIGURE_SIZE) + 12 for _, number in number_texts(vertex)], default=0.0)
    return max(around, numbers, 64.0), max(HEIGHT, inputs * PORT + 4)


def _reach(vertex: Vertex, height: float) -> tuple[float, float]:
    """Return how far a node with its numbers extends above and below its centre."""
    chips = _chips(vertex)
    above, below = min(len(chips), 1), max(len(chips) - 1, 0)
    return height / 2 + NUMBER * above, height / 2 + NUMBER * below


def _chips(vertex: Vertex) -> list[tuple[str, str]]:
    """Return the texts around a node: the first is above it, then come the line of the program and other numbers."""
    chips = number_texts(vertex)
    return [*chips[:1], *sorted(chips[1:], key=lambda chip: chip[0] != SOURCE)]


def _columns(graph: Graph, layout: GraphLayout, sizes: dict[str, tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the left and right edge of every column, with room between them for labels and turning lines."""
    labels = [0.0] * len(layout.columns)
    for edge in graph.edges:
        column = layout.layers[edge.target]
        labels[column] = max(labels[column], text_width(edge.label, FIGURE_SIZE))
    edges: list[tuple[float, float]] = []
    right = MARGIN - CHANNEL
    for place, spots in enumerate(layout.columns):
        lanes = len(layout.columns[place - 1]) if place else 0
        left = right + CHANNEL + labels[place] + LANE * lanes
        right = left + max([sizes[spot[0]][0] for spot in spots if not layout.is_bend(spot)], default=0.0)
        edges.append((left, right))
    return edges


# --- Arrows -----------------------------------------------------------------------------------------------------------


def _edges(graph: Graph, plan: SvgPlan) -> list[str]:
    """Draw every arrow with its label."""
    active = {vertex.name: vertex.active for vertex in graph.vertices}
    lines, labels = [], []
    for edge, stations in arrows(graph, plan):
        kind = " condition" if edge.decides else "" if active[edge.source] else " inactive"
        ends = f' data-edge="{text(edge.source)} {text(edge.target)}"'
        lines.append(_line(stations, f"arrow{kind}", ends))
        if edge.label:
            x, y = stations[-1]
            spot = f'x="{x - 12:.1f}" y="{y - 4.5:.1f}"'
            labels.append(f'<text class="partial" text-anchor="end" {spot}>{text(edge.label)}</text>\n')
    return lines + labels


def arrows(graph: Graph, plan: SvgPlan) -> Iterator[tuple[Edge, list[tuple[float, float]]]]:
    """Yield every arrow with the points on its way; those into a node are ordered by the heights they come from."""
    into: dict[str, list[Edge]] = {}
    for edge in graph.edges:
        into.setdefault(edge.target, []).append(edge)
    for target, edges in into.items():
        edges.sort(key=lambda edge: plan.height_of((edge.source, plan.layout.layers[edge.target] - 1)))
        for number, edge in enumerate(edges):
            end = plan.places[target].y + (number - (len(edges) - 1) / 2) * PORT
            level = text_width(edge.label, FIGURE_SIZE) + 4 if edge.label else 0.0
            yield edge, _stations(edge, plan, end, level)


def _stations(edge: Edge, plan: SvgPlan, end: float, level: float) -> list[tuple[float, float]]:
    """Return the points of an arrow: its start, its entry to and exit from each column, and a level last stretch."""
    source, target = plan.places[edge.source], plan.places[edge.target]
    stations = [(source.right, source.y)]
    layer = plan.layout.layers[edge.source]
    if source.right < plan.columns[layer][1]:
        stations.append((plan.columns[layer][1], source.y))
    for column in range(layer + 1, plan.layout.layers[edge.target]):
        height = plan.height_of((edge.source, column))
        stations += [(plan.columns[column][0], height), (plan.columns[column][1], height)]
    left = plan.columns[plan.layout.layers[edge.target]][0]
    return [*stations, (left - HEAD - level, end), (target.left, end)]


def _line(stations: Sequence[tuple[float, float]], kind: str, ends: str = "") -> str:
    """Draw an arrow: level through columns, S-shaped between them, with a head at the end."""
    (x, y), (end, height) = stations[0], stations[-1]
    path = [f"M{x:.1f} {y:.1f}"]
    stations = [*stations[:-1], (end - HEAD, height)]
    for (x1, y1), (x2, y2) in pairwise(stations):
        middle = (x1 + x2) / 2
        path.append(
            f"H{x2:.1f}" if abs(y1 - y2) < 0.05 else f"C{middle:.1f} {y1:.1f} {middle:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
        )
    head = f"M{end:.1f} {height:.1f}l-{HEAD:g} -4.5v9z"
    return f'<g class="{kind}"{ends}><path d="{"".join(path)}"/><path class="head" d="{head}"/></g>\n'


# --- Nodes ------------------------------------------------------------------------------------------------------------


def _node(vertex: Vertex, place: NodeBox, output: bool) -> str:
    classes = f"{vertex.kind}{'' if vertex.active else ' inactive'}{_path_class(vertex.path)}"
    parts = [f"<title>{text(describe_vertex(vertex, output=output))}</title>\n"]
    if vertex.kind == "constant":
        parts.append(_words(place.x, place.y + 5, vertex.label, "label"))
    else:
        parts += _shape(vertex, place, output)
        parts.append(_words(place.x, place.y - 4, vertex.name, "name"))
        parts.append(_words(place.x, place.y + 14, vertex.label, "label"))
    away = place.height / 2 + NUMBER / 2
    for number, (quantity, written) in enumerate(_chips(vertex)):
        y = place.y + away + NUMBER * (number - 1) if number else place.y - away  # all but the first below the node
        parts.append(_number(place.x, y, quantity, written))
    return f'<g class="{classes}" data-node="{text(vertex.name)}">\n{"".join(parts)}</g>\n'


def _path_class(path: str) -> str:
    """Return the class of a node that lies on one of two paths only: ` on-first`, ` on-second`."""
    return f" on-{path.split()[-1]}" if path else ""


def _shape(vertex: Vertex, place: NodeBox, output: bool) -> list[str]:
    """Draw the outline, and a second one inside it for the output."""
    return [_outline(vertex, place, inset) for inset in ((0.0, 4.0) if output else (0.0,))]


def _outline(vertex: Vertex, place: NodeBox, inset: float) -> str:
    wide, high = place.width / 2 - inset, place.height / 2 - inset
    if vertex.kind == "variable":
        return f'<ellipse class="shape" cx="{place.x:.1f}" cy="{place.y:.1f}" rx="{wide:.1f}" ry="{high:.1f}"/>\n'
    corner = f'x="{place.x - wide:.1f}" y="{place.y - high:.1f}"'
    return f'<rect class="shape" {corner} width="{2 * wide:.1f}" height="{2 * high:.1f}" rx="{10 - inset:.1f}"/>\n'


def _number(x: float, y: float, quantity: str, written: str) -> str:
    wide = text_width(written, FIGURE_SIZE) + 10
    frame = f'<rect class="plate" x="{x - wide / 2:.1f}" y="{y - 9.5:.1f}" width="{wide:.1f}" height="19" rx="4"/>\n'
    return f'<g class="{quantity}">{frame}{_words(x, y + 4.5, written, "figure")}</g>\n'


def _words(x: float, y: float, label: str, kind: str) -> str:
    return f'<text class="{kind}" text-anchor="middle" x="{x:.1f}" y="{y:.1f}">{text(label)}</text>\n'


# --- The legend -------------------------------------------------------------------------------------------------------


def _legend(graph: Graph, top: float, most: float) -> tuple[list[str], float, float]:
    """Return the legend of the signs that occur, with its width and height."""
    entries = _signs(graph)
    parts, x, y, wide = [], MARGIN, top + LEGEND / 2, 0.0
    for sign, meaning in entries:
        length = 52 + text_width(meaning, FIGURE_SIZE) + 22
        if x > MARGIN and x + length > most:
            x, y = MARGIN, y + LEGEND
        parts.append(f'<g transform="translate({x + 22:.1f} {y:.1f})">{sign}</g>\n')
        parts.append(f'<text class="faint figure" x="{x + 52:.1f}" y="{y + 4.5:.1f}">{text(meaning)}</text>\n')
        x += length
        wide = max(wide, x)
    return parts, wide, y + LEGEND / 2 - top + 6


def _signs(graph: Graph) -> list[tuple[str, str]]:
    box = '<rect class="shape" x="-20" y="-8" width="40" height="16" rx="4"/>'
    inner = '<rect class="shape" x="-17" y="-5" width="34" height="10" rx="2"/>'
    quantities = dict.fromkeys(quantity for vertex in graph.vertices for quantity, _ in vertex.numbers)
    meanings = {
        "primal": ("1.5", translate("above: the value")),
        "tangent": ("v\N{COMBINING DOT ABOVE}", translate("below: the tangent")),
        "adjoint": ("v\N{COMBINING MACRON}", translate("below: the adjoint")),
    }
    if any([quantity for quantity, _ in vertex.numbers].count("primal") > 1 for vertex in graph.vertices):
        meanings["primal"] = ("1.5", translate("above: the value at the first point; below: at the second"))
    signs = [(_number(0, 0, quantity, meanings[quantity][0]), meanings[quantity][1]) for quantity in quantities]
    for path in dict.fromkeys(vertex.path for vertex in graph.vertices if vertex.path):
        sign = f'<g class="operation{_path_class(path)}">{box}</g>'
        signs.append((sign, translate("only on {path}", path=translate(path))))
    if any(edge.label for edge in graph.edges):
        signs.append(
            ('<text class="partial" text-anchor="middle" y="4.5">1.5</text>', translate("on an arrow: the partial"))
        )
    signs.append((f'<g class="operation">{box}{inner}</g>', translate("the output")))
    if any(edge.decides for edge in graph.edges):
        signs.append(
            (_line([(-20.0, 0.0), (20.0, 0.0)], "arrow condition"), translate("a condition: no derivative flows"))
        )
    if any(not vertex.active and vertex.kind != "constant" for vertex in graph.vertices):
        signs.append((f'<g class="operation inactive">{box}</g>', translate("inactive")))
    return signs
