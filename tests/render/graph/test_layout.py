"""Laws of the layout: nothing overlaps, every line leads on, few lines cross, and it is always the same."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from render_graphs import EXPRESSIONS, by_chance, drawn

from diffcompare.document import Graph
from diffcompare.render.graph.layout import MAX_SMALL_GRAPH, GraphLayout, crossings, lay_out

GRAPHS = {**{name: drawn(text) for name, text in EXPRESSIONS.items()}, **{f"#{n}": by_chance(n) for n in range(12)}}
REACH, BEND, SPACE = (20.0, 30.0), 5.0, 10.0


def laid_out(graph: Graph) -> GraphLayout:
    return lay_out(graph, {vertex.name: REACH for vertex in graph.vertices}, BEND, SPACE)


@pytest.fixture(params=GRAPHS)
def graph(request: pytest.FixtureRequest) -> Graph:
    return GRAPHS[request.param]


def test_every_node_has_one_place(graph: Graph) -> None:
    layout = laid_out(graph)
    spots = [spot for column in layout.columns for spot in column]
    assert len(set(spots)) == len(spots) == len(layout.heights)
    assert sorted(spot[0] for spot in spots if not layout.is_bend(spot)) == sorted(v.name for v in graph.vertices)


def test_nothing_overlaps(graph: Graph) -> None:
    layout = laid_out(graph)
    for column in layout.columns:
        for upper, lower in pairwise(column):
            below = BEND if layout.is_bend(upper) else REACH[1]
            above = BEND if layout.is_bend(lower) else REACH[0]
            assert layout.heights[lower] - layout.heights[upper] >= below + above - 1e-6


def test_every_line_leads_to_the_next_column(graph: Graph) -> None:
    layout = laid_out(graph)
    assert all(target[1] == source[1] + 1 for source, target in layout.lines)
    assert len(set(layout.lines)) == len(layout.lines)
    for edge in graph.edges:  # and along them every user is reached
        home, end = layout.layers[edge.source], layout.layers[edge.target]
        assert home < end
        for column in range(home, end - 1):
            assert ((edge.source, column), (edge.source, column + 1)) in layout.lines
        assert ((edge.source, end - 1), (edge.target, end)) in layout.lines


def test_the_same_graph_is_always_laid_out_in_the_same_way(graph: Graph) -> None:
    assert laid_out(graph) == laid_out(graph)


@pytest.mark.parametrize(
    ("name", "most"),
    [("survey", 0), ("logistic", 0), ("neuron", 0), ("cube", 0), ("branch", 1), ("two by two", 8)],
)
def test_few_lines_cross(name: str, most: int) -> None:
    layout = laid_out(GRAPHS[name])
    assert crossings(layout.columns, layout.lines) <= most


@pytest.mark.parametrize(("seed", "most"), [(0, 8), (5, 9), (23, 15), (31, 7), (36, 8)])
def test_neighbours_are_exchanged_where_that_helps(seed: int, most: int) -> None:
    layout = laid_out(by_chance(seed))
    assert crossings(layout.columns, layout.lines) <= most


def test_crossings_are_counted_as_geometry_does() -> None:
    for seed in range(10):
        layout = laid_out(by_chance(seed, 15))
        places = {spot: place for column in layout.columns for place, spot in enumerate(column)}
        cross = 0
        for (a, b), (c, d) in combinations(layout.lines, 2):
            cross += a[1] == c[1] and (places[a] - places[c]) * (places[b] - places[d]) < 0
        assert crossings(layout.columns, layout.lines) == cross


def test_sweeps_untangle() -> None:
    """Three functions of three variables, in an order that makes all lines cross."""
    graph = drawn("sin(c) + (sin(b) + sin(a))")
    layout = laid_out(graph)
    assert crossings(layout.columns, layout.lines) == 0


def test_a_long_line_is_level() -> None:
    layout = laid_out(drawn("sin(sin(sin(sin(sin(x))))) + x"))
    bends = [layout.heights[("v₀", column)] for column in range(1, 5)]
    assert max(bends) - min(bends) < 1e-6


def test_numbers_stand_before_their_use_and_variables_in_front() -> None:
    layout = laid_out(drawn("sin(sin(x)) + 2*pi*y"))
    assert layout.layers["2"] == layout.layers["pi"] == 0
    layout = laid_out(drawn("sin(sin(x)) + 2 + y"))
    assert (layout.layers["2"], layout.layers["v₀"]) == (2, 0)


def test_in_a_large_graph_variables_stand_before_their_use() -> None:
    text = "x1"
    for place in range(2, MAX_SMALL_GRAPH):
        text = f"sin({text} + x{place})"
    layout = laid_out(drawn(text))
    assert max(layout.layers[name] for name in layout.layers if "₋" in name or name == "v₀") > 10
    assert all(len(column) <= 3 for column in layout.columns)
