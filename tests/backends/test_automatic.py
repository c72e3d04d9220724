"""Automatic differentiation as a backend: forward and reverse mode, and what they say where there is no partial."""

import math

import pytest
import reference

from diffcompare.backends.automatic import forward_mode, gradient_at, reverse_mode
from diffcompare.backends.problem import Derivative, Problem, Work
from diffcompare.language.expression import Variable
from diffcompare.language.operations import sin
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables, wengert_list


def problem_of(text, budget=5.0, **point):
    expression = parse(text) if isinstance(text, str) else text
    return Problem(expression, point, tuple(variables(wengert_list(expression))), budget=budget)


def forward_gradient(text, budget=5.0, **point):
    return forward_mode(problem_of(text, budget, **point))


def reverse_gradient(text, **point):
    return reverse_mode(problem_of(text, **point))


# --- Forward mode -----------------------------------------------------------------------------------------------------


def test_the_survey_by_forward_mode():
    assert forward_gradient("ln(x1) + x1*x2 - sin(x2)", x1=2.0, x2=5.0) == Derivative(
        "forward-ad", gradient={"x1": 5.5, "x2": 1.7163378145367738}, work=Work(1, 2 * 14)
    )


def test_the_logistic_map_of_the_survey_by_forward_mode():
    answer = forward_gradient("4*(4*(4*x*(1-x))*(1-4*x*(1-x)))*(1-4*(4*x*(1-x))*(1-4*x*(1-x)))", x=0.2)
    assert answer.gradient["x"] == pytest.approx(9.0660864, rel=1e-14)


def test_forward_gives_0_where_a_naive_pass_gives_nan():
    """x^y by x at (0, 2): the partial by y is 0*ln(0), which nobody asked for."""
    answer = forward_mode(Problem(parse("x^y"), {"x": 0.0, "y": 2.0}, ("x",)))
    assert (answer.status, answer.gradient) == ("ok", {"x": 0.0})


def test_a_branch_not_taken_has_no_tangent_however_hostile():
    answer = forward_gradient("if(x < 0, exp(x), 1)", x=800.0)
    assert (answer.status, answer.gradient) == ("ok", {"x": 0.0})
    assert forward_gradient("if(x > 0, 1/x + sqrt(x), 2*x)", x=0.0).gradient == {"x": 2.0}


def test_partials_that_are_missing_are_explained():
    answer = forward_gradient("cbrt(x)*y", x=0.0, y=2.0)
    assert answer.gradient == {"x": None, "y": 0.0}
    assert answer.notes == ("df/dx is nan: the partial of cbrt(x) with respect to x is nan at 0",)


def test_a_constant_and_a_variable_without_influence():
    assert forward_gradient("2 + 3").gradient == {}
    answer = forward_mode(Problem(parse("x"), {"x": 1.0, "y": 1.0}, ("x", "y")))
    assert answer.gradient == {"x": 1.0, "y": 0.0}


def test_deep_in_one_variable():
    deep = Variable("x")
    for _ in range(20_000):
        deep = sin(deep)
    assert forward_gradient(deep, x=1.0).work == Work(1, 60_000)


def test_thousands_of_variables_keep_to_the_budget():
    total = Variable("x0")
    for index in range(1, 5_000):
        total = total * Variable(f"x{index}")
    answer = forward_gradient(total, budget=0.05, **{f"x{index}": 1.0 for index in range(5_000)})
    assert answer.status == "timed-out"
    assert set(answer.gradient.values()) == {None}
    assert answer.notes


def test_a_second_sweep_without_time_takes_nothing_back(monkeypatch):
    """Values beyond 1e100 are swept again with wider exponents: that may be one sweep too many for the budget."""
    clock = iter([0.0, 0.0, 0.0, 9.0])
    monkeypatch.setattr("diffcompare.numeric.evaluate.monotonic", lambda: next(clock))
    answer = forward_gradient("x*1e120", budget=5.0, x=2.0)
    assert (answer.status, answer.gradient) == ("ok", {"x": 1e120})
    assert answer.notes == ("no time was left for a second sweep, with wider exponents",)


# --- Reverse mode -----------------------------------------------------------------------------------------------------


def test_the_survey_by_reverse_mode():
    assert reverse_gradient("ln(x1) + x1*x2 - sin(x2)", x1=2.0, x2=5.0) == Derivative(
        "reverse-ad", gradient={"x1": 5.5, "x2": 1.7163378145367738}, work=Work(1, 13)
    )


def test_the_logistic_map_of_the_survey_by_reverse_mode():
    """Section 1.2 of the teaching notes, program LOOP: 9.066086400000003."""
    answer = reverse_gradient("4*(4*(4*x*(1-x))*(1-4*x*(1-x)))*(1-4*(4*x*(1-x))*(1-4*x*(1-x)))", x=0.2)
    assert answer.gradient["x"] == pytest.approx(9.0660864, rel=1e-14)


def test_a_variable_without_influence_has_the_partial_0():
    answer = reverse_mode(Problem(parse("x + 0*y"), {"x": 1.0, "y": 2.0, "z": 3.0}, ("x", "y", "z")))
    assert answer.gradient == {"x": 1.0, "y": 0.0, "z": 0.0}


def test_a_constant_has_an_empty_reverse_gradient():
    assert reverse_gradient("2 + 3").gradient == {}


def test_a_gradient_holds_plain_doubles():
    for answer in (
        reverse_gradient("x^2", x=3.0),
        reverse_gradient("if(x > 0, ln(x), x)", x=-1.0),
        reverse_gradient("relu(x)", x=2.0),
    ):
        assert [type(partial) for partial in answer.gradient.values()] == [float]


def test_the_partials_that_are_there_are_kept_when_others_are_not():
    answer = reverse_gradient("sqrt(x) + y^2", x=0.0, y=3.0)
    assert answer.gradient == {"x": None, "y": 6.0}
    assert answer.notes == ("df/dx is inf: the partial of sqrt(x) with respect to x is inf at 0",)


def test_a_partial_that_no_row_has():
    answer = reverse_gradient("polygamma(x, 2) + y", x=1.0, y=2.0)
    assert (answer.status, answer.gradient) == ("not-supported", {"x": None, "y": None})
    assert answer.notes == ("no partial of polygamma(x, 2) with respect to this argument is known",)


def test_a_product_that_overflows_between_finite_partials():
    answer = reverse_gradient("exp(x*1e200)*1e-300 + 1e200*(1e200*x)", x=0.0)
    assert answer.status == "undefined"
    assert answer.notes == ("df/dx is inf: a product of finite partials overflows",)


def test_a_large_node_is_named_by_its_operation():
    long = "+".join(f"x^{n}" for n in range(2, 60))
    answer = reverse_gradient(f"ln({long} - 1e9)", x=1.0)
    assert answer.notes == ("ln(...) is undefined: its argument is -999999942 (needs x > 0)",)


def test_30000_deep_and_30000_long():
    """No recursion, and work in proportion."""
    deep, long = Variable("x"), Variable("x")
    for index in range(30_000):
        deep = sin(deep)
        long = long + Variable(f"x{index % 10}")
    answer = reverse_gradient(deep, x=1.0)
    product, value = 1.0, 1.0
    for _ in range(30_000):
        product, value = product * math.cos(value), math.sin(value)
    assert answer.gradient["x"] == pytest.approx(product, rel=1e-9)
    assert answer.work == Work(1, 90_000)
    answer = reverse_gradient(long, x=1.0, **{f"x{index}": 0.5 for index in range(10)})
    assert answer.gradient == {"x": 1.0, **{f"x{index}": 3_000.0 for index in range(10)}}


def test_the_gradient_at_a_point():
    assert gradient_at(parse("x*y"), {"x": 2.0, "y": 3.0}) == {"x": 3.0, "y": 2.0}
    assert gradient_at(parse("if(x > 0, ln(x), x*2)"), {"x": -1.0}) == {"x": 2.0}
    assert gradient_at(parse("sqrt(x)"), {"x": 0.0}) is None
    assert gradient_at(parse("ln(x)"), {"x": -1.0}) is None
    assert gradient_at(parse("x*1e308"), {"x": 1.0}) == {"x": 1e308}


def test_two_partials_whose_sum_overflows_are_no_reason_for_none():
    assert gradient_at(parse("1e308*x + 1e308*y"), {"x": 0.0, "y": 0.0}) == {"x": 1e308, "y": 1e308}


@pytest.mark.parametrize(
    ("text", "x"),
    [("tanh(x)", 18.0), ("sigmoid(x)", -700.0), ("asin(x)", 1 - 2**-53), ("x^0.75", 1e-300), ("erf(x)", 5.0)],
)
def test_stable_partials_make_stable_gradients(text, x):
    truth = reference.slope(parse(text), {"x": x}, "x")
    assert reference.ulps(reverse_gradient(text, x=x).gradient["x"], truth) <= 4
