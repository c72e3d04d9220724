"""Reverse mode as a backend: one sweep, every partial, and what it says where there is none."""

import math

import pytest
import reference

from diffcompare.backends.problem import Derivative, Problem, Work
from diffcompare.backends.reverse import BACKEND, gradient_at
from diffcompare.language.expression import Variable
from diffcompare.language.operations import sin
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables, wengert_list


def gradient(text, **point):
    expression = parse(text) if isinstance(text, str) else text
    names = tuple(variables(wengert_list(expression)))
    return BACKEND.differentiate(Problem(expression, point, names))


def test_the_survey():
    assert gradient("ln(x1) + x1*x2 - sin(x2)", x1=2.0, x2=5.0) == Derivative(
        "reverse-ad", gradient={"x1": 5.5, "x2": 1.7163378145367738}, work=Work(1, 13)
    )


def test_the_logistic_map_of_the_survey():
    """Section 1.2 of the teaching notes, program LOOP: 9.066086400000003."""
    answer = gradient("4*(4*(4*x*(1-x))*(1-4*x*(1-x)))*(1-4*(4*x*(1-x))*(1-4*x*(1-x)))", x=0.2)
    assert answer.gradient["x"] == pytest.approx(9.0660864, rel=1e-14)


def test_a_variable_without_influence_has_the_partial_0():
    answer = BACKEND.differentiate(Problem(parse("x + 0*y"), {"x": 1.0, "y": 2.0, "z": 3.0}, ("x", "y", "z")))
    assert answer.gradient == {"x": 1.0, "y": 0.0, "z": 0.0}


def test_a_constant_has_an_empty_gradient():
    assert gradient("2 + 3").gradient == {}


def test_a_gradient_holds_plain_doubles():
    for answer in (gradient("x^2", x=3.0), gradient("if(x > 0, ln(x), x)", x=-1.0), gradient("relu(x)", x=2.0)):
        assert [type(partial) for partial in answer.gradient.values()] == [float]


def test_the_partials_that_are_there_are_kept_when_others_are_not():
    answer = gradient("sqrt(x) + y^2", x=0.0, y=3.0)
    assert answer.gradient == {"x": None, "y": 6.0}
    assert answer.notes == ("inf by x: the partial of sqrt(x) by x is inf where that is 0",)


def test_a_partial_that_no_row_has():
    answer = gradient("polygamma(x, 2) + y", x=1.0, y=2.0)
    assert (answer.status, answer.gradient) == ("not-supported", {"x": None, "y": None})
    assert answer.notes == ("no partial is known of polygamma(x, 2) by this argument",)


def test_a_product_that_overflows_between_finite_partials():
    answer = gradient("exp(x*1e200)*1e-300 + 1e200*(1e200*x)", x=0.0)
    assert answer.status == "undefined"
    assert answer.notes == ("inf by x: a product of finite partials overflows",)


def test_a_large_node_is_named_by_its_operation():
    long = "+".join(f"x^{n}" for n in range(2, 60))
    answer = gradient(f"ln({long} - 1e9)", x=1.0)
    assert answer.notes == ("ln(...) is undefined: its argument is -999999942 (needs x > 0)",)


def test_100000_deep_and_100000_long():
    """No recursion, and work in proportion."""
    deep, long = Variable("x"), Variable("x")
    for index in range(100_000):
        deep = sin(deep)
        long = long + Variable(f"x{index % 10}")
    answer = gradient(deep, x=1.0)
    product, value = 1.0, 1.0
    for _ in range(100_000):
        product, value = product * math.cos(value), math.sin(value)
    assert answer.gradient["x"] == pytest.approx(product, rel=1e-9)
    assert answer.work == Work(1, 300_000)
    answer = gradient(long, x=1.0, **{f"x{index}": 0.5 for index in range(10)})
    assert answer.gradient == {"x": 1.0, **{f"x{index}": 10_000.0 for index in range(10)}}


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
    assert reference.ulps(gradient(text, x=x).gradient["x"], truth) <= 4
