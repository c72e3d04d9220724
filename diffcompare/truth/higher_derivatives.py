"""Higher derivatives at a point, by central differences of values in ball arithmetic.

With hundreds of digits at hand a step may be 2^-100: its truncation error is then of no account, and its round-off
error is known.  No formula has to be differentiated twice, so that an expression of thousands of nodes costs seven
evaluations and not the swell of its fifth derivative.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial

from diffcompare.backends.problem import Problem
from diffcompare.language.expression import Expression
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.balls import (
    Ball,
    Beyond,
    Mpf,
    Undecided,
    contains_zero,
    evaluate_balls,
    from_float,
    fzero,
    magnitude,
    mpf_shift,
    precision,
    to_float,
)

STENCILS: dict[int, tuple[tuple[int, ...], int]] = {
    2: ((0, 0, 1, -2, 1, 0, 0), 1),
    3: ((0, -1, 2, 0, -2, 1, 0), 2),
    4: ((0, 1, -4, 6, -4, 1, 0), 1),
    5: ((-1, 4, -5, 0, 5, -4, 1), 2),
}
"""Weights of f(x - 3h) ... f(x + 3h) and their denominator, by the order of the derivative; all are exact to h^2."""

DEPTH, DEEPER = 100, 140
"""The step is 2^-depth of the size of x; the second one is for what may be 0."""
BITS, MORE_BITS = 1000, 4000
CLEAR = -60
"""What is 2^-60 of the largest derivative, each in the units of x, may be 0."""
NOTHING = -200
"""What is 2^-200 of the value or of the largest derivative is nothing but the error of the arithmetic."""


def higher_derivatives(
    problem: Problem, name: str, orders: Sequence[int] = tuple(STENCILS), check: Callable[[], None] = lambda: None
) -> dict[int, float | None]:
    """The derivatives of these orders by one variable, as doubles; None where they are not found (a domain's edge).

    One that is 0 is told apart from a small one: the quotients of a 0 fall with the step.  `check` may raise.
    """
    size = math.frexp(problem.point[name])[1] if problem.point[name] else 0
    line = partial(_values, wengert_list(problem.at(problem.point)), problem, name, check)
    try:
        coarse = _quotients(line(size - DEPTH, BITS), orders, size - DEPTH)
        largest = max(_bits(ball, order * size) for order, ball in coarse.items())
        if all(
            _bits(ball, order * size) > largest + CLEAR and not contains_zero(ball) for order, ball in coarse.items()
        ):
            return {order: _finite(ball) for order, ball in coarse.items()}
        coarse = _quotients(line(size - DEPTH, MORE_BITS), orders, size - DEPTH)
        values = line(size - DEEPER, MORE_BITS)
        fine = _quotients(values, orders, size - DEEPER)
    except (Undecided, Beyond, OverflowError, ValueError):
        return dict.fromkeys(orders)
    largest = max(_bits(values[3], 0), *[_bits(fine[order], order * size) for order in orders])
    return {order: _settled(coarse[order], fine[order], largest - order * size) for order in orders}


def _values(
    nodes: Sequence[Expression], problem: Problem, name: str, check: Callable[[], None], exponent: int, bits: int
) -> list[Ball]:
    """f(x - 3h) ... f(x + 3h) at h = 2^exponent.  Raises Undecided where a value is missing."""
    values = []
    with precision(bits):
        for offset in range(-3, 4):
            moved = Ball(from_float(problem.point[name])) + Ball(mpf_shift(from_float(float(offset)), exponent))
            value = evaluate_balls(nodes, {**problem.point, name: moved}, check)[nodes[-1]]
            if not isinstance(value, Ball):
                raise Undecided
            values.append(value)
    return values


def _quotients(values: Sequence[Ball], orders: Sequence[int], exponent: int) -> dict[int, Ball]:
    """The difference quotients by order, from values at a step of 2^exponent."""
    quotients: dict[int, Ball] = {}
    with precision(MORE_BITS):
        for order in orders:
            weights, denominator = STENCILS[order]
            total = Ball(fzero)
            for weight, value in zip(weights, values, strict=True):
                total = total + value * weight
            shift = -order * exponent - (denominator - 1)
            quotients[order] = Ball(mpf_shift(total.mid, shift), mpf_shift(total.rad, shift))
    return quotients


def _bits(ball: Ball, shift: int) -> int:
    """The binary magnitude of the largest number in a ball, in the units of x."""
    return _exponent(magnitude(ball)) + shift


def _exponent(number: Mpf) -> int:
    return int(number[2] + number[3]) if number != fzero else -(10**9)


def _settled(coarse: Ball, fine: Ball, largest: int) -> float | None:
    """The derivative; 0 where the quotient is nothing beside the largest, or shrinks as the step does."""
    nothing = contains_zero(fine) and _bits(fine, 0) < largest + NOTHING
    if nothing or _bits(fine, 0) < _bits(coarse, 0) - (DEEPER - DEPTH) // 2:
        return 0.0
    return None if contains_zero(fine) else _finite(fine)


def _finite(ball: Ball) -> float | None:
    number = to_float(ball.mid)
    return number if math.isfinite(number) else None
