"""Functions over doubles that `math` has not, or not to the last digits: against mpmath, near roots and far from them."""

import math

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp
from rows import every_row

from diffcompare.language import special_functions

POSITIVE = st.floats(1e-300, 1e15)
NEAR_A_ROOT = st.builds(lambda root, power, sign: root + sign * 10.0**power, st.sampled_from((1.0, 2.0)),
                        st.floats(-14, -1), st.sampled_from((-1, 1)))  # fmt: skip


def ulps(computed, true):
    """The distance from the truth over the spacing of doubles there."""
    return float(abs(mp.mpf(computed) - true) / mp.mpf(math.ulp(float(true))))


@given(st.one_of(POSITIVE, st.floats(0.01, 9), NEAR_A_ROOT))
def test_lgamma_keeps_its_digits_near_its_roots_too(x):
    with mpmath.workdps(60):
        assert ulps(special_functions.lgamma(x), mp.re(mp.loggamma(mp.mpf(x)))) < 4


@given(st.floats(-20.0, -0.01).filter(lambda x: x != math.floor(x)))
def test_lgamma_of_negative_numbers_has_roots_of_its_own(x):
    with mpmath.workdps(60):
        assert ulps(special_functions.lgamma(x), mp.re(mp.loggamma(mp.mpf(x)))) <= 0.5001


@given(st.one_of(POSITIVE, st.floats(0.01, 12)))
def test_digamma(x):
    with mpmath.workdps(60):
        assert ulps(special_functions.digamma(x), mp.digamma(mp.mpf(x))) < 5


@given(st.floats(allow_nan=False, allow_infinity=False).filter(bool))
def test_the_cube_root_is_within_an_ulp(x):
    with mpmath.workdps(60):
        assert ulps(special_functions.cbrt(x), mp.sign(x) * mp.cbrt(abs(mp.mpf(x)))) < 1


def test_exact_values():
    assert [special_functions.lgamma(n) for n in (1.0, 2.0)] == [0.0, 0.0]
    assert math.copysign(1, special_functions.lgamma(1.0)) == 1
    assert [special_functions.cbrt(x) for x in (27.0, -8.0, 0.0, math.inf)] == [3.0, -2.0, 0.0, math.inf]
    assert [special_functions.lgamma(x) for x in (math.inf, -math.inf)] == [math.inf, math.inf]
    assert [special_functions.gamma(x) for x in (200.0, 1e-310)] == [math.inf, math.inf]
    with pytest.raises(ValueError, match="pole"):
        special_functions.lgamma(-3.0)
    with pytest.raises(ValueError, match="order"):
        special_functions.polygamma(0.5, 1.0)


def test_the_literals_are_what_they_say():
    """Computed to many bits: digamma's Taylor series at its root, zeta(k) - 1, Euler's constant."""
    with mpmath.workdps(60):
        root = mp.findroot(mp.digamma, 1.4616)
        high, low = special_functions._ROOT
        assert abs(mp.mpf(high) + mp.mpf(low) - root) < 1e-32
        for order, coefficient in enumerate(special_functions.DIGAMMA_ABOUT_ROOT, 1):
            assert float(mp.psi(order, root) / mp.factorial(order)) == coefficient
        assert tuple(float(mp.zeta(k) - 1) for k in range(2, 34)) == special_functions.ZETA_LESS_ONE
        assert (float(mp.euler), float(1 - mp.euler)) == (special_functions._EULER, special_functions._ONE_LESS_EULER)


@every_row("n", [0, 1, 2, 5, 40])
@every_row("x", [-20.3, -25.75, -150.125])
def test_polygamma_far_to_the_left_is_reflected(n, x):
    with mpmath.workprec(300):
        assert special_functions.polygamma(n, x) == pytest.approx(float(mpmath.polygamma(n, mpmath.mpf(x))), rel=1e-14)


def test_polygamma_very_far_to_the_left_takes_no_time_and_its_poles_are_known():
    assert math.isfinite(special_functions.polygamma(2, -1e9 + 0.25))
    for pole in (-25.0, -1e200):
        with pytest.raises(ValueError, match="pole"):
            special_functions.polygamma(2, pole)
