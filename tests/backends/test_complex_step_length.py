"""The length of a complex step: it follows x, and a row that had to look for another one says so."""

import math

import pytest

from diffcompare.backends.complex_step import BACKEND
from diffcompare.backends.complex_step_length import MIN_DOUBLE, default_step
from diffcompare.backends.problem import Problem, Work
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.truth.establish import establish


def problem(text, step=None, **point):
    expression = parse(text)
    return Problem(expression, point, tuple(variables(wengert_list(expression))), step=step)


def differentiate(text, step=None, **point):
    return BACKEND.differentiate(problem(text, step, **point))


def truth(text, x):
    return establish(problem(text, x=x)).gradient["x"].nearest


@pytest.mark.parametrize(
    ("x", "h"),
    [
        (0.0, 1e-20),
        (1.0, 1e-20),
        (-1e9, 1e-20),
        (0.25, 1e-20),
        (1e-7, 1e-27),
        (-1e-30, 1e-50),
        (1e-300, 1e-308),
        (MIN_DOUBLE, MIN_DOUBLE),
        (1e272, 1e-20),
        (1e300, 1e8),
    ],
)
def test_the_step_follows_a_small_x_and_a_huge_one(x, h):
    assert default_step(x) == pytest.approx(h, rel=1e-12)


FOLLOWED = [
    *[(text, 1e-30) for text in ("x^2", "sqrt(x)", "1/x", "ln(x)", "atan(x/1e-30)", "|x|", "erf(x)", "if(x > 0, x^2, 0)")],
    *[(text, x) for x in (1e-100, 1e-200, 1e-300) for text in ("x*ln(x)", "sqrt(x)", "x/(1 + x)", "expm1(x)", "exp(x)")],
    ("x^5", 1e-50),
    ("cbrt(x)", 1e-290),
    ("sqrt(x)", 1e-310),
    ("hypot(x, 1e-200)", 1e-200),
]  # fmt: skip


@pytest.mark.parametrize(("text", "x"), FOLLOWED)
def test_where_x_is_tiny_the_partial_is_right_and_there_is_nothing_to_say(text, x):
    answer = differentiate(text, x=x)
    assert answer.gradient["x"] == pytest.approx(truth(text, x), rel=1e-13, abs=0)
    assert (answer.status, answer.notes, answer.work.evaluations) == ("ok", (), 1)


FAR_OUT = [
    *[("cbrt(x)", 1e300), ("cbrt(x)", -1e300), ("x^0.3", 1e305), ("ln(x)", 1e290), ("sqrt(x)", 1.7e308), ("sin(x)", 1e300)],
    *[("erf(x)", -20.0), ("erf(x)^5", 1e-9), ("erfc(x)", -9.0), ("erfc(x)", 25.0), ("sigmoid(x)", -650.0), ("tanh(x)", 300.0)],
    *[("softplus(x)", 1e100), ("softplus(x)", -650.0), ("lgamma(x)", 1e10), ("lgamma(x)", 200.0), ("lgamma(x)", -2.5)],
]  # fmt: skip


@pytest.mark.parametrize(("text", "x"), FAR_OUT)
def test_where_x_is_huge_or_a_function_levels_off_the_partial_is_right(text, x):
    assert differentiate(text, x=x).gradient["x"] == pytest.approx(truth(text, x), rel=1e-13, abs=0)


@pytest.mark.parametrize("text", ["x/7", "x", "x/3 + 1"])
def test_the_smallest_number_of_all_has_a_step(text):
    assert differentiate(text, x=MIN_DOUBLE).gradient["x"] == pytest.approx(truth(text, MIN_DOUBLE), rel=1e-15)


def test_what_underflows_within_a_power_is_no_slope_of_0():
    answer = differentiate("x^(-3)", x=1e-100)
    assert answer.gradient == {"x": None}
    assert "x^-3 is below the range of doubles" in answer.notes[0]


@pytest.mark.parametrize(
    ("text", "x"),
    [
        ("sin(1e21*x)", 1.0),
        ("sin(1e20*x)", 0.0),
        ("sin(1e22*x)", 0.0),  # sinh(100) on the way
        ("tanh(1e19*x)", 0.0),
        ("1/(x - 1)", 1 + 2**-52),
        ("ln(x - 1)", 1 + 2**-52),
        ("1/(x + 1e-22)", 0.0),
        ("2 + x/(x + 1e-200)", 0.0),
        ("sin(1e250*x)", 0.0),
    ],
)
def test_a_function_with_a_scale_of_its_own_gets_a_shorter_step(text, x):
    answer = differentiate(text, x=x)
    assert answer.gradient["x"] == pytest.approx(truth(text, x), rel=1e-13, abs=0)
    assert float(answer.variant.removeprefix("h = ")) < 1e-29
    assert answer.work.evaluations > 1


def test_where_no_step_is_short_enough_there_is_no_number():
    answer = differentiate("x/(x + 1e-300)", x=0.0)
    assert answer.gradient == {"x": None}
    assert answer.notes == ("by x: no step is short enough: each gives another number",)


@pytest.mark.parametrize(("text", "x"), [("x*exp(x)", 0.0), ("(x - 1)*ln(x + 1)", 1.0), ("cos(sqrt(x))", 0.0)])
def test_a_value_of_0_at_the_point_makes_no_step_long(text, x):
    answer = differentiate(text, x=x)
    assert (answer.variant, answer.work.evaluations) == ("h = 1e-20", 1)
    assert answer.gradient["x"] == pytest.approx(truth(text, x), rel=1e-15)


@pytest.mark.parametrize(
    ("text", "x", "h"),
    [
        ("x^3", 1e-100, "1e-108"),
        ("x^5", 1e-60, "1e-68"),
        ("x^2", 1e-160, "1e-100"),  # whose truncation error is 0
        ("x^2*1e200", 1e-150, "1e-154"),
        ("x*1e-300", 1.0, "0.0001"),
    ],
)
def test_where_a_product_underflows_a_longer_step_is_found_and_named(text, x, h):
    answer = differentiate(text, x=x)
    assert answer.gradient["x"] == pytest.approx(truth(text, x), rel=1e-13, abs=0)
    assert (answer.status, answer.variant) == ("ok", f"h = {h}")
    assert answer.notes == (f"by x: a longer step, h = {h}: the usual one is lost in underflow",)


@pytest.mark.parametrize(
    ("text", "x", "lost", "h"),
    [
        ("x^3", 1e-120, "x^3", "1e-140"),
        ("x^3*1e300", 1e-120, "x^3", "1e-140"),
        ("exp(-x)", 700.0, "exp(-x)", "1e-20"),
        ("exp(-x^2)", 27.0, "exp(-x^2)", "1e-20"),
    ],
)
def test_where_no_step_is_long_enough_there_is_no_number_and_the_row_says_why(text, x, lost, h):
    answer = differentiate(text, x=x)
    assert truth(text, x) != 0
    assert (answer.status, answer.gradient) == ("undefined", {"x": None})
    assert answer.notes == (f"by x: the imaginary part of {lost} is below the range of doubles, h = {h}",)


@pytest.mark.parametrize(
    ("text", "x"),
    [("x^2", 0.0), ("x - x", 1e-5), ("cos(x)", 0.0), ("floor(x)", 1.5), ("tanh(x)", 800.0), ("x*0", 1e-9)],
)
def test_an_imaginary_part_of_0_may_be_right(text, x):
    answer = differentiate(text, x=x)
    assert (answer.status, answer.gradient["x"], answer.notes) == ("ok", 0.0, ())
    assert answer.work.evaluations == 1


def test_what_underflows_beside_larger_terms_does_no_harm():
    answer = differentiate("x + x^3", x=1e-120)
    assert (answer.gradient["x"], answer.notes) == (1.0, ())


def test_at_the_smallest_numbers_no_step_is_short():
    answer = differentiate("sqrt(x)", x=MIN_DOUBLE)
    assert answer.notes == ("by x: no step is short beside 4.94066e-324",)


def test_a_step_that_was_given_is_kept_and_its_underflow_is_named():
    answer = differentiate("x^3", step=1e-20, x=1e-30)
    assert answer.variant == "h = 1e-20"
    assert answer.gradient["x"] == pytest.approx(-1e-40)
    assert answer.notes == ("by x: the step is no shorter than x",)
    answer = differentiate("x^3", step=1e-200, x=1e-120)
    assert (answer.variant, answer.gradient["x"]) == ("h = 1e-200", 0.0)
    assert answer.notes == ("by x: the imaginary part of x^3 is below the range of doubles, h = 1e-200",)


def test_every_variable_has_its_own_step():
    answer = differentiate("x*sin(y)", x=1e-30, y=2.0)
    assert answer.gradient == pytest.approx({"x": math.sin(2), "y": 1e-30 * math.cos(2)}, rel=1e-14)
    assert (answer.variant, answer.work) == ("h = 1e-50 to 1e-20", Work(2, 2 * (2 + 1)))
