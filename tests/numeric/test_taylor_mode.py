"""Taylor mode and nested forward mode: against each other, and their work against the theory."""

import math
from itertools import pairwise

import pytest
from hypothesis import assume, given
from strategies import SMOOTH, expressions, points

from diffcompare.language.parser import parse
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.counting import counted
from diffcompare.numeric.taylor_mode import difference_weights, nested_derivatives, taylor_coefficients


def series(text, x, order, **others):
    return taylor_coefficients(wengert_list(parse(text)), {"x": x, **others}, "x", order)


def nested(text, x, order):
    derivatives = nested_derivatives(wengert_list(parse(text)), {"x": x}, "x", order)
    return [number / math.factorial(power) for power, number in enumerate(derivatives)]


@pytest.mark.parametrize(
    ("text", "x", "coefficients"),
    [
        ("sin(x)*exp(x)", 0.0, [0, 1, 1, 1 / 3, 0, -1 / 30]),
        ("1/(1 - x)", 0.5, [2, 4, 8, 16, 32, 64]),
        ("x^3 - 2*x", 2.0, [4, 10, 6, 1, 0, 0]),
        ("ln(x)", 1.0, [0, 1, -1 / 2, 1 / 3, -1 / 4, 1 / 5]),
        ("sqrt(x)", 1.0, [1, 1 / 2, -1 / 8, 1 / 16, -5 / 128, 7 / 256]),
        ("3", 1.0, [3, 0, 0, 0, 0, 0]),
        ("if(x > 0, x^2, ln(x))", 3.0, [9, 6, 1, 0, 0, 0]),
    ],
)
def test_series_that_are_known(text, x, coefficients):
    assert series(text, x, 5) == pytest.approx(coefficients, rel=1e-14, abs=1e-15)
    assert nested(text, x, 5) == pytest.approx(coefficients, rel=1e-13, abs=1e-14)


@given(expressions(SMOOTH), points(["x", "y", "z"]))
def test_both_agree(expression, point):
    nodes = wengert_list(expression)
    one = taylor_coefficients(nodes, point, "x", 3)
    other = nested_derivatives(nodes, point, "x", 3)
    assume(one is not None and other is not None and all(map(math.isfinite, other)))
    size = max(map(abs, one))
    assume(size < 1e6)
    expected = [number / math.factorial(power) for power, number in enumerate(other)]
    assert one == pytest.approx(expected, rel=1e-6, abs=1e-6 * size)


def test_a_tail_keeps_its_digits():
    """1 - tanh(x)^2 has lost 4 % at 18; series take the form of floats."""
    assert series("tanh(x)", 18.0, 2)[1:] == pytest.approx(
        [9.278091320974273e-16, -9.278091320974265e-16], rel=1e-13, abs=0
    )


def test_what_has_no_series_has_none():
    assert series("ln(x)", -1.0, 3) is None
    assert series("sqrt(x)", 0.0, 3) is None
    assert series("ln(y) + x", 1.0, 3, y=-1.0) is None


def work(method, order):
    nodes = wengert_list(parse("sin(x)*exp(x)"))
    return counted(lambda: method(nodes, {"x": 0.5}, "x", order))[1]


def test_nesting_triples_the_work_and_one_series_grows_like_a_power():
    nested_work = [work(nested_derivatives, order) for order in (5, 6, 7)]
    assert all(2.5 < later / earlier < 3.1 for earlier, later in pairwise(nested_work))
    assert work(taylor_coefficients, 40) / work(taylor_coefficients, 20) < 4.2
    assert work(taylor_coefficients, 7) < nested_work[-1] / 5


def test_weights_of_differences():
    assert difference_weights(1) == [1, -1]
    assert difference_weights(4) == [1, -4, 6, -4, 1]
