"""Answers written as equations for the derivative."""

import pytest

from diffcompare.diagnostics import DiffcompareError
from diffcompare.inputs.equations import formula_in, notation_of, sides, variable_of
from diffcompare.inputs.formulas import parse_hand
from diffcompare.language.parser import parse


@pytest.mark.parametrize(
    ("text", "function", "by"),
    [
        ("f'", "f", None),
        ("f'(x)", "f", "x"),
        ("f′(x)", "f", "x"),
        ("y’", "y", None),
        ("f(x)'", "f", "x"),
        ("f'(x, y)", "f", None),
        ("(x^2)'", None, None),
        ("f'_x(x,y)", "f", "x"),
        ("dy/dx", "y", "x"),
        ("d f / d x", "f", "x"),
        ("df(x)/dx", "f", "x"),
        ("d(x^2)/dx", None, "x"),
        ("(dy)/(dx)", "y", "x"),
        ("d/dx", None, "x"),
        ("d/dx f(x)", "f", "x"),
        ("d/dx[x^2]", None, "x"),
        ("∂f/∂x1", "f", "x1"),
        ("∂f(x, y)/∂x", "f", "x"),
        ("f_x", "f", "x"),
        ("f_{x}(x, y)", "f", "x"),
        ("fₓ", "f", "x"),
        ("df_dx", "f", "x"),
        ("∂_x f", "f", "x"),
        ("D_x[x^2]", None, "x"),
        ("D[x^2, x]", None, "x"),
        (r"\frac{dy}{dx}", "y", "x"),
        (r"\frac{d}{dx} f(x)", "f", "x"),
        (r"\dfrac{\partial f}{\partial x}", "f", "x"),
        (r"$f^{\prime}(x)$", "f", "x"),
        ("ẏ", "y", None),
        ("dC/dq", "C", "q"),
    ],
)
def test_names_of_a_derivative(text, function, by):
    assert notation_of(text) == (function, by, 1)


@pytest.mark.parametrize("text", ["f''(x)", "y″", "d²y/dx²", "d^2f/dx^2"])
def test_names_of_the_second_derivative(text):
    assert notation_of(text).order == 2


@pytest.mark.parametrize("text", ["y", "f(x)", "x", "2x", "dx", "d", "f'(2)", "", "if(x == 1, 2, 3)", "y = x"])
def test_what_names_no_derivative(text):
    assert notation_of(text) is None


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("2*x", "2*x"),
        (" 2*x ", "2*x"),
        ("= 2*x", "2*x"),
        ("f'(x) = 2*x", "2*x"),
        ("f'(x):=2*x", "2*x"),
        ("y'＝2*x", "2*x"),
        ("y' = dy/dx = 2*x", "2*x"),
        ("2*x = f'(x)", "2*x"),
        ("f'(x) = if(x == 1, 2, 2*x)", "if(x == 1, 2, 2*x)"),
        ("if(x >= 1, 2, 2*x)", "if(x >= 1, 2, 2*x)"),
        ("a = x^2; 2*a/x", "a = x^2; 2*a/x"),
    ],
)
def test_the_formula_in_an_answer(text, formula):
    assert text[slice(*formula_in(text, "x", ["x", "y"]))] == formula


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("y = 2*x", "does not name a derivative"),
        ("f(x) = 2*x", "does not name a derivative"),
        ("f'(x) = 2*x*1 = 2*x", "several"),
        ("f''(x) = 2", "not the first derivative"),
        ("df/dy = 2*x", "by `y`"),
        ("f'(x) = y'", "no formula"),
    ],
)
def test_equations_about_something_else_are_no_answers(text, word):
    with pytest.raises(DiffcompareError) as caught:
        formula_in(text, "x", ["x", "y"])
    assert caught.value.diagnostic.code == "E714"
    assert word in caught.value.diagnostic.message


def test_a_variable_that_is_spelt_like_a_derivative_is_a_variable():
    assert variable_of("f_x = 2", ["f_x"]) is None
    assert parse_hand(["f_x=2"], ["f_x", "x"]).formulas == {"f_x": parse("2")}


def test_an_equation_names_its_variable():
    hand = parse_hand(["f_x = 2x*y", "∂f/∂y = x^2"], ["x", "y"])
    assert hand.formulas == {"x": parse("2*x*y"), "y": parse("x^2")}
    assert parse_hand(["t' = 3"], ["s"]).formulas == {"s": parse("3")}


@pytest.mark.parametrize(
    ("text", "word"), [("f' = 2", "does not say by which variable"), ("df/dz = 2", "no variable of the function")]
)
def test_an_equation_that_names_no_variable_of_the_function(text, word):
    with pytest.raises(DiffcompareError, match=word):
        variable_of(text, ["x", "y"])


def test_a_mistake_in_the_formula_is_shown_where_it_stands():
    with pytest.raises(DiffcompareError) as caught:
        parse_hand(["f'(x) = 2*sni(x)"], ["x"])
    diagnostic = caught.value.diagnostic
    assert (diagnostic.text, diagnostic.span) == ("f'(x) = 2*sni(x)", (10, 13))
    assert "2*sin(x)" in diagnostic.advice


@pytest.mark.parametrize(
    "text", ["d" + " " * 100_000 + "= x", "(" * 300_000 + "=", "=" * 300_000, "f'(" + "x," * 100_000]
)
def test_long_texts_take_linear_time(text):
    assert notation_of(text) is None
    assert len(sides(text)) <= 2
