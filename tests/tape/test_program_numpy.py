"""NumPy and `math` in programs on the tape: the names as they are written, in lists, as methods, and from `math`."""

import math

import numpy as np
import pytest
from rows import every_row

from diffcompare.inputs.function_point import function_point
from diffcompare.tape.array_run import Direction, gradient_on_arrays, slope_by_gradient, slope_of

START = np.random.default_rng(3).normal(size=12)
MATRIX = np.arange(12.0).reshape(3, 4)

PROGRAMS = [
    lambda x: x.mean() + x.std() + x.var(ddof=1) + x.max() + x.min() + x.prod() + x.cumsum()[3] + x.clip(-1, 1).sum(),
    lambda x: np.sum([xi**2 for xi in x]) + np.mean(list(x)) + sum(x) + np.maximum([x[0], x[1]], 0.1).sum(),
    lambda x: np.array([[x[0], x[1]], [x[2], 1.0]]).prod() + np.array([x[:3], x[3:6]])[1, 1] + np.asarray(x)[2],
    lambda x: (np.vstack([x, x * 2]) ** 2).sum() + np.hstack((x, [1.0, 2.0])).sum() + np.stack([x, x], axis=1)[2, 1],
    lambda x: np.dot(x[:4], MATRIX.T)[1] + np.outer(x, x)[1, 2] + np.vdot(x, x) + (MATRIX @ x[:4]).sum() + x[:3] @ x[3:6],
    lambda x: np.sum(x ** np.arange(12)) + np.sum(np.abs(x) ** x) + np.sum(2.0**x) + np.float64(x[0]) / 3,
    lambda x: np.sum(x // 0.3) + np.sum(x % 0.3) + np.sum(np.sign(x)) + np.sum(np.floor(x) * x) + divide(x, 2.0),
    lambda x: np.maximum.reduce(x) + np.add.reduce(x) + np.add.accumulate(x)[-1] + np.multiply.outer(x, x).sum(),
    lambda x: np.sum(np.logaddexp(x, x[::-1])) + np.sum(np.hypot(x, 1.0)) + np.sum(np.arctan2(x, 2.0)),
    lambda x: math.exp(x[0]) + math.pow(abs(x[3]) + 1, x[1]) + math.log(abs(x[4]) + 1, 2) + math.fsum(x) + math.sin(x[1]),
    lambda x: np.sum(np.full((2, 3), x[0]) + np.full_like(x[:3], x[1])) + np.diag(x[:3])[0, 0] + np.ones(3) @ x[:3],
    lambda x: np.interp(0.3, [0.0, 1.0], [x[0], x[1]]) + np.interp(x[2:4], [-3.0, 0.0, 3.0], [1.0, 2.0, 7.0]).sum(),
    lambda x: np.squeeze(x[None, :3, None]).sum() + np.moveaxis(x.reshape(1, 3, 4), 0, 2)[1, 2, 0] + np.ptp(x),
    lambda x: x[np.argmax(x)] ** 2 + x[np.nonzero(x > 0)[0]].sum() + np.where(x > 0, x, x**2).sum() + x.size,
]  # fmt: skip


def divide(x, by):
    return np.true_divide(x, by).sum() + np.average(x, weights=np.arange(12.0))


@every_row("number", range(len(PROGRAMS)))
def test_programs_have_the_value_and_the_slopes_of_plain_calls(number):
    program = PROGRAMS[number]
    at = function_point(program, {"x": START}, "f")
    result = gradient_on_arrays(program, at, None)
    assert result.value == pytest.approx(program(START.copy()), rel=1e-13)
    for direction in (Direction(), Direction("x", 0), Direction("x", 3)):
        measured = slope_of(program, at, direction)
        assert slope_by_gradient(result, at, direction) == pytest.approx(measured.value, rel=1e-6, abs=1e-8)


def test_other_arrays_stay_plain_while_a_function_runs():
    kinds = []

    def f(x):
        kinds.append((type(np.arange(3)), type(np.zeros(3, dtype=int)), type(np.array(["a"])), type(x > 0)))
        return x.sum()

    gradient_on_arrays(f, function_point(f, {"x": START}, "f"), None)
    assert kinds == [(np.ndarray,) * 4]
    assert type(np.zeros(3)) is np.ndarray
