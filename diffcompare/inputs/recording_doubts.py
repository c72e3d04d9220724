"""Doubts about a recording: is it the whole function, or has that a state, or has a value left the tape?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import NamedTuple, Protocol

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.evaluate import RANGE_ERRORS, is_number, values_at
from diffcompare.recording.recorder import Recording

ROUNDING = 1e-9  # relative; a value that differs by more was computed in another way
MOVE = 2.0**-20  # relative; how far a variable is moved to see whether the values depend on it


class PlainCall(NamedTuple):
    """The result of a plain call: finite numbers, or None and what happened instead."""

    values: tuple[float, ...] | None
    trouble: str = ""

    @property
    def value(self) -> float | None:
        """The only number; None for several and for none."""
        return self.values[0] if self.values is not None and len(self.values) == 1 else None


class CalledFunction(Protocol):
    """A function at a point that can be called with plain doubles, and recorded at other points."""

    label: str
    budget: float | None

    def run(self, point: Mapping[str, float]) -> PlainCall:
        """Call the function with plain doubles."""

    def record(self, point: Mapping[str, float]) -> Recording:
        """Return the recording of the run at a point.  Raises DiffcompareError where there is none."""


def doubts(program: CalledFunction, recording: Recording) -> list[Diagnostic]:
    """Return warnings where a recording may not be the whole function: it has a state, or a value left the tape."""
    point = recording.point
    recorded = recording.output_values
    first, second = program.run(point), program.run(point)
    if first.values is None or second.values is None:
        if not all(map(is_number, recorded)):
            return []  # inf or nan, here and there
        message = (
            f"{program.label} was recorded, and a plain call at the same point says: {first.trouble or second.trouble}"
        )
        help = "make it answer alike every time: it keeps state between calls, or treats recorded numbers differently"
        return [Diagnostic("W320", "note", message, help=help, severity="warning")]
    if first.values != second.values:
        once, again, while_recorded = (_in_words(values) for values in (first.values, second.values, recorded))
        message = (
            f"{program.label} differs from itself at the same point: {once}, {again} and, while it was recorded, "
            f"{while_recorded}"
        )
        help = "it uses random numbers or keeps a state: the recording is of one run, and differences compare several"
        return [Diagnostic("W320", "note", message, help=help, severity="warning")]
    if not _are_close(first.values, recorded):
        message = (
            f"{program.label} is {_in_words(first.values)} in a plain call at this point, and {_in_words(recorded)} "
            f"while it is recorded"
        )
        help = "it tells recorded numbers from plain ones, with `type(x)` for instance, or remembers the first call"
        return [Diagnostic("W320", "note", message, help=help, severity="warning")]
    return _left_tape(program, recording, first.values)


def _in_words(values: Sequence[float]) -> str:
    return repr(values[0]) if len(values) == 1 else repr([float(value) for value in values])


def _are_close(some: Sequence[float], others: Sequence[float]) -> bool:
    return len(some) == len(others) and all(
        math.isclose(one, other, rel_tol=ROUNDING) for one, other in zip(some, others, strict=True)
    )


def _left_tape(program: CalledFunction, recording: Recording, values: Sequence[float]) -> list[Diagnostic]:
    """Move each variable a little: the recording must follow the function where that takes the same path.

    Where the recording of an output does not depend on a variable at all, the output must not either.
    """
    deadline = math.inf if program.budget is None else monotonic() + program.budget / 5
    nodes = wengert_list(*recording.outputs)
    here = values_at(nodes, recording.point)
    for name, x in recording.point.items():
        if monotonic() > deadline:
            break
        moved = {**recording.point, name: x + MOVE * max(abs(x), 1.0)}
        true = program.run(moved).values
        if true is None or len(true) != len(values):
            continue
        replay = values_at(nodes, moved)
        for number, (output, value) in enumerate(zip(recording.outputs, recording.output_values, strict=True)):
            if not (is_number(replay[output]) and is_number(here[output])):
                continue
            # Some values are rounded once where the replay rounds often.
            replayed = float(replay[output]) + (value - float(here[output]))
            if _is_near(true[number], replayed, abs(true[number] - values[number])):
                continue
            uses = name in recording.used_by(number)
            if uses and _explains(recording, number, name, moved[name] - x, true[number] - values[number]):
                continue
            if not uses and _begins_at_a_tie(program, recording, moved):
                continue  # as at the kink of max(x, y): the truth looks at both paths
            if not uses or _takes_same_path(program, recording, moved):
                label = program.label if len(values) == 1 else f"output {number + 1} of {program.label}"
                return [_left(label, name, moved[name], true[number], replayed, uses=uses)]
    return []


def _explains(recording: Recording, output: int, name: str, step: float, change: float) -> bool:
    """Tell whether the recorded derivative foretells the change of the function.

    So it does where a sum of huge terms is rounded once, by `math.fsum`, and the replay of its additions loses all.
    """
    try:
        return bool(abs(recording.gradient(output)[name] * step - change) <= 1e-3 * abs(change))
    except RANGE_ERRORS:
        return False


def unrecorded_dependence(program: CalledFunction, recording: Recording) -> Diagnostic | None:
    """Return the error where the recording does not depend on a variable at all, and the function does."""
    if recording.used.issuperset(recording.point):
        return None
    value = program.run(recording.point).value
    if value is None or value != program.run(recording.point).value:
        return None
    unused = {name: x for name, x in recording.point.items() if name not in recording.used}
    for name, x in unused.items():
        moved = {**recording.point, name: x + MOVE * max(abs(x), 1.0)}
        true = program.run(moved).value
        if true is not None and not _is_near(true, value) and not _begins_at_a_tie(program, recording, moved):
            left = _left(program.label, name, moved[name], true, value, uses=False)
            return left._replace(code="E590", kind="bad_value", severity="error")
    return None


def _left(label: str, name: str, x: float, true: float, replayed: float, *, uses: bool) -> Diagnostic:
    what = f"a part that depends on {name} left the tape" if uses else f"{name} left the tape, or decides alone"
    message = f"{what}: {label} is {true!r} at {name} = {x!r}, and what was recorded gives {replayed!r} there"
    help = "look for a cache, a global, text, or a branch for one point between the variable and the result"
    return Diagnostic("W321", "note", message, help=help, severity="warning")


def _takes_same_path(program: CalledFunction, recording: Recording, point: Mapping[str, float]) -> bool:
    try:
        return not recording.first_difference(program.record(point))
    except DiffcompareError:
        return False


def _begins_at_a_tie(program: CalledFunction, recording: Recording, point: Mapping[str, float]) -> bool:
    """Tell whether the path of a run begins where two numbers that were put in order are equal."""
    try:
        parting = recording.parting_decision(program.record(point))
    except DiffcompareError:
        return False
    return parting is not None and parting.sign not in ("==", "!=") and parting.numbers[0] == parting.numbers[1]


def _is_near(one: float, other: float, change: float = 0.0) -> bool:
    """Tell whether two values are equal but for rounding, or differ by less than a small part of a change."""
    return abs(one - other) <= max(ROUNDING * max(abs(one), abs(other)) * MOVE, 1e-3 * change, 4e-16 * abs(one))
