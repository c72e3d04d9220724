"""The worker for a user's Python function: `python -P -m diffcompare.inputs.function_worker`.

One JSON line in, one out.  The first request loads a file and a name, the others run the function; whatever is wrong is
answered as a diagnostic.  What the function prints goes to standard error.  The parent ends the process when its time
is up, whatever the function is busy with.
"""

from __future__ import annotations

import inspect
import json
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from diffcompare import worker_process
from diffcompare.diagnostics import Diagnostic, DiffcompareError, shown
from diffcompare.inputs.function_point import FunctionPoint, Parameter, arranged, flat_numbers
from diffcompare.inputs.python_file import applied, is_tape_function, load, tape_functions
from diffcompare.inputs.python_function import FunctionProgram, array_run, program
from diffcompare.language import serialization
from diffcompare.language.expression import Expression, Operation
from diffcompare.language.printer import shorten
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.user_operations import UserOperation, without_definition, written_out
from diffcompare.recording.outcome import raised
from diffcompare.recording.recorder import Recording
from diffcompare.recording.source_lines import place_of

RECURSION = 20_000  # frames, as a program may recurse as deep as its input is long


def main() -> None:
    """Answer requests until standard input closes."""
    answer_requests(Service())


def conversation(requests: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the answers to requests."""
    yield from Service().conversation(requests)


def answer_requests(service: Service) -> None:
    """Answer the requests on standard input, line by line."""
    answers = worker_process.reserve_output()
    sys.setrecursionlimit(RECURSION)
    for answer in service.conversation(map(json.loads, sys.stdin.buffer)):
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


class Service:
    """The function that was loaded, and the point that it is at."""

    def __init__(self) -> None:
        self.loaded: Callable[..., Any] = lambda: None
        self.function = self.loaded
        self.program = FunctionProgram(self.function, FunctionPoint(()), "", None)
        self.operations: list[UserOperation] = []  # those of the user's own that stand in recordings, by number

    def conversation(self, requests: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        """Yield the answers to requests."""
        for request in requests:
            try:
                answer = self.serve(request)
            except DiffcompareError as error:
                answer = {"error": error.diagnostic._asdict()}
            except BaseException as error:  # a KeyboardInterrupt that the function raised, say
                answer = {"error": raised(error).diagnostic._asdict()}
            yield answer

    def serve(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer to a request.  Raises DiffcompareError."""
        match request["do"]:
            case "load":
                self.loaded = load(request["path"], request["name"])
                self.function = applied(self.loaded)
                return {"parameters": _parameters(self.function), "is_operation": is_tape_function(self.loaded)}
            case "operations":
                self.operations = operations_of(request["path"])
                return {"operations": [operation_data(operation) for operation in self.operations]}
            case "point":
                self.program = program(self.function, request["given"], request["label"], request["budget"])
                return {"point": point_data(self.program.at)}
            case "at":
                at = point_from(request["point"])
                self.program = FunctionProgram(
                    self.function, at, request["label"], request["budget"], request["library"]
                )
                return {}
            case "record":
                recording = self.program.record(request["point"])
                data = recording_data(recording, self.operations)
                return {"point": point_data(self.program.at), "recording": data}
            case "operation":
                return {"result": self._operation(request)}
            case "arrays":
                return self._arrays()
            case "slope":
                direction = array_run().Direction(*request["direction"])
                return dict(self.program.slope(direction)._asdict())
            case "differences":
                gradient = self.program.difference_gradient(central=request["central"])
                return {"gradient": None if gradient is None else array_run().flat_parts(gradient)}
            case "plain_value":
                return {"value": self.program.plain_value()}
            case "seconds":
                return {"seconds": _guarded(self.program.seconds, request["what"], request["calls"])}
            case "run":
                return dict(self.program.run(request["point"])._asdict())
            case "native":
                from diffcompare.engines.native import native_answer  # only where a library is asked

                answer = native_answer(
                    request["library"],
                    self.function,
                    self.program.at,
                    request["point"],
                    value_only=request["value_only"],
                    mode=request["mode"],
                )
                return dict(answer._asdict())
            case "formulas":
                return {"formulas": serialization.encode(*map(_writable, self.program.formulas))}
            case "tape":
                return {"nodes": self.program.tape_nodes()}
            case "call":
                called = _guarded(self.program.at.call, self.function, request["point"])
                return {"result": plain_result(called)}
            case "apply":
                arguments = [_argument(value) for value in request["arguments"]]
                named = {name: _argument(value) for name, value in request["named"].items()}
                return {"result": plain_result(_guarded(self.function, *arguments, **named))}
            case _:
                return {}

    def _arrays(self) -> dict[str, Any]:
        """Return the gradient by a run on whole arrays."""
        result = self.program.gradient_on_arrays()
        parts = array_run().flat_parts(result.gradient)
        return {"fixed": sorted(self.program.at.fixed), "result": {**result._asdict(), "gradient": parts}}

    def _operation(self, request: Mapping[str, Any]) -> Any:
        """Return a number of an operation in a recording: its value, a partial by its place, or what it saves."""
        if request["number"] >= len(self.operations):  # of the process before this one
            recording_data(self.program.record(), self.operations)
        operation, arguments = self.operations[request["number"]], tuple(request["arguments"])
        try:
            return operation_number(operation, request["which"], arguments)
        except (ArithmeticError, ValueError):
            return None


def operations_of(path: str) -> list[UserOperation]:
    """Run a file and return a row for each `Function` of the tape in it.  Raises DiffcompareError if it has none."""
    functions = tape_functions(path)
    from diffcompare.tape.function_operations import operation_of  # only a file that has a Function needs the tape

    return [operation_of(function, name) for name, function in functions.items()]


def operation_number(operation: UserOperation, which: int | str, arguments: tuple[float, ...]) -> Any:
    """Return the value of an operation, what it `saved`, or the partial of a place; None for no finite number."""
    if which == "saved":
        return list(operation.saved(*arguments)) if operation.saved is not None else []
    if which == "value":
        number = operation(*arguments)
    else:
        partial = operation.partials[int(which)]
        number = partial(None, *arguments) if callable(partial) else partial
    return float(number) if number is not None and math.isfinite(number) else None


def _writable(formula: Expression) -> Expression:
    """Return a formula in rows of the table.  Raises DiffcompareError for an operation without a definition."""
    written = written_out(formula)
    node = without_definition(wengert_list(written))
    if node is not None:
        message = f"{shorten(node)} has no `definition` in the language, and a formula needs one"
        raise DiffcompareError(Diagnostic("E648", "bad_value", message, help="give the class a `definition`"))
    return written


def _guarded(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Call a function; whatever it raises is an error at its line."""
    try:
        return function(*arguments, **named)
    except DiffcompareError:
        raise
    except (Exception, SystemExit) as error:
        raise raised(error) from error


def _argument(value: Any) -> Any:
    """Return a nested list as the array that it was."""
    return arranged(*flat_numbers(value))


def plain_result(value: Any) -> Any:
    """Return what a function returned as JSON has it.  Raises DiffcompareError for what is not made of numbers."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [plain_result(item) for item in value]
    if isinstance(value, Mapping):
        return {str(name): plain_result(item) for name, item in value.items()}
    try:
        return float(value)
    except (TypeError, ValueError):
        message = f"the function returned {shown(value)}, which is not a number"
        raise DiffcompareError(Diagnostic("E586", "bad_value", message, help="is its `return` missing?")) from None


def _parameters(function: Callable[..., Any]) -> list[list[str]]:
    """Return name and kind of each parameter, where they are known."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [[parameter.name, parameter.kind.name] for parameter in parameters]


# --- Points and recordings as JSON ------------------------------------------------------------------------------------


def point_data(at: FunctionPoint) -> dict[str, Any]:
    """Return the point of a function for JSON."""
    parameters = [[p.name, list(p.numbers), p.shape, p.by_position, p.counts_as] for p in at.parameters]
    return {"parameters": parameters, "fixed": sorted(at.fixed)}


def point_from(data: Mapping[str, Any]) -> FunctionPoint:
    """Return the point of a function from JSON."""
    parameters = [
        Parameter(name, tuple(numbers), None if shape is None else tuple(shape), None, by_position, counts_as)
        for name, numbers, shape, by_position, counts_as in data["parameters"]
    ]
    return FunctionPoint(tuple(parameters), frozenset(data["fixed"]))


def recording_data(recording: Recording, operations: list[UserOperation]) -> dict[str, Any]:
    """Return a recording for JSON: rows by name, places in the source by number.

    An operation of the user's own goes by its number in `operations`, to which new ones are added.
    """
    tape, places = recording.tape, dict[Any, int]()
    entries = []
    for row, left, right, value, code, instruction in tape.entries[len(recording.point) :]:
        number = places.setdefault(place_of(code, instruction), len(places))
        entries.append([_row_data(row, operations), left, right, value, number])
    decisions = [
        [d.left, d.sign, d.right, d.outcome, list(d.numbers), places.setdefault(d.place, len(places)), d.after]
        for d in recording.decisions
    ]
    return {
        "point": dict(recording.point),
        "entries": entries,
        "operations": [operation_data(operation) for operation in operations],
        "constants": tape.constants,
        "decisions": decisions,
        "places": list(places),
        "outputs": recording.places,
        "shape": recording.shape,
    }


def _row_data(row: Operation, operations: list[UserOperation]) -> str | int:
    if not isinstance(row, UserOperation):
        return row.name
    if row not in operations:
        operations.append(row)
    return operations.index(row)


def operation_data(operation: UserOperation) -> dict[str, Any]:
    """Return an operation of the user's own for JSON, without its numbers."""
    formula = None if operation.formula is None else serialization.encode(operation.formula)
    parameters = list(operation.parameters)
    return {"name": operation.name, "parameters": parameters, "formula": formula, "check": operation.check}
