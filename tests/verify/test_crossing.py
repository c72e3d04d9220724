"""Crossings: a point beyond a condition on several variables that holds at none of the points so far."""

import pytest

from diffcompare.language.parser import parse
from diffcompare.numeric.evaluate import value_at
from diffcompare.verify.sampling import crossings

POINTS = [{"x": 2.0, "y": 5.0}, {"x": -1.0, "y": 0.5}]


@pytest.mark.parametrize(
    "guard",
    ["x^2 + y^2 - 1e-4", "x + y - 1000", "|x - 5.5| + |y - 7.7| - 0.01", "1e-4 - (x - y)^2 - (x + y - 3)^2"],
)
def test_the_other_sign_is_found(guard):
    [point] = crossings([parse(guard)], POINTS)
    assert {value_at(parse(guard), each) > 0 for each in POINTS} == {value_at(parse(guard), point) <= 0}


def test_few_digits():
    assert crossings([parse("x + y - 1000")], POINTS) == [{"x": 1000.0, "y": 5.0}]


@pytest.mark.parametrize("guard", ["x^2 + y^2 + 1", "x - 3", "x - y", "ln(-x^2 - y^2)"])
def test_what_has_one_sign_or_one_variable_or_is_crossed_already_gives_none(guard):
    assert crossings([parse(guard)], [*POINTS, {"x": 3.0, "y": -4.0}]) == []
