"""The complex step: exact without a difference, as long as f is analytic."""

import math

import pytest
import reference
from rows import every_row

from diffcompare.backends.complex_step import BACKEND, MIN_DOUBLE, default_step, quotient
from diffcompare.backends.problem import Problem, Work
from diffcompare.language.expression import OPERATIONS, Variable
from diffcompare.language.operations import sin
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.numeric.complex_numbers import in_precision_of
from diffcompare.numeric.evaluate import CAREFUL, Real, Undefined
from diffcompare.numeric.float32 import rounded
from diffcompare.truth.establish import establish

CLOSED = "64*x*(1-x)*(1-2*x)^2*(1-8*x+8*x^2)^2"


def problem_of(text, step=None, budget=5.0, **point):
    expression = parse(text) if isinstance(text, str) else text
    return Problem(expression, point, tuple(variables(wengert_list(expression))), step=step, budget=budget)


def differentiate(text, step=None, budget=5.0, **point):
    return BACKEND.differentiate(problem_of(text, step, budget, **point))


def partial(text, **point):
    return differentiate(text, **point).gradient["x"]


def test_the_surveys_figure_2():
    assert partial(CLOSED, x=0.2) == pytest.approx(9.0660864, abs=2e-14)


@pytest.mark.parametrize("h", [1e-9, 1e-20, 1e-100, 1e-300])
def test_there_is_no_round_off_branch(h):
    assert differentiate(CLOSED, step=h, x=0.2).gradient["x"] == pytest.approx(9.0660864, abs=2e-14)


def test_a_subnormal_step_has_no_digits_left():
    assert differentiate(CLOSED, step=5e-324, x=0.2).gradient["x"] == 15.0


def test_the_truncation_error_is_of_second_order():
    errors = [abs(differentiate("exp(x)", step=h, x=1.0).gradient["x"] - math.e) for h in (0.1, 0.01)]
    assert math.log10(errors[0] / errors[1]) == pytest.approx(2, abs=0.01)


def samples(row):
    """The places of the arguments to differentiate by, each with every sample at which that can be done."""
    for position, partial in enumerate(row.partials):
        for sample in row.samples if partial is not None else ():
            defined = type(CAREFUL.functions[row](*map(Real, sample))) is not Undefined
            if defined and not (row.kink.text and row.kink.contains(*sample)):
                yield position, sample


@every_row("row", [row for row in OPERATIONS.values() if not row.selects])
def test_every_row_has_a_complex_step(row):
    """Also by rows that only mpmath has in complex numbers, however small the step."""
    names = [f"v{index}" for index in range(row.arity)]
    for position, sample in samples(row):
        arguments = [
            Variable(name) if row.partials[index] is not None else int(sample[index])
            for index, name in enumerate(names)
        ]
        point = dict(zip(names, map(float, sample), strict=True))
        truth = reference.partial(row.name, sample, position)
        for h in (None, 1e-250):
            answer = BACKEND.differentiate(Problem(row(*arguments), point, (names[position],), step=h))
            assert answer.status == "ok"
            assert answer.gradient[names[position]] == pytest.approx(float(truth), rel=1e-13, abs=1e-300), (sample, h)


@every_row(
    ("text", "x"),
    [
        ("x^101", -1.5),  # beyond 100 Python takes the polar form, whose angle is pi
        ("x^100", -1.5),
        ("x^-150", -0.9),
        ("x^3000000000", -1.0000000001),
        ("(x - 3)^7", 1.0),
        ("expm1(x)*1e9", 1e-9),
        ("log1p(x)*x", 1e-12),
        ("erf(x)^2", 1.3),
        ("gamma(x)*lgamma(x)", 3.7),
        ("lgamma(x)", -2.3),
        ("polygamma(1, x)", 1.3),
        ("|x|*min(x, 1)*max(x, -9)", -2.0),
        ("if(x > 2, x^2, x^3)", 3.0),
        ("atan2(x, -1)", -0.5),
        ("x^2.5", 0.3),
        ("2^x", -3.0),
    ],
)
def test_against_values_alone(text, x):
    expression = parse(text)
    digits = 400 if "gamma" in text else 2000
    assert partial(text, x=x) == pytest.approx(float(reference.slope(expression, {"x": x}, "x", digits)), rel=2e-13)


@pytest.mark.parametrize(
    ("text", "x"), [("|x|", 0.5), ("|x|", -0.5), ("relu(x)", -1.0), ("sign(x)*x", 2.0), ("floor(x)*x", 2.5)]
)
def test_corners_and_steps_are_followed_along_the_real_part(text, x):
    assert partial(text, x=x) == pytest.approx(float(reference.slope(parse(text), {"x": x}, "x")), rel=1e-14)


@pytest.mark.parametrize(
    ("text", "x"), [("ln(x)", -1.0), ("1/x", 0.0), ("exp(x)", 1000.0), ("x*x*x", 1e200), ("cosh(x)", 800.0)]
)
def test_where_there_is_no_finite_value_there_is_a_note(text, x):
    answer = differentiate(text, x=x)
    assert (answer.status, answer.gradient) == ("undefined", {"x": None})
    assert answer.notes == ("df/dx: no finite complex value at x + 1e-20i",)


def test_a_branch_not_taken_is_not_looked_at():
    assert partial("if(x > 0, ln(x), 0)", x=-1.0) == 0


def test_the_variant_and_the_work():
    answer = differentiate("sin(x)*y", x=1.0, y=2.0)
    assert (answer.variant, answer.work) == ("h = 1e-20", Work(2, 2 * (2 + 1)))
    assert differentiate("2 + 3").work == Work(0, 0)


def test_a_deep_expression():
    deep = Variable("x")
    for _ in range(20_000):
        deep = sin(deep)
    assert differentiate(deep, budget=None, x=1.0).work == Work(1, 20_001)


def test_the_budget_ends_the_work_between_two_variables(monkeypatch):
    clock = iter(range(100))
    monkeypatch.setattr("diffcompare.numeric.evaluate.monotonic", lambda: next(clock))
    names = [f"x{index}" for index in range(20)]
    answer = differentiate(" + ".join(names), **dict.fromkeys(names, 1.0))
    assert (answer.status, answer.notes) == ("timed-out", ("timed out after 5 s",))
    assert list(answer.gradient.values()) == [1.0] * 5 + [None] * 15
    assert answer.work == Work(5, 5 * 20)


def test_thousands_of_variables_are_not_begun():
    names = [f"x{index}" for index in range(5_000)]
    total = Variable("x0")
    for name in names[1:]:
        total = total + Variable(name)
    answer = differentiate(total, budget=0.1, **dict.fromkeys(names, 1.0))
    assert answer.notes == ("not started: 25000000 operations would not fit into 0.1 s",)


def test_the_same_reading_in_a_lower_precision():
    nodes = wengert_list(parse("x^2*sin(x)"))
    low = quotient(nodes, {"x": 1.5}, "x", 1e-10, in_precision_of(rounded))
    full = quotient(nodes, {"x": 1.5}, "x", 1e-10)
    assert low != full
    assert low == pytest.approx(full, rel=3e-7)


# --- The length of the step --------------------------------------------------------------------------------------------


def truth(text, x):
    return establish(problem_of(text, x=x)).gradient["x"].nearest


@every_row(
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


@every_row(("text", "x"), FOLLOWED)
def test_where_x_is_tiny_the_partial_is_right_and_there_is_nothing_to_say(text, x):
    answer = differentiate(text, x=x)
    assert answer.gradient["x"] == pytest.approx(truth(text, x), rel=1e-13, abs=0)
    assert (answer.status, answer.notes, answer.work.evaluations) == ("ok", (), 1)


FAR_OUT = [
    *[("cbrt(x)", 1e300), ("cbrt(x)", -1e300), ("x^0.3", 1e305), ("ln(x)", 1e290), ("sqrt(x)", 1.7e308), ("sin(x)", 1e300)],
    *[("erf(x)", -20.0), ("erf(x)^5", 1e-9), ("erfc(x)", -9.0), ("erfc(x)", 25.0), ("sigmoid(x)", -650.0), ("tanh(x)", 300.0)],
    *[("softplus(x)", 1e100), ("softplus(x)", -650.0), ("lgamma(x)", 1e10), ("lgamma(x)", 200.0), ("lgamma(x)", -2.5)],
]  # fmt: skip


@every_row(("text", "x"), FAR_OUT)
def test_where_x_is_huge_or_a_function_levels_off_the_partial_is_right(text, x):
    assert differentiate(text, x=x).gradient["x"] == pytest.approx(truth(text, x), rel=1e-13, abs=0)


@pytest.mark.parametrize("text", ["x/7", "x", "x/3 + 1"])
def test_the_smallest_number_of_all_has_a_step(text):
    assert differentiate(text, x=MIN_DOUBLE).gradient["x"] == pytest.approx(truth(text, MIN_DOUBLE), rel=1e-15)


def test_what_underflows_within_a_power_is_no_slope_of_0():
    answer = differentiate("x^(-3)", x=1e-100)
    assert answer.gradient == {"x": None}
    assert "x^-3 is below the range of doubles" in answer.notes[0]


@every_row(
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
    assert answer.notes == ("df/dx: no step is short enough: each gives a different number",)


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
    assert answer.notes == (f"df/dx: a longer step, h = {h}: the usual one is lost in underflow",)


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
    assert answer.notes == (f"df/dx: the imaginary part of {lost} is below the range of doubles, h = {h}",)


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
    assert answer.notes == ("df/dx: no step is short compared with 4.94066e-324",)


def test_a_step_that_was_given_is_kept_and_its_underflow_is_named():
    answer = differentiate("x^3", step=1e-20, x=1e-30)
    assert answer.variant == "h = 1e-20"
    assert answer.gradient["x"] == pytest.approx(-1e-40)
    assert answer.notes == ("df/dx: the step is no shorter than x",)
    answer = differentiate("x^3", step=1e-200, x=1e-120)
    assert (answer.variant, answer.gradient["x"]) == ("h = 1e-200", 0.0)
    assert answer.notes == ("df/dx: the imaginary part of x^3 is below the range of doubles, h = 1e-200",)


def test_every_variable_has_its_own_step():
    answer = differentiate("x*sin(y)", x=1e-30, y=2.0)
    assert answer.gradient == pytest.approx({"x": math.sin(2), "y": 1e-30 * math.cos(2)}, rel=1e-14)
    assert (answer.variant, answer.work) == ("h = 1e-50 to 1e-20", Work(2, 2 * (2 + 1)))
