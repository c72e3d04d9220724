"""Points: typed with `--at`, checked against the expression, or from the fixed list of candidates."""

import math

import pytest
from rows import every_row

from diffcompare.diagnostics import DiffcompareError
from diffcompare.inputs.point import candidates, check_point, component_name, constant_value, parse_point


def problem(action, *arguments):
    with pytest.raises(DiffcompareError) as caught:
        action(*arguments)
    return caught.value.diagnostic


@every_row(
    ("specs", "point"),
    [
        (["x=2"], {"x": 2.0}),
        (["x1=2,x2=pi/2"], {"x1": 2.0, "x2": math.pi / 2}),
        (["x=1", "y=2"], {"x": 1.0, "y": 2.0}),
        ([" x = -0.1 , y = 1e-3 "], {"x": -0.1, "y": 1e-3}),
        (["a=max(1, 2),b=hypot(3,(4))"], {"a": 2.0, "b": 5.0}),
        (["e=2"], {"e": 2.0}),
        (["gamma=e"], {"gamma": math.e}),
        (["x₁=3"], {"x1": 3.0}),
        (["x=if(1 == 1, 2, 3)"], {"x": 2.0}),
        (["x=5e-324"], {"x": 5e-324}),
        ([""], {}),
        (["", "x=1"], {"x": 1.0}),
        ([], {}),
    ],
)
def test_points_as_typed(specs, point):
    assert parse_point(specs) == point


def test_a_value_is_the_double_that_python_would_read():
    assert constant_value("0.1", "--at x") == 0.1
    assert math.copysign(1, constant_value("-0", "--at x")) == -1


@every_row(
    ("spec", "complaint"),
    [
        ("x", "`x` is not of the form NAME=VALUE"),
        ("2", "`2` is not of the form NAME=VALUE"),
        ("x=1,", "`` is not of the form NAME=VALUE"),
        ("x=1;y=2", None),
        ("=2", "`` is not the name of a variable"),
        ("2=x", "`2` is not the name of a variable"),
        ("pi=3", "`pi` is not the name of a variable"),
        ("x+y=3", "`x+y` is not the name of a variable"),
        ("x=", "nothing after `x=`"),
        ("x=1,x=1", "two values for `x`"),
        ("x=y", "`y` is not a number: it contains the variable `y`"),
        ("x=nan", "`nan` is not a number: it contains the variable `nan`"),
        ("x=inf", "`inf` is not a number: it contains the variable `inf`"),
        ("x=1/0", "`1/0` is undefined"),
        ("x=ln(-1)", "`ln(-1)` is undefined"),
        ("x=1e309", "`1e309` is beyond the range of doubles (1.8e308)"),
        ("x=[1,2]", "`[1,2]` is a list, and one number is expected here"),
        ("x=exp(1000)", "`exp(1000)` is beyond the range of doubles (1.8e308)"),
        ("x=0*exp(1000)", "`0*exp(1000)` is not a number"),
    ],
)
def test_what_is_no_point(spec, complaint):
    diagnostic = problem(parse_point, [spec])
    if complaint is not None:
        assert (diagnostic.kind, diagnostic.message) == ("bad_value", complaint)
    assert diagnostic.source.startswith("--at")


@every_row(
    ("text", "name"),
    [
        ("w[0]", "w[0]"),
        (" W[0,1] ", "W[0, 1]"),
        ("W[0][1]", "W[0, 1]"),
        ("w[ 12 ]", "w[12]"),
        ("w", None),
        ("w[]", None),
        ("w[i]", None),
        ("w[-1]", None),
        ("2*w[0]", None),
        ("w[0]+w[1]", None),
    ],
)
def test_a_component_is_named_alike_however_it_is_spelt(text, name):
    assert component_name(text) == name


def test_a_name_twice_in_two_options():
    assert problem(parse_point, ["x=1", "x=2"]).message == "two values for `x`"


def test_a_mistake_in_a_value_is_shown_where_it_stands():
    diagnostic = problem(parse_point, ["x=2,y=sni(1)"])
    assert (diagnostic.code, diagnostic.source) == ("E101", "--at y")
    assert diagnostic.text == "sni(1)"


def test_a_complete_point_passes():
    check_point(("x", "y"), {"y": 1.0, "x": 2.0})
    check_point((), {})


def test_all_missing_variables_are_named_and_the_option_to_paste_is_shown():
    diagnostic = problem(check_point, ("x", "y", "z"), {"y": 2.5})
    assert (diagnostic.code, diagnostic.kind) == ("E704", "missing_variable")
    assert diagnostic.message == "no value for the variables `x`, `z`"
    assert diagnostic.help == "--at x=1,y=2.5,z=1"
    assert parse_point([diagnostic.help.removeprefix("--at ")]).keys() == {"x", "y", "z"}


def test_an_unknown_variable_gets_a_suggestion():
    diagnostic = problem(check_point, ("theta", "x"), {"theta": 1.0, "x": 2.0, "teta": 3.0})
    assert (diagnostic.code, diagnostic.kind) == ("E705", "unknown_variable")
    assert diagnostic.help == "did you mean `theta`?"
    assert problem(check_point, ("a", "b"), {"q": 1.0}).help == "its variables are a, b"
    assert problem(check_point, (), {"q": 1.0}).help == "it is constant"


def test_candidates_have_a_value_of_its_own_for_every_variable():
    names = [f"x{index}" for index in range(3000)]
    for point in candidates(names):
        assert list(point) == names
        assert len(set(point.values())) == len(names)
        assert all(value != 0 for value in point.values())
