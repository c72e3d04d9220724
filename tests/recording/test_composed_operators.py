"""Operators that are several operations: Python's values, derivatives of differences, and gradients of gradients."""

import math
import statistics

import numpy as np
import pytest
from rows import every_row

from diffcompare.recording.recorder import record


def derivative(function, x):
    return record(function, {"x": x}, call=lambda f, numbers: f(numbers["x"])).gradient()["x"]


@every_row(
    "function",
    [
        lambda x: x // 0.4 * x, lambda x: 7 // x * x, lambda x: x % 0.4, lambda x: 7 % x, lambda x: -x % 0.4, lambda x: x % -0.4,
        lambda x: divmod(x, 0.4)[0] * x, lambda x: divmod(x, 0.4)[1], lambda x: divmod(7, x)[0] * x, lambda x: divmod(7, x)[1],
        lambda x: round(x) * x, lambda x: round(-x) * x, lambda x: round(x, 1) * x, lambda x: round(1234 * x, -2) * x,
        lambda x: round(2.5 + 0 * x) * x, lambda x: round(-3.5 + 0 * x) * x, lambda x: round(0.25 + 0 * x, 1) * x,
    ],
)  # fmt: skip
def test_values_are_those_of_python_and_derivatives_those_of_differences(function):
    x, h = 1.53, 1e-7
    tape = record(lambda x: function(x), {"x": x})
    assert tape.value == function(x)
    if function(x + h) != function(x):  # not where the step stands at a jump
        assert tape.gradient()["x"] == pytest.approx((function(x + h) - function(x - h)) / (2 * h), rel=1e-6)


@every_row(
    "function",
    [
        lambda t: (t % 0.4) * t, lambda t: (t // 0.4) * t * t, lambda t: divmod(7, t)[1] * t, lambda t: round(t, 1) * t * t,
        lambda t: math.fmod(t, 0.4) * t, lambda t: math.remainder(t, 0.4) * t, lambda t: math.fsum([t, t * t, 1.0]) * t,
        lambda t: math.modf(t)[0] * t, lambda t: math.frexp(t)[0] * t, lambda t: math.floor(t) * t * t, lambda t: math.trunc(t) * t**3,
        lambda t: statistics.mean([t, 1.0]) * t, lambda t: statistics.stdev([t, 1.0]) * t, lambda t: statistics.geometric_mean([t, 1.0]) * t,
        lambda t: np.linalg.solve(np.array([[t, 1.0], [2.0, t * t]]), np.array([1.0, t]))[0], lambda t: np.linalg.det(np.array([[t, 1.0], [2.0, t * t]])),
        lambda t: np.linalg.eigvalsh(np.array([[t, 1.0], [1.0, t * t]]))[0], lambda t: np.linalg.svd(np.array([[t, 1.0], [1.0, t * t]]))[1][0],
        lambda t: np.polyfit([0.0, 1.0, 3.0], [t, t * t, t**3], 1)[0], lambda t: np.quantile([t, t * t, 2.0], 0.3), lambda t: np.sinc(t),
    ],
)  # fmt: skip
def test_a_gradient_within_a_gradient_is_recorded_where_values_are_computed_in_another_way(function):
    x, h = 1.3, 1e-5
    second = derivative(lambda x: derivative(function, x), x)
    assert second == pytest.approx(
        (derivative(function, x + h) - derivative(function, x - h)) / (2 * h), rel=1e-6, abs=1e-8
    )
