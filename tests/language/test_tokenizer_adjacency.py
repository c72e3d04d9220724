"""Numbers of other languages, and products and formulas over several lines: what is not recognised whole is an error."""

import re

import pytest
from rows import every_row

from diffcompare.diagnostics import DiffcompareError
from diffcompare.language.parser import parse


def diagnose(text, names=()):
    with pytest.raises(DiffcompareError) as caught:
        parse(text, names)
    return caught.value.diagnostic


@every_row(
    ("text", "number"),
    [
        ("2.0L*x", "2.0*x"), ("3UL*x", "3.0*x"), ("1.f32", "1.0"), ("2u8", "2.0"), ("1q0", "1.0"),
    ],
)  # fmt: skip
def test_a_number_of_a_language_that_is_not_read(text, number):
    error = diagnose(text)
    assert (error.code, error.fix) == ("E304", number)
    for reading in re.findall("(?:^write | or )`([^`]+)`", error.help):
        parse(reading)


@every_row(
    ("text", "same"),
    [
        ("2.d0*x", "2*x"), ("1d0", "1"), ("x + 1.5D3", "x + 1500"), ("1d-3*x", "0.001*x"), ("2.0d+2", "200"),
        ("2.5f*x", "2.5*x"), ("1e-3f", "0.001"), ("1.d0/3.d0*x", "1/3*x"),
    ],
)  # fmt: skip
def test_numbers_of_fortran_and_c_are_read(text, same):
    assert parse(text) is parse(same)


@every_row(
    ("text", "same"),
    [("2x", "2*x"), ("2sin(x)", "2*sin(x)"), ("2f", "2*f"), ("0.5L", "0.5*L"), ("2u", "2*u"), ("3d", "3*d"), ("2 d0", "2*d0"),
     ("d0 + 2d0", "d0 + 2*d0"), ("d^2 - 2d-3", "d^2 - 2*d - 3"), ("f + 0.5f", "f + 0.5*f"), ("2i", "2*i")],
)  # fmt: skip
def test_a_product_remains_one(text, same):
    assert parse(text) is parse(same)


def test_a_name_of_the_point_is_a_variable():
    assert parse("2.d0*x", ["d0", "x"]) is parse("2.*d0*x")


@every_row("text", ["2\nx", "(x+1)\n(x-1)", "2\r\nsin(x)", "x + 3\n y", "2\n\n(x)", "2\u2028x", "2\x0bx", "2\x85x"])
def test_a_product_is_not_read_across_lines(text):
    error = diagnose(text)
    assert error.code == "E203"
    assert "*" in error.fix


@every_row(
    "text",
    [" 2\nx", "  2\n-x", " 2    2\nx  + y", "       2\n(x + 1)", "x\n-\n2", "sin(x)\n------\n  x", "    x\r\n1 + ---\r\n    y", "1\n- \nx\n"],
)  # fmt: skip
def test_a_formula_in_two_dimensions(text):
    error = diagnose(text)
    assert error.code in ("E216", "E203")
    assert error.span is not None


@every_row(
    ("text", "same"),
    [("x^2\n  + 3*x", "x^2+3*x"), ("x +\ny", "x+y"), ("sin(\n  x\n)", "sin(x)"), ("a = 2;\nb = 3;\na*b", "2*3"), ("\n x\n", "x"),
     ("x\n- y", "x-y"), ("max(x,\n    y)", "max(x,y)"), ("2x\n+ 3y\n", "2*x+3*y"), ("x---y", "x-(-(-y))")],
)  # fmt: skip
def test_an_expression_may_go_on_on_the_next_line(text, same):
    assert parse(text) is parse(same)
