"""Printing loses nothing: `parse(to_text(e)) is e`, with as few parentheses as that needs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rows import every_row

from diffcompare.language.expression import OPERATIONS, Constant, Expression, Number, PendingDerivative, Variable, apply
from diffcompare.language.parser import parse
from diffcompare.language.printer import shared_texts, to_text
from diffcompare.language.wengert import dag_size

x, y = Variable("x"), Variable("y")


@every_row(
    "text",
    [
        "x + y*z", "(x + y)*z", "a - (b - c)", "a - b - c", "a + (b + c)", "a/(b*c)", "a/b*c", "a*(b/c)", "(a^b)^c", "a^b^c",
        "-x^2", "(-x)^2", "-(-x)", "-(x*y)", "-x*y", "x^-1", "x^-y", "x^(-(-y))", "x^(-(y + 1))", "2*(-x)", "x + (-y)", "x - (-y)",
        "(x + y)^2", "(x*y)^2", "sin(x)^2", "abs(x)", "abs(abs(x) - 1)", "if(x < y + 1, -x, x)", "max(x, y, z)", "max(x, max(y, z))",
        "min(max(x, y), z)", "atan2(x, y)", "ln(x)/ln(2)", "exp(x)", "pi*e", "sqrt(x)", "gamma*gamma(x)", "2*x", "-1", "(-1)^x", "(1/3)^x",
        "polygamma(1, x)", "log1p(x)", "x^2.5", "x^(1/3)", "(x^y)^-2",
    ],
)  # fmt: skip
def test_text_in_normal_form_is_printed_as_it_is(text):
    assert to_text(parse(text)) == text


@every_row(
    ("text", "normal"),
    [
        ("2x", "2*x"), ("((x))", "x"), ("|x|", "abs(x)"), ("x**2", "x^2"), ("e^x", "exp(x)"), ("log(x)", "ln(x)"), ("√x²", "sqrt(x)^2"),
        ("arcsin(x)", "asin(x)"), ("a·b", "a*b"), ("a = 2x; a^2", "(2*x)^2"), ("--x", "-(-x)"), ("(a*b)*c", "a*b*c"), ("x₁", "x1"),
    ],
)  # fmt: skip
def test_other_spellings_are_printed_in_normal_form(text, normal):
    assert to_text(parse(text)) == normal
    assert parse(normal) is parse(text)


@every_row(
    ("number", "text"),
    [
        (Number(0), "0"), (Number(1500), "1500"), (Number(1, 1), "0.1"), (Number(15, 1), "1.5"), (Number(10**300), "1e300"),
        (Number(602 * 10**21), "6.02e23"), (Number(12, 4), "0.0012"), (Number(1, 7), "1e-7"), (Number(123456789, 4), "12345.6789"),
        (Number(10**15), "1000000000000000"), (Number(10**16), "1e16"), (Number(2**200), str(2**200)),
    ],
)  # fmt: skip
def test_numbers(number, text):
    assert to_text(number) == text


@every_row(
    "literal",
    ["9" * 1000, "9" * 1000 + "e1000", "1" + "0" * 999 + "e1000", "." + "0" * 999 + "1e-1000", "1." + "1" * 999 + "e-1000", "1e-1000",
     "1e1000", "12345.6789e-5", "0." + "0" * 30 + "1", "100000000000000000000001"],
)  # fmt: skip
def test_numbers_at_the_bounds_of_the_language(literal):
    assert parse(to_text(parse(literal))) is parse(literal)


def test_numbers_beyond_the_bounds_of_the_language_are_printed_all_the_same():
    assert to_text(Number(7**6000)).startswith("3874717868664966")
    assert len(to_text(Number(7**6000))) == 5071


def test_shared_parts_are_named_where_the_formula_would_swell():
    square = x + 1
    for _ in range(40):
        square = square * square
    text = to_text(square)
    assert text.startswith("v1 = x + 1; v2 = v1*v1; v3 = v2*v2")
    assert len(text) < 1_000
    assert parse(text) is square


def test_the_names_of_shared_parts_are_not_those_of_variables():
    product = Variable("v1") + Variable("w")
    for _ in range(12):
        product = product * product
    text = to_text(product)
    assert text.startswith("u1 = v1 + w; ")
    assert parse(text) is product


def test_what_is_still_to_be_differentiated_is_no_longer_than_its_dag():
    shared = Variable("x")
    for _ in range(2_000):
        shared = shared * shared + 1
    text = to_text(2 * PendingDerivative(shared, "x"))
    assert text.startswith("2*d/dx[v1 = x*x + 1; v2 = v1*v1 + 1; ")
    assert len(text) < 60_000
    assert to_text(PendingDerivative(parse("x^2"), "x")) == "d/dx[x^2]"


def test_a_small_expression_is_written_out_however_often_its_parts_are_shared():
    s = parse("sin(x + y)")
    assert to_text(s * s + s) == "sin(x + y)*sin(x + y) + sin(x + y)"


def test_expressions_built_in_python():
    for built in (
        x**2,
        x**-2,
        2**x,
        -x,
        1 - x,
        1 / x,
        x**y,
        Constant("e") ** x,
        x * 0.1,
        x - -3,
        (-x) ** 2,
        x**0.5,
        (x**y) ** 2,
    ):
        assert parse(to_text(built)) is built


def test_a_variable_named_e_needs_the_names_of_the_point():
    power = Variable("e") ** x
    assert to_text(power) == "e^x"
    assert parse("e^x", names=["e", "x"]) is power
    assert parse("e^x") is not power


@pytest.mark.parametrize(
    "text",
    ["sin(" * 20_000 + "x" + ")" * 20_000, " + ".join(["x"] * 5_000), "x - (" * 5_000 + "x - y" + ")" * 5_000,
     "-(" * 5_000 + "-x" + ")" * 5_000, "2^" * 5_000 + "x", "max(" + ", ".join(["x", "y"] * 2_500) + ")"],
)  # fmt: skip
def test_large_expressions(text):
    assert to_text(parse(text)) == text


LEAVES = st.one_of(
    st.sampled_from([x, y, Variable("x1"), Variable("gamma"), Constant("pi"), Constant("e")]),
    st.builds(Number, st.integers(0, 10**25), st.integers(-30, 30)),
)


def _grow(children: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    binary = st.sampled_from(["+", "-", "*", "/", "min", "max", "atan2", "hypot"])
    unary = st.sampled_from(["neg", "neg", "sin", "abs", "exp", "sqrt", "lgamma"])
    choice = st.sampled_from(["if <", "if <=", "if >", "if >=", "if ==", "if !="])
    return st.one_of(
        st.builds(lambda name, a, b: apply(OPERATIONS[name], (a, b)), binary, children, children),
        st.builds(lambda name, a: apply(OPERATIONS[name], (a,)), unary, children),
        st.builds(lambda a, b: a**b, children, children),
        st.builds(lambda a, n: a**n, children, st.integers(-3, 3)),
        st.builds(lambda name, a, b: apply(OPERATIONS[name], (a, b, a, b)), choice, children, children),
    )


EXPRESSIONS = st.recursive(LEAVES, _grow, max_leaves=20)


@given(EXPRESSIONS)
def test_parse_undoes_print(expression):
    assert parse(to_text(expression)) is expression


@given(st.lists(EXPRESSIONS, min_size=1, max_size=3), st.integers(5, 12))
def test_parse_undoes_print_with_named_parts(parts, doublings):
    expression = parts[0]
    for _ in range(doublings):
        for part in parts:
            expression = (expression + part) * expression
    text = to_text(expression)
    assert parse(text) is expression
    assert len(text) < 200 * dag_size(expression) + 2000


def test_shared_parts_of_several_expressions_are_written_once():
    roots = [parse("sin(x*y)^2 + v*x"), parse("x*y*sin(x*y)"), parse("sin(x*y)"), parse("x")]
    definitions, texts = shared_texts(roots)
    assert definitions == {"w1": "x*y", "w2": "sin(w1)"}
    assert texts == ["w2^2 + v*x", "w1*w2", "w2", "x"]
    named = "; ".join(f"{name} = {text}" for name, text in definitions.items())
    assert [parse(f"{named}; {text}", names=["x", "y", "v"]) for text in texts] == roots


def test_shared_parts_make_texts_as_long_as_the_dag():
    roots = [parse("*".join(f"x{j}" for j in range(1, i))) for i in range(2, 200)]
    definitions, texts = shared_texts(roots)
    assert sum(map(len, [*definitions.values(), *texts])) < 20 * 400
