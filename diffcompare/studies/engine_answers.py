"""The answers of other libraries beside ours: judged at their own precision, and the conventions at a kink."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, TypeGuard

from diffcompare.backends.problem import Derivative, EngineRun
from diffcompare.document import Cell, Measured, approximate
from diffcompare.engines.judgement import judge
from diffcompare.numeric.evaluate import Undefined, is_number
from diffcompare.studies.accuracy import BITS, at_own_precision, error_cells, full_digits, measure
from diffcompare.studies.compare import Comparison, MethodAccuracy
from diffcompare.studies.record import join

if TYPE_CHECKING:
    from diffcompare.truth.rounding import Slopes, TrueNumber

# How far a number may be from a convention that it follows, in parts of the slopes: rounding, or that of a difference.
ROUNDED, DIFFERENCE = 1e-12, 1e-4


def own_error_cells(run: EngineRun | None, errors: Mapping[str, float | None]) -> tuple[Cell, ...]:
    """Return the errors as the cells of a table; the digits of single precision say of how many: `7.2 of 7.2`."""
    cells = error_cells(errors)
    if run is None or run.digits >= BITS or errors["digits"] is None:
        return cells
    return *cells[:3], f"{errors['digits']:.1f} of {full_digits(run.digits):.1f}"


def number_cell(answer: Derivative, name: str, true: TrueNumber | None) -> Cell:
    """Return a partial of a method as a cell: a number beside its truth, nan and inf as such, else the status."""
    partial = answer.gradient.get(name)
    if partial is not None:
        return Measured(partial, true.text if true and math.isfinite(true.nearest) else None)
    raw = answer.engine.raw.get(name) if answer.engine else None
    if raw is not None:
        return as_text(raw)
    return answer.no_number


def as_text(number: float | complex) -> str:
    """Return a number that is no finite double as text: `nan`, `-inf`, `2.5-1j`."""
    if isinstance(number, complex) and number.real == 0:
        number = complex(0.0, number.imag)  # without a sign of its zero
    return str(number).strip("()")


def as_data(number: float | complex | None) -> float | str | None:
    """Return a number of a library for JSON, as text if it is no finite double."""
    return number if number is None or _is_finite(number) else as_text(number)


def _is_finite(number: float | complex) -> TypeGuard[float]:
    return not isinstance(number, complex) and math.isfinite(number)


def estimate_cell(answer: Derivative, name: str) -> Cell:
    """Return what a numerical library itself believes its error to be."""
    estimates = answer.engine.errors if answer.engine else None
    return approximate(None if estimates is None else estimates.get(name))


# --- The value of f ---------------------------------------------------------------------------------------------------


def other_values(comparison: Comparison) -> list[tuple[Derivative, float | complex]]:
    """Return the answers of libraries whose value of f is another number than ours, each with that value.

    Where f has no value those are all that have one, also nan.
    """
    ours = None if type(comparison.value) is Undefined else float(comparison.value)  # type: ignore[arg-type]
    return [
        (answer, answer.engine.value)
        for answer in comparison.answers
        if answer.engine and answer.engine.value is not None and answer.engine.value != ours
    ]


def value_rows(comparison: Comparison) -> list[tuple[Cell, ...]]:
    """Return a row for each value of f that differs from ours: `f`, method, version, value, and its errors."""
    true = comparison.truth.value if comparison.truth else None
    rows = []
    for answer, number in other_values(comparison):
        text = true.text if true and math.isfinite(true.nearest) else None
        double = number if _is_finite(number) else None
        cell: Cell = as_text(number) if double is None else Measured(double, text)
        assert answer.engine is not None
        errors = at_own_precision(measure(double, true), answer.engine.digits)
        rows.append(("f", answer.method, answer.engine.version, cell, *own_error_cells(answer.engine, errors)))
    return rows


# --- Conventions at a kink --------------------------------------------------------------------------------------------


def convention(answer: Derivative, name: str, slopes: Slopes | None) -> str:
    """Name the convention that a number at a kink follows: `slope from the left`, `mean of both slopes`, `nan`, ...

    Empty where there is no number, or not a slope on both sides.
    """
    partial = answer.gradient.get(name)
    raw = answer.engine.raw.get(name) if partial is None and answer.engine else None
    if isinstance(raw, complex):
        return ""
    partial = raw if partial is None else partial
    if partial is None or slopes is None or slopes.left is None or slopes.right is None:
        return ""
    if math.isnan(slopes.left) or math.isnan(slopes.right):
        return ""
    rough = answer.work is not None and answer.work.evaluations > 1
    rough = rough or (answer.engine is not None and answer.engine.way == "numerically")
    near = _nearest_convention(partial, slopes.left, slopes.right, DIFFERENCE if rough else ROUNDED)
    judgement = judge(near, f"{slopes.left!r} | {slopes.right!r}")
    return "outside both slopes" if judgement.kind == "wrong" else judgement.convention


def _nearest_convention(number: float, left: float, right: float, tolerance: float) -> float:
    """Return the slope, or the mean of both, that a number is but for rounding; else the number."""
    size = max(abs(left), abs(right))
    for slope in (left, right, (left + right) / 2):
        if math.isfinite(size) and abs(number - slope) <= tolerance * size:
            return slope
    return number


# --- Clauses of the closing sentence ----------------------------------------------------------------------------------


def outside_slopes(comparison: Comparison) -> str:
    """Name the libraries whose number at a kink is outside both slopes; empty if there is none."""
    slopes = comparison.truth.slopes if comparison.truth else {}
    listed = [
        f"{answer.method} ({answer.gradient[name]!r})"
        for name in slopes
        for answer in comparison.answers
        if answer.engine and convention(answer, name, slopes[name]) == "outside both slopes"
    ]
    return f"{join(listed)} {'is' if len(listed) == 1 else 'are'} outside both slopes" if listed else ""


def wrong_answers(comparison: Comparison, methods: Sequence[MethodAccuracy]) -> tuple[list[str], set[str]]:
    """Return a clause on the finite and wrong numbers of libraries, with what is right, and the methods that have them.

    A number is wrong that is no loss of digits, where an exact method of ours is right.
    """
    clauses: list[str] = []
    wrong: set[str] = set()
    ours = [method for method in methods if method.exact and method.answer.engine is None]
    for name in comparison.problem.wrt:
        true = comparison.true_partial(name)
        if true is None or not any(name not in method.wrong and name in method.answer.gradient for method in ours):
            continue
        numbers = {method.method: method.answer.gradient.get(name) for method in methods if method.answer.engine}
        clauses += _wrong(comparison, f"df/d{name}", numbers, true, wrong)
    true = comparison.truth.value if comparison.truth else None
    if true is not None and is_number(comparison.value):
        values: dict[str, float | complex | None] = {answer.method: x for answer, x in other_values(comparison)}
        clauses += _wrong(comparison, "the value", values, true, set())
    return clauses, wrong


def _wrong(
    comparison: Comparison, what: str, numbers: Mapping[str, float | complex | None], true: TrueNumber, wrong: set[str]
) -> list[str]:
    digits = {answer.method: answer.engine.digits for answer in comparison.answers if answer.engine}
    by_number: dict[float, list[str]] = {}
    for method, number in numbers.items():
        if number is None or not _is_finite(number):
            continue
        if judge(number, true.text, digits[method]).kind == "wrong":
            by_number.setdefault(number, []).append(method)
            wrong.add(method)
    right = true.nearest
    return [f"{join(listed)} {_is(listed)} wrong: {what} is {right!r}, not {x!r}" for x, listed in by_number.items()]


def _is(names: Collection[str]) -> str:
    return "is" if len(names) == 1 else "are"


def without_number(methods: Sequence[MethodAccuracy]) -> list[str]:
    """Tell which libraries have nan or an infinity for a partial that exists."""
    groups: dict[tuple[str, str], list[str]] = {}
    for method in methods:
        if method.answer.engine is not None:
            for name in method.no_number:
                raw = method.answer.engine.raw.get(name)
                groups.setdefault((name, "no number" if raw is None else as_text(raw)), []).append(method.method)
    return [
        f"{join(listed)} {'has' if len(listed) == 1 else 'have'} {number} for df/d{name}"
        for (name, number), listed in groups.items()
    ]


def single_precision(methods: Sequence[MethodAccuracy]) -> list[str]:
    """Tell how many digits the exact methods of single precision keep."""
    return [
        f"{method.method}, in single precision, keeps {method.min_digits:.1f} of {method.full:.1f} digits"
        for method in methods
        if method.min_digits is not None
    ]
