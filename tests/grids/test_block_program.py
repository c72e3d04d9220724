"""Programs over blocks: the numbers of the plain sweep, in few blocks of memory."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from diffcompare.backends.automatic import gradient_at
from diffcompare.grids.block_program import BlockProgram, gradient_program, watching
from diffcompare.inputs.catalogue import load
from diffcompare.language.expression import Variable
from diffcompare.language.operations import sin
from diffcompare.language.parser import parse
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.evaluate import value_at

SURVEY = "ln(x1) + x1*x2 - sin(x2)"


def filled(program, columns, points):
    results = [np.empty(points) for _ in range(program.results)]
    return results, program.run(columns, results)


def test_the_catalogue_near_its_points():
    """Values and partials are those of the scalar sweep, but for the last bits of functions of NumPy's own."""
    count = 0
    for entry in load():
        expression = parse(entry.text, names=tuple(entry.names))
        names = list(entry.point)
        expected = gradient_at(expression, dict(entry.point))
        if not names or expected is None or entry.group == "nasty":
            continue
        columns = [np.array([entry.point[name], 1.01 * entry.point[name]]) for name in names]
        results, _ = filled(gradient_program(expression, names, names), columns, 2)
        assert results[0][0] == pytest.approx(float(value_at(expression, dict(entry.point))), rel=1e-13), entry.name
        for name, partial in zip(names, results[1:], strict=True):
            assert partial[0] == pytest.approx(expected[name], rel=1e-11, abs=1e-300), (entry.name, name)
        count += 1
    assert count > 40


def test_every_block_and_the_last_one_are_filled():
    program = gradient_program(parse(SURVEY), ["x1", "x2"], ["x1", "x2"])
    points = 3 * program.block_size(1) + 17
    x1, x2 = np.linspace(0.5, 10, points), np.linspace(-10, 10, points)
    (value, first, second), doubtful = filled(program, [x1, x2], points)
    assert doubtful == []
    np.testing.assert_allclose(value, np.log(x1) + x1 * x2 - np.sin(x2), rtol=0, atol=5e-14)
    np.testing.assert_array_equal(first, x2 + 1 / x1)
    np.testing.assert_allclose(second, x1 - np.cos(x2), rtol=0, atol=4e-15)


def test_a_number_for_all_points_stands_for_a_column():
    program = gradient_program(parse(SURVEY), ["x1", "x2"], ["x1", "x2"])
    x1 = np.linspace(1, 2, 50)
    one, _ = filled(program, [x1, 5.0], 50)
    other, _ = filled(program, [x1, np.full(50, 5.0)], 50)
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("text", ["x", "3 + 0*y", "x*1", "x*y/y*0", "sin(x)*cos(y)", "x^2", "if(x > y, x, y)"])
def test_results_that_are_no_operations_and_results_that_are_one(text):
    expression = parse(text, names=("x", "y"))
    program = gradient_program(expression, ["x", "y"], ["x", "y"])
    (value, first, second), _ = filled(program, [np.array([2.0]), np.array([3.0])], 1)
    point = {"x": 2.0, "y": 3.0}
    assert value[0] == float(value_at(expression, point))
    gradient = {"x": 0.0, "y": 0.0} | gradient_at(expression, {"x": 2.0, "y": 3.0})
    assert (first[0], second[0]) == (gradient["x"], gradient["y"])


def test_blocks_that_met_no_ordinary_number_are_told():
    program = gradient_program(parse("exp(-1/x^2)"), ["x"], ["x"])
    size = program.block_size(1)
    x = np.linspace(1, 2, 3 * size)
    x[size + 5] = 0.0
    _, doubtful = filled(program, [x], 3 * size)
    assert doubtful == [slice(size, 2 * size)]


@pytest.mark.parametrize("text", ["x^y", "atan2(x, y)", "ln(x)", "sqrt(x - 1)", "acosh(x)", "gamma(x)", "asin(x)"])
def test_what_leaves_its_domain_without_a_word_of_ieee_754_is_told_too(text):
    expression = parse(text, names=("x", "y"))
    columns = [np.array([0.0 if "atan2" in text else -2.0]), np.array([0.0])]
    _, doubtful = filled(gradient_program(expression, ["x", "y"], []), columns, 1)
    assert doubtful == [slice(0, 1)]


def test_beside_its_results_it_needs_next_to_nothing():
    """A hundredth of a million points' results, and no copy of the columns."""
    program = gradient_program(parse(SURVEY), ["x1", "x2"], ["x1", "x2"])
    points = 1_000_000
    columns = [np.linspace(1, 2, points), np.linspace(1, 2, points)]
    results = [np.empty(points) for _ in range(3)]
    tracemalloc.start()
    try:
        program.run(columns, results)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 0.02 * sum(result.nbytes for result in results)


def test_registers_are_used_again_in_a_long_program():
    chain = Variable("x")
    for _ in range(200):
        chain = sin(chain) * chain
    assert gradient_program(chain, ["x"], []).registers <= 4
    nodes = wengert_list(chain)
    result = [np.empty(3)]
    with watching() as flags:
        BlockProgram(nodes, [chain], ["x"]).run([np.array([0.5, 1.0, 2.0])], result)
    assert result[0][1] == pytest.approx(float(value_at(chain, {"x": 1.0})), rel=1e-12)
    assert flags == []
