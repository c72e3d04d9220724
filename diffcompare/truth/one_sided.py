"""Slopes in ball arithmetic: does a difference of values confirm a gradient, and what is on either side of a kink?

A quotient of values is the witness that does not know the table's partials.  At a kink the table still knows the
slope along a ray, node by node (|u| at u = 0 has the slope |u'|, a step takes the side to which u' points); values
confirm it too.  Where the table has no answer (a root at 0, a removable gap) the limit of the quotients is taken.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from diffcompare.language.expression import Expression, Operation, Variable
from diffcompare.numeric.arb_functions import Beyond, Undecided, arb, power_of_two, precision, size_of
from diffcompare.numeric.balls import BALLS, Ball, compare, evaluate_balls, lift, magnitude
from diffcompare.numeric.evaluate import Undefined
from diffcompare.truth.power_series import PowerSeries, TooShort, Unknown, as_series, terms, variable
from diffcompare.truth.rounding import round_ball

TOLERANCE = -80
"""The check of the sweep accepts a relative difference of 2^-80: it looks for wrong partials, not for lost digits."""
MASKING = 200
"""By so many bits, and no more, are the terms of the check brought to one size."""
NOTHING = power_of_two(-1080)
"""Sizes below are none: it is far less than half the smallest double."""

NARROW = -120
"""A quotient is known well enough when its radius is 2^-120 of it."""

DEPTHS = (100, 500, 800, 1500, 4000)
"""Steps are 2^-depth: features finer than one step get their chance at the next.  The last is below any literal."""
MAX_DEPTH = 1 << 16
"""Steps of fewer bits than this would take seconds."""
LIMIT_DEPTHS = (200, 400, 4000)
"""Where quotients are taken for their limit.  That the last agrees with the first two says that nothing is between."""
FINEST_DEPTH = 1 << 14
"""Where quotients are taken that fall so slowly that they are no nothing at those depths."""
LAST_BITS = 2048
JUMP_BITS = (2048, 1 << 13)
"""A limit that is not told apart from the value with so many bits is that value: they differ by less than 1e-2400."""
TERMS = (2, 4, 8, 16, 32)
"""How many terms of a series are tried: every factor of a divisor that is 0 at the point costs one."""

Slope: TypeAlias = "Ball | float | None"
"""A number; inf or -inf (vertical, or a jump); None (no values on that side); nan (no limit that could be found)."""
Quotient: TypeAlias = "Callable[[int, int], Ball | Undefined | None]"
"""A difference quotient at a step of 2^-depth and a precision; None where that precision leaves it open."""
Check: TypeAlias = "Callable[[], None]"


def directional_check(
    nodes: Sequence[Expression], point: Mapping[str, float], gradient: Mapping[str, Ball], bits: int, check: Check
) -> bool:
    """Whether a central difference of values, in a direction that moves every variable, confirms the gradient."""
    moves = {name: _move(index, point[name]) for index, name in enumerate(gradient)}
    expected, scale = lift(0), lift(0).arb
    with precision(bits):
        sizes = {name: _size(gradient[name], move) for name, move in moves.items()}
        least = min(sizes.values(), default=0)
        for name, size in sizes.items():
            # Large terms move less, lest they hide an error in a small one.
            moves[name] = moves[name] * power_of_two(-min(size - least, MASKING))
            term = gradient[name] * Ball(moves[name])
            expected = expected + term
            scale = scale + magnitude(term)
    bits += MASKING if len(moves) > 1 else 0
    return _confirmed(lambda depth, bits: _central(nodes, point, moves, depth, bits, check), expected, scale, bits)


def _size(partial: Ball, move: arb) -> int:
    """The binary magnitude of a term; a partial that is said to be 0 counts as 1, for it may be wrong."""
    return size_of(move if partial.mid.is_zero() else partial.arb * move)


def _confirmed(quotient: Quotient, expected: Ball, scale: arb, bits: int) -> bool:
    """Whether quotients approach what is expected: by coming near enough, or by a gap that shrinks with the step."""
    before: tuple[int, arb] | None = None
    for depth in _depths(scale):
        gap = _gap(quotient, expected, scale, depth, bits)
        if gap is not None and gap.is_zero():
            return True
        if gap is not None:
            if before is not None and gap < before[1] * power_of_two((before[0] - depth) // 2):
                return True
            before = depth, gap
    return False


def _depths(scale: arb) -> tuple[int, ...]:
    """The usual depths; a gradient beyond the last of them bends the graph within a step of its own inverse."""
    size = size_of(scale)
    beyond = tuple(depth for depth in (size + 100, size + 300) if DEPTHS[-1] < depth < MAX_DEPTH)
    return DEPTHS + beyond


def _gap(quotient: Quotient, expected: Ball, scale: arb, depth: int, bits: int) -> arb | None:
    """How far off the quotient is; 0 within the tolerance, None where it cannot be told."""
    allowed = (scale * power_of_two(TOLERANCE)).max(NOTHING)
    for enough in (bits + depth, bits + 3 * depth, 3 * (bits + depth), 9 * (bits + depth)):
        try:
            found = quotient(depth, enough)
        except Beyond:
            return None
        if isinstance(found, Undefined):
            return None
        if isinstance(found, Ball):
            with precision(enough):
                gap = found - expected
                most = magnitude(gap)
            if most <= allowed:
                return lift(0).arb
            if 2 * gap.rad < abs(gap.mid):
                return most
    return None


def _central(
    nodes: Sequence[Expression],
    point: Mapping[str, float],
    moves: Mapping[str, arb],
    depth: int,
    bits: int,
    check: Check,
) -> Ball | Undefined | None:
    """(f(p + h*m) - f(p - h*m)) / 2h along the moves m."""
    with precision(bits):
        ends = []
        for sign in (1, -1):
            shifted: dict[str, float | Ball] = dict(point)
            for name, move in moves.items():
                shifted[name] = lift(point[name]) + Ball(move * power_of_two(-depth)) * sign
            value = _value(nodes, shifted, check)
            if not isinstance(value, Ball):
                return value
            ends.append(value)
        return (ends[0] - ends[1]) * Ball(power_of_two(depth - 1))


def _move(index: int, x: float) -> arb:
    """How far a variable moves: about its own size, each by another fraction and in alternating directions."""
    size = math.frexp(x)[1] if x else 0
    fraction = 64 + 37 * (index + 1) % 64
    return (fraction if index % 2 == 0 else -fraction) * power_of_two(size - 6)


def _value(nodes: Sequence[Expression], point: Mapping[str, float | Ball], check: Check) -> Ball | Undefined | None:
    """The value; None where this precision leaves it open."""
    try:
        value: Ball | Undefined = evaluate_balls(nodes, point, check)[nodes[-1]]
    except Undecided:
        return None
    return None if isinstance(value, Ball) and not value.is_finite else value


def one_sided_slopes(
    nodes: Sequence[Expression], point: Mapping[str, float], name: str, bits: int, check: Check
) -> tuple[Slope, Slope]:
    """The slopes to the left and to the right of the point along one variable."""
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
    """What the table says, if values confirm it; else the limit of the quotients."""
    quotient = partial(_quotient, side)
    slope = _along_ray(side, bits)
    while bits < LAST_BITS and (slope is None or (isinstance(slope, Ball) and round_ball(slope) is None)):
        bits *= 2
        slope = _along_ray(side, bits)
    if isinstance(slope, float) or (slope is not None and _confirmed(quotient, slope, magnitude(slope), bits)):
        return slope
    limit = _limit(quotient, bits)
    vertical = isinstance(limit, float) and slope is not None
    return math.nan if vertical else limit  # the table has a number, and quotients that grow may yet come to it


def _quotient(side: Side, depth: int, bits: int) -> Ball | Undefined | None:
    """(f(x + h) - f(x)) / h for a step of about 2^-depth on one side of x."""
    with precision(bits):
        # An odd factor of 64 bits, another one at every depth: multiples of a power of 2 could all be zeros of f.
        factor = side.sign * (0x9E3779B97F4A7C15 + 2 * depth)
        x = side.point[side.name]
        step = Ball(arb((factor, (math.frexp(x)[1] if x else 0) - 64 - depth)))
        values = []
        for where in (x, lift(x) + step):
            value = _value(side.nodes, {**side.point, side.name: where}, side.check)
            if not isinstance(value, Ball):
                return value
            values.append(value)
        quotient = (values[1] - values[0]) / step
    return quotient if quotient.is_finite else None


def _limit(quotient: Quotient, bits: int) -> Slope:
    """The limit of quotients: a number, infinite where they keep growing, nan where neither is plain to see."""
    found: list[Ball | Undefined] = []
    try:
        for depth in LIMIT_DEPTHS:
            settled = _settled(quotient, depth, bits + 2 * depth + 1000)
            if settled is None:
                return math.nan
            found.append(settled)
    except Beyond:
        return math.nan
    if all(isinstance(each, Undefined) for each in found):
        return None
    balls = [each for each in found if isinstance(each, Ball)]
    if len(balls) < len(found):
        return math.nan
    with precision(LAST_BITS):
        most = [magnitude(each) for each in balls]
        least = [each.arb.abs_lower() for each in balls]
        if all(coarse * power_of_two(20) < fine for coarse, fine in zip(most, least[1:], strict=False)):
            return -math.inf if balls[-1].arb < 0 else math.inf
        falls = (fine < coarse * power_of_two(-20) for coarse, fine in zip(least, most[1:], strict=False))
        if all(fall or fine < NOTHING for fall, fine in zip(falls, most[1:], strict=False)):
            return _nothing(quotient, bits, most[-1])  # they fall like a power of h
        return _number(balls)


def _number(balls: Sequence[Ball]) -> Slope:
    """The number to which quotients at ever smaller steps come near; nan where they do not."""
    last = balls[-1]
    most = magnitude(last)
    far, near = (magnitude(each - last) for each in balls[:-1])
    if most * power_of_two(-40) < far or most * power_of_two(-90) < near:
        return math.nan
    return Ball(arb(last.arb, near))  # the last is nearer to the limit than to the one before


def _nothing(quotient: Quotient, bits: int, most: arb) -> Ball:
    """The limit 0, as near as quotients come to it: h^(1/6), say, takes a smaller step than others."""
    if most > NOTHING:
        finest = _settled(quotient, FINEST_DEPTH, bits + 2 * FINEST_DEPTH + 1000)
        most = most.min(magnitude(finest)) if isinstance(finest, Ball) else most
    return Ball(arb(0, 2 * most))


def _settled(quotient: Quotient, depth: int, bits: int) -> Ball | Undefined | None:
    """The quotient at as much precision as its cancellation takes: a gap of order n loses n + 1 times the depth."""
    for enough in (bits, 3 * bits, 9 * bits):
        found = quotient(depth, enough)
        if isinstance(found, Undefined) or (isinstance(found, Ball) and _is_narrow(found)):
            break
        if found is None and enough > bits:
            break  # what is open twice is open for ever, as a rule
    return found


def _is_narrow(ball: Ball) -> bool:
    return ball.rad <= (abs(ball.mid) * power_of_two(NARROW)).max(NOTHING)


# --- What the table says along a ray ----------------------------------------------------------------------------------


def at_kink(node: Expression, values: Sequence[Any]) -> bool:
    """Whether a node stands at a kink of its row.  Raises Undecided where this precision cannot tell."""
    operation, arguments = node.operation, node.arguments
    if operation is None or not operation.kink.text:
        return False
    if (operation.selects or operation.name in ("min", "max")) and arguments[0] is arguments[1]:
        return False  # a thing compared with itself ties everywhere (equal values of two things would not do)
    compared = values[:2] if operation.selects else values
    if any(type(value) is Undefined for value in compared):
        return False
    return bool(operation.kink.contains(*values))


def _along_ray(side: Side, bits: int) -> Ball | float | None:
    """The slope on one side: a number, inf or -inf at a jump, or None where the table cannot tell."""
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
            return None  # more terms would tell no more
        reached = end
    return None


def _slope_of(output: PowerSeries, ray: Ray, count: int) -> Ball | float | None:
    """The second coefficient, unless the first is not the value at the point."""
    if output.has_pole:
        return None
    jump = ray.jump(output) if ray.jumped else 0
    if jump is None:  # two ways to one number, or two numbers that are very near
        jump = _jump_at_more_bits(ray.side, count)
    if jump:
        return math.copysign(math.inf, jump * ray.side.sign)
    return output.coefficient(1) * ray.side.sign


def _jump_at_more_bits(side: Side, count: int) -> int:
    """The sign of the jump from the value at the point to the limit; 0 where no precision tells them apart."""
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
    """What every node does as t falls to 0: a constant, a series, or None where no series is known."""

    def __init__(self, side: Side) -> None:
        self.side = side
        self.jumped = False
        """Whether the limit may be another value than that at the point: past a step, or in another branch."""
        self.too_short = False
        self.values: dict[Expression, Any] = {}

    def expanded(self) -> Any:
        """The last node."""
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
        """The sign of the jump from the value at the point to the limit; None where this precision leaves it open."""
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
        if operation.name == "atan2" and at_kink(
            node, [as_series(argument).stripped().coefficient(0) for argument in arguments]
        ):
            self.jumped = True
        return operation(*map(as_series, arguments))

    def _choose(self, node: Expression, operation: Operation, arguments: Sequence[Any]) -> Any:
        """The branch of an `if` that is taken beside the point."""
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
        """The side of a step to which the argument points."""
        limit = argument.coefficient(0) if argument.end > 0 and not argument.has_pole else None
        if limit is None:
            return None
        if not operation.kink.contains(limit):
            return BALLS.functions[operation](limit)
        self.jumped = True
        return STEPS[operation.name](limit)[(argument - limit).sign() > 0]


STEPS: Mapping[str, Callable[[Ball], tuple[Ball, Ball]]] = {
    "sign": lambda value: (lift(-1), lift(1)),
    "floor": lambda value: (value - 1, value),
    "ceil": lambda value: (value, value + 1),
}
"""The limits of a row below and above its step."""
