"""Matrices of recorded numbers with NumPy's own values: what is recorded in other operations agrees to the last bit."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from diffcompare.diagnostics import DiffcompareError
from diffcompare.recording.elementwise import object_array, plain_array
from diffcompare.recording.recorded_number import RecordedNumber, Tape, open_tapes, plain, settle
from diffcompare.recording.source_lines import error_at, place_here
from diffcompare.recording.valueless import Valueless

ROUNDING = 1e-6  # relative to the largest number: what elimination may differ by in another order


def matrix(value: Any) -> Any:
    """Return an argument as an array of objects."""
    return np.asarray(object_array(value), dtype=object)


def is_known(*matrices: Any) -> bool:
    """Tell whether all numbers have values, so that NumPy can compute with them."""
    return not any(isinstance(plain(number), Valueless) for matrix in matrices for number in matrix.ravel().tolist())


def settled(results: Any, values: Any, starts: list[tuple[Tape, int]]) -> Any:
    """Give numbers that were recorded just now the values that NumPy computed, which may differ by their rounding.

    One that differs by more is left as it is, so that the comparison with a plain call tells it.  `starts` has the
    lengths of the tapes before.  Several results come as the tuple that NumPy returned.
    """
    if isinstance(values, tuple):
        pairs = [settled(result, value, starts) for result, value in zip(results, values, strict=True)]
        return type(values)(*pairs) if hasattr(values, "_fields") else tuple(pairs)
    first = {id(tape): start for tape, start in starts}
    margin = ROUNDING * np.max(np.abs(values), initial=0.0)
    for number, value in zip(np.ravel(results).tolist(), np.ravel(values).tolist(), strict=True):
        is_new = type(number) is RecordedNumber and number.place >= first.get(id(number.tape), math.inf)
        if is_new and abs(plain(number) - value) <= margin:
            settle(number, value)
    return results


def with_values_of(function: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator: what is recorded has the values of NumPy's function, and raises what that raises.

    A stack of matrices is taken one by one.
    """

    def decorate(recorded: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def over_values(*arguments: Any, **options: Any) -> Any:
            matrices = [matrix(argument) for argument in arguments]
            if matrices[0].ndim > 2:
                return _stacked(over_values, matrices, options)
            starts = [(tape, len(tape.entries)) for tape in open_tapes()]
            values = function(*map(plain_array, matrices), **options) if is_known(*matrices) else None
            results = recorded(*matrices, **options)
            return results if values is None else settled(results, values, starts)

        return over_values

    return decorate


def _stacked(function: Callable[..., Any], matrices: list[Any], options: dict[str, Any]) -> Any:
    """Return a function of each matrix of a stack, as a stack."""
    shape = np.broadcast_shapes(*[matrix.shape[:-2] for matrix in matrices])
    stacks = [np.broadcast_to(matrix, shape + matrix.shape[-2:]) for matrix in matrices]
    results = [function(*[stack[index] for stack in stacks], **options) for index in np.ndindex(shape)]
    if isinstance(results[0], tuple):
        columns = [_stack(column, shape) for column in zip(*results, strict=True)]
        return type(results[0])(*columns) if hasattr(results[0], "_fields") else tuple(columns)
    return _stack(results, shape)


def _stack(results: Any, shape: tuple[int, ...]) -> Any:
    return np.array([matrix(result) for result in results], dtype=object).reshape(shape + np.shape(results[0]))


def no_derivative(name: str, why: str, help: str = "choose another point") -> DiffcompareError:
    """Return the error for a function of linear algebra where it has no derivative."""
    message = f"`np.linalg.{name}` has no derivative here: {why}"
    return error_at(place_here(), "E584", "bad_value", message, help, "leaves the tape here")
