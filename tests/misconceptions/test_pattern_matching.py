"""Patterns written as expressions: the nodes that they match, and the numbers that rules get from a match."""

import math

import pytest
from rows import every_row

from diffcompare.language.expression import Variable
from diffcompare.language.operations import sin
from diffcompare.language.parser import parse
from diffcompare.language.wengert import active_nodes, wengert_list
from diffcompare.misconceptions import patterns
from diffcompare.misconceptions.pattern_matching import Pattern, c, g, n, r, s, t, u, v
from diffcompare.misconceptions.rules import RULES, rules_for
from diffcompare.numeric.evaluate import values_at

X, Y = Variable("x"), Variable("y")
POINT = {"x": 0.7, "y": 1.3}


def match(pattern, text):
    expression = parse(text)
    return pattern(expression, active_nodes(wengert_list(expression), ("x",)))


def letters(pattern, text):
    """Return what the letters stand for, as text; None where the pattern does not match."""
    matched = match(pattern, text)
    return None if matched is None else {name: str(node) for name, node in matched.nodes.items()}


@every_row(
    ("pattern", "text", "nodes"),
    [
        (Pattern(u * v), "x^2*sin(x)", {"u": "x^2", "v": "sin(x)"}),
        (Pattern(u * v), "3*sin(x)", None),
        (Pattern(c * u, u * c), "3*sin(x)", {"c": "3", "u": "sin(x)"}),
        (Pattern(c * u, u * c), "sin(x)*y", {"c": "y", "u": "sin(x)"}),
        (Pattern(c * u**n), "5*sin(x)^2", {"c": "5", "u": "sin(x)", "n": "2"}),
        (Pattern(c * u**n), "5*sin(x)^(1/2)", None),
        (Pattern(u**n), "x^-2", None),
        (Pattern(u**c), "x^-2", {"u": "x", "c": "-2"}),
        (Pattern(c**u), "2^x", {"c": "2", "u": "x"}),
        (Pattern(c / u), "y/(x + 1)", {"c": "y", "u": "x + 1"}),
        (Pattern(r + s), "x - 3", {"r": "x", "s": "3", "sum": "x - 3"}),
        (Pattern(r - s), "x + 3", None),
        (Pattern((r + s) * t), "(x + 1)*y", {"r": "x", "s": "1", "t": "y", "sum": "x + 1"}),
        (Pattern(-u), "-x", {"u": "x"}),
        (Pattern(sin(u)), "sin(2*x)", {"u": "2*x"}),
        (Pattern(sin(u)), "cos(2*x)", None),
        (Pattern(sin(u)), "sin(2*y)", None),
        (Pattern(g(u)), "hypot(3, x)", {"g": "hypot(3, x)", "w": "x", "u": "x"}),
        (Pattern(g(c * u)), "atan(5*x)", {"g": "atan(5*x)", "w": "5*x", "c": "5", "u": "x"}),
        (Pattern(g(u) ** n), "ln(x)^3", {"g": "ln(x)", "w": "x", "u": "x", "n": "3"}),
        (Pattern(g(u)), "hypot(x, x^2)", None),
        (Pattern(g(u)), "x + 1", None),
        (Pattern(g(u)), "floor(x)", None),
        (Pattern(g(u)), "x/3", None),
        (Pattern(u), "y", None),
    ],
)
def test_a_pattern_matches(pattern, text, nodes):
    assert letters(pattern, text) == nodes


def test_the_first_form_that_fits_counts_and_a_condition_may_refuse_it():
    assert letters(Pattern(c * u, u * v), "x*sin(x)") == {"u": "x", "v": "sin(x)"}
    assert letters(Pattern(u * v, where=lambda nodes, active: nodes["u"] is Y), "x*sin(x)") is None


@pytest.mark.parametrize(
    ("pattern", "text", "numbers"),
    [
        (patterns.PRODUCT, "x^2*sin(x)", {"u": 0.49, "v": math.sin(0.7), "du": 1.4, "dv": math.cos(0.7)}),
        (patterns.PRODUCT, "x*x^2", {"y": 0.343, "dy": 3 * 0.49}),
        (patterns.QUOTIENT, "x^3/x", {"dy": 1.4}),
        (patterns.MULTIPLE, "x*5", {"c": 5, "u": 0.7, "du": 1, "dc": 0}),
        (patterns.POWER, "x^5", {"p": 5, "low": 0.7**4, "high": 0.7**6}),
        (patterns.POWER, "sqrt(x)", {"p": 0.5, "low": 0.7**-0.5, "high": 0.7**1.5}),
        (patterns.POWER, "3/x^2", {"p": -2, "low": 3 * 0.7**-3, "high": 3 / 0.7}),
        (patterns.EXPONENTIAL, "exp(x)", {"low": math.exp(-0.3)}),
        (patterns.EXPONENTIAL, "pi^x", {"low": math.pi**-0.3}),
        (patterns.INTEGER_POWER, "x^4", {"n": 4}),
        (patterns.LEFT_TERM, "x - y", {"sign": -1, "t": 1.3, "dt": 0}),
        (patterns.COMPOSITION, "cos(x^3)", {"outer": -math.sin(0.343), "u": 0.343, "du": 3 * 0.49, "x": 0.7}),
        (patterns.scaled_factor, "(x/4)*sin(x)", {"c": 0.25}),
        (patterns.constant_part(1), "2*pi*x", {"c": math.pi, "dy": 2 * math.pi}),
        (patterns.two_arguments, "hypot(x, x^2)", {"by_u": 0.7 / math.hypot(0.7, 0.49)}),
    ],
)
def test_a_rule_gets_the_numbers_that_it_asks_for(pattern, text, numbers):
    matched = match(pattern, text)
    values = values_at(wengert_list(parse(text)), POINT)
    tangents = {X: 1.0, parse("x^2"): 1.4, parse("sin(x)"): math.cos(0.7), parse("x^3"): 3 * 0.49, parse("x/4"): 0.25}
    bound = matched.bind(values, tangents)
    assert {name: bound[name] for name in numbers} == pytest.approx(numbers)


def test_the_outer_function_can_be_evaluated_anywhere():
    matched = match(patterns.COMPOSITION, "ln(x^2)")
    bound = matched.bind(values_at(wengert_list(matched.node), POINT), {X: 1.0})
    assert bound["g"](3.0) == math.log(3)
    assert bound["dg"](-4.0) == -0.25  # people write 1/u where ln(u) has no value, too


@pytest.mark.parametrize(
    "text", ["x^3/cbrt(x) - 2*x", "-sin(x)^2 + y*exp(3*x)", "ln(x)/ln(2) + 2^x*x^x", "hypot(x, 1/x)"]
)
def test_no_rule_is_left_out_whose_pattern_matches(text):
    """The rules of an operation are looked up by the roots of their forms."""
    nodes = wengert_list(parse(text))
    active = active_nodes(nodes, ("x",))
    for node in nodes:
        matching = {rule.pattern for rule in RULES if not rule.names and rule.pattern(node, active) is not None}
        assert matching <= set(rules_for(node.operation))
