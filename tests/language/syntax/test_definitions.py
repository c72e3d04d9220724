"""Formulas that have a name, are a function, or are asked about by d/dx: the formula itself is read."""

import pytest
from rows import every_row

from diffcompare.diagnostics import DiffcompareError
from diffcompare.language.parser import parse, parse_apart, read


@every_row(
    ("text", "reading"),
    [
        # Maxima, Maple, Mathematica, Matlab, Python, JavaScript
        ("f := x -> x^2", "x^2"), ("x -> x^2", "x^2"), ("x => x^2", "x^2"), ("(x, y) -> x*y", "x*y"), ("f(x) -> x^2", "x^2"),
        ("f = lambda x: x**2", "x^2"), ("def f(x): return 2*x", "2*x"), ("@(x) x^2", "x^2"), ("f: x -> x^2", "x^2"),
        ("g(x,y) := x*y", "x*y"), ("f[x_, y_] := x*y", "x*y"), ("f := proc(x) x^2 end:", "x^2"), ("x ↦ x^2", "x^2"),
        ("f = @(x) 2^x^2", "(2^x)^2"), ("f[x_] := E^x", "exp(x)"),
        # textbooks
        ("f(x) = x^2", "x^2"), ("f(x, y) = 2x + y", "2*x + y"), ("y = x^2", "x^2"), ("y=x^2;", "x^2"), ("f = 3x", "3*x"),
        ("a = 2*x; y = a^2", "(2*x)^2"), ("f(x) = x^2;", "x^2"),
    ],
)  # fmt: skip
def test_the_formula_is_read_and_echoed(text, reading):
    parsed = read(text)
    assert str(parsed.expression) == reading
    assert parse(text) is parsed.expression is parse(parsed.text)
    assert str(parse_apart(text)[-1]) == reading
    echo = parsed.notes[0]
    assert (echo.code, echo.severity, echo.span) == ("W310", "note", (0, len(text)))
    assert echo.message == f"read as `{reading}`"
    assert parsed.wrt is None


@every_row(
    "text",
    [
        "x -> 0", "lim x->0", "y = 2", "x = x + 1", "f(x) = f(x) + 1", "f(x) = 2; g(x) = 3x", "sin(x) = x", "x^2 + y^2 = 1",
        "f(x) = g(x) = x^2", "0 = x", "e = x", "f(e) = e^2", "y = x = 2", "f(x) := ",
    ],
)  # fmt: skip
def test_an_equation_is_no_formula(text):
    with pytest.raises(DiffcompareError):
        read(text)


def test_what_is_wrong_with_the_formula_is_said_of_the_formula():
    with pytest.raises(DiffcompareError) as caught:
        read("f(x) = sni(x)")
    diagnostic = caught.value.diagnostic
    assert (diagnostic.code, diagnostic.text, diagnostic.fix) == ("E101", "sni(x)", "sin(x)")


@every_row(
    ("text", "reading", "by"),
    [
        ("d/dx (x^2)", "x^2", "x"), ("d/dx x^2", "x^2", "x"), ("d/dy[x*y]", "x*y", "y"), ("∂/∂x (x*y)", "x*y", "x"),
        ("diff(x^2*y, y)", "x^2*y", "y"), ("D[x^2, x]", "x^2", "x"), ("d/dx sin(2x)", "sin(2*x)", "x"), ("d/dx sin x", "sin(x)", "x"), ("d/dx[x^2 sin x + 1]", "x^2*sin(x) + 1", "x"), ("d/dx (x^2 sin x)", "x^2*sin(x)", "x"),
    ],
)  # fmt: skip
def test_a_derivative_is_the_question_about_its_function(text, reading, by):
    parsed = read(text, question=True)
    assert (str(parsed.expression), parsed.wrt) == (reading, by)
    assert parsed.notes[0].message == f"read as d/d{by} of `{reading}`"


@pytest.mark.parametrize("text", ["d/dx (x^2)", "diff(x^2, x)"])
def test_where_no_derivative_is_asked_for_it_is_no_expression(text):
    for reader in (parse, parse_apart, read):
        with pytest.raises(DiffcompareError, match="there is no sign for a derivative"):
            reader(text)


@pytest.mark.parametrize(
    "text", ["d/dx (x^2) + 1", "d/dx x^2 + 1", "d/dx x^2 sin x", "2*d/dx (x^2)", "f(x) = d/dx (x^2)", "d/dx (x) (x+1)"]
)
def test_a_derivative_within_a_formula_is_an_error(text):
    with pytest.raises(DiffcompareError):
        read(text, question=True)
