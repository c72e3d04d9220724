"""NumPy programs, recorded: the value of the plain call, and the gradient of differences."""

import math

import numpy as np
import pytest
from array_programs import check_program, recorded
from rows import every_row

import diffcompare as dc
from diffcompare.diagnostics import DiffcompareError
from diffcompare.recording.arrays import RecordedArray

C = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 7.0], [0.0, 1.0, 0.5]])


def filled(w):
    out = np.zeros(3)
    for i in range(3):
        out[i] = w[i] ** 2 + math.exp(w[i])
    return out.sum()


def in_place(w):
    w = w.copy()
    w += 1.0
    w *= 2
    return np.abs(w - 2.5).sum()


def by_rows(w):
    return sum(row @ C[0] for row in np.outer(w, w))


def edited_matrix(w):
    A = np.eye(3) * w[0]
    A[0, 1] = w[1]
    A[1] *= w[2]
    return A.sum() + np.trace(A @ A) + np.mean(A, axis=0)[1] + np.max(A, axis=1)[2]


def appended(w):
    out = []
    for v in w:
        out.append(v * 2)
    out = np.array(out)
    return np.mean(out**2) + np.vdot(w, w) + np.inner(w, w) + np.kron(w, w).sum()


VECTORIZED = np.vectorize(lambda v: math.exp(-v))


def scattered(w, into, ufunc):
    """Add, say, numbers at places of which one occurs twice."""
    ufunc.at(into, [0, 0, 2], w)
    return into.sum()


@every_row(
    "function",
    [
        lambda w: np.dot(w, w), lambda w: np.sum(np.sin(w) * C), lambda w: (C @ w) @ w, filled, in_place, by_rows,
        lambda w: np.maximum(w, 0.3).sum() + np.where(w > 0.5, w**2, w).mean(), edited_matrix, appended,
        lambda w: np.linalg.norm(w) + np.prod(w) + np.max(w) - w.min(),
        lambda w: np.log(np.sum(np.exp(w - np.max(w)))), lambda w: np.array([w[0] * w[1], w[2]]).dot([1.0, 2.0]),
        lambda w: np.tanh(C @ w + np.ones(3)).sum() / np.sqrt(w @ w), lambda w: np.cumsum(w)[-1] * np.var(w) + np.std(w),
        lambda w: np.einsum("i,ij,j", w, C, w), lambda w: np.concatenate([w[1:], w[:1] * 2]).prod(),
        lambda w: np.stack([w, w]).T[0].sum() + np.sort(w)[0], lambda w: np.clip(w, 0.3, 0.8).sum() + np.power(w, 3).sum(),
        lambda w: np.hypot(w[0], w[1]) + np.arctan2(w[0], w[1]) + np.sign(w[0]) * np.square(w[2]),
        lambda w: np.interp(w[0], [0, 1, 2], [0, 2, 5]) + np.linspace(0, w[1], 5).sum() + np.logaddexp(w[0], w[1]),
        lambda w: np.sin([w[0], w[1]]).sum() + np.sum([w[0] * 2, w[1]]) + np.max([w[0], w[2]]),
        lambda w: np.sum(w, dtype=float) + np.zeros_like(w).sum() + np.diff(w).sum() + np.median(w),
        lambda w: np.average(w, weights=np.array([1.0, 2.0, 3.0])) + w.mean() * w.sum(axis=0) + len(w) * w.astype(float)[0],
        lambda w: np.linalg.norm(np.outer(w, w), axis=1).sum() + np.linalg.norm(np.outer(w, w), axis=0, ord=1).prod(),
        lambda w: np.linalg.norm(np.stack([w, w]), np.inf, axis=1, keepdims=True).sum() + np.linalg.norm(w, 3),
        lambda w: np.logaddexp.reduce(w) + np.maximum.accumulate(w) @ C @ w + np.hypot.outer(w, w).sum(),
        lambda w: np.maximum.reduce(w) * np.multiply.outer(w, w)[0, 2] + np.minimum.accumulate(np.outer(w, w), axis=1).sum(),
        lambda w: scattered(w, np.zeros(3, dtype=np.float64), np.add) + scattered(w, np.ones(3), np.maximum),
        lambda w: np.array(w, dtype=np.float64).sum() + np.ones(2, np.double)[0] * np.float64(w[0]) + w.astype(np.float64)[1],
        lambda w: (np.vectorize(lambda v: v * v if v > 0.5 else math.sin(v))(w)).sum() + VECTORIZED(w).prod(),
        lambda w: np.full(3, w[0]).sum() + np.array(w).sum() + np.asarray([w[0], 1.0])[0] + w.item(1),
    ],
)  # fmt: skip
def test_the_value_is_that_of_the_plain_call_and_the_gradient_that_of_differences(function):
    tape = check_program(function, [0.2, 0.7, 0.9], 16)
    assert all(node.place.file == __file__ for node in tape.steps)


def test_a_matrix():
    def quadratic(W):
        return np.sum(W @ W) + W[0, 1] * W[1].sum() + W.T[1] @ W[:, 0] + sum(v * math.sin(v) for row in W for v in row)

    W = np.array([[0.2, 0.7], [0.9, 1.3]])
    gradient = recorded(quadratic, W).gradient()
    assert list(gradient) == ["w[0, 0]", "w[0, 1]", "w[1, 0]", "w[1, 1]"]
    shift = np.array([[0, 1e-6], [0, 0]])
    assert gradient["w[0, 1]"] == pytest.approx((quadratic(W + shift) - quadratic(W - shift)) / 2e-6, rel=1e-8)


def test_a_maximum_is_one_operation_and_where_a_decision():
    tape = recorded(lambda w: np.maximum(w[0], w[1]) + np.where(w > 0.5, w, 0).sum(), [0.2, 0.7])
    assert [node.operation.name for node in tape.steps] == ["max", "+", "+"]
    assert [decision.sign for decision in tape.decisions] == [">", ">"]


def test_arrays_of_doubles_stay_arrays():
    def checks(w):
        assert isinstance(w, np.ndarray)
        assert isinstance(np.zeros(2), RecordedArray)
        assert np.arange(3).dtype.kind == "i"
        assert (w > 0).dtype == bool
        assert w.dtype == float
        assert np.issubdtype(w.dtype, np.floating)
        assert np.zeros(2, dtype=w.dtype).dtype.kind == "f"
        assert isinstance(np.float64(1), np.float64)
        assert issubclass(np.float64, np.float64)
        return np.array([1, 2]) @ w

    assert recorded(checks, [1.0, 2.0]).gradient() == {"w[0]": 1.0, "w[1]": 2.0}
    assert type(np.zeros(2)) is np.ndarray


@every_row(
    ("function", "message"),
    [
        (lambda w: np.fft.fft(w)[0].real, "np.fft.fft"),
        (lambda w: np.add(w, 1, where=w > 0).sum(), "where="),
        (lambda w: np.nextafter(w, 1.0).sum(), "np.nextafter"),
        (lambda w: w.astype(np.float32).sum(), ".astype(float32)"),
        (lambda w: w.astype(int).sum(), "an integer has no derivative"),
        (lambda w: np.roots(w)[0], "np.roots"),
        (lambda w: np.frombuffer(w.tobytes()).sum(), ".tobytes()"),
        (lambda w: w.byteswap().sum(), ".byteswap()"),
        (lambda w: w.view(np.int64).sum(), "takes plain numbers only"),
        (lambda w: memoryview(w)[0], "takes plain numbers only"),
        (lambda w: w[0].clip(0, 1), "write np.clip(...)"),
        (lambda w: w[0].round(), "write np.round(...)"),
        (lambda w: np.full_like([1, 2], w[0]).sum(), "an integer has no derivative"),
        (lambda w: np.interp(w[0], [0.0, 1.0], [2.0, 3.0], period=1.0), "period="),
        (lambda w: np.quantile(w, 0.4, method="lower"), "method="),
    ],
)
def test_what_numpy_computes_on_plain_doubles_is_told(function, message):
    with pytest.raises(DiffcompareError) as caught:
        recorded(function, [0.2, 0.7, 0.9])
    assert caught.value.diagnostic.code in ("E584", "E587")
    assert message in str(caught.value)
    assert "lambda w" in str(caught.value)


def fills(assign):
    """Return a function that fills an array of zeros by an assignment, and adds it up."""

    def filled(x):
        out = np.zeros(3)
        assign(out, x)
        return out.sum() + 0 * x

    return filled


def assigns(index, value):
    """Return the assignment of a value, made of x, to a part of an array."""
    return lambda out, x: out.__setitem__(index, value(x))


@every_row(
    "assign",
    [
        assigns(0, lambda x: np.array([x, x])),
        assigns(0, lambda x: np.array([x])),
        assigns(0, lambda x: [x, x]),
        assigns(0, lambda x: (x,)),
        assigns(0, lambda x: "a"),
        assigns(0, lambda x: 1j),
        assigns(5, lambda x: x),
        assigns(slice(2), lambda x: [x, x, x]),
    ],
)
def test_an_assignment_that_an_array_of_doubles_refuses_is_refused_alike(assign):
    with pytest.raises((ValueError, TypeError, IndexError)) as plain:
        fills(assign)(2.0)
    with pytest.raises(DiffcompareError) as recorded:
        dc.gradient(fills(assign), 2.0)
    assert recorded.value.diagnostic.code == "E587"
    assert str(plain.value).rstrip(".") in recorded.value.diagnostic.message


@pytest.mark.parametrize(
    ("assign", "slope"),
    [
        (assigns(0, lambda x: np.array(x)), 1.0),
        (assigns(slice(None), lambda x: x), 3.0),
        (assigns([0, 2], lambda x: [x, 2 * x]), 3.0),
        (assigns(slice(1, None), lambda x: np.array([[x, x]])), 2.0),
        (assigns(0, lambda x: np.float32(2.5) * x), 2.5),
        (assigns(0, lambda x: "2.5"), 0.0),
    ],
)
def test_an_assignment_that_an_array_of_doubles_takes_is_recorded(assign, slope):
    assert dc.gradient(fills(assign), 2.0) == {"x": slope}


def test_an_integer_in_an_array_of_doubles_is_a_double():
    def reciprocals(x):
        out = np.zeros(4)
        out[0] = np.int64(2)
        out[1:] = np.arange(1, 4)
        return x * (out**-1.0).sum() + x * out[0] ** -1

    assert reciprocals(3.0) == pytest.approx(8.5)
    assert dc.gradient(reciprocals, 3.0) == {"x": pytest.approx(17 / 6)}
