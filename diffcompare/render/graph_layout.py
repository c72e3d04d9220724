"""A layered layout of a graph: which column a node stands in, in which order, and how high.

After Sugiyama, Tagawa and Toda, Methods for Visual Understanding of Hierarchical System Structures (1981): the columns
are the levels of the Wengert list; an edge over several columns passes each through a *bend*, one for all edges of a
node, so that they run together until they must part; sweeps put every node near its neighbours and keep the order
with the fewest crossings.  Heights make the sum of all rises least, under that order and with nothing overlapping: a
long line is level but for a few jogs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from diffcompare.render.graph_heights import Columns, Spot, settle

if TYPE_CHECKING:
    from diffcompare.document import Graph

MOST_DRAWN = 60
"""Nodes of a graph up to which a drawing can be read."""

FEW = 24
"""Nodes up to which all variables stand in the first column; in a larger graph each stands before its first use."""

SWEEPS = 24


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
    return Layout(columns, settle(columns, gaps, lines, homes), homes, lines)


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
