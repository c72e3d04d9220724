"""Hessians times a vector by one sweep: against formulas, and at a cost that knows no number of variables."""

import math

import pytest
from hypothesis import assume, given
from strategies import SMOOTH, expressions, points

from diffcompare.backends.automatic import forward_mode
from diffcompare.backends.problem import Problem
from diffcompare.language.parser import parse
from diffcompare.language.wengert import active_nodes, variables, wengert_list
from diffcompare.numeric.counting import COUNTED, Counted, counted
from diffcompare.numeric.evaluate import CAREFUL, Real
from diffcompare.numeric.second_order import gradient_formulas, hessian_product, product_work
from diffcompare.numeric.sweeps import primal_work


def product(text, direction, **point):
    seed = {name: Real(number) for name, number in direction.items()}
    return hessian_product(parse(text), point, tuple(point), seed, CAREFUL)


def test_value_gradient_and_product_come_together():
    value, gradient, along_x = product("x^2*y", {"x": 1.0}, x=3.0, y=2.0)
    assert value == 18
    assert gradient == {"x": 12, "y": 9}
    assert along_x == {"x": 4, "y": 6}


@given(expressions(SMOOTH), points(["x", "y", "z"]))
def test_forward_over_reverse_is_forward_over_the_formulas_of_reverse(expression, point):
    names = tuple(variables(wengert_list(expression)))
    formulas = gradient_formulas(expression, names)
    answers = {name: forward_mode(Problem(formula, point, names)) for name, formula in formulas.items()}
    assume(all(answer.status == "ok" for answer in answers.values()))
    _, _, along = hessian_product(expression, point, names, {name: Real(1.0) for name in names}, CAREFUL)
    assume(along and all(map(math.isfinite, along.values())))
    for name, answer in answers.items():
        expected = math.fsum(answer.gradient.values())
        size = math.fsum(abs(partial) for partial in answer.gradient.values())
        assert float(along[name]) == pytest.approx(expected, rel=1e-6, abs=1e-6 * max(size, 1e-6))


@pytest.mark.parametrize("text", ["x*y*z", "sin(x)*exp(y) + z^3", "ln(x + y)/z", "sqrt(x)*cosh(y*z)"])
def test_the_count_covers_what_is_done(text):
    """A sweep over numbers that count does about what `product_work` says.

    (Rows whose partials take a longer form over floats, as that of tanh does in its tail, do a little more.)
    """
    point = {"x": 1.2, "y": 0.7, "z": 2.1}
    nodes = wengert_list(parse(text))
    ones = {name: Counted(1.0) for name in point}
    _, done = counted(lambda: hessian_product(parse(text), point, tuple(point), ones, COUNTED))
    told = product_work(nodes, active_nodes(nodes))
    assert 0.5 * told <= done <= 1.25 * told


def ratio(text):
    nodes = wengert_list(parse(text))
    active = active_nodes(nodes)
    return product_work(nodes, active) / primal_work(nodes, active)


@pytest.mark.parametrize("family", ["*", "+"])
def test_the_cost_of_a_product_does_not_grow_with_the_number_of_variables(family):
    """Christianson 1992: a small multiple of the work of f, for 10 variables and for 1,000."""
    ratios = [ratio(family.join(f"sin(x{number})" for number in range(n))) for n in (10, 100, 1000)]
    assert max(ratios) < 12
    assert max(ratios) - min(ratios) < 0.5
