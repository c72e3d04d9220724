"""NumPy for recorded numbers: arrays whose elements are recorded numbers or doubles, and NumPy's functions over them.

A `RecordedArray` is an array of objects.  NumPy itself adds, multiplies, sums, slices and broadcasts such arrays, and
every element writes its own entry on the tape; what NumPy computes by C functions of doubles (`np.sin`, `np.maximum`)
is applied element by element here.  `np.zeros(n)`, `np.array([...])` and their like make such arrays too, so that a
program may fill them.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffcompare.diagnostics import DiffcompareError
from diffcompare.recording.elementwise import (
    ALONG,
    ELEMENTWISE,
    chosen,
    elementwise,
    not_recorded,
    object_array,
)
from diffcompare.recording.growth import expect
from diffcompare.recording.linear_algebra import LINEAR_ALGEBRA
from diffcompare.recording.math_functions import Relocated
from diffcompare.recording.numpy_functions import FUNCTIONS
from diffcompare.recording.recorded_number import RecordedNumber, Tape
from diffcompare.recording.source_lines import user_frame


class RecordedArray(np.ndarray):
    """An array of recorded numbers and doubles; every function of NumPy that gets one is applied here."""

    @property
    def dtype(self) -> Any:
        """The kind of number that a function finds in the array: doubles, as in a plain call."""
        return np.dtype(float)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return apply_ufunc(ufunc, method, inputs, options)

    def __array_function__(self, function: Any, types: Any, arguments: Any, options: Any) -> Any:
        return apply_function(function, arguments, options)

    def __setitem__(self, index: Any, value: Any) -> None:
        """Assign as to an array of doubles: one number to an element, where an array of objects would take anything."""
        if type(value) is not RecordedNumber and type(value) is not float:
            value = self._converted(index, value)
        np.ndarray.__setitem__(self, index, value)

    def _converted(self, index: Any, value: Any) -> Any:
        """Return what an array of doubles would hold; raise what NumPy raises for anything that is no number."""
        double = np.zeros(1)
        if isinstance(value, np.ndarray | list | tuple):
            values = value if isinstance(value, np.ndarray) else np.array(unwrapped(value), dtype=object)
            if isinstance(self.view(np.ndarray)[index], np.ndarray):  # several elements
                return values.astype(float) if values.dtype.kind in "iub" else value
            plain = np.zeros(values.shape)
            double[0] = plain if values is value else plain.tolist()
            value = values.reshape(-1).view(np.ndarray)[0]
        if type(value) is not RecordedNumber:
            double[0] = value
        return value if type(value) is RecordedNumber else float(double[0])

    def astype(self, dtype: Any, *arguments: Any, **options: Any) -> Any:
        """Return a copy where doubles are asked for, which the numbers already are."""
        if np.dtype(dtype).kind in "fO":
            if np.dtype(dtype).itemsize != np.dtype(float).itemsize:
                raise not_recorded(f".astype({np.dtype(dtype)})", "leave it out: what is recorded are doubles")
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
    """Return a method of arrays as the function of its name, whose operations belong to the line that called it."""
    method = getattr(np.ndarray, name)
    function = FUNCTIONS.get(name, method)

    @functools.wraps(method)
    def recorded(self: Any, *arguments: Any, **options: Any) -> Any:
        expect(name, "", (self, *arguments))
        with Relocated(user_frame(sys._getframe(1))):
            return wrapped(
                function(self.view(np.ndarray), *unwrapped(arguments), **unwrapped(_without_double(options)))
            )

    return recorded


for _name in ("mean", "var", "std", "clip", "ptp", "sum", "prod", "dot", "cumsum", "cumprod", "trace", "round", "any",
              "all"):  # fmt: skip
    if hasattr(np.ndarray, _name):
        setattr(RecordedArray, _name, _method(_name))


def _refused(name: str) -> Callable[..., Any]:
    def refuse(self: Any, *arguments: Any, **options: Any) -> Any:
        raise not_recorded(f".{name}()", "keep the numbers in arrays: bytes have no history")

    return refuse


for _name in ("tobytes", "tofile", "byteswap", "dump", "dumps", "getfield"):  # these read the memory of an array
    setattr(RecordedArray, _name, _refused(_name))


def recorded_array(values: Any) -> Any:
    """Return nested numbers as an array; a single number by itself."""
    if isinstance(values, np.ndarray):
        return values.astype(object).view(RecordedArray)
    return np.array(values, dtype=object).view(RecordedArray)


def apply_ufunc(ufunc: Any, method: str, inputs: Sequence[Any], options: dict[str, Any]) -> Any:
    """Apply a universal function to arrays and numbers, some of them recorded."""
    frame = user_frame(sys._getframe(1))
    out, mask = options.pop("out", None), options.pop("where", True)
    options = {name: option for name, option in options.items() if name not in ("dtype", "casting", "subok")}
    if method == "at":
        with Relocated(frame):
            return _at(ufunc, *inputs)
    expect(ufunc.__name__, method, inputs)
    inputs = [object_array(value) for value in inputs[:1]] + [
        value if method == "reduceat" else object_array(value) for value in inputs[1:]
    ]
    with Relocated(frame):
        if mask is not True and method == "__call__":
            result = chosen(ufunc, inputs, np.asarray(mask, dtype=bool), None if out is None else out[0])
        elif method == "__call__":
            result = elementwise(ufunc, inputs)
        else:
            if mask is not True:
                inputs = [_where_else(inputs[0], mask, ufunc.identity, options.get("initial"))]
            own = ELEMENTWISE.get(ufunc.__name__) if method in ALONG else None
            along = getattr(ufunc, method) if own is None else functools.partial(ALONG[method], own)
            result = along(*inputs, **options)
    if out is not None:
        return _assigned(out[0], result)
    return wrapped(result)


def _where_else(array: Any, mask: Any, identity: Any, initial: Any) -> Any:
    """Return an array with a number in the masked places that a reduction leaves as it is."""
    return np.where(mask, array, initial if identity is None else identity)


def apply_function(function: Any, arguments: Sequence[Any], options: dict[str, Any]) -> Any:
    """Apply a function of NumPy's to arrays and numbers, some of them recorded."""
    frame = user_frame(sys._getframe(1))
    name = getattr(function, "__name__", "")
    expect(name, "", arguments)
    with Relocated(frame):
        module = getattr(function, "__module__", "numpy")
        path = f"{module.replace('numpy', 'np', 1)}.{name}"
        own = (LINEAR_ALGEBRA if module == "numpy.linalg" else FUNCTIONS).get(name)
        if own is not None:
            return wrapped(own(*unwrapped(tuple(arguments)), **unwrapped(_without_double(options))))
        if module in ("numpy.linalg", "numpy.fft"):
            raise not_recorded(path, "write it out in arithmetic")
        try:
            return wrapped(function(*unwrapped(tuple(arguments)), **unwrapped(_without_double(options))))
        except (TypeError, AttributeError) as error:
            if isinstance(error, DiffcompareError):
                raise
            raise not_recorded(path, f"write it out in arithmetic ({error})") from error


def _without_double(options: dict[str, Any]) -> dict[str, Any]:
    """Return options without a dtype of doubles, which recorded numbers are anyway."""
    return {name: option for name, option in options.items() if name != "dtype" or not is_real(option)}


def is_real(dtype: Any) -> bool:
    """Tell whether a dtype asks for doubles, or for nothing."""
    return dtype is None or np.dtype(dtype).kind == "f"


# --- Arrays of objects and back ---------------------------------------------------------------------------------------


def unwrapped(value: Any) -> Any:
    """Return arguments without our class, nested ones too."""
    if isinstance(value, RecordedArray) or type(value) is RecordedNumber:
        return object_array(value)
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
    if out.view(np.ndarray).dtype != object:
        raise not_recorded("an array of doubles made outside of the function", "make it inside, with np.zeros(...)")
    out[...] = result
    return out


def _at(ufunc: Any, array: Any, index: Any, *values: Any) -> None:
    """Apply a universal function of two arguments in place, once for every time that an index occurs."""
    if array.view(np.ndarray).dtype != object:
        raise not_recorded("an array of doubles made outside of the function", "make it inside, with np.zeros(...)")
    function = np.frompyfunc(ELEMENTWISE.get(ufunc.__name__, ufunc), 1 + len(values), 1)
    function.at(array.view(np.ndarray), index, *map(object_array, values))


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
