"""A graph as SVG: well-formed, every node once, nothing on top of anything, meaning never by colour alone."""

from __future__ import annotations

import re
from itertools import combinations
from xml.etree import ElementTree

import pytest
from render_graphs import EXPRESSIONS, by_chance, drawn
from rows import every_row

from diffcompare.diagnostics import DiffcompareError
from diffcompare.document import MAX_DRAWN, Document, Graph
from diffcompare.render import Look, render, svg
from diffcompare.render.graph import svg as graph_svg

GRAPHS = {**{name: drawn(text) for name, text in EXPRESSIONS.items()}, **{f"#{n}": by_chance(n) for n in range(8)}}
NAMESPACE = "{http://www.w3.org/2000/svg}"


def page(graph: Graph) -> ElementTree.Element:
    return ElementTree.fromstring(render(Document((graph,)), "svg"))


def of_class(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [element for element in root.iter() if name in element.get("class", "").split()]


@every_row("name", GRAPHS)
def test_every_node_and_every_edge_is_drawn_once(name: str) -> None:
    graph = GRAPHS[name]
    root = page(graph)
    drawing = [group for group in root.iter(f"{NAMESPACE}g") if group.find(f"{NAMESPACE}title") is not None]
    assert len(drawing) == len(graph.vertices)
    conditions = sum(edge.decides for edge in graph.edges)
    assert len(of_class(root, "arrow")) - bool(conditions) == len(graph.edges)  # the legend has one
    assert len(of_class(root, "condition")) - bool(conditions) == conditions
    assert len(of_class(root, "partial")) - any(e.label for e in graph.edges) == sum(bool(e.label) for e in graph.edges)


@every_row("name", GRAPHS)
def test_no_two_nodes_overlap_and_all_are_on_the_paper(name: str) -> None:
    graph = GRAPHS[name]
    plan = graph_svg.plan_graph(graph)
    drawing = graph_svg.draw_graph(graph)
    boxes = {}
    for vertex in graph.vertices:
        place = plan.places[vertex.name]
        above, below = graph_svg._reach(vertex, place.height)
        boxes[vertex.name] = (place.left, place.y - above, place.right, place.y + below)
    for left, top, right, bottom in boxes.values():
        assert 0 <= left < right <= drawing.width
        assert 0 <= top < bottom <= drawing.height
    for (_, one), (_, other) in combinations(boxes.items(), 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


@every_row("name", GRAPHS)
def test_every_arrow_runs_from_left_to_right_and_ends_at_its_node(name: str) -> None:
    graph = GRAPHS[name]
    plan = graph_svg.plan_graph(graph)
    for edge in graph.edges:
        target = plan.places[edge.target]
        stations = graph_svg._stations(edge, plan, target.y, 10.0)
        assert [x for x, _ in stations] == sorted(x for x, _ in stations)
        assert stations[0] == (plan.places[edge.source].right, plan.places[edge.source].y)
        assert stations[-1] == (target.left, target.y)


def test_numbers_are_told_apart_by_their_frames_and_their_marks() -> None:
    root = page(drawn(EXPRESSIONS["survey"], "adjoint", x1=2, x2=5))
    texts = [text for element in of_class(root, "adjoint") for text in element.itertext() if text.strip()]
    assert "v̄₀ = 1.716" in texts
    assert any("−0.9589" in element.itertext() for element in of_class(root, "primal"))
    for quantity in ("tangent", "adjoint"):
        assert re.search(rf"\.{quantity} rect {{[^}}]*stroke-dasharray", svg.STYLE)
    assert not re.search(r"\.primal rect {[^}]*stroke-dasharray", svg.STYLE)


def test_the_legend_explains_what_is_there_and_no_more() -> None:
    words = " ".join(page(drawn("x*y", x=1, y=2)).itertext())
    assert "above: the value" in words
    assert "below" not in words
    assert "inactive" not in words.partition("above")[2]


def test_the_output_has_a_double_outline() -> None:
    graph = drawn("x*y", x=1, y=2)
    root = page(graph)
    shapes = {
        group.find(f"{NAMESPACE}title").text: sum("shape" in inner.get("class", "") for inner in group)  # type: ignore[union-attr]
        for group in root.iter(f"{NAMESPACE}g")
        if group.find(f"{NAMESPACE}title") is not None
    }
    assert sorted(shapes.values()) == [1, 1, 2]
    assert shapes["v₁ = v₋₁·v₀, value 2, the output"] == 2


def test_it_can_be_read_aloud() -> None:
    description = page(drawn("x*sin(x)", "adjoint", x=1)).find(f"{NAMESPACE}desc")
    assert description is not None
    assert description.text == (
        "v₀ = x, value 1, adjoint 1.382; v₁ = sin(v₀), value 0.8415, adjoint 1; "
        "v₂ = v₀·v₁, value 0.8415, adjoint 1, the output."
    )


def test_what_a_name_holds_is_never_markup() -> None:
    graph = drawn("x*y", x=1, y=2)
    hostile = '<script>&"]]>\x1b'
    vertices = (graph.vertices[0]._replace(label=hostile), *graph.vertices[1:])
    text = render(Document((graph._replace(vertices=vertices, caption=hostile),)), "svg")
    assert "<script>" not in text
    assert "\x1b" not in text
    assert '<script>&"]]>\\x1b' in " ".join(ElementTree.fromstring(text).itertext())


def test_nothing_is_loaded() -> None:
    text = render(Document((GRAPHS["survey"],)), "svg").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|src=|href|@import|url\(|<script", text)


def test_ascii() -> None:
    assert render(Document((GRAPHS["letters"],)), "svg", look=Look(charset="ascii")).isascii()


def test_a_graph_too_large_to_be_read_is_refused_and_the_way_out_named() -> None:
    graph = drawn("sin(" * MAX_DRAWN + "x" + ")" * MAX_DRAWN)
    with pytest.raises(DiffcompareError, match="61 nodes") as caught:
        render(Document((graph,)), "svg")
    assert caught.value.diagnostic.code == "E532"
    assert "--format dot" in str(caught.value)


def test_sixty_nodes_are_drawn() -> None:
    graph = by_chance(5, MAX_DRAWN - 6, 6)
    assert len(graph.vertices) == MAX_DRAWN
    assert len(of_class(page(graph), "arrow")) == len(graph.edges)
