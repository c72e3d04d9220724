"""Arrays of a Python function that runs on the tape: they behave as NumPy's own, and every operation is one node.

A Variable never changes here.  What changes in place is a `ProgramArray`, which holds another Variable afterwards; a
slice, a transpose and a reshaped array are views, as in NumPy: they read from their base, and write into it.  Where
NumPy would make a view or a copy, depending on the layout in memory, a change in place is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partialmethod
from typing import Any
from weakref import ref

import numpy as np

from diffcompare.diagnostics import DiffcompareError
from diffcompare.language.expression import Operation
from diffcompare.language.operations import CONSTANTS
from diffcompare.recording.refusals import refusal
from diffcompare.recording.source_lines import error_at, place_here
from diffcompare.tape.array_functions import Assign, Index, Scatter, reshape
from diffcompare.tape.program_runs import ProgramRun, View, is_basic, not_recorded, run_under_way
from diffcompare.tape.tape_errors import TapeError
from diffcompare.tape.variable import Variable, variable_of
from diffcompare.tape.variable_operators import COMPARISONS, RECORDERS, recorded_function


class ProgramArray:
    """An array or a number of a function that runs on the tape."""

    __slots__ = ("__weakref__", "base", "doubts", "is_array", "own", "read_only", "run", "seen", "version", "view")
    __hash__ = object.__hash__

    def __init__(self, variable: Variable, run: ProgramRun, *, is_array: bool = False) -> None:
        self.own, self.run, self.is_array = variable, run, is_array or bool(np.ndim(variable.value))
        self.base: ProgramArray | None = None
        self.view: View | None = None
        self.doubts: list[Any] = []  # weak references to arrays that may share memory with this one
        self.seen = self.version = 0
        self.read_only = ""

    # --- Views and changes in place -----------------------------------------------------------------------------------

    @property
    def root(self) -> ProgramArray:
        """The array that a view of a view belongs to."""
        root = self
        while root.base is not None:
            root = root.base
        return root

    @property
    def variable(self) -> Variable:
        """The Variable that this array is now."""
        if self.base is not None and self.seen != self.root.version:
            assert self.view is not None
            self.own, self.seen = self.view.read(self.base.variable), self.root.version
        return self.own

    @property
    def value(self) -> Any:
        """The numbers."""
        return self.variable.value

    def viewed(self, view: View, *, read_only: str = "") -> Any:
        """Return a view of this array; a number is a copy."""
        variable = view.read(self.variable)
        result = ProgramArray(variable, self.run)
        if np.ndim(variable.value):
            result.base, result.view, result.seen = self, view, self.root.version
            result.read_only = read_only or self.read_only
        return result

    def become(self, variable: Any) -> None:
        """Take over another Variable, and write it into the base of a view."""
        if not self.is_array:
            raise TypeError("'numpy.float64' object does not support item assignment")
        if self.read_only:
            raise self.run.refuse(not_recorded(f"a change in place of {self.read_only}", "write it into an array"))
        if self.base is None:
            if any(doubted() is not None for doubted in self.doubts):
                message = (
                    "whether NumPy makes a copy in `reshape` here depends on the layout, and this changes in place"
                )
                error = error_at(place_here(), "E584", "bad_value", message, "write .copy() behind one of the arrays")
                raise self.run.refuse(error)
            self.own, self.version = variable, self.version + 1
            return
        assert self.view is not None
        self.base.become(self.view.write(self.base.variable, variable))
        self.own, self.seen = variable, self.root.version

    def write(self, index: Any, value: Any) -> None:
        """Replace entries."""
        view = value.view if type(value) is ProgramArray and value.base is self and is_basic(index) else None
        if view is not None and view.index is not None and view.index == index:
            return  # a[1:3] += v ends with a[1:3] = a[1:3]
        entries = operand(value, self.run)
        if np.ndim(getattr(entries, "value", entries)) > np.ndim(self.value[index]):
            entries = reshape(entries, np.shape(self.value[index]))  # leading axes of length 1
        self.become(Assign.apply(self.variable, index, entries))

    def doubt(self, other: ProgramArray) -> None:
        """Remember that this array and another one may share memory in NumPy."""
        self.doubts.append(ref(other))
        other.doubts.append(ref(self))

    def without_numbers_of(self, run: Any) -> Any:
        """Return plain numbers where a run has ended, as a global or a cache may hold this array."""
        return np.array(self.value)[()] if self.run is run else self

    # --- As NumPy's arrays --------------------------------------------------------------------------------------------

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        """The class of the value, so that a function takes the path that it takes with plain arrays."""
        return np.ndarray if self.is_array else np.float64

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes."""
        return self.value.shape  # type: ignore[no-any-return]

    @shape.setter
    def shape(self, shape: Any) -> None:
        raise self.run.refuse(not_recorded("a.shape = ...", "write b = a.reshape(...)"))

    ndim = property(lambda self: self.value.ndim)
    size = property(lambda self: self.value.size)
    dtype = property(lambda self: self.value.dtype)
    nbytes = property(lambda self: self.value.nbytes)
    T = property(lambda self: call(np.transpose, self))
    real = property(lambda self: self)
    imag = property(lambda self: np.zeros(self.shape))

    def __getitem__(self, index: Any) -> Any:
        if not self.is_array:
            raise TypeError("'numpy.float64' object is not subscriptable")
        self.run.check()
        if is_basic(index):
            return self.viewed(View(lambda base: Index.apply(base, index), self.shape, index))
        return ProgramArray(Index.apply(self.variable, plain_index(index)), self.run)

    def __setitem__(self, index: Any, value: Any) -> None:
        self.run.check()
        self.write(index if is_basic(index) else plain_index(index), value)

    def __iter__(self) -> Iterator[Any]:
        if not self.ndim:
            raise TypeError("iteration over a 0-d array")
        return (self[place] for place in range(len(self.value)))

    def __len__(self) -> int:
        return len(self.value)

    def __contains__(self, item: Any) -> bool:
        return bool(np.any(self == item))

    def __bool__(self) -> bool:
        return bool(self.value)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return call_ufunc(ufunc, method, inputs, options)

    def __array_function__(self, function: Any, types: Any, inputs: Any, options: Any) -> Any:
        return call(function, *inputs, **options)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        if self.variable.requires_grad:
            raise self._leaves("float", "a plain array has no history")
        return np.array(self.value, dtype)

    def _leaves(self, what: str, why: str) -> DiffcompareError:
        return self.run.refuse(refusal(what, why))

    def __float__(self) -> float:
        if not self.variable.requires_grad:
            return float(self.value)
        raise self._leaves("float", "a plain double has no history")

    def __int__(self) -> int:
        if not self.variable.requires_grad:
            return int(self.value)
        raise self._leaves("int", "an integer has no derivative")

    def __index__(self) -> int:
        raise self._leaves("an index", "the number depends on the variables, and an index cannot")

    def __round__(self, digits: int | None = None) -> int:
        raise self._leaves("int", "rounding has no derivative")

    def __complex__(self) -> complex:
        raise self._leaves("complex", "complex numbers are not recorded")

    def item(self, *index: Any) -> float:
        """Return a constant as a double; raise the error for what would take a number off the tape."""
        if not self.variable.requires_grad:
            return float(self.value.item(*index))
        raise self._leaves("item", "it returns a plain double, which has no history")

    def tolist(self) -> Any:
        """Return the numbers in nested lists, each of them still on the tape."""
        return [row.tolist() for row in self] if self.ndim else self

    def copy(self, order: str = "K") -> Any:
        """Return an array of its own with the same numbers."""
        return ProgramArray(self.variable, self.run, is_array=self.is_array)

    def __copy__(self) -> Any:
        return self.copy()

    def __deepcopy__(self, memo: object) -> Any:
        return self.copy()

    def astype(self, dtype: Any, *arguments: Any, **options: Any) -> Any:
        """Return a copy where doubles are asked for, which the numbers already are."""
        if np.dtype(dtype) == self.dtype:
            return self.copy()
        if not self.variable.requires_grad:
            return self.value.astype(dtype, *arguments, **options)
        raise self.run.refuse(not_recorded(f".astype({np.dtype(dtype)})", "leave it out: what is recorded are doubles"))

    def fill(self, value: Any) -> None:
        """Replace all numbers."""
        self[...] = value

    @staticmethod
    def apply_operation(row: Any, arguments: Sequence[Any]) -> Any:
        """Apply a row of the table of operations."""
        return call(row, *arguments)

    @staticmethod
    def constant(value: Any) -> Any:
        """Return an integer, or the constant of a name, as a number."""
        return CONSTANTS[value] if isinstance(value, str) else value

    def __str__(self) -> str:
        return str(self.value)

    def __repr__(self) -> str:
        return repr(self.value)

    def __format__(self, spec: str) -> str:
        return format(self.value, spec)

    def __getattr__(self, name: str) -> Any:
        if name in METHODS:
            return lambda *arguments, **options: call(METHODS[name], self, *arguments, **options)
        if hasattr(np.ndarray, name) and not name.startswith("__"):
            raise self.run.refuse(not_recorded(f".{name}", "write it with NumPy's functions"))
        raise AttributeError(f"'numpy.ndarray' object has no attribute {name!r}")

    def _change(self, ufunc: Any, other: Any) -> Any:
        result = call_ufunc(ufunc, "__call__", (self, other), {})
        if not self.is_array:
            return result
        if np.shape(result) != self.shape:
            raise ValueError(
                f"non-broadcastable output operand with shape {self.shape} doesn't match {np.shape(result)}"
            )
        self.write(Ellipsis, result)
        return self

    def _compute(self, ufunc: Any, other: Any) -> Any:
        return call_ufunc(ufunc, "__call__", (self, other), {})

    def _compute_right(self, ufunc: Any, other: Any) -> Any:
        return call_ufunc(ufunc, "__call__", (other, self), {})

    def __neg__(self) -> Any:
        return call_ufunc(np.negative, "__call__", (self,), {})

    def __pos__(self) -> Any:
        return self.copy()

    def __abs__(self) -> Any:
        return call_ufunc(np.absolute, "__call__", (self,), {})


for _name, _ufunc in {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.true_divide, "pow": np.power,
    "matmul": np.matmul, "floordiv": np.floor_divide, "mod": np.remainder,
}.items():  # fmt: skip
    setattr(ProgramArray, f"__{_name}__", partialmethod(ProgramArray._compute, _ufunc))
    setattr(ProgramArray, f"__r{_name}__", partialmethod(ProgramArray._compute_right, _ufunc))
    setattr(ProgramArray, f"__i{_name}__", partialmethod(ProgramArray._change, _ufunc))
for _name, _ufunc in {
    "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal, "eq": np.equal, "ne": np.not_equal,
}.items():  # fmt: skip
    setattr(ProgramArray, f"__{_name}__", partialmethod(ProgramArray._compute, _ufunc))

METHODS: dict[str, Any] = {
    name: getattr(np, name)
    for name in ("sum", "mean", "prod", "max", "min", "std", "var", "dot", "reshape", "transpose", "ravel", "cumsum",
                 "cumprod", "clip", "trace", "diagonal", "squeeze", "swapaxes", "repeat", "take", "argmax", "argmin",
                 "argsort", "all", "any", "nonzero", "searchsorted")
}  # fmt: skip


# --- Calls of NumPy's functions ---------------------------------------------------------------------------------------

OF_ARRAYS: dict[Any, Callable[..., Any]] = {}
"""Functions of NumPy's that need the arrays themselves and not their Variables: views, copies, changes in place."""

_FOLDS = {np.add: np.sum, np.multiply: np.prod, np.maximum: np.max, np.minimum: np.min, np.logical_and: np.all,
          np.logical_or: np.any}  # fmt: skip
_ACCUMULATED = {np.add: np.cumsum, np.multiply: np.cumprod}


def call(function: Any, *inputs: Any, **options: Any) -> Any:
    """Call a function of NumPy's, or a row of the table, with arrays of a run among its arguments."""
    run = run_under_way()
    run.check()
    out = options.pop("out", None)
    if options.get("dtype") is not None:
        kind = np.dtype(options["dtype"])
        if kind != np.float64:
            raise run.refuse(not_recorded(f"{_title(function)} with dtype={kind}", "leave it out"))
    options.pop("dtype", None)
    own = OF_ARRAYS.get(function)
    if own is not None:
        result = own(*inputs, **options)
    else:
        arguments = [operand(value, run) for value in inputs]
        named = {name: operand(value, run) for name, value in options.items()}
        result = wrapped(_computed(function, arguments, named, run), run)
    return result if out is None else _assigned(out, result, run)


def _computed(function: Any, inputs: list[Any], options: dict[str, Any], run: ProgramRun) -> Any:
    """Return what a function makes of Variables: a Variable where one of them is on the tape."""
    if type(function) is not Operation and not any(map(_is_active, (*inputs, *options.values()))):
        return function(*map(_plain, inputs), **{name: _plain(value) for name, value in options.items()})
    try:
        return recorded_function(function)(*inputs, **options)
    except TapeError as error:
        if error.diagnostic.code != "E654":
            raise
        help = "write it out in arithmetic and functions that are: sums, products, slices, np.where, np.linalg.solve"
        raise run.refuse(not_recorded(_title(function), help)) from None
    except TypeError as error:
        if "argument" not in str(error):
            raise
        help = "take fewer of them, or index and combine the array yourself"
        raise run.refuse(not_recorded(f"{_title(function)} with these arguments", help)) from error


def call_ufunc(ufunc: Any, method: str, inputs: Sequence[Any], options: dict[str, Any]) -> Any:
    """Apply a universal function to arrays of a run and plain ones."""
    run = run_under_way()
    title, unlike = f"np.{ufunc.__name__}", options.get("where", True)
    if unlike is not True:
        raise run.refuse(not_recorded(f"{title} with where=", "choose with np.where(...)"))
    (out,) = options.get("out") or (None,)
    kept = {name: options[name] for name in ("axis", "keepdims", "dtype") if name in options}
    if method == "reduce" and ufunc in _FOLDS:
        return call(_FOLDS[ufunc], *inputs, **{"axis": 0, **kept}, out=out)
    if method == "accumulate" and ufunc in _ACCUMULATED:
        return call(_ACCUMULATED[ufunc], *inputs, **{"axis": 0, **kept}, out=out)
    if method == "outer":
        left, right = inputs
        left = call(np.reshape, left, (*np.shape(left), *[1] * np.ndim(right)))
        return call_ufunc(ufunc, "__call__", (left, right), options)
    if method == "at" and ufunc is np.add:
        array, index, values = inputs
        if isinstance(array, ProgramArray):
            return _added_at(array, plain_index(index), operand(values, run))
    if method != "__call__":
        raise run.refuse(not_recorded(f"{title}.{method}", "write it out with np.sum, np.cumsum or a loop"))
    if ufunc in COMPARISONS:
        run.check()
        return ufunc(*[_plain(operand(value, run)) for value in inputs])
    return call(ufunc, *inputs, **kept, out=out)


def _added_at(array: ProgramArray, index: Any, values: Any) -> None:
    """Add values at places, once for every time that a place occurs."""
    entries = recorded_function("+")(values, np.zeros(np.shape(array.value[index])))
    array.become(recorded_function("+")(array.variable, Scatter.apply(entries, index, array.shape)))


def _assigned(out: Any, result: Any, run: ProgramRun) -> Any:
    """Write a result into the array that the program named with `out`."""
    if not isinstance(out, ProgramArray):
        help = "make the array inside the function, with np.zeros(...), np.array([...]), or np.array(a) for a copy of a"
        raise run.refuse(not_recorded("a result in an array of doubles made outside of the function", help))
    if np.shape(result) != out.shape:
        raise ValueError(f"output parameter has the wrong shape: {out.shape}, not {np.shape(result)}")
    out.write(Ellipsis, result)
    return out


def apply_function(function: Any, arguments: Sequence[Any]) -> Any:
    """Apply a `Function` of the tape to the Variables of arrays."""
    run = run_under_way()
    run.check()
    return wrapped(function.apply(*[operand(argument, run) for argument in arguments]), run)


RECORDERS[ProgramArray] = apply_function


def operand(value: Any, run: ProgramRun) -> Any:
    """Return an argument with Variables in place of arrays, in lists and tuples too."""
    if type(value) is ProgramArray:
        return value.variable
    if type(value) is np.ndarray and value.dtype.kind == "f" and value.ndim:
        return run.constant(value)
    if type(value) is list or type(value) is tuple:
        return type(value)([operand(item, run) for item in value])
    return value


def wrapped(value: Any, run: ProgramRun) -> Any:
    """Return a result with arrays of the run in place of Variables, and of arrays of doubles, which may be filled."""
    if type(value) is Variable or (type(value) is np.ndarray and value.dtype.kind == "f"):
        return ProgramArray(value if type(value) is Variable else variable_of(value), run)
    if type(value) is list or type(value) is tuple:
        return type(value)([wrapped(item, run) for item in value])
    return value


def _is_active(value: Any) -> bool:
    if type(value) is list or type(value) is tuple:
        return any(map(_is_active, value))
    return type(value) is Variable and value.requires_grad


def _plain(value: Any) -> Any:
    if type(value) is list or type(value) is tuple:
        return type(value)(map(_plain, value))
    return value.value if type(value) is Variable else value


def _title(function: Any) -> str:
    module, name = getattr(function, "__module__", None) or "numpy", getattr(function, "__name__", str(function))
    return f"{module.replace('numpy', 'np', 1)}.{name}" if module.startswith("numpy") else name


def plain_index(index: Any) -> Any:
    """Return an index of arrays of integers or truth values; a number on the tape is refused."""
    if type(index) is tuple:
        return tuple(map(plain_index, index))
    if type(index) is ProgramArray:
        return index.__index__()
    return index
