"""The table of operations as JavaScript: the text of its source (a browser compares its numbers with the rows)."""

import pytest
from rows import every_row

from diffcompare.codegen.javascript_table import condition, operation_table
from diffcompare.codegen.libraries import JAVASCRIPT
from diffcompare.codegen.source import Unwritable, Writer
from diffcompare.language.expression import OPERATIONS, Region, Variable, lift
from diffcompare.language.operations import row, sin
from diffcompare.language.parser import parse
from diffcompare.language.wengert import wengert_list


def source(text):
    return operation_table(wengert_list(parse(text)))


@every_row(
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
    text = operation_table([twice(Variable("x"))])
    assert "function twice(x) {\n  return 2*Math.sin(x);\n}" in text
    assert "partials: (y, a) => [2*Math.cos(a)]" in text


def test_a_row_without_any_definition_is_refused(monkeypatch):
    monkeypatch.setitem(OPERATIONS, "mystery", None)
    mystery = row("mystery", real=lambda x: x, partials=[1])
    with pytest.raises(Unwritable, match="mystery"):
        operation_table([mystery(Variable("x"))])


@every_row(
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


def written(region, *arguments):
    letters = [Variable(argument) if isinstance(argument, str) else lift(argument) for argument in arguments]
    return condition(region, letters, Writer(JAVASCRIPT, {}))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sin", "true"),
        ("ln", "a > 0"),
        ("/", "b !== 0"),
        ("asin", "(a >= -1 && a <= 1)"),
        ("^", "(a > 0 || (a === 0 && b > 0))"),
        ("gamma", "(a > 0 || Math.floor(a) !== a)"),
        ("atan2", "(a !== 0 || b !== 0)"),
    ],
)
def test_domains(name, expected):
    row = OPERATIONS[name]
    assert written(row.domain, *"ab"[: row.arity]) == expected


def test_a_whole_number_is_compared_here():
    domain = OPERATIONS["^n"].domain
    assert written(domain, "a", 2) == "true"
    assert written(domain, "a", -2) == "a !== 0"


def test_kinks():
    assert written(OPERATIONS["floor"].kink, "a") == "Math.floor(a) === a"
    assert written(OPERATIONS["hypot"].kink, "a", "b") == "(a === 0 && b === 0)"
    assert written(OPERATIONS["exp"].kink, "a") == "false"


def test_a_test_of_any_other_form():
    either = Region("", lambda a, b: b > 1 if a < 0 else b != 2)
    assert written(either, "a", "b") == "(a < 0 ? b > 1 : b !== 2)"
    assert written(Region("", lambda a: not a < 0), "a") == "(a < 0 ? false : true)"


def test_a_test_without_an_end_is_refused():
    def endless(a):
        while a > 0:
            pass
        return True

    with pytest.raises(RecursionError, match="too many comparisons"):
        written(Region("endless", endless), "a")
