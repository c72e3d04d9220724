"""A layered layout of a graph: which column a node stands in, in which order, and how high.

After Sugiyama, Tagawa and Toda, Methods for Visual Understanding of Hierarchical System Structures (1981): the columns
are the levels of the Wengert list; an edge over several columns passes each through a *bend*, one for all edges of a
node, so that they run together until they must part; sweeps put every node near its neighbours and keep the order
with the fewest crossings.  Heights make the sum of all rises least, under that order and with nothing overlapping: a
long line is level but for a few jogs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from diffcompare.document import Graph


# The heights of a layered layout whose order is known: lines as level as they can be, and nothing overlapping.
#
# A column is a list of spots from top to bottom: nodes, and bends, where the line of a node passes on its way.

TURNS = 80

STIFFNESS = 8.0

"""How much more a line between two bends wants to be level than one between two nodes."""

BLUNT = 0.02

"""The part of the largest gap below which a line counts as level."""

ROUNDS = 3

Spot: TypeAlias = tuple[str, int]

"""A node or a bend of its line: the name of the node, and the column."""

Columns: TypeAlias = list[list[Spot]]

Heights: TypeAlias = dict[Spot, float]

Pulls: TypeAlias = dict[Spot, list[tuple[Spot, float]]]

Stack: TypeAlias = list[tuple[Spot, float, list[tuple[Spot, float]]]]

"""A column: every spot, how far below the first one it stands at least, and what pulls it."""


def settle(
    columns: Columns,
    gaps: Sequence[Sequence[float]],
    lines: Sequence[tuple[Spot, Spot]],
    homes: Mapping[str, int],
) -> Heights:
    """Heights of the middles of all spots, from 0 on, at which the rises of the lines are least.

    `gaps` are the least distances between neighbours in every column, `homes` the columns of the nodes.  Least squares
    in which every square is divided by the rise that it had before are least rises (iteratively reweighted least
    squares, Weiszfeld 1937); plain squares would spread one jog of a long line into a flight of stairs.
    """
    heights: Heights = {}
    pulls = _pulls(lines, homes)
    stacks: list[Stack] = []
    for column, distances in zip(columns, gaps, strict=True):
        offsets = _offsets(distances)
        heights.update({spot: offset - offsets[-1] / 2 for spot, offset in zip(column, offsets, strict=False)})
        ends = [pulls.get(spot, [(spot, 1.0)]) for spot in column]
        stacks.append(list(zip(column, offsets, ends, strict=False)))
    blunt = BLUNT * max([distance for distances in gaps for distance in distances], default=1.0)
    for turn in range(TURNS):
        for stack in stacks if turn % 2 == 0 else reversed(stacks):
            heights.update(_nearest(stack, heights, blunt))
    for _ in range(ROUNDS):
        _level(columns, gaps, homes, heights)
    top = min(heights.values(), default=0.0)
    return {spot: height - top for spot, height in heights.items()}


def _offsets(gaps: Sequence[float]) -> list[float]:
    """The heights of a column's spots where they stand as close as they may."""
    offsets = [0.0]
    for distance in gaps:
        offsets.append(offsets[-1] + distance)
    return offsets


def _pulls(lines: Sequence[tuple[Spot, Spot]], homes: Mapping[str, int]) -> Pulls:
    """For every spot the other ends of its lines, and how strongly they pull."""
    pulls: Pulls = {}
    for source, target in lines:
        bends = (homes[source[0]] != source[1]) + (homes[target[0]] != target[1])
        strength = (1.0, 2.0, STIFFNESS)[bends]
        pulls.setdefault(source, []).append((target, strength))
        pulls.setdefault(target, []).append((source, strength))
    return pulls


def _nearest(stack: Stack, heights: Mapping[Spot, float], blunt: float) -> Heights:
    """The heights of a column nearest to where the lines pull, in weighted least squares, at which the gaps are kept.

    Less the gaps above, the heights may not fall: isotonic regression, by pooling adjacent violators (Barlow et al.,
    Statistical Inference under Order Restrictions, 1972).
    """
    pools: list[tuple[float, float, int]] = []  # wanted height, weight, how many spots
    for spot, offset, ends in stack:
        own = heights[spot]
        moment = weight = 0.0
        for end, strength in ends:
            there = heights[end]
            pull = strength / (abs(there - own) + blunt)
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


def _level(columns: Columns, gaps: Sequence[Sequence[float]], homes: Mapping[str, int], heights: Heights) -> None:
    """Make every line level over as many columns as its neighbours leave room for, from its node on."""
    rooms = {spot: (column, place) for column, spots in enumerate(columns) for place, spot in enumerate(spots)}
    for name, home in homes.items():
        column, wanted = home + 1, heights[(name, home)]
        while (name, column) in rooms:
            low, high, run = -math.inf, math.inf, column
            while (name, run) in rooms:
                above, below = _room(columns[run], gaps[run], rooms[(name, run)][1], heights)
                if max(low, above) > min(high, below):
                    break
                low, high, run = max(low, above), min(high, below), run + 1
            if run == column:  # neighbours so close that rounding leaves no room at all
                column, wanted = column + 1, heights[(name, column)]
                continue
            wanted = min(max(wanted, low), high)
            heights.update({(name, each): wanted for each in range(column, run)})
            column = run


def _room(
    column: Sequence[Spot], gaps: Sequence[float], place: int, heights: Mapping[Spot, float]
) -> tuple[float, float]:
    """The least and the greatest height of a spot between its neighbours."""
    least = heights[column[place - 1]] + gaps[place - 1] if place else -math.inf
    most = heights[column[place + 1]] - gaps[place] if place + 1 < len(column) else math.inf
    return least, most


FEW = 24

"""Nodes up to which all variables stand in the first column; in a larger graph each stands before its first use."""

SWEEPS = 24


class GraphLayout(NamedTuple):
    """The spots of every column from top to bottom, the heights of their middles, and the lines between columns."""

    columns: Columns
    heights: dict[Spot, float]
    homes: dict[str, int]
    """The column of every node."""
    lines: list[tuple[Spot, Spot]]

    def is_bend(self, spot: Spot) -> bool:
        """Whether only a line passes here."""
        return self.homes[spot[0]] != spot[1]


def lay_out(graph: Graph, reach: Mapping[str, tuple[float, float]], bend: float, space: float) -> GraphLayout:
    """The layout of a graph.

    `reach` says how far every node extends above and below its middle, `bend` the same of a line that passes, and
    `space` is left free between two nodes.  The same graph is always laid out in the same way.
    """
    homes = _homes(graph)
    columns, lines = _spots(graph, homes)
    columns = _ordered(columns, lines)

    def gap(upper: Spot, lower: Spot) -> float:
        nodes = (homes[upper[0]] == upper[1], homes[lower[0]] == lower[1])
        below = reach[upper[0]][1] if nodes[0] else bend
        above = reach[lower[0]][0] if nodes[1] else bend
        return below + above + (space if any(nodes) else 0.0)

    gaps = [[gap(upper, lower) for upper, lower in pairwise(column)] for column in columns]
    return GraphLayout(columns, settle(columns, gaps, lines, homes), homes, lines)


def crossings(columns: Columns, lines: Sequence[tuple[Spot, Spot]]) -> int:
    """How many pairs of lines cross."""
    places = _places(columns)
    total = 0
    for between in _by_column(lines, len(columns)):
        ends = sorted([(places[source], places[target]) for source, target in between])
        for place, (_, end) in enumerate(ends):
            total += sum([other < end for _, other in ends[place + 1 :]])
    return total


def _homes(graph: Graph) -> dict[str, int]:
    """Levels; leaves stand before their first use, but for variables where one column has room for all."""
    homes = {vertex.name: vertex.level for vertex in graph.vertices}
    crowded = len(graph.vertices) > FEW
    for vertex in graph.vertices:
        uses = [homes[edge.target] for edge in graph.edges if edge.source == vertex.name]
        if uses and (vertex.kind == "constant" or (vertex.kind == "variable" and crowded)):
            homes[vertex.name] = min(uses) - 1
    return homes


def _spots(graph: Graph, homes: Mapping[str, int]) -> tuple[Columns, list[tuple[Spot, Spot]]]:
    """Nodes and bends by column, in the order of the graph, and the lines between neighbouring columns, each once."""
    columns: Columns = [[] for _ in range(max(homes.values(), default=-1) + 1)]
    lines: dict[tuple[Spot, Spot], None] = {}
    for vertex in graph.vertices:
        name, home = vertex.name, homes[vertex.name]
        targets = [edge.target for edge in graph.edges if edge.source == name]
        last = max([homes[target] for target in targets], default=home)
        for column in range(home, max(last, home + 1)):
            columns[column].append((name, column))
        lines.update(dict.fromkeys(pairwise([(name, column) for column in range(home, last)])))
        lines.update({((name, homes[target] - 1), (target, homes[target])): None for target in targets})
    return columns, list(lines)


def _by_column(lines: Sequence[tuple[Spot, Spot]], columns: int) -> list[list[tuple[Spot, Spot]]]:
    """The lines that start in each column."""
    found: list[list[tuple[Spot, Spot]]] = [[] for _ in range(columns)]
    for line in lines:
        found[line[0][1]].append(line)
    return found


def _places(columns: Columns) -> dict[Spot, int]:
    return {spot: place for column in columns for place, spot in enumerate(column)}


# --- The order in every column ----------------------------------------------------------------------------------------


def _ordered(columns: Columns, lines: Sequence[tuple[Spot, Spot]]) -> Columns:
    """The best order that sweeps from either end find."""
    before, after = _neighbours(lines)
    best, fewest = columns, crossings(columns, lines)
    for start in (columns, [column[::-1] for column in columns]):
        current = [list(column) for column in start]
        for sweep in range(SWEEPS):
            if not fewest:
                return best
            forwards = sweep % 2 == 0
            for place in range(len(current)) if forwards else reversed(range(len(current))):
                _sort(current, place, before if forwards else after)
            _exchange(current, before, after)
            count = crossings(current, lines)
            if count < fewest:
                best, fewest = [list(column) for column in current], count
    return best


def _neighbours(lines: Sequence[tuple[Spot, Spot]]) -> tuple[dict[Spot, list[Spot]], dict[Spot, list[Spot]]]:
    """The spots from which lines come, and those to which they go."""
    before: dict[Spot, list[Spot]] = {}
    after: dict[Spot, list[Spot]] = {}
    for source, target in lines:
        before.setdefault(target, []).append(source)
        after.setdefault(source, []).append(target)
    return before, after


def _sort(columns: Columns, place: int, neighbours: Mapping[Spot, Sequence[Spot]]) -> None:
    """Every spot to the mean place of its neighbours; those without any keep their own."""
    places = _places(columns)

    def mean(spot: Spot) -> float:
        near = neighbours.get(spot, [spot])
        return sum([places[each] for each in near]) / len(near)

    columns[place].sort(key=mean)


def _exchange(columns: Columns, *sides: Mapping[Spot, Sequence[Spot]]) -> None:
    """Exchange neighbours in a column as long as lines cross less for it."""
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
    """Crossings of the lines of two neighbours that an exchange would save."""
    saved = 0
    for neighbours in sides:
        for one in neighbours.get(upper, ()):
            for other in neighbours.get(lower, ()):
                saved += (places[one] > places[other]) - (places[one] < places[other])
    return saved
