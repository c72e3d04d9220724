"""The methods by name, and how to ask one of them."""

from __future__ import annotations

import reprlib
import threading
from collections.abc import Iterable
from functools import cache
from importlib import import_module

from diffcompare.backends.problem import Backend, Derivative, Problem
from diffcompare.diagnostics import Diagnostic, DiffcompareError

BACKENDS: dict[str, tuple[str, str]] = {
    "hand-coded": ("hand_coded", "BACKEND"),
    "forward-difference": ("finite_differences", "FORWARD_DIFFERENCE"),
    "central-difference": ("finite_differences", "CENTRAL_DIFFERENCE"),
    "symbolic": ("symbolic.client", "BACKEND"),
    "forward-ad": ("forward", "BACKEND"),
    "reverse-ad": ("reverse", "BACKEND"),
    "backward-difference": ("finite_differences", "BACKWARD_DIFFERENCE"),
    "five-point": ("finite_differences", "FIVE_POINT_DIFFERENCE"),
    "richardson": ("finite_differences", "RICHARDSON"),
    "complex-step": ("complex_step", "BACKEND"),
}
"""Every method: the module of its backend, imported when it is asked for, and the record's name there."""

METHODS = tuple(BACKENDS)
DEFAULT_METHODS = METHODS[:6]

DIFFERENCES = ("forward-difference", "backward-difference", "central-difference", "five-point", "richardson")
"""The methods that drop terms of a Taylor series, whatever the step."""

WAYS = {
    "hand-coded": "by hand",
    "symbolic": "symbolically",
    "forward-ad": "automatically",
    "reverse-ad": "automatically",
}
"""Which of the four ways a method is; all others are numerical."""

ONE_AT_A_TIME = threading.RLock()
"""Held while numbers of high precision are at work: Arb and mpmath have one precision for all threads together."""


def backend(method: str) -> Backend:
    """The backend of that name.  Raises DiffcompareError for a name that is none."""
    if not isinstance(method, str) or method not in BACKENDS:
        message = (
            f"no method `{method}`" if isinstance(method, str) else f"a method is a name, not {reprlib.repr(method)}"
        )
        raise DiffcompareError(Diagnostic("E712", "bad_value", message, help=f"the methods are {', '.join(METHODS)}"))
    return _loaded(method)


@cache
def _loaded(method: str) -> Backend:
    module, name = BACKENDS[method]
    found: Backend = getattr(import_module(f"diffcompare.backends.{module}"), name)
    return found


def select_backends(methods: str | Iterable[str]) -> list[Backend]:
    """The backends asked for, each once; one name may stand alone, and `all` for every one."""
    names = [methods] if isinstance(methods, str) else list(methods)
    every = [each for name in names for each in (METHODS if name == "all" else (name,))]
    return [backend(name) for name in dict.fromkeys(every)]


def run_backend(method: Backend, problem: Problem) -> Derivative:
    """The answer of a method, safe for threads."""
    if method.name == "symbolic":  # it waits for a process of its own, and has a lock for that
        return method.differentiate(problem)
    with ONE_AT_A_TIME:
        return method.differentiate(problem)
