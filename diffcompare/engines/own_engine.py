"""An engine of one's own for `audit my_engine.py`: a Python file with a function `gradient(f, point)`.

`f` takes numbers, one for each coordinate of the point, and returns one; `gradient` returns the partials of `f` there,
as many as the point has coordinates.  `f` does arithmetic with what it is given, and calls the functions that the file
has under our names (`sin`, `exp`, `ln` or `log`, `max` or `maximum`, ..., `where(condition, yes, no)`): a question that
needs another one is refused.  `DIGITS = 24` in the file says that its numbers are of single precision.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from diffcompare.diagnostics import Diagnostic, DiffcompareError, shown
from diffcompare.engines.engine import Engine, EngineAnswer, Function, Loaded
from diffcompare.language.operations import OPERATIONS

FUNCTION = "gradient"
OTHER_NAMES = {
    "log": "ln", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arctan2": "atan2", "arcsinh": "asinh",
    "arccosh": "acosh", "arctanh": "atanh", "maximum": "max", "minimum": "min",
}  # fmt: skip


def own_engine(path: str) -> Engine:
    """Return the engine of a file; the file is run when its worker loads it."""
    return Engine(partial(_load, path), path, (FUNCTION,))


def is_own_engine(name: str) -> bool:
    """Tell whether a name is that of a Python file."""
    return name.endswith(".py")


def _load(path: str) -> Loaded:
    """Run the file.  Raises DiffcompareError where it has no function `gradient`, or strange DIGITS."""
    from diffcompare.inputs.python_file import load  # which other engines do not need

    gradient: Any = load(path, FUNCTION)
    names = gradient.__globals__
    functions = {OTHER_NAMES.get(name, name): value for name, value in names.items() if callable(value)}
    known = {name: function for name, function in functions.items() if name in OPERATIONS or name == "where"}

    def mode(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        returned = gradient(f, list(point))
        if returned is None:
            raise TypeError(f"{FUNCTION} returned None")
        partials = list(returned)
        if len(partials) != len(point):
            raise TypeError(f"{FUNCTION} returned {len(partials)} partials at a point of {len(point)} coordinates")
        return EngineAnswer(float("nan"), [float(partials[i]) for i in wrt])

    digits = names.get("DIGITS", 53)
    if digits not in (24, 53):
        help = "DIGITS = 24 for single precision; 53, or no DIGITS, for doubles"
        message = f"`DIGITS` of `{path}` is 24 or 53, not {shown(digits)}"
        raise DiffcompareError(Diagnostic("E721", "bad_value", message, help=help))
    return Loaded(known, {FUNCTION: mode}, digits)
