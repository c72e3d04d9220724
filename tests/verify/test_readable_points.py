"""Points that a person can read, and points near a point."""

from itertools import pairwise

import pytest

from diffcompare.verify.readable_points import nearby_points, reading_effort, with_fewest_digits


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
