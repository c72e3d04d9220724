"""Decimal commas in cells."""

import pytest

from diffcompare.inputs.decimal_commas import doubt, with_points


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("0,5*x^2", "0.5*x^2"),
        ("sin(0,5*x) + 1,25", "sin(0.5*x) + 1.25"),
        ("max(sin(0,5), x)", "max(sin(0.5), x)"),
        ("max(1,5; x)", "max(1.5, x)"),
        ("if(x < 1,5; 2; 3,5)", "if(x < 1.5, 2, 3.5)"),
    ],
)
def test_decimal_commas_become_points_in_their_places(text, read):
    found = with_points(text)
    assert found == (read, True, None)
    assert len(read) == len(text)


@pytest.mark.parametrize("text", ["2*x", "max(1, 5)", "atan2(x,y)", "max(x;y)", "x, y", "a = 2; a*x", ")1)"])
def test_other_commas_stay(text):
    assert with_points(text) == (text, False, None)


@pytest.mark.parametrize(
    ("text", "number"), [("max(1,5)", "1,5"), ("log(2,5)", "2,5"), ("1,5 + atan2(x, 10,25)", "10,25")]
)
def test_a_comma_that_may_part_arguments_is_in_doubt(text, number):
    span = with_points(text).doubtful
    assert text[slice(*span)] == number
    assert f"`{number}` may be one number or two arguments" in doubt(text, span).message
