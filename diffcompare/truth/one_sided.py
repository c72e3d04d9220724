"""One-sided slopes in ball arithmetic, for points where partials do not exist or are not confirmed.

At a kink the table still knows the slope along a ray, node by node (|u| at u = 0 has the slope |u'|, a step function
takes the side to which u' points), and difference quotients check it.  Where the table has no answer (a root at 0, a
removable gap), the limit of the quotients is taken.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from diffcompare.language.expression import Expression, Operation, Variable
from diffcompare.language.operations import atan2
from diffcompare.numeric.arb_functions import Beyond, Undecided, arb, power_of_two, precision
from diffcompare.numeric.balls import BALLS, Ball, compare, evaluate_balls, lift, magnitude
from diffcompare.numeric.evaluate import Undefined, at_kink
from diffcompare.numeric.power_series import PowerSeries, TooShort, Unknown, as_series, terms, variable
from diffcompare.truth.directional_check import NEGLIGIBLE, Check, Quotient, confirm, value_near
from diffcompare.truth.rounding import round_ball

NARROW = -120  # a quotient is known well enough when its radius is 2^-120 of it

# Depths at which a limit of quotients is looked for.  Between the first two and the last no feature can hide if they
# agree.
LIMIT_DEPTHS = (200, 400, 4000)
FINEST_DEPTH = 1 << 14  # for quotients that fall so slowly that they are not yet negligible at those depths
LAST_BITS = 2048
# A limit that this many bits cannot tell from the value is taken to be that value: they differ by less than 1e-2400.
JUMP_BITS = (2048, 1 << 13)
# Numbers of series terms to try: every factor of a divisor that is 0 at the point costs one.
TERMS = (2, 4, 8, 16, 32)

# A number; ±inf (vertical, or a jump); None (no values on that side); nan (no limit was found).
Slope: TypeAlias = "Ball | float | None"


def one_sided_slopes(
    nodes: Sequence[Expression], point: Mapping[str, float], name: str, bits: int, check: Check
) -> tuple[Slope, Slope]:
    """Return the slopes to the left and to the right of the point along one variable."""
    left, right = (_one_sided(Side(nodes, point, name, sign, check), bits) for sign in (-1, 1))
    return left, right


class Side(NamedTuple):
    """One side (1 or -1) of a point along one variable."""

    nodes: Sequence[Expression]
    point: Mapping[str, float]
    name: str
    sign: int
    check: Check


def _one_sided(side: Side, bits: int) -> Slope:
    """Return the slope by the table if quotients confirm it, else the limit of the quotients."""
    quotient = partial(_quotient, side)
    slope = _along_ray(side, bits)
    while bits < LAST_BITS and (slope is None or (isinstance(slope, Ball) and round_ball(slope) is None)):
        bits *= 2
        slope = _along_ray(side, bits)
    if isinstance(slope, float) or (slope is not None and confirm(quotient, slope, magnitude(slope), bits)):
        return slope
    limit = _limit(quotient, bits)
    vertical = isinstance(limit, float) and slope is not None
    return math.nan if vertical else limit  # the table has a finite slope, which growing quotients may still reach


def _quotient(side: Side, depth: int, bits: int) -> Ball | Undefined | None:
    """Return (f(x + h) - f(x)) / h for a step of about 2^-depth, relative to x, on one side of x."""
    with precision(bits):
        # An odd 64-bit factor, different at every depth: powers of 2 could all be zeros of f (sin(pi/x), say).
        factor = side.sign * (0x9E3779B97F4A7C15 + 2 * depth)
        x = side.point[side.name]
        step = Ball(arb((factor, (math.frexp(x)[1] if x else 0) - 64 - depth)))
        values = []
        for where in (x, lift(x) + step):
            value = value_near(side.nodes, {**side.point, side.name: where}, side.check)
            if not isinstance(value, Ball):
                return value
            values.append(value)
        quotient = (values[1] - values[0]) / step
    return quotient if quotient.is_finite else None


def _limit(quotient: Quotient, bits: int) -> Slope:
    """Return the limit of quotients: a number, ±inf where they keep growing, nan where neither is clear."""
    quotients: list[Ball | Undefined] = []
    try:
        for depth in LIMIT_DEPTHS:
            settled = _settled(quotient, depth, bits + 2 * depth + 1000)
            if settled is None:
                return math.nan
            quotients.append(settled)
    except Beyond:
        return math.nan
    if all(isinstance(value, Undefined) for value in quotients):
        return None
    balls = [value for value in quotients if isinstance(value, Ball)]
    if len(balls) < len(quotients):
        return math.nan
    with precision(LAST_BITS):
        most = [magnitude(ball) for ball in balls]
        least = [ball.arb.abs_lower() for ball in balls]
        if all(coarse * power_of_two(20) < fine for coarse, fine in zip(most, least[1:], strict=False)):
            return -math.inf if balls[-1].arb < 0 else math.inf
        falls = (fine < coarse * power_of_two(-20) for coarse, fine in zip(least, most[1:], strict=False))
        if all(fall or fine < NEGLIGIBLE for fall, fine in zip(falls, most[1:], strict=False)):
            return _zero_limit(quotient, bits, most[-1])  # they fall like a power of h
        return _number(balls)


def _number(balls: Sequence[Ball]) -> Slope:
    """Return the number that quotients at ever smaller steps approach; nan where they approach none."""
    last = balls[-1]
    most = magnitude(last)
    far, near = (magnitude(ball - last) for ball in balls[:-1])
    if most * power_of_two(-40) < far or most * power_of_two(-90) < near:
        return math.nan
    return Ball(arb(last.arb, near))  # the last is nearer to the limit than to the one before


def _zero_limit(quotient: Quotient, bits: int, most: arb) -> Ball:
    """Return 0 with a radius as small as quotients show; slow ones, like h^(1/6), are asked at a finer step."""
    if most > NEGLIGIBLE:
        finest = _settled(quotient, FINEST_DEPTH, bits + 2 * FINEST_DEPTH + 1000)
        most = most.min(magnitude(finest)) if isinstance(finest, Ball) else most
    return Ball(arb(0, 2 * most))


def _settled(quotient: Quotient, depth: int, bits: int) -> Ball | Undefined | None:
    """Return the quotient at the precision that its cancellation needs: a gap of order n loses (n + 1)*depth bits."""
    for enough in (bits, 3 * bits, 9 * bits):
        value = quotient(depth, enough)
        if isinstance(value, Undefined) or (isinstance(value, Ball) and _is_narrow(value)):
            break
        if value is None and enough > bits:
            break  # open at two precisions is, as a rule, open at any
    return value


def _is_narrow(ball: Ball) -> bool:
    return ball.rad <= (abs(ball.mid) * power_of_two(NARROW)).max(NEGLIGIBLE)


# --- Slopes along a ray, by the table ---------------------------------------------------------------------------------


def _along_ray(side: Side, bits: int) -> Ball | float | None:
    """Return the slope on one side: a number, ±inf at a jump, or None where the table cannot tell."""
    reached = None
    for count in TERMS:
        with precision(bits), terms(count):
            try:
                ray = Ray(side)
                output = ray.expanded()
                if output is None or type(output) is Undefined:
                    end = None
                else:
                    output = as_series(output)
                    if output.end >= 2:
                        return _slope_of(output, ray, count)
                    end = output.end
            except (Undecided, Beyond):
                return None
        if not ray.too_short and end == reached:
            return None  # more terms would not help
        reached = end
    return None


def _slope_of(output: PowerSeries, ray: Ray, count: int) -> Ball | float | None:
    """Return the slope from the coefficient of t; ±inf where the constant term is not the value there (a jump)."""
    if output.has_pole:
        return None
    jump = ray.jump(output) if ray.jumped else 0
    if jump is None:  # equal numbers reached in two ways, or two that are very close
        jump = _jump_at_more_bits(ray.side, count)
    if jump:
        return math.copysign(math.inf, jump * ray.side.sign)
    slope: Ball = output.coefficient(1) * ray.side.sign
    return slope


def _jump_at_more_bits(side: Side, count: int) -> int:
    """Return the sign of the jump from the value at the point to the limit; 0 where no precision separates them."""
    for bits in JUMP_BITS:
        with precision(bits), terms(count):
            ray = Ray(side)
            try:
                output = ray.expanded()
                jump = None if output is None or type(output) is Undefined else ray.jump(as_series(output))
            except (Undecided, Beyond):
                break
        if jump is not None:
            return jump
    return 0


class Ray:
    """The expansion of every node as t falls to 0: a constant, a power series in t, or None where none is known."""

    def __init__(self, side: Side) -> None:
        self.side = side
        self.jumped = False
        """True if the limit may differ from the value at the point: a step was passed, or another branch taken."""
        self.too_short = False
        self.values: dict[Expression, Any] = {}

    def expanded(self) -> Any:
        """Expand all nodes and return the expansion of the last; None where no series is known."""
        for node in self.side.nodes:
            self.side.check()
            try:
                self.values[node] = self._expand(node)
            except TooShort:
                self.too_short = True
                self.values[node] = None
            except (Unknown, Undecided):
                self.values[node] = None
        return self.values[self.side.nodes[-1]]

    def jump(self, output: PowerSeries) -> int | None:
        """Return the sign of the jump from the value at the point to the limit; None where precision leaves it open."""
        value = evaluate_balls(self.side.nodes, self.side.point, self.side.check)[self.side.nodes[-1]]
        try:
            return compare(output.coefficient(0), value)
        except Undecided:
            return None

    def _expand(self, node: Expression) -> Any:
        operation, arguments = node.operation, [self.values[argument] for argument in node.arguments]
        if type(node) is Variable and node.name == self.side.name:
            return variable(self.side.point[node.name], self.side.sign)
        if operation is None:
            return BALLS.leaf(node, self.side.point)
        if operation.selects:
            return self._choose(node, operation, arguments)
        if any(argument is None or type(argument) is Undefined for argument in arguments):
            return None
        if not any(type(argument) is PowerSeries for argument in arguments):
            return BALLS.functions[operation](*arguments)
        if operation.name in STEPS:
            return self._step(operation, arguments[0])
        if operation is atan2 and at_kink(
            node, [as_series(argument).stripped().coefficient(0) for argument in arguments]
        ):
            self.jumped = True
        return operation(*map(as_series, arguments))

    def _choose(self, node: Expression, operation: Operation, arguments: Sequence[Any]) -> Any:
        """Return the branch of an `if` that is taken close to the point."""
        assert operation.selects is not None
        left, right = arguments[:2]
        if any(compared is None or type(compared) is Undefined for compared in (left, right)):
            return None
        if node.arguments[0] is node.arguments[1]:
            return arguments[operation.selects(0, 0)]
        if type(left) is not PowerSeries and type(right) is not PowerSeries:
            return arguments[operation.selects(left, right)]
        difference = as_series(left) - as_series(right)
        chosen = operation.selects(difference.sign(), 0)
        if difference.leading().first > 0 and chosen != operation.selects(0, 0):
            self.jumped = True
        return arguments[chosen]

    def _step(self, operation: Operation, argument: PowerSeries) -> Any:
        """Return the value of a step function on the side of the step to which the argument moves."""
        limit = argument.coefficient(0) if argument.end > 0 and not argument.has_pole else None
        if limit is None:
            return None
        if not operation.kink.contains(limit):
            return BALLS.functions[operation](limit)
        self.jumped = True
        return STEPS[operation.name](limit)[(argument - limit).sign() > 0]


# The limits of a step function below and above its step.
STEPS: Mapping[str, Callable[[Ball], tuple[Ball, Ball]]] = {
    "sign": lambda value: (lift(-1), lift(1)),
    "floor": lambda value: (value - 1, value),
    "ceil": lambda value: (value, value + 1),
}
