"""Large expressions by vectors: the bits of the plain sweep, few calls, and None where only a careful sweep can tell."""

from __future__ import annotations

import math
import random
from itertools import pairwise

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import ALL, doubles, expressions

from diffcompare.backends.automatic import plain_gradient
from diffcompare.codegen.vector_program import TooNarrow, VectorProgram, exact_totals, is_plain
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.operations import NotDifferentiable, ln, sin
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.numeric.evaluate import value_at


def names(count):
    return [f"x{place}" for place in range(count)]


def speelpenning(count):
    product = Variable("x0")
    for name in names(count)[1:]:
        product = product * Variable(name)
    return product


def helmholtz(count, factored):
    """Griewank's energy of a mixed fluid, with the quadratic form as one sum or row by row."""
    rng = random.Random(count)
    x = [Variable(name) for name in names(count)]
    total = rng.random() * x[0] / count
    for each in x[1:]:
        total = total + rng.random() * each / count
    energy = x[0] * ln(x[0] / (1 - total))
    for each in x[1:]:
        energy = energy + each * ln(each / (1 - total))
    form: Expression | float = 0.0
    for each in x:
        row: Expression | float = 0.0
        for other in x:
            if factored:
                row = row + rng.random() * other
            else:
                form = form + rng.random() * each * other
        form = form + each * row if factored else form
    return 2.5 * energy - form / (8**0.5 * total) * ln((1 + (1 + 2**0.5) * total) / (1 + (1 - 2**0.5) * total))


def mixed(count):
    """A sum with signs, of terms of several kinds."""
    x = [Variable(name) for name in names(count)]
    total = sin(x[0])
    for place, (one, other) in enumerate(pairwise(x)):
        term = sin(one * other) if place % 3 else (one - other) ** 3 / (1 + other * other)
        total = total + term if place % 2 else total - term
    return total * x[0] - x[1]


def point_of(expression, low=0.5, high=1.5):
    rng = random.Random(1)
    return {name: low + (high - low) * rng.random() for name in variables(wengert_list(expression))}


def assert_bits(expression, point):
    nodes = wengert_list(expression)
    program = VectorProgram(nodes, list(point), list(point), 0)
    result = program(numpy.array(list(point.values())))
    assert result is not None
    value, partials = result
    assert value == value_at(expression, point)
    assert partials.tolist() == list(plain_gradient(nodes, list(point), point).values())
    return program


@pytest.mark.parametrize(
    ("expression", "vectors"),
    [(speelpenning(60), 1), (helmholtz(12, True), 20), (helmholtz(80, False), 20), (mixed(50), 12)],
    ids=["product", "rows", "form", "mixed"],
)
def test_the_bits_of_the_plain_sweep_by_few_vectors(expression, vectors):
    assert len(assert_bits(expression, point_of(expression)).layers) <= vectors


@given(expressions(ALL, largest=14), st.fixed_dictionaries(dict.fromkeys("xyz", doubles)))
@settings(max_examples=80)
def test_random_expressions(expression, point):
    nodes = wengert_list(expression)
    try:
        program = VectorProgram(nodes, list(point), list(point), 0)
    except (ArithmeticError, ValueError, NotDifferentiable):
        return
    result = program(numpy.array(list(point.values())))
    if result is not None:
        assert result[0] == value_at(expression, point)
        assert result[1].tolist() == list(plain_gradient(nodes, list(point), point).values())


def test_some_of_the_variables_and_one_that_does_not_occur():
    nodes = wengert_list(parse("a*b*c*d + sin(a)"))
    program = VectorProgram(nodes, ["d", "unused", "c", "b", "a"], ["a", "unused", "d"], 0)
    value, partials = program([2.0, 9.0, 3.0, 5.0, 7.0])
    assert (value, partials.tolist()) == (210 + math.sin(7), [math.fsum([30, math.cos(7)]), 0.0, 105.0])
    value, partials = VectorProgram(wengert_list(Variable("x")), ["y", "x"], ["x", "y"], 0)([2.0, 3.0])
    assert (value, partials.tolist()) == (3.0, [1.0, 0.0])


@pytest.mark.parametrize("number", [0.0, -1.0, 1e200, 1e-200, math.nan, math.inf])
def test_doubt_is_no_answer(number):
    program = VectorProgram(wengert_list(parse("ln(x)*y*z + 1/x")), ["x", "y", "z"], ["x"], 0)
    assert program([number, 1.0, 1.0]) is None
    assert program([2.0, 1.0, 1.0]) is not None


def test_a_product_that_leaves_the_doubles_on_the_way_is_no_answer():
    program = VectorProgram(wengert_list(speelpenning(9)), names(9), names(9), 0)
    assert program([1e99, 1e99, 1e99, 1e99, 1e-99, 1e-99, 1e-99, 1e-99, 1.0]) is None


def test_short_vectors_are_refused():
    nodes = wengert_list(parse("sin(x*y) + exp(x - y)"))
    with pytest.raises(TooNarrow):
        VectorProgram(nodes, ["x", "y"], ["x"])


def test_a_missing_partial_is_refused():
    with pytest.raises(NotDifferentiable):
        VectorProgram(wengert_list(parse("polygamma(x, y)")), ["x", "y"], ["x"], 0)


def test_totals_are_rounded_once():
    rng = random.Random(2)
    for count, columns in ((3, 5), (150, 60), (7, 2000)):
        rows = [[rng.uniform(-1, 1) * 10.0 ** rng.randint(-30, 30) for _ in range(columns)] for _ in range(count - 2)]
        terms = numpy.array([*rows, rows[0], [-number for number in rows[0]]])
        assert exact_totals(terms).tolist() == [math.fsum(column) for column in terms.T.tolist()]
    ties = numpy.array([[1.0, 1.0], [2.0**-53, 2.0**-53], [0.0, 2.0**-106]] + [[0.0, 0.0]] * 3000)
    assert exact_totals(ties).tolist() == [1.0, 1.0 + 2**-52]


def test_numbers_within_the_range_of_the_plain_sweep():
    with numpy.errstate(all="ignore"):
        for count in (3, 6000):
            assert is_plain(numpy.full(count, -2.0))
            assert is_plain(numpy.array([0.0] * count + [1e99]))
            assert not is_plain(numpy.array([1.0] * count + [1e101]))
            assert not is_plain(numpy.array([1.0] * count + [-1e-101]))
            assert not is_plain(numpy.array([1.0] * count + [math.nan]))
