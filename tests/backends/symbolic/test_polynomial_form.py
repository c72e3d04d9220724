"""Polynomials as Table 1 of the survey writes them: the order of factors and terms, and the number in front."""

import pytest
from rows import every_row

from diffcompare.backends.problem import Problem
from diffcompare.backends.symbolic import client
from diffcompare.language.parser import parse


def row(text, order=1):
    problem = Problem(parse(text), {"x": 0.2}, ("x",), budget=30.0)
    answer = client.derive(problem, ("raw", "polynomial"), order)
    return tuple(map(str, answer.formulas["polynomial"].values())) if not answer.troubles else answer.troubles


@every_row(
    ("text", "factored", "unsimplified", "simplified"),
    [
        ("5", "5", "0", "0"),
        ("x - x", "0", "0", "0"),
        ("-x", "-x", "-1", "-1"),
        ("x^2 - 2", "-2 + x^2", "2*x", "2*x"),
        ("(x^2 - 2)^2", "(2 - x^2)^2", "-4*x*(2 - x^2)", "-8*x + 4*x^3"),
        ("x^3*(1 - x)", "x^3*(1 - x)", "3*x^2*(1 - x) - x^3", "3*x^2 - 4*x^3"),
        ("3.7*x*(1 - x)", "3.7*x*(1 - x)", "3.7*(1 - x) - 3.7*x", "3.7*(1 - 2*x)"),
        ("x^2/3 + x/6", "1/6*x*(1 + 2*x)", "1/6*(1 + 2*x) + 1/3*x", "1/6 + 2/3*x"),
        ("10*x - 50*x^2 + 80*x^3", "10*x*(1 - 5*x + 8*x^2)", "10*x*(-5 + 16*x) + 10*(1 - 5*x + 8*x^2)",
         "10*(1 - 10*x + 24*x^2)"),
        ("x + 2*x^2*(x + 1)", "x*(1 + 2*x + 2*x^2)", "x*(2 + 4*x) + (1 + 2*x + 2*x^2)", "1 + 4*x + 6*x^2"),
    ],
)  # fmt: skip
def test_rows(text, factored, unsimplified, simplified):
    assert row(text) == (factored, unsimplified, simplified)


def test_of_a_higher_order_what_is_differentiated_is_a_derivative():
    assert row("x^4 - x^2", 3) == ("2*(-1 + 6*x^2)", "24*x", "24*x")


@pytest.mark.parametrize("text", ["x*sin(x)", "1/x", "pi*x", "sqrt(2)*x", "2^x"])
def test_what_is_no_such_polynomial_is_said(text):
    assert row(text) == {"polynomial": ("failed", "not a polynomial with rational coefficients")}
