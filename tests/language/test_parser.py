"""The language: what is read, how it binds, what is refused, and that nothing else is ever raised."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rows import every_row
from strategies import expressions

from diffcompare.diagnostics import DiffcompareError
from diffcompare.language import expression, parser
from diffcompare.language.expression import OPERATIONS, Constant, Expression, Number, Variable, apply
from diffcompare.language.operations import FUNCTIONS
from diffcompare.language.parser import attempt, parse, parse_apart, read
from diffcompare.language.tokenizer import SyntaxFault
from diffcompare.language.wengert import wengert_list

x, y, z = Variable("x"), Variable("y"), Variable("z")
a, b, c = Variable("a"), Variable("b"), Variable("c")
e, pi = Constant("e"), Constant("pi")


def op(name: str, *arguments: Expression) -> Expression:
    return apply(OPERATIONS[name], arguments)


def code(text: str, names: tuple[str, ...] = ()) -> str:
    with pytest.raises(DiffcompareError) as caught:
        parse(text, names)
    return caught.value.diagnostic.code


@every_row(
    ("text", "digits", "places"),
    [
        ("12", 12, 0), ("1.5", 15, 1), (".5", 5, 1), ("2e-3", 2, 3), ("2E3", 2000, 0), ("0.1", 1, 1), ("1.50", 15, 1),
        ("1e300", 10**300, 0), ("007", 7, 0), ("2.", 2, 0), ("0", 0, 0), ("1e+2", 100, 0), ("0e1000", 0, 0),
        ("9" * 1000, 10**1000 - 1, 0), ("1e-1000", 1, 1000), ("1e0000000000001", 10, 0),
    ],
)  # fmt: skip
def test_a_literal_is_an_exact_decimal(text, digits, places):
    assert parse(text) is Number(digits, places)


@every_row(
    ("text", "expected"),
    [
        ("a+b*c", a + b * c),
        ("a*b+c", a * b + c),
        ("a-b-c", (a - b) - c),
        ("a/b*c", (a / b) * c),
        ("a/b/c", (a / b) / c),
        ("a-(b-c)", a - (b - c)),
        ("2^3^2", op("^", Number(2), op("^n", Number(3), Number(2)))),
        ("-x^2", -op("^n", x, Number(2))),
        ("(-x)^2", op("^n", -x, Number(2))),
        ("2^-x", op("^", Number(2), -x)),
        ("2^-x*y", op("^", Number(2), -x) * y),
        ("2^-x^y", op("^", Number(2), -op("^", x, y))),
        ("x^-2", op("^n", x, -Number(2))),
        ("x**2", op("^n", x, Number(2))),
        ("x^0.5", op("^", x, Number(5, 1))),
        ("-a*b", (-a) * b),
        ("a*-b", a * -b),
        ("a--b", a - -b),
        ("+x", x),
        ("a*+b", a * b),
        ("1/3", Number(1) / Number(3)),
        ("((x))", x),
        ("|x|", op("abs", x)),
        ("||x|-1|", op("abs", op("abs", x) - 1)),
        ("|x+|y||", op("abs", x + op("abs", y))),
        ("|x|*|y|", op("abs", x) * op("abs", y)),
        ("|x|^2", op("^n", op("abs", x), Number(2))),
        ("-|x|", -op("abs", x)),
        ("|-x|", op("abs", -x)),
        ("|(|x|)|", op("abs", op("abs", x))),
    ],
)
def test_precedence_and_associativity(text, expected):
    assert parse(text) is expected


@every_row(
    ("text", "same"),
    [
        ("2x", "2*x"), ("2 x", "2*x"), ("2(x+1)", "2*(x+1)"), ("(x+1)(x-1)", "(x+1)*(x-1)"), ("2sin(x)", "2*sin(x)"),
        ("2x^2", "2*(x^2)"), ("2x*3", "(2*x)*3"), ("-2x", "(-2)*x"), ("a-2x", "a-(2*x)"), ("a*2x", "(a*2)*x"),
        ("2(x)(y)", "(2*x)*y"), ("sin(x)cos(x)", "sin(x)*cos(x)"), ("(x)y", "x*y"), ("2e3x", "2000*x"), ("2 e", "2*e"),
        ("2pi", "2*pi"), ("2i", "2*i"), ("2exp(x)", "2*exp(x)"), ("2/3+4x", "2/3+4*x"), ("x^2+3y", "x^2+3*y"),
    ],
)  # fmt: skip
def test_an_implicit_product_is_a_product(text, same):
    assert parse(text) is parse(same)
    if "2 e" not in text:
        assert "W301" in [note.code for note in read(text).notes]


@every_row(
    "text",
    [
        "1/2x", "x^2y", "a/(b)(c)", "6/2(1+2)", "1/-2x", "2^-3x", "1/sin(x)cos(x)", "√2x", "x²y", "a/b(c)", "sin x/2",
        "x(y+1)", "x 2", "(x)2", "x||y||", "x\ny", "pi(x)", "x²^3", "speed time",
    ],
)  # fmt: skip
def test_where_a_product_would_be_a_guess_there_is_an_error(text):
    assert code(text) in ("E203", "E204", "E105", "E207", "E215")


def test_a_name_is_one_name():
    assert parse("x1x2") is Variable("x1x2")
    for name in ("i", "I", "S", "beta", "_", "_x", "x_1", "θ", "ñ", "变", "lambda", "масса", "E", "Pi", "a_b_c"):
        assert parse(name) is Variable(name)


def test_constants():
    assert parse("pi") is pi
    assert parse("e") is e
    assert parse("e^x") is op("exp", x)


def test_e_is_a_variable_where_the_point_gives_it_a_value():
    assert parse("e^x", names=["e", "x"]) is op("^", Variable("e"), x)
    assert parse("e") is e, "and nowhere else"
    assert parse("e = 2; e", names=["x"]) if code("e = 2; e") != "E103" else True


def test_the_name_of_a_function_is_a_variable_without_its_parenthesis():
    assert parse("gamma*x + gamma(x)") is Variable("gamma") * x + op("gamma", x)
    assert [note.code for note in read("gamma*x").notes] == ["W302"]
    assert read("gamma*x").notes[0].severity == "warning"
    assert read("gamma*x", names={"gamma", "x"}).notes[0].severity == "note"


@every_row("name", sorted(FUNCTIONS))
def test_every_name_of_every_row_can_be_called(name):
    row = FUNCTIONS[name]
    arguments = (x, y, z)[: row.arity]
    text = f"{name}({', '.join('xyz'[: row.arity])})"
    assert parse(text) is apply(row, arguments)
    assert parse(text.replace("(", " (")) is apply(row, arguments)


def test_functions_of_several_arguments():
    assert parse("log(x)") is parse("ln(x)")
    assert parse("log(x, b)") is parse("ln(x)/ln(b)")
    assert parse("max(a, b, c)") is parse("max(max(a, b), c)")
    assert parse("min(a, b)") is op("min", a, b)


@pytest.mark.parametrize("relation", ["<", "<=", ">", ">=", "==", "!="])
def test_choices(relation):
    assert parse(f"if(x+1 {relation} y, a, b)") is op(f"if {relation}", x + 1, y, a, b)


def test_named_values_are_substituted():
    assert parse("a = 2x; a^2") is parse("(2*x)^2")
    assert parse("a = x; b = a*a; b + a") is parse("x*x + x")
    assert parse("a=1;\n b=2;\n a+b") is parse("1+2")


def test_named_values_make_formulas_that_could_not_be_written_out():
    text = "v0 = x + 1; " + "; ".join(f"v{n + 1} = v{n}*v{n}" for n in range(500)) + "; v500"
    assert parse(text).level == 501


@every_row(
    ("text", "same"),
    [
        ("x²", "x^2"), ("x³", "x^3"), ("x²³", "x^23"), ("x⁻¹", "x^-1"), ("(x+1)²", "(x+1)^2"), ("|x|²", "|x|^2"),
        ("-x²", "-(x^2)"), ("√x", "sqrt(x)"), ("√2", "sqrt(2)"), ("√(x+1)", "sqrt(x+1)"), ("√sin(x)", "sqrt(sin(x))"),
        ("√√x", "sqrt(sqrt(x))"), ("√x*y", "sqrt(x)*y"), ("√|x|", "sqrt(|x|)"), ("2√x", "2*sqrt(x)"), ("-√x", "-sqrt(x)"),
        ("2π", "2*pi"), ("a·b", "a*b"), ("a×b÷c", "a*b/c"), ("a−b", "a-b"), ("x₁ + x₁₂", "x1 + x12"), ("log₂(x)", "log2(x)"),
        ("if(x ≤ 1, a, b)", "if(x <= 1, a, b)"), ("if(x≥1,a,b)", "if(x>=1,a,b)"), ("if(x≠1,a,b)", "if(x!=1,a,b)"),
        ("\ufeffx", "x"), ("x\t+\n\u00a0y\r\n", "x+y"), ("a\u202f*\u2009b", "a*b"), ("µ", "μ"), ("x²+1", "x^2+1"),
    ],
)  # fmt: skip
def test_typographic_signs(text, same):
    assert parse(text) is parse(same)


def test_a_superscript_is_no_part_of_a_name():
    assert parse("x²") is not Variable("x2")


def test_parsing_never_simplifies():
    assert parse("x*1 + 0") is (x * 1) + 0
    assert parse("2/4") is Number(2) / Number(4)
    assert parse("--x") is -(-x)  # noqa: B002
    assert parse("-2") is -Number(2)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("sin(" * 20_000 + "x" + ")" * 20_000, 20_001),
        ("(" * 20_000 + "x" + ")" * 20_000, 1),
        ("-" * 5_000 + "x", 5_001),
        ("2^" * 5_000 + "x", 5_002),
        ("+".join(["x"] * 5_000), 5_000),
        ("if(x>0," * 2_000 + "1" + ",0)" * 2_000, 2_003),
        ("√" * 5_000 + "x", 5_001),
        ("(x)" * 5_000, 5_000),
        ("|" * 5_000 + "x" + "|" * 5_000, 5_001),
        ("2(" * 5_000 + "x" + ")" * 5_000, 5_002),
    ],
    ids=["calls", "parentheses", "signs", "powers", "terms", "choices", "roots", "products", "bars", "implicit"],
)
def test_nesting_has_no_limit(text, size):
    from diffcompare.language.wengert import dag_size

    assert dag_size(parse(text)) == size


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x" * 1_000_001, "E401"),
        ("+".join(["x"] * 250_002), "E402"),
        ("-" * 900_000 + "x", "E402"),
        ("(x)" * 250_002, "E402"),
        ("|" * 500_002, "E402"),
        ("9" * 1_001, "E403"),
        ("." + "0" * 1_001, "E403"),
        ("1e1001", "E404"),
        ("1e-1001", "E404"),
        ("1e" + "9" * 100_000, "E404"),
    ],
)
def test_bounds(text, expected):
    with pytest.raises(DiffcompareError) as caught:
        parse(text)
    assert caught.value.diagnostic.code == expected
    assert caught.value.diagnostic.kind == "resource_limit"


def test_the_bounds_themselves_are_inside():
    assert parse("+".join(["x"] * 250_001)).level == 250_000
    assert parse("x" * 1_000_000) is Variable("x" * 1_000_000)


@pytest.mark.parametrize(
    "text",
    ["(" * 1_000_000, ")" * 90_000, "'" * 90_000, "sin(" * 50_000, "x " * 50_000, "a" * 900_000 + "(x)", "2^" * 50_000,
     "if(x>0," * 20_000, "1/2x+" * 20_000, "," * 90_000, "\0" * 90_000, "х" * 90_000, "x" + " " * 900_000 + "y", ";" * 90_000],
)  # fmt: skip
def test_hostile_text_is_only_an_error(text):
    with pytest.raises(DiffcompareError) as caught:
        parse(text)
    assert len(str(caught.value)) < 1_500


def test_notes():
    def codes(text, names=()):
        return [note.code for note in read(text, names).notes]

    assert codes("x + 1") == []
    assert codes("2x") == ["W301"]
    assert codes("e^x") == ["W303"]
    assert codes("e^x", ("e", "x")) == ["W304"]
    assert codes("a = 2; b = 3; b") == ["W305"]
    assert codes("√x^2") == ["W306"]
    assert codes("sin + 1") == ["W302"]


def test_the_reading_of_an_implicit_product_is_echoed():
    parsed = read("1 + 2 x")
    assert parsed.expression is parse("1+2*x")
    assert parsed.text == "1 + 2 x"
    assert "1 + 2*x" in parsed.notes[0].message
    assert parsed.notes[0].span == (4, 7)


PIECES = [
    *"xye123+-*/^().,;=|<>!%'\"[]{}$\\ \n√²₁πθ–е",
    "sin(", "log(", "max(", "if(", "atan2(", "2x", "x1", "==", "<=", "**", "1e", "e5", "0x1", "and", "gamma", "sni(", "np.", "a=", "; ",
]  # fmt: skip


@given(st.text(max_size=30))
def test_no_text_raises_anything_but_our_error(text):
    _outcome(text)


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_no_nearly_right_text_raises_anything_but_our_error(text):
    _outcome(text)


VALID = ["2x^2 + sin(y)/(1 + e^-x)", "if(x > 0, |x - 1|, max(x, y, 3))", "a = 2x; b = a*a; b + √a", "log(x, 2)·x₁²"]


@given(st.sampled_from(VALID), st.integers(0, 40), st.integers(0, 40), st.sampled_from(["", *PIECES]))
def test_no_mutated_text_raises_anything_but_our_error(text, start, length, new):
    _outcome(text[:start] + new + text[start + length % 4 :])


def _outcome(text: str) -> None:
    """Parse: an expression that prints, or an error whose span is inside the text and whose cure can be parsed."""
    from diffcompare.language.printer import to_text

    try:
        expression = read(text).expression
    except DiffcompareError as error:
        diagnostic = error.diagnostic
        assert diagnostic.kind in ("syntax_error", "unknown_function", "arity_error", "resource_limit")
        assert diagnostic.span is not None
        assert 0 <= diagnostic.span[0] <= diagnostic.span[1] <= len(text)
        assert str(error).isprintable() or "\n" in str(error)
        if diagnostic.fix is not None:
            assert parse(diagnostic.fix) is not None
    else:
        assert parse(to_text(expression)) is expression


# --- Nodes apart ------------------------------------------------------------------------------------------------------


def _assert_apart(text: str) -> None:
    """Check that a text gives the expression of `parse`, as a list of nodes of its own."""
    expected = wengert_list(parse(text))
    nodes = parse_apart(text)
    same: dict[Expression, Expression] = {}
    for node in nodes:  # every argument has come before: otherwise this raises
        arguments = tuple(same[argument] for argument in node.arguments)
        same[node] = node if node.operation is None else apply(node.operation, arguments)
        if node.operation is not None:
            assert same[node] is not node
            assert (node.level, node.varies) == (same[node].level, same[node].varies)
    assert same[nodes[-1]] is expected[-1]
    assert len(same) == len(set(same.values())) == len(expected)


@given(expressions())
def test_nodes_apart_are_the_same_expression(expression):
    _assert_apart(str(expression))


@every_row(
    "text",
    [
        "x", "2", "(x)", "e^x", "e^x + e", "x^-2", "2^3^2", "x*x + x*x", "|x|*|x|", "√x", "x²", "log(x, y) + ln(x)",
        "max(a, b, c, a)", "if(x < y, x*y, y*x)", "a = x*y; a^2 + a", "a = y*z; b = x; b^2", "a = y*z; x", "2(x + 1)",
    ],
)  # fmt: skip
def test_nodes_apart_of(text):
    _assert_apart(text)


def test_what_is_wrong_with_a_text_is_the_same_apart():
    for text in ("", "x +", "sni(x)", "(x", "1.2.3"):
        with pytest.raises(DiffcompareError) as caught:
            parse_apart(text)
        assert caught.value.diagnostic.code == code(text)
    assert parse_apart("e*x", ("e",))[0] is Variable("e")


def test_an_attempt_gives_the_expression_or_the_fault():
    assert attempt("x + 1") is parse("x + 1")
    fault = attempt("x + ")
    assert isinstance(fault, SyntaxFault)
    assert (fault.code, fault.index) == ("E202", 2)


def test_the_examples_of_its_docstrings_are_right():
    assert doctest.testmod(parser).failed == doctest.testmod(expression).failed == 0
