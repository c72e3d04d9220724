"""Heights for a known order: gaps are kept, lines are level, and long lines jog as seldom as they can."""

from __future__ import annotations

from itertools import pairwise

import pytest
from render_graphs import by_chance

from diffcompare.render.graph.layout import assign_heights, lay_out


def settled(columns: list[str], lines: str, gap: float = 10.0) -> dict[str, float]:
    """Heights of nodes with names of one letter; lines such as `ad be`."""
    spots = [[(name, place) for name in names] for place, names in enumerate(columns)]
    layers = {name: place for place, names in enumerate(columns) for name in names}
    gaps = [[gap] * (len(names) - 1) for names in columns]
    pairs = [((a, layers[a]), (b, layers[b])) for a, b in lines.split()]
    return {name: height for (name, _), height in assign_heights(spots, gaps, pairs, layers).items()}


def test_lines_are_level_where_nothing_is_in_the_way() -> None:
    heights = settled(["abc", "def"], "ad be cf")
    assert [heights[name] for name in "abcdef"] == pytest.approx([0, 10, 20, 0, 10, 20])


def test_the_user_of_two_stands_between_them() -> None:
    heights = settled(["ab", "c"], "ac bc")
    assert heights["a"] <= heights["c"] <= heights["b"]


@pytest.mark.parametrize("lines", ["af be cd", "ad ae af bf", "cd ce be af", "cd"])
def test_gaps_are_kept_however_the_lines_pull(lines: str) -> None:
    heights = settled(["abc", "def"], lines)
    for names in ("abc", "def"):
        assert all(heights[lower] - heights[upper] >= 10 - 1e-9 for upper, lower in pairwise(names))
    assert min(heights.values()) == 0


def test_lines_that_pull_against_the_order_meet_in_the_middle() -> None:
    heights = settled(["abc", "def"], "af be cd")
    assert [heights[name] for name in "abcdef"] == pytest.approx([0, 10, 20, 0, 10, 20], abs=0.5)


@pytest.mark.parametrize(("seed", "most"), [(0, 2), (3, 3), (6, 6), (8, 3), (10, 3)])
def test_long_lines_jog_seldom(seed: int, most: int) -> None:
    graph = by_chance(seed, 20)
    layout = lay_out(graph, {vertex.name: (20.0, 30.0) for vertex in graph.vertices}, 5.0, 10.0)
    jogs = [
        (a, b)
        for a, b in layout.lines
        if layout.is_bend(a) and layout.is_bend(b) and abs(layout.heights[a] - layout.heights[b]) > 0.5
    ]
    assert len(jogs) <= most
