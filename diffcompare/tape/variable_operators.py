"""The operators of the tape's Variables: Python's own, the rows of the table of operations, and NumPy's functions.

    v * 2, v[1:], v @ w     operators              np.sin(v), np.sum(v)     what NumPy asks a Variable for
    sin(v)                  rows of the table      v.sin(), v.sum()         the same as methods

All of them end in `RECORDED`, which `table_functions` fills.  No two Variables share their numbers: v[1:] is a copy, so
that `v[1:] *= 2` changes v, and `w = v[1:]; w *= 2` does not (in NumPy and PyTorch it does).
"""

from __future__ import annotations

import operator
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from types import FrameType
from typing import Any

import numpy as np

from diffcompare.language.expression import Operation
from diffcompare.language.operations import CONSTANTS, RELATIONS
from diffcompare.tape import tape_errors
from diffcompare.tape.tape_errors import TapeError


class _Mode(threading.local):
    """State of the tape in a thread."""

    recording = True


MODE = _Mode()

RECORDED: dict[Any, Callable[..., Any]] = {}
"""The functions that operators find, by sign, by row of the table, and by NumPy's function."""
METHODS: dict[str, Callable[..., Any]] = {}
"""The functions that are methods, by name."""
RECORDERS: dict[type, Callable[..., Any]] = {}
"""By type of a number that is recorded elsewhere: the function that applies a `Function` to arguments among such."""


def recorded_function(key: Any) -> Callable[..., Any]:
    """Return the function of a row, which may be a user's, or of NumPy."""
    if key not in RECORDED:
        if type(key) is not Operation and not isinstance(key, Operation):
            name = getattr(key, "__name__", key)
            raise TapeError("E654", f"np.{name} is not recorded on the tape",
                            "v.data is the plain array, without a derivative")  # fmt: skip
        RECORDED[key] = RECORDED[Operation](key)
    return RECORDED[key]


def recorder_of(arguments: Sequence[Any]) -> Callable[..., Any] | None:
    """Return what applies a `Function` to arguments, if one of them is recorded elsewhere."""
    return next((RECORDERS[type(argument)] for argument in arguments if type(argument) in RECORDERS), None)


def _is_followed(value: Any) -> bool:
    """Tell whether what is computed from a value is recorded."""
    return isinstance(value, TapeOperators) and value.requires_grad and MODE.recording


def _is_in_forward() -> bool:
    """Tell whether the forward of a Function is under way, where a Variable may be taken for its plain number."""
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_code.co_qualname != "Function.apply":
        frame = frame.f_back
    return frame is not None


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

    def __new__(cls, value: Any = None, *_: Any, **__: Any) -> Any:
        """Return a new Variable; a number that is recorded elsewhere stays what it is."""
        return value if type(value) in RECORDERS else object.__new__(cls)

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
        return recorded_function(row)(*arguments)

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
        if _is_followed(self) and not _is_in_forward():
            raise tape_errors.leaves_the_tape()
        return np.array(self.value, dtype)

    def __reduce__(self) -> Any:
        """Copy and pickle a leaf, with its value; raise TapeError for what a node made."""
        if self.grad_fn is not None:
            raise TapeError("E654", "a copy of this Variable would leave the tape",
                            "v.clone() is on the tape, and v.detach() is not")  # fmt: skip
        return type(self), (self.value, self.requires_grad)

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
        if ufunc in COMPARISONS and method == "__call__":
            return ufunc(*map(value_of, inputs), **options)
        if method != "__call__" or options:
            if not any(_is_followed(each) for each in (*inputs, *options.get("out", ()))):
                return getattr(ufunc, method)(*map(value_of, inputs), **options)  # w.data -= 0.1 * w.grad
            raise TapeError("E654", f"np.{ufunc.__name__} into or along an array is not recorded",
                            "write out = out + v; np.sum, np.max and np.stack are recorded")  # fmt: skip
        return recorded_function(ufunc)(*inputs)

    def __array_function__(self, function: Any, types: Any, inputs: Any, options: Any) -> Any:
        recorded = recorded_function(function)
        try:
            return recorded(*inputs, **options)
        except TypeError as error:
            if "argument" not in str(error):
                raise
            raise TapeError("E654", f"np.{function.__name__} is not recorded with these arguments",
                            "take fewer of them, or index and combine the array yourself") from error  # fmt: skip

    @property
    def T(self) -> Any:
        """The array with its axes reversed."""
        return RECORDED[np.transpose](self)

    def __getattr__(self, name: str) -> Any:
        """Return a function as a method: `v.exp()`, `v.sum(axis=0)`."""
        if name not in METHODS:
            raise AttributeError(f"a Variable has no {name!r}")
        return partial(METHODS[name], self)

    @property
    def is_leaf(self) -> bool:
        """True if no node made it."""
        return self.grad_fn is None

    @property
    def is_final(self) -> bool:
        """True if nothing will be differentiated again: a partial may take the form that is best in doubles."""
        return not MODE.recording

    def become(self, other: Any) -> Any:
        """Take over value and history of another Variable: what every change in place comes to."""
        raise NotImplementedError


_NUMBERS = (TapeOperators, int, float, np.ndarray, np.generic)
COMPARISONS = {np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal, np.isfinite, np.isnan,
                np.isinf, np.logical_not, np.logical_and, np.logical_or, np.logical_xor, np.signbit}  # fmt: skip


def value_of(operand: Any) -> Any:
    """Return the number or array of an operand."""
    return operand.value if isinstance(operand, TapeOperators) else operand


def _change_in_place(name: str) -> Callable[[Any, Any], Any]:
    def change(left: Any, right: Any) -> Any:
        result = getattr(left, name)(right)
        if result is NotImplemented:
            return result
        if result.shape != left.shape:
            raise TapeError("E653", f"a Variable of shape {left.shape} would change in place to shape {result.shape}",
                            "make a new value (c = c + 1)")  # fmt: skip
        return left.become(result)

    return change


for _sign, _name in {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}.items():
    setattr(TapeOperators, f"__{_name}__", _comparison(_sign))
for _name in ("add", "sub", "mul", "truediv", "pow"):
    setattr(TapeOperators, f"__i{_name}__", _change_in_place(f"__{_name}__"))
