"""Formulas in two dimensions: what they look like, and that they are rectangles on one baseline."""

import time

from hypothesis import given
from rows import every_row
from strategies import expressions

from diffcompare.diagnostics import width
from diffcompare.language.expression import PendingDerivative, Variable
from diffcompare.language.parser import parse
from diffcompare.language.typesetting.character_forms import MAX_HEIGHT, in_two_dimensions, layout


def lines(expression, columns=80):
    found = in_two_dimensions(expression, columns)
    return None if found is None else [line.rstrip() for line in found]


@every_row(
    ("text", "picture"),
    [
        ("2*x*sin(x)", ["2x sin(x)"]), ("x1^2 - 3*x_max", ["x₁² − 3 x_max"]), ("x*2", ["x⋅2"]), ("x^-12", ["x⁻¹²"]),
        ("sin(x)^2", ["sin²(x)"]), ("theta*|x|", ["θ⋅│x│"]),
        ("1/x + 2", ["1", "─ + 2", "x"]), ("x^y", [" y", "x"]), ("exp(-x/2)", [" −x", " ──", " 2", "e"]),
        ("sqrt(x + 1)", [" ┌──────", "√│x + 1"]), ("(x/y)^2", ["   2", "⎛x⎞", "⎜─⎟", "⎝y⎠"]),
        ("if(x < 0, 1, x)", ["⎧ 1  if x < 0", "⎨", "⎩ x  otherwise"]),
        ("1/(1/x)", [" 1", "───", " 1", " ─", " x"]), ("floor(x/2)", ["⎢x⎥", "⎢─⎥", "⎣2⎦"]),
    ],
)  # fmt: skip
def test_a_formula_in_two_dimensions(text, picture):
    assert lines(parse(text)) == picture


def test_adjoints_and_derivatives():
    assert lines(Variable("v\u0304₅") * Variable("v₋₁")) == ["v\u0304₅v₋₁"]
    assert lines(PendingDerivative(parse("x^2"), "x")) == ["d", "── [x²]", "dx"]


@given(expressions())
def test_every_formula_is_a_rectangle_and_no_wider_than_asked(expression):
    found = layout(expression)
    assert {width(line) for line in found.lines} == {found.columns}
    assert 0 <= found.base < len(found.lines)
    for columns in (10, 80):
        told = in_two_dimensions(expression, columns)
        assert (told is None) == (found.columns > columns or len(found.lines) > MAX_HEIGHT)
        assert told is None or max(map(width, told)) <= columns


@given(expressions(), expressions())
def test_both_sides_of_a_sum_are_on_the_baseline(left, right):
    a, b, total = layout(left), layout(right), layout(left + right)
    base = total.lines[total.base]
    assert base.startswith(a.lines[a.base]) or base.startswith("(" + a.lines[a.base]) or "⎜" in base or "⎨" in base
    assert total.columns >= a.columns + b.columns + 3


def test_what_is_too_large_is_not_laid_out_and_takes_no_time():
    deep = parse("sin(" * 30_000 + "x" + ")" * 30_000)
    shared = Variable("x")
    for _ in range(500):
        shared = shared * shared + 1
    start = time.process_time()
    for expression in (deep, shared, PendingDerivative(shared, "x"), parse("+".join(["x"] * 5_000))):
        assert in_two_dimensions(expression) is None
    assert time.process_time() - start < 1


def test_an_expression_shows_itself_in_a_notebook():
    expression = parse("x^2/2")
    assert expression.in_two_dimensions() == "x²\n──\n2"
    assert expression.in_two_dimensions(1) == "x^2/2"
    assert expression._repr_latex_() == r"$\frac{x^2}{2}$"
    assert "<math" in expression._repr_html_()
    assert parse("sin(" * 9_000 + "x" + ")" * 9_000)._repr_html_() is None
