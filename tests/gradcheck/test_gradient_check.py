"""`dc.check` for Python functions: right gradients pass, and what is wrong is named."""

import json
import math
import random

import numpy as np
import pytest
from rows import every_row
from thorough_tier import one_in

import diffcompare as dc
from diffcompare.render import PICTURES, TEXTS, render

X = np.array([0.3, -1.2, 2.0, 0.7, 1.1])
WEIGHTS = np.arange(1.0, 6.0)


def waves(x):
    return np.sum(np.sin(x) * WEIGHTS)


def slopes_of_waves(x):
    return np.cos(x) * WEIGHTS


# --- Right ------------------------------------------------------------------------------------------------------------

A = np.array([[2.0, 1.0, 0.0], [1.0, 3.0, -1.0], [0.0, -1.0, 4.0]])
B = np.array([1.0, -2.0, 0.5])
V3 = np.array([0.5, -1.5, 2.5])


def rosenbrock(x):
    return sum(100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2 for i in range(len(x) - 1))


def rosenbrock_gradient(x):
    gradient = np.zeros(len(x))
    for i in range(len(x) - 1):
        gradient[i] += -400 * x[i] * (x[i + 1] - x[i] ** 2) - 2 * (1 - x[i])
        gradient[i + 1] += 200 * (x[i + 1] - x[i] ** 2)
    return gradient


def softmax(x):
    e = np.exp(x - np.max(x))
    return e / np.sum(e)


RIGHT = {
    "sin": (math.sin, math.cos, 1.0),
    "exp far out": (math.exp, math.exp, -30.0),
    "log near 0": (math.log, lambda x: 1 / x, 1e-6),
    "exp at a tiny x": (math.exp, math.exp, 1e-10),
    "tanh": (math.tanh, lambda x: 1 / math.cosh(x) ** 2, 0.7),
    "1/x": (lambda x: 1 / x, lambda x: -1 / x**2, -3e-20),
    "messy": (lambda x: x * x, lambda x: (math.exp(2 * math.log(x)) + x * x) / x, 1.7),
    "cancelling gradient": (lambda x: (x - 1) ** 4, lambda x: 4 * (x**3 - 3 * x * x + 3 * x - 1), 1.01),
    "sin(x^2) at 10.19": (lambda x: math.sin(x * x), lambda x: 2 * x * math.cos(x * x), 10.192092168038457),
    "sin at a million": (math.sin, math.cos, 1e6),
    "fast oscillation": (lambda x: math.sin(0.206 * x**5), lambda x: 1.03 * x**4 * math.cos(0.206 * x**5), 50.0),
    "saturated": (lambda x: math.erf(x) + 1.0, lambda x: 2 / math.sqrt(math.pi) * math.exp(-x * x), -10.8),
    "cosh far out, by steps of a double": (
        lambda x, y: 1.21 * math.cosh((3.64 - y) / x**4 + x * y - x),
        lambda x, y: [
            1.21 * math.sinh((3.64 - y) / x**4 + x * y - x) * (-4 * (3.64 - y) / x**5 + y - 1),
            1.21 * math.sinh((3.64 - y) / x**4 + x * y - x) * (x - 1 / x**4),
        ],
        [50.0, -1.0],
    ),
    "constant": (lambda x: 4.0, lambda x: 0.0, 2.0),
    "lgamma at its least": (math.lgamma, lambda x: 0.0, 1.4616321449683622),
    "quadratic form": (lambda x: x @ A @ x / 2 - B @ x, lambda x: A @ x - B, V3),
    "norm": (np.linalg.norm, lambda x: x / np.linalg.norm(x), V3),
    "Rosenbrock at its least": (rosenbrock, rosenbrock_gradient, [1.0] * 4),
    "Rosenbrock": (rosenbrock, rosenbrock_gradient, (-1.2, 1.0, 0.5)),
    "logsumexp": (lambda x: np.log(np.sum(np.exp(x))), softmax, V3),
    "softmax": (softmax, lambda x: np.diag(softmax(x)) - np.outer(softmax(x), softmax(x)), V3),
    "logdet": (lambda m: math.log(np.linalg.det(m)), lambda m: np.linalg.inv(m).T, A),
    "numbers instead of a function": (lambda x: x[0] * x[1], [5.0, 2.0], [2.0, 5.0]),
    "column": (lambda x: np.sum(x**2), lambda x: (2 * x)[:, None], V3),
    "sum of |x|": (lambda x: np.sum(np.abs(x) * x), lambda x: 2 * np.abs(x), V3),
    "real part": (lambda x: np.sum(x.real * x), lambda x: 2 * x, V3),
    "in single precision": (lambda x: np.sum(np.sin(x)), np.cos, X.astype(np.float32)),
    "gradient in single precision": (waves, lambda x: slopes_of_waves(x).astype(np.float32), X),
    "big scale": (lambda x: 1e200 * np.sum(x**2), lambda x: 2e200 * x, V3),
    "small scale": (lambda x: 1e-200 * np.sum(x**2), lambda x: 2e-200 * x, V3),
    "edge": (lambda x: x * math.sqrt(x), lambda x: 1.5 * math.sqrt(x), 0.0),
}


@every_row("name", RIGHT)
def test_a_right_gradient_agrees(name):
    check = dc.check(*RIGHT[name])
    check.assert_ok()
    assert check.ok
    assert {entry.verdict for entry in check.entries} == {"right"}


@every_row(
    "name", [name for name in RIGHT if name not in ("constant", "saturated", "fast oscillation", "cosh far out, by steps of a double", "lgamma at its least", "Rosenbrock at its least", "edge") and "single" not in name]
)  # fmt: skip
def test_the_same_off_by_a_millionth_is_wrong(name):
    f, gradient, x = RIGHT[name]
    off = (lambda *x: np.asarray(gradient(*x)) * (1 + 1e-6)) if callable(gradient) else np.array(gradient) * (1 + 1e-6)
    check = dc.check(f, off, x)
    assert check.verdict == "wrong"
    with pytest.raises(AssertionError, match="The gradient is wrong"):
        check.assert_ok()


def test_one_entry_off_by_a_ten_millionth_is_found_among_right_ones():
    check = dc.check(waves, lambda x: slopes_of_waves(x) * [1, 1, 1, 1 + 1e-7, 1], X)
    assert [entry.verdict for entry in check.entries] == ["wrong"] + ["right"] * 4
    assert check.entries[0].name == "df/dx[3]"
    assert "off by 1.0e-07 of its size" in check.message


# --- How f is called --------------------------------------------------------------------------------------------------


def test_several_numbers_are_several_arguments():
    check = dc.check(lambda a, b: a * math.sin(b), lambda a, b: (math.sin(b), a * math.cos(b)), 1.5, 2.0)
    check.assert_ok()
    assert [entry.name for entry in check.entries] == ["df/da", "df/db"] or check.ok
    assert {entry.name for entry in check.entries} == {"df/da", "df/db"}


def test_a_list_is_spread_where_f_takes_as_many_numbers():
    seen = []

    def gradient(x):
        seen.append(x)
        return [x[1], x[0]]

    dc.check(lambda a, b: a * b, gradient, [2.0, 5.0]).assert_ok()
    assert isinstance(seen[0], np.ndarray)


def test_arrays_of_several_shapes():
    def f(w, b):
        return np.sum(np.tanh(w @ np.ones(3) + b))

    def gradient(w, b):
        inner = 1 - np.tanh(w @ np.ones(3) + b) ** 2
        return np.outer(inner, np.ones(3)), inner

    w, b = np.arange(6.0).reshape(2, 3) / 10, np.array([0.1, 0.2])
    check = dc.check(f, gradient, w, b)
    check.assert_ok()
    assert {entry.name for entry in check.entries} >= {"df/dw[0, 0]", "df/dw[1, 2]", "df/db[1]"}
    dc.check(f, gradient, points=[(w, b), (w + 1, b - 1)]).assert_ok()


def test_a_mapping_and_keywords():
    def f(p):
        return p["a"] ** 2 * np.sum(p["b"])

    def gradient(p):
        return {"b": p["a"] ** 2 * np.ones(2), "a": 2 * p["a"] * np.sum(p["b"])}

    point = {"a": 2.0, "b": [3.0, 1.0]}
    dc.check(f, gradient, point).assert_ok()
    dc.check(lambda a, b: a * a * b, lambda a, b: {"a": 2 * a * b, "b": a * a}, a=2.0, b=3.0).assert_ok()
    dc.check(lambda a, b: a * a * b, lambda a, b: [2 * a * b, a * a], {"a": 2.0, "b": 3.0}).assert_ok()
    check = dc.check(f, lambda p: {"a": 1.0}, point)
    assert check.verdict == "wrong"
    assert "the gradient lacks b" in check.message


# --- Value and gradient at once ---------------------------------------------------------------------------------------


def both(x):
    return waves(x), slopes_of_waves(x)


@pytest.mark.parametrize(
    ("f", "gradient"), [(both, True), (both, both), (both, slopes_of_waves), (waves, both), (both, slopes_of_waves(X))]
)
def test_a_function_that_returns_value_and_gradient_is_taken_as_it_is(f, gradient):
    dc.check(f, gradient, X).assert_ok()


def test_a_wrong_gradient_beside_the_value_is_found():
    check = dc.check(lambda x: (waves(x), -slopes_of_waves(x)), True, X)
    assert "the sign is wrong" in check.message
    check = dc.check(lambda a, b: (a * b, (b, 2 * a)), True, 2.0, 3.0)
    assert {entry.name: entry.verdict for entry in check.entries} == {"df/da": "right", "df/db": "wrong"}


def test_two_plain_numbers_are_a_value_and_a_derivative_where_the_gradient_says_so():
    def f(x):
        return math.sin(x), math.cos(x)

    dc.check(f, True, 1.0).assert_ok()
    dc.check(f, f, 1.0).assert_ok()
    dc.check(f, math.cos, 1.0).assert_ok()
    check = dc.check(f, lambda x: [math.cos(x), -math.sin(x)], 1.0)
    check.assert_ok()
    assert {entry.name for entry in check.entries} == {"df[0]/dx", "df[1]/dx"}


def test_a_function_that_spoils_its_argument_does_no_harm():
    def f(x):
        value = float(np.sum(x**2))
        x[:] = 0
        return value

    dc.check(f, lambda x: 2 * x, V3).assert_ok()


def test_f_is_evaluated_near_the_point_only():
    seen = []

    def f(x):
        seen.append(x)
        return x**3

    check = dc.check(f, lambda x: 3 * x * x, 100.0)
    assert check.evaluations == len(seen)
    assert all(abs(x - 100) <= 100 / 16 for x in seen)


def test_several_points_and_the_one_that_is_wrong():
    check = dc.check(lambda x: abs(x) ** 3, lambda x: 3 * x * x, points=[1.0, 2.0, -1.0])
    assert [bool({"wrong"} & {e.verdict for e in point.entries}) for point in check.points] == [False, False, True]
    assert "x = -1.0" in check.message
    assert "x = 2.0" not in check.message


# --- Wrong, and why ---------------------------------------------------------------------------------------------------

PLANTED = {
    "twice": (lambda g: 2 * g, "factor", "every entry is twice the difference quotient: there is an extra factor 2"),
    "half": (lambda g: g / 2, "factor", "every entry is half the difference quotient: a factor 2 is missing"),
    "minus": (lambda g: -g, "sign", "every entry is -1 times the difference quotient: the sign is wrong"),
    "minus three": (lambda g: -3 * g, "factor", "-3 times the difference quotient: there is an extra factor 3 and the sign is wrong"),
    "mean": (lambda g: g / 5, "factor", "1/5 of the difference quotient: a factor 5 is missing (5 is the number of coordinates"),
    "degrees": (lambda g: g * math.pi / 180, "factor", "pi/180 times the difference quotient: degrees were taken for radians"),
    "logarithm": (lambda g: g / math.log(10), "factor", "1/ln(10) times"),
    "odd factor": (lambda g: 0.37 * g, "factor", "every entry is 0.37 times the difference quotient"),
    "normalized": (lambda g: g / np.linalg.norm(g), "normalized", "divided by its own length"),
    "one sign": (lambda g: g * [1, 1, -1, 1, 1], "sign", "df/dx[2] is -1 times"),
    "two signs": (lambda g: g * [-1, 1, -1, 1, 1], "sign", "every wrong entry is -1 times"),
    "two doubled": (lambda g: g * [1, 2, 1, 1, 2], "factor", "every wrong entry is twice"),
    "swapped": (lambda g: g[[0, 3, 2, 1, 4]], "swapped", "df/dx[1] and df/dx[3] are swapped"),
    "rolled": (lambda g: np.roll(g, 1), "shifted", "shifted by +1"),
    "rolled back": (lambda g: np.roll(g, -2), "shifted", "shifted by -2"),
    "off by one": (lambda g: np.append(g[1:], 7.0), "shifted", "shifted by -1"),
    "reversed": (lambda g: g[::-1], "reversed", "reverse order"),
    "permuted": (lambda g: g[[1, 2, 0, 4, 3]], "permuted", "df/dx[0] holds df/dx[1]"),
    "zero": (lambda g: 0 * g, "zero", "every entry is 0"),
    "constant added": (lambda g: g + 0.1, "constant-added", "too large by 0.1"),
    "weight decay": (lambda g: g - 0.02 * X, "multiple-of-x-added", "a term 0.01*|x|^2 is missing"),
    "nan": (lambda g: np.where(np.arange(5) == 2, np.nan, g), "not-finite", "df/dx[2]: given as nan"),
    "all inf": (lambda g: g * math.inf, "not-finite", "every entry is inf"),
    "too short": (lambda g: g[:4], "shape", "the shape (4,), it should have the shape (5,)"),
    "a number": (lambda g: g[0], "shape", "the gradient is a number, it should have the shape (5,)"),
}  # fmt: skip


@every_row("name", PLANTED)
def test_a_planted_mistake_is_named(name):
    change, kind, sentence = PLANTED[name]
    check = dc.check(waves, lambda x: change(slopes_of_waves(x)), X)
    assert check.verdict == "wrong"
    pattern = check.points[0].pattern
    assert pattern.kind == kind
    with pytest.raises(AssertionError) as failure:
        check.assert_ok()
    assert sentence in str(failure.value)
    assert check.data()["points"][0]["mistake"]["kind"] == kind


@pytest.mark.parametrize(
    ("factor", "message"),
    [
        (1 + 1e-9, "every entry is too large by 1.0e-09 of its size ("),
        (1 - 1e-6, "every entry is too small by 1.0e-06 of its size ("),
        (2.0000001, "every entry is 2.0000001 times the difference quotient: there is a constant factor"),
        (46636530.6885, "every entry is 46636530.69 times the difference quotient: there is a constant factor"),
        (123, "every entry is 123 times the difference quotient: there is an extra factor 123 ("),
        (1e6, "every entry is 1000000 times the difference quotient: there is an extra factor 1000000 ("),
        (1 / 3600, "every entry is 1/3600 of the difference quotient: a factor 3600 is missing ("),
    ],
)
def test_a_factor_is_named_where_it_is_one(factor, message):
    assert message in dc.check(waves, lambda x: factor * slopes_of_waves(x), X).message


def test_a_factor_is_named_as_far_as_the_values_of_f_can_tell():
    def single(x):
        return np.float32(waves(x))

    assert "there is an extra factor 2" in dc.check(single, lambda x: 2 * slopes_of_waves(x), X).message
    message = dc.check(single, lambda x: 12345 * slopes_of_waves(x), X).message
    assert "1.23e+04 times the difference quotient: there is a constant factor" in message


def test_mistakes_that_have_nothing_in_common_are_not_given_a_name():
    check = dc.check(waves, lambda x: slopes_of_waves(x) * [1, 1.5, 3.2, 1, -0.2], X)
    assert check.points[0].pattern is None
    assert "3 entries, the worst is" in check.message
    gaps = [entry.gap for entry in check.entries if entry.verdict == "wrong"]
    assert gaps == sorted(gaps, reverse=True)
    assert len(gaps) == 3


def test_the_message_has_point_both_values_and_the_ratio():
    message = dc.check(lambda x: np.sum(x**2), lambda x: x, [1.0, 3.0]).message
    assert "at x[0] = 1.0, x[1] = 3.0" in message
    assert "df/dx[1]: given 3.0, differences give 6 (within" in message
    assert "given/found = 0.5" in message


def jacobian(x):
    return np.array([[x[1], x[0]], [1, 2 * x[1]]])


def pair(x):
    return np.array([x[0] * x[1], x[0] + x[1] ** 2])


def test_a_jacobian_and_its_transpose():
    dc.check(pair, jacobian, [2.0, 5.0]).assert_ok()
    check = dc.check(pair, lambda x: jacobian(x).T, [2.0, 5.0])
    assert check.points[0].pattern.kind == "transposed"
    assert "transposed Jacobian" in check.message
    assert {entry.name for entry in check.entries if entry.verdict == "wrong"} == {"df[0]/dx[1]", "df[1]/dx[0]"}


def test_a_transpose_that_has_another_shape():
    check = dc.check(lambda x: np.append(pair(x), x[0]), lambda x: np.vstack([jacobian(x), [1, 0]]).T, [2.0, 5.0])
    assert check.points[0].pattern.kind == "transposed"
    assert not check.ok
    assert "the shape (2, 3), it should have the shape (3, 2): its transpose is right" in check.message


def sum_of_powers(a, b):
    return np.sum(a**2) + np.sum(b**3)


@pytest.mark.parametrize("shapes", [(3, 3), (2, 2), (3, (2, 2)), (150, 150)])
def test_gradients_by_two_arrays_that_are_swapped(shapes):
    a, b = (np.linspace(1, 2, int(np.prod(shape))).reshape(shape) for shape in shapes)
    dc.check(sum_of_powers, lambda a, b: (2 * a, 3 * b**2), a, b).assert_ok()
    check = dc.check(sum_of_powers, lambda a, b: (3 * b**2, 2 * a), a, b)
    assert check.points[0].pattern.kind == "swapped"
    assert "the gradients for a and b are swapped (" in check.message
    assert not check.ok


@pytest.mark.parametrize("size", [3, 100])
def test_gradients_by_three_arrays_in_another_order(size):
    check = dc.check(
        lambda a, b, c: sum_of_powers(a, b) + np.sum(np.sin(c)),
        lambda a, b, c: (3 * b**2, np.cos(c), 2 * a),
        *np.linspace(1.0, 10.0, 3 * size).reshape(3, size),
    )
    assert "the one for b is in place of the one for a, the one for c is" in check.message


@pytest.mark.parametrize("shape", [(2, 3), (3, 3), (20, 30)])
def test_a_matrix_in_column_order(shape):
    m = np.random.default_rng(2).uniform(1, 2, shape)
    weights = np.arange(m.size).reshape(shape)
    dc.check(lambda m: np.sum(weights * m**3), lambda m: 3 * weights * m**2, m).assert_ok()
    check = dc.check(lambda m: np.sum(weights * m**3), lambda m: (3 * weights * m**2).ravel("F"), m)
    assert check.points[0].pattern.kind == "transposed"


# --- Kinks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [-1.0, 0.0, 0.3, 1.0])
def test_at_a_kink_anything_between_the_slopes_is_no_bug(given):
    check = dc.check(abs, lambda x: given, 0.0)
    check.assert_ok()
    entry = check.entries[0]
    assert entry.verdict == "kink"
    assert "slope -1 on the left, 1 on the right" in entry.remark
    assert check.data()["points"][0]["entries"][0]["slopes"] == {"left": -1.0, "right": 1.0}


@pytest.mark.parametrize("given", [-1.001, 2.0, math.nan])
def test_at_a_kink_anything_else_is_wrong(given):
    assert dc.check(abs, lambda x: given, 0.0).verdict == "wrong"


def test_a_kink_in_one_coordinate_leaves_the_others_as_they_are():
    check = dc.check(lambda x: abs(x[0]) + x[1] ** 2, lambda x: [0.0, 2 * x[1]], [0.0, 3.0])
    assert {entry.name: entry.verdict for entry in check.entries} == {"df/dx[0]": "kink", "df/dx[1]": "right"}


# --- No derivative ----------------------------------------------------------------------------------------------------

JUMPS = {
    "value of the right piece": (lambda x: x * x if x < 1 else x * x + 0.5, 1.0, "slope infinity from the left, 2 from the right): f jumps by 0.5"),
    "value of the left piece": (lambda x: x * x if x <= 1 else x * x + 0.5, 1.0, "slope 2 from the left, infinity from the right): f jumps by 0.5"),
    "step": (lambda x: 0.0 if x < 1 else 1.0, 1.0, "slope infinity from the left, 0 from the right): f jumps by 1"),
    "sign": (lambda x: float((x > 0) - (x < 0)), 0.0, "slope infinity from the left, infinity from the right): f jumps by 1"),
    "floor": (math.floor, 2.0, "slope infinity from the left, 0 from the right): f jumps by 1"),
    "small": (lambda x: math.sin(x) + (1e-6 if x > 1 else 0.0), 1.0, "slope 0.540302 from the left, infinity from the right): f jumps by 1e-06"),
    "value of its own": (lambda x: x * x if x != 1 else 3.0, 1.0, "slope infinity from the left, -infinity from the right): f jumps by 2"),
    "cusp": (lambda x: math.sqrt(abs(x)), 0.0, "slope -infinity from the left, infinity from the right): the tangent is vertical"),
    "cusp elsewhere": (lambda x: abs(x - 1) ** 0.9, 1.0, "slope -infinity from the left, infinity from the right): the tangent is vertical"),
    "cube root": (math.cbrt, 0.0, "slope infinity from the left, infinity from the right): the tangent is vertical"),
    "square root": (math.sqrt, 0.0, "slope none from the left, infinity from the right): the tangent is vertical"),
    "logarithmic": (lambda x: x * math.log(abs(x)) if x else 0.0, 0.0, "slope -infinity from the left, -infinity from the right): the tangent is vertical"),
}  # fmt: skip


@every_row("name", JUMPS)
@every_row("given", [0.0, 1e9, math.inf])
def test_where_there_is_no_derivative_no_gradient_passes(name, given):
    f, x, remark = JUMPS[name]
    check = dc.check(f, lambda x: given, x)
    assert check.verdict == "undecided"
    assert f"no derivative here ({remark}" in check.message
    with pytest.raises(AssertionError, match="where f has none"):
        check.assert_ok()


def test_a_jump_in_one_coordinate_leaves_the_others_as_they_are():
    check = dc.check(lambda x: x[0] * x[1] + (x[0] >= 1), lambda x: [x[1], x[0]], [1.0, 2.0])
    assert {entry.name: entry.verdict for entry in check.entries} == {"df/dx[0]": "undecided", "df/dx[1]": "right"}


@pytest.mark.parametrize("steepness", [1e3, 1e6, 1e9, 1e20])
def test_a_steep_function_does_not_jump(steepness):
    dc.check(lambda x: math.tanh(steepness * x) + 2, lambda x: steepness, 0.0).assert_ok()
    assert dc.check(lambda x: math.tanh(steepness * x) + 2, lambda x: 2 * steepness, 0.0).verdict == "wrong"


def test_where_f_is_undefined_on_one_side_it_is_said_what_happened():
    assert "f raises ValueError: math domain error at x = -" in dc.check(math.sqrt, lambda x: 3.0, 0.0).message


# --- No function ------------------------------------------------------------------------------------------------------


def counter():
    count = iter(range(10**6))
    return lambda x: x * x + 1e-6 * next(count)


def running_mean():
    seen = []
    return lambda x: seen.append(x * x) or sum(seen) / len(seen)


def warm_start():
    root = [1.0]

    def f(x):
        root[0] = (root[0] + x / root[0]) / 2
        return root[0]

    return f


def late():
    count = iter(range(10**6))
    return lambda x: x * x + (next(count) > 20)


@every_row("given", [0.0, 4.0, 1e9])
@every_row("make", [counter, running_mean, warm_start, late])
def test_f_that_keeps_state_is_no_function(make, given):
    check = dc.check(make(), lambda x: given, 2.0)
    assert check.verdict == "undecided"
    assert "f is not a function: at the same point its value is" in check.message
    assert "it keeps state from call to call" in check.message
    with pytest.raises(AssertionError):
        check.assert_ok()


def test_f_that_uses_random_numbers_is_no_function():
    rng = random.Random(3)
    check = dc.check(lambda x: x * x + 1e-7 * rng.gauss(0, 1), lambda x: 2 * x, 2.0)
    assert check.verdict == "undecided"
    assert "it uses random numbers" in check.message


def test_sums_in_another_order_are_the_same_function():
    rng = random.Random(3)
    dc.check(lambda x: math.exp(x) * (1 + 2.0**-52 * rng.randrange(4)), math.exp, 2.0).assert_ok()


# --- Noise ------------------------------------------------------------------------------------------------------------


def scatter(x):
    """Noise that is the same whenever it is asked for."""
    return random.Random(f"{x!r}").gauss(0, 1)


def noisy(size):
    return lambda x: math.sin(x) + size * scatter(x)


def test_noise_beyond_the_difference_leaves_a_millionth_open():
    check = dc.check(noisy(1e-8), lambda x: math.cos(x) * (1 + 1e-6), 1.0)
    assert check.verdict in ("agrees", "undecided")
    assert "noise" in str(check)


def test_much_noise_is_undecided_and_says_what_is_known():
    check = dc.check(noisy(1e-4), math.cos, 1.0)
    assert check.verdict == "undecided"
    assert "the values of f are too noisy" in check.message
    assert "allow_undecided=True" in check.message
    with pytest.raises(AssertionError, match="Undecided"):
        check.assert_ok()
    check.assert_ok(allow_undecided=True)


def test_a_gross_mistake_is_wrong_in_spite_of_noise():
    check = dc.check(noisy(1e-6), lambda x: -math.cos(x), 1.0)
    assert check.verdict == "wrong"
    with pytest.raises(AssertionError, match="the sign is wrong"):
        check.assert_ok(allow_undecided=True)


def test_single_precision_is_recognised():
    def f(x):
        return np.float32(np.sin(x))

    check = dc.check(f, math.cos, 1.0)
    check.assert_ok()
    assert "as single precision has" in str(check)
    assert dc.check(f, lambda x: math.cos(x) * 1.01, 1.0).verdict == "wrong"
    assert dc.check(f, lambda x: math.cos(x) * (1 + 1e-6), 1.0).ok


def coarse(f, digits):
    return lambda x: round(f(x), digits)


COARSE = {
    "single precision, large offset": (lambda x: np.float32(500) + np.float32(np.sin(np.float32(x))), math.cos, 0.02),
    "half precision": (lambda x: np.float16(math.sin(x)), math.cos, 0.7),
    "half precision inside": (lambda x: math.sin(np.float16(x)), math.cos, 1.3),
    "rounded, on a plateau": (coarse(math.sin, 1), math.cos, 1.5),
    "rounded, at an edge": (coarse(lambda x: x * x, 2), lambda x: 2 * x, 0.5),
    "rounded argument": (lambda x: math.exp(round(x, 3)), math.exp, 0.3),
    "four digits": (lambda x: float(f"{math.exp(x):.4g}"), math.exp, 0.77),
    "quantised": (lambda x: 0.03 * math.floor(math.tanh(x) / 0.03), lambda x: 1 / math.cosh(x) ** 2, 0.4),
    "table": (lambda x: math.sin(0.01 * math.floor(x / 0.01)), math.cos, 2.345),
    "cancellation": (lambda x: (math.atan(x) + 1e10) - 1e10, lambda x: 1 / (1 + x * x), 0.6),
    "coarse in one term": (lambda x: (math.sin(x) + 1e11) - 1e11 + math.sin(x), lambda x: 2 * math.cos(x), 0.1),
}


@pytest.mark.parametrize("name", COARSE)
def test_a_right_gradient_of_coarse_values_is_not_called_wrong(name):
    f, gradient, x = COARSE[name]
    assert dc.check(f, gradient, x).verdict in ("agrees", "undecided")
    assert dc.check(f, lambda x: 1e3 * gradient(x), x).verdict == "wrong"


def test_coarse_values_by_one_coordinate_of_two():
    def f(x):
        return x[0] ** 2 + round(math.sin(x[1]), 2)

    check = dc.check(f, lambda x: [2 * x[0], math.cos(x[1])], [0.3, 0.7001])
    assert {entry.name: entry.verdict for entry in check.entries} == {"df/dx[0]": "right", "df/dx[1]": "undecided"}


@pytest.mark.parametrize("offset", [0.0, 500.0, 1e4])
def test_a_network_in_single_precision_is_not_called_wrong(offset):
    rng = np.random.default_rng(int(offset))
    for _ in range(10):
        w, b, v = (rng.standard_normal(shape).astype(np.float32) for shape in ((6, 2), 6, 6))

        def network(x, w=w, b=b, v=v):
            return float(np.float32(offset) + v @ np.tanh(w @ x.astype(np.float32) + b))

        def gradient(x, w=w, b=b, v=v):
            w, b, v = w.astype(float), b.astype(float), v.astype(float)
            return w.T @ (v * (1 - np.tanh(w @ x + b) ** 2))

        assert dc.check(network, gradient, rng.standard_normal(2)).verdict != "wrong"


def test_f_that_is_flat_has_slope_0_however_coarse_it_is():
    dc.check(math.floor, lambda x: 0.0, 2.5).assert_ok()
    dc.check(coarse(math.sin, 1), lambda x: 0.0, 1.5).assert_ok()


ONE_VALUE = {
    "cut to a whole number": (lambda x: int(math.sin(x)), math.cos, 0.3),
    "rounded, with little slope": (lambda x: float(round(math.atan(x))), lambda x: 1 / (1 + x * x), 1000.0),
    "single precision, large offset and coordinate": (lambda x: np.float32(1e10 + math.sin(x)), math.cos, 1e8),
    "a constant": (lambda x: 5.0, lambda x: 1.0, 2.0),
}


@pytest.mark.parametrize("name", ONE_VALUE)
def test_one_value_wherever_f_is_asked_decides_nothing_but_0(name):
    f, gradient, x = ONE_VALUE[name]
    check = dc.check(f, gradient, x)
    assert check.verdict == "undecided"
    assert check.entries[0].found is None
    assert "f had the same value everywhere" in check.message
    dc.check(f, lambda x: 0.0, x).assert_ok()
    assert dc.check(f, lambda x: math.nan, x).verdict == "wrong"


def test_f_that_another_coordinate_changes_has_slope_0_by_one_that_does_not():
    assert dc.check(lambda x: x[0] ** 2, lambda x: [2 * x[0], 2 * x[1]], [1.0, 2.0]).verdict == "wrong"


HIDDEN = {
    "half precision, below its least number": (lambda x: np.float16(1 / x), lambda x: -1 / x**2, 1e12),
    "rounded": (lambda x: float(round(math.sin(x))), math.cos, 1e5),
    "rounded, fast": (lambda x: float(round(math.sin(1e5 * x))), lambda x: 1e5 * math.cos(1e5 * x), 0.3),
    "rounded, with an offset": (lambda x: float(round(1e10 + math.sin(x))), math.cos, 1e5),
    "cut, steep": (lambda x: int(math.tanh(1e4 * x)), lambda x: 1e4 / math.cosh(1e4 * x) ** 2, 0.0),
    "single precision, a logarithm near 0": (lambda x: np.float32(math.log(abs(x))), lambda x: 1 / x, -1e-8),
    "half precision, near 0": (lambda x: np.float16(math.sin(x)), math.cos, 1e-8),
    "a rounded root near 0": (lambda x: round(math.sqrt(x), 3), lambda x: 0.5 / math.sqrt(x), 1e-20),
}


@every_row("name", HIDDEN)
def test_f_that_hides_its_slope_in_a_flat_piece_is_not_believed(name):
    f, gradient, x = HIDDEN[name]
    check = dc.check(f, gradient, x)
    assert check.verdict != "wrong"
    estimate = check.entries[0].found
    assert estimate is None or abs(estimate - gradient(x)) <= check.entries[0].slope.error


def test_an_oscillation_within_the_smallest_steps_is_no_rounding_of_a_large_value():
    check = dc.check(lambda x: 1e10 + math.sin(x), lambda x: 0.0, 1e15)
    assert check.verdict == "undecided"
    assert check.entries[0].found is None


@pytest.mark.parametrize("offset", [0.0, 1.0, 1000.0])
@pytest.mark.parametrize("power", [1.02, 1.1, 1.3, 1.7])
def test_a_slope_to_which_quotients_fall_slowly_is_bounded_by_what_they_have_to_go(power, offset):
    def f(x):
        return offset + math.copysign(abs(x) ** power, x)

    check = dc.check(f, lambda x: 0.0, 0.0)
    assert check.verdict != "wrong"
    estimate, slope = check.entries[0].found, check.entries[0].slope
    assert estimate is None or abs(estimate) <= slope.error
    assert dc.check(f, lambda x: 50.0, 0.0).verdict == "wrong"


# --- Scales -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("x", [1e6, 1e8, -3.2e9, 1e10, 19482068935.59904, 317807878677.733])
def test_at_a_large_coordinate_f_may_vary_on_a_scale_of_its_own(x):
    check = dc.check(math.sin, math.cos, x)
    check.assert_ok()
    assert abs(check.entries[0].found - math.cos(x)) <= check.entries[0].slope.error
    assert dc.check(math.sin, lambda x: math.cos(x) + 1e-5, x).verdict == "wrong"


@pytest.mark.parametrize("length", [1e-3, 1e-9, 1e-12])
def test_at_0_f_may_vary_on_any_scale(length):
    dc.check(lambda x: math.sin(x / length) + 0.5, lambda x: math.cos(x / length) / length, 0.0).assert_ok()


def test_what_the_doubles_at_the_point_do_not_resolve_is_undecided_without_a_number():
    check = dc.check(lambda x: math.sin(1e6 * x), lambda x: 1e6 * math.cos(1e6 * x), 1e10)
    assert check.verdict == "undecided"


def test_the_complex_step_helps_where_differences_are_noisy():
    def f(x):
        return np.sin(x) + 1e-3 * scatter(x)

    check = dc.check(f, math.cos, 1.0)
    check.assert_ok()
    assert "confirmed by the complex step" in check.entries[0].remark
    assert dc.check(f, lambda x: math.cos(x) * 1.0001, 1.0).verdict == "undecided"


def test_the_complex_step_is_used_where_it_agrees_only():
    assert dc.check(lambda x: x**3, lambda x: 3 * x * x, 2.0).entries[0].method == "complex step"
    broken = dc.check(lambda x: np.sum(np.abs(x) * x), lambda x: 2 * np.abs(x), [2.0])
    assert broken.entries[0].method == "central differences"


# --- Many coordinates -------------------------------------------------------------------------------------------------

N = 3000
MANY = np.random.default_rng(1).standard_normal(N)
FACTORS = np.random.default_rng(2).standard_normal(N)


def long_sum(x):
    return np.sum(FACTORS * np.tanh(x) + x**3 / 3)


def long_gradient(x):
    return FACTORS / np.cosh(x) ** 2 + x**2


def test_many_coordinates_are_checked_along_directions():
    check = dc.check(long_sum, long_gradient, MANY)
    check.assert_ok()
    assert check.entries == ()
    assert len(check.points[0].directions) == 3
    assert check.evaluations < 200
    assert "along random directions" in check.message


@pytest.mark.parametrize("changes", [{17: 1 + 1e-6}, {0: -1}, {N - 1: 0}, {10: 2, 2000: -3}])
def test_wrong_entries_among_many_are_located(changes):
    def gradient(x):
        entries = long_gradient(x)
        for index, factor in changes.items():
            entries[index] *= factor
        return entries

    check = dc.check(long_sum, gradient, MANY)
    assert {entry.coordinate for entry in check.entries if entry.verdict == "wrong"} == set(changes)
    assert check.evaluations < N / 2
    assert f"{check.evaluations} evaluations" in check.message


@pytest.mark.parametrize(
    ("change", "kind", "sentence"),
    one_in(
        2,
        [
            (lambda g: -g, "sign", "along every direction the derivative is -1 times"),
            (lambda g: g / N, "factor", "a factor 3000 is missing (3,000 is the number of coordinates"),
            (lambda g: np.roll(g, 1), "shifted", "shifted by +1"),
            (lambda g: g[::-1], "reversed", "reverse order"),
            (lambda g: np.where(np.arange(N) == 5, np.nan, g), "not-finite", "df/dx[5]: given as nan"),
        ],
    ),
)
def test_mistakes_in_all_of_many_entries_are_named(change, kind, sentence):
    check = dc.check(long_sum, lambda x: change(long_gradient(x)), MANY)
    assert check.points[0].pattern.kind == kind
    assert sentence in check.message


def test_kinks_in_many_coordinates_do_not_hide_a_mistake():
    dc.check(lambda x: np.sum(np.abs(x)), np.sign, np.zeros(300)).assert_ok()
    assert dc.check(lambda x: np.sum(np.abs(x)), lambda x: 2 + 0 * x, np.zeros(300)).verdict == "wrong"


def test_every_entry_is_looked_at_on_request():
    check = dc.check(lambda x: np.sum(x**2), lambda x: 2 * x, np.ones(210), each=True)
    assert len(check.entries) == 210


# --- Errors -----------------------------------------------------------------------------------------------------------


@every_row(
    ("code", "message", "call"),
    [
        ("E576", "f raises ValueError: math domain error at the point itself, x = -1.0", lambda: dc.check(math.log, lambda x: 1 / x, -1.0)),
        ("E576", "f is nan at the point itself", lambda: dc.check(lambda x: math.nan, lambda x: 1.0, 1.0)),
        ("E576", "f returns None at the point itself", lambda: dc.check(lambda x: None, lambda x: 1.0, 1.0)),
        ("E576", "f returns a complex number, 1j at", lambda: dc.check(lambda x: 1j * x, lambda x: 1.0, 1.0)),
        ("E576", "f returns rows of different shapes: (), (2,)", lambda: dc.check(lambda x: (1.0, x, 0), lambda x: x, [1.0, 2.0])),
        ("E577", "the gradient raises ZeroDivisionError: division by zero at x = 1.0", lambda: dc.check(math.log, lambda x: 1 / 0, 1.0)),
        ("E577", "the gradient is not made of numbers: 'a' is not a number", lambda: dc.check(math.log, lambda x: "a", 1.0)),
        ("E577", "the gradient is None", lambda: dc.check(math.log, lambda x: None, 1.0)),
        ("E577", "the gradient contains None", lambda: dc.check(max, lambda x: [1.0, None], [1.0, 2.0])),
        ("E577", "the gradient is complex: one of its numbers is (1+0.5j)", lambda: dc.check(math.log, lambda x: 1 + 0.5j, 1.0)),
        ("E575", "x[1] is inf", lambda: dc.check(sum, lambda x: x, [1.0, math.inf])),
        ("E575", "x is None, which is not made of numbers", lambda: dc.check(math.sin, math.cos, None)),
        ("E575", "x is 'x=3', which is not made of numbers", lambda: dc.check(math.sin, math.cos, "x=3")),
        ("E575", "x is 3j, which is not made of numbers", lambda: dc.check(math.sin, math.cos, x=3j)),
        ("E575", "x is [1, None], which is not made of numbers", lambda: dc.check(sum, sum, points=[[1, None]])),
        ("E575", "x is [[1], [2, 3]]: rows of different shapes", lambda: dc.check(sum, sum, [[1], [2, 3]])),
        ("E575", "x has a number beyond the range of doubles", lambda: dc.check(math.sin, math.cos, 10**400)),
        ("E575", "the point has no coordinates", lambda: dc.check(sum, lambda x: x, [])),
        ("E575", "the keys of a point are names", lambda: dc.check(sum, sum, {1: 2.0})),
    ],
)  # fmt: skip
def test_what_cannot_be_checked_says_where(code, message, call):
    with pytest.raises(dc.DiffcompareError) as refusal:
        call()
    assert refusal.value.diagnostic.code == code
    assert message in refusal.value.diagnostic.message


@pytest.mark.parametrize(
    ("message", "call"),
    [
        ("an expression", lambda: dc.check("x^2", "2*x", 3.0)),
        ("needs the gradient", lambda: dc.check(math.sin)),
        ("needs a point", lambda: dc.check(math.sin, math.cos)),
        ("gradient=True is for a function that returns", lambda: dc.check(math.sin, True, 1.0)),
        ("several points need a callable gradient", lambda: dc.check(math.sin, 1.0, points=[1.0, 2.0])),
    ],
)
def test_a_call_that_makes_no_sense_is_a_type_error(message, call):
    with pytest.raises(TypeError, match=message):
        call()


# --- The record -------------------------------------------------------------------------------------------------------


def records():
    yield dc.check(waves, slopes_of_waves, X)
    yield dc.check(waves, lambda x: 2 * slopes_of_waves(x), X)
    yield dc.check(waves, lambda x: slopes_of_waves(x)[:3], X)
    yield dc.check(waves, lambda x: slopes_of_waves(x) * math.nan, X)
    yield dc.check(math.floor, lambda x: 0.0, 2.0)
    yield dc.check(math.cbrt, lambda x: math.inf, 0.0)
    yield dc.check(pair, lambda x: jacobian(x).T, points=[[2.0, 5.0], [1.0, 3.0]])
    yield dc.check(long_sum, lambda x: 2 * long_gradient(x), MANY)


def test_every_format_writes_every_record():
    for record in records():
        for format in TEXTS:
            assert render(record.document(), format)
        assert ("<table" in record._repr_html_()) == (not record.ok and not record.points[0].shape_error)
        assert "<table" in render(record.document().detailed, "html") or record.points[0].shape_error
        assert str(record)
    assert PICTURES  # which a check has none of


def test_the_data_are_the_json_and_keep_to_their_schema():
    for record in records():
        data = json.loads(record.to_json())
        assert data == json.loads(json.dumps(record.data(), allow_nan=False))
        assert set(data) == {"schema", "command", "function", "verdict", "evaluations", "points", "sentence"}
        assert (data["schema"], data["command"]) == ("diffcompare/1", "check")
        assert data["verdict"] in ("agrees", "wrong", "undecided")
        for point in data["points"]:
            assert set(point) == {
                "point", "value", "noise", "entries", "directions", "mistake", "trouble", "evaluations",
            }  # fmt: skip
            for entry in point["entries"] + point["directions"]:
                assert set(entry) == {
                    "name", "component", "coordinate", "verdict", "given", "given_status", "found", "error", "ratio",
                    "method", "complex_step", "slopes", "remark",
                }  # fmt: skip
                assert entry["verdict"] in ("right", "wrong", "kink", "undecided")
                assert (entry["given"] is None) == (entry["given_status"] != "ok")


def test_the_verdict_is_the_first_line_with_a_sign_and_a_right_check_is_a_line():
    wrong = str(dc.check(waves, lambda x: -slopes_of_waves(x), X)).splitlines()
    assert wrong[0].startswith("✗ The gradient is wrong: every entry is -1 times")
    right = dc.check(waves, slopes_of_waves, X)
    assert str(right).splitlines() == [f"✓ {right.data()['sentence']}"]
    assert len(render(right.document().detailed, "plain").splitlines()) > len(X)
    undecided = str(dc.check(math.floor, lambda x: 0.0, 2.0))
    assert undecided.startswith("? Undecided: 1 entry asks for a derivative where f has none")
    assert "df/dx  undecided" in undecided


def test_of_several_points_those_are_shown_that_the_verdict_is_about():
    def right_at_one(x):
        return [2.0] if x[0] == 1.0 else [5.0]

    text = str(dc.check(lambda x: x[0] ** 2, right_at_one, points=[[1.0], [2.0]]))
    assert ("x[0] = 2.0" in text, "x[0] = 1.0" in text) == (True, False)
