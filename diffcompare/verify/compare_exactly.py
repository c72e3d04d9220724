"""A witness: a point with few digits at which two values are different numbers, and both values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

from diffcompare.language.expression import Expression, Variable
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.wengert import active_nodes, wengert_list
from diffcompare.numeric.arb_functions import SLOW_BITS, Beyond, Undecided, arb, power_of_two, precision, size_of
from diffcompare.numeric.balls import BALLS, Ball, contains_zero, evaluate_balls, lift
from diffcompare.numeric.evaluate import Undefined
from diffcompare.numeric.sweeps import reverse
from diffcompare.truth.one_sided import at_kink
from diffcompare.truth.rounding import written
from diffcompare.verify.beside import beside
from diffcompare.verify.interior_points import effort
from diffcompare.verify.sampling import SamplePoint

# One point, exactly: do a formula and the true partial have the same value there?
#
# Both are computed in ball arithmetic, so no tolerance is needed. Balls that lie apart are two numbers, whatever
# the digit in which they part. Balls that overlap are made smaller until they share 30 digits and more.

PRECISIONS = (192, 400, 1000, 2500)

"""Bits, one after the other, until the question is settled."""

SAME = 100

"""Bits that two values share (30 digits) before they are called the same."""

ENOUGH_TO_SHOW = 1000

"""Bits at which a value of which no digit is known is shown as 0."""

THOROUGH, THOROUGHLY_SAME = (2500, 5000), 2000

"""The same for a look at the six-hundredth digit, which a few points are given."""

NOTHING = 600

"""A difference known to be below 2^-600 is none, where the partial is 0."""

Outcome = Literal["same", "different", "undefined", "open"]

"""`undefined`: the formula has no value where the partial has one; `open`: no precision tried has decided."""


class Compared(NamedTuple):
    """What a point says of one formula; the values as balls, None where there is none."""

    outcome: Outcome
    right: Ball | None
    yours: Ball | None
    bits: int
    gap: Ball | None = None
    """Yours - right, where it is far smaller than both."""


class PreparedFunction:
    """A function with its Wengert list, ready to be compared with formulas at many points."""

    def __init__(self, expression: Expression, answers: Mapping[str, Expression], check: Callable[[], None]) -> None:
        self.nodes = wengert_list(expression)
        self.active = active_nodes(self.nodes, answers)
        self.answers = {name: wengert_list(answer) for name, answer in answers.items()}
        self.check = check
        self.is_slow = any(
            node.operation is not None and node.operation.name in SLOW_BITS
            for node in wengert_list(expression, *answers.values())
        )
        """Whether it has operations whose six-hundredth digit takes seconds."""

    def compared(self, point: Mapping[str, float], *, thorough: bool = False) -> dict[str, Compared]:
        """Every formula against its partial; empty where the function has no derivative, or it cannot be computed."""
        found: dict[str, Compared] = {}
        same = THOROUGHLY_SAME if thorough else SAME
        for bits in THOROUGH if thorough else PRECISIONS:
            with precision(bits):
                try:
                    partials = self._partials(point)
                except Undecided:
                    continue
                except (Beyond, NotDifferentiable, OverflowError, MemoryError):
                    return found
                if partials is None:
                    return {}
                for name, partial in partials.items():
                    if name not in found or not _is_settled(found[name]):
                        found[name] = self._compare(name, point, partial, bits, same)
            if all(map(_is_settled, found.values())):
                break
        return found

    def _partials(self, point: Mapping[str, float]) -> dict[str, Ball] | None:
        """The partials; None where the function is undefined or stands at a kink.  Raises Undecided."""
        values = evaluate_balls(self.nodes, point, self.check)
        output = self.nodes[-1]
        if type(values[output]) is Undefined:
            return None
        adjoints = reverse(self.nodes, values, self.active, output, BALLS, self.check)
        for node in adjoints:
            if at_kink(node, [values[argument] for argument in node.arguments]) and not self._is_level(node, point):
                return None
        partials = {name: adjoints.get(Variable(name), lift(0)) for name in self.answers}
        if any(not partial.is_finite for partial in partials.values()):
            raise Undecided
        return partials

    def _is_level(self, node: Expression, point: Mapping[str, float]) -> bool:
        """Whether what makes a kink holds all around: relu(relu(x)) has none at -1, where relu(x) is 0 and stays so."""
        nodes = wengert_list(*node.arguments)
        for near in beside(point):
            values = evaluate_balls(nodes, near, self.check)
            if not at_kink(node, [values[argument] for argument in node.arguments]):
                return False
        return True

    def _compare(self, name: str, point: Mapping[str, float], partial: Ball, bits: int, same: int) -> Compared:
        nodes = self.answers[name]
        try:
            yours = evaluate_balls(nodes, point, self.check)[nodes[-1]]
        except Undecided:
            return Compared("open", partial, None, bits)
        except (Beyond, OverflowError, MemoryError):
            return Compared("open", partial, None, bits)
        if type(yours) is Undefined:
            return Compared("undefined", partial, None, bits)
        difference = yours - partial
        if not difference.is_finite:
            return Compared("open", partial, None, bits)
        if not contains_zero(difference):
            return Compared("different", partial, yours, bits)
        return Compared("same" if _is_narrow(difference, partial, same) else "open", partial, yours, bits)


def _is_settled(compared: Compared) -> bool:
    """Whether the outcome is known, and of values that differ the first digits; more of them are not tried for long."""
    if compared.outcome != "different" or compared.bits >= ENOUGH_TO_SHOW:
        return compared.outcome != "open"
    return not any(ball is not None and is_vague(ball) for ball in (compared.right, compared.yours))


def is_vague(ball: Ball) -> bool:
    """Whether not even the first digits are known: what lies between -1e-60 and 1e-60 is not to be shown as 0."""
    return abs(ball.mid) < ball.rad * power_of_two(30)


def _is_narrow(difference: Ball, partial: Ball, same: int) -> bool:
    """Whether a difference about 0 is known to be small: beside the partial, or at all where the partial is 0."""
    width = difference.rad
    return width * power_of_two(same) < abs(partial.mid) or width <= power_of_two(-NOTHING)


def nonzero(difference: Expression, point: Mapping[str, float], check: Callable[[], None]) -> Ball | None:
    """The value of a difference that is written as one formula, if it is known not to be 0."""
    with precision(PRECISIONS[0]):
        try:
            nodes = wengert_list(difference)
            value = evaluate_balls(nodes, point, check)[nodes[-1]]
        except (Undecided, Beyond, OverflowError, MemoryError):
            return None
        return None if type(value) is Undefined or not value.is_finite or contains_zero(value) else value


MIN_DIGITS, MAX_DIGITS = 6, 60

"""Digits of the values: as many as it takes to see the difference, and some."""

LONG = 10

"""Digits of a value; every further one counts twice."""

AT_AN_END = 3

"""What it costs, in digits, that a point is the very end of a piece."""

FINEST = 2500

"""Bits of numbers that are known exactly."""


class Witness(NamedTuple):
    """A point, the value of the formula and the value of the partial there, as decimal text."""

    point: Mapping[str, float]
    yours: str
    right: str


def witness_of(different: Sequence[tuple[SamplePoint, Compared]]) -> Witness:
    """The plainest of the points at which the values differ: near, and few digits in it and in the values."""
    place, compared = min(different, key=lambda each: _plainness(*each))
    yours, right = _texts(compared)
    return Witness(place.point, yours, right)


def _plainness(place: SamplePoint, compared: Compared) -> tuple[bool, bool, float]:
    assert compared.yours is not None
    assert compared.right is not None
    sizes = [abs(size_of(ball.arb)) for ball in (compared.yours, compared.right)]
    yours, right = _texts(compared)
    unknown = is_vague(compared.yours) or is_vague(compared.right)
    length = max(len(yours), len(right))
    return (
        unknown,
        max(sizes, default=0) > 40,
        length + max(length - LONG, 0) + effort(place.point) + AT_AN_END * place.edge,
    )


def nearest(places: Sequence[SamplePoint]) -> dict[str, float] | None:
    """The plainest of some points; None of none."""
    if not places:
        return None
    return dict(min(places, key=lambda place: (place.edge, effort(place.point))).point)


def _texts(compared: Compared) -> tuple[str, str]:
    assert compared.yours is not None
    assert compared.right is not None
    if compared.gap is None:
        return values_that_differ(compared.yours, compared.right, compared.bits)
    right, gap = _text(_number(compared.right), MIN_DIGITS), _number(compared.gap)
    return f"{right} {'+' if gap > 0 else '-'} {_text(abs(gap), MIN_DIGITS)}", right


def values_that_differ(yours: Ball, right: Ball, bits: int) -> tuple[str, str]:
    """Both values in as few digits as show the difference; `4 + 1e-400` where that would take too many."""
    with precision(max(bits, FINEST)):
        a, b = _number(yours), _number(right)
        for digits in range(MIN_DIGITS, MAX_DIGITS):
            texts = _text(a, digits), _text(b, digits)
            if texts[0] != texts[1]:
                return texts
        sign, gap = "+" if a > b else "-", _text(abs(a - b), MIN_DIGITS)
        return f"{texts[1]} {sign} {gap}", texts[1]


def _number(ball: Ball) -> arb:
    """The midpoint; of a rational number that is known exactly, more than its digits at the working precision."""
    return ball.mid if ball.fraction is None else arb(ball.fraction).mid()


def _text(number: arb, digits: int) -> str:
    text = written(number, digits, fixed=(-4, 19), strip=True)
    return text.removesuffix(".0").replace(".0e", "e")
