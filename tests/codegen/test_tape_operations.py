"""Operations for a tape in JavaScript: what their source looks like (a browser holds their numbers against the rows)."""

import pytest

from diffcompare.codegen.libraries import JAVASCRIPT
from diffcompare.codegen.source import Unwritable, Writer
from diffcompare.codegen.tape_operations import operations
from diffcompare.language.expression import OPERATIONS, Variable
from diffcompare.language.operations import row, sin
from diffcompare.language.parser import parse
from diffcompare.language.wengert import wengert_list


def source(text):
    return operations(wengert_list(parse(text)))


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("ln(x)", '"ln": {value: (a) => a > 0 ? Math.log(a) : NaN, partials: (y, a) => [1/a]},'),
        ("x*y", '"*": {value: (a, b) => a*b, partials: (y, a, b) => [b, a]},'),
        ("x^3", '"^3": {value: (a) => a**3, partials: (y, a) => [3*(a*a), null]},'),
        ("x^-1", '"^-1": {value: (a) => a !== 0 ? a**-1 : NaN, partials: (y, a) => [-1*a**-2, null]},'),
        ("tanh(x)", '"tanh": {value: (a) => Math.tanh(a), partials: (y, a) => [tanh_slope(y, a)]},'),
        ("|x|", '"abs": {value: (a) => Math.abs(a), partials: (y, a) => [Math.sign(a)], kink: (a) => a === 0},'),
        ("relu(x)", '"relu": {value: (a) => relu(a), partials: (y, a) => [a > 0 ? 1 : null], kink: (a) => a === 0},'),
        ("polygamma(2, x)", "partials: (y, a, b) => [null, polygamma(a + 1, b)]},"),
    ],
)
def test_an_operation(text, entry):
    assert entry in source(text)


def test_a_branch_that_is_not_taken_gets_nothing():
    assert "partials: (y, a, b, c, d) => [null, null, a < b ? 1 : null, a < b ? null : 1]" in source("if(x < y, x, y)")
    assert "partials: (y, a, b) => [a > b ? 1 : null, a > b ? null : 1]" in source("max(x, y)")


def test_only_what_is_needed_comes_along_and_once():
    text = source("sigmoid(x)*sigmoid(y)*sigmoid(x*y)")
    assert text.count('"sigmoid": ') == text.count("function sigmoid(") == text.count("function sigmoid_slope(") == 1
    assert "sin" not in text
    assert "gamma" not in text


def test_a_definition_brings_those_that_it_calls():
    text = source("digamma(x)")
    for name in ("digamma", "polygamma", "cotangent_slope", "cotangent_of_pi", "factorial"):
        assert text.count(f"function {name}(") == 1
    assert "function lgamma" not in text


def test_a_row_that_only_the_table_has_is_written_by_its_definition(monkeypatch):
    monkeypatch.setitem(OPERATIONS, "twice", None)  # taken away again after the test
    twice = row("twice", definition=lambda x: 2 * sin(x), partials=[lambda y, x: 2 * OPERATIONS["cos"](x)])
    text = operations([twice(Variable("x"))])
    assert "function twice(x) {\n  return 2*Math.sin(x);\n}" in text
    assert "partials: (y, a) => [2*Math.cos(a)]" in text


def test_a_row_without_any_definition_is_refused(monkeypatch):
    monkeypatch.setitem(OPERATIONS, "mystery", None)
    mystery = row("mystery", real=lambda x: x, partials=[1])
    with pytest.raises(Unwritable, match="mystery"):
        operations([mystery(Variable("x"))])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-x^2", "-(x*x)"),
        ("(-x)^3", "(-x)**3"),
        ("-x^3", "-(x**3)"),
        ("-(-x)", "-(-x)"),
        ("x - -y", "x - -y"),
        ("2^x^3", "2**x**3"),
        ("(2^x)^y", "(2**x)**y"),
        ("(x + 1)^2", "(x + 1)**2"),
        ("x/(y*z)", "x/(y*z)"),
        ("pi*e*x", "Math.PI*Math.E*x"),
        ("2/3*x", "2/3*x"),
        ("x*if(x == 1, 2, y)", "x*(x === 1 ? 2.0 : y)"),
        ("max(x, y, z)", "Math.max(Math.max(x, y), z)"),
        ("cot(x)", "cot(x)"),
        ("1e400*x", "1e999*x"),
    ],
)
def test_expressions(text, expected):
    assert Writer(JAVASCRIPT, {}).write(parse(text), {}) == expected
