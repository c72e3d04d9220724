"""A function and its gradient over arrays of any shape, as `dc.function` is called with them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from diffcompare.backends.automatic import reverse_mode
from diffcompare.grids.careful_blocks import GridFunction
from diffcompare.language.expression import Expression
from diffcompare.studies.question import bad_value

MAX_SINGLY = 100_000  # points of one call that are asked one by one: those whose partials leave the doubles on the way


class ArrayFunction:
    """Value and partials with respect to `wrt` over arrays.  Raises NotDifferentiable where a partial is not known."""

    def __init__(self, expression: Expression, variables: Sequence[str], wrt: Sequence[str]) -> None:
        self.function = GridFunction(expression, variables, wrt, singly=reverse_mode)

    def __call__(self, arguments: Sequence[Any], *, needs_value: bool) -> tuple[Any, tuple[Any, ...]]:
        """Return the value and the partials at the points of arrays and finite numbers, which are broadcast.

        There is nan where a coordinate is no finite number, and where a result is none; with `needs_value` the partials
        are nan as well where only the value has no number.  Raises DiffcompareError for an array of anything but real
        numbers, and ValueError for shapes that do not fit.
        """
        variables = self.function.variables
        given = [_real_array(name, argument) for name, argument in zip(variables, arguments, strict=True)]
        shape = np.broadcast_shapes(*[array.shape for array in given])
        columns = [array if array.ndim == 0 else np.broadcast_to(array, shape).ravel() for array in given]
        results = [np.empty(math.prod(shape)) for _ in range(1 + len(self.function.wrt))]
        self.function.left = MAX_SINGLY
        codes = self.function.run(columns, results)
        if codes is not None:  # a partial can exist where the value is beyond the doubles
            for number, result in enumerate(results):
                result[(codes > 0) if needs_value or number == 0 else ~np.isfinite(result)] = np.nan
        for column in columns:
            if column.ndim:
                lost = ~np.isfinite(column)
                for result in results:
                    result[lost] = np.nan
        value, *partials = [result.reshape(shape) for result in results]
        return value, tuple(partials)


def _real_array(name: str, given: Any) -> Any:
    """Return an argument as an array of doubles, with nan where it is masked."""
    try:
        with np.errstate(over="ignore"):
            array = np.asarray(given)
            if array.dtype.kind not in "biufO":
                raise TypeError
            array = array.astype(float, copy=False)
    except (TypeError, ValueError, OverflowError):
        raise bad_value(f"the value of `{name}` is no array of real numbers", "point") from None
    return np.where(given.mask, np.nan, array) if isinstance(given, np.ma.MaskedArray) else array
