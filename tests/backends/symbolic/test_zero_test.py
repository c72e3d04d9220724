"""Proofs by sympy: identities are seen through, and what is not identical is never proved."""

import pytest
import sympy
from rows import every_row

from diffcompare.backends.problem import Problem
from diffcompare.backends.symbolic import client
from diffcompare.backends.symbolic.to_sympy import symbols_for, to_sympy
from diffcompare.backends.symbolic.zero_test import first_zero_form
from diffcompare.language.parser import parse


def form(left, right, positive=()):
    symbols = symbols_for(["x", "y"])
    difference = to_sympy(parse(left), symbols) - to_sympy(parse(right), symbols)
    return first_zero_form(difference, [symbols[name] for name in positive])


@every_row(
    ("left", "right"),
    [
        ("(x + 1)^2", "x^2 + 2*x + 1"),
        ("1/x + 1/(x + 1)", "(2*x + 1)/(x*(x + 1))"),
        ("sin(x)^2", "1 - cos(x)^2"),
        ("tan(x)^2 + 1", "1/cos(x)^2"),
        ("cosh(x)^2 - sinh(x)^2", "1"),
        ("sin(x + y)", "sin(x)*cos(y) + cos(x)*sin(y)"),
        ("|x|^2", "x^2"),
        ("x/|x|", "sign(x)"),
        ("max(x, y) + min(x, y)", "x + y"),
        ("hypot(x, y)^2", "x^2 + y^2"),
        ("relu(x) - relu(-x)", "x"),
        ("if(x > y, x, y)", "max(x, y)"),
        ("if(x > y, x, y)", "if(y < x, x, y)"),
        ("1/(sqrt(x^2 + 1) + 1)", "(sqrt(x^2 + 1) - 1)/x^2"),
    ],
)
def test_identities(left, right):
    assert form(left, right)


@pytest.mark.parametrize(
    ("left", "right"), [("x", "|x|"), ("sin(x)", "cos(x)"), ("x", "x + 1e-30"), ("if(x > y, x, y)", "x")]
)
def test_what_is_no_identity(left, right):
    assert form(left, right) is None


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("if(floor(x) == 3, x^2, x)", "x"),
        ("if(|x| == x, 1, 2)", "2"),
        ("sign(|x| - x)^2", "1"),
        ("sign(relu(x))^2", "1"),
        ("sign(floor(x))^2", "1"),
    ],
)
def test_what_holds_almost_everywhere_only_if_no_region_is_level(left, right):
    assert form(left, right) is None
    assert form("sign(|x| - 1)^2", "1")
    assert form("if(x == 2, 0, x)", "x")


def test_what_holds_for_positive_numbers_only():
    assert form("ln(x^2)", "2*ln(x)") is None
    assert form("ln(x^2)", "2*ln(x)", "x")
    assert form("cbrt(x)", "x^(1/3)", "x")


def test_a_form_in_which_sympy_gives_up_is_skipped(monkeypatch):
    def broken(difference):
        raise sympy.PolynomialError

    monkeypatch.setattr("diffcompare.backends.symbolic.zero_test.FORMS", (("broken", broken), ("plain", lambda d: d)))
    assert form("x", "x") == "plain"


def test_in_the_worker():
    problem = Problem(parse("sin(x)^2"), {}, ("x",))
    assert client.prove(problem, parse("sin(2*x)"))
    assert client.prove(problem, parse("cos(2*x)")) is None
