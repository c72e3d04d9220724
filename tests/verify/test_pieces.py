"""Pieces: where signs and domains change along a line, found without being told where."""

import math

import pytest

from diffcompare.language.parser import parse
from diffcompare.language.wengert import wengert_list
from diffcompare.verify.domain import Piece, boundaries, guards, pieces


def cuts(text, name="x", **point):
    formula = parse(text)
    return boundaries([formula], guards(wengert_list(formula)), name, point)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x^2", []),
        ("1/x", [0]),
        ("|x|", [0]),
        ("ln(x)", [0]),
        ("1/(x - 0.1)", [0.1]),
        ("sqrt(x - 1e6)", [1e6]),
        ("asin(x)", [-1, 1]),
        ("1/(x^2 - 4)", [-2, 2]),
        ("1/(x - 1)^2", [1]),
        ("1/(x^2 - 2*x + 1)", [1]),
        ("1/((x - 1)*(x - 1.001))", [1, 1.001]),
        ("max(x, 1e30)", [1e30]),
        ("if(x > 3, x, -x)", [3]),
        ("if(x == 3, x, -x)", [3]),
        ("if(|x| < 1e-8, 0, x)", [-1e-8, 0, 1e-8]),
        ("if((x - 3.7)^2 < 1e-6, 0, x)", [3.699, 3.701]),
    ],
)
def test_boundaries(text, expected):
    assert cuts(text) == pytest.approx(expected, abs=1e-12)


def test_a_root_that_is_no_decimal_is_bisected():
    (root,) = [x for x in cuts("1/(x*exp(x) - 1)") if x > 0]
    assert root == pytest.approx(0.5671432904097838, rel=1e-14)


def test_infinitely_many_are_cut_to_those_near_zero():
    found = cuts("1/sin(x)")
    assert len(found) == 24
    assert all(x == pytest.approx(math.pi * round(x / math.pi), abs=1e-9) for x in found)
    assert [x for x in found if abs(x) < 13] == pytest.approx([math.pi * k for k in range(-4, 5)], abs=1e-9)


def test_other_variables_stay_where_they_are():
    assert cuts("1/(x - y)", "x", y=7.0) == [7]


def test_pieces_cover_the_line():
    formula = parse("1/(x^2 - 4)")
    assert pieces([formula], guards(wengert_list(formula)), "x", {}) == [
        Piece(-math.inf, -2), Piece(-2, 2), Piece(2, math.inf)
    ]  # fmt: skip
