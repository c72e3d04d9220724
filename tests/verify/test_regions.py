"""Regions: an interval gets an outcome only where it is known to have one, and a hole is no region."""

import math

import pytest

from diffcompare.language.parser import parse
from diffcompare.verify.regions import (
    OutcomeInterval,
    find_unmet_requirement,
    half_space_of_agreement,
    interval_text,
    intervals_text,
    is_hole,
)
from diffcompare.verify.verdict import judge


def intervals(text, answer):
    judgements, _ = judge(parse(text), {"x": parse(answer)}, budget=30.0)
    return judgements["x"].intervals


def known(text, answer):
    return [interval for interval in intervals(text, answer) if interval.outcome != "unknown"]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("|sin(x)|", "cos(x)"),
        ("|sin(50*x)|", "50*cos(50*x)"),
        ("relu(sin(x))", "cos(x)"),
        ("asin(sin(x))", "1"),  # its kinks are where 1 - sin(x) touches 0
        ("sin(x)", "sqrt(1 - sin(x)^2)"),
        ("floor(x)*x", "3"),
    ],
)
def test_what_is_periodic_has_no_last_stretch(text, answer):
    assert all(math.isfinite(interval.low) and math.isfinite(interval.high) for interval in known(text, answer))


def test_between_its_zeros_it_is_known():
    outcomes = {
        (round(interval.low, 3), round(interval.high, 3)): interval.outcome for interval in known("|sin(x)|", "cos(x)")
    }
    assert outcomes[0, 3.142] == "same"
    assert outcomes[-3.142, 0] == "different"


@pytest.mark.parametrize(
    ("text", "answer"), [("acos(2*x^2 - 1)", "-2/sqrt(1 - x^2)"), ("sqrt(1 - cos(x))", "cos(x/2)/sqrt(2)")]
)
def test_a_double_zero_is_a_point_although_doubles_see_a_plateau(text, answer):
    assert 0.0 in {interval.low for interval in known(text, answer)}


def test_many_equal_points_among_the_usual_ones_are_points():
    assert [interval.outcome for interval in intervals("x^2", "2*x + sin(pi*x)")] == ["unknown"]


def test_two_functions_may_meet():
    assert [interval.outcome for interval in intervals("|x|", "x^2")] == ["different"]
    assert [(interval.high, interval.outcome) for interval in intervals("|x|", "1")] == [
        (0, "different"),
        (math.inf, "same"),
    ]


@pytest.mark.parametrize(
    ("formula", "function", "point", "hole"),
    [
        ("x/x", "x^2", {"x": 0.0}, True),
        ("(x - y)/(x - y)", "x*y", {"x": 2.0, "y": 2.0}, True),
        ("sqrt(x)", "x^2", {"x": -1.0}, False),
        ("ln(x)", "x^2", {"x": 0.0}, False),
        ("ln(x)", "x^1.5", {"x": 0.0}, True),  # the function has no value beyond it either
    ],
)
def test_holes(formula, function, point, hole):
    assert is_hole(parse(formula), parse(function), point) is hole


def test_what_is_needed_is_that_of_the_first_operation_without_a_value():
    assert find_unmet_requirement(parse("1/(1 + ln(sqrt(x)))"), {"x": -1.0}) == "x >= 0"
    assert find_unmet_requirement(parse("1/(1 + ln(sqrt(x)))"), {"x": 0.0}) == "sqrt(x) > 0"
    assert find_unmet_requirement(parse("x^2"), {"x": 0.0}) is None


def test_half_of_space():
    right = [{"x": float(x), "y": 1.0} for x in range(1, 9)]
    assert half_space_of_agreement([{"x": -1.0, "y": 1.0}], right) == "x > 0"
    assert half_space_of_agreement([{"x": 1.0, "y": 1.0}], right) is None


def test_intervals_in_words():
    assert interval_text("x", -math.inf, math.inf) == "all x"
    assert interval_text("x", 0, math.inf) == "x > 0"
    assert interval_text("x", -math.inf, -2) == "x < -2"
    assert interval_text("x", 0, 1 / 3) == "0 < x < about 0.333333"
    both = [
        OutcomeInterval("x", -math.inf, 0, "same"),
        OutcomeInterval("x", 0, 1, "different"),
        OutcomeInterval("x", 1, math.inf, "same"),
    ]
    assert intervals_text(both, "same") == "x < 0 and x > 1"
    assert intervals_text(both) == "x < 0 and 0 < x < 1 and x > 1"
