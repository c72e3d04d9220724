"""Expressions as source: the same operations in the same order, with no more parentheses than that takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from rows import every_row
from strategies import expressions

from diffcompare.codegen.libraries import LIBRARIES
from diffcompare.codegen.source import Writer
from diffcompare.language.parser import parse
from diffcompare.language.wengert import wengert_list


def written(text, language="python"):
    return Writer(LIBRARIES[language], {}).write(parse(text), {})


@every_row(
    ("text", "source"),
    [
        ("x*(y/z)", "x*(y/z)"),
        ("x*y/z", "x*y/z"),
        ("x - (y - z)", "x - (y - z)"),
        ("x/(y*z)", "x/(y*z)"),
        ("(x + y)^2", "(x + y)**2"),
        ("-x^2", "-x**2"),
        ("(-x)^2", "(-x)**2"),
        ("x^-2", "x**-2"),
        ("2^x^3", "2**x**3"),
        ("x*(-y)", "x*(-y)"),
        ("x^y", "math.pow(x, y)"),
        ("2^x", "2**x"),
        ("pi*e*x", "math.pi*math.e*x"),
        ("ln(x) + |x|", "math.log(x) + abs(x)"),
        ("2*x + 0.1", "2*x + 0.1"),
        ("2/3*x", "2.0/3*x"),
        ("(1 + 1)^99*x", "float(1.0 + 1)**99*x"),
        ("1e30*x", "1e+30*x"),
        ("1e400*x", "1e999*x"),
        ("2*if(x > 0, x, -1)", "2*(x if x > 0 else -1)"),
        ("max(x, y, z)", "max(max(x, y), z)"),
    ],
)
def test_for_math(text, source):
    assert written(text) == source


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("x^y", "x**y"),
        ("max(x, |y|)", "numpy.maximum(x, numpy.abs(y))"),
        ("2*if(x > 0, 1, y)", "2*numpy.where(x > 0, 1.0, y)"),
        ("asin(x)", "numpy.arcsin(x)"),
        ("sigmoid(x)", "sigmoid(x)"),
    ],
)
def test_for_numpy(text, source):
    assert written(text, "numpy") == source


@given(expressions(("+", "-", "*", "/", "neg", "^n"), largest=9))
def test_arithmetic_reads_back_as_the_same_expression(expression):
    """Python's operators on our variables build the expression again, node for node (constants may be floats there)."""
    from diffcompare.language.expression import Variable

    if "pi" in str(expression) or any(node.operation and not node.varies for node in wengert_list(expression)):
        return
    if any(not node.varies for node in expression.arguments):
        return
    text = Writer(LIBRARIES["python"], {}).write(expression, {})
    again = eval(text, {name: Variable(name) for name in "xyz"})
    assert str(again).replace(".0", "") == str(expression).replace(".0", "") or "float(" in text
