"""The point of a Python function: numbers, vectors and matrices for its parameters, and the flat names of their parts.

A vector `w` of two numbers has the variables `w[0]` and `w[1]`, and a matrix `W[0, 0]`, `W[0, 1]` and so on.
"""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError, did_you_mean, shown
from diffcompare.inputs.point import (
    bare_value,
    candidates,
    component_name,
    constant_value,
    parse_assignments,
    split_at_commas,
)
from diffcompare.recording.recorded_number import RecordedNumber, plain

MAX_SHOWN = 6  # parameters in an example of a point
NO_NAME = ""  # of the value in `--at 2`


class Parameter(NamedTuple):
    """A parameter of a function: its shape (None for a number) and its numbers, in row order."""

    name: str
    numbers: tuple[float, ...]
    shape: tuple[int, ...] | None = None
    kind: Any = None
    """The class of the array that was given, if one was."""
    by_position: bool = False
    counts_as: str = ""
    """`int`, `list` or `tuple` where its default is made of integers and its value too, so that it may be a count."""

    @property
    def names(self) -> list[str]:
        """The names of its numbers: `x`, or `x[0]`, `x[1]` ..."""
        if self.shape is None:
            return [self.name]
        return [f"{self.name}{list(index)}" for index in product(*map(range, self.shape))]

    @property
    def size_in_words(self) -> str:
        """The shape in a sentence: `a number`, `of shape 300 x 20`."""
        return "a number" if self.shape is None else f"of shape {' x '.join(map(str, self.shape))}"


class FunctionPoint(NamedTuple):
    """The parameters of a function at a point; those that are `fixed` are counts, and passed as integers."""

    parameters: tuple[Parameter, ...]
    fixed: frozenset[str] = frozenset()

    @property
    def point(self) -> dict[str, float]:
        """The numbers by flat name, without those of fixed parameters."""
        return {
            name: number
            for parameter in self.parameters
            if parameter.name not in self.fixed
            for name, number in zip(parameter.names, parameter.numbers, strict=True)
        }

    @property
    def size(self) -> int:
        """The count of numbers that vary."""
        return sum(len(parameter.numbers) for parameter in self.parameters if parameter.name not in self.fixed)

    def call(self, function: Callable[..., Any], numbers: Mapping[str, Any]) -> Any:
        """Call a function with numbers by flat name, plain or recorded, in the shapes of the parameters."""
        arguments = {
            parameter.name: arranged([numbers[name] for name in parameter.names], parameter.shape)
            for parameter in self.parameters
            if parameter.name not in self.fixed
        }
        return self.call_with(function, arguments)

    def call_with(self, function: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
        """Call a function with arguments by parameter; those that are fixed are integers."""
        positional, named = [], {}
        for parameter in self.parameters:
            if parameter.name in self.fixed:
                counts = nest([int(number) for number in parameter.numbers], parameter.shape)
                argument: Any = tuple(counts) if parameter.counts_as == "tuple" else counts
            else:
                argument = arguments[parameter.name]
            if parameter.by_position:
                positional.append(argument)
            else:
                named[parameter.name] = argument
        return function(*positional, **named)

    def shaped(self, numbers: Mapping[str, Any]) -> dict[str, Any]:
        """Return numbers by flat name in the shapes of the parameters: numbers, nested lists, or arrays.

        Of a parameter of which only some numbers are given, these stay by flat name.
        """
        shaped: dict[str, Any] = {}
        for parameter in self.parameters:
            values = [numbers[name] for name in parameter.names if name in numbers]
            if len(values) < len(parameter.names):
                shaped |= {name: numbers[name] for name in parameter.names if name in numbers}
            else:
                nested = nest(values, parameter.shape)
                shaped[parameter.name] = nested if parameter.kind is None else parameter.kind(nested)
        return shaped

    def jacobian_of(self, rows: Sequence[Mapping[str, float]], shape: tuple[int, ...] | None) -> dict[str, Any]:
        """Return rows of numbers, one for every part of a result, by parameter: in its shape, then the parameter's."""
        by_row = [self.shaped(row) for row in rows]
        return {name: self.arranged_like([row[name] for row in by_row], shape) for name in (by_row or [{}])[0]}

    def arranged_like(self, values: Sequence[Any], shape: tuple[int, ...] | None) -> Any:
        """Return results in a shape: a number, nested lists, or an array where the point has arrays."""
        nested = nest(values, shape)
        kinds = [parameter.kind for parameter in self.parameters if parameter.kind is not None]
        return kinds[0](nested) if kinds and shape is not None else nested

    @property
    def arguments(self) -> list[Any]:
        """The values of all parameters, in their order: numbers and nested lists."""
        return [nest(parameter.numbers, parameter.shape) for parameter in self.parameters]

    @property
    def possible_counts(self) -> list[str]:
        """The parameters that vary and may be counts, the last one first."""
        return [p.name for p in reversed(self.parameters) if p.counts_as and p.name not in self.fixed]

    def with_fixed(self, *names: str) -> FunctionPoint:
        """Return this point with more parameters that are counts."""
        return self._replace(fixed=self.fixed.union(names))


def nest(values: Sequence[Any], shape: tuple[int, ...] | None) -> Any:
    """Return values in row order as nested lists of a shape; a number for None."""
    if not shape:
        return values[0] if shape is None else values
    if len(shape) == 1:
        return list(values)
    width = math.prod(shape[1:])
    return [nest(values[row * width : (row + 1) * width], shape[1:]) for row in range(shape[0])]


def arranged(numbers: list[Any], shape: tuple[int, ...] | None) -> Any:
    """Return numbers as a function takes them: an array if NumPy is installed, else nested lists."""
    if shape is None:
        return numbers[0]
    try:
        from diffcompare.recording.arrays import function_argument
    except ImportError:
        return nest(numbers, shape)
    return function_argument(numbers, shape)


# --- From what a caller gives -----------------------------------------------------------------------------------------


def gradient_by_name(at: FunctionPoint, result: Any) -> dict[str, float | None]:
    """Return the partials that a user's function returned, by flat name.

    They come in the shapes of the parameters: a number, an array, a tuple with a part for each, or a dictionary.
    Raises DiffcompareError where there are too many or too few.
    """
    varying = [parameter for parameter in at.parameters if parameter.name not in at.fixed]
    names = [name for parameter in varying for name in parameter.names]
    parts = [result.get(parameter.name) for parameter in varying] if isinstance(result, Mapping) else result
    try:
        numbers = _flat(parts)
    except (TypeError, ValueError) as error:
        raise _wrong(f"the gradient is not made of numbers: {error}", "return a number for every variable") from None
    if len(numbers) != len(names):
        message = f"the gradient has {len(numbers)} numbers, and f has {len(names)} variables: {', '.join(names)}"
        raise _wrong(message, "return a number for every variable, in their order")
    return {name: float(x) if math.isfinite(x) else None for name, x in zip(names, numbers, strict=True)}


def _flat(value: Any) -> list[float]:
    """Return all numbers of nested lists, whatever their shapes."""
    if isinstance(value, list | tuple):
        return [number for item in value for number in _flat(item)]
    return list(flat_numbers(value)[0])


def function_point(function: Callable[..., Any], given: Mapping[str, Any], label: str) -> FunctionPoint:
    """Return the point of a function: the values given, else defaults that are numbers.

    Raises DiffcompareError for an unknown parameter, a value that is not a number, and a parameter without a value.
    """
    parameters, missing = [], []
    signature = signature_of(function, label)
    if NO_NAME in given:
        given = {_only_parameter(signature): given[NO_NAME]}
    given = _joined(given, signature)
    for name in given:
        if name.partition("[")[0] not in signature:
            raise _unknown(name, list(signature), label)
    for name, parameter in signature.items():
        value = given.get(name, parameter.default)
        if value is inspect.Parameter.empty:
            missing.append(name)
        elif name in given or _is_numeric(value):
            by_position = parameter.kind is inspect.Parameter.POSITIONAL_ONLY
            found = _parameter(name, value)
            whole = all(plain(number) % 1 == 0 for number in found.numbers)
            counts_as = type(parameter.default).__name__ if whole and _is_whole(parameter.default) else ""
            parameters.append(found._replace(by_position=by_position, counts_as=counts_as))
    if missing:
        raise _missing(missing, parameters, label)
    return FunctionPoint(tuple(parameters))


def _only_parameter(signature: Mapping[str, inspect.Parameter]) -> str:
    """Return the parameter that a value without a name is for: the only one, or the only one without a default."""
    needed = [name for name, parameter in signature.items() if parameter.default is inspect.Parameter.empty]
    if len(signature) == 1 or len(needed) == 1:
        return needed[0] if needed else next(iter(signature))
    names = list(signature)[:4]
    message = f"one value, and the function has {len(signature)} parameters: {', '.join(names)}"
    raise _wrong(message, f"--at {','.join(f'{name}=2' for name in names)}")


def _joined(given: Mapping[str, Any], signature: Mapping[str, inspect.Parameter]) -> Mapping[str, Any]:
    """Return values by parameter: components such as `w[0]` are joined to a vector or matrix.

    A default that is an array has the components that are not given.  Raises DiffcompareError where one is missing.
    """
    components: dict[str, dict[tuple[int, ...], Any]] = {}
    for name, value in given.items():
        whole, _, index = (component_name(name) or "").partition("[")
        if whole in signature:
            components.setdefault(whole, {})[tuple(map(int, index[:-1].split(", ")))] = value
    if not components:
        return given
    joined = {name: value for name, value in given.items() if component_name(name) is None}
    for name, numbers in components.items():
        if name in joined:
            raise _wrong(f"`{name}` is given, and its components too", "keep one of them")
        default = signature[name].default
        joined[name] = _array_of(name, numbers, default if _is_numeric(default) else None)
    return joined


def _array_of(name: str, numbers: Mapping[tuple[int, ...], Any], default: Any) -> Any:
    """Return numbers by index as nested lists."""
    values, shape = ([], None) if default is None else flat_numbers(default)
    if not shape:
        if len({len(index) for index in numbers}) > 1:
            raise _wrong(f"the components of `{name}` have different numbers of indices", f"for example {name}=[1,2,3]")
        shape = tuple(max(indices) + 1 for indices in zip(*numbers, strict=True))
        if math.prod(shape) != len(numbers):
            message = f"{len(numbers)} of the {math.prod(shape):,} components of `{name}` have a value"
            raise _wrong(message, f"give all of them at once: {name}=[...]")
    known = dict(zip(product(*map(range, shape)), values, strict=True)) if values else {}
    for index in numbers:
        if known and index not in known:
            raise _wrong(f"`{name}` has no component {list(index)}", f"its shape is {'x'.join(map(str, shape))}")
    return nest([numbers.get(index, known.get(index)) for index in product(*map(range, shape))], shape)


def signature_of(function: Callable[..., Any], label: str) -> dict[str, inspect.Parameter]:
    """Return the parameters that can be given by name or by position; `*args` and `**options` stay empty.

    Raises DiffcompareError where there are only such.
    """
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        message = f"the parameters of {label} are not known: it is not written in Python"
        raise _wrong(message, "wrap it: def f(x): return ...") from None
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    named = {name: parameter for name, parameter in parameters.items() if parameter.kind not in variadic}
    if parameters and not named:
        taken = ", ".join([str(parameter) for parameter in parameters.values()])
        help = "name them, or give it a vector: def f(x): ...; the inner function of a decorator needs functools.wraps"
        raise _wrong(f"{label} takes any number of arguments, {taken}", help)
    return named


def default_values(function: Callable[..., Any], label: str, runs: Callable[[FunctionPoint], bool]) -> FunctionPoint:
    """Return a point for a caller who gave none: defaults, and the first usual point at which the function runs.

    Raises DiffcompareError where there is none.
    """
    signature = signature_of(function, label)
    missing = [name for name, parameter in signature.items() if parameter.default is inspect.Parameter.empty]
    if not missing:
        return function_point(function, {}, label)
    for values in candidates(missing):
        point = function_point(function, values, label)
        if runs(point):
            return point
    raise _missing(missing, [], label)


def _is_numeric(value: Any) -> bool:
    """Tell whether a default is a number, or an array or a list of numbers; a truth value is an option."""
    if isinstance(value, bool | str) or value is None:
        return False
    try:
        flat_numbers(value)
    except (TypeError, ValueError):
        return False
    return True


def _is_whole(default: Any) -> bool:
    """Tell whether a default is made of integers, as counts, shapes and indices are."""
    return type(default) is int or (
        type(default) in (list, tuple) and len(default) > 0 and all(map(_is_whole, default))
    )


def _parameter(name: str, value: Any) -> Parameter:
    try:
        numbers, shape = flat_numbers(value)
    except (TypeError, ValueError) as error:
        raise _wrong(f"{name} is {shown(value)}: {error}", "give a number, a vector or a matrix") from None
    for number in numbers:
        if not math.isfinite(plain(number)):
            raise _wrong(f"{name} contains {number}", "a point is made of finite numbers")
    numpy = sys.modules.get("numpy")
    kind = numpy.array if numpy is not None and isinstance(value, numpy.ndarray) and shape is not None else None
    return Parameter(name, tuple(numbers), shape, kind)


def flat_numbers(value: Any) -> tuple[list[Any], tuple[int, ...] | None]:
    """Return the numbers of nested lists or of an array in row order, and their shape (None for a number)."""
    if hasattr(value, "tolist") and type(value) is not RecordedNumber:
        if getattr(getattr(value, "dtype", None), "kind", "") == "f" and value.size and value.ndim:
            return value.ravel().tolist(), value.shape
        value = value.tolist()
    if not isinstance(value, list | tuple):
        if type(value) is RecordedNumber:  # a function asks for the gradient of another
            return [value], None
        if isinstance(value, str | bytes | complex) or not hasattr(value, "__float__"):
            raise TypeError("that is not a number")
        return [float(value)], None
    rows = [flat_numbers(item) for item in value]
    shapes = {shape or () for _, shape in rows}
    if len(shapes) > 1:
        raise ValueError("its rows have different lengths")
    if not rows:
        raise ValueError("it is empty")
    return [number for numbers, _ in rows for number in numbers], (len(value), *shapes.pop())


def _wrong(message: str, help: str) -> DiffcompareError:
    return DiffcompareError(Diagnostic("E708", "bad_value", message, help=help))


def _unknown(name: str, known: list[str], label: str) -> DiffcompareError:
    near = did_you_mean(name, known)
    listed = f"its parameters are {', '.join(known)}" if known else "it has no parameters"
    help = f"did you mean `{near}`?" if near else listed
    return DiffcompareError(Diagnostic("E705", "unknown_variable", f"{label} has no parameter `{name}`", help=help))


def _missing(missing: list[str], known: list[Parameter], label: str) -> DiffcompareError:
    what = "the parameter" if len(missing) == 1 else "the parameters"
    message = f"no value for {what} {', '.join(f'`{name}`' for name in missing)} of {label}"
    parts = [f"{parameter.name}={parameter.numbers[0]:g}" for parameter in known if parameter.shape is None]
    example = ",".join([*parts, *[f"{name}=1" for name in missing]][:MAX_SHOWN])
    help = f'--at {example}; a vector is written "{missing[0]}=[1,2,3]"'
    if missing[0] == "self":
        help = "this is a method: take that of an object, model.f, as in model = Model(...)"
    return DiffcompareError(Diagnostic("E704", "missing_variable", message, help=help))


def direction_of(at: FunctionPoint, given: Any, what: str) -> dict[str, float]:
    """Return the numbers of a direction by flat name: numbers, components, and arrays in the shapes of the parameters.

    A number or an array by itself is that of the only parameter.  Raises DiffcompareError for anything else.
    """
    varying = [parameter for parameter in at.parameters if parameter.name not in at.fixed]
    if not isinstance(given, Mapping):
        if len(varying) != 1:
            raise _wrong(f"a {what} is not {type(given).__name__}", 'give names and numbers: {"x": 1.0}')
        given = {varying[0].name: given}
    for parameter in varying:
        shape = _parameter(parameter.name, given[parameter.name]).shape if parameter.name in given else parameter.shape
        if shape != parameter.shape:
            shapes = [_shape_text(one) for one in (shape, parameter.shape)]
            raise _wrong(
                f"`{parameter.name}` of the {what} is {shapes[0]}, and at the point {shapes[1]}", "give both alike"
            )
    flat: dict[str, float] = {}
    for name, value in given.items():
        for part, number in flat_values({component_name(str(name)) or name: value}).items():
            if part in flat:
                raise _wrong(f"two values for `{part}` in the {what}", "keep one of them")
            flat[part] = number
    return flat


def _shape_text(shape: tuple[int, ...] | None) -> str:
    return "a number" if shape is None else f"of shape {shape}"


def flat_values(given: Mapping[str, Any]) -> dict[str, float]:
    """Return numbers, vectors and matrices by name as numbers by flat name."""
    return dict(
        pair
        for name, value in given.items()
        for parameter in [_parameter(name, value)]
        for pair in zip(parameter.names, parameter.numbers, strict=True)
    )


# --- From the command line --------------------------------------------------------------------------------------------


def parse_function_point(specs: Sequence[str], option: str = "--at") -> dict[str, Any]:
    """Parse the point of `--at "x=0.2,w=[1,2,3]"`, which may be repeated; commas inside brackets do not separate.

    `--at 2` and `--at [1,2,3]` are the value of the only parameter that needs one, under no name.  Raises
    DiffcompareError for anything but such a value and assignments of numbers.
    """
    value = bare_value(specs) if option == "--at" else None
    if value is not None:
        return {NO_NAME: parse_value(value, option)}
    return parse_assignments(specs, option, parse_value)


def parse_value(text: str, source: str) -> Any:
    """Parse a number, a vector `[1, 2]` or a matrix `[[1, 2], [3, 4]]` of constant expressions."""
    text = text.strip()
    if not text.startswith("["):
        return constant_value(text, source)
    if not text.endswith("]"):
        raise _wrong(f"`{text}` lacks a bracket at its end", f"{source}=[1,2,3]")
    inner = text[1:-1].strip()
    if not inner:
        raise _wrong(f"`{text}` is empty", f"{source}=[1,2,3]")
    return [parse_value(item, source) for item in split_at_commas(inner)]
