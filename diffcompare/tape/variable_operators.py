"""The operators of the tape's Variables: Python's own, the rows of the table of operations, and NumPy's functions.

    v * 2, v[1:], v @ w     operators              np.sin(v), np.sum(v)     what NumPy asks a Variable for
    sin(v)                  rows of the table      v.sin(), v.sum()         the same as methods

All of them end in `RECORDED`, where `table_functions` has a function for each.  Errors of the tape:

    E641  backward where no gradient can start or pass     E642  this part of the tape was read before, and is freed
    E643  something that was saved is changed in place     E644  a Variable would leave the tape
    E645  a `forward` or `backward` whose result does not fit
"""

from __future__ import annotations

import operator
import reprlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.language.expression import Operation
from diffcompare.language.operations import CONSTANTS, RELATIONS


class TapeError(DiffcompareError, RuntimeError):
    """An error of the tape, with what to do instead; a RuntimeError as well, as in PyTorch."""

    def __init__(self, code: str, message: str, help: str) -> None:
        super().__init__(Diagnostic(code, "bad_value", message, help=help))


class _Mode:
    """State of the tape: `recording`, and the number of calls of a `forward` that are under way."""

    recording = True
    forwards = 0


MODE = _Mode()


@contextmanager
def recorded(recording: bool) -> Iterator[None]:
    """Record what runs in a `with` block, or do not."""
    before, MODE.recording = MODE.recording, recording
    try:
        yield
    finally:
        MODE.recording = before


no_grad, enable_grad = partial(recorded, False), partial(recorded, True)  # `with no_grad(): w -= 0.1 * w.grad`


class _Recorded(dict[Any, Callable[..., Any]]):
    """The functions of `table_functions`, by row of the table, by NumPy's function and, as methods, by name."""

    def __missing__(self, key: Any) -> Callable[..., Any]:
        import diffcompare.tape.table_functions  # fills this table

        if type(key) is Operation:
            self.setdefault(key, diffcompare.tape.table_functions.elementary(key).apply)
        if key in self:
            return self[key]
        raise TapeError("E644", f"np.{getattr(key, '__name__', key)} is not recorded on the tape",
                        "v.data is the plain array, without a derivative")  # fmt: skip


RECORDED = _Recorded()


def _is_number(value: Any) -> bool:
    """Tell whether an operator takes a value; a list is left to Python."""
    return isinstance(value, _NUMBERS)


def _operator(sign: str) -> tuple[Callable[[Any, Any], Any], Callable[[Any, Any], Any]]:
    """Return the method of an operator for the operand on its left, and for the one on its right."""

    def left(self: Any, other: Any) -> Any:
        return RECORDED[sign](self, other) if _is_number(other) else NotImplemented

    def right(self: Any, other: Any) -> Any:
        return RECORDED[sign](other, self) if _is_number(other) else NotImplemented

    return left, right


def _comparison(sign: str) -> Callable[[Any, Any], Any]:
    holds = RELATIONS[sign]
    return lambda left, right: holds(left.value, value_of(right)) if _is_number(right) else NotImplemented


class TapeOperators:
    """Operators and methods of a Variable."""

    __slots__ = ()
    __hash__ = object.__hash__
    value: Any
    requires_grad: bool
    grad_fn: Any
    shape = property(operator.attrgetter("value.shape"))
    ndim = property(operator.attrgetter("value.ndim"))
    size = property(operator.attrgetter("value.size"))
    dtype = property(operator.attrgetter("value.dtype"))

    __add__, __radd__ = _operator("+")
    __sub__, __rsub__ = _operator("-")
    __mul__, __rmul__ = _operator("*")
    __truediv__, __rtruediv__ = _operator("/")
    __pow__, __rpow__ = _operator("**")
    __matmul__, __rmatmul__ = _operator("@")

    @staticmethod
    def apply_operation(row: Operation, arguments: Sequence[Any]) -> Any:
        """Apply a row of the table."""
        return RECORDED[row](*arguments)

    @staticmethod
    def constant(value: int | str) -> float:
        """Return an integer or a named constant as a number."""
        return CONSTANTS[value] if isinstance(value, str) else float(value)

    def __neg__(self) -> Any:
        return RECORDED["neg"](self)

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return RECORDED["abs"](self)

    def __getitem__(self, index: Any) -> Any:
        return RECORDED[operator.getitem](self, index)

    def __setitem__(self, index: Any, value: Any) -> None:
        self.become(RECORDED[operator.setitem](self, index, value))

    def item(self) -> float:
        """Return the number, off the tape."""
        return float(self.value)

    def tolist(self) -> Any:
        """Return the number, or the numbers in nested lists, off the tape."""
        return self.value.tolist()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        if self.requires_grad and MODE.recording and not MODE.forwards:
            raise TapeError("E644", "a Variable that requires a gradient would leave the tape here",
                            "take np.sin for math.sin, np.stack for np.array, or the plain value v.data")  # fmt: skip
        return np.array(self.value, dtype)

    def __float__(self) -> float:
        return float(self.__array__())

    def __repr__(self) -> str:
        origin = f", grad_fn={self.grad_fn}" if self.grad_fn else ", requires_grad=True" * self.requires_grad
        value = np.array2string(self.value, separator=", ") if np.ndim(self.value) else float(self.value)
        return f"Variable({value}{origin})"

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else repr(self)

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self.value)))

    def __len__(self) -> int:
        return len(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if ufunc in _COMPARISONS and method == "__call__":
            return ufunc(*map(value_of, inputs), **options)
        if method != "__call__" or options:
            raise TapeError("E644", f"np.{ufunc.__name__} into or along an array is not recorded",
                            "write out = out + v; np.sum, np.max and np.stack are recorded")  # fmt: skip
        return RECORDED[ufunc](*inputs)

    def __array_function__(self, function: Any, types: Any, inputs: Any, options: Any) -> Any:
        recorded = RECORDED[function]
        try:
            return recorded(*inputs, **options)
        except TypeError as error:
            if "argument" not in str(error):
                raise
            raise TapeError("E644", f"np.{function.__name__} is not recorded with these arguments",
                            "take fewer of them, or index and combine the array yourself") from error  # fmt: skip

    @property
    def T(self) -> Any:
        """The array with its axes reversed."""
        return RECORDED[np.transpose](self)

    def __getattr__(self, name: str) -> Any:
        """Return a function as a method: `v.exp()`, `v.sum(axis=0)`."""
        if name.startswith("_"):
            raise AttributeError(name)
        import diffcompare.tape.table_functions

        if name not in diffcompare.tape.table_functions.METHODS:
            raise AttributeError(f"a Variable has no {name!r}")
        return partial(diffcompare.tape.table_functions.METHODS[name], self)

    @property
    def is_final(self) -> bool:
        """True if nothing will be differentiated again: a partial may take the form that is best in doubles."""
        return not MODE.recording

    def become(self, other: Any) -> Any:
        """Take over value and history of another Variable: what every change in place comes to."""
        raise NotImplementedError


_NUMBERS = (TapeOperators, int, float, np.ndarray, np.generic)
_COMPARISONS = {np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal, np.isfinite, np.isnan,
                np.isinf, np.logical_not}  # fmt: skip


def value_of(operand: Any) -> Any:
    """Return the number or array of an operand."""
    return operand.value if isinstance(operand, TapeOperators) else operand


def real_numbers(value: Any, taker: str) -> Any:
    """Return a value as NumPy's doubles; narrower floats stay.  `taker` says what asked for real numbers."""
    array = np.asarray(value_of(value))
    if array.dtype.kind not in "fiub":
        raise TapeError("E645", f"{taker}: {reprlib.repr(value)} is not a real number or an array of them",
                        "np.stack makes one array of several Variables")  # fmt: skip
    return (array if array.dtype.kind == "f" else array.astype(float))[()]


def record_function(function: Any, arguments: Sequence[Any]) -> Any:
    """Apply a Function to numbers that a recording of a Python function is made of."""
    from diffcompare.tape.function_operations import record_function

    return record_function(function, arguments)


def _change_in_place(name: str) -> Callable[[Any, Any], Any]:
    return lambda left, right: left.become(getattr(left, name)(right))


for _sign, _name in {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}.items():
    setattr(TapeOperators, f"__{_name}__", _comparison(_sign))
for _name in ("add", "sub", "mul", "truediv", "pow"):
    setattr(TapeOperators, f"__i{_name}__", _change_in_place(f"__{_name}__"))
