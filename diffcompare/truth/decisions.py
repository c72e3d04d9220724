"""The decisions of a recorded program at high precision: would it take the same path in exact arithmetic?

Where a decision is made between two equal numbers, another path begins at the point.  The slopes on both sides are then
those of the paths that the program takes a little to the left and to the right, followed to the point itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from diffcompare.backends.problem import Problem
from diffcompare.diagnostics import DiffcompareError
from diffcompare.language.operations import RELATIONS
from diffcompare.numeric.arb_functions import Beyond, Unavailable, Undecided, precision
from diffcompare.numeric.balls import Ball, compare, evaluate_balls
from diffcompare.truth.establish import Truth, establish
from diffcompare.truth.rounding import Slopes, TrueNumber

if TYPE_CHECKING:
    from diffcompare.recording.recorder import Recording

BITS = 256
MAX_NODES = 20_000  # of a tape whose decisions are looked at again
ASIDE = 2.0**-20  # relative; how far a path beside the point is looked for


def judged(problem: Problem) -> Truth:
    """Return the truth about a problem, and for a program what its decisions mean for it."""
    return _judge_decisions(problem, establish(problem))


def _judge_decisions(problem: Problem, truth: Truth) -> Truth:
    """Return the truth about a program, with the slopes of the paths that begin at the point, and notes on them."""
    if problem.program is None or truth.status != "ok":
        return truth
    recording = problem.program.recording
    otherwise, tie = _doubtful(recording)
    if otherwise:
        note = f"{otherwise}: exact arithmetic decides differently from doubles; the truth is for the path of doubles"
        return truth._replace(notes=(*truth.notes, note))
    if not tie:
        return truth
    settled = _by_neighbours(problem, truth)
    note = f"{tie}: both sides are equal here, so another path begins at this point"
    return settled._replace(tied=tie, notes=(*settled.notes, note))


def _doubtful(recording: Recording) -> tuple[str, str]:
    """Return the place of the first decision that exact arithmetic makes differently, and of the first tie; or ""."""
    if not recording.decisions or len(recording.nodes) > MAX_NODES:
        return "", ""
    leaves = [node for node in recording.nodes if node.operation is None]
    try:
        with precision(BITS):
            values = evaluate_balls([*leaves, *recording.steps], recording.point, lambda: None)
            return _judged(recording, values)
    except (Beyond, Undecided, Unavailable):
        return "", ""


def _judged(recording: Recording, values: Mapping[Any, Any]) -> tuple[str, str]:
    tie = ""
    for decision in recording.decisions:
        left, right = values[recording.nodes[decision.left]], values[recording.nodes[decision.right]]
        if not (isinstance(left, Ball) and isinstance(right, Ball)):
            continue
        try:
            sign = compare(left, right)
        except Undecided:
            continue
        if RELATIONS[decision.sign](sign, 0) != decision.outcome:
            return decision.place.in_prose, tie
        if sign == 0:
            tie = tie or decision.place.in_prose
    return "", tie


# --- Ties -------------------------------------------------------------------------------------------------------------


def _by_neighbours(problem: Problem, truth: Truth) -> Truth:
    """Settle every partial by the paths on both sides of the point."""
    gradient: dict[str, TrueNumber | None] = dict(truth.gradient)
    slopes: dict[str, Slopes] = {}
    for name in problem.wrt:
        left, right = (_beside(problem, truth, name, direction) for direction in (-1, 1))
        if left is None or right is None:
            continue
        if isinstance(left, TrueNumber) and isinstance(right, TrueNumber) and left.text == right.text:
            gradient[name] = right
        else:
            gradient[name], slopes[name] = None, Slopes(_as_float(left), _as_float(right))
    status = "nondifferentiable" if slopes else truth.status
    return truth._replace(status=status, gradient=gradient, slopes=slopes)


def _beside(problem: Problem, truth: Truth, name: str, direction: int) -> TrueNumber | float | None:
    """Return the slope of the path on one side; an infinite one where the value jumps, None where there is no path."""
    path = path_beside(problem, name, direction)
    if path is None:
        return None
    there = establish(problem._replace(expression=path.output, wrt=(name,), program=None))
    if there.value is None or truth.value is None:
        return None
    if there.value.text != truth.value.text:
        return math.copysign(math.inf, direction * (there.value.nearest - truth.value.nearest))
    return there.gradient.get(name)


def path_beside(problem: Problem, name: str, direction: int) -> Recording | None:
    """Return the path that a program takes a little to one side of the point; None where it does not run there."""
    assert problem.program is not None
    x = problem.point[name]
    try:
        return problem.program.record({**problem.point, name: x + direction * ASIDE * max(abs(x), 1.0)})
    except DiffcompareError:
        return None


def _as_float(slope: TrueNumber | float) -> float:
    return slope.nearest if isinstance(slope, TrueNumber) else slope
