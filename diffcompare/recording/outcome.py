"""Outcomes of a run: the numbers that the function returned, or the error for anything else that it did."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from traceback import walk_tb
from types import CoroutineType, GeneratorType
from typing import Any

from diffcompare.diagnostics import DiffcompareError, shown
from diffcompare.recording.recorded_number import RecordedNumber, is_operand, tapes_aside
from diffcompare.recording.source_lines import SourcePlace, definition_of, error_at, is_user_file, place_of_error
from diffcompare.recording.time_limit import OutOfTime, TimeLimit

MAX_SECONDS = 5.0  # of the plain call after an exception, where nobody gave a limit
_IN_ARITHMETIC = "write it with arithmetic and the functions of math and NumPy, which are recorded"


def _is_of_doubles(error: BaseException) -> bool:
    """Tell whether an exception says that a number lacks a method that doubles have."""
    return isinstance(error, AttributeError) and hasattr(float, error.name or "")


def _is_of_a_library(error: BaseException) -> bool:
    """Tell whether an exception was raised by Python code that is not the user's."""
    *_, last = walk_tb(error.__traceback__) if error.__traceback__ is not None else [(None, 0)]
    return last[0] is not None and not is_user_file(last[0].f_code.co_filename)


def raised(error: BaseException, *, plainly: bool = True) -> DiffcompareError:
    """Return the error for an exception of the user's function, at the line that raised it.

    `plainly` says that a call with plain numbers raises it as well.
    """
    text = f"{type(error).__name__}: {error}".removesuffix(": ").partition("\n")[0]
    of_recorded = RecordedNumber.__name__ in text and (_is_of_a_library(error) or _is_of_doubles(error))
    if of_recorded or not plainly:
        message, help = "this takes plain numbers only, and this number is being recorded", _IN_ARITHMETIC
        numpy = sys.modules.get("numpy")
        if isinstance(error, AttributeError) and hasattr(numpy, error.name or ""):
            help = f"write np.{error.name}(...), which is recorded, in place of the method"
        message += "" if of_recorded else f" ({text.replace(RecordedNumber.__name__, 'float')})"
        return error_at(place_of_error(error.__traceback__), "E584", "bad_value", message, help, "leaves the tape here")
    text = text.replace(RecordedNumber.__name__, "float")  # as a plain call says it
    help = "choose a point at which the function runs; the numbers there are those of a plain call"
    return error_at(place_of_error(error.__traceback__), "E587", "bad_value", f"the function raised {text}", help)


def fails_plainly(
    function: Any, point: Mapping[str, Any], call: Callable[..., Any], error: BaseException, seconds: float
) -> bool:
    """Tell whether a plain call raises what the recorded one raised; else that takes plain numbers only.

    A call that takes longer than the recorded one may take tells nothing, and nothing is blamed on the recording.
    """
    if isinstance(error, _OF_NUMBERS) or not all(type(value) is float for value in point.values()):
        return True
    with tapes_aside():
        try:
            TimeLimit(min(seconds, MAX_SECONDS)).call(call, function, point)
        except (Exception, SystemExit) as other:
            return type(other) is type(error)
        except OutOfTime:
            return True
    return False


_OF_NUMBERS = (ArithmeticError, RecursionError, MemoryError, SystemExit)  # whatever kind of number it is


def did_not_end(budget: float, place: SourcePlace | None) -> DiffcompareError:
    """Return the error for a function that is still running when its time is up."""
    message = f"the function did not end within {budget:g} s"
    help = "does a loop wait for something that never comes? Give more time with --budget, or another point"
    return error_at(place, "E582", "resource_limit", message, help, "it was here")


# --- What the function returned ---------------------------------------------------------------------------------------


def flattened_result(result: Any, function: Any) -> tuple[list[Any], tuple[int, ...] | None]:
    """Return the numbers of what a function returned, in row order, and their shape (None for a number)."""
    if is_operand(result):
        return [result], None
    if hasattr(result, "tolist") and hasattr(result, "shape"):
        result = result.tolist()
        if is_operand(result):
            return [result], None
    if not isinstance(result, list | tuple):
        raise no_number(result, function)
    rows = [flattened_result(item, function) for item in result]
    shapes = {shape or () for _, shape in rows}
    if len(shapes) > 1:
        raise no_number(result, function)
    numbers = [number for inner, _ in rows for number in inner]
    return numbers, (len(result), *(shapes.pop() if shapes else ()))


_AS_A_LIST = "return its numbers as a list: list(...)"
_RETURNED: dict[type, tuple[str, str]] = {
    type(None): ("the function returned None", "is its `return` missing?"),
    dict: ("the function returned a dictionary", "return its values: list(result.values())"),
    str: ("the function returned text", "return a number"),
    complex: ("the function returned a complex number", "return a real one: its real part, or its absolute value"),
    GeneratorType: ("the function returned a generator", f"{_AS_A_LIST}, or `return` in place of `yield`"),
    CoroutineType: ("the function returned a coroutine", "write `def` in place of `async def`, or asyncio.run(...)"),
    **dict.fromkeys((map, filter, zip, reversed), ("the function returned an iterator", _AS_A_LIST)),
    set: ("the function returned a set", "return its numbers in their order, as a list or a tuple"),
}


def no_number(result: Any, function: Any, message: str = "") -> DiffcompareError:
    """Return the error for what a function returned."""
    if isinstance(result, CoroutineType):
        result.close()  # Python warns of one that nobody awaits
    known, help = _RETURNED.get(type(result), ("", "return one number, or a tuple, list or array of numbers"))
    if not message and isinstance(result, list | tuple):
        known, help = "the function returned parts of different shapes", "return one list: [*first, *second]"
    message = message or known or f"the function returned {shown(result)}, which is not a number"
    if type(result) in (str, complex):
        message += f", {shown(result)}"
    return error_at(definition_of(function), "E586", "bad_value", message, help)
