"""The truth about second derivatives: 25 digits, checked by values, and both sides of a kink."""

import pytest

from diffcompare.backends.problem import Problem
from diffcompare.language.expression import OPERATIONS
from diffcompare.language.operations import sin
from diffcompare.language.parser import parse
from diffcompare.truth.second_derivatives import establish_second


def truth(text, directions=None, **point):
    return establish_second(Problem(parse(text), point, tuple(point)), directions)


def texts(found):
    return {entry: number.text if number else None for entry, number in found.entries.items()}


def test_all_entries_to_25_digits():
    found = truth("ln(x1) + x1*x2 - sin(x2)", x1=2.0, x2=5.0)
    assert found.status == "ok"
    assert texts(found) == {
        ("x1", "x1"): "-0.2500000000000000000000000",
        ("x1", "x2"): "1.000000000000000000000000",
        ("x2", "x1"): "1.000000000000000000000000",
        ("x2", "x2"): "-0.9589242746631384688931544",
    }


def test_what_cancels_is_computed_with_more_bits():
    assert texts(truth("((x + 1e90) - 1e90)^2", x=1.5)) == {("x", "x"): "2.000000000000000000000000"}
    assert texts(truth("tanh(x)", x=18.0)) == {("x", "x"): "-1.855618264194853788990240e-15"}


def test_a_product_with_a_vector():
    found = truth("x^2*y*z", {"v": {"x": 1.0, "y": 2.0}}, x=1.0, y=2.0, z=3.0)
    assert [number.nearest for number in found.entries.values()] == [24.0, 6.0, 6.0]


@pytest.mark.parametrize(
    ("text", "point", "entries"),
    [
        ("|x|^3*y", {"x": 0.0, "y": 2.0}, [0.0, 0.0, 0.0, 0.0]),  # twice differentiable all the same
        ("if(x == 0, 1/2, (1 - cos(x))/x^2)", {"x": 0.0}, [-1 / 12]),  # a removable gap
        ("if(x < y, x^2, x^2 + (x - y)^3)", {"x": 1.0, "y": 1.0}, [2.0, 0.0, 0.0, 0.0]),
    ],
)
def test_a_kink_may_leave_the_second_derivative(text, point, entries):
    found = truth(text, **point)
    assert found.status == "ok"
    assert [number.nearest for number in found.entries.values()] == pytest.approx(entries)


def test_a_kink_of_the_slope_has_two_sides():
    found = truth("x*|x|*y", x=0.0, y=2.0)
    assert found.status == "nondifferentiable"
    assert found.slopes == {("x", "x"): (-4.0, 4.0)}
    assert found.entries["x", "x"] is None
    assert found.entries["x", "y"].nearest == found.entries["y", "x"].nearest == 0.0


def test_where_there_is_no_gradient_there_is_nothing_more():
    assert truth("|x|", x=0.0).status == "nondifferentiable"
    assert truth("ln(x)", x=-1.0).status == "undefined"


def test_values_decide_and_not_the_table(monkeypatch):
    """A wrong partial of the partial, cos for sin, is seen by differences of values."""
    assert truth("sin(x)", x=1.0).status == "ok"
    cos = OPERATIONS["cos"]
    monkeypatch.setattr(cos, "partials", (lambda y, x: sin(x),))
    found = truth("sin(x)", x=1.0)
    assert (found.status, found.entries["x", "x"]) == ("unresolved", None)
