"""Universal functions of NumPy, number by number: with two results, with masks, and along axes."""

import numpy as np
import pytest
from array_programs import check_program, recorded
from rows import every_row

W = np.array([0.2, 0.7, 0.9])
C = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 7.0], [0.0, 1.0, 0.5]])


@every_row(
    "function",
    [
        lambda w: np.rint(w) * w, lambda w: np.logaddexp2(w, C[0]), lambda w: np.divmod(w, 0.16)[1], lambda w: divmod(w, 0.16)[0] * w,
        lambda w: np.modf(w * 4)[0], lambda w: np.modf(-w * 4)[1] * w, lambda w: np.frexp(w)[0], lambda w: np.frexp(w)[1] * w,
        lambda w: np.ldexp(w, 2), lambda w: np.add.reduceat(w, [0, 1]), lambda w: np.heaviside(w - 0.5, 0.5) * w,
        lambda w: np.subtract(w, 1, where=[True, True, False], out=np.ones(3)), lambda w: np.log(w - 0.5, where=w > 0.5, out=np.zeros(3)),
        lambda w: np.multiply(w, w, out=np.zeros(3)), lambda w: np.maximum.reduce(w * C, axis=1), lambda w: np.hypot.outer(w, w),
        lambda w: np.logaddexp.reduce(w * C, axis=0, keepdims=True), lambda w: np.minimum.accumulate(w * C, axis=1),
        lambda w: np.fmod(w, 0.16), lambda w: np.mod(-w, 0.16), lambda w: np.float_power(w, 2.5), lambda w: np.float64(3) * w[0],
    ],
)  # fmt: skip
def test_values_are_those_of_numpy_and_derivatives_those_of_differences(function):
    check_program(function, W, 4)


@pytest.mark.parametrize(
    "function",
    [lambda w: w[0] * np.int64(3) + np.int32(2) * w[1], lambda w: np.float32(0.5) * w[0] - w[1] / np.float64(3),
     lambda w: np.float64(2) ** w[0] + w[1] ** np.int64(2), lambda w: (np.float64(3) > w[0]) * w[1]],
)  # fmt: skip
def test_scalars_of_numpy_are_numbers_on_either_side(function):
    check_program(function, W, 1)


def test_what_a_mask_leaves_out_is_not_computed():
    assert [
        node.operation.name for node in recorded(lambda w: np.log(w, where=w > 0.5, out=np.zeros(2)), [0.2, 0.7]).steps
    ] == ["ln"]
