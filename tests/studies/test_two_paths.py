"""The paths of a program at two points, in one graph."""

import json
import math

import pytest

import diffcompare as dc
from diffcompare.document import Graph
from diffcompare.inputs.python_function import function_input
from diffcompare.studies.question import question_of
from diffcompare.studies.two_paths import two_paths


def branching(x):
    y = x * x
    if y > 0.25:
        return math.sin(y) + 1
    return math.sin(y)


def counting(x):
    while x < 1:
        x = x + 0.4
    return x


def scaled(v):
    if v > 2:
        return math.log(v)
    return v * v


def calling(x, y=0.5):
    return scaled(x) + scaled(x * y) * y


def product(x):
    if x < 0.5:
        return x
    return x * product(x * 0.8)


def leaving(x):
    if x < 0:
        return -x
    y = -x
    return y * y


def paths_of(function, x, other):
    return two_paths(function_input(function, {"x": x}, "f"), {"x": other})


def test_what_both_paths_do_is_one_node():
    paths = paths_of(branching, 0.3, 0.8)
    sides = {node.name: node.side for node in paths.nodes}
    assert sides == {"x": "both", "v1": "both", "v2": "first", "v3": "second", "1": "second", "v4": "second"}
    assert paths.parts_at == 0
    assert paths.values == (branching(0.3), branching(0.8))
    assert [node.values for node in paths.nodes][1] == (0.3 * 0.3, 0.8 * 0.8)
    assert [paths.nodes[place].name for place in paths.outputs] == ["v2", "v4"]
    assert "They share 1 operation; the first has 1 of its own, the second 2." in str(paths)
    assert f"values      v₂ = {branching(0.3)!r} and v₄ = {branching(0.8)!r}" in str(paths)


def test_a_loop_that_runs_longer_parts_from_its_own_end():
    paths = paths_of(counting, 0.5, 0.1)
    assert [node.side for node in paths.nodes if node.node.operation] == ["both", "both", "second"]
    assert paths.parts_at == 2
    assert "0.9 < 1: true" in str(paths)


def test_a_call_of_a_helper_that_takes_another_branch_leaves_the_other_call_shared():
    paths = dc.graph(calling, x=1.5, other_at={"x": 2.5})
    shared = [str(node.place) for node in paths.nodes if node.side == "both" and node.place]
    assert [text.partition(": ")[2] for text in shared] == [
        "return scaled(x) + scaled(x * y) * y", "return v * v", "return scaled(x) + scaled(x * y) * y",
    ]  # fmt: skip
    assert [node.node.operation.name for node in paths.nodes if node.side == "second"] == ["ln", "+"]


def test_recursion_is_shared_as_deep_as_both_runs_go():
    paths = dc.graph(product, 1.0, other_at=0.6)
    assert [node.side for node in paths.nodes if node.node.operation] == ["both", *["first"] * 7, "second"]
    assert paths.values == (product(1.0), product(0.6))


def test_a_run_that_returns_early_may_have_its_output_among_the_nodes_of_both():
    paths = dc.graph(leaving, x=-1.0, other_at=2.0)
    outputs = [paths.nodes[place] for place in paths.outputs]
    assert [output.side for output in outputs] == ["first", "second"]  # one instruction negates before the return
    drawing = next(block for block in paths.document().blocks if isinstance(block, Graph))
    assert drawing.outputs == ("v₁", "v₃")
    assert str(paths).count("(output)") == 2


def test_the_other_point_is_given_as_the_first_one_is():
    def dot(w, b=1.0):
        return w[0] * b if w[0] > 1 else w[1]

    for other in ({"w": [2.0, 3.0]}, [2.0, 3.0]):
        paths = dc.graph(dot, {"w": [0.5, 3.0]}, other_at=other)
        assert paths.points[1] == {"w[0]": 2.0, "w[1]": 3.0, "b": 1.0}
    with pytest.raises(dc.DiffcompareError, match="E703"):
        dc.graph(dot, {"w": [0.5, 3.0]}, other_at=[2.0, 3.0], show="adjoint")
    with pytest.raises(dc.DiffcompareError, match="E534"):
        dc.graph("x^2", x=1.0, other_at=2.0)


def test_the_same_path_has_other_numbers():
    paths = paths_of(branching, 0.1, 0.2)
    assert paths.parts_at is None
    assert "same path" in str(paths)


def test_every_format():
    paths = paths_of(branching, 0.3, 0.8)
    data = json.loads(paths.to_json())
    assert data["nodes"][2]["path"] == "first"
    assert data["decisions"][0][0]["outcome"] is False
    from diffcompare.render import render

    drawn = render(paths.document(), "svg")
    assert drawn.count('class="operation on-second"') == 2 + 1  # v3, v4 and the legend
    assert "at the first point; below: at the second" in drawn


def test_a_formula_has_one_graph():
    for question, other, code in (
        (question_of("x^2"), {"x": 1.0}, "E534"),
        (function_input(branching, {"x": 1.0}, "f"), {"y": 1.0}, "E705"),
    ):
        with pytest.raises(dc.DiffcompareError) as caught:
            two_paths(question, other)
        assert caught.value.diagnostic.code == code
