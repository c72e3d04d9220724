"""A `Function` of the tape as an operation of recordings and expressions: an operation of its own, with its backward.

Where a `Function` is applied to recorded numbers, it leaves one entry for each number of its result, and not what its
`forward` computes on the way.  Of arrays, one that works element by element is recorded so.
"""

from __future__ import annotations

import inspect
import math
import os
import sys
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.inputs.python_file import by_name, tape_functions
from diffcompare.language.expression import Expression, lift
from diffcompare.language.expression import Variable as Symbol
from diffcompare.language.parser import parse
from diffcompare.language.wengert import replace_nodes, variables, wengert_list
from diffcompare.numeric.user_operations import UserOperation, user_operation
from diffcompare.recording.arrays import RecordedArray, recorded_array
from diffcompare.recording.outcome import raised
from diffcompare.recording.recorded_number import RecordedNumber, plain, record_operation, tapes_aside
from diffcompare.recording.source_lines import user_frame
from diffcompare.recording.valueless import branch_refused, has_no_value
from diffcompare.tape.array_functions import concatenate, reshape
from diffcompare.tape.graph_nodes import shown
from diffcompare.tape.nesting import grad
from diffcompare.tape.variable import Function, Variable
from diffcompare.tape.variable_operators import RECORDERS

KEPT = 256  # calls whose result is remembered: a partial is asked for where the value was
MAX_ELEMENTS = 10_000  # of a result that is looked at element by element
PROPORTIONAL = 1e-9  # relative; how near twice the gradient has to be to twice as much
ROUNDING = 1e-12  # relative; what an array and its elements alone may differ by


class Slot(NamedTuple):
    """An argument of a call: active numbers of a shape (None for a number), or a value that stays as it is."""

    shape: tuple[int, ...] | None = None
    value: Any = None
    kind: Any = None  # the type of the value, as 2 and 2.0 are equal, and not the same

    @property
    def is_fixed(self) -> bool:
        """True if it stays as it is."""
        return self.kind is not None

    @property
    def size(self) -> int:
        """The number of its numbers."""
        return 0 if self.is_fixed else int(np.prod(self.shape or ()))


class Layout(NamedTuple):
    """The shapes of the results of forward; `is_tuple` tells whether one result stands in a tuple."""

    shapes: tuple[tuple[int, ...], ...]
    is_tuple: bool

    def arrange(self, numbers: Sequence[Any]) -> Any:
        """Return recorded numbers as the results that they are."""
        results, start = [], 0
        for shape in self.shapes:
            part = numbers[start : start + math.prod(shape)]
            results.append(recorded_array(list(part)).reshape(shape) if shape else part[0])
            start += len(part)
        return tuple(results) if self.is_tuple else results[0]


class Outcome(NamedTuple):
    """The numbers that forward returned, one result after the other, and the values that it saved."""

    numbers: tuple[float, ...]
    layout: Layout
    saved: tuple[Any, ...]


def joined(results: Any) -> Variable:
    """Return the result of a Function, several in a tuple as one array of all their numbers."""
    if type(results) is not tuple:
        return results  # type: ignore[no-any-return]
    return concatenate([reshape(result, -1) for result in results])  # type: ignore[no-any-return]


def node_of(results: Any) -> Function | None:
    """Return the node that a call of a Function left on the tape."""
    nodes = [result.grad_fn for result in (results if type(results) is tuple else (results,))]
    return next((node for node in nodes if node is not None), None)


class FunctionCalls:
    """Calls of a Function with numbers in the slots of its arguments."""

    def __init__(self, function: type[Function], slots: Sequence[Slot]) -> None:
        self.function, self.slots = function, tuple(slots)
        self.layout = Layout(((),), False)  # that of the last call
        self.is_proportional = False  # to the gradient that comes in, as far as one call shows
        self.outcome = lru_cache(maxsize=KEPT)(self._outcome)
        self.gradient = lru_cache(maxsize=KEPT)(self._gradient)

    def _call(self, numbers: tuple[float, ...]) -> tuple[list[Variable], Any]:
        arguments, leaves, start = [], [], 0
        for slot in self.slots:
            if slot.is_fixed:
                arguments.append(slot.value)
                continue
            part = numbers[start : start + slot.size]
            leaves.append(Variable(part[0] if slot.shape is None else np.reshape(part, slot.shape), requires_grad=True))
            arguments.append(leaves[-1])
            start += slot.size
        return leaves, self.function.apply(*arguments)

    def _outcome(self, numbers: tuple[float, ...]) -> Outcome:
        with tapes_aside(), np.errstate(all="ignore"):
            try:
                _, result = self._call(numbers)
            except (DiffcompareError, ArithmeticError, ValueError):  # math.log(-1) raises, as in every row
                raise
            except Exception as error:
                raise raised(error) from error
            results, node = result if type(result) is tuple else (result,), node_of(result)
            saved = () if node is None else tuple(map(shown, node.saved or ()))
            self.layout = Layout(tuple([each.shape for each in results]), results is result)
            return Outcome(tuple(np.ravel(joined(result).data).tolist()), self.layout, saved)

    def _gradient(self, numbers: tuple[float, ...], output: int) -> tuple[float, ...]:
        """Return what backward makes of a gradient of 1 for one number of the result.

        Raises DiffcompareError where it makes of a gradient of 2 something else than twice as much: a sweep multiplies
        by the gradient itself, and would hide that backward does not.
        """
        slopes = self._backward(numbers, output, 1.0)
        if not self.is_proportional:
            doubled = self._backward(numbers, output, 2.0)
            if not np.allclose(doubled, 2 * slopes, rtol=PROPORTIONAL, atol=0.0, equal_nan=True):
                name = self.function.__name__
                message = (
                    f"the backward of {name} is not proportional to grad_output: the chain rule multiplies by it, once"
                )
                help = f"`{check_of(self.function)}` compares it with its forward"
                raise DiffcompareError(Diagnostic("E646", "bad_value", message, help=help))
            self.is_proportional = True
        return tuple(slopes.tolist())

    def _backward(self, numbers: tuple[float, ...], output: int, scale: float) -> Any:
        with tapes_aside(), np.errstate(all="ignore"):
            try:
                leaves, results = self._call(numbers)
                result = joined(results)
                seed = np.zeros(result.size)
                seed[output] = scale
                parts = grad(result, leaves, seed.reshape(result.shape))
            except DiffcompareError:
                raise
            except Exception as error:
                raise raised(error) from error
        flat = [
            np.zeros(leaf.size) if part is None else np.ravel(part.data)
            for leaf, part in zip(leaves, parts, strict=True)
        ]
        return np.concatenate(flat)


class FunctionNumbers(NamedTuple):
    """One number of the result of a Function."""

    calls: FunctionCalls
    output: int = 0
    total: int = 1

    def value(self, *numbers: float) -> float:
        """Return what forward computes; raises DiffcompareError where that is more numbers or fewer."""
        found = self.calls.outcome(numbers).numbers
        if len(found) != self.total:
            message = f"{self.calls.function.__name__}.forward returns {len(found)} numbers here"
            if self.total == 1:
                message += ", and an expression takes one"
            help = "call it in a Python function, `model.py:f`, which may take its results apart"
            raise DiffcompareError(Diagnostic("E646", "bad_value", message, help=help))
        return found[self.output]

    def partial(self, place: int, *numbers: float) -> float:
        """Return what backward makes of a gradient of 1."""
        return self.calls.gradient(numbers, self.output)[place]

    def saved(self, *numbers: float) -> Sequence[Any]:
        """Return what forward saved."""
        return self.calls.outcome(numbers).saved


# --- The row of a Function --------------------------------------------------------------------------------------------


def operations_of(given: Any) -> dict[str, UserOperation]:
    """Return the rows of Functions by name: of a class, of all in a file, which is run, or of several of both.

    Raises DiffcompareError for a file or a class that cannot be used, and TypeError for anything else.
    """
    rows: dict[str, UserOperation] = {}
    for source in given if isinstance(given, list | tuple | set) else (given,):
        if isinstance(source, str | os.PathLike):
            functions = tape_functions(os.fspath(source))
        elif isinstance(source, type) and issubclass(source, Function):
            functions = by_name([source], source.__name__)
        else:
            raise TypeError(f"`ops` is a Function of the tape, a file of them or a list, not {source!r:.60}")
        rows |= {name: operation_of(function, name) for name, function in functions.items()}
    return rows


@lru_cache(maxsize=KEPT)
def operation_of(function: type[Function], name: str = "") -> UserOperation:
    """Return the row of a Function of numbers, under its own name in the language.

    Raises DiffcompareError for a definition that cannot be read.
    """
    parameters = _parameter_names(function)
    numbers = FunctionNumbers(FunctionCalls(function, [Slot() for _ in parameters]))
    return user_operation(
        name or function.__name__, parameters, numbers, _formula(function, parameters, {}), check_of(function)
    )


def check_of(function: type[Function]) -> str:
    """Return what a user writes to have the backward of a Function checked."""
    try:
        path = inspect.getfile(function)
    except (TypeError, OSError):  # typed at a prompt
        path = ""
    if not path.lower().endswith(".py") or "<" in function.__qualname__:
        return f"dc.check({function.__name__})"
    return f"diffcompare check {_near(path)}:{function.__qualname__}"


def _near(path: str) -> str:
    """Return a path as one writes it in the current folder; one that leads elsewhere as it is."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # on another drive
        return path
    return path if relative.startswith(os.pardir) else relative


def _parameter_names(function: type[Function]) -> list[str]:
    """Return the parameters of forward beside ctx that have no default."""
    parameters = list(inspect.signature(function.forward).parameters.values())[1:]
    return [parameter.name for parameter in parameters if parameter.default is parameter.empty]


def _formula(function: type[Function], active: Sequence[str], fixed: Mapping[str, Any]) -> Expression | None:
    """Return the definition of a Function, an optional text in the language, with numbers for fixed parameters.

    None where there is none, or where it needs a parameter that is no number.
    """
    text = getattr(function, "definition", None)
    if text is None:
        return None
    names = list(inspect.signature(function.forward).parameters)[1:]
    formula = parse(str(text), names=tuple(names))
    unknown = [name for name in variables(wengert_list(formula)) if name not in names]
    if unknown:
        message = f"the definition of {function.__name__} names `{unknown[0]}`, which forward does not take"
        help = f"its parameters are {', '.join(names)}"
        raise DiffcompareError(Diagnostic("E647", "unknown_variable", message, help=help, text=str(text)))
    given = {**_defaults(function), **fixed}
    known: dict[Expression, Expression] = {
        Symbol(name): lift(value) for name, value in given.items() if name not in active and type(value) in (int, float)
    }
    if not known:
        return formula
    (formula,) = replace_nodes([formula], known)
    formula = parse(str(formula), names=tuple(names))  # x^n with a number for n is another row
    left = set(variables(wengert_list(formula))) - set(active)
    return None if left else formula


def _defaults(function: type[Function]) -> dict[str, Any]:
    parameters = inspect.signature(function.forward).parameters
    return {name: each.default for name, each in parameters.items() if each.default is not each.empty}


class Arrangement:
    """A Function with its arguments in slots: the calls, and a row for every number of a result."""

    def __init__(self, function: type[Function], slots: tuple[Slot, ...]) -> None:
        self.function, self.slots, self.calls = function, slots, FunctionCalls(function, slots)
        self.known: dict[int, list[UserOperation]] = {}

    def rows(self, count: int) -> list[UserOperation]:
        """Return the rows for a result of so many numbers."""
        if count not in self.known:
            self.known[count] = self._rows(count)
        return self.known[count]

    def _rows(self, count: int) -> list[UserOperation]:
        parameters = list(inspect.signature(self.function.forward).parameters)[1:]
        names, options, fixed = [], [], {}
        for place, slot in enumerate(self.slots):
            name = parameters[place] if place < len(parameters) else f"argument{place}"
            if not slot.is_fixed:
                names += [name] if slot.shape is None else [f"{name}{k}" for k in range(slot.size)]
                continue
            options.append(f"{name}={slot.value!r}"[:30])
            fixed[name] = slot.value
        scalar = count == 1 and all(slot.is_fixed or slot.shape is None for slot in self.slots)
        formula = _formula(self.function, names, fixed) if scalar else None
        label = f"{self.function.__name__}[{', '.join(options)}]" if options else self.function.__name__
        ends = [""] if count == 1 else [f"[{k}]" for k in range(count)]
        return [
            user_operation(
                f"{label}{end}", names, FunctionNumbers(self.calls, output, count), formula, check_of(self.function)
            )
            for output, end in enumerate(ends)
        ]


_kept_arrangement: Any = lru_cache(maxsize=KEPT)(Arrangement)


def arrangement(function: type[Function], slots: Sequence[Slot]) -> Arrangement:
    """Return the arrangement, the same one for the same function and slots."""
    try:
        return _kept_arrangement(function, tuple(slots))  # type: ignore[no-any-return]
    except TypeError:  # an argument that cannot be a key, such as an array of constants
        return Arrangement(function, tuple(slots))


# --- A Function applied to recorded numbers ---------------------------------------------------------------------------


def record_function(function: type[Function], arguments: Sequence[Any]) -> Any:
    """Apply a Function to recorded numbers and arrays of them: an entry on the tape for every number of the result."""
    frame = user_frame(sys._getframe(1))
    slots, numbers = [], []
    for argument in arguments:
        slot, found = _slot(argument)
        slots.append(slot)
        numbers += found
    if not numbers:
        return function.apply(*[slot.value for slot in slots])
    arranged = arrangement(function, slots)
    if has_no_value(map(plain, numbers)):
        if any(slot.shape is not None for slot in slots):
            raise branch_refused()
        layout = arranged.calls.layout
        rows = arranged.rows(sum(map(math.prod, layout.shapes)))
        return layout.arrange([_record(row, numbers, frame) for row in rows])
    values = tuple([float(plain(number)) for number in numbers])
    layout = arranged.calls.outcome(values).layout
    if len(set(layout.shapes)) == 1 and layout.shapes[0]:
        single = arrangement(function, [slot if slot.is_fixed else Slot() for slot in slots])
        elements = _elements(arranged.calls, single.calls, values, layout)
        if elements is not None:
            rows = single.rows(len(layout.shapes))
            entries = [_record(row, [numbers[k] for k in places], frame) for row in rows for places in elements]
            return layout.arrange(entries)
    rows = arranged.rows(sum(map(math.prod, layout.shapes)))
    return layout.arrange([_record(row, numbers, frame) for row in rows])


RECORDERS.update(dict.fromkeys((RecordedNumber, RecordedArray), record_function))


def _slot(argument: Any) -> tuple[Slot, list[Any]]:
    """Return the slot of an argument, and the numbers in it."""
    if type(argument) is RecordedNumber:
        return Slot(), [argument]
    if isinstance(argument, RecordedArray) and any(type(each) is RecordedNumber for each in argument.ravel().tolist()):
        return Slot(argument.shape), argument.ravel().tolist()
    if isinstance(argument, RecordedArray):
        argument = np.array(argument, dtype=float)
    return Slot(value=argument, kind=type(argument)), []


def _record(row: UserOperation, numbers: Sequence[Any], frame: Any) -> Any:
    return record_operation(row, row, numbers, frame)


def _elements(
    calls: FunctionCalls, single: FunctionCalls, values: tuple[float, ...], layout: Layout
) -> list[list[int]] | None:
    """Return the places of the numbers that each element of the results is computed from, if it is from one of each.

    The values of the elements alone must be those of the whole, and no element may depend on the others.
    """
    count = len(layout.shapes)
    elements = _places(calls.slots, layout.shapes[0])
    if elements is None or not 0 < len(elements) <= MAX_ELEMENTS:
        return None
    try:
        alone = [single.outcome(tuple([values[k] for k in places])) for places in elements]
    except Exception:  # a function of arrays may raise anything for a number
        return None
    if any(outcome.layout != Layout(((),) * count, layout.is_tuple) for outcome in alone):
        return None
    apart, together = np.transpose([outcome.numbers for outcome in alone]).ravel(), calls.outcome(values).numbers
    if not np.allclose(apart, together, rtol=ROUNDING, atol=0, equal_nan=True):
        return None
    for output, places in enumerate(elements * count):
        gradient = calls.gradient(values, output)
        if any(slope for k, slope in enumerate(gradient) if k not in places):
            return None
    return elements


def _places(slots: Sequence[Slot], shape: tuple[int, ...]) -> list[list[int]] | None:
    """Return the places of the numbers beside each element of a result, with the arguments broadcast to its shape."""
    columns: list[list[int]] = []
    start = 0
    for slot in slots:
        if slot.is_fixed and np.ndim(slot.value):
            return None
        if not slot.is_fixed:
            places = np.arange(start, start + slot.size).reshape(slot.shape or ())
            start += slot.size
            try:
                columns.append(np.broadcast_to(places, shape).ravel().tolist())
            except ValueError:
                return None
    return [list(places) for places in zip(*columns, strict=True)]
