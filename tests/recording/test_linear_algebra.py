"""Linear algebra, recorded: values of NumPy, derivatives of central differences and of closed forms at 60 digits."""

import mpmath
import numpy as np
import pytest
from array_programs import check_program, recorded
from rows import every_row

from diffcompare.diagnostics import DiffcompareError
from diffcompare.inputs.python_function import program
from diffcompare.language.parser import parse

A = np.random.default_rng(1).normal(size=(3, 3))
B = np.array([1.0, -0.5, 2.0])
SHIFT = np.eye(3)


@every_row(
    "function",
    [
        lambda A: np.linalg.solve(A, B), lambda A: np.linalg.solve(A, A.T @ A), lambda A: np.linalg.inv(A),
        lambda A: np.linalg.solve(A[0, 0] * SHIFT + 0.1, B), lambda A: np.linalg.solve(SHIFT + 0.1, A[0]),
        lambda A: np.linalg.det(A), lambda A: np.linalg.slogdet(A).logabsdet, lambda A: np.linalg.slogdet(-A)[0] * A[0],
        lambda A: np.linalg.cholesky(A @ A.T + SHIFT), lambda A: np.linalg.cholesky(A @ A.T + SHIFT, upper=True),
        lambda A: np.linalg.qr(A)[0], lambda A: np.linalg.qr(A[:, :2]).R, lambda A: np.linalg.qr(A, mode="r"),
        lambda A: np.linalg.lstsq(A[:, :2], B, rcond=None)[0], lambda A: np.linalg.lstsq(A[:2], A[2, :2], rcond=None)[0],
        lambda A: np.linalg.lstsq(A[:, :2], np.stack([B, B * B], 1), rcond=None)[3],
        lambda A: np.linalg.pinv(A[:, :2]), lambda A: np.linalg.pinv(A[:2]), lambda A: np.linalg.matrix_power(A, -2),
        lambda A: np.linalg.eigh(A + A.T)[0], lambda A: np.linalg.eigh(A + A.T).eigenvectors, lambda A: np.linalg.eigvalsh(A),
        lambda A: np.linalg.eigvalsh(A, UPLO="U"), lambda A: np.linalg.svd(A)[0], lambda A: np.linalg.svd(A)[1],
        lambda A: np.linalg.svd(A).Vh, lambda A: np.linalg.svd(A[:2], full_matrices=False)[0],
        lambda A: np.linalg.svd(A[:2], full_matrices=False)[2], lambda A: np.linalg.svd(A[:, :2], compute_uv=False),
        lambda A: np.linalg.svd(A[:, :2], full_matrices=False)[2], lambda A: np.linalg.cond(A), lambda A: np.linalg.cond(A, -2),
        lambda A: np.linalg.multi_dot([A, A, B]), lambda A: np.linalg.trace(A), lambda A: np.linalg.outer(B, A[0]),
        lambda A: np.linalg.cross(A[0], B), lambda A: np.linalg.diagonal(A), lambda A: np.linalg.matrix_transpose(A),
        lambda A: np.linalg.inv(np.stack([A, A + SHIFT])), lambda A: np.linalg.det(np.stack([A, A + SHIFT])),
        lambda A: np.linalg.solve(np.stack([A, A + SHIFT]), np.stack([A, A])), lambda A: np.linalg.slogdet(np.stack([A, SHIFT]))[1],
        lambda A: np.linalg.solve([[A[0, 0], 1.0], [0.0, A[1, 1]]], [1.0, A[0, 1]]), lambda A: np.linalg.inv([[A[0, 0]]]),
    ],
)  # fmt: skip
def test_values_are_those_of_numpy_and_derivatives_those_of_differences(function):
    assert all(node.place.file == __file__ for node in check_program(function, A, 16).steps)


def test_the_value_of_a_solution_is_numpys_to_the_last_bit():
    values = recorded(lambda A: np.linalg.solve(A, B), A).output_values
    assert values == np.linalg.solve(A, B).tolist()


@pytest.mark.parametrize("ord", [None, 1, 2, 3, 0.5, np.inf, -np.inf])
def test_norms_of_vectors(ord):
    check_program(
        lambda A: np.linalg.norm(A[0], ord) + np.linalg.vector_norm(A[1], ord=2 if ord is None else ord), A, 4
    )
    check_program(lambda A: np.linalg.norm(A, ord, axis=0), A, 4)


@every_row("ord", [None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf])
def test_norms_of_matrices(ord):
    check_program(lambda A: np.linalg.norm(A[:2], ord) + np.linalg.norm(A.T, ord, keepdims=True)[0, 0], A, 4)
    if ord not in ("nuc", 2, -2):
        check_program(lambda A: np.linalg.norm(np.stack([A, 2 * A]), ord, axis=(1, 2)), A, 4)


def test_the_number_of_entries_that_are_not_zero_is_a_step():
    assert (
        list(check_program(lambda A: np.linalg.norm(A[0], 0) + A[1, 1], A).gradient().values())
        == [0] * 4 + [1] + [0] * 4
    )


def test_a_badly_conditioned_system_is_solved_to_the_digits_that_it_has():
    """The partial of sum(x) by H[i, j] is -y[i]*x[j], with H.T @ y = 1: here at 60 digits."""
    H = np.array([[1 / (i + j + 1) for j in range(6)] for i in range(6)])
    gradient = recorded(lambda H: np.linalg.solve(H, np.ones(6)).sum(), H).gradient()
    with mpmath.workdps(60):
        exact = mpmath.matrix(H.tolist())
        x, y = exact**-1 * mpmath.ones(6, 1), exact.T**-1 * mpmath.ones(6, 1)
        errors = [abs(gradient[f"w[{i}, {j}]"] / (-y[i] * x[j]) - 1) for i in range(6) for j in range(6)]
    assert max(errors) < np.linalg.cond(H) * 1e-16


def test_second_derivatives_of_an_eigenvalue():
    """That of the larger eigenvalue of [[t, 1], [1, 0]] is 4/(t^2 + 4)^(3/2) / 2 at any t."""
    run = program(lambda t: np.linalg.eigvalsh(np.array([[t, 1.0], [1.0, 0.0]]))[1], {"t": 0.5}, "f")
    step = 1e-4
    slopes = [run.record({"t": 0.5 + side * step}).gradient()["t"] for side in (-1, 1)]
    assert (slopes[1] - slopes[0]) / (2 * step) == pytest.approx(2 / (0.25 + 4) ** 1.5, rel=1e-7)


def test_a_system_is_a_formula_where_no_pivot_has_to_be_chosen():
    def f(a, b):
        return np.linalg.solve(np.array([[a, 1.0], [0.0, b]]), np.array([1.0, 2.0]))[0]

    assert program(f, {"a": 3.0, "b": 2.0}, "f").formula is parse("(1 - 1*(2/b))/a")


@pytest.mark.parametrize("singular", [np.ones((3, 3)), np.zeros((3, 3)), np.arange(9.0).reshape(3, 3) % 4 * [0, 1, 1]])
def test_a_determinant_has_its_derivatives_where_it_is_zero(singular):
    check_program(np.linalg.det, singular, ulp=10**9 if np.linalg.det(singular) else 0)


@every_row(
    ("function", "code", "message"),
    [
        (lambda w: np.linalg.solve(w, B), "E587", "LinAlgError: Singular matrix"),
        (lambda w: np.linalg.inv(w), "E587", "LinAlgError: Singular matrix"),
        (lambda w: np.linalg.cholesky(-SHIFT * w), "E587", "LinAlgError: Matrix is not positive definite"),
        (
            lambda w: np.linalg.slogdet(w)[1],
            "E584",
            "np.linalg.slogdet` has no derivative here: the matrix is singular",
        ),
        (lambda w: np.linalg.qr(w)[1], "E584", "np.linalg.qr` has no derivative here"),
        (lambda w: np.linalg.pinv(w), "E584", "np.linalg.pinv` has no derivative here"),
        (lambda w: np.linalg.eigh(w)[0], "E584", "np.linalg.eigh` has no derivative here: two of its values"),
        (lambda w: np.linalg.svd(w)[1], "E584", "np.linalg.svd` has no derivative here: two of its values"),
        (lambda w: np.linalg.svd(w[:2])[1], "E584", "np.linalg.svd with full_matrices=True"),
        (lambda w: np.linalg.eigvals(w), "E584", "np.linalg.eigvals"),
    ],
)
def test_where_there_is_no_derivative_the_reason_is_said(function, code, message):
    with pytest.raises(DiffcompareError) as caught:
        recorded(function, np.ones((3, 3)))
    assert caught.value.diagnostic.code == code
    assert message in caught.value.diagnostic.message
    assert caught.value.diagnostic.help
