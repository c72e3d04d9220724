"""Which mistake was made: the kinds that teachers know, on answers written in other forms."""

import pytest

from diffcompare.mistakes import find_mistake
from diffcompare.parser import parse

POINTS = [{"x": 0.37 + 0.21 * i, "y": 1.3 + 0.17 * i * i - 0.3 * i, "z": 0.7 + 0.05 * i} for i in range(7)]


def named(function, answer, by="x"):
    mistake = find_mistake(parse(function), by, parse(answer), POINTS)
    return mistake and mistake.kind


@pytest.mark.parametrize(
    ("kind", "function", "answer"),
    [
        ("missing-inner-factor", "sin(2*x)", "cos(x + x)"),
        ("product-of-derivatives", "x^2*sin(x)", "2*x*cos(x)"),
    ],
)
def test_the_kind_is_named(kind, function, answer):
    assert named(function, answer) == kind
