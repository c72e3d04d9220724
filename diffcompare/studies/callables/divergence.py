"""Where f has no slope on one side: it jumps at the point, or leaves it vertically.

The change c(h) = f(x + h) - f(x) goes like h^a.  For a slope a tends to 1, and 1 - a falls with the step; at a jump a
is 0, at a vertical tangent between 0 and 1, and x*ln|x| has 1 - a = 1/ln(1/h), which hardly falls.  So a slope is
infinite where 1 - a does not fall over all of the smallest steps at which the change is seen above the noise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Literal, NamedTuple

SEEN = 8
"""Times the noise: smaller changes say nothing."""
FEWEST = 5
"""Exponents that have to say the same."""
LEAST = 0.02
"""How far below 1 they lie."""
FALLS = 0.8
"""By such a factor 1 - a falls from one step to the next, or it does not fall."""
JUMP = 0.05
"""Exponents below are those of a jump."""


class Divergence(NamedTuple):
    """How the quotients grow without bound."""

    kind: Literal["jump", "vertical"]
    change: float
    """By how much f changes at the smallest step: at a jump, its height."""


def divergence(changes: Mapping[float, float], noise: float) -> Divergence | None:
    """Return what f does at the end of falling steps; None where it may have a slope."""
    seen = [(abs(h), change) for h, change in changes.items() if abs(change) > SEEN * noise]
    tail = seen[-FEWEST - 1 :]
    if len(tail) <= FEWEST or any(a[1] * b[1] <= 0 for a, b in pairwise(tail)):
        return None
    lacking = [1 - math.log(a[1] / b[1]) / math.log(a[0] / b[0]) for a, b in pairwise(tail)]
    if min(lacking) < LEAST or any(fine < FALLS * coarse for coarse, fine in pairwise(lacking)):
        return None
    return Divergence("jump" if min(lacking[-2:]) > 1 - JUMP else "vertical", tail[-1][1])
