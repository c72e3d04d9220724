"""Python functions in place of expressions: recorded at a point, called at others."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from diffcompare.diagnostics import Diagnostic, DiffcompareError, ManyNumbers
from diffcompare.engines.engine_timing import seconds_of
from diffcompare.engines.native import computed_by, native_answer
from diffcompare.inputs.function_point import FunctionPoint, default_values, function_point, gradient_by_name, nest
from diffcompare.inputs.python_file import applied, is_tape_variable
from diffcompare.inputs.recording_doubts import MOVE, PlainCall, doubts, unrecorded_dependence
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.expression import Expression, Variable, apply
from diffcompare.language.parser import Parsed
from diffcompare.numeric.evaluate import RANGE_ERRORS, is_number
from diffcompare.numeric.user_operations import UserOperation
from diffcompare.recording.growth import MAX_INPUTS, MAX_RECORDED
from diffcompare.recording.outcome import did_not_end, flattened_result, raised
from diffcompare.recording.recorded_number import plain
from diffcompare.recording.recorder import Recording, merged, record
from diffcompare.recording.refusals import CountExpected, many_numbers
from diffcompare.recording.source_lines import definition_of, error_at
from diffcompare.recording.time_limit import OutOfTime, TimeLimit
from diffcompare.recording.valueless import ANY_NUMBER

if TYPE_CHECKING:
    from diffcompare.tape.array_run import ArrayGradient, Direction, MeasuredSlope

MAX_WRITTEN = 32  # numbers of a default point in a note
MAX_TRIED = 5  # parameters that are tried as counts, one by one


def array_run() -> Any:
    """Return the module that runs functions on whole arrays; it needs NumPy, which other functions do without."""
    from diffcompare.tape import array_run

    return array_run


def opaque(run: FunctionProgram, library: str) -> Expression:
    """Return a program as an operation of its numbers, whose values are those that a library computes.

    Raises DiffcompareError where the library has no value at the point.
    """
    names = list(run.at.point)
    run.native(library, value_only=True)

    def value(*numbers: float) -> float:
        try:
            return run.native(library, dict(zip(names, map(float, numbers), strict=True)), value_only=True)[0]
        except DiffcompareError:
            return math.nan

    name = run.label.rpartition(":")[2]
    operation = UserOperation(name, names, functools.lru_cache(maxsize=None)(value), [None] * len(names))
    return apply(operation, tuple(Variable(name) for name in names))


# --- A function as a program that can be recorded ---------------------------------------------------------------------


class FunctionProgram:
    """A Python function at a point of its parameters; every study asks it for recordings and for values elsewhere."""

    def __init__(
        self,
        function: Callable[..., Any],
        at: FunctionPoint,
        label: str,
        budget: float | None,
        library: str | None = None,
    ) -> None:
        """Take a function at a point; `library` is the one whose arrays alone it takes, if there is such a one."""
        self.function, self.at, self.label, self.budget, self.library = function, at, label, budget, library

    def record(self, point: Mapping[str, Any] | None = None) -> Recording:
        """Return the recording of the run at a point, by default at that of the program.

        Raises DiffcompareError where the function cannot be recorded or does not return one number.
        """
        if self.at.size > MAX_INPUTS:
            raise many_numbers("inputs", self.at.size, MAX_INPUTS)
        if point is not None:
            return self._recorded(self.at, {name: point[name] for name in self.at.point})
        while True:
            try:
                recording = self._recorded(self.at, self.at.point)
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

    def _recorded(self, at: FunctionPoint, numbers: Mapping[str, Any]) -> Recording:
        return record(self.function, numbers, call=at.call, budget=self.budget, most=MAX_RECORDED)

    def _with_counts_behind(self, refused: DiffcompareError) -> FunctionPoint | None:
        """Return the point with the parameters as counts that a refusal shows to be counts; None if there are none."""
        varying = list(self.at.point)
        if isinstance(refused, CountExpected):
            name = varying[refused.place]
            parameter = next((p for p in self.at.parameters if p.name == name), None)
            is_integer = parameter is not None and plain(parameter.numbers[0]) % 1 == 0
            if is_integer and not refused.rounds:
                return self.at.with_fixed(name)
        return self._with_counts_tried(refused, lambda at: self._recorded(at, at.point))

    def _with_counts_tried(
        self, refused: DiffcompareError, run: Callable[[FunctionPoint], object]
    ) -> FunctionPoint | None:
        """Return the point with the parameters as counts with which the function runs; None if there are none."""
        if refused.diagnostic.code not in ("E584", "E587"):
            return None
        possible = self.at.possible_counts
        for names in [*[(name,) for name in possible[:MAX_TRIED]], tuple(possible)]:
            at = self.at.with_fixed(*names)
            if names and at.size:
                try:
                    run(at)
                except ManyNumbers:  # it would go on
                    return at
                except DiffcompareError:
                    continue
                return at
        return None

    def seconds(self, what: str, calls: int) -> float:
        """Return the seconds of this many plain calls (`value`), or recordings, each with a reverse sweep."""
        numbers, at = self.at.point, self.at
        value, gradient = lambda: at.call(self.function, numbers), lambda: self._recorded(at, numbers).gradient()
        return seconds_of(value if what == "value" else gradient, calls)

    # --- On whole arrays ----------------------------------------------------------------------------------------------

    def write_for(self, library: str) -> None:
        """Let a library compute values and gradients on whole arrays from now on, with its own arrays."""
        self.library = library

    @property
    def _of_arrays(self) -> Callable[..., Any]:
        """The function as plain calls with NumPy arrays take it."""
        return self.function if self.library is None else computed_by(self.library, self.function)

    def gradient_on_arrays(self) -> ArrayGradient:
        """Return value and gradient by a run on the array nodes of the tape and a sweep back, or by its library.

        Raises DiffcompareError as `tape.array_run` does, and for whatever goes wrong in the library.
        """

        def run(at: FunctionPoint) -> ArrayGradient:
            if self.library is not None:
                value, partials = self._limited(native_answer, self.library, self.function, at)
                flat = {p.name: [partials[name] for name in p.names] for p in at.parameters if p.name not in at.fixed}
                return array_run().ArrayGradient(value, array_run().parts_from(flat, at), 0, 0)  # type: ignore[no-any-return]
            gradient: ArrayGradient = array_run().gradient_on_arrays(self.function, at, self.budget)
            return gradient

        try:
            return run(self.at)
        except DiffcompareError as refused:
            at = self._with_counts_tried(refused, run)
            if at is None:
                raise
            self.at = at
        return run(self.at)

    def slope(self, direction: Direction) -> MeasuredSlope:
        """Return the slope of plain calls along a direction."""
        measured: MeasuredSlope = self._limited(array_run().slope_of, self._of_arrays, self.at, direction, self.budget)
        return measured

    def difference_gradient(self, *, central: bool) -> dict[str, Any] | None:
        """Return the gradient by differences of plain calls; None where the time is up before its end."""
        call = functools.partial(array_run().difference_gradient, central=central, budget=self.budget)
        gradient: dict[str, Any] | None = self._limited(call, self._of_arrays, self.at)
        return gradient

    def plain_value(self) -> float | None:
        """Return the value of a plain call at the point; None where it is no finite number."""
        value: float | None = self._limited(array_run().plain_value, self._of_arrays, self.at)
        return value

    def _limited(self, call: Callable[..., Any], *arguments: Any) -> Any:
        """Return what plain calls give.  Raises DiffcompareError where they take longer than the budget and a half."""
        limit = TimeLimit(None if self.budget is None else 1.5 * self.budget)
        try:
            return limit.call(call, *arguments)
        except OutOfTime:
            raise did_not_end(limit.seconds, definition_of(self.function)) from None

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
        limit = TimeLimit(self.budget)
        try:
            result = limit.call(self.at.call, self.function, point)
            numbers, _ = flattened_result(result, self.function)
            values = tuple(map(float, numbers))
        except DiffcompareError as error:
            return PlainCall(None, error.diagnostic.message)
        except OutOfTime:
            return PlainCall(None, did_not_end(limit.seconds, None).diagnostic.message)
        except (Exception, SystemExit) as error:
            return PlainCall(None, raised(error).diagnostic.message)
        infinite = [value for value in values if not math.isfinite(value)]
        return PlainCall(None, f"the function returned {infinite[0]}") if infinite else PlainCall(values)

    def tape_nodes(self) -> list[dict[str, Any]] | None:
        """Return the nodes that the function leaves on the tape, its `grad_fn` first, as `tape.graph_nodes` has them.

        Where it makes no Variables of its own that require a gradient, its parameters are such.  None where it returns
        no Variable.  Raises DiffcompareError for whatever the function raises.
        """
        try:
            result = self._called(self.at)
        except DiffcompareError as refused:
            at = self._with_counts_tried(refused, self._called)
            if at is None:
                raise
            result = self._called(at)
            self.at = at
        if not is_tape_variable(result):
            return None
        try:
            from diffcompare.tape.graph_nodes import graph_nodes, leaves_of

            leaves = leaves_of(self.at) if result.grad_fn is None else {}
            result = self.at.call_with(self.function, leaves) if leaves else result
        except DiffcompareError:
            raise
        except (Exception, SystemExit) as error:
            raise raised(error) from error
        if not is_tape_variable(result) or result.grad_fn is None:
            return None
        return graph_nodes(result, {id(leaf): name for name, leaf in leaves.items()})

    def _called(self, at: FunctionPoint) -> Any:
        """Return the result of a plain call; whatever it raises is a DiffcompareError."""
        try:
            return at.call(self.function, at.point)
        except DiffcompareError:
            raise
        except (Exception, SystemExit) as error:
            raise raised(error) from error

    def as_input(self, *, default: bool, several: bool = False) -> ParsedInput:
        """Return the program as the input of a study; `default` says that nobody gave its point."""
        recording, label = self.recording, self.label
        if not (several and recording.outputs):
            single_output(self, recording)
        notes = tuple(
            [_default_note(self)] * (default and bool(self.at.parameters))
            + _count_notes(self.at)
            + doubts(self, recording)
        )
        outputs = recording.outputs
        parsed = Parsed(outputs[-1], label, notes, outputs) if several else Parsed(recording.output, label, notes)
        return ParsedInput(label, parsed, "function", label, program=self)

    def as_native_input(self, library: str) -> ParsedInput:
        """Return the program as the input of a study; one that cannot be recorded is known by a library's values only.

        It then is an operation of the point's numbers, whose partials nobody knows, and a note says why.
        """
        try:
            return self.as_input(default=False)
        except ManyNumbers:
            raise
        except DiffcompareError as refused:
            expression = opaque(self, library)
            why = f"it is not recorded, and f is what {library} computes: {refused.diagnostic.message}"
            note = refused.diagnostic._replace(code="W315", message=why, help=None, severity="note")
            parsed = Parsed(expression, self.label, (note,))
            return ParsedInput(self.label, parsed, "function", self.label, point=self.at.point, native=self)

    def close(self) -> None:
        """End what the program needs beyond this process: nothing."""

    def value(self, point: Mapping[str, float]) -> float | None:
        """Return the value of a plain call at a point; None where it has none, or several."""
        return self.run(point).value

    def values(self, point: Mapping[str, float]) -> tuple[float, ...] | None:
        """Return the values of a plain call at a point; None where one of them has none."""
        return self.run(point).values

    def native(
        self,
        library: str,
        point: Mapping[str, float] | None = None,
        *,
        value_only: bool = False,
        mode: str = "native",
    ) -> tuple[float, dict[str, float]]:
        """Return value and gradient (by flat name) that a library computes of the function, called with its own arrays.

        Raises DiffcompareError for whatever goes wrong.
        """
        return native_answer(library, self.function, self.at, point, value_only=value_only, mode=mode)

    def gradient_by(self, function: Callable[..., Any]) -> Callable[[Mapping[str, float]], dict[str, float | None]]:
        """Return a user's gradient as a function of the numbers by flat name; exceptions are errors at their line."""

        def gradient(point: Mapping[str, float]) -> dict[str, float | None]:
            try:
                result = self.at.call(function, point)
            except DiffcompareError:
                raise
            except (Exception, SystemExit) as error:
                raise raised(error) from error
            return gradient_by_name(self.at, result)

        return gradient

    @functools.cached_property
    def recording(self) -> Recording:
        """The recording of the run at the point.  Raises DiffcompareError as `record` does."""
        try:
            return self.record()
        except ManyNumbers as refused:
            refused.program = self
            raise

    @property
    def formula(self) -> Expression:
        """The function as an expression that holds for every input.  Raises DiffcompareError as `formulas` does."""
        (formula,) = self.formulas
        return formula

    @functools.cached_property
    def formulas(self) -> tuple[Expression, ...]:
        """The outputs as expressions that hold for every input.

        Raises DiffcompareError where the program decides by the value of a variable.
        """
        anything: dict[str, Any] = dict.fromkeys(self.at.point, ANY_NUMBER)
        recording = record(self.function, anything, call=self.at.call, budget=self.budget)
        return tuple([merged(output) for output in recording.outputs])


def single_program(
    function: Callable[..., Any], given: Mapping[str, Any] | None, label: str, budget: float | None = None
) -> FunctionProgram:
    """Return a function at a point.

    Raises DiffcompareError where it does not return one number, recorded, within `budget` seconds.
    """
    run = program(function, given, label, budget)
    single_output(run, run.recording)
    return run


def reverse_gradient(run: FunctionProgram) -> dict[str, Any] | None:
    """Return the gradient by a reverse sweep on the tape; None where it is not finite.

    Raises DiffcompareError where the function depends on a variable that left the tape.
    """
    try:
        gradient = run.recording.gradient()
        if not all(math.isfinite(plain(partial)) for partial in gradient.values()):
            return None
    except RANGE_ERRORS:
        return None
    lost = None if all(gradient.values()) else unrecorded_dependence(run, run.recording)
    if lost is not None:
        raise DiffcompareError(lost)
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
    return program(function, given, label, budget).as_input(default=given is None, several=several)


def single_output(run: FunctionProgram, recording: Recording) -> None:
    """Raise DiffcompareError where a function returned several numbers."""
    if len(recording.places) != 1:
        message = f"{run.label} returned {len(recording.places) or 'no'} numbers, and one number has a gradient"
        help = "return one of them, or their sum; `diffcompare jacobian` takes several" if recording.places else None
        raise error_at(definition_of(run.function), "E586", "bad_value", message, help)


def _count_notes(at: FunctionPoint) -> list[Diagnostic]:
    """Return a note for every parameter that the function counts or indexes with though its default is no integer."""
    return [
        Diagnostic(
            "W322",
            "note",
            f"{p.name} counts or indexes here, so it is the integer {p.numbers[0]:.0f} and no variable",
            severity="note",
        )
        for p in at.parameters
        if p.name in at.fixed and not p.counts_as and not p.shape
    ]


def _default_note(run: FunctionProgram) -> Diagnostic:
    parameters = run.at.parameters
    if run.at.size > MAX_WRITTEN:
        shapes = [f"{parameter.name} {parameter.size_in_words}" for parameter in parameters]
        return Diagnostic("W311", "note", f"the defaults are the point: {', '.join(shapes)}", severity="note")
    values = [f"{parameter.name}={nest(parameter.numbers, parameter.shape)}" for parameter in parameters]
    message = f"no point was given, so here is one: {','.join(values).replace(' ', '')}"
    return Diagnostic("W311", "note", message, severity="note")
