"""Which mistake was made: every kind, made by hand in functions of its own, with answers in other forms."""

import re

import pytest
from rows import every_row

from diffcompare.language.expression import PendingDerivative
from diffcompare.language.parser import parse
from diffcompare.misconceptions.explain import find_mistake
from diffcompare.misconceptions.inject import example_of
from diffcompare.misconceptions.kinds import KINDS
from diffcompare.misconceptions.terms import first_difference

POINTS = [
    {"x": 0.31 + 0.083 * i + 0.011 * (i % 3), "y": 1.3 + 0.17 * i * i - 0.3 * i, "z": 0.7 + 0.05 * i} for i in range(7)
]


def explain(function, answer, by="x", others=None):
    return find_mistake(parse(function), by, parse(answer), POINTS, others)


WRONG = {
    "missing-inner-factor": [
        ("cos(5*x + 1)", "-sin(1 + 5*x)"),
        ("(x^2 + 1)^5", "5*(x^4 + 2*x^2 + 1)*(x^2 + 1)^2"),
        ("ln(3*x + 2)*x", "ln(3*x + 2) + x/(2 + 3*x)"),
        ("exp(x^2) + x", "1 + e^(x*x)"),
        ("sqrt(x^2 + 4)", "1/2*(x^2 + 4)^(-1/2)"),
        ("sin(cos(3*x))", "-3*cos(cos(3*x))/3 * sin(3*x)"),
    ],
    "inner-factor-twice": [
        ("sin(x^2)", "4*x^2*cos(x*x)"),
        ("exp(5*x)", "25*exp(x)^5"),
        ("ln(x^3 + 1)", "9*x^4/(1 + x^3)"),
    ],
    "inner-factor-added": [
        ("cos(x^3)", "3*x^2 - sin(x^3)"),
        ("ln(5*x)", "5 + 1/(5*x)"),
        ("x + tan(x^2)", "1 + sec(x^2)^2 + x + x"),
    ],
    "inner-factor-divided": [
        ("ln(4*x)", "1/(16*x)"),
        ("cos(x^2)", "-sin(x^2)/x/2"),
        ("x - sin(6*x)", "1 - cos(6*x)/6"),
    ],
    "inner-not-differentiated": [
        ("cos(x^2 + 1)", "-(1 + x^2)*sin(x^2 + 1)"),
        ("ln(sin(x)) + exp(2*x^2)", "cos(x)/sin(x) + 2*x^2*exp(2*x*x)"),
        ("tan(x^3)", "x^3/cos(x^3)^2"),
    ],
    "outer-at-inner-derivative": [
        ("cos(x^4)", "-sin(4*x^3)"),
        ("ln(x^3 + x)", "1/(1 + 3*x^2)"),
        ("sin(x^2)*x", "sin(x^2) + x*cos(2*x)*2*x"),
    ],
    "outer-at-variable": [
        ("sin(x^3)", "3*x^2*cos(x)"),
        ("ln(x^2 + 5)", "2"),
        ("x*exp(x^2)", "exp(x^2) + 2*x^2*exp(x)"),
        ("exp(floor(x))", "exp(x)"),  # the right derivative is 0, and so are those of all nodes
        ("sin(if(x > 5, x^2, y))", "cos(x)"),  # x stands in the branch that is not taken
    ],
    "differentiated-inside": [
        ("sqrt(x^4 + x)", "sqrt(1 + 4*x^3)"),
        ("ln(x^2 + x)", "ln(1 + 2*x)"),
        ("x + sin(x^3)", "1 + sin(3*x*x)"),
    ],
    "outer-not-differentiated": [
        ("cos(x^3)", "3*cos(x^3)*x^2"),
        ("ln(x^2 + 3)", "2*ln(3 + x^2)*x"),
        ("tan(5*x) + x^2", "2*x + 5*tan(5*x)"),
    ],
    "power-rule-on-exponential": [
        ("3^x", "x*3^x/3"),
        ("exp(x)", "x*exp(x)/e"),
        ("x + 5^x", "1 + x*5^(x - 1)"),
        ("exp(3*x)", "3*x*e^(3*x - 1)"),
    ],
    "ln-base-missing": [
        ("5^x", "5^x"),
        ("x*3^x", "3^x*(1 + x)"),
        ("10^(2*x)", "2*10^(2*x)"),
        ("x^sin(x)", "x^sin(x)*(cos(x) + sin(x)/x)"),
        ("(2*x)^x + x", "(2*x)^x*(1 + 1) + 1"),
    ],
    "exponential-rule-on-power": [
        ("x^5", "x^5*ln(x)"),
        ("x^4 + cos(x)", "x^4*ln(x) - sin(x)"),
        ("(2*x + 1)^3", "2*(1 + 2*x)^3*ln(2*x + 1)"),
    ],
    "power-rule-on-general-power": [
        ("x^sin(x)", "sin(x)*x^sin(x)/x"),
        ("(x + 1)^x", "x*(x + 1)^(x - 1)"),
        ("x^x + x", "1 + ln(x)*x^x"),
    ],
    "exponent-not-lowered": [
        ("x^7", "7*x^7"),
        ("5*x^4 + x", "1 + 20*x^4"),
        ("(x^2 + 1)^3", "6*x*(x^2 + 1)^3"),
        ("sqrt(x + 1)", "sqrt(1 + x)/2"),
        ("x^(1/3)", "1/3*x^(2/3)"),
        ("3*x^2 + 2*x", "6*x^2 + 2*x"),
    ],
    "power-factor-missing": [
        ("x^6", "x^5"),
        ("x^4 - x", "x^3 - 1"),
        ("sin(x)^3", "sin(x)^2*cos(x)"),
        ("sqrt(x + 2)", "(x + 2)^(-0.5)"),
    ],
    "exponent-raised": [
        ("x^-3", "-3/x^2"),
        ("x^4", "4*x^5"),
        ("1/x^3 + x", "1 - 3/(x*x)"),
    ],
    "exponent-dropped": [
        ("x^5", "5*x"),
        ("x^3 + x^4", "4*x^3 + 3*x"),
        ("sin(x) + x^7", "cos(x) + 7"),
        ("x^2*exp(x^3)", "2*x*exp(x^3) + 3*x^2*exp(x^3)"),
    ],
    "lowered-factor": [
        ("x^5", "4*x^4"),
        ("x^6 + x", "5*x^5 + 1"),
        ("sin(x)^4", "3*cos(x)*sin(x)^3"),
    ],
    "product-of-derivatives": [
        ("x^3*cos(x)", "-3*x^2*sin(x)"),
        ("ln(x)*sin(x)", "cos(x)/x"),
        ("(x^2 + 1)*(x^3 + x)", "6*x^3 + 2*x"),
        ("x^2*sin(x)*ln(x)", "2*cos(x)"),
    ],
    "product-term-lost": [
        ("x^3*cos(x)", "-sin(x)*x^3"),
        ("ln(x)*sin(x)", "sin(x)/x"),
        ("(x^2 + 1)*(x^3 + x) + 1", "2*x^2*(x^2 + 1)"),
        ("x^2*exp(2*x)*sin(x)", "2*x*exp(2*x)*sin(x) + x^2*exp(2*x)*cos(x)"),
    ],
    "quotient-flipped": [
        ("x^2/cos(x)", "(-x^2*sin(x) - 2*x*cos(x))/cos(x)^2"),
        ("ln(x)/x + x", "(ln(x) - 1)/x^2 + 1"),
        ("(x + 1)/(x^2 + 3)", "((x + 1)*2*x - x^2 - 3)/(x^2 + 3)^2"),
    ],
    "quotient-plus": [
        ("x^3/(x + 4)", "(4*x^3 + 12*x^2)/(x + 4)^2"),
        ("ln(x)/x", "(1 + ln(x))/x^2"),
        ("exp(x)/(x^2 + 1)", "(exp(x)*(x^2 + 1) + 2*x*exp(x))/(x^2 + 1)^2"),
    ],
    "quotient-square-missing": [
        ("x^3/(x + 4)", "(2*x^3 + 12*x^2)/(x + 4)"),
        ("ln(x)/x", "1/x - ln(x)/x"),
        ("3/(x^2 + 2)", "-6*x/(2 + x^2)"),
        ("sin(x)/exp(x)", "(cos(x)*exp(x) - sin(x)*exp(x))/sin(x)^2"),
        ("x + sin(x)/(x^2 + 3)", "1 + (cos(x)*(x^2 + 3) - 2*x*sin(x))/(2*(x^2 + 3))"),
    ],
    "quotient-denominator-missing": [
        ("x^3/(x + 4)", "2*x^3 + 12*x^2"),
        ("ln(x)/x", "1 - ln(x)"),
        ("3/(x^2 + 2)", "-6*x"),
    ],
    "quotient-of-derivatives": [
        ("x^3/sin(x)", "3*x^2/cos(x)"),
        ("ln(x)/x^2", "0.5*x^-2"),
        ("1/(x^2 + x)", "1/(1 + 2*x)"),
    ],
    "quotient-term-lost": [
        ("x^3/sin(x)", "3*x^2/sin(x)"),
        ("ln(x)/x^2", "-2*ln(x)/x^3"),
        ("exp(x)/(x + 1)", "-exp(x)/(x + 1)^2"),
    ],
    "quotient-mixed": [
        ("x^3/sin(x)", "(3*x^5 - sin(x)*cos(x))/sin(x)^2"),
        ("ln(x)/x^2", "(1/x - 2*x)/x^4"),
        ("x + exp(x)/(x^2 + 1)", "1 + (exp(x) - 2*x)/(x^2 + 1)^2"),
        ("sin(x)/x^2", "(x^2*cos(x) - 2*x)/x^4"),
        ("sin(x)/x^2", "(cos(x) - 2*x*sin(x))/x^4"),
    ],
    "log-base-forgotten": [
        ("log2(x)", "1/x"),
        ("log10(x^2 + 1)", "2*x/(1 + x*x)"),
        ("x*log(x, 5)", "ln(x)/ln(5) + 1"),
    ],
    "log-base-inverted": [
        ("log2(x)", "ln(2)/x"),
        ("log10(x) + x", "1 + ln(10)/x"),
        ("log(x, 7)", "ln(7)/x"),
    ],
    "log-base-extra": [
        ("ln(x) + x", "1 + 1/(x*ln(10))"),
        ("x^2*ln(x)", "2*x*ln(x) + x/ln(10)"),
        ("ln(3*x + 1)", "3/((3*x + 1)*ln(10))"),
    ],
    "sign-of-derivative": [
        ("cos(x) + x^2", "2*x + sin(x)"),
        ("x*cos(x)", "cos(x) + x*sin(x)"),
        ("cot(x)*x^2", "2*x*cot(x) + x^2*csc(x)^2"),
        ("acos(x) + x", "1 + 1/sqrt(1 - x^2)"),
        ("1/x + x^2", "2*x + x^-2"),
    ],
    "degrees": [
        ("cos(x)", "-sin(x)*pi/180"),
        ("x*sin(x)", "sin(x) + pi*x*cos(x)/180"),
        ("tan(x) + x", "1 + sec(x)^2*pi/180"),
        ("sin(x)", "cos(pi*x/180)"),
        ("asin(x)", "180/(pi*sqrt(1 - x^2))"),
        ("x*atan(2*x)", "atan(2*x) + 360*x/(pi*(1 + 4*x^2))"),
        ("acos(x/2)", "-pi/180/sqrt(4 - x^2)"),
    ],
    "inverse-function": [
        ("cos(x)", "-1/sqrt(1 - x^2)"),
        ("tan(x)*x", "tan(x) + x/(1 + x^2)"),
        ("ln(x) + 1", "e^x"),
        ("exp(x) + x^2", "2*x + 1/x"),
        ("asin(x)", "cos(x)"),
        ("x^2", "1/(2*sqrt(x))"),
    ],
    "inverse-as-reciprocal": [
        ("acos(x)", "sin(x)/cos(x)^2"),
        ("atan(x)", "-1/sin(x)^2"),
        ("x*asin(x)", "asin(x) - x*cos(x)/sin(x)^2"),
    ],
    "integrated": [
        ("x^5", "x^6/6"),
        ("1/x", "ln(x)"),
        ("sqrt(x) + x", "2/3*x^1.5 + 1"),
        ("1/(x^2 + 1)", "ln(x^2 + 1)"),
        ("x^2 + x*exp(x)", "x^3/3 + (x - 1)*exp(x)"),
        ("cos(3*x)*5 + exp(2*x)", "5*sin(3*x)/3 + exp(2*x)/2"),
        ("ln(x)", "x*ln(x) - x"),
        ("x^2 + sigmoid(x)", "2*x + softplus(x)"),
        ("1/(1 + exp(-x)) - x^2", "ln(1 + exp(x)) - 2*x"),
        ("x*sigmoid(2*x)", "sigmoid(2*x) + x*softplus(2*x)/2"),
    ],
    "derivative-misremembered": [
        ("tan(x)", "sec(x)"),
        ("sqrt(x) + x^2", "1/(2*x) + 2*x"),
        ("x*atan(x)", "atan(x) + x/(1 - x^2)"),
        ("asin(x)", "1/(1 + x^2)^(1/2)"),
        ("cbrt(x)", "1/(3*cbrt(x))"),
    ],
    "one-branch": [
        ("if(x > 0.6, ln(x), 0)", "1/x"),
        ("max(x, x^2 + 0.2)", "2*x"),
        ("x + min(x^2, 1/2)^3", "1 + 6*x^5"),
    ],
    "root-of-square": [
        ("sqrt((x - 2)^2)", "1"),
        ("x^2 + sqrt((x - 3)^2)", "2*x + 1"),
        ("x^2 + ((x - 4)^4)^(1/4)", "1 + 2*x"),
    ],
    "product-minus": [
        ("x^2*exp(x)", "(2*x - x^2)*exp(x)"),
        ("(x^2 + 1)*(x^3 - x)", "2*x*(x^3 - x) - (x^2 + 1)*(3*x^2 - 1)"),
        ("x*sqrt(x + 1)", "sqrt(x + 1) - x/(2*sqrt(x + 1))"),
    ],
    "product-mixed": [
        ("x^3*sin(x)", "3*x^5 + sin(x)*cos(x)"),
        ("x^2*ln(x)", "2*x + 1/x"),
        ("(x^2 + 1)*cos(x)", "2*x*(x^2 + 1) - sin(x)*cos(x)"),
        ("x^2*ln(x)", "2*x*ln(x) + 1/x"),
        ("x^3*tan(x)", "3*x^2 + x^3/cos(x)^2"),
    ],
    "coefficient-lost": [
        ("7*x^3 + x", "1 + 3*x^2"),
        ("5*sin(x) - exp(x)", "cos(x) - exp(x)"),
        ("x^4/8", "4*x*x*x"),
        ("pi*x^2", "2*x"),
        ("3*ln(x)*x", "ln(x) + 1"),
        ("x/2*sin(x) + x^2", "sin(x) + x*cos(x) + 2*x"),
        ("2*x^3*sin(5*x)", "6*x^2*sin(5*x) + 5*x^3*cos(5*x)"),
        ("4/3*pi*x^3 + x", "4*x^2 + 1"),
        ("x^2*exp(-3*x)", "2*x*exp(-3*x) - x^2*exp(-3*x)"),
        ("ln(x) + 3/(x^2 + 1)", "1/x - 2*x/(x^2 + 1)^2"),
    ],
    "coefficient-inverted": [
        ("x^3/5 + x", "1 + 15*x^2"),
        ("4*ln(x)", "1/(4*x)"),
        ("x + sin(x)/3", "1 + 3*cos(x)"),
    ],
    "coefficient-twice": [
        ("7*x^3 + x", "1 + 147*x^2"),
        ("5*ln(x)", "25/x"),
        ("cos(x)/4", "-sin(x)/16"),
    ],
    "coefficient-added": [
        ("7*x^3 + x", "3*x^2 + 8"),
        ("5*ln(x)", "5 + 1/x"),
        ("x*y^2 + y*cos(x)", "y^2 + y - sin(x)"),
    ],
    "constant-kept": [
        ("x^3 + 7", "7 + 3*x^2"),
        ("sin(x) - 4", "cos(x) - 4"),
        ("(x^2 + 3)*ln(x)", "(2*x + 3)*ln(x) + (x^2 + 3)/x"),
        ("x^2 + y^3", "y^3 + 2*x"),
    ],
    "total-instead-of-partial": [
        ("x^3*y^2", "3*x^2*y^2 + 2*x^3*y"),
        ("sin(x*y) + y", "(x + y)*cos(x*y) + 1"),
        ("x*y*z", "y*z + x*z + x*y"),
    ],
    "other-variable-differentiated": [
        ("x*y + z*x^2", "y + 2*x*z + x^2"),
        ("x*y*z + y^2", "y*z + x*y"),
        ("y^2*x + sin(y) + z", "y^2 + cos(y)"),
    ],
    "constant-as-variable": [
        ("x^3 + pi^3", "3*x^2 + 3*pi^2"),
        ("x^2 + ln(2)", "2*x + 1/2"),
        ("sin(x) + 5^2", "10 + cos(x)"),
        ("x^2 + e^4", "2*x + 4*e^3"),
        ("x^2 + 7", "2*x + 1"),
    ],
    "term-lost": [
        ("x^3 + ln(x) - sin(x)", "3*x^2 - cos(x)"),
        ("exp(x^2 + 3*x)", "2*x*exp(x^2 + 3*x)"),
        ("(x^2 + x)*cos(x)", "2*x*cos(x) - (x^2 + x)*sin(x)"),
    ],
    "sign-of-term": [
        ("x^3 - ln(x)", "(3*x^3 + 1)/x"),
        ("x^4 + x^2 - sqrt(x)", "4*x^3 - 2*x - 1/(2*sqrt(x))"),
        ("exp(x^2 - 3*x)", "(2*x + 3)*exp(x^2 - 3*x)"),
    ],
    "term-kept": [
        ("x^3 + ln(x)", "3*x^2 + ln(x)"),
        ("sin(x) - x^4", "cos(x) - x^4"),
        ("x^2*sin(x)", "2*x*sin(x) + x^2*sin(x)"),
        ("x^2 + x", "2*x + x"),
        ("x/(x + 1)", "(x*(x + 1) - x)/(x + 1)^2"),
        ("x*sin(x)", "x*sin(x) + x*cos(x)"),
        ("x^2 + sin(x)", "2*x^2 + x*cos(x)"),
    ],
    "power-misread": [
        ("cos(x)^3", "-3*x^2*sin(x^3)"),
        ("ln(x^2)", "2*ln(x)/x"),
        ("tan(x)^2", "2*x*sec(x^2)^2"),
        ("ln(x)^2", "2/x"),
    ],
    "coefficient-and-power": [
        ("(5*x)^3", "15*x^2"),
        ("(2*x)^4 + x", "1 + 8*x^3"),
        ("x + 3*x^4", "1 + 4*81*x^3"),
        ("atan(2*x)", "2/(1 + 2*x^2)"),
        ("asin(x/3) + x", "1/(3*sqrt(1 - x^2/3)) + 1"),
    ],
    "parentheses-missing": [
        ("(x + 2)/(x^2 + 5)", "x^2 + 5 - (x + 2)*2*x/(x^2 + 5)^2"),
        ("exp(x^2 + 3*x)", "exp(x^2 + 3*x)*2*x + 3"),
        ("(x^2 + 4)*sin(x)", "2*x*sin(x) + x^2 + 4*cos(x)"),
    ],
    "function-split-over-sum": [
        ("sqrt(x^2 + x^3)", "1 + sqrt(x)*3/2"),
        ("ln(x^2 + x)", "3/x"),
        ("sin(x^3 + x)", "3*x^2*cos(x^3) + cos(x)"),
    ],
    "sign-of-whole": [
        ("x^2*ln(x)", "-2*x*ln(x) - x"),
        ("x^4 + x*exp(x)", "-4*x^3 - (1 + x)*exp(x)"),
        ("x^3", "-3*x^2"),
    ],
    "not-differentiated": [
        ("x^2*ln(x)", "ln(x)*x^2"),
        ("x^4 + x", "x + x^4"),
        ("tan(x)", "sin(x)/cos(x)"),
    ],
    "treated-as-constant": [
        ("x^2*ln(x)", "0"),
        ("y*sin(x)", "0"),
        ("exp(x)/x", "x - x"),
    ],
    "second-derivative": [
        ("x^2*ln(x)", "2*ln(x) + 3"),
        ("x^5 + x^3", "20*x^3 + 6*x"),
        ("x*cos(x)", "-2*sin(x) - x*cos(x)"),
        ("x^2*y^3", "6*x*y^2"),
    ],
    "swapped-partials": [
        ("x^3*y + y^2", "x^3 + 2*y"),
        ("sin(x)*exp(2*y)", "2*exp(2*y)*sin(x)"),
        ("x^2*y*z", "x^2*z"),
    ],
    "logarithmic-derivative": [
        ("x^2*cos(x)", "2/x - tan(x)"),
        ("x^3 + x", "(3*x^2 + 1)/(x^3 + x)"),
        ("x*ln(x)", "1/x + 1/(x*ln(x))"),
    ],
    "reciprocal-of-derivative": [
        ("x^2*cos(x)", "1/(2*x*cos(x) - x^2*sin(x))"),
        ("x^3 + x", "(3*x^2 + 1)^-1"),
        ("x*ln(x)", "1/(ln(x) + 1)"),
    ],
    "variable-as-constant": [
        ("hypot(x, x^2)", "x/sqrt(x^2 + x^4)"),
        ("x + hypot(sin(x), x)", "1 + x/hypot(x, sin(x))"),
        ("atan2(x^3, sin(x))", "3*x^2*sin(x)/(sin(x)^2 + x^6)"),
    ],
    "coefficient-wrong": [
        ("x^2*ln(x)", "3*(2*x*ln(x) + x)"),
        ("x*exp(x) + x", "(exp(x) + x*exp(x) + 1)/2"),
        ("x^3 + ln(x)", "pi*(3*x^2 + 1/x)"),
    ],
    "constant-added": [
        ("x^2*ln(x)", "2*x*ln(x) + x + 5"),
        ("x*exp(x)", "(1 + x)*exp(x) - 0.5"),
        ("x^3 + ln(x)", "3*x^2 + 1/x + 1e-12"),
    ],
    "rounded-constant": [
        ("log10(x)*x", "log10(x) + 0.4343"),
        ("log10(x)", "0.4343/x"),
        ("log2(x)", "1.4427/x"),
        ("2^x", "0.693*2^x"),
        ("x*sin(sqrt(2)*x)", "sin(sqrt(2)*x) + 1.41421*x*cos(sqrt(2)*x)"),
    ],
}

CASES = [(kind, *case) for kind, cases in WRONG.items() for case in cases]
LEFT_TO_THE_TERMS = ("term-missing", "term-extra")


@every_row(("kind", "function", "answer"), CASES)
def test_the_kind_is_named(kind, function, answer):
    mistake = explain(function, answer)
    assert mistake is not None
    named = [mistake.kind, *([] if mistake.second is None else ["and", mistake.second.kind])]
    assert named == [kind], (mistake.sentence, mistake.also)


def test_every_kind_has_three_cases_that_are_not_its_example():
    assert set(WRONG) == set(KINDS) - set(LEFT_TO_THE_TERMS)
    for kind, cases in WRONG.items():
        example = example_of(kind)
        assert len([case for case in cases if case != (example.expression, example.wrong)]) >= 3, kind


@every_row("kind", KINDS)
def test_the_example_of_a_kind_is_named(kind):
    function, by, wrong = example_of(kind)
    search = first_difference if kind in LEFT_TO_THE_TERMS else find_mistake
    mistake = search(parse(function), by, parse(wrong), POINTS)
    assert mistake is not None
    assert (mistake.kind, mistake.second) == (kind, None)


# --- What is never called a mistake -----------------------------------------------------------------------------------

RIGHT = [
    ("x^2*sin(x)", "x*(2*sin(x) + x*cos(x))"),
    ("sin(x)^2", "sin(2*x)"),
    ("sqrt(1 + x^2)", "x*(1 + x^2)^(-1/2)"),
    ("tan(x)", "1/cos(x)^2"),
    ("ln(x^5)", "5/x"),
    ("(x^2 - 1)/(x + 1)", "1"),
    ("x^x", "e^(x*ln(x))*(1 + ln(x))"),
    ("sin(x)^2 + cos(x)^2", "0"),
    ("log10(x)", "1/(x*ln(10))"),
    ("abs(x)", "x/abs(x)"),
    ("pi^2", "0"),
    ("x^2*y", "2*y*x"),
]


@every_row(("function", "answer"), RIGHT)
def test_a_right_answer_is_no_mistake(function, answer):
    assert explain(function, answer) is None
    assert first_difference(parse(function), "x", parse(answer), POINTS) is None


def test_a_difference_in_the_twelfth_digit_is_one():
    assert explain("x^2", "2*x + 1e-12").kind == "constant-added"
    assert explain("x^2 + x", "2.000000000001*x + 1").kind == "rounded-constant"
    assert "12 digits" in explain("log10(x)", "0.434294481903/x").sentence


def test_a_point_at_which_the_answer_has_no_value_is_left_out():
    points = [{"x": -0.5}, *POINTS[:4]]
    assert find_mistake(parse("x^2"), "x", parse("ln(x)*0 + x"), points).kind == "power-factor-missing"
    assert find_mistake(parse("x^2"), "x", parse("ln(-x)"), POINTS) is None
    assert find_mistake(parse("x^2"), "x", parse("2*t"), POINTS) is None


def test_points_far_out_do_not_blur_the_match():
    points = [{"x": x} for x in (0.009, -24.0, 1000.0, 2.0, 10.0, 1e6, -1000.0, 0.016)]
    assert find_mistake(parse("cos(x^3)"), "x", parse("-sin(3*x^2)"), points).kind == "outer-at-inner-derivative"
    far = [{"x": x} for x in (1.0, 2.0, 3.0, 4.0, 1e5, 2e5, 3e5)]
    assert find_mistake(parse("x^2"), "x", parse("if(x < 1000, 2*x, x)"), far) is None
    assert first_difference(parse("x^2"), "x", parse("if(x < 1000, 2*x, x)"), far).kind == "term-missing"


def test_the_branch_that_is_not_taken_does_not_matter():
    assert explain("if(x > 0, sin(2*x), ln(-x))", "cos(2*x)").kind == "missing-inner-factor"
    assert explain("if(x > 0, x^3, 1/0)", "if(x > 0, x^2, 7)").kind == "power-factor-missing"


@every_row("answer", ["0", "1/x", "ln(-x^2)", "2*x*y", "1/0", "atan(x)"])
@every_row(
    "function",
    [
        "5",
        "x",
        "x - x",
        "exp(800*x)/x",
        "y*(1 + erf((ln(y/2) + (x + z^2/2)*y)/(z*sqrt(y))/sqrt(2)))/2",
        "min(x, y^2) + relu(x)*max(x, 2) + floor(x)",
        "polygamma(1, x)*x + gamma(x)",
        "x^0 + x^1 + 0*x + 1/x^0",
        "if(x > 1, sin(2*x), if(x == 2, ln(-x), x))",
        "sqrt(y - 2)*x",
    ],
)
def test_every_answer_is_answered(function, answer):
    """Whatever it is, and wherever it has no value: with a mistake or with none, and never with an exception."""
    points = [{"x": x, "y": y, "z": 0.5} for x, y in [(-2.0, 1.0), (0.0, 3.0), (0.3, 2.5), (1.0, 1.0), (1.7, 4.0)]]
    for search in (find_mistake, first_difference):
        mistake = search(parse(function), "x", parse(answer), points)
        assert mistake is None or mistake.kind in KINDS


# --- Places -----------------------------------------------------------------------------------------------------------


def test_the_node_is_the_one_of_the_mistake_even_if_the_part_occurs_twice():
    mistake = explain("x^3*sin(x^3)", "3*x^2*sin(x^3) + x^3*cos(x^3)*x^2")
    assert (mistake.kind, str(mistake.node)) == ("power-factor-missing", "x^3")
    everywhere = explain("x^3*sin(x^3)", "x^2*sin(x^3) + x^3*cos(x^3)*x^2")
    assert (everywhere.kind, str(everywhere.node)) == ("power-factor-missing", "x^3")


def test_the_same_mistake_throughout_is_one():
    mistake = explain("sin(2*x) + exp(3*x) - ln(5*x + 1)", "cos(2*x) + exp(3*x) - 1/(5*x + 1)")
    assert (mistake.kind, mistake.second) == ("missing-inner-factor", None)
    assert mistake.sentence.endswith("and the same in 2 other places")


@every_row(
    ("function", "answer", "kinds"),
    [
        ("cos(2*x)", "sin(2*x)", {"sign-of-derivative", "missing-inner-factor"}),
        ("x^3 + cos(2*x)", "x^2 + 2*sin(2*x)", {"power-factor-missing", "sign-of-derivative"}),
        ("x^2*cos(x^3)", "-2*x*sin(x^3)", {"product-of-derivatives", "missing-inner-factor"}),
        ("ln(x)/cos(x)", "(cos(x)/x - sin(x)*ln(x))/cos(x)", {"quotient-square-missing", "sign-of-derivative"}),
        ("exp(3*x)*x^4", "exp(3*x)*x^4 + 4*exp(3*x)*x^4", {"missing-inner-factor", "exponent-not-lowered"}),
        ("5*x^3 + sin(x^2)", "3*x^2 + cos(x^2)", {"coefficient-lost", "missing-inner-factor"}),
        ("sin(x)*ln(x) + 3", "3 + cos(x)*ln(x)", {"constant-kept", "product-term-lost"}),
        ("x*ln(x) + sin(2*x)", "-ln(x) - 1 - cos(2*x)", {"missing-inner-factor", "sign-of-whole"}),
        ("sin(cos(5*x))", "cos(cos(5*x))*sin(5*x)", {"sign-of-derivative", "missing-inner-factor"}),
        ("x^3 + 5*x + pi^2", "x^2 + 5 + 2*pi", {"power-factor-missing", "constant-as-variable"}),
        ("x^2*y + sin(y) + x", "2*x*y + cos(y)", {"term-lost", "other-variable-differentiated"}),
        ("(3*x + 2)^4 + ln(x)", "4*(3*x + 2)^3 + ln(x)", {"missing-inner-factor", "term-kept"}),
        (
            "sin(x^2)*exp(3*x)",
            "x^2*cos(x^2)*exp(3*x) + sin(x^2)*exp(3*x)",
            {"missing-inner-factor", "inner-not-differentiated"},
        ),
        ("exp(x^2) + sin(x^3)", "exp(x^2) + 3*x^2*cos(x)", {"missing-inner-factor", "outer-at-variable"}),
        ("x^3 - 2*x^2 + 4*x - 9", "3*x^2 - 4*x - 9", {"term-lost", "constant-kept"}),
    ],
)
def test_two_mistakes_at_once(function, answer, kinds):
    mistake = explain(function, answer)
    assert mistake.second is not None
    assert {mistake.kind, mistake.second.kind} == kinds


def test_a_root_of_a_square_may_be_taken_for_the_number():
    """sqrt(x^2 + 9) as x + 3, which has the derivative 1: that is so for positive x only."""
    points = [{"x": x} for x in (-1.3, -0.6, 0.7, 1.3, 2.4, 3.1)]
    mistake = find_mistake(parse("sqrt(x^2 + 9)"), "x", parse("1"), points)
    assert mistake.kind == "function-split-over-sum"
    assert mistake.sentence.endswith("(this gives the answer where x > 0)")


@pytest.mark.parametrize(
    ("function", "answer", "kind"),
    [
        ("ln(x^2 + x)", "(2*x + 1)/x", "outer-at-variable"),  # 1/x where ln(x) has no value
        ("1/(x + x^2)", "-1/x^2 - 2/x^3", "function-split-over-sum"),  # near a pole nearly all digits cancel
        ("exp(x^2)", "exp(2*x)", "outer-at-inner-derivative"),  # the derivative is much larger than the answer
        ("x*exp(x)", "2*exp(x)*(x + 1)", "coefficient-wrong"),  # both are 0 at -1
    ],
)
def test_points_at_which_it_is_hard_to_see(function, answer, kind):
    points = [{"x": x} for x in (-1.00001, -1.0, -1.01, -1.04, 10.0, 2.0, 1.3, -3.3)]
    assert find_mistake(parse(function), "x", parse(answer), points).kind == kind


@pytest.mark.parametrize(
    ("function", "answer", "kind"),
    [
        ("sqrt(x^2)", "1", "root-of-square"),
        ("x^2*sqrt((x - 1)^2)", "2*x*(x - 1) + x^2", "root-of-square"),
        ("abs(x)", "1", "derivative-misremembered"),
        ("sqrt(x^2)", "x", "exponent-not-lowered"),  # where x > 0
        ("abs(2*x - 1)", "2*sign(2*x - 1) + 1", "constant-added"),  # everywhere, which is more than where x > 0
        ("if(x > 0, ln(x), 0)", "1/x", "one-branch"),
    ],
)
def test_an_answer_that_is_right_in_a_part_of_space_has_one_mistake(function, answer, kind):
    points = [{"x": x} for x in (-1.3, -0.6, 0.7, 1.3, 2.4, -3.1, 3.7, -2.3)]
    mistake = find_mistake(parse(function), "x", parse(answer), points)
    assert (mistake.kind, mistake.second) == (kind, None)


def test_a_mistake_in_a_branch_that_few_points_reach_is_found():
    points = [{"x": x} for x in (0.9, 0.85, 1.3, 0.75, 1.4, 0.7, 1.5, 1.8, 2.1, 3.1, 6.0, 9.0, 4.3)]
    mistake = find_mistake(parse("max(x^2, 3*x)"), "x", parse("if(x^2 > 3*x, x, 3)"), points)
    assert (mistake.kind, str(mistake.node)) == ("power-factor-missing", "x^2")
    mistake = find_mistake(parse("if(x > 2, ln(x)^3, x)"), "x", parse("if(x > 2, ln(x)^2/x, 1)"), points)
    assert (mistake.kind, str(mistake.node)) == ("power-factor-missing", "ln(x)^3")


def test_cancellation_in_the_answer_is_no_part_of_space():
    points = [{"x": x} for x in (2.0, -1.0, 0.5, -6.0, 10.0, -3.0)]  # in doubles 1 - tanh(18)^2 is 0
    mistake = find_mistake(parse("tanh(3*x)"), "x", parse("1 - tanh(3*x)^2"), points)
    assert mistake.sentence.startswith("the chain rule: the inner derivative 3 of 3*x is missing: ")
    assert find_mistake(parse("cos(pi*x)"), "x", parse("pi*sin(pi*x)"), points).kind == "sign-of-derivative"


@pytest.mark.parametrize(
    ("function", "answer", "kind"),
    [("5", "5", "not-differentiated"), ("pi^3", "3*pi^2", "constant-as-variable"), ("sin(2)", "cos(2)", None)],
)
def test_one_point_is_enough_for_a_constant(function, answer, kind):
    mistake = find_mistake(parse(function), "x", parse(answer), [{}])
    assert kind is None or mistake.kind == kind


def test_a_term_that_is_0_at_all_points_was_not_integrated():
    points = [{"x": x} for x in (2.0, 0.5, 1.3, 0.7, 2.5)]
    assert find_mistake(parse("x - 3*floor(x/3)"), "x", parse("3"), points) is None


@every_row("answer", ["1", "2*x", "5"])
@every_row("function", ["sin(x)/(2 + cos(x))", "tan(3*x - 1)", "3^(2*x + 1)", "exp(sin(x))"])
def test_a_short_answer_is_not_explained_by_two_strange_mistakes(function, answer):
    mistake = explain(function, answer)
    assert mistake is None or mistake.second is None


def test_swapped_partials_are_distinguished_from_one_wrong_one():
    swapped = explain("x^3*y", "x^3", others={"y": parse("3*x^2*y")})
    assert swapped.kind == "swapped-partials"
    assert "the two partials are swapped" in swapped.sentence
    assert "swapped" not in explain("x^3*y", "x^3", others={"y": parse("x^3")}).sentence


# --- Words ------------------------------------------------------------------------------------------------------------


@every_row(
    ("function", "answer", "sentence"),
    [
        (
            "sin(x^2)",
            "cos(x^2)",
            "the chain rule: the inner derivative 2*x of x^2 is missing: (f(u))' is f'(u)*u', not f'(u)",
        ),
        (
            "x*sin(x^2)",
            "sin(x^2) + x*cos(x^2)",
            "the chain rule: the inner derivative 2*x of x^2 is missing: d/dx[sin(x^2)] is 2*x*cos(x^2), not cos(x^2)",
        ),
        (
            "x^2*sin(x)",
            "2*x*cos(x)",
            "the product rule: the derivative of a product is not the product of the derivatives: "
            "(u*v)' is u'*v + u*v', not u'*v'",
        ),
        ("tan(x)", "sec(x)", "the derivative of tan(x) is sec(x)^2, not sec(x)"),
        ("tan(3*x)", "3*sec(3*x)", "the derivative of tan(u) is sec(u)^2, not sec(u)"),
        (
            "cos(x)",
            "sin(x)",
            "the derivative of cos has the wrong sign: the derivative of cos(x) is -sin(x), not sin(x)",
        ),
        ("x^3 + pi^2", "3*x^2 + 2*pi", "pi^2 is a constant: its derivative is 0"),
        ("x*sin(x)", "-sin(x) - x*cos(x)", "the sign of the whole derivative is wrong"),
        ("x*exp(x)", "3*x*exp(x) + 3*exp(x)", "the answer is the right derivative times 3"),
        ("x*exp(x)", "-(exp(x) + x*exp(x))*pi/180", "the answer is the right derivative times -pi/180"),
    ],
)
def test_the_sentence(function, answer, sentence):
    assert explain(function, answer).sentence == sentence


@every_row(
    ("function", "answer", "rule"),
    [
        ("x^3", "3*x^3", "(x^n)' is n*x^(n - 1), not n*x^n"),
        ("x^3", "x^4/4", "(x^n)' is n*x^(n - 1), not x^(n + 1)/(n + 1)"),
        ("x^7", "7*x^5", "(x^n)' is n*x^(n - 1)"),
        ("2^x", "x*2^(x - 1)", "(c^x)' is c^x*ln(c), not x*c^(x - 1)"),
        ("exp(2*x)", "2*x*exp(2*x - 1)", "(c^u)' is c^u*ln(c)*u', not u*c^(u - 1)"),
        ("sin(x^3)", "x^3*cos(x^3)", "(f(u))' is f'(u)*u', not f'(u)*u"),
        ("5*sin(x)", "cos(x)", "(c*u)' is c*u', not u'"),
        ("x^2 - sin(x)", "-cos(x) - 2*x", "(u - v)' is u' - v', not -v' - u'"),
        ("tan(x)", "cot(x)", "the derivative of tan(x) is sec(x)^2, not cot(x)"),
    ],
)
def test_the_right_rule_stands_beside_the_wrong_one(function, answer, rule):
    assert explain(function, answer).sentence.endswith(f": {rule}" if rule[0] == "(" else rule)


NO_RULE = {  # about the answer as a whole, or told in words that say what is right
    "treated-as-constant", "one-branch", "root-of-square", "total-instead-of-partial", "other-variable-differentiated",
    "constant-as-variable", "not-differentiated", "sign-of-whole", "swapped-partials", "second-derivative",
    "logarithmic-derivative", "reciprocal-of-derivative", "variable-as-constant", "rounded-constant", "constant-added",
    "coefficient-wrong", "term-extra",
}  # fmt: skip


def test_every_kind_that_has_a_rule_tells_it():
    for slug in KINDS.keys() - NO_RULE:
        example = example_of(slug)
        sentence = explain(example.expression, example.wrong, example.by).sentence
        assert re.search(r" is .*, not ", sentence), sentence


def test_the_step_is_the_right_rule_with_derivatives_left_open():
    mistake = explain("x + sin(x^2)*x", "1 + sin(x^2) + x*cos(x^2)")
    assert mistake.node is parse("sin(x^2)")
    assert mistake.step.rule == "derivative of sin"
    assert mistake.step.left is PendingDerivative(parse("sin(x^2)"), "x")
    assert str(mistake.step.right) == "cos(x^2)*d/dx[x^2]"


def test_other_kinds_with_the_same_answer_are_listed():
    mistake = explain("sin(2*x)", "cos(2*x)")
    assert (mistake.kind, "coefficient-lost" in mistake.also) == ("missing-inner-factor", True)


@pytest.mark.parametrize(
    ("function", "answer", "terms"),
    [
        ("x^3 + sin(x^2)", "3*x^2 + cos(x^2)", ["cos(x^2)"]),
        ("x^2*cos(x)", "2*x*cos(x) + x^2*sin(x)", ["x^2*sin(x)"]),
        ("x^3 - ln(x)", "3*x^2 - ln(x)", ["ln(x)"]),
        ("2*(x^3 + sin(5*x))", "2*(3*x^2 + cos(5*x))", ["cos(5*x)"]),
        ("sin(x^2)", "cos(x^2)", ["cos(x^2)"]),
        ("x^3 + sin(x)", "cos(x)", ["cos(x)"]),
    ],
)
def test_the_terms_in_which_a_mistake_shows(function, answer, terms):
    assert list(map(str, explain(function, answer).affected_terms)) == terms


# --- Where no rule explains it ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "answer", "kind", "words"),
    [
        ("x^3 + sin(x) + exp(x)", "3*x^2 + exp(x) + x^7", "term-missing", "the derivative has the term cos(x)"),
        ("x^3 + sin(x)", "cos(x) + 3*x*x + tan(x)", "term-extra", "the term tan(x) does not belong in the answer"),
        ("x^3*sin(x)", "x^2*(3*sin(x) + x*cos(x)) + x^9", "term-extra", "the term x^9 does not belong in the answer"),
        ("x^2*sin(x) + x", "x*(2*sin(x) + x*cos(x))", "term-missing", "the term 1 of the derivative is missing"),
        ("x^3", "atan(x)", "term-missing", "the derivative is one term"),
        (
            "3*x^2*sin(x) + x",
            "5*x*sin(x) + 3*x^2*cos(x) + 1",
            "term-missing",
            "the derivative has the term 6*x*sin(x), and the answer has 5*x*sin(x)",
        ),
        ("x^3 + x^2", "3*x^2 + 2*x + x + tan(x)", "term-extra", "the answer has the term x, and no term of"),
    ],
)
def test_the_first_term_that_differs(function, answer, kind, words):
    mistake = first_difference(parse(function), "x", parse(answer), POINTS)
    assert mistake.kind == kind
    assert mistake.sentence.startswith(words)


def test_a_term_is_too_much_only_if_it_is_so_at_all_points():
    points = [{"x": x} for x in (-1.0, -3.0, -40.0, -0.7, 2.0, 10.0)]
    assert first_difference(parse("max(x, 0)"), "x", parse("sign(x)"), points).kind == "term-missing"


def test_the_term_that_is_missing_is_traced_to_the_function():
    mistake = first_difference(parse("x^3 + sin(x^2)"), "x", parse("3*x^2 + x^9"), POINTS)
    assert mistake.node is parse("sin(x^2)")
    assert mistake.step.rule == "derivative of sin"


def test_nothing_is_found_in_an_answer_that_nobody_would_write():
    assert explain("x^3 + sin(x)", "atan(x)/7 + gamma(x)") is None


def test_a_large_function_has_its_single_mistakes_found():
    terms = [f"sin({i}*x + y)*x^{i % 5 + 2}/(1 + {i}*x^2)" for i in range(1, 120)]
    function = " + ".join([*terms, "cos(3*x)*exp(x)"])
    from diffcompare.language.differentiation_rules import derivatives_of
    from diffcompare.language.wengert import wengert_list

    expression = parse(function)
    right = derivatives_of(wengert_list(expression), "x")[expression]
    mistake = find_mistake(expression, "x", right + parse("2*sin(3*x)*exp(x)"), POINTS)
    assert (mistake.kind, str(mistake.node)) == ("missing-inner-factor", "cos(3*x)")


@every_row(
    ("answer", "term"),
    [
        ("x*(2*sin(x) + cos(x))", "x^2*cos(x)"),  # 2*x*sin(x) is there
        ("x*(x*(cos(x) + sin(x)))", "2*x*sin(x)"),  # x^2*cos(x) is there
        ("(x + 1)*(2*sin(x))", "x^2*cos(x)"),
    ],
)
def test_a_product_is_multiplied_out_before_a_term_is_called_missing(answer, term):
    mistake = first_difference(parse("x^2*sin(x)"), "x", parse(answer), POINTS)
    assert mistake.sentence.startswith(f"the derivative has the term {term}, ")
