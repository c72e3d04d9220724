"""Rearranged arrays on the tape: whatever NumPy flips, rolls, repeats, pads, sorts or cuts is a choice of entries.

NumPy itself does it with the numbers of the places, and the entries are taken from there; backward puts each gradient
where its entry came from.  Running sums and stacks are `Function`s of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffcompare.tape.array_functions import Index, concatenate, reshape, swapaxes, where
from diffcompare.tape.tape_errors import TapeError
from diffcompare.tape.variable import Function, Variable
from diffcompare.tape.variable_operators import value_of


class Stack(Function):
    """Numbers or arrays of one shape along a new first axis."""

    __slots__ = ()

    @staticmethod
    def forward(ctx: Any, *parts: Any) -> Any:
        """Put them side by side."""
        return np.stack([value_of(part) for part in parts])

    @staticmethod
    def backward(ctx: Any, grad_output: Variable) -> list[Any]:
        """Give each its own part of the gradient."""
        return [grad_output[place] if is_needed else None for place, is_needed in enumerate(ctx.needs_input_grad)]


class RunningSum(Function):
    """The sums of all entries up to each one, along an axis; or from each one on."""

    __slots__ = ()

    @staticmethod
    def forward(ctx: Any, a: Variable, axis: int, backwards: bool) -> Any:
        """Save the axis and the sense."""
        ctx.save_for_backward(axis, backwards)
        if backwards:
            return np.flip(np.cumsum(np.flip(a.value, axis), axis), axis)
        return np.cumsum(a.value, axis)

    @staticmethod
    def backward(ctx: Any, grad_output: Variable) -> tuple[Any, None, None]:
        """Add up in the other sense."""
        axis, backwards = ctx.saved_tensors
        return RunningSum.apply(grad_output, axis, not backwards), None, None


def stack_all(parts: Sequence[Any]) -> Any:
    """Join Variables, numbers and nested lists of them along a new first axis, as np.array does."""
    inner = [stack_all(part) if isinstance(part, list | tuple) else part for part in parts]
    return Stack.apply(*inner) if any(type(part) is Variable for part in inner) else np.stack(inner)


def running_sum(a: Any, axis: int | None = None, dtype: Any = None, out: None = None) -> Any:
    """Return the sums up to each entry, along an axis, or of all in row order."""
    return RunningSum.apply(reshape(a, -1) if axis is None else a, 0 if axis is None else axis, False)


def running_product(a: Any, axis: int | None = None, dtype: Any = None, out: None = None) -> Any:
    """Return the products up to each entry, along an axis, or of all in row order."""
    factors = reshape(a, -1) if axis is None else swapaxes(a, 0, axis)
    products = [factors[0]]
    for place in range(1, len(factors)):
        products.append(products[-1] * factors[place])
    result = Stack.apply(*products)
    return result if axis is None else swapaxes(result, 0, axis)


def chosen(a: Any, places: Any) -> Any:
    """Return the entries at places that count in row order."""
    return Index.apply(reshape(a, -1), places)


def rearranged(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of NumPy's that moves entries and computes nothing, for Variables."""

    def rearrange(a: Any, *arguments: Any, **options: Any) -> Any:
        places = function(np.arange(a.size).reshape(a.shape), *arguments, **options)
        if isinstance(places, list | tuple):
            return [chosen(a, part) for part in places]
        return chosen(a, places)

    return rearrange


def _kept(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return np.tril or np.triu for Variables."""
    return lambda a, k=0: where(function(np.ones(a.shape, dtype=bool), k), a, 0.0)


def diagonal_matrix(a: Any, k: int = 0) -> Any:
    """Return the matrix with a vector on a diagonal, or a diagonal of a matrix."""
    if a.ndim != 1:
        return rearranged(np.diagonal)(a, k)
    places = np.diag(np.arange(1, a.size + 1), k)
    return where(places > 0, chosen(a, np.maximum(places - 1, 0)), 0.0)


def padded(a: Any, pad_width: Any, mode: Any = "constant", **options: Any) -> Any:
    """Return an array with a margin, of constants or of its own entries."""
    if mode not in ("constant", "edge", "reflect", "symmetric", "wrap"):
        raise TapeError("E654", f"np.pad with mode={mode!r} is not recorded", "pad with constants, and fill the margin")
    inside = np.arange(a.size).reshape(a.shape)
    if mode != "constant":
        return chosen(a, np.pad(inside, pad_width, mode, **options))
    margin = np.pad(np.zeros(a.shape), pad_width, mode, **options)
    places = np.pad(inside + 1, pad_width)
    return where(places > 0, chosen(a, np.maximum(places - 1, 0)), margin)


def in_order(a: Any, axis: int | None = -1, kind: Any = None) -> Any:
    """Return the entries sorted along an axis; the order is that of the values as they are."""
    if axis is None:
        a, axis = reshape(a, -1), 0
    order = np.argsort(a.value, axis=axis, kind="stable")
    places = np.take_along_axis(np.arange(a.size).reshape(a.shape), order, axis)
    return chosen(a, places)


def taken(a: Any, indices: Any, axis: int | None = None, out: None = None, mode: str = "raise") -> Any:
    """Return entries or slices by their numbers."""
    return rearranged(np.take)(a, np.asarray(indices), axis=axis, mode=mode)


def differences(a: Any, n: int = 1, axis: int = -1) -> Any:
    """Return differences of neighbours along an axis, n times."""
    before = (slice(None),) * (axis % a.ndim)
    for _ in range(n):
        a = a[(*before, slice(1, None))] - a[(*before, slice(None, -1))]
    return a


def appended(a: Any, values: Any, axis: int | None = None) -> Any:
    """Return an array with others at its end."""
    parts = [part if type(part) is Variable else np.asarray(part) for part in (a, values)]
    return concatenate([reshape(part, -1) for part in parts] if axis is None else parts, axis or 0)


def columns(parts: Sequence[Any]) -> Any:
    """Join vectors as columns of a matrix."""
    return concatenate([reshape(part, (-1, 1)) if np.ndim(value_of(part)) < 2 else part for part in parts], 1)


def entry_views(shape: Sequence[int], function: Callable[..., Any], *arguments: Any, axis: int = 0) -> list[Any]:
    """Return the indices of the parts that np.split and its like cut an array into."""
    parts = function(np.arange(shape[axis]), *arguments)
    before = (slice(None),) * (axis % len(shape))
    starts = np.cumsum([0, *map(len, parts)]).tolist()
    return [(*before, slice(start, start + len(part))) for start, part in zip(starts[:-1], parts, strict=True)]


REARRANGED: dict[Any, Callable[..., Any]] = {
    **{
        function: rearranged(function)
        for function in (np.flip, np.flipud, np.fliplr, np.rot90, np.roll, np.repeat, np.tile, np.moveaxis,
                         np.rollaxis, np.diagonal, np.squeeze, np.expand_dims, np.atleast_1d, np.atleast_2d,
                         np.atleast_3d, np.resize, np.delete, np.split, np.array_split, np.hsplit, np.vsplit,
                         np.compress, np.extract)
    },
    np.tril: _kept(np.tril), np.triu: _kept(np.triu), np.diag: diagonal_matrix, np.pad: padded, np.sort: in_order,
    np.take: taken, np.diff: differences, np.append: appended, np.column_stack: columns, np.cumsum: running_sum,
    np.cumprod: running_product, np.array: stack_all,
}  # fmt: skip
del REARRANGED[np.compress], REARRANGED[np.extract]  # their array comes second
