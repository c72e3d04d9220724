"""Numbers without a value: a function that runs on them shows what it computes for every input, if it never asks."""

from __future__ import annotations

from typing import Any, NoReturn

from diffcompare.diagnostics import DiffcompareError
from diffcompare.recording.source_lines import error_at, place_here


class Valueless:
    """The value of a variable that may be any number: arithmetic has no value either, and a comparison is refused."""

    __slots__ = ()

    def _arithmetic(self, *others: object) -> Valueless:
        return self

    def _refused(self, *others: object) -> NoReturn:
        raise branch_refused()

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _arithmetic
    __pow__ = __rpow__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __neg__ = __abs__ = _arithmetic
    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = __bool__ = __float__ = __hash__ = __format__ = _refused

    def __repr__(self) -> str:
        return "any number"


ANY_NUMBER = Valueless()


def branch_refused() -> DiffcompareError:
    """Return the error for a branch, or a loop, on a number that has no value."""
    message = "the program decides here by the value of a variable, and a formula has no value to decide by"
    help = "automatic differentiation follows the path that the program takes at a point; a formula would need both"
    return error_at(place_here(), "E589", "bad_value", message, help, "depends on the variables")


def has_no_value(values: Any) -> bool:
    """Tell whether one of some values is not a number."""
    return any(type(value) is Valueless for value in values)
