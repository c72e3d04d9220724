"""A witness: a point with few digits at which two values are different numbers, and both values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import mpmath

from diffcompare.checking.effort import effort
from diffcompare.checking.exactly import Compared, is_vague
from diffcompare.checking.sample import Place
from diffcompare.truth.ball import Ball

FEWEST, MOST = 6, 60
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


def witness_of(different: Sequence[tuple[Place, Compared]]) -> Witness:
    """The plainest of the points at which the values differ: near, and few digits in it and in the values."""
    place, compared = min(different, key=lambda each: _plainness(*each))
    yours, right = _texts(compared)
    return Witness(place.point, yours, right)


def _plainness(place: Place, compared: Compared) -> tuple[bool, bool, float]:
    assert compared.yours is not None
    assert compared.right is not None
    sizes = [abs(ball.mid[2] + ball.mid[3]) for ball in (compared.yours, compared.right) if ball.mid[1]]
    yours, right = _texts(compared)
    unknown = is_vague(compared.yours) or is_vague(compared.right)
    length = max(len(yours), len(right))
    return (
        unknown,
        max(sizes, default=0) > 40,
        length + max(length - LONG, 0) + effort(place.point) + AT_AN_END * place.edge,
    )


def nearest(places: Sequence[Place]) -> dict[str, float] | None:
    """The plainest of some points; None of none."""
    if not places:
        return None
    return dict(min(places, key=lambda place: (place.edge, effort(place.point))).point)


def _texts(compared: Compared) -> tuple[str, str]:
    assert compared.yours is not None
    assert compared.right is not None
    if compared.gap is None:
        return values_that_differ(compared.yours, compared.right, compared.bits)
    right, gap = _text(_number(compared.right), FEWEST), _number(compared.gap)
    return f"{right} {'+' if gap > 0 else '-'} {_text(abs(gap), FEWEST)}", right


def values_that_differ(yours: Ball, right: Ball, bits: int) -> tuple[str, str]:
    """Both values in as few digits as show the difference; `4 + 1e-400` where that would take too many."""
    with mpmath.workprec(max(bits, FINEST)):
        a, b = _number(yours), _number(right)
        for digits in range(FEWEST, MOST):
            texts = _text(a, digits), _text(b, digits)
            if texts[0] != texts[1]:
                return texts
        sign, gap = "+" if a > b else "-", _text(abs(a - b), FEWEST)
        return f"{texts[1]} {sign} {gap}", texts[1]


def _number(ball: Ball) -> mpmath.mpf:
    """The midpoint; of a rational number that is known exactly, more than its digits at the working precision."""
    if ball.fraction is not None:
        return mpmath.mpf(ball.fraction.numerator) / ball.fraction.denominator
    return mpmath.mp.make_mpf(ball.mid)


def _text(number: mpmath.mpf, digits: int) -> str:
    text = str(mpmath.nstr(number, digits, strip_zeros=True, min_fixed=-5, max_fixed=20))
    return text.removesuffix(".0").replace(".0e", "e")
