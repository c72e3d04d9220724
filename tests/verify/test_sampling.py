"""Sample points: few digits, in every interval, at several scales, where the user wants them, and beyond a sign change."""

import pytest

from diffcompare.inputs.conditions import parse_conditions
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.numeric.evaluate import value_at
from diffcompare.verify.domain import INFINITY
from diffcompare.verify.sampling import opposite_sign_points, sample_points


def points(text, domain=(), seed=0):
    formula = parse(text)
    names = variables(wengert_list(formula))
    return list(sample_points(formula, {}, names, lambda point: True, parse_conditions(domain, names), seed))


def test_all_scales_of_the_line():
    sizes = {abs(sample.point["x"]) for sample in points("x^2")}
    assert min(sizes) <= 1e-3
    assert max(sizes) >= 1e6


def test_few_digits():
    assert all(len(f"{sample.point['x']:g}") <= 8 for sample in points("1/(x - 3)")[:8])


def test_every_interval_has_its_points_and_every_end_one():
    samples = points("1/((x - 1)*(x - 1.001))")
    inside = {(sample.interval.low, sample.interval.high) for sample in samples if not sample.is_boundary}
    assert inside == {(-INFINITY, 1), (1, 1.001), (1.001, INFINITY)}
    assert [sample.point["x"] for sample in samples if sample.is_boundary] == [1, 1.001]
    assert all(
        sample.interval.low < sample.point["x"] < sample.interval.high for sample in samples if not sample.is_boundary
    )


def test_conditions_hold_and_cut_the_line():
    xs = [sample.point["x"] for sample in points("x^2", ["100 < x < 101"])]
    assert len(xs) >= 8
    assert all(100 < x < 101 for x in xs)


def test_a_thin_domain_of_two_variables_is_found_along_lines():
    inside = [sample.point for sample in points("x*y", ["x > 1000", "y < -5000"])]
    assert inside
    assert all(point["x"] > 1000 and point["y"] < -5000 for point in inside)


def test_the_seed_repeats_them():
    assert points("x*y", seed=3) == points("x*y", seed=3)
    assert points("x*y", seed=3) != points("x*y", seed=4)


def test_a_constant_has_the_empty_point():
    assert [sample.point for sample in points("7")] == [{}]


POINTS = [{"x": 2.0, "y": 5.0}, {"x": -1.0, "y": 0.5}]


@pytest.mark.parametrize(
    "guard",
    ["x^2 + y^2 - 1e-4", "x + y - 1000", "|x - 5.5| + |y - 7.7| - 0.01", "1e-4 - (x - y)^2 - (x + y - 3)^2"],
)
def test_a_point_of_opposite_sign_is_found(guard):
    [point] = opposite_sign_points([parse(guard)], POINTS)
    assert {value_at(parse(guard), other) > 0 for other in POINTS} == {value_at(parse(guard), point) <= 0}


def test_an_opposite_sign_point_has_few_digits():
    assert opposite_sign_points([parse("x + y - 1000")], POINTS) == [{"x": 1000.0, "y": 5.0}]


@pytest.mark.parametrize("guard", ["x^2 + y^2 + 1", "x - 3", "x - y", "ln(-x^2 - y^2)"])
def test_a_guard_of_one_sign_or_one_variable_or_of_both_signs_already_gives_none(guard):
    assert opposite_sign_points([parse(guard)], [*POINTS, {"x": 3.0, "y": -4.0}]) == []
