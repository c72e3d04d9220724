"""How small steps have to be at a coordinate that is 0, where nothing tells the size of things."""

from __future__ import annotations

from diffcompare.studies.callables.slopes import DEEPEST, step_sizes
from diffcompare.studies.callables.values import Line

STRIDE = 60
"""Halvings of the step from one probe to the next."""
LAST = 1020
"""2 to the power of minus this is about the smallest double of full precision."""
STILL = 2.0**-6
"""f that changes by such a part at the smallest step, of all that it changes, has not been resolved."""
LITTLE = 2.0**-10
"""f that changes by such a part has been."""
ROOM = 14
"""Halvings between the scale and the step at which f changes little."""


def finer_scale(line: Line, component: int) -> float | None:
    """Return the scale on which a component of f varies; None where the steps resolve it, or no step does.

    Of f that jumps at the point no step does, and of 1e-9*x^2 all do.
    """
    coarsest, finest = (
        max(_change(line, component, step) for step in step_sizes(levels))
        for levels in (range(0, DEEPEST, 4), range(DEEPEST - 3, DEEPEST + 1))
    )
    if finest <= STILL * coarsest:
        return None
    enough = LITTLE * finest
    fine = next((k for k in range(STRIDE, LAST + 1, STRIDE) if _change(line, component, 2.0**-k) <= enough), 0)
    coarse = fine - STRIDE
    while fine - coarse > 1:
        middle = (fine + coarse) // 2
        coarse, fine = (coarse, middle) if _change(line, component, 2.0**-middle) <= enough else (middle, fine)
    return 2.0 ** (ROOM - fine) if fine else None


def _change(line: Line, component: int, step: float) -> float:
    """The larger change to either side; f without a value there changes by nothing that helps."""
    here = line(0.0)[component]
    changes = [abs(line(side)[component] - here) for side in (step, -step)]
    return max((change for change in changes if change == change), default=0.0)
