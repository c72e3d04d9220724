"""One point, exactly: do a formula and the true partial have the same value there?

Both are computed in ball arithmetic, so no tolerance is needed.  Balls that lie apart are two numbers, whatever the
digit in which they part.  Balls that overlap are made smaller until they share 30 digits and more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from diffcompare.evaluation import Undefined
from diffcompare.expression import Expression, Variable
from diffcompare.sweeps import NotDifferentiable, reverse
from diffcompare.truth.ball import BALLS, Ball, Beyond, Undecided, contains_zero, evaluate_balls, precision
from diffcompare.truth.mpf import finf, from_int, fzero, mpf_abs, mpf_lt, mpf_shift
from diffcompare.truth.slopes import at_kink
from diffcompare.truth.values import SLOW_BITS
from diffcompare.wengert import active_nodes, listing

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


class Function:
    """A function with its Wengert list, ready to be compared with formulas at many points."""

    def __init__(self, expression: Expression, answers: Mapping[str, Expression], check: Callable[[], None]) -> None:
        self.nodes = listing(expression)
        self.active = active_nodes(self.nodes, answers)
        self.answers = {name: listing(answer) for name, answer in answers.items()}
        self.check = check
        self.is_slow = any(
            node.operation is not None and node.operation.name in SLOW_BITS
            for node in listing(expression, *answers.values())
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
            if node.operation is not None and at_kink(node, [values[argument] for argument in node.arguments]):
                return None
        partials = {name: adjoints.get(Variable(name), Ball(fzero)) for name in self.answers}
        if any(partial.rad == finf for partial in partials.values()):
            raise Undecided
        return partials

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
        if difference.rad == finf:
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
    return bool(mpf_lt(mpf_abs(ball.mid), mpf_shift(ball.rad, 30)))


def _is_narrow(difference: Ball, partial: Ball, same: int) -> bool:
    """Whether a difference about 0 is known to be small: beside the partial, or at all where the partial is 0."""
    if mpf_lt(mpf_shift(difference.rad, same), mpf_abs(partial.mid)):
        return True
    return not mpf_lt(mpf_shift(from_int(1), -NOTHING), difference.rad)


def nonzero(difference: Expression, point: Mapping[str, float], check: Callable[[], None]) -> Ball | None:
    """The value of a difference that is written as one formula, if it is known not to be 0."""
    with precision(PRECISIONS[0]):
        try:
            nodes = listing(difference)
            value = evaluate_balls(nodes, point, check)[nodes[-1]]
        except (Undecided, Beyond, OverflowError, MemoryError):
            return None
        return None if type(value) is Undefined or value.rad == finf or contains_zero(value) else value
