"""The limit of difference quotients for steps towards 0, and how far it can be trusted.

Ridders' tableau (Ridders 1982, "Accurate computation of F'(x) and F'(x) F''(x)", Adv. Eng. Software 4, 75-76; also
Press et al., Numerical Recipes, 5.7): T[i][0] is the quotient at step h_i, and

    T[i][j] = T[i][j-1] + (T[i][j-1] - T[i-1][j-1]) / ((h_(i-j)/h_i)^p - 1)

removes one power of h^p after the other (p is 2 for central quotients, 1 for one-sided ones).  The error of an entry is
its largest distance to its two parents and to the entry above (a coincidence of two says little), plus what noise of
the values makes of it, twice that to be safe; the entry with the least is taken.

A tableau of coarse steps does not see what is finer than they are (a narrow bump, a kink close by, a period that fits
the steps).  So the result has to be *confirmed*: quotients at all smaller steps may leave it by no more than their
noise and a truncation error that shrinks with the step.  Where they do leave it, the coarsest step goes, and so on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

LEFT_OUT = 3
"""Where coarse steps were left out, an estimate was chosen out of many, and coincidences of small differences with it:
so many times its error is believed."""
WITNESSES = 2
"""Smaller steps that are needed to confirm a result for which coarse steps were left out."""


class Quotient(NamedTuple):
    """A difference quotient at a step, and by how much noise can have moved it."""

    step: float
    value: float
    noise: float


class Estimate(NamedTuple):
    """A limit and a bound of its error; an infinite limit where the quotients grow without bound."""

    value: float
    error: float
    step: float
    """The smallest step that went into it."""


def limit(quotients: Sequence[Quotient], power: int) -> Estimate | None:
    """The limit for h to 0 of quotients at falling steps; None where too few are left to say anything."""
    nearest: Estimate | None = None
    for first in range(len(quotients) - 1):
        best = _best(quotients[first:], power)
        if best is None or (first and sum(1 for each in quotients if each.step < best.step) < WITNESSES):
            continue
        confirmed, spread = _confirmed(best, quotients[first:], power)
        if confirmed:
            return best._replace(error=best.error * (LEFT_OUT if first else 1))
        if spread < math.inf and (nearest is None or best.error + spread < nearest.error):
            nearest = best._replace(error=best.error + spread)
    return nearest


def _best(quotients: Sequence[Quotient], power: int) -> Estimate | None:
    """The entry of the tableau with the least error."""
    best: Estimate | None = None
    above: list[tuple[float, float]] = []
    for i, quotient in enumerate(quotients):
        row = [(quotient.value, quotient.noise)]
        for j in range(1, i + 1):
            weight = 1 / ((quotients[i - j].step / quotient.step) ** power - 1)
            value = row[-1][0] + (row[-1][0] - above[j - 1][0]) * weight
            noise = row[-1][1] + (row[-1][1] + above[j - 1][1]) * weight
            neighbours = [row[-1][0], *[each[0] for each in above[j - 1 : j + 1]]]
            error = 2 * (max(abs(value - each) for each in neighbours) + noise)
            if math.isfinite(value) and (best is None or error < best.error):
                best = Estimate(value, error, quotient.step)
            row.append((value, noise))
        above = row
    return best


def _confirmed(best: Estimate, quotients: Sequence[Quotient], power: int) -> tuple[bool, float]:
    """Whether the quotients at smaller steps agree with the estimate, and how far they leave it:
    infinitely far where the last of them is the furthest."""
    finer = [quotient for quotient in quotients if quotient.step < best.step]
    own = next(quotient for quotient in quotients if quotient.step == best.step)
    truncation = 2 * abs(own.value - best.value)
    confirmed, spread, last, furthest = True, 0.0, 0.0, -math.inf
    for each in finer:
        last = abs(each.value - best.value) - 2 * each.noise
        confirmed = confirmed and last <= best.error + truncation * (each.step / own.step) ** power
        furthest = max(furthest, last)
        spread = max(spread, abs(each.value - best.value))
    unbounded = not confirmed and last == furthest  # they may go on leaving it
    return confirmed, math.inf if unbounded else spread
