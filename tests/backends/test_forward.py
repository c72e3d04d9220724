"""Forward mode as a backend: one sweep for every variable."""

import pytest

from diffcompare.backends import forward
from diffcompare.backends.problem import Derivative, Problem, Work
from diffcompare.language.expression import Variable
from diffcompare.language.operations import sin
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables, wengert_list


def gradient(text, budget=5.0, **point):
    expression = parse(text) if isinstance(text, str) else text
    names = tuple(variables(wengert_list(expression)))
    return forward.BACKEND.differentiate(Problem(expression, point, names, budget=budget))


def test_the_survey():
    assert gradient("ln(x1) + x1*x2 - sin(x2)", x1=2.0, x2=5.0) == Derivative(
        "forward-ad", gradient={"x1": 5.5, "x2": 1.7163378145367738}, work=Work(1, 2 * 14)
    )


def test_the_logistic_map_of_the_survey():
    answer = gradient("4*(4*(4*x*(1-x))*(1-4*x*(1-x)))*(1-4*(4*x*(1-x))*(1-4*x*(1-x)))", x=0.2)
    assert answer.gradient["x"] == pytest.approx(9.0660864, rel=1e-14)


def test_forward_gives_0_where_a_naive_pass_gives_nan():
    """x^y by x at (0, 2): the partial by y is 0*ln(0), which nobody asked for."""
    answer = forward.BACKEND.differentiate(Problem(parse("x^y"), {"x": 0.0, "y": 2.0}, ("x",)))
    assert (answer.status, answer.gradient) == ("ok", {"x": 0.0})


def test_a_branch_not_taken_has_no_tangent_however_hostile():
    answer = gradient("if(x < 0, exp(x), 1)", x=800.0)
    assert (answer.status, answer.gradient) == ("ok", {"x": 0.0})
    assert gradient("if(x > 0, 1/x + sqrt(x), 2*x)", x=0.0).gradient == {"x": 2.0}


def test_partials_that_are_missing_are_explained():
    answer = gradient("cbrt(x)*y", x=0.0, y=2.0)
    assert answer.gradient == {"x": None, "y": 0.0}
    assert answer.notes == ("nan by x: the partial of cbrt(x) by x is nan where that is 0",)


def test_a_constant_and_a_variable_without_influence():
    assert gradient("2 + 3").gradient == {}
    answer = forward.BACKEND.differentiate(Problem(parse("x"), {"x": 1.0, "y": 1.0}, ("x", "y")))
    assert answer.gradient == {"x": 1.0, "y": 0.0}


def test_deep_in_one_variable():
    deep = Variable("x")
    for _ in range(20_000):
        deep = sin(deep)
    assert gradient(deep, x=1.0).work == Work(1, 60_000)


def test_thousands_of_variables_keep_to_the_budget():
    total = Variable("x0")
    for index in range(1, 5_000):
        total = total * Variable(f"x{index}")
    answer = gradient(total, budget=0.05, **{f"x{index}": 1.0 for index in range(5_000)})
    assert answer.status == "timed-out"
    assert set(answer.gradient.values()) == {None}
    assert answer.notes


def test_a_second_sweep_without_time_takes_nothing_back(monkeypatch):
    """Values beyond 1e100 are swept again with wider exponents: that may be one sweep too many for the budget."""
    clock = iter([0.0, 0.0, 0.0, 9.0])
    monkeypatch.setattr("diffcompare.numeric.evaluate.monotonic", lambda: next(clock))
    answer = gradient("x*1e120", budget=5.0, x=2.0)
    assert (answer.status, answer.gradient) == ("ok", {"x": 1e120})
    assert answer.notes == ("no time was left for a second sweep, with wider exponents",)
