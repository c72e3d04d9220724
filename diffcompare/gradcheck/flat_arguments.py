"""The arguments of a Python function as one flat list of coordinates, and back again for a call."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal, NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError, shown

DOUBLE_BITS = 53
_BITS = {2: 11, 4: 24}  # bits of the significand by bytes of the number type; all other types count as doubles


class ArgumentLeaf(NamedTuple):
    """One argument of f, or one value of the mapping that f takes."""

    name: str
    shape: tuple[int, ...] | None
    """Shape of the array; None for a number."""
    kind: Any = None
    """numpy dtype of the numbers if it is narrower than a double, else None."""

    @property
    def size(self) -> int:
        """Number of coordinates."""
        return 1 if self.shape is None else math.prod(self.shape)

    @property
    def bits(self) -> int:
        """Bits of the significand of its numbers."""
        return DOUBLE_BITS if self.kind is None else _BITS.get(self.kind.itemsize, DOUBLE_BITS)

    def names(self) -> list[str]:
        """Return a name for every coordinate: `x`, or `x[0]`, `x[1]` ..., or `x[0, 0]` ..."""
        if self.shape is None:
            return [self.name]
        return [f"{self.name}{list(index)}" if index else self.name for index in product(*map(range, self.shape))]


@dataclass(frozen=True)
class FlatPoint:
    """A point as a flat tuple of coordinates, with what is needed to call f there."""

    leaves: tuple[ArgumentLeaf, ...]
    coordinates: tuple[float, ...]
    """The coordinates of all leaves, one leaf after the other, arrays in row order."""
    form: Literal["arguments", "keywords", "mapping"]
    """How f is called: f(*leaves), f(x=leaf, ...) or f({"x": leaf, ...})."""

    @property
    def names(self) -> list[str]:
        """Name of every coordinate."""
        return [name for leaf in self.leaves for name in leaf.names()]

    @property
    def bits(self) -> list[int]:
        """Bits of the significand of every coordinate."""
        return [leaf.bits for leaf in self.leaves for _ in range(leaf.size)]

    @property
    def matrix_shape(self) -> tuple[int, ...]:
        """Shape of the only argument if it is a matrix, else ()."""
        shape = self.leaves[0].shape if len(self.leaves) == 1 else None
        return shape if shape is not None and len(shape) == 2 else ()

    def call(self, function: Callable[..., Any], coordinates: Sequence[complex]) -> Any:
        """Return function(coordinates), with arguments in the form of this point.

        The arguments are made anew for every call, so the function may change them in place.
        """
        arguments, start = [], 0
        for leaf in self.leaves:
            arguments.append(_argument(leaf, coordinates[start : start + leaf.size]))
            start += leaf.size
        if self.form == "arguments":
            return function(*arguments)
        by_name = {leaf.name: argument for leaf, argument in zip(self.leaves, arguments, strict=True)}
        return function(**by_name) if self.form == "keywords" else function(by_name)

    def for_function(self, function: Callable[..., Any]) -> FlatPoint:
        """Return this point in the form that the function accepts.

        Where the signature rejects one list of n numbers but accepts n arguments, the list is spread; likewise a
        mapping becomes keywords, or keywords a mapping.
        """
        form = self.form
        if (
            form == "arguments"
            and len(self.leaves) == 1
            and _is_row(self.leaves[0])
            and _accepts(function, self) is False
        ):
            leaf = self.leaves[0]
            spread = FlatPoint(
                tuple(ArgumentLeaf(name, None, leaf.kind) for name in leaf.names()), self.coordinates, form
            )
            if _accepts(function, spread):
                return _with_parameter_names(function, spread)
        if form == "arguments":
            return _with_parameter_names(function, self)
        if _accepts(function, self) is False:
            for other in ("keywords", "mapping", "arguments"):
                changed = FlatPoint(self.leaves, self.coordinates, other)
                if other != form and _accepts(function, changed) and (other != "arguments" or form == "keywords"):
                    return changed
        return self


def flat_point(arguments: Sequence[Any], keywords: Mapping[str, Any] = {}) -> FlatPoint:
    """Flatten the positional arguments or the keywords of a call.

    Raises TypeError where both are given, and DiffcompareError (E575) where they are not made of finite numbers.
    """
    if keywords:
        if arguments:
            names = ", ".join(f"`{name}`" for name in keywords)
            raise TypeError(f"unknown option {names}: the point is already given by position")
        return _flattened_point(tuple(keywords), tuple(keywords.values()), "keywords")
    if len(arguments) == 1 and isinstance(arguments[0], Mapping):
        if not all(isinstance(key, str) for key in arguments[0]):
            raise _bad_point("the keys of a point are names")
        return _flattened_point(tuple(arguments[0]), tuple(arguments[0].values()), "mapping")
    leaf_names = ("x",) if len(arguments) == 1 else tuple(f"x{number}" for number in range(1, len(arguments) + 1))
    return _flattened_point(leaf_names, tuple(arguments), "arguments")


def _flattened_point(
    names: tuple[str, ...], values: tuple[Any, ...], form: Literal["arguments", "keywords", "mapping"]
) -> FlatPoint:
    """Flatten named values into a point.  Raises DiffcompareError (E575)."""
    leaves, coordinates = [], []
    for name, value in zip(names, values, strict=True):
        try:
            numbers, shape = flattened(value)
        except TypeError:
            raise _bad_point(f"{name} is {shown(value)}, which is not made of numbers") from None
        except OverflowError:
            raise _bad_point(f"{name} has a number beyond the range of doubles (1.8e308)") from None
        except ValueError as error:
            raise _bad_point(f"{name} is {shown(value)}: {error}") from None
        kind: Any = getattr(value, "dtype", None)
        narrow = kind if getattr(kind, "kind", "") == "f" and kind.itemsize in _BITS else None
        leaves.append(ArgumentLeaf(name, shape, narrow))
        coordinates += numbers
    if not coordinates:
        raise _bad_point("the point has no coordinates")
    point = FlatPoint(tuple(leaves), tuple(coordinates), form)
    for name, number in zip(point.names, coordinates, strict=True):
        if not math.isfinite(number):
            raise _bad_point(f"{name} is {number}: a coordinate is a finite number")
    return point


def _bad_point(message: str) -> DiffcompareError:
    help = "a point is made of finite numbers: 2.0, [1, 2], an array, or a mapping of such"
    return DiffcompareError(Diagnostic("E575", "bad_value", message, help=help))


def flattened(value: Any, number: Callable[[Any], Any] = float) -> tuple[list[Any], tuple[int, ...] | None]:
    """Return the numbers of nested lists, tuples and arrays in row order, and the shape (None for a number).

    Every item is converted by `number`.  Raises NotANumber where that fails, and Ragged where rows have different
    lengths.
    """
    if hasattr(value, "tolist"):  # arrays; their scalars; tensors
        value = value.tolist()
    if not isinstance(value, list | tuple | range):
        return [_number(value, number)], None
    if {float, int}.issuperset(map(type, value)):  # the usual case, for speed
        return list(map(number, value)), (len(value),)
    numbers: list[Any] = []
    shapes = set()
    for item in value:
        inner, shape = flattened(item, number)
        numbers += inner
        shapes.add(shape or ())
    if len(shapes) > 1:
        raise Ragged(f"rows of different shapes: {', '.join(map(str, sorted(shapes)))}")
    return numbers, (len(value), *(shapes.pop() if shapes else ()))


class Ragged(ValueError):
    """Nested lists whose rows have different shapes."""


class NotANumber(TypeError):
    """`value` is where a number should be."""

    def __init__(self, value: Any) -> None:
        super().__init__(f"{_described(value)} is not a number")
        self.value = value


def _number(value: Any, number: Callable[[Any], Any]) -> Any:
    if isinstance(value, str | bytes):
        raise NotANumber(value)
    try:
        return number(value)
    except TypeError as error:
        raise NotANumber(value) from error


def _described(value: Any) -> str:
    if value is None or isinstance(value, str | bytes | complex):
        return repr(value)
    return f"an object of type {type(value).__name__}"


def _argument(leaf: ArgumentLeaf, numbers: Sequence[complex]) -> Any:
    """Return the number or the array that f takes for a leaf."""
    if leaf.shape is None:
        return numbers[0] if leaf.kind is None or isinstance(numbers[0], complex) else leaf.kind.type(numbers[0])
    import numpy as np

    array = np.array(numbers)
    return (array if array.dtype.kind == "c" else array.astype(leaf.kind or float)).reshape(leaf.shape)


def _is_row(leaf: ArgumentLeaf) -> bool:
    return leaf.shape is not None and len(leaf.shape) == 1 and leaf.size > 1


def _accepts(function: Callable[..., Any], point: FlatPoint) -> bool | None:
    """Tell whether the signature accepts a call at this point; None where the function has no signature."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    names = [leaf.name for leaf in point.leaves]
    try:
        if point.form == "keywords":
            signature.bind(**dict.fromkeys(names))
        else:
            signature.bind(*(names if point.form == "arguments" else names[:1]))
    except TypeError:
        return False
    return True


def _with_parameter_names(function: Callable[..., Any], point: FlatPoint) -> FlatPoint:
    """Name the leaves after the parameters of the function, where its signature tells them."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return point
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [parameter.name for parameter in parameters if parameter.kind in positional]
    if len(names) < len(point.leaves):
        return point
    leaves = tuple(leaf._replace(name=name) for leaf, name in zip(point.leaves, names, strict=False))
    return FlatPoint(leaves, point.coordinates, point.form)
