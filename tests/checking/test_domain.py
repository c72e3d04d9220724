"""Domains in words."""

import math

import pytest

from diffcompare.checking import Stretch
from diffcompare.checking.domain import requirements, stretch_text, stretches_text
from diffcompare.parser import parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x^2", []),
        ("ln(x - 1)", ["x - 1 > 0"]),
        ("1/(x*y)", ["x*y != 0"]),
        ("x^-3", ["x != 0"]),
        ("asin(2*x)", ["-1 <= 2*x <= 1"]),
        ("x^y", ["x > 0, or x = 0 and y > 0"]),
        ("sqrt(2)*x", []),
    ],
)
def test_requirements(text, expected):
    assert requirements(parse(text)) == expected


def test_stretches():
    assert stretch_text("x", -math.inf, math.inf) == "all x"
    assert stretch_text("x", 0, math.inf) == "x > 0"
    assert stretch_text("x", -math.inf, -2) == "x < -2"
    assert stretch_text("x", 0, 1 / 3) == "0 < x < about 0.333333"
    both = [Stretch("x", -math.inf, 0, "same"), Stretch("x", 0, 1, "different"), Stretch("x", 1, math.inf, "same")]
    assert stretches_text(both, "same") == "x < 0 and x > 1"
    assert stretches_text(both) == "x < 0 and 0 < x < 1 and x > 1"
