"""Higher derivatives by power series in ball arithmetic: against closed forms, and 0 told from unknown."""

from __future__ import annotations

import math

import pytest
from rows import every_row

from diffcompare.backends.problem import Problem
from diffcompare.language.expression import OPERATIONS
from diffcompare.language.parser import parse
from diffcompare.truth.higher_derivatives import higher_derivatives


def of(text: str, x: float) -> dict[int, float | None]:
    return higher_derivatives(Problem(parse(text), {"x": x}, ("x",)), "x")


@every_row(
    ("text", "x", "expected"),
    [
        ("exp(x)", 1.0, [math.e] * 4),
        ("sin(x)", 0.7, [-math.sin(0.7), -math.cos(0.7), math.sin(0.7), math.cos(0.7)]),
        ("ln(x)", 1e-3, [-1e6, 2e9, -6e12, 24e15]),
        ("1e8+sin(x)", 1.0, [-math.sin(1), -math.cos(1), math.sin(1), math.cos(1)]),
        ("x^5", 1e10, [20e30, 60e20, 120e10, 120.0]),
        ("1e300+x^2", 1.0, [2.0, 0.0, 0.0, 0.0]),
        ("cosh(pi^7)+x^3", 1.0, [6.0, 6.0, 0.0, 0.0]),  # an offset of 10^1311
        ("if(x == 0, 1, sin(x)/x)", 0.0, [-1 / 3, 0.0, 1 / 5, 0.0]),
        ("sin(pi*x)", 1.0, [0.0, math.pi**3, 0.0, -(math.pi**5)]),
    ],
)
def test_against_closed_forms(text: str, x: float, expected: list[float]) -> None:
    assert list(of(text, x).values()) == pytest.approx(expected, rel=1e-12)


@every_row(
    ("text", "x", "zero"),
    [("3*x+2", 1.0, {2, 3, 4, 5}), ("x^2", 3.0, {3, 4, 5}), ("sin(x)", 0.0, {2, 4}), ("cos(x)", 0.0, {3, 5}),
     ("x^4", 0.0, {2, 3, 5}), ("x^6", 0.0, {2, 3, 4, 5}), ("5+0*x", 1.0, {2, 3, 4, 5}), ("1e300", 1.0, {2, 3, 4, 5})],
)  # fmt: skip
def test_a_zero_is_zero_and_nothing_else_is(text: str, x: float, zero: set[int]) -> None:
    derivatives = of(text, x)
    assert {order for order, number in derivatives.items() if number == 0} == zero
    assert None not in derivatives.values()


@pytest.mark.parametrize(("text", "x"), [("sqrt(x)", 0.0), ("ln(x-1)", 1.0), ("x*abs(x)", 0.0), ("floor(x)", 2.0)])
def test_at_the_edge_of_a_domain_and_at_a_kink_nothing_is_known(text: str, x: float) -> None:
    assert set(of(text, x).values()) == {None}


def test_a_derivative_beyond_the_doubles_is_not_known() -> None:
    assert of("ln(x)", 1e-300)[5] is None


def test_values_have_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """The series is made of partials: one that is wrong vouches for nothing."""
    monkeypatch.setattr(OPERATIONS["sin"], "partials", (lambda y, x: 2 * OPERATIONS["cos"](x),))
    assert set(of("x*sin(x)", 0.7).values()) == {None}
