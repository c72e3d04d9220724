"""Operators of recorded numbers that are several operations: `//`, `%`, `divmod` and `round`, with Python's values."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

from diffcompare.language.operations import OPERATIONS
from diffcompare.recording.recorded_number import (
    RecordedNumber,
    is_operand,
    plain,
    record_operation,
    record_valued,
)
from diffcompare.recording.valueless import ANY_NUMBER, has_no_value

_frame = sys._getframe


def _floor_division(left: Any, right: Any, frame: FrameType) -> Any:
    """Record `left // right` as the floor of a quotient: a step function, whose derivative is 0."""
    if not (is_operand(left) and is_operand(right)):
        return NotImplemented
    quotient = record_operation(OPERATIONS["/"], OPERATIONS["/"].real, (left, right), frame)
    return record_valued(OPERATIONS["floor"], _value(lambda a, b: a // b, left, right), (quotient,), frame)


def _remainder(left: Any, right: Any, frame: FrameType) -> Any:
    """Record `left % right` as left - right*(left // right), and its value as Python computes it."""
    quotient = _floor_division(left, right, frame)
    if quotient is NotImplemented:
        return NotImplemented
    product = record_operation(OPERATIONS["*"], OPERATIONS["*"].real, (right, quotient), frame)
    return record_valued(OPERATIONS["-"], _value(lambda a, b: a % b, left, right), (left, product), frame)


def _rounded(number: RecordedNumber, digits: int | None, frame: FrameType) -> Any:
    """Record a step function, as the floor of x + 1/2 or the ceiling of x - 1/2, with the value of Python's `round`."""
    value: Any = _value(lambda x: float(round(x, digits or 0)), number)
    upwards = value is ANY_NUMBER or value >= plain(number)
    scale = 10.0 ** (digits or 0)
    scaled = record_operation(OPERATIONS["*"], OPERATIONS["*"].real, (number, scale), frame) if digits else number
    shifted = record_operation(OPERATIONS["+"], OPERATIONS["+"].real, (scaled, 0.5 if upwards else -0.5), frame)
    whole_value = _value(lambda _: float(round(value * scale)), number)
    whole = record_valued(OPERATIONS["floor" if upwards else "ceil"], whole_value, (shifted,), frame)
    return record_valued(OPERATIONS["/"], value, (whole, scale), frame) if digits else whole


def _value(compute: Any, *numbers: Any) -> Any:
    """Return what Python computes with the plain numbers."""
    values = [plain(number) for number in numbers]
    return ANY_NUMBER if has_no_value(values) else compute(*values)


def _round(self: RecordedNumber, digits: int | None = None) -> Any:
    return _rounded(self, digits, _frame(1))


_OPERATORS: dict[str, Any] = {
    "__floordiv__": lambda self, other: _floor_division(self, other, _frame(1)),
    "__rfloordiv__": lambda self, other: _floor_division(other, self, _frame(1)),
    "__mod__": lambda self, other: _remainder(self, other, _frame(1)),
    "__rmod__": lambda self, other: _remainder(other, self, _frame(1)),
    "__divmod__": lambda self, other: (_floor_division(self, other, _frame(1)), _remainder(self, other, _frame(1))),
    "__rdivmod__": lambda self, other: (_floor_division(other, self, _frame(1)), _remainder(other, self, _frame(1))),
    "__round__": _round,
}
for _name, _operator in _OPERATORS.items():
    setattr(RecordedNumber, _name, _operator)
