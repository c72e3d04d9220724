"""Power series: against mpmath's Taylor coefficients, at gaps that cancel, and honest where there is none."""

import mpmath
import pytest
import reference
from flint import arb
from mpmath import mp
from rows import every_row

from diffcompare.language.expression import OPERATIONS
from diffcompare.language.operations import abs_, atan2, cot, exp, hypot, ln, max_, sin, sqrt
from diffcompare.numeric.arb_functions import Undecided, precision, to_float
from diffcompare.numeric.balls import ENTIRE, Ball, lift
from diffcompare.numeric.evaluate import CAREFUL, Real, Undefined
from diffcompare.numeric.power_series import PowerSeries, TooShort, Unknown, as_series, terms, variable

COUNT = 6


@pytest.fixture(autouse=True)
def precise():
    with precision(256), terms(COUNT):
        yield


def numbers(series):
    return series.first, [to_float(term.arb) for term in series.terms]


def series(*coefficients, first=0):
    return PowerSeries([lift(number) for number in coefficients], first)


# --- Every row of the table -------------------------------------------------------------------------------------------

CURVES = ((1, 2), (-1, 3))
"""Polynomials in t that are added to the arguments of a sample: t + 2t^2 to the first, -t + 3t^2 to the second."""


def smooth_samples():
    """Rows that are differentiable by all of their arguments, at up to three samples each, away from their kinks."""
    return [
        (row, sample)
        for row in OPERATIONS.values()
        if not row.selects and None not in row.partials
        for sample in row.samples[:3]
        if type(CAREFUL.functions[row](*map(Real, sample))) is not Undefined
        and not (row.kink.text and row.kink.contains(*sample))
    ]


@every_row(("row", "sample"), smooth_samples())
def test_a_row_has_the_value_of_mpmath_beside_the_point(row, sample):
    """Along a curve at t = 2^-60, where what six terms leave out is below 2^-290."""
    curve = list(zip(sample, CURVES, strict=False))
    series = row(*[PowerSeries([lift(float(x)), *map(lift, move), *[lift(0)] * 3]) for x, move in curve])
    with mpmath.workdps(150):
        t = mp.mpf(2) ** -60
        expected = reference.row(row.name)(*[x + first * t + second * t**2 for x, (first, second) in curve])
        total = sum(mp.mpf(term.mid) * t**power for power, term in enumerate(series.terms))
        assert abs(total - expected) < (1 + abs(expected)) * mp.mpf(2) ** -235


def test_powers_with_a_constant_exponent_and_polygamma():
    x = variable(0.5, 1)
    assert numbers(x**3) == (0, [0.125, 0.75, 1.5, 1, 0, 0])
    assert numbers(OPERATIONS["polygamma"](1, x))[1][1] == pytest.approx(float(mpmath.polygamma(2, 0.5)))


# --- Gaps -------------------------------------------------------------------------------------------------------------


def test_leading_zeros_cancel():
    x = variable(0.0, 1)
    assert numbers((1 - OPERATIONS["cos"](x)) / x**2) == (0, [0.5, 0, -1 / 24, 0])
    assert numbers(sin(x) / x)[1][:3] == [1, 0, -1 / 6]
    assert numbers((exp(x) - 1) / x)[1][:3] == [1, 0.5, 1 / 6]


def test_to_the_left_t_runs_the_other_way():
    assert numbers(variable(2.0, -1))[1][:2] == [2, -1]
    x = variable(0.0, -1)
    assert numbers((exp(x) - 1) / x)[1][:2] == [1, -0.5]


def test_zeros_that_are_exact_keep_exact_coefficients():
    x = variable(0.0, 1)
    assert all(term.arb.is_exact() or term.fraction is not None for term in ((exp(x) - 1) / x).terms)


def test_a_divisor_of_which_no_term_is_known_to_be_more_than_0_is_too_short():
    x = variable(0.0, 1)
    with pytest.raises(TooShort):
        1 / (x - x)
    with pytest.raises(TooShort):
        (sin(x) - x * sin(x) / x).sign()


def test_a_leading_term_that_may_be_0_is_not_taken_for_one():
    near = PowerSeries([Ball(arb(0, 1)), lift(1)])
    with pytest.raises(Undecided):
        near.leading()
    with pytest.raises(Undecided):
        1 / near


# --- Corners and roots ------------------------------------------------------------------------------------------------


def test_corners_follow_the_ray():
    left, right = variable(0.0, -1), variable(0.0, 1)
    assert numbers(abs_(left))[1][:2] == numbers(abs_(right))[1][:2] == [0, 1]
    assert numbers(max_(left, 2 * left))[1][:2] == [0, -1]
    assert numbers(max_(right, 2 * right)) == (1, [2, 0, 0, 0, 0])
    assert numbers(hypot(3 * right, 4 * right)) == (1, [5, 0, 0, 0, 0])
    assert numbers(atan2(right, right))[1][0] == pytest.approx(0.7853981633974483)


def test_powers_of_t_come_out_of_roots():
    x = variable(0.0, 1)
    assert numbers(sqrt(x**2))[:1] == (1,)
    assert numbers(sqrt(x)) == (0, [0])  # no more is known than that it tends to 0
    assert (x**2 * sqrt(x)).end == 3  # less than t^2


def test_what_is_bounded_has_no_terms_of_its_own_and_makes_some_vanish():
    x = variable(0.0, 1)
    wild = sin(1 / x)
    assert (wild.first, wild.terms) == (0, ())
    assert (x**2 * wild).end == 2
    assert (x * wild).end == 1
    assert (x**2 * ln(x)).end == 2


def test_what_tends_to_a_limit_beyond_all_powers_is_constant():
    x = variable(0.0, 1)
    assert numbers(exp(-1 / x**2))[1] == [0] * COUNT
    assert numbers(OPERATIONS["tanh"](-1 / x))[1] == [-1, *[0] * (COUNT - 1)]
    with pytest.raises(Unknown):
        exp(1 / x)


@pytest.mark.parametrize(
    ("row", "x"), [("asin", 1.0), ("acosh", 1.0), ("atanh", 1.0), ("gamma", -1e6), ("lgamma", 0.0)]
)
def test_at_the_edge_of_a_domain_no_series_is_claimed(row, x):
    with pytest.raises(Unknown):
        OPERATIONS[row](variable(x, 1))


def test_poles_have_negative_powers():
    x = variable(0.0, 1)
    assert numbers(cot(x))[0] == numbers(OPERATIONS["csc"](x))[0] == numbers(OPERATIONS["gamma"](x))[0] == -1
    assert numbers(x * OPERATIONS["gamma"](x))[1][:2] == pytest.approx([1, -0.5772156649015329])
    assert numbers(x * OPERATIONS["digamma"](x))[1][:2] == pytest.approx([-1, -0.5772156649015329])
    assert numbers(OPERATIONS["gamma"](variable(-3.0, 1)))[1][0] == pytest.approx(-1 / 6)


def test_nothing_is_made_of_what_is_not_known():
    assert not as_series(ENTIRE).terms[0].is_finite
    with pytest.raises(Unknown):
        exp(PowerSeries([ENTIRE, lift(0)]))


# --- Arithmetic -------------------------------------------------------------------------------------------------------


def test_only_what_both_know_is_known_of_a_sum_and_a_product():
    a, b = series(1, 2, 3), series(1, 1, first=1)
    assert numbers(a + b) == (0, [1, 3, 4])
    assert numbers(a - b) == (0, [1, 1, 2])
    assert numbers(a * b) == (1, [1, 3])
    assert numbers(a / b) == (-1, [1, 1])
    assert numbers(b**2) == (2, [1, 2])
    assert numbers(b**-1) == (-1, [1, -1])
    vanishing = PowerSeries((), 1)  # such as cbrt(t): its square is no o(t)
    assert numbers(vanishing * vanishing) == (1, [])
    assert numbers(vanishing * a) == (1, [])
