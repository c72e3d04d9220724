"""Difference quotients over blocks are those that `grad` computes at each point."""

from __future__ import annotations

import numpy as np
import pytest
from rows import every_row

from diffcompare.backends import backend
from diffcompare.backends.problem import Problem
from diffcompare.grids.careful_blocks import GridFunction
from diffcompare.grids.complex_blocks import GridComplexStep, Unsupported
from diffcompare.grids.difference_blocks import KINK, GridDifferences, KinkSides
from diffcompare.language.parser import parse

DIFFERENCES = ("forward-difference", "backward-difference", "central-difference", "five-point", "richardson")
NAMES = ["x", "y"]


def of_points(method, text, columns, step=None):
    """Return the partials by both variables and the codes of a method over arrays."""
    expression = parse(text, names=tuple(NAMES))
    points = len(columns[0])
    value, partials = np.empty(points), [np.empty(points), np.empty(points)]
    values = GridFunction(expression, NAMES, ())
    values.run(columns, [value])
    if method == "complex-step":
        codes = GridComplexStep(expression, NAMES, step).run(columns, partials, NAMES, value)
    else:
        differences = GridDifferences(method, values, KinkSides(expression, NAMES), step)
        codes = differences.run(columns, partials, NAMES, value)
    return partials, codes


@every_row("step", [None, 1e-3])
@every_row("method", DIFFERENCES)
def test_they_are_those_of_grad(method, step):
    """Bit for bit where all functions are rounded correctly."""
    text = "x^3*y - y/x + sqrt(x*y)"
    columns = [np.array([0.5, 2.0, 30.0]), np.array([3.0, 0.25, 0.1])]
    partials, codes = of_points(method, text, columns, step)
    assert codes is None
    for place in range(3):
        point = {"x": float(columns[0][place]), "y": float(columns[1][place])}
        expected = backend(method).differentiate(Problem(parse(text), point, ("x", "y"), step=step)).gradient
        tolerance = 0 if method in DIFFERENCES[:3] else 1e-9
        assert [partial[place] for partial in partials] == pytest.approx(list(expected.values()), rel=tolerance, abs=0)


def test_a_step_over_a_kink_or_out_of_the_domain_is_told():
    kinked, codes = of_points("central-difference", "|x| + y", [np.array([1e-9, 1.0, -1.0]), np.ones(3)])
    assert codes.tolist() == [KINK, 0, 0]
    assert kinked[0][1:].tolist() == pytest.approx([1.0, -1.0], rel=1e-9)
    lost, codes = of_points("backward-difference", "sqrt(x) + y", [np.array([1e-12, 1.0]), np.ones(2)])
    assert np.isnan(lost[0][0])
    assert codes.tolist() == [2, 0]


@pytest.mark.parametrize(
    "text",
    ["x^3*y - y/x + sqrt(x*y)", "x^y + atan2(x, y)*hypot(x, y)", "tanh(x)*exp(-y) + log1p(x) + expm1(y)/x",
     "asin(x/4)*acosh(y + 1) + cbrt(x*y)", "sigmoid(x)*softplus(-y) + max(x, y)*|x - y|", "x^-7 + y^101 + cot(x)",
     "if(x > y, sin(x)*y, cos(y)*x)"],
)  # fmt: skip
def test_the_complex_step_keeps_the_digits_of_the_scalar_one(text):
    columns = [np.array([0.5, 2.0, 1e-9]), np.array([1.5, 0.25, 0.75])]
    partials, codes = of_points("complex-step", text, columns)
    assert codes is None
    for place in range(3):
        point = {"x": float(columns[0][place]), "y": float(columns[1][place])}
        expected = backend("complex-step").differentiate(Problem(parse(text), point, ("x", "y"))).gradient
        assert [partial[place] for partial in partials] == pytest.approx(list(expected.values()), rel=1e-14)


def test_a_function_without_a_complex_form_is_refused():
    with pytest.raises(Unsupported, match="erf"):
        GridComplexStep(parse("erf(x)"), ["x"])
