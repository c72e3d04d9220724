"""The complex step: exact without a difference, as long as f is analytic."""

import math

import pytest
import reference

from diffcompare.backends.complex_step import BACKEND, COMPLEX, Complex
from diffcompare.backends.problem import Problem, Work
from diffcompare.language.expression import OPERATIONS, Variable
from diffcompare.language.operations import sin
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.numeric.evaluate import CAREFUL, Real, Undefined

CLOSED = "64*x*(1-x)*(1-2*x)^2*(1-8*x+8*x^2)^2"


def differentiate(text, step=None, budget=5.0, **point):
    expression = parse(text) if isinstance(text, str) else text
    names = tuple(variables(wengert_list(expression)))
    return BACKEND.differentiate(Problem(expression, point, names, step=step, budget=budget))


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
    for position, each in enumerate(row.partials):
        for sample in row.samples if each is not None else ():
            defined = type(CAREFUL.functions[row](*map(Real, sample))) is not Undefined
            if defined and not (row.kink.text and row.kink.contains(*sample)):
                yield position, sample


@pytest.mark.parametrize("row", [row for row in OPERATIONS.values() if not row.selects], ids=lambda row: row.name)
@pytest.mark.parametrize("h", [None, 1e-250])
def test_every_row_has_a_complex_step(row, h):
    """Also by rows that only mpmath has in complex numbers, however small the step."""
    names = [f"v{index}" for index in range(row.arity)]
    for position, sample in samples(row):
        arguments = [
            Variable(name) if row.partials[index] is not None else int(sample[index])
            for index, name in enumerate(names)
        ]
        point = dict(zip(names, map(float, sample), strict=True))
        answer = BACKEND.differentiate(Problem(row(*arguments), point, (names[position],), step=h))
        truth = reference.partial(row.name, sample, position)
        assert answer.status == "ok"
        assert answer.gradient[names[position]] == pytest.approx(float(truth), rel=1e-13, abs=1e-300), sample


@pytest.mark.parametrize(
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
    assert answer.notes == ("by x: no finite complex value at x + 1e-20i",)


def test_a_branch_not_taken_is_not_looked_at():
    assert partial("if(x > 0, ln(x), 0)", x=-1.0) == 0


def test_the_variant_and_the_work():
    answer = differentiate("sin(x)*y", x=1.0, y=2.0)
    assert (answer.variant, answer.work) == ("h = 1e-20", Work(2, 2 * (2 + 1)))
    assert differentiate("2 + 3").work == Work(0, 0)


def test_complex_numbers_are_ordered_by_their_real_parts():
    small, large = Complex(1 + 5j), Complex(2 - 5j)
    assert small < large
    assert small <= large
    assert large > small
    assert large >= 2
    assert small == 1
    assert small != large


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
    from diffcompare.backends.complex_step import in_precision_of, quotient
    from diffcompare.numeric.float32 import rounded

    nodes = wengert_list(parse("x^2*sin(x)"))
    low = quotient(nodes, {"x": 1.5}, "x", 1e-10, in_precision_of(rounded))
    full = quotient(nodes, {"x": 1.5}, "x", 1e-10)
    assert low != full
    assert low == pytest.approx(full, rel=3e-7)


def test_outside_a_domain_a_complex_number_is_undefined_and_so_is_one_without_a_real_part():
    ln = COMPLEX.functions[OPERATIONS["ln"]]
    assert ln(Complex(complex(-1.0, 1e-20))) == Undefined(OPERATIONS["ln"], (-1.0,))
    assert type(ln(Complex(complex(math.nan, 1e-20)))) is Undefined
