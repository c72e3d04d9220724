"""A user's function in a process of its own, as a program that studies can ask: this side sends requests.

The process is started when it is needed, ended when a request takes longer than the budget, and started again for the
next one, so that a run that never ends does not stop the others.
"""

from __future__ import annotations

import atexit
import inspect
import linecache
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from time import monotonic
from typing import TYPE_CHECKING, Any

from diffcompare import processes
from diffcompare.backends.problem import Hand
from diffcompare.diagnostics import Diagnostic, DiffcompareError, ManyNumbers
from diffcompare.inputs.function_point import FunctionPoint, gradient_by_name, parse_function_point
from diffcompare.inputs.function_worker import point_data, point_from
from diffcompare.inputs.python_function import FunctionProgram, array_run
from diffcompare.inputs.recording_doubts import PlainCall
from diffcompare.language import serialization
from diffcompare.language.expression import Expression
from diffcompare.language.grammar import with_functions
from diffcompare.language.operations import OPERATIONS
from diffcompare.numeric.user_operations import UserOperation, user_operation
from diffcompare.recording.outcome import did_not_end
from diffcompare.recording.recorded_number import Tape
from diffcompare.recording.recorder import Decision, Recording
from diffcompare.recording.source_lines import SourcePlace

if TYPE_CHECKING:
    from diffcompare.tape.array_run import ArrayGradient, Direction, MeasuredSlope

WORKER = "diffcompare.inputs.function_worker"
STARTUP = 60.0  # seconds that starting Python may take
LIBRARY = 60.0  # seconds that the import of a library may take, beyond the budget
LOADING = 20.0  # seconds that running the file may take, beyond the budget: it imports libraries


class FunctionProcess:
    """A process that has loaded a file and answers requests about one function in it."""

    def __init__(self, path: str, name: str | None, budget: float | None, worker: str = WORKER) -> None:
        """Prepare a process; `worker` is the module that runs in it, and without a name all Functions are loaded."""
        linecache.checkcache(path)  # lines are shown by this process, which may have seen another file of this name
        self.path, self.name, self.budget, self.worker = path, name, budget, worker
        self.process: processes.AnyWorker | None = None
        self.setup: dict[str, Any] = {}
        self.parameters: list[list[str]] = []
        self.known_operations: list[UserOperation] = []
        self.is_operation = False  # is it a `Function` of the tape?

    def ask(self, do: str, extra: float = 0.0, **fields: Any) -> dict[str, Any]:
        """Send a request and return its answer; it may take `extra` seconds beyond the budget.

        Raises DiffcompareError for what the function did, and where it takes longer than the budget.
        """
        if self.process is None:
            self._start()
        answer = self._exchange({"do": do, **fields}, None if self.budget is None else self.budget + extra)
        if do == "at":
            self.setup = fields
        return answer

    def operations(self, listed: Sequence[Mapping[str, Any]]) -> list[UserOperation]:
        """Return the user's own operations in the process, by number: rows that ask it for their numbers."""
        for number in range(len(self.known_operations), len(listed)):
            data = listed[number]
            formula = None if data["formula"] is None else serialization.decode(data["formula"])[0]
            self.known_operations.append(
                user_operation(data["name"], data["parameters"], _RemoteNumbers(self, number), formula, data["check"])
            )
        return self.known_operations

    def __enter__(self) -> FunctionProcess:
        return self

    def __exit__(self, *error: object) -> None:
        self.end()

    def _start(self) -> None:
        name = f"the process that runs `{self.path}`"
        self.process = processes.start_worker(self.worker, name, stderr=None, is_passing=True)
        atexit.register(self.end)
        self._exchange({"do": "ready"}, STARTUP)
        if self.name is None:
            self.operations(self._loaded({"do": "operations", "path": self.path})["operations"])
            return
        loaded = self._loaded({"do": "load", "path": self.path, "name": self.name})
        self.parameters, self.is_operation = loaded["parameters"], loaded["is_operation"]
        if self.setup:
            self._exchange({"do": "at", **self.setup}, self.budget)

    def _loaded(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Let the process run the file, and return its answer."""
        limit = None if self.budget is None else self.budget + LOADING
        try:
            return self._exchange(request, limit)
        except DiffcompareError as error:
            if error.diagnostic.code != "E582":
                raise
            message = f"`{self.path}` did not end within {limit:g} s, so that there is no function to call"
            help = "the whole file is run, as python does: put long work under `if __name__ == '__main__':`"
            raise DiffcompareError(error.diagnostic._replace(message=message, help=help)) from None

    def _exchange(self, request: Mapping[str, Any], budget: float | None) -> dict[str, Any]:
        process = self.process
        assert process is not None
        try:
            process.send(request)
            # The function looks at the clock at its own operations: it is the first to say where it is.
            answer = process.receive(None if budget is None else monotonic() + budget * 1.25 + 0.5)
        except TimeoutError:
            self.end()
            raise did_not_end(budget or math.inf, None) from None
        except processes.WorkerLost as lost:
            self.end()
            help = "the function ended it: os._exit, a crash in a library, or too little memory"
            raise DiffcompareError(Diagnostic("E580", "bad_value", str(lost), help=help)) from None
        if "error" in answer:
            fields = answer["error"]
            span = fields["span"] and tuple(fields["span"])
            kind = ManyNumbers if fields["code"] == "E585" else DiffcompareError
            raise kind(Diagnostic(**{**fields, "span": span}))
        return answer

    def end(self) -> None:
        """Kill the process; the next request starts another one."""
        process, self.process = self.process, None
        if process is not None:
            atexit.unregister(self.end)
            process.end()


class _RemoteNumbers:
    """The numbers of an operation of the user's own, in another process."""

    def __init__(self, process: FunctionProcess, number: int) -> None:
        self.process, self.number = process, number
        self.known: dict[tuple[Any, ...], Any] = {}

    def value(self, *arguments: float) -> float:
        """Return the value; nan where it is no finite number."""
        return float(self._ask("value", arguments))

    def partial(self, place: int, *arguments: float) -> float:
        """Return the partial of a place; nan where it is no finite number."""
        return float(self._ask(place, arguments))

    def saved(self, *arguments: float) -> Sequence[Any]:
        """Return what the operation saves."""
        return self._ask("saved", arguments)  # type: ignore[no-any-return]

    def _ask(self, which: int | str, arguments: tuple[float, ...]) -> Any:
        key = (which, *arguments)
        if key not in self.known:
            answer = self.process.ask(
                "operation", number=self.number, which=which, arguments=list(map(float, arguments))
            )
            self.known[key] = math.nan if answer["result"] is None else answer["result"]
        return self.known[key]


class ProcessProgram(FunctionProgram):
    """A function in a process of its own, at a point of its parameters."""

    def __init__(self, process: FunctionProcess, at: FunctionPoint, label: str) -> None:
        super().__init__(_elsewhere, at, label, process.budget)
        self.process = process
        self.companions: list[FunctionProcess] = []
        self._set_up()

    def _set_up(self) -> None:
        """Tell the process where the function is to run, and how; one that starts anew is told so again."""
        point = point_data(self.at)
        self.process.ask("at", point=point, label=self.label, budget=self.budget, library=self.library)

    def write_for(self, library: str) -> None:
        """Let a library compute values and gradients on whole arrays from now on, with its own arrays."""
        super().write_for(library)
        self._set_up()

    def close(self) -> None:
        """End the process, and that of a gradient."""
        for process in (self.process, *self.companions):
            process.end()

    def record(self, point: Mapping[str, Any] | None = None) -> Recording:
        """Return the recording of the run at a point, by default at that of the program."""
        answer = self.process.ask("record", point=point if point is None else dict(point))
        self.at = point_from(answer["point"])
        return _recording(answer["recording"], self.process.operations(answer["recording"]["operations"]))

    def seconds(self, what: str, calls: int) -> float:
        """Return the seconds that this many calls take in the process, plain or recorded with a reverse sweep."""
        return self.process.ask("seconds", what=what, calls=calls)["seconds"]  # type: ignore[no-any-return]

    def run(self, point: Mapping[str, float]) -> PlainCall:
        """Call the function with plain doubles, and say what happened if the result is not a finite number."""
        try:
            answer = self.process.ask("run", point=dict(point))
            return PlainCall(answer["values"] and tuple(answer["values"]), answer["trouble"])
        except DiffcompareError as error:
            return PlainCall(None, error.diagnostic.message)

    def native(
        self,
        library: str,
        point: Mapping[str, float] | None = None,
        *,
        value_only: bool = False,
        mode: str = "native",
    ) -> tuple[float, dict[str, float]]:
        """Return value and gradient that a library computes of the function, called with the library's own arrays."""
        fields = {"library": library, "point": point and dict(point), "value_only": value_only, "mode": mode}
        answer = self.process.ask("native", extra=LIBRARY, **fields)
        return answer["value"], answer["gradient"]

    @cached_property
    def formulas(self) -> tuple[Expression, ...]:
        """The outputs as expressions that hold for every input."""
        return tuple(serialization.decode(self.process.ask("formulas")["formulas"]))

    def gradient_on_arrays(self) -> ArrayGradient:
        """Return value and gradient by a run on the array nodes of the tape and a sweep back, or by its library."""
        answer = self.process.ask("arrays")
        self.at = self.at.with_fixed(*answer["fixed"])
        parts = array_run().parts_from(answer["result"]["gradient"], self.at)
        gradient: ArrayGradient = array_run().ArrayGradient(**{**answer["result"], "gradient": parts})
        return gradient

    def slope(self, direction: Direction) -> MeasuredSlope:
        """Return the slope of plain calls along a direction."""
        measured: MeasuredSlope = array_run().MeasuredSlope(**self.process.ask("slope", direction=list(direction)))
        return measured

    def difference_gradient(self, *, central: bool) -> dict[str, Any] | None:
        """Return the gradient by differences of plain calls; None where the time is up before its end."""
        flat = self.process.ask("differences", central=central)["gradient"]
        return None if flat is None else array_run().parts_from(flat, self.at)

    def plain_value(self) -> float | None:
        """Return the value of a plain call at the point; None where it is no finite number."""
        return self.process.ask("plain_value")["value"]  # type: ignore[no-any-return]

    def tape_nodes(self) -> list[dict[str, Any]] | None:
        """Return the nodes that the function leaves on the tape, its `grad_fn` first; None where there are none."""
        return self.process.ask("tape")["nodes"]  # type: ignore[no-any-return]

    def called(self, point: Mapping[str, float]) -> Any:
        """Return what the function returns at a point: a number, nested lists, or a dictionary of such."""
        return self.process.ask("call", point=dict(point))["result"]


def _elsewhere(*arguments: Any) -> Any:
    raise AssertionError("the function runs in another process")


def load_at(path: str, name: str, specs: Sequence[str] | None, budget: float | None) -> ProcessProgram:
    """Load a function of a file into a process of its own, at the point of `--at` or a default one."""
    given = None if specs is None else parse_function_point(specs)
    return load_in_process(path, name, given, f"{path}:{name}", budget)


def load_in_process(
    path: str, name: str, given: Mapping[str, Any] | None, label: str, budget: float | None
) -> ProcessProgram:
    """Load a function of a file into a process of its own, at a given point or a default one."""
    process = FunctionProcess(path, name, budget)
    answer = process.ask("point", given=given, label=label, budget=budget)
    return ProcessProgram(process, point_from(answer["point"]), label)


def hand_in_process(path: str, name: str, function: ProcessProgram) -> Hand:
    """Load the gradient of a function into a process of its own, which ends with that of the function."""
    process = FunctionProcess(path, name, function.budget)
    gradient = ProcessProgram(process, function.at, f"{path}:{name}")
    function.companions.append(process)
    return Hand({}, "given", lambda point: gradient_by_name(function.at, gradient.called(point)))


def _recording(data: Mapping[str, Any], operations: Sequence[UserOperation]) -> Recording:
    """Return a recording from JSON; it has places in the source where other recordings have code."""
    places = [SourcePlace(*place) for place in data["places"]]
    tape = Tape(list(data["point"].values()))
    tape.entries += [
        (
            operations[name] if type(name) is int else OPERATIONS[name],
            tuple(left) if type(left) is list else left,
            right,
            value,
            places[place],
            0,
        )
        for name, left, right, value, place in data["entries"]
    ]
    tape.constants = data["constants"]
    tape.decisions = [
        Decision(left, sign, right, outcome, (numbers[0], numbers[1]), places[place], 0, after)
        for left, sign, right, outcome, numbers, place, after in data["decisions"]
    ]
    tape.is_open = False
    shape = None if data["shape"] is None else tuple(data["shape"])
    return Recording(data["point"], tape, tuple(data["outputs"]), shape)


@contextmanager
def operations_from(path: str, budget: float | None) -> Iterator[None]:
    """Run a file in a process of its own, and let texts call the Functions of the tape in it until the context ends."""
    with FunctionProcess(path, None, budget) as process:
        process.ask("ready")
        with with_functions({operation.name: operation for operation in process.known_operations}):
            yield


def callable_of(process: FunctionProcess, label: str) -> Callable[..., Any]:
    """Return a Python function that calls the one in the process, with its signature."""

    def forwarded(*arguments: Any, **named: Any) -> Any:
        return process.ask("apply", arguments=_plain(list(arguments)), named=_plain(named))["result"]

    process.ask("ready")
    forwarded.__name__ = label
    kinds = {kind.name: kind for kind in inspect._ParameterKind}
    parameters = [inspect.Parameter(name, kinds[kind]) for name, kind in process.parameters]
    forwarded.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return forwarded


def _plain(value: Any) -> Any:
    """Return arguments as JSON has them."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, complex):
        raise TypeError("a function in another process takes real numbers")
    return value
