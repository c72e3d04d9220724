"""The operations of the tape, each a `Function`: the rows of the table of operations, powers, and those of arrays.

A row knows its value and its partials; here it learns to save what its partials read, and nothing else.  The
gradients are Variables, so that the walk itself can be recorded.  What broadcasting repeated, the walk adds up.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from diffcompare.language import expression
from diffcompare.language.expression import Operation, lift
from diffcompare.language.operations import FUNCTIONS, OPERATIONS, RELATIONS, ln
from diffcompare.language.wengert import wengert_list
from diffcompare.tape.array_functions import (
    Assign,
    Clone,
    Expand,
    Index,
    concatenate,
    largest,
    matmul,
    mean,
    outer,
    product,
    reshape,
    smallest,
    stack,
    swapaxes,
    total,
    transpose,
    variance,
    where,
)
from diffcompare.tape.matrix_functions import LINEAR_ALGEBRA, dot
from diffcompare.tape.rearrangements import REARRANGED
from diffcompare.tape.tape_errors import TapeError
from diffcompare.tape.variable import Function, Variable, variable_of
from diffcompare.tape.variable_operators import METHODS, MODE, RECORDED, value_of

# --- Rows of the table ------------------------------------------------------------------------------------------------

OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "neg": operator.neg,
             "^n": operator.pow}  # fmt: skip
NAMES = {"+": "Add", "-": "Sub", "*": "Mul", "/": "Div", "neg": "Neg", "^n": "Pow", "ln": "Log"}
ARRAY_FORMS: dict[str, Callable[..., Any]] = {  # of rows that NumPy lacks; the others are called element by element
    "relu": lambda x: np.maximum(x, 0.0),
    "sigmoid": lambda x: np.where(x >= 0, 1.0, np.exp(-np.abs(x))) / (1.0 + np.exp(-np.abs(x))),
    "softplus": lambda x: np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x))),
    "cot": lambda x: 1 / np.tan(x),
    "sec": lambda x: 1 / np.cos(x),
    "csc": lambda x: 1 / np.sin(x),
}


class Elementary(Function):
    """A row of the table, applied number by number."""

    __slots__ = ()
    row: Operation
    evaluate: Callable[..., Any]

    @classmethod
    def apply(cls, *arguments: Any) -> Any:
        """Evaluate the row at once where nothing is to be recorded."""
        if MODE.recording and True in [a.requires_grad for a in arguments if type(a) is Variable]:
            return super().apply(*arguments)
        return variable_of(cls.evaluate(*[a.value if type(a) is Variable else a for a in arguments]))

    @staticmethod
    def forward(ctx: Any, *arguments: Any) -> Any:
        """Evaluate the row; save its result and its arguments as far as the partials read them."""
        result = ctx.evaluate(*[a.value if type(a) is Variable else a for a in arguments])
        result_is_read, are_read = _reads(ctx.row, ctx.needs_input_grad)
        if result_is_read:
            result = variable_of(result)
        if result_is_read or True in are_read:
            ctx.save_for_backward(
                result if result_is_read else None,
                *[each if is_read else None for each, is_read in zip(arguments, are_read, strict=True)],
            )
        return result

    @staticmethod
    def backward(ctx: Any, grad_output: Variable) -> list[Any]:
        """Multiply by the partial of the row for every argument."""
        result, *arguments = ctx.saved_tensors or [None] * (1 + len(ctx.next_functions))
        if result is not None:
            result = variable_of(result.value, (ctx, 0))
        return [
            _times(grad_output, partial, result, arguments, ctx) if is_needed else None
            for is_needed, partial in zip(ctx.needs_input_grad, ctx.row.partials, strict=True)
        ]


def _times(gradient: Variable, partial: Any, result: Any, arguments: Sequence[Any], ctx: Any) -> Any:
    factor = partial(result, *arguments) if callable(partial) else partial
    if factor is None:
        raise TapeError("E651", f"{ctx} has no derivative with respect to one of its arguments", "make it a constant")
    if type(factor) is int and factor in (0, 1, -1):
        return -gradient if factor == -1 else gradient if factor else variable_of(np.zeros_like(gradient.value)[()])
    return gradient * factor


@cache
def _reads(row: Operation, needed: tuple[bool, ...]) -> tuple[bool, tuple[bool, ...]]:
    """Tell whether the needed partials of a row read its result, and each of its arguments."""
    read, symbols = [], list[Any]()
    for kind in (expression.Variable, _Final):
        result, *symbols = [kind(name) for name in ("y", "a", "b", "c", "d")[: row.arity + 1]]
        exponent = [lift(3)] if row.name == "^n" else []  # of an integer power: no variable
        symbols = symbols[: len(symbols) - len(exponent)] + exponent
        used: set[Any] = set()
        for partial, is_needed in zip(row.partials, needed, strict=True):
            if is_needed and callable(partial):
                used.update(wengert_list(lift(partial(result, *symbols))))
        read.append([symbol in used for symbol in (result, *symbols)])
    result_is_read, *are_read = map(max, *read)
    return result_is_read, tuple(are_read)


class _Final(expression.Variable):
    """A symbol for a number that will not be differentiated again."""

    __slots__ = ()
    is_final = True


@cache
def elementary(row: Operation) -> type[Elementary]:
    """Return the Function of a row."""
    name = row.names.get("numpy", "")
    evaluate: Any = OPERATORS.get(row.name) or ARRAY_FORMS.get(row.name) or getattr(np, name, None)
    if evaluate is None:
        by_element = np.vectorize(row.real, otypes=[float])
        evaluate = lambda *arguments: by_element(*arguments)[()]
    title = NAMES.get(row.name, row.name.title())
    return type(title, (Elementary,), {"row": row, "evaluate": staticmethod(evaluate), "__slots__": ()})


class Pow(Function):
    """a ** b, where the exponent may vary."""

    __slots__ = ()

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        """Save base and exponent."""
        ctx.save_for_backward(a, b)
        return value_of(a) ** value_of(b)

    @staticmethod
    def backward(ctx: Any, grad_output: Variable) -> tuple[Any, Any]:
        """Return g*b*a^(b - 1), and g*a^b*ln(a) with its limit 0 at a = 0."""
        a, b = ctx.saved_tensors
        by_base = by_exponent = None
        if ctx.needs_input_grad[0]:
            by_base = grad_output * where(b == 0, 0.0, b * power(a, where(b == 0, 1.0, b - 1)))
        if ctx.needs_input_grad[1]:
            is_zero = value_of(a) == 0
            by_exponent = grad_output * where(is_zero, 0.0, power(a, b) * logarithm(where(is_zero, 1.0, a)))
        return by_base, by_exponent


def power(a: Any, b: Any) -> Any:
    """Return a ** b: an integer power wherever the exponent is an integer constant."""
    if isinstance(b, int | float | np.number) and float(b).is_integer() and abs(float(b)) < 2**53:
        return elementary(OPERATIONS["^n"]).apply(a, int(b))
    return Pow.apply(a, b)


def logarithm(a: Any) -> Any:
    """Return ln(a) of a Variable or of plain numbers."""
    return ln(a) if type(a) is Variable else np.log(a)


# --- What the operators of a Variable find ----------------------------------------------------------------------------


def _choice(relation: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return lambda left, right, yes, no: where(relation(value_of(left), value_of(right)), yes, no)


def clip(a: Any, a_min: Any = None, a_max: Any = None) -> Any:
    """Return an array with its entries moved into an interval, which may be open at one end."""
    above = a if a_min is None else RECORDED[np.maximum](a, a_min)
    return above if a_max is None else RECORDED[np.minimum](above, a_max)


def assign(a: Variable, index: Any, entries: Any) -> Any:
    """Return an array with some entries replaced.

    Raises TapeError for a part `m[i]` of another array: in NumPy that is a view, and m would change with it.
    """
    node = a.grad_fn
    if isinstance(node, Index) and node.saved and _is_basic(node.saved[0]):
        raise TapeError("E653", "a part `row = m[i]` is a copy on the tape, and setting its entries leaves m as it is",
                        "write m[i, j] = ..., or row = m[i].clone() for an array of its own")  # fmt: skip
    return Assign.apply(a, index, entries)


def _is_basic(index: Any) -> bool:
    parts = index if type(index) is tuple else (index,)
    return not any(isinstance(part, list | np.ndarray) for part in parts)


def log_add_exp(a: Any, b: Any) -> Any:
    """Return ln(exp(a) + exp(b)): the larger one, plus a softplus that is smooth where they are equal."""
    is_larger = value_of(a) >= value_of(b)
    return where(is_larger, a, b) + OPERATIONS["softplus"](where(is_larger, b - a, a - b))


def average(a: Any, axis: Any = None, weights: Any = None) -> Any:
    """Return the mean over axes, with weights of the same shape if they are given."""
    return mean(a, axis) if weights is None else total(a * weights, axis) / total(0.0 * a + weights, axis)


def interpolated(x: Any, points: Any, values: Any) -> Any:
    """Return values between points that increase, linear between neighbours and constant outside."""
    places = np.clip(np.searchsorted(value_of(points), value_of(x), side="left"), 1, np.size(value_of(points)) - 1)
    left, right = points[places - 1], points[places]
    share = (x - left) / (right - left)
    return values[places - 1] + (values[places] - values[places - 1]) * clip(share, 0.0, 1.0)


def _changed(variable: Variable, **attributes: Any) -> Variable:
    """Return a Variable after its attributes were changed."""
    for name, value in attributes.items():
        setattr(variable, name, value)
    return variable


def _plain(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of NumPy that has no derivative, as one of the values of Variables."""
    return lambda *inputs, **options: function(*map(value_of, inputs), **options)


METHODS.update({
    **{name: row for name, row in FUNCTIONS.items() if row.arity == 1},
    "sum": total, "mean": mean, "max": largest, "min": smallest, "reshape": reshape, "view": reshape,
    "transpose": transpose, "swapaxes": swapaxes, "dot": dot, "matmul": matmul, "pow": power,
    "mm": matmul, "t": transpose, "clone": Clone.apply, "numpy": np.asarray, "tolist": lambda a: a.value.tolist(),
    "zero_": lambda a: _changed(a, data=0.0 * a.value), "requires_grad_": lambda a: _changed(a, requires_grad=True),
    "flatten": lambda a: reshape(a, -1), "ravel": lambda a: reshape(a, -1),
})  # fmt: skip

RECORDED[Operation] = lambda row: elementary(row).apply
RECORDED.update({OPERATIONS[f"if {sign}"]: _choice(relation) for sign, relation in RELATIONS.items()})
RECORDED.update({
    getattr(np, row.names["numpy"]): elementary(row).apply
    for row in OPERATIONS.values()
    if hasattr(np, row.names.get("numpy", ""))
})  # fmt: skip
RECORDED.update({sign: elementary(OPERATIONS[sign]).apply for sign in ("+", "-", "*", "/", "neg", "abs")})
RECORDED.update({
    "**": power, OPERATIONS["^"]: power, "@": matmul,
    np.power: power, np.float_power: power, np.square: lambda a: power(a, 2),
    np.reciprocal: lambda a: 1 / a, np.add: RECORDED["+"], np.subtract: RECORDED["-"],
    np.multiply: RECORDED["*"], np.true_divide: RECORDED["/"], np.negative: RECORDED["neg"],
    np.positive: lambda a: a, np.matmul: matmul, np.where: where, operator.getitem: Index.apply,
    operator.setitem: assign, np.sum: total, np.mean: mean, np.max: largest, np.min: smallest,
    np.reshape: reshape, np.transpose: transpose, np.swapaxes: swapaxes, np.concatenate: concatenate, np.stack: stack,
    np.ravel: lambda a: reshape(a, -1), np.broadcast_to: Expand.apply, np.outer: outer,
    np.hstack: lambda parts: concatenate(parts, 1 if parts[0].ndim > 1 else 0),
    np.vstack: lambda parts: concatenate([reshape(part, (-1, part.shape[-1])) for part in parts]),
    np.floor_divide: lambda a, b: OPERATIONS["floor"](a / b), np.exp2: lambda a: power(2.0, a),
    np.remainder: lambda a, b: a - b * OPERATIONS["floor"](a / b),
    np.fmax: RECORDED[np.maximum], np.fmin: RECORDED[np.minimum], np.fabs: RECORDED["abs"],
    np.logaddexp: log_add_exp,
    np.deg2rad: lambda a: a * (np.pi / 180), np.rad2deg: lambda a: a * (180 / np.pi),
    np.radians: lambda a: a * (np.pi / 180), np.degrees: lambda a: a * (180 / np.pi),
    np.interp: lambda x, xp, fp: interpolated(x, *[v if type(v) is Variable else np.asarray(v) for v in (xp, fp)]),
    np.ptp: lambda a, axis=None: largest(a, axis) - smallest(a, axis), np.average: average,
    np.amax: largest, np.amin: smallest, np.clip: clip, np.var: variance, np.prod: product,
    np.std: lambda *inputs, **options: RECORDED[np.sqrt](variance(*inputs, **options)),
    np.shape: lambda a: a.shape, np.ndim: lambda a: a.ndim, np.size: lambda a: a.size,
    np.zeros_like: lambda a, **_: np.zeros(a.shape), np.ones_like: lambda a, **_: np.ones(a.shape),
})  # fmt: skip
RECORDED.update(REARRANGED | LINEAR_ALGEBRA)
RECORDED.update({
    function: _plain(function)
    for function in (np.nonzero, np.count_nonzero, np.signbit, np.searchsorted, np.any,
                     np.all, np.argmax, np.argmin, np.argsort, np.allclose, np.isclose, np.array_equal)
})  # fmt: skip
