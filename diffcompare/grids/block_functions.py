"""The rows of the table over blocks of doubles: what NumPy has is called with `out=`, the rest is composed of that.

Each does what the row does over doubles, in the same form.  Where NumPy has nothing (gamma and its kin, a user's own
operations), the row itself is called number by number.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from diffcompare.codegen.joint_sweep import TOTAL, Slope
from diffcompare.language.expression import Operation
from diffcompare.language.operations import OPERATIONS, RELATIONS, general_power
from diffcompare.numeric.evaluate import RANGE_ERRORS

NAMES = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "neg": "negative", "^n": "power"}


class BlockFunction(NamedTuple):
    """An operation over blocks; `write(*arguments, out)` fills a block, and arguments may be arrays without axes."""

    write: Callable[..., Any]
    in_place: bool  # True if `out` may be the block of an argument


@lru_cache(maxsize=1024)
def block_function(operation: Operation) -> BlockFunction:
    """Return an operation over blocks of doubles."""
    name = operation.name
    if type(operation) is Slope:
        slope = _SLOPES.get((operation.of.name, operation.position))
        return _composed(slope) if slope is not None else _by_number(operation)
    if operation is TOTAL:
        return BlockFunction(_write_total, in_place=False)
    if OPERATIONS.get(name) is not operation:  # a user's own
        return _by_number(operation)
    if name.startswith("if "):
        return BlockFunction(_choice(name[3:]), in_place=False)
    if name in _COMPOSED:
        return _composed(_COMPOSED[name])
    ufunc: Any = getattr(np, NAMES.get(name) or operation.names.get("numpy", ""), None)
    if isinstance(ufunc, np.ufunc):
        return _from_ufunc(ufunc)
    return _by_number(operation)


def _from_ufunc(ufunc: Any) -> BlockFunction:
    if ufunc is not np.maximum and ufunc is not np.minimum:
        return BlockFunction(ufunc, in_place=True)  # called as it is: a function around it would take half as long

    call: Any = ufunc

    def write(*arguments: Any) -> None:  # these two want `out` by name
        call(*arguments[:-1], out=arguments[-1])

    return BlockFunction(write, in_place=True)


def _composed(function: Callable[..., Any]) -> BlockFunction:
    def write(*arguments: Any) -> None:
        arguments[-1][...] = function(*arguments[:-1])

    return BlockFunction(write, in_place=True)


def _by_number(operation: Operation) -> BlockFunction:
    """Call a row number by number; where it has no value, NumPy's error state is told as if a ufunc had met a nan."""
    real = operation.real

    def one(*numbers: float) -> float:
        try:
            return float(real(*numbers))
        except RANGE_ERRORS:
            return np.nan

    def write(*operands: Any) -> None:
        *arguments, out = operands
        columns = [np.broadcast_to(argument, out.shape).tolist() for argument in arguments]
        try:
            out[...] = list(map(real, *columns))
        except RANGE_ERRORS:
            out[...] = list(map(one, *columns))
        if not np.isfinite(out).all():
            np.divide(0.0, np.zeros(1))

    return BlockFunction(write, in_place=True)


def _choice(symbol: str) -> Callable[..., None]:
    compare = getattr(np, {"<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal", "==": "equal",
                           "!=": "not_equal"}[symbol])  # fmt: skip
    assert symbol in RELATIONS

    def write(left: Any, right: Any, yes: Any, no: Any, out: Any) -> None:
        condition = compare(left, right)
        np.copyto(out, no)
        np.copyto(out, yes, where=condition)

    return write


def _write_total(*operands: Any) -> None:
    """Add up in twice the precision (Ogita, Rump and Oishi 2005), where the plain sweep rounds once."""
    first, *others, out = operands
    np.copyto(out, first)
    lost = np.zeros_like(out)
    for term in others:
        total = out + term
        part = total - out
        lost += (out - (total - part)) + (term - part)
        out[...] = total
    np.add(out, lost, out=out)


# --- Rows that are composed of others ---------------------------------------------------------------------------------


def _power(a: Any, b: Any) -> Any:
    result = np.power(a, b)
    inside = (a > 0) | ((a == 0) & (b > 0))
    if not np.all(inside):  # NumPy knows (-2)^2 and 0^0 as well
        result = np.where(inside, result, np.nan)
        np.divide(0.0, np.zeros(1))
    return result


def _atan2(a: Any, b: Any) -> Any:
    result = np.arctan2(a, b)
    nowhere = (np.equal(a, 0)) & (np.equal(b, 0))
    if np.any(nowhere):
        result = np.where(nowhere, np.nan, result)
        np.divide(0.0, np.zeros(1))
    return result


def _cbrt(x: Any) -> Any:
    y = np.cbrt(x)
    usual = (y != 0) & np.isfinite(y)
    safe = np.where(usual, y, 1.0)
    return np.where(usual, y - (safe - np.where(usual, x, 1.0) / safe / safe) / 3, y)


def _sigmoid(x: Any) -> Any:
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, e) / (1.0 + e)


_COMPOSED: dict[str, Callable[..., Any]] = {
    "^": _power,
    "atan2": _atan2,
    "cbrt": _cbrt,
    "cot": lambda x: 1 / np.tan(x),
    "sec": lambda x: 1 / np.cos(x),
    "csc": lambda x: 1 / np.sin(x),
    "relu": lambda x: np.maximum(x, 0.0),
    "sigmoid": _sigmoid,
    "softplus": lambda x: np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x))),
}


# --- Partials that decide by their argument, in the forms of the table ------------------------------------------------


def _tanh_slope(y: Any, x: Any) -> Any:
    q = np.exp(-2 * np.abs(x))
    return np.where(np.abs(x) < 0.5, 1 - y * y, 4 * q / ((1 + q) * (1 + q)))


def _sigmoid_slope(y: Any, x: Any) -> Any:
    e = np.exp(-np.abs(x))
    return np.where(x <= 0, y * (1 - y), e / ((1 + e) * (1 + e)))


def _erf_slope(y: Any, x: Any) -> Any:
    inside = np.where(np.abs(x) < 27.3, x, 28.0)
    square, high = inside * inside, inside * 134217729.0
    high = high - (high - inside)
    low = inside - high
    gauss = np.exp(-square) * (1 - (((high * high - square) + 2 * high * low) + low * low))
    return 1.1283791670955126 * np.where(x == x, gauss, x)


def _atan_slope(y: Any, x: Any) -> Any:
    far = np.abs(x) > 1e150
    inside = np.where(far, 1.0, x)
    return np.where(far, (1 / np.where(far, x, 1.0)) / np.where(far, x, 1.0), 1 / (1 + inside * inside))


def _acosh_slope(y: Any, x: Any) -> Any:
    far = x > 1e9
    inside = np.where(far, 2.0, x)
    return np.where(far, 1 / x, 1 / np.sqrt((inside - 1) * (inside + 1)))


def _atan2_slope(p: Any, a: Any, b: Any) -> Any:
    size = np.maximum(np.abs(a), np.abs(b))
    scale = np.where((size > 1e145) | ((size > 0) & (size < 1e-145)), size, 1.0)
    a, b = a / scale, b / scale
    return ((p / scale) / (a * a + b * b)) / scale


def _power_slope(y: Any, a: Any, b: Any) -> Any:
    b = np.broadcast_to(b, np.shape(y))
    lowered = b - 1
    moved = lowered - b
    is_exact = (b - (lowered - moved)) + (-1 - moved) == 0
    by_power = (a == 0) | is_exact
    slope = b * (y / np.where(a == 0, 1.0, a))
    if np.any(by_power):
        powers = b * np.power(np.where(by_power, a, 1.0), np.where(by_power, lowered, 1.0))
        slope = np.where(by_power, np.where((a == 0) & (b == 1), 1.0, powers), slope)
    return slope


def _power_growth(y: Any, a: Any, b: Any) -> Any:
    return np.where(np.equal(a, 0), 0 * y, y * np.log(np.where(np.equal(a, 0), 1.0, a)))


_SLOPES: dict[tuple[str, int], Callable[..., Any]] = {
    ("tanh", 0): _tanh_slope,
    ("sigmoid", 0): _sigmoid_slope,
    ("erf", 0): _erf_slope,
    ("erfc", 0): lambda y, x: -_erf_slope(y, x),
    ("atan", 0): _atan_slope,
    ("acosh", 0): _acosh_slope,
    ("atan2", 0): lambda y, a, b: _atan2_slope(b, a, b),
    ("atan2", 1): lambda y, a, b: _atan2_slope(operator.neg(a), a, b),
    (general_power.name, 0): _power_slope,
    (general_power.name, 1): _power_growth,
}
