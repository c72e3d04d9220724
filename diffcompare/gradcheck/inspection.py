"""The inspection of a gradient at one point: its entries, and the mistake that explains them."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from diffcompare.gradcheck.entries import CONSTANT_VALUES, GradientEntry, worst_first
from diffcompare.gradcheck.error_patterns import EntryGrid, ErrorPattern, common_factor, describe_factor, find_pattern
from diffcompare.gradcheck.extrapolation import DirectionalSlope
from diffcompare.gradcheck.flat_arguments import FlatPoint, flattened
from diffcompare.gradcheck.given import WrongShape, evaluate_gradient
from diffcompare.gradcheck.jacobian_check import JacobianCheck, arguments_of, matrix_shape
from diffcompare.gradcheck.values import FunctionValues, describe_point


class Inspection(NamedTuple):
    """The result at one point: values of f, verdicts on the gradient, and the pattern of its mistake."""

    point: FlatPoint
    """The coordinates, and how f is called."""
    value: list[float]
    """The components of f at the point."""
    shape: tuple[int, ...] | None
    """Shape of f's value; None for a number."""
    entries: tuple[GradientEntry, ...]
    """The judged entries, worst first; where there are many coordinates, only those that were located as wrong."""
    directions: tuple[GradientEntry, ...]
    """Derivatives along random directions, if there are many coordinates, else empty."""
    pattern: ErrorPattern | None
    """The mistake that explains all wrong entries, if one was found."""
    shape_error: str
    """What is wrong with the gradient's shape; empty if nothing is."""
    noise: list[float]
    """Standard deviation of the noise of every component of f near the point."""
    evaluations: int
    """Evaluations of f, complex ones among them."""
    trouble: str
    """Where f had no value near the point and what happened, or that f is not a function; empty if nothing did."""
    deterministic: bool = True
    """True if f always has the same value at the point; where it has not, nothing is decided."""

    @property
    def judged(self) -> tuple[GradientEntry, ...]:
        """Entries and directions."""
        return self.entries + self.directions


def inspect_point(
    f: Callable[..., Any], gradient: Any, point: FlatPoint, *, seed: int, each: bool, max_entries: int
) -> Inspection:
    """Judge the gradient at one point.

    All entries are judged if `each` is set or there are at most `max_entries` coordinates; otherwise the derivatives
    along random directions, which `seed` chooses.  Raises DiffcompareError where f or the gradient has no numbers.
    """
    point_of_f = point.for_function(f)
    values = FunctionValues(f, point_of_f, lambda: _is_same_function(gradient, f) or _is_one_number(gradient, point))
    if gradient is True:
        if not values.paired:
            raise TypeError("gradient=True is for a function that returns (value, gradient), and f does not")
        gradient = f
    point_of_gradient = point.for_function(gradient) if callable(gradient) else point_of_f
    if [leaf.shape for leaf in point_of_gradient.leaves] == [leaf.shape for leaf in point_of_f.leaves]:
        point_of_gradient = FlatPoint(point_of_f.leaves, point_of_gradient.coordinates, point_of_gradient.form)
    try:
        given = evaluate_gradient(
            gradient, point_of_gradient, values.shape, point_of_f.coordinates, paired=values.paired is True
        )
    except WrongShape as wrong:
        return _with_wrong_shape(values, str(wrong))
    jacobian_check = JacobianCheck(values, given, gradient, point_of_gradient, seed)
    if each or len(point_of_f.coordinates) <= max_entries:
        entries, directions = jacobian_check.every_entry(), list[GradientEntry]()
    else:
        entries, directions = jacobian_check.along_directions()
    return _inspection(jacobian_check, entries, directions)


def _is_same_function(gradient: Any, f: Callable[..., Any]) -> bool:
    """Tell whether f itself returns the gradient."""
    return gradient is True or (callable(gradient) and gradient == f)


def _is_one_number(gradient: Any, point: FlatPoint) -> bool:
    """Tell whether the gradient is a single number by a single coordinate."""
    try:
        answer = point.for_function(gradient).call(gradient, point.coordinates) if callable(gradient) else gradient
        return len(point.coordinates) == 1 and flattened(answer)[1] in (None, ())
    except Exception:  # user code may raise anything; it is reported where the gradient is evaluated
        return False


def _with_wrong_shape(values: FunctionValues, shape_error: str) -> Inspection:
    pattern = ErrorPattern("shape", shape_error)
    return Inspection(values.point, values.here, values.shape, (), (), pattern, shape_error, [], values.count, "")


def _inspection(
    jacobian_check: JacobianCheck, entries: list[GradientEntry], directions: list[GradientEntry]
) -> Inspection:
    """Build the inspection, with the judgements that need all evaluations to be done."""
    values = jacobian_check.values
    nondeterminism = values.nondeterminism()
    if nondeterminism:
        entries, directions = (
            [replace(entry, verdict="undecided", remark="") for entry in judged] for judged in (entries, directions)
        )
    else:
        entries, directions = (
            [_undecided_if_constant(entry, values.constant) for entry in judged] for judged in (entries, directions)
        )
    return Inspection(
        values.point,
        values.here,
        values.shape,
        tuple(sorted(entries, key=worst_first)),
        tuple(sorted(directions, key=worst_first)),
        _pattern(jacobian_check, entries, directions, is_decided=not nondeterminism),
        jacobian_check.given.shape,
        jacobian_check.noise,
        values.count,
        nondeterminism or _trouble(values, entries),
        deterministic=not nondeterminism,
    )


def _undecided_if_constant(entry: GradientEntry, constant: Collection[int]) -> GradientEntry:
    """Return the entry, undecided instead of wrong where f was constant: so are values rounded to few digits."""
    if entry.component not in constant or entry.verdict != "wrong" or not math.isfinite(entry.given):
        return entry
    unknown = DirectionalSlope("unknown", math.nan, math.inf)
    return replace(entry, verdict="undecided", slope=unknown, remark=CONSTANT_VALUES)


def _pattern(
    jacobian_check: JacobianCheck,
    entries: Sequence[GradientEntry],
    directions: Sequence[GradientEntry],
    *,
    is_decided: bool,
) -> ErrorPattern | None:
    """Return the mistake behind the wrong entries, if any; first of all, a wrong shape that could be repaired."""
    given, point = jacobian_check.given, jacobian_check.values.point
    if given.repair == "transposed":
        verdict = ": its transpose is right" if _all_right(entries) else ": and its transpose is wrong as well"
        return ErrorPattern("transposed", given.shape + verdict)
    if given.repair == "swapped":
        return ErrorPattern(
            "swapped", given.shape + ("" if _all_right(entries) else ", and wrong in the right order as well")
        )
    if not is_decided:
        return None
    n, m = len(point.coordinates), len(jacobian_check.given.rows)
    grid = EntryGrid(entries, n, m, point.coordinates, matrix_shape(point), not directions, arguments_of(point))
    return _common_factor_of_directions(directions, n, m) or jacobian_check.rearrangement() or find_pattern(grid)


def _all_right(entries: Sequence[GradientEntry]) -> bool:
    return all(entry.verdict in ("right", "kink") for entry in entries)


def _common_factor_of_directions(directions: Sequence[GradientEntry], inputs: int, outputs: int) -> ErrorPattern | None:
    """Return the pattern of a constant factor along all directions: then it is one of all entries."""
    factor = common_factor(directions) if len([e for e in directions if e.ratio is not None]) > 1 else None
    if factor is None:
        return None
    description = describe_factor(factor, directions[:1], inputs, outputs)
    sentence = f"along every direction the derivative is {description.predicate}"
    return ErrorPattern(description.kind, sentence, factor.value)


def _trouble(values: FunctionValues, entries: Sequence[GradientEntry]) -> str:
    """Say what happened nearest to the point instead of a value, if it left an entry undecided or one-sided."""
    if not values.failures or all(entry.slope.kind == "smooth" for entry in entries):
        return ""
    here = values.point.coordinates
    nearest = min(values.failures, key=lambda there: math.dist(there, here))
    moved = [index for index, (a, b) in enumerate(zip(here, nearest, strict=True)) if a != b]
    names = values.point.names
    where = f"{names[moved[0]]} = {nearest[moved[0]]!r}" if len(moved) == 1 else describe_point(values.point, nearest)
    return f"f {values.failures[nearest]} at {where}"
