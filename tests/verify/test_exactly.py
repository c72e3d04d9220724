"""One point in ball arithmetic: the same, different, or undefined, without a tolerance."""

import pytest

from diffcompare.language.parser import parse
from diffcompare.verify.compare_exactly import PreparedFunction


def outcome(text, answer, thorough=False, **point):
    found = PreparedFunction(parse(text), {"x": parse(answer)}, lambda: None).compared(point, thorough=thorough)
    return found["x"].outcome if found else None


@pytest.mark.parametrize(
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
    assert outcome("sin(x)", "cos(x) + 1e-300", thorough=True, x=3.0) == "different"


def test_rational_numbers_have_no_digit_that_is_not_looked_at():
    assert outcome("x^2", "2*x + 1e-300", x=3.0) == "different"
    assert outcome("x^2", "2*x + 1e-300 - 1e-300", x=3.0) == "same"


def test_a_partial_that_is_zero():
    assert outcome("sin(x)^2 + cos(x)^2", "0", x=1.0) == "same"
    assert outcome("sin(x)^2 + cos(x)^2", "exp(x)^2 - exp(2*x)", x=1.0) == "same"
    assert outcome("sin(x)^2 + cos(x)^2", "1e-100", x=1.0) == "different"


@pytest.mark.parametrize(("text", "x"), [("ln(x)", -1.0), ("|x|", 0.0), ("sqrt(x)", 0.0), ("1/x", 0.0)])
def test_where_there_is_no_derivative_nothing_is_compared(text, x):
    assert outcome(text, "x", x=x) is None


def test_a_kink_that_does_not_matter_is_none():
    assert outcome("if(|x| < 1, x, 0)", "1", x=0.0) == "same"
