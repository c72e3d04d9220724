"""Single precision: the reading of a Wengert list in which every result is rounded to the nearest float32.

For + - * / and sqrt that is what float32 hardware does, bit for bit: a double has more than twice the digits, so that
rounding twice does no harm (Figueroa 1995).  The other rows are computed in doubles and rounded once.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping
from typing import Any

from diffcompare.evaluation import CAREFUL, Functions, Reading, Real, Undefined
from diffcompare.expression import Expression, Operation

UNIT_ROUNDOFF = 2.0**-24

_FLOAT32 = struct.Struct("f")


def rounded(x: float) -> float:
    """The nearest float32, ties to even; inf beyond their range."""
    try:
        return float(_FLOAT32.unpack(_FLOAT32.pack(x))[0])
    except OverflowError:
        return math.copysign(math.inf, x)


class Single(Real):
    """A float32, held in a double."""

    __slots__ = ()

    def __new__(cls, x: float) -> Single:
        return super().__new__(cls, rounded(x))

    @staticmethod
    def apply_operation(operation: Operation, arguments: Any) -> Any:
        """A row over float32 without exceptions."""
        return _lowered(Real.apply_operation(operation, arguments))

    @staticmethod
    def constant(value: int | str) -> Single:
        """An integer or a named constant as a float32."""
        return Single(Real.constant(value))

    def __add__(self, other: Any) -> Single:
        return Single(Real.__add__(self, other))

    def __radd__(self, other: Any) -> Single:
        return Single(Real.__radd__(self, other))

    def __sub__(self, other: Any) -> Single:
        return Single(Real.__sub__(self, other))

    def __rsub__(self, other: Any) -> Single:
        return Single(Real.__rsub__(self, other))

    def __mul__(self, other: Any) -> Single:
        return Single(Real.__mul__(self, other))

    def __rmul__(self, other: Any) -> Single:
        return Single(Real.__rmul__(self, other))

    def __neg__(self) -> Single:
        return Single(Real.__neg__(self))

    def __abs__(self) -> Single:
        return Single(Real.__abs__(self))

    def __truediv__(self, other: Any) -> Single:
        return Single(Real.__truediv__(self, other))

    def __rtruediv__(self, other: Any) -> Single:
        return Single(Real.__rtruediv__(self, other))


def _lowered(result: Any) -> Any:
    return result if type(result) in (Undefined, Single, int) else Single(result)


def _function(operation: Operation) -> Callable[..., Any]:
    careful = CAREFUL.functions[operation]
    return lambda *arguments: _lowered(careful(*arguments))


def _leaf(node: Expression, point: Mapping[str, Any]) -> Single:
    return Single(CAREFUL.leaf(node, point))


SINGLE = Reading(Functions(_function), _leaf, lambda terms: Single(CAREFUL.total(terms)), Single(1.0))
