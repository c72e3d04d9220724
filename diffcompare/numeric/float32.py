"""Single precision: the number system in which every result is rounded to the nearest float32.

For + - * / and sqrt that is what float32 hardware does, bit for bit: a double has more than twice the digits, so that
rounding twice does no harm (Figueroa 1995).  The other rows are computed in doubles and rounded once.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping
from typing import Any

from diffcompare.language.expression import Expression, Operation
from diffcompare.numeric.evaluate import CAREFUL, Functions, NumberSystem, Real, Undefined

UNIT_ROUNDOFF = 2.0**-24

_FLOAT32 = struct.Struct("f")


def rounded(x: float) -> float:
    """Return the nearest float32, ties to even; inf beyond the range of float32."""
    try:
        return float(_FLOAT32.unpack(_FLOAT32.pack(x))[0])
    except OverflowError:
        return math.copysign(math.inf, x)


class Float32(Real):
    """A float32, held in a double."""

    __slots__ = ()

    def __new__(cls, x: float) -> Float32:
        return super().__new__(cls, rounded(x))

    @staticmethod
    def apply_operation(operation: Operation, arguments: Any) -> Any:
        """Apply a row of the table to numbers of single precision; it never raises."""
        return _in_single(Real.apply_operation(operation, arguments))

    @staticmethod
    def constant(value: Any) -> Float32:
        """Return a number or a named constant as a float32."""
        return Float32(Real.constant(value))


def _in_single(result: Any) -> Any:
    return result if type(result) in (Undefined, Float32, int) else Float32(result)


def _function(operation: Operation) -> Callable[..., Any]:
    careful = CAREFUL.functions[operation]
    return lambda *arguments: _in_single(careful(*arguments))


def _leaf(node: Expression, point: Mapping[str, Any]) -> Float32:
    return Float32(CAREFUL.leaf(node, point))


FLOAT32 = NumberSystem(Functions(_function), _leaf, lambda terms: Float32(CAREFUL.total(terms)), Float32(1.0))
