"""Finite differences: one line for each stencil, the step that suits it, and Richardson's extrapolation.

A stencil approximates f'(x) by `sum(weight * f(x + offset*h)) / (denominator*h)`.  Its truncation error falls as
h^order, its round-off error grows as 1/h, and `eps^(1/(order + 1))` balances the two for a function whose scale is 1.
The step used is the one that the doubles around x really have, (x + h) - x.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from math import fsum, inf, isfinite
from operator import mul

from diffcompare.backends.problem import (
    Backend,
    Derivative,
    Problem,
    RecordedProgram,
    Status,
    Work,
    exceeds_budget,
    not_started,
    same_shape,
)
from diffcompare.diagnostics import DiffcompareError
from diffcompare.language.wengert import active_nodes, wengert_list
from diffcompare.numeric.evaluate import Deadline, is_number, values_at
from diffcompare.numeric.sweeps import primal_work

EPSILON = sys.float_info.epsilon


@dataclass(frozen=True, slots=True)
class Stencil:
    """A finite-difference formula: its offsets in steps, their weights, and the order of its truncation error."""

    name: str
    offsets: tuple[int, ...]
    weights: tuple[int, ...]
    denominator: int
    order: int

    def default_step(self, x: float) -> float:
        """Return the step that balances truncation and round-off error for a function of scale 1."""
        return float(EPSILON ** (1 / (self.order + 1)) * max(1.0, abs(x)))

    @property
    def combining_operations(self) -> int:
        """Operations that combine the values: additions, products by weights other than 1 and -1, one division."""
        return len(self.offsets) - 1 + sum(1 for weight in self.weights if abs(weight) != 1) + 1


FORWARD = Stencil("forward-difference", (1, 0), (1, -1), 1, order=1)
BACKWARD = Stencil("backward-difference", (0, -1), (1, -1), 1, order=1)
CENTRAL = Stencil("central-difference", (1, -1), (1, -1), 2, order=2)
FIVE_POINT = Stencil("five-point", (-2, -1, 1, 2), (1, -8, 8, -1), 12, order=4)
STENCILS = (FORWARD, BACKWARD, CENTRAL, FIVE_POINT)

Line = Callable[[float], float | None]  # the function along one variable; None where it is not a finite number
Rule = Callable[[Line, float, float], float | None]  # a derivative from f, x and h; None if a value is missing
Rounding = Callable[[float], float]


def quotient(
    stencil: Stencil, f: Line, x: float, h: float, *, nominal: bool = False, rounded: Rounding = float
) -> float | None:
    """Return a stencil's difference quotient at a step h; None if a value is missing or the step vanishes next to x.

    With `nominal`, the quotient divides by h itself, as the textbook does, and not by the step that the doubles allow.
    `rounded` rounds to the precision of the arithmetic.  A quotient beyond the range of doubles is inf or nan.
    """
    step = rounded(h) if nominal else rounded(rounded(x + h) - x)
    if step == 0 or not isfinite(step):
        return None
    values = [f(rounded(x + offset * step)) for offset in stencil.offsets]
    if None in values:
        return None
    weighted = [weight * value for weight, value in zip(stencil.weights, values, strict=True) if value is not None]
    try:
        return rounded(rounded(fsum(weighted)) / rounded(stencil.denominator * step))
    except (OverflowError, ValueError, ZeroDivisionError):  # the sum overflows, has inf - inf, or the step underflows
        return inf


def richardson(f: Line, x: float, h: float, *, nominal: bool = False, rounded: Rounding = float) -> float | None:
    """Extrapolate the central difference once, after Richardson: (4 D(h/2) - D(h)) / 3, of order 4."""
    coarse = quotient(CENTRAL, f, x, h, nominal=nominal, rounded=rounded)
    fine = quotient(CENTRAL, f, x, h / 2, nominal=nominal, rounded=rounded)
    return None if coarse is None or fine is None else rounded(rounded(4 * fine - coarse) / 3)


def quotients(
    stencil: Stencil, f: Line, x: float, steps: Sequence[float], *, nominal: bool = False
) -> list[float | None]:
    """Return what `quotient` returns in doubles at each of many steps, in a fraction of its time."""
    taken = steps if nominal else [(x + h) - x for h in steps]
    columns = [[f(x + offset * step) for step in taken] for offset in stencil.offsets]
    if stencil.weights == (1, -1):  # the sum of two doubles needs no `fsum`, but for the sign of 0
        size = stencil.denominator
        return [
            None if not step or a is None or b is None or not isfinite(step) else ((a - b) + 0.0) / (size * step)
            for step, a, b in zip(taken, *columns, strict=True)
        ]
    return [
        None if not step or not isfinite(step) or None in values else _combined(stencil, values, step)
        for step, *values in zip(taken, *columns, strict=True)
    ]


def _combined(stencil: Stencil, values: Sequence[float], step: float) -> float:
    try:
        return fsum(map(mul, stencil.weights, values)) / (stencil.denominator * step)
    except (OverflowError, ValueError, ZeroDivisionError):
        return inf


def richardsons(f: Line, x: float, steps: Sequence[float], *, nominal: bool = False) -> list[float | None]:
    """Return what `richardson` returns in doubles at each of many steps."""
    coarse = quotients(CENTRAL, f, x, steps, nominal=nominal)
    fine = quotients(CENTRAL, f, x, [h / 2 for h in steps], nominal=nominal)
    return [None if a is None or b is None else (4 * b - a) / 3 for a, b in zip(coarse, fine, strict=True)]


def differentiate(stencil: Stencil, problem: Problem) -> Derivative:
    """Compute the gradient by one stencil, variable after variable."""
    return _gradient(
        problem,
        stencil.name,
        partial(quotient, stencil),
        stencil.default_step,
        tuple(one_sided for one_sided in (FORWARD, BACKWARD) if one_sided is not stencil),
        evaluations=lambda n: n * (len(stencil.offsets) - (0 in stencil.offsets)) + (0 in stencil.offsets),
        combining_operations=stencil.combining_operations,
    )


def differentiate_richardson(problem: Problem) -> Derivative:
    """Compute the gradient by Richardson's extrapolation, variable after variable."""
    return _gradient(
        problem,
        "richardson",
        richardson,
        FIVE_POINT.default_step,
        (FORWARD, BACKWARD),
        evaluations=lambda n: 4 * n,
        combining_operations=2 * CENTRAL.combining_operations + 3,
    )


def _gradient(
    problem: Problem,
    method: str,
    rule: Rule,
    default_step: Callable[[float], float],
    one_sided: tuple[Stencil, ...],
    *,
    evaluations: Callable[[int], int],
    combining_operations: int,
) -> Derivative:
    """Compute the gradient by a rule for one variable, and count evaluations and operations.

    `evaluations` says how many evaluations of f the rule needs for a number of variables.
    """
    variant = describe_steps(problem.step or default_step(problem.point[name]) for name in problem.wrt)
    n, cost = len(problem.wrt), _cost(problem)
    planned = evaluations(n) * cost + n * combining_operations
    if exceeds_budget(planned, problem.budget):
        return not_started(method, problem, planned, variant)
    gradient: dict[str, float | None] = dict.fromkeys(problem.wrt)
    notes: list[str] = []
    values = CountedValues(problem)
    status: Status = "ok"
    operations = 0
    for name in problem.wrt:
        x, f, note = problem.point[name], partial(values.along, name), ""
        if not values.deadline.has_passed:
            step = problem.step or default_step(x)
            gradient[name], note = _quotient_or_reason(rule, one_sided, f, x, step, problem.step)
            operations += combining_operations
        if gradient[name] is None and values.deadline.has_passed:
            notes.append(f"timed out after {problem.budget:g} s")
            status = "timed-out"
            break
        if note:
            notes.append(f"df/d{name}: {note}")
    if status == "ok" and None in gradient.values():
        status = "undefined"
    notes += values.notes
    work = Work(values.count, values.count * cost + operations)
    return Derivative(method, status, variant, gradient, work, notes=tuple(notes))


def _quotient_or_reason(
    rule: Rule, one_sided: tuple[Stencil, ...], f: Line, x: float, h: float, given: float | None
) -> tuple[float | None, str]:
    """Return the quotient of a rule, of a one-sided stencil in its place, or None, and a note on it.

    `given` is the step that the user chose, which a stencil that replaces the rule keeps.
    """
    derivative, note = rule(f, x, h), ""
    if derivative is None:
        derivative, note = _fall_back(one_sided, f, x, given)
    if derivative is not None and not isfinite(derivative):
        return None, "the quotient is beyond the doubles"
    return derivative, note


class CountedValues:
    """Evaluates f near a point and counts the evaluations; the value at the point itself is computed only once."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.count = 0
        self.deadline = Deadline(problem.budget)
        self.notes: dict[str, None] = {}
        self.listing = lru_cache(maxsize=1)(wengert_list)
        self.at_point = lru_cache(maxsize=1)(lambda: self._value(dict(problem.point)))

    def along(self, name: str, x: float) -> float | None:
        """Return f with one variable moved to x; None if it is not a finite number."""
        if x == self.problem.point[name]:
            return self.at_point()
        return self._value({**self.problem.point, name: x})

    def _value(self, point: dict[str, float]) -> float | None:
        if self.problem.program is not None:
            if self.deadline.has_passed:  # in a call that did not end, and others may not end either
                return None
            self.count += 1
            return self._run(self.problem.program, point)
        self.count += 1
        expression = self.problem.at(point)
        value = values_at(self.listing(expression), point)[expression]
        return float(value) if is_number(value) else None

    def _run(self, program: RecordedProgram, point: dict[str, float]) -> float | None:
        """Run the program itself, on its own path, and note where that is another one than at the point."""
        outputs, note = run_beside(program, self.problem.point, point)
        if note:
            self.notes.setdefault(note)
        return outputs[0] if outputs else None


def run_beside(
    program: RecordedProgram, point: Mapping[str, float], other: Mapping[str, float]
) -> tuple[list[float | None] | None, str]:
    """Run a program at another point, on its own path.

    Returns its outputs (None for what is not a finite number, or if it does not run), and a note where it does not
    run, or takes another path than at the point.
    """
    try:
        recording = same_shape(program, other)
    except DiffcompareError as error:
        return None, f"at {_moved(point, other)} {error.diagnostic.message}"
    crossed = program.recording.first_difference(recording)
    note = f"the step to {_moved(point, other)} crosses a branch: {crossed}" if crossed else ""
    return [float(value) if is_number(value) else None for value in recording.output_values], note


def _moved(point: Mapping[str, float], other: Mapping[str, float]) -> str:
    """Return the coordinate in which another point differs."""
    return ", ".join(f"{name} = {other[name]!r}" for name, x in point.items() if other[name] != x)


def _fall_back(stencils: tuple[Stencil, ...], f: Line, x: float, h: float | None) -> tuple[float | None, str]:
    """Return a one-sided quotient and a note on it, where the chosen rule lacks a value at one of its points."""
    if h is not None and (x + h) - x == 0:
        return None, f"the step {h:g} vanishes next to {x:g}"
    for stencil in stencils:
        step = h or stencil.default_step(x)
        result = quotient(stencil, f, x, step)
        if result is not None:
            return result, f"no value on one side: {stencil.name} instead, h = {step:.3g}"
    return None, "f has no finite value at a point of the stencil"


def describe_steps(of_variables: Iterable[float]) -> str:
    """Describe the step, or the range of the steps where the variables have steps of their own."""
    steps = sorted(set(of_variables))
    if not steps:
        return ""
    return f"h = {steps[0]:.3g}" if len(steps) == 1 else f"h = {steps[0]:.3g} to {steps[-1]:.3g}"


def _cost(problem: Problem) -> int:
    """Count the operations of one evaluation of f."""
    nodes = wengert_list(problem.at(problem.point))
    return primal_work(nodes, active_nodes(nodes, problem.wrt))


FORWARD_DIFFERENCE, BACKWARD_DIFFERENCE, CENTRAL_DIFFERENCE, FIVE_POINT_DIFFERENCE = (
    Backend(stencil.name, partial(differentiate, stencil)) for stencil in STENCILS
)
RICHARDSON = Backend("richardson", differentiate_richardson)
