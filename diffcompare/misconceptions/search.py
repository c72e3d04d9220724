"""The search for the mistake that explains an answer.

Every mistake of the table is made at every place of the function, one at a time, and the derivative that results is
compared with the answer: in doubles first, at all points, and what agrees is confirmed in ball arithmetic, so that no
tolerance decides.  Then the same mistake is made throughout, and two mistakes at once, where that is affordable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from math import inf, isfinite, log
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

import diffcompare.misconceptions.patterns as views
from diffcompare.language.expression import Expression
from diffcompare.misconceptions.kinds import KINDS, Rule
from diffcompare.misconceptions.patterns import PatternMatch
from diffcompare.misconceptions.points import (
    UNKNOWN,
    AnalyzedFunction,
    Change,
    Sample,
    in_balls,
    in_doubles,
    is_cancelled,
    with_inner,
)
from diffcompare.misconceptions.rules import rules_for

TOLERANCE = 1e-8
"""Relative; what agrees within it is decided by balls."""

ROUNDING = 1e-12
"""What sums of a few products lose in doubles, relative to the largest of them."""

BITS = (160, 640)
CONFIRMED_AT = 2
"""Points at which a match is confirmed."""
CLEARLY = 0.01
"""A relative difference that tells mistakes apart."""
MAX_CONFIRMED_NODES = 1500
"""Nodes up to which it is: beyond that the doubles at all points have to do."""
MAX_POINTS = 8
"""Points that are looked at, if the answer is wrong at enough of them."""
FEW_POINTS = 4
"""Points that are looked at where the function is that large; and how many tame ones do without the others."""

Place: TypeAlias = tuple[Sample, Mapping[str, float]]
"""The function at a point, and the point."""

ORDER: Mapping[str, int] = {slug: place for place, slug in enumerate(KINDS)}


class Explanation(NamedTuple):
    """What could explain the answer: two numbers at every point that are equal if it does."""

    kind: str
    equation: Callable[[Sample], tuple[Any, Any]]
    says: str
    changes: tuple[Change, ...] = ()
    node: Expression | None = None
    """Where it was made, if no change says so."""
    negative: bool = False
    """Whether the sign of the whole is wrong too."""

    @property
    def rank(self) -> int:
        """How soon a teacher would think of it: the less, the sooner."""
        rules = [change.rule for change in self.changes]
        kinds = {rule.kind for rule in rules} or {self.kind}
        if self.negative:
            kinds.add("sign-of-whole")
        return sum(ORDER[kind] for kind in kinds) + len(ORDER) * any(rule.rare for rule in rules)


class Tried(NamedTuple):
    """A single mistake, and by how much it moves the derivative at the first point."""

    change: Change
    move: float


class Search:
    """An answer to be explained, and the function at the points."""

    def __init__(
        self,
        expression: Expression,
        by: str,
        answer: Expression,
        points: Sequence[Mapping[str, float]],
        others: Mapping[str, Expression] = MappingProxyType({}),
    ) -> None:
        self.function = AnalyzedFunction(expression, by)
        self.answer = answer
        self.others = others
        found = list(_chosen(self.function, answer, points))
        found = _if_enough([each for each in found if _is_tame(each[1])], found)
        found = _if_enough([each for each in found if not is_cancelled(answer, each[1], each[0].answer)], found)
        found.sort(key=lambda each: (not _differs(each[0]), _is_special(each[1]), _is_far(each[1]), *_telling(each[0])))
        self.samples = [sample for sample, _ in found]
        self.points = [point for _, point in found]
        self._partners = [_partner(self.samples, place) for place in range(len(self.samples))]
        for sample, partner in zip(self.samples, self._partners, strict=True):
            sample.elsewhere = partial(self.samples.__getitem__, partner)
        self._balls: dict[tuple[int, int], Sample] = {}

    @cached_property
    def is_right_in_part(self) -> bool:
        """Whether the answer is right in a part of space, by no accident of a point, and a function without branches.

        One mistake does that, |x| taken for x; two that cancel each other there are nobody's.
        """
        right = [
            point
            for sample, point in zip(self.samples, self.points, strict=True)
            if sample.right and not _differs(sample) and not _is_special(point)
        ]
        return len(right) > 1 and not self.function.branches

    def in_balls(self, place: int, bits: int) -> Sample:
        """The function at one of the points, in balls; it is kept for the next question."""
        known = self._balls.get((place, bits))
        if known is None:
            known = self._balls[place, bits] = in_balls(self.function, self.answer, self.points[place])
            known.elsewhere = lambda: self.in_balls(self._partners[place], bits)
        return known

    def agrees(self, explanation: Explanation) -> bool:
        """Whether it agrees with the answer in doubles, at all points at which the wrong rule has a value.

        It may have none where the answer, written in another way, has one: ln(x)^3 is divided by ln(x) for ln(x)^2.
        """
        unknown = 0
        for sample in self.samples:
            try:
                if not agree(*explanation.equation(sample), _lost(sample)):
                    return False
            except UNKNOWN:
                unknown += 1
        return unknown <= len(self.samples) // 2 and len(self.samples) - unknown >= min(2, len(self.samples))

    def single(self) -> tuple[list[Explanation], list[Tried]]:
        """The single mistakes at one place that agree with the answer at the first point; all that were tried."""
        first = self.samples[0]
        gap = first.answer - first.right
        size = abs(first.answer) + abs(first.right)
        found, tried = [], []
        for node, sight, rule, wrong in self._wrong_slopes(first):
            right = first.slopes.get(node, 0)
            for use in self.function.places_of(node):
                own = first.weight(node, use)
                move = own * (wrong - right)
                slack = TOLERANCE * (size + abs(own * wrong))
                if not isfinite(move) or (abs(move) <= slack and abs(move) < abs(gap) / 2):
                    continue
                change = Change(node, rule, sight, use)
                tried.append(Tried(change, move))
                if abs(gap - move) <= slack:
                    found.append(explained((change,)))
        return found, tried

    def _wrong_slopes(self, sample: Sample) -> Iterator[tuple[Expression, PatternMatch, Rule, float]]:
        """What every wrong rule makes of every node, outermost first."""
        for node in reversed(sample.reached):
            if node not in sample.adjoints:
                continue
            for sight, rules in sights(node, self.function):
                try:
                    seen = sight.see(sample.values, sample.slopes)
                except UNKNOWN:
                    continue
                for rule in rules:
                    try:
                        yield node, sight, rule, with_inner(rule, sight, seen, sample.slopes)
                    except UNKNOWN:
                        continue


def sights(node: Expression, function: AnalyzedFunction) -> Sequence[tuple[PatternMatch, Sequence[Rule]]]:
    """What of a node the views see, and the rules for it.  (That the whole is kept is told of the whole.)"""
    known = function.sights.get(node)
    if known is None:
        known = function.sights[node] = [
            (sight, rules)
            for view, rules in rules_for(views.operation_name(node)).items()
            if (view is not views.anything or node is not function.root)
            and (sight := view(node, function.active)) is not None
        ]
    return known


def explained(changes: tuple[Change, ...]) -> Explanation:
    """The explanation that these mistakes were made, and nothing else."""
    first = changes[0]

    def one(sample: Sample) -> tuple[Any, Any]:
        weight = sample.weight(first.node, first.use)
        if type(weight) is int and not weight:
            return sample.right, sample.answer  # in a branch that is not taken here
        wrong, right = first.slope(sample.values, sample.slopes), sample.slopes.get(first.node, 0)
        return sample.right + weight * (wrong - right), sample.answer

    def several(sample: Sample) -> tuple[Any, Any]:
        return sample.mistaken(changes).get(sample.function.root, 0), sample.answer

    return Explanation(first.rule.kind, one if len(changes) == 1 else several, first.rule.says, changes)


def agree(left: Any, right: Any, lost: float = 0.0) -> bool:
    return bool(isfinite(left) and abs(left - right) <= TOLERANCE * max(abs(left), abs(right)) + lost)


def _lost(sample: Sample) -> float:
    """What is lost where the right derivative, which cancels in the sums, is much larger than the answer."""
    return float(ROUNDING * abs(sample.right)) if sample.right else 0.0


def _chosen(function: AnalyzedFunction, answer: Expression, points: Sequence[Mapping[str, float]]) -> Iterator[Place]:
    """The first points; where the answer is right at nearly all of them, as in a branch, others at which it is not."""
    most = FEW_POINTS if len(function.nodes) > MAX_CONFIRMED_NODES else MAX_POINTS
    different = 0
    for number, point in enumerate(points):
        if number >= most and different >= FEW_POINTS:
            break
        sample = in_doubles(function, answer, point)
        if sample is not None and (number < most or _differs(sample)):
            different += _differs(sample)
            yield sample, point


def _if_enough(better: list[Place], found: list[Place]) -> list[Place]:
    """The better of the points, if they are enough to do without the others."""
    return better if len(better) >= FEW_POINTS and any(_differs(sample) for sample, _ in better) else found


def _partner(samples: Sequence[Sample], place: int) -> int:
    """Another point, one at which the derivative is another number if there is such a point."""
    last = len(samples) - 1
    others = [other for other in range(last + 1) if other != place]
    return next((other for other in others if not agree(samples[other].right, samples[place].right)), last - place)


def _is_tame(point: Mapping[str, float]) -> bool:
    """Whether no coordinate is so large or small that doubles lose digits: sin(3*x^2) at a million has four left."""
    return all(value == 0 or 1e-3 <= abs(value) <= 100 for value in point.values())


def _is_special(point: Mapping[str, float]) -> bool:
    """Whether different mistakes may come to the same there: 2*x is 1, or x^2 is x or 2*x."""
    return any(abs(x) in (0.0, 0.5, 1.0, 2.0) for x in point.values())


def _is_far(point: Mapping[str, float]) -> bool:
    """Whether functions may have become flat there, so that a mistake in them does not show: tanh(6) is nearly 1."""
    return any(abs(x) > 4 for x in point.values())


def _discrepancy(sample: Sample) -> float:
    scale = max(abs(sample.answer), abs(sample.right))
    return float(abs(sample.answer - sample.right) / scale) if scale else 0.0


def _differs(sample: Sample) -> bool:
    return _discrepancy(sample) > TOLERANCE


def _telling(sample: Sample) -> tuple[bool, float]:
    """Sorts first where the answer is clearly another number than the derivative, and one of the same size."""
    if not sample.answer or not sample.right:
        return _discrepancy(sample) < CLEARLY, inf
    return _discrepancy(sample) < CLEARLY, abs(log(abs(sample.answer)) - log(abs(sample.right)))


def is_right(search: Search) -> bool:
    """Whether the answer is the derivative, as far as the points can tell."""
    same = Explanation("", lambda sample: (sample.right, sample.answer), "")
    return search.agrees(same) and bool(confirmed(search, [same]))


def confirmed(search: Search, explanations: Sequence[Explanation]) -> list[Explanation]:
    """Those that ball arithmetic does not refute at the first points."""
    from diffcompare.numeric.arb_functions import MISSING

    standing = list(explanations)
    if MISSING or len(search.function.nodes) > MAX_CONFIRMED_NODES:
        return standing
    for place in range(min(CONFIRMED_AT, len(search.points))):
        for bits in BITS:
            if not standing:
                return []
            standing, open_ones = _examined(search, standing, place, bits)
            if not open_ones:
                break
    return standing


def _examined(
    search: Search, explanations: Sequence[Explanation], place: int, bits: int
) -> tuple[list[Explanation], bool]:
    """Those that stand at one point with so many bits, and whether more bits are wanted."""
    from diffcompare.numeric.arb_functions import Beyond, Undecided, precision, to_float
    from diffcompare.numeric.balls import contains_zero, lift, magnitude

    standing, open_ones = [], False
    with precision(bits):
        try:
            sample = search.in_balls(place, bits)
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
