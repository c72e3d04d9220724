"""Linear algebra of NumPy, written out in recorded operations: elimination, factors, eigenvalues, singular values.

Every result has the value that NumPy itself returns; its derivatives are those of the operations.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from diffcompare.recording.elementwise import ALONG, ELEMENTWISE, each, not_recorded, plain_array
from diffcompare.recording.math_functions import FUNCTIONS
from diffcompare.recording.matrix_values import is_known, matrix, no_derivative, settled, with_values_of
from diffcompare.recording.recorded_number import RecordedNumber, open_tapes, plain
from diffcompare.recording.valueless import Valueless, branch_refused

TOO_NEAR = 1e-12  # of two eigenvalues, relative: there they have no derivatives one by one
MAX_ZEROS = 6  # rows of a matrix of zeros whose determinant is expanded
SWEEPS = 2  # of rotations that start from eigenvectors: each squares what is left beside the diagonal

_sqrt = FUNCTIONS["sqrt"]


# --- Elimination ------------------------------------------------------------------------------------------------------


def _eliminated(A: Any, right: Any) -> tuple[Any, Any, int]:
    """Return the upper triangle, the right sides and the sign of the exchanges, by elimination with partial pivoting.

    The pivots are chosen by their values: the result does not depend on the choice.  Numbers without a value are taken
    in their order, but for zeros.  Golub & Van Loan, Matrix Computations, 3.4.
    """
    A, right, sign = A.copy(), right.copy(), 1
    for k in range(len(A)):
        sizes = [_size(number) for number in A[k:, k]]
        pivot = k + sizes.index(max(sizes))
        if pivot != k:
            A[[k, pivot]], right[[k, pivot]], sign = A[[pivot, k]], right[[pivot, k]], -sign
        _clear_below(A, k, right)
    return A, right, sign


def _clear_below(A: Any, k: int, right: Any) -> None:
    """Subtract a row from all rows below it, so that zeros are left in its column."""
    for i in range(k + 1, len(A)):
        if not _is_zero(A[i, k]):
            factor = A[i, k] / A[k, k]
            A[i, k + 1 :] = _less(A[i, k + 1 :], factor, A[k, k + 1 :])
            right[i] = _less(right[i], factor, right[k])


def _is_zero(number: Any) -> bool:
    """Tell whether a number is the constant 0, with which nothing needs to be computed."""
    return type(number) is not RecordedNumber and number == 0


_less = np.frompyfunc(lambda number, factor, other: number if _is_zero(other) else number - factor * other, 3, 1)


def _size(number: Any) -> float:
    value = plain(number)
    return 1.0 if isinstance(value, Valueless) else abs(value)


def _substituted(upper: Any, right: Any) -> Any:
    """Solve an upper triangular system from its last row to its first."""
    solution = right.copy()
    for i in reversed(range(len(upper))):
        for j in range(i + 1, len(upper)):
            if not _is_zero(upper[i, j]):
                solution[i] = _less(solution[i], upper[i, j], solution[j])
        solution[i] = solution[i] / upper[i, i]
    return solution


@with_values_of(np.linalg.solve)
def _solve(A: Any, right: Any) -> Any:
    upper, right, _ = _eliminated(A, right)
    return _substituted(upper, right)


@with_values_of(np.linalg.inv)
def _inverse(A: Any) -> Any:
    upper, right, _ = _eliminated(A, np.eye(len(A)).astype(object))
    return _substituted(upper, right)


@with_values_of(np.linalg.det)
def _determinant(A: Any) -> Any:
    """Return the product of the pivots of elimination with complete pivoting.

    So a singular matrix has its derivatives as well: nothing is divided by the last pivot, which is 0 there.
    """
    A, factors, sign = A.copy(), [], 1.0
    none = np.empty((len(A), 0), dtype=object)
    for k in range(len(A)):
        sizes = np.array([[_size(number) for number in row[k:]] for row in A[k:]])
        row, column = np.unravel_index(np.argmax(sizes), sizes.shape)
        if sizes[row, column] == 0:
            factors.append(_expanded(A[k:, k:]))
            break
        sign *= (-1.0) ** (int(row > 0) + int(column > 0))
        A[[k, k + row]] = A[[k + row, k]]
        A[:, [k, k + column]] = A[:, [k + column, k]]
        _clear_below(A, k, none)
        factors.append(A[k, k])
    return functools.reduce(operator.mul, factors if factors and sign > 0 else [sign, *factors])


def _expanded(zeros: Any) -> Any:
    """Return the determinant of a matrix of zeros, expanded along its first column."""
    if len(zeros) > MAX_ZEROS:
        raise no_derivative("det", f"its rank is {len(zeros)} less than it could be")
    if len(zeros) == 1:
        return zeros[0, 0]
    terms = [zeros[i, 0] * _expanded(np.delete(zeros[:, 1:], i, axis=0)) * (-1.0) ** i for i in range(len(zeros))]
    return functools.reduce(operator.add, terms)


@with_values_of(np.linalg.slogdet)
def _log_determinant(A: Any) -> Any:
    if not is_known(A):
        raise branch_refused()
    if np.linalg.det(plain_array(A)) == 0:
        raise no_derivative("slogdet", "the matrix is singular")
    upper, _, sign = _eliminated(A, np.empty((len(A), 0), dtype=object))
    pivots = np.diag(upper).tolist()
    signs = [math.copysign(1.0, plain(pivot)) for pivot in pivots]
    logs = each("log", each("absolute", np.array(pivots, dtype=object)))
    return sign * math.prod(signs), np.sum(logs)


@with_values_of(np.linalg.cholesky)
def _cholesky(A: Any, /, *, upper: bool = False) -> Any:
    """Return the triangle L with L @ L.T = A; of A one triangle is read, the lower one unless `upper`."""
    A = A.T if upper else A
    L = np.zeros(A.shape).astype(object)
    for j in range(len(A)):
        rest = A[j, j]
        for k in range(j):
            rest = rest - L[j, k] * L[j, k]
        L[j, j] = _sqrt(rest)
        for i in range(j + 1, len(A)):
            rest = A[i, j]
            for k in range(j):
                rest = rest - L[i, k] * L[j, k]
            L[i, j] = rest / L[j, j]
    return L.T if upper else L


def _power(A: Any, exponent: int) -> Any:
    A = matrix(A)
    return np.linalg.matrix_power(_inverse(A) if exponent < 0 else A, abs(exponent))


# --- Orthogonal factors and least squares -----------------------------------------------------------------------------


def _orthogonal(A: Any) -> tuple[Any, Any]:
    """Return Q and R with Q @ R = A by modified Gram-Schmidt; the columns must be independent."""
    Q, R = A.copy(), np.zeros((A.shape[1], A.shape[1])).astype(object)
    for k in range(A.shape[1]):
        R[k, k] = _sqrt(np.dot(Q[:, k], Q[:, k]))
        Q[:, k] = Q[:, k] / R[k, k]
        for j in range(k + 1, A.shape[1]):
            R[k, j] = np.dot(Q[:, k], Q[:, j])
            Q[:, j] = Q[:, j] - R[k, j] * Q[:, k]
    return Q, R


def _check_rank(name: str, A: Any) -> None:
    if not is_known(A):
        raise branch_refused()
    if np.linalg.matrix_rank(plain_array(A)) < min(A.shape):
        raise no_derivative(name, "the matrix has less than its full rank")


@with_values_of(np.linalg.qr)
def _qr(A: Any, mode: str = "reduced") -> Any:
    if mode not in ("reduced", "r") or A.shape[0] < A.shape[1]:
        raise not_recorded(
            f"np.linalg.qr with mode={mode!r} and shape {A.shape}", "take a tall matrix, in reduced form"
        )
    _check_rank("qr", A)
    Q, R = _orthogonal(A)
    for k, pivot in enumerate(np.diag(np.linalg.qr(plain_array(A), "r"))):
        if pivot < 0:  # NumPy's choice of the sign
            Q[:, k], R[k, k:] = -Q[:, k], -R[k, k:]
    return R if mode == "r" else (Q, R)


def _solution(A: Any, right: Any) -> Any:
    """Return the least squares solution of full rank, that of least norm for a wide matrix."""
    if A.shape[0] >= A.shape[1]:
        Q, R = _orthogonal(A)
        return _substituted(R, Q.T @ right)
    Q, R = _orthogonal(A.T)
    reversed_rows = _substituted(R.T[::-1, ::-1], right[::-1])
    return Q @ reversed_rows[::-1]


def _least_squares(A: Any, right: Any, rcond: Any = None) -> Any:
    A, right = matrix(A), matrix(right)
    _check_rank("lstsq", A)
    starts = [(tape, len(tape.entries)) for tape in open_tapes()]
    values = np.linalg.lstsq(plain_array(A), plain_array(right), rcond=rcond)
    solution = settled(_solution(A, right), values[0], starts)
    gap = right - A @ solution if len(values[1]) else None
    residuals = np.array([]) if gap is None else np.atleast_1d(np.sum(gap * gap, axis=0))
    return solution, residuals, values[2], _singular_values(A)


@with_values_of(np.linalg.pinv)
def _pseudo_inverse(A: Any, *_: Any) -> Any:
    _check_rank("pinv", A)
    return _solution(A, np.eye(len(A)).astype(object))


# --- Eigenvalues and singular values ----------------------------------------------------------------------------------


def _check_apart(name: str, values: Any) -> None:
    """Raise DiffcompareError where two eigenvalues or singular values are equal."""
    ordered = np.sort(values)
    near = np.flatnonzero(np.diff(ordered) <= TOO_NEAR * np.max(np.abs(values), initial=0.0))
    if len(near):
        help = "where two values meet they have a kink; their sum, and functions like the determinant, have derivatives"
        raise no_derivative(name, f"two of its values are {ordered[near[0]]:g}", help)


def _rotation(twice: Any, gap: Any) -> tuple[Any, Any]:
    """Return cosine and sine of the small rotation that takes a symmetric 2 x 2 matrix to its diagonal.

    `twice` is twice the number beside the diagonal and `gap` the difference on it.  Golub & Van Loan, 8.5.
    """
    root = _sqrt(gap * gap + twice * twice)
    tangent = twice / (gap + root if plain(gap) >= 0 else gap - root)
    cosine = 1.0 / _sqrt(tangent * tangent + 1.0)
    return cosine, tangent * cosine


def _rotate(columns: Any, p: int, q: int, cosine: Any, sine: Any) -> None:
    left, right = columns[:, p].copy(), columns[:, q].copy()
    columns[:, p], columns[:, q] = cosine * left - sine * right, sine * left + cosine * right


def _diagonalized(A: Any, uplo: Any) -> tuple[Any, Any]:
    """Return eigenvalues and eigenvectors by Jacobi's rotations, which start from NumPy's eigenvectors.

    What stands beside the diagonal is then rounding; its derivatives are not, and two sweeps of rotations take care
    of those.
    """
    if not is_known(A):
        raise branch_refused()
    lower = np.tril(A) + np.tril(A, -1).T if uplo == "L" else np.triu(A) + np.triu(A, 1).T
    values, vectors = np.linalg.eigh(plain_array(A), uplo)
    _check_apart("eigh", values)
    D, V = vectors.T @ lower @ vectors, vectors.astype(object)
    for _ in range(SWEEPS):
        for p in range(len(D)):
            for q in range(p + 1, len(D)):
                cosine, sine = _rotation(2.0 * D[p, q], D[q, q] - D[p, p])
                _rotate(D, p, q, cosine, sine)
                _rotate(D.T, p, q, cosine, sine)
                _rotate(V, p, q, cosine, sine)
    return np.diag(D), V


@with_values_of(np.linalg.eigh)
def _eigh(A: Any, UPLO: str = "L") -> Any:
    return _diagonalized(A, UPLO)


@with_values_of(np.linalg.eigvalsh)
def _eigvalsh(A: Any, UPLO: str = "L") -> Any:
    return _diagonalized(A, UPLO)[0]


def _decomposed(A: Any) -> tuple[Any, Any, Any]:
    """Return U, the singular values and V.T by rotations of columns (Hestenes 1958) from NumPy's singular vectors."""
    if not is_known(A):
        raise branch_refused()
    U, values, Vt = np.linalg.svd(plain_array(A), full_matrices=False)
    _check_apart("svd", values)
    if values[-1] <= TOO_NEAR * values[0]:
        raise no_derivative("svd", "one of its values is 0")
    if A.shape[0] >= A.shape[1]:
        left, sizes, right = _rotated(A, Vt.T)
        return left, sizes, right.T
    right, sizes, left = _rotated(A.T, U)
    return left, sizes, right.T


def _rotated(A: Any, start: Any) -> tuple[Any, Any, Any]:
    """Return A = left @ diag(sizes) @ right.T, where `start` is `right` but for rounding."""
    left, right = A @ start, start.astype(object)
    for _ in range(SWEEPS):
        for p in range(left.shape[1]):
            for q in range(p + 1, left.shape[1]):
                one, other = left[:, p], left[:, q]
                cosine, sine = _rotation(2.0 * np.dot(one, other), np.dot(other, other) - np.dot(one, one))
                _rotate(left, p, q, cosine, sine)
                _rotate(right, p, q, cosine, sine)
    sizes = np.array([_sqrt(np.dot(column, column)) for column in left.T], dtype=object)
    return left / sizes, sizes, right


def _svd(A: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    if not compute_uv:
        return _singular_values(A)
    if full_matrices and A.shape[-2] != A.shape[-1]:
        raise not_recorded("np.linalg.svd with full_matrices=True", "full_matrices=False keeps what has a derivative")
    return _thin_svd(A, full_matrices=False)


@with_values_of(np.linalg.svd)
def _thin_svd(A: Any, full_matrices: bool = False) -> Any:
    return _decomposed(A)


@with_values_of(functools.partial(np.linalg.svd, compute_uv=False))
def _singular_values(A: Any) -> Any:
    return _decomposed(A)[1]


def _condition(A: Any, p: Any = None) -> Any:
    if p not in (None, 2, -2):
        return _norm(A, p) * _norm(_inverse(A), p)
    sizes = _singular_values(A)
    return sizes[-1] / sizes[0] if p == -2 else sizes[0] / sizes[-1]


# --- Norms ------------------------------------------------------------------------------------------------------------


def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """Return norms of vectors along an axis, or of a matrix."""
    x = matrix(x)
    if axis is None and (x.ndim == 1 or (ord is None and x.ndim != 2)):
        result = _vector_norm(x.ravel(), ord, 0, False)
        return np.reshape(result, (1,) * x.ndim) if keepdims else result
    if isinstance(axis, int):
        return _vector_norm(x, ord, axis, keepdims)
    rows, columns = (0, 1) if axis is None else axis
    result = _matrix_norm(np.moveaxis(x, (rows, columns), (-2, -1)), ord)
    return np.expand_dims(result, axis or (0, 1)) if keepdims else result


def _vector_norm(x: Any, ord: Any, axis: int, keepdims: bool) -> Any:
    if ord in (math.inf, -math.inf):
        return _over("maximum" if ord > 0 else "minimum")(each("absolute", x), axis=axis, keepdims=keepdims)
    if ord == 0:
        terms = np.frompyfunc(lambda number: 1.0 * (number != 0), 1, 1)(x)
    elif ord is None or ord == 2:
        terms = x * x
    else:
        terms = each("absolute", x) ** ord
    total = np.sum(terms, axis=axis, keepdims=keepdims)
    return total if ord in (0, 1) else each("sqrt", total) if ord is None or ord == 2 else total ** (1 / ord)


def _matrix_norm(x: Any, ord: Any) -> Any:
    if ord in (None, "fro", "f"):
        return each("sqrt", np.sum(x * x, axis=(-2, -1)))
    if ord in (1, -1, math.inf, -math.inf):
        sums = np.sum(each("absolute", x), axis=-2 if abs(ord) == 1 else -1)
        return _over("maximum" if ord > 0 else "minimum")(sums, axis=-1)
    if ord in (2, -2, "nuc") and x.ndim == 2:
        sizes = _singular_values(x)
        return np.sum(sizes) if ord == "nuc" else sizes[0 if ord == 2 else -1]
    raise not_recorded(f"np.linalg.norm with ord={ord!r}", "write it out in arithmetic")


def _over(name: str) -> Callable[..., Any]:
    """Return the reduction of an array by a universal function of two numbers."""
    return functools.partial(ALONG["reduce"], ELEMENTWISE[name])


# NumPy's functions of linear algebra by name.
LINEAR_ALGEBRA: dict[str, Callable[..., Any]] = {
    "solve": _solve, "inv": _inverse, "det": _determinant, "slogdet": _log_determinant, "cholesky": _cholesky,
    "matrix_power": _power, "qr": _qr, "lstsq": _least_squares, "pinv": _pseudo_inverse, "eigh": _eigh,
    "eigvalsh": _eigvalsh, "svd": _svd, "svdvals": _singular_values, "cond": _condition, "norm": _norm,
    "vector_norm": lambda x, /, *, axis=None, keepdims=False, ord=2: _norm(
        np.ravel(matrix(x)) if axis is None else x, ord, 0 if axis is None else axis, keepdims),
    "matrix_norm": lambda x, /, *, keepdims=False, ord="fro": _norm(x, ord, (-2, -1), keepdims),
    "multi_dot": np.linalg.multi_dot, "trace": lambda x, /, *, offset=0: np.trace(x, offset, -2, -1),
    "outer": np.outer, "cross": np.cross, "matmul": np.matmul, "tensordot": np.tensordot,
    "diagonal": lambda x, /, *, offset=0: np.diagonal(x, offset, -2, -1),
    **{name: getattr(np, name) for name in ("vecdot", "matrix_transpose") if hasattr(np, name)},  # of NumPy 2
}  # fmt: skip
