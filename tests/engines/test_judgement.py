"""One number of an engine is right, has lost digits, follows a convention, or is wrong."""

import math
import random
from fractions import Fraction

import pytest
from rows import every_row

from diffcompare.engines.judgement import RIGHT_ULPS, NumberJudgement, absorbed, judge, ulp


@every_row(
    ("number", "right", "kind"),
    [
        (0.5, "0.5", "right"),
        (math.nextafter(0.1, 1), "0.1", "right"),
        (0.1 + 1e-14, "0.1", "digits-lost"),
        (0.1 + 1e-3, "0.1", "wrong"),
        (-0.1, "0.1", "wrong"),
        (0.0, "1.7e-17", "digits-lost"),
        (1e-17, "1.7e-17", "digits-lost"),
        (-1.7e-17, "1.7e-17", "wrong"),  # another sign is no rounding
        (0.0, "1.5e-347", "right"),  # the nearest double
        (0.0, "0", "right"),
        (1e-16, "0", "digits-lost"),
        (1e-3, "0", "wrong"),
        (math.nan, "1", "no-number"),
        (math.inf, "1", "no-number"),
        (math.inf, "inf", "right"),
        (math.nan, "inf", "no-number"),
        (0.0, "inf", "wrong"),
        (-math.inf, "inf", "no-number"),
        (1.6e16, "inf", "digits-lost"),  # 1/sqrt(1 - x^2) where rounding left 6e-17 of 0
        (-1.6e16, "inf", "wrong"),
        (1.6e16, "-inf", "wrong"),
        (5e-324, "1.5e-347", "right"),  # a spacing of the smallest doubles
        (7.0, "none", "convention"),
        (None, "1", "refused"),
        (2.0, "0 | 1", "wrong"),
        (math.nan, "0 | 1", "convention"),
    ],
)
def test_the_kinds(number, right, kind):
    assert judge(number, right).kind == kind


@pytest.mark.parametrize(
    ("number", "convention"),
    [
        (-1.0, "slope from the left"),
        (1.0, "slope from the right"),
        (0.0, "mean of both slopes"),
        (0.25, "between the slopes"),
    ],
)
def test_the_convention_at_a_kink_has_a_name(number, convention):
    assert judge(number, "-1 | 1") == NumberJudgement("convention", convention=convention)


@pytest.mark.parametrize(("number", "convention"), [(7.0, "a number"), (math.nan, "nan"), (math.inf, "nan")])
def test_a_number_where_there_is_no_derivative_is_told_from_nan(number, convention):
    assert judge(number, "none") == NumberJudgement("convention", convention=convention)


@pytest.mark.parametrize(
    ("number", "digits", "spacing"),
    [
        ("1", 53, 2**-52),
        ("0.999", 53, 2**-53),
        ("-3", 53, 2**-51),
        ("1", 24, 2**-23),
        ("1e-44", 24, 2**-149),
        ("0", 53, 0),
    ],
)
def test_an_ulp_is_the_spacing_of_the_numbers_around(number, digits, spacing):
    assert ulp(Fraction(number), digits) == spacing


def test_eight_ulp_are_right_and_nine_are_not():
    for number in (1.0, 1.9):
        assert judge(number + 8 * math.ulp(number), str(number)).kind == "right"
        assert judge(number + 9 * math.ulp(number), str(number)).kind == "digits-lost"


def test_correct_digits_are_counted():
    assert judge(1.0000001, "1").digits == 6.9


def test_single_precision_is_judged_at_its_own():
    third = 0.3333333432674408  # the nearest number of 24 bits
    assert judge(third, "0.3333333333333333333333333").kind == "digits-lost"
    assert judge(third, "0.3333333333333333333333333", digits=24).kind == "right"


SEVERITY = ("right", "digits-lost", "wrong")


def right_values(digits):
    """Yield right values of all sizes, from below the smallest numbers to beyond the largest."""
    chosen = random.Random(7)
    yield from ("0", "1", "-1", "5e-324", "-1e-340", "1.7976931348623157e308", "1e400", "1e-45", "3e-42", "2.5e-310")
    for _ in range(60):
        yield f"{chosen.choice('-+')}{chosen.randint(1, 10**25)}e{chosen.randint(-340, 280)}"
    for exponent in (-149, -126, -1, 0, 1, 23, 24, 127):
        yield str(Fraction(2) ** exponent) if exponent >= 0 else f"{2.0**exponent:.17g}"


@pytest.mark.parametrize("digits", [24, 53])
def test_a_number_farther_off_is_never_judged_better(digits):
    for right in right_values(digits):
        true = Fraction(right)
        spacing = ulp(true, digits) or Fraction(1, 2**60)
        offs = sorted([spacing * 2**k / 4 for k in range(80)] + [spacing * k for k in (7, 8, 9)])
        for side in (-1, 1):
            near = [x for off in offs if abs(x := true + side * off) < 2**1023]
            judged = [judge(float(x), right, digits) for x in sorted(map(float, near), key=lambda x: abs(x - true))]
            kinds = [SEVERITY.index(verdict.kind) for verdict in judged]
            assert kinds == sorted(kinds), right
            lost = [verdict.digits for verdict in judged if verdict.kind == "digits-lost"]
            assert lost == sorted(lost, reverse=True), right


@pytest.mark.parametrize("digits", [24, 53])
def test_the_mirrored_number_is_judged_like_the_number(digits):
    numbers = [0.0, 5e-324, 1e-310, 1e-45, 1e-17, 0.1, 1.0, 1.0 + 1e-7, 1e16, 1.7e308, math.inf, math.nan]
    for right in [*right_values(digits), "inf"]:
        mirrored = right[1:] if right.startswith("-") else f"-{right.removeprefix('+')}"
        for number in [*numbers, *([] if right == "inf" or Fraction(right) > 10**308 else [float(right)])]:
            for x in (number, -number):
                assert judge(x, right, digits) == judge(-x, mirrored, digits), (x, right)


@pytest.mark.parametrize("digits", [24, 53])
def test_the_nearest_number_is_right(digits):
    for right in right_values(digits):
        if abs(Fraction(right)) < 2**127:
            spacing = ulp(Fraction(right), digits)
            nearest = round(Fraction(right) / spacing) * spacing if spacing else Fraction(0)
            assert judge(float(nearest), right, digits).kind == "right", right


@every_row("digits", [24, 53])
@every_row("right", ["0", "-0.0", "inf", "-inf", "none", "0 | 1", "-inf | inf", "inf | 1e-320", "1e400"])
def test_whatever_number_comes_has_a_verdict(right, digits):
    for number in (None, math.nan, math.inf, -math.inf, 0.0, -0.0, 5e-324, 2.5e-310, -1e-45, 1.7976931348623157e308):
        verdict = judge(number, right, digits)
        assert (verdict.kind == "refused") == (number is None)
        assert (verdict.kind == "convention") <= (right == "none" or "|" in right)


UNIT = Fraction(1, 2**53)


def test_rounding_is_what_values_that_are_right_make_of_a_difference():
    """The bound is that of the formulas that it is derived from, for values off by as much as is called right."""
    derivatives = {1: lambda t: 1 - t * t, 2: lambda t: -2 * t * (1 - t * t)}
    value = 1 - Fraction(4.64e-16)  # tanh(18)
    for order, formula in derivatives.items():
        off = max(abs(formula(value + sign * RIGHT_ULPS * UNIT) - formula(value)) for sign in (-1, 1))
        assert off <= absorbed(53, order, 1.0) <= off * 1.01
    x, value = 30.0, 30.000000000000092  # softplus, whose derivative is exp(x - y) by its value y
    off = RIGHT_ULPS * float(UNIT) * value
    changed = math.expm1(off) * math.exp(x - value)
    assert changed <= absorbed(53, 1, value) <= changed * 1.01


@every_row(
    ("number", "right", "order", "size", "kind"),
    [
        (-3.1086244689504344e-15, "-1.855618264194853788990240e-15", 2, 1.0, "digits-lost"),  # JAX 0.12, tanh at 18
        (9.237055564880449e-14, "9.357622968838423302763293e-14", 2, 30.0, "digits-lost"),  # softplus at 30
        (0.0, "9.357622968838423302763293e-14", 2, 30.0, "wrong"),  # no rounding
        (3.1086244689504344e-15, "-1.855618264194853788990240e-15", 2, 1.0, "wrong"),
        (-5.5e-15, "-1.855618264194853788990240e-15", 2, 1.0, "wrong"),
        (2.8e-15, "9.278091320974273249100126e-16", 1, 1.0, "wrong"),
        (1.55e-15, "9.278091320974273249100126e-16", 1, 1.0, "digits-lost"),
        (1e-14, "0", 1, 1e3, "digits-lost"),
    ],
)
def test_the_rounding_of_larger_numbers_is_told_from_a_wrong_one(number, right, order, size, kind):
    assert judge(number, right, order=order, size=size).kind == kind
