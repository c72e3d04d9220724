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

from diffcompare.evaluation import Undefined
from diffcompare.expression import Expression, Operation, Variable
from diffcompare.sweeps import partials, scaled
from diffcompare.truth.ball import (
    BALLS,
    Ball,
    Beyond,
    Undecided,
    compare,
    contains_zero,
    evaluate_balls,
    magnitude,
    precision,
)
from diffcompare.truth.mpf import Mpf, finf, from_float, from_int, fzero, mpf_abs, mpf_add, mpf_lt, mpf_shift, mpf_sub
from diffcompare.truth.rounding import round_ball

TOLERANCE = -80
"""The check of the sweep accepts a relative difference of 2^-80: it looks for wrong partials, not for lost digits."""
MASKING = 200
"""By so many bits, and no more, are the terms of the check brought to one size."""
NOTHING = mpf_shift(from_int(1), -1080)
"""Sizes below are none: it is far less than half the smallest double."""

DEPTHS = (100, 500, 800, 1500, 4000)
"""Steps are 2^-depth: features finer than one step get their chance at the next.  The last is below any literal."""
LIMIT_DEPTHS = (200, 400, 4000)
"""Where quotients are taken for their limit.  That the last agrees with the first two says that nothing is between."""
LAST_BITS = 2048

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
    expected, scale = Ball(fzero), fzero
    with precision(bits):
        sizes = {name: _exponent(gradient[name], move) for name, move in moves.items()}
        least = min(sizes.values(), default=0)
        for name, size in sizes.items():
            # Large terms move less, lest they hide an error in a small one.
            moves[name] = mpf_shift(moves[name], -min(size - least, MASKING))
            term = gradient[name] * Ball(moves[name])
            expected = expected + term
            scale = mpf_add(scale, magnitude(term))
    bits += MASKING if len(moves) > 1 else 0
    return _confirmed(lambda depth, bits: _central(nodes, point, moves, depth, bits, check), expected, scale, bits)


def _exponent(partial: Ball, move: Mpf) -> int:
    """The binary magnitude of a term; a partial that is said to be 0 counts as 1, for it may be wrong."""
    term = move if partial.mid == fzero else (partial * Ball(move)).mid
    return int(term[2] + term[3])


def _confirmed(quotient: Quotient, expected: Ball, scale: Mpf, bits: int) -> bool:
    """Whether quotients approach what is expected: by coming near enough, or by a gap that shrinks with the step."""
    before: tuple[int, Mpf] | None = None
    for depth in DEPTHS:
        gap = _gap(quotient, expected, scale, depth, bits)
        if gap == fzero:
            return True
        if gap is not None:
            if before is not None and mpf_lt(gap, mpf_shift(before[1], (before[0] - depth) // 2)):
                return True
            before = depth, gap
    return False


def _gap(quotient: Quotient, expected: Ball, scale: Mpf, depth: int, bits: int) -> Mpf | None:
    """How far off the quotient is; 0 within the tolerance, None where it cannot be told."""
    allowed = mpf_shift(scale, TOLERANCE)
    if mpf_lt(allowed, NOTHING):
        allowed = NOTHING
    for enough in (bits + depth, bits + 3 * depth, 3 * (bits + depth)):
        try:
            found = quotient(depth, enough)
        except Beyond:
            return None
        if isinstance(found, Ball):
            with precision(enough):
                gap = found - expected
            if not mpf_lt(allowed, magnitude(gap)):
                return fzero
            if mpf_lt(gap.rad, mpf_shift(mpf_abs(gap.mid), -1)):
                return magnitude(gap)
    return None


def _central(
    nodes: Sequence[Expression],
    point: Mapping[str, float],
    moves: Mapping[str, Mpf],
    depth: int,
    bits: int,
    check: Check,
) -> Ball | None:
    """(f(p + h*m) - f(p - h*m)) / 2h along the moves m."""
    with precision(bits):
        ends = []
        for sign in (1, -1):
            shifted: dict[str, float | Ball] = dict(point)
            for name, move in moves.items():
                shifted[name] = Ball(from_float(point[name])) + Ball(mpf_shift(move, -depth)) * sign
            value = _value(nodes, shifted, check)
            if not isinstance(value, Ball):
                return None
            ends.append(value)
        difference = ends[0] - ends[1]
        return Ball(mpf_shift(difference.mid, depth - 1), mpf_shift(difference.rad, depth - 1))


def _move(index: int, x: float) -> Mpf:
    """How far a variable moves: about its own size, each by another fraction and in alternating directions."""
    size = math.frexp(x)[1] if x else 0
    fraction = 64 + 37 * (index + 1) % 64
    return mpf_shift(from_int(fraction if index % 2 == 0 else -fraction), size - 6)  # type: ignore[no-any-return]


def _value(nodes: Sequence[Expression], point: Mapping[str, float | Ball], check: Check) -> Ball | Undefined | None:
    """The value; None where this precision leaves it open."""
    try:
        value: Ball | Undefined = evaluate_balls(nodes, point, check)[nodes[-1]]
    except Undecided:
        return None
    return None if isinstance(value, Ball) and value.rad == finf else value


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
    return _limit(quotient, bits)


def _quotient(side: Side, depth: int, bits: int) -> Ball | Undefined | None:
    """(f(x + h) - f(x)) / h for a step of about 2^-depth on one side of x."""
    with precision(bits):
        # An odd factor of 64 bits, another one at every depth: multiples of a power of 2 could all be zeros of f.
        factor = from_int(side.sign * (0x9E3779B97F4A7C15 + 2 * depth))
        x = side.point[side.name]
        step = Ball(mpf_shift(factor, (math.frexp(x)[1] if x else 0) - 64 - depth))
        values = []
        for where in (x, Ball(from_float(x)) + step):
            value = _value(side.nodes, {**side.point, side.name: where}, side.check)
            if not isinstance(value, Ball):
                return value
            values.append(value)
        quotient = (values[1] - values[0]) / step
    return None if quotient.rad == finf else quotient


def _limit(quotient: Quotient, bits: int) -> Slope:
    """The limit of quotients: a number, infinite where they keep growing, nan where neither is plain to see."""
    try:
        found = [quotient(depth, bits + 2 * depth + 1000) for depth in LIMIT_DEPTHS]
    except Beyond:
        return math.nan
    if all(isinstance(each, Undefined) for each in found):
        return None
    balls = [each for each in found if isinstance(each, Ball)]
    if len(balls) < len(found):
        return math.nan
    last = balls[-1]
    least = [fzero if contains_zero(each) else mpf_sub(mpf_abs(each.mid), each.rad) for each in balls]
    most = [magnitude(each) for each in balls]
    if all(mpf_lt(mpf_shift(coarse, 20), fine) for coarse, fine in zip(most, least[1:], strict=False)):
        return -math.inf if last.mid[0] else math.inf
    falls = (mpf_lt(fine, mpf_shift(coarse, -20)) for coarse, fine in zip(least, most[1:], strict=False))
    if all(fall or mpf_lt(fine, NOTHING) for fall, fine in zip(falls, most[1:], strict=False)):
        return Ball(fzero)  # they fall like a power of h
    far, near = (magnitude(each - last) for each in balls[:-1])
    if mpf_lt(mpf_shift(most[-1], -40), far) or mpf_lt(mpf_shift(most[-1], -90), near):
        return math.nan
    return Ball(last.mid, mpf_add(last.rad, near))  # the last is nearer to the limit than to the one before


# --- What the table says along a ray ----------------------------------------------------------------------------------


def _along_ray(side: Side, bits: int) -> Ball | float | None:
    """The slope on one side: a number, inf or -inf at a jump, or None where the table cannot tell."""
    with precision(bits):
        try:
            limits, slopes, jumped = _sweep_ray(side)
            output = side.nodes[-1]
            slope, limit = slopes.get(output, Ball(fzero)), limits[output]
            if type(limit) is Undefined or slope.rad == finf:
                return None
            jump = compare(limit, evaluate_balls(side.nodes, side.point, side.check)[output]) if jumped else 0
        except (Undecided, Beyond):
            return None
    return math.copysign(math.inf, jump * side.sign) if jump else slope if side.sign > 0 else -slope


def _sweep_ray(side: Side) -> tuple[dict[Expression, Any], dict[Expression, Ball], bool]:
    """Limit and slope of every node as t falls to 0 in x + t, and whether a step was met."""
    limits: dict[Expression, Any] = {}
    slopes: dict[Expression, Ball] = {Variable(side.name): Ball(from_int(side.sign))}
    jumped = False
    for node in side.nodes:
        side.check()
        operation, arguments = node.operation, node.arguments
        if operation is None:
            limits[node] = BALLS.leaf(node, side.point)
            continue
        values = [limits[argument] for argument in arguments]
        if at_kink(node, values) and any(argument in slopes for argument in arguments):
            corner = _corner(operation, values, [slopes.get(argument) for argument in arguments])
            if corner is not None:
                limits[node], slopes[node], stepped = corner
                jumped = jumped or stepped
                continue
        limits[node] = BALLS.functions[operation](*values)
        if type(limits[node]) is not Undefined:
            terms = [scaled(slopes[argument], each) for argument, each in partials(node, limits, slopes)]
            if terms:
                slopes[node] = BALLS.total(terms)
    return limits, slopes, jumped


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


def _corner(
    operation: Operation, values: Sequence[Any], slopes: Sequence[Ball | None]
) -> tuple[Any, Ball, bool] | None:
    """Limit, slope and whether there is a step, for a row at its kink; None where its partials serve after all."""
    moves = [Ball(fzero) if slope is None else slope for slope in slopes]
    if operation.name in ("abs", "relu", "min", "max", "hypot"):  # rows that stretch, but never bend, a ray
        return values[0] if operation.name in ("min", "max") else Ball(fzero), operation(*moves), False
    if operation.selects:
        if slopes[0] is None and slopes[1] is None:
            return None
        chosen = operation.selects(_direction(moves[0] - moves[1]), 0)
        return values[chosen], moves[chosen], chosen != operation.selects(0, 0)
    if operation.name not in STEPS:
        return None
    below, above = STEPS[operation.name](values)
    rising = _direction(moves[0]) > 0
    slope = moves[0] / values[1] if operation.name == "atan2" else Ball(fzero)
    return above if rising else below, slope, True


def _direction(slope: Ball) -> int:
    """The sign of a slope.  A slope of 0 does not tell: the next order would decide."""
    sign = compare(slope, Ball(fzero))
    if sign == 0:
        raise Undecided
    return sign


STEPS: Mapping[str, Callable[[Sequence[Ball]], tuple[Ball, Ball]]] = {
    "sign": lambda values: (Ball(from_int(-1)), Ball(from_int(1))),
    "floor": lambda values: (values[0] - 1, values[0]),
    "ceil": lambda values: (values[0], values[0] + 1),
    "atan2": lambda values: (-Ball.constant("pi"), Ball.constant("pi")),
}
"""The limits of a row below and above its step."""
