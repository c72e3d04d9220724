"""What is wrong with a gradient as a whole: a constant factor, a sign, entries that changed places.

Every pattern explains *all* wrong entries, up to the errors of the differences; the first that does is named.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from diffcompare.gradcheck.entries import GradientEntry, known_digits
from diffcompare.gradcheck.given import in_another_order, orders

CHANCE = 0.05
"""A factor that is known no better than so is given no name."""
NEARLY = 1e-3
"""Nearer to 1 than this a factor is told as an error."""


class Pattern(NamedTuple):
    """A stable slug, and the sentence that says what to do."""

    kind: str
    sentence: str
    factor: float | None = None
    """The constant ratio of given to found, where there is one."""


class Argument(NamedTuple):
    """One argument of f among the coordinates."""

    name: str
    start: int
    size: int


class EntryGrid(NamedTuple):
    """The entries that have a single number, and the shapes they are arranged in."""

    entries: Sequence[GradientEntry]
    inputs: int
    outputs: int
    coordinates: Sequence[float]
    matrix: tuple[int, ...] = ()
    """The shape of the one argument of f where that is a matrix."""
    complete: bool = True
    """Whether all entries are there."""
    arguments: Sequence[Argument] = ()

    @property
    def wrong(self) -> list[GradientEntry]:
        """Those to be explained."""
        return [entry for entry in self.entries if entry.verdict == "wrong"]


def find_pattern(table: EntryGrid) -> Pattern | None:
    """The pattern that explains every wrong entry; None where there is none."""
    wrong = table.wrong
    if not wrong:
        return None
    if any(not math.isfinite(entry.given) for entry in wrong):
        return _not_finite(table)
    if any(entry.found is None for entry in wrong):
        return None
    return next((pattern for search in SEARCHES if (pattern := search(table)) is not None), None)


def _not_finite(table: EntryGrid) -> Pattern | None:
    bad = [entry for entry in table.entries if not math.isfinite(entry.given)]
    if len(bad) == len(table.entries) > 1:
        return Pattern("not-finite", f"every entry is {bad[0].given}, although f has finite values near the point")
    names = _list_of([entry.name for entry in bad])
    return Pattern("not-finite", f"{names}: given as nan or inf, although f has finite values near the point")


def _zero(table: EntryGrid) -> Pattern | None:
    if len(table.entries) > 1 and all(entry.given == 0 for entry in table.entries):
        every = "every entry" if table.complete else "every entry that was looked at"
        return Pattern("zero", f"{every} is 0, and f changes: its argument was lost on the way to the gradient")
    return None


def _constant_ratio(table: EntryGrid) -> Pattern | None:
    """The same factor in all entries, or in all wrong ones."""
    entries = [entry for entry in table.entries if entry.found is not None]
    every = "every entry" if table.complete else "every entry that was looked at"
    for chosen, word in ((entries, every), (table.wrong, "every wrong entry")):
        factor = common_factor(chosen)
        if factor is None:
            continue
        said = factor_in_words(factor, chosen, table.inputs, table.outputs)
        telling = [entry for entry in chosen if entry.ratio is not None]
        if len(telling) == 1 and not said.named:
            return None  # one entry has some ratio or other
        name = word if len(chosen) > 1 else chosen[0].name
        return Pattern(said.kind, f"{name} is {said.sentence}", factor.value)
    return None


class ConstantRatio(NamedTuple):
    """A constant ratio of given to found."""

    value: float
    doubt: float
    """By how much it may be another, relative to itself."""

    @property
    def digits(self) -> int:
        """How many digits of it are known."""
        return known_digits(self.doubt)

    def is_about(self, number: float, likely: float = CHANCE) -> bool:
        """Whether it is this number, as far as can be told, and would hardly be so near to it by chance.

        `likely` is the relative doubt up to which the number is believed.
        """
        return self.doubt <= likely and abs(self.value - number) <= (self.doubt + 1e-12) * abs(number)


def common_factor(entries: Sequence[GradientEntry]) -> ConstantRatio | None:
    """The factor c with given = c*found in all entries; None if there is none, or it is 1."""
    telling = [entry for entry in entries if entry.ratio is not None]
    if not telling:
        return None
    sharpest = min(telling, key=lambda entry: entry.ratio_doubt)
    factor = sharpest.ratio
    assert factor is not None
    doubt = sharpest.ratio_doubt
    if factor == 0 or abs(factor - 1) <= doubt * abs(factor):
        return None
    for entry in entries:
        slack = (1 + abs(factor)) * entry.allowed + doubt * abs(factor * entry.slope.value)
        if abs(entry.given - factor * entry.slope.value) > slack:
            return None
    return ConstantRatio(factor, doubt)


KNOWN_FACTORS = (
    (math.pi / 180, "pi/180", "degrees were taken for radians"),
    (180 / math.pi, "180/pi", "radians were taken for degrees"),
    (math.log(10), "ln(10)", "the logarithm to base 10 was differentiated as the natural one"),
    (1 / math.log(10), "1/ln(10)", "the natural logarithm was differentiated as the one to base 10"),
    (math.log(2), "ln(2)", "the logarithm to base 2 was differentiated as the natural one"),
    (1 / math.log(2), "1/ln(2)", "the natural logarithm was differentiated as the one to base 2"),
    (2 * math.pi, "2*pi", "a factor 2*pi is too much"),
    (1 / (2 * math.pi), "1/(2*pi)", "a factor 2*pi is missing"),
    (math.pi, "pi", "a factor pi is too much"),
    (1 / math.pi, "1/pi", "a factor pi is missing"),
)


class Said(NamedTuple):
    """A factor in words."""

    kind: str
    sentence: str
    """What comes behind `every entry is`."""
    named: bool = True
    """Whether it is a factor that one knows."""


def factor_in_words(factor: ConstantRatio, entries: Sequence[GradientEntry], inputs: int, outputs: int) -> Said:
    """Say by which factor the entries are off, and what to do about it."""
    size = ConstantRatio(abs(factor.value), factor.doubt)
    minus, wrong = ("-", " and the sign is wrong") if factor.value < 0 else ("", "")
    if minus and size.is_about(1.0):
        return Said("sign", _times("-1 times", "the sign is wrong"))
    if whole := _whole(size, inputs, outputs):
        said = "twice" if whole == 2 and not minus else f"{minus}{whole} times"
        return Said("factor", _times(said, f"a factor {whole} is too much{wrong}{_count(whole, inputs, outputs)}"))
    if whole := _whole(ConstantRatio(1 / size.value, size.doubt), inputs, outputs):
        said = "half" if whole == 2 and not minus else f"{minus}1/{whole} of"
        return Said("factor", _times(said, f"a factor {whole} is missing{wrong}{_count(whole, inputs, outputs)}"))
    for number, name, why in KNOWN_FACTORS:
        if size.is_about(number):
            return Said("factor", _times(f"{minus}{name} times", why + wrong))
    said = f"{factor.value:.{factor.digits}g} times"
    length = math.hypot(*(entry.found or 0.0 for entry in entries))
    if len(entries) > 1 and length and abs(size.value * length - 1) < 1e-6:
        return Said("normalized", _times(said, f"it was divided by its own length{wrong}"))
    if abs(factor.value - 1) < NEARLY:
        more = "large" if factor.value > 1 else "small"
        return Said("factor", f"too {more} by {abs(factor.value - 1):.1e} of its size", named=False)
    return Said("factor", _times(said, f"a constant factor is too much or missing{wrong}"), named=False)


def _times(said: str, cure: str) -> str:
    return f"{said} the difference quotient: {cure}"


def _whole(size: ConstantRatio, inputs: int, outputs: int) -> int | None:
    """The whole number above 1 that a factor is: the larger, the more precisely it has to be known, since all numbers
    are near to one; but the number of coordinates is a likely one, and so is a power of ten."""
    number = round(size.value)
    likely = number in (inputs, outputs) or f"{number}".rstrip("0") == "1"
    return number if number > 1 and size.is_about(number, CHANCE / (number if likely else number**2)) else None


def _count(factor: int, inputs: int, outputs: int) -> str:
    """What there is so many of: a mean taken for a sum, or the other way round."""
    if factor == inputs > 2:
        return f" ({inputs:,} is the number of coordinates: a mean and a sum confused?)"
    return f" ({outputs:,} is the number of components of f)" if factor == outputs > 2 else ""


def _transposed(table: EntryGrid) -> Pattern | None:
    n, m = table.inputs, table.outputs
    if not table.complete:
        return None
    if n == m > 1 and _explains(table, lambda k: (k % n) * n + k // n):
        return Pattern("transposed", "it is the transposed Jacobian: row i belongs to component i of f")
    if m == 1 and len(table.matrix) == 2 and _explains(table, partial(by_columns, *table.matrix)):
        return column_order(table.matrix)
    return None


def by_columns(rows: int, columns: int, place: int) -> int:
    """Where the entry at a place in column order stands in row order."""
    return (place % rows) * columns + place // rows


def column_order(shape: Sequence[int]) -> Pattern:
    """The pattern of a gradient by a matrix whose axes were exchanged."""
    if shape[0] == shape[1]:
        return Pattern("transposed", "it is the transpose of the gradient, which is a matrix as the point is")
    return Pattern("transposed", "the entries stand in column order, and those of the point in row order")


REVERSED = Pattern("reversed", "the entries stand in reverse order")


def _moved(table: EntryGrid) -> Pattern | None:
    """Entries shifted, reversed, swapped or permuted."""
    wrong, n = table.wrong, table.inputs
    if not table.complete or len(wrong) < 2:
        return None
    for source, pattern in argument_orders(table.arguments):
        if _explains(table, partial(_in_each_component, source, n)):
            return pattern
    if table.outputs == 1 and n > 2:
        for shift in sorted(range(-(n // 2), n // 2 + 1), key=abs):
            if shift and _explains(table, partial(cyclic, shift, n)):
                return shifted(shift)
        if _explains(table, lambda k: n - 1 - k) and len(wrong) > 2:
            return REVERSED
    places = _permutation(wrong)
    if places is None:
        return _off_by_one(table)
    if len(wrong) == 2:
        return Pattern("swapped", f"{wrong[0].name} and {wrong[1].name} are swapped")
    moves = [f"{entry.name} holds {other.name}" for entry, other in zip(wrong, places, strict=True)]
    return Pattern("permuted", f"the right values stand in the wrong places: {_list_of(moves)}")


def argument_orders(arguments: Sequence[Argument]) -> list[tuple[Callable[[int], int], Pattern]]:
    """Where the entry at a place stood before arrays of equal size changed places, and what to say of it."""
    found: list[tuple[Callable[[int], int], Pattern]] = []
    for order in orders(len(arguments)):
        pairs = [(arguments[place], arguments[source]) for place, source in enumerate(order)]
        sizes = {one.size for one, other in pairs if one is not other}
        if all(one.size == other.size for one, other in pairs) and sizes != {1}:
            sources = [other.start + k for one, other in pairs for k in range(one.size)]
            said = in_another_order([argument.name for argument in arguments], order)
            found.append((sources.__getitem__, Pattern("swapped", said)))
    return found


def _in_each_component(source: Callable[[int], int], n: int, place: int) -> int:
    return place - place % n + source(place % n)


def cyclic(shift: int, n: int, place: int) -> int:
    """Where the entry at a place stood before the shift."""
    return (place - shift) % n


def shifted(shift: int) -> Pattern:
    """The pattern of entries that are too far on by so many places."""
    return Pattern("shifted", f"the entries are shifted by {shift:+d}: that of place i stands at place i{shift:+d}")


def _explains(table: EntryGrid, source: Callable[[int], int]) -> bool:
    """Whether entry k of the given is entry source(k) of the found."""
    by_place = _by_place(table)
    if len(by_place) < table.inputs * table.outputs:
        return False
    return all(_holds(entry, by_place[source(place)]) for place, entry in by_place.items())


def _by_place(table: EntryGrid) -> dict[int, GradientEntry]:
    return {
        entry.component * table.inputs + entry.coordinate: entry
        for entry in table.entries
        if entry.coordinate is not None and entry.found is not None
    }


def _holds(entry: GradientEntry, other: GradientEntry) -> bool:
    """Whether the first is given as what the second should be."""
    return abs(entry.given - other.slope.value) <= other.slope.error + (entry.allowed - entry.slope.error)


def _permutation(wrong: Sequence[GradientEntry]) -> list[GradientEntry] | None:
    """For every wrong entry the one whose value it holds, if that is one to one."""
    given = sorted(wrong, key=lambda entry: entry.given)
    found = sorted(wrong, key=lambda entry: entry.slope.value)
    if not all(map(_holds, given, found)):
        return None
    source = {id(entry): other for entry, other in zip(given, found, strict=True)}
    return [source[id(entry)] for entry in wrong]


def _off_by_one(table: EntryGrid) -> Pattern | None:
    """Shifted by one, with something else in the place that became free."""
    by_place, n = _by_place(table), table.inputs
    if table.outputs > 1 or n < 4 or len(by_place) < n or len(table.wrong) < 3:
        return None
    for shift in (1, -1):
        inner = [k for k in range(n) if 0 <= k - shift < n]
        if all(_holds(by_place[k], by_place[k - shift]) for k in inner):
            return shifted(shift)
    return None


def _sign_lost(table: EntryGrid) -> Pattern | None:
    """The absolute values are right, the signs are not."""
    if len(table.wrong) > 1 and all(
        abs(abs(entry.given) - abs(entry.slope.value)) <= entry.allowed for entry in table.wrong
    ):
        names = _list_of([entry.name for entry in table.wrong])
        return Pattern("sign", f"the signs of some entries are wrong: {names}")
    return None


def _added(table: EntryGrid) -> Pattern | None:
    """The same number added to every entry, or the same multiple of its coordinate."""
    entries = [entry for entry in table.entries if entry.found is not None and entry.coordinate is not None]
    if len(entries) < 3 or len(table.wrong) < 2:
        return None
    if len(table.wrong) == len(entries) and (constant := _multiple(entries, [1.0] * len(entries))) is not None:
        side = "large" if constant > 0 else "small"
        return Pattern("constant-added", f"every entry is too {side} by {abs(constant):.6g}")
    xs = [table.coordinates[entry.coordinate or 0] for entry in entries]
    if len({abs(x) for x in xs}) > 1 and (multiple := _multiple(entries, xs)) is not None:
        what = "too much" if multiple > 0 else "missing"
        return Pattern(
            "multiple-of-x-added",
            f"every entry is off by {multiple:.6g} times its coordinate: the derivative of a term "
            f"{abs(multiple) / 2:.6g}*|x|^2 is {what}",
        )
    return None


def _multiple(entries: Sequence[GradientEntry], xs: Sequence[float]) -> float | None:
    """The c with given - found = c*x in every entry."""
    offsets = [entry.given - entry.slope.value for entry in entries]
    place = max(range(len(xs)), key=lambda k: abs(xs[k]))
    if not xs[place]:
        return None
    multiple, doubt = offsets[place] / xs[place], 2 * entries[place].allowed / abs(xs[place])
    for entry, offset, x in zip(entries, offsets, xs, strict=True):
        if abs(offset - multiple * x) > 2 * entry.allowed + doubt * abs(x):
            return None
    return multiple if abs(multiple) > 4 * doubt else None


SEARCHES: tuple[Callable[[EntryGrid], Pattern | None], ...] = (
    _zero,
    _constant_ratio,
    _transposed,
    _moved,
    _sign_lost,
    _added,
)

MAX_NAMES = 6


def _list_of(names: Sequence[str]) -> str:
    rest = len(names) - MAX_NAMES
    return ", ".join(names[:MAX_NAMES]) + f" and {rest:,} more" * (rest > 0)
