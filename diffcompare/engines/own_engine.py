"""An engine of one's own for `audit my_engine.py`: a Python file with a function `gradient(f, point)`.

`f` takes numbers, one for each coordinate of the point, and returns one; `gradient` returns the partials of `f` there,
as many as the point has coordinates.  `f` does arithmetic with what it is given, and calls the functions that the file
has under our names (`sin`, `exp`, `ln` or `log`, `max` or `maximum`, ..., `where(condition, yes, no)`): a question that
needs another one is refused.  `DIGITS = 24` in the file says that its numbers are of single precision.

The file may have more, and is asked for no more than it has:

* `hessian(f, point)` returns the matrix of second partials, of which the diagonal is judged;
* `value(f, point)` returns the value that the engine computes on its way;
* `derivative(f, x)` is the derivative of a function of one number, which may stand inside of itself;
* `complex_derivative(f, z)` is the derivative by a complex number: f' of an analytic function, f_x + i f_y of a real
  one.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence
from functools import partial
from typing import Any

from diffcompare.diagnostics import Diagnostic, DiffcompareError, shown
from diffcompare.engines.engine import Engine, EngineAnswer, Function, Loaded
from diffcompare.language.operations import OPERATIONS

FUNCTION = "gradient"
HESSIAN, VALUE, DERIVATIVE, COMPLEX = OPTIONAL = ("hessian", "value", "derivative", "complex_derivative")
MAX_FILE_BYTES = 1 << 20
OTHERS = ("where", "conj", "re_im")  # functions that are no rows of the table
OTHER_NAMES = {
    "log": "ln", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arctan2": "atan2", "arcsinh": "asinh",
    "arccosh": "acosh", "arctanh": "atanh", "maximum": "max", "minimum": "min",
}  # fmt: skip


def own_engine(path: str) -> Engine:
    """Return the engine of a file, which is run when its worker loads it: here its text says what it has."""
    there = _names_in(path)
    return Engine(
        partial(_load, path),
        path,
        (FUNCTION,),
        second=(HESSIAN,) if HESSIAN in there else (),
        nested=(DERIVATIVE,) if DERIVATIVE in there else (),
        of_complex=(COMPLEX,) if COMPLEX in there else (),
        values=(VALUE,) if VALUE in there else (),
        optional=tuple([name for name in OPTIONAL if name not in there]),
    )


def _names_in(path: str) -> set[str]:
    """Return the names that a file defines or imports, none for a file that cannot be read: to run it says why."""
    try:
        with open(path, "rb") as file:
            tree = ast.parse(file.read(MAX_FILE_BYTES))
    except (OSError, ValueError, SyntaxError, RecursionError, MemoryError):
        return set()
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return found


def is_own_engine(name: str) -> bool:
    """Tell whether a name is that of a Python file."""
    return name.endswith(".py")


def _load(path: str) -> Loaded:
    """Run the file.  Raises DiffcompareError where it has no function `gradient`, or strange DIGITS."""
    from diffcompare.inputs.python_file import load  # which other engines do not need

    gradient: Any = load(path, FUNCTION)
    names = gradient.__globals__
    functions = {OTHER_NAMES.get(name, name): value for name, value in names.items() if callable(value)}
    known = {name: function for name, function in functions.items() if name in OPERATIONS or name in OTHERS}

    def of_gradient(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        partials = _row(FUNCTION, gradient(f, list(point)), len(point))
        return EngineAnswer(math.nan, [float(partials[i]) for i in wrt])

    def of_hessian(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        rows = _row(HESSIAN, names[HESSIAN](f, list(point)), len(point))
        return EngineAnswer(math.nan, [float(_row(HESSIAN, rows[i], len(point))[i]) for i in wrt])

    def of_value(f: Function, point: Sequence[float], _wrt: Sequence[int]) -> EngineAnswer:
        value = float(names[VALUE](f, list(point)))
        return EngineAnswer(value, [value])

    modes = {FUNCTION: of_gradient, HESSIAN: of_hessian, VALUE: of_value}
    for name in OPTIONAL:
        if not callable(names.get(name, len)):
            help = f"def {name}({'f, point' if name in modes else 'f, x'}), or another name for what it is"
            raise DiffcompareError(Diagnostic("E721", "bad_value", f"`{name}` of `{path}` is no function", help=help))
    digits = names.get("DIGITS", 53)
    if digits not in (24, 53):
        help = "DIGITS = 24 for single precision; 53, or no DIGITS, for doubles"
        message = f"`DIGITS` of `{path}` is 24 or 53, not {shown(digits)}"
        raise DiffcompareError(Diagnostic("E721", "bad_value", message, help=help))
    nested = {DERIVATIVE: names[DERIVATIVE]} if DERIVATIVE in names else {}
    of_complex = {COMPLEX: names[COMPLEX]} if COMPLEX in names else {}
    return Loaded(known, modes, digits, nested=nested, of_complex=of_complex)


def _row(name: str, returned: Any, length: int) -> list[Any]:
    """Return what a function of the user's returned as a list of so many items.  Raises TypeError for anything else."""
    if returned is None:
        raise TypeError(f"{name} returned None")
    items = list(returned)
    if len(items) != length:
        what = "partials" if name == FUNCTION else "entries in a row or column"
        raise TypeError(f"{name} returned {len(items)} {what} at a point of {length} coordinates")
    return items
