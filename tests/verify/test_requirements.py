"""The domain that stands beside a question."""

import pytest

from diffcompare.language.parser import parse
from diffcompare.verify.domain import domain_of, is_positive, requirements


@pytest.mark.parametrize(
    ("text", "said"),
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
        ("if(x > 0, ln(x), 1)/(x - 3)", ("x - 3 != 0",)),  # what only one branch needs is no need of the whole
        ("tan(x) + sec(x)", ("cos(x) != 0",)),
        ("cot(2*t)", ("sin(2*t) != 0",)),
        ("polygamma(2, t^2)", ("t^2 != 0, -1, -2, ...",)),
        ("atan2(y, x - 1)", ("y != 0, or x - 1 != 0",)),
    ],
)
def test_what_a_derivative_needs(text, said):
    assert domain_of(parse(text)) == said


@pytest.mark.parametrize("text", ["exp(x)", "x^2 + 1", "3*cosh(x)", "exp(x)/(x^4 + 2)", "sqrt(x) + exp(x)", "7"])
def test_what_is_positive_everywhere(text):
    assert is_positive(parse(text))


@pytest.mark.parametrize("text", ["x", "x^2", "x^3 + 1", "x^2 - 1", "sqrt(x)", "-exp(x)", "sin(x) + 2", "x^-2", "0"])
def test_what_is_not_seen_to_be(text):
    assert not is_positive(parse(text))


@pytest.mark.parametrize(
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
