"""Arrays on the tape, each operation a `Function`: shapes, sums, slices, choices and the matrix product.

The classes do the work; the functions below them take arguments as NumPy's functions of the same purpose do.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import mul
from typing import Any

import numpy as np

from diffcompare.tape.variable import Entries, Function, Variable, variable_of
from diffcompare.tape.variable_operators import MODE, value_of

# --- Shapes and sums --------------------------------------------------------------------------------------------------


class Clone(Function):
    """A second Variable with the value of a first."""

    __slots__ = ()

    @staticmethod
    def forward(ctx: Any, a: Variable) -> Any:
        """Copy the value."""
        return np.array(a.value)[()]

    @staticmethod
    def backward(ctx: Any, grad_output: Variable) -> Variable:
        """Pass the gradient on."""
        return grad_output


class Reshape(Function):
    """An array in another shape."""

    __slots__ = ()

    @staticmethod
    def forward(ctx: Any, a: Variable, shape: Any) -> Any:
        """Save the shape of before."""
        ctx.save_for_backward(a.shape)
        return np.reshape(a.value, shape)[()]

    @staticmethod
    def backward(ctx: Any, grad_output: Variable) -> tuple[Any, None]:
        """Give the gradient the shape of before."""
        return Reshape.apply(grad_output, ctx.saved_tensors[0]), None


class Transpose(Function):
    """The axes in another order."""

    __slots__ = ()

    @staticmethod
    def forward(ctx: Any, a: Variable, axes: Sequence[int]) -> Any:
        """Save the order."""
        ctx.save_for_backward(axes)
        return np.transpose(a.value, axes)

    @staticmethod
    def backward(ctx: Any, grad_output: Variable) -> tuple[Any, None]:
        """Put the axes back."""
        return Transpose.apply(grad_output, tuple(np.argsort(ctx.saved_tensors[0]))), None


class Expand(Function):
    """An array repeated along axes; the walk adds the gradients up."""

    __slots__ = ()

    @staticmethod
    def forward(ctx: Any, a: Variable, shape: Any) -> Any:
        """Repeat without a copy."""
        return np.broadcast_to(a.value, shape)

    @staticmethod
    def backward(ctx: Any, grad_output: Variable) -> tuple[Any, None]:
        """Pass the gradient on."""
        return grad_output, None


class Sum(Function):
    """The sum over axes, which stay with length 1."""

    __slots__ = ()

    @staticmethod
    def forward(ctx: Any, a: Variable, axes: Any) -> Any:
        """Save the shape."""
        ctx.save_for_backward(a.shape)
        return np.sum(a.value, axis=axes, keepdims=True)

    @staticmethod
    def backward(ctx: Any, grad_output: Variable) -> tuple[Any, None]:
        """Repeat the gradient for every term."""
        return Expand.apply(grad_output, ctx.saved_tensors[0]), None


class Max(Function):
    """The largest along axes, which stay with length 1; equal ones share the gradient."""

    __slots__ = ()

    @staticmethod
    def forward(ctx: Any, a: Variable, axes: Any) -> Any:
        """Save where the largest stand, and among how many."""
        largest = np.max(a.value, axis=axes, keepdims=True)
        is_largest = a.value == largest
        ctx.save_for_backward(is_largest / np.sum(is_largest, axis=axes, keepdims=True))
        return largest

    @staticmethod
    def backward(ctx: Any, grad_output: Variable) -> tuple[Any, None]:
        """Give the gradient to the largest."""
        return grad_output * ctx.saved_tensors[0], None


class Concatenate(Function):
    """Arrays end to end along an axis."""

    __slots__ = ()

    @staticmethod
    def forward(ctx: Any, axis: int, *parts: Any) -> Any:
        """Save where each part ends."""
        values = [value_of(part) for part in parts]
        ctx.save_for_backward(axis, np.cumsum([0, *[value.shape[axis] for value in values]]).tolist())
        return np.concatenate(values, axis)

    @staticmethod
    def backward(ctx: Any, grad_output: Variable) -> list[Any]:
        """Cut the gradient at the same places."""
        axis, ends = ctx.saved_tensors
        before = (slice(None),) * (axis % grad_output.ndim)
        return [None, *[
            grad_output[(*before, slice(start, end))] if is_needed else None
            for start, end, is_needed in zip(ends[:-1], ends[1:], ctx.needs_input_grad[1:], strict=True)
        ]]  # fmt: skip


# --- Choice and products ----------------------------------------------------------------------------------------------


class Index(Function):
    """Entries of an array."""

    __slots__ = ()

    @staticmethod
    def forward(ctx: Any, a: Variable, index: Any) -> Any:
        """Save the index."""
        ctx.save_for_backward(index, a.shape)
        return np.array(a.value[index])[()]

    @staticmethod
    def backward(ctx: Any, grad_output: Variable) -> tuple[Any, None]:
        """Put the gradient where the entries came from."""
        index, shape = ctx.saved_tensors
        if not MODE.recording:
            return Entries(index, grad_output.value), None
        return Scatter.apply(grad_output, index, shape), None


class Scatter(Function):
    """An array of zeros with the given entries; those that go to one place are added."""

    __slots__ = ()

    @staticmethod
    def forward(ctx: Any, entries: Variable, index: Any, shape: Any) -> Any:
        """Save the index."""
        ctx.save_for_backward(index)
        array = np.zeros(shape)
        if all(isinstance(part, int | slice) for part in (index if type(index) is tuple else (index,))):
            array[index] = entries.value  # no entry twice, and quicker
        else:
            np.add.at(array, index, entries.value)
        return array

    @staticmethod
    def backward(ctx: Any, grad_output: Variable) -> tuple[Any, None, None]:
        """Take the gradient of the entries."""
        return grad_output[ctx.saved_tensors[0]], None, None


class Assign(Function):
    """A copy of an array in which some entries are replaced."""

    __slots__ = ()

    @staticmethod
    def forward(ctx: Any, a: Variable, index: Any, entries: Any) -> Any:
        """Save the index."""
        array = np.array(a.value)
        array[index] = value_of(entries)
        ctx.save_for_backward(index, array[index].shape)
        return array

    @staticmethod
    def backward(ctx: Any, grad_output: Variable) -> tuple[Any, None, Any]:
        """Give the gradient of the replaced entries to those that came in."""
        index, shape = ctx.saved_tensors
        of_entries = grad_output[index].reshape(shape) if ctx.needs_input_grad[2] else None
        return Assign.apply(grad_output, index, 0.0), None, of_entries


class Where(Function):
    """Entries of one array or another."""

    __slots__ = ()

    @staticmethod
    def forward(ctx: Any, condition: Any, yes: Any, no: Any) -> Any:
        """Save the condition."""
        ctx.save_for_backward(condition)
        return np.where(condition, value_of(yes), value_of(no))[()]

    @staticmethod
    def backward(ctx: Any, grad_output: Variable) -> tuple[None, Any, Any]:
        """Give the gradient to the one taken."""
        (condition,) = ctx.saved_tensors
        return None, where(condition, grad_output, 0.0), where(condition, 0.0, grad_output)


class MatMul(Function):
    """The matrix product of two arrays."""

    __slots__ = ()

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        """Save both."""
        ctx.save_for_backward(a, b)
        return value_of(a) @ value_of(b)

    @staticmethod
    def backward(ctx: Any, grad_output: Variable) -> tuple[Any, Any]:
        """Return g @ b', and a' @ g, with a vector as a matrix of one row or one column."""
        a, b = ctx.saved_tensors
        row = reshape(a, (1, -1)) if a.ndim == 1 else a
        column = reshape(b, (-1, 1)) if b.ndim == 1 else b
        gradient = grad_output
        if a.ndim == 1 or b.ndim == 1:
            broadcast = np.broadcast_shapes(row.shape[:-2], column.shape[:-2])
            gradient = reshape(gradient, (*broadcast, row.shape[-2], column.shape[-1]))
        by_a = matmul(gradient, swapaxes(column, -1, -2)) if ctx.needs_input_grad[0] else None
        by_b = matmul(swapaxes(row, -1, -2), gradient) if ctx.needs_input_grad[1] else None
        return by_a, reshape(by_b, by_b.shape[:-1]) if by_b is not None and b.ndim == 1 else by_b


# --- As in NumPy ------------------------------------------------------------------------------------------------------


def total(a: Any, axis: Any = None, dtype: Any = None, out: None = None, keepdims: bool = False) -> Any:
    """Return the sum over axes."""
    return _along(Sum, a, axis, keepdims)


def mean(a: Any, axis: Any = None, dtype: Any = None, out: None = None, keepdims: bool = False) -> Any:
    """Return the mean over axes."""
    result = total(a, axis, keepdims=keepdims)
    return result / (a.size / max(result.size, 1))


def variance(
    a: Any, axis: Any = None, dtype: Any = None, out: None = None, ddof: int = 0, keepdims: bool = False
) -> Any:
    """Return the mean square distance from the mean, over the number of entries less `ddof`."""
    centre = mean(a, axis, keepdims=True)
    away = a - centre
    return total(away * away, axis, keepdims=keepdims) / (a.size / max(centre.size, 1) - ddof)


def product(a: Any, axis: int | None = None, dtype: Any = None, out: None = None, keepdims: bool = False) -> Any:
    """Return the product along an axis, factor by factor, so that factors of 0 need no care."""
    factors = reshape(a, -1) if axis is None else swapaxes(a, 0, axis)
    result = reduce(mul, factors, np.ones(factors.shape[1:])[()])
    if axis is None:
        return reshape(result, (1,) * a.ndim) if keepdims else result
    whole = swapaxes(reshape(result, (1, *result.shape)), 0, axis)
    return whole if keepdims else reshape(whole, tuple(np.delete(a.shape, axis).tolist()))


def largest(a: Any, axis: Any = None, out: None = None, keepdims: bool = False) -> Any:
    """Return the largest entry along axes."""
    return _along(Max, a, axis, keepdims)


def smallest(a: Any, axis: Any = None, out: None = None, keepdims: bool = False) -> Any:
    """Return the smallest entry along axes."""
    return -largest(-a, axis, keepdims=keepdims)


def _along(function: type[Function], a: Any, axis: Any, keepdims: bool) -> Any:
    result = function.apply(a, axis)
    if keepdims or not a.ndim:
        return result
    axes = range(a.ndim) if axis is None else [i % a.ndim for i in (axis if isinstance(axis, tuple) else (axis,))]
    return Reshape.apply(result, tuple([n for i, n in enumerate(a.shape) if i not in axes]))


def matmul(a: Any, b: Any) -> Any:
    """Return the matrix product."""
    return MatMul.apply(a, b) if MODE.recording else variable_of(value_of(a) @ value_of(b))


def reshape(a: Any, *shape: Any) -> Any:
    """Return the same numbers in another shape."""
    if type(a) is not Variable:
        return np.reshape(a, *shape)
    return Reshape.apply(a, shape[0] if len(shape) == 1 else shape)


def transpose(a: Any, *axes: Any) -> Any:
    """Return the array with its axes in another order, by default reversed."""
    order = axes[0] if len(axes) == 1 else axes
    return Transpose.apply(a, tuple(range(a.ndim))[::-1] if not order else tuple(i % a.ndim for i in order))


def swapaxes(a: Any, one: int, other: int) -> Any:
    """Return the array with two axes exchanged."""
    if type(a) is not Variable:
        return np.swapaxes(a, one, other)
    axes = list(range(a.ndim))
    axes[one], axes[other] = axes[other], axes[one]
    return Transpose.apply(a, tuple(axes))


def concatenate(parts: Sequence[Any], axis: int | None = 0) -> Any:
    """Join arrays along an axis."""
    if axis is None:
        parts, axis = [part.reshape(-1) for part in parts], 0
    return Concatenate.apply(axis, *map(_array, parts))


def stack(parts: Sequence[Any], axis: int = 0) -> Any:
    """Join numbers or arrays along a new axis."""
    parts = [_array(part) for part in parts]
    place = axis % (parts[0].ndim + 1)
    return concatenate([part.reshape((*part.shape[:place], 1, *part.shape[place:])) for part in parts], place)


def _array(part: Any) -> Any:
    return part if type(part) is Variable else np.asarray(part)


def where(condition: Any, yes: Any, no: Any) -> Any:
    """Return entries of `yes` where the condition holds, and of `no` elsewhere."""
    if Variable in (type(yes), type(no)):
        return Where.apply(value_of(condition), yes, no)
    return np.where(value_of(condition), yes, no)[()]


def outer(a: Any, b: Any) -> Any:
    """Return the product of every entry of one array with every entry of another."""
    return reshape(a, (-1, 1)) * reshape(b, (1, -1))
