"""Points that a person can read, points near a point, and points inside a domain that is far away, narrow or walled in."""

import random
from itertools import pairwise

import pytest

from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.numeric.evaluate import is_number, value_at
from diffcompare.verify.candidate_points import (
    find_interior_point,
    nearby_points,
    reading_effort,
    with_fewest_digits,
)
from diffcompare.verify.domain import constraints


def test_effort_grows_with_digits_and_with_distance():
    xs = [2.0, 2.5, 1e3, 1e6, 1234567.8]
    assert all(reading_effort({"x": x}) < reading_effort({"x": y}) for x, y in pairwise(xs))


def test_the_fewest_digits_that_serve():
    point = {"x": 1.23456, "y": -7.891}
    assert with_fewest_digits(point, lambda rounded: rounded["x"] > 1.2) == {"x": 1.23, "y": -7.89}
    assert with_fewest_digits(point, lambda rounded: False) == point


@pytest.mark.parametrize("point", [{"x": 0.0}, {"x": 3.0, "y": -1e6}])
def test_nearby_points_move_every_coordinate_a_little(point):
    for nearby in nearby_points(point):
        assert all(0 < abs(nearby[name] - x) <= 1e-7 * (abs(x) + 1e-7) * 1.001 for name, x in point.items())


def find(text):
    expression = parse(text)
    starts = [dict.fromkeys(variables(wengert_list(expression)), x) for x in (2.0, -0.5, 10.0)]
    return find_interior_point(
        constraints(wengert_list(expression)), starts, lambda point: is_number(value_at(expression, point)),
        random.Random(0), lambda: None,
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "ln(x - 1e6)*ln(y + 1e6)",
        "sqrt(y - x)*ln(x - 80)",
        "sqrt(1 - x^2 - y^2)*ln(y - 0.99)",
        "sqrt(1e-4 - (x - 500)^2 - (y + 300)^2)",
        "sqrt(1 - 1e4*(x - y)^2)*ln(x + y - 1000)",
        "sqrt(x - y)*sqrt(y - z)*ln(z - 100)",
        "sqrt(a - b)*sqrt(b - c)*sqrt(c - d)*ln(d - 50)",
        "ln(ln(x - 50) - 5)*y",
        "sqrt(y - exp(x))*ln(x - 10)",
        "acosh(x*y)*acos(x - 50)",
        "ln(cos(x) - 0.99999)*ln(y - 1000)",
    ],
)
def test_a_point_is_found(text):
    assert find(text)


def test_a_point_between_curved_walls_is_found():
    assert find("sqrt(1 - x^2 - y^2 - z^2)*ln(x + y + z - 1.7)")


def test_the_point_is_near_and_has_few_digits():
    assert find("sqrt(y - x)*ln(x - 80)") == {"x": 81.0, "y": 82.0}


@pytest.mark.parametrize("text", ["ln(x)*ln(-x - 1)*y", "sqrt(-1 - x^2)*y", "x*y"])
def test_an_empty_domain_has_no_point(text):
    assert find(text) is None
