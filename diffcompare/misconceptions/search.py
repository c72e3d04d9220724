"""The search for the mistake that explains an answer: every wrong rule at every node, confirmed in ball arithmetic.

Every mistake of the table is made at every node of the function, one at a time, and the resulting derivative is
compared with the answer: first in doubles at all points; what agrees is confirmed in ball arithmetic, so that no
tolerance decides.  (The same mistake throughout, and two mistakes at once, are tried in `combinations`.)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property, partial
from math import inf, isfinite, log
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from diffcompare.language.expression import Expression
from diffcompare.misconceptions.kinds import KINDS, Rule
from diffcompare.misconceptions.pattern_matching import PatternMatch, Tangents, Values
from diffcompare.misconceptions.patterns import ANY_OPERATION
from diffcompare.misconceptions.points import (
    NO_VALUE,
    AnalyzedFunction,
    Change,
    Sample,
    apply_wrong_rule,
    in_balls,
    in_doubles,
    is_cancelled,
)
from diffcompare.misconceptions.rules import rules_for
from diffcompare.numeric import arb_functions
from diffcompare.numeric.arb_functions import Beyond, Undecided, precision, to_float
from diffcompare.numeric.balls import contains_zero, lift, magnitude

TOLERANCE = 1e-8  # relative; what agrees within it is decided by balls
ROUNDING = 1e-12  # the relative rounding error of a sum of a few products
CLEAR_DIFFERENCE = 0.01  # a relative difference that tells mistakes apart

CONFIRMATION_POINTS = 2  # points at which an agreement is confirmed in balls
CONFIRMATION_BITS = (160, 640)
MAX_CONFIRMED_NODES = 1500  # for larger functions, doubles at all points have to do
MAX_SAMPLES = 8  # if the answer is wrong at enough of them
FEW_SAMPLES = 4  # for a function that large; as many well-conditioned samples do without the others

SampleAtPoint: TypeAlias = tuple[Sample, Mapping[str, float]]

ORDER: Mapping[str, int] = {slug: index for index, slug in enumerate(KINDS)}


class Explanation(NamedTuple):
    """A possible explanation of the answer: an equation between two numbers that holds everywhere if it is true."""

    kind: str
    equation: Callable[[Sample], tuple[Any, Any]]
    message: str
    changes: tuple[Change, ...] = ()
    node: Expression | None = None
    """The node where the mistake was made, if `changes` does not say."""
    negative: bool = False
    """True if the sign of the whole derivative is wrong, too."""

    @property
    def rank(self) -> int:
        """The place at which a teacher would think of it: 0 for the first kind of the table, a sum for several."""
        rules = [change.rule for change in self.changes]
        kinds = {rule.kind for rule in rules} or {self.kind}
        if self.negative:
            kinds.add("sign-of-whole")
        return sum(ORDER[kind] for kind in kinds) + len(ORDER) * any(rule.rare for rule in rules)


class Trial(NamedTuple):
    """A single mistake, and its effect: by how much it changes the derivative at the first point."""

    change: Change
    effect: float


class Search:
    """An answer to be explained, and the function at the sample points, the most informative first."""

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
        samples = list(_select_samples(self.function, answer, points))
        samples = _if_enough([(s, point) for s, point in samples if _has_usual_size(point)], samples)
        exact = [(s, point) for s, point in samples if not is_cancelled(answer, point, s.answer)]
        samples = _if_enough(exact, samples)
        samples.sort(key=_order_of_samples)
        self.samples = [sample for sample, _ in samples]
        self.points = [point for _, point in samples]
        self._other_indices = [_other_index(self.samples, index) for index in range(len(self.samples))]
        for sample, partner in zip(self.samples, self._other_indices, strict=True):
            sample.at_another_point = partial(self.samples.__getitem__, partner)
        self._balls: dict[tuple[int, int], Sample] = {}

    @cached_property
    def is_right_in_part(self) -> bool:
        """True if the answer is right in a part of space, at no special points, for a function without branches.

        A single mistake does that, as |x| taken for x; nobody makes two mistakes that cancel each other there.
        """
        right = [
            point
            for sample, point in zip(self.samples, self.points, strict=True)
            if sample.right and not _differs(sample) and not _is_special(point)
        ]
        return len(right) > 1 and not self.function.branches

    def in_balls(self, index: int, bits: int) -> Sample:
        """Return the function at one of the points in balls, which is computed once."""
        sample = self._balls.get((index, bits))
        if sample is None:
            sample = self._balls[index, bits] = in_balls(self.function, self.answer, self.points[index])
            sample.at_another_point = lambda: self.in_balls(self._other_indices[index], bits)
        return sample

    def agrees(self, explanation: Explanation) -> bool:
        """Tell whether an explanation gives the answer in doubles, at all points at which the wrong rule has a value.

        It may have none where the answer has one: a rule divides ln(x)^3 by ln(x) to get ln(x)^2.
        """
        unknown = 0
        for sample in self.samples:
            try:
                if not agree(*explanation.equation(sample), _rounding_loss(sample)):
                    return False
            except NO_VALUE:
                unknown += 1
        return unknown <= len(self.samples) // 2 and len(self.samples) - unknown >= min(2, len(self.samples))

    def single_mistakes(self) -> tuple[list[Explanation], list[Trial]]:
        """Return the explanations by one mistake that give the answer at the first point, and all single mistakes."""
        first = self.samples[0]
        discrepancy = first.answer - first.right
        size = abs(first.answer) + abs(first.right)
        explanations, trials = [], []
        for node in reversed(first.reached):  # outermost first
            if node not in first.adjoints:
                continue
            right = first.tangents.get(node, 0)
            for match, rule, wrong in wrong_derivatives(node, self.function, first.values, first.tangents):
                for use in self.function.possible_uses(node):
                    adjoint = first.adjoint_through(node, use)
                    effect = adjoint * (wrong - right)
                    slack = TOLERANCE * (size + abs(adjoint * wrong))
                    if not isfinite(effect) or (abs(effect) <= slack and abs(effect) < abs(discrepancy) / 2):
                        continue
                    change = Change(node, rule, match, use)
                    trials.append(Trial(change, effect))
                    if abs(discrepancy - effect) <= slack:
                        explanations.append(explanation_by((change,)))
        return explanations, trials


def wrong_derivatives(
    node: Expression,
    function: AnalyzedFunction,
    values: Values,
    tangents: Tangents,
    excluded: Collection[str] = (),
) -> Iterator[tuple[PatternMatch, Rule, Any]]:
    """Yield the derivative of a node by every wrong rule that has a value, except rules of the excluded kinds."""
    for match, rules in matches(node, function):
        numbers = match.bind(values, tangents)
        for rule in rules:
            if rule.kind in excluded:
                continue
            try:
                yield match, rule, apply_wrong_rule(rule, match, numbers, tangents)
            except NO_VALUE:
                continue


def matches(node: Expression, function: AnalyzedFunction) -> Sequence[tuple[PatternMatch, Sequence[Rule]]]:
    """Return the matches of a node, with the rules for each.

    `ANY_OPERATION` does not match the root: an answer that keeps the whole function is a mistake about the whole.
    """
    cached = function.matches.get(node)
    if cached is None:
        cached = function.matches[node] = [
            (match, rules)
            for pattern, rules in rules_for(node.operation).items()
            if (pattern is not ANY_OPERATION or node is not function.root)
            and (match := pattern(node, function.active)) is not None
        ]
    return cached


def explanation_by(changes: tuple[Change, ...]) -> Explanation:
    """Return the explanation that these mistakes were made, and nothing else."""
    first = changes[0]

    def one(sample: Sample) -> tuple[Any, Any]:
        adjoint_through = sample.adjoint_through(first.node, first.use)
        if type(adjoint_through) is int and not adjoint_through:
            return sample.right, sample.answer  # in a branch that is not taken here
        wrong, right = first.wrong_derivative(sample.values, sample.tangents), sample.tangents.get(first.node, 0)
        return sample.right + adjoint_through * (wrong - right), sample.answer

    def several(sample: Sample) -> tuple[Any, Any]:
        return sample.tangents_with(changes).get(sample.function.root, 0), sample.answer

    return Explanation(first.rule.kind, one if len(changes) == 1 else several, first.rule.message, changes)


def agree(left: Any, right: Any, rounding_loss: float = 0.0) -> bool:
    """Tell whether two doubles are equal within the tolerance."""
    return bool(isfinite(left) and abs(left - right) <= TOLERANCE * max(abs(left), abs(right)) + rounding_loss)


def _rounding_loss(sample: Sample) -> float:
    """Return the rounding error of sums in which the right derivative, much larger than the answer, cancels."""
    return float(ROUNDING * abs(sample.right)) if sample.right else 0.0


def _select_samples(
    function: AnalyzedFunction, answer: Expression, points: Sequence[Mapping[str, float]]
) -> Iterator[SampleAtPoint]:
    """Yield samples at the first points.

    Where the answer is right at nearly all of them, as in a branch, further points at which it is wrong are added.
    """
    most = FEW_SAMPLES if len(function.nodes) > MAX_CONFIRMED_NODES else MAX_SAMPLES
    different = 0
    for number, point in enumerate(points):
        if number >= most and different >= FEW_SAMPLES:
            break
        sample = in_doubles(function, answer, point)
        if sample is not None and (number < most or _differs(sample)):
            different += _differs(sample)
            yield sample, point


def _if_enough(better: list[SampleAtPoint], samples: list[SampleAtPoint]) -> list[SampleAtPoint]:
    """Return the better samples if they are enough to do without the others, else all."""
    return better if len(better) >= FEW_SAMPLES and any(_differs(sample) for sample, _ in better) else samples


def _other_index(samples: Sequence[Sample], index: int) -> int:
    """Return the index of a different sample, if possible one with a different derivative."""
    last = len(samples) - 1
    others = [other for other in range(last + 1) if other != index]
    return next((other for other in others if not agree(samples[other].right, samples[index].right)), last - index)


def _has_usual_size(point: Mapping[str, float]) -> bool:
    """Tell whether no coordinate is so large or small that doubles lose digits: sin(3*x^2) at a million keeps four."""
    return all(value == 0 or 1e-3 <= abs(value) <= 100 for value in point.values())


def _order_of_samples(at_point: SampleAtPoint) -> tuple[bool | float, ...]:
    """Return a sort key for samples: the most informative come first."""
    sample, point = at_point
    return not _differs(sample), _is_special(point), _is_far(point), *_discrepancy_key(sample)


def _is_special(point: Mapping[str, float]) -> bool:
    """Tell whether different mistakes may give the same value at a point, as where x^2 is x or 2*x."""
    return any(abs(x) in (0.0, 0.5, 1.0, 2.0) for x in point.values())


def _is_far(point: Mapping[str, float]) -> bool:
    """Tell whether functions may be flat at a point, so that a mistake in them does not show: tanh(6) is nearly 1."""
    return any(abs(x) > 4 for x in point.values())


def _discrepancy(sample: Sample) -> float:
    scale = max(abs(sample.answer), abs(sample.right))
    return float(abs(sample.answer - sample.right) / scale) if scale else 0.0


def _differs(sample: Sample) -> bool:
    return _discrepancy(sample) > TOLERANCE


def _discrepancy_key(sample: Sample) -> tuple[bool, float]:
    """Return a sort key: first come samples whose answer and derivative differ clearly but have similar magnitude."""
    if not sample.answer or not sample.right:
        return _discrepancy(sample) < CLEAR_DIFFERENCE, inf
    return _discrepancy(sample) < CLEAR_DIFFERENCE, abs(log(abs(sample.answer)) - log(abs(sample.right)))


def is_right(search: Search) -> bool:
    """Tell whether the answer is the derivative, as far as the points show."""
    same = Explanation("", lambda sample: (sample.right, sample.answer), "")
    return search.agrees(same) and bool(confirm(search, [same]))


def confirm(search: Search, explanations: Sequence[Explanation]) -> list[Explanation]:
    """Return the explanations that ball arithmetic does not refute at the first points."""
    surviving = list(explanations)
    if arb_functions.MISSING or len(search.function.nodes) > MAX_CONFIRMED_NODES:
        return surviving
    for index in range(min(CONFIRMATION_POINTS, len(search.points))):
        for bits in CONFIRMATION_BITS:
            if not surviving:
                return []
            surviving, is_open = _examine(search, surviving, index, bits)
            if not is_open:
                break
    return surviving


def _examine(
    search: Search, explanations: Sequence[Explanation], index: int, bits: int
) -> tuple[list[Explanation], bool]:
    """Return the explanations that hold at one point with so many bits, and whether more bits are needed."""
    surviving, is_open = [], False
    with precision(bits):
        try:
            sample = search.in_balls(index, bits)
        except (Beyond, Undecided, *NO_VALUE):
            return list(explanations), True
        for explanation in explanations:
            try:
                left, right = map(lift, explanation.equation(sample))
            except (Beyond, Undecided, *NO_VALUE):
                surviving.append(explanation)
                is_open = True
                continue
            difference = left - right
            if contains_zero(difference):
                surviving.append(explanation)
                size = to_float(magnitude(left))
                is_open = is_open or not to_float(difference.rad) <= 1e-30 * size
    return surviving, is_open
