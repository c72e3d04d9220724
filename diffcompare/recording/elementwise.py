"""Universal functions of NumPy over objects: each is applied number by number, and records a row of the table."""

from __future__ import annotations

import functools
import math
import operator
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffcompare.diagnostics import DiffcompareError
from diffcompare.language.operations import OPERATIONS
from diffcompare.recording.math_functions import FUNCTIONS
from diffcompare.recording.recorded_number import RecordedNumber, plain, record_operation
from diffcompare.recording.source_lines import error_at, place_here
from diffcompare.recording.valueless import ANY_NUMBER, has_no_value


def not_recorded(what: str, help: str) -> DiffcompareError:
    """Return the error for a function of NumPy's that takes plain doubles only."""
    message = f"`{what}` cannot be recorded: it computes with plain doubles in C"
    return error_at(place_here(), "E584", "bad_value", message, help, "leaves the tape here")


def object_array(value: Any) -> Any:
    """Return an argument of a function as NumPy's own array of objects; a plain number as it is."""
    if type(value) is RecordedNumber:
        array = np.empty((), dtype=object)
        array[()] = value
        return array
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, list | tuple):
        value = [object_array(item) if isinstance(item, np.ndarray) else item for item in value]
        return np.array(value, dtype=object)
    return value.view(np.ndarray).astype(object, copy=False) if isinstance(value, np.ndarray) else value


def plain_array(value: Any) -> Any:
    """Return the doubles that the numbers of an array have."""
    array = np.asarray(object_array(value), dtype=object)
    return np.array([float(plain(number)) for number in array.ravel().tolist()]).reshape(array.shape)


# --- Functions of one number, and of two ------------------------------------------------------------------------------


def _row(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of numbers that records a row, or evaluates NumPy's function."""
    row = OPERATIONS[name]

    def compute(*values: Any) -> Any:
        if any(type(value) is RecordedNumber for value in values):
            return row(*values)
        return ANY_NUMBER if has_no_value(values) else float(function(*values))

    def number(*arguments: Any) -> Any:
        if any(type(argument) is RecordedNumber for argument in arguments):
            return record_operation(row, compute, arguments, sys._getframe(1))
        return float(function(*arguments))

    return number


def _sign(x: Any) -> Any:
    return float(np.sign(x)) if type(x) is not RecordedNumber else OPERATIONS["sign"](x)


def _logaddexp(a: Any, b: Any) -> Any:
    larger, smaller = (a, b) if plain(a) >= plain(b) else (b, a)
    return larger + OPERATIONS["softplus"](smaller - larger)  # smooth where they are equal


# NumPy's universal functions by name, each with its function of numbers.
ELEMENTWISE: dict[str, Callable[..., Any]] = {
    **{
        row.names["numpy"]: _row(name, getattr(np, row.names["numpy"]))
        for name, row in OPERATIONS.items()
        if hasattr(np, row.names.get("numpy", "")) and name not in ("floor", "ceil")
    },
    "absolute": _row("abs", np.absolute), "fabs": _row("abs", np.fabs), "sign": _sign, "square": lambda x: x * x,
    "fmax": _row("max", np.fmax), "fmin": _row("min", np.fmin), "reciprocal": lambda x: 1.0 / x,
    "positive": lambda x: x, "exp2": FUNCTIONS["exp2"], "deg2rad": FUNCTIONS["radians"],
    "rad2deg": FUNCTIONS["degrees"], "radians": FUNCTIONS["radians"], "degrees": FUNCTIONS["degrees"],
    "copysign": FUNCTIONS["copysign"], "fmod": FUNCTIONS["fmod"], "float_power": operator.pow, "power": operator.pow,
    "floor": _row("floor", np.floor), "ceil": _row("ceil", np.ceil), "trunc": FUNCTIONS["trunc"],
    "rint": lambda x: 1.0 * round(x), "logaddexp": _logaddexp,
    "logaddexp2": lambda a, b: _logaddexp(a * math.log(2), b * math.log(2)) / math.log(2),
    "heaviside": lambda x, half: half if x == 0 else 1.0 * (x > 0), "divmod": divmod, "modf": FUNCTIONS["modf"],
    "frexp": FUNCTIONS["frexp"], "ldexp": FUNCTIONS["ldexp"],
    "remainder": operator.mod, "isnan": FUNCTIONS["isnan"], "isinf": FUNCTIONS["isinf"],
    "isfinite": FUNCTIONS["isfinite"], "signbit": lambda x: math.copysign(1.0, plain(x)) < 0,
}  # fmt: skip

# The universal functions of scipy.special that are rows of the table, by their names there.
_OF_SCIPY = {"erf": "erf", "erfc": "erfc", "gamma": "gamma", "gammaln": "lgamma", "psi": "digamma", "expit": "sigmoid"}

# The functions that NumPy applies to objects by Python's own operators.
_NATIVE = frozenset(
    ("add", "subtract", "multiply", "divide", "true_divide", "negative", "floor_divide", "matmul", "vecdot", "matvec",
     "vecmat", "less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "logical_and", "logical_or",
     "logical_not", "logical_xor", "conjugate")
)  # fmt: skip


def each(name: str, *inputs: Any) -> Any:
    """Return a universal function, given by its name, of arrays and numbers."""
    return elementwise(getattr(np, name), [object_array(value) for value in inputs])


def elementwise(ufunc: Any, inputs: Sequence[Any]) -> Any:
    """Return a universal function of arrays of objects; of a function with two results, a tuple.

    Raises DiffcompareError for a function that is not in the table.
    """
    name = ufunc.__name__
    if name in _NATIVE:
        return _scalar(ufunc(*inputs))
    function = ELEMENTWISE.get(name)
    if function is None and set("".join(ufunc.types)) <= set("O->"):  # of np.vectorize: a Python function
        return ufunc(*inputs)
    if function is None and name in _OF_SCIPY:
        function = _row(_OF_SCIPY[name], ufunc)
    if function is None:
        raise not_recorded(f"np.{name}" if getattr(np, name, None) is ufunc else name, "write it out in arithmetic")
    arrays = np.broadcast_arrays(*[np.asarray(value, dtype=object) for value in inputs])
    values = [function(*numbers) for numbers in zip(*[array.ravel().tolist() for array in arrays], strict=True)]
    if ufunc.nout > 1:
        return tuple([_shaped(list(column), arrays[0].shape) for column in zip(*values, strict=True)])
    return _shaped(values, arrays[0].shape)


def _shaped(values: list[Any], shape: tuple[int, ...]) -> Any:
    """Return values in row order as an array of a shape, one of truth values where all are; () is for a number."""
    if not shape:
        return values[0]
    kind: Any = bool if values and all(type(value) is bool for value in values) else object
    result = np.empty(len(values), dtype=kind)
    result[:] = values
    return result.reshape(shape)


def _scalar(result: Any) -> Any:
    """Return comparisons of objects as truth values."""
    if not isinstance(result, np.ndarray) or result.dtype != object or not result.size:
        return result
    truths = all(isinstance(value, bool | np.bool_) for value in result.ravel().tolist())
    return result.astype(bool) if truths else result


def chosen(ufunc: Any, inputs: Sequence[Any], mask: Any, out: Any) -> Any:
    """Return a universal function where a mask is true, and what stands in `out` elsewhere."""
    if out is None:
        raise not_recorded(f"np.{ufunc.__name__} with where= and without out=", "choose with np.where(...)")
    *arrays, mask, result = np.broadcast_arrays(*inputs, mask, object_array(out))
    result = result.copy()
    result[mask] = elementwise(ufunc, [array[mask] for array in arrays])
    return result


# --- Along an axis ----------------------------------------------------------------------------------------------------


def _reduced(pick: Any, array: Any, axis: Any = 0, keepdims: bool = False, initial: Any = None, **_: Any) -> Any:
    """Return maxima, minima and their like along an axis (None: of all numbers), two numbers at a time."""
    array = np.asarray(array, dtype=object)
    first = [] if initial in (None, np._NoValue) else [initial]
    if axis is None:
        result = functools.reduce(pick, array.ravel().tolist() + first)
        return np.array(result, dtype=object).reshape((1,) * array.ndim) if keepdims else result
    axes = axis if isinstance(axis, tuple) else (axis,)
    moved = np.moveaxis(array, axes, range(len(axes)))
    moved = moved.reshape(-1, *moved.shape[len(axes) :])
    result = np.empty(moved.shape[1:], dtype=object)
    for index in np.ndindex(moved.shape[1:]):
        result[index] = functools.reduce(pick, [moved[(place, *index)] for place in range(len(moved))] + first)
    return np.expand_dims(result, axis) if keepdims else result


def _accumulated(pick: Any, array: Any, axis: int = 0, **_: Any) -> Any:
    """Return running maxima, minima and their like along an axis."""
    moved = np.moveaxis(np.array(array, dtype=object), axis, 0)
    for place in range(1, len(moved)):
        for index in np.ndindex(moved.shape[1:]):
            moved[(place, *index)] = pick(moved[(place - 1, *index)], moved[(place, *index)])
    return np.moveaxis(moved, 0, axis)


def _outer(function: Any, left: Any, right: Any, **_: Any) -> Any:
    """Return a function of every number of one array and every number of another."""
    return np.frompyfunc(function, 2, 1).outer(left, right)


ALONG: dict[str, Callable[..., Any]] = {"reduce": _reduced, "accumulate": _accumulated, "outer": _outer}
