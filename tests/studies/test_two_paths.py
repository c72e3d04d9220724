"""The paths of a program at two points, in one graph."""

import json
import math

import pytest

import diffcompare as dc
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
    assert "They share 1 operations; the first has 1 of its own and the second 2" in str(paths)


def test_a_loop_that_runs_longer_parts_from_its_own_end():
    paths = paths_of(counting, 0.5, 0.1)
    assert [node.side for node in paths.nodes if node.node.operation] == ["both", "both", "second"]
    assert paths.parts_at == 2
    assert "0.9 < 1: true" in str(paths)


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

    assert render(paths.document(), "svg").count("only on the second") >= 2


def test_a_formula_has_one_graph():
    for question, other, code in (
        (question_of("x^2"), {"x": 1.0}, "E534"),
        (function_input(branching, {"x": 1.0}, "f"), {"y": 1.0}, "E705"),
    ):
        with pytest.raises(dc.DiffcompareError) as caught:
            two_paths(question, other)
        assert caught.value.diagnostic.code == code
