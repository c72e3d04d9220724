"""Computational graphs: nodes, edges, numbers, paths, and the sentences about them."""

import json
import math
import re

import pytest
from rows import every_row

import diffcompare as dc
from diffcompare.cli.options import QUANTITIES
from diffcompare.document import MAX_DRAWN, Graph, Paragraph
from diffcompare.render import Look, render
from diffcompare.studies.failure import MAX_CERTIFIED_NODES
from diffcompare.studies.graph import SHOWN, graph
from diffcompare.studies.graph_report import MAX_ROWS

SURVEY = "ln(x1) + x1*x2 - sin(x2)"
AT = {"x1": 2, "x2": 5}
LOOP = "a = 4*x*(1-x); b = 4*a*(1-a); 4*b*(1-b)"


def block(record):
    return next(block for block in record.document().blocks if isinstance(block, Graph))


def by_name(record, key):
    return {node["name"]: node[key] for node in record.data()["nodes"]}


def lesson(record):
    return record.document().blocks[-1].text


# --- The survey's tables, drawn ---------------------------------------------------------------------------------------


def test_values_and_adjoints_of_the_survey():
    record = graph(SURVEY, AT, show="adjoint")
    assert by_name(record, "value") == pytest.approx(
        {"v-1": 2, "v0": 5, "v1": 0.6931471805599453, "v2": 10, "v3": -0.9589242746631385, "v4": 10.693147180559945,
         "v5": 11.652071455223084}, rel=1e-12
    )  # fmt: skip
    assert by_name(record, "adjoint") == pytest.approx(
        {"v-1": 5.5, "v0": 1.7163378145367738, "v1": 1, "v2": 1, "v3": -1, "v4": 1, "v5": 1}, rel=1e-12
    )


@pytest.mark.parametrize(
    ("seed", "tangents"),
    [("x1", (1, 0, 0.5, 5, 0, 5.5, 5.5)), ("x2", (0, 1, 0, 2, 0.28366218546322625, 2, 1.7163378145367738))],
)
def test_tangents_of_the_survey(seed, tangents):
    record = graph(SURVEY, AT, show="tangent", wrt=seed)
    assert record.seed == seed
    assert list(by_name(record, "tangent").values()) == pytest.approx(list(tangents), rel=1e-12)


def test_the_seed_is_the_first_variable_asked_for():
    assert graph(SURVEY, AT, show="tangent").seed == "x1"
    assert graph(SURVEY, AT, show="tangent", wrt=("x2", "x1")).seed == "x2"
    assert graph(SURVEY, AT, show="adjoint").seed is None


def test_partials_stand_on_the_edges():
    edges = {(edge["from"], edge["to"]): edge["partial"] for edge in graph(SURVEY, AT, show="adjoint").data()["edges"]}
    assert edges[("v-1", "v1")] == 0.5
    assert edges[("v0", "v3")] == pytest.approx(math.cos(5), rel=1e-12)
    assert edges[("v3", "v5")] == -1
    assert len(edges) == 8


@pytest.mark.parametrize("text", [SURVEY, LOOP, "x*x*x", "sqrt(x^2+y^2)/y", "max(x, y)*exp(-x)", "x^y"])
def test_adjoints_and_tangents_are_the_gradient(text):
    record = graph(text, show="adjoint")
    expected = dc.gradient(text, record.problem.point)
    adjoints = {node["variable"]: node["adjoint"] for node in record.data()["nodes"] if node["variable"]}
    assert adjoints == pytest.approx(expected, rel=1e-12)
    for name, partial in expected.items():
        tangents = by_name(graph(text, record.problem.point, show="tangent", wrt=name), "tangent")
        assert tangents[record.data()["output"]] == pytest.approx(partial, rel=1e-12)


# --- The shape --------------------------------------------------------------------------------------------------------


def test_shared_nodes_stand_once():
    record = graph(LOOP, x=0.2)
    assert len(record.nodes) == len(set(record.nodes)) == 12
    assert (record.tree, record.dag) == (43, 12)
    assert by_name(record, "used_by")["v3"] == ["v4", "v5"]


def test_a_node_used_twice_by_another_has_two_edges():
    record = graph("x*x", x=3, show="adjoint")
    assert [edge["partial"] for edge in record.data()["edges"]] == [3, 3]
    assert by_name(record, "used_by")["v0"] == ["v1", "v1"]


def test_paths_are_counted_as_walking_them_does():
    for text in (SURVEY, LOOP, "x*x*x", "sin(x)*y + sin(x)"):
        record = graph(text)
        walked = dict.fromkeys(record.problem.point, 0)
        stack = [record.output]
        while stack:
            node = stack.pop()
            stack.extend(node.arguments)
            if getattr(node, "name", None) in walked:
                walked[node.name] += 1
        assert record.paths == walked


def test_paths_are_exact_where_nobody_could_walk_them():
    text = "; ".join(["a0 = x*x", *(f"a{n} = a{n - 1}*a{n - 1}" for n in range(1, 100)), "a99"])
    record = graph(text, x=1)
    assert record.paths == {"x": 2**100}
    assert record.tree == 2**101 - 1
    assert record.data()["paths"] == {"x": str(2**100)}
    assert "About 10^30 paths from x" in lesson(record)


def test_inactive_is_what_no_variable_asked_for_reaches():
    record = graph(SURVEY, AT, show="adjoint", wrt="x1")
    assert [name for name, active in by_name(record, "active").items() if not active] == ["v0", "v3"]
    assert by_name(record, "adjoint")["v0"] is None
    partials = {(edge["from"], edge["to"]): edge["partial"] for edge in record.data()["edges"]}
    assert partials[("v0", "v2")] is None


def test_numbers_and_constants_are_leaves_with_their_text():
    vertices = {vertex.name: vertex for vertex in block(graph("2*pi*x", x=1)).vertices}
    assert vertices["2"].kind == vertices["pi"].kind == "constant"
    assert vertices["2"].numbers == ()
    assert set(vertices) == {"2", "pi", "v₀", "v₁", "v₂"}


@pytest.mark.parametrize(
    ("text", "label"),
    [("x - y", "v₋₁ − v₀"), ("x*y", "v₋₁·v₀"), ("-x + 0*y", "−v₋₁"), ("x^3+y", "v₋₁^3"), ("atan2(x, y)", "atan2(v₋₁, v₀)"),
     ("if(x < y, x, 2)", "if(v₋₁ < v₀, v₋₁, 2)"), ("x/1234567890123456789 + y", "v₋₁/123456789012345…")],
)  # fmt: skip
def test_a_node_says_what_it_does(text, label):
    assert label in [vertex.label for vertex in block(graph(text, x=1, y=2)).vertices]


# --- What is said -----------------------------------------------------------------------------------------------------


def test_the_lesson_of_shared_nodes():
    assert lesson(graph(SURVEY, AT, show="adjoint")) == (
        "x1 (by v₁, v₂) and x2 (by v₂, v₃) are used more than once: the adjoint of each is the sum over its uses. "
        "2 paths from x1 and 2 from x2 lead to v₅. "
        "Written out as a tree, the 7 nodes would be 9: a sweep visits each node once, whatever the number of paths."
    )
    assert lesson(graph("x*x", x=3)).startswith(
        "x (by v₁ twice) is used more than once: the derivative with respect to it is"
    )


def test_the_lesson_of_a_tree_and_of_a_constant():
    assert "the graph is a tree" in lesson(graph("sin(x)*y"))
    assert "computes a constant" in lesson(graph("2+3"))


def test_a_large_graph_is_cut_for_people_and_whole_for_machines():
    text = "+".join(f"sin({n}*x)" for n in range(2, 700))
    record = graph(text, x=0.5, show="tangent")
    count, document = len(record.nodes), record.document()
    assert count > 2_000
    plain = render(document, "plain", look=Look())
    assert len(plain.splitlines()) < MAX_ROWS + 20
    assert f"note: {count:,} nodes are too many for a drawing (at most {MAX_DRAWN})" in plain
    assert "--format dot" in plain
    for format in ("terminal", "markdown", "html", "latex"):
        assert len(render(document, format)) < 150_000
    assert len(render(document, "csv").splitlines()) == count + 1
    assert render(document, "dot").count("tooltip") == count
    assert len(json.loads(render(document, "json"))["nodes"]) == count


# --- Points that are none ---------------------------------------------------------------------------------------------


def test_an_undefined_value_is_shown_where_it_is_born():
    record = graph("ln(x) + y", x=-1, y=2, show="adjoint")
    assert (record.failure.code, dc.DiffcompareError(record.failure).exit_code) == ("E802", 3)
    assert by_name(record, "status") == {"v-1": "ok", "v0": "ok", "v1": "undefined", "v2": "undefined"}
    assert by_name(record, "adjoint")["v2"] is None
    assert "undefined" in render(record.document(), "svg")


def test_an_overflow():
    record = graph("exp(1000*x)", x=1, show="tangent")
    assert record.failure.code == "E804"
    assert by_name(record, "status")["v2"] == "inf"
    json.loads(record.to_json())


def test_a_kink_is_a_failure_only_where_derivatives_are_asked_for():
    assert graph("abs(x)", x=0).failure is None
    for show in ("tangent", "adjoint"):
        assert graph("abs(x)", x=0, show=show).failure.code == "E803"


def test_a_kink_of_a_large_graph():
    tail = "+".join(f"sin({n}*x)" for n in range(2, MAX_CERTIFIED_NODES // 2))
    assert graph(f"abs(x - 1) + {tail}", x=1, show="adjoint").failure.code == "E803"
    assert graph(f"abs(x - 1) + {tail}", x=2, show="adjoint").failure is None


def test_a_branch_not_taken_may_be_undefined():
    record = graph("if(x > 0, ln(x), x^2)", x=-1, show="adjoint")
    assert record.failure is None
    assert by_name(record, "status")["v1"] == "undefined"
    assert by_name(record, "adjoint")["v1"] == 0
    assert by_name(record, "adjoint")["v0"] == -2


def test_an_operation_without_a_partial():
    record = graph("polygamma(n, x)", n=1, x=2, show="adjoint")
    assert record.failure is None
    assert "polygamma(n, x) has no known partial" in str(record)
    assert graph("polygamma(n, x)", n=1, x=2, show="adjoint", wrt="x").derivatives


def test_what_cannot_be_shown_is_named():
    with pytest.raises(dc.DiffcompareError, match="values, tangent, adjoint") as caught:
        graph("x", x=1, show="gradient")
    assert caught.value.diagnostic.code == "E531"


# --- Shown ------------------------------------------------------------------------------------------------------------


def test_the_command_offers_what_the_study_shows():
    assert QUANTITIES == SHOWN


@every_row("text", [SURVEY, LOOP, "2+3", "x", "if(x > 0, x, -x)", "ln(x)", "θ*x"])
@every_row("show", SHOWN)
def test_every_format_and_plain_data(text, show):
    record = graph(text, show=show)
    data = record.data()
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert (data["schema"], data["command"], data["show"]) == ("diffcompare/1", "graph", show)
    names = {node["name"] for node in data["nodes"]}
    assert {end for edge in data["edges"] for end in (edge["from"], edge["to"])} <= names
    for format in ("terminal", "plain", "markdown", "html", "latex", "svg", "dot", "mermaid", "csv"):
        assert render(record.document(), format).endswith("\n")
    assert len(record.document(brief=True).blocks) == 1


@pytest.mark.parametrize("width", [20, 40, 80, 120, 200])
def test_no_line_is_wider_than_the_terminal(width):
    from diffcompare.diagnostics import width as columns

    for text in (SURVEY, LOOP, "sin(x)*x"):
        document = graph(text, show="adjoint").document(brief=True)
        lines = render(document, "terminal", look=Look(width=width)).splitlines()
        assert max(map(columns, lines)) <= width or max(map(len, lines)) <= 35  # a number keeps its line
        drawing = any("→┃" in line for line in lines)
        assert drawing or any("makes one" in line for line in lines) or width == 20


def test_html_has_the_picture_and_the_table_below():
    page = render(graph(SURVEY, AT).document(), "html")
    assert page.count("<svg ") == page.count("<figure>") == page.count("<details>") == 1
    assert page.count(".dc-svg { font-family") == 1  # the style sheet of pictures, once
    assert not re.search(r"https?:|src=|href|@import|url\(|<script", page)
    assert "content=\"default-src 'none'; style-src 'unsafe-inline'\"" in page
    assert ".dc-svg" not in render(dc.compare("x", x=1, methods="reverse-ad").document(), "html")
    assert "<svg" in graph(SURVEY, AT)._repr_html_()
    assert isinstance(graph(SURVEY, AT).document().blocks[-1], Paragraph)


def test_a_condition_decides_and_no_derivative_flows_through_it():
    record = graph("if(x > y, x^2, 3*x)*x", x=2.0, y=1.0, show="adjoint")
    assert record.paths == {"x": 3, "y": 0}
    conditions = [(edge["from"], edge["to"]) for edge in record.data()["edges"] if edge["condition"]]
    assert len(conditions) == 2
    assert {name for name, _ in conditions} == {"v-1", "v0"}
    assert all(edge["partial"] is None for edge in record.data()["edges"] if edge["condition"])
    verdict = record.document().blocks[-1].text
    assert "x (by v₁, v₂, v₄)" in verdict
    assert "no derivative flows through it" in verdict


def test_a_variable_that_a_condition_alone_shares_is_no_sum():
    verdict = graph("if(x > 0, x, -1)", x=2.0).document().blocks[-1].text
    assert verdict.startswith("At most one path leads from each variable to v₂.")
    assert "sum" not in verdict


def test_the_former_name_of_values_is_understood():
    assert dc.graph("x^2", x=3, show="primal").show == "values"
