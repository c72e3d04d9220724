"""Runs of a Python function on the tape, and the views of its arrays: the way from a base to a part of it and back."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from diffcompare.diagnostics import DiffcompareError
from diffcompare.recording.source_lines import error_at, place_here
from diffcompare.recording.time_limit import TimeLimit
from diffcompare.tape.array_functions import Assign, reshape
from diffcompare.tape.variable import Variable, variable_of


class ProgramRun:
    """One run of a function on the tape: its time, what it could not record, and copies of the user's own arrays."""

    def __init__(self, budget: float | None = None) -> None:
        self.limit = TimeLimit(budget)
        self.refusal: DiffcompareError | None = None  # should the function catch it
        self.operations = 0
        self.copies: dict[int, tuple[Any, Variable]] = {}

    def check(self) -> None:
        """Count an operation, and raise OutOfTime when the time is up."""
        self.operations += 1
        self.limit.check()

    def refuse(self, error: DiffcompareError) -> DiffcompareError:
        """Keep an error on the run, and return it."""
        self.refusal = self.refusal or error
        return error

    def constant(self, array: Any) -> Variable:
        """Return an array of the user's as a Variable with a copy, as the user may change it before `backward`."""
        known = self.copies.get(id(array))
        if known is None or known[0] is not array or not np.array_equal(known[1].value, array):
            known = self.copies[id(array)] = array, variable_of(np.array(array))
        return known[1]


def not_recorded(what: str, help: str) -> DiffcompareError:
    """Return the error for what cannot be recorded as a whole array."""
    message = f"`{what}` is not recorded on whole arrays"
    return error_at(place_here(), "E584", "bad_value", message, help, "leaves the tape here")


class View:
    """The way from a base to a view and back."""

    def __init__(self, read: Callable[[Variable], Any], shape: Any, index: Any = None) -> None:
        self.read, self.shape, self.index = read, shape, index

    @cached_property
    def places(self) -> Any:
        """The places in the base, counted in row order, of the numbers of the view."""
        places = np.arange(int(np.prod(self.shape))).reshape(self.shape)
        return self.read(variable_of(places)).value.astype(int)

    def write(self, base: Variable, entries: Any) -> Any:
        """Return the base with the numbers of the view replaced."""
        if self.index is not None:
            return Assign.apply(base, self.index, entries)
        flat = Assign.apply(base.reshape(-1), self.places.ravel(), reshape(entries, -1))
        return flat.reshape(base.shape)


def is_basic(index: Any) -> bool:
    """Tell whether NumPy makes a view for an index: it has integers and slices only."""
    parts = index if type(index) is tuple else (index,)
    return all(
        part is None or part is Ellipsis or isinstance(part, slice | np.integer) or type(part) is int for part in parts
    )


RUNS: list[ProgramRun] = []  # the runs that are under way, the innermost last


def run_under_way() -> ProgramRun:
    """Return the run that is under way.  Raises DiffcompareError where an array outlived its run."""
    if not RUNS:
        message = "a number of an earlier run of the function is used here"
        help = "keep no state between calls: no global, cache or default that holds results of an earlier run"
        raise error_at(place_here(), "E588", "bad_value", message, help)
    return RUNS[-1]
