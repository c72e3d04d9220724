"""Differences: their orders, their steps, their edges, and every evaluation counted."""

import math

import pytest
from mpmath import mp
from rows import every_row

from diffcompare.backends import finite_differences
from diffcompare.backends.finite_differences import (
    BACKWARD,
    CENTRAL,
    EPSILON,
    FIVE_POINT,
    FORWARD,
    STENCILS,
    differentiate,
    differentiate_richardson,
    quotient,
    richardson,
)
from diffcompare.backends.problem import Problem, Work
from diffcompare.language.expression import Variable
from diffcompare.language.operations import sin
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.numeric.sweeps import primal_work

CLOSED = "64*x*(1-x)*(1-2*x)^2*(1-8*x+8*x^2)^2"
LOOP = "4*(4*(4*x*(1-x))*(1-4*x*(1-x)))*(1-4*(4*x*(1-x))*(1-4*x*(1-x)))"
SLOPE = 9.0660864


def problem(text, step=None, budget=5.0, **point):
    expression = parse(text) if isinstance(text, str) else text
    return Problem(expression, point, tuple(variables(wengert_list(expression))), step=step, budget=budget)


class Counted(Problem):
    """A problem that counts how often it is asked for a value."""

    asked = 0

    def at(self, point):
        Counted.asked += 1
        return self.expression


ALL = [*[(stencil.name, lambda asked, stencil=stencil: differentiate(stencil, asked)) for stencil in STENCILS]]
ALL.append(("richardson", differentiate_richardson))
METHODS = pytest.mark.parametrize("method", [method for _, method in ALL], ids=[name for name, _ in ALL])


# --- Orders -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stencil", STENCILS, ids=lambda stencil: stencil.name)
def test_a_stencil_is_exact_for_polynomials_up_to_its_order(stencil):
    """And not for the next: that is what its order means.  In exact arithmetic, x = 3, h = 2."""
    from fractions import Fraction

    for degree in range(1, stencil.order + 2):
        x, h = Fraction(3), Fraction(2)
        values = [
            weight * (x + offset * h) ** degree for weight, offset in zip(stencil.weights, stencil.offsets, strict=True)
        ]
        exact = sum(values) / (stencil.denominator * h) == degree * x ** (degree - 1)
        assert exact == (degree <= stencil.order)


@pytest.mark.parametrize(("rule", "order"), [*[(s, s.order) for s in STENCILS], ("richardson", 4)])
def test_the_truncation_error_falls_as_the_step_to_the_power_of_the_order(rule, order):
    f, slope = math.exp, math.e
    measure = (lambda h: richardson(f, 1.0, h)) if rule == "richardson" else (lambda h: quotient(rule, f, 1.0, h))
    coarse, fine = (abs(measure(h) - slope) for h in (2.0**-3, 2.0**-5))
    assert math.log(coarse / fine, 4) == pytest.approx(order, abs=0.1)


def test_the_round_off_error_grows_as_the_step_falls():
    """Section 1.3 of the teaching notes: medians over a bin of steps, slope -1 on the left of the V."""
    f = lambda x: 64 * x * (1 - x) * (1 - 2 * x) ** 2 * (1 - 8 * x + 8 * x**2) ** 2

    def median(exponent):
        errors = sorted(abs(quotient(FORWARD, f, 0.2, 10 ** (exponent + k / 400)) - SLOPE) for k in range(-100, 101))
        return errors[100]

    slope = (math.log10(median(-11)) - math.log10(median(-13))) / 2
    assert slope == pytest.approx(-1, abs=0.15)


@pytest.mark.parametrize(
    ("text", "stencil", "step", "value"),
    [
        (LOOP, FORWARD, 1e-6, 9.0661200969),
        (LOOP, FORWARD, None, 9.0660869032),
        (CLOSED, FORWARD, None, 9.0660868995),
        (LOOP, CENTRAL, None, 9.0660863759),
    ],
)
def test_the_surveys_figure_2(text, stencil, step, value):
    partial_by_stencil = differentiate(stencil, problem(text, step=step, x=0.2)).gradient["x"]
    assert partial_by_stencil == pytest.approx(value, abs=5e-10)


def test_the_formula_of_a_lecture_note_has_the_wrong_sign():
    """(f(x - h) - f(x))/h is minus the backward difference: -5.5 where the partial is 5.5."""
    expression = parse("ln(x1) + x1*x2 - sin(x2)")
    backward = differentiate(BACKWARD, Problem(expression, {"x1": 2.0, "x2": 5.0}, ("x1",))).gradient["x1"]
    assert backward == pytest.approx(5.5, rel=1e-7)


# --- Steps ------------------------------------------------------------------------------------------------------------


@every_row("x", [0.2, 1e10, -3.0, 0.0])
@every_row("stencil", STENCILS)
def test_the_default_step_balances_truncation_and_round_off(stencil, x):
    assert stencil.default_step(x) == EPSILON ** (1 / (stencil.order + 1)) * max(1, abs(x))


def test_the_step_is_the_one_that_the_doubles_have():
    """At 0.2 a step of 1e-16 is one of 1.11e-16: divided by the nominal step, f(x) = x would have the slope 1.11."""
    places = []
    identity = lambda x: places.append(x) or x
    assert finite_differences.quotient(FORWARD, identity, 0.2, 1e-16) == 1.0
    assert places == [0.2 + 1e-16, 0.2]
    assert pytest.approx(1.11e-16, rel=1e-2) == (0.2 + 1e-16) - 0.2


@METHODS
def test_a_step_that_vanishes_is_no_step(method):
    answer = method(problem("sin(x)", step=1e-17, x=0.2))
    assert (answer.status, answer.gradient) == ("undefined", {"x": None})
    assert answer.notes == ("df/dx: the step 1e-17 vanishes next to 0.2",)


@METHODS
def test_the_variant_tells_the_step(method):
    assert method(problem("sin(x)", step=1e-3, x=0.2)).variant == "h = 0.001"
    default = method(problem("x*y", x=1.0, y=1e6)).variant
    assert " to " in default
    assert method(problem("2 + 3")).variant == ""


def test_given_steps_are_used():
    assert differentiate(CENTRAL, problem("x^3", step=0.5, x=1.0)).gradient["x"] == 3.25
    assert differentiate(FORWARD, problem("x^3", step=0.5, x=1.0)).gradient["x"] == 4.75
    assert differentiate(BACKWARD, problem("x^3", step=0.5, x=1.0)).gradient["x"] == 1.75
    assert differentiate(FIVE_POINT, problem("x^3", step=0.5, x=1.0)).gradient["x"] == 3.0
    assert differentiate_richardson(problem("x^3", step=0.5, x=1.0)).gradient["x"] == 3.0


def test_ill_conditioned_sums_show_their_cancellation():
    """1e8 + sin(x) at 1: the forward difference has lost all digits."""
    assert differentiate(FORWARD, problem("1e8 + sin(x)", x=1.0)).gradient["x"] == pytest.approx(0.0, abs=1)
    assert differentiate(CENTRAL, problem("1e8 + sin(x)", x=1.0)).gradient["x"] == pytest.approx(math.cos(1), abs=2e-3)


# --- Edges ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "text", "x", "instead"),
    [
        (CENTRAL, "sqrt(x)", 0.0, "forward-difference"),
        (CENTRAL, "asin(x)", 1.0, "backward-difference"),
        (FORWARD, "acos(x)*2", 1.0, "backward-difference"),
        (BACKWARD, "x^1.5", 0.0, "forward-difference"),
        (FIVE_POINT, "ln(x)", 1e-4, "forward-difference"),
        ("richardson", "sqrt(1 - x)", 1.0, "backward-difference"),
    ],
)
def test_at_the_edge_of_a_domain_a_one_sided_stencil_steps_in(method, text, x, instead):
    asked = problem(text, x=x)
    answer = differentiate_richardson(asked) if method == "richardson" else differentiate(method, asked)
    assert answer.status == "ok"
    stencil = {"forward-difference": FORWARD, "backward-difference": BACKWARD}[instead]
    step = f"{stencil.default_step(x):.3g}"
    assert answer.notes == (f"df/dx: no value on one side: {instead} instead, h = {step}",)
    assert answer.gradient == differentiate(stencil, asked).gradient


@METHODS
def test_where_f_itself_has_no_value_no_stencil_that_needs_it_helps(method):
    answer = method(problem("ln(x)", x=-1.0))
    assert (answer.status, answer.gradient) == ("undefined", {"x": None})
    assert answer.notes == ("df/dx: f has no finite value at a point of the stencil",)


@METHODS
def test_a_quotient_beyond_the_doubles_is_none(method):
    answer = method(problem("1e308*(x - 1)*1e5", x=1.0))
    assert (answer.status, answer.gradient) == ("undefined", {"x": None})
    assert answer.notes == ("df/dx: the quotient is beyond the doubles",)


@METHODS
def test_differences_that_overflow_are_none(method):
    answer = method(problem("if(x > 0, 1.7e308, -1.7e308)", x=0.0))
    assert answer.gradient["x"] is None or math.isfinite(answer.gradient["x"])


@METHODS
def test_a_branch_of_undefined_values_is_not_looked_at(method):
    assert method(problem("if(x > 0, ln(x), x)", x=-1.0)).gradient["x"] == pytest.approx(1)


@METHODS
def test_the_largest_doubles(method):
    """x + h is inf there, and 1/inf a number: no reason for a partial."""
    answer = method(problem("1/x", step=1e308, x=1.7e308))
    assert answer.gradient["x"] is None or math.isfinite(answer.gradient["x"])


# --- Counts -----------------------------------------------------------------------------------------------------------

EVALUATIONS = {
    "forward-difference": lambda n: n + 1,
    "backward-difference": lambda n: n + 1,
    "central-difference": lambda n: 2 * n,
    "five-point": lambda n: 4 * n,
    "richardson": lambda n: 4 * n,
}
COMBINATION = {
    "forward-difference": 2,
    "backward-difference": 2,
    "central-difference": 2,
    "five-point": 6,
    "richardson": 7,
}


@every_row(("name", "method"), ALL)
@every_row("n", [1, 3, 10])
def test_work_is_what_is_done(name, method, n):
    """(n + 1)f + 2n for forward differences; and not one evaluation more than is counted."""
    variable_names = [f"x{index}" for index in range(n)]
    expression = Variable("x0")
    for variable in variable_names:
        expression = sin(expression * Variable(variable) + 2)
    nodes = wengert_list(expression)
    f = primal_work(nodes, set(nodes) - {parse("2")})
    Counted.asked = 0
    asked = Counted(expression, dict.fromkeys(variable_names, 0.5), tuple(variable_names))
    answer = method(asked)
    evaluations = EVALUATIONS[name](n)
    assert answer.work == Work(evaluations, evaluations * f + COMBINATION[name] * n)
    assert Counted.asked == evaluations + 1  # once more for the count of the work itself


def test_an_edge_costs_the_evaluations_it_costs():
    """Central at 0 of sqrt: f(h), then no f(-h); then forward, f(h') and f(0)."""
    Counted.asked = 0
    answer = differentiate(CENTRAL, Counted(parse("sqrt(x)"), {"x": 0.0}, ("x",)))
    assert answer.work.evaluations == Counted.asked - 1 == 4


def test_the_value_at_the_point_is_shared_between_variables():
    Counted.asked = 0
    differentiate(FORWARD, Counted(parse("x*y*z"), {"x": 1.0, "y": 2.0, "z": 3.0}, ("x", "y", "z")))
    assert Counted.asked == 4 + 1


def test_define_by_run_has_room():
    """The problem is asked for its expression anew at every point."""

    class Branching(Problem):
        def at(self, point):
            return parse("x^2") if point["x"] > 0 else parse("-x")

    assert differentiate(CENTRAL, Branching(parse("x"), {"x": 0.0}, ("x",), step=0.5)).gradient["x"] == -0.25


# --- Size -------------------------------------------------------------------------------------------------------------


def test_a_deep_expression():
    deep = Variable("x")
    for _ in range(20_000):
        deep = sin(deep)
    answer = differentiate(CENTRAL, problem(deep, budget=None, x=1.0))
    assert (answer.status, answer.work) == ("ok", Work(2, 40_002))


class Clock:
    """A clock on which every look takes a second."""

    now = 0.0

    def __call__(self):
        self.now += 1.0
        return self.now


@METHODS
def test_the_budget_ends_the_work_between_two_variables(method, monkeypatch):
    monkeypatch.setattr("diffcompare.numeric.evaluate.monotonic", Clock())
    names = [f"x{index}" for index in range(20)]
    answer = method(problem(" + ".join(names), **dict.fromkeys(names, 1.0)))
    assert (answer.status, answer.notes) == ("timed-out", ("timed out after 5 s",))
    assert [partial is None for partial in answer.gradient.values()] == [False] * 5 + [True] * 15
    assert 5 <= answer.work.evaluations <= 4 * 5


@METHODS
def test_what_is_hopeless_is_not_started(method):
    names = [f"x{index}" for index in range(5_000)]
    total = Variable("x0")
    for name in names[1:]:
        total = total + Variable(name)
    Counted.asked = 0
    answer = method(Counted(total, dict.fromkeys(names, 1.0), tuple(names), budget=0.1))
    operations = EVALUATIONS[answer.method](5_000) * 4_999 + COMBINATION[answer.method] * 5_000
    assert answer.status == "timed-out"
    assert answer.notes == (f"not started: {operations} operations would not fit into 0.1 s",)
    assert answer.gradient == dict.fromkeys(names)
    assert Counted.asked == 1


def test_the_backends():
    names = [
        backend.name
        for backend in (
            finite_differences.FORWARD_DIFFERENCE,
            finite_differences.BACKWARD_DIFFERENCE,
            finite_differences.RICHARDSON,
        )
    ]
    assert names == ["forward-difference", "backward-difference", "richardson"]
    answer = finite_differences.FIVE_POINT_DIFFERENCE.differentiate(problem("exp(x)", x=1.0))
    assert answer.gradient["x"] == pytest.approx(float(mp.e), rel=1e-11)


# --- A quotient at a given step ---------------------------------------------------------------------------------------


def test_a_nominal_step_divides_as_it_is_written():
    def square(x):
        return x * x

    h = 1e-10
    assert finite_differences.quotient(FORWARD, square, 0.2, h, nominal=True) == ((0.2 + h) ** 2 - 0.2**2) / h
    assert finite_differences.quotient(FORWARD, square, 0.2, h) == ((0.2 + h) ** 2 - 0.2**2) / ((0.2 + h) - 0.2)
    assert finite_differences.quotient(FORWARD, square, 1.0, 1e-17, nominal=True) == 0
    assert finite_differences.quotient(FORWARD, square, 1.0, 1e-17) is None


def test_every_operation_of_a_quotient_is_rounded():
    import numpy

    def rounded(x):
        return float(numpy.float32(x))

    x, h = numpy.float32(0.2), numpy.float32(1e-3)
    step = (x + h) - x
    slope = ((x + step) * (x + step) - x * x) / step
    assert finite_differences.quotient(FORWARD, lambda x: rounded(x * x), float(x), 1e-3, rounded=rounded) == float(
        slope
    )
    assert finite_differences.richardson(lambda x: rounded(x * x), float(x), 1e-3, rounded=rounded) == pytest.approx(
        0.4, rel=1e-3
    )
