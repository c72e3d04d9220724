"""Names for several methods at once, in every command that has `--method`, and what is asked by `d/dx` and `--at 2`."""

import pytest

import diffcompare as dc
from diffcompare.backends import DIFFERENCES, METHODS, expanded, hessian_methods, taylor_methods
from diffcompare.cli.arguments import methods_at
from diffcompare.cli.options import methods
from diffcompare.diagnostics import DiffcompareError


@pytest.mark.parametrize(
    ("group", "members"),
    [
        ("ad", {"forward-ad", "reverse-ad"}), ("fd", set(DIFFERENCES)), ("numerical", {*DIFFERENCES, "complex-step"}),
        ("symbolic", {"symbolic"}), ("all", set(METHODS)),
    ],
)  # fmt: skip
def test_a_group_stands_for_its_methods(group, members):
    assert set(expanded([group])) == set(methods([group.upper()])) == members


def test_a_group_has_the_methods_that_a_command_knows():
    assert expanded(["ad", "symbolic"], taylor_methods.METHODS) == ["nested-forward", "taylor-mode", "symbolic"]
    assert expanded(["numerical"], hessian_methods.METHODS) == ["second-difference", "difference-of-gradients"]
    assert [row.method for row in dc.compare("x^2", 3, methods="ad", truth=False).answers] == [
        "forward-ad",
        "reverse-ad",
    ]


def test_groups_are_completed():
    assert methods_at("backends:METHODS")("symbolic,num") == ["symbolic,numerical"]
    assert {"fd", "forward-ad", "forward-difference", "five-point"} == set(methods_at("backends:METHODS")("f"))


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (["grad", "x^2", "--at", "pi/2"], None), (["trace", "x^2", "--at", "-1"], None), (["jacobian", "[x, x^2]", "--at", "2"], None),
        (["grad", "x*y", "--at", "2"], "write --at x=2,y=2"), (["grad", "2 + 3", "--at", "2"], "leave out --at 2"),
        (["grad", "x", "--at", "x"], "write --at x=2"),
    ],
)  # fmt: skip
def test_a_value_alone_is_that_of_the_only_variable(cli, command, error):
    result = cli(*command)
    assert result.code == (0 if error is None else 2)
    assert error is None or error in result.err


def test_what_is_asked_by_d_dx_is_what_is_answered():
    comparison = dc.compare("d/dx (x^2*y)", x=3, y=1, methods="ad", truth=False)
    assert [row.gradient for row in comparison.answers] == [{"x": 6.0}] * 2
    assert comparison.notes[0].message == "read as d/dx of `x^2*y`"
    with pytest.raises(DiffcompareError, match="asks for d/dx"):
        dc.compare("d/dx (x^2*y)", wrt="y", methods="ad", truth=False)
    for other in (dc.parse, dc.hessian, dc.taylor):
        with pytest.raises(DiffcompareError, match="no sign for a derivative"):
            other("d/dx (x^2)")
