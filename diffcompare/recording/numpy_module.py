"""A stand-in for NumPy: arrays that it makes can hold recorded numbers, and its functions find these in lists, too."""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from diffcompare.recording.arrays import (
    RecordedArray,
    is_real,
    recorded_array,
    unwrapped,
    without_class,
    wrapped,
)
from diffcompare.recording.elementwise import not_recorded
from diffcompare.recording.math_functions import recording_pairs
from diffcompare.recording.recorded_number import RecordedNumber, open_tapes


def _maker(make: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function like np.zeros whose array of doubles can hold recorded numbers."""

    @functools.wraps(make)
    def made(*arguments: Any, **options: Any) -> Any:
        array = make(*map(_count, arguments), **options)
        return recorded_array(array) if array.dtype.kind == "f" and open_tapes() else wrapped(array)

    return made


def _count(value: Any) -> Any:
    """Return an argument of np.zeros and its like, in which a recorded number is asked for the count that it is."""
    if type(value) is RecordedNumber:
        return operator.index(value)
    return tuple(map(_count, value)) if type(value) is tuple else unwrapped(value)


def _accepting_lists(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of NumPy's that finds recorded numbers in lists too, which NumPy itself does not look into."""

    @functools.wraps(function)
    def accepting(*arguments: Any, **options: Any) -> Any:
        if any(isinstance(argument, list | tuple) and _holds_recorded(argument) for argument in arguments):
            arguments = tuple(_array(a) if _holds_recorded(a) and not _is_ragged(a) else a for a in arguments)
        return function(*arguments, **options)

    return accepting


def _fillable(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function like np.linspace whose array of doubles can hold recorded numbers, too."""
    accepting = _accepting_lists(function)

    @functools.wraps(function)
    def made(*arguments: Any, **options: Any) -> Any:
        array = accepting(*arguments, **options)
        return (
            recorded_array(array) if type(array) is np.ndarray and array.dtype.kind == "f" and open_tapes() else array
        )

    return made


class _RecordedUfunc:
    """A universal function that finds recorded numbers in lists too."""

    def __init__(self, ufunc: Any) -> None:
        self.ufunc = ufunc
        self.accepting = _accepting_lists(ufunc)

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return self.accepting(*arguments, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ufunc, name)


def _is_ragged(values: Any) -> bool:
    """Tell whether nested lists hold arrays of different shapes, as the arguments of np.concatenate may."""
    return isinstance(values, list | tuple) and len({np.shape(item) for item in map(unwrapped, values)}) > 1


class _DoubleKind(type):
    """The class of `DoubleType`: NumPy's own doubles are its instances."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, np.float64)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, np.float64)


class DoubleType(np.float64, metaclass=_DoubleKind):
    """np.float64 as a dtype, as a class, and as a function that leaves a recorded number as it is."""

    def __new__(cls, x: Any = 0.0) -> Any:
        is_followed = type(x) is RecordedNumber or hasattr(type(x), "without_numbers_of")
        return x if is_followed else np.float64(x)


def _full(shape: Any, fill: Any, dtype: Any = None, **options: Any) -> Any:
    if dtype is None or is_real(dtype):
        array = np.empty(_count(shape), dtype=object)
        array[...] = unwrapped(fill) if isinstance(fill, RecordedArray) else fill
        return array.view(RecordedArray)
    return np.full(shape, fill, dtype, **options)


def _full_like(array: Any, fill: Any, dtype: Any = None, *, shape: Any = None, **_: Any) -> Any:
    kind = np.asarray(unwrapped(array)).dtype
    whole = kind if kind.kind in "iub" else None
    return _full(np.shape(array) if shape is None else shape, fill, whole if dtype is None else dtype)


def _array(values: Any, dtype: Any = None, **options: Any) -> Any:
    """Return an array of recorded numbers and doubles; one of integers, truth values or text as NumPy makes it."""
    if isinstance(values, RecordedArray):
        return values.astype(float) if is_real(dtype) else values.astype(dtype)
    if _holds_recorded(values):
        if not is_real(dtype) and dtype is not object:
            raise not_recorded(f"np.array with dtype={dtype}", "leave the dtype out")
        return wrapped(np.array(without_class(values), dtype=object))
    array = np.array(values, dtype=dtype, **options)
    return recorded_array(array) if array.dtype.kind == "f" and array.ndim else array


def _from_iterator(iterable: Any, dtype: Any, count: int = -1, **options: Any) -> Any:
    numbers = list(iterable if count < 0 else itertools.islice(iterable, count))
    return _array(numbers, dtype) if _holds_recorded(numbers) else np.fromiter(numbers, dtype, count, **options)


def _as_array(values: Any, dtype: Any = None, **options: Any) -> Any:
    return values if isinstance(values, RecordedArray) else _array(values, dtype, **options)


def _holds_recorded(values: Any) -> bool:
    if type(values) is RecordedNumber or isinstance(values, RecordedArray):
        return True
    return isinstance(values, list | tuple) and any(map(_holds_recorded, values))


_MAKERS: dict[str, Callable[..., Any]] = {
    **{name: _maker(getattr(np, name)) for name in ("zeros", "ones", "empty", "eye", "identity")},
    **{name: _maker(getattr(np, name)) for name in ("zeros_like", "ones_like", "empty_like")},
    **{name: _fillable(getattr(np, name)) for name in ("linspace", "logspace", "geomspace", "copy", "diag", "tri")},
    "fromiter": _from_iterator,
    "full": _full, "full_like": _full_like, "array": _array, "asarray": _as_array, "asanyarray": _as_array,
    "ascontiguousarray": _as_array, "float64": DoubleType, "double": DoubleType,
}  # fmt: skip


def stand_ins() -> list[tuple[Any, Any]]:
    """Return NumPy, its linear algebra and their functions, each beside what stands in for it."""
    linear_algebra = recording_pairs(np.linalg, _recording_functions(np.linalg))
    functions = _recording_functions(np) | _MAKERS | {"block": np.block, "linalg": linear_algebra[0][1]}
    return [*linear_algebra, *recording_pairs(np, functions)]


def _recording_functions(module: ModuleType) -> dict[str, Callable[..., Any]]:
    """Return a module's functions that look for arrays of other classes among their arguments; ours look in lists."""
    kind = type(np.sum)
    return {
        name: _RecordedUfunc(function) if isinstance(function, np.ufunc) else _accepting_lists(function)
        for name, function in vars(module).items()
        if isinstance(function, np.ufunc | kind)
    }
