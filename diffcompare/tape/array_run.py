"""A Python function run on whole arrays: one node of the tape for every operation of NumPy's, and one sweep back.

The numbers that it is measured against are slopes of plain calls along a line: the derivative in one direction needs a
few runs of the function, however many inputs it has.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Any, NamedTuple

import numpy as np

from diffcompare.diagnostics import DiffcompareError
from diffcompare.inputs.function_point import FunctionPoint, Parameter
from diffcompare.numeric.difference_limits import Estimate, Quotient, extrapolate
from diffcompare.recording.leftovers import leave_plain
from diffcompare.recording.namespaces import recorded_names
from diffcompare.recording.outcome import did_not_end, no_number, raised
from diffcompare.recording.recorder import UNSHARED
from diffcompare.recording.source_lines import place_of_error
from diffcompare.recording.time_limit import OutOfTime
from diffcompare.tape.program_arrays import ProgramArray
from diffcompare.tape.program_numpy import array_names
from diffcompare.tape.program_runs import RUNS, ProgramRun
from diffcompare.tape.variable import Function, Variable, nodes_below, sweep, variable_of

# --- The run and the sweep --------------------------------------------------------------------------------------------


class ArrayGradient(NamedTuple):
    """The value of a function of arrays, and its gradient by one reverse sweep."""

    value: float
    gradient: dict[str, Any]
    """An array, or a double, for every parameter, in its shape."""
    operations: int
    """Nodes of the tape that the sweep visited."""
    numbers: int
    """Numbers in the results of all of them."""


def gradient_on_arrays(function: Callable[..., Any], at: FunctionPoint, budget: float | None) -> ArrayGradient:
    """Run a function with its parameters as Variables, and sweep back once.

    Raises DiffcompareError as `record` does: for what cannot be recorded, for an exception, when the time is up, and
    where the function does not return one number.
    """
    leaves = {p.name: Variable(array_of(p), requires_grad=True) for p in varying(at)}
    outputs = _run(function, at, leaves, budget)
    count = sum(output.size for output in outputs)
    if count != 1:
        message = f"the function returned {count:,} numbers, and one number has a gradient"
        raise no_number(None, function, message)
    output = next(output for output in outputs if output.size)
    root = output.edge[0]
    if root is None:
        return ArrayGradient(
            float(output.value.ravel()[0]), {name: 0.0 * leaf.value for name, leaf in leaves.items()}, 0, 0
        )
    nodes = [node for node in nodes_below(root) if node.next_functions]
    shares = sweep(output, np.ones(output.shape), None, False, list(leaves.values()))
    gradient = {
        name: 0.0 * leaf.value if share is None else np.asarray(share.value, dtype=float)[()]
        for (name, leaf), share in zip(leaves.items(), shares, strict=True)
    }
    return ArrayGradient(float(output.value.ravel()[0]), gradient, len(nodes), sum(map(_size, nodes)))


def _size(node: Function) -> int:
    return sum(map(math.prod, node.shapes))


def _run(
    function: Callable[..., Any], at: FunctionPoint, leaves: Mapping[str, Variable], budget: float | None
) -> list[Variable]:
    """Call a function with arrays that are on the tape, and return what it returned as Variables."""
    run = ProgramRun(budget)
    try:
        return _called(function, at, leaves, run)
    finally:
        run.copies.clear()
        if sys.getrefcount(run) > UNSHARED:  # an array of this run is still alive: in a global, a cache, a default
            leave_plain(function, run)


def _called(
    function: Callable[..., Any], at: FunctionPoint, leaves: Mapping[str, Variable], run: ProgramRun
) -> list[Variable]:
    with recorded_names(function, array_names) as recorded:
        RUNS.append(run)
        try:
            arguments = {name: ProgramArray(leaf, run) for name, leaf in leaves.items()}
            result = run.limit.call(at.call_with, recorded, arguments)
        except DiffcompareError:
            raise
        except OutOfTime as error:
            raise did_not_end(run.limit.seconds, place_of_error(error.__traceback__)) from None
        except (Exception, SystemExit) as error:
            raise run.refusal or raised(error) from error
        finally:
            RUNS.remove(run)
    if run.refusal is not None:
        raise run.refusal
    return _outputs(result, function)


def _outputs(result: Any, function: Callable[..., Any]) -> list[Variable]:
    """Return what a function returned as Variables."""
    if type(result) is ProgramArray:
        return [result.variable]
    if isinstance(result, list | tuple):
        return [output for item in result for output in _outputs(item, function)]
    if not isinstance(result, int | float | np.ndarray | np.number) or isinstance(result, np.complexfloating):
        raise no_number(result, function)
    return [variable_of(np.asarray(result, dtype=float)[()])]


def varying(at: FunctionPoint) -> list[Parameter]:
    """Return the parameters that are not fixed."""
    return [parameter for parameter in at.parameters if parameter.name not in at.fixed]


def array_of(parameter: Parameter) -> Any:
    """Return the numbers of a parameter in its shape."""
    return np.array(parameter.numbers, dtype=float).reshape(parameter.shape or ())[()]


# --- Slopes along lines -----------------------------------------------------------------------------------------------

FIRST_STEP = 241 / 4096  # relative to the numbers of the point; each step is a quarter of the one before
STEPS = 10
ROUNDING = 2.0**-51  # relative noise of a value, at least
NOISES = (1, 32, 1024)  # multiples of it that are tried


class Direction(NamedTuple):
    """A direction in the space of all inputs: random numbers for one parameter or all of them, or a single input."""

    parameter: str | None = None
    place: int | None = None
    """The number of the only input that moves, in row order."""
    seed: int = 1

    def moves(self, at: FunctionPoint) -> dict[str, Any]:
        """Return how each parameter moves; the random numbers are 1 in the mean square, and every input is moved."""
        random = np.random.default_rng(self.seed)
        moves = {}
        for parameter in varying(at):
            move = random.standard_normal(len(parameter.numbers))
            if self.parameter not in (None, parameter.name):
                continue
            if self.place is not None:
                move[:], move[self.place] = 0.0, 1.0
            moves[parameter.name] = move.reshape(parameter.shape or ())
        return moves


class MeasuredSlope(NamedTuple):
    """The slope of plain calls along a direction, with a bound of its error; None where there are too few values."""

    value: float | None
    bound: float | None
    runs: int


def slope_of(
    function: Callable[..., Any], at: FunctionPoint, direction: Direction, budget: float | None = None
) -> MeasuredSlope:
    """Return the slope of plain calls along a direction: central differences, extrapolated to the step 0.

    When the time is up, the steps that were made have to do.
    """
    end = math.inf if budget is None else monotonic() + budget
    moves = direction.moves(at)
    start = {parameter.name: array_of(parameter) for parameter in varying(at)}
    sizes = [float(np.max(np.abs(start[name]))) for name in moves]
    scale = max(2.0 ** math.frexp(max(sizes))[1] if max(sizes) else 1.0, 2.0**-20)
    if direction.place is None:
        scale /= math.sqrt(sum(np.size(move) for move in moves.values()))  # the length of a step, not its parts
    quotients, runs = [], 0
    for power in range(STEPS):
        if monotonic() > end:
            break
        step = FIRST_STEP * scale / 4**power
        values = [_value_at(function, at, start, moves, side * step) for side in (1, -1)]
        runs += 2
        if values[0] is not None and values[1] is not None:
            noise = 2 * ROUNDING * max(map(abs, values)) / (2 * step)  # type: ignore[arg-type]
            quotients.append(Quotient(step, (values[0] - values[1]) / (2 * step), noise))
    estimate: Estimate | None = None
    for rounding in NOISES:  # of sums with cancellation, of which the value shows little
        estimate = extrapolate([each._replace(noise=each.noise * rounding) for each in quotients], 2)
        if estimate is not None:
            break
    if estimate is None or not math.isfinite(estimate.value):
        return MeasuredSlope(None, None, runs)
    return MeasuredSlope(estimate.value, max(estimate.error, math.ulp(estimate.value)), runs)


def difference_gradient(
    function: Callable[..., Any], at: FunctionPoint, *, central: bool, budget: float | None
) -> dict[str, Any] | None:
    """Return the gradient by differences of plain calls, input by input; None where the time is up before its end.

    The steps are those of the textbook, the root of the rounding of a double for one-sided differences, and its third
    root for central ones, relative to the input.
    """
    end = math.inf if budget is None else monotonic() + budget
    start = {parameter.name: array_of(parameter) for parameter in varying(at)}
    here = _value_at(function, at, start, {}, 0.0)
    gradient = {}
    for name, numbers in start.items():
        partials = np.full(np.size(numbers), math.nan)
        for place, number in enumerate(np.ravel(numbers)):
            if monotonic() > end or here is None:
                return None
            step = 2.0 ** round(math.log2(max(abs(number), 1.0)) - (52 / 3 if central else 26))
            move = np.zeros(np.size(numbers))
            move[place] = 1.0
            moves = {name: move.reshape(np.shape(numbers))}
            above = _value_at(function, at, start, moves, step)
            below = _value_at(function, at, start, moves, -step) if central else here
            if above is not None and below is not None:
                partials[place] = (above - below) / (2 * step if central else step)
        gradient[name] = partials.reshape(np.shape(numbers))[()]
    return gradient


def _value_at(
    function: Callable[..., Any], at: FunctionPoint, start: Mapping[str, Any], moves: Mapping[str, Any], step: float
) -> float | None:
    """Return the value of a plain call at a moved point; None where it has no finite one."""
    arguments = {
        name: np.array(numbers + step * moves[name] if name in moves else numbers) for name, numbers in start.items()
    }
    try:
        result = at.call_with(
            function, {name: array if array.ndim else float(array) for name, array in arguments.items()}
        )
        value = float(np.asarray(result, dtype=float).reshape(()))
    except (Exception, SystemExit):
        return None
    return value if math.isfinite(value) else None


def plain_value(function: Callable[..., Any], at: FunctionPoint) -> float | None:
    """Return the value of a plain call at the point; None where it is no finite number."""
    return _value_at(function, at, {parameter.name: array_of(parameter) for parameter in varying(at)}, {}, 0.0)


# --- Gradients as numbers ---------------------------------------------------------------------------------------------


def slope_by_gradient(gradient: ArrayGradient, at: FunctionPoint, direction: Direction) -> float:
    """Return the slope along a direction that a gradient gives."""
    moves = direction.moves(at)
    return float(sum(np.sum(gradient.gradient[name] * move) for name, move in moves.items()))


def norm_and_largest(numbers: Any) -> tuple[float, int]:
    """Return the norm of an array, and the place of its largest entry in row order."""
    flat = np.ravel(numbers)
    return float(np.linalg.norm(flat)), int(np.argmax(np.abs(flat)))


def largest_error(gradient: Mapping[str, Any], true: Mapping[str, Any]) -> float:
    """Return the largest difference of two gradients, relative to the largest entry of the true one's parameter."""
    errors = [
        float(np.max(np.abs(gradient[name] - part)) / (np.max(np.abs(part)) or 1.0)) for name, part in true.items()
    ]
    return math.inf if any(map(math.isnan, errors)) else max(errors, default=0.0)


def in_given_shapes(at: FunctionPoint, gradient: Mapping[str, Any]) -> dict[str, Any]:
    """Return a gradient as the parameters were given: numbers, nested lists, or arrays."""
    return {
        parameter.name: gradient[parameter.name].tolist() if parameter.kind is None else gradient[parameter.name]
        for parameter in varying(at)
    }


def flat_parts(gradient: Mapping[str, Any]) -> dict[str, list[float]]:
    """Return the numbers of a gradient for JSON, in row order by parameter."""
    return {name: np.ravel(part).tolist() for name, part in gradient.items()}


def parts_from(flat: Mapping[str, Sequence[float]], at: FunctionPoint) -> dict[str, Any]:
    """Return a gradient from JSON."""
    return {p.name: np.array(flat[p.name], dtype=float).reshape(p.shape or ())[()] for p in varying(at)}
