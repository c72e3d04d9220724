"""Python functions in place of expressions: recorded at a point, called at others."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property
from time import monotonic
from typing import Any, NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.inputs.function_point import FunctionPoint, default_values, function_point, gradient_by_name, nest
from diffcompare.inputs.python_file import applied
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.expression import Expression
from diffcompare.language.parser import Parsed
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.evaluate import is_number, values_at
from diffcompare.recording.outcome import flattened_result, raised
from diffcompare.recording.recorded_number import plain
from diffcompare.recording.recorder import Recording, first_difference, merged, record
from diffcompare.recording.refusals import CountExpected
from diffcompare.recording.source_lines import definition_of, error_at
from diffcompare.recording.valueless import ANY_NUMBER

ROUNDING = 1e-9  # relative; a value that differs by more was computed in another way
MAX_TRIED = 5  # parameters that are tried as counts, one by one
MOVE = 2.0**-20  # relative; how far a variable is moved to see whether the value depends on it


# --- A function as a program that can be recorded ---------------------------------------------------------------------


class PlainCall(NamedTuple):
    """The result of a plain call: a finite number, or None and what happened instead."""

    value: float | None
    trouble: str = ""


class FunctionProgram:
    """A Python function at a point of its parameters; every study asks it for recordings and for values elsewhere."""

    def __init__(self, function: Callable[..., Any], at: FunctionPoint, label: str, budget: float | None) -> None:
        self.function, self.at, self.label, self.budget = function, at, label, budget

    def record(self, point: Mapping[str, Any] | None = None) -> Recording:
        """Return the recording of the run at a point, by default at that of the program.

        Raises DiffcompareError where the function cannot be recorded or does not return one number.
        """
        if point is not None:
            numbers = {name: point[name] for name in self.at.point}
            return record(self.function, numbers, call=self.at.call, budget=self.budget)
        while True:
            try:
                recording = record(self.function, self.at.point, call=self.at.call, budget=self.budget)
            except DiffcompareError as refused:
                at = self._with_counts_behind(refused)
                if at is None:
                    raise
                self.at = at
            else:
                counts = self._deciding_counts(recording)
                if not counts:
                    return recording
                self.at = self.at.with_fixed(*counts)

    def _with_counts_behind(self, refused: DiffcompareError) -> FunctionPoint | None:
        """Return the point with the parameters as counts that a refusal shows to be counts; None if there are none."""
        varying = list(self.at.point)
        if isinstance(refused, CountExpected):
            name = varying[refused.place]
            parameter = next((p for p in self.at.parameters if p.name == name), None)
            if parameter is None or parameter.numbers[0] != int(plain(parameter.numbers[0])):
                return None
            if not refused.rounds or (parameter.may_count and len(varying) > 1):
                return self.at.with_fixed(name)
        if refused.diagnostic.code not in ("E584", "E587"):
            return None
        possible = self.at.possible_counts
        for names in [*[(name,) for name in possible[:MAX_TRIED]], tuple(possible)]:
            if names and len(varying) > len(names):
                at = self.at.with_fixed(*names)
                with suppress(DiffcompareError):
                    record(self.function, at.point, call=at.call, budget=self.budget)
                    return at
        return None

    def _deciding_counts(self, recording: Recording) -> list[str]:
        """Return the parameters with integer defaults that only decide, as in `while n > 0`, and do so at any value."""
        possible = [name for name in self.at.possible_counts if name not in recording.used]
        deciding = recording.deciding() if possible else set()
        counts = [name for name in possible if name in deciding and self._jumps(recording.point, name)]
        return counts if len(counts) < len(recording.point) else []

    def _jumps(self, point: Mapping[str, float], name: str) -> bool:
        values = {self.value({**point, name: point[name] + step}) for step in (-MOVE, 0.0, MOVE)}
        return len(values) > 1

    def run(self, point: Mapping[str, float]) -> PlainCall:
        """Call the function with plain doubles, and say what happened if the result is not a finite number."""
        try:
            numbers, _ = flattened_result(self.at.call(self.function, point), self.function)
            if len(numbers) != 1:
                return PlainCall(None, f"the function returned {len(numbers)} numbers")
            value = float(numbers[0])
        except DiffcompareError as error:
            return PlainCall(None, error.diagnostic.message)
        except ValueError as error:
            return PlainCall(
                None, raised(error).diagnostic.message if "unpack" not in str(error) else "it returned several numbers"
            )
        except (Exception, SystemExit) as error:
            return PlainCall(None, raised(error).diagnostic.message)
        return PlainCall(value) if math.isfinite(value) else PlainCall(None, f"the function returned {value}")

    def close(self) -> None:
        """End what the program needs beyond this process: nothing."""

    def value(self, point: Mapping[str, float]) -> float | None:
        """Return the value of a plain call at a point; None where it has none."""
        return self.run(point).value

    @cached_property
    def recording(self) -> Recording:
        """The recording of the run at the point.  Raises DiffcompareError as `record` does."""
        return self.record()

    @cached_property
    def formula(self) -> Expression:
        """The function as an expression that holds for every input.

        Raises DiffcompareError where the program decides by the value of a variable.
        """
        anything: dict[str, Any] = dict.fromkeys(self.at.point, ANY_NUMBER)
        recording = record(self.function, anything, call=self.at.call, budget=self.budget)
        expression: Expression = merged(recording.output)
        return expression


def gradient_function(
    at: FunctionPoint, function: Callable[..., Any]
) -> Callable[[Mapping[str, float]], dict[str, float | None]]:
    """Return a user's gradient as a function of the numbers by flat name, whose exceptions are errors at their line."""

    def gradient(point: Mapping[str, float]) -> dict[str, float | None]:
        try:
            result = at.call(function, point)
        except DiffcompareError:
            raise
        except (Exception, SystemExit) as error:
            raise raised(error) from error
        return gradient_by_name(at, result)

    return gradient


def program(
    function: Callable[..., Any], given: Mapping[str, Any] | None, label: str, budget: float | None = 5.0
) -> FunctionProgram:
    """Return a function at the point that a caller gave, or at a default one."""
    function = applied(function)
    if given is not None:
        return FunctionProgram(function, function_point(function, given, label), label, budget)

    def runs(at: FunctionPoint) -> bool:
        try:
            return is_number(FunctionProgram(function, at, label, budget).record().value)
        except (DiffcompareError, ValueError):
            return False

    return FunctionProgram(function, default_values(function, label, runs), label, budget)


def function_input(
    function: Callable[..., Any],
    given: Mapping[str, Any] | None,
    label: str,
    budget: float | None = 5.0,
    *,
    several: bool = False,
) -> ParsedInput:
    """Return a function at a point as the input of a study: its recording, with doubts about it if there are some.

    Raises DiffcompareError where it cannot be recorded, or does not return one number (with `several`: numbers).
    """
    return program_input(program(function, given, label, budget), default=given is None, several=several)


def program_input(run: FunctionProgram, *, default: bool, several: bool = False) -> ParsedInput:
    """Return a program as the input of a study; `default` says that nobody gave its point."""
    recording, label = run.recording, run.label
    if several and recording.outputs:
        notes = [_default_note(run)] if default else []
        parsed = Parsed(recording.outputs[-1], label, tuple(notes), recording.outputs)
        return ParsedInput(label, parsed, "function", label, program=run)
    single_output(run, recording)
    notes = doubts(run, recording)
    if default:
        notes.insert(0, _default_note(run))
    return ParsedInput(label, Parsed(recording.output, label, tuple(notes)), "function", label, program=run)


def single_output(run: FunctionProgram, recording: Recording) -> None:
    """Raise DiffcompareError where a function returned several numbers."""
    if len(recording.places) != 1:
        message = f"{run.label} returned {len(recording.places)} numbers, and one number has a gradient"
        help = "return one of them, or their sum"
        raise error_at(definition_of(run.function), "E586", "bad_value", message, help)


def _default_note(run: FunctionProgram) -> Diagnostic:
    values = [f"{parameter.name}={nest(parameter.numbers, parameter.shape)}" for parameter in run.at.parameters]
    message = f"no point was given, so here is one: {','.join(values).replace(' ', '')}"
    return Diagnostic("W311", "note", message, severity="note")


# --- Is the recording the function? -----------------------------------------------------------------------------------


def doubts(program: FunctionProgram, recording: Recording) -> list[Diagnostic]:
    """Return warnings where a recording may not be the whole function: it has a state, or a value left the tape."""
    point = recording.point
    first, second = program.run(point), program.run(point)
    if first.value is None or second.value is None:
        trouble = first.trouble or second.trouble
        message = f"{program.label} was recorded, and a plain call at the same point says: {trouble}"
        help = "it keeps a state from call to call, or tells recorded numbers from plain ones"
        return [Diagnostic("W320", "note", message, help=help, severity="warning")]
    if first.value == second.value and not math.isclose(first.value, recording.value, rel_tol=ROUNDING):
        message = (
            f"{program.label} is {first.value!r} in a plain call at this point, and {recording.value!r} while it is "
            f"recorded"
        )
        help = "it tells recorded numbers from plain ones, with `type(x)` for instance, or remembers the first call"
        return [Diagnostic("W320", "note", message, help=help, severity="warning")]
    if first.value != second.value:
        message = (
            f"{program.label} differs from itself at the same point: {first.value!r}, {second.value!r} and, while it "
            f"was recorded, {recording.value!r}"
        )
        help = "it uses random numbers or keeps a state: the recording is of one run, and differences compare several"
        return [Diagnostic("W320", "note", message, help=help, severity="warning")]
    return _left_tape(program, recording, first.value)


def _left_tape(program: FunctionProgram, recording: Recording, value: float) -> list[Diagnostic]:
    """Move each variable a little: the recording must follow the function where that takes the same path.

    Where the recording does not depend on a variable at all, the function must not either.
    """
    deadline = math.inf if program.budget is None else monotonic() + program.budget / 5
    nodes = wengert_list(recording.output)
    used = recording.used
    here = values_at(nodes, recording.point)[recording.output]
    rounded = recording.value - here if is_number(here) else 0.0  # by what rounds once where the replay rounds often
    for name, x in recording.point.items():
        if monotonic() > deadline:
            break
        moved = {**recording.point, name: x + MOVE * max(abs(x), 1.0)}
        true = program.run(moved).value
        replay = values_at(nodes, moved)[recording.output]
        if true is None or not is_number(replay):
            continue
        replayed = float(replay) + rounded
        if _is_near(true, replayed, abs(true - value)):
            continue
        if name not in used or _takes_same_path(program, recording, moved):
            return [_left(program, name, moved[name], true, replayed, uses=name in used)]
    return []


def unrecorded_dependence(program: FunctionProgram, recording: Recording) -> Diagnostic | None:
    """Return the error where the recording does not depend on a variable at all, and the function does."""
    used = recording.used
    if used.issuperset(recording.point):
        return None
    value = program.run(recording.point).value
    if value is None or value != program.run(recording.point).value:
        return None
    unused = {name: x for name, x in recording.point.items() if name not in used}
    for name, x in unused.items():
        moved = {**recording.point, name: x + MOVE * max(abs(x), 1.0)}
        true = program.run(moved).value
        if true is not None and not _is_near(true, value):
            return _left(program, name, moved[name], true, value, uses=False)._replace(
                code="E590", kind="bad_value", severity="error"
            )
    return None


def _left(program: FunctionProgram, name: str, x: float, true: float, replayed: float, *, uses: bool) -> Diagnostic:
    what = f"a part that depends on {name} left the tape" if uses else f"{name} left the tape, or decides alone"
    message = f"{what}: {program.label} is {true!r} at {name} = {x!r}, and what was recorded gives {replayed!r} there"
    help = "look for a cache, a global, text, or a branch for one point between the variable and the result"
    return Diagnostic("W321", "note", message, help=help, severity="warning")


def _takes_same_path(program: FunctionProgram, recording: Recording, point: Mapping[str, float]) -> bool:
    try:
        return not first_difference(recording, program.record(point))
    except DiffcompareError:
        return False


def _is_near(one: float, other: float, change: float = 0.0) -> bool:
    """Tell whether two values are equal but for rounding, or differ by less than a small part of a change."""
    return abs(one - other) <= max(ROUNDING * max(abs(one), abs(other)) * MOVE, 1e-3 * change, 4e-16 * abs(one))
