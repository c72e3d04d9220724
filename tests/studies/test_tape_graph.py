"""`graph FILE.py:f` where f works on the tape: `grad_fn`, its `next_functions`, and what each node saved."""

import numpy as np
import pytest
from note_functions import Pair, Sinh
from rows import every_row

import diffcompare as dc
from diffcompare.inputs.python_function import program
from diffcompare.render import render
from diffcompare.studies.tape_graph import TapeGraph
from diffcompare.tape import Variable


def own_variables(x):
    v = Variable(x, requires_grad=True)
    return Sinh.apply(v) * v


def applied_to_parameters(x, w):
    return np.sum(Sinh.apply(w) * x)


def second_result(a, b):
    _, total = Pair.apply(a, b)
    return np.sin(total)


def functions(nodes):
    return [node["function"] for node in nodes]


def test_a_function_that_makes_its_own_variables():
    nodes = program(own_variables, {"x": 0.0}, "f").tape_nodes()
    assert functions(nodes) == ["MulBackward", "SinhBackward", "AccumulateGrad"]
    assert [node["next_functions"] for node in nodes] == [[1, 2], [2], []]
    assert nodes[1]["saved"] == [1.0, 1.0]
    assert (nodes[2]["variable"], nodes[2]["value"]) == ("", 0.0)


def test_else_the_parameters_are_variables_and_leaves_have_their_names():
    nodes = program(applied_to_parameters, {"x": 2.0, "w": [0.1, 0.2]}, "f").tape_nodes()
    assert functions(nodes)[-3:] == ["SinhBackward", "AccumulateGrad", "AccumulateGrad"]
    assert {node["variable"]: node["value"] for node in nodes if node["variable"]} == {"x": 2.0, "w": [0.1, 0.2]}
    assert nodes[-3]["shapes"] == [[2]]


def test_of_several_results_the_graph_says_which_one_is_used():
    nodes = program(second_result, {"a": 2.0, "b": 3.0}, "f").tape_nodes()
    assert functions(nodes) == ["SinBackward", "PairBackward", "AccumulateGrad", "AccumulateGrad"]
    assert (nodes[0]["next_functions"], nodes[0]["next_results"]) == ([1], [1])
    assert (nodes[1]["shapes"], nodes[1]["next_results"]) == ([[], []], [0, 0])
    text = str(TapeGraph("f", {"a": 2.0, "b": 3.0}, nodes))
    assert "(n1, 1)" in text


def test_a_function_without_variables_has_no_nodes():
    assert program(lambda x: x * x, {"x": 2.0}, "f").tape_nodes() is None


def test_a_parameter_that_counts_is_no_leaf():
    def repeated(x, n=2):
        v = Variable(x, requires_grad=True)
        for _ in range(n):
            v = v * v
        return v

    run = program(repeated, {"x": 2.0}, "f")
    assert functions(run.tape_nodes()) == ["MulBackward", "MulBackward", "AccumulateGrad"]
    assert run.at.fixed == {"n"}
    assert program(lambda x, n=2: x * sum(range(n)), {"x": 2.0}, "f").tape_nodes() is None


@every_row("format", ["plain", "html", "latex", "markdown", "csv", "json", "svg", "dot", "mermaid"])
def test_it_is_drawn_in_every_format(format):
    nodes = program(own_variables, {"x": 0.5}, "f").tape_nodes()
    assert "SinhBackward" in render(TapeGraph("f", {"x": 0.5}, nodes).document(), format)


def test_the_drawing_and_its_sentence():
    graph = TapeGraph("f", {"x": 0.5}, program(own_variables, {"x": 0.5}, "f").tape_nodes())
    assert graph.levels == [0, 1, 2]
    text = str(graph)
    assert "grad_fn = MulBackward" in text
    assert "(output)" not in text
    assert "visits 3 nodes" in text
    assert "1.649, 0.6065" in text


def test_such_a_function_is_recorded_as_well():
    assert dc.gradient(own_variables, x=0.5)["x"] == pytest.approx(np.sinh(0.5) + 0.5 * np.cosh(0.5), rel=1e-15)
    assert dc.gradient(applied_to_parameters, x=2.0, w=[0.0, 0.0]) == {"x": 0.0, "w": [2.0, 2.0]}
