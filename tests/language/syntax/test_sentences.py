"""Formulas in the sentences of textbooks."""

import pytest

from diffcompare.diagnostics import DiffcompareError
from diffcompare.language.parser import parse, read


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("Find f'(x) if f(x)=x sin x", "x*sin(x)"), ("Find the derivative of x^2 sin x", "x^2*sin(x)"), ("Find dy/dx if y = e^(2x)", "e^(2x)"),
        ("What is the derivative of x^2?", "x^2"), ("If y = x^2, find dy/dx", "x^2"), ("Given g(t) = t^2", "t^2"),
        ("f(x) = x^2, find f'(2)", "x^2"), ("Differentiate y = (3x^2+1)^4", "(3x^2+1)^4"), ("derivative of ln x", "ln(x)"),
        ("Compute the gradient of x^2*y", "x^2*y"), ("find slope of y = x^2 at x = 3", "x^2"), ("Let f(x) = ½x²", "(1/2)x²"),
    ],
)  # fmt: skip
def test_the_formula_alone_is_shown(text, formula):
    with pytest.raises(DiffcompareError) as caught:
        read(text, question=True)
    assert caught.value.diagnostic.fix == formula
    assert parse(formula)


def test_a_formula_of_two_readings_is_shown_in_both():
    with pytest.raises(DiffcompareError) as caught:
        read("Find the derivative of sin x/x")
    assert "`sin(x)/x` or `sin(x/x)`" in (caught.value.diagnostic.help or "")


@pytest.mark.parametrize(
    "text", ["a + b", "is*2", "by^2 + x", "find(x)", "a a", "d/dx (x) + (2)", "a, b", "x for x in y"]
)
def test_a_text_without_a_sentence_has_another_error_or_none(text):
    try:
        read(text)
    except DiffcompareError as error:
        assert error.diagnostic.fix is None or "alone" not in (error.diagnostic.help or "")
