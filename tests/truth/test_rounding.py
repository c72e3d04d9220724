"""Rounding: 25 digits and a double from a ball, and errors measured against them."""

import math
import sys
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from flint import arb, fmpq
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from rows import every_row

from diffcompare.backends.problem import Problem
from diffcompare.language.parser import parse
from diffcompare.numeric.arb_functions import power_of_two, precision
from diffcompare.numeric.balls import ENTIRE, Ball, to_fraction
from diffcompare.truth.establish import establish
from diffcompare.truth.rounding import DIGITS, TrueNumber, bound_text, decimal_text, round_ball, to_double


def binary(number, bits=3000):
    """The nearest number of so many bits, exactly."""
    number = Fraction(number)
    with precision(bits):
        return arb(fmpq(number.numerator, number.denominator)).mid()


def ball(number, radius=Fraction(0), bits=3000):
    return Ball(arb(binary(number, bits), binary(radius, 300) if radius else 0))


def known(number, radius=Fraction(0)):
    return round_ball(ball(number, radius))


# --- 25 digits --------------------------------------------------------------------------------------------------------


@every_row(
    ("number", "text"),
    [
        (0, "0"),
        (1, "1.000000000000000000000000"),
        (-2.5, "-2.500000000000000000000000"),
        (Fraction(1, 3), "0.3333333333333333333333333"),
        (Fraction(2, 3), "0.6666666666666666666666667"),
        (Fraction(1, 2**10), "0.0009765625000000000000000000"),
        (10**24, "1000000000000000000000000"),
        (10**25, "1.000000000000000000000000e+25"),
        (Fraction(1, 10**6), "0.000001000000000000000000000000"),
        (Fraction(1, 10**7), "1.000000000000000000000000e-7"),
        (12345678901234567890123456789, "1.234567890123456789012346e+28"),
        (10**25 + 5, "1.000000000000000000000000e+25"),  # halfway: to the even digit
        (10**25 + 15, "1.000000000000000000000002e+25"),
        (10**25 - Fraction(1, 3), "1.000000000000000000000000e+25"),
        (Fraction(10**6000), "1.000000000000000000000000e+6000"),
        (Fraction(1, 3 * 10**6100), "3.333333333333333333333333e-6101"),
    ],
)
def test_25_digits(number, text):
    assert decimal_text(binary(number, 30_000)) == text


@settings(deadline=None)
@given(st.fractions(), st.integers(-60, 60))
def test_25_digits_are_correctly_rounded(number, exponent):
    assume(number)
    raw = ball(abs(number) * Fraction(10) ** exponent)
    exact = to_fraction(raw)
    printed = Fraction(Decimal(decimal_text(raw.mid)))
    with localcontext() as context:
        context.prec = 60
        size = (Decimal(exact.numerator) / Decimal(exact.denominator)).adjusted()
    assert abs(printed - exact) <= Fraction(10) ** (size - DIGITS + 1) / 2


def test_numbers_of_absurd_size_are_printed():
    assert decimal_text(power_of_two(10**6)).endswith("e+301029")
    assert decimal_text(3 * power_of_two(-(10**6))).endswith("e-301030")
    assert decimal_text(power_of_two(-(10**30))) == "0"


def test_a_long_mantissa_near_1_is_no_small_number():
    """At 30,000 bits the exponent of 1/3 is -30,001: it is the size that counts."""
    number = round_ball(ball(Fraction(1, 3), bits=30_000))
    assert abs(number.centre - Fraction(1, 3)) < Fraction(1, 10**9000)
    assert number.text == "0.3333333333333333333333333"


# --- What a ball determines -------------------------------------------------------------------------------------------


def test_a_narrow_ball_determines_its_number():
    number = known(Fraction(1, 3), Fraction(1, 10**40))
    assert (number.text, number.nearest, number.bound) == ("0.3333333333333333333333333", 1 / 3, "1.0e-40")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1 - Fraction(1, 10**27), "1.000000000000000000000000"),  # the rounding carries
        (1 - Fraction(6, 10**26), "0.9999999999999999999999999"),
        (-(10**30) + Fraction(1, 3), "-1.000000000000000000000000e+30"),
        (Fraction(123456789, 10**12), "0.0001234567890000000000000000"),  # nothing behind the 25th digit
        (Fraction(5, 10**25) + 1, None),  # a half behind it
    ],
)
def test_digits_of_a_narrow_ball(number, text):
    rounded = known(number, Fraction(1, 10**50))
    assert (rounded.text if rounded else None) == text


@pytest.mark.parametrize(
    ("number", "radius"),
    [
        (Fraction(1, 3), Fraction(1, 10**20)),  # too wide for 25 digits
        (1 + Fraction(1, 2**53) + Fraction(1, 10**30), Fraction(1, 10**29)),  # 25 digits, but two doubles
        (Fraction(1, 10**30), Fraction(1, 10**30)),
        (Fraction(1, 2**1075), Fraction(1, 2**1080)),  # between 0 and the smallest double
    ],
)
def test_a_wide_ball_determines_nothing(number, radius):
    assert known(number, radius) is None


def test_nothing_is_known_of_everything():
    assert round_ball(ENTIRE) is None
    assert round_ball(Ball(arb(1, math.inf))) is None


@settings(deadline=None)
@given(st.fractions(min_value=-10, max_value=10), st.integers(90, 400))
def test_whatever_is_determined_is_the_same_for_every_member(number, bits):
    radius = Fraction(1, 2**bits)
    rounded = known(number, radius)
    assume(rounded is not None)
    for member in (number - radius, number, number + radius):
        exact = known(member)
        assert (exact.text, exact.nearest) == (rounded.text, rounded.nearest) or rounded.text == "0"


@pytest.mark.parametrize(
    ("number", "radius", "text"),
    [
        (0, 0, "0"),
        (0, Fraction(1, 2**1076), "0"),
        (Fraction(1, 2**1077), Fraction(1, 2**1076), "0"),
        (Fraction(1, 2**1100), Fraction(1, 2**1300), None),  # small, and known to 25 digits
        (Fraction(1, 2**1100), 0, None),
    ],
)
def test_zero_is_what_is_0_to_within_half_the_smallest_double(number, radius, text):
    rounded = known(number, radius)
    assert rounded.nearest == 0
    assert (rounded.text == "0") == (text == "0")


def test_zero_within_a_ball_that_reaches_a_double_is_not_known():
    assert known(0, Fraction(1, 2**1070)) is None


def test_an_exact_tie_is_settled_and_a_near_tie_is_not():
    tie = 1 + Fraction(1, 2**53)
    assert known(tie).nearest == 1.0
    assert known(tie, Fraction(1, 2**200)) is None
    assert known(tie, Fraction(1, 2**1100)).nearest == 1.0
    assert known(tie + Fraction(1, 2**300), Fraction(1, 2**310)).nearest == 1 + 2**-52


# --- Errors -----------------------------------------------------------------------------------------------------------


def test_errors_of_a_double():
    third = known(Fraction(1, 3), Fraction(1, 10**60))
    absolute, relative, ulp = third.errors(1 / 3)
    exact = abs(Fraction(1 / 3) - Fraction(1, 3))
    assert (absolute, relative) == pytest.approx((float(exact), float(3 * exact)), rel=1e-12)
    assert ulp == pytest.approx(float(exact / Fraction(math.ulp(1 / 3))), rel=1e-12)
    assert ulp == pytest.approx(1 / 3, rel=1e-12)


def test_the_error_of_the_exact_double_is_0():
    assert known(0.1).errors(0.1) == (0.0, 0.0, 0.0)


def test_one_ulp_is_the_spacing_at_the_double_nearest_to_the_truth():
    truth = known(1 - Fraction(1, 2**60))  # nearest to 1.0, whose spacing is 2^-52
    assert truth.errors(1 + 2**-52)[2] == pytest.approx(1, rel=1e-2)
    assert known(5e-324).errors(1e-323)[2] == 1


def test_for_a_truth_of_0_relative_and_ulp_are_nothing():
    assert known(0).errors(1e-17) == (1e-17, None, None)


def test_beyond_the_doubles_every_error_is_infinite():
    assert known(10**400).errors(1e308) == (math.inf, None, None)
    assert round_ball(Ball(power_of_two(10**6))).errors(1.0) == (math.inf, None, None)


def test_a_truth_far_below_the_doubles():
    """exp(-1e5), say: 0 has lost all of it, and any other double is worse."""
    tiny = round_ball(Ball(3 * power_of_two(-(10**6))))
    assert (tiny.nearest, tiny.text.endswith("e-301030")) == (0.0, True)
    assert tiny.errors(0.0) == (0.0, 1.0, 0.0)
    assert tiny.errors(5e-324) == (5e-324, sys.float_info.max, 1.0)


def test_a_relative_error_that_is_no_double_is_the_largest_one():
    truth = known(Fraction(1, 10**320))
    assert truth.errors(1e300)[1] == sys.float_info.max


def test_to_double():
    assert to_double(Fraction(1, 3)) == 1 / 3
    assert to_double(Fraction(10**400)) == sys.float_info.max
    assert to_double(Fraction(-(10**400))) == -sys.float_info.max


@pytest.mark.parametrize(
    ("radius", "text"),
    [
        (arb(0), "0"),
        (arb(1.5e-30), "1.5e-30"),
        (arb(123), "1.2e+2"),
        (arb(0.1), "0.1"),
        (power_of_two(-(10**30)), "1e-301029995"),
    ],
)
def test_bounds_are_printed_to_two_digits(radius, text):
    assert bound_text(radius) == text


def test_a_number_too_small_to_be_written_is_0_to_within_more_than_itself():
    """By its size and not by its last bit: a long mantissa reaches far above that."""
    small = Ball(arb((3, -(10**9) - 3)))
    assert (round_ball(small).text, round_ball(small).bound) == ("0", "1e-301029995")
    long = Ball(arb((2**5000 + 1, -(10**9) - 9)))
    assert (round_ball(long).text[-11:], round_ball(long).bound) == ("e-301028494", "0")


def test_a_true_number_is_a_record():
    assert known(2) == TrueNumber("2.000000000000000000000000", 2.0, Fraction(2), "0")


def test_no_error_is_shown_that_is_smaller_than_the_bound():
    """The truth of ((x^2)^(1/2))' at 2 is 1 to within 2e-48, and a double 1.0 is as right as can be told."""
    question = Problem(parse("(x^2)^(1/2)"), {"x": 2.0}, ("x",))
    true = establish(question).gradient["x"]
    assert true.errors(1.0) == (0.0, 0.0, 0.0)
    assert true.errors(1.0 + 2**-52)[2] == 1.0
