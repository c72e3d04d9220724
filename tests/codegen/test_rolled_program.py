"""Expressions that repeat themselves as loops: they are found, and their results have the bits of the plain sweep."""

from __future__ import annotations

import math

import pytest
from thorough_tier import one_in

from diffcompare.backends.automatic import plain_gradient
from diffcompare.codegen.rolled_program import rolled_function
from diffcompare.language.expression import Variable
from diffcompare.language.operations import cos, exp, max_, sin, tanh
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.numeric.evaluate import value_at

R, X, Y, H = map(Variable, ("r", "x", "y", "h"))
STEPS = 1_500


def logistic(steps=STEPS):
    x = X
    for _ in range(steps):
        x = R * x * (1 - x)
    return x


def pendulum():
    """Euler's method with two values that are handed on, something that stays the same, and work around the loop."""
    step, angle, speed = H * H / 100, sin(X), Y
    for _ in range(STEPS):
        angle, speed = angle + step * speed, speed - step * sin(angle) * (2**0.5)
    return exp(-angle) * speed + step * X


def average():
    """A sum over the steps: every value is read in its own step and in the next one."""
    x, total = X, Y
    for _ in range(STEPS):
        x = cos(x * R)
        total = total + x * x * H
    return total * total


def network():
    x = X
    for _ in range(STEPS):
        x = max_(tanh(R * x + Y), 0.1 * x)
    return x + Y


def two_back():
    before, x = X, R * Y
    for _ in range(STEPS):
        before, x = x, cos(R * x) - before * x / 5
    return x


def refuse(*numbers):
    return "careful", numbers


def powers():
    """What is behind the loop hands a factor on to a variable that every step reads."""
    x = X
    for _ in range(STEPS):
        x = (x * x + 1) ** 0.5 * H - x**3 / 70
    return x


def scaled():
    return logistic() * H


def alternating():
    x = X
    for place in range(STEPS):
        x = sin(x) * R if place % 2 else cos(x) + H
    return x


EXPRESSIONS = {
    "powers": powers,
    "scaled": scaled,
    "alternating": alternating,
    "logistic": logistic,
    "pendulum": pendulum,
    "average": average,
    "network": network,
    "two back": two_back,
}


@pytest.mark.parametrize("name", EXPRESSIONS)
@pytest.mark.parametrize("place", one_in(3, range(3)))
def test_the_bits_of_the_plain_sweep(name, place):
    expression = EXPRESSIONS[name]()
    nodes = wengert_list(expression)
    names = variables(nodes)
    f = rolled_function(nodes, names, names, refuse, "f")
    assert f is not None
    assert len(f.__code__.co_code) < 4_000
    point = dict(zip(names, [(0.3, 2.6, 0.4, 0.7), (0.2, 3.2, 0.9, 0.1), (0.8, 1.1, 0.55, 1.2)][place], strict=False))
    if name == "logistic":
        point = {"r": 2.2 + 0.5 * place, "x": 0.3}
    value, partials = f(**point)
    assert value == value_at(expression, point)
    assert list(partials) == list(plain_gradient(nodes, names, point).values())
    alone = rolled_function(nodes, names, None, refuse, "f")
    assert alone(**point) == value
    assert len(alone.__code__.co_code) < len(f.__code__.co_code) / 2


def test_some_of_the_variables_in_any_order():
    nodes = wengert_list(logistic())
    f = rolled_function(nodes, ["unused", "x", "r"], ["x", "unused"], refuse, "f")
    value, partials = f(7.0, 0.4, 2.5)
    assert (value, partials) == (
        value_at(nodes[-1], {"x": 0.4, "r": 2.5}),
        (plain_gradient(nodes, ["x", "r"], {"x": 0.4, "r": 2.5})["x"], 0.0),
    )


@pytest.mark.parametrize("point", [(5.0, 0.4), (0.5, 0.4), (2.5, math.nan), (2.5, math.inf), (1e90, 0.4), (2, 0.4)])
def test_doubt_is_left_to_the_careful_sweep(point):
    """Beyond 4 the values explode; below 1 they vanish."""
    f = rolled_function(wengert_list(logistic()), ["r", "x"], ["r", "x"], refuse, "f")
    assert f(*point) == ("careful", point) or math.isnan(point[1])
    assert f(*point)[0] == "careful"
    alone = rolled_function(wengert_list(logistic()), ["r", "x"], None, refuse, "f")
    if point == (0.5, 0.4):
        assert alone(*point) == value_at(logistic(), {"r": 0.5, "x": 0.4})
    else:
        assert alone(*point)[0] == "careful"


def test_what_does_not_repeat_is_no_loop():
    x = X
    for place in range(STEPS):
        x = R * x * (1 - x) if place % 7 in (0, 3) or place % 11 == 5 else sin(x) * R + place
    assert rolled_function(wengert_list(x), ["r", "x"], ["x"], refuse, "f") is None
    earlier = before = x = X  # reads three steps back
    for _ in range(STEPS):
        earlier, before, x = before, x, sin(R * x - earlier * x)
    assert rolled_function(wengert_list(x), ["r", "x"], ["x"], refuse, "f") is None
    product = X
    for place in range(3_000):
        product = product * Variable(f"x{place}")
    nodes = wengert_list(product)
    assert rolled_function(nodes, variables(nodes), ["x"], refuse, "f") is None


def test_every_value_that_is_read_behind_the_loop_is_there():
    x, middle = X, None
    for place in range(STEPS):
        x = R * x * (1 - x)
        middle = x if place == 1_000 else middle
    assert rolled_function(wengert_list(x * middle), ["r", "x"], ["x"], refuse, "f") is None
