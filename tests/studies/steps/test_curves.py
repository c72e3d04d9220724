"""The steps of a sweep and the errors at them."""

from __future__ import annotations

from math import nextafter

import pytest

from diffcompare.parser import parse
from diffcompare.problem import Problem
from diffcompare.studies.steps.curves import bin_steps, curves, error_of, grid_for, power_of_ten
from diffcompare.truth import establish


def test_the_middle_of_a_bin_is_the_power_of_ten_itself() -> None:
    for exponent in range(-300, 9):
        assert power_of_ten(exponent) == float(f"1e{exponent}")
        assert bin_steps(exponent, 4, 31)[15] == float(f"1e{exponent}")


def test_a_bin_is_a_quarter_of_a_decade_of_even_steps() -> None:
    steps = bin_steps(-2.0, 4, 5)
    assert len(steps) == 5
    assert steps[-1] / steps[0] == pytest.approx(10 ** (0.25 * 4 / 5))
    assert bin_steps(-3.0, 1, 1) == [1e-3]


def test_the_grid_runs_from_the_longest_step_to_the_shortest() -> None:
    grid = grid_for(-1, -16, 20)
    assert (grid.middles[0], grid.middles[1], grid.middles[-1], len(grid.middles)) == (-1, -1.25, -16, 61)
    assert grid.samples == 31
    assert grid_for(-6.5, -6.5, 20).middles == (-6.5,)


@pytest.mark.parametrize("nodes", [1, 100, 1_000, 5_000, 20_000, 250_000])
def test_a_large_function_gets_a_coarser_grid_with_a_middle(nodes: int) -> None:
    grid = grid_for(-1, -16, nodes)
    assert grid.samples % 2 == 1
    assert {-1, -2, -16} <= set(grid.middles)
    assert len(grid.middles) * grid.samples * nodes * 12 <= max(3.3e6, 16 * 12 * nodes)


def test_an_error_knows_what_lies_beyond_the_double() -> None:
    problem = Problem(parse("x/3"), {"x": 1.0}, ("x",))
    true = establish(problem).gradient["x"]
    assert true is not None
    assert error_of(1 / 3, true) == pytest.approx(1.85e-17, rel=0.01, abs=0)
    assert error_of(nextafter(1 / 3, 1), true) == pytest.approx(3.70e-17, rel=0.01, abs=0)
    assert error_of(nextafter(1 / 3, 0), true) == pytest.approx(7.40e-17, rel=0.01, abs=0)


def test_a_sweep_that_runs_out_of_time_says_so() -> None:
    problem = Problem(parse("sin(x)"), {"x": 1.0}, ("x",))
    true = establish(problem).gradient["x"]
    assert true is not None
    measured, complete = curves(problem._replace(budget=1e-9), true, grid_for(-1, -16, 2), nominal=False, single=False)
    assert not complete
    assert [curve.bins for curve in measured] == [()] * 6
