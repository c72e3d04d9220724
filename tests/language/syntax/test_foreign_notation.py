"""Notations of other programs: a cure that means the same, both readings, or none."""

import re

import pytest
from rows import every_row

from diffcompare.diagnostics import DiffcompareError
from diffcompare.language.parser import parse, read


def diagnose(text, names=()):
    with pytest.raises(DiffcompareError) as caught:
        parse(text, names)
    return caught.value.diagnostic


@every_row(
    ("text", "fix"),
    [
        # Maxima, Maple, Mathematica, Matlab, Python
        ("log[b](x + 1)", "log(x + 1, b)"), ("a[i,2]", "a_i_2"),

        # functions that are formulas here, in parentheses where they have to be
        ("sech(x)", "1/cosh(x)"), ("x/sech(x)", "x/(1/cosh(x))"),
        ("sinc(x)^2", "(sin(x)/x)^2"), ("round(x)", "floor(x + 1/2)"), ("sind(x)", "sin(x*pi/180)"), ("sech x", "1/cosh(x)"),
        ("2*x % 3", "(2*x) - 3*floor((2*x)/3)"), ("2^30°", "2^(30*pi/180)"), ("x*5%", "x*(5/100)"), ("log3(x)", "log(x, 3)"),
        # powers of functions
        ("sin^2(x)^3", "(sin(x)^2)^3"),
        # numbers
        ("1,234.5*x", "1234.5*x"), ("1.234,5*x", "1234.5*x"), ("0,125x", "0.125x"), ("1'000*x", "1000*x"),
        ("1,000,000", "1000000"), ("1/cosh(x):", "1/cosh(x)"),
        ("1_000x", "1000x"), ("1_000.5*x", "1000.5*x"), ("50% of x", "50/100*x"), ("a/5% of b", "a/(5/100)*b"),
        # what stands around a formula
        ("write 1/cosh(x)", "1/cosh(x)"), ("the derivative of x^2", "x^2"), ("'x^2'", "x^2"), ("d/dx(sin(x^2))", "(sin(x^2))"),
        ("d/dx x^2", "x^2"), ("diff(x^2, x)", "x^2"),
        # roots and raised signs
        ("sqrt[3](x)", "cbrt(x)"), ("x*root[n](y)", "x*((y)^(1/n))"), ("root3(x)", "cbrt(x)"), ("2*³√x", "2*cbrt(x)"),
        ("⁴√x^2", "((x)^(1/4))^2"), ("x^²", "x²"),
        # C, C++, JavaScript, Fortran, spreadsheets
        ("sinf(x)", "sin(x)"),
        ("alog10(x)", "log10(x)"), ("dble(x)", "x"), ("exp2(x)", "2^x"),
    ],
)  # fmt: skip
def test_a_cure_means_the_same(text, fix):
    assert diagnose(text).fix == fix
    parse(fix)


@every_row(
    "text",
    [
        r"\frac{d}{dx} x",
        r"\int x dx",
        r"speed\cdot c",
        r"\sin",
        "x[i+1]",
        "x!!",
        "1,50.5",
        "0.51,5",
        "2*%*x",
        "x²°",
    ],
)
def test_where_nothing_is_known_to_be_meant_nothing_is_offered(text):
    assert diagnose(text).fix is None


@every_row(
    ("text", "readings"),
    [
        ("sq(x)", ["x^2", "sqrt(x)"]), ("sin^(-1)(x)", ["asin(x)", "sin(x)^(-1)"]), ("tan^{-1} x", ["atan(x)", "tan(x)^(-1)"]),
        ("1,000*x", ["1000*x", "1.000*x"]), ("1 000", ["1000", "1*000"]), ("x2*^2", ["x2*2", "x2^2"]), ("2e", ["2*e", "2"]),
        ("x */ y", ["x * y", "x / y"]), ("sin x/2", ["sin(x)/2", "sin(x/2)"]), ("sin2(x)", ["sin(x)^2", "sin(2*x)"]),
        ("coc(x)", ["cos(x)", "cot(x)", "csc(x)"]), ("2.0_8*x", ["2.08*x", "2.0*x"]), ("sin(1,000)", ["sin(1000)", "sin(1.000)"]),
        ("log(1,000)", ["log(1000)", "log(1.000)", "log(1, 000)"]), ("5% x", ["5/100*x", "5 - x*floor(5/x)"]),
    ],
)  # fmt: skip
def test_where_there_are_several_readings_all_are_shown(text, readings):
    advice = diagnose(text).advice
    assert re.findall("(?:^write | or )`([^`]+)`", advice) == readings
    for reading in readings:
        parse(reading)


def test_readings_have_words():
    assert diagnose("sin^(-1)(x)").help == (
        "write `asin(x)` for the inverse function or `sin(x)^(-1)` for the reciprocal"
    )


@every_row(
    "text",
    [
        "x << 2",
        "x -> y",
        "x += y",
        "x→0",
        r"x \ 2",
        "Table[x, y]",
        "Integrate[x, x]",
        "d/dx (x) + (2)",
        "1_0.5",
    ],
)
def test_where_the_meaning_is_not_known_there_is_no_cure(text):
    assert diagnose(text).fix is None


def test_a_number_with_its_digits_in_groups_is_not_two_arguments():
    assert diagnose("max(1,000)").code == "E208"
    assert parse("max(1, 000)") is parse("max(1,0)")
    (note,) = read("max(1,200)").notes
    assert (note.code, note.severity) == ("W309", "note")
    assert read("max(1, 200)").notes == read("min(0,100)").notes == read("max(1,20)").notes == ()


@pytest.mark.parametrize(
    "text",
    ["1°" * 900, "pow(x,2)" * 200, "x%" * 900, "sq(x)*" * 200 + "1"],
    ids=["degrees", "calls", "percent", "functions"],
)
def test_of_many_mistakes_one_is_explained(text):
    assert diagnose(text).span[0] < 10


def test_nothing_is_announced_that_does_not_follow():
    assert diagnose("sech(x)").advice == "write `1/cosh(x)`"
    assert diagnose("coth(x)").advice == "write `1/tanh(x)`"
    assert diagnose("2*sech(x)").advice == "write `1/cosh(x)`:   2*(1/cosh(x))"
