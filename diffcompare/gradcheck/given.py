"""The gradient under test as one row of numbers for every component of f, whatever shape it comes in."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations, permutations
from typing import Any, Literal, NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.gradcheck.flat_arguments import FlatPoint, NotANumber, flattened
from diffcompare.gradcheck.noise import ROW_LENGTH, SPACINGS, ValueColumn, ecnoise, is_rough
from diffcompare.gradcheck.values import (
    LineValues,
    bytes_of,
    describe_exception,
    describe_point,
    is_two_numbers,
    is_value_and_gradient,
    numpy_warnings_off,
)

HALF, SINGLE = 2.0**-9, 2.0**-22  # relative error allowed to numbers in half and in single precision


class GivenJacobian(NamedTuple):
    """The Jacobian under test: one row for every component of f, one column for every coordinate."""

    rows: list[list[float]]
    rounding: float = 0.0
    """Relative rounding error of its numbers if they are narrower than doubles, else 0."""
    repair: Literal["", "transposed", "swapped"] = ""
    """The rearrangement that made it fit the point, where its shape was wrong."""
    shape: str = ""
    """In words, what was wrong with its shape."""


class WrongShape(Exception):
    """The gradient does not fit the point; the message names the shape that it has and the one it should have."""


def evaluate_gradient(
    gradient: Any,
    point: FlatPoint,
    output: tuple[int, ...] | None,
    coordinates: Sequence[float],
    *,
    paired: bool = False,
) -> GivenJacobian:
    """Return the gradient at some coordinates: what the callable returns there, or the numbers themselves.

    `point` says how the callable is called, and `output` is the shape of f's values (None for a number).  Of a pair
    (value, gradient) the second is taken; two plain numbers are such a pair only where f returns both (`paired`).

    Raises WrongShape, and DiffcompareError (E577) where the gradient fails or is not made of numbers.
    """
    if not callable(gradient):
        return read_gradient(gradient, point, output)
    try:
        with numpy_warnings_off():
            answer = point.call(gradient, coordinates)
    except Exception as error:  # user code may raise anything: reported with the point, and chained to its cause
        message = f"the gradient {describe_exception(error)} at {describe_point(point, coordinates)}"
        help = "the gradient is called with the same arguments as f"
        raise DiffcompareError(Diagnostic("E577", "bad_value", message, help=help)) from error
    if is_value_and_gradient(answer, len(coordinates)) or (paired and is_two_numbers(answer)):
        answer = answer[1]
    return read_gradient(answer, point, output)


def read_gradient(gradient: Any, point: FlatPoint, output: tuple[int, ...] | None) -> GivenJacobian:
    """Arrange the numbers of a gradient by rows.

    Raises WrongShape, and DiffcompareError (E577) where the gradient is not made of numbers.
    """
    try:
        return _read(gradient, point, output)
    except (TypeError, ValueError, OverflowError) as error:
        message, help = _explain_not_numbers(gradient, error)
        raise DiffcompareError(Diagnostic("E577", "bad_value", message, help=help)) from error


def _explain_not_numbers(gradient: Any, error: Exception) -> tuple[str, str]:
    """Return what is wrong with a gradient that is not made of numbers, and what to do about it."""
    if gradient is None:
        return "the gradient is None", "the gradient has to return something: is its `return` missing?"
    value = error.value if isinstance(error, NotANumber) else error
    if value is None:
        return "the gradient contains None", "an entry that f does not depend on is 0"
    if isinstance(value, complex):
        message = f"the gradient is complex: one of its numbers is {value!r}"
        return message, "the gradient of a real function is real: take the real part if the rest is rounding"
    return (
        f"the gradient is not made of numbers: {error}",
        "a gradient is a number, or an array in the shape of the point",
    )


def _read(gradient: Any, point: FlatPoint, output: tuple[int, ...] | None) -> GivenJacobian:
    """Arrange a gradient that may be a mapping, a tuple with a part for every argument, or an array."""
    m, n = math.prod(output or ()), len(point.coordinates)
    if isinstance(gradient, Mapping):
        parts = _parts_by_name(gradient, point)
    elif len(point.leaves) > 1 and not all(leaf.shape is None for leaf in point.leaves):
        parts = list(gradient)
        if len(parts) != len(point.leaves):
            raise WrongShape(f"the gradient has {len(parts)} parts, but f has {len(point.leaves)} arguments")
    else:
        inputs = point.leaves[0].shape if len(point.leaves) == 1 else (n,)
        numbers, shape = flattened(gradient)
        return _arranged(numbers, shape, inputs, output, m, n)._replace(rounding=_rounding(gradient))
    try:
        return _from_parts(parts, point, output, m)
    except WrongShape:
        for order in argument_permutations(len(parts)):
            reordered = [None] * len(parts)
            for position, argument in enumerate(order):
                reordered[argument] = parts[position]
            try:
                given = _from_parts(reordered, point, output, m)
            except WrongShape:
                continue
            wrong_order = describe_order([leaf.name for leaf in point.leaves], order)
            return given._replace(repair="swapped", shape=wrong_order)
        raise


def _parts_by_name(gradient: Mapping[str, Any], point: FlatPoint) -> list[Any]:
    """Return the parts of a mapping in the order of the arguments of f.  Raises WrongShape."""
    names = [leaf.name for leaf in point.leaves]
    missing, extra = [name for name in names if name not in gradient], [name for name in gradient if name not in names]
    if missing or extra:
        problems = [f"lacks {', '.join(map(str, missing))}"] * bool(missing)
        problems += [f"has {', '.join(map(str, extra))}, which the point does not have"] * bool(extra)
        raise WrongShape(f"the gradient {' and '.join(problems)}")
    return [gradient[name] for name in names]


def _from_parts(parts: Sequence[Any], point: FlatPoint, output: tuple[int, ...] | None, m: int) -> GivenJacobian:
    """Join the gradients for each argument of f into `m` rows.  Raises WrongShape."""
    rows: list[list[float]] = [[] for _ in range(m)]
    for leaf, part in zip(point.leaves, parts, strict=True):
        numbers, shape = flattened(part)
        try:
            given = _arranged(numbers, shape, leaf.shape, output, m, leaf.size)
        except WrongShape as wrong:
            raise WrongShape(f"for {leaf.name}: {wrong}") from None
        if given.repair:
            raise WrongShape(f"for {leaf.name}: {given.shape}")
        for row, columns in zip(rows, given.rows, strict=True):
            row += columns
    return GivenJacobian(rows, max(map(_rounding, parts)))


def _arranged(
    numbers: list[float],
    shape: tuple[int, ...] | None,
    inputs: tuple[int, ...] | None,
    output: tuple[int, ...] | None,
    m: int,
    n: int,
) -> GivenJacobian:
    """Arrange numbers of a certain shape as m rows of n.  Raises WrongShape.

    Additional or missing axes of length 1, and a flat row in place of a matrix, are accepted.
    """
    expected = (output or ()) + (inputs or ())
    axes = shape or ()
    rows = [numbers[start : start + n] for start in range(0, len(numbers), n)]
    long_axes = tuple(axis for axis in axes if axis != 1)
    if len(numbers) == m * n and long_axes in _without_ones(expected, (output or ()) + (n,), (m, n), (m * n,)):
        return GivenJacobian(rows)
    mismatch = f"the gradient {_describe_shape(axes)}, it should {_describe_shape(expected, 'have')}"
    if len(numbers) == m * n and axes in ((n, m), (inputs or ()) + (output or ()), tuple(reversed(expected))):
        return GivenJacobian(_transpose(numbers, m, n, expected), repair="transposed", shape=mismatch)
    raise WrongShape(mismatch)


def _transpose(numbers: list[float], m: int, n: int, expected: tuple[int, ...]) -> list[list[float]]:
    """Transpose a Jacobian, or the gradient with respect to a matrix, into m rows of n."""
    if m > 1:
        return [numbers[component::m] for component in range(m)]
    rows, columns = expected[-2:] if len(expected) > 1 else (1, n)
    return [[numbers[column * rows + row] for row in range(rows) for column in range(columns)]]


def _without_ones(*shapes: tuple[int, ...]) -> set[tuple[int, ...]]:
    return {tuple(axis for axis in shape if axis != 1) for shape in shapes}


def _describe_shape(shape: tuple[int, ...], verb: str = "has") -> str:
    return f"{verb} the shape {shape}" if shape else f"{'be' if verb == 'have' else 'is'} a number"


def _rounding(numbers: Any) -> float:
    return {2: HALF, 4: SINGLE}.get(bytes_of(numbers), 0.0)


# --- Gradients by several arguments, given in a different order from the arguments ------------------------------------

MAX_ARGUMENTS = 4  # with more arguments only exchanges of two are tried, not all permutations


def argument_permutations(count: int) -> list[tuple[int, ...]]:
    """Return the orders in which the gradients for `count` arguments may have been given, swaps of two first."""
    orders = []
    for first, second in combinations(range(count), 2):
        order = list(range(count))
        order[first], order[second] = second, first
        orders.append(tuple(order))
    if count <= MAX_ARGUMENTS:
        identity = tuple(range(count))
        orders += [order for order in permutations(range(count)) if order not in orders and order != identity]
    return orders


def describe_order(names: Sequence[str], order: Sequence[int]) -> str:
    """Say which gradients have changed places."""
    moved = [(names[position], names[source]) for position, source in enumerate(order) if position != source]
    if len(moved) == 2:
        return f"the gradients for {moved[0][0]} and {moved[1][0]} are swapped"
    moves = ", ".join(f"the one for {source} is in place of the one for {target}" for target, source in moved)
    return f"the gradients for the arguments are in a different order: {moves}"


# --- Noise of the gradient itself -------------------------------------------------------------------------------------


def gradient_noise(
    gradient: Callable[..., Any],
    point: FlatPoint,
    output: tuple[int, ...] | None,
    line: LineValues,
    *,
    paired: bool = False,
) -> list[list[float]]:
    """Return four standard deviations of the noise in every entry of a gradient, estimated as for f itself.

    The smallest spacing at which noise shows decides: at larger ones the gradient may jump, at kinks of f.
    """
    known: dict[float, list[float]] = {}

    def entries(t: float) -> list[float]:
        if t not in known:
            given = evaluate_gradient(gradient, point, output, line.coordinates(t), paired=paired)
            known[t] = [x for row in given.rows for x in row]
        return known[t]

    noises = [0.0] * len(entries(0.0))
    try:
        for spacing in SPACINGS[:-1]:
            rows = [entries(k * spacing) for k in range(1, ROW_LENGTH + 1)]
            columns = [ValueColumn(spacing, spacing, list(column)) for column in zip(*rows, strict=True)]
            estimates = [ecnoise(column.values) for column in columns]
            if any(estimates):
                noises = [
                    noise if noise and is_rough(entries, number, column, noise) else 0.0
                    for number, (column, noise) in enumerate(zip(columns, estimates, strict=True))
                ]
                break
    except (DiffcompareError, WrongShape):
        pass  # the gradient has no numbers near the point
    width = len(point.coordinates)
    return [[4 * noise for noise in noises[start : start + width]] for start in range(0, len(noises), width)]
