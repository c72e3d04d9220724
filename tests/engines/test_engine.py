"""An expression runs through a library's own functions, as its users would write it."""

import math
import operator
from fractions import Fraction

import numpy as np
import pytest
from rows import every_row

from diffcompare.engines.engine import (
    Loaded,
    NoSuchFunction,
    as_function,
    as_number,
    common_element,
    each_number,
    every_function,
    number_or_none,
    python_where,
    written_for,
)
from diffcompare.language.parser import parse

SPOKEN = Loaded({"sin": lambda x: f"sin({x})", "where": lambda c, a, b: f"where({c}, {a}, {b})"}, {})


class Text(str):
    """A number of a library that only writes down what is done to it."""

    def __add__(self, other):
        return Text(f"({self} + {other})")

    def __rpow__(self, other):
        return Text(f"({other!r} ** {self})")

    def __pow__(self, other):
        return Text(f"({self} ** {other!r})")

    def __rmul__(self, other):
        return Text(f"({other!r} * {self})")

    def __lt__(self, other):
        return f"{self} < {other!r}"


def run(text, *inputs, **options):
    return as_function(parse(text), [f"x{n}" for n in range(1, 1 + len(inputs))], every_function(SPOKEN), **options)(
        *map(Text, inputs)
    )


@every_row(
    ("text", "written"),
    [
        ("x1 + sin(x2)", "(a + sin(b))"),
        ("x1^3", "(a ** 3)"),
        ("x1^-2", "(a ** -2)"),
        ("x1^0.5", "(a ** 0.5)"),
        ("2^x1", "(2 ** a)"),
        ("1/3*x1", "(0.3333333333333333 * a)"),
        ("ln(2)*x1", "(0.6931471805599453 * a)"),  # without a variable it is a number, however it was written
        ("if(x1 < 2, 1, x2)", "where(a < 2, 1, b)"),
        ("pi*x1", f"({math.pi!r} * a)"),
    ],
)
def test_an_expression_is_written_as_a_user_of_the_library_would(text, written):
    inputs = ("a", "b") if "x2" in text else ("a",)
    assert run(text, *inputs) == written


def test_whole_exponents_can_be_doubles():
    assert run("x1^3 + 2^x1", "a", float_exponents=True) == "((a ** 3.0) + (2 ** a))"


def test_an_expression_without_variables_is_a_number():
    assert run("2 + 1/4") == 2.25


def test_a_number_that_does_not_exist_is_an_error():
    with pytest.raises(ValueError, match=r"1/0 has no value"):
        run("1/0 + x1", "a")


@pytest.mark.parametrize(
    ("x", "number"),
    [(2, 2.0), (Fraction(1, 4), 0.25), (1 - 2j, 1 - 2j), (3 + 0j, 3.0), (np.complex128(2j), 2j), (np.array(0.5), 0.5)],
)
def test_a_number_that_is_not_real_keeps_its_imaginary_part(x, number):
    assert as_number(x) == number
    assert type(as_number(x)) is type(number)


def test_what_is_no_number_is_none():
    with pytest.raises((TypeError, ValueError)):
        as_number("one")
    assert number_or_none(lambda: 1 / 0) is None
    assert each_number([lambda: 1 / 0, lambda: 2j]) == [None, 2j]


def test_what_a_library_lacks_is_written_by_other_functions():
    functions = {"+": operator.add, "/": operator.truediv, "exp": math.exp, "neg": operator.neg, "ln": math.log}
    functions |= {"-": operator.sub, "*": operator.mul, "log1p": math.log1p, "max": max, "abs": abs}
    functions |= {"if >": lambda left, right, yes, no: python_where(left > right, yes, no)}
    functions |= {"if >=": lambda left, right, yes, no: python_where(left >= right, yes, no)}
    expression, replaced = written_for(parse("sigmoid(x) + exp(x)"), functions)
    assert replaced == ["sigmoid"]
    f = as_function(expression, ["x"], functions)
    assert f(0.3) == pytest.approx(1 / (1 + math.exp(-0.3)) + math.exp(0.3), rel=1e-15)


def test_what_has_no_definition_either_is_named():
    with pytest.raises(NoSuchFunction, match="digamma"):
        written_for(parse("x + digamma(x)"), {"+": operator.add})


def test_equal_elements_have_one_derivative():
    assert common_element([0.5, 0.5]) == 0.5
    assert common_element([0.5, math.nextafter(0.5, 1)]) == 0.5, "rounded otherwise in a vector and outside of one"
    assert math.isnan(common_element([math.nan, math.nan]))
    assert common_element([math.inf, math.inf]) == math.inf


@pytest.mark.parametrize("other", [-0.5, 0.5000001, math.nan, math.inf])
def test_equal_elements_with_two_derivatives_are_an_error(other):
    for pair in ([0.5, other], [other, 0.5]):
        with pytest.raises(ArithmeticError, match="equal numbers in an array have the derivatives"):
            common_element(pair)
