"""Dual numbers: every row of the table, nested levels, and tangents that are nothing at all."""

import math

import pytest
from hypothesis import given
from rows import every_row
from strategies import SMOOTH, expressions, points

from diffcompare.backends.automatic import forward_mode
from diffcompare.backends.problem import Problem
from diffcompare.language.operations import OPERATIONS, NotDifferentiable
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.numeric.dual_numbers import duals, inner_derivative, pair, tangent_of, value_of
from diffcompare.numeric.evaluate import CAREFUL, Real, Undefined, evaluate

ROWS = [row for row in OPERATIONS.values() if row.name not in ("polygamma", "^n") and not row.selects]


def dual(text, tangents, **point):
    nodes = wengert_list(parse(text))
    system = duals(CAREFUL, {name: Real(tangent) for name, tangent in tangents.items()})
    return evaluate(nodes, point, system)[nodes[-1]]


@every_row("row", ROWS)
def test_the_tangent_of_a_row_is_its_partials_times_tangents(row):
    for sample in row.samples:
        arguments = [pair(Real(x), Real(number + 1.0)) for number, x in enumerate(sample)]
        result = row(*arguments)
        values = [Real(x) for x in sample]
        value = row(*values)
        expected = sum(
            (number + 1.0) * (partial(value, *values) if callable(partial) else partial)
            for number, partial in enumerate(row.partials)
        )
        if value == value and not row.kink.contains(*sample):
            assert value_of(result) == value
            assert tangent_of(result) == pytest.approx(expected, rel=1e-12, abs=1e-300)


@given(expressions(SMOOTH), points(["x", "y", "z"]))
def test_one_evaluation_has_the_derivative_along_a_direction(expression, point):
    names = tuple(variables(wengert_list(expression)))
    answer = forward_mode(Problem(expression, point, names))
    if answer.status != "ok":
        return
    system = duals(CAREFUL, {name: Real(2.0) for name in names})
    along = tangent_of(evaluate(wengert_list(expression), point, system)[expression])
    expected = math.fsum(2.0 * partial for partial in answer.gradient.values())
    size = math.fsum(abs(partial) for partial in answer.gradient.values())
    assert float(along) == pytest.approx(expected, rel=1e-9, abs=1e-9 * size)


def test_levels_keep_their_tangents_apart():
    """d/dx of x * (d/dy of x + y) at 1 is 1; with one tangent for both levels it would be 2."""
    x = pair(pair(Real(1.0)), pair(Real(1.0)))  # moves at the outer level
    y = pair(pair(Real(1.0), Real(1.0)))  # moves at the inner level
    by_y = inner_derivative(x + y)
    assert (value_of(by_y), tangent_of(by_y)) == (1.0, 0)
    assert tangent_of(pair(1.0, 1.0) * by_y) == 1.0


def test_an_inner_variable_that_equals_the_outer_one_is_another_variable():
    """d/dx of [d/dy (x*y^2) at y = x] at 3 is that of 2x^2, 12; who takes y for x gets 18."""
    x = pair(pair(Real(3.0)), pair(Real(1.0)))
    y = pair(pair(Real(3.0), Real(1.0)), pair(Real(1.0)))  # moves inside, and outside with x
    by_y = inner_derivative(x * y * y)
    assert (value_of(by_y), tangent_of(by_y)) == (18.0, 12.0)


def test_nesting_gives_higher_derivatives():
    """sin at 1, three levels deep: the derivatives are sin, cos, -sin, -cos."""
    x = Real(1.0)
    for _ in range(3):
        x = pair(x, 1.0)
    third = OPERATIONS["sin"](x)
    for _ in range(3):
        third = tangent_of(third)
    assert third == pytest.approx(-math.cos(1.0), rel=1e-15)


def test_constants_have_no_tangent_and_are_never_multiplied():
    """0*inf would be nan: sqrt at 0 has the partial inf, and its argument does not move."""
    result = dual("sqrt(y) + x", {"x": 1.0}, x=2.0, y=0.0)
    assert (float(result), tangent_of(result)) == (2.0, 1.0)
    assert tangent_of(dual("3*y", {"x": 1.0}, y=1.0)) == 0


def test_outside_a_domain_there_is_no_pair():
    assert type(dual("ln(x)", {"x": 1.0}, x=-1.0)) is Undefined
    assert tangent_of(dual("if(x > 0, ln(x), x)", {"x": 1.0}, x=-1.0)) == 1.0


def test_a_missing_partial_is_told():
    with pytest.raises(NotDifferentiable):
        dual("polygamma(n, x)", {"n": 1.0}, n=1.0, x=2.0)
    assert tangent_of(dual("polygamma(n, x)", {"x": 1.0}, n=1.0, x=2.0)) < 0
