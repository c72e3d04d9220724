"""NumPy for recorded numbers: arrays whose elements are recorded numbers or doubles, and NumPy's functions over them.

A `RecordedArray` is an array of objects.  NumPy itself adds, multiplies, sums, slices and broadcasts such arrays, and
every element writes its own entry on the tape; what NumPy computes by C functions of doubles (`np.sin`, `np.maximum`)
is applied element by element here.  `np.zeros(n)`, `np.array([...])` and their like make such arrays too, so that a
program may fill them.
"""

from __future__ import annotations

import functools
import math
import operator
import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

import numpy as np

from diffcompare.diagnostics import DiffcompareError
from diffcompare.language.operations import OPERATIONS
from diffcompare.recording.math_functions import FUNCTIONS
from diffcompare.recording.recorded_number import OPEN_TAPES, RecordedNumber, Tape, plain, record_operation
from diffcompare.recording.source_lines import error_at, place_here, user_frame
from diffcompare.recording.valueless import ANY_NUMBER, has_no_value


class RecordedArray(np.ndarray):
    """An array of recorded numbers and doubles; every function of NumPy that gets one is applied here."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return apply_ufunc(ufunc, method, inputs, options)

    def __array_function__(self, function: Any, types: Any, arguments: Any, options: Any) -> Any:
        return apply_function(function, arguments, options)

    def astype(self, dtype: Any, *arguments: Any, **options: Any) -> Any:
        """Return a copy where doubles are asked for, which the numbers already are."""
        if np.dtype(dtype).kind in "fO":
            return self.copy()
        return np.ndarray.astype(self, dtype, *arguments, **options)

    def without_numbers_of(self, tape: Tape) -> Any:
        """Return the array with doubles in place of the numbers of a tape, itself where it has none."""
        numbers = self.view(np.ndarray).ravel().tolist()
        if not any(type(number) is RecordedNumber and number.tape is tape for number in numbers):
            return self
        kept = [n.value if type(n) is RecordedNumber and n.tape is tape else n for n in numbers]
        return function_argument(kept, self.shape)

    def item(self, *index: Any) -> Any:
        """Return one number, which stays recorded."""
        return self.view(np.ndarray).item(*index)


def _method(name: str) -> Callable[..., Any]:
    """Return a method of arrays that NumPy writes in Python, whose operations belong to the line that called it."""
    function = getattr(np.ndarray, name)

    @functools.wraps(function)
    def method(self: Any, *arguments: Any, **options: Any) -> Any:
        with _Relocated(user_frame(sys._getframe(1))):
            return wrapped(function(self, *arguments, **_without_double(options)))

    return method


for _name in ("mean", "var", "std", "clip", "ptp", "sum", "prod", "dot", "cumsum", "cumprod", "trace"):
    if hasattr(np.ndarray, _name):
        setattr(RecordedArray, _name, _method(_name))


def recorded_array(values: Any) -> Any:
    """Return nested numbers as an array; a single number by itself."""
    if isinstance(values, np.ndarray):
        return values.astype(object).view(RecordedArray)
    return np.array(values, dtype=object).view(RecordedArray)


def apply_ufunc(ufunc: Any, method: str, inputs: Sequence[Any], options: dict[str, Any]) -> Any:
    """Apply a universal function to arrays and numbers, some of them recorded."""
    frame = user_frame(sys._getframe(1))
    out = options.pop("out", None)
    if options.get("where", True) is not True:
        raise not_recorded(f"np.{ufunc.__name__} with where=", "choose with np.where(...)")
    options = {name: option for name, option in options.items() if name not in ("where", "dtype", "casting", "subok")}
    if method == "at":
        with _Relocated(frame):
            return _at(ufunc, *inputs)
    inputs = [_object_array(value) for value in inputs]
    with _Relocated(frame):
        if method == "__call__":
            result = _elementwise(ufunc, inputs)
        elif method in _ALONG and ufunc.__name__ in _ELEMENTWISE:
            result = _ALONG[method](_ELEMENTWISE[ufunc.__name__], *inputs, **options)
        else:
            result = getattr(ufunc, method)(*inputs, **options)
    if out is not None:
        return _assigned(out[0], result)
    return wrapped(result)


def apply_function(function: Any, arguments: Sequence[Any], options: dict[str, Any]) -> Any:
    """Apply a function of NumPy's to arrays and numbers, some of them recorded."""
    frame = user_frame(sys._getframe(1))
    name = getattr(function, "__name__", "")
    with _Relocated(frame):
        own = _FUNCTIONS.get(name)
        if own is not None:
            return wrapped(own(*arguments, **options))
        if getattr(function, "__module__", "") == "numpy.linalg" and name not in ("multi_dot", "matrix_power"):
            raise not_recorded(f"np.linalg.{name}", "write it out in arithmetic, by elimination for instance")
        try:
            return wrapped(function(*unwrapped(tuple(arguments)), **unwrapped(_without_double(options))))
        except (TypeError, AttributeError) as error:
            if isinstance(error, DiffcompareError):
                raise
            raise not_recorded(f"np.{name}", f"write it out in arithmetic ({error})") from error


def _without_double(options: dict[str, Any]) -> dict[str, Any]:
    """Return options without a dtype of doubles, which recorded numbers are anyway."""
    return {name: option for name, option in options.items() if name != "dtype" or not is_real(option)}


def is_real(dtype: Any) -> bool:
    """Tell whether a dtype asks for doubles, or for nothing."""
    return dtype is None or np.dtype(dtype).kind == "f"


class _Relocated:
    """Gives the nodes that a library records the line of the user's that called it."""

    def __init__(self, frame: FrameType) -> None:
        self.frame = frame
        self.starts = [(tape, len(tape.entries)) for tape in OPEN_TAPES]

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: object) -> None:
        for tape, start in self.starts:
            tape.relocate(start, self.frame)


def not_recorded(what: str, help: str) -> DiffcompareError:
    message = f"`{what}` cannot be recorded: it computes with plain doubles in C"
    return error_at(place_here(), "E584", "bad_value", message, help, "leaves the tape here")


# --- Arrays of objects and back ---------------------------------------------------------------------------------------


def _object_array(value: Any) -> Any:
    """Return an argument of a universal function as NumPy's own array of objects."""
    if isinstance(value, RecordedArray):
        return value.view(np.ndarray)
    if type(value) is RecordedNumber:
        array = np.empty((), dtype=object)
        array[()] = value
        return array
    return np.asarray(value).astype(object) if isinstance(value, np.ndarray | list | tuple) else value


def unwrapped(value: Any) -> Any:
    """Return arguments without our class, nested ones too."""
    if isinstance(value, RecordedArray) or type(value) is RecordedNumber:
        return _object_array(value)
    if type(value) is list or type(value) is tuple:
        return type(value)(map(unwrapped, value))
    if type(value) is dict:
        return {name: unwrapped(item) for name, item in value.items()}
    return value


def without_class(values: Any) -> Any:
    """Return nested lists with NumPy's own arrays of objects in place of ours."""
    if isinstance(values, list | tuple):
        return [without_class(item) for item in values]
    return values.view(np.ndarray) if isinstance(values, RecordedArray) else values


def wrapped(result: Any) -> Any:
    """Return what NumPy returned, with arrays of objects as arrays of our class, and single numbers as themselves."""
    if isinstance(result, np.ndarray) and result.dtype == object:
        return result.view(RecordedArray) if result.ndim else result[()]
    if type(result) is tuple or type(result) is list:
        return type(result)(map(wrapped, result))
    return result


def _assigned(out: Any, result: Any) -> Any:
    if out.dtype != object:
        raise not_recorded("an array of doubles made outside of the function", "make it inside, with np.zeros(...)")
    out[...] = result
    return out


# --- Universal functions, element by element --------------------------------------------------------------------------


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


# NumPy's universal functions by name, each with its function of numbers.
_ELEMENTWISE: dict[str, Callable[..., Any]] = {
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
    "logaddexp": lambda a, b: _logaddexp(a, b), "heaviside": lambda x, half: half if x == 0 else 1.0 * (x > 0),
    "remainder": operator.mod, "isnan": FUNCTIONS["isnan"], "isinf": FUNCTIONS["isinf"],
    "isfinite": FUNCTIONS["isfinite"], "signbit": lambda x: math.copysign(1.0, plain(x)) < 0,
}  # fmt: skip

# The functions that NumPy applies to objects by Python's own operators.
_NATIVE = frozenset(
    ("add", "subtract", "multiply", "divide", "true_divide", "negative", "floor_divide", "matmul", "vecdot", "matvec",
     "vecmat", "less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "logical_and", "logical_or",
     "logical_not", "logical_xor", "conjugate", "divmod")
)  # fmt: skip


def _elementwise(ufunc: Any, inputs: Sequence[Any]) -> Any:
    name = ufunc.__name__
    if name in _NATIVE:
        return _scalar(ufunc(*inputs))
    function = _ELEMENTWISE.get(name)
    if function is None and set("".join(ufunc.types)) <= set("O->"):  # of np.vectorize: a Python function
        return ufunc(*inputs)
    if function is None:
        raise not_recorded(f"np.{name}", "write it out in arithmetic")
    arrays = np.broadcast_arrays(*[np.asarray(value, dtype=object) for value in inputs])
    values = [function(*numbers) for numbers in zip(*[array.ravel().tolist() for array in arrays], strict=True)]
    if arrays[0].ndim == 0:
        return values[0]
    kind: Any = bool if values and all(type(value) is bool for value in values) else object
    result = np.empty(len(values), dtype=kind)
    result[:] = values
    return result.reshape(arrays[0].shape)


def _scalar(result: Any) -> Any:
    """Return comparisons of objects as truth values."""
    if not isinstance(result, np.ndarray) or result.dtype != object or not result.size:
        return result
    truths = all(isinstance(value, bool | np.bool_) for value in result.ravel().tolist())
    return result.astype(bool) if truths else result


def _logaddexp(a: Any, b: Any) -> Any:
    larger = OPERATIONS["max"](a, b)
    return larger + OPERATIONS["log1p"](OPERATIONS["exp"](-OPERATIONS["abs"](a - b)))


def _reduced(pick: Any, array: Any, axis: Any = 0, keepdims: bool = False, initial: Any = None, **_: Any) -> Any:
    """Return maxima, minima and their like along an axis (None: of all numbers), two numbers at a time."""
    array = np.asarray(array, dtype=object)
    if axis is None:
        numbers = array.ravel().tolist() + ([] if initial in (None, np._NoValue) else [initial])
        result = functools.reduce(pick, numbers)
        return np.array(result, dtype=object).reshape((1,) * array.ndim) if keepdims else result
    moved = np.moveaxis(array, axis, 0)
    result = np.empty(moved.shape[1:], dtype=object)
    for index in np.ndindex(moved.shape[1:]):
        result[index] = functools.reduce(pick, [moved[(place, *index)] for place in range(len(moved))])
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


_ALONG: dict[str, Callable[..., Any]] = {"reduce": _reduced, "accumulate": _accumulated, "outer": _outer}


def _at(ufunc: Any, array: Any, index: Any, *values: Any) -> None:
    """Apply a universal function of two arguments in place, once for every time that an index occurs."""
    if array.dtype != object:
        raise not_recorded("an array of doubles made outside of the function", "make it inside, with np.zeros(...)")
    function = np.frompyfunc(_ELEMENTWISE.get(ufunc.__name__, ufunc), 1 + len(values), 1)
    function.at(array.view(np.ndarray), index, *map(_object_array, values))


# --- Functions of NumPy that need more than its own code over objects -------------------------------------------------


def _where(condition: Any, *choices: Any) -> Any:
    """Choose element by element; only the numbers chosen are in the result."""
    condition = np.asarray(condition)
    if condition.dtype == object:
        truths = [bool(value) for value in condition.ravel().tolist()]
        condition = np.array(truths, dtype=bool).reshape(condition.shape)
    if not choices:
        return np.where(condition)
    return np.where(condition, *[_object_array(choice) for choice in choices])


def _clip(array: Any, low: Any = None, high: Any = None, **_: Any) -> Any:
    result = array
    if low is not None:
        result = apply_ufunc(np.maximum, "__call__", (result, low), {})
    return result if high is None else apply_ufunc(np.minimum, "__call__", (result, high), {})


def _is_close(a: Any, b: Any, **options: Any) -> Any:
    """Compare the values as they are here; the outcome is a constant of this path."""
    return np.isclose(_plain_array(a), _plain_array(b), **options)


def _plain_array(value: Any) -> Any:
    array = np.asarray(_object_array(value), dtype=object)
    return np.array([float(plain(number)) for number in array.ravel().tolist()]).reshape(array.shape)


def _like(fill: Any) -> Callable[..., Any]:
    def like(array: Any, *fills: Any, dtype: Any = None, shape: Any = None, **_: Any) -> Any:
        return np.full(np.shape(array) if shape is None else shape, fills[0] if fills else fill, dtype=object)

    return like


def _interp(x: Any, points: Any, values: Any, **_: Any) -> Any:
    """Interpolate linearly between points that increase."""
    if np.ndim(x):
        return np.array([_interp(number, points, values) for number in x], dtype=object)
    points, values = list(points), list(values)
    if x <= points[0]:
        return values[0]
    for place in range(1, len(points)):
        if x <= points[place]:
            left, right = points[place - 1], points[place]
            return values[place - 1] + (values[place] - values[place - 1]) * (x - left) / (right - left)
    return values[-1]


def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """Return norms of vectors along an axis; NumPy itself takes those of matrices."""
    if axis is None and np.ndim(x) == 1 and ord is not None:
        axis = 0
    if not isinstance(axis, int):
        return np.linalg.norm(unwrapped(x), ord, axis, keepdims)
    size = apply_ufunc(np.absolute, "__call__", (x,), {})
    if ord in (math.inf, -math.inf):
        return (np.max if ord > 0 else np.min)(size, axis=axis, keepdims=keepdims)
    if ord is None:
        return apply_ufunc(np.sqrt, "__call__", (np.sum(size * size, axis=axis, keepdims=keepdims),), {})
    return np.sum(size**ord, axis=axis, keepdims=keepdims) ** (1 / ord)


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "norm": _norm,
    "isclose": _is_close, "allclose": lambda *arrays, **options: bool(np.all(_is_close(*arrays, **options))),
    "array_equal": lambda a, b, **_: np.array_equal(_plain_array(a), _plain_array(b)), "where": _where, "clip": _clip,
    "interp": _interp, "zeros_like": _like(0.0), "ones_like": _like(1.0), "empty_like": _like(0.0),
    "full_like": _like(None),
}  # fmt: skip


def _ufunc_of_number(self: Any, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
    return apply_ufunc(ufunc, method, inputs, options)


def _function_of_number(self: Any, function: Any, types: Any, arguments: Any, options: Any) -> Any:
    return apply_function(function, arguments, options)


RecordedNumber.__array_ufunc__ = _ufunc_of_number  # type: ignore[attr-defined]
RecordedNumber.__array_function__ = _function_of_number  # type: ignore[attr-defined]


def function_argument(numbers: list[Any], shape: tuple[int, ...]) -> Any:
    """Return numbers in row order as an array that a function takes: of doubles, or of recorded numbers."""
    if any(type(number) is RecordedNumber for number in numbers):
        return recorded_array(numbers).reshape(shape)
    return np.array(numbers, dtype=float).reshape(shape)
