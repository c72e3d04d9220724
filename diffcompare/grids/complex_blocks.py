"""The complex step at blocks of points: f(x + ih) in NumPy's complex numbers, with h = 1e-20, or 1e-20 of a small x.

The functions keep the digits of a tiny imaginary part, as those of `numeric.complex_numbers` do.  Those that NumPy has
no complex form of (erf, gamma and its kin, operations of a user's own) raise Unsupported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffcompare.backends.complex_step import DEFAULT_STEP, SMALL_X
from diffcompare.grids.careful_blocks import NOT_FINITE, leaf_value
from diffcompare.language.expression import Expression, Operation
from diffcompare.language.operations import OPERATIONS, RELATIONS
from diffcompare.language.wengert import wengert_list


class Unsupported(Exception):
    """An operation without a complex form over arrays; the message is its name."""


def _expm1(z: Any) -> Any:
    x, h = z.real, z.imag
    return (np.expm1(x) * np.cos(h) - 2 * np.sin(h / 2) ** 2) + 1j * (np.exp(x) * np.sin(h))


def _log1p(z: Any) -> Any:
    x, h = z.real, z.imag
    near = np.log1p(np.where(np.abs(x) < 0.5, 2 * x + x * x + h * h, 0.0)) / 2
    return np.where(np.abs(x) < 0.5, near, np.log(np.abs(1 + z))) + 1j * np.arctan2(h, 1 + x)


def _power(a: Any, b: Any) -> Any:
    return np.exp(b * np.log(a))


def _integer_power(a: Any, n: Any) -> Any:
    """Multiply by squaring, as NumPy does up to 100 only; the exponent is one number for all points."""
    exponent = int(np.asarray(n).flat[0].real)
    result, square, left = np.ones_like(a), a, abs(exponent)
    while left:
        if left & 1:
            result = result * square
        left >>= 1
        square = square * square if left else square
    return 1 / result if exponent < 0 else result


def _tail(z: Any) -> Any:
    return np.exp(np.where(z.real < 0, z, -z))


def _sigmoid(z: Any) -> Any:
    tail = _tail(z)
    return np.where(z.real < 0, tail, 1) / (1 + tail)


def _softplus(z: Any) -> Any:
    return np.where(z.real < 0, 0, z) + _log1p(_tail(z))


def _atan2(a: Any, b: Any) -> Any:
    flat = np.abs(b) >= np.abs(a)
    turned = np.where(flat, np.arctan(a / np.where(flat, b, 1)), -np.arctan(b / np.where(flat, 1, a)))
    return np.arctan2(a.real, b.real) + 1j * turned.imag


def _hypot(a: Any, b: Any) -> Any:
    size = np.maximum(np.abs(a), np.abs(b))
    scale = np.where((size > 0) & np.isfinite(size), size, 1.0)
    return np.sqrt((a / scale) ** 2 + (b / scale) ** 2) * scale


def _cbrt(z: Any) -> Any:
    root = np.cbrt(z.real)
    return root + 1j * (z.imag / (3 * root * root))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "neg": np.negative, "^": _power,
    "^n": _integer_power, "sqrt": np.sqrt, "cbrt": _cbrt, "exp": np.exp, "expm1": _expm1, "ln": np.log,
    "log1p": _log1p, "log10": lambda z: np.log(z) * 0.4342944819032518,
    "log2": lambda z: np.log(z) * 1.4426950408889634,
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "cot": lambda z: 1 / np.tan(z), "sec": lambda z: 1 / np.cos(z),
    "csc": lambda z: 1 / np.sin(z), "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "atan2": _atan2,
    "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "asinh": np.arcsinh, "acosh": np.arccosh, "atanh": np.arctanh,
    "abs": lambda z: np.where(z.real < 0, -z, z), "sign": lambda z: np.sign(z.real) + 0j,
    "min": lambda a, b: np.where(a.real < b.real, a, b), "max": lambda a, b: np.where(a.real > b.real, a, b),
    "relu": lambda z: np.where(z.real > 0, z, 0), "floor": lambda z: np.floor(z.real) + 0j,
    "ceil": lambda z: np.ceil(z.real) + 0j, "hypot": _hypot, "sigmoid": _sigmoid, "softplus": _softplus,
}  # fmt: skip


def _function(operation: Operation) -> Callable[..., Any]:
    if operation.name.startswith("if "):
        holds = RELATIONS[operation.name[3:]]
        return lambda left, right, yes, no: np.where(holds(left.real, right.real), yes, no)
    function = FUNCTIONS.get(operation.name)
    if function is None or OPERATIONS.get(operation.name) is not operation:
        raise Unsupported(operation.name)
    return function


class GridComplexStep:
    """The gradient by the complex step.  Raises Unsupported for an operation that has no complex form over arrays."""

    def __init__(self, expression: Expression, variables: Sequence[str], step: float | None = None) -> None:
        self.variables, self.step = variables, step
        self.nodes = wengert_list(expression)
        self.functions = [None if node.operation is None else _function(node.operation) for node in self.nodes]

    def run(self, columns: Sequence[Any], partials: Sequence[Any], wrt: Sequence[str], value: Any) -> Any:
        """Fill the partials with respect to `wrt` at one block; return a code for every point, or None if all fine."""
        codes = np.zeros(len(value), dtype=np.uint8)
        for name, partial in zip(wrt, partials, strict=True):
            place = list(self.variables).index(name)
            x = np.broadcast_to(np.asarray(columns[place], dtype=float), np.shape(value))
            h = np.where(np.abs(x) < SMALL_X, np.where(x == 0, 1.0, np.abs(x)), 1.0) * DEFAULT_STEP
            if self.step is not None:
                h = np.full_like(x, self.step)
            with np.errstate(all="ignore"):
                moved = [*columns[:place], x + 1j * h, *columns[place + 1 :]]
                partial[...] = self._value(moved, len(value)).imag / h
            lost = ~np.isfinite(partial)
            partial[lost] = np.nan
            codes[lost] = NOT_FINITE
        return codes if codes.any() else None

    def _value(self, columns: Sequence[Any], points: int) -> Any:
        named = dict(zip(self.variables, columns, strict=True))
        values: dict[Expression, Any] = {}
        for node, function in zip(self.nodes, self.functions, strict=True):
            if function is None:
                values[node] = np.broadcast_to(np.asarray(leaf_value(node, named), dtype=complex), (points,))
            else:
                values[node] = function(*[values[argument] for argument in node.arguments])
        return values[self.nodes[-1]]
