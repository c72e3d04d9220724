"""What a Python caller hands in, checked: points, steps and budgets."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.point import check_point


def checked_point(names: Sequence[str], given: Mapping[str, Any]) -> dict[str, float]:
    """The point in doubles, in the order of the names.

    Raises DiffcompareError for a coordinate that is no finite number, for a name too many and for one too few.
    """
    point = {name: _double(name, x) for name, x in given.items()}
    check_point(names, point)
    return {name: point[name] for name in names}


def _double(name: str, x: Any) -> float:
    try:
        value = float(x)
    except OverflowError:
        value = math.inf
    except (TypeError, ValueError):
        raise bad_value(f"the value of `{name}` is {x!r}, which is not a number", "point") from None
    if not math.isfinite(value):
        shown = x if isinstance(x, float) else "a number beyond the range of doubles (1.8e308)"
        raise bad_value(f"the value of `{name}` is {shown}", "point", "a coordinate is a finite number")
    return value


def joined(point: Mapping[str, Any] | None, values: Mapping[str, Any]) -> dict[str, Any] | None:
    """The point given as a mapping, as keyword arguments, or as both; None where nothing was given."""
    for name in point or ():
        if name in values:
            raise bad_value(f"two values for `{name}`", "point", "keep one of them")
    return {**(point or {}), **values} if point is not None or values else None


def checked_positive(name: str, number: float | None) -> float | None:
    """A step or a budget: None, or a finite number above 0."""
    if number is None or 0 < number < math.inf:
        return number
    raise bad_value(f"`{name}` is {number}", name, "give a number above 0, or None")


def bad_value(message: str, source: str, help: str | None = None) -> DiffcompareError:
    """The error for a value that cannot be used."""
    return DiffcompareError(Diagnostic("E703", "bad_value", message, source=source, help=help))


def coordinate(x: float) -> str:
    """A coordinate in the fewest characters that read back as the same double: `2`, `0.1`, `1e+15`."""
    short = f"{x:.15g}"
    return short if float(short) == x else repr(x)
