"""Layered layout of a graph after Sugiyama: layering, crossing reduction, coordinate assignment.

After Sugiyama, Tagawa and Toda, Methods for Visual Understanding of Hierarchical System Structures (1981).  The columns
are the levels of the Wengert list.  A line over several columns passes each of them at a *bend*, which all lines of a
node share, so that they run together until they must separate.  Alternating sweeps over the columns move every node
near its neighbours and keep the order with the fewest crossings.  Heights then minimize the total rise of the lines,
in that order and without overlaps: a long line is level except for a few jogs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from diffcompare.document import Graph

MAX_SMALL_GRAPH = 24  # nodes; in a larger graph variables come just before their first use, not all in the first column
CROSSING_SWEEPS = 24
HEIGHT_SWEEPS = 80
STIFFNESS = 8.0  # how much more a line between two bends resists a slope than one between two nodes
LEVEL_FRACTION = 0.02  # a rise below this fraction of the largest gap counts as level
STRAIGHTENING_ROUNDS = 3

Spot: TypeAlias = tuple[str, int]  # a node or a bend of its line: the name of the node, and the column
Columns: TypeAlias = list[list[Spot]]  # the spots of every column from top to bottom
Heights: TypeAlias = dict[Spot, float]
Pulls: TypeAlias = dict[Spot, list[tuple[Spot, float]]]  # for every spot the other ends of its lines, with weights
# A column as a stack: every spot, its least distance below the first one, and what pulls it.
Stack: TypeAlias = list[tuple[Spot, float, list[tuple[Spot, float]]]]


class GraphLayout(NamedTuple):
    """The spots of every column, the heights of their centres, and the lines between adjacent columns."""

    columns: Columns
    heights: dict[Spot, float]
    layers: dict[str, int]  # the column of every node
    lines: list[tuple[Spot, Spot]]

    def is_bend(self, spot: Spot) -> bool:
        """Tell whether this spot is a bend, where only a line passes."""
        return self.layers[spot[0]] != spot[1]


def lay_out(graph: Graph, reach: Mapping[str, tuple[float, float]], bend: float, space: float) -> GraphLayout:
    """Lay out a graph; equal graphs get equal layouts.

    `reach` says how far every node extends above and below its centre, `bend` how far a passing line does, and `space`
    is left free between two nodes.
    """
    layers = _layers(graph)
    columns, lines = _split_edges(graph, layers)
    columns = _reduce_crossings(columns, lines)

    def gap(upper: Spot, lower: Spot) -> float:
        nodes = (layers[upper[0]] == upper[1], layers[lower[0]] == lower[1])
        below = reach[upper[0]][1] if nodes[0] else bend
        above = reach[lower[0]][0] if nodes[1] else bend
        return below + above + (space if any(nodes) else 0.0)

    gaps = [[gap(upper, lower) for upper, lower in pairwise(column)] for column in columns]
    return GraphLayout(columns, assign_heights(columns, gaps, lines, layers), layers, lines)


# --- Layering ---------------------------------------------------------------------------------------------------------


def _layers(graph: Graph) -> dict[str, int]:
    """Return the column of every node: its level, but leaves go just before their first use.

    In a small graph all variables stay in the first column.
    """
    layers = {vertex.name: vertex.level for vertex in graph.vertices}
    crowded = len(graph.vertices) > MAX_SMALL_GRAPH
    for vertex in graph.vertices:
        uses = [layers[edge.target] for edge in graph.edges if edge.source == vertex.name]
        if uses and (vertex.kind == "constant" or (vertex.kind == "variable" and crowded)):
            layers[vertex.name] = min(uses) - 1
    return layers


def _split_edges(graph: Graph, layers: Mapping[str, int]) -> tuple[Columns, list[tuple[Spot, Spot]]]:
    """Insert bends in long edges; return the spots by column and the lines between adjacent columns, each once."""
    columns: Columns = [[] for _ in range(max(layers.values(), default=-1) + 1)]
    lines: dict[tuple[Spot, Spot], None] = {}
    for vertex in graph.vertices:
        name, layer = vertex.name, layers[vertex.name]
        targets = [edge.target for edge in graph.edges if edge.source == name]
        last = max([layers[target] for target in targets], default=layer)
        for column in range(layer, max(last, layer + 1)):
            columns[column].append((name, column))
        lines.update(dict.fromkeys(pairwise([(name, column) for column in range(layer, last)])))
        lines.update({((name, layers[target] - 1), (target, layers[target])): None for target in targets})
    return columns, list(lines)


# --- Crossing reduction -----------------------------------------------------------------------------------------------


def _reduce_crossings(columns: Columns, lines: Sequence[tuple[Spot, Spot]]) -> Columns:
    """Order the spots of every column: the best result of sweeps from either end."""
    before, after = _neighbours(lines)
    best, fewest = columns, crossings(columns, lines)
    for start in (columns, [column[::-1] for column in columns]):
        current = [list(column) for column in start]
        for sweep in range(CROSSING_SWEEPS):
            if not fewest:
                return best
            forwards = sweep % 2 == 0
            for place in range(len(current)) if forwards else reversed(range(len(current))):
                _sort_by_barycentre(current, place, before if forwards else after)
            _exchange_adjacent(current, before, after)
            count = crossings(current, lines)
            if count < fewest:
                best, fewest = [list(column) for column in current], count
    return best


def crossings(columns: Columns, lines: Sequence[tuple[Spot, Spot]]) -> int:
    """Count the pairs of lines that cross."""
    places = _places(columns)
    total = 0
    for between in _by_column(lines, len(columns)):
        ends = sorted([(places[source], places[target]) for source, target in between])
        for place, (_, end) in enumerate(ends):
            total += sum([other < end for _, other in ends[place + 1 :]])
    return total


def _by_column(lines: Sequence[tuple[Spot, Spot]], columns: int) -> list[list[tuple[Spot, Spot]]]:
    """Group the lines by the column in which they start."""
    grouped: list[list[tuple[Spot, Spot]]] = [[] for _ in range(columns)]
    for line in lines:
        grouped[line[0][1]].append(line)
    return grouped


def _places(columns: Columns) -> dict[Spot, int]:
    return {spot: place for column in columns for place, spot in enumerate(column)}


def _neighbours(lines: Sequence[tuple[Spot, Spot]]) -> tuple[dict[Spot, list[Spot]], dict[Spot, list[Spot]]]:
    """Return for every spot the spots its lines come from, and those they go to."""
    before: dict[Spot, list[Spot]] = {}
    after: dict[Spot, list[Spot]] = {}
    for source, target in lines:
        before.setdefault(target, []).append(source)
        after.setdefault(source, []).append(target)
    return before, after


def _sort_by_barycentre(columns: Columns, place: int, neighbours: Mapping[Spot, Sequence[Spot]]) -> None:
    """Sort a column by the mean position of the neighbours of each spot; spots without any keep their own."""
    places = _places(columns)

    def mean(spot: Spot) -> float:
        near = neighbours.get(spot, [spot])
        return sum([places[neighbour] for neighbour in near]) / len(near)

    columns[place].sort(key=mean)


def _exchange_adjacent(columns: Columns, *sides: Mapping[Spot, Sequence[Spot]]) -> None:
    """Exchange adjacent spots of a column as long as that removes crossings."""
    places = _places(columns)
    for column in columns:
        improved = True
        while improved:
            improved = False
            for place in range(len(column) - 1):
                upper, lower = column[place], column[place + 1]
                if _saved(upper, lower, sides, places) > 0:
                    column[place], column[place + 1] = lower, upper
                    places[upper], places[lower] = place + 1, place
                    improved = True


def _saved(upper: Spot, lower: Spot, sides: Sequence[Mapping[Spot, Sequence[Spot]]], places: Mapping[Spot, int]) -> int:
    """Return how many crossings an exchange of two adjacent spots would remove."""
    saved = 0
    for neighbours in sides:
        for one in neighbours.get(upper, ()):
            for other in neighbours.get(lower, ()):
                saved += (places[one] > places[other]) - (places[one] < places[other])
    return saved


# --- Coordinate assignment --------------------------------------------------------------------------------------------


def assign_heights(
    columns: Columns,
    gaps: Sequence[Sequence[float]],
    lines: Sequence[tuple[Spot, Spot]],
    layers: Mapping[str, int],
) -> Heights:
    """Return the heights of all spots, from 0 on, that minimize the total rise of the lines.

    `gaps` are the least distances between neighbours in every column, `layers` the columns of the nodes.  The sum of
    absolute rises is minimized by iteratively reweighted least squares (Weiszfeld 1937), where each square is divided
    by the rise of the previous iteration; plain least squares would spread one jog of a long line into a staircase.
    """
    heights: Heights = {}
    pulls = _pulls(lines, layers)
    stacks: list[Stack] = []
    for column, distances in zip(columns, gaps, strict=True):
        offsets = _offsets(distances)
        heights.update({spot: offset - offsets[-1] / 2 for spot, offset in zip(column, offsets, strict=False)})
        ends = [pulls.get(spot, [(spot, 1.0)]) for spot in column]
        stacks.append(list(zip(column, offsets, ends, strict=False)))
    softening = LEVEL_FRACTION * max([distance for distances in gaps for distance in distances], default=1.0)
    for turn in range(HEIGHT_SWEEPS):
        for stack in stacks if turn % 2 == 0 else reversed(stacks):
            heights.update(_isotonic_fit(stack, heights, softening))
    for _ in range(STRAIGHTENING_ROUNDS):
        _straighten(columns, gaps, layers, heights)
    top = min(heights.values(), default=0.0)
    return {spot: height - top for spot, height in heights.items()}


def _offsets(gaps: Sequence[float]) -> list[float]:
    """Return the heights of a column's spots when they are packed as closely as possible."""
    offsets = [0.0]
    for distance in gaps:
        offsets.append(offsets[-1] + distance)
    return offsets


def _pulls(lines: Sequence[tuple[Spot, Spot]], layers: Mapping[str, int]) -> Pulls:
    """Return for every spot the other ends of its lines, and how strongly they pull."""
    pulls: Pulls = {}
    for source, target in lines:
        bends = (layers[source[0]] != source[1]) + (layers[target[0]] != target[1])
        strength = (1.0, 2.0, STIFFNESS)[bends]
        pulls.setdefault(source, []).append((target, strength))
        pulls.setdefault(target, []).append((source, strength))
    return pulls


def _isotonic_fit(stack: Stack, heights: Mapping[Spot, float], softening: float) -> Heights:
    """Return the heights of a column that fit the pulls of its lines best (weighted least squares) and keep the gaps.

    After subtracting the packed heights, the result must not decrease: isotonic regression by pooling adjacent
    violators (Barlow et al., Statistical Inference under Order Restrictions, 1972).
    """
    pools: list[tuple[float, float, int]] = []  # height, weight, number of spots
    for spot, offset, ends in stack:
        own = heights[spot]
        moment = weight = 0.0
        for end, strength in ends:
            there = heights[end]
            pull = strength / (abs(there - own) + softening)
            moment += there * pull
            weight += pull
        level, count = moment / weight - offset, 1
        while pools and pools[-1][0] > level:
            higher, heavier, more = pools.pop()
            both = heavier + weight
            level, weight, count = (higher * heavier + level * weight) / both, both, more + count
        pools.append((level, weight, count))
    levels = [level for level, _, count in pools for _ in range(count)]
    return {spot: level + offset for (spot, offset, _), level in zip(stack, levels, strict=True)}


def _straighten(columns: Columns, gaps: Sequence[Sequence[float]], layers: Mapping[str, int], heights: Heights) -> None:
    """Make every line level, starting at its node, over as many columns as its neighbours leave room for."""
    rooms = {spot: (column, place) for column, spots in enumerate(columns) for place, spot in enumerate(spots)}
    for name, layer in layers.items():
        column, wanted = layer + 1, heights[(name, layer)]
        while (name, column) in rooms:
            low, high, run = -math.inf, math.inf, column
            while (name, run) in rooms:
                above, below = _room(columns[run], gaps[run], rooms[(name, run)][1], heights)
                if max(low, above) > min(high, below):
                    break
                low, high, run = max(low, above), min(high, below), run + 1
            if run == column:  # rounding has left no room between the neighbours
                column, wanted = column + 1, heights[(name, column)]
                continue
            wanted = min(max(wanted, low), high)
            heights.update({(name, bend): wanted for bend in range(column, run)})
            column = run


def _room(
    column: Sequence[Spot], gaps: Sequence[float], place: int, heights: Mapping[Spot, float]
) -> tuple[float, float]:
    """Return the least and greatest height that the neighbours of a spot allow."""
    least = heights[column[place - 1]] + gaps[place - 1] if place else -math.inf
    most = heights[column[place + 1]] - gaps[place] if place + 1 < len(column) else math.inf
    return least, most
