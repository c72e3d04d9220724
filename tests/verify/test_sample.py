"""The sample: few digits, every piece, several scales, and what the user asked for."""

from diffcompare.inputs.formulas import parse_conditions
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.verify.domain import INFINITY
from diffcompare.verify.sampling import places


def points(text, domain=(), seed=0):
    formula = parse(text)
    names = variables(wengert_list(formula))
    return list(places(formula, {}, names, lambda point: True, parse_conditions(domain, names), seed))


def test_all_scales_of_the_line():
    found = {abs(place.point["x"]) for place in points("x^2")}
    assert min(found) <= 1e-3
    assert max(found) >= 1e6


def test_few_digits():
    assert all(len(f"{place.point['x']:g}") <= 8 for place in points("1/(x - 3)")[:8])


def test_every_piece_has_its_points_and_every_end_one():
    found = points("1/((x - 1)*(x - 1.001))")
    inside = {(place.piece.low, place.piece.high) for place in found if not place.edge}
    assert inside == {(-INFINITY, 1), (1, 1.001), (1.001, INFINITY)}
    assert [place.point["x"] for place in found if place.edge] == [1, 1.001]
    assert all(place.piece.low < place.point["x"] < place.piece.high for place in found if not place.edge)


def test_conditions_hold_and_cut_the_line():
    found = [place.point["x"] for place in points("x^2", ["100 < x < 101"])]
    assert len(found) >= 8
    assert all(100 < x < 101 for x in found)


def test_a_thin_domain_of_two_variables_is_found_along_lines():
    found = [place.point for place in points("x*y", ["x > 1000", "y < -5000"])]
    assert found
    assert all(point["x"] > 1000 and point["y"] < -5000 for point in found)


def test_the_seed_repeats_them():
    assert points("x*y", seed=3) == points("x*y", seed=3)
    assert points("x*y", seed=3) != points("x*y", seed=4)


def test_a_constant_has_the_empty_point():
    assert [place.point for place in points("7")] == [{}]
