"""Doubles that count the operations done on them, for algorithms whose work no formula gives beforehand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from diffcompare.language.expression import Operation
from diffcompare.numeric.evaluate import CAREFUL, Functions, NumberSystem, Real, guarded


class Counted(Real):
    """A double whose operations are counted: a row of the table is one, as everywhere."""

    __slots__ = ()
    operations = 0  # done on all of them so far

    @staticmethod
    def apply_operation(operation: Operation, arguments: Sequence[Any]) -> Any:
        """Apply a row of the table and count it."""
        Counted.operations += 1
        result = Real.apply_operation(operation, [float(argument) for argument in arguments])
        return result if type(result) is int else Counted(result)

    @staticmethod
    def constant(value: Any) -> Counted:
        """Return a number or a named constant."""
        return Counted(Real.constant(value))

    def __neg__(self) -> Any:
        Counted.operations += 1
        return super().__neg__()

    def __add__(self, other: Any) -> Any:
        Counted.operations += 1
        return super().__add__(other)

    def __sub__(self, other: Any) -> Any:
        Counted.operations += 1
        return super().__sub__(other)

    def __mul__(self, other: Any) -> Any:
        Counted.operations += 1
        return super().__mul__(other)

    def __truediv__(self, other: Any) -> Any:
        Counted.operations += 1
        return super().__truediv__(other)

    __radd__, __rmul__ = __add__, __mul__


def _total(terms: list[Any]) -> Counted:
    Counted.operations += len(terms) - 1
    return Counted(CAREFUL.total(terms))


COUNTED = NumberSystem(
    Functions(lambda operation: guarded(operation, lambda *a: Counted.apply_operation(operation, a))),
    lambda node, point: Counted(CAREFUL.leaf(node, point)),
    _total,
    Counted(1.0),
)


def counted(work: Callable[[], Any]) -> tuple[Any, int]:
    """Do some work and return its result, with the number of operations on counted doubles."""
    before = Counted.operations
    result = work()
    return result, Counted.operations - before
