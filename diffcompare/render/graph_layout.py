"""A layered layout of a graph: which column a node stands in, in which order, and how high.

After Sugiyama, Tagawa and Toda, Methods for Visual Understanding of Hierarchical System Structures (1981): the columns
are the levels of the Wengert list; an edge over several columns passes each through a *bend*, one for all edges of a
node, so that they run together until they must part; sweeps put every node near its neighbours and keep the order
with the fewest crossings.  Heights are least squares under the order: as straight as they can be, and nothing overlaps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from diffcompare.document import Graph

MOST_DRAWN = 60
"""Nodes of a graph up to which a drawing can be read."""

SWEEPS = 24
RELAXATIONS = 60
STIFFNESS = 8.0
"""How much more a line between two bends wants to be straight than one between two nodes."""

Spot: TypeAlias = tuple[str, int]
"""A node or a bend of its edges: the name of the node, and the column."""
Columns: TypeAlias = list[list[Spot]]


class Layout(NamedTuple):
    """The spots of every column from top to bottom, the heights of their middles, and the lines between columns."""

    columns: Columns
    heights: dict[Spot, float]
    homes: dict[str, int]
    """The column of every node."""
    lines: list[tuple[Spot, Spot]]

    def is_bend(self, spot: Spot) -> bool:
        """Whether only a line passes here."""
        return self.homes[spot[0]] != spot[1]


def lay_out(graph: Graph, reach: Mapping[str, tuple[float, float]], bend: float, space: float) -> Layout:
    """The layout of a graph.

    `reach` says how far every node extends above and below its middle, `bend` the same of a line that passes, and
    `space` is left free between two nodes.  A constant stands just before its first use.  The same graph is always
    laid out in the same way.
    """
    homes = _homes(graph)
    columns, lines = _spots(graph, homes)
    columns = _ordered(columns, lines)

    def gap(upper: Spot, lower: Spot) -> float:
        nodes = (homes[upper[0]] == upper[1], homes[lower[0]] == lower[1])
        below = reach[upper[0]][1] if nodes[0] else bend
        above = reach[lower[0]][0] if nodes[1] else bend
        return below + above + (space if any(nodes) else 0.0)

    return Layout(columns, _heights(columns, lines, homes, gap), homes, lines)


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
    homes = {vertex.name: vertex.level for vertex in graph.vertices}
    for vertex in graph.vertices:
        uses = [homes[edge.target] for edge in graph.edges if edge.source == vertex.name]
        if vertex.kind == "constant" and uses:
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


# --- Heights ----------------------------------------------------------------------------------------------------------


def _heights(
    columns: Columns, lines: Sequence[tuple[Spot, Spot]], homes: Mapping[str, int], gap: Callable[[Spot, Spot], float]
) -> dict[Spot, float]:
    """Heights that make the lines straight, column by column again and again until nothing moves much."""
    gaps = [[gap(upper, lower) for upper, lower in pairwise(column)] for column in columns]
    heights: dict[Spot, float] = {}
    for column, distances in zip(columns, gaps, strict=True):
        total, middles = 0.0, [0.0]
        for distance in distances:
            total += distance
            middles.append(total)
        heights.update({spot: middle - total / 2 for spot, middle in zip(column, middles, strict=False)})
    pulls: dict[Spot, list[tuple[Spot, float]]] = {}
    for source, target in lines:
        bends = (homes[source[0]] != source[1]) + (homes[target[0]] != target[1])
        weight = (1.0, 2.0, STIFFNESS)[bends]
        pulls.setdefault(source, []).append((target, weight))
        pulls.setdefault(target, []).append((source, weight))
    for turn in range(RELAXATIONS):
        order = range(len(columns)) if turn % 2 == 0 else reversed(range(len(columns)))
        for place in order:
            heights.update(zip(columns[place], _settled(columns[place], gaps[place], pulls, heights), strict=True))
    top = min(heights.values(), default=0.0)
    return {spot: height - top for spot, height in heights.items()}


def _settled(
    column: Sequence[Spot],
    gaps: Sequence[float],
    pulls: Mapping[Spot, Sequence[tuple[Spot, float]]],
    heights: Mapping[Spot, float],
) -> list[float]:
    """The heights nearest to where the lines pull, in least squares, at which the gaps are kept.

    Less the gaps above, the heights may not fall: isotonic regression, by pooling adjacent violators (Barlow et al.,
    Statistical Inference under Order Restrictions, 1972).
    """
    offsets = [0.0]
    for distance in gaps:
        offsets.append(offsets[-1] + distance)
    pools: list[tuple[float, float, int]] = []  # wanted height, weight, how many spots
    for spot, offset in zip(column, offsets, strict=False):
        near = pulls.get(spot, [(spot, 1.0)])
        weight = sum([pull for _, pull in near])
        pool = (sum([heights[each] * pull for each, pull in near]) / weight - offset, weight, 1)
        while pools and pools[-1][0] > pool[0]:
            above = pools.pop()
            both = above[1] + pool[1]
            pool = ((above[0] * above[1] + pool[0] * pool[1]) / both, both, above[2] + pool[2])
        pools.append(pool)
    levels = [level for level, _, count in pools for _ in range(count)]
    return [level + offset for level, offset in zip(levels, offsets, strict=False)]
