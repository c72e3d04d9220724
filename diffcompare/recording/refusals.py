"""Refusals of a recorded number that would become a plain one: the errors, with what to write instead."""

from __future__ import annotations

import linecache
import math
import opcode
from types import FrameType

from diffcompare.diagnostics import DiffcompareError, ManyNumbers
from diffcompare.recording.source_lines import SourcePlace, error_at, place_here

_INSTEAD = {
    "float": "write the number without float(...): it is recorded as it is",
    "int": "for a step write math.floor(...); for a count or an index take a number that does not depend on x",
    "an index": "take an integer that does not depend on the variables, or choose with `if`",
    "complex": "split the formula into its real and imaginary parts",
    "item": "write the number without .item() or .tolist(): it is recorded as it is",
}


class CountExpected(DiffcompareError):
    """The program uses a variable as it is as a count or an index; `rounds` says that it takes its integer part."""

    def __init__(self, refused: DiffcompareError, place: int, *, rounds: bool = False) -> None:
        super().__init__(refused.diagnostic)
        self.place, self.rounds = place, rounds


def many_numbers(what: str, count: int, limit: int) -> ManyNumbers:
    """Return the error for so many operations on single numbers, or so many inputs, at the line that needs them."""
    message = f"this needs single numbers, and here are {count:,} {what}: at most {limit:,} are recorded"
    help = "take a smaller input; `diffcompare grad`, dc.gradient and dc.compare differentiate whole arrays, too"
    place = place_here() if what != "inputs" else None
    return ManyNumbers(error_at(place, "E585", "resource_limit", message, help, "a whole array").diagnostic)


def refusal(what: str, why: str) -> DiffcompareError:
    """Return the error for an operation that would make a recorded number a plain one."""
    place = place_here()
    segment = place_text(place)
    called = segment.partition("(")[0].strip()
    if what == "float" and segment.endswith("]"):
        message = "this array holds plain doubles, and the number is being recorded"
        help = "make the array inside the function, with np.zeros(...), np.array([...]), or np.array(a) for a copy of a"
        return error_at(place, "E584", "bad_value", message, help, "leaves the tape here")
    if what == "float" and called and called not in ("float", segment):
        message = f"`{called}` wants a plain double, and this number is being recorded"
        name = called.rpartition(".")[2]
        help = "write it out in arithmetic and the functions of math and NumPy"
        if hasattr(math, name) and not called.startswith(("np.", "numpy.")):
            help = f"write {name}(...) of math or of NumPy, or Python's own arithmetic"
        if called.endswith(("float16", "float32", "longdouble")):
            help = "leave it out: what is recorded are doubles"
        return error_at(place, "E584", "bad_value", message, help, "leaves the tape here")
    message = f"this would make a recorded number a plain one: {why}"
    return error_at(place, "E584", "bad_value", message, _INSTEAD[what], "leaves the tape here")


def place_text(place: SourcePlace) -> str:
    """Return the text of a place in the source."""
    return linecache.getline(place.file, place.line)[place.start : place.end]


def formats_text(frame: FrameType) -> bool:
    """Tell whether a frame is at `"%.3f" % x`: recorded numbers have a remainder of their own."""
    operation, kind = frame.f_code.co_code[frame.f_lasti : frame.f_lasti + 2]
    return operation == _BINARY_OPERATION and kind in _REMAINDERS


_BINARY_OPERATION = opcode.opmap.get("BINARY_OP", -1)  # older than Python 3.11, there is none
_REMAINDERS = [kind for kind, (_, sign) in enumerate(getattr(opcode, "_nb_ops", ())) if sign in ("%", "%=")]
