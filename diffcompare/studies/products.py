"""`dc.jvp` and `dc.vjp`: the Jacobian times a direction by one forward sweep, weights times it by one reverse sweep."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any

from diffcompare.backends.automatic import by_name, explain_undefined, origin_of
from diffcompare.diagnostics import Diagnostic, DiffcompareError, shown
from diffcompare.inputs.function_point import direction_of, flat_numbers
from diffcompare.inputs.point import unknown_variable
from diffcompare.inputs.python_function import FunctionProgram, program
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.printer import shorten
from diffcompare.language.wengert import active_nodes, variables, wengert_list
from diffcompare.numeric.evaluate import CAREFUL, FLOATS, RANGE_ERRORS, NumberSystem, Undefined, evaluate
from diffcompare.numeric.extended_range import EXTENDED, Extended, may_leave_range
from diffcompare.numeric.sweeps import forward, local_partials, reverse
from diffcompare.recording.recorded_number import RecordedNumber
from diffcompare.studies.question import (
    bad_value,
    checked_point,
    function_label,
    function_values,
    is_bare_number,
    is_function,
    named_point,
    question_and_point,
)

Values = Mapping[Expression, Any]

_DIRECTION = 'give names and numbers: {"x": 1.0}'


def jvp(
    expression: str | Expression | Sequence[str | Expression],
    point: Mapping[str, float],
    direction: Mapping[str, Any] | Any,
    *,
    ops: Any = None,
) -> Any:
    """Return the derivative of one output or of several along a direction: the Jacobian times the direction.

    Args:
        expression: Text, of one expression or of a list in brackets, an `Expression`, a sequence of them, or a Python
            function.
        point: A mapping of variable names to numbers, for a function of parameters to numbers and arrays.
        direction: A mapping like the point, in its shapes; variables that are not named do not move.  For a single
            variable or parameter, its number or array alone.
        ops: Functions of your own that the text calls by name: a `Function` of `diffcompare.tape`, a file of them
            (which is run), or a list.

    Returns:
        One number for every output as a list; for a single expression without brackets, the number itself.  For a
        function, the shape of what it returns: a number, nested lists, or an array where the point has arrays.

    Raises:
        DiffcompareError: For wrong input, and where a value or a derivative is undefined or not finite.

    Example:
        >>> jvp("[x*y, x + y^2]", {"x": 2, "y": 3}, {"x": 1, "y": 10})
        [23.0, 61.0]

    Source: one forward sweep; A. Griewank and A. Walther: Evaluating derivatives, second edition, SIAM 2008, chapter 3.
    """
    if _is_nested(expression, point, direction):
        return _nested_jvp(expression, point, direction)
    question, outputs, at = _read(expression, point, ops)
    seeds = {name: number for name, number in _named(direction, question, at).items() if number}
    nodes = wengert_list(*outputs)

    def sweep(values: Values, system: NumberSystem) -> list[Any]:
        edges = local_partials(nodes, values, active_nodes(nodes, seeds))
        moving: dict[Expression, Any] = {Variable(name): _number(system, x) for name, x in seeds.items()}
        tangents = forward(edges, moving, system)
        return [tangents.get(output, 0.0) for output in outputs]

    tangents = _swept(outputs, at, sweep)
    if question.program is not None:
        return question.program.at.arranged_like(tangents, question.program.recording.shape)
    return tangents if question.parsed.listed else tangents[0]


def vjp(
    expression: str | Expression | Sequence[str | Expression],
    point: Mapping[str, float],
    weights: Any = 1.0,
    *,
    ops: Any = None,
) -> dict[str, Any]:
    """Return the gradient of a weighted sum of outputs: weights times the Jacobian.

    Args:
        expression: Text, of one expression or of a list in brackets, an `Expression`, a sequence of them, or a Python
            function.
        point: A mapping of variable names to numbers, for a function of parameters to numbers and arrays.
        weights: A number for every output, in a list or in the shape that a function returns; one number is the weight
            of a single output.
        ops: Functions of your own that the text calls by name: a `Function` of `diffcompare.tape`, a file of them
            (which is run), or a list.

    Returns:
        The partials of the weighted sum, by variable; for a function by parameter, in the shapes of the point.

    Raises:
        DiffcompareError: For wrong input, and where a value or a derivative is undefined or not finite.

    Example:
        >>> vjp("[x*y, x + y^2]", {"x": 2, "y": 3}, [1, 10])
        {'x': 13.0, 'y': 62.0}

    Source: one reverse sweep; A. Griewank and A. Walther: Evaluating derivatives, second edition, SIAM 2008, chapter 3.
    """
    if _is_nested(expression, point, {"weights": weights}):
        return _nested_vjp(expression, point, weights)
    question, outputs, at = _read(expression, point, ops)
    numbers = _weights(weights, len(outputs))
    nodes = wengert_list(*outputs)

    def sweep(values: Values, system: NumberSystem) -> list[Any]:
        seeds: dict[Expression, Any] = {}
        for output, weight in zip(outputs, numbers, strict=True):
            number = _number(system, weight)
            seeds[output] = system.total([seeds[output], number]) if output in seeds else number
        adjoints = by_name(reverse(nodes, values, active_nodes(nodes), seeds, system), list(at))
        return list(adjoints.values())

    partials = dict(zip(at, _swept(outputs, at, sweep), strict=True))
    return partials if question.program is None else question.program.at.shaped(partials)


def _read(expression: Any, point: Any, ops: Any) -> tuple[ParsedInput, tuple[Expression, ...], dict[str, float]]:
    """Return the question, its outputs, and the point as doubles."""
    question, given = question_and_point(expression, point, {}, several=True, ops=ops, asks=False)
    outputs = question.parsed.outputs
    if question.program is not None:
        return question, outputs, dict(question.program.at.point)
    return question, outputs, checked_point(variables(wengert_list(*outputs)), given or {})


# --- In a function that is itself being recorded: the numbers of the inner sweep are recorded for the outer one -------


def _is_nested(expression: Any, *given: Any) -> bool:
    """Tell whether a function is asked for at numbers that an outer one records."""
    return is_function(expression) and any(_has_recorded(values) for values in given)


def _has_recorded(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_recorded, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_has_recorded, value))
    if hasattr(value, "tolist") and type(value) is not RecordedNumber:
        return _has_recorded(value.tolist())
    return type(value) is RecordedNumber


def _nested_jvp(function: Any, point: Any, direction: Any) -> Any:
    run = _nested_program(function, point)
    recording = run.recording
    nodes = [Variable(name) for name in recording.point] + list(recording.steps)
    seeds = _known(direction_of(run.at, direction, "direction"), recording.point)
    moving: dict[Expression, Any] = {Variable(name): number for name, number in seeds.items()}
    edges = local_partials(nodes, recording.values, active_nodes(nodes))
    tangents = forward(edges, moving, NumberSystem({}, lambda node, at: at, _sum, 1.0))
    return run.at.arranged_like([tangents.get(output, 0.0) for output in recording.outputs], recording.shape)


def _nested_vjp(function: Any, point: Any, weights: Any) -> dict[str, Any]:
    run = _nested_program(function, point)
    recording = run.recording
    numbers = _flat_weights(weights, len(recording.places))
    adjoints: list[Any] = [None] * len(recording.tape.entries)
    for place, weight in zip(recording.places, numbers, strict=True):
        if place >= 0:  # a constant has no adjoint
            adjoints[place] = weight if adjoints[place] is None else adjoints[place] + weight
    numbers_by_name = zip(recording.point, recording.backward(adjoints), strict=True)
    return run.at.shaped({name: 0.0 if adjoint is None else adjoint for name, adjoint in numbers_by_name})


def _nested_program(function: Any, point: Any) -> FunctionProgram:
    return program(function, function_values(function, point, {}), function_label(function), budget=None)


def _sum(numbers: list[Any]) -> Any:
    return functools.reduce(operator.add, numbers)


# --- Directions and weights -------------------------------------------------------------------------------------------


def _named(direction: Any, question: ParsedInput, at: Mapping[str, float]) -> dict[str, float]:
    """Return a direction as doubles.  Raises DiffcompareError for what is none."""
    if question.program is not None:
        direction = direction_of(question.program.at, direction, "direction")
    elif is_bare_number(direction):
        direction = named_point(direction, list(at))
    elif not isinstance(direction, Mapping):
        raise bad_value(f"a direction is not {type(direction).__name__}", "direction", _DIRECTION)
    return checked_point(list(direction), _known(direction, at))


def _known(direction: Mapping[str, Any], at: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a direction.  Raises DiffcompareError where it names what is no variable."""
    for name in direction:
        if name not in at:
            raise unknown_variable(str(name), at, "direction", f"{name}")
    return direction


def _weights(weights: Any, count: int) -> list[float]:
    """Return a weight for every output.  Raises DiffcompareError where there are more or fewer."""
    listed = _flat_weights(weights, count)
    return list(checked_point([str(n) for n in range(count)], {str(n): x for n, x in enumerate(listed)}).values())


def _flat_weights(weights: Any, count: int) -> list[Any]:
    try:
        listed = flat_numbers(weights)[0]
    except (TypeError, ValueError) as error:
        raise bad_value(f"the weights are {shown(weights)}: {error}", "weights", "give numbers") from None
    if len(listed) != count:
        message = f"{len(listed)} weight{'s' * (len(listed) != 1)} for {count} output{'s' * (count != 1)}"
        raise bad_value(message, "weights", "give one number for every output")
    return listed


def _number(system: NumberSystem, x: float) -> Any:
    return Extended.of(x) if system is EXTENDED else type(system.one)(x)


def _swept(
    outputs: Sequence[Expression], at: Mapping[str, float], sweep: Callable[[Values, NumberSystem], list[Any]]
) -> list[float]:
    """Return the numbers of one sweep: in plain doubles, carefully, or with wider exponents, whichever is needed."""
    nodes = wengert_list(*outputs)
    values: Values = {}
    numbers: list[Any] = []
    try:
        for system in (FLOATS, CAREFUL):
            try:
                values = evaluate(nodes, at, system)
                _check_values(outputs, values)
                numbers = sweep(values, system)
            except RANGE_ERRORS:
                continue
            if all(map(isfinite, numbers)):
                break
        if may_leave_range(values):
            wide = sweep(evaluate(nodes, at, EXTENDED), EXTENDED)
            numbers = [n.to_double() if isinstance(n, Extended) else n for n in wide]
    except NotDifferentiable as refusal:
        message = f"no partial is known of {shorten(refusal.node)} by this argument"
        raise DiffcompareError(Diagnostic("E806", "nondifferentiable", message)) from None
    if not all(map(isfinite, numbers)):
        blamed = next((output for output in outputs if _is_lost(output, values)), outputs[0])
        below = wengert_list(blamed)
        message = f"there is no finite derivative here: {origin_of(below, values, active_nodes(below))}"
        raise DiffcompareError(Diagnostic("E801", "overflow", message, help="choose another point"))
    return [float(number) for number in numbers]


def _is_lost(output: Expression, values: Values) -> bool:
    below = wengert_list(output)
    swept = reverse(below, values, active_nodes(below), output, CAREFUL)
    return not all(isfinite(adjoint) for adjoint in swept.values())


def _check_values(outputs: Sequence[Expression], values: Values) -> None:
    """Raise DiffcompareError where an output is undefined."""
    for output in outputs:
        if type(values[output]) is Undefined:
            message = f"an output is undefined here: {explain_undefined(wengert_list(output), values, output)}"
            raise DiffcompareError(Diagnostic("E802", "domain_error", message, help="choose another point"))
