"""Linear algebra on the tape: first and second derivatives against differences, and what is not recorded."""

import math

import numpy as np
import pytest
from rows import every_row
from tape_orders import check, leaf

from diffcompare.tape import TapeError, grad

ROWS = np.random.default_rng(1).normal(size=(3, 4))
SQUARE = np.random.default_rng(4).normal(size=(3, 3)) + 3 * np.eye(3)


@every_row(
    ("function", "x"),
    [
        (lambda a: np.linalg.solve(a, ROWS), SQUARE), (lambda a: np.linalg.solve(a, a[0] * 2), SQUARE),
        (lambda b: np.linalg.solve(SQUARE, b), ROWS), (np.linalg.inv, SQUARE), (np.linalg.det, SQUARE),
        (lambda a: np.linalg.slogdet(a)[1], SQUARE), (lambda a: np.linalg.inv(np.stack([a, a.T])), SQUARE),
        (lambda a: np.einsum("ij,jk->ik", a, ROWS), SQUARE), (lambda a: np.einsum("ij,ik", a, a), ROWS),
        (lambda a: np.einsum("ii->i", a), SQUARE), (lambda a: np.einsum("ij->j", a), ROWS),
        (lambda a: np.einsum("ij,kj,k->i", a, a, a[:, 0]), ROWS), (lambda a: np.einsum("ij, ij ->", a, a), ROWS),
        (lambda a: np.tensordot(a, ROWS, 1), SQUARE), (lambda a: np.tensordot(a, ROWS, ([0, 1], [0, 1])), ROWS),
        (lambda a: np.inner(a, a), ROWS), (lambda a: np.dot(a, a[0]), SQUARE), (np.trace, SQUARE),
        (lambda a: np.dot(np.stack([a, a]), a.T), ROWS), (np.linalg.norm, ROWS), (lambda a: np.vdot(a, a), ROWS),
        (lambda a: np.linalg.norm(a, axis=1), ROWS), (lambda a: np.linalg.norm(a, 1, axis=0), ROWS),
        (lambda a: np.linalg.norm(a, 3, axis=0, keepdims=True), ROWS), (lambda a: np.linalg.norm(a, "fro"), ROWS),
        (lambda a: np.linalg.norm(a, math.inf, axis=0), ROWS), (lambda a: np.linalg.norm(a, -math.inf), ROWS),
    ],
)  # fmt: skip
def test_both_orders_are_those_of_differences(function, x):
    check(function, x)


def test_the_gradient_of_a_determinant_is_its_cofactors():
    (gradient,) = grad(np.linalg.det(a := leaf([[1.0, 2.0], [3.0, 4.0]])), [a])
    assert gradient.data == pytest.approx(np.array([[4.0, -3.0], [-2.0, 1.0]]))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda a: np.einsum("...ij->...ji", a), "letters"),
        (lambda a: np.linalg.norm(a, 2), "ord=2 of matrices"),
        (lambda a: np.linalg.norm(a[0], 0), "ord=0"),
        (np.linalg.svd, "svd is not recorded"),
    ],
)
def test_what_is_not_recorded_is_named(call, words):
    with pytest.raises(TapeError, match=words):
        call(leaf(SQUARE))
