"""The check of a Jacobian against slopes of f: every entry, or random directions if there are many."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

from diffcompare.gradcheck.entries import MAX_RELATIVE_ERROR, ROUNDING, GradientEntry, Verdict, judge, worst_first
from diffcompare.gradcheck.error_patterns import (
    REVERSED,
    ErrorPattern,
    argument_orders,
    by_columns,
    column_order,
    cyclic,
    shifted,
)
from diffcompare.gradcheck.extrapolation import (
    MAX_LEVEL,
    DirectionalSlope,
    directional_slopes,
    finer_scale,
    with_complex_step,
)
from diffcompare.gradcheck.flat_arguments import DOUBLE_BITS, FlatPoint
from diffcompare.gradcheck.given import GivenJacobian, gradient_noise
from diffcompare.gradcheck.noise import is_coarse, largest_stair, noise_along, noise_around
from diffcompare.gradcheck.values import FunctionValues, LineValues

DIRECTIONS = 3  # random directions along which many coordinates are checked at once
MAX_LOCATED = 8  # wrong entries that are searched for among many
SMALL_SCALE = 0.125  # a coordinate on a smaller scale is moved by its own size first, and by 1 if that tells too little
NEARER = 0.1  # a quotient speaks for a value if its distance is less than this part of the distance to the slope
DIFFERENT_SLOPE = 0.05  # slopes that differ by more than this part are different
CONFIRMATIONS = 2  # wrong entries in a row that a second look has to confirm before the rest is believed


class JacobianCheck:
    """A given Jacobian at one point, judged by estimated slopes of f."""

    def __init__(
        self,
        values: FunctionValues,
        given: GivenJacobian,
        gradient: Any,
        point_of_gradient: FlatPoint,
        seed: int,
    ) -> None:
        self.values = values
        self.given = given
        self.random = random.Random(seed)
        self.scales = [2.0 ** (math.frexp(x)[1] - 1) if x else 1.0 for x in values.point.coordinates]
        bits = min(values.point.bits)
        self.max_level = MAX_LEVEL if bits == DOUBLE_BITS else (bits - 15) // 2
        mixed = LineValues(values, {i: self.random.choice((-1, 1)) * scale for i, scale in enumerate(self.scales)})
        self.noise = noise_along(mixed)
        values.repeat()
        self.try_complex_step = True
        self.tried: list[tuple[Mapping[int, float], list[GradientEntry]]] = []  # directions, and the entries along them
        self.roundings = self._roundings(gradient, point_of_gradient, mixed)

    def _roundings(self, gradient: Any, point_of_gradient: FlatPoint, line: LineValues) -> list[list[float]]:
        """Return the error that every entry may have from the arithmetic of the gradient."""
        values, rows = self.values, self.given.rows
        noise = None
        if callable(gradient):
            noise = gradient_noise(gradient, point_of_gradient, values.shape, line, paired=values.paired is True)
        relative = max(ROUNDING, self.given.rounding)
        return [
            [
                relative * abs(x) + (noise[i][j] if noise else 0.0) if math.isfinite(x) else 0.0
                for j, x in enumerate(row)
            ]
            for i, row in enumerate(rows)
        ]

    # --- Few coordinates: every entry ---------------------------------------------------------------------------------

    def every_entry(self) -> list[GradientEntry]:
        """Judge all entries.

        Values that look smooth along the mixed direction may be coarse along a single coordinate.  So wrong entries
        are judged again with the noise along their own coordinate, the worst first, until the second look has
        confirmed CONFIRMATIONS in a row.
        """
        indices = range(len(self.scales))
        slopes = [self._slopes_by(index, self.noise) for index in indices]
        entries = self._judge(indices, slopes)
        doubtful = {entry.coordinate: None for entry in sorted(entries, key=worst_first) if self._is_doubtful(entry)}
        confirmed = 0
        for index in doubtful:
            if index is None or confirmed >= CONFIRMATIONS:
                break
            before = self._verdicts(index, slopes[index])
            slopes[index] = self._slopes_by(index, self._noise_by(index, _contradictory_components(entries, index)))
            confirmed = confirmed + 1 if self._verdicts(index, slopes[index]) == before else 0
        return self._judge(indices, slopes)

    def _is_doubtful(self, entry: GradientEntry) -> bool:
        """Tell whether coarse values along the coordinate may be the reason for what is said of an entry."""
        if entry.slope.kind not in ("smooth", "edge"):
            return True
        may_be_zero = abs(entry.slope.value) <= entry.slope.error
        return entry.verdict == "wrong" and (
            may_be_zero or self._is_coarse(entry.component) or _is_contradicted_by_large_steps(entry)
        )

    def _is_coarse(self, component: int) -> bool:
        return is_coarse(self.noise[component], self.values.here[component], self.values.rounding)

    def _noise_by(self, index: int, contradictory: Collection[int]) -> list[float]:
        """Return the noise along one coordinate; in contradictory components stairs count, however far apart."""
        scale = self.scales[index]
        scales = {scale, 1.0} if scale < SMALL_SCALE else {scale}
        lines = [LineValues(self.values, {index: move}) for move in scales]
        noise = noise_around(LineValues(self.values, {index: scale}))
        for component in contradictory:
            stair = max(largest_stair(line, component) for line in lines)
            noise[component] = max(noise[component], stair / math.sqrt(12))
        return noise

    def _verdicts(self, index: int, slopes: Sequence[DirectionalSlope]) -> list[Verdict]:
        """Return the verdicts on the entries for one coordinate."""
        return [entry.verdict for entry in self._judge([index], [slopes])]

    def _judge(self, indices: Sequence[int], slopes: Sequence[Sequence[DirectionalSlope]]) -> list[GradientEntry]:
        """Judge the entries for some coordinates, given the slopes of all components along them."""
        entries = []
        for component, row in enumerate(self.given.rows):
            largest = self._largest_change(component, indices, slopes)
            for index, slopes_by in zip(indices, slopes, strict=True):
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

    def _largest_change(
        self, component: int, indices: Sequence[int], slopes: Sequence[Sequence[DirectionalSlope]]
    ) -> float:
        """Return the larger of |f| and its changes over one scale: an entry negligible against it counts as 0."""
        changes = [
            slopes_by[component].largest_quotient * self.scales[index]
            for index, slopes_by in zip(indices, slopes, strict=True)
        ]
        return max([abs(self.values.here[component]), *filter(math.isfinite, changes)]) or 1.0

    def _name(self, component: int, index: int) -> str:
        return f"df{'' if self.values.shape is None else f'[{component}]'}/d{self.values.point.names[index]}"

    # --- Slopes along one coordinate, or along a direction ------------------------------------------------------------

    def _slopes_by(self, index: int, noise: Sequence[float]) -> list[DirectionalSlope]:
        """Return the slopes of all components along one coordinate, per unit of it."""
        scale = self.scales[index]
        slopes = [slope.rescaled(scale) for slope in self._slopes({index: scale}, noise)]
        if scale < SMALL_SCALE and any(slope.error > 1e-6 * abs(slope.value) for slope in slopes):
            noise_of_wide = noise_along(LineValues(self.values, {index: 1.0}))
            wide = self._slopes({index: 1.0}, list(map(max, noise, noise_of_wide)))
            slopes = [_better(near, _as_doubtful_as_one_side(far)) for near, far in zip(slopes, wide, strict=True)]
        if self.values.point.coordinates[index] == 0:
            slopes = self._at_finer_scales(index, slopes)
        self.values.repeat()
        return slopes

    def _at_finer_scales(self, index: int, slopes: Sequence[DirectionalSlope]) -> list[DirectionalSlope]:
        """Return the slopes along a coordinate that is 0, on the scale on which each component varies."""
        resolved = list(slopes)
        for component, slope in enumerate(slopes):
            if slope.kind != "smooth" or slope.error > MAX_RELATIVE_ERROR * abs(slope.value):
                scale = finer_scale(LineValues(self.values, {index: 1.0}), component)
                if scale is not None:
                    noise = noise_along(LineValues(self.values, {index: scale}))
                    resolved[component] = self._slopes({index: scale}, noise)[component].rescaled(scale)
        return resolved

    def _slopes(self, moves: Mapping[int, float], noise: Sequence[float]) -> list[DirectionalSlope]:
        """Return the slopes of all components along a direction."""
        slopes = directional_slopes(LineValues(self.values, moves), noise, self.max_level)
        if not self.try_complex_step:
            return slopes
        complex_slopes = self.values.complex_slopes(moves)
        self.try_complex_step = complex_slopes is not None  # an f that refuses once is not asked again
        return with_complex_step(slopes, complex_slopes)

    # --- Many coordinates: random directions, and bisection for wrong entries -----------------------------------------

    def along_directions(self) -> tuple[list[GradientEntry], list[GradientEntry]]:
        """Judge some entries, and the derivatives along random directions.

        The entries are those given as nan or inf (no direction is tried then), or the wrong ones that bisection
        finds, or a sample if the directions leave anything open: a kink in a sum hides its other terms.
        """
        not_finite = [i for i in range(len(self.scales)) if any(not math.isfinite(row[i]) for row in self.given.rows)]
        if not_finite:
            return self._entries_by(not_finite[:MAX_LOCATED]), []
        directions: list[GradientEntry] = []
        located: list[int] = []
        for number in range(1, DIRECTIONS + 1):
            moves = {
                i: self.random.choice((-1, 1)) * self.random.uniform(0.5, 1.5) * scale
                for i, scale in enumerate(self.scales)
            }
            entries = self._along(moves, f"along direction {number}")
            if any(entry.verdict == "wrong" and self._is_coarse(entry.component) for entry in entries):
                self.noise = list(map(max, self.noise, noise_around(LineValues(self.values, moves))))
                entries = self._along(moves, f"along direction {number}")
            self.tried.append((moves, entries))
            directions += entries
            if _any_wrong(entries) and not located:
                located = self._bisect(moves)
        if not located and any(entry.verdict != "right" for entry in directions):
            located = sorted(self.random.sample(range(len(self.scales)), MAX_LOCATED))
        return self._entries_by(located), directions

    def _entries_by(self, indices: Sequence[int]) -> list[GradientEntry]:
        return self._judge(indices, [self._slopes_by(index, self.noise) for index in indices])

    def _along(self, moves: Mapping[int, float], name: str) -> list[GradientEntry]:
        """Judge the derivatives of all components along a direction."""
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
                largest=max(abs(self.values.here[component]), slope.largest_quotient) or 1.0,
            )
            entries.append(entry)
        return entries

    def _bisect(self, moves: Mapping[int, float]) -> list[int]:
        """Return at most MAX_LOCATED coordinates with wrong entries, by halving a wrong direction again and again."""
        located: list[int] = []
        wrong_parts = [list(moves)]
        while wrong_parts and len(located) < MAX_LOCATED:
            part = wrong_parts.pop()
            if len(part) == 1:
                located += part
                continue
            halves = (part[len(part) // 2 :], part[: len(part) // 2])
            wrong_parts += [half for half in halves if _any_wrong(self._along({i: moves[i] for i in half}, ""))]
        return sorted(located)

    def rearrangement(self) -> ErrorPattern | None:
        """Return the rearrangement that explains a gradient which is wrong along some directions, if any.

        As in `error_patterns`, entry k of the given gradient is entry source(k) of the right one.
        """
        n, row = len(self.scales), self.given.rows[0]
        if len(self.given.rows) > 1 or not any(_any_wrong(entries) for _, entries in self.tried):
            return None
        candidates: list[tuple[Callable[[int], int], ErrorPattern]] = [
            (partial(cyclic, shift, n), shifted(shift)) for shift in (1, -1)
        ]
        candidates.append((lambda index: n - 1 - index, REVERSED))
        candidates += argument_orders(self.values.point)
        if matrix := self.values.point.matrix_shape:
            candidates.append((partial(by_columns, *matrix), column_order(matrix)))
        for source, pattern in candidates:
            if all(
                abs(math.fsum(row[k] * moves[source(k)] for k in range(n)) - entries[0].slope.value)
                <= entries[0].allowed
                for moves, entries in self.tried
            ):
                return pattern
        return None


def _as_doubtful_as_one_side(wide: DirectionalSlope) -> DirectionalSlope:
    """Return a slope by steps across 0, with the error of the worse side: from both together |x| looks flat."""
    return wide._replace(error=max(wide.error, *(side.error if side else math.inf for side in (wide.left, wide.right))))


def _better(near: DirectionalSlope, wide: DirectionalSlope) -> DirectionalSlope:
    """Return the slope from wide steps if it agrees with that from near ones and is more precise, else the latter."""
    if wide.kind != "smooth" or wide.error >= near.error:
        return near
    agree = near.kind != "smooth" or abs(wide.value - near.value) <= wide.error + near.error
    return wide if agree else near


def _is_contradicted_by_large_steps(entry: GradientEntry) -> bool:
    """Tell whether quotients at larger steps support the given value, or agree with one another on another slope."""
    slope, quotients = entry.slope.value, entry.slope.coarse_quotients
    off = abs(entry.given - slope)
    if any(abs(quotient - entry.given) < NEARER * off for quotient in quotients):
        return True
    for a, b in pairwise(quotients):
        distance = min(abs(a - slope), abs(b - slope))
        if abs(a - b) < NEARER * distance and min(distance, abs(a), abs(b)) > DIFFERENT_SLOPE * abs(slope):
            return True
    return False


def _contradictory_components(entries: Sequence[GradientEntry], index: int) -> list[int]:
    """Return the components of f that may have stairs along a coordinate."""
    return [
        entry.component
        for entry in entries
        if entry.coordinate == index and entry.verdict == "wrong" and _is_contradicted_by_large_steps(entry)
    ]


def _any_wrong(entries: Sequence[GradientEntry]) -> bool:
    return any(entry.verdict == "wrong" for entry in entries)
