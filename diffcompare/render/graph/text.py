"""A graph in characters, from left to right: every node is a few lines of text, every arrow a wire.

Between two columns every node has one wire, which runs to all its users and turns in a vertical *track* of its own.
Two wires share a cell only where one crosses the other; there the vertical one is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING, NamedTuple

from diffcompare.diagnostics import width
from diffcompare.document import MAX_DRAWN, Edge, Graph, Table, Vertex
from diffcompare.localization import language, translate
from diffcompare.render.graph import SOURCE, number_texts, outputs_of
from diffcompare.render.graph.layout import GraphLayout, Spot, lay_out
from diffcompare.render.text_layout import Line, Span, clean, line_width, stage_mark

if TYPE_CHECKING:
    from diffcompare.render import Look


LEFT, RIGHT, UP, DOWN = 1, 2, 4, 8  # the directions in which a wire leaves a cell; they add up to a key of _WIRES
_WIRES = {
    LEFT | RIGHT: "─", UP | DOWN: "│", LEFT | DOWN: "┐", LEFT | UP: "┘", RIGHT | DOWN: "┌", RIGHT | UP: "└",
    LEFT | UP | DOWN: "┤", RIGHT | UP | DOWN: "├", LEFT | RIGHT | DOWN: "┬", LEFT | RIGHT | UP: "┴",
    LEFT | RIGHT | UP | DOWN: "┼", LEFT: "─", RIGHT: "─",
}  # fmt: skip


class Wire(NamedTuple):
    """A wire from a node or bend to the next column: the row where it starts, and the rows where it ends."""

    start: int
    ends: tuple[int, ...]

    @property
    def rows(self) -> tuple[int, int]:
        """The first and last row of its vertical part."""
        return min(self.start, *self.ends), max(self.start, *self.ends)

    @property
    def straight(self) -> bool:
        """True if it has no turn."""
        return self.ends == (self.start,)


class WireCanvas:
    """A grid of characters by row and column, with the wires below them."""

    def __init__(self) -> None:
        self.characters: dict[tuple[int, int], str] = {}
        self.wires: dict[tuple[int, int], dict[Wire, int]] = {}
        self.styles: dict[tuple[int, int], str] = {}

    def write(self, row: int, column: int, text: str, style: str = "") -> None:
        """Write text; a combining mark joins the character before it, and a wide character takes two cells."""
        for character in text:
            if width(character) == 0:
                self.characters[row, column - 1] += character
                continue
            self.characters[row, column] = character
            self.styles[row, column] = style
            for place in range(1, width(character)):
                self.characters[row, column + place] = ""
            column += width(character)

    def across(self, wire: Wire, row: int, start: int, end: int) -> None:
        """Draw a horizontal piece of a wire, from one column to another."""
        for column in range(start, end + 1):
            bits = (LEFT if column > start else 0) | (RIGHT if column < end else 0)
            self._add(wire, row, column, bits)

    def vertical(self, wire: Wire, column: int) -> None:
        """Draw the vertical piece of a wire."""
        first, last = wire.rows
        for row in range(first, last + 1):
            self._add(wire, row, column, (UP if row > first else 0) | (DOWN if row < last else 0))

    def _add(self, wire: Wire, row: int, column: int, bits: int) -> None:
        here = self.wires.setdefault((row, column), {})
        here[wire] = here.get(wire, 0) | bits

    def lines(self, look: Look) -> list[Line]:
        """Return the rows as lines of styled spans."""
        signs = dict(self.characters)
        for place, wires in self.wires.items():
            vertical = [bits for bits in wires.values() if bits & (UP | DOWN)]
            bits = vertical[0] if vertical else next(iter(wires.values()))
            signs.setdefault(place, _sign(bits, look))
        rows = max(row for row, _ in signs)
        wide = max(column for _, column in signs)
        lines: list[Line] = []
        for row in range(rows + 1):
            last = max([column for column in range(wide + 1) if signs.get((row, column), " ") != " "], default=-1)
            places = [(row, column) for column in range(last + 1)]
            spans = groupby(places, lambda place: self.styles.get(place, ""))
            lines.append([("".join([signs.get(place, " ") for place in group]), style) for style, group in spans])
        return lines


def _sign(bits: int, look: Look) -> str:
    sign = _WIRES[bits]
    return sign if look.unicode else {"─": "-", "│": "|"}.get(sign, "+")


DOTS = "┄┄"  # before the head of an arrow into a condition
EDGE = 2  # columns before the text of a node: its edge, and a space or the mark of its stage


class Density(NamedTuple):
    """The room a drawing takes: with labels on its arrows, or with as few spaces as possible."""

    labelled: bool = False
    tight: bool = False


DENSITIES = (Density(labelled=True), Density(), Density(tight=True))  # from the roomiest to the densest


class TextPlan(NamedTuple):
    """The rows of all spots, the rows and labels of the arrows into every node, and the text of every node."""

    layout: GraphLayout
    rows: dict[Spot, int]
    ports: dict[str, list[tuple[Spot, int, str]]]
    blocks: dict[str, list[Span]]


def drawing_or_note(graph: Graph, look: Look, columns: int) -> tuple[list[Line], list[str]]:
    """Return the drawing and its legend, or only a note if it needs more columns; nothing for too large a graph."""
    drawing, legend = drawing_lines(graph, look, columns)
    narrowest = None if drawing else draw_graph(graph, look, DENSITIES[-1])
    if narrowest is None:
        return drawing, legend
    needed = narrowest.width
    message = translate("a drawing in characters needs {columns} columns; `--format svg` makes one", columns=needed)
    return [], [translate("note: ") + message]


def drawing_lines(graph: Graph, look: Look, columns: int) -> tuple[list[Line], list[str]]:
    """Return the drawing in styled lines and its legend, in the roomiest density that fits; nothing if none does."""
    for density in DENSITIES:
        drawing = draw_graph(graph, look, density)
        if drawing is not None and drawing.width <= columns:
            return drawing.lines, _legend(graph, look, density.labelled)
    return [], []


class TextDrawing(NamedTuple):
    """Styled lines, and the width of the widest in columns."""

    lines: list[Line]
    width: int


def draw_graph(graph: Graph, look: Look, density: Density, steps: Sequence[Graph] = ()) -> TextDrawing | None:
    """Return the drawing of this density, however wide it is; None for a graph that is too large.

    `steps` are the same graph with other numbers beside its nodes: there is room for these too, so that the drawings of
    all steps have their nodes and wires in the same places.

    Drawings are cached for the player, which shows them again and again: laying out a graph takes about 10 ms.
    """
    if not 0 < len(graph.vertices) <= MAX_DRAWN:
        return None
    look = look._replace(width=0, digits=None)
    shown = tuple(dict.fromkeys([graph.vertices, *[step.vertices for step in steps]]))
    room = _room(shown, tuple(_said_outputs(graph, density)), look, density, language()) if steps else ()
    return _cached_drawing(graph.vertices, graph.edges, graph.outputs, look, density, language(), room)


@lru_cache(maxsize=128)
def _room(
    steps: tuple[tuple[Vertex, ...], ...], outputs: tuple[str, ...], look: Look, density: Density, _language: str
) -> tuple[tuple[int, ...], ...]:
    """Return for every node the widths of its lines in the steps in which they are widest."""
    widest: list[tuple[int, ...]] = []
    for versions in zip(*steps, strict=True):
        words = [_words(vertex, vertex.name in outputs, look, density.tight) for vertex in versions]
        columns = zip_longest(*[[width(text) for text, _ in lines] for lines in words], fillvalue=0)
        widest.append(tuple(map(max, columns)))
    return tuple(widest)


def _said_outputs(graph: Graph, density: Density) -> Collection[str]:
    return () if density.tight else outputs_of(graph)


def _legend(graph: Graph, look: Look, labelled: bool) -> list[str]:
    quantities = dict.fromkeys(quantity for vertex in graph.vertices for quantity, _ in vertex.numbers)
    numbers = [translate("its value" if quantity == "primal" else f"its {quantity}") for quantity in quantities]
    numbers += [translate("its line")] if any(vertex.line is not None for vertex in graph.vertices) else []
    listed = translate(" and ").join([translate(", ").join(numbers[:-1])] * (len(numbers) > 1) + numbers[-1:])
    parts = [translate("Under a node: {numbers}.", numbers=listed)] if numbers else []
    if labelled and any(edge.label for edge in graph.edges):
        parts.append(translate("On an arrow: the partial."))
    if any(edge.decides for edge in graph.edges):
        parts.append(translate("{arrow} a condition: no derivative flows.", arrow=clean(DOTS + "→", look.unicode)))
    if any(not vertex.active and vertex.kind != "constant" for vertex in graph.vertices):
        parts.append(translate("{edge} inactive.", edge=_edge(False, look)))
    return [" ".join(parts)] if parts else []


@lru_cache(maxsize=128)
def _cached_drawing(
    vertices: tuple[Vertex, ...],
    edges: tuple[Edge, ...],
    outputs: tuple[str, ...] | None,
    look: Look,
    density: Density,
    _language: str,
    room: tuple[tuple[int, ...], ...],
) -> TextDrawing:
    graph = Graph("", vertices, edges, Table("", (), ()), outputs=outputs)
    for sparse in (False, True):
        plan = _plan(graph, look, density, sparse, room)
        channels = [_tracks(_wires(plan, column)) for column in range(len(plan.layout.columns) - 1)]
        if None not in channels:
            break
    lines, wide = _paint(graph, plan, [channel for channel in channels if channel is not None], look, density.tight)
    return TextDrawing(lines, wide if room else max(map(line_width, lines)))


# --- Positions -------------------------------------------------------------------------------------------------------


def _plan(graph: Graph, look: Look, density: Density, sparse: bool, room: tuple[tuple[int, ...], ...] = ()) -> TextPlan:
    """Place everything; a sparse plan doubles the rows and shifts every other column by one, so that no two wires
    are in line.
    """
    outputs = _said_outputs(graph, density)
    blocks = {vertex.name: _words(vertex, vertex.name in outputs, look, density.tight) for vertex in graph.vertices}
    for name, widths in zip(blocks, room, strict=bool(room)):
        blocks[name] = _widened(blocks[name], widths)
    inputs = dict.fromkeys(blocks, 0)
    for edge in graph.edges:
        inputs[edge.target] += 1
    reach = {name: (0.5, max(len(block), inputs[name]) - 0.5) for name, block in blocks.items()}
    layout = lay_out(graph, reach, 0.5, 1.0)
    rows = _rows(layout, reach)
    step = 2 if sparse else 1
    rows = {spot: step * row + (spot[1] % 2 if sparse else 0) for spot, row in rows.items()}
    return TextPlan(layout, rows, _ports(graph, layout, rows, step, density.labelled), blocks)


def _words(vertex: Vertex, output: bool, look: Look, tight: bool) -> list[Span]:
    """Return the lines of a node with their styles (a quantity, or `now`); a tight one is written `v₁=ln`."""
    if vertex.kind == "constant":
        return [(clean(vertex.label, look.unicode), "")]
    lines: list[Span] = [(f"{vertex.name} = {vertex.label}", "now" if vertex.stage == "now" else "")]
    lines += [(text, "" if quantity == SOURCE else quantity) for quantity, text in number_texts(vertex)]
    lines += [(translate("(output)"), "")] if output else []
    return [(clean(line.replace(" = ", "=") if tight else line, look.unicode), style) for line, style in lines]


def _widened(block: Sequence[Span], widths: Sequence[int]) -> list[Span]:
    """Return the lines of a node with spaces after them, and empty lines below, up to these widths."""
    lines = [*block, *[("", "")] * (len(widths) - len(block))]
    return [
        (f"{text}{' ' * (columns - width(text))}", style) for (text, style), columns in zip(lines, widths, strict=True)
    ]


def _rows(layout: GraphLayout, reach: Mapping[str, tuple[float, float]]) -> dict[Spot, int]:
    """Round the heights of the layout to whole rows, keeping its distances, which are whole numbers here."""
    rows: dict[Spot, int] = {}
    for column in layout.columns:
        free = 0
        for spot in column:
            row = max(math.floor(layout.heights[spot] + 0.5), free)
            rows[spot] = row
            free = row + (1 if layout.is_bend(spot) else round(reach[spot[0]][1] + 0.5))
    return rows


def _ports(
    graph: Graph, layout: GraphLayout, rows: Mapping[Spot, int], step: int, labelled: bool
) -> dict[str, list[tuple[Spot, int, str]]]:
    """Return for every node the arrows into it from top to bottom: source spot, row and label."""
    into: dict[str, list[tuple[Spot, str]]] = {vertex.name: [] for vertex in graph.vertices}
    for edge in graph.edges:
        spot = (edge.source, layout.layers[edge.target] - 1)
        into[edge.target].append((spot, DOTS if edge.decides else edge.label if labelled else ""))
    return {
        name: [
            (spot, rows[(name, layout.layers[name])] + step * place, label)
            for place, (spot, label) in enumerate(sorted(arrows, key=lambda arrow: rows[arrow[0]]))
        ]
        for name, arrows in into.items()
    }


# --- Wires ------------------------------------------------------------------------------------------------------------


def _wires(plan: TextPlan, column: int) -> list[Wire]:
    """Return the wires between a column and the next, from top to bottom."""
    ends: dict[Spot, list[int]] = {}
    for spot in plan.layout.columns[column + 1]:
        if plan.layout.is_bend(spot):
            ends.setdefault((spot[0], column), []).append(plan.rows[spot])
        else:
            for source, row, _ in plan.ports[spot[0]]:
                ends.setdefault(source, []).append(row)
    return [Wire(plan.rows[spot], tuple(ends[spot])) for spot in plan.layout.columns[column] if spot in ends]


def _tracks(wires: Sequence[Wire]) -> list[tuple[Wire, int]] | None:
    """Assign a track to every wire (0, 1, ... from the left), or return None if no order of tracks keeps them apart.

    A wire that starts in a row has to turn before another wire may end in that row.
    """
    turning = [wire for wire in wires if not wire.straight]
    tracks: dict[Wire, int] = {wire: 0 for wire in wires if wire.straight}
    while len(tracks) < len(wires):
        ready = [
            wire
            for wire in turning
            if wire not in tracks
            and all(other in tracks or other is wire or other.start not in wire.ends for other in turning)
        ]
        if not ready:
            return None
        wire = ready[0]
        before = [other for other in turning if other is not wire and other.start in wire.ends]
        first = max([tracks[other] + 1 for other in before], default=0)
        while any(track == first and _touch(other, wire) for other, track in tracks.items() if not other.straight):
            first += 1
        tracks[wire] = first
    return [(wire, tracks[wire]) for wire in wires]


def _touch(wire: Wire, other: Wire) -> bool:
    return wire.rows[0] <= other.rows[1] and other.rows[0] <= wire.rows[1]


# --- Painting ---------------------------------------------------------------------------------------------------------


def _edge(active: bool, look: Look) -> str:
    """Return the left edge of a node; an inactive node has a broken one."""
    return ("┃" if active else "┊") if look.unicode else ("[" if active else ":")


def _paint(
    graph: Graph, plan: TextPlan, channels: Sequence[Sequence[tuple[Wire, int]]], look: Look, tight: bool
) -> tuple[list[Line], int]:
    """Return the lines, and the width of the widest with the spaces at its end."""
    canvas = WireCanvas()
    vertices = {vertex.name: vertex for vertex in graph.vertices}
    left, space = 0, 0 if tight else 1
    for column, spots in enumerate(plan.layout.columns):
        blocks = [plan.blocks[spot[0]] for spot in spots if not plan.layout.is_bend(spot)]
        right = left + max([width(line) for block in blocks for line, _ in block], default=0) + EDGE
        wires = {wire.start: (wire, track) for wire, track in (channels[column] if column < len(channels) else ())}
        for spot in spots:
            row, name = plan.rows[spot], spot[0]
            start = left
            if not plan.layout.is_bend(spot):
                _block(canvas, plan, vertices[name], row, left, look)
                start += width(plan.blocks[name][0][0]) + EDGE + 1
            if row in wires:
                canvas.across(wires[row][0], row, start, right + space)
        left = _channel(canvas, plan, column, list(wires.values()), right + space, space, look)
    return canvas.lines(look), max(column for _, column in canvas.characters) + 1


def _block(canvas: WireCanvas, plan: TextPlan, vertex: Vertex, row: int, left: int, look: Look) -> None:
    """Write the lines of a node behind its edge, which is high enough for its lines and its arrows."""
    block, ports = plan.blocks[vertex.name], plan.ports[vertex.name]
    last = max([row + len(block) - 1, *(port for _, port, _ in ports)])
    if vertex.kind != "constant":
        for line_row in range(row, last + 1):
            canvas.write(line_row, left, _edge(vertex.active, look))
        if vertex.stage:
            canvas.write(row, left + 1, stage_mark(vertex.stage, look.unicode))
    for place, (line, style) in enumerate(block):
        canvas.write(row + place, left + EDGE, line, style)


def _channel(
    canvas: WireCanvas,
    plan: TextPlan,
    column: int,
    wires: Sequence[tuple[Wire, int]],
    start: int,
    space: int,
    look: Look,
) -> int:
    """Draw the wires to the next column, with labels and arrowheads, and return where that column begins."""
    if column + 1 == len(plan.layout.columns):
        return start
    names = [spot[0] for spot in plan.layout.columns[column + 1] if not plan.layout.is_bend(spot)]
    ports = [port for name in names for port in plan.ports[name]]
    tracks = max([track for wire, track in wires if not wire.straight], default=-1) + 1
    room = max([width(label) for _, _, label in ports], default=0)
    end = start + tracks + room + 1 + space
    for wire, track in wires:
        turn = start + 1 + track
        canvas.across(wire, wire.start, start, end if wire.straight else turn)
        if not wire.straight:
            canvas.vertical(wire, turn)
            for row in wire.ends:
                canvas.across(wire, row, turn, end)
    for _, row, label in ports:
        canvas.write(row, end - width(label), clean(label, look.unicode))
        canvas.write(row, end, "→" if look.unicode else ">")
    return end + 1
