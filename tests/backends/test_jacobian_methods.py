"""The methods of a Jacobian against those of single gradients, and compression against none, to the last bit."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rows import every_row
from strategies import SMOOTH, expressions, points

from diffcompare.backends import JACOBIAN_METHODS, backend
from diffcompare.backends.jacobian_methods import BY_GROUPS, VectorProblem, differentiate
from diffcompare.backends.problem import Problem
from diffcompare.language.parser import read
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.numeric.sparsity import colour, groups_of


def problem(text, **point):
    outputs = read(text, several=True).outputs
    return VectorProblem(outputs, point, tuple(variables(wengert_list(*outputs))))


def compressed(problem):
    pattern = problem.pattern
    return problem._replace(columns=groups_of(colour(pattern.columns)), rows=groups_of(colour(pattern.rows)))


def matrix(answer):
    return [list(row.values()) for row in answer.rows]


@pytest.mark.parametrize("method", [*JACOBIAN_METHODS, "hand-coded", "complex-step"])
def test_a_small_one(method):
    answer = differentiate(method, problem("[x*y, x + y^2, sin(x)]", x=2.0, y=3.0))
    assert answer.status == "ok"
    numbers = [number for row in matrix(answer) for number in row]
    assert numbers == pytest.approx([3.0, 2.0, 1.0, 6.0, -0.4161468365471424, 0.0], rel=1e-7)


@given(st.lists(expressions(SMOOTH), min_size=1, max_size=3), st.data())
def test_every_row_is_the_gradient_of_its_output(outputs, data):
    names = variables(wengert_list(*outputs))
    point = data.draw(points(names))
    for method in BY_GROUPS:
        answer = differentiate(method, VectorProblem(tuple(outputs), point, tuple(names)))
        singles = [backend(method).differentiate(Problem(output, point, tuple(names))) for output in outputs]
        assume(all(single.status == "ok" for single in singles))
        assert [dict(row) for row in answer.rows] == [dict(single.gradient) for single in singles]


@given(st.lists(expressions(SMOOTH), min_size=1, max_size=4), st.data())
def test_compression_changes_no_bit(outputs, data):
    names = variables(wengert_list(*outputs))
    whole = VectorProblem(tuple(outputs), data.draw(points(names)), tuple(names))
    for method in BY_GROUPS:
        assert differentiate(method, compressed(whole)).rows == differentiate(method, whole).rows


def test_as_many_sweeps_as_colours():
    whole = problem("[x1*x2, x2*x3, x3*x4, x4*x5]", x1=1.0, x2=2.0, x3=3.0, x4=4.0, x5=5.0)
    sweeps = {method: differentiate(method, compressed(whole)).sweeps for method in BY_GROUPS}
    assert sweeps == {
        "forward-ad": 2, "reverse-ad": 2, "central-difference": 4, "five-point": 8,
        "forward-difference": 3, "backward-difference": 3,
    }  # fmt: skip
    assert differentiate("forward-ad", whole).sweeps == 5
    assert differentiate("reverse-ad", whole).sweeps == 4


def test_one_output_costs_what_its_gradient_costs():
    whole = problem("ln(x1) + x1*x2 - sin(x2)", x1=2.0, x2=5.0)
    for method in BY_GROUPS:
        single = backend(method).differentiate(Problem(whole.outputs[0], whole.point, whole.wrt))
        assert differentiate(method, whole).work == single.work


def test_an_output_outside_its_domain_leaves_the_others_standing():
    answer = differentiate("reverse-ad", problem("[ln(x), x*y]", x=-1.0, y=2.0))
    assert answer.status == "undefined"
    assert matrix(answer) == [[None, None], [2.0, -1.0]]
    assert answer.notes == ("f1: ln(x) is undefined: its argument is -1 (needs x > 0)",)


def test_numbers_that_leave_the_range_on_the_way_are_found():
    answer = differentiate("forward-ad", problem("[1/cosh(x), x]", x=600.0))
    assert answer.rows[0]["x"] == pytest.approx(-5.301e-261, rel=1e-3, abs=0)


def test_a_step_over_the_edge_falls_back_for_that_entry_alone():
    answer = differentiate("central-difference", problem("[sqrt(x), x*y]", x=1e-7, y=2.0))
    assert answer.status == "ok"
    assert any("forward-difference instead" in note for note in answer.notes)


def test_too_many_sweeps_are_not_started():
    whole = problem(
        "[" + ", ".join(f"x{number}^2" for number in range(300)) + "]", **{f"x{n}": 1.0 for n in range(300)}
    )
    answer = differentiate("forward-ad", whole._replace(budget=1e-3))
    assert answer.status == "timed-out"
    assert differentiate("forward-ad", compressed(whole)._replace(budget=1.0)).status == "ok"


@every_row("method", [*JACOBIAN_METHODS, "hand-coded", "complex-step", "richardson", "five-point"])
def test_an_output_without_a_value_has_no_derivative_whatever_it_is_around_the_point(method):
    answer = differentiate(method, problem("[if(x == 1, sqrt(-1), x), 3*x]", x=1.0))
    assert matrix(answer) == [[None], [pytest.approx(3.0)]]
    assert answer.status == "undefined"
    assert [note for note in answer.notes if note.startswith("f1")] == [
        "f1: sqrt(-1) is undefined: its argument is -1 (needs x >= 0)"
    ]
