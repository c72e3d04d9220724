"""Guards: what is read off the table about where a formula may change."""

import pytest

from diffcompare.inputs.formulas import parse_conditions
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.verify.domain import demands, guards


@pytest.mark.parametrize(
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
    assert [str(guard) for guard in guards(wengert_list(parse(text)))] == expected


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
def test_demands(text, domain, expected):
    expression = parse(text)
    conditions = parse_conditions([domain], variables(wengert_list(expression)))
    found = demands(wengert_list(expression), conditions)
    assert sorted(map(str, found)) == sorted(expected)


def test_every_operation_with_a_domain_or_a_kink_has_a_guard():
    for text in ("sqrt(x)", "asin(x)", "x^y", "gamma(x)", "cbrt(x)", "floor(x)", "relu(x)", "atan2(x, 1)", "acosh(x)"):
        assert guards(wengert_list(parse(text)))
