"""Every study takes a Python function in place of an expression: with its path, its lines, and its own troubles."""

import json
import math

import numpy as np
import pytest

import diffcompare as dc


def logistic(x):
    v = x
    for _ in range(3):
        v = 4 * v * (1 - v)
    return v


def root(x):
    y = 1.0
    while abs(y * y - x) > 1e-15 * x:
        y = (y + x / y) / 2
    return y


def absolute(x):
    if x > 0:
        return x
    return -x


def one_point(x):
    return 0.0 if x == 0 else x


def loss(w, b=0.5):
    return np.sum(np.tanh(w * b) ** 2)


def step(x):
    return x if x < 0.5 else 2 * x


EXACT = ("hand-coded", "forward-ad", "reverse-ad")


# --- Comparisons ------------------------------------------------------------------------------------------------------


def test_the_loop_of_the_survey():
    comparison = dc.compare(logistic, x=0.2)
    assert [answer.status for answer in comparison.answers] == ["ok"] * 6
    assert comparison.gradient["x"] == pytest.approx(9.0660864, rel=1e-15)
    for answer in comparison.answers:
        rel = 1e-14 if answer.method in (*EXACT, "symbolic") else 1e-7
        assert answer.gradient["x"] == pytest.approx(9.0660864, rel=rel)
    assert comparison.operations == 9
    assert "f = logistic" in str(comparison)


def test_a_loop_that_asks_the_value_is_no_formula():
    comparison = dc.compare(root, x=2.0, methods=["symbolic", "reverse-ad"])
    symbolic, reverse = comparison.answers
    assert symbolic.status == "not-supported"
    assert "`while abs(y * y - x) > 1e-15 * x:`: the program decides here" in symbolic.notes[0]
    assert reverse.gradient["x"] == pytest.approx(1 / math.sqrt(8), rel=4e-16)


def test_a_literal_is_a_double_for_the_truth():
    comparison = dc.compare(lambda x: 0.1 * x, x=1.0, methods=["reverse-ad"])
    assert comparison.truth.gradient["x"].text == "0.1000000000000000055511151"
    assert comparison.truth.gradient["x"].nearest == 0.1


def test_a_step_that_crosses_a_branch_is_told():
    comparison = dc.compare(step, x=0.5 - 1e-7, methods=["central-difference", "backward-difference"])
    central, backward = comparison.answers
    assert "crosses a branch: line" in central.notes[0]
    assert "`return x if x < 0.5 else 2 * x`" in central.notes[0]
    assert backward.notes == ()
    assert central.gradient["x"] > 1000


def test_a_loop_that_runs_longer_at_the_other_point_is_told():
    def converging(x):
        y = 1.0
        while abs(y * y - x) > 1e-3 * x:
            y = (y + x / y) / 2
        return y

    (answer,) = dc.compare(converging, x=2.0, step=500.0, methods=["forward-difference"], truth=False).answers
    assert "in one of the runs" in answer.notes[0] or "crosses a branch" in answer.notes[0]


def test_where_a_path_begins_both_slopes_decide():
    comparison = dc.compare(absolute, x=0.0, methods=["reverse-ad"])
    assert comparison.truth.status == "nondifferentiable"
    assert comparison.truth.slopes["x"] == (-1.0, 1.0)
    assert comparison.failure.code == "E803"
    smooth = dc.compare(one_point, x=0.0, methods=["reverse-ad"])
    assert smooth.truth.gradient["x"].nearest == 1.0
    assert smooth.answers[0].gradient["x"] == 0.0
    assert "another path begins" in smooth.truth.notes[-1]
    assert [note.code for note in smooth.notes] == ["W321"]
    jump = dc.compare(lambda x: 1.0 if x > 0 else 0 * x, x=0.0, methods=["reverse-ad"])
    assert jump.truth.slopes["x"] == (0.0, math.inf)


def test_vectors_have_components():
    comparison = dc.compare(loss, w=[0.1, 0.2], methods=["reverse-ad"], wrt="w")
    assert list(comparison.gradient) == ["w[0]", "w[1]"]
    data = json.loads(comparison.to_json())
    assert data["point"] == {"w[0]": 0.1, "w[1]": 0.2, "b": 0.5}
    assert data["methods"][0]["nested"]["w"] == list(data["methods"][0]["gradient"].values())
    assert data["expression"]["read_as"] == "loss"


def test_a_point_is_chosen_and_told():
    assert "no point was given, so here is one: x=2.0" in dc.compare(root, methods=["reverse-ad"]).notes[0].message


# --- Gradients --------------------------------------------------------------------------------------------------------


def test_gradients_come_back_in_the_shape_that_went_in():
    assert (
        dc.gradient(logistic, 0.2)["x"] == dc.gradient(logistic, {"x": 0.2})["x"] == dc.gradient(logistic, x=0.2)["x"]
    )
    assert dc.gradient(lambda w, c=2.0: w[0] * c + w[1], [3, 4]) == {"w": [2.0, 1.0], "c": 3.0}
    matrix = dc.gradient(lambda W: np.sum(W @ W), W=np.array([[1.0, 2.0], [3.0, 4.0]]))["W"]
    assert isinstance(matrix, np.ndarray)
    assert matrix.tolist() == [[7.0, 11.0], [9.0, 13.0]]
    for method in ("forward-ad", "central-difference"):
        assert dc.gradient(loss, w=[0.1, 0.2], method=method)["w"] == pytest.approx(
            dc.gradient(loss, w=[0.1, 0.2])["w"], rel=1e-8
        )


def test_nested_gradients_are_not_confused():
    assert dc.gradient(lambda x: x * dc.gradient(lambda y: x + y, y=1.0)["y"], x=1.0) == {"x": 1.0}
    assert dc.gradient(lambda x: dc.gradient(lambda y: x * y**2, y=x)["y"], x=3.0) == {"x": 12.0}
    second = dc.gradient(lambda x: dc.gradient(lambda y: math.sin(y) * math.exp(y), y=x)["y"], x=0.3)["x"]
    assert second == pytest.approx(2 * math.cos(0.3) * math.exp(0.3), rel=1e-15)


def test_a_constant_has_the_gradient_zero():
    assert dc.gradient(lambda x: 0.5, 1.0) == {"x": 0.0}


@pytest.mark.parametrize(
    ("function", "point", "code"),
    [
        (lambda x: [x, x], {"x": 1.0}, "E586"),
        (one_point, {"x": 0.0}, "E590"),
        (lambda x: np.sqrt(x), {"x": 0.0}, "E801"),
        (lambda x: x, {"y": 1.0}, "E705"),
        (lambda: 1.0, 2.0, "E703"),
    ],
)
def test_what_has_no_gradient(function, point, code):
    with pytest.raises(dc.DiffcompareError) as caught:
        dc.gradient(function, point)
    assert caught.value.diagnostic.code == code


# --- Traces, graphs, derivations, sweeps ------------------------------------------------------------------------------


def test_the_line_stands_beside_every_row_of_a_trace():
    trace = dc.trace(logistic, x=0.2)
    assert str(trace).count("v = 4 * v * (1 - v)") == 9 + 9 + 13
    data = json.loads(trace.to_json())
    lines = [node.get("line") for node in data["nodes"]]
    assert lines[0] is None
    assert lines[1]["text"] == "v = 4 * v * (1 - v)"
    assert data["gradient"]["x"] == pytest.approx(9.0660864)


def test_two_equal_operations_are_two_rows():
    def twice(x):
        a = x * x
        return a + x * x

    assert [frame.rule for frame in dc.trace(twice, x=3.0).primal] == ["x", "v₀·v₀", "v₀·v₀", "v₁ + v₂"]
    assert len(dc.graph(twice, x=3.0).nodes) == 4
    assert len(dc.derive(twice, x=3.0).nodes) == 3  # in a formula equal parts are one


def test_the_line_stands_at_every_node_of_a_graph():
    graph = dc.graph(root, x=2.0)
    assert "(y + x / y) / 2" in str(graph)
    assert max(graph.levels.values()) < len(graph.nodes)
    from diffcompare.render import render

    svg = render(dc.graph(logistic, x=0.2).document(), "svg")
    line = logistic.__code__.co_firstlineno + 3
    assert svg.count(f"line {line}: v = 4 * v * (1 - v)") >= 9
    assert f"line {line}" in render(dc.graph(logistic, x=0.2).document(), "dot")


def test_a_derivation_is_that_of_the_formula():
    assert str(dc.derive(lambda x: x * x * math.sin(x), x=1.0).derivations[0].tidied) == "2*x*sin(x) + x^2*cos(x)"


def test_a_sweep_over_steps_runs_the_function():
    sweep = dc.sweep(step, x=0.4999, samples=1)
    assert sweep.failure is None
    assert "step" in str(sweep)


def test_the_verdict_says_that_only_a_path_was_seen():
    verdict = dc.compare(one_point, x=0.0, methods=["reverse-ad", "central-difference"]).verdict
    assert "Reverse-ad sees only the path taken at line" in verdict


def test_a_gradient_by_hand_may_be_a_function():
    (hand,) = dc.compare(logistic, x=0.2, hand=lambda x: 9.0 + 0 * x, methods=["hand-coded"]).answers
    assert (hand.variant, hand.gradient) == ("given", {"x": 9.0})
    (hand,) = dc.compare(logistic, x=0.2, hand={"x": "9"}, methods=["hand-coded"]).answers
    assert hand.gradient == {"x": 9.0}
    (hand,) = dc.compare(loss, w=[0.1, 0.2], hand=lambda w, b: [w, 1, 2], methods=["hand-coded"]).answers
    assert hand.status == "failed"
    assert "the gradient has 4 numbers, and f has 3 variables" in hand.notes[0]


def test_operations_that_do_not_reach_the_result_are_counted():
    def wasteful(x):
        x * 2
        return x + 1

    assert "1 operation of the run does not reach the result" in str(dc.trace(wasteful, x=1.0))


def test_a_function_of_several_outputs_has_a_jacobian():
    def polar(r, t):
        return r * math.cos(t), np.array([r * math.sin(t)])[0]

    jacobian = dc.jacobian(polar, r=2.0, t=0.5, methods=["reverse-ad"])
    (answer,) = jacobian.answers
    assert "0.8775825618903728" in str(jacobian)
    assert answer.status == "ok"


def test_what_stays_on_the_recorded_path_says_so():
    (answer,) = dc.compare(step, x=0.3, methods="complex-step").answers
    assert answer.notes[-1].startswith("stays on the path recorded at the point: line ")
    assert dc.compare(logistic, x=0.3, methods="complex-step").answers[0].notes == ()
    assert [note.code for note in dc.sweep(step, x=0.3, methods="complex-step", samples=1, single=True).notes] == [
        "W553"
    ]
    assert dc.sweep(logistic, x=0.3, methods="complex-step", samples=1).notes == ()


def test_the_gradient_alone_has_the_bits_of_the_comparison():
    def network(w, b):
        hidden = np.tanh(np.outer(w, w) @ np.array([0.3, -0.2, 0.5]) + b)
        return np.mean(np.exp(hidden) * w) / np.linalg.norm(hidden)

    point = {"w": [0.2, -0.7, 1.1], "b": 0.1}
    (answer,) = dc.compare(network, point, methods="reverse-ad", truth=False).answers
    alone = dc.gradient(network, point)
    assert [*alone["w"], alone["b"]] == [answer.gradient[name] for name in ("w[0]", "w[1]", "w[2]", "b")]
    assert dc.compare(network, point, methods=[]).value == network(np.array(point["w"]), 0.1)


def by_text(x):
    return 2 * float(f"{x}")


CALLS = []


def counted(x):
    CALLS.append(1)
    return x * len(CALLS)


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (by_text, "The truth is that of the recording, and the function is another one: see the warning."),
        (counted, "The truth is that of one recorded run, and the function differs from call to call."),
    ],
)
def test_where_the_recording_is_not_the_function_the_last_sentence_says_so(function, sentence):
    comparison = dc.compare(function, x=2.0, methods=["central-difference", "reverse-ad"])
    assert comparison.verdict == sentence


def test_the_tie_of_a_maximum_is_a_kink_and_nothing_left_the_tape():
    comparison = dc.compare(lambda x, y: max(x, y), x=1.0, y=1.0, methods=["reverse-ad"])
    assert not comparison.notes
    assert comparison.failure.code == "E803"


def test_a_function_without_parameters_is_a_constant_and_needs_no_point():
    comparison = dc.compare(lambda: 3.0, methods=["reverse-ad"])
    assert (comparison.value, comparison.notes) == (3.0, ())


def test_at_a_tie_a_gradient_follows_the_path_that_ran_as_in_other_engines():
    assert dc.gradient(lambda x: max(0, x), x=0.0) == {"x": 0.0}
    assert dc.gradient(lambda x, y: max(x, y), x=1.0, y=1.0) == {"x": 1.0, "y": 0.0}
