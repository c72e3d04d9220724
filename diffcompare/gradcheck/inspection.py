"""One point: every entry where there are few, random directions and bisection where there are many."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from diffcompare.gradcheck.entries import NEEDED, ROUNDING, STILL, GradientEntry, Verdict, judge, worst_first
from diffcompare.gradcheck.error_patterns import (
    REVERSED,
    Argument,
    EntryGrid,
    Pattern,
    argument_orders,
    by_columns,
    column_order,
    common_factor,
    cyclic,
    factor_in_words,
    find_pattern,
    shifted,
)
from diffcompare.gradcheck.extrapolation import MAX_HALVINGS, DirectionalSlope, finer_scale, slopes, with_complex_step
from diffcompare.gradcheck.flat_arguments import DOUBLE_BITS, FlatPoint, flattened
from diffcompare.gradcheck.given import GivenJacobian, WrongShape, evaluated, noise_of
from diffcompare.gradcheck.noise import is_coarse, largest_step, noise_along, noise_around
from diffcompare.gradcheck.values import FunctionValues, LineValues, shown

DIRECTIONS = 3
"""Random directions in which many coordinates are checked at once."""
LOCATED = 8
"""Wrong entries that are looked for among many."""
NEAR = 0.125
"""A coordinate that is smaller is moved by its own size first, and by 1 where that tells too little."""
NEARER = 0.1
"""A quotient that is nearer to the given value than the slope is, by such a factor, speaks for that value; and two for
themselves that are nearer to one another."""
ANOTHER = 0.05
"""Off by such a part of itself, a slope is another one."""
CONFIRMED = 2
"""Accusations that a second look has to confirm, one after the other, before the rest is believed."""


REPAIRED = {
    "transposed": (": its transpose is right", ": and its transpose is wrong as well"),
    "swapped": ("", ", and wrong in the right order as well"),
}
"""What is said of a gradient whose shape was wrong, by what was done to it: it is right then, or is not."""


class Inspection(NamedTuple):
    """What was found at one point."""

    place: FlatPoint
    value: list[float]
    shape: tuple[int, ...] | None
    entries: tuple[GradientEntry, ...]
    """Worst first; where there are many coordinates, only those that were located as wrong."""
    directions: tuple[GradientEntry, ...]
    """Derivatives along random directions, where there are many coordinates."""
    pattern: Pattern | None
    misfit: str
    """What is wrong with the gradient's shape; empty where nothing is."""
    noise: list[float]
    """The standard deviation of every component of f near the point."""
    evaluations: int
    """Values of f that were computed, complex ones among them."""
    trouble: str
    """Where f had no value near the point, and what happened, or that f is no function; empty if nowhere."""
    steady: bool = True
    """Whether f has one value at the point; where it has not, nothing is decided."""

    @property
    def judged(self) -> tuple[GradientEntry, ...]:
        """Entries and directions."""
        return self.entries + self.directions


def inspect_point(
    f: Callable[..., Any], gradient: Any, place: FlatPoint, *, seed: int, each: bool, many: int
) -> Inspection:
    """Judge the gradient at one point.  Raises DiffcompareError where f or the gradient has no numbers there."""
    mine = place.for_function(f)
    values = FunctionValues(f, mine, lambda: _is_both(gradient, f) or _is_one_number(gradient, place))
    if gradient is True:
        if not values.paired:
            raise TypeError("gradient=True is for a function that returns (value, gradient), and f does not")
        gradient = f
    theirs = place.for_function(gradient) if callable(gradient) else mine
    if [leaf.shape for leaf in theirs.leaves] == [leaf.shape for leaf in mine.leaves]:
        theirs = FlatPoint(mine.leaves, theirs.coordinates, theirs.form)
    try:
        given = evaluated(gradient, theirs, values.shape, mine.coordinates, paired=values.paired is True)
    except WrongShape as wrong:
        return _unread(mine, values, str(wrong))
    inspector = Inspector(values, given, gradient, theirs, seed)
    if each or len(mine.coordinates) <= many:
        entries, directions = inspector.every_entry(), list[GradientEntry]()
    else:
        entries, directions = inspector.by_directions()
    return _found(inspector, entries, directions)


def _is_both(gradient: Any, f: Callable[..., Any]) -> bool:
    """Whether the gradient is to be had from f itself."""
    return gradient is True or (callable(gradient) and gradient == f)


def _is_one_number(gradient: Any, place: FlatPoint) -> bool:
    """Whether the gradient is that of a single number by a single number."""
    try:
        answer = place.for_function(gradient).call(gradient, place.coordinates) if callable(gradient) else gradient
        return len(place.coordinates) == 1 and flattened(answer)[1] in (None, ())
    except Exception:  # it will be told where the gradient is evaluated
        return False


def _unread(place: FlatPoint, values: FunctionValues, misfit: str) -> Inspection:
    pattern = Pattern("shape", misfit)
    return Inspection(place, values.here, values.shape, (), (), pattern, misfit, [], values.count, "")


def _found(inspector: Inspector, entries: list[GradientEntry], directions: list[GradientEntry]) -> Inspection:
    values, given = inspector.values, inspector.given
    place = values.place
    unsteady = values.unsteadiness()
    if unsteady:
        entries, directions = ([replace(e, verdict="undecided", remark="") for e in of] for of in (entries, directions))
    else:
        entries, directions = ([_unless_still(e, values.still) for e in of] for of in (entries, directions))
    n, m = len(place.coordinates), len(values.here)
    matrix = _matrix(place)
    pattern = None
    if not unsteady:
        pattern = (
            _along_all(directions, n, m)
            or inspector.rearranged()
            or find_pattern(EntryGrid(entries, n, m, place.coordinates, matrix, not directions, _arguments(place)))
        )
    if given.repair:
        right = all(entry.verdict in ("right", "kink") for entry in entries)
        pattern = Pattern(given.repair, f"{given.shape}{REPAIRED[given.repair][0 if right else 1]}")
    return Inspection(
        place,
        values.here,
        values.shape,
        tuple(sorted(entries, key=worst_first)),
        tuple(sorted(directions, key=worst_first)),
        pattern,
        given.shape,
        inspector.noise,
        values.count,
        unsteady or _trouble(values, entries),
        steady=not unsteady,
    )


def _unless_still(entry: GradientEntry, still: Collection[int]) -> GradientEntry:
    """The entry, not decided where f had one value wherever it was asked for: rounded values look like a constant."""
    if entry.component not in still or entry.verdict != "wrong" or not math.isfinite(entry.given):
        return entry
    return replace(entry, verdict="undecided", slope=DirectionalSlope("unknown", math.nan, math.inf), remark=STILL)


def _matrix(place: FlatPoint) -> tuple[int, ...]:
    """The shape of the one argument, if that is a matrix."""
    shape = place.leaves[0].shape if len(place.leaves) == 1 else None
    return shape if shape is not None and len(shape) == 2 else ()


def _arguments(place: FlatPoint) -> list[Argument]:
    """The arguments of f and where each begins."""
    starts = accumulate((leaf.size for leaf in place.leaves), initial=0)
    return [Argument(leaf.name, start, leaf.size) for leaf, start in zip(place.leaves, starts, strict=False)]


def _along_all(directions: Sequence[GradientEntry], inputs: int, outputs: int) -> Pattern | None:
    """A constant factor in all directions is one in all entries."""
    factor = common_factor(directions) if len([e for e in directions if e.ratio is not None]) > 1 else None
    if factor is None:
        return None
    said = factor_in_words(factor, directions[:1], inputs, outputs)
    return Pattern(said.kind, f"along every direction the derivative is {said.sentence}", factor.value)


def _trouble(values: FunctionValues, entries: Sequence[GradientEntry]) -> str:
    """What happened where f had no value, if that left anything undecided or one-sided."""
    if not values.trouble or all(entry.slope.kind == "smooth" for entry in entries):
        return ""
    here = values.place.coordinates
    nearest = min(values.trouble, key=lambda there: math.dist(there, here))
    moved = [index for index, (a, b) in enumerate(zip(here, nearest, strict=True)) if a != b]
    names = values.place.names
    where = f"{names[moved[0]]} = {nearest[moved[0]]!r}" if len(moved) == 1 else shown(values.place, nearest)
    return f"f {values.trouble[nearest]} at {where}"


class Inspector:
    """Asks f for slopes, and compares them with what was given."""

    def __init__(
        self, values: FunctionValues, given: GivenJacobian, gradient: Any, theirs: FlatPoint, seed: int
    ) -> None:
        self.values = values
        self.given = given
        self.random = random.Random(seed)
        self.scales = [2.0 ** (math.frexp(x)[1] - 1) if x else 1.0 for x in values.place.coordinates]
        self.deepest = MAX_HALVINGS if min(values.place.bits) == DOUBLE_BITS else (min(values.place.bits) - 15) // 2
        mixed = LineValues(values, {i: self.random.choice((-1, 1)) * scale for i, scale in enumerate(self.scales)})
        self.noise = noise_along(mixed)
        values.repeat()
        self.complex = True
        self.tried: list[tuple[Mapping[int, float], list[GradientEntry]]] = []
        self.roundings = self._roundings(gradient, theirs, mixed)

    def _roundings(self, gradient: Any, theirs: FlatPoint, mixed: LineValues) -> list[list[float]]:
        """What the arithmetic of the gradient may have cost, entry by entry."""
        own = self._own_noise(gradient, theirs, mixed) if callable(gradient) else None
        relative = max(ROUNDING, self.given.rounding)
        rows = self.given.rows
        return [
            [relative * abs(x) + (own[i][j] if own else 0.0) if math.isfinite(x) else 0.0 for j, x in enumerate(row)]
            for i, row in enumerate(rows)
        ]

    def _own_noise(self, gradient: Callable[..., Any], theirs: FlatPoint, mixed: LineValues) -> list[list[float]]:
        return noise_of(gradient, theirs, self.values.shape, mixed, paired=self.values.paired is True)

    # --- Few coordinates ----------------------------------------------------------------------------------------------

    def every_entry(self) -> list[GradientEntry]:
        """The verdicts on all entries; accusations are looked at again, with the noise along their own coordinate."""
        everything = range(len(self.scales))
        found = [self._slopes_by(index, self.noise) for index in everything]
        entries = self._judged(everything, found)
        doubtful = {entry.coordinate: None for entry in sorted(entries, key=worst_first) if self._is_accused(entry)}
        confirmed = 0
        for index in doubtful:
            if index is None or confirmed >= CONFIRMED:
                break
            before = self._verdicts(index, found[index])
            found[index] = self._slopes_by(index, self._noise_by(index, _suspected(entries, index)))
            confirmed = confirmed + 1 if self._verdicts(index, found[index]) == before else 0
        return self._judged(everything, found)

    def _is_accused(self, entry: GradientEntry) -> bool:
        """Whether something is said of the gradient or of f that may come of coarse values along this coordinate."""
        if entry.slope.kind not in ("smooth", "edge"):
            return True
        nothing = abs(entry.slope.value) <= entry.slope.error
        return entry.verdict == "wrong" and (nothing or self._is_coarse(entry.component) or _larger_steps_differ(entry))

    def _is_coarse(self, component: int) -> bool:
        return is_coarse(self.noise[component], self.values.here[component], self.values.rounding)

    def _noise_by(self, index: int, suspected: Collection[int]) -> list[float]:
        """The noise along one coordinate, and in the suspected components the steps, however far apart."""
        scale = self.scales[index]
        lines = [LineValues(self.values, {index: each}) for each in ({scale, 1.0} if scale < NEAR else {scale})]
        noise = noise_around(LineValues(self.values, {index: scale}))
        for component in suspected:
            step = max(largest_step(line, component) for line in lines)
            noise[component] = max(noise[component], step / math.sqrt(12))
        return noise

    def _verdicts(self, index: int, slopes_by: Sequence[DirectionalSlope]) -> list[Verdict]:
        """The verdicts on the entries by one coordinate."""
        return [entry.verdict for entry in self._judged([index], [slopes_by])]

    def _judged(self, indices: Sequence[int], found: Sequence[Sequence[DirectionalSlope]]) -> list[GradientEntry]:
        """Verdicts on the entries by some coordinates, given the slopes by them."""
        entries = []
        for component, row in enumerate(self.given.rows):
            largest = self._largest(component, indices, found)
            for index, slopes_by in zip(indices, found, strict=True):
                entry = judge(
                    self._name(component, index),
                    component,
                    index,
                    row[index],
                    slopes_by[component],
                    rounding=self.roundings[component][index],
                    largest=largest / self.scales[index],
                )
                entries.append(entry)
        return entries

    def _largest(self, component: int, indices: Sequence[int], found: Sequence[Sequence[DirectionalSlope]]) -> float:
        """What f changes by, or is, at the most: the size beside which an entry counts as 0."""
        changes = [slopes[component].reach * self.scales[index] for index, slopes in zip(indices, found, strict=True)]
        return max([abs(self.values.here[component]), *filter(math.isfinite, changes)]) or 1.0

    def _slopes_by(self, index: int, noise: Sequence[float]) -> list[DirectionalSlope]:
        """The slopes of all components by one coordinate, per unit."""
        scale = self.scales[index]
        found = [slope.per(scale) for slope in self._slopes({index: scale}, noise)]
        if scale < NEAR and any(slope.error > 1e-6 * abs(slope.value) for slope in found):
            wide = self._slopes({index: 1.0}, list(map(max, noise, noise_along(LineValues(self.values, {index: 1.0})))))
            found = [_better(a, _doubted(b)) for a, b in zip(found, wide, strict=True)]
        if self.values.place.coordinates[index] == 0:
            found = self._resolved(index, found)
        self.values.repeat()
        return found

    def _resolved(self, index: int, found: Sequence[DirectionalSlope]) -> list[DirectionalSlope]:
        """The slopes by a coordinate that is 0, on the scale on which each component varies."""
        slopes_by = list(found)
        for component, slope in enumerate(found):
            if slope.kind != "smooth" or slope.error > NEEDED * abs(slope.value):
                scale = finer_scale(LineValues(self.values, {index: 1.0}), component)
                if scale is not None:
                    moves = {index: scale}
                    slopes_by[component] = self._slopes(moves, noise_along(LineValues(self.values, moves)))[
                        component
                    ].per(scale)
        return slopes_by

    def _slopes(self, moves: Mapping[int, float], noise: Sequence[float]) -> list[DirectionalSlope]:
        """The slopes of all components along a direction."""
        found = slopes(LineValues(self.values, moves), noise, self.deepest)
        if not self.complex:
            return found
        numbers = self.values.complex_slopes(moves)
        self.complex = numbers is not None  # f that refuses once is not asked again
        return with_complex_step(found, numbers)

    def _name(self, component: int, index: int) -> str:
        return f"df{'' if self.values.shape is None else f'[{component}]'}/d{self.values.place.names[index]}"

    # --- Many coordinates ---------------------------------------------------------------------------------------------

    def by_directions(self) -> tuple[list[GradientEntry], list[GradientEntry]]:
        """Verdicts along random directions, and on the wrong entries that bisection finds."""
        bad = [i for i in range(len(self.scales)) if any(not math.isfinite(row[i]) for row in self.given.rows)]
        if bad:
            found = [self._slopes_by(index, self.noise) for index in bad[:LOCATED]]
            return self._judged(bad[:LOCATED], found), []
        directions: list[GradientEntry] = []
        located: list[int] = []
        for number in range(1, DIRECTIONS + 1):
            moves = {
                i: self.random.choice((-1, 1)) * self.random.uniform(0.5, 1.5) * s for i, s in enumerate(self.scales)
            }
            along = self._along(moves, f"along direction {number}")
            if any(entry.verdict == "wrong" and self._is_coarse(entry.component) for entry in along):
                self.noise = list(map(max, self.noise, noise_around(LineValues(self.values, moves))))
                along = self._along(moves, f"along direction {number}")
            self.tried.append((moves, along))
            directions += along
            if _any_wrong(along) and not located:
                located = self._bisect(moves)
        if not located and any(entry.verdict != "right" for entry in directions):
            located = sorted(self.random.sample(range(len(self.scales)), LOCATED))  # a kink in a sum hides its terms
        return self._judged(located, [self._slopes_by(index, self.noise) for index in located]), directions

    def _along(self, moves: Mapping[int, float], name: str) -> list[GradientEntry]:
        entries = []
        for component, slope in enumerate(self._slopes(moves, self.noise)):
            terms = [self.given.rows[component][i] * move for i, move in moves.items()]
            roundings = [self.roundings[component][i] * move for i, move in moves.items()]
            entry = judge(
                name if self.values.shape is None else f"df[{component}] {name}",
                component,
                None,
                math.fsum(terms),
                slope,
                rounding=math.hypot(*roundings) + ROUNDING * math.hypot(*terms),
                largest=max(abs(self.values.here[component]), slope.reach) or 1.0,
            )
            entries.append(entry)
        return entries

    def rearranged(self) -> Pattern | None:
        """The order of entries that would be right along every direction, where the given one is wrong."""
        n, row = len(self.scales), self.given.rows[0]
        if len(self.given.rows) > 1 or not any(_any_wrong(along) for _, along in self.tried):
            return None
        orders: list[tuple[Callable[[int], int], Pattern]] = [
            (partial(cyclic, -shift, n), shifted(shift)) for shift in (1, -1)
        ]
        orders.append((lambda place: n - 1 - place, REVERSED))
        orders += argument_orders(_arguments(self.values.place))
        if matrix := _matrix(self.values.place):
            orders.append((partial(by_columns, *reversed(matrix)), column_order(matrix)))
        for order, pattern in orders:
            if all(
                abs(math.fsum(row[order(i)] * move for i, move in moves.items()) - along[0].slope.value)
                <= along[0].allowed
                for moves, along in self.tried
            ):
                return pattern
        return None

    def _bisect(self, moves: Mapping[int, float]) -> list[int]:
        """The coordinates of wrong entries, at most LOCATED: halves of a wrong direction that are wrong themselves."""
        located: list[int] = []
        open_parts = [list(moves)]
        while open_parts and len(located) < LOCATED:
            part = open_parts.pop()
            if len(part) == 1:
                located += part
                continue
            halves = (part[len(part) // 2 :], part[: len(part) // 2])
            open_parts += [half for half in halves if _any_wrong(self._along({i: moves[i] for i in half}, ""))]
        return sorted(located)


def _doubted(wide: DirectionalSlope) -> DirectionalSlope:
    """The slope by steps beyond 0, known no better than by either side alone: |x| looks flat from both together."""
    return wide._replace(error=max(wide.error, *(side.error if side else math.inf for side in (wide.left, wide.right))))


def _better(near: DirectionalSlope, wide: DirectionalSlope) -> DirectionalSlope:
    """The slope by steps that go far, where it is the same as by near ones and more precise; else that by near ones."""
    if wide.kind != "smooth" or wide.error >= near.error:
        return near
    agree = near.kind != "smooth" or abs(wide.value - near.value) <= wide.error + near.error
    return wide if agree else near


def _larger_steps_differ(entry: GradientEntry) -> bool:
    """Whether quotients of larger steps speak for the given value, or for another slope together."""
    slope, coarse = entry.slope.value, entry.slope.coarse
    off = abs(entry.given - slope)
    if any(abs(quotient - entry.given) < NEARER * off for quotient in coarse):
        return True
    for a, b in pairwise(coarse):
        apart = min(abs(a - slope), abs(b - slope))
        if abs(a - b) < NEARER * apart and min(apart, abs(a), abs(b)) > ANOTHER * abs(slope):
            return True
    return False


def _suspected(entries: Sequence[GradientEntry], index: int) -> list[int]:
    """The components in which f may go in steps by one coordinate."""
    return [e.component for e in entries if e.coordinate == index and e.verdict == "wrong" and _larger_steps_differ(e)]


def _any_wrong(entries: Sequence[GradientEntry]) -> bool:
    return any(entry.verdict == "wrong" for entry in entries)
