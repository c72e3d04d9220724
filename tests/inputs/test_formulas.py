"""Formulas beside the expression: partials by hand (`--hand x1="1/x1 + x2"`) and conditions (`--domain "x > 0"`)."""

import pytest
from rows import every_row

from diffcompare.diagnostics import DiffcompareError
from diffcompare.inputs.conditions import parse_conditions
from diffcompare.inputs.formulas import formula_in, named_in, notation_of, parse_hand, sides, variable_of
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.numeric.evaluate import value_at


def problem(*arguments):
    with pytest.raises(DiffcompareError) as caught:
        parse_hand(*arguments)
    return caught.value.diagnostic


def test_formulas_by_variable():
    hand = parse_hand(["x1=1/x1+x2", "x2 = x1 - cos(x2)"], ["x1", "x2"])
    assert hand.origin == "given"
    assert hand.formulas == {"x1": parse("1/x1 + x2"), "x2": parse("x1 - cos(x2)")}


def test_formulas_may_be_written_together_as_the_values_of_a_point_are():
    together = parse_hand(["x=2*x*y, y=max(x, y)"], ["x", "y"])
    assert together == parse_hand(["x=2*x*y", "y=max(x, y)"], ["x", "y"])
    assert named_in(["x=2*x*y,y=x^2"], ["x", "y"]) == {"x", "y"}


def test_formulas_without_names_are_told_how_to_be_named():
    assert problem(["2*x*y, x^2"], ["x", "y"]).help == 'write --hand x="2*x*y" --hand y="x^2"'
    assert problem(["2*x*y"], ["x", "y"]).help == 'write --hand x="2*x*y"'
    assert problem(["y"], ["x", "y"]).help == 'write --hand x="y"'


def test_none_given():
    assert parse_hand([], ["x"]) is None


def test_commas_and_comparisons_belong_to_the_formula():
    hand = parse_hand(["x=if(x == y, max(x, y), 0)"], ["x", "y"])
    assert hand.formulas == {"x": parse("if(x == y, max(x, y), 0)")}


def test_a_letter_means_what_it_means_in_the_expression():
    assert parse_hand(["x=e"], ["x", "e"]).formulas["x"] is parse("e", names=["e"])
    assert parse_hand(["x=e"], ["x"]).formulas["x"] is parse("e")


def test_a_partial_by_something_else():
    diagnostic = problem(["x2=1"], ["x1", "y"])
    assert (diagnostic.code, diagnostic.kind) == ("E705", "unknown_variable")
    assert diagnostic.message == "--hand x2: the expression has no variable `x2`"
    assert diagnostic.help == "did you mean `x1`?"


def test_a_formula_with_a_variable_of_its_own():
    diagnostic = problem(["x=sin(x) + z"], ["x"])
    assert (diagnostic.kind, diagnostic.source) == ("unknown_variable", "--hand x")
    assert (diagnostic.text, diagnostic.span) == ("sin(x) + z", (9, 10))


def test_two_formulas_for_one_partial():
    diagnostic = problem(["x=1", "x=2"], ["x"])
    assert diagnostic.kind == "bad_value"
    assert '--hand x="1"' in diagnostic.help


def test_components_of_vectors_and_matrices_are_variables():
    hand = parse_hand(["W[0,1] = 2*W[0][1]*w[ 0 ]", "df/dw[0] = W[0, 1]^2"], ["W[0, 1]", "w[0]"])
    point = {"W[0, 1]": 3.0, "w[0]": 5.0}
    assert [set(variables(wengert_list(formula))) for formula in hand.formulas.values()] == [
        {"W[0, 1]", "w[0]"},
        {"W[0, 1]"},
    ]
    assert [value_at(formula, point) for formula in hand.formulas.values()] == [30.0, 9.0]


def test_components_in_formulas_are_no_other_names():
    hand = parse_hand(["w[0] = w_0_ + w[0]"], ["w_0_", "w[0]"])
    assert value_at(hand.formulas["w[0]"], {"w_0_": 1.0, "w[0]": 10.0}) == 11.0
    diagnostic = problem(["w[0] = w[0] + z"], ["w[0]", "x"])
    assert (diagnostic.text, diagnostic.span, diagnostic.help) == ("w[0] + z", (7, 8), "its variables are w[0], x")
    assert problem(["w[0] = sni(w[0])"], ["w[0]"]).fix == "sin(w[0])"
    assert problem(["w[0]=1", "w[0]=2"], ["w[0]"]).help == 'keep one of --hand "w[0]=1" and --hand "w[0]=2"'


def test_a_list_is_no_formula():
    assert problem(["x=[y, 1]"], ["x", "y"]).message == "a list, where df/dx is one formula"


def test_a_mistake_in_a_formula_is_shown_where_it_stands():
    diagnostic = problem(["x=sni(x)"], ["x"])
    assert (diagnostic.code, diagnostic.source, diagnostic.text) == ("E101", "--hand x", "sni(x)")


@pytest.mark.parametrize("spec", ["x", "=1", "x=", "2=x", ""])
def test_what_is_no_formula(spec):
    assert problem([spec], ["x", "y"]).kind == "bad_value"


def test_of_one_variable_the_name_may_be_left_out():
    assert parse_hand(["2*x"], ["x"]) == parse_hand(["x=2*x"], ["x"])
    assert parse_hand([" = 2*x"], ["x"]) == parse_hand(["x=2*x"], ["x"])
    assert parse_hand(["if(x==1, 0, 2*x)"], ["x"]).formulas["x"] is parse("if(x == 1, 0, 2*x)")


@pytest.mark.parametrize(
    ("text", "span"), [("(x^2)' * x", (5, 6)), ("2*x + d/dx[x]", (6, 11)), ("f'(x) = u' * x", (9, 10))]
)
def test_a_derivative_that_is_not_worked_out(text, span):
    diagnostic = problem([f"x={text}" if "=" not in text else text], ["x"])
    assert (diagnostic.code, diagnostic.text, diagnostic.span) == ("E714", text, span)
    assert "not worked out" in diagnostic.message


@pytest.mark.parametrize(
    ("texts", "inside", "outside"),
    [
        (["x>0"], [1, 1e-9], [0, -1]),
        (["0 < x < 1"], [0.5], [0, 1, 2]),
        (["x >= 0, x <= 1"], [0, 1], [-1, 2]),
        (["x != 2"], [1], [2]),
        (["x > 0 and x < 3"], [1], [4, -1]),
        (["x^2 < 4", "x > 0"], [1], [-1, 3]),
        (["x ≥ 1"], [1], [0.5]),
    ],
)
def test_conditions(texts, inside, outside):
    conditions = parse_conditions(texts, ["x"])

    def holds(x):
        return all(value_at(condition, {"x": x}) for condition in conditions)

    assert all(map(holds, inside))
    assert not any(map(holds, outside))


@pytest.mark.parametrize(("text", "code"), [("x", "E713"), ("y > 0", "E705"), ("x > (", "E205"), ("x > ", "E201")])
def test_what_is_no_condition(text, code):
    with pytest.raises(DiffcompareError) as caught:
        parse_conditions([text], ["x"])
    assert caught.value.diagnostic.source == "--domain"
    assert caught.value.diagnostic.code == code


# --- Answers written as equations for the derivative -------------------------------------------------------------------


@every_row(
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


@every_row("text", ["y", "f(x)", "x", "2x", "dx", "d", "f'(2)", "", "if(x == 1, 2, 3)", "y = x"])
def test_what_names_no_derivative(text):
    assert notation_of(text) is None


@every_row(
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
        ("df/dy = 2*x", "with respect to `y`"),
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
    ("text", "word"),
    [("f' = 2", "does not say with respect to which variable"), ("df/dz = 2", "not a variable of the function")],
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
