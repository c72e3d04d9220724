"""Witnesses: near points with few digits, at which the values are known."""

import pytest

from diffcompare.checking import judge
from diffcompare.parser import parse


def witness(text, answer):
    judgements, _ = judge(parse(text), {"x": parse(answer)}, budget=1.0)
    return judgements["x"].witness


@pytest.mark.parametrize(
    ("text", "answer", "point"),
    [
        ("1/x", "1/x^2", 2),
        ("x^3", "3*x", -1),
        ("exp(-x)", "exp(-x)", -1),
        ("x/(x + 1)", "1/(x + 1)", 1),
        ("tanh(x)", "tanh(x)", 1),
    ],
)
def test_a_near_point_is_preferred_to_short_values(text, answer, point):
    assert abs(witness(text, answer).point["x"]) <= 10


def test_a_point_is_as_far_as_it_has_to_be():
    assert witness("2*x", "2 + exp(x - 1000)").point == {"x": 1000.0}
    assert witness("ln(x - 1e6)", "2/(x - 1e6)").point == {"x": 1000010.0}


def test_what_is_not_zero_is_not_shown_as_zero():
    found = witness("tanh(x)", "2 - tanh(x)^2")
    assert float(found.right) > 0
