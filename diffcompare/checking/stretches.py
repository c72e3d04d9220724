"""The stretches of a variable in words."""

from __future__ import annotations

from collections.abc import Iterable

from diffcompare.checking.pieces import INFINITY
from diffcompare.checking.verdict import Stretch

MOST = 6
"""Stretches that are named."""


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
    texts = [stretch_text(each.name, each.low, each.high) for each in stretches if outcome in (None, each.outcome)]
    shown = texts if len(texts) <= MOST else [*texts[: MOST - 1], "..."]
    return " and ".join(shown)


def _number(x: float) -> str:
    short = f"{x:.6g}"
    return short if float(short) == x else f"about {short}"
