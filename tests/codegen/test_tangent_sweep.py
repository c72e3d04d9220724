"""The program of forward mode: the doubles of the plain forward sweep."""

from __future__ import annotations

import math

import pytest

from diffcompare.backends.automatic import forward_mode
from diffcompare.backends.problem import Problem
from diffcompare.codegen.tangent_sweep import tangent_sweep
from diffcompare.inputs.catalogue import load
from diffcompare.language.parser import parse
from diffcompare.numeric.evaluate import FLOATS, RANGE_ERRORS, evaluate


def test_the_catalogue_has_the_bits_of_the_plain_sweep():
    count = 0
    for entry in load():
        expression, point = parse(entry.text, names=tuple(entry.names)), dict(entry.point)
        expected = forward_mode(Problem(expression, point, tuple(point))).gradient
        sweep = tangent_sweep(expression, list(point))
        try:
            values = evaluate(sweep.nodes, point, FLOATS)
        except RANGE_ERRORS:
            continue
        found = [float(values[node]) for node in sweep.partials.values()]
        if point and all(map(math.isfinite, found)):
            assert found == list(expected.values()), entry.name
            count += 1
    assert count > 50


def test_what_all_passes_read_is_computed_once():
    sweep = tangent_sweep(parse("tan(x*y)"), ["x", "y"])
    texts = list(map(str, sweep.nodes))
    assert sum(text == "tan(x*y)^2" for text in texts) + sum(text == "tan(x*y)*tan(x*y)" for text in texts) == 1


def test_a_variable_that_does_not_reach_the_value_has_the_partial_0():
    sweep = tangent_sweep(parse("x^2", names=("x", "y")), ["x", "y"])
    assert evaluate(sweep.nodes, {"x": 3.0}, FLOATS)[sweep.partials["y"]] == pytest.approx(0.0)
