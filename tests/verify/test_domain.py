"""The domain of a formula: find_guards, intervals_along along a line, and requirements in words."""

import math

import pytest
from rows import every_row

from diffcompare.inputs.conditions import parse_conditions
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.verify.domain import (
    Interval,
    constraints,
    domain_of,
    find_boundaries,
    find_guards,
    intervals_along,
    is_positive,
    requirements,
)


@every_row(
    ("text", "expected"),
    [
        ("x^2 + sin(x)", []),
        ("1/(x + 1)", ["x + 1"]),
        ("x^-2", ["x"]),
        ("x^2", []),
        ("ln(x^2 - 1)", ["x^2 - 1"]),
        ("max(x, y)", ["x - y"]),
        ("if(x < 2, x, 0)", ["x - 2"]),
        ("1/(x*(y - 1)^2)", ["y - 1", "x"]),
        ("2/3*x", []),
        ("|x - 1|", ["x - 1"]),
        ("acosh(x - 500)", ["x - 500 - 1"]),
        ("asin(2*x)", ["2*x + 1", "1 - 2*x"]),
        ("floor(x)", ["sin(pi*x)"]),
        ("hypot(x, y)", ["x", "y"]),
    ],
)
def test_guards(text, expected):
    assert [str(guard) for guard in find_guards(wengert_list(parse(text)))] == expected


@pytest.mark.parametrize(
    ("text", "domain", "expected"),
    [
        ("ln(x - 80)*sqrt(y - x)", "", ["x - 80", "y - x"]),
        ("atanh(x) + log1p(y)", "", ["x + 1", "1 - x", "y + 1"]),
        ("x^y", "", ["x"]),
        ("1/x + tan(x) + gamma(x)", "", []),
        ("sqrt(2)*x", "", []),
        ("x*y", "x > 3*y, y <= 5, x != 7", ["x - 3*y", "5 - y"]),
    ],
)
def test_constraints(text, domain, expected):
    expression = parse(text)
    conditions = parse_conditions([domain], variables(wengert_list(expression)))
    result = constraints(wengert_list(expression), conditions)
    assert sorted(map(str, result)) == sorted(expected)


def test_every_operation_with_a_domain_or_a_kink_has_a_guard():
    for text in ("sqrt(x)", "asin(x)", "x^y", "gamma(x)", "cbrt(x)", "floor(x)", "relu(x)", "atan2(x, 1)", "acosh(x)"):
        assert find_guards(wengert_list(parse(text)))


def cuts(text, name="x", **point):
    formula = parse(text)
    return find_boundaries([formula], find_guards(wengert_list(formula)), name, point)


@every_row(
    ("text", "expected"),
    [
        ("x^2", []),
        ("1/x", [0]),
        ("|x|", [0]),
        ("ln(x)", [0]),
        ("1/(x - 0.1)", [0.1]),
        ("sqrt(x - 1e6)", [1e6]),
        ("asin(x)", [-1, 1]),
        ("1/(x^2 - 4)", [-2, 2]),
        ("1/(x - 1)^2", [1]),
        ("1/(x^2 - 2*x + 1)", [1]),
        ("1/((x - 1)*(x - 1.001))", [1, 1.001]),
        ("max(x, 1e30)", [1e30]),
        ("if(x > 3, x, -x)", [3]),
        ("if(x == 3, x, -x)", [3]),
        ("if(|x| < 1e-8, 0, x)", [-1e-8, 0, 1e-8]),
        ("if((x - 3.7)^2 < 1e-6, 0, x)", [3.699, 3.701]),
    ],
)
def test_boundaries(text, expected):
    assert cuts(text) == pytest.approx(expected, abs=1e-12)


def test_a_root_that_is_no_decimal_is_bisected():
    (root,) = [x for x in cuts("1/(x*exp(x) - 1)") if x > 0]
    assert root == pytest.approx(0.5671432904097838, rel=1e-14)


def test_infinitely_many_are_cut_to_those_near_zero():
    zeros = cuts("1/sin(x)")
    assert len(zeros) == 24
    assert all(x == pytest.approx(math.pi * round(x / math.pi), abs=1e-9) for x in zeros)
    assert [x for x in zeros if abs(x) < 13] == pytest.approx([math.pi * k for k in range(-4, 5)], abs=1e-9)


def test_other_variables_stay_where_they_are():
    assert cuts("1/(x - y)", "x", y=7.0) == [7]


def test_intervals_cover_the_line():
    formula = parse("1/(x^2 - 4)")
    assert intervals_along([formula], find_guards(wengert_list(formula)), "x", {}) == [
        Interval(-math.inf, -2), Interval(-2, 2), Interval(2, math.inf)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("sqrt(x)", ("x > 0",)),
        ("6*cos(x)/x^3", ("x != 0",)),
        ("6/sqrt(x)", ("x > 0",)),
        ("ln(x^2 + 1)/exp(x)", ()),
        ("2^x + x^y", ("x > 0",)),
        ("x^(1/3)", ("x > 0",)),
        ("asin(2*x)", ("-1 < 2*x < 1",)),
        ("ln(2*x - 1)/(x - 3)", ("2*x - 1 > 0", "x - 3 != 0")),
        ("acosh(x - 5)", ("x - 5 > 1",)),
        ("if(x > 0, ln(x), 1)/(x - 3)", ("x - 3 != 0",)),  # a requirement of one branch is none of the whole
        ("tan(x) + sec(x)", ("cos(x) != 0",)),
        ("cot(2*t)", ("sin(2*t) != 0",)),
        ("polygamma(2, t^2)", ("t^2 != 0, -1, -2, ...",)),
        ("atan2(y, x - 1)", ("y != 0, or x - 1 != 0",)),
    ],
)
def test_what_a_derivative_needs(text, domain):
    assert domain_of(parse(text)) == domain


@pytest.mark.parametrize("text", ["exp(x)", "x^2 + 1", "3*cosh(x)", "exp(x)/(x^4 + 2)", "sqrt(x) + exp(x)", "7"])
def test_what_is_positive_everywhere(text):
    assert is_positive(parse(text))


@every_row("text", ["x", "x^2", "x^3 + 1", "x^2 - 1", "sqrt(x)", "-exp(x)", "sin(x) + 2", "x^-2", "0"])
def test_what_is_not_seen_to_be(text):
    assert not is_positive(parse(text))


@every_row(
    ("text", "expected"),
    [
        ("x^2", []),
        ("ln(x - 1)", ["x - 1 > 0"]),
        ("1/(x*y)", ["x*y != 0"]),
        ("x^-3", ["x != 0"]),
        ("asin(2*x)", ["-1 <= 2*x <= 1"]),
        ("x^y", ["x > 0"]),
        ("8^x", []),
        ("sqrt(2)*x", []),
    ],
)
def test_requirements(text, expected):
    assert requirements(parse(text)) == expected
