"""The slopes on the two sides of a point."""

import math
from fractions import Fraction

import mpmath
import pytest
import reference
from hypothesis import assume, given
from mpmath import mp
from rows import every_row
from strategies import ALL, expressions, points

from diffcompare.language.expression import OPERATIONS
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.numeric.arb_functions import to_float
from diffcompare.numeric.balls import Ball
from diffcompare.truth import one_sided as module
from diffcompare.truth.one_sided import one_sided_slopes
from diffcompare.truth.rounding import round_ball


def never(*arguments):
    """The check that lets everything go on."""


def sides(text, x=0.0):
    nodes = wengert_list(parse(text))
    return [
        to_float(side.arb) if isinstance(side, Ball) else side
        for side in one_sided_slopes(nodes, {"x": x}, "x", 128, never)
    ]


# --- Two sides --------------------------------------------------------------------------------------------------------

INF = math.inf


@every_row(
    ("text", "x", "left", "right"),
    [
        ("x^2", 3.0, 6, 6),
        ("|x|", 0.0, -1, 1),
        ("|x|*|x - 1|", 1.0, -1, 1),
        ("relu(x) - relu(-x)", 0.0, 1, 1),
        ("min(x, 2*x)", 0.0, 2, 1),
        ("hypot(x, 3*x)", 0.0, -math.sqrt(10), math.sqrt(10)),
        ("sign(x)", 0.0, INF, INF),
        ("-sign(x)", 0.0, -INF, -INF),
        ("floor(x)", 2.0, INF, 0),
        ("ceil(x)", 2.0, 0, INF),
        ("floor(-x)", 2.0, 0, -INF),
        ("x*floor(x)", 0.0, -1, 0),
        ("sign(x)*x^2", 0.0, 0, 0),
        ("if(x < 0, 2*x, 3*x)", 0.0, 2, 3),
        ("if(x == 0, 0, x)", 0.0, 1, 1),
        ("if(x*x > x, 1, 2)", 0.0, INF, 0),
        ("if(2 == 2, x, 5)", 1.0, 1, 1),
        ("atan2(x, -2)", 0.0, INF, -0.5),
        ("sqrt(x)", 0.0, None, INF),
        ("acos(x)", 1.0, -INF, None),
        ("cbrt(x)", 0.0, INF, INF),
        ("cbrt(x)^2", 0.0, -INF, INF),
        ("sqrt(|x|)*cbrt(x)", 0.0, INF, INF),
        ("sqrt(|x|)*cbrt(x)^2", 0.0, 0, 0),
        ("if(x == 0, 3, 3 + x + x^2*sin(1/x)^2)", 0.0, 1, 1),
        ("|x|^1.5", 0.0, 0, 0),
        ("if(x == 0, 1, sin(x)/x)", 0.0, 0, 0),
        ("sin(x)/x", 0.0, None, None),
        ("if(x == 0, 1, (exp(x) - 1)/x)", 0.0, 0.5, 0.5),
        ("gamma(x)*|x - 3|", 3.0, -2, 2),
    ],
)
def test_the_slopes_on_both_sides(text, x, left, right):
    for slope, expected in zip(sides(text, x), (left, right), strict=True):
        assert slope is expected if expected is None else slope == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    "text", ["if(x == 0, 0, x*sin(1/x))", "if(x == 0, 0, x*sin(pi/x))", "if(x == 0, 0, x*cos(2*pi/x))", "|x|^0.95"]
)
def test_no_limit_is_nan(text):
    assert all(math.isnan(side) for side in sides(text))


def test_what_the_first_steps_see_need_not_be_the_slope():
    """Features at 1e-100 and at 1e-1000, the smallest literal: the table knows them; values alone claim nothing."""
    assert sides("|x| + relu(x - 1e-100)") == [-1, 1]
    assert sides("|x| + relu(x - 1e-1000)") == [-1, 1]
    assert sides("if(x == 0, 0, x + relu(x - 1e-1000))") == [1, 1]
    assert sides("x*|x|^0.5 + relu(x - 1e-1000)") == [0, 0]
    left, right = sides("|x|^(1.5 + x) + relu(x - 1e-1000)")
    assert left == 0
    assert math.isnan(right)


def test_ties_need_the_same_node_or_the_same_number_but_never_the_same_value_alone():
    """`if` hands on the very ball of its branch: equal here, and not beside it."""
    assert sides("max(if(x >= 0, x, -x), x)") == [-1, 1]
    assert sides("max(x, x)") == [1, 1]


def test_a_slope_that_the_table_has_wrong_is_taken_from_values(monkeypatch):
    monkeypatch.setattr(OPERATIONS["sin"], "partials", (lambda y, x: 2 * OPERATIONS["cos"](x),))
    assert sides("|sin(x)|") == pytest.approx([-1, 1], rel=1e-15)


def test_the_slopes_of_values_have_25_digits_and_more():
    """Without an answer of the table, the last quotient stands for the limit, with an honest radius."""
    nodes = wengert_list(parse("if(x == 0, 0, |x|^(2 + x)/x + pi^2*x)"))
    for side in one_sided_slopes(nodes, {"x": 0.0}, "x", 128, never):
        number = round_ball(side)
        with mpmath.workdps(60):
            assert number.text == mpmath.nstr(1 + mp.pi**2, 25)
            assert abs(mp.mpf(number.centre.numerator) / number.centre.denominator - 1 - mp.pi**2) < mp.mpf(10) ** -50
        assert 0 < Fraction(number.bound) < Fraction(1, 10**50)


@given(expressions(ALL, largest=6, names=("x",)), points(("x",)))
def test_the_slope_along_a_ray_is_the_limit_of_quotients(expression, point):
    """The table's side of it, without the confirmation by values: against mpmath's quotients on either side."""
    nodes = wengert_list(expression)
    assume(variables(nodes))
    with mpmath.workdps(1200):
        try:
            quotients = reference.slopes(expression, point, "x", 1200)
        except (ArithmeticError, ValueError, TypeError, AttributeError):  # complex numbers on the way
            assume(False)
        assume(all(isinstance(quotient, mpmath.mpf) for quotient in quotients))
        for sign, quotient in zip((-1, 1), quotients, strict=True):
            slope = module._along_ray(module.Side(nodes, point, "x", sign, never), 512)
            if isinstance(slope, float):
                assert abs(quotient) > mp.mpf(10) ** 100
                assert (quotient > 0) == (slope > 0)
            elif slope is not None:
                gap = abs(mp.mpf(slope.mid) - quotient)
                # The quotient's own error is of the order of its step, 1e-300.
                assert gap <= mp.mpf(slope.rad) + mp.mpf(10) ** -150 * (1 + abs(quotient)) or abs(quotient) > 1e100
