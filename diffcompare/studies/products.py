"""`dc.jvp` and `dc.vjp`: the Jacobian times a direction by one forward sweep, weights times it by one reverse sweep."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any

from diffcompare.backends.automatic import by_name, explain_undefined, origin_of
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.inputs.function_point import flat_values
from diffcompare.inputs.point import unknown_variable
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.printer import shorten
from diffcompare.language.wengert import active_nodes, variables, wengert_list
from diffcompare.numeric.evaluate import CAREFUL, FLOATS, RANGE_ERRORS, NumberSystem, Undefined, evaluate
from diffcompare.numeric.extended_range import EXTENDED, Extended, may_leave_range
from diffcompare.numeric.sweeps import forward, local_partials, reverse
from diffcompare.studies.question import bad_value, checked_point, question_and_point

Values = Mapping[Expression, Any]


def jvp(
    expression: str | Expression | Sequence[str | Expression],
    point: Mapping[str, float],
    direction: Mapping[str, float],
) -> float | list[float]:
    """Return the derivative of one output or of several along a direction: the Jacobian times the direction.

    Args:
        expression: Text, of one expression or of a list in brackets, an `Expression`, or a sequence of them.
        point: A mapping of variable names to numbers.
        direction: A mapping of variable names to numbers; variables that are not named do not move.

    Returns:
        One number for every output as a list; for a single expression without brackets, the number itself.

    Raises:
        DiffcompareError: For wrong input, and where a value or a derivative is undefined or not finite.

    Example:
        >>> jvp("[x*y, x + y^2]", {"x": 2, "y": 3}, {"x": 1, "y": 10})
        [23.0, 61.0]

    Source: one forward sweep; A. Griewank and A. Walther: Evaluating derivatives, second edition, SIAM 2008, chapter 3.
    """
    outputs, at, is_list = _read(expression, point)
    seeds = {name: number for name, number in _named(direction, at, "direction").items() if number}
    nodes = wengert_list(*outputs)

    def sweep(values: Values, system: NumberSystem) -> list[Any]:
        edges = local_partials(nodes, values, active_nodes(nodes, seeds))
        moving: dict[Expression, Any] = {Variable(name): _number(system, x) for name, x in seeds.items()}
        tangents = forward(edges, moving, system)
        return [tangents.get(output, 0.0) for output in outputs]

    tangents = _swept(outputs, at, sweep)
    return tangents if is_list else tangents[0]


def vjp(
    expression: str | Expression | Sequence[str | Expression],
    point: Mapping[str, float],
    weights: Sequence[float] | float = 1.0,
) -> dict[str, float]:
    """Return the gradient of a weighted sum of outputs: weights times the Jacobian.

    Args:
        expression: Text, of one expression or of a list in brackets, an `Expression`, or a sequence of them.
        point: A mapping of variable names to numbers.
        weights: A number for every output; one number is the weight of a single output.

    Returns:
        The partials of the weighted sum, by variable.

    Raises:
        DiffcompareError: For wrong input, and where a value or a derivative is undefined or not finite.

    Example:
        >>> vjp("[x*y, x + y^2]", {"x": 2, "y": 3}, [1, 10])
        {'x': 13.0, 'y': 62.0}

    Source: one reverse sweep; A. Griewank and A. Walther: Evaluating derivatives, second edition, SIAM 2008, chapter 3.
    """
    outputs, at, _ = _read(expression, point)
    numbers = _weights(weights, len(outputs))
    nodes = wengert_list(*outputs)

    def sweep(values: Values, system: NumberSystem) -> list[Any]:
        seeds: dict[Expression, Any] = {}
        for output, weight in zip(outputs, numbers, strict=True):
            number = _number(system, weight)
            seeds[output] = system.total([seeds[output], number]) if output in seeds else number
        adjoints = by_name(reverse(nodes, values, active_nodes(nodes), seeds, system), list(at))
        return list(adjoints.values())

    return dict(zip(at, _swept(outputs, at, sweep), strict=True))


def _read(expression: Any, point: Mapping[str, float]) -> tuple[tuple[Expression, ...], dict[str, float], bool]:
    """Return the outputs, the point as doubles, and whether the outputs are a list."""
    question, given = question_and_point(expression, point, {}, several=True)
    outputs, listed = question.parsed.outputs, bool(question.parsed.listed)
    if question.program is not None:
        return outputs, dict(question.program.at.point), listed
    return outputs, checked_point(variables(wengert_list(*outputs)), given or {}), listed


def _named(direction: Any, at: Mapping[str, float], what: str) -> dict[str, float]:
    """Return a direction as doubles.  Raises DiffcompareError for what is none."""
    if not isinstance(direction, Mapping):
        raise bad_value(f"a {what} is not {type(direction).__name__}", what, 'give names and numbers: {"x": 1.0}')
    if any(hasattr(value, "__len__") and not isinstance(value, str) for value in direction.values()):
        direction = flat_values(direction)
    for name in direction:
        if name not in at:
            raise unknown_variable(str(name), at, what, f"{name}")
    return checked_point(list(direction), direction)


def _weights(weights: Any, count: int) -> list[float]:
    """Return a weight for every output.  Raises DiffcompareError where there are more or fewer."""
    listed = [weights] if hasattr(weights, "__float__") and not hasattr(weights, "__len__") else list(weights)
    if len(listed) != count:
        message = f"{len(listed)} weights for {count} output{'s' * (count != 1)}"
        raise bad_value(message, "weights", "give one number for every output")
    return list(checked_point([str(n) for n in range(count)], {str(n): x for n, x in enumerate(listed)}).values())


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
