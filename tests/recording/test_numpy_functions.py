"""NumPy's functions that are written out: each with the value of NumPy and the derivatives of differences."""

import numpy as np
import pytest
from array_programs import check_program, recorded
from rows import every_row

W = np.array([0.2, 0.7, 0.9])
C = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 7.0], [0.0, 1.0, 0.5]])


@pytest.mark.filterwarnings("ignore:numpy.fix is deprecated")
@every_row(
    "function",
    [
        lambda w: np.clip(w, 0.3, 0.8), lambda w: np.clip(w, a_min=0.3, a_max=None), lambda w: w.clip(max=w[1]),
        lambda w: np.clip(w, min=0.3, max=0.8), lambda w: np.clip(w, 0.3, 0.8, out=np.zeros(3)),
        lambda w: np.where(w, w * w, 0), lambda w: np.select([w > 0.8, w > 0.3], [w, 2 * w], default=3 * w),
        lambda w: np.any(w) * w, lambda w: w.all() * w, lambda w: w if np.any(w > 0.5, axis=0) else -w,
        lambda w: np.sum(w, where=[True, False, True]), lambda w: np.sum(w * C, axis=0, where=C > 1, initial=2.0),
        lambda w: np.prod(w * C, axis=1, where=C > 1), lambda w: np.max(w * C, axis=(0, 1)), lambda w: np.min(w, initial=0.1),
        lambda w: np.min(w * C, axis=1, initial=0.1), lambda w: np.max(w * C, axis=1, where=C > 1, initial=0.1),
        lambda w: np.interp(w, [0.0, 0.5, 1.0], [1.0, 3.0, 2.0]), lambda w: np.interp([0.3, 0.8], [0.0, 0.5, 1.0], w),
        lambda w: np.interp(0.5, w, C[0]), lambda w: np.interp(w[0], C[0], C[1], left=w[1], right=3.0),
        lambda w: np.interp(w[0] + 9, C[0], C[1], right=w[1]), lambda w: np.interp(w[0] + 9, C[0], w),
        lambda w: np.gradient(w), lambda w: np.gradient(w * w, 0.5), lambda w: np.gradient(w, np.array([0.0, 1.0, 3.0])),
        lambda w: np.gradient(C[0], w), lambda w: np.gradient(w * C, axis=0), lambda w: np.gradient(w * C, 0.5, 2.0)[1],
        lambda w: np.gradient(w, edge_order=2), lambda w: np.gradient(C[0], w, edge_order=2),
        lambda w: np.percentile(w, 30), lambda w: np.quantile(w, [0.3, 0.8, 0.5, 0, 1]), lambda w: np.percentile(w[:1], 30),
        lambda w: np.quantile(w * C, 0.3, axis=0, keepdims=True), lambda w: np.quantile(w, w[0]), lambda w: np.median(w),
        lambda w: np.std(w * C, axis=1), lambda w: w.std(ddof=1), lambda w: (w * C).var(axis=0, keepdims=True),
        lambda w: np.cov(w, C[0]), lambda w: np.cov(w * C, rowvar=False), lambda w: np.cov(w, bias=True), lambda w: np.cov(w, ddof=0),
        lambda w: np.corrcoef(w, C[0]), lambda w: np.corrcoef(w * C)[0, 2], lambda w: np.corrcoef(w), lambda w: np.average(C, 0, w),
        lambda w: np.bincount([0, 2, 0], weights=w, minlength=4), lambda w: np.polyfit([0.0, 1.0, 3.0], w, 1),
        lambda w: np.polyfit(w, C[0], 2), lambda w: np.polyval(w, w), lambda w: np.geomspace(w[0], w[1], 4),
        lambda w: np.geomspace(w[0], w[1], 4, endpoint=False), lambda w: np.logspace(w[0], w[1], 3), lambda w: np.sinc(w),
        lambda w: np.sinc(w - 0.2), lambda w: np.round(w, 1) * w, lambda w: w.round() * w, lambda w: np.round(w * 480, -2) * w,
        lambda w: np.rint(w) + np.fix(-w) * w, lambda w: np.around(C) @ w, lambda w: np.trapezoid(w, C[2].cumsum()),
        lambda w: np.trapezoid(C[0], w), lambda w: np.convolve(w, w), lambda w: np.correlate(w, C[0], "full"), lambda w: np.vander(w, 4),
        lambda w: np.block([[w * C, C], [C, w * C]])[4], lambda w: np.block([w, w[:1]]), lambda w: np.pad(w, 2, mode="wrap"),
        lambda w: np.tensordot(w * C, C, axes=([0], [1])), lambda w: np.meshgrid(w, C[0], indexing="ij")[0], lambda w: np.tril(w * C, -1),
        lambda w: w[np.argsort(-w)], lambda w: w[np.argmax(w)] * w, lambda w: np.take_along_axis(w, np.argsort(w), 0),
        lambda w: np.full_like(C, w[0]), lambda w: np.full_like(w, w[1]), lambda w: np.insert(C[0], 1, w[0]), lambda w: np.insert(w, 0, 2.0),
        lambda w: np.full_like(np.array([1, 2]), 3) * w[0], lambda w: np.append(C[0], w),
        lambda w: np.fromiter((v * v for v in w), float), lambda w: np.fromiter(iter(w), np.float64, count=2),
        lambda w: np.fromiter((k for k in range(3)), float) * w, lambda w: np.apply_along_axis(np.sum, 1, w * C),
        lambda w: np.cumprod(w * C, axis=1), lambda w: np.nan_to_num(w), lambda w: np.nanstd(w) + np.nancumsum(w), lambda w: np.unique(w),
    ],
)  # fmt: skip
def test_values_are_those_of_numpy_and_derivatives_those_of_differences(function):
    assert all(node.place.file == __file__ for node in check_program(function, W, 40).steps)


def filled_line(w):
    a = np.linspace(0.0, 1.0, 3)
    a[1] = w[0] * w[1]
    return a.sum() * w


def filled_copy(w):
    a = np.copy(C)
    a[0] = w * w
    return a @ w


def filled_diagonal(w):
    a = np.diag(C[0])
    a[0, 1] = w[0]
    np.fill_diagonal(a, w)
    return a @ w


@pytest.mark.parametrize("function", [filled_line, filled_copy, filled_diagonal])
def test_arrays_that_numpy_fills_with_doubles_can_be_filled_with_recorded_numbers(function):
    check_program(function, W, 4)


def test_the_position_between_two_numbers_has_a_derivative_too():
    assert recorded(lambda w: np.quantile([1.0, 2.0, 4.0], w[0]), [0.75]).gradient() == {"w[0]": 4.0}
