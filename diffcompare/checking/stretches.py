"""The stretches of a variable in words."""

from __future__ import annotations

from collections.abc import Iterable

from diffcompare.checking.pieces import INFINITY
from diffcompare.checking.regions import Stretch

MOST = 4
"""Stretches that are named, those nearest to 0."""


def stretch_text(name: str, low: float, high: float) -> str:
    """`0 < x < 1`, `x > 0`, `all x`."""
    if low == -INFINITY and high == INFINITY:
        return f"all {name}"
    if low == -INFINITY:
        return f"{name} < {_number(high)}"
    if high == INFINITY:
        return f"{name} > {_number(low)}"
    return f"{_number(low)} < {name} < {_number(high)}"


def stretches_text(stretches: Iterable[Stretch], outcome: str | None = None) -> str:
    """The stretches of that outcome (None: all of them), joined by `and`."""
    chosen = [each for each in stretches if outcome in (None, each.outcome)]
    near = sorted(chosen, key=_distance)[:MOST]
    texts = [stretch_text(each.name, each.low, each.high) for each in chosen if each in near]
    return " and ".join([*texts, *["..."] * (len(near) < len(chosen))])


def _distance(stretch: Stretch) -> float:
    """How far a stretch is from 0."""
    return max(stretch.low, -stretch.high, 0.0)


def _number(x: float) -> str:
    short = f"{x:.6g}"
    return short if float(short) == x else f"about {short}"
