"""The shortcut for a single mistake, in doubles, balls and formulas, against the wrong derivative written out."""

import math

import pytest

from diffcompare.language.parser import parse
from diffcompare.misconceptions.inject import inject_mistakes
from diffcompare.misconceptions.points import AnalyzedFunction, in_balls, in_doubles
from diffcompare.misconceptions.rules import RULES
from diffcompare.misconceptions.search import explanation_by
from diffcompare.numeric.arb_functions import precision, to_float
from diffcompare.numeric.balls import ends
from diffcompare.numeric.evaluate import is_number, value_at

FUNCTIONS = [
    "sin(x^2)*x^2 + 3*x + 5",
    "(x^2 + 1)/(2*x + 3) - 7/x^3",
    "ln(x)/ln(3) + 2^(x^2) + x^x + log10(2*x)",
    "sqrt(x*y) - cos(2*x)^3 + pi^2*x",
    "exp(-x)*(x + y^2) + hypot(x, y) + e^2",
    "asin(x/2) - tan(x) + acos(0.5*x) + atan(2*x) + atan(x)*sinh(x) + abs(x - 3) + erf(x)",
    "3*x*sin(x) + x/2*exp(x)",
    "(x + 1)*sin(x) - cos(x)*(x^2 - x) + hypot(x, x^2)",
    "(2*x)^3 + 5*x^4 + x^1.5 + 1/(1 + exp(-x))",
    "2*x*sin(x) + cos(x)*(3*x) + x^2/(4*pi*y) + sqrt((x - 1)^2)",
]
POINT = {"x": 0.61, "y": 1.7}


@pytest.mark.parametrize("text", FUNCTIONS)
def test_three_ways_to_the_same_wrong_derivative(text):
    """By the adjoint of the node in doubles, by a sweep in balls, and by the rule read over expressions."""
    expression = parse(text)
    function = AnalyzedFunction(expression, "x")
    sample = in_doubles(function, parse("0"), POINT)
    seen = 0
    with precision(160):
        balls = in_balls(function, parse("0"), POINT)
        for injected in inject_mistakes(expression, "x"):
            if injected.change is None:
                continue
            written = value_at(injected.answer, POINT)
            if not is_number(written):
                continue
            try:
                at_once, _ = explanation_by((injected.change,)).equation(sample)
            except (ArithmeticError, ValueError):
                continue
            assert math.isclose(at_once, written, rel_tol=1e-9, abs_tol=1e-9), injected.change.rule.message
            swept = balls.tangents_with((injected.change,)).get(expression, balls.one * 0)
            low, high = map(to_float, ends(swept)) if not isinstance(swept, int) else (swept, swept)
            assert math.isclose(low, written, rel_tol=1e-9, abs_tol=1e-9), injected.change.rule.message
            assert high - low <= 1e-15 * max(1, abs(low))
            seen += 1
    assert seen > 40


def test_the_functions_meet_most_rules():
    """The others are about functions that do not occur here: the derivatives that are misremembered, the inverses."""
    met = set()
    for text in FUNCTIONS:
        met |= {injected.change.rule for injected in inject_mistakes(parse(text), "x") if injected.change is not None}
    assert {rule.pattern for rule in RULES} == {rule.pattern for rule in met}
