"""The gradient that somebody wrote, as one row of numbers for every component of f, whatever shape it came in."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations, permutations
from typing import Any, Literal, NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.gradcheck.flat_arguments import FlatPoint, NoNumber, flattened
from diffcompare.gradcheck.noise import POINTS, SPACINGS, ValueColumn, breaks, estimate
from diffcompare.gradcheck.values import LineValues, is_pair, is_pair_of_numbers, quiet, raised, shown

# Gradients by several arguments that were given in another order than the arguments have.

MAX_ARGUMENTS = 4

"""Of more arguments not all orders are tried, but those in which two changed places."""


def orders(count: int) -> list[tuple[int, ...]]:
    """The orders in which the gradients by some arguments may have been given: first those of two that changed."""
    found = []
    for one, other in combinations(range(count), 2):
        order = list(range(count))
        order[one], order[other] = other, one
        found.append(tuple(order))
    if count <= MAX_ARGUMENTS:
        found += [order for order in permutations(range(count)) if order not in found and order != tuple(range(count))]
    return found


def in_another_order(names: Sequence[str], order: Sequence[int]) -> str:
    """Say which gradients stand in each other's place."""
    moved = [(names[place], names[source]) for place, source in enumerate(order) if place != source]
    if len(moved) == 2:
        return f"the gradients by {moved[0][0]} and by {moved[1][0]} are swapped"
    said = ", ".join(f"that by {source} stands in the place of {place}" for place, source in moved)
    return f"the gradients by the arguments are in another order: {said}"


SINGLE = 2.0**-22

"""Relative error of numbers in single precision."""

HALF = 2.0**-9


class GivenJacobian(NamedTuple):
    """The Jacobian by rows: component of f by component, coordinate by coordinate."""

    rows: list[list[float]]
    rounding: float = 0.0
    """Relative rounding error of its numbers, where they are narrower than doubles."""
    repair: Literal["", "transposed", "swapped"] = ""
    """What was done to it, where its shape was wrong."""
    shape: str = ""
    """What was wrong with its shape."""


class WrongShape(Exception):
    """The gradient does not fit the point: says which shape it has and which it should have."""


def read(gradient: Any, place: FlatPoint, output: tuple[int, ...] | None) -> GivenJacobian:
    """The gradient as given.  Raises WrongShape, and DiffcompareError (E577) where it is made of no numbers."""
    try:
        return _read(gradient, place, output)
    except (TypeError, ValueError, OverflowError) as error:
        message, help = _no_numbers(gradient, error)
        raise DiffcompareError(Diagnostic("E577", "bad_value", message, help=help)) from error


def _no_numbers(gradient: Any, error: Exception) -> tuple[str, str]:
    """What is wrong with a gradient that is not made of numbers, and what to do about it."""
    if gradient is None:
        return "the gradient is None", "the gradient has to return something: is its `return` missing?"
    value = error.value if isinstance(error, NoNumber) else error
    if value is None:
        return "the gradient has None in it", "an entry that f does not depend on is 0"
    if isinstance(value, complex):
        message = f"the gradient is complex: one of its numbers is {value!r}"
        return message, "that of a real function is real: take the real part where the rest is rounding"
    return (
        f"the gradient is not made of numbers: {error}",
        "a gradient is a number, or an array in the shape of the point",
    )


def evaluated(
    gradient: Any, place: FlatPoint, output: tuple[int, ...] | None, point: Sequence[float], *, paired: bool = False
) -> GivenJacobian:
    """The gradient at a point: what the callable returns there, or the numbers themselves.

    Of a value and a gradient the latter is taken; of two plain numbers only where f is known to return both (`paired`).
    """
    if not callable(gradient):
        return read(gradient, place, output)
    try:
        with quiet():
            answer = place.call(gradient, point)
    except Exception as error:  # told with the point, and with the gradient's own error as the cause
        message = f"the gradient {raised(error)} at {shown(place, point)}"
        help = "the gradient is called just as f is"
        raise DiffcompareError(Diagnostic("E577", "bad_value", message, help=help)) from error
    if is_pair(answer, len(point)) or (paired and is_pair_of_numbers(answer)):
        answer = answer[1]
    return read(answer, place, output)


def _read(gradient: Any, place: FlatPoint, output: tuple[int, ...] | None) -> GivenJacobian:
    m, n = math.prod(output or ()), len(place.coordinates)
    if isinstance(gradient, Mapping):
        parts = _by_name(gradient, place)
    elif len(place.leaves) > 1 and not all(leaf.shape is None for leaf in place.leaves):
        parts = list(gradient)
        if len(parts) != len(place.leaves):
            raise WrongShape(f"the gradient has {len(parts)} parts, and f has {len(place.leaves)} arguments")
    else:
        expected = place.leaves[0].shape if len(place.leaves) == 1 else (n,)
        numbers, shape = flattened(gradient)
        return _arranged(numbers, shape, expected, output, m, n)._replace(rounding=_rounding(gradient))
    try:
        return _by_parts(parts, place, output, m)
    except WrongShape:
        for order in orders(len(parts)):
            reordered = [None] * len(parts)
            for stands, belongs in enumerate(order):
                reordered[belongs] = parts[stands]
            try:
                given = _by_parts(reordered, place, output, m)
            except WrongShape:
                continue
            said = in_another_order([leaf.name for leaf in place.leaves], order)
            return given._replace(repair="swapped", shape=said)
        raise


def _by_parts(parts: Sequence[Any], place: FlatPoint, output: tuple[int, ...] | None, m: int) -> GivenJacobian:
    """The rows from one part for every argument of f."""
    rows: list[list[float]] = [[] for _ in range(m)]
    for leaf, part in zip(place.leaves, parts, strict=True):
        numbers, shape = flattened(part)
        try:
            given = _arranged(numbers, shape, leaf.shape, output, m, leaf.size)
        except WrongShape as wrong:
            raise WrongShape(f"by {leaf.name}: {wrong}") from None
        if given.repair:
            raise WrongShape(f"by {leaf.name}: {given.shape}")
        for row, piece in zip(rows, given.rows, strict=True):
            row += piece
    return GivenJacobian(rows, max(map(_rounding, parts)))


def _by_name(gradient: Mapping[str, Any], place: FlatPoint) -> list[Any]:
    names = [leaf.name for leaf in place.leaves]
    missing, extra = [name for name in names if name not in gradient], [name for name in gradient if name not in names]
    if missing or extra:
        said = [f"lacks {', '.join(map(str, missing))}"] * bool(missing)
        said += [f"has {', '.join(map(str, extra))}, which the point has not"] * bool(extra)
        raise WrongShape(f"the gradient {' and '.join(said)}")
    return [gradient[name] for name in names]


def _arranged(
    numbers: list[float],
    shape: tuple[int, ...] | None,
    inputs: tuple[int, ...] | None,
    output: tuple[int, ...] | None,
    m: int,
    n: int,
) -> GivenJacobian:
    """The numbers by rows; axes of length 1 more or less, and a flat row for a matrix, are no fault."""
    expected = (output or ()) + (inputs or ())
    found = shape or ()
    rows = [numbers[start : start + n] for start in range(0, len(numbers), n)]
    plain = tuple(axis for axis in found if axis != 1)
    if len(numbers) == m * n and plain in _without_ones(expected, (output or ()) + (n,), (m, n), (m * n,)):
        return GivenJacobian(rows)
    said = f"the gradient {_shape(found)}, it should {_shape(expected, 'have')}"
    if len(numbers) == m * n and found in ((n, m), (inputs or ()) + (output or ()), tuple(reversed(expected))):
        turned = _turned(numbers, m, n, expected)
        return GivenJacobian(turned, repair="transposed", shape=said)
    raise WrongShape(said)


def _turned(numbers: list[float], m: int, n: int, expected: tuple[int, ...]) -> list[list[float]]:
    """The transpose: of a Jacobian, or of the gradient by a matrix."""
    if m > 1:
        return [numbers[component::m] for component in range(m)]
    rows, columns = expected[-2:] if len(expected) > 1 else (1, n)
    return [[numbers[column * rows + row] for row in range(rows) for column in range(columns)]]


def _without_ones(*shapes: tuple[int, ...]) -> set[tuple[int, ...]]:
    return {tuple(axis for axis in shape if axis != 1) for shape in shapes}


def _shape(shape: tuple[int, ...], verb: str = "has") -> str:
    return f"{verb} the shape {shape}" if shape else f"{'be' if verb == 'have' else 'is'} a number"


def _rounding(numbers: Any) -> float:
    size = getattr(getattr(numbers, "dtype", None), "itemsize", 8)
    return {2: HALF, 4: SINGLE}.get(size, 0.0)


def noise_of(
    gradient: Callable[..., Any],
    place: FlatPoint,
    output: tuple[int, ...] | None,
    line: LineValues,
    *,
    paired: bool = False,
) -> list[list[float]]:
    """Return how noisy the gradient's own arithmetic is (four standard deviations), entry by entry, as for f itself.

    The smallest distance that tells counts, for larger ones meet the kinks of f, at which the gradient jumps.
    """
    known: dict[float, list[float]] = {}

    def entries(t: float) -> list[float]:
        if t not in known:
            given = evaluated(gradient, place, output, line.coordinates(t), paired=paired)
            known[t] = [x for row in given.rows for x in row]
        return known[t]

    noises = [0.0] * len(entries(0.0))
    try:
        for spacing in SPACINGS[:-1]:
            rows = [entries(k * spacing) for k in range(1, POINTS + 1)]
            columns = [ValueColumn(spacing, spacing, list(column)) for column in zip(*rows, strict=True)]
            told = [estimate(column.values) for column in columns]
            if any(told):
                noises = [
                    noise if noise and breaks(entries, number, column, noise) else 0.0
                    for number, (column, noise) in enumerate(zip(columns, told, strict=True))
                ]
                break
    except (DiffcompareError, WrongShape):
        pass  # the gradient has no numbers there
    width = len(place.coordinates)
    return [[4 * noise for noise in noises[start : start + width]] for start in range(0, len(noises), width)]
