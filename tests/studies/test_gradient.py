"""`dc.gradient` asked again and again: a compiled expression takes over, and nobody sees it but by the clock."""

from __future__ import annotations

import math

import numpy
import pytest

import diffcompare as dc
from diffcompare.studies import gradient as module

TEXTS = ("ln(x1) + x1*x2 - sin(x2)", "tanh(x1)^x2 + max(x1, x2^2)*erf(x1)", "if(x1 > x2, 1/x1, x2^3)", "x1 - x2")
POINTS = [(2.0, 5.0), (0.3, 0.25), (3, 1), (1e120, 2.0), (-1.0, 2.0), (0.5, 1e-150), (math.inf, 1.0), (10**400, 1)]


def outcome(expression, point):
    try:
        return dc.gradient(expression, dict(zip(("x1", "x2"), point, strict=True)))
    except dc.DiffcompareError as error:
        return error.diagnostic.message


@pytest.fixture(autouse=True)
def forgotten():
    module._uses.clear()
    module._compiled.clear()


@pytest.mark.parametrize("expression", [*TEXTS, dc.parse(TEXTS[0])])
def test_the_answers_stay_the_same(expression):
    before = [outcome(expression, point) for point in POINTS]
    for _ in range(module.USES_BEFORE_COMPILING):
        outcome(expression, POINTS[0])
    assert expression in module._compiled
    assert [outcome(expression, point) for point in POINTS] == before
    for point in ({"x1": 1.0}, {"x1": 1.0, "x2": 2.0, "x3": 3.0}, {"x1": 1.0, "y": 2.0}):
        with pytest.raises(dc.DiffcompareError):
            dc.gradient(expression, point)
    assert type(dc.gradient(expression, {"x1": numpy.float64(2), "x2": 5})["x1"]) is float
    assert dc.gradient(expression, x1=2.0, x2=5.0) == before[0]


def test_the_constant_e_and_a_variable_of_that_name_are_kept_apart():
    for _ in range(module.USES_BEFORE_COMPILING + 2):
        assert dc.gradient("e*x", {"x": 1.0}) == {"x": math.e}
        assert dc.gradient("e*x", {"x": 1.0, "e": 3.0}) == {"e": 1.0, "x": 3.0}


def test_few_expressions_are_remembered():
    for number in range(200):
        for _ in range(module.USES_BEFORE_COMPILING if number % 5 == 0 else 1):
            dc.gradient(f"x*{number}", {"x": 1.0})
    assert len(module._compiled) <= module.MAX_COMPILED
    assert len(module._uses) <= module.MAX_COUNTED
