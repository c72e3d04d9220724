"""Formulas beside the expression: partials by hand (`--hand x1="1/x1 + x2"`) and conditions (`--domain "x > 0"`)."""

import pytest

from diffcompare.diagnostics import DiffcompareError
from diffcompare.inputs.formulas import parse_conditions, parse_hand
from diffcompare.language.parser import parse
from diffcompare.numeric.evaluate import value_at


def problem(*arguments):
    with pytest.raises(DiffcompareError) as caught:
        parse_hand(*arguments)
    return caught.value.diagnostic


def test_formulas_by_variable():
    hand = parse_hand(["x1=1/x1+x2", "x2 = x1 - cos(x2)"], ["x1", "x2"])
    assert hand.origin == "given"
    assert hand.formulas == {"x1": parse("1/x1 + x2"), "x2": parse("x1 - cos(x2)")}


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
