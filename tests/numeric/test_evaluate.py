"""Values: the fast reading and the careful one, domains, branches, and arithmetic after IEEE 754."""

import math

import pytest
from hypothesis import given
from rows import every_row
from strategies import ALL, expressions, points

from diffcompare.backends import automatic, complex_step, finite_differences, hand_coded
from diffcompare.backends.problem import Problem
from diffcompare.language.expression import OPERATIONS, Variable
from diffcompare.language.operations import abs_, max_, sin
from diffcompare.language.parser import parse
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.evaluate import (
    CAREFUL,
    FLOATS,
    Deadline,
    Real,
    Undefined,
    at_kink,
    evaluate,
    evaluate_along,
    first_nonfinite,
    is_number,
    value_at,
    values_at,
)

INF, NAN = math.inf, math.nan
BACKENDS = [
    automatic.REVERSE_MODE,
    automatic.FORWARD_MODE,
    hand_coded.BACKEND,
    complex_step.BACKEND,
    finite_differences.FORWARD_DIFFERENCE,
    finite_differences.BACKWARD_DIFFERENCE,
    finite_differences.CENTRAL_DIFFERENCE,
    finite_differences.FIVE_POINT_DIFFERENCE,
    finite_differences.RICHARDSON,
]


def same(a, b):
    return a == b or (isinstance(a, float) and isinstance(b, float) and math.isnan(a) and math.isnan(b))


def at(text, **point):
    return value_at(parse(text), point)


# --- Values -----------------------------------------------------------------------------------------------------------


def test_values_are_those_of_python():
    assert at("ln(x1) + x1*x2 - sin(x2)", x1=2.0, x2=5.0) == math.log(2) + 10 - math.sin(5)
    assert at("2^3^2") == 512
    assert at("0.1 + 0.2") == 0.1 + 0.2
    assert at("pi + e") == math.pi + math.e


def test_a_point_that_lacks_a_variable_is_a_key_error():
    with pytest.raises(KeyError):
        at("x + y", x=1.0)


@given(expressions(ALL), points())
def test_values_along_a_variable_are_those_place_by_place(expression, point):
    """Also where a part of the places needs care: outside domains, and beyond the range."""
    nodes, xs = wengert_list(expression), [-1e200, -2.5, -1.0, 0.0, 0.3, 1.0, 7.0, 800.0, 1e300]
    columns = evaluate_along(nodes, point, "x", xs)
    for place, x in enumerate(xs):
        values = values_at(nodes, {**point, "x": x})
        assert all(same(columns[node][place], values[node]) for node in nodes)


@given(expressions(ALL), points())
def test_the_careful_reading_never_raises_and_agrees_with_the_fast_one(expression, point):
    nodes = wengert_list(expression)
    careful = evaluate(nodes, point, CAREFUL)
    try:
        fast = evaluate(nodes, point, FLOATS)
    except (ArithmeticError, ValueError):
        return
    assert all(same(fast[node], careful[node]) for node in nodes)


def test_the_careful_reading_does_not_raise_near_the_poles_of_gamma():
    assert at("gamma(x)", x=-1e-309) == -INF
    assert at("gamma(x)", x=1e-309) == INF
    assert at("gamma(x)", x=200.0) == INF


# --- Outside a domain is a value --------------------------------------------------------------------------------------


@every_row(
    ("text", "point", "operation", "arguments"),
    [
        ("1 + ln(x)", {"x": -1.0}, "ln", (-1.0,)),
        ("exp(sqrt(x) + 1)", {"x": -4.0}, "sqrt", (-4.0,)),
        ("x/(y - 2)", {"x": 1.0, "y": 2.0}, "/", (1.0, 0.0)),
        ("x^-2", {"x": 0.0}, "^n", (0.0, -2.0)),
        ("x^y", {"x": -8.0, "y": 1 / 3}, "^", (-8.0, 1 / 3)),
        ("x^y", {"x": -2.0, "y": 2.0}, "^", (-2.0, 2.0)),
        ("x^y", {"x": 0.0, "y": 0.0}, "^", (0.0, 0.0)),
        ("atan2(x, y)", {"x": 0.0, "y": 0.0}, "atan2", (0.0, 0.0)),
        ("asin(x)", {"x": 1.5}, "asin", (1.5,)),
        ("gamma(x)", {"x": -3.0}, "gamma", (-3.0,)),
        ("0*ln(x)", {"x": 0.0}, "ln", (0.0,)),
    ],
)
def test_outside_a_domain_is_a_value(text, point, operation, arguments):
    assert value_at(parse(text), point) == Undefined(OPERATIONS[operation], arguments)


def test_x_to_an_integer_is_defined_for_every_x():
    assert at("x^3", x=-2.0) == -8
    assert at("x^-2", x=-2.0) == 0.25
    assert at("x^0", x=0.0) == 1


def test_if_selects_and_the_other_branch_is_not_looked_at():
    assert at("if(x > 0, ln(x), 0)", x=-1.0) == 0
    assert at("if(x > 0, ln(x), 1/(x + 1))", x=-1.0) == Undefined(OPERATIONS["/"], (1.0, 0.0))
    assert at("if(ln(x) > 0, 1, 2)", x=-1.0) == Undefined(OPERATIONS["ln"], (-1.0,))
    assert at("if(x < 0, if(x < -2, sqrt(x), x), exp(1000*x))", x=-1.0) == -1


@every_row("backend", BACKENDS)
def test_every_method_knows_that_a_branch_not_taken_has_no_part(backend):
    answer = backend.differentiate(Problem(parse("if(x > 0, ln(x), 0)"), {"x": -1.0}, ("x",)))
    assert (answer.status, answer.gradient, answer.notes) == (
        "ok",
        {"x": 0.0},
        ("textbook rules",) if backend.name == "hand-coded" else (),
    )


HOSTILE = [
    ("1/x", 0.0),
    ("sqrt(x)", 0.0),
    ("exp(x)", 1000.0),
    ("x*x*x", 1e300),
    ("1e400*x", 1.0),
    ("ln(x)", -1.0),
    ("cbrt(x)", 0.0),
    ("x*1e308*(1 - x*1e308)", 1e10),
    ("exp(x) - exp(x + 1)", 1000.0),
    ("gamma(x)", 1e-309),
    ("1/(x*1e308*1e308)", 1.0),
    ("sinh(x)/cosh(x)", -1000.0),
    ("x^x", 1000.0),
    ("hypot(x, x)", 0.0),
    ("atan2(x, x)", 0.0),
    ("x/x", 5e-324),
    ("1/x", 5e-324),
    ("1e308*x - 1e308*x^3", 1e3),
    ("tan(1e308*x)", 1e3),
    ("polygamma(1, x)", 1e-200),
    ("x", 1.7976931348623157e308),
    ("x^2", -1.7976931348623157e308),
    ("1/x", 1.7976931348623157e308),
]


@every_row("backend", BACKENDS)
@every_row(("text", "x"), HOSTILE)
def test_nan_and_inf_are_never_in_a_gradient(backend, text, x):
    answer = backend.differentiate(Problem(parse(text), {"x": x}, ("x",)))
    partial = answer.gradient["x"]
    assert partial is None or math.isfinite(partial)
    if partial is None:
        assert answer.status in ("undefined", "not-supported")
        assert answer.notes


@given(expressions(ALL, largest=6), points())
def test_no_method_raises_on_any_expression(expression, point):
    names = tuple(name for name in point if Variable(name) in wengert_list(expression))
    for backend in BACKENDS:
        answer = backend.differentiate(Problem(expression, point, names))
        assert tuple(answer.gradient) == names
        assert all(partial is None or math.isfinite(partial) for partial in answer.gradient.values())
        assert (None in answer.gradient.values()) == (answer.status != "ok") or not names


# --- IEEE 754 ---------------------------------------------------------------------------------------------------------


@every_row(
    ("result", "expected"),
    [
        (Real(1.0) / 0, INF),
        (Real(-1.0) / 0, -INF),
        (Real(1.0) / Real(-0.0), -INF),
        (1 / Real(0.0), INF),
        (Real(0.0) / 0, NAN),
        (0 * Real(INF), NAN),
        (Real(INF) - Real(INF), NAN),
        (Real(1e308) * 10, INF),
        (3 - Real(1.0), 2.0),
        (3 + Real(1.0), 4.0),
        (-Real(2.0), -2.0),
        (abs(Real(-2.0)), 2.0),
        (OPERATIONS["exp"](Real(1000.0)), INF),
        (OPERATIONS["sinh"](Real(-1000.0)), -INF),
        (OPERATIONS["^n"](Real(-10.0), 999), -INF),
        (OPERATIONS["^n"](Real(0.0), -1), INF),
        (OPERATIONS["ln"](Real(-1.0)), NAN),
        (OPERATIONS["sin"](Real(INF)), NAN),
    ],
)
def test_arithmetic_follows_ieee_754_where_python_raises(result, expected):
    assert type(result) is Real
    assert same(float(result), expected)
    assert math.copysign(1, result) == math.copysign(1, expected) or math.isnan(expected)


def test_sums_that_leave_the_range_do_not_raise():
    assert CAREFUL.total([Real(1e308), Real(1e308), Real(-1e308)]) == INF
    assert math.isnan(CAREFUL.total([Real(INF), Real(-INF)]))
    assert CAREFUL.total([Real(0.1)] * 10) == 1.0


# --- Where it was born ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "x", "born"),
    [
        ("sin(exp(x)) + 1", 1000.0, "exp(x)"),
        ("x*x*x - 1", 1e200, "x*x"),
        ("1e400*x", 1.0, "1e400"),
        ("if(x > 0, x^2, exp(1000*x^2)) + x^9", 1e200, "x^2"),
        ("x + 1", 1.0, None),
    ],
)
def test_the_birthplace_of_an_inf_or_nan_is_found(text, x, born):
    nodes = wengert_list(parse(text))
    node = first_nonfinite(nodes, values_at(nodes, {"x": x}), nodes[-1])
    assert (None if node is None else str(node)) == born


@every_row(
    ("text", "x", "note"),
    [
        ("exp(x) + 1", 1000.0, "df/dx is inf: exp(x) overflows at 1000"),
        ("1 + 1e400*x", 1.0, "df/dx is inf: 1e400 overflows"),
        ("sqrt(x)", 0.0, "df/dx is inf: the partial of sqrt(x) with respect to x is inf at 0"),
        ("cbrt(x)", 0.0, "df/dx is nan: the partial of cbrt(x) with respect to x is nan at 0"),
        ("(x*1e-200)*1e200*(x*1e-200)*1e200*1e300", 1e200, None),
        ("1 + ln(x - 2)", 1.0, "ln(x - 2) is undefined: its argument is -1 (needs x > 0)"),
        (
            "atan2(x, 0*x)",
            0.0,
            "atan2(x, 0*x) is undefined: its arguments are 0, 0 (needs the first != 0, or the second != 0)",
        ),
    ],
)
@every_row("backend", [automatic.REVERSE_MODE, automatic.FORWARD_MODE])
def test_a_note_names_the_node(backend, text, x, note):
    answer = backend.differentiate(Problem(parse(text), {"x": x}, ("x",)))
    assert answer.status == "undefined"
    assert answer.gradient == {"x": None}
    assert note is None or answer.notes == (note,)


def test_is_number():
    assert is_number(1.0)
    assert not any(map(is_number, (NAN, INF, -INF, Undefined(OPERATIONS["ln"], (0.0,)))))


def test_a_deadline_passes_when_its_budget_is_spent(monkeypatch):
    clock = iter([10.0, 11.9, 12.1, 12.1])
    monkeypatch.setattr("diffcompare.numeric.evaluate.monotonic", lambda: next(clock))
    deadline = Deadline(2.0)
    deadline.check()
    assert deadline.has_passed
    with pytest.raises(TimeoutError):
        deadline.check()


def test_without_a_budget_no_deadline_passes():
    assert not Deadline(None).has_passed


@every_row("operator", ["add", "sub", "mul", "truediv", "radd", "rsub", "rmul", "rtruediv"])
def test_the_operators_of_a_real_are_those_of_float_and_give_reals(operator):
    result = getattr(Real(3.0), f"__{operator}__")(7.0)
    assert (type(result), result) == (Real, getattr(3.0, f"__{operator}__")(7.0))


def test_kinks_are_seen_where_they_are():
    x = Variable("x")
    assert at_kink(abs_(x), [0.0])
    assert not at_kink(abs_(x), [1.0])
    assert not at_kink(sin(x), [0.0])
    assert not at_kink(x, [])
    assert at_kink(max_(x, Variable("y")), [1.0, 1.0])
    assert not at_kink(max_(x, x), [1.0, 1.0])
