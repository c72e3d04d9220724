"""Blocks with points outside a domain, in branches, and beyond the doubles: each point is that of the scalar sweep."""

from __future__ import annotations

import math

import numpy as np
import pytest
from rows import every_row

from diffcompare.backends.automatic import forward_mode, reverse_mode
from diffcompare.backends.problem import Problem
from diffcompare.codegen.joint_sweep import joint_sweep
from diffcompare.codegen.tangent_sweep import tangent_sweep
from diffcompare.grids.careful_blocks import FINE, NOT_FINITE, OUTSIDE, GridFormulas, GridFunction
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.numeric.evaluate import Undefined, value_at

TEXTS = [
    "exp(-1/x^2)", "if(x > 0, ln(x)*y, x^2) + y", "x^y", "atan2(x, y)", "sqrt(x)*ln(y)", "acosh(x) + atanh(y)",
    "if(x > 0, if(y > 0, ln(x*y), sqrt(-y)), 1/x)", "|x|*max(x, y) + floor(x)", "digamma(x) + gamma(y)", "cbrt(x)*y",
    "exp(exp(x*10))", "x^3 + x^-2 + cot(x)", "atan(ln(x))", "relu(x)*softplus(y)", "tanh(x)*sigmoid(y) + erf(x)",
    "lgamma(x)*y^2", "exp(800*x)/exp(800*x)",
]  # fmt: skip
EDGES = [0.0, 1.0, -1.0, 2.0, 0.5, -2.0]


def columns_of(names):
    random = np.random.default_rng(5)
    return [np.concatenate([random.uniform(-4, 4, 14), np.roll(EDGES, place)]) for place in range(len(names))]


@every_row(("sweep", "singly"), [(joint_sweep, reverse_mode), (tangent_sweep, forward_mode)])
@every_row("text", TEXTS)
def test_every_point_is_that_of_the_scalar_sweep(text, sweep, singly):
    expression = parse(text)
    names = variables(wengert_list(expression))
    columns = columns_of(names)
    points = len(columns[0])
    results = [np.empty(points) for _ in range(len(names) + 1)]
    codes = GridFunction(expression, names, names, sweep, singly).run(columns, results)
    for place in range(points):
        point = {name: float(column[place]) for name, column in zip(names, columns, strict=True)}
        value = value_at(expression, point)
        code = FINE if codes is None else codes[place]
        if type(value) is Undefined:
            assert code == OUTSIDE, point
            assert all(math.isnan(result[place]) for result in results), point
            continue
        assert code != OUTSIDE, point
        assert results[0][place] == pytest.approx(float(value), rel=1e-14, nan_ok=True), point
        expected = singly(Problem(expression, point, tuple(names))).gradient
        for name, result in zip(names, results[1:], strict=True):
            if expected[name] is None:
                assert math.isnan(result[place]), (point, name)
                assert code == NOT_FINITE
            else:
                assert result[place] == pytest.approx(expected[name], rel=1e-12, abs=1e-300), (point, name)


@pytest.mark.parametrize("text", ["x*y/(x*y)", "x^2*y^3/(1e-250 + x*y)", "sqrt(x*x + y*y)", "exp(-x)*exp(x/2 - y)/y"])
def test_what_underflows_on_the_way_is_recovered_as_at_a_point(text):
    expression = parse(text)
    columns = [np.array([1e-200, 1.0, 1e-160, 800.0]), np.array([1e-170, 2.0, 3.0, 1e-3])]
    results = [np.empty(4) for _ in range(3)]
    GridFunction(expression, ["x", "y"], ["x", "y"], singly=reverse_mode).run(columns, results)
    for place in range(4):
        point = {"x": float(columns[0][place]), "y": float(columns[1][place])}
        expected = reverse_mode(Problem(expression, point, ("x", "y"))).gradient
        numbers = [math.nan if number is None else number for number in expected.values()]
        assert [result[place] for result in results[1:]] == pytest.approx(numbers, rel=1e-12, abs=0, nan_ok=True)


def test_a_grid_on_both_sides_of_a_branch_is_not_computed_point_by_point(monkeypatch):
    """The logarithm is nan at half of the points, where the other branch is taken."""
    function = GridFunction(parse("if(x > 0, ln(x), -x)"), ["x"], ["x"], singly=reverse_mode)
    x = np.linspace(-1, 1, 10_000)
    results = [np.empty(len(x)) for _ in range(2)]
    left = function.left
    assert function.run([x], results) is None
    assert function.left == left
    np.testing.assert_array_equal(results[1], np.where(x > 0, 1 / x, -1.0))


def test_formulas_take_the_branch_that_a_point_takes():
    formulas = GridFormulas([parse("if(x > 0, 1/x, 2*x)"), parse("ln(x)")], ["x"])
    results = [np.empty(3), np.empty(3)]
    codes = formulas.run([np.array([-1.0, 0.0, 2.0])], results)
    assert results[0].tolist() == [-2.0, 0.0, 0.5]
    assert codes.tolist() == [OUTSIDE, OUTSIDE, FINE]


def test_a_large_function_is_repaired_in_pieces(monkeypatch):
    x = np.linspace(-1.0, 1.0, 400)
    expression = parse("sqrt(x)*x")
    whole, pieces = [np.empty(400) for _ in "fd"], [np.empty(400) for _ in "fd"]
    codes = GridFunction(expression, ("x",), ("x",)).run([x], whole)
    monkeypatch.setattr("diffcompare.grids.careful_blocks.MAX_HELD", 100)
    assert np.array_equal(GridFunction(expression, ("x",), ("x",)).run([x], pieces), codes)
    assert np.array_equal(whole, pieces, equal_nan=True)


def test_a_row_that_is_called_number_by_number_tells_of_inf():
    results = [np.empty(3) for _ in "fd"]
    codes = GridFunction(parse("gamma(x)"), ("x",), ("x",)).run([np.array([2.0, 9e147, 171.0])], results)
    assert codes.tolist() == [FINE, NOT_FINITE, FINE]
