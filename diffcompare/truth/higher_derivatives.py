"""Higher derivatives at a point, from the power series of the function there.

One evaluation over power series has all orders; no formula is differentiated twice, so that an expression of thousands
of nodes does not swell.  The series rests on the table's partials, so it is checked by values: on both sides of the
point the function must equal the sum of the terms.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import reduce
from typing import NamedTuple

from diffcompare.backends.problem import Problem
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.arb_functions import Beyond, Undecided, arb, power_of_two, precision, to_float
from diffcompare.numeric.balls import Ball, contains_zero, evaluate_balls, is_zero, lift, magnitude
from diffcompare.numeric.evaluate import Undefined
from diffcompare.numeric.power_series import as_series, terms
from diffcompare.truth.decisions import path_beside
from diffcompare.truth.establish import balls_differ
from diffcompare.truth.one_sided import Ray, Side
from diffcompare.truth.rounding import TrueNumber, round_ball

ORDERS = (2, 3, 4, 5)
PRECISIONS = (1000, 4000)
SPARE_TERMS = 2  # beyond those of the orders: every factor of a divisor that is 0 at the point costs one
DEPTH = 100  # the check takes values at ±2^-100 of the size of x, where the remainder is 2^-100 of the last term
TOLERANCE = 40  # bits by which the remainder may exceed that
MIN_BITS = 60  # of a derivative: some more than the 53 of a double
# Coefficients below 2^-200 of the largest one, in units of the size of x, may be errors of the arithmetic.
NEGLIGIBLE = -200


def higher_derivatives(
    problem: Problem, name: str, orders: Sequence[int] = ORDERS, check: Callable[[], None] = lambda: None
) -> dict[int, float | None]:
    """Return the derivatives of these orders with respect to one variable; None where one cannot be found.

    (At the edge of a domain, say.)  They are doubles, and a derivative that is 0 is told apart from a small one.
    `check` is called during the evaluation and may raise, to stop it.
    """
    side = Side(wengert_list(problem.expression), problem.point, name, 1, check)
    for bits in PRECISIONS:
        with precision(bits), terms(max(orders) + 1 + SPARE_TERMS):
            try:
                return _at_precision(side, orders, final=bits == PRECISIONS[-1])
            except Undecided:  # more bits may tell
                continue
            except (Beyond, OverflowError, ValueError):
                break
    return dict.fromkeys(orders)


class TaylorTruth(NamedTuple):
    """The true Taylor coefficients, as far as they are known, and where the expansion breaks off if it does."""

    coefficients: tuple[TrueNumber | None, ...]
    broken: tuple[int, float, float] | None = None
    """The order at which the derivatives on both sides of the point differ, and these."""


def taylor_truth(
    problem: Problem, name: str, order: int, check: Callable[[], None] = lambda: None, *, tied: bool = False
) -> TaylorTruth:
    """Return the Taylor coefficients up to an order to 25 digits, from the expansions on both sides of the point.

    They are those of both sides as long as these agree; each side is checked by values.  Where another path of a
    program begins at the point (`tied`), they are those of the paths on both sides.
    """
    if tied:
        return _of_both_paths(problem, name, order, check)
    nodes = wengert_list(problem.at(problem.point))
    unknown = TaylorTruth((None,) * (order + 1))
    for bits in PRECISIONS:
        with precision(bits), terms(order + 1 + SPARE_TERMS):
            try:
                right, left = (
                    _expansion(Side(nodes, problem.point, name, sign, check), order, final=bits == PRECISIONS[-1])
                    for sign in (1, -1)
                )
            except Undecided:
                continue
            except (Beyond, OverflowError, ValueError):
                break
            if right is None or left is None:
                return unknown
            return _joined(right, left, order)
    return unknown


def _of_both_paths(problem: Problem, name: str, order: int, check: Callable[[], None]) -> TaylorTruth:
    """Return the coefficients that the paths on both sides share, up to the order at which they differ."""
    sides = []
    for direction in (-1, 1):
        path = path_beside(problem, name, direction)
        if path is None:
            return TaylorTruth((None,) * (order + 1))
        sides.append(taylor_truth(problem._replace(expression=path.expression, program=None), name, order, check))
    left, right = (side.coefficients for side in sides)
    for power, (one, other) in enumerate(zip(left, right, strict=True)):
        if one is None or other is None:
            return TaylorTruth((*left[:power], *[None] * (order + 1 - power)))
        if one.text != other.text:
            factor = math.factorial(power)
            broken = (power, one.nearest * factor, other.nearest * factor)
            return TaylorTruth((*left[:power], *[None] * (order + 1 - power)), broken)
    return TaylorTruth(left)


def _expansion(side: Side, order: int, *, final: bool) -> list[Ball] | None:
    """Return the coefficients of powers of x - x0 on one side, confirmed by a value; None where there are none."""
    ray = Ray(side)
    output = ray.expanded()
    if output is None or type(output) is Undefined:
        return None
    series = as_series(output)
    if series.has_pole or series.end <= order or (ray.jumped and ray.jump(series)):
        return None
    coefficients = [series.coefficient(power) * side.sign**power for power in range(series.end)]
    return coefficients if _is_confirmed(coefficients, side, side.sign, final=final) else None


def _joined(right: Sequence[Ball], left: Sequence[Ball], order: int) -> TaylorTruth:
    """Return the coefficients that both sides share; the series breaks off where they differ."""
    shared: list[TrueNumber | None] = []
    for power in range(order + 1):
        one, other = right[power], left[power]
        if balls_differ(one, other):
            factor = math.factorial(power)
            sides = to_float((other * factor).arb), to_float((one * factor).arb)
            rest = (None,) * (order + 1 - power)
            return TaylorTruth((*shared, *rest), (power, *sides))
        shared.append(round_ball(one))
    return TaylorTruth(tuple(shared))


def _at_precision(side: Side, orders: Sequence[int], *, final: bool) -> dict[int, float | None]:
    """Return the derivatives at the working precision; raise Undecided where it is too low for one of them."""
    ray = Ray(side)
    output = ray.expanded()
    unknown = dict.fromkeys(orders)
    if output is None or type(output) is Undefined:
        return unknown
    series = as_series(output)
    if series.has_pole or series.end <= max(orders) or (ray.jumped and ray.jump(series)):
        return unknown
    coefficients = [series.coefficient(power) for power in range(series.end)]
    if not all(_is_confirmed(coefficients, side, sign, final=final) for sign in (1, -1)):
        return unknown
    sizes = _sizes(coefficients, max(_unit(side), 0))
    error = max(sizes) * power_of_two(NEGLIGIBLE)
    derivatives = {order: _derivative(order, coefficients[order], may_be_0=sizes[order] <= error) for order in orders}
    if math.nan in derivatives.values() and not final:
        raise Undecided
    return {order: None if number is math.nan else number for order, number in derivatives.items()}


def _sizes(coefficients: Sequence[Ball], unit: int) -> list[arb]:
    """Return the magnitudes of the coefficients for x measured in units of 2^unit, so that they can be compared."""
    return [magnitude(coefficient) * power_of_two(power * unit) for power, coefficient in enumerate(coefficients)]


def _unit(side: Side) -> int:
    """Return the binary exponent of x; 0 for x = 0."""
    x = side.point[side.name]
    return math.frexp(x)[1] if x else 0


def _is_confirmed(coefficients: Sequence[Ball], side: Side, sign: int, *, final: bool) -> bool:
    """Tell whether the value close to the point is the sum of the terms there; raise Undecided where that is open."""
    unit = _unit(side)
    step = Ball(sign * power_of_two(unit - DEPTH))
    place = {**side.point, side.name: lift(side.point[side.name]) + step}
    value = evaluate_balls(side.nodes, place, side.check)[side.nodes[-1]]
    if type(value) is Undefined:
        return False
    remainder = value - reduce(lambda total, coefficient: total * step + coefficient, reversed(coefficients))
    first, *others = _sizes(coefficients, unit)
    largest = max(others)
    if largest.is_zero():  # all terms but the first are 0: a constant, or x^20 at 0
        largest = first.max(power_of_two(0))
    if magnitude(remainder) <= largest * power_of_two(-DEPTH * len(others) - TOLERANCE):
        return True
    if contains_zero(remainder) and not final:
        raise Undecided
    return contains_zero(remainder)


def _derivative(order: int, coefficient: Ball, *, may_be_0: bool) -> float | None:
    """Return order! times the coefficient; None beyond the doubles, nan where it is not known well enough."""
    if is_zero(coefficient) or (may_be_0 and contains_zero(coefficient)):
        return 0.0
    if coefficient.arb.rel_accuracy_bits() < MIN_BITS:
        return math.nan
    number = to_float((coefficient * math.factorial(order)).arb)
    return number if math.isfinite(number) else None
