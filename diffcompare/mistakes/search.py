"""The search for the mistake that explains an answer.

Every mistake of the table is made at every place of the function, one at a time, and the derivative that results is
compared with the answer: in doubles first, at all points, and what agrees is confirmed in ball arithmetic, so that no
tolerance decides.  Then the same mistake is made throughout, and two mistakes at once, where that is affordable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import isfinite
from typing import Any, NamedTuple

from diffcompare.expression import Expression
from diffcompare.mistakes.sample import UNKNOWN, Change, Edge, Function, Sample, in_balls, in_doubles, with_inner
from diffcompare.mistakes.table import KINDS, RULES, Rule
from diffcompare.mistakes.views import Sight, View

TOLERANCE = 1e-8
"""Relative; what agrees within it is decided by balls."""

BITS = (160, 640)
CONFIRMED_AT = 2
"""Points at which a match is confirmed."""

ORDER: Mapping[str, int] = {slug: place for place, slug in enumerate(KINDS)}

BY_VIEW: dict[View, list[Rule]] = {}
for _rule in RULES:
    BY_VIEW.setdefault(_rule.view, []).append(_rule)


class Explanation(NamedTuple):
    """What could explain the answer: two numbers at every point that are equal if it does."""

    kind: str
    equation: Callable[[Sample], tuple[Any, Any]]
    says: str
    changes: tuple[Change, ...] = ()
    seconds: str | None = None
    """The kind of the second of two mistakes."""


class Tried(NamedTuple):
    """A single mistake, and by how much it moves the derivative at the first point."""

    change: Change
    move: float


class Search:
    """An answer to be explained, and the function at the points."""

    def __init__(
        self, expression: Expression, by: str, answer: Expression, points: Sequence[Mapping[str, float]]
    ) -> None:
        self.function = Function(expression, by)
        self.answer = answer
        self.others: Mapping[str, Expression] = {}
        found = [(sample, point) for point in points if (sample := in_doubles(self.function, answer, point))]
        found.sort(key=lambda each: -_discrepancy(each[0]))
        self.samples = [sample for sample, _ in found]
        self.points = [point for _, point in found]

    def agrees(self, explanation: Explanation) -> bool:
        """Whether it agrees with the answer at all points, in doubles."""
        try:
            return all(agree(*explanation.equation(sample)) for sample in self.samples)
        except UNKNOWN:
            return False

    def single(self) -> tuple[list[Explanation], list[Tried]]:
        """The single mistakes at one place that agree with the answer at the first point; all that were tried."""
        first = self.samples[0]
        gap = first.answer - first.right
        found, tried = [], []
        for change, seen in self.places(first):
            try:
                wrong = with_inner(change.rule, change.sight, seen, first.slopes)
                own = first.weight(change.node, change.use)
                move = own * (wrong - first.slopes.get(change.node, 0))
            except UNKNOWN:
                continue
            if not isfinite(move):
                continue
            scale = abs(first.answer) + abs(first.right) + abs(own * wrong)
            if abs(move) <= TOLERANCE * scale and abs(move) < abs(gap) / 2:
                continue
            tried.append(Tried(change, move))
            if abs(gap - move) <= TOLERANCE * scale:
                found.append(explained((change,)))
        return found, tried

    def places(self, sample: Sample) -> Iterator[tuple[Change, Sequence[Any]]]:
        """Every wrong rule at every place, outermost first, with the numbers that it works on."""
        for node in reversed(sample.reached):
            if node not in sample.adjoints:
                continue
            uses: list[Edge | None] = [None]
            if len(self.function.uses.get(node, ())) > 1:
                uses += self.function.uses[node]
            for view, sight in sights(node, self.function):
                try:
                    seen = sight.see(sample.values, sample.slopes)
                except UNKNOWN:
                    continue
                for rule in BY_VIEW[view]:
                    for use in uses:
                        yield Change(node, rule, sight, use), seen


def sights(node: Expression, function: Function) -> Iterator[tuple[View, Sight]]:
    """The views that apply to a node."""
    for view in BY_VIEW:
        sight = view(node, function.active)
        if sight is not None:
            yield view, sight


def explained(changes: tuple[Change, ...]) -> Explanation:
    """The explanation that these mistakes were made, and nothing else."""
    first = changes[0]

    def one(sample: Sample) -> tuple[Any, Any]:
        wrong, right = first.slope(sample.values, sample.slopes), sample.slopes.get(first.node, 0)
        return sample.right + sample.weight(first.node, first.use) * (wrong - right), sample.answer

    def several(sample: Sample) -> tuple[Any, Any]:
        return sample.mistaken(changes).get(sample.function.root, 0), sample.answer

    return Explanation(first.rule.kind, one if len(changes) == 1 else several, first.rule.says, changes)


def agree(left: Any, right: Any) -> bool:
    return bool(isfinite(left) and abs(left - right) <= TOLERANCE * max(abs(left), abs(right)))


def _discrepancy(sample: Sample) -> float:
    scale = max(abs(sample.answer), abs(sample.right))
    return float(abs(sample.answer - sample.right) / scale) if scale else 0.0


def is_right(search: Search) -> bool:
    """Whether the answer is the derivative, as far as the points can tell."""
    same = Explanation("", lambda sample: (sample.right, sample.answer), "")
    return search.agrees(same) and bool(confirmed(search, [same]))


def confirmed(search: Search, explanations: Sequence[Explanation]) -> list[Explanation]:
    """Those that ball arithmetic does not refute at the first points."""
    standing = list(explanations)
    for point in search.points[:CONFIRMED_AT]:
        for bits in BITS:
            if not standing:
                return []
            standing, open_ones = _examined(search, standing, point, bits)
            if not open_ones:
                break
    return standing


def _examined(
    search: Search, explanations: Sequence[Explanation], point: Mapping[str, float], bits: int
) -> tuple[list[Explanation], bool]:
    """Those that stand at one point with so many bits, and whether more bits are wanted."""
    from diffcompare.truth.ball import Beyond, Undecided, contains_zero, lift, magnitude, precision, to_float

    standing, open_ones = [], False
    with precision(bits):
        try:
            sample = in_balls(search.function, search.answer, point)
        except (Beyond, Undecided, *UNKNOWN):
            return list(explanations), True
        for explanation in explanations:
            try:
                left, right = map(lift, explanation.equation(sample))
            except (Beyond, Undecided, *UNKNOWN):
                standing.append(explanation)
                open_ones = True
                continue
            difference = left - right
            if contains_zero(difference):
                standing.append(explanation)
                size = to_float(magnitude(left))
                open_ones = open_ones or not to_float(difference.rad) <= 1e-30 * size
    return standing, open_ones
