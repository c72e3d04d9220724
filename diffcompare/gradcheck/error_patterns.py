"""Patterns in a wrong gradient: a constant factor, a lost sign, the wrong order, something added.

A pattern explains *all* wrong entries, up to the errors of the differences; the first one that does is named.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate
from typing import NamedTuple

from diffcompare.gradcheck.entries import GradientEntry, known_digits
from diffcompare.gradcheck.flat_arguments import FlatPoint
from diffcompare.gradcheck.given import argument_permutations, describe_order

MAX_NAMES = 6  # entries named in one sentence


class ErrorPattern(NamedTuple):
    """A mistake that explains every wrong entry."""

    kind: str
    """Stable identifier: `factor`, `sign`, `transposed` ..."""
    sentence: str
    """What is wrong, and what to do about it."""
    factor: float | None = None
    """Constant ratio of given to found, if that is the pattern."""


class EntryGrid(NamedTuple):
    """The entries to be explained, and the point and the number of components by which they are arranged."""

    entries: Sequence[GradientEntry]
    point: FlatPoint
    outputs: int
    """Components of f."""
    complete: bool
    """True if every entry of the gradient is among the entries."""

    @property
    def inputs(self) -> int:
        """Coordinates of the point."""
        return len(self.point.coordinates)

    @property
    def wrong(self) -> list[GradientEntry]:
        """The wrong entries."""
        return [entry for entry in self.entries if entry.verdict == "wrong"]

    @property
    def by_index(self) -> dict[int, GradientEntry]:
        """Entries with a known value by their index in the Jacobian, row by row."""
        return {
            entry.component * self.inputs + entry.coordinate: entry
            for entry in self.entries
            if entry.coordinate is not None and entry.found is not None
        }

    @property
    def every_entry(self) -> str:
        """The subject of a sentence about all entries."""
        return "every entry" if self.complete else "every entry that was checked"


def find_pattern(grid: EntryGrid) -> ErrorPattern | None:
    """Return the first pattern that explains every wrong entry; None where there is none."""
    wrong = grid.wrong
    if not wrong:
        return None
    if any(not math.isfinite(entry.given) for entry in wrong):
        return _not_finite(grid)
    if any(entry.found is None for entry in wrong):
        return None
    searches = (_all_zero, _constant_ratio, _transposed, _rearranged, _signs_lost, _added)
    return next((pattern for search in searches if (pattern := search(grid)) is not None), None)


# --- No values at all -------------------------------------------------------------------------------------------------


def _not_finite(grid: EntryGrid) -> ErrorPattern:
    bad = [entry for entry in grid.entries if not math.isfinite(entry.given)]
    if len(bad) == len(grid.entries) > 1:
        return ErrorPattern("not-finite", f"every entry is {bad[0].given}, although f has finite values near the point")
    names = _list_names(bad)
    return ErrorPattern("not-finite", f"{names}: given as nan or inf, although f has finite values near the point")


def _all_zero(grid: EntryGrid) -> ErrorPattern | None:
    if len(grid.entries) > 1 and all(entry.given == 0 for entry in grid.entries):
        return ErrorPattern(
            "zero", f"{grid.every_entry} is 0, although f changes: its argument was lost on the way to the gradient"
        )
    return None


# --- A constant factor ------------------------------------------------------------------------------------------------

MAX_NAMED_ERROR = 0.05  # a factor with a larger relative error is given no name
NEARLY_ONE = 1e-3  # a factor that is nearer to 1 is reported as a relative error

KNOWN_FACTORS = (
    (math.pi / 180, "pi/180", "degrees were taken for radians"),
    (180 / math.pi, "180/pi", "radians were taken for degrees"),
    (math.log(10), "ln(10)", "the logarithm to base 10 was differentiated as the natural one"),
    (1 / math.log(10), "1/ln(10)", "the natural logarithm was differentiated as the one to base 10"),
    (math.log(2), "ln(2)", "the logarithm to base 2 was differentiated as the natural one"),
    (1 / math.log(2), "1/ln(2)", "the natural logarithm was differentiated as the one to base 2"),
    (2 * math.pi, "2*pi", "there is an extra factor 2*pi"),
    (1 / (2 * math.pi), "1/(2*pi)", "a factor 2*pi is missing"),
    (math.pi, "pi", "there is an extra factor pi"),
    (1 / math.pi, "1/pi", "a factor pi is missing"),
)


class ConstantRatio(NamedTuple):
    """A constant ratio of given to found."""

    value: float
    error: float
    """Relative error of the value."""

    @property
    def digits(self) -> int:
        """Number of known digits."""
        return known_digits(self.error)

    def is_about(self, number: float, max_error: float = MAX_NAMED_ERROR) -> bool:
        """Tell whether the ratio is this number as far as is known, and known to a relative error of `max_error`.

        A ratio that is known badly may be near to some number by chance.
        """
        return self.error <= max_error and abs(self.value - number) <= (self.error + 1e-12) * abs(number)


class FactorDescription(NamedTuple):
    """A factor in words."""

    kind: str
    predicate: str
    """What follows `every entry is`."""
    is_known: bool = True
    """True if the factor has a name, so that it explains something even in a single entry."""


def _constant_ratio(grid: EntryGrid) -> ErrorPattern | None:
    """Find the same factor in all entries, or in all wrong ones."""
    entries = [entry for entry in grid.entries if entry.found is not None]
    for candidates, subject in ((entries, grid.every_entry), (grid.wrong, "every wrong entry")):
        factor = common_factor(candidates)
        if factor is None:
            continue
        factor_description = describe_factor(factor, candidates, grid.inputs, grid.outputs)
        ratios = [entry for entry in candidates if entry.ratio is not None]
        if len(ratios) == 1 and not factor_description.is_known:
            return None  # a single entry always has some ratio
        subject = subject if len(candidates) > 1 else candidates[0].name
        return ErrorPattern(factor_description.kind, f"{subject} is {factor_description.predicate}", factor.value)
    return None


def common_factor(entries: Sequence[GradientEntry]) -> ConstantRatio | None:
    """Return the factor c with given = c*found in all entries; None if there is none, or if it is 1."""
    with_ratio = [entry for entry in entries if entry.ratio is not None]
    if not with_ratio:
        return None
    sharpest = min(with_ratio, key=lambda entry: entry.ratio_error)
    factor = sharpest.ratio
    assert factor is not None
    error = sharpest.ratio_error
    if factor == 0 or abs(factor - 1) <= error * abs(factor):
        return None
    for entry in entries:
        slack = (1 + abs(factor)) * entry.allowed + error * abs(factor * entry.slope.value)
        if abs(entry.given - factor * entry.slope.value) > slack:
            return None
    return ConstantRatio(factor, error)


def describe_factor(
    factor: ConstantRatio, entries: Sequence[GradientEntry], inputs: int, outputs: int
) -> FactorDescription:
    """Say by which factor the entries are off, and what to do about it."""
    size = ConstantRatio(abs(factor.value), factor.error)
    minus, wrong_sign = ("-", " and the sign is wrong") if factor.value < 0 else ("", "")
    if minus and size.is_about(1.0):
        return FactorDescription("sign", _times("-1 times", "the sign is wrong"))
    if integer := _integer_factor(size, inputs, outputs):
        times = "twice" if integer == 2 and not minus else f"{minus}{integer} times"
        fix = f"there is an extra factor {integer}{wrong_sign}{_confused_count(integer, inputs, outputs)}"
        return FactorDescription("factor", _times(times, fix))
    if integer := _integer_factor(ConstantRatio(1 / size.value, size.error), inputs, outputs):
        times = "half" if integer == 2 and not minus else f"{minus}1/{integer} of"
        fix = f"a factor {integer} is missing{wrong_sign}{_confused_count(integer, inputs, outputs)}"
        return FactorDescription("factor", _times(times, fix))
    for number, name, why in KNOWN_FACTORS:
        if size.is_about(number):
            return FactorDescription("factor", _times(f"{minus}{name} times", why + wrong_sign))
    times = f"{factor.value:.{factor.digits}g} times"
    length = math.hypot(*(entry.found or 0.0 for entry in entries))
    if len(entries) > 1 and length and abs(size.value * length - 1) < 1e-6:
        return FactorDescription("normalized", _times(times, f"it was divided by its own length{wrong_sign}"))
    if abs(factor.value - 1) < NEARLY_ONE:
        more = "large" if factor.value > 1 else "small"
        return FactorDescription("factor", f"too {more} by {abs(factor.value - 1):.1e} of its size", is_known=False)
    fix = f"there is a constant factor too many, or one is missing{wrong_sign}"
    return FactorDescription("factor", _times(times, fix), is_known=False)


def _times(times: str, fix: str) -> str:
    return f"{times} the difference quotient: {fix}"


def _integer_factor(size: ConstantRatio, inputs: int, outputs: int) -> int | None:
    """Return the factor as an integer of at least 2; None if it is not one.

    A large integer must be known more precisely, since every number is near to an integer; but the number of
    coordinates or components is a likely factor, and so is a power of ten.
    """
    number = round(size.value)
    if number <= 1:
        return None
    is_likely = number in (inputs, outputs) or f"{number}".rstrip("0") == "1"
    max_error = MAX_NAMED_ERROR / (number if is_likely else number**2)
    return number if size.is_about(number, max_error) else None


def _confused_count(factor: int, inputs: int, outputs: int) -> str:
    """Say whether a factor is the number of coordinates or components, as where a mean is confused with a sum."""
    if factor == inputs > 2:
        return f" ({inputs:,} is the number of coordinates: a mean and a sum confused?)"
    return f" ({outputs:,} is the number of components of f)" if factor == outputs > 2 else ""


# --- Right values in the wrong order ----------------------------------------------------------------------------------
#
# A rearrangement is a function `source`: entry k of the given Jacobian, counted row by row, is entry source(k) of the
# right one.

REVERSED = ErrorPattern("reversed", "the entries are in reverse order")


def _transposed(grid: EntryGrid) -> ErrorPattern | None:
    n, m = grid.inputs, grid.outputs
    if not grid.complete:
        return None
    if n == m > 1 and _is_rearranged(grid, lambda k: (k % n) * n + k // n):
        return ErrorPattern("transposed", "it is the transposed Jacobian: row i belongs to component i of f")
    matrix = grid.point.matrix_shape
    if m == 1 and matrix and _is_rearranged(grid, partial(by_columns, *matrix)):
        return column_order(matrix)
    return None


def _rearranged(grid: EntryGrid) -> ErrorPattern | None:
    """Find entries of swapped arguments, or entries shifted, reversed, swapped or permuted."""
    wrong, n = grid.wrong, grid.inputs
    if not grid.complete or len(wrong) < 2:
        return None
    for source, pattern in argument_orders(grid.point):
        if _is_rearranged(grid, partial(_in_each_component, source, n)):
            return pattern
    if grid.outputs == 1 and n > 2:
        for shift in sorted(range(-(n // 2), n // 2 + 1), key=abs):
            if shift and _is_rearranged(grid, partial(cyclic, shift, n)):
                return shifted(shift)
        if _is_rearranged(grid, lambda k: n - 1 - k) and len(wrong) > 2:
            return REVERSED
    owners = _permutation(wrong)
    if owners is None:
        return _shifted_off_the_end(grid)
    if len(wrong) == 2:
        return ErrorPattern("swapped", f"{wrong[0].name} and {wrong[1].name} are swapped")
    moves = [f"{entry.name} holds {owner.name}" for entry, owner in zip(wrong, owners, strict=True)]
    return ErrorPattern("permuted", f"the right values are in the wrong places: {_list(moves)}")


def _is_rearranged(grid: EntryGrid, source: Callable[[int], int]) -> bool:
    """Tell whether entry k of the given Jacobian is entry source(k) of the right one, for all k."""
    by_index = grid.by_index
    if len(by_index) < grid.inputs * grid.outputs:
        return False
    return all(_holds_value_of(entry, by_index[source(index)]) for index, entry in by_index.items())


def _holds_value_of(entry: GradientEntry, other: GradientEntry) -> bool:
    """Tell whether the value given for one entry is the right one for another."""
    return abs(entry.given - other.slope.value) <= other.slope.error + (entry.allowed - entry.slope.error)


def by_columns(rows: int, columns: int, index: int) -> int:
    """Return the index in row order of the entry that has this index in column order."""
    return (index % rows) * columns + index // rows


def column_order(shape: Sequence[int]) -> ErrorPattern:
    """Return the pattern of a gradient with respect to a matrix whose axes were exchanged."""
    if shape[0] == shape[1]:
        return ErrorPattern("transposed", "it is the transpose of the gradient, which is a matrix as the point is")
    return ErrorPattern("transposed", "the entries are in column order, and those of the point in row order")


def argument_orders(point: FlatPoint) -> list[tuple[Callable[[int], int], ErrorPattern]]:
    """Return the rearrangements in which the gradients for arguments of equal size changed places."""
    leaves, names = point.leaves, [leaf.name for leaf in point.leaves]
    starts = list(accumulate((leaf.size for leaf in leaves), initial=0))
    rearrangements: list[tuple[Callable[[int], int], ErrorPattern]] = []
    for order in argument_permutations(len(leaves)):
        sizes = [leaf.size for leaf in leaves]
        moved_sizes = {sizes[position] for position, source in enumerate(order) if position != source}
        if [sizes[source] for source in order] == sizes and moved_sizes != {1}:
            sources = [starts[source] + k for source in order for k in range(sizes[source])]
            rearrangements.append((sources.__getitem__, ErrorPattern("swapped", describe_order(names, order))))
    return rearrangements


def _in_each_component(source: Callable[[int], int], n: int, index: int) -> int:
    """Apply a rearrangement of n coordinates to every row of a Jacobian."""
    return index - index % n + source(index % n)


def cyclic(shift: int, n: int, index: int) -> int:
    """Return the index of an entry before the n entries were shifted around by `shift` places."""
    return (index - shift) % n


def shifted(shift: int) -> ErrorPattern:
    """Return the pattern of entries that are `shift` places too far on."""
    return ErrorPattern("shifted", f"the entries are shifted by {shift:+d}: entry i is at place i{shift:+d}")


def _permutation(wrong: Sequence[GradientEntry]) -> list[GradientEntry] | None:
    """Return for every wrong entry the one whose value it holds; None unless that is one to one."""
    by_given = sorted(wrong, key=lambda entry: entry.given)
    by_slope = sorted(wrong, key=lambda entry: entry.slope.value)
    if not all(map(_holds_value_of, by_given, by_slope)):
        return None
    owners = {id(entry): owner for entry, owner in zip(by_given, by_slope, strict=True)}
    return [owners[id(entry)] for entry in wrong]


def _shifted_off_the_end(grid: EntryGrid) -> ErrorPattern | None:
    """Find entries shifted by one, with something else in the place that became free."""
    by_index, n = grid.by_index, grid.inputs
    if grid.outputs > 1 or n < 4 or len(by_index) < n or len(grid.wrong) < 3:
        return None
    for shift in (1, -1):
        inner = [k for k in range(n) if 0 <= k - shift < n]
        if all(_holds_value_of(by_index[k], by_index[k - shift]) for k in inner):
            return shifted(shift)
    return None


# --- Lost signs, and something added ----------------------------------------------------------------------------------


def _signs_lost(grid: EntryGrid) -> ErrorPattern | None:
    """Find right absolute values with wrong signs."""
    if len(grid.wrong) > 1 and all(
        abs(abs(entry.given) - abs(entry.slope.value)) <= entry.allowed for entry in grid.wrong
    ):
        return ErrorPattern("sign", f"the signs of some entries are wrong: {_list_names(grid.wrong)}")
    return None


def _added(grid: EntryGrid) -> ErrorPattern | None:
    """Find the same number added to every entry, or the same multiple of its coordinate."""
    entries = [entry for entry in grid.entries if entry.found is not None and entry.coordinate is not None]
    if len(entries) < 3 or len(grid.wrong) < 2:
        return None
    if len(grid.wrong) == len(entries) and (constant := _multiple(entries, [1.0] * len(entries))) is not None:
        side = "large" if constant > 0 else "small"
        return ErrorPattern("constant-added", f"every entry is too {side} by {abs(constant):.6g}")
    xs = [grid.point.coordinates[entry.coordinate or 0] for entry in entries]
    if len({abs(x) for x in xs}) > 1 and (multiple := _multiple(entries, xs)) is not None:
        verdict = "too much" if multiple > 0 else "missing"
        return ErrorPattern(
            "multiple-of-x-added",
            f"every entry is off by {multiple:.6g} times its coordinate: the derivative of a term "
            f"{abs(multiple) / 2:.6g}*|x|^2 is {verdict}",
        )
    return None


def _multiple(entries: Sequence[GradientEntry], xs: Sequence[float]) -> float | None:
    """Return the c with given - found = c*x in every entry; None where there is none, or where it may be 0."""
    offsets = [entry.given - entry.slope.value for entry in entries]
    largest = max(range(len(xs)), key=lambda k: abs(xs[k]))
    if not xs[largest]:
        return None
    multiple, error = offsets[largest] / xs[largest], 2 * entries[largest].allowed / abs(xs[largest])
    for entry, offset, x in zip(entries, offsets, xs, strict=True):
        if abs(offset - multiple * x) > 2 * entry.allowed + error * abs(x):
            return None
    return multiple if abs(multiple) > 4 * error else None


def _list_names(entries: Sequence[GradientEntry]) -> str:
    return _list([entry.name for entry in entries])


def _list(texts: Sequence[str]) -> str:
    omitted = len(texts) - MAX_NAMES
    return ", ".join(texts[:MAX_NAMES]) + f" and {omitted:,} more" * (omitted > 0)
