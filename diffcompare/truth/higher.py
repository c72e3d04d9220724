"""Higher derivatives at a point, by central differences of values in ball arithmetic.

With hundreds of digits at hand a step may be 2^-100: its truncation error is then of no account, and its round-off
error is known.  No formula has to be differentiated twice, so that an expression of thousands of nodes costs seven
evaluations and not the swell of its fifth derivative.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from mpmath.libmp import from_float, fzero, mpf_lt, mpf_shift

from diffcompare.expression import Expression
from diffcompare.problem import Problem
from diffcompare.truth.ball import Ball, Beyond, Mpf, Undecided, evaluate_balls, magnitude, precision, to_float
from diffcompare.wengert import listing

STENCILS: dict[int, tuple[tuple[int, ...], int]] = {
    2: ((0, 0, 1, -2, 1, 0, 0), 1),
    3: ((0, -1, 2, 0, -2, 1, 0), 2),
    4: ((0, 1, -4, 6, -4, 1, 0), 1),
    5: ((-1, 4, -5, 0, 5, -4, 1), 2),
}
"""Weights of f(x - 3h) ... f(x + 3h) and their denominator, by the order of the derivative; all are exact to h^2."""

DEPTH, DEEPER = 100, 140
"""The step is 2^-depth of the size of x; the second one is for what may be 0."""
BITS = 1000
SMALL = -60
"""A derivative that is 2^-60 of the largest, each in the units of x, is looked at again."""
NOTHING = -400


def higher_derivatives(
    problem: Problem, name: str, orders: Sequence[int] = tuple(STENCILS), check: Callable[[], None] = lambda: None
) -> dict[int, float | None]:
    """The derivatives of these orders by one variable, as doubles; None where they are not found (a domain's edge).

    One that is 0 is told apart from a small one: the quotients of a 0 fall with the step.  `check` may raise.
    """
    nodes = listing(problem.at(problem.point))
    x = problem.point[name]
    size = math.frexp(x)[1] if x else 0
    try:
        coarse = _quotients(nodes, problem, name, orders, size - DEPTH, check)
        sizes = {order: _bits(ball, order * size) for order, ball in coarse.items()}
        largest = max(sizes.values(), default=NOTHING)
        if all(bits > largest + SMALL for bits in sizes.values()):
            return {order: _finite(ball) for order, ball in coarse.items()}
        fine = _quotients(nodes, problem, name, orders, size - DEEPER, check)
    except (Undecided, Beyond, OverflowError, ValueError):
        return dict.fromkeys(orders)
    if not coarse or not fine:
        return dict.fromkeys(orders)
    return {order: _settled(coarse[order], fine[order], order * size) for order in orders}


def _quotients(
    nodes: Sequence[Expression], problem: Problem, name: str, orders: Sequence[int], exponent: int,
    check: Callable[[], None],
) -> dict[int, Ball]:  # fmt: skip
    """The quotients at a step of 2^exponent; none of them where a value is missing."""
    quotients: dict[int, Ball] = {}
    with precision(BITS):
        values = []
        for offset in range(-3, 4):
            moved = Ball(from_float(problem.point[name])) + Ball(mpf_shift(from_float(float(offset)), exponent))
            value = evaluate_balls(nodes, {**problem.point, name: moved}, check)[nodes[-1]]
            if not isinstance(value, Ball):
                raise Undecided
            values.append(value)
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


def _settled(coarse: Ball, fine: Ball, shift: int) -> float | None:
    """The derivative; 0 where the quotient is nothing, or shrinks as the step does."""
    if _bits(fine, shift) < NOTHING or _bits(fine, 0) < _bits(coarse, 0) - (DEEPER - DEPTH) // 2:
        return 0.0
    return _finite(fine) if mpf_lt(mpf_shift(fine.rad, 20), magnitude(Ball(fine.mid))) else None


def _finite(ball: Ball) -> float | None:
    number = to_float(ball.mid)
    return number if math.isfinite(number) else None
