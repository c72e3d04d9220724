"""The limit of difference quotients for shrinking steps, with a bound of its error (Ridders).

Ridders' tableau (Ridders 1982, "Accurate computation of F'(x) and F'(x) F''(x)", Adv. Eng. Software 4, 75-76;
also Press et al., Numerical Recipes, 5.7): T[i][0] is the quotient at step h_i, and

T[i][j] = T[i][j-1] + (T[i][j-1] - T[i-1][j-1]) / ((h_(i-j)/h_i)^p - 1)

removes one power of h^p after the other (p is 2 for central quotients, 1 for one-sided ones).  The error of an entry
is its largest distance to its two parents and to the entry above (that two agree may be a coincidence), plus what
noise of the values makes of it, doubled to be safe; the entry with the smallest error is the estimate.

A tableau of coarse steps misses what is finer than they are (a narrow bump, a kink close by, a period that fits the
steps).  So the estimate has to be *confirmed*: quotients at all smaller steps may differ from it by no more than
their noise and a truncation error that shrinks with the step.  Where they do not confirm it, the coarsest step is
dropped, and so on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

MIN_SIGNAL = 8  # changes below this multiple of the noise say nothing
SELECTION_FACTOR = 3  # multiplies the error where coarse steps were dropped: choosing among estimates favours luck
MIN_CONFIRMATIONS = 2  # smaller steps needed to confirm an estimate for which coarse steps were dropped
# Aitken's rule applies where this many successive changes of the quotients, the last that exceed their noise, shrink
# by the same factor (up to SAME_RATIO) and more slowly than those of a smooth function (MAX_SMOOTH_RATIO).
AITKEN_TERMS = 4
MAX_SMOOTH_RATIO = 0.3
SAME_RATIO = 1.2


class Quotient(NamedTuple):
    """A difference quotient at a step, and by how much noise may have moved it."""

    step: float
    value: float
    noise: float


class Estimate(NamedTuple):
    """A limit and a bound of its error; the limit is infinite where the quotients grow without bound."""

    value: float
    error: float
    step: float
    """The smallest step that it was computed from."""


def extrapolate(quotients: Sequence[Quotient], power: int) -> Estimate | None:
    """Return the limit for h to 0 of quotients at shrinking steps, whose truncation error is a series in h^power.

    Returns None where too few quotients are left to say anything.
    """
    unconfirmed: Estimate | None = None
    for first in range(len(quotients) - 1):
        best = _best_entry(quotients[first:], power)
        if best is None or (first and sum(1 for q in quotients if q.step < best.step) < MIN_CONFIRMATIONS):
            continue
        is_confirmed, spread = _confirm(best, quotients[first:], power)
        if is_confirmed:
            error = best.error * (SELECTION_FACTOR if first else 1)
            return best._replace(error=max(error, _slow_convergence_error(best, quotients)))
        if spread < math.inf and (unconfirmed is None or best.error + spread < unconfirmed.error):
            unconfirmed = best._replace(error=best.error + spread)
    return unconfirmed


def _slow_convergence_error(best: Estimate, quotients: Sequence[Quotient]) -> float:
    """Return how far the limit may still be away where quotients converge like a small power of h, as for |x|^1.1 at 0.

    They are a geometric sequence then, and Aitken's rule gives its limit; the tableau removes whole powers only.
    """
    changes = [(a, b) for a, b in pairwise(quotients) if abs(b.value - a.value) > MIN_SIGNAL * (a.noise + b.noise)]
    last = changes[-AITKEN_TERMS:]
    if len(last) < AITKEN_TERMS or any(a[1] is not b[0] for a, b in pairwise(last)):
        return 0.0
    differences = [b.value - a.value for a, b in last]
    ratios = [fine / coarse for coarse, fine in pairwise(differences)]
    if not (min(ratios) > MAX_SMOOTH_RATIO and max(ratios) < min(1, SAME_RATIO * min(ratios))):
        return 0.0
    limit = last[-1][1].value + differences[-1] * ratios[-1] / (1 - ratios[-1])
    return 2 * abs(limit - best.value)


def _best_entry(quotients: Sequence[Quotient], power: int) -> Estimate | None:
    """Return the entry of Ridders' tableau with the smallest error."""
    best: Estimate | None = None
    above: list[tuple[float, float]] = []
    for i, quotient in enumerate(quotients):
        row = [(quotient.value, quotient.noise)]
        for j in range(1, i + 1):
            weight = 1 / ((quotients[i - j].step / quotient.step) ** power - 1)
            value = row[-1][0] + (row[-1][0] - above[j - 1][0]) * weight
            noise = row[-1][1] + (row[-1][1] + above[j - 1][1]) * weight
            neighbours = [row[-1][0], *[entry[0] for entry in above[j - 1 : j + 1]]]
            error = 2 * (max(abs(value - neighbour) for neighbour in neighbours) + noise)
            if math.isfinite(value) and (best is None or error < best.error):
                best = Estimate(value, error, quotient.step)
            row.append((value, noise))
        above = row
    return best


def _confirm(best: Estimate, quotients: Sequence[Quotient], power: int) -> tuple[bool, float]:
    """Tell whether the quotients at smaller steps agree with the estimate, and how far they lie from it at most.

    The distance is infinite where they disagree and the last is the furthest: they may go on leaving the estimate.
    """
    finer = [quotient for quotient in quotients if quotient.step < best.step]
    own = next(quotient for quotient in quotients if quotient.step == best.step)
    truncation = 2 * abs(own.value - best.value)
    is_confirmed, spread, last, furthest = True, 0.0, 0.0, -math.inf
    for quotient in finer:
        last = abs(quotient.value - best.value) - 2 * quotient.noise
        is_confirmed = is_confirmed and last <= best.error + truncation * (quotient.step / own.step) ** power
        furthest = max(furthest, last)
        spread = max(spread, abs(quotient.value - best.value))
    is_leaving = not is_confirmed and last == furthest
    return is_confirmed, math.inf if is_leaving else spread
