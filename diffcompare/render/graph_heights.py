"""The heights of a layered layout whose order is known: lines as level as they can be, and nothing overlapping.

A column is a list of spots from top to bottom: nodes, and bends, where the line of a node passes on its way.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias

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
