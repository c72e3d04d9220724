"""Guards: what is read off the table about where a formula may change."""

import pytest

from diffcompare.checking.guards import guards
from diffcompare.parser import parse
from diffcompare.wengert import listing


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
    ],
)
def test_guards(text, expected):
    assert [str(guard) for guard in guards(listing(parse(text)))] == expected


def test_every_operation_with_a_domain_or_a_kink_has_a_guard():
    for text in ("sqrt(x)", "asin(x)", "x^y", "gamma(x)", "cbrt(x)", "floor(x)", "relu(x)", "atan2(x, 1)", "acosh(x)"):
        assert guards(listing(parse(text)))
