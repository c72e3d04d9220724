"""`grad` and `dc.compare` for array code: reverse mode on whole arrays, against slopes of plain calls along lines.

A recording of single numbers serves some 10^5 operations.  Beyond, the function runs again on the array nodes of the
tape: one node for every operation of NumPy's, and one sweep back for the whole gradient.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, NamedTuple

from diffcompare.backends import DEFAULT_METHODS, METHODS, select_backends
from diffcompare.backends.problem import Hand
from diffcompare.diagnostics import Diagnostic, DiffcompareError, ManyNumbers
from diffcompare.inputs.point import unknown_variable
from diffcompare.inputs.python_function import FunctionProgram
from diffcompare.recording.growth import MAX_INPUTS
from diffcompare.studies.question import checked_names, checked_positive
from diffcompare.studies.record import Record, counted
from diffcompare.tape.array_run import (
    ArrayGradient,
    Direction,
    MeasuredSlope,
    in_given_shapes,
    largest_error,
    norm_and_largest,
    parts_from,
    slope_by_gradient,
)

RANDOM_SEEDS = (1, 2)  # of the directions in which all inputs move
MAX_PARAMETERS = 8  # that get directions of their own
ROUNDING = 1e-9  # relative; a value that differs by more was computed in another way
REVERSE = "reverse-ad"


class SlopeCheck(NamedTuple):
    """The slope along a direction by the gradient, and by plain calls."""

    label: str
    direction: Direction
    by_gradient: float
    measured: MeasuredSlope

    @property
    def error(self) -> float | None:
        """The distance of the two; None where plain calls have no slope."""
        return None if self.measured.value is None else abs(self.by_gradient - self.measured.value)

    @property
    def agrees(self) -> bool | None:
        """True if they differ by no more than the bound; None where it is not known."""
        return None if self.error is None else self.error <= (self.measured.bound or 0.0) + self.rounding

    @property
    def rounding(self) -> float:
        """The rounding of the sum that `by_gradient` is."""
        return abs(self.by_gradient) * 1e-12


class MethodAnswer(NamedTuple):
    """The part of a method in a comparison on whole arrays."""

    method: str
    status: str
    error: float | None
    """Largest difference from the reference in any entry, relative to the largest entry of its parameter."""
    note: str


@dataclass(frozen=True, repr=False)
class ArrayComparison(Record):
    """A gradient on whole arrays, and what it was measured against.

    Fields:
        program: The function at its point.
        names: The parameters that the gradient is shown for.
        result: Value and gradient by the reference, an array for every parameter.
        reference: The method of `result`: `reverse-ad`, a sweep over whole arrays, or a library that the function is
            written for, such as `torch-native`, where it does not run on the tape.
        slopes: Slopes along lines, by the gradient and by plain calls.
        answers: One row for each method that was asked.
        refused: The reason why there is no recording of single numbers.
        notes: What the user should know about the input.
    """

    report = "diffcompare.studies.array_comparison_report"

    program: FunctionProgram
    names: tuple[str, ...]
    result: ArrayGradient
    slopes: tuple[SlopeCheck, ...]
    answers: tuple[MethodAnswer, ...]
    refused: Diagnostic
    notes: tuple[Diagnostic, ...] = ()
    reference: str = REVERSE

    @property
    def gradient(self) -> dict[str, Any]:
        """The gradient by the reference, in the shapes of the parameters."""
        shaped = in_given_shapes(self.program.at, self.result.gradient)
        return {name: shaped[name] for name in self.names}

    @property
    def value(self) -> float:
        """The value of the function."""
        return self.result.value

    @property
    def failure(self) -> Diagnostic | None:
        """The reason why there is no gradient: a value or a partial that is not finite; None where there is one."""
        if not math.isfinite(self.value):
            help = "choose another point"
            return Diagnostic("E804", "overflow", f"{self.program.label} is {self.value} here", help=help)
        broken = next((name for name in self.names if not math.isfinite(self.norms[name][0])), None)
        if broken is None:
            return None
        message = f"the gradient by {broken} is not finite here"
        return Diagnostic("E801", "overflow", message, help="choose another point, or write the function otherwise")

    @property
    def norms(self) -> dict[str, tuple[float, int]]:
        """The norm of the gradient by each parameter, and the place of its largest entry."""
        return {name: norm_and_largest(self.result.gradient[name]) for name in self.names}

    @property
    def verdict(self) -> str:
        """One sentence on what was measured, and what was not."""
        text: str = self.from_report("verdict")
        return text


def compare_arrays(
    refused: ManyNumbers,
    *,
    hand: Callable[[FunctionProgram], Hand] | None = None,
    wrt: str | Sequence[str] = (),
    methods: str | Iterable[str] = DEFAULT_METHODS,
    budget: float | None = 5.0,
    truth: bool = True,
) -> ArrayComparison:
    """Differentiate a function whose recording would be too long, on whole arrays.

    `refused` is the error of its recording, with the function, and `hand` returns its gradient by hand, once it is
    known which parameters are counts.  Where it cannot run on the tape, the gradient is that of the first library among
    the methods that runs it as it is written.  Raises DiffcompareError where there is none or it fails, too, and for a
    wrong variable, method or budget.
    """
    program = refused.program
    names = checked_names("methods", methods)
    if hand is not None and not {"hand-coded", "all"} & set(names):
        names = ["hand-coded", *names]
    backends = select_backends(names)
    budget = checked_positive("budget", budget)
    result, reference, remarks = _reference(program, names)
    wanted, entries = _selected(program, checked_names("wrt", wrt))
    slopes: list[SlopeCheck] = []
    deadline = math.inf if budget is None else monotonic() + budget
    for label, direction in _directions(program, wanted, entries, result) if truth else ():
        if monotonic() > deadline:
            break
        slopes.append(
            SlopeCheck(
                label, direction, slope_by_gradient(result, program.at, direction), _measured(program, direction)
            )
        )
    by_hand = None if hand is None else hand(program)
    answers = tuple(_answer(backend.name, program, result, slopes, by_hand, reference) for backend in backends)
    notes = (*remarks, *_doubts(program, result, slopes))
    return ArrayComparison(program, wanted, result, tuple(slopes), answers, refused.diagnostic, notes, reference)


def _reference(program: FunctionProgram, methods: Sequence[str]) -> tuple[ArrayGradient, str, list[Diagnostic]]:
    """Return the gradient that all others are compared with, its method, and a note where that is a library's."""
    try:
        return program.gradient_on_arrays(), REVERSE, []
    except DiffcompareError as refused:
        from diffcompare.engines.registry import NATIVE, engine_and_mode, version

        asked = [(method, *(engine_and_mode(method) or ("", ""))) for method in methods if method not in METHODS]
        libraries = [(method, library) for method, library, mode in asked if mode == NATIVE and version(library)]
        if not libraries:
            raise
        method, library = libraries[0]
        why = f"it does not run on the tape, and f is what {library} computes: {refused.diagnostic.message}"
        note = refused.diagnostic._replace(code="W315", message=why, help=None, severity="note")
    program.write_for(library)
    return program.gradient_on_arrays(), method, [note]


def array_gradient(refused: ManyNumbers) -> dict[str, Any]:
    """Return the gradient of a function whose recording would be too long, in the shapes of its parameters.

    Raises DiffcompareError where it cannot run on the tape, where the gradient is not finite, and where the function
    depends on a parameter that left the tape.
    """
    program = refused.program
    result = program.gradient_on_arrays()
    comparison = ArrayComparison(program, tuple(result.gradient), result, (), (), refused.diagnostic)
    if comparison.failure is not None:
        raise DiffcompareError(comparison.failure)
    lost = next(iter(_lost(program, result, [])), None)
    if lost is not None:
        raise DiffcompareError(lost._replace(code="E590", kind="bad_value", severity="error"))
    return comparison.gradient


def entry_name(program: FunctionProgram, name: str, place: int) -> str:
    """Return the name of an input: `x`, or `W[3, 5]`."""
    shape = next(parameter.shape for parameter in program.at.parameters if parameter.name == name)
    index: list[int] = []
    for length in reversed(shape or ()):
        index.insert(0, place % length)
        place //= length
    return f"{name}{index}" if index else name


def _selected(program: FunctionProgram, wrt: Sequence[str]) -> tuple[tuple[str, ...], list[tuple[str, int]]]:
    """Return the parameters to show, and single inputs that were named, with their places."""
    shapes = {p.name: p.shape or () for p in program.at.parameters if p.name not in program.at.fixed}
    names, entries = [], []
    for text in wrt:
        name, _, index = text.partition("[")
        numbers = [int(part) for part in re.findall(r"\d+", index)]
        fits = len(numbers) in (0, len(shapes.get(name, ()))) and all(map(int.__lt__, numbers, shapes.get(name, ())))
        if name not in shapes or not fits:
            raise unknown_variable(text, shapes, "--wrt", text)
        names.append(name)
        if numbers:
            place = 0
            for number, length in zip(numbers, shapes[name], strict=True):
                place = place * length + number
            entries.append((name, place))
    return tuple(dict.fromkeys(names)) or tuple(shapes), entries


def _directions(
    program: FunctionProgram, names: Sequence[str], entries: Sequence[tuple[str, int]], result: ArrayGradient
) -> list[tuple[str, Direction]]:
    """Return directions for slopes: all inputs at random, single inputs, and each parameter at random."""
    labels = ("all inputs, at random", "all inputs, at random again")
    everything = [(label, Direction(seed=seed)) for label, seed in zip(labels, RANDOM_SEEDS, strict=True)]
    if len(names) < len(result.gradient):
        everything = []
    shown = names[:MAX_PARAMETERS]
    largest = entries or [(name, norm_and_largest(result.gradient[name])[1]) for name in shown]
    singles = [(entry_name(program, name, place), Direction(name, place)) for name, place in largest]
    numbers = {parameter.name for parameter in program.at.parameters if parameter.shape is None}
    alone = [(f"{name}, at random", Direction(name)) for name in shown if name not in numbers]
    if len(result.gradient) == 1 and everything:
        alone = []
    return [*everything[:1], *singles, *alone, *everything[1:]]


def _measured(program: FunctionProgram, direction: Direction) -> MeasuredSlope:
    try:
        return program.slope(direction)
    except DiffcompareError:
        return MeasuredSlope(None, None, 0)


# --- Doubts -----------------------------------------------------------------------------------------------------------


def _doubts(program: FunctionProgram, result: ArrayGradient, slopes: Sequence[SlopeCheck]) -> list[Diagnostic]:
    """Return warnings where the run on the tape may not be the whole function."""
    try:
        value, again = program.plain_value(), program.plain_value()
    except DiffcompareError:
        return []
    if value is not None and value != again:
        message = f"{program.label} differs from itself at the same point: {value!r} and {again!r}"
        help = "it uses random numbers or keeps a state: the gradient is of one run, and slopes compare several"
        return [Diagnostic("W320", "note", message, help=help, severity="warning")]
    if value is not None and not math.isclose(value, result.value, rel_tol=ROUNDING, abs_tol=1e-300):
        message = f"{program.label} is {value!r} in a plain call at this point, and {result.value!r} on the tape"
        help = "it tells arrays of the tape from plain ones, with `type(x)` for instance, or remembers the first call"
        return [Diagnostic("W320", "note", message, help=help, severity="warning")]
    return _lost(program, result, slopes)


def _lost(program: FunctionProgram, result: ArrayGradient, slopes: Sequence[SlopeCheck]) -> list[Diagnostic]:
    """Return a warning for a parameter with a gradient of zeros on which the function does depend."""
    known = {check.label: check.measured for check in slopes}
    tape, losses = "the tape", "a cache, a global, or text"
    if program.library is not None:
        tape, losses = f"the tape of {program.library}", "`detach`, `stop_gradient`, a plain number or a NumPy array"
    for name, numbers in result.gradient.items():
        if norm_and_largest(numbers)[0] == 0:
            measured = known.get(f"{name}, at random") or _measured(program, Direction(name))
            if measured.value is not None and abs(measured.value) > 2 * (measured.bound or 0.0):
                message = (
                    f"{name} left {tape}: its gradient is 0 there, and the slope of plain calls {measured.value!r}"
                )
                help = f"look for {losses} between the parameter and the result"
                return [Diagnostic("W321", "note", message, help=help, severity="warning")]
    return []


# --- Methods ----------------------------------------------------------------------------------------------------------


def _answer(
    method: str,
    program: FunctionProgram,
    result: ArrayGradient,
    slopes: Sequence[SlopeCheck],
    hand: Hand | None,
    reference: str,
) -> MethodAnswer:
    """Return the row of a method: what it did, or why it has no answer."""
    inputs = program.at.size
    if method not in METHODS:
        return _by_engine(method, program, result, reference)
    if method in (REVERSE, "forward-ad") and reference != REVERSE:
        return MethodAnswer(method, "not-supported", None, "the function does not run on the tape")
    if method == reference:
        return MethodAnswer(method, "ok", None, "the whole gradient by one sweep")
    if method == "hand-coded" and hand is not None and hand.function is not None:
        return _compared(method, "given", program, result, hand.function(program.at.point), reference)
    if method == "forward-ad":
        return MethodAnswer(method, "not-run", None, _sweeps(inputs, reference))
    if not method.endswith("difference") and method != "five-point":
        return MethodAnswer(method, "not-supported", None, "needs single numbers")
    runs = {"central-difference": 2 * inputs, "five-point": 4 * inputs}.get(method, inputs + 1)
    along = ""
    if method == "central-difference":
        along = f"; {counted(len(slopes), 'slope')} by {sum(check.measured.runs for check in slopes)} runs" * bool(
            slopes
        )
    if method not in ("forward-difference", "central-difference") or inputs > MAX_INPUTS:
        return MethodAnswer(method, "not-run", None, f"a gradient takes {runs:,} runs{along}")
    try:
        gradient = program.difference_gradient(central=method == "central-difference")
    except DiffcompareError:
        gradient = None
    if gradient is None:
        return MethodAnswer(method, "timed-out", None, f"a gradient takes {runs:,} runs{along}")
    error = largest_error(gradient, result.gradient)
    return MethodAnswer(method, "ok", error, f"the whole gradient by {runs:,} runs")


def _sweeps(inputs: int, reference: str) -> str:
    return f"a gradient takes {inputs:,} sweeps, and {reference} takes one"


def _by_engine(method: str, program: FunctionProgram, result: ArrayGradient, reference: str) -> MethodAnswer:
    """Return the row of another library, which runs the user's own function or, without a recording, nothing."""
    from diffcompare.engines.registry import (
        NATIVE,
        NATIVE_FORWARD,
        WRITTEN_FOR,
        engine_and_mode,
        how_to_install,
        version,
    )

    library, mode = engine_and_mode(method) or (method, "")
    if version(library) is None:
        return MethodAnswer(method, "not-installed", None, f"not installed: {how_to_install(library)}")
    if mode == NATIVE_FORWARD:
        return MethodAnswer(method, "not-run", None, _sweeps(program.at.size, reference))
    if mode != NATIVE:
        help = f"; `native` gives {library} the function itself" * (library in WRITTEN_FOR)
        return MethodAnswer(method, "not-run", None, f"{library} runs recordings of single numbers{help}")
    if method == reference:
        return MethodAnswer(method, "ok", None, f"{library} {version(library)}, the whole gradient")
    try:
        _, partials = program.native(library)
    except DiffcompareError as error:
        return MethodAnswer(method, "failed", None, error.diagnostic.message)
    return _compared(method, f"{library} {version(library)}", program, result, partials, reference)


def _compared(
    method: str,
    origin: str,
    program: FunctionProgram,
    result: ArrayGradient,
    partials: Mapping[str, float | None],
    reference: str,
) -> MethodAnswer:
    """Compare a gradient by flat name, whose origin a note names, with that of the reference."""
    flat = {
        parameter.name: [partials.get(name) for name in parameter.names]
        for parameter in program.at.parameters
        if parameter.name not in program.at.fixed
    }
    numbers = {name: [math.nan if x is None else x for x in row] for name, row in flat.items()}
    error = largest_error(parts_from(numbers, program.at), result.gradient)
    if error <= ROUNDING:
        return MethodAnswer(method, "ok", error, f"{origin}, the same as {reference} to rounding")
    return MethodAnswer(method, "ok", error, f"{origin}, differs from {reference}")
