"""The steps of a sweep and the errors at them."""

from __future__ import annotations

from math import isfinite, nextafter

import pytest
from rows import every_row

from diffcompare.backends.finite_differences import STENCILS, quotient, quotients, richardson, richardsons
from diffcompare.backends.problem import Problem
from diffcompare.language.parser import parse
from diffcompare.numeric.evaluate import value_at
from diffcompare.studies.step_sweep.measurements import (
    LineFunction,
    bin_steps,
    curves,
    error_of,
    grid_for,
    power_of_ten,
    thinned,
)
from diffcompare.truth.establish import establish


def test_the_middle_of_a_bin_is_the_power_of_ten_itself() -> None:
    for exponent in range(-300, 9):
        assert power_of_ten(exponent) == float(f"1e{exponent}")
        assert bin_steps(exponent, 4, 31)[15] == float(f"1e{exponent}")


def test_a_bin_is_a_quarter_of_a_decade_of_even_steps() -> None:
    steps = bin_steps(-2.0, 4, 5)
    assert len(steps) == 5
    assert steps[-1] / steps[0] == pytest.approx(10 ** (0.25 * 4 / 5))
    assert bin_steps(-3.0, 1, 1) == [1e-3]


def test_a_closed_bin_has_steps_at_its_ends() -> None:
    steps = bin_steps(-2.0, 4, 5, closed=True)
    assert (steps[0], steps[2], steps[-1]) == (10**-2.125, 1e-2, 10**-1.875)


def test_of_many_steps_a_smooth_formula_takes_a_few_around_the_same_middle() -> None:
    steps = bin_steps(-2.0, 4, 401, closed=True)
    few = thinned(steps)
    assert (len(few), few[15]) == (31, 1e-2)
    assert thinned(steps[:31]) == steps[:31]


@pytest.mark.parametrize(("text", "x"), [("ln(x)*sin(x)^3/(2 - x)", 1.5), ("if(x > 1, exp(x), x)", 1.0), ("x*x", 0.2)])
@pytest.mark.parametrize("nominal", [True, False])
def test_values_computed_together_are_those_computed_one_by_one(text: str, x: float, nominal: bool) -> None:
    problem = Problem(parse(text), {"x": x}, ("x",))
    line = LineFunction(problem, nominal=nominal, single=False)
    steps = bin_steps(-3.0, 4, 5)
    line.expect(steps, [*(stencil.name for stencil in STENCILS), "richardson"])
    together = dict(line.known)
    assert together == {place: value_at(problem.expression, {"x": place}) for place in together}
    for h in steps:
        taken = h if nominal else (x + h) - x
        half = h / 2 if nominal else (x + h / 2) - x
        asked = [x + offset * taken for offset in (-2, -1, 0, 1, 2)] + [x - half, x + half]
        assert set(asked) <= set(together)


@every_row(
    ("f", "x"),
    [
        (lambda x: x * x * x - x, 0.2),
        (lambda x: x * 1e308, 1.0),
        (lambda x: None if x > 1 else -0.0, 1.0),
        (abs, 1e300),
    ],
)
@every_row("nominal", [True, False])
def test_quotients_computed_together_are_those_computed_one_by_one(f, x: float, nominal: bool) -> None:
    steps = [1e300, 1.0, *bin_steps(-3.0, 4, 31), 1e-17, 5e-324]
    for stencil in STENCILS:
        alone = [quotient(stencil, f, x, step, nominal=nominal) for step in steps]
        together = quotients(stencil, f, x, steps, nominal=nominal)
        assert list(map(finite, together)) == list(map(finite, alone))
    alone = [richardson(f, x, step, nominal=nominal) for step in steps]
    assert list(map(finite, richardsons(f, x, steps, nominal=nominal))) == list(map(finite, alone))


def finite(quotient: float | None) -> str:
    """A quotient with the sign of its zero; all that are not finite are alike."""
    return str(quotient) if quotient is None or isfinite(quotient) else "infinite"


def test_outside_of_the_domain_there_is_no_value() -> None:
    line = LineFunction(Problem(parse("sqrt(x)"), {"x": 1e-3}, ("x",)), nominal=True, single=False)
    line.expect([1e-2, 1e-4], ["central-difference"])
    assert {x: value is None for x, value in line.known.items()} == {x: x < 0 for x in line.known}
    assert set(map(type, line.known.values())) == {float, type(None)}
    assert (line(-1.0), line(4.0)) == (None, 2.0)


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


def test_only_the_formulas_that_are_named_are_swept() -> None:
    problem = Problem(parse("sin(x)"), {"x": 1.0}, ("x",))
    true = establish(problem).gradient["x"]
    assert true is not None
    grid = grid_for(-1, -4, 2)
    every, _ = curves(problem, true, grid, nominal=False, single=False)
    some, _ = curves(problem, true, grid, nominal=False, single=False, methods=("richardson", "central-difference"))
    assert some == tuple(curve for curve in every if curve.method in ("richardson", "central-difference"))
