"""Branches of a curve and their slopes: fitted on any curve, and equal to the orders of the formulas."""

from __future__ import annotations

import random

import pytest

from diffcompare.backends.problem import Problem
from diffcompare.language.parser import parse
from diffcompare.studies.step_sweep.measurements import Bin, Curve, Grid, curves
from diffcompare.studies.step_sweep.slopes import best, round_off, theil_sen, truncation
from diffcompare.truth.establish import establish

GRID = Grid(tuple(-k / 4 for k in range(4, 65)), 4, 31)
FUNCTIONS = [
    ("sin(x)", 1.0), ("exp(x)", 1.0), ("x^5-3*x", 1.3), ("1/(1+x^2)", 0.7), ("tanh(x)", 0.5), ("sqrt(x)", 3.0),
    ("x*sin(x)", 1.2), ("exp(-x^2)", 0.8), ("atan(x)", 0.4), ("cosh(x)*x", 0.9), ("ln(1+x^2)", 1.7), ("erf(x)", 0.6),
]  # fmt: skip


@pytest.mark.parametrize(("text", "x"), FUNCTIONS)
def test_slopes_are_the_orders_of_the_formulas(text: str, x: float) -> None:
    problem = Problem(parse(text), {"x": x}, ("x",))._replace(budget=None)
    true = establish(problem).gradient["x"]
    assert true is not None
    measured, complete = curves(problem, true, GRID, nominal=False, single=False)
    assert complete
    floor = 2.0**-52 * abs(true.nearest)
    for curve in measured:
        falls, grows = truncation(curve, floor), round_off(curve, floor)
        assert falls is not None
        assert falls.slope == pytest.approx(curve.order, abs=0.05), curve.method
        if curve.method == "complex-step":
            assert grows is None
        else:
            assert grows is not None, curve.method
            assert grows.slope == pytest.approx(-1, abs=0.06), curve.method


def made(errors: list[float | None], quotient: float | None = 1.0) -> Curve:
    """A curve with these errors at steps of 1, 10^-1/4, 10^-1/2 ..."""
    bins = [Bin(-place / 4, quotient, error, error) for place, error in enumerate(errors)]
    return Curve("made", 1, tuple(bins))


STEPS = [10.0 ** (-k / 4) for k in range(65)]


def test_a_curve_made_of_two_powers_gives_them_back() -> None:
    curve = made([h**3 + 1e-16 / h for h in STEPS])
    falls, grows = truncation(curve, 0), round_off(curve, 0)
    assert falls is not None
    assert grows is not None
    assert falls.slope == pytest.approx(3, abs=0.02)
    assert grows.slope == pytest.approx(-1, abs=0.02)
    assert falls.low > -4 > grows.high
    least = min(bin.error for bin in curve.bins if bin.error)
    assert [bin.error > 10 * least for bin in curve.bins if bin.error and bin.exponent in (falls.low, grows.high)] == [
        True
    ] * 2


def test_noise_and_strays_move_the_slope_little() -> None:
    dice = random.Random(1)
    errors: list[float | None] = [h + 1e-16 / h * 10 ** dice.gauss(0, 0.1) for h in STEPS]
    errors[40] = 1e-3
    grows = round_off(made(errors), 0)
    assert grows is not None
    assert grows.slope == pytest.approx(-1, abs=0.06)


def test_round_off_in_patterns_is_fitted_as_a_whole() -> None:
    """Near a round x the quotients of some bins are luckier than those of others, again and again."""
    pattern = (1, 12, 1.5, 0.9, 2, 1.2, 1.1, 14)
    grows = round_off(made([h + 1e-16 / h * pattern[place % 8] for place, h in enumerate(STEPS)]), 0)
    assert grows is not None
    assert grows.slope == pytest.approx(-1, abs=0.05)
    assert grows.bins > 20


def test_long_steps_that_have_not_begun_to_fall_are_left_out() -> None:
    falls = truncation(made([min(h * h, 1e-3) + 1e-20 / h for h in STEPS]), 0)
    assert falls is not None
    assert falls.slope == pytest.approx(2, abs=0.02)
    assert falls.high <= -1.5


def test_a_difference_that_is_0_has_no_round_off() -> None:
    """Below the spacing of the values the error is the derivative itself, whatever the step."""
    errors = [h + 1e-9 / h if h > 1e-9 else 1.0 for h in STEPS]
    bins = [
        Bin(-place / 4, 1.0 if h > 1e-9 else 0.0, error, error)
        for place, (h, error) in enumerate(zip(STEPS, errors, strict=True))
    ]
    grows = round_off(Curve("made", 1, tuple(bins)), 0)
    assert grows is not None
    assert grows.low >= -9
    assert grows.slope == pytest.approx(-1, abs=0.05)


def test_a_level_curve_has_no_branches() -> None:
    curve = made([1e-16] * 40)
    assert truncation(curve, 0) is round_off(curve, 0) is None
    assert truncation(made([None] * 9), 0) is None
    assert best(made([None] * 9), 0) is None


def test_where_luck_decides_the_longest_step_is_best() -> None:
    lowest = best(made([1e-3, 2e-16, 0.0, 3e-16, 1e-9]), 2e-16)
    assert lowest is not None
    assert lowest.exponent == -0.25


def test_theil_sen_ignores_an_outlier() -> None:
    slope, intercept = theil_sen([(0.0, 1.0), (1.0, 3.0), (2.0, 5.0), (3.0, 40.0), (4.0, 9.0), (5.0, 11.0)])
    assert (slope, intercept) == (2, 1)
