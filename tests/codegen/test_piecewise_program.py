"""Long expressions in pieces: their results have the bits of the plain sweep, wherever the cuts are."""

from __future__ import annotations

import marshal
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import ALL, doubles, expressions

from diffcompare.backends.automatic import plain_gradient
from diffcompare.codegen.piecewise_program import PiecewiseProgram
from diffcompare.language.expression import OPERATIONS, Variable
from diffcompare.language.operations import NotDifferentiable, floor, sin
from diffcompare.language.parser import parse
from diffcompare.language.wengert import operation_count, variables, wengert_list
from diffcompare.numeric.evaluate import RANGE_ERRORS, value_at

UNARY = [OPERATIONS[name] for name in ("sin", "tanh", "atan", "sigmoid", "abs", "floor", "relu", "exp")]
BINARY = [OPERATIONS[name] for name in ("+", "-", "*", "min", "max", "hypot")]


def random_graph(seed, operations, reach):
    """A graph whose operations read whatever was among the last `reach` ones."""
    rng = random.Random(seed)
    nodes = [Variable(name) for name in "xyz"]
    while len(nodes) < operations:
        one, other = rng.choice(nodes[-reach:]), rng.choice(nodes[-reach:])
        new = rng.choice(UNARY)(one) * 0.25 if rng.random() < 0.3 else rng.choice(BINARY)(one, other)
        nodes.append(new / 2 + rng.choice((one, other)) / 3)
    return nodes[-1] + nodes[-2] * nodes[-3]


def assert_bits(expression, point, size, wrt=None):
    """The program in pieces and the plain sweep have the same numbers, or neither has some."""
    nodes = wengert_list(expression)
    names = variables(nodes)
    try:
        program = PiecewiseProgram(nodes, names, wrt or names, size)
    except (*RANGE_ERRORS, NotDifferentiable):
        return None
    numbers = tuple(point[name] for name in names)
    result, expected = program(numbers), plain_gradient(nodes, wrt or names, point)
    if result is None:
        return None
    assert expected is not None
    assert result == (value_at(expression, point), tuple(expected.values()))
    assert program.value(numbers) == result[0]
    return result


@given(st.integers(0, 10**6), st.integers(4, 40), st.integers(3, 40), st.integers(1, 30), st.lists(doubles, min_size=3))
@settings(max_examples=40)
def test_random_graphs_cut_anywhere(seed, operations, reach, size, numbers):
    expression = random_graph(seed, operations, reach)
    for point in ({"x": 0.3, "y": -1.7, "z": 2.5}, dict(zip("xyz", numbers, strict=False))):
        assert_bits(expression, point, size, wrt=["z", "x"])


@given(expressions(ALL, largest=14).filter(lambda expression: expression.varies), st.integers(1, 8))
@settings(max_examples=40)
def test_random_expressions_of_all_rows(expression, size):
    assert_bits(expression, {"x": 0.7, "y": 1.3, "z": 2.1}, size)


def test_most_random_graphs_have_numbers():
    point = {"x": 0.3, "y": -1.7, "z": 2.5}
    assert all(assert_bits(random_graph(seed, 200, 20), point, 40) for seed in range(4))


def test_what_needs_care_is_left_to_the_sweep():
    def program(text):
        nodes = wengert_list(parse(text))
        return PiecewiseProgram(nodes, variables(nodes), variables(nodes), 2)

    assert program("exp(x)*x + 1")((800.0,)) is None  # overflows
    assert program("exp(x)*x + 1").value((800.0,)) is None
    assert program("x*1e90*x + 1")((1e60,)) is None  # near the end of the doubles
    assert program("ln(x)*x + 1")((-1.0,)) is None
    assert program("sqrt(x)*x + 1")((0.0,)) is None  # an infinite partial
    assert program("sqrt(x)*x + 1").value((0.0,)) == 1.0
    assert program("sin(1e99*sin(1e99*sin(1e99*sin(1e99*x))))")((0.5,)) is None  # so is a product of partials
    with pytest.raises(OverflowError):
        program("x + 1e200*1e-10")
    with pytest.raises(NotDifferentiable):
        program("polygamma(n, x)*x")


def test_a_variable_that_reaches_nothing_has_the_partial_0():
    nodes = wengert_list(parse("floor(x)*y + sin(y)"))
    program = PiecewiseProgram(nodes, ["unused", "x", "y"], ["x", "unused", "y"], 1)
    assert program((9.0, 2.5, 0.0)) == (0.0, (0.0, 0.0, 3.0))
    assert PiecewiseProgram(wengert_list(floor(sin(Variable("x")))), ["x"], ["x"], 1)((0.5,)) == (0.0, (0.0,))


def test_the_code_of_an_operation_takes_as_much_in_a_long_list_as_in_a_short_one():
    sizes = []
    for operations in (200, 800):
        nodes = wengert_list(random_graph(1, operations, 12))
        program = PiecewiseProgram(nodes, list("xyz"), list("xyz"), 50)
        codes = [marshal.dumps(piece.__code__) for piece in (*program.forwards, *program.backwards)]
        sizes.append(sum(map(len, codes)) / operation_count(nodes))
    assert sizes[1] < 1.1 * sizes[0] < 400
