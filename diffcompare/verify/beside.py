"""Points beside a point, in all directions: what holds there too is no accident of the point."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

NUDGE = 1e-7
TURNS = 8


def beside(point: Mapping[str, float]) -> Iterator[dict[str, float]]:
    """Points very near, of which no coordinate is the same, in directions without a pattern."""
    for turn in range(1, TURNS + 1):
        yield {
            name: x + NUDGE * math.cos(turn * place) * (abs(x) + NUDGE)
            for place, (name, x) in enumerate(point.items(), 1)
        }
