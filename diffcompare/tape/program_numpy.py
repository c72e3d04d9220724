"""The names of NumPy and `math` that a function uses while it runs on the tape, with arrays that can be differentiated.

`recording.namespaces` puts them into the function's own globals, as it does for a recording number by number.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from diffcompare.language.operations import OPERATIONS
from diffcompare.recording import math_functions
from diffcompare.recording.math_functions import recording_pairs
from diffcompare.recording.numpy_module import DoubleType
from diffcompare.tape.array_functions import reshape
from diffcompare.tape.program_arrays import METHODS, OF_ARRAYS, ProgramArray, call, operand
from diffcompare.tape.program_runs import RUNS, View, not_recorded
from diffcompare.tape.rearrangements import entry_views
from diffcompare.tape.variable import variable_of
from diffcompare.tape.variable_operators import recorded_function

# --- Views and copies -------------------------------------------------------------------------------------------------


def _viewing(function: Callable[..., Any], read_only: str = "") -> Callable[..., Any]:
    """Return a function of NumPy's that makes a view."""

    def viewing(a: Any, *arguments: Any, **options: Any) -> Any:
        a = _array(a) if not isinstance(a, ProgramArray) else a
        return a.viewed(
            View(lambda base: recorded_function(function)(base, *arguments, **options), a.shape), read_only=read_only
        )

    return viewing


def _reshaped(a: Any, *shape: Any, order: str = "C", **options: Any) -> Any:
    """Reshape: a view of an array that owns its numbers in row order, else perhaps a copy."""
    a = _array(a) if not isinstance(a, ProgramArray) else a
    if shape and isinstance(shape[-1], str):
        *shape, order = shape  # type: ignore[assignment]
    lengths: Any = shape or options.pop("shape", None) or options.pop("newshape")
    lengths = lengths[0] if shape and len(lengths) == 1 else lengths
    if order not in ("C", "F") or options:
        raise a.run.refuse(not_recorded("np.reshape with these arguments", "leave `order` and `copy` out"))

    def read(base: Any) -> Any:
        if order == "C":
            return reshape(base, lengths)
        backwards = lengths if isinstance(lengths, int) else tuple(lengths)[::-1]
        return recorded_function(np.transpose)(reshape(recorded_function(np.transpose)(base), backwards))

    if a.base is None and order == "C" and a.value.flags.c_contiguous:
        return a.viewed(View(read, a.shape))
    result = ProgramArray(read(a.variable), a.run)
    a.root.doubt(result)
    return result


def _split(function: Callable[..., Any], axis: int = 0) -> Callable[..., Any]:
    """Return np.split or one of its like: a list of views."""

    def split(a: Any, sections: Any, along: int = axis, **options: Any) -> Any:
        along = options.get("axis", along if np.ndim(a) > along else 0)
        cut = np.array_split if function is np.array_split else np.split
        return [a[index] for index in entry_views(a.shape, cut, sections, axis=along)]

    return split


def _filled(array: Any, fill: Any) -> Any:
    array[...] = fill
    return array


def _copied(target: Any, source: Any, **options: Any) -> None:
    if options or not isinstance(target, ProgramArray):
        raise RUNS[-1].refuse(not_recorded("np.copyto", "write a[...] = b, into an array made inside the function"))
    target[...] = source


def _sort(a: Any, axis: int = -1, kind: Any = None) -> None:
    a[...] = call(np.sort, a, axis)


def _fill_diagonal(a: Any, value: Any, wrap: bool = False) -> None:
    if wrap or a.ndim != 2 or not isinstance(a, ProgramArray):
        raise RUNS[-1].refuse(not_recorded("np.fill_diagonal with these arguments", "write a[i, i] = ... in a loop"))
    places = np.arange(min(a.shape))
    a[places, places] = value


_VIEWS: dict[Any, Callable[..., Any]] = {
    **{
        function: _viewing(function)
        for function in (np.transpose, np.swapaxes, np.moveaxis, np.rollaxis, np.expand_dims, np.squeeze, np.atleast_1d,
                         np.atleast_2d, np.atleast_3d, np.flip, np.flipud, np.fliplr, np.rot90)
    },
    np.diagonal: _viewing(np.diagonal, "np.diagonal(...)"), np.diag: _viewing(np.diag, "np.diag(...)"),
    np.broadcast_to: _viewing(np.broadcast_to, "np.broadcast_to(...)"),
    np.reshape: _reshaped, np.ravel: lambda a, order="C": _reshaped(a, -1, order=order),
    np.split: _split(np.split), np.array_split: _split(np.array_split), np.vsplit: _split(np.vsplit),
    np.hsplit: _split(np.hsplit, 1), np.copy: lambda a, **_: _array(a), np.copyto: _copied,
    np.fill_diagonal: _fill_diagonal,
    np.shape: lambda a: a.shape, np.ndim: lambda a: a.ndim, np.size: lambda a, axis=None: (
        a.size if axis is None else a.shape[axis]),
}  # fmt: skip
OF_ARRAYS |= _VIEWS
METHODS["flatten"] = lambda a, order="C": _reshaped(a, -1, order=order).copy()
METHODS["conj"] = METHODS["conjugate"] = lambda a: a
METHODS["sort"] = _sort
for _name in ("flatten", "conj", "sort"):
    OF_ARRAYS[METHODS[_name]] = METHODS[_name]


# --- Functions that make arrays ---------------------------------------------------------------------------------------


def _maker(make: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function like np.zeros whose arrays of doubles can hold numbers that are on the tape."""

    @functools.wraps(make)
    def made(*arguments: Any, **options: Any) -> Any:
        plain = [np.broadcast_to(0.0, a.shape) if type(a) is ProgramArray and a.is_array else a for a in arguments]
        array = make(*plain, **options)
        if not (RUNS and array.dtype.kind == "f"):
            return array
        return ProgramArray(variable_of(array), RUNS[-1], is_array=True)

    return made


def _full(shape: Any, fill: Any, dtype: Any = None, **options: Any) -> Any:
    if not RUNS or (dtype is not None and np.dtype(dtype).kind != "f"):
        return np.full(shape, fill, dtype, **options)
    if dtype is None and not _holds_program_arrays(fill) and np.asarray(fill).dtype.kind != "f":
        return np.full(shape, fill)
    return _filled(_MAKERS["empty"](shape, dtype or float), fill)


def _full_like(array: Any, fill: Any, dtype: Any = None, shape: Any = None, **options: Any) -> Any:
    if not (_holds_program_arrays(array) or _holds_program_arrays(fill)):
        return np.full_like(array, fill, dtype, shape=shape, **options)
    return _full(np.shape(array) if shape is None else shape, fill, dtype or float)


def _array(values: Any, dtype: Any = None, **options: Any) -> Any:
    """Return an array that can hold numbers that are on the tape; one of integers, truths or text as NumPy makes it."""
    if _holds_program_arrays(values):
        run = RUNS[-1]
        if dtype is not None and np.dtype(dtype).kind not in "f":
            raise run.refuse(not_recorded(f"np.array with dtype={np.dtype(dtype)}", "leave the dtype out"))
        if isinstance(values, ProgramArray):
            return ProgramArray(values.variable, run, is_array=True)
        return ProgramArray(recorded_function(np.array)(operand(values, run)), run, is_array=True)
    array = np.array(values, dtype=dtype, **options)
    if RUNS and array.dtype.kind == "f" and array.ndim:
        return ProgramArray(variable_of(array), RUNS[-1])
    return array


def _as_array(values: Any, dtype: Any = None, **options: Any) -> Any:
    return values if isinstance(values, ProgramArray) and values.is_array else _array(values, dtype, **options)


def _holds_program_arrays(values: Any) -> bool:
    if type(values) is ProgramArray:
        return True
    return isinstance(values, list | tuple) and any(map(_holds_program_arrays, values))


def _accepting_lists(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of NumPy's that finds numbers of a run in lists, too, which NumPy does not look into."""

    @functools.wraps(function)
    def accepting(*arguments: Any, **options: Any) -> Any:
        if RUNS and any(isinstance(a, list | tuple) and _holds_program_arrays(a) for a in arguments):
            arguments = tuple(_array(a) if _is_list_of_numbers(a) else a for a in arguments)
        return function(*arguments, **options)

    return accepting


def _is_list_of_numbers(values: Any) -> bool:
    """Tell whether a list is an array written out: not a list of arrays, as np.concatenate takes."""
    return isinstance(values, list | tuple) and _holds_program_arrays(values) and not any(map(np.ndim, values))


class _AcceptingUfunc:
    """A universal function that finds numbers of a run in lists, too."""

    def __init__(self, ufunc: Any) -> None:
        self.ufunc, self.accepting = ufunc, _accepting_lists(ufunc)

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        arguments = tuple(_array(a) if isinstance(a, list | tuple) and _holds_program_arrays(a) else a
                          for a in arguments)  # fmt: skip
        return self.ufunc(*arguments, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ufunc, name)


_MAKERS: dict[str, Callable[..., Any]] = {
    **{name: _maker(getattr(np, name)) for name in ("zeros", "ones", "empty", "eye", "identity")},
    **{name: _maker(getattr(np, name)) for name in ("zeros_like", "ones_like", "empty_like")},
    "full": _full, "full_like": _full_like, "array": _array, "asarray": _as_array, "asanyarray": _as_array,
    "ascontiguousarray": _as_array, "float64": DoubleType, "double": DoubleType,
}  # fmt: skip


# --- Functions of `math` ----------------------------------------------------------------------------------------------

_OTHER_NAMES: dict[str, Any] = {
    "fabs": np.absolute, "pow": np.power, "log": np.log, "exp2": np.exp2, "degrees": np.degrees,
    "radians": np.radians,
}  # fmt: skip


def _of_math(name: str) -> Callable[..., Any]:
    """Return a function of `math` that takes numbers of a run, too."""
    function = getattr(math, name)

    def recorded(*arguments: Any) -> Any:
        if not any(type(argument) is ProgramArray for argument in arguments):
            return function(*arguments)
        if name in ("isnan", "isinf", "isfinite", "isclose"):
            return function(*[a.value if type(a) is ProgramArray else a for a in arguments])
        if name == "log" and len(arguments) == 2:
            return call(np.log, arguments[0]) / (call(np.log, arguments[1]) if _holds_program_arrays(arguments[1])
                                                 else math.log(arguments[1]))  # fmt: skip
        if name not in _OTHER_NAMES and name not in OPERATIONS:
            raise RUNS[-1].refuse(not_recorded(f"math.{name}", "write it with NumPy's functions, or in arithmetic"))
        return call(_OTHER_NAMES.get(name) or OPERATIONS[name], *arguments)

    recorded.__name__ = name
    return recorded


def _sum(terms: Any) -> Any:
    terms = list(terms)
    return functools.reduce(lambda a, b: a + b, terms) if _holds_program_arrays(terms) else math.fsum(terms)


@functools.cache
def array_names() -> list[tuple[Any, Any]]:
    """Return NumPy, `math` and their functions, each with what stands in for it."""
    kind = type(np.sum)  # of the functions that look for arrays of other classes among their arguments
    functions: dict[str, Callable[..., Any]] = {
        name: _AcceptingUfunc(function) if isinstance(function, np.ufunc) else _accepting_lists(function)
        for name, function in vars(np).items()
        if isinstance(function, np.ufunc | kind)
    }
    functions |= _MAKERS
    of_math = {name: _of_math(name) for name in math_functions.FUNCTIONS} | {"fsum": _sum}
    return [*recording_pairs(np, functions), *recording_pairs(math, of_math)]
