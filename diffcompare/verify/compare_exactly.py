"""The exact comparison of a formula with the true partial at a point, and the counterexample that is easiest to read.

Both values are computed in ball arithmetic, so no tolerance is needed.  Balls that lie apart are two numbers, whatever
the digit in which they part.  Balls that overlap are made smaller until they share 30 digits or more.

Where an operation of a user's own has no definition, the partial is a limit of differences with its bound: balls share
the digits that it leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

from diffcompare.backends.problem import Problem
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.wengert import active_nodes, wengert_list
from diffcompare.numeric.arb_functions import SLOW_BITS, Beyond, Undecided, arb, power_of_two, precision, size_of
from diffcompare.numeric.balls import BALLS, Ball, contains_zero, evaluate_balls, lift
from diffcompare.numeric.evaluate import Undefined, at_kink
from diffcompare.numeric.sweeps import reverse
from diffcompare.numeric.user_operations import without_definition
from diffcompare.truth.bounded_differences import gradient_by_differences
from diffcompare.truth.rounding import TrueNumber, significant_text
from diffcompare.verify.candidate_points import nearby_points, reading_effort
from diffcompare.verify.sampling import SamplePoint

PRECISIONS = (192, 400, 1000, 2500)  # bits, tried in turn until the question is settled
SHARED_BITS = 100  # values that share as many (30 digits) count as the same
DEEP_PRECISIONS, DEEP_SHARED_BITS = (2500, 5000), 2000  # for the six-hundredth digit, compared at a few points
MAX_BITS_FOR_DIGITS = 1000  # with as many bits, a value without a known digit is shown as 0
SHARED_BITS_OF_DIFFERENCES, SAFETY = 16, 4.0  # 5 digits; the bound of a difference is multiplied by this
ZERO_BITS = 600  # where the partial is 0, a difference known to be below 2^-600 counts as none

# `undefined`: the formula has no value where the partial has one; `open`: no precision that was tried has decided.
Outcome = Literal["same", "different", "undefined", "open"]


class PointComparison(NamedTuple):
    """A formula compared with the true partial at one point; the values are balls, None where they are not known."""

    outcome: Outcome
    partial: Ball | None
    answer: Ball | None
    bits: int
    difference: Ball | None = None
    """answer - partial, where it is far smaller than both."""


class PreparedFunction:
    """A function with its Wengert list, prepared for comparing formulas with its partials at many points."""

    def __init__(self, expression: Expression, answers: Mapping[str, Expression], check: Callable[[], None]) -> None:
        self.nodes = wengert_list(expression)
        self.active = active_nodes(self.nodes, answers)
        self.answers = {name: wengert_list(answer) for name, answer in answers.items()}
        self.check = check
        self.is_slow = any(
            node.operation is not None and node.operation.name in SLOW_BITS
            for node in wengert_list(expression, *answers.values())
        )
        """True if there are operations whose six-hundredth digit takes seconds."""
        self.opaque = without_definition(self.nodes)
        """The first operation of a user's own without a definition, if there is one."""

    def compare_at(self, point: Mapping[str, float], *, deep: bool = False) -> dict[str, PointComparison]:
        """Compare every formula with its partial at a point, by variable.

        The result is empty where the function has no derivative or it cannot be computed.  With `deep`, values count as
        the same only if they share 600 digits.
        """
        if self.opaque is not None:
            return self._compare_with_differences(point, self.opaque)
        comparisons: dict[str, PointComparison] = {}
        shared_bits = DEEP_SHARED_BITS if deep else SHARED_BITS
        for bits in DEEP_PRECISIONS if deep else PRECISIONS:
            with precision(bits):
                try:
                    partials = self._partials(point)
                except Undecided:
                    continue
                except (Beyond, NotDifferentiable, OverflowError, MemoryError):
                    return comparisons
                if partials is None:
                    return {}
                for name, partial in partials.items():
                    if name not in comparisons or not _is_settled(comparisons[name]):
                        comparisons[name] = self._compare(name, point, partial, bits, shared_bits)
            if all(map(_is_settled, comparisons.values())):
                break
        return comparisons

    def _compare_with_differences(self, point: Mapping[str, float], opaque: Expression) -> dict[str, PointComparison]:
        problem = Problem(self.nodes[-1], point, tuple(self.answers))
        gradient, _, _ = gradient_by_differences(problem, self.nodes, opaque, self.check)
        with precision(PRECISIONS[0]):
            return {
                name: self._compare(name, point, _bounded(true), PRECISIONS[0], SHARED_BITS_OF_DIFFERENCES)
                for name, true in gradient.items()
                if true is not None
            }

    def _partials(self, point: Mapping[str, float]) -> dict[str, Ball] | None:
        """Return the partials at a point; None where the function is undefined or has a kink.

        Raises:
            Undecided: At the working precision it is not known whether there are any.
        """
        values = evaluate_balls(self.nodes, point, self.check)
        output = self.nodes[-1]
        if type(values[output]) is Undefined:
            return None
        adjoints = reverse(self.nodes, values, self.active, output, BALLS, self.check)
        for node in adjoints:
            arguments = [values[argument] for argument in node.arguments]
            if at_kink(node, arguments) and not self._is_flat_around(node, point):
                return None
        partials = {name: adjoints.get(Variable(name), lift(0)) for name in self.answers}
        if any(not partial.is_finite for partial in partials.values()):
            raise Undecided
        return partials

    def _is_flat_around(self, node: Expression, point: Mapping[str, float]) -> bool:
        """Tell whether the condition of a kink holds all around, so that there is none.

        relu(relu(x)) has no kink at -1: relu(x) is 0 there and in the neighbourhood.
        """
        nodes = wengert_list(*node.arguments)
        for nearby in nearby_points(point):
            values = evaluate_balls(nodes, nearby, self.check)
            if not at_kink(node, [values[argument] for argument in node.arguments]):
                return False
        return True

    def _compare(
        self, name: str, point: Mapping[str, float], partial: Ball, bits: int, shared_bits: int
    ) -> PointComparison:
        """Compare one formula with its partial at the working precision."""
        nodes = self.answers[name]
        try:
            answer = evaluate_balls(nodes, point, self.check)[nodes[-1]]
        except (Undecided, Beyond, OverflowError, MemoryError):
            return PointComparison("open", partial, None, bits)
        if type(answer) is Undefined:
            return PointComparison("undefined", partial, None, bits)
        difference = answer - partial
        if not difference.is_finite:
            return PointComparison("open", partial, None, bits)
        if not contains_zero(difference):
            return PointComparison("different", partial, answer, bits)
        outcome: Outcome = "same" if _is_negligible(difference, partial, shared_bits) else "open"
        return PointComparison(outcome, partial, answer, bits)


def _bounded(true: TrueNumber) -> Ball:
    """Return a number that differences bound as a ball, some times as large: the bound is an estimate."""
    return Ball(arb(true.nearest, SAFETY * float(true.bound)))


def _is_settled(comparison: PointComparison) -> bool:
    """Tell whether the outcome is known, and for values that differ also their first digits, within reason."""
    if comparison.outcome != "different" or comparison.bits >= MAX_BITS_FOR_DIGITS:
        return comparison.outcome != "open"
    return not any(ball is not None and has_no_known_digit(ball) for ball in (comparison.partial, comparison.answer))


def has_no_known_digit(ball: Ball) -> bool:
    """Tell whether not even the first digits are known: a value between -1e-60 and 1e-60 must not be shown as 0."""
    return abs(ball.mid) < ball.rad * power_of_two(30)


def _is_negligible(difference: Ball, partial: Ball, shared_bits: int) -> bool:
    """Tell whether a difference that may be 0 is known to be small, relative to the partial or to 1 where that is 0."""
    width = difference.rad
    return width * power_of_two(shared_bits) < abs(partial.mid) or width <= power_of_two(-ZERO_BITS)


def certified_nonzero(difference: Expression, point: Mapping[str, float], check: Callable[[], None]) -> Ball | None:
    """Return the value of a difference, given as one formula, if it is known not to be 0."""
    with precision(PRECISIONS[0]):
        try:
            nodes = wengert_list(difference)
            value = evaluate_balls(nodes, point, check)[nodes[-1]]
        except (Undecided, Beyond, OverflowError, MemoryError):
            return None
        return None if type(value) is Undefined or not value.is_finite or contains_zero(value) else value


# Counterexamples.

MIN_DIGITS, MAX_DIGITS = 6, 60  # of values that differ: as many as show the difference, within these limits
LONG_VALUE = 10  # digits of a value beyond which every further one counts twice
BOUNDARY_COST = 3  # in digits, for a point at the very end of an interval
MAX_USUAL_EXPONENT = 40  # binary; values beyond 1e12 or below 1e-12 are shown last
RATIONAL_BITS = 2500  # of a rational number that is known exactly


class Counterexample(NamedTuple):
    """A point, the value of the formula and the value of the partial there, as decimal text."""

    point: Mapping[str, float]
    answer: str
    partial: str


def choose_counterexample(different: Sequence[tuple[SamplePoint, PointComparison]]) -> Counterexample:
    """Return the most readable of the points at which the values differ, by the digits of the point and the values."""
    sample, comparison = min(different, key=lambda candidate: _counterexample_cost(*candidate))
    answer, partial = _value_texts(comparison)
    return Counterexample(sample.point, answer, partial)


def _counterexample_cost(sample: SamplePoint, comparison: PointComparison) -> tuple[bool, bool, float]:
    """Return a sort key: values with known digits first, then those of usual size, then the least effort of reading."""
    assert comparison.answer is not None
    assert comparison.partial is not None
    exponents = [abs(size_of(ball.arb)) for ball in (comparison.answer, comparison.partial)]
    answer, partial = _value_texts(comparison)
    unknown = has_no_known_digit(comparison.answer) or has_no_known_digit(comparison.partial)
    length = max(len(answer), len(partial))
    return (
        unknown,
        max(exponents) > MAX_USUAL_EXPONENT,
        length + max(length - LONG_VALUE, 0) + reading_effort(sample.point) + BOUNDARY_COST * sample.is_boundary,
    )


def most_readable_point(samples: Sequence[SamplePoint]) -> dict[str, float] | None:
    """Return the most readable of some points; None if there are none."""
    if not samples:
        return None
    return dict(min(samples, key=lambda sample: (sample.is_boundary, reading_effort(sample.point))).point)


def _value_texts(comparison: PointComparison) -> tuple[str, str]:
    """Return the values of the answer and of the partial with enough digits to tell them apart."""
    assert comparison.answer is not None
    assert comparison.partial is not None
    if comparison.difference is None:
        return distinguishing_texts(comparison.answer, comparison.partial, comparison.bits)
    partial, difference = _decimal(_number(comparison.partial), MIN_DIGITS), _number(comparison.difference)
    return f"{partial} {'+' if difference > 0 else '-'} {_decimal(abs(difference), MIN_DIGITS)}", partial


def distinguishing_texts(answer: Ball, partial: Ball, bits: int) -> tuple[str, str]:
    """Return both values in as few digits as show the difference; `4 + 1e-400` where that would take too many."""
    with precision(max(bits, RATIONAL_BITS)):
        a, b = _number(answer), _number(partial)
        for digits in range(MIN_DIGITS, MAX_DIGITS):
            texts = _decimal(a, digits), _decimal(b, digits)
            if texts[0] != texts[1]:
                return texts
        sign, difference = "+" if a > b else "-", _decimal(abs(a - b), MIN_DIGITS)
        return f"{texts[1]} {sign} {difference}", texts[1]


def _number(ball: Ball) -> arb:
    """Return the midpoint of a ball; a rational number that is known exactly is rounded to the working precision."""
    return ball.mid if ball.fraction is None else arb(ball.fraction).mid()


def _decimal(number: arb, digits: int) -> str:
    text = significant_text(number, digits, fixed=(-4, 19), strip=True)
    return text.removesuffix(".0").replace(".0e", "e")
