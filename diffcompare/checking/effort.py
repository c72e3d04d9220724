"""What it takes to read a point and to picture it: of two points the one with less is shown."""

from __future__ import annotations

import math
from collections.abc import Mapping

PER_FACTOR_OF_TEN = 8
"""Digits that are read as easily as a point is pictured that is ten times as far away."""


def effort(point: Mapping[str, float]) -> float:
    """The digits of a point, and how far its coordinates are from those between 1 and 10."""
    digits = sum(len(f"{x:.17g}") for x in point.values())
    far = sum(max(abs(math.log10(abs(x)) - 0.5) - 0.5, 0.0) for x in point.values() if x)
    return digits + PER_FACTOR_OF_TEN * far
