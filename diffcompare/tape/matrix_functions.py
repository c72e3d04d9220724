"""Linear algebra on the tape: sums of products over named axes, systems of equations, determinants, and norms."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffcompare.language.operations import abs_, sqrt
from diffcompare.tape.array_functions import Expand, largest, matmul, reshape, smallest, swapaxes, total
from diffcompare.tape.rearrangements import rearranged
from diffcompare.tape.tape_errors import TapeError
from diffcompare.tape.variable import Function, Variable, variable_of
from diffcompare.tape.variable_operators import value_of

# --- Sums of products -------------------------------------------------------------------------------------------------


class Einsum(Function):
    """The sum of products of entries, over the axes that the result does not name."""

    __slots__ = ()

    @staticmethod
    def forward(ctx: Any, terms: Sequence[str], result: str, *operands: Any) -> Any:
        """Save the names of the axes, and the operands."""
        ctx.save_for_backward(terms, result, *operands)
        return np.einsum(f"{','.join(terms)}->{result}", *map(value_of, operands), optimize=len(operands) > 2)[()]

    @staticmethod
    def backward(ctx: Any, grad_output: Variable) -> list[Any]:
        """Multiply the gradient with all other operands, and sum over what each operand does not name."""
        terms, result, *operands = ctx.saved_tensors
        shares: list[Any] = [None, None]
        for place, (term, is_needed) in enumerate(zip(terms, ctx.needs_input_grad[2:], strict=True)):
            if not is_needed:
                shares.append(None)
                continue
            others = [operand for k, operand in enumerate(operands) if k != place]
            names = [result, *[other for k, other in enumerate(terms) if k != place]]
            reached = "".join(name for name in term if any(name in other for other in names))
            share = Einsum.apply(names, reached, grad_output, *others)
            if reached != term:  # an axis that was summed over alone
                sizes = dict(zip(term, operands[place].shape, strict=True))
                share = reshape(share, [sizes[name] if name in reached else 1 for name in term])
                share = Expand.apply(share, operands[place].shape)
            shares.append(share)
        return shares


def einsum(subscripts: Any, *operands: Any, **options: Any) -> Any:
    """Return the sum of products that NumPy's notation names: `ij,jk->ik`."""
    if not isinstance(subscripts, str) or "..." in subscripts:
        raise TapeError("E654", "np.einsum is recorded for axes named by letters", "write np.einsum('ij,jk->ik', a, b)")
    text = subscripts.replace(" ", "")
    inputs, arrow, result = text.partition("->")
    terms = inputs.split(",")
    if not arrow:
        result = "".join(sorted(name for name in set(inputs) - {","} if inputs.count(name) == 1))
    plain = []
    for place, (term, operand) in enumerate(zip(terms, operands, strict=True)):
        if len(set(term)) < len(term):  # a diagonal
            if len(term) != 2:
                raise TapeError("E654", f"np.einsum with `{term}` is not recorded", "take np.diagonal first")
            operand, terms[place] = rearranged(np.diagonal)(_variable(operand)), term[0]
        plain.append(operand)
    return Einsum.apply(terms, result, *plain)


def _variable(operand: Any) -> Any:
    return operand if type(operand) is Variable else Variable(operand)


def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """Return the sum of products over the last axes of one array and the first of another, or over named axes."""
    of_a, of_b = np.ndim(value_of(a)), np.ndim(value_of(b))
    if isinstance(axes, int):
        left, right = list(range(of_a - axes, of_a)), list(range(axes))
    else:
        left, right = ([axis] if isinstance(axis, int) else list(axis) for axis in axes)
    names = [chr(97 + k) for k in range(of_a + of_b)]
    first, second = names[:of_a], names[of_a:]
    for one, other in zip(left, right, strict=True):
        second[other] = first[one]
    kept = [n for k, n in enumerate(first) if k not in {axis % of_a for axis in left}]
    kept += [n for k, n in enumerate(second) if k not in {axis % of_b for axis in right}]
    return Einsum.apply(["".join(first), "".join(second)], "".join(kept), a, b)


def inner(a: Any, b: Any) -> Any:
    """Return the sum of products over the last axes."""
    if not (np.ndim(value_of(a)) and np.ndim(value_of(b))):
        return a * b
    return tensordot(a, b, ([-1], [-1]))


def dot(a: Any, b: Any, out: None = None) -> Any:
    """Return the product of numbers, or sums of products over the last axis of `a` and the last but one of `b`."""
    a_axes, b_axes = np.ndim(value_of(a)), np.ndim(value_of(b))
    if not (a_axes and b_axes):
        return a * b
    return matmul(a, b) if max(a_axes, b_axes) <= 2 else tensordot(a, b, ([-1], [-2 if b_axes > 1 else -1]))


def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """Return the sum of a diagonal."""
    return total(rearranged(np.diagonal)(a, offset, axis1, axis2), -1)


# --- Systems of equations ---------------------------------------------------------------------------------------------


class Solve(Function):
    """The solution x of A x = b, for a matrix or a stack of them; b has a column for every solution."""

    __slots__ = ()

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        """Save the matrix and the solution."""
        solution = Variable(np.linalg.solve(value_of(a), value_of(b)))
        ctx.save_for_backward(a, solution)
        return solution

    @staticmethod
    def backward(ctx: Any, grad_output: Variable) -> tuple[Any, Any]:
        """Solve with the transposed matrix: A' s = g; the gradients are -s x' and s."""
        a, solution = ctx.saved_tensors
        solution = variable_of(solution.value, (ctx, 0))  # with its history, which second derivatives need
        share = Solve.apply(swapaxes(a, -1, -2), grad_output)
        return -matmul(share, swapaxes(solution, -1, -2)), share


def solve(a: Any, b: Any) -> Any:
    """Return the solution of linear equations."""
    if np.ndim(value_of(b)) == 1:
        return reshape(Solve.apply(a, reshape(b, (-1, 1))), -1)
    return Solve.apply(a, b)


def inverse(a: Any) -> Any:
    """Return the inverse of a matrix."""
    return Solve.apply(a, np.broadcast_to(np.eye(a.shape[-1]), a.shape))


class LogDeterminant(Function):
    """The logarithm of the size of a determinant."""

    __slots__ = ()

    @staticmethod
    def forward(ctx: Any, a: Variable) -> Any:
        """Save the matrix."""
        ctx.save_for_backward(a)
        return np.linalg.slogdet(a.value)[1]

    @staticmethod
    def backward(ctx: Any, grad_output: Variable) -> Any:
        """Return g times the transposed inverse."""
        (a,) = ctx.saved_tensors
        return reshape(grad_output, (*grad_output.shape, 1, 1)) * swapaxes(inverse(a), -1, -2)


def sign_and_log_of_determinant(a: Any) -> tuple[Any, Any]:
    """Return the sign of a determinant, and the logarithm of its size."""
    return np.linalg.slogdet(a.value)[0], LogDeterminant.apply(a)


class Determinant(Function):
    """The determinant."""

    __slots__ = ()

    @staticmethod
    def forward(ctx: Any, a: Variable) -> Any:
        """Save the matrix."""
        ctx.save_for_backward(a)
        return np.linalg.det(a.value)

    @staticmethod
    def backward(ctx: Any, grad_output: Variable) -> Any:
        """Return g times the determinant times the transposed inverse."""
        (a,) = ctx.saved_tensors
        factor = grad_output * Determinant.apply(a)
        return reshape(factor, (*factor.shape, 1, 1)) * swapaxes(inverse(a), -1, -2)


# --- Norms ------------------------------------------------------------------------------------------------------------


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """Return norms of vectors, and those norms of matrices that need no singular values."""
    if isinstance(axis, tuple) or (axis is None and x.ndim > 1 and ord is not None):
        if ord in (None, "fro"):
            return sqrt(total(x * x, axis, keepdims=keepdims))
        if ord in (1, -1, math.inf, -math.inf) and x.ndim == 2 and axis is None and not keepdims:
            sums = total(abs_(x), 0 if abs(ord) == 1 else 1)
            return largest(sums) if ord > 0 else smallest(sums)
        raise TapeError("E654", f"np.linalg.norm with ord={ord!r} of matrices is not recorded", "write it out")
    if ord in (math.inf, -math.inf):
        return (largest if ord > 0 else smallest)(abs_(x), axis, keepdims=keepdims)
    if ord in (None, 2):
        return sqrt(total(x * x, axis, keepdims=keepdims))
    if ord == 1:
        return total(abs_(x), axis, keepdims=keepdims)
    if ord == 0 or isinstance(ord, str):
        raise TapeError("E654", f"np.linalg.norm with ord={ord!r} is not recorded", "write it out")
    return total(abs_(x) ** ord, axis, keepdims=keepdims) ** (1 / ord)


LINEAR_ALGEBRA: dict[Any, Callable[..., Any]] = {
    np.einsum: einsum, np.tensordot: tensordot, np.inner: inner, np.dot: dot, np.trace: trace, np.linalg.norm: norm,
    np.vdot: lambda a, b: dot(reshape(a, -1), reshape(b, -1)), np.linalg.solve: solve, np.linalg.inv: inverse,
    np.linalg.det: Determinant.apply, np.linalg.slogdet: sign_and_log_of_determinant,
}  # fmt: skip
