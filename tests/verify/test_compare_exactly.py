"""One point in ball arithmetic: same, different or undefined, without a tolerance; and counterexamples near by."""

import pytest
from rows import every_row

from diffcompare.inputs.conditions import parse_conditions
from diffcompare.language.parser import parse
from diffcompare.verify.compare_exactly import PreparedFunction
from diffcompare.verify.verdict import judge


def outcome(text, answer, deep=False, **point):
    comparisons = PreparedFunction(parse(text), {"x": parse(answer)}, lambda: None).compare_at(point, deep=deep)
    return comparisons["x"].outcome if comparisons else None


@every_row(
    ("answer", "expected"),
    [
        ("2*x", "same"),
        ("2*x + 1e-50", "different"),
        ("2*x + 1e-300 - 1e-300", "same"),
        ("2*x*(sin(x)^2 + cos(x)^2)", "same"),
        ("ln(-x)", "undefined"),
        ("2*x/(x - 3)*(x - 3)", "undefined"),
        ("((2*x + 1e90) - 1e90)", "same"),
        ("((2*x + 1e90) - 1e90)*(1 + 1e-70)", "different"),
    ],
)
def test_at_three(answer, expected):
    assert outcome("x^2", answer, x=3.0) == expected


def test_the_three_hundredth_digit():
    assert outcome("sin(x)", "cos(x) + 1e-300", x=3.0) == "same"
    assert outcome("sin(x)", "cos(x) + 1e-300", deep=True, x=3.0) == "different"


def test_rational_numbers_have_no_digit_that_is_ignored():
    assert outcome("x^2", "2*x + 1e-300", x=3.0) == "different"
    assert outcome("x^2", "2*x + 1e-300 - 1e-300", x=3.0) == "same"


def test_a_partial_that_is_zero():
    assert outcome("sin(x)^2 + cos(x)^2", "0", x=1.0) == "same"
    assert outcome("sin(x)^2 + cos(x)^2", "exp(x)^2 - exp(2*x)", x=1.0) == "same"
    assert outcome("sin(x)^2 + cos(x)^2", "1e-100", x=1.0) == "different"


@pytest.mark.parametrize(("text", "x"), [("ln(x)", -1.0), ("|x|", 0.0), ("sqrt(x)", 0.0), ("1/x", 0.0)])
def test_nothing_is_compared_without_a_derivative(text, x):
    assert outcome(text, "x", x=x) is None


def test_a_kink_that_does_not_matter_is_none():
    assert outcome("if(|x| < 1, x, 0)", "1", x=0.0) == "same"


def counterexample(text, answer, domain=""):
    conditions = parse_conditions([domain], ["x"])
    judgements, _ = judge(parse(text), {"x": parse(answer)}, conditions=conditions, budget=1.0)
    return judgements["x"].counterexample


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("sigmoid(x)", "sigmoid(x)"),  # 1 and 0 at 1000
        ("tanh(x)", "tanh(x)"),
        ("softplus(x)", "x"),
        ("ln(cosh(x))", "1"),  # 1 and -1 at -40
    ],
)
def test_a_near_point_is_preferred_to_short_values(text, answer):
    assert counterexample(text, answer).point == {"x": 2.0}


def test_a_point_is_as_far_as_it_has_to_be():
    assert counterexample("2*x", "2 + exp(x - 1000)").point == {"x": 1000.0}
    assert counterexample("ln(x - 1e6)", "2/(x - 1e6)").point == {"x": 1000010.0}


def test_a_value_other_than_zero_is_not_shown_as_zero():
    chosen = counterexample("tanh(x)", "2 - tanh(x)^2", "x < -75")
    assert 0 < float(chosen.partial) < 1e-60
