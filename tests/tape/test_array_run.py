"""Programs on whole arrays, as they are written: gradients known by formula, or slopes of plain calls."""

import math

import numpy as np
import pytest

from diffcompare import DiffcompareError
from diffcompare.inputs.function_point import function_point
from diffcompare.tape import Function
from diffcompare.tape.array_run import (
    Direction,
    difference_gradient,
    gradient_on_arrays,
    largest_error,
    slope_by_gradient,
    slope_of,
)

RANDOM = np.random.default_rng(0)
LABELS = RANDOM.integers(0, 5, 60)


def normal(*shape):
    return RANDOM.normal(size=shape)


def two_layers(W1, b1, W2, b2, X, Y):
    h = np.maximum(X @ W1 + b1, 0)
    z = h @ W2 + b2
    z = z - np.max(z, axis=1, keepdims=True)
    return -np.mean(np.sum(Y * (z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))), axis=1))


def logistic_regression(w, X, y):
    z = X @ w
    return np.mean(np.logaddexp(0.0, z) - y * z) + 0.01 * np.dot(w, w)


def radial_basis(c, a, X, y):
    d = np.sum(X**2, axis=1)[:, None] + np.sum(c**2, axis=1)[None, :] - 2 * X @ c.T
    return np.sum((np.exp(-d) @ a - y) ** 2)


def convolution(K, image):
    out = np.zeros((image.shape[0] - 2, image.shape[1] - 2))
    for i in range(3):
        for j in range(3):
            out += K[i, j] * image[i : i + out.shape[0], j : j + out.shape[1]]
    return np.sum(np.sin(out))


def cross_entropy(W, X):
    z = X @ W
    z -= z.max(axis=1, keepdims=True)
    p = np.exp(z)
    p /= p.sum(axis=1, keepdims=True)
    return -np.sum(np.log(p[np.arange(len(LABELS)), LABELS]))


def heat(u):
    for _ in range(20):
        out = np.zeros_like(u)
        out[1:-1] = u[1:-1] + 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2])
        out[0] = out[1]
        out[-1] = out[-2]
        u = out
    return np.sum(u**2)


def kalman(F, H, Q, R, z):
    x, P, total = np.zeros(len(F)), np.eye(len(F)), 0.0
    for seen in z:
        x, P = F @ x, F @ P @ F.T + Q
        S = np.hstack([H @ P @ H.T + R, np.eye(len(H))])
        for k in range(len(H)):  # Gauss and Jordan
            S[k] = S[k] / S[k, k]
            for j in range(len(H)):
                if j != k:
                    S[j] -= S[j, k] * S[k]
        inverse, r = S[:, len(H) :], seen - H @ x
        K = P @ H.T @ inverse
        x, P = x + K @ r, (np.eye(len(F)) - K @ H) @ P
        total += r @ inverse @ r
    return total


def attention(Q, K, V):
    s = Q @ K.T / np.sqrt(Q.shape[1])
    e = np.exp(s - s.max(-1, keepdims=True))
    return np.sum(((e / e.sum(-1, keepdims=True)) @ V) ** 2)


def recurrent(W, X):
    h, c = np.zeros((X.shape[1], 8)), np.zeros((X.shape[1], 8))

    def sigmoid(t):
        return 1 / (1 + np.exp(-t))

    for x in X:
        i, f, o, g = np.split(np.concatenate([x, h], axis=1) @ W, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
    return np.sum(h)


def evidence(A, y):
    S = A @ A.T + np.eye(len(y))
    return y @ np.linalg.solve(S, y) + np.linalg.slogdet(S)[1]


PROGRAMS = [
    (two_layers, {"W1": normal(50, 32) / 7, "b1": normal(32), "W2": normal(32, 10), "b2": normal(10),
                  "X": normal(64, 50), "Y": np.eye(10)[RANDOM.integers(0, 10, 64)]}),
    (logistic_regression, {"w": normal(50), "X": normal(200, 50), "y": (RANDOM.random(200) > 0.5) * 1.0}),
    (radial_basis, {"c": normal(10, 3), "a": normal(10), "X": normal(80, 3), "y": normal(80)}),
    (convolution, {"K": normal(3, 3), "image": normal(40, 40)}),
    (cross_entropy, {"W": normal(20, 5), "X": normal(60, 20)}),
    (heat, {"u": normal(100)}),
    (kalman, {"F": np.eye(4) + 0.1 * normal(4, 4), "H": normal(2, 4), "Q": 0.1 * np.eye(4), "R": np.eye(2),
              "z": normal(10, 2)}),
    (attention, {"Q": normal(20, 8), "K": normal(30, 8), "V": normal(30, 4)}),
    (recurrent, {"W": normal(11, 32), "X": normal(6, 4, 3)}),
    (evidence, {"A": normal(6, 6), "y": normal(6)}),
]  # fmt: skip


@pytest.mark.parametrize(("program", "point"), PROGRAMS, ids=lambda each: getattr(each, "__name__", ""))
def test_gradients_have_the_slopes_of_plain_calls(program, point):
    at = function_point(program, point, "f")
    result = gradient_on_arrays(program, at, None)
    assert result.value == program(**{name: part.copy() for name, part in point.items()})
    for name, part in point.items():
        assert result.gradient[name].shape == part.shape
        for direction in (Direction(name), Direction(name, part.size // 2)):
            measured = slope_of(program, at, direction)
            by_gradient = slope_by_gradient(result, at, direction)
            assert abs(by_gradient - measured.value) <= measured.bound + 1e-12 * abs(by_gradient)


def test_the_gradient_of_the_note_is_known_by_formula():
    W, X = normal(30, 20), normal(20, 50)
    at = function_point(lambda W, X: np.sum(np.tanh(W @ X) ** 2), {"W": W, "X": X}, "f")
    result = gradient_on_arrays(lambda W, X: np.sum(np.tanh(W @ X) ** 2), at, None)
    t = np.tanh(W @ X)
    inner = 2 * t * (1 - t**2)
    assert np.allclose(result.gradient["W"], inner @ X.T, rtol=1e-13)
    assert np.allclose(result.gradient["X"], W.T @ inner, rtol=1e-13)
    assert (result.operations, result.numbers) == (5, 3 * 1500 + 2)  # a sum keeps its axes, and is reshaped


def test_a_function_of_the_tape_keeps_its_own_backward():
    class Cube(Function):
        @staticmethod
        def forward(ctx, i):
            ctx.save_for_backward(i)
            return i.data**3

        @staticmethod
        def backward(ctx, grad_output):
            (i,) = ctx.saved_tensors
            return grad_output * 300 * i**2

    def cubes(x):
        return np.sum(Cube.apply(x))

    at = function_point(cubes, {"x": [1.0, 2.0]}, "f")
    assert gradient_on_arrays(cubes, at, None).gradient["x"].tolist() == [300.0, 1200.0]


def test_globals_and_caches_hold_plain_numbers_afterwards():
    kept = []

    def keeps(x):
        kept.append(x * 2)
        kept.append((x[0], {"a": x}))
        return x.sum()

    gradient_on_arrays(keeps, function_point(keeps, {"x": [1.0, 2.0]}, "f"), None)
    assert type(kept[0]) is np.ndarray
    assert type(kept[1][0]) is np.float64
    assert type(kept[1][1]["a"]) is np.ndarray


@pytest.mark.thorough
def test_a_function_that_never_ends_is_ended():
    def forever(x):
        while True:
            x = x * 1.0

    with pytest.raises(DiffcompareError, match="did not end within"):
        gradient_on_arrays(forever, function_point(forever, {"x": [1.0]}, "f"), 0.1)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x: x * 2, "returned 2 numbers"),
        (lambda x: None, "returned None"),
        (lambda x: "text", "returned text"),
        (lambda x: x.sum() + np.zeros(3)[5], "raised IndexError"),
    ],
)
def test_what_is_no_number_is_an_error(function, words):
    with pytest.raises(DiffcompareError, match=words):
        gradient_on_arrays(function, function_point(function, {"x": [1.0, 2.0]}, "f"), None)


def test_a_function_of_nothing_has_a_gradient_of_zeros():
    result = gradient_on_arrays(lambda x: 3.0, function_point(lambda x: 3.0, {"x": [1.0, 2.0]}, "f"), None)
    assert (result.value, result.gradient["x"].tolist()) == (3.0, [0.0, 0.0])


def test_differences_input_by_input():
    def f(w, b):
        return np.sum(np.sin(w) * b)

    at = function_point(f, {"w": [[0.3, 0.5], [0.7, 0.9]], "b": 2.0}, "f")
    true = gradient_on_arrays(f, at, None).gradient
    assert largest_error(difference_gradient(f, at, central=True, budget=None), true) < 1e-9
    assert 1e-10 < largest_error(difference_gradient(f, at, central=False, budget=None), true) < 1e-6
    assert difference_gradient(f, at, central=True, budget=-1.0) is None


def test_slopes_at_a_kink_are_not_known_better_than_their_bound():
    def kink(x):
        return np.sum(np.abs(x))

    at = function_point(kink, {"x": [0.0, 1.0]}, "f")
    measured = slope_of(kink, at, Direction("x", 1))
    assert measured.value == pytest.approx(1.0, abs=1e-9)
    nowhere = slope_of(lambda x: math.nan, at, Direction())
    assert (nowhere.value, nowhere.bound) == (None, None)
