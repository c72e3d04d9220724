"""Points within the ranges that a table says."""

import pytest

from diffcompare.batch.csv_reader import point_in, ranges_in

TITLES = ["Formula", "v1_name", "v1_low", "v1_high", "v2_name", "v2_low", "v2_high"]


def test_columns_of_ranges():
    assert ranges_in(TITLES) == [(1, 2, 3), (4, 5, 6)]
    assert ranges_in(["a_name", "a_min", "a_max"]) == [(0, 1, 2)]
    assert ranges_in(["name", "v1_name", "v1_low", "x_low", "x_high"]) == []


def test_a_point_is_inside_and_no_two_coordinates_of_equal_ranges_are_equal():
    point = point_in(ranges_in(TITLES), ["x*y", "x", "1", "5", "y", "1", "5"])
    assert point == {"x": "3.378", "y": "2.155"}


@pytest.mark.parametrize("cells", [["", "", "", ""], ["x", "x"], ["x", "x", "low", "5"], ["x", "x", "1", "inf"]])
def test_a_range_that_is_not_said_gives_no_coordinate(cells):
    assert point_in(ranges_in(TITLES), cells) == {}
