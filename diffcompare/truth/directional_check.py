"""The check of the truth by values alone: a central difference in a direction that moves every variable.

Difference quotients in ball arithmetic are an independent check, because they do not use the table's partials.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from diffcompare.language.expression import Expression
from diffcompare.numeric.arb_functions import Beyond, Undecided, arb, power_of_two, precision, size_of
from diffcompare.numeric.balls import Ball, evaluate_balls, lift, magnitude
from diffcompare.numeric.evaluate import Undefined

# The check accepts a relative difference of 2^-80: it looks for wrong partials, not for lost digits.
TOLERANCE = -80
MAX_SCALING = 200  # bits by which, at most, terms of the check are scaled to equal size
NEGLIGIBLE = power_of_two(-1080)  # counts as 0: far less than half the smallest double

# Steps are 2^-depth.  A feature of the graph finer than one step shows at a later one; the last is below any literal.
DEPTHS = (100, 500, 800, 1500, 4000)
MAX_DEPTH = 1 << 16  # deeper steps would take seconds

# The difference quotient for a depth (the step is 2^-depth) and a precision; None where that leaves it open.
Quotient: TypeAlias = "Callable[[int, int], Ball | Undefined | None]"
Check: TypeAlias = "Callable[[], None]"


def directional_check(
    nodes: Sequence[Expression], point: Mapping[str, float], gradient: Mapping[str, Ball], bits: int, check: Check
) -> bool:
    """Tell whether a central difference of values, in a direction that moves every variable, confirms the gradient."""
    moves = {name: _move(index, point[name]) for index, name in enumerate(gradient)}
    expected, scale = lift(0), lift(0).arb
    with precision(bits):
        sizes = {name: _size(gradient[name], move) for name, move in moves.items()}
        least = min(sizes.values(), default=0)
        for name, size in sizes.items():
            # Variables with large terms move less, so that they cannot hide an error in a small term.
            moves[name] = moves[name] * power_of_two(-min(size - least, MAX_SCALING))
            term = gradient[name] * Ball(moves[name])
            expected = expected + term
            scale = scale + magnitude(term)
    bits += MAX_SCALING if len(moves) > 1 else 0
    return confirm(lambda depth, bits: _central(nodes, point, moves, depth, bits, check), expected, scale, bits)


def second_check(
    nodes: Sequence[Expression],
    point: Mapping[str, float],
    direction: Mapping[str, Any],
    product: Mapping[str, Ball],
    bits: int,
    check: Check,
) -> bool:
    """Tell whether mixed differences of values confirm the Hessian times a direction.

    Every entry takes part: m·(H v) is compared for a direction m that moves every variable.
    """
    moves = {name: _move(index, point[name]) for index, name in enumerate(product)}
    expected, scale = lift(0), lift(0).arb
    with precision(bits):
        for name, move in moves.items():
            term = product[name] * Ball(move)
            expected = expected + term
            scale = scale + magnitude(term)
    along = {name: lift(direction.get(name, 0)).arb for name in {**moves, **direction}}
    return confirm(lambda depth, bits: _mixed(nodes, point, moves, along, depth, bits, check), expected, scale, bits)


def _mixed(
    nodes: Sequence[Expression],
    point: Mapping[str, float],
    moves: Mapping[str, arb],
    along: Mapping[str, arb],
    depth: int,
    bits: int,
    check: Check,
) -> Ball | Undefined | None:
    """Return the mixed second difference along two directions at the step 2^-depth, or why it has no value."""
    with precision(bits + 2 * depth):
        total = lift(0)
        for one, other in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
            shifted: dict[str, float | Ball] = dict(point)
            for name, move in along.items():
                step = move * other if name not in moves else moves[name] * one + move * other
                shifted[name] = lift(point[name]) + Ball(step * power_of_two(-depth))
            value = value_near(nodes, shifted, check)
            if not isinstance(value, Ball):
                return value
            total = total + value * (one * other)
        return total * Ball(power_of_two(2 * depth - 2))


def _size(partial: Ball, move: arb) -> int:
    """Return the binary exponent of a term; a partial of 0 counts as 1, because it may be the error to be found."""
    return size_of(move if partial.mid.is_zero() else partial.arb * move)


def confirm(quotient: Quotient, expected: Ball, scale: arb, bits: int) -> bool:
    """Tell whether quotients approach the slope, within tolerance, or by a gap that shrinks with the step."""
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
    """Return the usual depths, and deeper ones for a gradient so large that the graph bends within the last of them."""
    size = size_of(scale)
    beyond = tuple(depth for depth in (size + 100, size + 300) if DEPTHS[-1] < depth < MAX_DEPTH)
    return DEPTHS + beyond


def _gap(quotient: Quotient, expected: Ball, scale: arb, depth: int, bits: int) -> arb | None:
    """Return the distance of the quotient from the expected slope; 0 within tolerance, None where it stays open."""
    allowed = (scale * power_of_two(TOLERANCE)).max(NEGLIGIBLE)
    for enough in (bits + depth, bits + 3 * depth, 3 * (bits + depth), 9 * (bits + depth)):
        try:
            value = quotient(depth, enough)
        except Beyond:
            return None
        if isinstance(value, Undefined):
            return None
        if isinstance(value, Ball):
            with precision(enough):
                gap = value - expected
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
    """Return (f(p + h*m) - f(p - h*m)) / 2h for the direction m and h = 2^-depth; None or Undefined without values."""
    with precision(bits):
        ends = []
        for sign in (1, -1):
            shifted: dict[str, float | Ball] = dict(point)
            for name, move in moves.items():
                shifted[name] = lift(point[name]) + Ball(move * power_of_two(-depth)) * sign
            value = value_near(nodes, shifted, check)
            if not isinstance(value, Ball):
                return value
            ends.append(value)
        return (ends[0] - ends[1]) * Ball(power_of_two(depth - 1))


def _move(index: int, x: float) -> arb:
    """Return how far a variable moves: about its own size, by a fraction and a sign that differ between variables."""
    size = math.frexp(x)[1] if x else 0
    fraction = 64 + 37 * (index + 1) % 64
    return (fraction if index % 2 == 0 else -fraction) * power_of_two(size - 6)


def value_near(nodes: Sequence[Expression], point: Mapping[str, float | Ball], check: Check) -> Ball | Undefined | None:
    """Return the value at a point whose coordinates may be balls; None where this precision leaves it open."""
    try:
        value: Ball | Undefined = evaluate_balls(nodes, point, check)[nodes[-1]]
    except Undecided:
        return None
    return None if isinstance(value, Ball) and not value.is_finite else value
