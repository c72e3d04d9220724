"""The point of a Python function, as it is typed."""

import pytest

from diffcompare.diagnostics import DiffcompareError
from diffcompare.inputs.function_point import function_point, parse_function_point


def f(x, n=3):
    return x**n


def of_two(x, y):
    return x * y


def of_defaults(scale=2.0):
    return scale


@pytest.mark.parametrize(
    ("function", "text", "point"),
    [
        (f, "2", {"x": 2.0, "n": 3}),
        (f, "[1,2]", {"x[0]": 1.0, "x[1]": 2.0, "n": 3}),
        (f, "x=2,n=4", {"x": 2.0, "n": 4.0}),
        (of_defaults, "pi/pi", {"scale": 1.0}),
    ],
)
def test_a_value_without_a_name_is_for_the_only_parameter_that_needs_one(function, text, point):
    assert function_point(function, parse_function_point([text]), "f").point == point


def test_one_value_for_several_parameters_is_an_error_that_names_them():
    with pytest.raises(DiffcompareError, match="one value, and the function has 2 parameters: x, y") as caught:
        function_point(of_two, parse_function_point(["2"]), "f")
    assert caught.value.diagnostic.help == "--at x=2,y=2"


def test_a_direction_needs_names():
    with pytest.raises(DiffcompareError, match="not of the form NAME=VALUE"):
        parse_function_point(["2"], option="--times")
