"""Witnesses: near points with few digits, at which the values are known."""

import pytest

from diffcompare.inputs.formulas import parse_conditions
from diffcompare.language.parser import parse
from diffcompare.verify.verdict import judge


def witness(text, answer, domain=""):
    conditions = parse_conditions([domain], ["x"])
    judgements, _ = judge(parse(text), {"x": parse(answer)}, conditions=conditions, budget=1.0)
    return judgements["x"].witness


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
    assert witness(text, answer).point == {"x": 2.0}


def test_a_point_is_as_far_as_it_has_to_be():
    assert witness("2*x", "2 + exp(x - 1000)").point == {"x": 1000.0}
    assert witness("ln(x - 1e6)", "2/(x - 1e6)").point == {"x": 1000010.0}


def test_what_is_not_zero_is_not_shown_as_zero():
    found = witness("tanh(x)", "2 - tanh(x)^2", "x < -75")
    assert 0 < float(found.right) < 1e-60
