"""The functions of `math` for recorded numbers: each records a row of the table, and is `math`'s own for doubles."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable
from types import FrameType, ModuleType
from typing import Any

from diffcompare.language.expression import Operation
from diffcompare.language.operations import OPERATIONS
from diffcompare.recording.recorded_number import (
    RecordedNumber,
    decide,
    is_operand,
    open_tapes,
    plain,
    record_operation,
    record_power,
    record_valued,
    settle,
)
from diffcompare.recording.source_lines import error_at, place_here, user_frame
from diffcompare.recording.valueless import ANY_NUMBER, has_no_value

_frame = sys._getframe


class Relocated:
    """Gives the nodes that a library records the line of the user's that called it."""

    def __init__(self, frame: FrameType) -> None:
        self.frame = frame
        self.starts = [(tape, len(tape.entries)) for tape in open_tapes()]

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: object) -> None:
        for tape, start in self.starts:
            tape.relocate(start, self.frame)


def row_function(row: Operation, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that records a row where an argument is recorded, and else is the function given."""

    if len(row.partials) == 1:
        return _unary(row, function)

    def recorded(*arguments: Any) -> Any:
        for argument in arguments:
            if type(argument) is RecordedNumber:
                if not all(map(is_operand, arguments)):
                    break
                return record_operation(row, _once(row, function), arguments, _frame(1))
        return function(*arguments)

    recorded.__name__ = getattr(function, "__name__", row.name)
    return recorded


def _unary(row: Operation, function: Callable[..., Any]) -> Callable[[Any], Any]:
    """Return the function for one argument, spelled out because programs spend much of their time in it."""

    def recorded(x: Any, /) -> Any:
        if type(x) is not RecordedNumber:
            return function(x)
        tape, value = x.tape, x.value
        value = function(value) if type(value) is float else _once(row, function)(value)
        frame = _frame(1)
        entries = tape.entries
        number = RecordedNumber()
        number.tape, number.place, number.value = tape, len(entries), value
        entries.append((row, x.place, None, value, frame.f_code, frame.f_lasti))
        return number

    recorded.__name__ = getattr(function, "__name__", row.name)
    return recorded


def _once(row: Operation, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return what computes the value: the function for doubles, and the row for numbers of an outer tape."""

    def compute(*values: Any) -> Any:
        if any(type(value) is RecordedNumber for value in values):
            return row(*values)
        return ANY_NUMBER if has_no_value(values) else function(*values)

    return compute


# Functions whose name in `math` is not that of their row.
_OTHER_NAMES = {"fabs": "abs"}
# Rows with a function of their name in `math` whose value is another: atan2(0, 0), an integer for floor and ceil.
_SAME_NAMES = [
    name
    for name, row in OPERATIONS.items()
    if hasattr(math, name) and len(row.partials) <= 2 and name not in ("floor", "ceil", "hypot")
]


def _log(x: Any, base: Any = math.e) -> Any:
    frame = _frame(1)
    if base is math.e:
        return _recorded("ln", math.log, (x,), frame)
    if type(x) is not RecordedNumber and type(base) is not RecordedNumber:
        return math.log(x, base)
    if base == 10 or base == 2:
        return _recorded(f"log{base:g}", lambda value: math.log(value, base), (x,), frame)
    above = _recorded("ln", math.log, (x,), frame)
    return _recorded("/", OPERATIONS["/"].real, (above, _recorded("ln", math.log, (base,), frame)), frame)


def _recorded(name: str, function: Callable[..., Any], arguments: tuple[Any, ...], frame: FrameType) -> Any:
    if not any(type(argument) is RecordedNumber for argument in arguments):
        return function(*arguments)
    return record_operation(OPERATIONS[name], _once(OPERATIONS[name], function), arguments, frame)


def _pow(x: Any, y: Any) -> Any:
    if type(x) is not RecordedNumber and type(y) is not RecordedNumber:
        return math.pow(x, y)
    return record_power(x, y, _frame(1))


def _hypot(*coordinates: Any) -> Any:
    if not any(type(coordinate) is RecordedNumber for coordinate in coordinates):
        return math.hypot(*coordinates)
    frame, total = _frame(1), coordinates[0]
    if len(coordinates) == 1:
        return _recorded("abs", abs, (total,), frame)
    for coordinate in coordinates[1:]:
        total = _recorded("hypot", math.hypot, (total, coordinate), frame)
    return total


def _sum(terms: Iterable[Any]) -> Any:
    terms = list(terms)
    if not any(type(term) is RecordedNumber for term in terms):
        return math.fsum(terms)
    frame, total = _frame(1), terms[0]
    for place, term in enumerate(terms[1:], 2):
        total = _binary("+", total, term, frame)
        if place == len(terms) and not has_no_value(map(plain, terms)):  # the value of `math.fsum` is rounded only once
            settle(total, math.fsum(map(plain, terms)))
    return total


def _product(factors: Iterable[Any], *, start: Any = 1) -> Any:
    frame, total = _frame(1), start
    for factor in factors:
        if total == 1 and type(total) is int:
            total = factor
        elif type(total) is RecordedNumber or type(factor) is RecordedNumber:
            total = _recorded("*", OPERATIONS["*"].real, (total, factor), frame)
        else:
            total = total * factor
    return total


def _sum_of_products(p: Iterable[Any], q: Iterable[Any]) -> Any:
    pairs = list(zip(p, q, strict=True))
    frame = _frame(1)
    total: Any = 0
    for place, (left, right) in enumerate(pairs):
        term = _binary("*", left, right, frame)
        total = term if place == 0 else _binary("+", total, term, frame)
    return total


def _binary(name: str, left: Any, right: Any, frame: FrameType) -> Any:
    return _recorded(name, OPERATIONS[name].real, (left, right), frame)


def _distance(p: Iterable[Any], q: Iterable[Any]) -> Any:
    p, q, frame = list(p), list(q), _frame(1)
    if len(p) != len(q):
        return math.dist([0.0] * len(p), [0.0] * len(q))  # which says so
    differences = [_binary("-", left, right, frame) for left, right in zip(p, q, strict=True)]
    return _hypot(*differences)


def _scaled(factor: float, function: Callable[[float], float]) -> Callable[[Any], Any]:
    def scaled(x: Any) -> Any:
        if type(x) is not RecordedNumber:
            return function(x)
        return record_operation(OPERATIONS["*"], OPERATIONS["*"].real, (x, factor), _frame(1))

    return scaled


def _exp2(x: Any) -> Any:
    if type(x) is not RecordedNumber:
        return math.exp2(x)
    return record_power(2.0, x, _frame(1))


def _copysign(x: Any, y: Any) -> Any:
    if type(x) is not RecordedNumber and type(y) is not RecordedNumber:
        return math.copysign(x, y)
    frame = _frame(1)
    size = _recorded("abs", abs, (x,), frame)
    return size if math.copysign(1.0, plain(y)) > 0 else -size


def _fmod(x: Any, y: Any) -> Any:
    """Record x - y*n, where n is the quotient with its decimals cut off, a constant here."""
    if type(x) is not RecordedNumber and type(y) is not RecordedNumber:
        return math.fmod(x, y)
    frame, value = _frame(1), math.fmod(plain(x), plain(y))
    product = _binary("*", y, float(round((plain(x) - value) / plain(y))), frame)
    return record_valued(OPERATIONS["-"], value, (x, product), frame)


def _step(name: str) -> Callable[[Any], Any]:
    function = getattr(math, name)

    def step(x: Any) -> Any:
        if type(x) is not RecordedNumber:
            return function(x)
        return record_operation(OPERATIONS[name], OPERATIONS[name], (x,), _frame(1))

    return step


def _trunc(x: Any) -> Any:
    if type(x) is not RecordedNumber:
        return math.trunc(x)
    name = "floor" if plain(x) >= 0 else "ceil"
    return record_operation(OPERATIONS[name], OPERATIONS[name], (x,), _frame(1))


def _test(name: str) -> Callable[[Any], bool]:
    function = getattr(math, name)
    return lambda x: function(plain(x))


def _is_close(a: Any, b: Any, *, rel_tol: float = 1e-09, abs_tol: float = 0.0) -> bool:
    close = math.isclose(plain(a), plain(b), rel_tol=rel_tol, abs_tol=abs_tol)
    if type(a) is RecordedNumber or type(b) is RecordedNumber:
        tolerance = max(rel_tol * max(abs(plain(a)), abs(plain(b))), abs_tol)
        frame = user_frame(_frame(1))
        gap = _recorded("abs", abs, (_binary("-", a, b, frame),), frame)
        decide(gap, "<=", tolerance, frame)
    return close


def _parts(x: Any) -> Any:
    """Record x - n and n, where n is x with its decimals cut off."""
    if type(x) is not RecordedNumber:
        return math.modf(x)
    whole = _trunc(x)
    return _binary("-", x, whole, _frame(1)), whole


def _remainder(x: Any, y: Any) -> Any:
    """Record x - y*n, where n is the integer nearest to the quotient, a constant here."""
    if type(x) is not RecordedNumber and type(y) is not RecordedNumber:
        return math.remainder(x, y)
    frame, value = _frame(1), math.remainder(plain(x), plain(y))
    product = _binary("*", y, float(round((plain(x) - value) / plain(y))), frame)
    return record_valued(OPERATIONS["-"], value, (x, product), frame)


def _mantissa(x: Any) -> Any:
    """Record x/2^n, where the exponent n is a constant here."""
    if type(x) is not RecordedNumber:
        return math.frexp(x)
    _, exponent = math.frexp(plain(x))
    return record_operation(OPERATIONS["*"], OPERATIONS["*"].real, (x, math.ldexp(1.0, -exponent)), _frame(1)), exponent


def _fused(x: Any, y: Any, z: Any) -> Any:
    frame = _frame(1)
    return _binary("+", _binary("*", x, y, frame), z, frame)


def _power_of_two(x: Any, exponent: int) -> Any:
    if type(x) is not RecordedNumber:
        return math.ldexp(x, exponent)
    return record_operation(OPERATIONS["*"], OPERATIONS["*"].real, (x, math.ldexp(1.0, exponent)), _frame(1))


def _unrecorded(name: str) -> Callable[..., Any]:
    function = getattr(math, name)

    def refuse(*arguments: Any) -> Any:
        if any(type(argument) is RecordedNumber for argument in arguments):
            message = f"`math.{name}` has no derivative, so it is not recorded"
            raise error_at(place_here(), "E584", "bad_value", message, "write it in arithmetic that has one")
        return function(*arguments)

    return refuse


_WRITTEN_OUT: dict[str, Callable[..., Any]] = {
    "log": _log, "pow": _pow, "hypot": _hypot, "fsum": _sum, "prod": _product, "sumprod": _sum_of_products,
    "dist": _distance, "degrees": _scaled(180 / math.pi, math.degrees), "radians": _scaled(math.pi / 180, math.radians),
    "exp2": _exp2, "copysign": _copysign, "fmod": _fmod, "floor": _step("floor"), "ceil": _step("ceil"),
    "trunc": _trunc, "isclose": _is_close, "fma": _fused, "ldexp": _power_of_two,
    **{name: _test(name) for name in ("isnan", "isinf", "isfinite")},
    "modf": _parts, "frexp": _mantissa, "remainder": _remainder,
    **{name: _unrecorded(name) for name in ("nextafter", "ulp", "factorial", "gcd")},
}  # fmt: skip

# The recorded functions by the name in `math`.
FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: row_function(OPERATIONS[name], getattr(math, name)) for name in _SAME_NAMES},
    **{name: row_function(OPERATIONS[row], getattr(math, name)) for name, row in _OTHER_NAMES.items()},
    **{name: function for name, function in _WRITTEN_OUT.items() if hasattr(math, name)},
}


def recording_pairs(module: ModuleType, functions: dict[str, Any]) -> list[tuple[Any, Any]]:
    """Return a module and some of its functions, each beside what stands in for it: functions that record."""
    stand_in = ModuleType(module.__name__, module.__doc__)
    stand_in.__dict__.update(vars(module))
    stand_in.__dict__.update(functions)
    return [(module, stand_in), *[(getattr(module, name), function) for name, function in functions.items()]]
