"""Values of f, counted, near one point: the only thing that is asked of f."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import pairwise
from typing import Any

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.gradcheck.flat_arguments import FlatPoint, NoNumber, Ragged, flattened

# Functions that return their value and their gradient at once, as optimisers want it.


def is_pair(answer: Any, inputs: int) -> bool:
    """Whether an answer is a number and a gradient by so many inputs; two plain numbers may be anything."""
    if not isinstance(answer, tuple) or len(answer) != 2:
        return False
    return _is_number(answer[0]) and not _is_bare(answer[1]) and _count(answer[1]) == inputs


def is_pair_of_numbers(answer: Any) -> bool:
    """Whether an answer is two plain numbers: a value and a derivative, or two components."""
    return isinstance(answer, tuple) and len(answer) == 2 and all(map(_is_bare, answer))


def _is_number(value: Any) -> bool:
    return _count(value) == 1 and not isinstance(value, Mapping)


def _is_bare(value: Any) -> bool:
    """Whether a value is a number without axes."""
    return _is_number(value) and not hasattr(value, "__len__") and not getattr(value, "shape", ())


def _count(value: Any) -> int:
    """How many numbers there are in nested mappings, lists and arrays; -1 where something is no number."""
    if isinstance(value, Mapping):
        value = list(value.values())
    try:
        return len(flattened(value)[0])
    except ValueError:
        counts = [_count(item) for item in value]
        return -1 if -1 in counts else sum(counts)
    except (TypeError, OverflowError):
        return -1


# Whether f is a function at all: the same value at the same point, whatever was asked before.

ROUNDING = 64

"""Units of rounding by which sums in another order (threads, a graphics card) may differ."""


IN_A_ROW = 7

"""Calls at the point, one after the other, that tell randomness from a state."""


def unsteadiness(values: Sequence[Sequence[float]], rounding: float) -> str:
    """Say how values at one point, in the order in which they were asked for, differ; empty where they do not."""
    for component, column in enumerate(zip(*values, strict=True)):
        steady = ROUNDING * rounding * abs(column[0])
        other = next((value for value in column if not abs(value - column[0]) <= steady), None)
        if other is not None:
            what = "its value" if len(values[0]) == 1 else f"its component {component}"
            return (
                f"f is not a function: at the same point {what} is {column[0]!r} at first and {other!r} in a later "
                f"call, so {_cause(column)}"
            )
    return ""


def _cause(column: Sequence[float]) -> str:
    """What it looks like: random numbers go up and down from one call to the next, a state drifts or stays."""
    steps = [b - a for a, b in pairwise(column[-IN_A_ROW:])]
    if any(a * b < 0 for a, b in pairwise(steps)):
        return "it uses random numbers (fix their seed inside f) or changes with every call"
    return "it keeps state from call to call, as a counter, an average or a warm start does (reset it inside f)"


EPSILON = 2.0**-52

_NARROW = {2: 2.0**-10, 4: 2.0**-23}

"""The spacing of floating-point numbers at 1, by their bytes, where they are narrower than doubles."""

_LEAST = {2: 2.0**-24, 4: 2.0**-149}

"""Their spacing at 0."""

IMAGINARY_STEP = 2.0**-66

"""Times the scale of the coordinate: its square vanishes beside 1, so that f'(x) = Im f(x + ih)/h has no error left."""


class FunctionValues:
    """f around a point: `at(coordinates)` is the list of its components, nan where there is none.

    Raises DiffcompareError (E576) where f has no finite value at the point itself.
    """

    def __init__(self, f: Callable[..., Any], place: FlatPoint, both: Callable[[], bool] = lambda: False) -> None:
        self.f = f
        self.place = place
        self.both = both
        """Asked where f returns two plain numbers: whether they are a value and a derivative."""
        self.paired: bool | None = None
        """Whether f returns (value, gradient); known from its first value."""
        self.count = 0
        self.trouble: dict[tuple[float, ...], str] = {}
        """What happened instead of a value, by the coordinates where it did."""
        self.shape: tuple[int, ...] | None = None
        """The shape of f's values; None for a number."""
        self.rounding = EPSILON
        """The spacing at 1 of the type of number that f returns."""
        self.least = 0.0
        """Its spacing at 0, where that is no double's."""
        self.here = self._first()
        self.still = set(range(len(self.here)))
        """The components that had one value wherever they were asked for."""
        self.repeated: list[list[float]] = [self.here]
        """The values at the point itself, in the order in which they were asked for."""
        self.repeat()

    def at(self, coordinates: Sequence[float]) -> list[float]:
        """The components of f there."""
        try:
            values, shape = self._called(coordinates, float)
        except Exception as error:  # whatever f raises is f's answer at this point
            self.trouble[tuple(coordinates)] = raised(error)
            return [math.nan] * len(self.here)
        if shape != self.shape:
            self.trouble[tuple(coordinates)] = f"has the shape {shape}, and {self.shape} at the point itself"
            return [math.nan] * len(self.here)
        if not all(map(math.isfinite, values)):
            self.trouble[tuple(coordinates)] = f"is {next(v for v in values if not math.isfinite(v))}"
        self.still = {component for component in self.still if values[component] == self.here[component]}
        return [value if math.isfinite(value) else math.nan for value in values]

    def grain(self, value: float) -> float:
        """The spacing about a value of the type of number that f returns."""
        return max(self.rounding * abs(value), self.least)

    def repeat(self) -> None:
        """Ask for the value at the point itself once more: f that keeps state has another one."""
        self.repeated.append(self.at(self.place.coordinates))

    def unsteadiness(self) -> str:
        """Say how the values at the point itself differ; empty where f is a function."""
        self.repeat()
        if unsteadiness(self.repeated, self.rounding):
            for _ in range(IN_A_ROW):
                self.repeat()
        return unsteadiness(self.repeated, self.rounding)

    def complex_slopes(self, moves: Mapping[int, float]) -> list[float] | None:
        """Im f(x + ih)/h in a direction; None where f does not take complex numbers."""
        import warnings

        coordinates: list[complex] = list(self.place.coordinates)
        for index, move in moves.items():
            coordinates[index] = complex(coordinates[index].real, move * IMAGINARY_STEP)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # numpy warns where it drops an imaginary part
                values, shape = self._called(coordinates, complex)
        except Exception:  # most functions of real numbers
            return None
        if shape != self.shape:
            return None
        return [value.imag / IMAGINARY_STEP for value in values]

    def _first(self) -> list[float]:
        try:
            values, self.shape = self._called(self.place.coordinates, float)
        except Exception as error:  # told with the point, and with f's own error as the cause
            raise self._refusal(raised(error), error) from error
        if not values:
            raise self._refusal("is empty")
        for value in values:
            if not math.isfinite(value):
                raise self._refusal(f"is {value}")
        return values

    def _called(
        self, coordinates: Sequence[complex], number: Callable[[Any], Any]
    ) -> tuple[list[Any], tuple[int, ...] | None]:
        self.count += 1
        with quiet():
            returned = self.place.call(self.f, coordinates)
            if self.paired is None:
                inputs = len(self.place.coordinates)
                self.paired = is_pair(returned, inputs) or (is_pair_of_numbers(returned) and self.both())
            if self.paired:
                returned = returned[0]
            values, shape = flattened(returned, number)
        if number is float:
            self.rounding = max(self.rounding, _NARROW.get(bytes_of(returned), EPSILON))
            self.least = max(self.least, _LEAST.get(bytes_of(returned), 0.0))
        return values, shape or None  # an array without axes is a number

    def _refusal(self, what: str, error: Exception | None = None) -> DiffcompareError:
        message = f"f {what} at the point itself, {shown(self.place, self.place.coordinates)}"
        help = "choose a point inside the domain of f"
        if isinstance(error, TypeError | AttributeError):
            help = "f is called with numbers and arrays in the form of the point: f(x) for one, f(x, y) for two"
        if isinstance(error, NoNumber | Ragged):
            help = (
                "f has to return a real number, an array of them, or (value, gradient) with the gradient in x's shape"
            )
        return DiffcompareError(Diagnostic("E576", "domain_error", message, help=help))


class LineValues:
    """f along a direction: t to the components of f at x + t*moves; every value is computed once."""

    def __init__(self, values: FunctionValues, moves: Mapping[int, float]) -> None:
        self.values = values
        self.moves = moves
        self.known: dict[float, list[float]] = {0.0: values.here}

    def __call__(self, t: float) -> list[float]:
        """The components of f, nan where they are undefined."""
        if t not in self.known:
            self.known[t] = self.values.at(self.coordinates(t))
        return self.known[t]

    def moved(self, t: float) -> float:
        """How far t really leads: along one coordinate, what is left of it when it was added to the double there."""
        if len(self.moves) > 1:
            return t
        ((index, move),) = self.moves.items()
        x = self.values.place.coordinates[index]
        return (x + t * move - x) / move or t

    def coordinates(self, t: float) -> list[float]:
        """Where t leads."""
        moved = list(self.values.place.coordinates)
        for index, move in self.moves.items():
            moved[index] += t * move
        return moved


def bytes_of(numbers: Any) -> int:
    """How many bytes one of the numbers takes: 8 for whatever does not tell."""
    size = getattr(getattr(numbers, "dtype", None), "itemsize", 8)
    return size if isinstance(size, int) else 8


def quiet() -> AbstractContextManager[Any]:
    """numpy's warnings of overflow and the like are left out: such values are nan or inf, and are seen as that."""
    numpy = sys.modules.get("numpy")
    return nullcontext() if numpy is None else numpy.errstate(all="ignore")


def raised(error: Exception) -> str:
    """What an exception says, on one line."""
    if isinstance(error, NoNumber):
        what = "a complex number, " * isinstance(error.value, complex) + str(error).removesuffix(" is no number")
        return f"returns {what}"
    if isinstance(error, Ragged):
        return f"returns {error}"
    said = " ".join(str(error).split())
    name = type(error).__name__
    return f"raises {name}: {said[:200]}" if said else f"raises {name}"


MAX_COORDINATES = 6

"""Coordinates that are shown of a point."""


def shown(place: FlatPoint, coordinates: Sequence[float]) -> str:
    """`x[0] = 1, x[1] = 2`, cut where there are many."""
    pairs = [f"{name} = {value!r}" for name, value in zip(place.names[:MAX_COORDINATES], coordinates, strict=False)]
    rest = len(coordinates) - len(pairs)
    return ", ".join(pairs) + f", ... ({rest:,} more)" * (rest > 0)
