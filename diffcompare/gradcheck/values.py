"""Values of f near one point, counted: a gradient check asks f for nothing else."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import pairwise
from typing import Any

from diffcompare.diagnostics import Diagnostic, DiffcompareError, without_addresses
from diffcompare.gradcheck.flat_arguments import FlatPoint, NotANumber, Ragged, flattened

# --- Functions that return (value, gradient), as optimizers want it ---------------------------------------------------


def is_value_and_gradient(answer: Any, inputs: int) -> bool:
    """Tell whether an answer is a number and a gradient with `inputs` entries; two plain numbers may be anything."""
    if not isinstance(answer, tuple) or len(answer) != 2:
        return False
    return _is_number(answer[0]) and not _is_scalar(answer[1]) and _count(answer[1]) == inputs


def is_two_numbers(answer: Any) -> bool:
    """Tell whether an answer is two plain numbers: a value and a derivative, or two components."""
    return isinstance(answer, tuple) and len(answer) == 2 and all(map(_is_scalar, answer))


def _is_number(value: Any) -> bool:
    return _count(value) == 1 and not isinstance(value, Mapping)


def _is_scalar(value: Any) -> bool:
    """Tell whether a value is a number without axes."""
    return _is_number(value) and not hasattr(value, "__len__") and not getattr(value, "shape", ())


def _count(value: Any) -> int:
    """Count the numbers in nested mappings, lists and arrays; return -1 where anything else is among them."""
    if isinstance(value, Mapping):
        value = list(value.values())
    try:
        return len(flattened(value)[0])
    except ValueError:
        counts = [_count(item) for item in value]
        return -1 if -1 in counts else sum(counts)
    except (TypeError, OverflowError):
        return -1


# --- Is f a function at all: the same value at the same point, whatever was asked before? -----------------------------

MAX_ROUNDINGS = 64  # units of rounding by which sums in another order (threads, a graphics card) may differ
REPETITIONS = 7  # calls in a row at the point that tell random numbers from a state


def nondeterminism(values: Sequence[Sequence[float]], rounding: float) -> str:
    """Describe how repeated values at one point differ; return "" where they do not.

    `values` are lists of components in the order of the calls, and `rounding` is the spacing of their numbers at 1.
    """
    for component, column in enumerate(zip(*values, strict=True)):
        tolerance = MAX_ROUNDINGS * rounding * abs(column[0])
        other = next((value for value in column if not abs(value - column[0]) <= tolerance), None)
        if other is not None:
            subject = "its value" if len(values[0]) == 1 else f"its component {component}"
            return (
                f"f is not a function: at the same point {subject} is {column[0]!r} at first and {other!r} in a later "
                f"call, so {_likely_cause(column)}"
            )
    return ""


def _likely_cause(column: Sequence[float]) -> str:
    """Name what probably makes the values differ: random numbers go up and down, a state drifts or stays."""
    changes = [b - a for a, b in pairwise(column[-REPETITIONS:])]
    if any(a * b < 0 for a, b in pairwise(changes)):
        return "it uses random numbers (fix their seed inside f) or changes with every call"
    return "it keeps state from call to call, as a counter, an average or a warm start does (reset it inside f)"


# --- Calling f --------------------------------------------------------------------------------------------------------

EPSILON = 2.0**-52  # spacing of doubles at 1

_NARROW_EPSILON = {2: 2.0**-10, 4: 2.0**-23}  # spacing at 1 of half and single precision, by bytes
_NARROW_LEAST = {2: 2.0**-24, 4: 2.0**-149}  # their spacing at 0
# Times the scale of the coordinate: its square vanishes next to 1, so f'(x) = Im f(x + ih)/h has no truncation error.
IMAGINARY_STEP = 2.0**-66


class FunctionValues:
    """f around a point, every evaluation counted."""

    def __init__(
        self, f: Callable[..., Any], point: FlatPoint, returns_both: Callable[[], bool] = lambda: False
    ) -> None:
        """Evaluate f at the point.  Raises DiffcompareError (E576) where it has no finite value there.

        `returns_both` is asked where f returns two plain numbers: are they a value and a derivative?
        """
        self.f = f
        self.point = point
        self.returns_both = returns_both
        self.paired: bool | None = None  # does f return (value, gradient)?  Known from its first value
        self.count = 0  # evaluations so far, complex ones among them
        self.failures: dict[tuple[float, ...], str] = {}  # what happened instead of a value, by coordinates
        self.shape: tuple[int, ...] | None = None  # of f's values; None for a number
        self.rounding = EPSILON  # spacing at 1 of the type of number that f returns
        self.least = 0.0  # its spacing at 0 if it is narrower than a double
        self.here = self._first_value()
        self.constant = set(range(len(self.here)))  # components that had one value at all places so far
        self.repeated: list[list[float]] = [self.here]  # values at the point itself, in the order of the calls
        self.repeat()

    def at(self, coordinates: Sequence[float]) -> list[float]:
        """Return the components of f at some coordinates, nan where f has no value."""
        try:
            values, shape = self._evaluate(coordinates, float)
        except Exception as error:  # whatever f raises is its answer at this point
            self.failures[tuple(coordinates)] = describe_exception(error)
            return [math.nan] * len(self.here)
        if shape != self.shape:
            self.failures[tuple(coordinates)] = f"has the shape {shape}, and {self.shape} at the point itself"
            return [math.nan] * len(self.here)
        if not all(map(math.isfinite, values)):
            self.failures[tuple(coordinates)] = f"is {next(v for v in values if not math.isfinite(v))}"
        self.constant = {component for component in self.constant if values[component] == self.here[component]}
        return [value if math.isfinite(value) else math.nan for value in values]

    def ulp(self, value: float) -> float:
        """Return the spacing of f's type of number around a value."""
        return max(self.rounding * abs(value), self.least)

    def repeat(self) -> None:
        """Ask for the value at the point itself once more; it changes if f keeps state."""
        self.repeated.append(self.at(self.point.coordinates))

    def nondeterminism(self) -> str:
        """Describe how the values at the point itself differ; return "" where f is a function."""
        self.repeat()
        if nondeterminism(self.repeated, self.rounding):
            for _ in range(REPETITIONS):  # calls in a row tell random numbers from a state
                self.repeat()
        return nondeterminism(self.repeated, self.rounding)

    def complex_slopes(self, moves: Mapping[int, float]) -> list[float] | None:
        """Return Im f(x + ih)/h along a direction; None where f does not take complex numbers."""
        import warnings

        coordinates: list[complex] = list(self.point.coordinates)
        for index, move in moves.items():
            coordinates[index] = complex(coordinates[index].real, move * IMAGINARY_STEP)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # numpy warns where it drops an imaginary part
                values, shape = self._evaluate(coordinates, complex)
        except Exception:  # the answer of most functions of real numbers
            return None
        if shape != self.shape:
            return None
        return [value.imag / IMAGINARY_STEP for value in values]

    def _first_value(self) -> list[float]:
        try:
            values, self.shape = self._evaluate(self.point.coordinates, float)
        except Exception as error:  # f may raise anything: reported with the point, and chained to its cause
            raise self._no_value(describe_exception(error), error) from error
        if not values:
            raise self._no_value("is empty")
        for value in values:
            if not math.isfinite(value):
                raise self._no_value(f"is {value}")
        return values

    def _evaluate(
        self, coordinates: Sequence[complex], number: Callable[[Any], Any]
    ) -> tuple[list[Any], tuple[int, ...] | None]:
        """Call f and return its numbers, converted by `number`, and their shape."""
        self.count += 1
        with numpy_warnings_off():
            returned = self.point.call(self.f, coordinates)
            if self.paired is None:
                inputs = len(self.point.coordinates)
                self.paired = is_value_and_gradient(returned, inputs) or (
                    is_two_numbers(returned) and self.returns_both()
                )
            if self.paired:
                returned = returned[0]
            values, shape = flattened(returned, number)
        if number is float:
            self.rounding = max(self.rounding, _NARROW_EPSILON.get(bytes_of(returned), EPSILON))
            self.least = max(self.least, _NARROW_LEAST.get(bytes_of(returned), 0.0))
        return values, shape or None  # an array without axes is a number

    def _no_value(self, failure: str, error: Exception | None = None) -> DiffcompareError:
        message = f"f {failure} at the point itself, {describe_point(self.point, self.point.coordinates)}"
        help = "choose a point inside the domain of f"
        if isinstance(error, TypeError | AttributeError):
            help = "f is called with numbers and arrays in the form of the point: f(x) for one, f(x, y) for two"
        if isinstance(error, NotANumber | Ragged):
            help = (
                "f has to return a real number, an array of them, or (value, gradient) with the gradient in x's shape"
            )
        return DiffcompareError(Diagnostic("E576", "domain_error", message, help=help))


class LineValues:
    """f along a direction: maps t to the components of f at x + t*moves; every value is computed once."""

    def __init__(self, values: FunctionValues, moves: Mapping[int, float]) -> None:
        self.values = values
        self.moves = moves
        self.known: dict[float, list[float]] = {0.0: values.here}

    def __call__(self, t: float) -> list[float]:
        """Return the components of f, nan where they are undefined."""
        if t not in self.known:
            self.known[t] = self.values.at(self.coordinates(t))
        return self.known[t]

    def moved(self, t: float) -> float:
        """Return how far t really leads along a single coordinate: x + t*move is rounded to a double."""
        if len(self.moves) > 1:
            return t
        ((index, move),) = self.moves.items()
        x = self.values.point.coordinates[index]
        return (x + t * move - x) / move or t

    def coordinates(self, t: float) -> list[float]:
        """Return the coordinates to which t leads."""
        moved = list(self.values.point.coordinates)
        for index, move in self.moves.items():
            moved[index] += t * move
        return moved


def bytes_of(numbers: Any) -> int:
    """Return the bytes that one of the numbers takes: 8 unless it says otherwise."""
    size = getattr(getattr(numbers, "dtype", None), "itemsize", 8)
    return size if isinstance(size, int) else 8


def numpy_warnings_off() -> AbstractContextManager[Any]:
    """Silence numpy's warnings of overflow and the like: the nan or inf that it returns says enough."""
    numpy = sys.modules.get("numpy")
    return nullcontext() if numpy is None else numpy.errstate(all="ignore")


def describe_exception(error: Exception) -> str:
    """Say on one line what a function did instead of returning numbers: `raises ValueError: ...`."""
    if isinstance(error, NotANumber):
        kind = "a complex number, " * isinstance(error.value, complex)
        return f"returns {kind}{error}".removesuffix(" is not a number")
    if isinstance(error, Ragged):
        return f"returns {error}"
    message = without_addresses(" ".join(str(error).split()))
    name = type(error).__name__
    return f"raises {name}: {message[:200]}" if message else f"raises {name}"


MAX_COORDINATES = 6  # shown of a point


def describe_point(point: FlatPoint, coordinates: Sequence[float]) -> str:
    """Return `x[0] = 1, x[1] = 2`, cut where there are many coordinates."""
    pairs = [f"{name} = {value!r}" for name, value in zip(point.names[:MAX_COORDINATES], coordinates, strict=False)]
    omitted = len(coordinates) - len(pairs)
    return ", ".join(pairs) + f", ... ({omitted:,} more)" * (omitted > 0)
