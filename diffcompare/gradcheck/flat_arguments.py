"""The point as f takes it: numbers and arrays in the form in which somebody would call f, and the same as one list."""

from __future__ import annotations

import inspect
import math
import reprlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal, NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError

DOUBLE_BITS = 53
_BITS = {2: 11, 4: 24}
"""Bits of the mantissa by the bytes of a floating-point number; all others count as doubles."""


class ArgumentLeaf(NamedTuple):
    """One argument of f, or one value of its mapping."""

    name: str
    shape: tuple[int, ...] | None
    """None for a number."""
    kind: Any = None
    """The type of the numbers where it is narrower than a double (a numpy dtype)."""

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return 1 if self.shape is None else math.prod(self.shape)

    @property
    def bits(self) -> int:
        """Bits of the mantissa of its numbers."""
        return DOUBLE_BITS if self.kind is None else _BITS.get(self.kind.itemsize, DOUBLE_BITS)

    def names(self) -> list[str]:
        """`x`, or `x[0]`, `x[1]` ..., or `x[0, 0]` ..."""
        if self.shape is None:
            return [self.name]
        return [f"{self.name}{list(index)}" if index else self.name for index in product(*map(range, self.shape))]


@dataclass(frozen=True)
class FlatPoint:
    """A point.  `form`: f(*leaves), f(x=leaf, ...) or f({"x": leaf, ...})."""

    leaves: tuple[ArgumentLeaf, ...]
    coordinates: tuple[float, ...]
    form: Literal["arguments", "keywords", "mapping"]

    @property
    def names(self) -> list[str]:
        """A name for every coordinate."""
        return [name for leaf in self.leaves for name in leaf.names()]

    @property
    def bits(self) -> list[int]:
        """The precision of every coordinate."""
        return [leaf.bits for leaf in self.leaves for _ in range(leaf.size)]

    def call(self, function: Callable[..., Any], coordinates: Sequence[complex]) -> Any:
        """The function at other coordinates; it may do to its arguments what it likes, for they are made anew."""
        built, start = [], 0
        for leaf in self.leaves:
            built.append(_built(leaf, coordinates[start : start + leaf.size]))
            start += leaf.size
        named = {leaf.name: value for leaf, value in zip(self.leaves, built, strict=True)}
        if self.form == "arguments":
            return function(*built)
        return function(**named) if self.form == "keywords" else function(named)

    def for_function(self, function: Callable[..., Any]) -> FlatPoint:
        """The same point in the form that this function takes.

        One list of n numbers becomes n arguments, and a mapping becomes keywords (and the other way round), where
        the signature has no place for the one and has for the other.
        """
        form = self.form
        if (
            form == "arguments"
            and len(self.leaves) == 1
            and _is_row(self.leaves[0])
            and _takes(function, self) is False
        ):
            leaf = self.leaves[0]
            spread = FlatPoint(
                tuple(ArgumentLeaf(name, None, leaf.kind) for name in leaf.names()), self.coordinates, form
            )
            if _takes(function, spread):
                return _named(function, spread)
        if form == "arguments":
            return _named(function, self)
        if _takes(function, self) is False:
            for other in ("keywords", "mapping", "arguments"):
                changed = FlatPoint(self.leaves, self.coordinates, other)
                if other != form and _takes(function, changed) and (other != "arguments" or form == "keywords"):
                    return changed
        return self


def place_of(point: Sequence[Any], named: Mapping[str, Any] = {}) -> FlatPoint:
    """The point of positional arguments, or of keywords.  Raises TypeError and DiffcompareError (E575)."""
    if named:
        if point:
            said = ", ".join(f"`{name}`" for name in named)
            raise TypeError(f"the point is given by position, so {said} is no coordinate, nor is it an option of check")
        return _place(tuple(named), tuple(named.values()), "keywords")
    if len(point) == 1 and isinstance(point[0], Mapping):
        if not all(isinstance(key, str) for key in point[0]):
            raise _bad("the keys of a point are names")
        return _place(tuple(point[0]), tuple(point[0].values()), "mapping")
    names = ("x",) if len(point) == 1 else tuple(f"x{number}" for number in range(1, len(point) + 1))
    return _place(names, tuple(point), "arguments")


def _place(
    names: tuple[str, ...], values: tuple[Any, ...], form: Literal["arguments", "keywords", "mapping"]
) -> FlatPoint:
    leaves, coordinates = [], []
    for name, value in zip(names, values, strict=True):
        try:
            numbers, shape = flattened(value)
        except TypeError:
            raise _bad(f"{name} is {reprlib.repr(value)}, which is not made of numbers") from None
        except OverflowError:
            raise _bad(f"{name} has a number beyond the range of doubles (1.8e308)") from None
        except ValueError as error:
            raise _bad(f"{name} is {reprlib.repr(value)}: {error}") from None
        kind: Any = getattr(value, "dtype", None)
        narrow = kind if getattr(kind, "kind", "") == "f" and kind.itemsize in _BITS else None
        leaves.append(ArgumentLeaf(name, shape, narrow))
        coordinates += numbers
    if not coordinates:
        raise _bad("the point has no coordinates")
    place = FlatPoint(tuple(leaves), tuple(coordinates), form)
    for name, number in zip(place.names, coordinates, strict=True):
        if not math.isfinite(number):
            raise _bad(f"{name} is {number}: a point has finite coordinates")
    return place


def _bad(message: str) -> DiffcompareError:
    help = "a point is made of finite numbers: 2.0, [1, 2], an array, or a mapping of such"
    return DiffcompareError(Diagnostic("E575", "bad_value", message, help=help))


def flattened(value: Any, number: Callable[[Any], Any] = float) -> tuple[list[Any], tuple[int, ...] | None]:
    """The numbers of nested lists, tuples and arrays in order, and the shape (None for a number).

    Raises NoNumber where something is none, and Ragged where rows have different lengths.
    """
    if hasattr(value, "tolist"):  # arrays; their scalars; tensors
        value = value.tolist()
    if not isinstance(value, list | tuple | range):
        return [_number(value, number)], None
    if {float, int}.issuperset(map(type, value)):  # a row of numbers, as most are
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
    """Lists that are no array."""


class NoNumber(TypeError):
    """Something stands where a number should: `value` is that."""

    def __init__(self, value: Any) -> None:
        super().__init__(f"{_described(value)} is no number")
        self.value = value


def _number(value: Any, number: Callable[[Any], Any]) -> Any:
    if isinstance(value, str | bytes):
        raise NoNumber(value)
    try:
        return number(value)
    except TypeError as error:
        raise NoNumber(value) from error


def _described(value: Any) -> str:
    if value is None or isinstance(value, str | bytes | complex):
        return repr(value)
    return f"an object of type {type(value).__name__}"


def _built(leaf: ArgumentLeaf, numbers: Sequence[complex]) -> Any:
    if leaf.shape is None:
        return numbers[0] if leaf.kind is None or isinstance(numbers[0], complex) else leaf.kind.type(numbers[0])
    import numpy as np

    array = np.array(numbers)
    return (array if array.dtype.kind == "c" else array.astype(leaf.kind or float)).reshape(leaf.shape)


def _is_row(leaf: ArgumentLeaf) -> bool:
    return leaf.shape is not None and len(leaf.shape) == 1 and leaf.size > 1


def _takes(function: Callable[..., Any], place: FlatPoint) -> bool | None:
    """Whether the function can be called so; None where it does not tell."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    names = [leaf.name for leaf in place.leaves]
    try:
        if place.form == "keywords":
            signature.bind(**dict.fromkeys(names))
        else:
            signature.bind(*(names if place.form == "arguments" else names[:1]))
    except TypeError:
        return False
    return True


def _named(function: Callable[..., Any], place: FlatPoint) -> FlatPoint:
    """The leaves by the names of the function's own parameters."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return place
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [parameter.name for parameter in parameters if parameter.kind in positional]
    if len(names) < len(place.leaves):
        return place
    leaves = tuple(leaf._replace(name=name) for leaf, name in zip(place.leaves, names, strict=False))
    return FlatPoint(leaves, place.coordinates, place.form)
