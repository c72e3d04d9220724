"""Balls: whatever is done with them, the truth stays inside."""

import math
from fractions import Fraction

import mpmath
import pytest
import reference
from flint import arb, ctx, fmpq
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from mpmath import mp
from rows import every_row
from strategies import doubles

from diffcompare.language.expression import OPERATIONS, Variable
from diffcompare.language.operations import (
    atan2,
    ceil,
    cos,
    digamma,
    erfc,
    exp,
    floor,
    lgamma,
    max_,
    min_,
    sign,
    sin,
    softplus,
)
from diffcompare.language.parser import parse
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.arb_functions import Beyond, Undecided, precision, to_float
from diffcompare.numeric.balls import (
    BALLS,
    ENTIRE,
    Ball,
    compare,
    contains_zero,
    ends,
    evaluate_balls,
    lift,
    magnitude,
    to_fraction,
)
from diffcompare.numeric.evaluate import Undefined

SMOOTH = [row for row in OPERATIONS.values() if not row.selects and row.name not in ("sign", "floor", "ceil")]

radii = st.one_of(st.just(0.0), st.integers(-120, -3).map(lambda exponent: 2.0**exponent))


def exactly(number):
    """An exact number as a fraction."""
    mantissa, exponent = map(int, number.man_exp())
    return mantissa * Fraction(2) ** exponent


def about(x, radius):
    """A ball about x, with a radius relative to it (absolute about 0)."""
    return Ball(arb(x, radius * (abs(x) or 1)))


def members(ball):
    """Points of a ball: its ends, its middle, and one in between."""
    return [exactly(ball.mid) + exactly(ball.rad) * Fraction(part) for part in (-1, "-0.37", 0, 1)]


def holds(ball, number):
    return not ball.is_finite or abs(number - exactly(ball.mid)) <= exactly(ball.rad)


# --- Enclosures -------------------------------------------------------------------------------------------------------


@given(doubles, radii, doubles, radii, st.sampled_from(["+", "-", "*", "/"]), st.sampled_from([24, 128, 300]))
@example(1.0, 0.0, 3.0, 0.0, "/", 24)
@example(1e300, 0.0, -1e-300, 0.0, "+", 24)
def test_arithmetic_encloses_exactly(x, r, y, s, symbol, bits):
    """In rational arithmetic: not even the last rounding of a radius may be wrong."""
    with precision(bits):
        a, b = about(x, r), about(y, s)
        result = OPERATIONS[symbol](a, b)
    for left in members(a):
        for right in members(b):
            if symbol == "/" and right == 0:
                assert not result.is_finite
            else:
                operate = {"+": left + right, "-": left - right, "*": left * right}
                assert holds(result, operate[symbol] if symbol in operate else left / right)


@pytest.mark.parametrize("row", SMOOTH, ids=lambda row: row.name)
def test_every_row_encloses_its_values(row):
    """By random arguments, from exact ones to intervals wide enough for the function to bend."""

    @settings(max_examples=settings().max_examples // (6 if "gamma" in row.name else 3))
    @given(st.tuples(*[st.tuples(doubles, radii)] * row.arity), st.sampled_from([64, 128]))
    def encloses(pairs, bits):
        with precision(bits):
            balls = [about(x, r) for x, r in pairs]
            if row.name in ("^n", "polygamma"):
                place = ("polygamma", "^n").index(row.name)
                balls[place] = lift(round(pairs[place][0]) % 7 - (3 if row.name == "^n" else 0))
            if "gamma" in row.name:
                assume(abs(pairs[-1][0]) < 500)
            try:
                result = BALLS.functions[row](*balls)
            except (Undecided, Beyond):
                return
        if type(result) is Undefined or not result.is_finite:
            return
        # mpmath is exact where a ball of gamma and its kin is, and otherwise 2^-(2*bits) is nothing beside the radius.
        with mpmath.workprec(2 * bits + (100 if "gamma" in row.name else 1300)):
            for part in (-1, mp.mpf("-0.37"), 0, 1):
                where = [mp.mpf(ball.mid) + part * mp.mpf(ball.rad) for ball in balls]
                try:
                    truth = reference.row(row.name)(*where)
                except (ArithmeticError, ValueError):
                    continue
                slack = abs(truth) * mp.mpf(2) ** (-2 * bits - 900)
                assert abs(truth - mp.mpf(result.mid)) <= mp.mpf(result.rad) + slack

    encloses()


def test_an_enclosure_shrinks_with_its_argument():
    with precision(200):
        widths = [to_float(sin(about(1.0, 2.0**-bits)).rad) for bits in (20, 60, 100)]
    assert widths == pytest.approx([2**-20 * math.cos(1), 2**-60 * math.cos(1), 2**-100 * math.cos(1)], rel=1e-2)


def test_roots_of_large_numbers_are_enclosed_too():
    """The first candidate is as wide as the slopes say, not as wide as the argument."""
    with precision(128):
        ball = OPERATIONS["sqrt"](about(1e200, 2**-100))
    assert 0 < to_float(ball.rad) < 1e100 * 2**-100


@pytest.mark.parametrize(
    ("name", "argument"), [("tan", 1.5), ("ln", 1.0), ("cbrt", 0.0), ("sec", 1.5), ("gamma", -1.5)]
)
def test_where_nothing_can_be_said_nothing_is(name, argument):
    with precision(128):
        assert not OPERATIONS[name](Ball(arb(argument, 2))).is_finite


def test_erfc_of_a_large_number_is_as_well_known_as_that():
    with precision(128):
        ball = erfc(about(2.0**32, 2**-120))
    assert ball.arb.rel_accuracy_bits() > 120 - 2 * 32 - 10


def test_powers_of_a_ball_about_0():
    with precision(128):
        for exponent in (2, 3):
            power = about(0.0, 2**-20) ** exponent
            assert 0 < to_float(magnitude(power)) <= 1.01 * 2 ** (-20 * exponent)


def test_digamma_near_its_roots_claims_no_digits_that_it_does_not_have():
    for x in (1.4616321449683622, -0.5040830082644554):
        with precision(128):
            ball = digamma(lift(x))
        with mpmath.workprec(800):
            assert abs(mp.digamma(mp.mpf(x)) - mp.mpf(ball.mid)) <= mp.mpf(ball.rad)


def test_logarithms_of_gamma_where_gamma_itself_is_out_of_reach():
    with precision(128), mpmath.workprec(400):
        for x in (1e5, 1e300, 2.0, 1.0, -2.4570247382208006):
            ball = lgamma(lift(x))
            assert abs(mp.re(mp.loggamma(mp.mpf(x))) - mp.mpf(ball.mid)) <= mp.mpf(ball.rad)


def test_the_cut_of_atan2_is_enclosed_from_both_sides():
    """Its partials know nothing of the cut: a ball that meets it takes all angles."""
    with precision(128):
        across = atan2(Ball(arb(0, 1e-30)), lift(-1))
        above = atan2(Ball(arb(1e-20, 1e-30)), lift(-1))
        exact = atan2(lift(0), lift(-1))
        away = atan2(Ball(arb(0, 1e-30)), lift(1))
    for angle in (Fraction(math.pi), -Fraction(math.pi)):
        assert holds(across, angle)
    assert to_float(above.mid) == to_float(exact.mid) == math.pi
    assert to_float(away.rad) < 1e-29


def test_arguments_so_large_that_the_limit_is_all_there_is():
    with precision(128):
        assert to_float(magnitude(erfc(lift(1e300)))) == 0
        assert to_float(erfc(lift(-1e300)).mid) == 2
        assert to_float(magnitude(exp(lift(-(2**5000))))) == 0
        assert to_float(softplus(lift(10**30)).mid) == 1e30
        assert to_float(OPERATIONS["polygamma"](lift(1), lift(10**400)).mid * 10**400) == 1


# --- What is exact stays exact ----------------------------------------------------------------------------------------


@every_row(
    ("text", "x", "value"),
    [
        ("x*x + x/4 - 7", 1.5, -4.375),
        ("(x + 1e20) - 1e20", 2.0**-60, 2.0**-60),
        ("sqrt(x)", 6.25, 2.5),
        ("exp(x - 1)", 1.0, 1.0),
        ("cos(x)*gamma(1)", 0.0, 1.0),
        ("x^5", -3.0, -243.0),
        ("x^0", 0.0, 1.0),
        ("x^0.5", 0.0, 0.0),
        ("floor(x) + ceil(x) + sign(x)", 2.5, 6.0),
        ("max(x, 1) - min(x, 1) + relu(x)", 3.0, 5.0),
        ("|x|", -3.0, 3.0),
        ("x - x", 0.1, 0.0),
        ("|-1e300| - 1e300", 0.0, 0.0),
    ],
)
def test_exact_results_have_no_radius(text, x, value):
    nodes = wengert_list(parse(text))
    with precision(128):
        ball = evaluate_balls(nodes, {"x": x}, lambda: None)[nodes[-1]]
    assert (to_float(ball.mid), ball.arb.is_exact()) == (value, True)


def test_an_inexact_literal_has_a_radius():
    with precision(128):
        tenth = evaluate_balls(wengert_list(parse("0.1")), {}, lambda: None)[parse("0.1")]
    assert not tenth.arb.is_exact()
    assert holds(tenth, Fraction(1, 10))


def test_zero_times_nothing_known_is_nothing_known():
    assert not (lift(0) * ENTIRE).is_finite
    assert (lift(0) * lift(3)).arb.is_exact()
    assert not (ENTIRE - ENTIRE).is_finite
    assert not (lift(1) / ENTIRE).is_finite


# --- Steps and corners ------------------------------------------------------------------------------------------------


def test_steps_are_enclosed_from_end_to_end():
    with precision(128):
        for row, values in ((sign, (-1, 0, 1)), (floor, (-1, 0)), (ceil, (0, 1))):
            ball = row(Ball(arb(0, 0.5)))
            assert all(holds(ball, value) for value in values)
            assert row(lift(0.25)).arb.is_exact()
        assert not floor(ENTIRE).is_finite


def test_the_larger_of_two_is_as_sharp_as_the_one_it_is():
    """A huge competitor with a huge radius must not blur a small one."""
    with precision(128):
        small, huge = lift(0.1) / 3, exp(lift(1000)) / 7
        assert (min_(small, huge).mid, min_(small, huge).rad) == (small.mid, small.rad)
        assert max_(small, huge) is huge
        close = Ball(arb(0.1, 0.5))
        hull = max_(small, close)
        assert all(holds(hull, max(a, b)) for a in members(small) for b in members(close))


@pytest.mark.parametrize(
    ("a", "b", "sign_of_difference"),
    [(lift(1), lift(2), -1), (lift(2), lift(1), 1), (lift(0.5), lift(0.5), 0), (about(1, 0.1), about(2, 0.1), -1)],
)
def test_comparisons_that_are_decided(a, b, sign_of_difference):
    assert compare(a, b) == sign_of_difference
    assert (a < b, a <= b, a > b, a >= b, a == b, a != b) == (
        sign_of_difference < 0,
        sign_of_difference <= 0,
        sign_of_difference > 0,
        sign_of_difference >= 0,
        sign_of_difference == 0,
        sign_of_difference != 0,
    )


@pytest.mark.parametrize(
    ("a", "b"), [(about(1, 0.1), lift(1)), (about(1, 0.6), about(2, 0.3)), (ENTIRE, lift(0)), (ENTIRE, ENTIRE)]
)
def test_comparisons_that_are_not(a, b):
    with pytest.raises(Undecided):
        compare(a, b)


def test_a_ball_is_equal_to_itself():
    ball = about(1, 0.1)
    assert compare(ball, ball) == 0
    assert (ball - ball).arb.is_exact()


def test_contains_zero():
    assert contains_zero(lift(0))
    assert contains_zero(Ball(arb(1, 1)))
    assert not contains_zero(Ball(arb(-3, 1)))
    assert contains_zero(ENTIRE)


@given(doubles, radii)
def test_ends_are_outside(x, r):
    with precision(64):
        ball = about(x, r)
        low, high = ends(ball)
    assert exactly(low) <= members(ball)[0]
    assert exactly(high) >= members(ball)[-1]
    assert exactly(magnitude(ball)) >= max(map(abs, members(ball)))


# --- The reading ------------------------------------------------------------------------------------------------------


def test_domains_are_decided_before_they_are_entered():
    nodes = wengert_list(parse("ln(x)"))
    with precision(128):
        assert evaluate_balls(nodes, {"x": -1.0}, lambda: None)[nodes[-1]] == Undefined(OPERATIONS["ln"], (-1.0,))
        with pytest.raises(Undecided):
            evaluate_balls(nodes, {"x": Ball(arb(0, 0.1))}, lambda: None)


def test_a_branch_not_taken_may_be_undefined():
    nodes = wengert_list(parse("if(x > 0, ln(x), 3)"))
    with precision(128):
        assert to_float(evaluate_balls(nodes, {"x": -1.0}, lambda: None)[nodes[-1]].mid) == 3


def test_evaluation_may_be_ended():
    class Stop(Exception):
        pass

    def check():
        raise Stop

    with pytest.raises(Stop), precision(128):
        evaluate_balls(wengert_list(parse("x")), {"x": 1.0}, check)


@pytest.mark.parametrize(
    ("row", "bits"), [(exp, 2100), (sin, 20_000), (cos, 20_000), (lgamma, 2100), (OPERATIONS["sinh"], 2100)]
)
def test_what_would_take_for_ever_is_refused(row, bits):
    with precision(128), pytest.raises(Beyond, match=rf"{row.name} of a number beyond 2\^{bits}"):
        row(lift(2**bits))


def test_gamma_at_many_bits_is_refused():
    with precision(9000), pytest.raises(Beyond, match="gamma to more than 8000 bits"):
        OPERATIONS["gamma"](lift(0.3))


@pytest.mark.parametrize("name", ["gamma", "lgamma", "digamma"])
@pytest.mark.parametrize("x", [0.3, 100.5, -7.25, -3.0000000000000004, 1.4616321449683622, 1e-300, 5e4])
def test_gamma_and_kin_at_many_bits(name, x):
    with precision(1500):
        ball = OPERATIONS[name](lift(x))
    with precision(500):
        direct = OPERATIONS[name](lift(x))
    with mpmath.workprec(1600):
        assert abs(reference.row(name)(mp.mpf(x)) - mp.mpf(ball.mid)) <= mp.mpf(ball.rad)
    assert holds(direct, exactly(ball.mid))


# --- Fractions --------------------------------------------------------------------------------------------------------


@given(st.fractions(max_denominator=10**30), st.fractions(max_denominator=10**30), st.sampled_from("+-*/"))
def test_fractions_are_kept_by_arithmetic(x, y, symbol):
    assume(symbol != "/" or y)
    operate = {"+": lambda: x + y, "-": lambda: x - y, "*": lambda: x * y, "/": lambda: x / y}
    with precision(128):
        left, right = (lift(number.numerator) / lift(number.denominator) for number in (x, y))
        result = OPERATIONS[symbol](left, right)
        assert to_fraction(result) == operate[symbol]()
        assert holds(result, to_fraction(result))
        assert compare(left, right) == (x > y) - (x < y)


def test_a_fraction_that_grows_too_long_is_dropped_and_the_ball_holds_it_still():
    number, third = Fraction(1, 3), None
    with precision(128):
        ball = third = lift(1) / 3
        for _ in range(3000):
            ball, number = ball * third, number / 3
    assert to_fraction(ball) is None
    assert holds(ball, number)


def test_powers_of_fractions():
    with precision(128):
        third = lift(1) / 3
        assert to_fraction(third**-2) == 9
        assert to_fraction(-(third**3)) == Fraction(-1, 27)
        assert to_fraction(third**100_000) is None
        assert to_fraction(OPERATIONS["^"](lift(1), lift(2.0**60))) == 1


def test_a_precision_is_left_behind():
    before = ctx.prec
    with pytest.raises(Undecided), precision(999):
        compare(ENTIRE, lift(0))
    assert ctx.prec == before


def test_a_point_may_be_a_ball():
    nodes = wengert_list(Variable("x") * 2)
    with precision(128):
        assert holds(evaluate_balls(nodes, {"x": about(1.0, 0.1)}, lambda: None)[nodes[-1]], Fraction(21, 10))


# --- To doubles -------------------------------------------------------------------------------------------------------


@given(st.fractions())
def test_to_float_rounds_correctly(number):
    with precision(5000):
        raw = arb(fmpq(number.numerator, number.denominator)).mid()
    rounded = exactly(raw)
    assert to_float(raw) == rounded.numerator / rounded.denominator


@every_row(
    ("number", "double"),
    [
        (Fraction(1) + Fraction(1, 2**53), 1.0),
        (Fraction(1) + Fraction(3, 2**53), 1 + 2**-51),
        (Fraction(5, 2) * Fraction(1, 2**1074), 1e-323),  # subnormal, a tie: to the even one
        (Fraction(1, 2**1075), 0.0),
        (Fraction(1, 2**1075) + Fraction(1, 2**1200), 5e-324),
        (Fraction(2**1024), math.inf),
        (Fraction(-(2**1024)), -math.inf),
        (Fraction(2**1024 - 2**970), math.inf),
        (Fraction(2**1024 - 2**970 - 1), 1.7976931348623157e308),
        (Fraction(1, 10**400), 0.0),
        (Fraction(10**400), math.inf),
    ],
)
def test_to_float_at_the_ends_of_the_range(number, double):
    with precision(3000):
        raw = arb(fmpq(number.numerator, number.denominator)).mid()
    assert to_float(raw) == double
