"""Whether f is a function at all: the same value at the same point, whatever was asked before."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

ROUNDING = 64
"""Units of rounding by which sums in another order (threads, a graphics card) may differ."""


IN_A_ROW = 7
"""Calls at the point, one after the other, that tell randomness from a state."""


def unsteadiness(values: Sequence[Sequence[float]], rounding: float) -> str:
    """Say how values at one point, in the order in which they were asked for, differ; empty where they do not."""
    for component, column in enumerate(zip(*values, strict=True)):
        steady = ROUNDING * rounding * abs(column[0])
        other = next((value for value in column if not abs(value - column[0]) <= steady), None)
        if other is not None:
            what = "its value" if len(values[0]) == 1 else f"its component {component}"
            return (
                f"f is not a function: at the same point {what} is {column[0]!r} at first and {other!r} in a later "
                f"call, so {_cause(column)}"
            )
    return ""


def _cause(column: Sequence[float]) -> str:
    """What it looks like: random numbers go up and down from one call to the next, a state drifts or stays."""
    steps = [b - a for a, b in pairwise(column[-IN_A_ROW:])]
    if any(a * b < 0 for a, b in pairwise(steps)):
        return "it uses random numbers (fix their seed inside f) or changes with every call"
    return "it keeps state from call to call, as a counter, an average or a warm start does (reset it inside f)"
